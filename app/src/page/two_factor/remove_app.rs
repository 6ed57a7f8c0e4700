//! Removing the authenticator app, beside passkeys.

use super::{Actions, Head};
use crate::{
    act::passkey::RemoveAuthenticator,
    form::{PostForm, posted_errors},
    page::profile_frame::Me,
    ui::PasswordAgain,
    words::two_factor as words,
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The dialog before it is removed.
#[component]
pub fn AppRemoval() -> impl IntoView {
    let fresh = Me::from_frame().session.is_fresh();
    let errors = Signal::stored(posted_errors(RemoveAuthenticator::PATH));
    view! {
        <Head title=words::REMOVE_APP lead=words::REMOVE_APP_LEAD />
        <section class="card" aria-label=words::REMOVE_APP>
            <PostForm action=RemoveAuthenticator::PATH errors>
                <PasswordAgain fresh errors />
                <Actions submit=words::REMOVE_APP variant="danger" />
            </PostForm>
        </section>
    }
}

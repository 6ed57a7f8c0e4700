//! Resetting the second factor of a member who has lost it.

use super::member::{MemberForm, about, over};
use crate::{act::members::ResetTwoFactor, words::two_factor};
use leptos::{prelude::*, server_fn::ServerFn};

/// The dialog before it, over the page; nothing for readers who may not do that, and for a member without a second factor.
#[component]
pub fn MemberFactors() -> impl IntoView {
    over(|app, member, roster| {
        let (title, asks) = (
            about(&member, two_factor::reset_title),
            member.has_second_factor,
        );
        let dialog = || {
            view! {
                <MemberForm
                    id="reset-factors"
                    title
                    text=two_factor::RESET_CONSEQUENCE
                    action=ResetTwoFactor::PATH
                    app
                    member
                    fresh=roster.fresh
                    submit=two_factor::RESET_NOW
                    danger=true
                />
            }
        };
        asks.then(dialog).into_any()
    })
}

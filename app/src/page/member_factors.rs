//! Resetting the second factor of a member who has lost it.

use super::member::over;
use crate::{
    act::members::ResetTwoFactor, form::posted_errors, part::form_dialog::FormDialog, routes,
    ui::Sentence, words::two_factor,
};
use domain::member::Member;
use leptos::{prelude::*, server_fn::ServerFn};

/// The question, over the page; nothing for readers who may not do that, and for a member without a second factor.
#[component]
pub fn MemberFactors() -> impl IntoView {
    over(|app, member, roster| {
        member
            .has_second_factor
            .then(|| view! { <ResetQuestion app member fresh=roster.fresh /> })
            .into_any()
    })
}

#[component]
fn ResetQuestion(app: String, member: Member, fresh: bool) -> impl IntoView {
    let errors = Signal::stored(posted_errors(ResetTwoFactor::PATH));
    let back = routes::members(&app);
    view! {
        <FormDialog
            id="reset-factors"
            title=Sentence::about([member.email.as_str()], |[name]| two_factor::reset_title(name))
            text=two_factor::RESET_CONSEQUENCE
            alert=true
            action=ResetTwoFactor::PATH
            errors
            app
            back
            fresh
            submit=two_factor::RESET_NOW
            variant="danger"
        >
            <input type="hidden" name="person" value=member.id.to_string() />
        </FormDialog>
    }
}

//! Resetting the second factor of a member who has lost it.

use super::member::over;
use crate::{
    act::members::ResetTwoFactor,
    form::{FormPage, posted_errors},
    routes,
    ui::{Dialog, ErrorSummary, PasswordAgain, Submit},
    words::{members, two_factor},
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
        <Dialog
            id="reset-factors"
            title=two_factor::reset_title(member.email.as_str())
            back=back.clone()
            alert=true
            described_by="reset-consequence"
        >
            <form method="post" action=ResetTwoFactor::PATH novalidate="" autocomplete="off">
                <FormPage />
                <div class="dialog-body">
                    <ErrorSummary errors />
                    <p id="reset-consequence">{two_factor::RESET_CONSEQUENCE}</p>
                    <input type="hidden" name="app" value=app />
                    <input type="hidden" name="person" value=member.id.to_string() />
                    <PasswordAgain fresh errors />
                </div>
                <footer class="dialog-actions">
                    <a
                        class="button"
                        data-variant="secondary"
                        data-close=""
                        href=back
                        autofocus=""
                    >
                        {members::CANCEL}
                    </a>
                    <Submit label=two_factor::RESET_NOW variant="danger" />
                </footer>
            </form>
        </Dialog>
    }
}

//! Which members need two-factor authentication.

use super::Here;
use crate::{
    act::members::SetFactorPolicy,
    form::{FormPage, posted_errors, typed},
    part::members::Roster,
    routes,
    ui::{Dialog, ErrorSummary, PasswordAgain, SelectField, Submit},
    words::{members, two_factor as words},
};
use domain::second_factor::FactorPolicy;
use leptos::{prelude::*, server_fn::ServerFn};

/// The words of each policy.
pub const fn policy_name(policy: FactorPolicy) -> &'static str {
    match policy {
        FactorPolicy::Optional => words::OPTIONAL,
        FactorPolicy::Editors => words::EDITORS,
        FactorPolicy::Everybody => words::EVERYBODY,
    }
}

/// The form, over the page; nothing for those who may not change it.
#[component]
pub fn FactorPolicyDialog() -> impl IntoView {
    let app = Here::from_frame().app();
    let roster: Roster = expect_context();
    roster
        .policy
        .map(|policy| view! { <PolicyForm app policy fresh=roster.fresh /> })
}

#[component]
fn PolicyForm(app: String, policy: FactorPolicy, fresh: bool) -> impl IntoView {
    let errors = Signal::stored(posted_errors(SetFactorPolicy::PATH));
    let back = routes::members(&app);
    let value =
        typed(SetFactorPolicy::PATH, "policy").unwrap_or_else(|| policy.as_str().to_owned());
    let choices = FactorPolicy::ALL.map(|policy| (policy.as_str(), policy_name(policy)));
    view! {
        <Dialog
            id="factor-policy"
            title=words::TITLE
            back=back.clone()
            described_by="policy-consequence"
        >
            <form method="post" action=SetFactorPolicy::PATH novalidate="" autocomplete="off">
                <FormPage />
                <div class="dialog-body">
                    <ErrorSummary errors />
                    <p id="policy-consequence">{words::POLICY_HINT}</p>
                    <input type="hidden" name="app" value=app />
                    <SelectField
                        name="policy"
                        label=words::POLICY
                        choices=choices.to_vec()
                        value
                        errors
                    />
                    <PasswordAgain fresh errors />
                </div>
                <footer class="dialog-actions">
                    <a class="button" data-variant="ghost" data-close="" href=back>
                        {members::CANCEL}
                    </a>
                    <Submit label=words::SAVE_POLICY />
                </footer>
            </form>
        </Dialog>
    }
}

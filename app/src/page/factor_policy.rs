//! An account's policy about two-factor authentication.

use super::Here;
use crate::{
    act::members::SetFactorPolicy,
    form::{posted_errors, typed},
    part::{form_dialog::FormDialog, members::Roster},
    routes,
    ui::SelectField,
    words::two_factor as words,
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
        <FormDialog
            id="factor-policy"
            title=words::TITLE
            text=words::POLICY_HINT
            action=SetFactorPolicy::PATH
            app
            back
            fresh
            submit=words::SAVE_POLICY
        >
            <SelectField name="policy" label=words::POLICY choices=choices.to_vec() value errors />
        </FormDialog>
    }
}

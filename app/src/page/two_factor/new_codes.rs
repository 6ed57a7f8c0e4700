//! Replacing the recovery codes.

use super::{Head, ProofForm};
use crate::{
    act::two_factor::{RenewRecoveryCodes, ShownRecoveryCodes},
    form::posted,
    part::profile::RecoveryCodeList,
    words::two_factor as words,
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The form that makes new recovery codes, and these.
#[component]
pub fn NewCodes() -> impl IntoView {
    let content = match posted::<ShownRecoveryCodes>(RenewRecoveryCodes::PATH) {
        Some(Ok(made)) => view! { <RecoveryCodeList made /> }.into_any(),
        _ => view! { <ProofForm action=RenewRecoveryCodes::PATH submit=words::NEW_CODES /> }
            .into_any(),
    };
    view! { <Head title=words::NEW_CODES lead=words::NEW_CODES_LEAD /> {content} }
}

//! Turning two-factor authentication off.

use super::{Head, ProofForm};
use crate::{act::two_factor::TurnOffTwoFactor, words::two_factor as words};
use leptos::{prelude::*, server_fn::ServerFn};

/// The question before it is turned off.
#[component]
pub fn TurnOff() -> impl IntoView {
    view! {
        <Head title=words::TURN_OFF lead=words::TURN_OFF_LEAD />
        <ProofForm action=TurnOffTwoFactor::PATH submit=words::TURN_OFF variant="danger" />
    }
}

//! Turning two-factor authentication off.

use super::{Head, ProofForm};
use crate::{
    act::two_factor::TurnOffTwoFactor, page::profile_frame::Me, words::two_factor as words,
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The dialog before it is turned off.
#[component]
pub fn TurnOff() -> impl IntoView {
    let lead = if Me::from_frame().session.has_password() {
        words::TURN_OFF_LEAD
    } else {
        words::TURN_OFF_LEAD_WITHOUT_PASSWORD
    };
    view! {
        <Head title=words::TURN_OFF lead />
        <ProofForm action=TurnOffTwoFactor::PATH submit=words::TURN_OFF variant="danger" />
    }
}

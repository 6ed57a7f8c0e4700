//! Accounts, their applications and members, and how people sign in.

#![expect(
    missing_docs,
    reason = "fields are named for the columns that they hold"
)]

mod application_row;
pub(crate) mod applications;
pub(crate) mod devices;
pub(crate) mod directory;
pub(crate) mod factor_policy;
pub(crate) mod factor_secrets;
pub(crate) mod factor_steps;
pub(crate) mod identity;
pub(crate) mod invitations;
pub(crate) mod managed;
pub(crate) mod members;
pub(crate) mod open_sessions;
pub(crate) mod passkey;
pub(crate) mod passkey_challenge;
pub(crate) mod password_reset;
pub(crate) mod pending_sign_in;
pub(crate) mod people;
pub(crate) mod profile;
mod roles;
pub(crate) mod second_factor;
pub(crate) mod sessions;
pub(crate) mod support;

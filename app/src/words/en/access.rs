//! Signing in, and becoming a member.

pub mod fresh;
pub mod invitation;
pub mod passkey;
pub mod reset;
pub mod setup;
pub mod sign_in;
pub mod single_sign_on;
pub mod two_factor;

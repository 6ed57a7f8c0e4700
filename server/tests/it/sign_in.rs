//! Signing in and out: passwords, passkeys, second factors and identity providers.

mod guessing;
mod passkeys;
mod session_tokens;
mod signed_out;
mod single_sign_on;
mod two_factor;

//! Server functions: everything that changes something, and the few reads that the browser's program makes by itself. Each
//! is a public endpoint.
#![expect(
    missing_docs,
    reason = "the macro makes a struct of every argument list, and the function says what they mean"
)]

pub mod application;
pub mod invitation;
pub mod keys;
pub mod members;
pub mod nodes;
pub mod passkey;
pub mod profile;
pub mod reset;
pub mod security;
pub mod session;
pub mod setup;
pub mod single_sign_on;
pub mod support;
pub mod two_factor;

/// Puts what is wrong with a value into its field.
#[cfg(feature = "ssr")]
fn in_field(field: &str, error: management::ManagementError) -> crate::error::AppError {
    match error {
        management::ManagementError::Invalid(invalid) => {
            crate::error::AppError::field(field, invalid.0)
        }
        error => error.into(),
    }
}

/// The answer of a passkey in a form.
#[cfg(feature = "ssr")]
const fn passkey_answer<'a>(
    challenge: &'a str,
    credential: &'a str,
) -> management::PasskeyAnswer<'a> {
    management::PasskeyAnswer {
        handle: challenge,
        credential,
    }
}

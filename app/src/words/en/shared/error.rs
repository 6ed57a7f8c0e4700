//! Errors, each with what to do next.

pub const SIGNED_OUT: &str = "You're signed out. Sign in and try again.";
pub const FORBIDDEN: &str = "Your role doesn't allow this. Ask an owner of the account.";
/// The sign-in is not recent.
pub const STALE_SIGN_IN: &str = "Enter your password to continue.";
/// An account of the person requires it.
pub const FACTOR_REQUIRED: &str =
    "Set up two-factor authentication in your profile first. Your account requires it.";
/// The object does not exist or belongs to another account.
pub const NOT_FOUND: &str =
    "This doesn't exist, or you don't have access to it. Check the URL, or go back to the list.";
pub const INVALID: &str = "Check the form and try again.";
/// A form without its hidden fields.
pub const INCOMPLETE: &str = "Part of the form is missing. Reload the page and try again.";

/// Too many attempts; `milliseconds` is the remaining wait, rounded up.
pub fn throttled(milliseconds: i64) -> String {
    let seconds = (milliseconds.max(0) + 999) / 1_000;
    let wait = match seconds {
        0 | 1 => "a second".to_owned(),
        2..=90 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_euclid(60) + 1),
    };
    format!("Too many attempts. Wait {wait} and try again.")
}

pub const BUSY: &str = "Latchkey is busy. Try again in a moment.";

/// The database or the network does not answer. `reference` identifies the cause in the log; empty if there is none.
pub fn unavailable(reference: &str) -> String {
    with_reference("Latchkey isn't responding.", reference)
}

/// An internal error. `reference` identifies the cause in the log; empty if there is none.
pub fn unexpected(reference: &str) -> String {
    with_reference("Something went wrong.", reference)
}

fn with_reference(sentence: &str, reference: &str) -> String {
    if reference.is_empty() {
        format!("{sentence} Try again in a moment.")
    } else {
        format!("{sentence} Try again; if it keeps happening, quote {reference}.")
    }
}

#[cfg(test)]
mod tests {
    use super::{throttled, unavailable, unexpected};

    #[test]
    fn a_wait_is_rounded_up_to_whole_units() {
        assert_eq!(
            throttled(1_500),
            "Too many attempts. Wait 2 seconds and try again."
        );
        assert_eq!(
            throttled(91_000),
            "Too many attempts. Wait 2 minutes and try again."
        );
    }

    #[test]
    fn an_error_states_its_reference_if_it_has_one() {
        assert_eq!(
            unexpected("r-1"),
            "Something went wrong. Try again; if it keeps happening, quote r-1."
        );
        assert_eq!(
            unavailable(""),
            "Latchkey isn't responding. Try again in a moment."
        );
    }
}

//! Why something cannot be done, and what to do.

/// Nobody is signed in.
pub const SIGNED_OUT: &str = "You are signed out. Sign in, then try again.";
/// The role is not enough.
pub const FORBIDDEN: &str = "Your role does not allow this. Ask an owner of the account.";
/// The password was entered too long ago.
pub const STALE_SIGN_IN: &str =
    "Enter your password again: this needs a sign-in from the last ten minutes.";
/// It does not exist, or is not theirs.
pub const NOT_FOUND: &str = "There is nothing here. Check the address, or go back to the list.";
/// Something typed breaks a rule.
pub const INVALID: &str = "Check what you entered.";
/// A form without its hidden fields.
pub const INCOMPLETE: &str = "The form arrived incomplete. Reload the page, then try again.";

/// Too many tries; `milliseconds` are rounded up to whole units.
pub fn busy(milliseconds: i64) -> String {
    let seconds = (milliseconds.max(0) + 999) / 1_000;
    let wait = match seconds {
        0 | 1 => "a second".to_owned(),
        2..=90 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_euclid(60) + 1),
    };
    format!("Too many attempts. Wait {wait} and try again.")
}

/// The database or the network does not answer; `reference` finds it in the log, where there is one.
pub fn unavailable(reference: &str) -> String {
    with_reference(
        "Latchkey cannot be reached just now. Try again in a moment.",
        reference,
    )
}

/// We broke.
pub fn unexpected(reference: &str) -> String {
    with_reference(
        "Something went wrong on our side, and nothing you typed was the cause.",
        reference,
    )
}

fn with_reference(sentence: &str, reference: &str) -> String {
    if reference.is_empty() {
        sentence.to_owned()
    } else {
        format!("{sentence} Reference: {reference}")
    }
}

#[cfg(test)]
mod tests {
    use super::{busy, unavailable};

    #[test]
    fn a_wait_is_said_in_whole_units() {
        assert_eq!(
            busy(1_500),
            "Too many attempts. Wait 2 seconds and try again."
        );
    }

    #[test]
    fn an_error_without_a_reference_ends_with_its_sentence() {
        assert!(unavailable("").ends_with('.'));
    }
}

//! Text of queries: what somebody searches for, or narrows a list to.

/// One line of at most `longest` characters, without white space around it. Control characters are left out: no record
/// holds one, and PostgreSQL refuses NUL. Every text of a query goes through here before it reaches the database.
pub fn line(typed: &str, longest: usize) -> String {
    let plain: String = typed.chars().filter(|c| !c.is_control()).collect();
    plain.trim().chars().take(longest).collect()
}

#[cfg(test)]
mod tests {
    use super::line;
    use proptest::prelude::*;

    #[test]
    fn a_line_is_what_can_be_looked_for() {
        for (typed, read) in [
            ("  Checkout  ", "Checkout"),
            ("a\0b", "ab"),
            ("\0", ""),
            ("a\nb\tc\u{7f}\u{85}", "abc"),
            ("\u{1b}[2J", "[2J"),
            ("\0 ü \0", "ü"),
            ("100%_\\", "100%_\\"),
        ] {
            assert_eq!(line(typed, 20), read, "{typed:?}");
        }
        assert_eq!(line("üüü", 2), "üü");
    }

    proptest! {
        #[test]
        fn no_control_character_passes_and_length_is_kept(typed: String, longest in 0_usize..40) {
            let read = line(&typed, longest);
            prop_assert!(!read.chars().any(char::is_control));
            prop_assert!(read.chars().count() <= longest);
        }
    }
}

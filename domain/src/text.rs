//! Text of query parameters.

/// Returns one trimmed line of at most `max_chars` characters, without control characters: no stored text contains one,
/// and PostgreSQL rejects NUL. Every text parameter of a query is normalised here before it reaches the database.
pub fn single_line(raw: &str, max_chars: usize) -> String {
    let plain: String = raw.chars().filter(|c| !c.is_control()).collect();
    plain.trim().chars().take(max_chars).collect()
}

#[cfg(test)]
mod tests {
    use super::single_line;
    use proptest::prelude::*;

    #[test]
    fn control_characters_are_removed_and_the_text_is_trimmed_and_cut() {
        for (raw, expected) in [
            ("  Checkout  ", "Checkout"),
            ("a\0b", "ab"),
            ("\0", ""),
            ("a\nb\tc\u{7f}\u{85}", "abc"),
            ("\u{1b}[2J", "[2J"),
            ("\0 ü \0", "ü"),
            ("100%_\\", "100%_\\"),
        ] {
            assert_eq!(single_line(raw, 20), expected, "{raw:?}");
        }
        assert_eq!(single_line("üüü", 2), "üü");
    }

    proptest! {
        #[test]
        fn the_result_has_no_control_characters_and_at_most_max_chars(raw: String, max_chars in 0_usize..40) {
            let line = single_line(&raw, max_chars);
            prop_assert!(!line.chars().any(char::is_control));
            prop_assert!(line.chars().count() <= max_chars);
        }
    }
}

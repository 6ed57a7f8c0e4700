//! Text of query parameters and addresses.

/// Returns one trimmed line of at most `max_chars` characters, without control characters: no stored text contains one,
/// and PostgreSQL rejects NUL. Every text parameter of a query is normalised here before it reaches the database.
pub fn single_line(raw: &str, max_chars: usize) -> String {
    let plain: String = raw.chars().filter(|c| !c.is_control()).collect();
    plain.trim().chars().take(max_chars).collect()
}

/// Percent-encodes everything but unreserved characters (RFC 3986, 2.3) and those of `kept`.
pub fn percent_encoded(text: &str, kept: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ if kept.as_bytes().contains(&byte) => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{percent_encoded, single_line};
    use proptest::prelude::*;

    #[test]
    fn all_but_unreserved_and_kept_characters_are_percent_encoded() {
        assert_eq!(percent_encoded("a+b@c/d-ü", ""), "a%2Bb%40c%2Fd-%C3%BC");
        assert_eq!(percent_encoded("/keys?q=1", "/"), "/keys%3Fq%3D1");
    }

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

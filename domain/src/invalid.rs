//! Validation errors of form fields.

mod joiner;

use serde::{Deserialize, Serialize};

/// A validation error: a message for the user that says what is wrong and what is allowed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(pub String);

impl Invalid {
    /// Creates an error with a message.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

/// Validates and trims text: at most `max_chars` characters, without control, invisible or bidirectional formatting
/// characters. Joiners are allowed where a script or an emoji needs them, line feeds if `multiline` is set; CR LF becomes LF.
///
/// # Errors
/// The rule that the text breaks; `field` names the field in the message.
pub(crate) fn plain_text(
    field: &str,
    raw: &str,
    max_chars: usize,
    multiline: bool,
) -> Result<String, Invalid> {
    let text = raw.trim();
    let length = text.chars().count();
    if length > max_chars {
        return Err(Invalid(format!(
            "{field} can have up to {max_chars} characters. You entered {length}."
        )));
    }
    // Browsers submit line breaks as CR LF.
    let text = text.replace("\r\n", "\n");
    let characters: Vec<char> = text.chars().collect();
    let is_bad = |&(at, &c): &(usize, &char)| {
        is_unprintable(c)
            && !(multiline && c == '\n')
            && !joiner::is_joiner_in_place(&characters, at)
    };
    if let Some((_, &bad)) = characters.iter().enumerate().find(is_bad) {
        return Err(Invalid(format!(
            "{field} contains an invisible character (U+{:04X}). Remove it.",
            u32::from(bad)
        )));
    }
    Ok(text)
}

/// Whether a character is a control character, or reorders or hides text (UAX #9, UTS #39).
pub(crate) fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::plain_text;

    #[test]
    fn control_invisible_and_bidirectional_characters_are_refused() {
        for hostile in ["a\u{202E}b", "a\u{200B}b", "a\0b", "a\u{1b}[2Jb", "a\nb"] {
            assert!(
                plain_text("Name", hostile, 64, false).is_err(),
                "{hostile:?}"
            );
        }
    }

    #[test]
    fn joiners_are_allowed_where_a_script_or_an_emoji_needs_them() {
        for name in [
            "Ada \u{1F469}\u{200D}\u{1F4BB}",
            "\u{1F469}\u{1F3FD}\u{200D}\u{1F680}",
            "\u{2764}\u{FE0F}\u{200D}\u{1F525}",
            "\u{1F9D4}\u{200D}\u{2642}\u{FE0F}",
            // Persian, with a plural and with a vowel mark before the joiner.
            "می\u{200C}خواهم",
            "خانه\u{650}\u{200C}ها",
            // Sinhala and Devanagari, after a virama.
            "ශ්\u{200D}රී ලංකා",
            "क्\u{200C}ष",
            // The flag of Scotland.
            "\u{1F3F4}\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}",
        ] {
            let parsed = plain_text("Name", name, 64, false);
            assert_eq!(parsed.as_deref(), Ok(name), "{name:?}");
        }
        for hidden in [
            "a\u{200D}b",
            "a\u{200C}b",
            "\u{200D}",
            "\u{1F469}\u{200D}",
            "\u{200D}\u{1F4BB}",
            "\u{1F469}\u{200D}a",
            "\u{1F469}\u{200D}\u{200D}\u{1F4BB}",
            "م\u{200C}",
            "م\u{200C} م",
            "a\u{94D}b\u{200D}c",
            "a\u{E0067}",
            "\u{1F3F4}\u{E0067}",
            "\u{1F3F4}\u{E007F}",
            "م\u{200F}م",
        ] {
            assert!(plain_text("Name", hidden, 64, false).is_err(), "{hidden:?}");
        }
    }

    #[test]
    fn length_is_counted_in_characters_after_trimming() {
        assert_eq!(plain_text("Name", "  ü  ", 1, false).expect("fits"), "ü");
        assert!(plain_text("Name", "üü", 1, false).is_err());
    }

    #[test]
    fn line_breaks_are_kept_in_multiline_text() {
        assert_eq!(
            plain_text("Description", "a\r\nb", 9, true).expect("fits"),
            "a\nb"
        );
    }

    #[test]
    fn every_range_of_invisible_characters_is_refused_and_its_neighbours_are_not() {
        for (first, last) in [
            ('\u{AD}', '\u{AD}'),
            ('\u{61C}', '\u{61C}'),
            ('\u{180E}', '\u{180E}'),
            ('\u{200B}', '\u{200F}'),
            ('\u{2028}', '\u{202E}'),
            ('\u{2060}', '\u{206F}'),
            ('\u{FEFF}', '\u{FEFF}'),
            ('\u{FFF9}', '\u{FFFB}'),
            ('\u{E0000}', '\u{E007F}'),
        ] {
            for c in first..=last {
                assert!(
                    plain_text("Name", &format!("a{c}b"), 9, false).is_err(),
                    "{c:?}"
                );
            }
        }
        for c in ['\u{AC}', '\u{AE}', '\u{200A}', '\u{2010}', '\u{FFFD}', 'é'] {
            assert!(
                plain_text("Name", &format!("a{c}b"), 9, false).is_ok(),
                "{c:?}"
            );
        }
    }
}

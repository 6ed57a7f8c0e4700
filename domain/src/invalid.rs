//! What is wrong with a value that somebody typed.

use serde::{Deserialize, Serialize};

/// A sentence for the person who typed the value: what is wrong, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(pub String);

impl Invalid {
    /// The sentence as given.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

/// Text of at most `longest` characters without control or direction-changing characters, trimmed at both ends.
///
/// # Errors
/// Says which rule the text breaks; `what` names the field in the sentence.
pub(crate) fn plain_text(
    what: &str,
    raw: &str,
    longest: usize,
    lines: bool,
) -> Result<String, Invalid> {
    let text = raw.trim();
    let length = text.chars().count();
    if length > longest {
        return Err(Invalid(format!(
            "{what} can have {longest} characters at most; this has {length}."
        )));
    }
    // A browser sends line ends as CR LF.
    let text = text.replace("\r\n", "\n");
    if let Some(bad) = text
        .chars()
        .find(|&c| is_unprintable(c) && !(lines && c == '\n'))
    {
        return Err(Invalid(format!(
            "{what} contains an invisible character (U+{:04X}). Remove it.",
            u32::from(bad)
        )));
    }
    Ok(text)
}

/// Control characters, and what reorders or hides text (UAX #9, UTS #39).
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::plain_text;

    #[test]
    fn text_that_changes_direction_or_hides_is_refused() {
        for hostile in ["a\u{202E}b", "a\u{200B}b", "a\0b", "a\u{1b}[2Jb", "a\nb"] {
            assert!(
                plain_text("Name", hostile, 64, false).is_err(),
                "{hostile:?}"
            );
        }
    }

    #[test]
    fn length_is_counted_in_characters_after_trimming() {
        assert_eq!(plain_text("Name", "  ü  ", 1, false).expect("fits"), "ü");
        assert!(plain_text("Name", "üü", 1, false).is_err());
    }

    #[test]
    fn lines_are_kept_where_they_are_allowed() {
        assert_eq!(
            plain_text("Description", "a\r\nb", 9, true).expect("fits"),
            "a\nb"
        );
    }
}

//! Names that people give to things and type again to confirm.

use crate::{Invalid, invalid::plain_text};
use unicode_normalization::UnicodeNormalization;

/// Parses a name: one line of at most `max_chars` characters, composed (NFC), with single spaces, so that two names that look
/// alike are the same name. It may be empty.
///
/// # Errors
/// The rule that the name breaks; `field` names the field in the message.
pub(crate) fn parse(field: &str, raw: &str, max_chars: usize) -> Result<String, Invalid> {
    plain_text(field, &normalized(raw), max_chars, false)
}

/// Whether a person has typed a name, up to composition, white space, joiners and variation selectors, which a keyboard may
/// not have.
pub fn is_typed(typed: &str, name: &str) -> bool {
    comparable(typed) == comparable(name)
}

fn comparable(text: &str) -> String {
    let is_seen = |c: &char| !matches!(c, '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}');
    normalized(text).chars().filter(is_seen).collect()
}

fn normalized(text: &str) -> String {
    // Line feeds stay, so that a name on two lines is refused and not joined.
    let composed: String = text.nfc().collect();
    let is_space = |c: char| c.is_whitespace() && c != '\n';
    let words = composed.split(is_space).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::{is_typed, parse};

    #[test]
    fn names_that_look_alike_are_the_same_name() {
        let composed = "Caf\u{e9} du Nord";
        for raw in [
            composed,
            "  Caf\u{e9}  du\tNord ",
            "Cafe\u{301} du Nord",
            "Caf\u{e9}\u{a0}du\u{3000}Nord",
        ] {
            let parsed = parse("The name", raw, 80);
            assert_eq!(parsed.as_deref(), Ok(composed), "{raw:?}");
            assert!(
                is_typed(raw, composed) && is_typed(composed, raw),
                "{raw:?}"
            );
        }
        assert!(!is_typed("Cafe du Nord", composed) && !is_typed("", composed));
    }

    #[test]
    fn a_name_is_one_line() {
        assert!(parse("The name", "a\nb", 80).is_err());
        assert_eq!(parse("The name", " a \n", 80).as_deref(), Ok("a"));
    }

    #[test]
    fn a_name_is_typed_without_joiners_and_variation_selectors() {
        assert!(is_typed("میخواهم", "می\u{200c}خواهم"));
        assert!(is_typed(
            "\u{2764} \u{1F469}\u{1F4BB}",
            "\u{2764}\u{fe0f} \u{1F469}\u{200d}\u{1F4BB}"
        ));
    }
}

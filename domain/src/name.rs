//! Names that people give to things and type again to confirm.

use crate::{Invalid, invalid::plain_text};
use unicase::UniCase;
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

/// Returns a text as names are searched for and sorted: without joiners and variation selectors, with full Unicode case folding
/// and in normalization form KC. Texts that differ only in case, composition, ligatures or the width of characters become equal.
///
/// The databases store the result. Unicode's stability policies keep it the same for all characters that are assigned.
pub fn folded(text: &str) -> String {
    let compatible: String = text.chars().filter(|c| is_visible(*c)).nfkc().collect();
    // Case folding may decompose a character.
    let folded = UniCase::new(compatible).to_folded_case();
    folded.nfkc().collect()
}

fn comparable(text: &str) -> String {
    normalized(text)
        .chars()
        .filter(|c| is_visible(*c))
        .collect()
}

/// Whether a character is neither a joiner nor a variation selector.
fn is_visible(c: char) -> bool {
    !matches!(c, '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}')
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
    use super::{folded, is_typed, parse};
    use crate::key::name::KeyName;
    use proptest::prelude::*;

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

    #[test]
    fn texts_that_differ_in_case_composition_or_width_are_folded_alike() {
        for (expected, texts) in [
            ("strasse", &["Straße", "STRASSE", "STRA\u{1E9E}E"][..]),
            ("ñandú", &["Ñandú", "ÑANDÚ", "N\u{303}andu\u{301}"]),
            ("σίσυφοσ", &["ΣΊΣΥΦΟΣ", "σίσυφος", "Σι\u{301}συφοσ"]),
            ("i\u{307}zmi\u{307}r", &["İZMİR", "i\u{307}zmi\u{307}r"]),
            ("filter", &["ﬁlter", "FILTER", "Ｆｉｌｔｅｒ"]),
            ("ガス", &["ガス", "ｶﾞｽ", "カ\u{3099}ス"]),
            // The mark below alpha is a letter in upper case.
            (
                "\u{3AC}\u{3B9}",
                &["\u{1FB4}", "\u{386}\u{399}", "\u{3B1}\u{345}\u{301}"],
            ),
            // Without a precomposed capital letter.
            ("\u{1F0}", &["J\u{30C}", "\u{1F0}"]),
            ("میخواهم", &["می\u{200c}خواهم"]),
            ("\u{2764}", &["\u{2764}\u{FE0F}"]),
            ("", &["", "\u{200D}"]),
        ] {
            for text in texts {
                assert_eq!(folded(text), expected, "{text:?}");
            }
        }
        assert_ne!(folded("Ñandu"), folded("Nandu"), "accents matter");
        assert_ne!(
            folded("ISPARTA"),
            folded("ısparta"),
            "the dotless i is another letter"
        );
    }

    #[test]
    fn a_folded_name_fits_into_an_index() {
        // PostgreSQL indexes up to 2,704 bytes, of which two ids take some. This character becomes 18, more than any other.
        let longest = KeyName::parse(&"\u{FDFA}".repeat(KeyName::MAX_CHARS)).expect("valid");
        assert_eq!(folded(longest.as_str()).len(), 2_112);
        let bytes = |c: char| folded(c.encode_utf8(&mut [0; 4])).len();
        assert_eq!((char::MIN..=char::MAX).map(bytes).max(), Some(33));
    }

    proptest! {
        #[test]
        fn a_folded_text_is_folded_to_itself(raw: String) {
            let once = folded(&raw);
            prop_assert_eq!(folded(&once), once);
        }
    }
}

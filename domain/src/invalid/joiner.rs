//! Characters without a shape of their own that some scripts and emoji need in the right place.

use unicode_normalization::char::{canonical_combining_class, is_combining_mark};

const NON_JOINER: char = '\u{200C}';
const JOINER: char = '\u{200D}';
/// Canonical combining class of a virama, which joins two consonants.
const VIRAMA: u8 = 9;
const BLACK_FLAG: char = '\u{1F3F4}';
const END_OF_TAGS: char = '\u{E007F}';

/// Whether the character at `at` is a joiner that shows: after a virama (RFC 5892, A.1 and A.2), a non-joiner between two letters
/// of a cursive script (A.1, by scripts instead of joining types), a joiner between two emoji, or a tag in the flag of a
/// region (UTS #51).
pub fn is_joiner_in_place(text: &[char], at: usize) -> bool {
    let (before, after) = (&text[..at], &text[at + 1..]);
    match text[at] {
        NON_JOINER | JOINER if before.last().is_some_and(|&c| is_virama(c)) => !after.is_empty(),
        NON_JOINER => {
            let letter = before.iter().rev().find(|&&c| !is_combining_mark(c));
            let is_cursive = |c: Option<&char>| c.is_some_and(|&c| is_cursive_letter(c));
            is_cursive(letter) && is_cursive(after.first())
        }
        JOINER => {
            let emoji = before.iter().rev().find(|&&c| !is_emoji_modifier(c));
            let is_emoji = |c: Option<&char>| c.is_some_and(|&c| is_pictograph(c));
            is_emoji(emoji) && is_emoji(after.first())
        }
        '\u{E0020}'..='\u{E007E}' => {
            let base = before.iter().rev().find(|&&c| !is_tag(c));
            let end = after.iter().find(|&&c| !is_tag(c));
            base == Some(&BLACK_FLAG) && end == Some(&END_OF_TAGS)
        }
        END_OF_TAGS => {
            let base = before.iter().rev().find(|&&c| !is_tag(c));
            base == Some(&BLACK_FLAG) && before.last() != base
        }
        _ => false,
    }
}

fn is_virama(c: char) -> bool {
    canonical_combining_class(c) == VIRAMA
}

const fn is_tag(c: char) -> bool {
    matches!(c, '\u{E0020}'..='\u{E007E}')
}

/// A variation selector or a skin tone.
const fn is_emoji_modifier(c: char) -> bool {
    matches!(c, '\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}')
}

/// Blocks that contain the emoji of sequences with joiners.
const fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{21FF}' | '\u{2600}'..='\u{27BF}' | '\u{2B00}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FAFF}')
}

/// Blocks of Arabic, Syriac, N'Ko, Mandaic, Mongolian and Adlam.
fn is_cursive_letter(c: char) -> bool {
    c.is_alphabetic()
        && matches!(c, '\u{0620}'..='\u{077F}' | '\u{07C0}'..='\u{07FF}' | '\u{0840}'..='\u{08FF}'
            | '\u{1800}'..='\u{18AF}' | '\u{FB50}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}' | '\u{1E900}'..='\u{1E95F}')
}

//! Passwords that everybody tries first: the 3,000 commonest, and those of the longer list that are long enough for a password
//! here. `common.bin` holds the first five bytes of the SHA-256 of each, sorted: 15 KB, and no word that has to be read. See
//! `keyring/examples/common_passwords.rs` for where it comes from.

use sha2::{Digest, Sha256};

/// Bytes that are kept of a hash. Of a million passwords that are not common, none is taken for one.
const BYTES: usize = 5;
static COMMON: &[u8] = include_bytes!("common.bin");

/// The shortest of two common passwords that are looked for one behind the other, in characters.
const SHORTEST_PART: usize = 4;

/// Whether a password is a common one or hardly more: with digits and signs around or inside it, with letters replaced by
/// digits, repeated, or two common ones one behind the other.
pub(super) fn is_common(password: &str) -> bool {
    let lower = password.to_lowercase();
    let readable: String = lower.chars().map(unleet).collect();
    let forms = [
        lower.clone(),
        keep(&lower, char::is_alphanumeric),
        keep(&lower, char::is_alphabetic),
        keep(&readable, char::is_alphabetic),
        lower.trim_matches(|c: char| !c.is_alphabetic()).to_owned(),
        readable
            .trim_matches(|c: char| !c.is_alphabetic())
            .to_owned(),
    ];
    forms.iter().any(|form| {
        let unit = unit(form);
        [form.as_str(), unit.as_str()]
            .into_iter()
            .any(|text| is_listed(text) || is_two(text))
    })
}

fn is_two(text: &str) -> bool {
    let places: Vec<usize> = text.char_indices().map(|(place, _)| place).collect();
    let last = places.len().saturating_sub(SHORTEST_PART);
    (SHORTEST_PART..=last).any(|n| {
        let (first, second) = text.split_at(places[n]);
        is_listed(first) && is_listed(second)
    })
}

fn is_listed(text: &str) -> bool {
    let hash = Sha256::digest(text.as_bytes());
    let (entries, _) = COMMON.as_chunks::<BYTES>();
    entries
        .binary_search_by(|entry| entry.as_slice().cmp(&hash[..BYTES]))
        .is_ok()
}

fn keep(text: &str, wanted: impl Fn(char) -> bool) -> String {
    text.chars().filter(|c| wanted(*c)).collect()
}

/// The letter that a digit or a sign stands for.
const fn unleet(c: char) -> char {
    match c {
        '0' => 'o',
        '1' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

/// The shortest text that gives this one when it is repeated, the last time perhaps in part; the text itself where there
/// is none.
fn unit(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let repeats = |n: &usize| (*n..chars.len()).all(|place| chars[place] == chars[place - n]);
    let length = (1..=chars.len() / 2).find(repeats).unwrap_or(chars.len());
    chars[..length].iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_as_long_as_it_says() {
        let (entries, rest) = COMMON.as_chunks::<BYTES>();
        assert!(entries.len() >= 3_000 && rest.is_empty());
        assert!(entries.is_sorted());
    }

    #[test]
    fn a_common_password_is_refused_however_it_is_stretched() {
        for common in [
            "Password1234567",
            "passwordpassword",
            "P@ssw0rd!P@ssw0rd!",
            "letmeinletmeinle",
            "qwertyuiop12345",
            "12345qwertyuiop!!!",
            "iloveyou2026!!!!",
            "f.o.o.t.b.a.l.l.123",
            "sunshineprincess",
            "dragonMonkey2026",
            "trustno1trustno1",
            "q1w2e3r4t5y6u7i8o9p0",
        ] {
            assert!(is_common(common), "{common}");
        }
    }

    #[test]
    fn a_few_unrelated_words_are_not_common() {
        for fine in [
            "correct horse battery",
            "correct horse battery staple",
            "another good horse battery",
            "wine-glass under seven ladders",
            "Grüße aus Wuppertal am Montag",
            "x7Kp2mQv9tRw4zLd",
            "",
            "ß",
        ] {
            assert!(!is_common(fine), "{fine}");
        }
    }
}

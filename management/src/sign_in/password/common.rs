//! A filter of common passwords: the 3,000 most common ones, and those of a longer list that have the minimal length.
//! `common.bin` holds the first five bytes of the SHA-256 of each, sorted: 15 KB. `management/examples/common_passwords.rs`
//! creates it.

use sha2::{Digest, Sha256};

/// Stored bytes of a hash. False positives: less than one in a million passwords.
const BYTES: usize = 5;
static COMMON: &[u8] = include_bytes!("common.bin");

/// The minimal length of each of two concatenated common passwords, in characters.
const SHORTEST_PART: usize = 4;

/// Whether a password is common, or a simple variation of a common one: with digits and signs around or inside, with
/// letters replaced by digits, repeated, or two common ones concatenated.
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

/// The letter that a digit or sign replaces.
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

/// Returns the shortest text whose repetition (the last one possibly partial) is this text; the text itself if there is
/// none.
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
    fn the_list_is_sorted_and_complete() {
        let (entries, rest) = COMMON.as_chunks::<BYTES>();
        assert!(entries.len() >= 3_000 && rest.is_empty());
        assert!(entries.is_sorted());
    }

    #[test]
    fn variations_of_a_common_password_are_refused() {
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

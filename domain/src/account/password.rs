//! Rules for new passwords.

use super::Email;
use crate::Invalid;
use std::collections::BTreeSet;

/// The product's name, and words that people put around a name.
const WORDS: [&str; 12] = [
    "latchkey", "admin", "api", "hello", "key", "keys", "login", "password", "secret", "test",
    "user", "welcome",
];
/// Characters of a part of the address that counts as a word.
const MIN_WORD: usize = 3;
/// The average number of neighbouring characters that makes a password a sequence.
const RUN: usize = 4;

/// Checks a new password: 15 to 256 characters, at least five distinct ones, no sequence such as `0123456789abcdef`, and not made of
/// the e-mail address, the product's name and words around them alone (NIST SP 800-63B-4, 3.1.1.2). The server additionally
/// refuses common passwords.
///
/// # Errors
/// The rule that the password breaks. The message never contains the password.
pub fn check_new_password(raw: &str, email: &Email) -> Result<(), Invalid> {
    const MIN_CHARS: usize = 15;
    const MAX_CHARS: usize = 256;
    let length = raw.chars().count();
    if !(MIN_CHARS..=MAX_CHARS).contains(&length) {
        return Err(Invalid(format!(
            "Use {MIN_CHARS} to {MAX_CHARS} characters. A few unrelated words work well. You entered {length}."
        )));
    }
    let lower = raw.to_lowercase();
    let distinct = lower.chars().collect::<BTreeSet<_>>().len();
    if distinct < 5 || is_sequence(&lower) || consists_of_names(&lower, email) {
        return Err(easily_guessed());
    }
    Ok(())
}

/// Returns the error for a password that is easy to guess.
pub fn easily_guessed() -> Invalid {
    Invalid::new("This password is easy to guess. Use a few unrelated words.")
}

/// Whether most characters are the same as their predecessors, or the next or previous ones.
fn is_sequence(text: &str) -> bool {
    let codes: Vec<u32> = text.chars().map(u32::from).collect();
    let steps = codes.windows(2);
    let breaks = steps.filter(|pair| pair[0].abs_diff(pair[1]) > 1).count();
    codes.len() / (breaks + 1) >= RUN
}

/// Whether the letters are words of the address and those of [`WORDS`], one after the other. The last one may be cut.
fn consists_of_names(lower: &str, email: &Email) -> bool {
    let letters: Vec<char> = lower.chars().filter(|c| c.is_alphabetic()).collect();
    let address = email.as_str().to_lowercase();
    let parts = address.split(|c: char| !c.is_alphabetic());
    let words: Vec<Vec<char>> = parts
        .chain(WORDS)
        .map(|word| word.chars().collect::<Vec<_>>())
        .filter(|word| word.len() >= MIN_WORD)
        .collect();
    // Where a word can begin.
    let mut begins = vec![false; letters.len() + 1];
    begins[0] = true;
    for start in 0..letters.len() {
        if !begins[start] {
            continue;
        }
        let rest = &letters[start..];
        for word in &words {
            if rest.starts_with(word) {
                begins[start + word.len()] = true;
            } else if start > 0 && word.starts_with(rest) {
                return true;
            }
        }
    }
    !letters.is_empty() && begins[letters.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_refused(password: &str) -> bool {
        let email = Email::parse("ada.king@northwind.example").expect("valid");
        check_new_password(password, &email).is_err()
    }

    #[test]
    fn short_passwords_and_sequences_are_refused() {
        for bad in [
            "fourteen chars",
            "aaaaaaaaaaaaaaaaaaaa",
            "abcdefghijklmnop",
            "0123456789abcdef",
            "abcd1234efgh5678",
            "zyxwvutsrqponmlk",
            "aaaabbbbccccddddeeee",
        ] {
            assert!(is_refused(bad), "{bad}");
        }
    }

    #[test]
    fn passwords_made_of_the_names_of_the_person_or_product_are_refused() {
        for bad in [
            "Latchkey-1234567",
            "latchkeylatchkeylatchkey",
            "latchkey-admin-1234",
            "latchkeylatchkeylat",
            "ada ada 123456789",
            "adakingadakingadaking",
            "northwind1234567",
            "NorthwindNorthwind",
            "ada.king@northwind.example",
            "kingnorthwind!!!2026",
        ] {
            assert!(is_refused(bad), "{bad}");
        }
    }

    #[test]
    fn other_words_beside_a_name_are_accepted() {
        for good in [
            "correct horse battery",
            "ada likes wet stones",
            "latchkey under the mat",
            "x7Kp2mQv9tRw4zLd",
            "9183746529104857",
            // The beginning of a word is not that word.
            "lat 9183746529104857",
        ] {
            assert!(!is_refused(good), "{good}");
        }
    }

    #[test]
    fn a_new_password_has_15_to_256_characters_of_which_5_differ() {
        let email = Email::parse("ada@example.com").expect("valid");
        for (password, valid) in [
            ("mxkqpmxkqpmxkq".to_owned(), false),
            ("mxkqpmxkqpmxkqp".to_owned(), true),
            ("mxkqmxkqmxkqmxkq".to_owned(), false),
            ("mxkqp".repeat(51) + "m", true),
            ("mxkqp".repeat(51) + "mx", false),
            ("adalatchkey12345".to_owned(), false),
            ("ADA@EXAMPLE.COM".to_owned(), false),
        ] {
            let result = check_new_password(&password, &email);
            assert_eq!(result.is_ok(), valid, "{password}");
        }
    }
}

//! Texts of audit records, with codes in them.

use crate::ui::Sentence;
use domain::key::{scope::ScopeSet, token::KeyId};
use leptos::prelude::*;
use std::net::IpAddr;

/// The text, with key ids, scopes and IP addresses apart from its words.
pub fn detail_view(text: &str) -> AnyView {
    sentence(text).view()
}

fn sentence(text: &str) -> Sentence {
    let mut sentence = Sentence::default();
    for part in text.split_inclusive(' ') {
        let word = part.trim_end_matches([' ', ',', '.']);
        if is_code(word) {
            sentence.push_name(word);
            sentence.push_words(&part[word.len()..]);
        } else {
            sentence.push_words(part);
        }
    }
    sentence
}

fn is_code(word: &str) -> bool {
    // A network is an address with the length of its prefix.
    let address = word.split('/').next().unwrap_or_default();
    word.parse::<KeyId>().is_ok()
        || address.parse::<IpAddr>().is_ok()
        || (word.contains(':') && ScopeSet::one(word).is_ok())
}

#[cfg(test)]
mod tests {
    use super::sentence;
    use crate::ui::Sentence;

    #[test]
    fn codes_are_apart_from_the_words_around_them() {
        let id = "akl_0123456789ABCDEF";
        let text = format!("from 192.0.2.1, invoice:read: replaced by {id}.");
        let expected = Sentence::about(["192.0.2.1", id], |[address, id]| {
            format!("from {address}, invoice:read: replaced by {id}.")
        });
        assert_eq!(sentence(&text), expected);
        let expected = Sentence::about(["invoice:read"], |[scope]| format!("{scope}, Billing: x"));
        assert_eq!(sentence("invoice:read, Billing: x"), expected);
    }
}

//! What people read uses the terms of the field: in the interface, in names of events and records, in mails, and in the
//! answers and the description of the API.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::{fs, path::Path};

/// Files and folders with texts.
const TEXTS: [&str; 5] = [
    "app/src/words",
    "contract/src",
    "domain/src",
    "management/src/mail",
    "server/src",
];

/// Terms, and what is written instead.
const BANNED: [(&str, &str); 24] = [
    ("refuse", "deny or reject"),
    ("refuses", "denies or rejects"),
    ("refused", "denied or rejected"),
    ("refusal", "denial"),
    ("refusals", "denials"),
    ("call", "request"),
    ("calls", "requests"),
    ("caller", "client"),
    ("program", "app or service"),
    ("programs", "apps or services"),
    ("held", "granted"),
    ("whoever", "anyone who"),
    ("nobody", "no one"),
    ("somebody", "someone"),
    ("everybody", "everyone"),
    ("stranger", "someone else"),
    ("strangers", "others"),
    ("stands", "appears or is"),
    ("hitherto", "so far"),
    ("for ever", "permanently"),
    ("at once", "immediately"),
    ("from this moment on", "immediately"),
    ("of yours", "your"),
    ("look at", "view"),
];

/// Sentences in which such a term is right.
const ALLOWED: [&str; 2] = [
    // By telephone.
    "Do this only if you are sure who is asking: call them.",
    // A number, not a time.
    "or about up to 100 at once.",
];

#[test]
fn what_people_read_has_no_banned_term() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    let mut texts = 0;
    for folder in TEXTS {
        for (file, text) in texts_beneath(&root.join(folder)) {
            texts += 1;
            for (term, instead) in banned_in(&text) {
                found.push(format!("{file}: “{text}”: {instead} instead of “{term}”"));
            }
        }
    }
    assert!(texts > 1_000, "only {texts} texts were found");
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_banned_term_is_found_in_a_text_and_not_in_code() {
    let source = r##"
        /// Whoever calls.
        #[must_use = "a refused call"]
        fn held() -> &'static str { let calls = "calls"; concat!("Two {calls} were ", "refused at once.") }
        const RAW: &str = r#"Nobody "did"."#;
        const ALL: &str = "Everybody";
        #[cfg(test)]
        mod tests { const A: &str = "a refused call"; }
    "##;
    let found: Vec<_> = texts_of(source)
        .iter()
        .flat_map(|text| banned_in(text))
        .map(|(term, _)| term)
        .collect();
    assert_eq!(found, ["refused", "at once", "nobody", "everybody"]);
}

fn banned_in(text: &str) -> Vec<(&'static str, &'static str)> {
    let mut plain = text.to_owned();
    for allowed in ALLOWED {
        plain = plain.replace(allowed, "");
    }
    let words: Vec<String> = without_placeholders(&plain)
        .split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-' && c != '\'')
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let sentence = format!(" {} ", words.join(" "));
    let is_in = |term: &str| sentence.contains(&format!(" {term} "));
    BANNED.into_iter().filter(|(term, _)| is_in(term)).collect()
}

/// A format string without `{…}`.
fn without_placeholders(text: &str) -> String {
    let mut plain = String::new();
    let mut depth = 0_u32;
    for c in text.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    plain
}

fn texts_beneath(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(texts_beneath(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs")
            && !path.ends_with("tests.rs")
        {
            let source = fs::read_to_string(&path).expect("text");
            let file = path.display().to_string();
            found.extend(
                texts_of(&source)
                    .into_iter()
                    .map(|text| (file.clone(), text)),
            );
        }
    }
    found
}

/// The string literals of a file's code with more than one word, or with one that begins as a sentence does, without those of its
/// tests and its attributes. Other single words are names and codes.
fn texts_of(source: &str) -> Vec<String> {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let tokens: TokenStream = code.parse().expect("Rust");
    let mut found = Vec::new();
    collect(tokens, &mut found);
    found
}

fn collect(tokens: TokenStream, found: &mut Vec<String>) {
    let mut after_hash = false;
    for token in tokens {
        match token {
            TokenTree::Group(group) if after_hash && group.delimiter() == Delimiter::Bracket => {}
            TokenTree::Group(group) => collect(group.stream(), found),
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                let is_string =
                    text.starts_with('"') || text.starts_with("r\"") || text.starts_with("r#");
                let first = text.trim_start_matches(['r', '#', '"']).chars().next();
                let is_sentence = text.contains(' ') || first.is_some_and(char::is_uppercase);
                if is_string && is_sentence {
                    found.push(text.replace("\\n", " ").replace('\\', ""));
                }
            }
            TokenTree::Punct(punct) => {
                after_hash =
                    matches!(punct.as_char(), '#' | '!') && (after_hash || punct.as_char() == '#');
                continue;
            }
            TokenTree::Ident(_) => {}
        }
        after_hash = false;
    }
}

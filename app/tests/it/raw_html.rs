//! No component writes text into a page without escaping it, except in the few places that are listed here.
//!
//! Leptos escapes text and attributes. It does not escape `inner_html`, the text of `leptos_meta`'s `Title`, `Style` and
//! `Script`, and the children of elements whose content is not parsed as HTML.

use std::{fs, path::Path};

/// Calls and attributes that take HTML.
const RAW: [&str; 6] = [
    "inner_html",
    "set_inner_html",
    "outer_html",
    "set_outer_html",
    "insert_adjacent_html",
    "create_contextual_fragment",
];

/// Elements whose children are raw text or escapable raw text (HTML, 13.1.2).
const RAW_TEXT: [&str; 5] = ["title", "style", "script", "noscript", "textarea"];

/// What may stand where, each with its reason.
const ALLOWED: [(&str, &str); 7] = [
    // Escapes the title on the server.
    ("ui/tab_title.rs", "leptos_meta::Title"),
    ("document.rs", "leptos_meta::MetaTags"),
    ("document.rs", "leptos_meta::provide_meta_context"),
    // A file of this crate.
    ("program.rs", "a child of <script>"),
    // Titles of SVG elements, which are parsed as HTML, and escaped.
    ("part/usage/picture.rs", "a child of <title>"),
    // Leptos 0.9 escapes the text of this element, which the pages' own tests show with hostile descriptions.
    ("ui/field.rs", "a child of <textarea>"),
    // As above; a setup key has letters and digits only.
    (
        "part/profile/authenticator_form.rs",
        "a child of <textarea>",
    ),
];

#[test]
fn no_component_writes_unescaped_text() {
    let mut found = Vec::new();
    for root in ["src", "../frontend/src"] {
        scan(
            Path::new(env!("CARGO_MANIFEST_DIR")).join(root).as_path(),
            "",
            &mut found,
        );
    }
    let unknown: Vec<_> = found
        .iter()
        .filter(|(file, sink)| !ALLOWED.contains(&(file.as_str(), sink.as_str())))
        .collect();
    assert!(unknown.is_empty(), "raw sinks: {unknown:#?}");
    for (file, sink) in ALLOWED {
        let used = found.iter().any(|(f, s)| f == file && s == sink);
        assert!(used, "{sink} is allowed in {file} and no longer used there");
    }
}

#[test]
fn every_planted_sink_is_found() {
    for (source, sinks) in [
        ("<div inner_html=name></div>", &["inner_html"][..]),
        (
            "<div\n    inner_html=move || name.get()\n/>",
            &["inner_html"],
        ),
        ("element.set_inner_html(&name);", &["set_inner_html"]),
        ("html::div().inner_html(name)", &["inner_html"]),
        ("use leptos_meta::Title;", &["leptos_meta::Title"]),
        (
            "use leptos_meta::{Meta, Style as S};",
            &["leptos_meta::Meta", "leptos_meta::Style"],
        ),
        ("use leptos_meta::*;", &["leptos_meta::*"]),
        ("leptos_meta::Script(props)", &["leptos_meta::Script"]),
        ("use leptos_meta as meta;", &["leptos_meta"]),
        ("<title>{name}</title>", &["a child of <title>"]),
        (
            "<script nonce=n>\"let a = \" {name}</script>",
            &["a child of <script>"],
        ),
        (
            "<style on:x=move |a| a > 1>{css}</style>",
            &["a child of <style>"],
        ),
        (
            "<noscript><img src=name /></noscript>",
            &["a child of <noscript>"],
        ),
        (
            "<textarea a=\"</textarea>\">{name}</textarea>",
            &["a child of <textarea>"],
        ),
        ("html::script().child(name)", &["a child of <script>"]),
        ("textarea().child(name)", &["a child of <textarea>"]),
    ] {
        assert_eq!(sinks_in(source), sinks, "{source}");
    }
    for source in [
        "// inner_html and <title>{name}</title>",
        "let text = \"<title>{name}</title> inner_html\";",
        "let text = r#\"use leptos_meta::Title;\"#;",
        "<textarea id=id></textarea>",
        "<script src=\"a\" defer=\"\" />",
        "<title>\"Latchkey\"</title>",
        "<TextArea value />",
        "let c = '\"'; let title: &'static str = title(\"<script>\");",
    ] {
        assert!(sinks_in(source).is_empty(), "{source}");
    }
}

/// The sinks of every file beneath a folder, with the file's path from there.
fn scan(folder: &Path, under: &str, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        if path.is_dir() {
            scan(&path, &format!("{under}{name}/"), found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let source = fs::read_to_string(&path).expect("text");
            let sinks = sinks_in(&source).into_iter();
            found.extend(sinks.map(|sink| (format!("{under}{name}"), sink)));
        }
    }
}

fn sinks_in(source: &str) -> Vec<String> {
    let code = without_text(source);
    let mut sinks = Vec::new();
    for (at, word) in words(&code) {
        if RAW.contains(&word) {
            sinks.push(word.to_owned());
        }
        if word == "leptos_meta" {
            let items = items(&code[at + word.len()..]);
            sinks.extend(items.into_iter().map(|item| {
                if item.is_empty() {
                    word.to_owned()
                } else {
                    format!("{word}::{item}")
                }
            }));
        }
        if RAW_TEXT.contains(&word) && has_child(&code, at, word) {
            sinks.push(format!("a child of <{word}>"));
        }
    }
    sinks
}

/// What follows a crate's name: the items of a path or of a `use`.
fn items(rest: &str) -> Vec<String> {
    let Some(rest) = rest.strip_prefix("::") else {
        return vec![String::new()];
    };
    let first = |text: &str| -> String {
        let text = text.trim_start();
        let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '*'));
        text[..end.unwrap_or(text.len())].to_owned()
    };
    match rest.strip_prefix('{') {
        Some(list) => list
            .split('}')
            .next()
            .unwrap_or_default()
            .split(',')
            .map(first)
            .collect(),
        None => vec![first(rest)],
    }
}

/// Whether the element that is named here has children other than constant text.
fn has_child(code: &str, at: usize, word: &str) -> bool {
    let after = &code[at + word.len()..];
    if !code[..at].ends_with('<') {
        return after.starts_with("().child(")
            || (after.starts_with("()") && code[..at].ends_with("html::"));
    }
    let Some(end) = end_of_tag(after) else {
        return true;
    };
    if after[..end].ends_with('/') {
        return false;
    }
    let children = after[end + 1..]
        .split(&format!("</{word}>"))
        .next()
        .unwrap_or_default();
    children.chars().any(|c| !c.is_whitespace() && c != '"')
}

/// Where an opening tag ends: its first `>` that is not part of an expression.
fn end_of_tag(text: &str) -> Option<usize> {
    let mut depth = 0;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            // A comparison stands between blanks.
            '>' if depth == 0 && !matches!(before, '-' | '=' | ' ') => return Some(at),
            '>' if depth == 0 && before == ' ' && !text[at + 1..].starts_with(' ') => {
                return Some(at);
            }
            _ => {}
        }
        before = c;
    }
    None
}

/// The identifiers of some code, with where they stand.
fn words(code: &str) -> Vec<(usize, &str)> {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in code.char_indices().chain([(code.len(), ' ')]) {
        match (start, part(c)) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                words.push((from, &code[from..at]));
                start = None;
            }
            _ => {}
        }
    }
    words
}

/// The code without its comments, and with empty texts.
fn without_text(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let hashes = match c {
            'r' => rest[1..].bytes().take_while(|byte| *byte == b'#').count(),
            _ => 0,
        };
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if c == 'r' && rest[1 + hashes..].starts_with('"') && !ends_a_word(&code) {
            let end = format!("\"{}", "#".repeat(hashes));
            let from = 2 + hashes;
            code.push_str("\"\"");
            rest[from..]
                .find(&end)
                .map_or(rest.len(), |at| from + at + end.len())
        } else if c == '"' {
            code.push_str("\"\"");
            text_length(rest)
        } else if c == '\'' {
            letter_length(rest)
        } else {
            0
        };
        if skipped == 0 {
            code.push(c);
            rest = &rest[c.len_utf8()..];
        } else {
            rest = &rest[skipped..];
        }
    }
    code
}

fn ends_a_word(code: &str) -> bool {
    code.ends_with(|c: char| c.is_alphanumeric() || c == '_')
}

fn text_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

/// The length of a `char`; 0 for a lifetime.
fn letter_length(text: &str) -> usize {
    let mut chars = text.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some((at, c))) => {
            let from = at + c.len_utf8();
            text[from..].find('\'').map_or(0, |end| from + end + 1)
        }
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 0,
    }
}

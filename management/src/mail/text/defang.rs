//! Names in mails. Other people choose them, so no mail program may turn one into a link.

use domain::text::single_line;

/// Maximum length of a name in a mail, in characters.
const MAX_NAME_CHARS: usize = 120;

/// Returns a name on one line, with brackets around each dot and colon that a link needs: `https[:]//evil[.]example`.
pub(super) fn defang(name: &str) -> String {
    let name = single_line(name, MAX_NAME_CHARS);
    let mut safe = String::with_capacity(name.len());
    let mut before = None;
    let mut rest = name.chars().peekable();
    while let Some(c) = rest.next() {
        let inside = |other: Option<char>| other.is_some_and(|other| !other.is_whitespace());
        if is_separator(c) && inside(before) && inside(rest.peek().copied()) {
            safe.push('[');
            safe.push(c);
            safe.push(']');
        } else {
            safe.push(c);
        }
        before = Some(c);
    }
    safe
}

/// Dots, also those of other scripts that programs accept in host names (UTS 46), and colons, as after the scheme of a URL.
const fn is_separator(c: char) -> bool {
    matches!(
        c,
        '.' | '\u{3002}' | '\u{ff0e}' | '\u{ff61}' | '\u{2024}' | ':' | '\u{ff1a}'
    )
}

#[cfg(test)]
mod tests {
    use super::defang;

    #[test]
    fn a_name_is_not_a_link_and_stays_readable() {
        for (name, safe) in [
            ("Checkout", "Checkout"),
            ("Env: prod. Do not use", "Env: prod. Do not use"),
            ("v1.2", "v1[.]2"),
            ("https://evil.example/u", "https[:]//evil[.]example/u"),
            ("www.evil.example.", "www[.]evil[.]example."),
            ("mailto:a@evil.example", "mailto[:]a@evil[.]example"),
            ("evil\u{3002}example", "evil[\u{3002}]example"),
            ("a..b", "a[.][.]b"),
            (" two\nlines ", "twolines"),
            ("", ""),
        ] {
            assert_eq!(defang(name), safe, "{name:?}");
        }
    }
}

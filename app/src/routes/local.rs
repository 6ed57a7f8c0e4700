//! Return paths, which stay on this site.

/// Bytes of a path with its query.
const MAX_LENGTH: usize = 2_048;

/// `text` where it is the path of a page of this site, with its query: the one parser for `next=`, `page=` and `Referer`.
/// Browsers take `/\host` and `//host` for another site, and leave tabs and line ends out before they look.
pub fn local_path(text: &str) -> Option<&str> {
    let path = text.split(['?', '#']).next().unwrap_or_default();
    let decoded = decoded(path);
    let stays = |path: &[u8]| {
        path.first() == Some(&b'/')
            && !matches!(path.get(1), Some(b'/' | b'\\'))
            && !path.contains(&b'\\')
            && !path.iter().any(u8::is_ascii_control)
    };
    let is_local = text.len() <= MAX_LENGTH
        && text.bytes().all(|byte| byte.is_ascii_graphic())
        && !text.contains('\\')
        && stays(path.as_bytes())
        && stays(&decoded)
        // A function has no page.
        && !decoded.starts_with(b"/api/");
    is_local.then_some(text)
}

/// The bytes that percent signs stand for; a sign that stands for none is itself.
fn decoded(path: &str) -> Vec<u8> {
    let mut rest = path.as_bytes();
    let mut decoded = Vec::with_capacity(rest.len());
    while let Some((byte, behind)) = rest.split_first() {
        let digits = behind
            .get(..2)
            .filter(|digits| *byte == b'%' && digits.iter().all(u8::is_ascii_hexdigit))
            .and_then(|digits| str::from_utf8(digits).ok());
        let number = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        rest = match number {
            Some(_) => &behind[2..],
            None => behind,
        };
        decoded.push(number.unwrap_or(*byte));
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::local_path;

    #[test]
    fn a_return_path_never_leaves_the_site() {
        for foreign in [
            "",
            "x",
            "?a=b",
            "https://evil.example",
            "https:evil.example",
            "HTTP://evil.example",
            "javascript:alert(1)",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "\\\\evil.example",
            "/a\\b",
            "/a?b=\\",
            "/%5Cevil.example",
            "/%5cevil.example",
            "/%2Fevil.example",
            "/%2f%2fevil.example",
            "/a%5Cb",
            "/\t/evil.example",
            "/\n/evil.example",
            "/\r/evil.example",
            "/%09/evil.example",
            "/a%0Ab",
            "/a%00b",
            "/a b",
            " /a",
            "/ü",
            "/\u{2044}evil.example",
            "/api/sign_in",
            "/%61pi/sign_in",
            "@evil.example",
            ".evil.example",
        ] {
            assert_eq!(local_path(foreign), None, "{foreign:?}");
        }
        let long = format!("/{}", "a".repeat(2_048));
        assert_eq!(local_path(&long), None);
        for own in [
            "/",
            "/sign-in",
            "/apps/1/settings?x=1",
            "/apps/1?search=%5C%2F%0A",
            "/apps/1?next=//evil.example",
            "/apps/1/usage.csv",
            "/a//b",
            "/a%2Fb",
            "/100%",
            "/a#b",
            "/apis",
        ] {
            assert_eq!(local_path(own), Some(own), "{own}");
        }
    }
}

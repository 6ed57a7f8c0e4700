//! What holds for every cookie of the server, in every response of every test.

use crate::Answer;
use http::HeaderMap;

/// The colours of the page: no secret, and read before there is a session.
const THEME: &str = "latchkey-theme";
/// The beginning of the name of a cookie with the change that a page reports: no secret.
const DONE: &str = "latchkey-done";
/// Tokens are longer: what is shorter is a test's own value, and may be part of a page by chance.
const MIN_TOKEN_BYTES: usize = 32;

/// Checks the attributes of each cookie (OWASP ASVS 5.0, 3.3.1 to 3.3.4), of those that are deleted too, and that no token of a cookie
/// is in the body or in the address of a redirect. `sent` are the headers of the request; `https` is whether browsers reach the server
/// by HTTPS.
pub(crate) fn check(sent: &HeaderMap, answer: &Answer, https: bool) {
    let mut pairs = Vec::new();
    for line in answer.headers.get_all("set-cookie") {
        let line = line.to_str().expect("text");
        let mut parts = line.split("; ");
        let pair = parts.next().and_then(|pair| pair.split_once('='));
        let (name, value) = pair.expect("a name and a value");
        let attributes: Vec<&str> = parts.collect();
        let has = |attribute: &str| attributes.contains(&attribute);
        assert!(has("SameSite=Lax") && has("Path=/"), "{line}");
        let is_for_others = attributes
            .iter()
            .any(|attribute| attribute.starts_with("Domain"));
        assert!(!is_for_others, "{line}");
        let is_theme = name.starts_with(THEME);
        assert!(is_theme || has("HttpOnly"), "{line}");
        assert_eq!(has("Secure"), https, "{line}");
        let is_bound = name.starts_with("__Host-");
        assert_eq!(is_bound, https && !is_theme, "{line}");
        pairs.push((name, value));
    }
    let lines = sent.get_all("cookie").iter();
    let lines = lines.filter_map(|line| line.to_str().ok());
    pairs.extend(lines.flat_map(|line| line.split("; ").filter_map(|pair| pair.split_once('='))));
    for (name, token) in pairs {
        let plain = name.trim_start_matches("__Host-");
        let is_secret = !plain.starts_with(THEME) && !plain.starts_with(DONE);
        if is_secret && token.len() >= MIN_TOKEN_BYTES {
            assert!(!answer.body.contains(token), "{name} is in the body");
            let location = answer.header("location");
            assert!(!location.contains(token), "{name} is in {location}");
        }
    }
}

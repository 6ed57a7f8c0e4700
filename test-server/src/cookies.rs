//! What holds for every cookie that the server sets.

use crate::Answer;

/// The colours of the page: no secret, and read before there is a session.
const THEME: &str = "latchkey-theme";

/// Checks the attributes of each cookie (OWASP ASVS 5.0, 3.3.1 to 3.3.4), of those that are deleted too.
pub(crate) fn check(answer: &Answer) {
    for line in answer.headers.get_all("set-cookie") {
        let line = line.to_str().expect("text");
        let mut parts = line.split("; ");
        let (name, _) = parts
            .next()
            .and_then(|pair| pair.split_once('='))
            .expect("a name and a value");
        let attributes: Vec<&str> = parts.collect();
        let has = |attribute: &str| attributes.contains(&attribute);
        assert!(has("SameSite=Lax") && has("Path=/"), "{line}");
        let is_for_others = attributes
            .iter()
            .any(|attribute| attribute.starts_with("Domain"));
        assert!(!is_for_others, "{line}");
        let is_theme = name.starts_with(THEME);
        assert!(is_theme || has("HttpOnly"), "{line}");
        let is_bound = name.starts_with("__Host-");
        assert_eq!(is_bound, has("Secure") && !is_theme, "{line}");
    }
}

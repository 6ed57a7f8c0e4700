//! The browser and the operating system that a user agent names.

/// Browsers by a product token of theirs. Most browsers also name those below them, so the first match counts.
const BROWSERS: [(&str, &str); 12] = [
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Version/", "Safari"),
    ("Safari/", "Safari"),
];

/// Operating systems by a word in the user agent. Phones and tablets also name a desktop system, so the first match counts.
const SYSTEMS: [(&str, &str); 8] = [
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
    ("X11", "Linux"),
];

/// Maximum length of the name of an unknown program, in characters.
const MAX_PROGRAM_CHARS: usize = 40;

/// Returns a description of the client, for example `Firefox on Linux`. A user agent can be forged: the description is a
/// reminder, not evidence.
pub fn describe(user_agent: &str) -> String {
    let browser = find(&BROWSERS, user_agent);
    let system = find(&SYSTEMS, user_agent);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, Some(system)) => format!("Unknown browser on {system}"),
        (None, None) => program(user_agent).unwrap_or_else(|| "Unknown browser".to_owned()),
    }
}

fn find(table: &[(&str, &'static str)], user_agent: &str) -> Option<&'static str> {
    table
        .iter()
        .find(|(word, _)| user_agent.contains(word))
        .map(|(_, name)| *name)
}

/// The first product of the user agent, for example `curl`.
fn program(user_agent: &str) -> Option<String> {
    let product = user_agent.split(['/', ' ']).next()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let named = !product.is_empty() && product.chars().all(plain);
    named.then(|| product.chars().take(MAX_PROGRAM_CHARS).collect())
}

#[cfg(test)]
mod tests {
    use super::describe;

    #[test]
    fn common_browsers_are_named_with_their_system() {
        const WEBKIT: &str = "AppleWebKit/605.1.15 (KHTML, like Gecko)";
        const BLINK: &str = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0";
        for (user_agent, expected) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0".to_owned(),
                "Firefox on Linux",
            ),
            (
                format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {BLINK} Safari/537.36"),
                "Chrome on Windows",
            ),
            (
                format!(
                    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) {BLINK} Safari/537.36 Edg/141.0.0.0"
                ),
                "Edge on Windows",
            ),
            (
                format!(
                    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Version/26.0 Safari/605.1.15"
                ),
                "Safari on macOS",
            ),
            (
                format!(
                    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) {WEBKIT} Version/26.0 Mobile/15E148 Safari/604.1"
                ),
                "Safari on iPhone",
            ),
            (
                format!(
                    "Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) {WEBKIT} CriOS/141.0 Mobile/15E148 Safari/604.1"
                ),
                "Chrome on iPad",
            ),
            (
                format!(
                    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) {WEBKIT} FxiOS/144.0 Mobile/15E148 Safari/605.1.15"
                ),
                "Firefox on iPhone",
            ),
            (
                format!("Mozilla/5.0 (Linux; Android 10; K) {BLINK} Mobile Safari/537.36"),
                "Chrome on Android",
            ),
            (
                "Mozilla/5.0 (Android 15; Mobile; rv:144.0) Gecko/144.0 Firefox/144.0".to_owned(),
                "Firefox on Android",
            ),
            (
                format!(
                    "Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S911B) {BLINK} SamsungBrowser/28.0 Mobile Safari/537.36"
                ),
                "Samsung Internet on Android",
            ),
            (
                format!("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {BLINK} Safari/537.36"),
                "Chrome on ChromeOS",
            ),
            (
                format!("Mozilla/5.0 (X11; Linux x86_64) {BLINK} Safari/537.36 OPR/122.0.0.0"),
                "Opera on Linux",
            ),
        ] {
            assert_eq!(describe(&user_agent), expected, "{user_agent}");
        }
    }

    #[test]
    fn other_clients_are_named_by_their_first_product_or_not_at_all() {
        for (user_agent, expected) in [
            ("curl/8.5.0", "curl"),
            ("python-requests/2.32.3", "python-requests"),
            ("Mozilla/5.0 (Linux x86_64)", "Unknown browser on Linux"),
            ("Firefox/144.0", "Firefox"),
            ("", "Unknown browser"),
            ("<b>x</b>", "Unknown browser"),
            ("\u{202E}moc", "Unknown browser"),
        ] {
            assert_eq!(describe(user_agent), expected, "{user_agent:?}");
        }
        assert_eq!(describe(&"a".repeat(200)).len(), 40);
    }
}

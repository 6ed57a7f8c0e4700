//! A browser's translation of a page leaves codes and names as they are.

use super::{HTML, Hostile, document::Document, look};
use domain::{
    key::{
        expiry::Expiry,
        regeneration::{GracePeriod, Regeneration},
        scope::ScopeSet,
    },
    time::DAY,
};
use server::dashboard::pages;
use test_server::TestServer;

/// What every name in the account is, and what callers and people have written.
const NAME: &str = "Zirkonia";

/// Whether the text holds a key id, a scope or the address of the callers, or stands for `<code>`.
fn holds_code(text: &str) -> bool {
    ["akl_", "akt_", "192.0.2.1", "<code>"]
        .iter()
        .any(|code| text.contains(code))
        || text
            .split(|c: char| c.is_whitespace() || ",;.()".contains(c))
            .any(|word| ScopeSet::one(word).is_ok())
}

/// Returns what a browser's translation changes on the pages, each text with the page's address.
async fn translated(server: &TestServer) -> Vec<(String, String)> {
    let settled = Hostile::settle(server, NAME).await;
    let id = settled.key.id.to_string();
    let fresh = settled.owner.fresh().expect("signed in a moment ago");
    let wanted = Regeneration {
        grace_period: GracePeriod { grace: DAY },
        expiry: Expiry::Never,
        compromised: false,
    };
    let once = server.keyring.new_idempotency_key();
    let new = fresh.regenerate(settled.key.id, wanted, once).await;
    new.expect("a new key");
    let lines = [HTML, ("cookie", settled.cookie.as_str())];
    let mut found = Vec::new();
    for path in pages::paths() {
        let filled = settled.fill(&path);
        let queries = [
            String::new(),
            format!("?keys={id}"),
            format!("?try=1&key={id}&address=192.0.2.1&scope=invoice:read"),
            format!("?request={NAME}"),
            "?by=address".to_owned(),
            "?by=scope".to_owned(),
            "?tab=requests&outcome=valid".to_owned(),
            "?tab=security".to_owned(),
            "?tab=history".to_owned(),
        ];
        for address in queries.map(|query| filled.clone() + &query) {
            let document = Document::read(&server.get(&address, &lines).await.body);
            let texts = document.translated.into_iter();
            found.extend(texts.map(|text| (address.clone(), text)));
        }
    }
    let support = look(server, &id).await;
    assert!(support.texts.contains("akl_"), "support sees the key");
    let texts = support.translated.into_iter();
    found.extend(texts.map(|text| ("support".to_owned(), text)));
    found
}

#[tokio::test]
async fn no_code_on_any_page_is_translated() {
    let server = TestServer::new().await;
    let mut found = translated(&server).await;
    assert!(found.len() > 1_000, "the texts are found: {}", found.len());
    // An example in the hint of a field may be translated with it.
    found.retain(|(_, text)| holds_code(text) && !text.contains("for example "));
    assert!(found.is_empty(), "{}: {found:#?}", found.len());
}

#[tokio::test]
async fn no_name_on_any_page_is_translated() {
    let server = TestServer::new().await;
    let mut found = translated(&server).await;
    // What people and callers have written is not a name, nor are the former values in the audit log.
    let is_written = |address: &str, text: &str| {
        address.contains("/audit-log")
            || address.contains("/profile/sessions")
            || text.starts_with(':')
    };
    // The labels of boxes are one text each: a list has thousands.
    found.retain(|(address, text)| {
        text.contains(NAME) && !text.starts_with("Select ") && !is_written(address, text)
    });
    assert!(found.is_empty(), "{}: {found:#?}", found.len());
}

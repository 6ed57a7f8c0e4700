//! A browser's translation of a page leaves codes as they are.

use super::{HTML, Hostile, document::Document, look};
use domain::{
    key::{
        expiry::Expiry,
        regeneration::{GracePeriod, Regeneration},
    },
    time::DAY,
};
use server::dashboard::pages;
use test_server::TestServer;

#[tokio::test]
async fn no_code_on_any_page_is_translated() {
    let server = TestServer::new().await;
    let settled = Hostile::settle(&server, "Billing").await;
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
        let selected = format!("{filled}?keys={id}");
        let tried = format!("{filled}?try=1&key={id}&address=192.0.2.1&scope=invoice:read");
        let request = format!("{filled}?request=Billing");
        let tabs = ["?by=address", "?by=scope", "?tab=security", "?tab=history"]
            .map(|query| format!("{filled}{query}"));
        let addresses = [filled.clone(), selected, tried, request];
        for address in addresses.into_iter().chain(tabs) {
            let document = Document::read(&server.get(&address, &lines).await.body);
            found.extend(
                document
                    .translated
                    .into_iter()
                    .map(|text| format!("{address}: {text}")),
            );
        }
    }
    let support = look(&server, &id).await;
    assert!(support.texts.contains("akl_"), "support sees the key");
    found.extend(
        support
            .translated
            .into_iter()
            .map(|text| format!("support: {text}")),
    );
    assert!(found.is_empty(), "{}: {found:#?}", found.len());
}

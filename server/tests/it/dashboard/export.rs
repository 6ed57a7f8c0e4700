//! The export of the list of keys.

use domain::key::{
    Environment, KeyDraft,
    expiry::Expiry,
    ip_rule::IpRules,
    issued::IssuedKey,
    name::{Description, KeyName},
    scope::ScopeSet,
};
use management::FreshOwner;
use test_server::{DEVELOPER, FOREIGNER, OWNER, TestServer, VIEWER};

async fn make(server: &TestServer, owner: &FreshOwner, name: &str, description: &str) -> IssuedKey {
    let draft = KeyDraft {
        name: KeyName::parse(name).expect("a name"),
        description: Description::parse(description).expect("a description"),
        environment: Environment::Live,
        scopes: ScopeSet::one("invoice:read").expect("known"),
        expiry: Expiry::Never,
        ip_rules: IpRules::default(),
        rate_limit: None,
    };
    let fresh = owner.fresh().expect("signed in a moment ago");
    match fresh
        .issue(draft, server.keyring.new_idempotency_key())
        .await
    {
        Ok(management::Issue::New(issued)) => issued,
        other => panic!("no key: {other:?}"),
    }
}

async fn path(server: &TestServer) -> String {
    format!(
        "/apps/{}/settings/api-keys.csv",
        server.application(OWNER).await
    )
}

#[tokio::test]
async fn a_file_has_all_pages_of_the_list_and_no_secret() {
    let server = TestServer::with_users().await;
    let path = path(&server).await;
    let owner = server.owner().await.fresh_owner().expect("signed in");
    let cookie = format!("latchkey={}", server.token(VIEWER).await);
    let first = make(
        &server,
        &owner,
        "=cmd|' /C calc'!A0",
        "says \"hello\",\nand more",
    )
    .await;
    server.clock.advance(1);
    // More keys than one chunk has.
    for n in 0..520 {
        make(&server, &owner, &format!("Key {n}"), "").await;
    }
    let answer = server.get(&path, &[("cookie", &cookie)]).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.body);
    assert!(answer.header("content-type").starts_with("text/csv"));
    let disposition = answer.header("content-disposition");
    assert!(
        disposition.starts_with("attachment; filename=\"api-keys-2026-11-23.csv\""),
        "{disposition}"
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.body.matches("\r\n").count(), 522);
    assert!(answer.body.contains("\"'=cmd|' /C calc'!A0\""));
    assert!(answer.body.contains("\"says \"\"hello\"\",\nand more\""));
    assert!(answer.body.contains(&first.id.to_string()));
    assert!(!answer.body.contains(&first.secret));
    let last = answer.body.lines().last().expect("lines");
    assert!(last.contains("and more"), "the oldest comes last: {last}");
}

#[tokio::test]
async fn a_file_follows_the_filter_of_the_list() {
    let server = TestServer::with_users().await;
    let path = path(&server).await;
    let owner = server.owner().await.fresh_owner().expect("signed in");
    let cookie = format!("latchkey={}", server.token(DEVELOPER).await);
    make(&server, &owner, "Billing", "").await;
    make(&server, &owner, "Checkout", "").await;
    let query = format!("{path}?search=bill&status=active&sort=name&dir=asc");
    let answer = server.get(&query, &[("cookie", &cookie)]).await;
    assert!(answer.body.contains("Billing") && !answer.body.contains("Checkout"));
}

#[tokio::test]
async fn a_file_requires_the_same_role_as_the_list() {
    let server = TestServer::with_users().await;
    let path = path(&server).await;
    let owner = server.owner().await.fresh_owner().expect("signed in");
    make(&server, &owner, "Billing", "").await;
    let anonymous = server.get(&path, &[]).await;
    assert_eq!(anonymous.status.as_u16(), 303);
    assert!(
        anonymous
            .header("location")
            .starts_with("/sign-in?next=/apps/")
    );
    assert!(!anonymous.body.contains("Billing"));
    for (who, expected) in [
        (FOREIGNER, 404),
        (VIEWER, 200),
        (DEVELOPER, 200),
        (OWNER, 200),
    ] {
        let cookie = format!("latchkey={}", server.token(who).await);
        let answer = server.get(&path, &[("cookie", &cookie)]).await;
        assert_eq!(answer.status.as_u16(), expected, "{who}");
        assert_eq!(answer.body.contains("Billing"), expected == 200, "{who}");
    }
    let cookie = format!("latchkey={}", server.token(OWNER).await);
    for app in ["malformed", "00000000-0000-0000-0000-000000000000"] {
        let path = format!("/apps/{app}/settings/api-keys.csv");
        let answer = server.get(&path, &[("cookie", &cookie)]).await;
        assert_eq!(answer.status.as_u16(), 404, "{app}");
    }
}

//! The list of keys as a file.

use crate::house::{DEVELOPER, FOREIGNER, House, OWNER, VIEWER};
use domain::key::{
    Environment, KeyDraft,
    expiry::Expiry,
    ip_rule::IpRules,
    issued::IssuedKey,
    name::{Description, KeyName},
    scope::ScopeSet,
};
use management::FreshOwner;

async fn make(house: &House, owner: &FreshOwner, name: &str, description: &str) -> IssuedKey {
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
        .issue(draft, house.keyring.new_idempotency_key())
        .await
    {
        Ok(management::Issue::New(issued)) => issued,
        other => panic!("no key: {other:?}"),
    }
}

async fn path(house: &House) -> String {
    format!(
        "/apps/{}/settings/api-keys.csv",
        house.application(OWNER).await
    )
}

#[tokio::test]
async fn a_file_has_all_pages_and_no_secret() {
    let house = House::furnished().await;
    let path = path(&house).await;
    let owner = house.owner().await.fresh_owner().expect("signed in");
    let cookie = format!("latchkey={}", house.token(VIEWER).await);
    let first = make(
        &house,
        &owner,
        "=cmd|' /C calc'!A0",
        "says \"hello\",\nand more",
    )
    .await;
    house.clock.advance(1);
    // More than what is read at once.
    for n in 0..520 {
        make(&house, &owner, &format!("Key {n}"), "").await;
    }
    let answer = house.get(&path, &[("cookie", &cookie)]).await;
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
async fn a_file_has_what_the_list_was_narrowed_to() {
    let house = House::furnished().await;
    let path = path(&house).await;
    let owner = house.owner().await.fresh_owner().expect("signed in");
    let cookie = format!("latchkey={}", house.token(DEVELOPER).await);
    make(&house, &owner, "Billing", "").await;
    make(&house, &owner, "Checkout", "").await;
    let query = format!("{path}?search=bill&status=active&sort=name&dir=asc");
    let answer = house.get(&query, &[("cookie", &cookie)]).await;
    assert!(answer.body.contains("Billing") && !answer.body.contains("Checkout"));
}

#[tokio::test]
async fn a_file_is_for_those_who_see_the_list() {
    let house = House::furnished().await;
    let path = path(&house).await;
    let owner = house.owner().await.fresh_owner().expect("signed in");
    make(&house, &owner, "Billing", "").await;
    let nobody = house.get(&path, &[]).await;
    assert_eq!(nobody.status.as_u16(), 303);
    assert!(
        nobody
            .header("location")
            .starts_with("/sign-in?next=/apps/")
    );
    assert!(!nobody.body.contains("Billing"));
    for (who, expected) in [
        (FOREIGNER, 404),
        (VIEWER, 200),
        (DEVELOPER, 200),
        (OWNER, 200),
    ] {
        let cookie = format!("latchkey={}", house.token(who).await);
        let answer = house.get(&path, &[("cookie", &cookie)]).await;
        assert_eq!(answer.status.as_u16(), expected, "{who}");
        assert_eq!(answer.body.contains("Billing"), expected == 200, "{who}");
    }
    let cookie = format!("latchkey={}", house.token(OWNER).await);
    for app in ["malformed", "00000000-0000-0000-0000-000000000000"] {
        let path = format!("/apps/{app}/settings/api-keys.csv");
        let answer = house.get(&path, &[("cookie", &cookie)]).await;
        assert_eq!(answer.status.as_u16(), 404, "{app}");
    }
}

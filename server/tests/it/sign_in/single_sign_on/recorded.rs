//! What follows a sign-in at the provider does not happen if it cannot be recorded.

use super::{Browser, Setup};
use crate::database::{Database, changed};
use app::routes::with_query;
use serde_json::json;
use test_server::{TestServer, VIEWER};
use testing::{TestDatabase, each_database};

/// Comes back from the provider while no record can be written, and then again.
async fn attempt(browser: &mut Browser<'_>, database: &Database, path: &str) {
    let callback = browser.begin(path).await;
    let token = browser.token().map(str::to_owned);
    database.refuse_records().await;
    let before = database.rows().await;
    let answer = browser.finish(&callback).await;
    let differences = changed(&before, &database.rows().await);
    database.allow_records().await;
    let next = path.split_once("next=").map_or("", |(_, next)| next);
    let expected = with_query("/sign-in", &[("sso", "failed"), ("next", next)]);
    assert_eq!(answer.header("location"), expected, "{path}");
    assert_eq!(browser.token(), token.as_deref(), "{path}");
    // A response of the provider is used once, whatever follows.
    assert_eq!(differences, ["completed_sign_in"], "{path}");
    let callback = browser.begin(path).await;
    let answer = browser.finish(&callback).await;
    assert!(
        !answer.header("location").contains("sso="),
        "{path}: {}",
        answer.header("location")
    );
}

each_database!(what_a_sign_in_at_the_provider_changes_is_recorded_or_does_not_happen);
async fn what_a_sign_in_at_the_provider_changes_is_recorded_or_does_not_happen(
    database: TestDatabase,
) {
    let setup = Setup::with(TestServer::with_users_on(database).await, |_| {}).await;
    let database = Database::at(&setup.server.url).await;
    // A newcomer, and a member whose role changes.
    for group in ["devs", "admins"] {
        setup.groups(&[group]);
        attempt(&mut setup.browser(), &database, "/sign-in/oidc").await;
    }
    let mut member = setup.browser();
    member.sign_in().await;
    let confirm = "/sign-in/oidc?for=confirm&next=/profile";
    attempt(&mut member, &database, confirm).await;

    let mut other = setup.browser();
    other.use_session(&setup.server.token(VIEWER).await);
    setup.claim("sub", json!("another"));
    let link = "/sign-in/oidc?for=link&next=/profile";
    attempt(&mut other, &database, link).await;

    database.refuse_records().await;
    let before = database.rows().await;
    let failed = other.post("unlink_identity", "page=/profile").await;
    let differences = changed(&before, &database.rows().await);
    database.allow_records().await;
    assert!(failed.status.is_server_error(), "{}", failed.body);
    assert_eq!(differences, Vec::<String>::new());
    let unlinked = other.post("unlink_identity", "page=/profile").await;
    assert!(unlinked.status.is_redirection(), "{}", unlinked.body);
}

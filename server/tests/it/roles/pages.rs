//! Which role may read which page and which file of an application.

use super::{CALLERS, add_application_owner, open::OPEN_PAGES};
use server::{dashboard::pages, router};
use std::collections::{BTreeMap, BTreeSet};
use test_server::{Answer, FOREIGNER, SUPPORT, TestServer};
use testing::{TestDatabase, each_database};

const HTML: (&str, &str) = ("accept", "text/html");
/// The id of a person and an application that do not exist.
pub const MISSING_ID: &str = "00000000-0000-0000-0000-000000000000";

/// Pages beneath `/apps/{app}/` (`{key}` and `{person}` are filled in), and the status for no session, the owner of another
/// account, a viewer, a developer, the owner, and a viewer of the account who owns the application. A page of which only a dialog is not
/// for the reader is shown without it.
pub const PAGES: &[(&str, [u16; 6])] = &[
    ("", [302, 404, 200, 200, 200, 200]),
    (
        "?from=2026-11-30&until=nonsense&zone=utc",
        [302, 404, 200, 200, 200, 200],
    ),
    ("settings/general", [302, 404, 200, 200, 200, 200]),
    ("settings/general/account", [302, 404, 403, 403, 200, 403]),
    ("settings/general/archive", [302, 404, 403, 403, 200, 200]),
    ("settings/general/restore", [302, 404, 403, 403, 200, 200]),
    ("settings/general/delete", [302, 404, 403, 403, 200, 200]),
    ("new-application", [302, 404, 403, 403, 200, 403]),
    ("?applications=Store", [302, 404, 200, 200, 200, 200]),
    ("settings/members", [302, 404, 200, 200, 200, 200]),
    ("settings/members/invite", [302, 404, 200, 200, 200, 200]),
    (
        "settings/members/two-factor",
        [302, 404, 200, 200, 200, 200],
    ),
    (
        "settings/members/{person}/two-factor",
        [302, 404, 200, 200, 200, 200],
    ),
    (
        "settings/members/{person}/role",
        [302, 404, 200, 200, 200, 200],
    ),
    (
        "settings/members/{person}/application-role",
        [302, 404, 200, 200, 200, 200],
    ),
    (
        "settings/members/{person}/transfer",
        [302, 404, 200, 200, 200, 200],
    ),
    (
        "settings/members/{person}/remove",
        [302, 404, 200, 200, 200, 200],
    ),
    (
        "settings/members/{person}/reset",
        [302, 404, 200, 200, 200, 200],
    ),
    ("settings/members/leave", [302, 404, 200, 200, 200, 200]),
    (
        "settings/members/invitations/{invitation}/renew",
        [302, 404, 200, 200, 200, 200],
    ),
    ("settings/scopes", [302, 404, 200, 200, 200, 200]),
    ("settings/requests", [302, 404, 200, 200, 200, 200]),
    (
        "settings/requests?key={key}&outcome=refused&before=7",
        [302, 404, 200, 200, 200, 200],
    ),
    (
        "settings/requests?key=malformed",
        [302, 404, 404, 404, 404, 404],
    ),
    (
        "settings/requests?key={key}&try=1&scope=invoice:read",
        [302, 404, 200, 200, 200, 200],
    ),
    (
        "settings/requests?key={key}&try=1&address=nowhere",
        [302, 404, 200, 200, 200, 200],
    ),
    (
        "settings/requests?request=never-was",
        [302, 404, 200, 200, 200, 200],
    ),
    ("settings/security-events", [302, 404, 200, 200, 200, 200]),
    (
        "settings/security-events?kind=wrong_secret&severity=critical&state=all&key={key}&cursor=1.2",
        [302, 404, 200, 200, 200, 200],
    ),
    (
        "settings/security-events?key=malformed",
        [302, 404, 404, 404, 404, 404],
    ),
    ("settings/audit-log", [302, 404, 403, 403, 200, 403]),
    ("settings/api-keys", [302, 404, 200, 200, 200, 200]),
    (
        "settings/api-keys?notable=idle&sort=name&dir=desc&cursor=malformed",
        [302, 404, 200, 200, 200, 200],
    ),
    ("settings/api-keys/new", [302, 404, 403, 200, 200, 200]),
    (
        "settings/api-keys/new?from={key}",
        [302, 404, 403, 200, 200, 200],
    ),
    (
        "settings/api-keys/new?from=malformed",
        [302, 404, 403, 404, 404, 404],
    ),
    (
        "settings/api-keys/new?from=akl_0000000000000000",
        [302, 404, 403, 404, 404, 404],
    ),
    (
        "settings/api-keys/revoke-selected?keys={key}",
        [302, 404, 403, 200, 200, 200],
    ),
    (
        "settings/api-keys/revoke-all",
        [302, 404, 403, 403, 200, 200],
    ),
    (
        "settings/api-keys/malformed",
        [302, 404, 404, 404, 404, 404],
    ),
    (
        "settings/api-keys/akl_0000000000000000",
        [302, 404, 404, 404, 404, 404],
    ),
    ("settings/api-keys/{key}", [302, 404, 200, 200, 200, 200]),
    (
        "settings/api-keys/{key}?window=7d&chart=responses&by=nonsense&rows=all",
        [302, 404, 200, 200, 200, 200],
    ),
    (
        "settings/api-keys/{key}?tab=requests&outcome=refused&before=7",
        [302, 404, 200, 200, 200, 200],
    ),
    (
        "settings/api-keys/{key}?tab=security",
        [302, 404, 200, 200, 200, 200],
    ),
    (
        "settings/api-keys/{key}?tab=history",
        [302, 404, 200, 200, 200, 200],
    ),
    (
        "settings/api-keys/{key}/edit",
        [302, 404, 403, 200, 200, 200],
    ),
    (
        "settings/api-keys/{key}/deactivate",
        [302, 404, 200, 200, 200, 200],
    ),
    (
        "settings/api-keys/{key}/regenerate",
        [302, 404, 403, 200, 200, 200],
    ),
    (
        "settings/api-keys/{key}/revoke",
        [302, 404, 200, 200, 200, 200],
    ),
];

/// Pages about the signed-in person, and the status for each person with a session. `{passkey}` belongs to no one.
const OWN_PAGES: [(&str, u16); 11] = [
    ("/profile", 200),
    ("/profile/email", 200),
    ("/profile/password", 200),
    ("/profile/sessions", 200),
    ("/profile/two-factor", 200),
    ("/profile/two-factor/add", 200),
    ("/profile/two-factor/passkeys/{passkey}/remove", 404),
    ("/profile/two-factor/passkeys/{passkey}/rename", 404),
    ("/profile/two-factor/recovery-codes", 200),
    ("/profile/two-factor/remove-app", 200),
    ("/profile/two-factor/turn-off", 200),
];

/// Files, as [`PAGES`].
pub const FILES: &[(&str, [u16; 6])] = &[
    ("settings/api-keys.csv", [303, 404, 200, 200, 200, 200]),
    ("settings/audit-log.csv", [303, 404, 403, 403, 200, 403]),
    ("settings/audit-log.jsonl", [303, 404, 403, 403, 200, 403]),
    (
        "settings/api-keys/{key}/usage.csv?window=7d",
        [303, 404, 200, 200, 200, 200],
    ),
    (
        "settings/api-keys/{key}/breakdown.csv?from=2026-01-01",
        [303, 404, 200, 200, 200, 200],
    ),
    ("usage.csv", [303, 404, 200, 200, 200, 200]),
    ("breakdown.csv", [303, 404, 200, 200, 200, 200]),
];

/// The stream of live calls, whose roles are tested in `live.rs`.
pub const LIVE: &str = "settings/requests/live";

/// The path of a page or a file in the tables.
pub fn path(app: &str, name: &str) -> String {
    let mark = if name.is_empty() || name.starts_with('?') {
        ""
    } else {
        "/"
    };
    format!("/apps/{app}{mark}{name}")
}

/// Signs callers in, once for all pages: none of them ends a session.
async fn cookies(
    server: &TestServer,
    callers: impl IntoIterator<Item = &'static str>,
) -> BTreeMap<&'static str, String> {
    let mut cookies = BTreeMap::new();
    for email in callers {
        cookies.insert(email, format!("latchkey={}", server.token(email).await));
    }
    cookies
}

async fn get(server: &TestServer, path: &str, cookie: Option<&str>) -> Answer {
    match cookie {
        None => server.get(path, &[HTML]).await,
        Some(cookie) => server.get(path, &[HTML, ("cookie", cookie)]).await,
    }
}

#[test]
fn every_page_is_in_one_of_the_tables() {
    let there: BTreeSet<String> = pages::paths().iter().map(|path| page(path)).collect();
    let of_applications = PAGES.iter().map(|(name, _)| path("{app}", name));
    let listed: BTreeSet<String> = of_applications
        .chain(OWN_PAGES.iter().map(|(path, _)| (*path).to_owned()))
        .chain(OPEN_PAGES.iter().map(|(path, _)| (*path).to_owned()))
        .filter(|path| !path.ends_with("malformed") && !path.contains("akl_"))
        .map(|path| page(&path))
        .collect();
    assert_eq!(there, listed);
}

/// The path `/` leads to other pages, and `/setup` exists only in an empty database: other browser tests check what they show.
const CHECKED_ELSEWHERE: [&str; 2] = ["", "/setup"];

#[test]
fn the_browser_tests_check_that_every_page_is_accessible() {
    let checked = include_str!("../../../../end2end/tests/accessible-pages.spec.ts");
    let there: BTreeSet<String> = pages::paths().iter().map(|path| page(path)).collect();
    let missing: Vec<_> = there
        .iter()
        .filter(|path| !CHECKED_ELSEWHERE.contains(&path.as_str()))
        .filter(|path| {
            !["'", "?"]
                .iter()
                .any(|end| checked.contains(&format!("'{path}{end}")))
        })
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_file_is_in_the_table() {
    let there: BTreeSet<String> = router::file_paths().map(ToOwned::to_owned).collect();
    let names = FILES.iter().map(|(name, _)| *name).chain([LIVE]);
    let listed: BTreeSet<String> = names.map(|name| page(&path("{app}", name))).collect();
    assert_eq!(there, listed);
}

/// The path of a page without its query.
fn page(path: &str) -> String {
    let path = path.split('?').next().unwrap_or(path);
    path.trim_end_matches('/').to_owned()
}

each_database!(each_role_gets_the_page_and_the_file_in_the_table);
async fn each_role_gets_the_page_and_the_file_in_the_table(database: TestDatabase) {
    let server = TestServer::with_users_on(database).await;
    add_application_owner(&server).await;
    let owner = server.owner().await;
    let app = owner.application().id;
    let key = server.key(&owner, "invoice:read", "").await.id.to_string();
    let cookies = cookies(&server, CALLERS.into_iter().flatten()).await;
    for (name, expected) in PAGES.iter().chain(FILES) {
        let name = name
            .replace("{key}", &key)
            .replace("{person}", MISSING_ID)
            .replace("{invitation}", MISSING_ID);
        for (caller, expected) in CALLERS.into_iter().zip(*expected) {
            let cookie = caller.map(|email| cookies[email].as_str());
            let answer = get(&server, &path(&app.to_string(), &name), cookie).await;
            let status = answer.status.as_u16();
            assert_eq!(status, expected, "{name} for {caller:?}");
            let hidden = matches!(status, 302 | 303) || caller == Some(FOREIGNER);
            assert!(
                !hidden || !answer.body.contains("Storefront"),
                "{name} for {caller:?}"
            );
        }
    }
}

#[tokio::test]
async fn missing_and_foreign_applications_and_keys_are_not_found() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let own = server.application(FOREIGNER).await.to_string();
    let foreign = owner.application().id.to_string();
    let key = server.key(&owner, "invoice:read", "").await.id.to_string();
    let cookies = cookies(&server, [FOREIGNER]).await;
    let cookie = Some(cookies[FOREIGNER].as_str());
    for (name, _) in PAGES.iter().chain(FILES) {
        let name = name
            .replace("{person}", MISSING_ID)
            .replace("{invitation}", MISSING_ID);
        for app in [foreign.as_str(), MISSING_ID, "malformed"] {
            let path = path(app, &name.replace("{key}", &key));
            let answer = get(&server, &path, cookie).await;
            assert_eq!(answer.status.as_u16(), 404, "{path}");
        }
        if name.contains("{key}") {
            let path = path(&own, &name.replace("{key}", &key));
            let answer = get(&server, &path, cookie).await;
            assert_eq!(answer.status.as_u16(), 404, "{path}");
        }
    }
}

#[tokio::test]
async fn everyone_who_is_signed_in_reads_the_pages_about_themselves() {
    let server = TestServer::with_users().await;
    add_application_owner(&server).await;
    server.add_support().await;
    let callers = CALLERS.into_iter().chain([Some(SUPPORT)]);
    let cookies = cookies(&server, callers.clone().flatten()).await;
    for (path, expected) in OWN_PAGES {
        let path = &path.replace("{passkey}", MISSING_ID);
        for caller in callers.clone() {
            let cookie = caller.map(|email| cookies[email].as_str());
            let answer = get(&server, path, cookie).await;
            let status = answer.status.as_u16();
            let Some(email) = caller else {
                assert_eq!(status, 302, "{path}");
                assert!(answer.header("location").starts_with("/sign-in"), "{path}");
                continue;
            };
            assert_eq!(status, expected, "{path} for {email}");
            assert!(answer.body.contains(email), "{path} for {email}");
            let own = matches!(email, FOREIGNER | SUPPORT);
            let shows = answer
                .html()
                .contains(r#"Back to <bdi translate="no">Storefront</bdi>"#);
            assert_eq!(shows, !own, "{path} for {email}");
        }
    }
}

//! What pages say about the nodes after a change that ends access, without JavaScript.

use crate::roles::{MORE, TABLE, complete};
use app::{act::nodes::ENDS_ACCESS, routes};
use domain::origin::Origin;
use management::{Joining, Keyring, Zone};
use std::{collections::BTreeSet, time::Duration};
use store::Store;
use test_server::{OWNER, TestServer, peppers};
use testing::TestDatabase;
use uuid::Uuid;

const HTML: (&str, &str) = ("accept", "text/html");

/// Forms that end access where those of the table of roles do not.
const ENDING: [(&str, &str); 2] = [
    (
        "edit_key",
        "app={app}&key={key}&seen={seen}&name=New&scopes[]=invoice:read&expiration=keep&allowed_ips=192.0.2.1&reviewed=live",
    ),
    ("regenerate_key", "app={app}&key={key}&ends=now&once={once}"),
];

/// Registers a keyring and waits for its lease.
pub async fn join(keyring: &Keyring, n: u128) {
    let joining = Joining {
        id: Uuid::from_u128(n),
        name: format!("node {n}"),
        lease: Duration::from_secs(30),
    };
    let waits_for = keyring.node().join(joining).attempt().await.expect("joins");
    assert_eq!(waits_for, None);
    keyring.node().record_comparison().await.expect("answers");
    keyring.node().renew_lease().await.expect("granted");
}

/// Makes the server one of two nodes. The other one applies every change until the test ends.
async fn add_node(server: &TestServer) {
    join(&server.keyring, 1).await;
    let store = Store::open(&server.url).await.expect("opens");
    let other = Keyring::open(store, peppers(), server.clock.clone()).await;
    let other = other.expect("opens");
    join(&other, 2).await;
    tokio::spawn(async move {
        while other.node().has_database() {
            other.node().renew_lease().await.expect("granted");
            tokio::task::yield_now().await;
        }
    });
}

/// Makes an application with a key, and returns the form for archiving it, or for deleting it once it is archived.
async fn whole_application(server: &TestServer, is_archived: bool) -> String {
    let session = server.session(OWNER).await;
    let name = format!("Zspare-{}", server.keyring.new_idempotency_key());
    let account = server.owner().await.account_owner();
    let fresh = account.expect("owns the account").fresh_account_owner();
    let fresh = fresh.expect("signed in a moment ago");
    let created = fresh.create_application(name.clone(), Zone::default());
    let app = created.await.expect("created");
    let owner = session.owner(app, Origin::default()).await;
    let owner = owner.expect("owns it");
    server.key(&owner, "invoice:read", "").await;
    if is_archived {
        let fresh = owner.fresh_owner().expect("signed in a moment ago");
        fresh.archive().await.expect("archived");
    }
    format!("app={app}&confirm={name}")
}

fn value(form: &str, field: &str) -> String {
    let mut fields = form_urlencoded::parse(form.as_bytes());
    let found = fields.find(|(name, _)| name == field);
    found.map_or_else(String::new, |(_, value)| value.into_owned())
}

/// The page with the form of a function.
fn page_of(name: &str, form: &str) -> String {
    let list = routes::list(&value(form, "app"));
    match name {
        "regenerate_key" => format!("{list}/{}/regenerate", value(form, "key")),
        "revoke_keys" => format!("{list}/revoke-selected?keys={}", value(form, "keys[]")),
        "revoke_all_keys" => format!("{list}/revoke-all"),
        _ => list,
    }
}

/// Posts a form as its page does, and returns the page that follows.
async fn submit(server: &TestServer, name: &str, form: &str) -> String {
    let session = format!("latchkey={}", server.token(OWNER).await);
    let referer = format!("http://localhost:3000{}", page_of(name, form));
    let lines = [
        HTML,
        ("referer", referer.as_str()),
        ("cookie", session.as_str()),
    ];
    let mut answer = server.post(&format!("/api/{name}"), &lines, form).await;
    let mut cookies = session.clone();
    for _ in 0..3 {
        if !answer.status.is_redirection() {
            break;
        }
        for line in answer.headers.get_all("set-cookie") {
            let line = line.to_str().expect("text");
            if let Some((done, _)) = line.split_once(';')
                && done.starts_with("latchkey-done-")
            {
                cookies = format!("{session}; {done}");
            }
        }
        let next = answer.header("location").to_owned();
        answer = server.get(&next, &[HTML, ("cookie", &cookies)]).await;
    }
    answer.html()
}

/// The number of changes that ended access.
fn confirmed(server: &TestServer) -> u64 {
    server.keyring.stats().nodes.expect("a node").confirmed
}

#[tokio::test]
async fn every_page_after_a_change_that_ends_access_says_on_how_many_nodes() {
    let Some(database) = TestDatabase::postgres().await else {
        return;
    };
    let server = TestServer::with_users_on(database).await;
    add_node(&server).await;
    // A secret that works on for a day ends no access now.
    let rows = TABLE.iter().filter(|row| row.0 != "regenerate_key");
    let rows = rows.map(|(name, form, _)| (*name, *form));
    // After a transfer the owner is none.
    let more = MORE.iter().filter(|row| row.0 != "transfer_ownership");
    let mut ended = BTreeSet::new();
    for (name, form) in rows.chain(ENDING).chain(more.copied()) {
        let form = match name {
            "archive_application" => whole_application(&server, false).await,
            "delete_application" => whole_application(&server, true).await,
            _ => Box::pin(complete(&server, &server.owner().await, form)).await,
        };
        let before = confirmed(&server);
        let page = submit(&server, name, &form).await;
        if confirmed(&server) > before {
            ended.insert(format!("/api/{name}"));
            assert!(
                page.contains(" on 2 of 2 nodes after 0 ms."),
                "{name}: {page}"
            );
        }
    }
    let listed = ENDS_ACCESS.map(str::to_owned);
    assert_eq!(ended, BTreeSet::from(listed));
}

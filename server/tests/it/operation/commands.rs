//! Commands while a server is running.

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    account::{Email, Role},
    time::{DAY, Timestamp},
};
use management::{PersonDraft, Place};
use server::{
    cli::{
        clock,
        user::{self, PersonArgs},
    },
    config::Config,
    start,
};
use std::ffi::OsString;
use test_server::{DEVELOPER, PASSWORD, PEPPER, TestServer, VIEWER};
use testing::{TestDatabase, each_database};

fn config(server: &TestServer) -> Config {
    config_over(&server.url)
}

fn config_over(url: &str) -> Config {
    Config::read(|name| match name {
        "LATCHKEY_DATABASE_URL" => Some(OsString::from(url)),
        "LATCHKEY_PEPPER" => Some(STANDARD.encode(PEPPER).into()),
        _ => None,
    })
    .expect("settings")
}

fn whom(email: &str) -> PersonArgs {
    PersonArgs {
        email: Email::parse(email).expect("an address"),
    }
}

fn owner(email: &str) -> PersonDraft {
    PersonDraft {
        place: Some(Place::named("New account", "Payments")),
        email: Email::parse(email).expect("an address"),
        role: Role::Owner,
        password: PASSWORD.into(),
    }
}

each_database!(people_are_disabled_and_enabled_while_a_server_is_running);
async fn people_are_disabled_and_enabled_while_a_server_is_running(database: TestDatabase) {
    let server = TestServer::with_users_on(database).await;
    let config = config(&server);
    let _owned = start::DatabaseLock::take(&config.database_url).expect("free");
    let [gone, stays] = [server.token(DEVELOPER).await, server.token(VIEWER).await];
    user::disable(whom(DEVELOPER), &config)
        .await
        .expect("disabled");
    let probe = async |token: &str| {
        let cookie = format!("latchkey={token}");
        let answer = server
            .post("/api/set_theme", &[("cookie", &cookie)], "theme=dark")
            .await;
        answer.status.as_u16()
    };
    assert_eq!((probe(&gone).await, probe(&stays).await), (401, 200));
    user::enable(whom(DEVELOPER), &config)
        .await
        .expect("enabled");
    assert_eq!(probe(&gone).await, 401);
    assert_eq!(probe(&server.token(DEVELOPER).await).await, 200);
    user::reset_password(whom(DEVELOPER), &config)
        .await
        .expect("a link");
    let unknown = user::disable(whom("nobody@northwind.example"), &config).await;
    let refusal = unknown.expect_err("an unknown address").to_string();
    assert!(refusal.contains("no person has the address"), "{refusal}");
}

#[tokio::test]
async fn a_person_who_is_added_while_a_server_is_running_can_sign_in() {
    let server = TestServer::with_users().await;
    let config = config(&server);
    let _owned = start::DatabaseLock::take(&config.database_url).expect("free");
    user::add_person(owner("ada@new.example"), &config)
        .await
        .expect("added");
    let cookie = format!("latchkey={}", server.token("ada@new.example").await);
    let home = server
        .post("/api/set_theme", &[("cookie", &cookie)], "theme=dark")
        .await;
    assert_eq!(home.status.as_u16(), 200, "{}", home.body);
    let again = user::add_person(owner("ada@new.example"), &config).await;
    let refusal = again.expect_err("the address is taken").to_string();
    assert!(refusal.contains("already exists"), "{refusal}");
}

#[tokio::test]
async fn a_person_joins_an_account_that_its_owner_renamed_by_its_id_alone() {
    let server = TestServer::with_users().await;
    let config = config(&server);
    let owner = server.owner().await.account_owner().expect("owns it");
    let (application, account) = (owner.application().id, owner.application().account_id);
    let fresh = owner.fresh_account_owner().expect("fresh");
    let renamed = fresh.rename_account("New account".into()).await;
    renamed.expect("renamed");
    let refused = user::add_person(self::owner("ada@new.example"), &config).await;
    let refusal = refused.expect_err("an owner chose the name").to_string();
    for words in [
        account.to_string().as_str(),
        "--account-id",
        "--new-account",
    ] {
        assert!(refusal.contains(words), "{refusal}");
    }
    for (place, joins) in [
        (
            Place::New {
                account: "New account".into(),
                application: "Payments".into(),
            },
            false,
        ),
        (
            Place::Existing {
                account,
                application: None,
            },
            true,
        ),
    ] {
        let email = format!("joins-{joins}@new.example");
        let draft = PersonDraft {
            place: Some(place),
            ..self::owner(&email)
        };
        user::add_person(draft, &config).await.expect("added");
        let session = server.session(&email).await;
        let found = session.applications().await.expect("read");
        assert_eq!(found.iter().any(|one| one.id == application), joins);
    }
}

#[tokio::test]
async fn the_first_person_is_added_to_a_database_that_does_not_exist() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!(
        "sqlite://{}",
        folder.path().join("new/latchkey.db").display()
    );
    let config = config_over(&url);
    user::add_person(owner("ada@new.example"), &config)
        .await
        .expect("added");
    let done = user::disable(whom("ada@new.example"), &config).await;
    done.expect("the person exists");
}

#[tokio::test]
async fn all_people_are_listed_one_a_line_while_a_server_is_running() {
    let server = TestServer::with_users().await;
    let config = config(&server);
    let owner = server.owner().await;
    let account = owner.application().account_id;
    user::disable(whom(VIEWER), &config)
        .await
        .expect("disabled");
    let support = PersonDraft {
        place: None,
        email: Email::parse("help@latchkey.example").expect("an address"),
        role: Role::Support,
        password: PASSWORD.into(),
    };
    user::add_person(support, &config).await.expect("added");
    let elsewhere = PersonDraft {
        place: Some(Place::named("Aside", "Payments")),
        ..self::owner("ada@new.example")
    };
    user::add_person(elsewhere, &config).await.expect("added");
    let fresh = server.session(DEVELOPER).await.fresh().expect("fresh");
    let setup = fresh.begin_enrolment().await.expect("begun");
    let code = setup.secret().code_at(server.keyring.now());
    let origin = domain::origin::Origin::default();
    let on = fresh.confirm_enrolment(&setup.form, &code, &origin).await;
    on.expect("works").expect("the right code");

    let lines = user::lines(&config).await.expect("listed");
    let of = |email: &str| {
        let mut found = lines.iter().filter(|line| line.starts_with(email));
        let line = found.next().unwrap_or_else(|| panic!("{lines:?}"));
        assert_eq!(found.next(), None, "one line");
        line.as_str()
    };
    let northwind = format!("of Northwind ({account})");
    let viewer = of(VIEWER);
    assert!(
        viewer.contains(&format!("viewer {northwind}; disabled;")),
        "{viewer}"
    );
    let developer = of(DEVELOPER);
    let expected = format!("developer {northwind}; authenticator app; last seen ");
    assert!(developer.contains(&expected), "{developer}");
    assert_eq!(
        of("help@latchkey.example"),
        "help@latchkey.example: support; never signed in"
    );
    assert!(of("ada@new.example").starts_with("ada@new.example: owner of Aside ("));
    let mut sorted = lines.clone();
    sorted.sort_unstable();
    assert_eq!(lines, sorted);
}

each_database!(after_a_reset_of_the_clock_a_start_accepts_the_machines_time);
async fn after_a_reset_of_the_clock_a_start_accepts_the_machines_time(database: TestDatabase) {
    let config = config_over(&database.url);
    // In the year 2100.
    let ahead = Timestamp(4_102_444_800_000);
    let marked = database.store.set_time_mark(ahead).await;
    marked.expect("written");
    database.store.close().await;
    let started = async || {
        let store = start::open_store(&config).await.expect("opens");
        let keyring = start::open(store, &config).await.expect("starts");
        keyring.node().keep_time().await.expect("compared");
        keyring
    };
    let keyring = started().await;
    assert!(keyring.now() >= ahead);
    assert!(keyring.stats().clock_behind_ms > DAY);
    keyring.close().await;

    let lock = start::DatabaseLock::take(&config.database_url).expect("free");
    // PostgreSQL needs no lock.
    if lock.locked() > 0 {
        clock::reset(&config).await.expect_err("a server runs");
    }
    drop(lock);
    clock::reset(&config).await.expect("deleted");
    let keyring = started().await;
    assert!(keyring.now() < ahead);
    assert_eq!(keyring.stats().clock_behind_ms, 0);
    keyring.close().await;
}

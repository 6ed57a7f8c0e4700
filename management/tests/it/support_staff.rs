//! Platform staff: they see what keys are, say why, and are seen.

use crate::{
    log::Log,
    test_keyring::{PASSWORD, TestKeyring, draft},
};
use domain::{
    account::{Email, Role},
    audit::Action,
    origin::Origin,
    support::{SupportSearch, SupportSearchResult},
    time::HOUR,
};
use management::{ManagementError, PersonDraft, Support};
use testing::{TestDatabase, each_database};

pub async fn support(test: &TestKeyring) -> Support {
    let email = "help@latchkey.example";
    let draft = PersonDraft {
        place: None,
        email: Email::parse(email).expect("valid"),
        role: Role::Support,
        password: PASSWORD.to_owned().into(),
    };
    test.keyring.people().add(draft).await.expect("added");
    let session = test.sign_in(email).await;
    session.support(Origin::default()).expect("of support")
}

async fn look(support: &Support, what: &str) -> SupportSearchResult {
    let search = SupportSearch::parse(what).expect("something to look for");
    support
        .look(search, what.into(), "Request 4711".into())
        .await
        .expect("works")
}

each_database!(a_search_for_a_key_is_in_its_history_before_it_is_answered);
async fn a_search_for_a_key_is_in_its_history_before_it_is_answered(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    let support = support(&test).await;
    let found = look(&support, &key.id.to_string()).await;
    let view = found.key.expect("found");
    assert_eq!(view.key.id, key.id);
    assert_eq!(view.application.account_name, "Acme");
    let newest = &view.history[0];
    assert_eq!(newest.action, Action::SupportLooked);
    assert_eq!(newest.actor, "help@latchkey.example");
    assert_eq!(newest.detail, "Request 4711");
    // The owner reads the same.
    let history = editor
        .open_key(key.id)
        .await
        .expect("the key")
        .history()
        .await
        .expect("works");
    assert_eq!(history, view.history);
    let sent = serde_json::to_string(&view).expect("JSON");
    assert!(!sent.contains(&key.secret) && !sent.contains("digest"));
}

each_database!(keys_are_found_by_their_mask_in_any_account);
async fn keys_are_found_by_their_mask_in_any_account(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (ours, theirs) = (test.editor("Acme").await, test.editor("Globex").await);
    let key = test.issue(&ours, draft()).await;
    let other = test.issue(&theirs, draft()).await;
    let support = support(&test).await;
    let found = look(&support, &key.id.mask()).await;
    let ids: Vec<_> = found.keys.iter().map(|line| line.id).collect();
    assert_eq!(ids, [key.id]);
    let found = look(&support, &other.id.mask()).await;
    assert_eq!(found.keys[0].account, "Globex");
    // The case of a letter tells keys apart.
    let mask = key.id.mask();
    let swapped: String = mask
        .chars()
        .enumerate()
        .map(|(n, c)| match c {
            _ if n < 4 => c,
            c if c.is_ascii_lowercase() => c.to_ascii_uppercase(),
            c => c.to_ascii_lowercase(),
        })
        .collect();
    assert!(swapped == mask || look(&support, &swapped).await.is_empty());
}

each_database!(accounts_and_applications_are_found_by_name_and_by_id);
async fn accounts_and_applications_are_found_by_name_and_by_id(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    test.editor("Globex").await;
    let key = test.issue(&editor, draft()).await;
    let app = editor.application().clone();
    let support = support(&test).await;
    let found = look(&support, "acme").await;
    assert_eq!(found.accounts.len(), 1);
    assert_eq!(found.applications.len(), 1);
    assert!(found.keys.is_empty());
    let found = look(&support, &app.account_id.to_string()).await;
    assert_eq!(found.accounts[0].name, "Acme");
    assert_eq!(found.applications[0].id, app.id);
    let found = look(&support, &app.id.to_string()).await;
    assert_eq!(found.keys[0].id, key.id);
    for nothing in ["100%", "a_m", "akl_0000000000000000", "no such name"] {
        assert!(look(&support, nothing).await.is_empty(), "{nothing}");
    }
}

each_database!(only_support_can_search_and_searches_are_limited);
async fn only_support_can_search_and_searches_are_limited(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (session, _) = test.owner("Acme").await;
    assert!(matches!(
        session.support(Origin::default()),
        Err(ManagementError::NotFound)
    ));
    let support = support(&test).await;
    let mut looks = 0;
    loop {
        let search = SupportSearch::parse("nothing").expect("a name");
        match support.look(search, "nothing".into(), "why".into()).await {
            Ok(_) => looks += 1,
            Err(ManagementError::Throttled { retry_after_ms }) => {
                assert!((1..=HOUR).contains(&retry_after_ms));
                break;
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(looks, 120);
}

each_database!(a_changed_email_or_password_of_support_is_logged_once);
async fn a_changed_email_or_password_of_support_is_logged_once(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    support(&test).await;
    test.owner("Acme").await;
    let (session, origin) = (
        test.sign_in("help@latchkey.example").await,
        Origin::default(),
    );
    let email = Email::parse("help2@latchkey.example").expect("valid");
    let changed = session.change_email(PASSWORD, email, None, &origin).await;
    assert!(matches!(changed, Ok(true)), "{changed:?}");
    let new = "violet compass under snow".to_owned().into();
    let changed = session.change_password(PASSWORD, new, None, &origin).await;
    assert!(matches!(changed, Ok(None)), "the address has changed");
    let session = test.sign_in("help2@latchkey.example").await;
    let new = "violet compass under snow".to_owned().into();
    let changed = session.change_password(PASSWORD, new, None, &origin).await;
    assert!(matches!(changed, Ok(Some(_))), "{changed:?}");
    let log = log.lines();
    for action in [Action::EmailChanged, Action::PasswordChanged] {
        let of_action = format!("action=\"{}\"", action.as_str());
        let lines: Vec<_> = log
            .iter()
            .filter(|line| line.contains(&of_action))
            .collect();
        assert_eq!(lines.len(), 1, "{log:?}");
        let person = format!("person={} ", session.person_id());
        assert!(lines[0].contains(&person), "{log:?}");
        assert!(!lines[0].contains('@'), "{log:?}");
    }
}

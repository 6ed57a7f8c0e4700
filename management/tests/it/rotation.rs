//! A new secret in the place of an old one.

mod records;

use crate::test_keyring::{NOW, TestKeyring, draft, plain_call, reopen};
use domain::{
    audit::Action,
    id::IdempotencyKey,
    key::{
        Environment, KeyDraft,
        expiry::Expiry,
        ip_rule::IpRules,
        issued::IssuedKey,
        name::Description,
        rate_limit::RateLimit,
        regeneration::{GracePeriod, Regeneration},
        state::IllegalTransition,
        token::KeyId,
    },
    origin::Origin,
    time::{DAY, HOUR, MINUTE, Timestamp},
    usage::Window,
    verdict::Verdict,
};
use management::{Editor, Issue, Keyring, ManagementError};
use testing::{TestDatabase, each_database};
use verification::{Call, Decision, Route};

fn decide(keyring: &Keyring, key: &IssuedKey) -> Decision {
    keyring.verify(&Call {
        address: "192.0.2.9".parse().ok(),
        user_agent: "test/1",
        route: Route {
            method: "GET",
            path: "/invoices/7",
        },
        ..plain_call(&key.id.to_string(), &key.secret)
    })
}

const fn after(grace: i64) -> Regeneration {
    Regeneration {
        grace_period: GracePeriod { grace },
        expiry: Expiry::At(NOW.plus(30 * DAY)),
        compromised: false,
    }
}

async fn regenerate(
    test: &TestKeyring,
    editor: &Editor,
    id: KeyId,
    wanted: Regeneration,
) -> Result<IssuedKey, ManagementError> {
    let once = test.keyring.new_idempotency_key();
    match send(editor, id, wanted, once).await? {
        Issue::New(issued) => Ok(issued),
        Issue::AlreadyIssued(id) => panic!("{id} stood there before"),
    }
}

async fn send(
    editor: &Editor,
    id: KeyId,
    wanted: Regeneration,
    idempotency_key: IdempotencyKey,
) -> Result<Issue, ManagementError> {
    let fresh = editor.fresh().expect("signed in a moment ago");
    let (issue, _) = fresh.regenerate(id, wanted, idempotency_key).await?;
    Ok(issue)
}

each_database!(a_retiring_secret_works_until_its_grace_period_ends);
async fn a_retiring_secret_works_until_its_grace_period_ends(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let old = test.issue(&editor, draft()).await;
    let new = regenerate(&test, &editor, old.id, after(DAY))
        .await
        .expect("made");
    assert_ne!((new.id, &new.secret), (old.id, &old.secret));
    test.clock.advance(DAY - 1);
    let caller = decide(&test.keyring, &old).caller.expect("known");
    assert_eq!(caller.deprecated_at, Some(NOW));
    assert_eq!(caller.retires_at, Some(NOW.plus(DAY)));
    assert_eq!(decide(&test.keyring, &old).verdict, Verdict::Accepted);
    test.clock.advance(1);
    let ended = Verdict::Retired { at: NOW.plus(DAY) };
    assert_eq!(decide(&test.keyring, &old).verdict, ended);
    assert_eq!(decide(&test.keyring, &new).verdict, Verdict::Accepted);
    let again = reopen(&test.database, &test.clock, 8).await;
    assert_eq!(decide(&again, &old).verdict, ended, "after a restart too");
    assert_eq!(decide(&again, &new).verdict, Verdict::Accepted);
}

each_database!(the_new_key_has_the_settings_of_the_old_one_and_they_are_linked);
async fn the_new_key_has_the_settings_of_the_old_one_and_they_are_linked(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let wanted = KeyDraft {
        description: Description::parse("For the till.\nAnd more.").expect("valid"),
        environment: Environment::Test,
        ip_rules: IpRules::parse("192.0.2.0/24").expect("valid"),
        rate_limit: RateLimit::parse("5", "minute").expect("valid"),
        ..draft()
    };
    let old = test.issue(&editor, wanted).await;
    let new = regenerate(&test, &editor, old.id, after(0))
        .await
        .expect("made");
    let ended = Verdict::Retired { at: NOW };
    assert_eq!(decide(&test.keyring, &old).verdict, ended);
    let (before, after) = (
        editor.key(old.id).await.expect("there"),
        editor.key(new.id).await.expect("there"),
    );
    assert_eq!(
        (
            &before.name,
            &before.description,
            before.environment,
            before.scopes
        ),
        (
            &after.name,
            &after.description,
            after.environment,
            after.scopes
        )
    );
    assert_eq!(
        (&before.ip_rules, before.rate_limit, before.expires_at),
        (&after.ip_rules, after.rate_limit, after.expires_at)
    );
    assert_eq!((before.replaced_by, before.replaces), (Some(new.id), None));
    assert_eq!((after.replaced_by, after.replaces), (None, Some(old.id)));
    let newest = async |id: KeyId| {
        let key = editor.open_key(id).await.expect("the key");
        let history = key.history().await.expect("read");
        let first = history.into_iter().next().expect("a record");
        (first.action, first.detail)
    };
    let (action, detail) = newest(old.id).await;
    assert_eq!(action, Action::KeyRegenerated);
    assert!(detail.contains(&new.id.to_string()), "{detail}");
    let (action, detail) = newest(new.id).await;
    assert_eq!(action, Action::KeyCreated);
    assert!(detail.contains(&old.id.to_string()), "{detail}");
    assert!(!detail.contains(&new.secret));
}

each_database!(one_idempotency_key_regenerates_once);
async fn one_idempotency_key_regenerates_once(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let old = test.issue(&editor, draft()).await;
    let once = test.keyring.new_idempotency_key();
    let sent = (0..10).map(|_| {
        let editor = editor.clone();
        tokio::spawn(async move { send(&editor, old.id, after(DAY), once).await })
    });
    let mut made = Vec::new();
    for answer in sent.collect::<Vec<_>>() {
        match answer.await.expect("no panic").expect("works") {
            Issue::New(issued) => made.push(issued.id),
            Issue::AlreadyIssued(_) => {}
        }
    }
    assert_eq!(made.len(), 1);
    let key = editor.key(old.id).await.expect("there");
    assert_eq!(key.replaced_by, made.first().copied());
}

each_database!(a_revoked_or_replaced_key_is_not_regenerated);
async fn a_revoked_or_replaced_key_is_not_regenerated(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let old = test.issue(&editor, draft()).await;
    regenerate(&test, &editor, old.id, after(DAY))
        .await
        .expect("made");
    let second = regenerate(&test, &editor, old.id, after(DAY)).await;
    assert!(
        matches!(
            second,
            Err(ManagementError::Illegal(IllegalTransition::Replaced))
        ),
        "{second:?}"
    );
    let dead = test.issue(&editor, draft()).await;
    editor
        .revoke(dead.id, "gone".into())
        .await
        .expect("revoked");
    let refused = regenerate(&test, &editor, dead.id, after(DAY)).await;
    assert!(
        matches!(
            refused,
            Err(ManagementError::Illegal(IllegalTransition::Revoked))
        ),
        "{refused:?}"
    );
    let globex = test.editor("Globex").await;
    let foreign = regenerate(&test, &globex, old.id, after(0)).await;
    assert!(matches!(foreign, Err(ManagementError::NotFound)));
}

each_database!(the_end_is_moved_within_30_days_and_never_past_the_keys_own);
async fn the_end_is_moved_within_30_days_and_never_past_the_keys_own(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (session, app) = test.owner("Acme").await;
    let editor = session
        .editor(app, Origin::default())
        .await
        .expect("owns it");
    let old = test.issue(&editor, draft()).await;
    let moved = async |grace| {
        let moved = editor.move_retirement(old.id, GracePeriod { grace }).await;
        moved.map(|(end, _)| end)
    };
    assert!(matches!(
        moved(HOUR).await,
        Err(ManagementError::Illegal(IllegalTransition::NotRetiring))
    ));
    regenerate(&test, &editor, old.id, after(DAY))
        .await
        .expect("made");
    assert_eq!(moved(7 * DAY).await.expect("longer"), NOW.plus(7 * DAY));
    assert_eq!(moved(HOUR).await.expect("shorter"), NOW.plus(HOUR));
    test.clock.advance(HOUR - 1);
    assert_eq!(decide(&test.keyring, &old).verdict, Verdict::Accepted);
    assert!(
        matches!(
            moved(30 * DAY).await.map(|at| at.0),
            Ok(at) if at == NOW.plus(30 * DAY).0
        ),
        "its own expiry comes first"
    );
    // Eleven minutes later the password is asked for where it lasts longer, and not where it ends.
    moved(HOUR).await.expect("shorter");
    test.clock.advance(11 * MINUTE);
    let stale = session
        .editor(app, Origin::default())
        .await
        .expect("owns it");
    let longer = stale
        .move_retirement(old.id, GracePeriod { grace: DAY })
        .await;
    assert!(matches!(longer, Err(ManagementError::Stale)), "{longer:?}");
    // Its present end is 49 minutes away.
    for (grace, may_move) in [(49 * MINUTE + 1, false), (49 * MINUTE, true)] {
        let moved = stale.move_retirement(old.id, GracePeriod { grace }).await;
        assert_eq!(moved.is_ok(), may_move, "{moved:?}");
    }
    let now = test.keyring.now();
    let ended = stale.move_retirement(old.id, GracePeriod::NOW).await;
    assert_eq!(ended.expect("ended").0, now);
    let verdict = decide(&test.keyring, &old).verdict;
    assert_eq!(verdict, Verdict::Retired { at: now });
    assert!(matches!(
        stale
            .move_retirement(old.id, GracePeriod { grace: HOUR })
            .await,
        Err(ManagementError::Illegal(IllegalTransition::NotRetiring))
    ));
}

each_database!(a_retiring_key_shows_its_callers_and_when_it_is_safe_to_end);
async fn a_retiring_key_shows_its_callers_and_when_it_is_safe_to_end(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let old = test.issue(&editor, draft()).await;
    let rotation = async || {
        let key = editor.open_key(old.id).await.expect("the key");
        key.rotation().await.expect("read")
    };
    assert_eq!(rotation().await, None);
    decide(&test.keyring, &old);
    test.clock.advance(3 * HOUR);
    let new = regenerate(&test, &editor, old.id, after(3 * DAY))
        .await
        .expect("made");
    for _ in 0..3 {
        decide(&test.keyring, &old);
    }
    decide(&test.keyring, &new);
    test.clock.advance(30 * MINUTE);
    let seen = rotation().await.expect("one");
    assert_eq!((seen.old.accepted, seen.new.accepted), (3, 1));
    assert_eq!(seen.since, NOW.plus(3 * HOUR));
    assert!(!seen.idle_time.safe_to_retire());
    let last = editor.key(old.id).await.expect("there").last_used;
    let last = last.expect("used");
    assert_eq!(
        (
            last.address.as_str(),
            last.user_agent.as_str(),
            last.route.as_str()
        ),
        ("192.0.2.9", "test/1", "GET /invoices/{id}")
    );
    test.clock.advance(HOUR);
    decide(&test.keyring, &new);
    let seen = rotation().await.expect("one");
    assert_eq!((seen.old.accepted, seen.new.accepted), (3, 2));
    assert!(seen.idle_time.safe_to_retire(), "{:?}", seen.idle_time);
    assert_eq!(seen.idle_time.since_last_call_ms, Some(90 * MINUTE));
    assert!(seen.now > Timestamp(0));
    let both = seen.usage.expect("both work");
    let accepted = [&both.old, &both.new].map(|series| series.sum().accepted);
    assert_eq!((accepted, both.new.buckets.len()), ([4, 2], 96));
    test.clock.advance(2 * DAY);
    let seen = rotation().await.expect("one");
    let both = seen.usage.expect("both work");
    assert_eq!(both.old.range.window, Some(Window::Week));
    test.clock.advance(DAY);
    let seen = rotation().await.expect("one");
    assert_eq!(seen.usage, None);
}

//! What became of single calls: kept for some days, explained, and simulated.

use crate::test_keyring::{NOW, TestKeyring, draft, plain_call, reopen};
use domain::{
    decision::{CheckResult, DecisionDetails, DecisionFilter, GateCheck, SimulatedRequest},
    key::{
        Environment, KeyDraft, ip_rule::IpRules, issued::IssuedKey, rate_limit::RateLimit,
        token::KeyId,
    },
    time::{DAY, MINUTE, SECOND},
    verdict::Verdict,
};
use futures_util::FutureExt as _;
use management::{Editor, Keyring, ManagementError};
use telemetry::Retention;
use testing::{TestDatabase, each_database};
use verification::Call;

fn all() -> DecisionFilter {
    DecisionFilter::default()
}

fn of_key(key: KeyId) -> DecisionFilter {
    DecisionFilter {
        key: Some(key),
        ..all()
    }
}

fn call(keyring: &Keyring, key: &IssuedKey, scope: &str, address: &str, request: &str) -> Verdict {
    let id = key.id.to_string();
    let call = Call {
        address: address.parse().ok(),
        scopes: scope.parse().expect("known"),
        user_agent: "till/2",
        request_id: request,
        ..plain_call(&id, &key.secret)
    };
    keyring.verify(&call).verdict
}

async fn only(editor: &Editor, request: &str) -> DecisionDetails {
    let mut found = editor.request(request).await.expect("found");
    assert_eq!(found.len(), 1);
    found.pop().expect("one")
}

/// A key with a list of addresses, and a limit of two calls a minute.
async fn narrow(test: &TestKeyring, editor: &Editor) -> IssuedKey {
    let draft = KeyDraft {
        ip_rules: IpRules::parse("192.0.2.0/24").expect("rules"),
        rate_limit: Some(RateLimit {
            requests: 2,
            window_ms: 60_000,
        }),
        ..draft()
    };
    test.issue(editor, draft).await
}

each_database!(a_read_that_is_given_up_loses_no_request);
async fn a_read_that_is_given_up_loses_no_request(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    call(&test.keyring, &key, "invoice:read", "192.0.2.1", "r1");
    // The reader leaves while the request is written.
    assert!(editor.requests(all(), None).now_or_never().is_none());
    assert_eq!(only(&editor, "r1").await.decided.verdict, Verdict::Accepted);
}

each_database!(a_request_id_shows_decisions_of_its_own_application_only);
async fn a_request_id_shows_decisions_of_its_own_application_only(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (editor, other) = (test.editor("Acme").await, test.editor("Globex").await);
    let key = narrow(&test, &editor).await;
    let verdict = call(&test.keyring, &key, "invoice:read", "203.0.113.9", "r1");
    assert_eq!(verdict, Verdict::IpNotAllowed);
    let DecisionDetails { decided, key: now } = only(&editor, "r1").await;
    assert_eq!(decided.verdict, Verdict::IpNotAllowed);
    assert_eq!(
        GateCheck::Revoked.result(decided.verdict),
        CheckResult::Passed
    );
    assert_eq!(
        GateCheck::Scopes.result(decided.verdict),
        CheckResult::NotReached
    );
    assert_eq!(decided.address, "203.0.113.9".parse().ok());
    let rules = now.expect("the key is there").ip_rules;
    assert_eq!(rules.to_string(), "192.0.2.0/24");
    for (editor, request) in [(&other, "r1"), (&editor, "r2"), (&editor, "")] {
        let answer = editor.request(request).await;
        assert!(
            matches!(answer, Err(ManagementError::NotFound)),
            "{request}"
        );
    }
}

each_database!(every_decision_under_one_request_id_is_explained_in_order);
async fn every_decision_under_one_request_id_is_explained_in_order(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (editor, other) = (test.editor("Acme").await, test.editor("Globex").await);
    let (key, foreign) = (
        test.issue(&editor, draft()).await,
        test.issue(&other, draft()).await,
    );
    let ask = |key, scope| call(&test.keyring, key, scope, "192.0.2.1", "same");
    let told = [
        ask(&key, "invoice:read"),
        ask(&foreign, "invoice:read"),
        ask(&key, "tax:read"),
    ];
    let found = editor.request("same").await.expect("found");
    let verdicts: Vec<_> = found.iter().map(|one| one.decided.verdict).collect();
    assert_eq!(verdicts, [told[0], told[2]]);
    assert_eq!(other.request("same").await.expect("found").len(), 1);
}

each_database!(requests_are_paged_and_filtered_by_key_and_refusal);
async fn requests_are_paged_and_filtered_by_key_and_refusal(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (editor, other) = (test.editor("Acme").await, test.editor("Globex").await);
    let (key, second) = (
        test.issue(&editor, draft()).await,
        test.issue(&editor, draft()).await,
    );
    for n in 0..70 {
        // Twenty calls of a key that passed are kept in a second; of those that did not, more.
        call(
            &test.keyring,
            &key,
            "tax:read",
            "192.0.2.1",
            &format!("r{n}"),
        );
    }
    call(&test.keyring, &second, "", "192.0.2.1", "last");
    let first = editor.requests(all(), None).await.expect("read");
    assert_eq!(
        (first.rows.len(), first.rows[0].request_id.as_str()),
        (50, "last")
    );
    assert_eq!(first.latest, first.rows[0].id);
    let rest = editor.requests(all(), first.next).await.expect("read");
    assert_eq!((rest.rows.len(), rest.next), (21, None));
    let one = editor
        .requests(of_key(second.id), None)
        .await
        .expect("read");
    assert_eq!(one.rows.len(), 1);
    for (key, refused) in [(None, 50), (Some(key.id), 50), (Some(second.id), 0)] {
        let filter = DecisionFilter {
            key,
            refused: true,
            ..all()
        };
        let page = editor.requests(filter, None).await.expect("read");
        assert_eq!(page.rows.len(), refused, "{key:?}");
        let mut verdicts = page.rows.iter().map(|row| row.verdict);
        assert!(verdicts.all(|verdict| verdict == Verdict::InsufficientScope));
    }
    assert!(
        other
            .requests(all(), None)
            .await
            .expect("read")
            .rows
            .is_empty()
    );
    let foreign = other.requests(of_key(key.id), None).await;
    assert!(matches!(foreign, Err(ManagementError::NotFound)));
    let printed = format!("{first:?}");
    assert!(!printed.contains(&key.secret) && !printed.contains(&second.secret));
}

each_database!(requests_are_filtered_by_code_address_route_and_time);
async fn requests_are_filtered_by_code_address_route_and_time(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let key = narrow(&test, &editor).await;
    let call = |scope: &str, address: &str, request: &str| {
        call(&test.keyring, &key, scope, address, request)
    };
    call("invoice:read", "192.0.2.1", "accepted");
    call("tax:read", "192.0.2.1", "scope");
    test.clock.advance(MINUTE);
    call("invoice:read", "203.0.113.9", "address");
    let later = test.keyring.now();
    let found = async |filter: DecisionFilter| {
        let page = editor.requests(filter.clone(), None).await.expect("read");
        assert!(page.rows.iter().all(|row| filter.matches(row)));
        let ids = page.rows.into_iter().map(|row| row.request_id);
        ids.collect::<Vec<_>>()
    };
    let parse = |code, address, route| DecisionFilter::parse("", code, address, route, "", "");
    assert_eq!(
        found(parse("", "", "")).await,
        ["address", "scope", "accepted"]
    );
    assert_eq!(found(parse("valid", "", "")).await, ["accepted"]);
    assert_eq!(found(parse("insufficient_scope", "", "")).await, ["scope"]);
    let near = parse("", "192.0.2.1", "");
    assert_eq!(found(near.clone()).await, ["scope", "accepted"]);
    let near = DecisionFilter {
        key: Some(key.id),
        refused: true,
        ..near
    };
    assert_eq!(found(near).await, ["scope"]);
    assert!(found(parse("", "", "GET /nowhere")).await.is_empty());
    let from = DecisionFilter {
        from: Some(later),
        ..all()
    };
    assert_eq!(found(from).await, ["address"]);
    let until = DecisionFilter {
        until: Some(later),
        ..all()
    };
    assert_eq!(found(until).await, ["scope", "accepted"]);
}

each_database!(decisions_survive_a_restart_and_are_pruned_after_their_retention);
async fn decisions_survive_a_restart_and_are_pruned_after_their_retention(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    call(&test.keyring, &key, "", "192.0.2.1", "old");
    test.keyring.close().await;
    let keyring = reopen(&test.database, &test.clock, 8).await;
    let test = TestKeyring { keyring, ..test };
    let session = test.sign_in("owner@acme.example").await;
    let app = session.applications().await.expect("works")[0].id;
    let editor = session
        .editor(app, domain::origin::Origin::default())
        .await
        .expect("theirs");
    let old = only(&editor, "old").await.decided.id;
    // The clock was set back meanwhile; ids grow all the same.
    test.clock.leap(-DAY / 2);
    call(&test.keyring, &key, "", "192.0.2.1", "new");
    assert!(only(&editor, "new").await.decided.id > old);
    assert!(
        !test
            .keyring
            .telemetry()
            .prune_decisions()
            .await
            .expect("works")
    );
    assert_eq!(
        editor.requests(all(), None).await.expect("read").rows.len(),
        2
    );
    test.clock.advance(8 * DAY);
    call(&test.keyring, &key, "", "192.0.2.1", "newest");
    test.keyring
        .telemetry()
        .write_decisions()
        .await
        .expect("written");
    assert!(
        !test
            .keyring
            .telemetry()
            .prune_decisions()
            .await
            .expect("works")
    );
    let left = editor.requests(all(), None).await.expect("read").rows;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].request_id, "newest");
}

each_database!(the_oldest_decisions_beyond_the_maximum_are_pruned);
async fn the_oldest_decisions_beyond_the_maximum_are_pruned(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    test.keyring.telemetry().set_retention(Retention {
        max_decisions: 60,
        ..Retention::default()
    });
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    for second in 0..4 {
        for n in 0..20 {
            let request = format!("r{}", second * 20 + n);
            call(&test.keyring, &key, "", "192.0.2.1", &request);
        }
        test.keyring
            .telemetry()
            .write_decisions()
            .await
            .expect("written");
        test.keyring
            .telemetry()
            .prune_decisions()
            .await
            .expect("works");
        test.clock.advance(SECOND);
    }
    let first = editor.requests(all(), None).await.expect("read");
    assert_eq!(first.rows[0].request_id, "r79");
    let rest = editor.requests(all(), first.next).await.expect("read").rows;
    assert_eq!(rest.len(), 10);
    assert_eq!(rest[9].request_id, "r20");
}

each_database!(a_simulation_gets_the_same_decision_and_uses_no_rate_limit);
async fn a_simulation_gets_the_same_decision_and_uses_no_rate_limit(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (editor, other) = (test.editor("Acme").await, test.editor("Globex").await);
    let key = narrow(&test, &editor).await;
    let near = "192.0.2.1";
    let case = |scope: &str, address: &str, later| SimulatedRequest {
        address: address.parse().ok(),
        scopes: scope.parse().expect("known"),
        at: test.keyring.now().plus(later),
    };
    let table = [
        (case("invoice:read", near, 0), Verdict::Accepted),
        (case("tax:read", near, 0), Verdict::InsufficientScope),
        (case("tax:read", "203.0.113.9", 0), Verdict::IpNotAllowed),
        (case("", "unknown", 0), Verdict::IpNotAllowed),
        (
            case("", "203.0.113.9", 31 * DAY),
            Verdict::Expired {
                at: NOW.plus(30 * DAY),
            },
        ),
    ];
    for _ in 0..5 {
        for (case, expected) in &table {
            let answer = editor
                .simulate_request(key.id, case)
                .await
                .expect("an answer");
            assert_eq!(answer, *expected, "{case:?}");
        }
    }
    // The limit is whole; then it is spent, for real and in the same words.
    for _ in 0..2 {
        let verdict = call(&test.keyring, &key, "", near, "r");
        assert_eq!(verdict, Verdict::Accepted);
    }
    let limited = call(&test.keyring, &key, "", near, "r");
    assert!(matches!(limited, Verdict::RateLimited { .. }));
    let ask = async |later| {
        editor
            .simulate_request(key.id, &case("", near, later))
            .await
    };
    assert_eq!(ask(0).await.expect("an answer"), limited);
    assert_eq!(ask(MINUTE).await.expect("an answer"), Verdict::Accepted);
    editor.deactivate(key.id).await.expect("deactivated");
    assert_eq!(ask(0).await.expect("an answer"), Verdict::Inactive);
    let unknown = KeyId::from_number(Environment::Live, 404);
    for (editor, id) in [(&other, key.id), (&editor, unknown)] {
        let answer = editor.simulate_request(id, &case("", near, 0)).await;
        assert!(matches!(answer, Err(ManagementError::NotFound)));
    }
}

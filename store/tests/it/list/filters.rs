//! Filters of the list of keys.

use crate::keys::{AccountFixture, NOW, draft, id};
use domain::{
    audit::Action,
    key::{
        condition::KeyCondition,
        expiry::Expiry,
        filter::{KeyFilter, KeyQuery, KeyTotal},
        ip_rule::IpRules,
    },
    time::DAY,
};
use testing::{TestDatabase, each_database};

each_database!(a_list_is_filtered_by_text_status_and_environment);
async fn a_list_is_filtered_by_text_status_and_environment(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    for (n, name) in [(1, "Checkout 100%"), (2, "checkout_b"), (3, "Ärger")] {
        fixture.insert(n, name, n, NOW).await;
    }
    let event = fixture.event(Action::KeyDeactivated, &id(2).to_string(), NOW);
    let off = fixture
        .store
        .deactivate_key(fixture.app, id(2), &event)
        .await;
    off.expect("off");
    let found = async |search: &str, status: &str, environment: &str, now| {
        let filter = KeyFilter::parse("all", search, status, environment, "", "", "");
        let count = fixture.store.count_keys(fixture.app, &filter, now).await;
        let ids = fixture.ids(filter, now).await;
        let length = i64::try_from(ids.len()).expect("small");
        assert_eq!(
            count.expect("counted"),
            KeyTotal {
                count: length,
                more: false
            }
        );
        length
    };
    assert_eq!(found("CHECKOUT", "", "", NOW).await, 2);
    assert_eq!(found("%", "", "", NOW).await, 1);
    assert_eq!(found("t_b", "", "", NOW).await, 1);
    assert_eq!(found("Ärg", "", "", NOW).await, 1);
    assert_eq!(found("' OR 1=1 --", "", "", NOW).await, 0);
    assert_eq!(found(&id(3).to_string(), "", "", NOW).await, 1);
    assert_eq!(found(&id(3).mask(), "", "", NOW).await, 1);
    assert_eq!(found("", "inactive", "", NOW).await, 1);
    assert_eq!(found("", "active", "", NOW).await, 2);
    assert_eq!(found("", "active", "live", NOW).await, 2);
    assert_eq!(found("", "", "test", NOW).await, 0);
    assert_eq!(found("", "expired", "", NOW.plus(30 * DAY)).await, 2);
    assert_eq!(found("", "", "", NOW).await, 3);
}

each_database!(notable_keys_are_the_same_in_sql_and_in_the_domain);
async fn notable_keys_are_the_same_in_sql_and_in_the_domain(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    for n in 0..24 {
        let mut draft = draft("Key");
        if n % 2 == 0 {
            draft.ip_rules = IpRules::default();
        }
        draft.expiry = match n % 3 {
            0 => Expiry::Never,
            1 => Expiry::At(NOW.plus(7 * DAY)),
            _ => Expiry::At(NOW.plus(7 * DAY + 1)),
        };
        let age = [0, 365 * DAY, 365 * DAY - 1][usize::try_from(n / 8).expect("small")];
        fixture.insert_draft(n, &draft, n, NOW.plus(-age)).await;
        let text = id(n).to_string();
        if n % 5 == 0 {
            let event = fixture.event(Action::KeyConfirmed, &text, NOW);
            fixture
                .store
                .confirm_key(fixture.app, id(n), &event)
                .await
                .expect("confirmed");
        }
        if n % 11 == 0 {
            let event = fixture.event(Action::KeyRevoked, &text, NOW);
            fixture
                .store
                .revoke_key(fixture.app, id(n), "", &event)
                .await
                .expect("revoked");
        }
        if n % 7 == 0 {
            let event = fixture.event(Action::KeyDeactivated, &text, NOW);
            // Some are revoked.
            _ = fixture
                .store
                .deactivate_key(fixture.app, id(n), &event)
                .await;
        }
    }
    fixture
        .used(&[
            (1, NOW),
            (2, NOW.plus(-90 * DAY)),
            (3, NOW.plus(1 - 90 * DAY)),
            (22, NOW.plus(-91 * DAY)),
        ])
        .await;
    for now in [NOW, NOW.plus(DAY), NOW.plus(8 * DAY)] {
        let all = fixture
            .store
            .keys(fixture.app, &KeyQuery::default(), now)
            .await;
        let all = all.expect("page").rows;
        for (notable, value, _) in KeyCondition::ALL {
            let expected: Vec<_> = all
                .iter()
                .filter(|key| notable.holds_for(key, now))
                .map(|key| key.id)
                .collect();
            let filter = KeyFilter::parse("all", "", "", "", value, "", "");
            assert_eq!(fixture.ids(filter, now).await, expected, "{value}");
            let query = KeyQuery::in_condition(notable, now);
            let together = fixture.store.keys(fixture.app, &query, now).await;
            let together = together.expect("page").rows;
            let mut together: Vec<_> = together.iter().map(|key| key.id).collect();
            let mut expected_in_any_order = expected.clone();
            together.sort_unstable();
            expected_in_any_order.sort_unstable();
            assert_eq!(together, expected_in_any_order, "{value}");
            assert!(
                notable == KeyCondition::Retiring || now > NOW || !expected.is_empty(),
                "{value} is put to the test"
            );
        }
    }
}

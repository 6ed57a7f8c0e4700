//! Groups of the list of keys.

use crate::keys::{AccountFixture, NOW, draft, id};
use domain::{
    audit::Action,
    id::{IdempotencyKey, SecretId},
    key::{
        expiry::Expiry,
        filter::{GroupCounts, KeyFilter},
    },
    security::{EventKind, EventOccurrence},
    time::{DAY, Timestamp},
    usage::{Bucket, Outcome},
};
use std::collections::HashMap;
use store::{KeyDay, NewKey, PepperName, UsageBatch};
use testing::{TestDatabase, each_database};
use uuid::Uuid;

impl AccountFixture {
    /// Replaces a key by a new one that never expires. The old one works `until` then.
    async fn replace(&self, old: u128, new: u128, until: Timestamp) {
        let mut draft = draft("Key");
        draft.expiry = Expiry::Never;
        let key = NewKey {
            id: id(new),
            account: self.account,
            application: self.app,
            draft: &draft,
            created_by: self.person,
            at: NOW.plus(-DAY),
            idempotency_key: IdempotencyKey(Uuid::from_u128(new)),
            secret_id: SecretId(Uuid::from_u128(new)),
            digest: &[7; 32],
            pepper: PepperName(0),
        };
        let created = self.event(Action::KeyCreated, &id(new).to_string(), NOW);
        let replaced = self.event(Action::KeyRegenerated, &id(old).to_string(), NOW);
        self.store
            .replace_key(&key, id(old), until, &created, &replaced)
            .await
            .expect("replaced");
    }

    /// Counts denied calls of a key today.
    async fn denied(&self, n: u128, calls: i64) {
        let mut day = Bucket::default();
        day.add(Outcome::Refused, calls);
        let batch = UsageBatch {
            days: vec![KeyDay {
                key: id(n),
                application: self.app,
                day: NOW.floor(DAY),
                calls: day,
            }],
            ..UsageBatch::empty(Uuid::from_u128(9_000 + n), NOW)
        };
        self.store.add_usage(&batch).await.expect("written");
    }

    /// Raises a security event of a key.
    async fn raise(&self, n: u128, kind: EventKind, at: Timestamp) {
        let event = EventOccurrence {
            account: self.account,
            application: Some(self.app),
            kind,
            subject: id(n).to_string(),
            value: String::new(),
            first_at: at,
            last_at: at,
            calls: 1,
            address: "192.0.2.1".into(),
            route: String::new(),
            user_agent: String::new(),
            request_id: String::new(),
            detail: String::new(),
        };
        let raised = self.store.raise_security_events(&[event]).await;
        raised.expect("raised");
    }
}

each_database!(groups_are_listed_and_counted_alike);
async fn groups_are_listed_and_counted_alike(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    let store = &database.store;
    // 0: plain; 1: expires soon; 2: expired; 3: revoked; 4: inactive and past its expiry; 5: idle; 6: many denied calls; 7: not
    // confirmed; 8: with an open critical event; 9: retiring, replaced by 10; 11: retired, replaced by 12; 13: retiring, but 14,
    // which replaces it, is revoked.
    for n in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13] {
        let mut draft = draft("Key");
        draft.expiry = match n {
            1 => Expiry::At(NOW.plus(7 * DAY)),
            2 | 4 => Expiry::At(NOW.plus(-DAY)),
            _ => Expiry::Never,
        };
        fixture.insert_draft(n, &draft, n, NOW.plus(-2 * DAY)).await;
    }
    for (old, new, until) in [
        (9, 10, NOW.plus(DAY)),
        (11, 12, NOW),
        (13, 14, NOW.plus(DAY)),
    ] {
        fixture.replace(old, new, until).await;
    }
    for n in (0..15).filter(|n| *n != 7) {
        let event = fixture.event(Action::KeyConfirmed, &id(n).to_string(), NOW);
        let confirmed = store.confirm_key(fixture.app, id(n), &event).await;
        confirmed.expect("confirmed");
    }
    for n in [3, 14] {
        let event = fixture.event(Action::KeyRevoked, &id(n).to_string(), NOW);
        let revoked = store.revoke_key(fixture.app, id(n), "", &event).await;
        revoked.expect("revoked");
    }
    let event = fixture.event(Action::KeyDeactivated, &id(4).to_string(), NOW);
    let deactivated = store.deactivate_key(fixture.app, id(4), &event).await;
    deactivated.expect("deactivated");
    let uses: Vec<_> = (0..15)
        .filter(|n| *n != 7)
        .map(|n| (n, if n == 5 { NOW.plus(-90 * DAY) } else { NOW }))
        .collect();
    fixture.used(&uses).await;
    fixture.denied(6, 30).await;
    fixture.raise(8, EventKind::AddressNotAllowed, NOW).await;

    let listed = async |group: &str| {
        let filter = KeyFilter::parse(group, "", "", "", "", "", "");
        let mut ids = fixture.ids(filter.clone(), NOW).await;
        ids.sort_unstable();
        let total = store.count_keys(fixture.app, &filter, NOW).await;
        let length = i64::try_from(ids.len()).expect("small");
        assert_eq!(total.expect("counted").count, length, "{group}");
        ids
    };
    let expected = |numbers: &[u128]| {
        let mut ids: Vec<_> = numbers.iter().map(|n| id(*n)).collect();
        ids.sort_unstable();
        ids
    };
    let active = listed("active").await;
    assert_eq!(active, expected(&[0, 1, 4, 5, 6, 7, 8, 10, 12, 13]));
    assert_eq!(listed("attention").await, expected(&[1, 5, 6, 7, 8]));
    assert_eq!(listed("ended").await, expected(&[2, 3, 11, 14]));
    assert_eq!(listed("all").await.len(), 15);
    let counts = store.group_counts(fixture.app, NOW).await.expect("counted");
    let expected = GroupCounts {
        active: 10,
        attention: 5,
        ended: 4,
        all: 15,
    };
    assert_eq!(counts, expected);
    let retiring = store.retiring_keys(fixture.app, NOW).await.expect("read");
    let pairs: Vec<_> = retiring
        .iter()
        .map(|old| (old.id, old.replaced_by))
        .collect();
    assert_eq!(pairs, [(id(9), id(10)), (id(13), id(14))]);
}

each_database!(a_key_has_the_newest_of_its_open_critical_events);
async fn a_key_has_the_newest_of_its_open_critical_events(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    let store = &database.store;
    for n in 0..4 {
        let draft = draft("Key");
        fixture.insert_draft(n, &draft, n, NOW.plus(-DAY)).await;
    }
    for (n, kind, ago) in [
        (0, EventKind::FromBrowser, 1),
        (0, EventKind::AddressNotAllowed, 2),
        (1, EventKind::AddressNotAllowed, 1),
        (1, EventKind::FromBrowser, 2),
        // Not critical.
        (2, EventKind::WrongSecret, 1),
        // Not asked for.
        (3, EventKind::FromBrowser, 1),
    ] {
        fixture.raise(n, kind, NOW.plus(-ago)).await;
    }
    let ids: Vec<_> = (0..3).map(id).collect();
    let found = store.critical_events_of_keys(fixture.app, &ids).await;
    let expected = HashMap::from([
        (id(0), EventKind::FromBrowser),
        (id(1), EventKind::AddressNotAllowed),
    ]);
    assert_eq!(found.expect("read"), expected);
    let other = AccountFixture::build(&database.store, 2).await;
    let found = store.critical_events_of_keys(other.app, &ids).await;
    assert_eq!(found.expect("read"), HashMap::new(), "another application");
}

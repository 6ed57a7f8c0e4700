//! Reading the keys for the gate's index, all at once and one by one.

use crate::keys::{AccountFixture, NOW, draft, id};
use domain::{
    audit::Action,
    key::{KeyDraft, expiry::Expiry, ip_rule::IpRules, rate_limit::RateLimit, scope::ScopeSet},
};
use std::collections::BTreeMap;
use store::{PepperName, Store};
use testing::{TestDatabase, each_database};

each_database!(reading_all_keys_for_the_index_equals_reading_each);
async fn reading_all_keys_for_the_index_equals_reading_each(database: TestDatabase) {
    let fixtures = [
        AccountFixture::build(&database.store, 1).await,
        AccountFixture::build(&database.store, 2).await,
    ];
    let plain = KeyDraft {
        ip_rules: IpRules::default(),
        expiry: Expiry::Never,
        ..draft("Plain")
    };
    let limited = KeyDraft {
        rate_limit: RateLimit::parse("10", "second").expect("valid"),
        scopes: ScopeSet::parse_all(["customer:read", "product:read"]).expect("known"),
        ..plain.clone()
    };
    let drafts = [draft("Fenced"), plain, limited];
    let mut alone = BTreeMap::new();
    for (n, key) in (1..).zip(drafts.iter().cycle().take(9)) {
        let fixture = &fixtures[usize::from(n > 4_u8)];
        fixture.insert_draft(n.into(), key, n.into(), NOW).await;
    }
    let event = fixtures[0].event(Action::KeyDeactivated, &id(2).to_string(), NOW);
    let off = database
        .store
        .deactivate_key(fixtures[0].app, id(2), &event);
    off.await.expect("done");
    spread(&database.store).await;
    for n in 1..=9 {
        let row = database
            .store
            .index_row(id(n))
            .await
            .expect("read")
            .expect("there");
        alone.insert(row.id.to_string(), format!("{row:?}"));
    }
    let mut whole = BTreeMap::new();
    let each = database.store.for_each_index_row(PepperName(1), |row| {
        let twice = whole.insert(row.id.to_string(), format!("{row:?}"));
        assert_eq!(twice, None, "each key comes once");
    });
    each.await.expect("all");
    assert_eq!(whole, alone);
}

/// Moves rows apart, as if rows between them were missing, and in another order than their secrets.
async fn spread(store: &Store) {
    if let Store::Sqlite { writer, .. } = store {
        for sql in [
            "UPDATE api_key SET rowid = 1000 * rowid",
            "UPDATE key_secret SET rowid = 100000 - 700 * rowid",
        ] {
            sqlx::query(sql).execute(writer).await.expect("spread");
        }
    }
}

//! The gate's index is read whole and one by one, and says the same.

use crate::{
    keys::{House, NOW, draft, id},
    support::fresh,
};
use domain::{
    audit::Action,
    key::{KeyDraft, expiry::Expiry, ip_rule::IpRules, rate_limit::RateLimit, scope::ScopeSet},
};
use std::collections::BTreeMap;
use store::{PepperName, Store};

#[tokio::test]
async fn every_key_is_read_at_once_as_it_is_read_alone() {
    for fresh in fresh().await {
        let houses = [
            House::build(&fresh.store, 1).await,
            House::build(&fresh.store, 2).await,
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
            let house = &houses[usize::from(n > 4_u8)];
            house.insert_draft(n.into(), key, n.into(), NOW).await;
        }
        let event = houses[0].event(Action::KeyDeactivated, &id(2).to_string(), NOW);
        let off = fresh.store.deactivate_key(houses[0].app, id(2), &event);
        off.await.expect("done");
        spread(&fresh.store).await;
        for n in 1..=9 {
            let row = fresh
                .store
                .index_row(id(n))
                .await
                .expect("read")
                .expect("there");
            alone.insert(row.id.to_string(), format!("{row:?}"));
        }
        let mut whole = BTreeMap::new();
        let each = fresh.store.each_index_row(PepperName(1), |row| {
            let twice = whole.insert(row.id.to_string(), format!("{row:?}"));
            assert_eq!(twice, None, "each key comes once");
        });
        each.await.expect("all");
        assert_eq!(whole, alone);
    }
}

/// Far from each other, as where keys in between are gone, and not in the order of their secrets.
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

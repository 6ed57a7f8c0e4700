//! The key list by scope and by creator, and the values that such a filter can have.

use crate::keys::{AccountFixture, NOW, draft, id};
use domain::{
    audit::Action,
    id::PersonId,
    key::{
        filter::{FilterChoices, KeyFilter, KeyQuery, Order, Sort},
        scope::{Scope, ScopeSet},
        token::KeyId,
    },
    time::DAY,
};
use store::Store;
use testing::{TestDatabase, each_database};

const SORTS: [Sort; 4] = [Sort::Created, Sort::Name, Sort::Used, Sort::Expires];

impl AccountFixture {
    /// The same application, used by another person.
    fn used_by(&self, person: PersonId) -> Self {
        Self {
            store: self.store.clone(),
            person,
            ..*self
        }
    }

    async fn insert_with(&self, n: u128, scopes: &str) {
        let mut draft = draft(&format!("Key {n}"));
        draft.scopes = scopes.parse().expect("known");
        self.insert_draft(n, &draft, n, NOW).await;
    }

    /// The keys that a filter matches, which every order and the count agree on.
    async fn matching(&self, scope: &str, created_by: Option<PersonId>) -> Vec<KeyId> {
        let filter = KeyFilter {
            scope: Scope::parse(scope).ok(),
            created_by,
            ..KeyFilter::default()
        };
        let mut found = None;
        for by in SORTS {
            for descending in [true, false] {
                let query = KeyQuery {
                    filter: filter.clone(),
                    order: Order { by, descending },
                    cursor: None,
                };
                let page = self.store.keys(self.app, &query, NOW).await.expect("page");
                let mut ids: Vec<_> = page.rows.iter().map(|key| key.id).collect();
                ids.sort_unstable();
                assert_eq!(*found.get_or_insert_with(|| ids.clone()), ids, "{by:?}");
            }
        }
        let ids = found.unwrap_or_default();
        let total = self.store.count_keys(self.app, &filter, NOW).await;
        let length = i64::try_from(ids.len()).expect("small");
        assert_eq!(total.expect("counted").count, length);
        ids
    }

    async fn choices(&self) -> FilterChoices {
        let choices = self.store.filter_choices(self.app).await;
        choices.expect("read")
    }
}

fn emails(choices: &FilterChoices) -> Vec<(PersonId, &str)> {
    let creators = choices.creators.iter();
    creators.map(|one| (one.id, one.email.as_str())).collect()
}

each_database!(a_list_is_filtered_by_scope_and_by_creator);
async fn a_list_is_filtered_by_scope_and_by_creator(database: TestDatabase) {
    let ours = AccountFixture::build(&database.store, 1).await;
    let theirs = AccountFixture::build(&database.store, 2).await;
    let colleague = ours.used_by(theirs.person);
    ours.insert_with(1, "invoice:read").await;
    ours.insert_with(2, "balance:read invoice:read tax:read")
        .await;
    colleague.insert_with(3, "tax:read").await;
    theirs.insert_with(4, "invoice:read").await;
    let (first, second) = (Some(ours.person), Some(theirs.person));
    for (scope, created_by, expected) in [
        ("", None, vec![1, 2, 3]),
        ("invoice:read", None, vec![1, 2]),
        ("balance:read", None, vec![2]),
        ("tax:read", None, vec![2, 3]),
        ("invoice:create", None, vec![]),
        ("", first, vec![1, 2]),
        ("", second, vec![3]),
        ("tax:read", first, vec![2]),
        ("invoice:read", second, vec![]),
    ] {
        let mut expected: Vec<_> = expected.into_iter().map(id).collect();
        expected.sort_unstable();
        assert_eq!(ours.matching(scope, created_by).await, expected, "{scope}");
    }
    let unknown = Some(PersonId(uuid::Uuid::from_u128(404)));
    assert!(ours.matching("", unknown).await.is_empty());
}

each_database!(the_choices_of_a_filter_are_what_an_applications_keys_have);
async fn the_choices_of_a_filter_are_what_an_applications_keys_have(database: TestDatabase) {
    let ours = AccountFixture::build(&database.store, 1).await;
    let theirs = AccountFixture::build(&database.store, 2).await;
    let third = AccountFixture::build(&database.store, 3).await;
    assert_eq!(ours.choices().await, FilterChoices::default());
    ours.used_by(third.person).insert_with(1, "tax:read").await;
    ours.insert_with(2, "invoice:read tax:read").await;
    ours.insert_with(3, "invoice:read tax:read").await;
    theirs.insert_with(4, "key:verify").await;
    let choices = ours.choices().await;
    assert_eq!(choices.scopes.to_string(), "invoice:read tax:read");
    let expected = [
        (ours.person, "owner1@example.com"),
        (third.person, "owner3@example.com"),
    ];
    assert_eq!(emails(&choices), expected);
    // A form that is sent again makes no key.
    ours.insert_draft(5, &draft("Again"), 3, NOW).await;
    // Scopes are no longer in use when the last key with them has lost them.
    for (n, left) in [
        (2, "balance:read invoice:read tax:read"),
        (3, "balance:read tax:read"),
    ] {
        let mut draft = draft("Key");
        draft.scopes = ScopeSet::one("balance:read").expect("known");
        let event = ours.event(Action::KeyChanged, &id(n).to_string(), NOW);
        let updated = ours.change_key(n, &draft, &event).await;
        updated.expect("updated");
        assert_eq!(ours.choices().await.scopes.to_string(), left);
    }
    // A revoked key is still listed.
    let event = ours.event(Action::KeyRevoked, &id(1).to_string(), NOW.plus(DAY));
    let revoked = ours.store.revoke_key(ours.app, id(1), "", &event).await;
    revoked.expect("revoked");
    assert_eq!(
        ours.choices().await.scopes.to_string(),
        "balance:read tax:read"
    );
}

each_database!(an_application_with_very_many_sets_of_scopes_uses_every_scope);
async fn an_application_with_very_many_sets_of_scopes_uses_every_scope(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    let insert =
        "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 1001)
                  INSERT INTO scope_set (application_id, scopes, keys)
                  SELECT $1, 'tax:read' || SUBSTR(CAST(1000000 + n AS TEXT), 2), 1 FROM number";
    match &database.store {
        Store::Sqlite { writer, .. } => {
            let query = sqlx::query(insert).bind(fixture.app.0);
            query.execute(writer).await.map(drop)
        }
        Store::Postgres { pool, .. } => {
            let query = sqlx::query(insert).bind(fixture.app.0);
            query.execute(pool).await.map(drop)
        }
    }
    .expect("inserted");
    assert_eq!(fixture.choices().await.scopes, ScopeSet::every());
}

each_database!(keys_of_a_creator_and_choices_are_read_along_an_index);
async fn keys_of_a_creator_and_choices_are_read_along_an_index(database: TestDatabase) {
    let Store::Sqlite { readers, .. } = &database.store else {
        // PostgreSQL plans by statistics: an empty table is scanned.
        return;
    };
    let creator =
        "USING INDEX api_key_by_creator (application_id=? AND created_by=? AND (created_at,id)";
    let next = "USING COVERING INDEX api_key_by_creator (application_id=? AND created_by>?)";
    for (name, index) in [
        ("KEY_LIST_OF_CREATOR_BY_CREATED_ASC", creator),
        ("KEY_LIST_OF_CREATOR_BY_CREATED_DESC", creator),
        ("KEY_LIST_CREATORS", next),
        (
            "KEY_LIST_SCOPE_SETS",
            "USING PRIMARY KEY (application_id=?)",
        ),
    ] {
        let mut all = store::sql::SHARED.iter();
        let (_, statement) = all.find(|(known, _)| *known == name).expect("there");
        let plan = format!("EXPLAIN QUERY PLAN {statement}");
        let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(sqlx::AssertSqlSafe(plan))
            .fetch_all(readers)
            .await
            .expect("a plan");
        let steps: Vec<_> = plan.into_iter().map(|step| step.3).collect();
        let steps = steps.join("\n");
        assert!(steps.contains(index), "{name}: {steps}");
        // Only the few creators are sorted.
        let sorts = steps.contains("TEMP B-TREE");
        assert_eq!(sorts, name == "KEY_LIST_CREATORS", "{name}: {steps}");
    }
}

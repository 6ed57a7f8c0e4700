//! Accounts by name and by id, for people who are added on the command line.

use crate::{
    applications::{create, delete, refused},
    keys::{AccountFixture, NOW},
};
use domain::{
    account::{Application, ApplicationConflict, Email, Role},
    audit::Action,
    id::{AccountId, ApplicationId, PersonId},
    time::DAY,
};
use store::{NewPerson, Place, Placement, Store, StoreError};
use testing::{TestDatabase, each_database};
use uuid::Uuid;

/// Adds a person; a new account and application have ids made of `n`.
pub async fn add(
    store: &Store,
    n: u128,
    role: Role,
    place: &Place,
) -> Result<Placement, StoreError> {
    let email = Email::parse(&format!("member{n}@example.com")).expect("valid");
    let new = NewPerson {
        id: PersonId(Uuid::from_u128(n)),
        email: &email,
        password_hash: "$argon2id$",
        role,
        place: Some(place),
        at: NOW,
        new_ids: (
            AccountId(Uuid::from_u128(n + 1_000_000)),
            ApplicationId(Uuid::from_u128(n + 2_000_000)),
        ),
        origin: ("", ""),
    };
    let added = store.add_person(&new).await?;
    Ok(added.expect("not support"))
}

each_database!(a_name_that_an_owner_gave_to_an_account_joins_no_one_to_it);
async fn a_name_that_an_owner_gave_to_an_account_joins_no_one_to_it(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    let store = &fixture.store;
    let own = Place::named("Account 1", "Shop");
    let joined = add(store, 501, Role::Owner, &own).await.expect("joined");
    assert_eq!((joined.account, joined.founded), (fixture.account, false));

    let event = fixture.event(Action::AccountRenamed, "", NOW.plus(DAY));
    let by = (fixture.account, fixture.person);
    let renamed = store.rename_account(by, "Globex", &event).await;
    renamed.expect("renamed");
    // The name under which the operator wants to found another account was chosen by an owner.
    let named = Place::named("Globex", "Shop");
    let refused = add(store, 502, Role::Owner, &named).await;
    assert!(
        matches!(refused, Err(StoreError::AccountExists(id)) if id == fixture.account),
        "{refused:?}"
    );
    let new = Place::New {
        account: "Globex".into(),
        application: "Shop".into(),
    };
    let founded = add(store, 503, Role::Owner, &new).await.expect("founded");
    assert!(founded.founded && founded.account != fixture.account);
    // From now on the name is that of the operator's account.
    let joined = add(store, 504, Role::Viewer, &named).await.expect("joined");
    assert_eq!((joined.account, joined.founded), (founded.account, false));
    let again = add(store, 505, Role::Owner, &new).await;
    assert!(matches!(again, Err(StoreError::AccountExists(id)) if id == founded.account));
    // The earlier name of the renamed account is free, and its id still finds it.
    let earlier = Place::named("Account 1", "Shop");
    let other = add(store, 506, Role::Owner, &earlier).await;
    assert!(other.expect("founded").founded);
    let existing = |account| Place::Existing {
        account,
        application: None,
    };
    let joined = add(store, 507, Role::Viewer, &existing(fixture.account)).await;
    let joined = joined.expect("joined");
    assert_eq!(
        (joined.account, joined.account_name.as_str(), joined.founded),
        (fixture.account, "Globex", false)
    );
    let nowhere = existing(AccountId(Uuid::nil()));
    let nowhere = add(store, 508, Role::Viewer, &nowhere).await;
    assert!(matches!(nowhere, Err(StoreError::NotFound)), "{nowhere:?}");
}

each_database!(an_application_for_a_new_person_is_one_that_is_not_deleted_and_within_the_limit);
async fn an_application_for_a_new_person_is_one_that_is_not_deleted_and_within_the_limit(
    database: TestDatabase,
) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    let store = &fixture.store;
    create(&fixture, 77, "Other").await.expect("created");
    delete(&fixture).await.expect("deleted");
    let place = Place::named("Account 1", "Application 1");
    let placed = add(store, 501, Role::Viewer, &place).await.expect("added");
    assert_ne!(placed.application, Some(fixture.app));
    for n in 2..u128::try_from(Application::MAX).expect("positive") {
        let created = create(&fixture, 1_000 + n, &format!("Shop {n}")).await;
        created.expect("created");
    }
    let more = Place::named("Account 1", "One more");
    let more = add(store, 502, Role::Viewer, &more).await;
    assert_eq!(refused(more), ApplicationConflict::TooMany);
}

each_database!(accounts_and_applications_are_found_by_their_names_in_any_case);
async fn accounts_and_applications_are_found_by_their_names_in_any_case(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    let store = &fixture.store;
    let place = Place::named("Ñandú Straße", "ΣΊΣΥΦΟΣ");
    add(store, 501, Role::Owner, &place).await.expect("added");
    create(&fixture, 77, "Æther").await.expect("created");
    create(&fixture, 78, "zebra").await.expect("created");
    let accounts = async |text: &str| {
        let found = store.find_accounts(Uuid::nil(), text, 9).await;
        let found = found.expect("read").into_iter();
        found.map(|account| account.name).collect::<Vec<_>>()
    };
    let applications = async |text: &str| {
        let found = store.find_applications(Uuid::nil(), text, 9).await;
        let found = found.expect("read").into_iter();
        found
            .map(|application| application.name)
            .collect::<Vec<_>>()
    };
    assert_eq!(accounts("ñandú strasse").await, ["Ñandú Straße"]);
    assert_eq!(applications("σίσυφος").await, ["ΣΊΣΥΦΟΣ"]);
    assert_eq!(applications("ÆTH").await, ["Æther"]);
    assert_eq!(accounts("nandu").await, Vec::<String>::new());

    let event = fixture.event(Action::AccountRenamed, "", NOW);
    let by = (fixture.account, fixture.person);
    let renamed = store.rename_account(by, "Œuvre", &event).await;
    renamed.expect("renamed");
    let event = fixture.event(Action::ApplicationChanged, "", NOW);
    let place = (fixture.account, fixture.app);
    let changed = store.change_application(place, fixture.person, "ﬁlter", "UTC", &event);
    changed.await.expect("changed");
    assert_eq!(accounts("ŒUVRE").await, ["Œuvre"]);
    assert_eq!(applications("filter").await, ["ﬁlter"]);
    assert_eq!(accounts("account 1").await, Vec::<String>::new());

    // In the order of the folded names.
    let all = store.applications_of(fixture.person).await.expect("read");
    let all: Vec<_> = all.into_iter().map(|one| one.application.name).collect();
    assert_eq!(all, ["ﬁlter", "zebra", "Æther"]);
}

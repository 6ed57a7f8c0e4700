//! Mails about applications in which members have other roles than in the account.

use super::{
    Mailing,
    notices::{OWNER, expiring, mail},
};
use crate::applications::{create, fresh, member, owner};
use domain::{
    account::Role,
    id::ApplicationId,
    key::issued::IssuedKey,
    origin::Origin,
    security::EventKind,
    time::{DAY, HOUR},
};
use testing::{TestDatabase, each_database};

/// A viewer of the account who owns one application.
const LEAD: &str = "lead@example.com";
/// A viewer of the account who is a developer in one application.
const MAKER: &str = "maker@example.com";
/// A developer of the account who is a viewer in one application.
const READER: &str = "reader@example.com";

const ONE_KEY: &str = "An API key expires soon";
const TWO_KEYS: &str = "2 API keys expire soon";
const EVENTS: &str = "Critical security events in your account";

/// An account with two applications; members have other roles in the first one. It has a key of a maker and one of a reader.
struct Roles {
    mailing: Mailing,
    app: ApplicationId,
    other: ApplicationId,
    key: IssuedKey,
}

impl Roles {
    async fn new(database: TestDatabase) -> Self {
        let mailing = Mailing::new(database).await;
        let app = mailing.owner.application().id;
        let other = create(&mailing.owner, "Other").await;
        for (email, role) in [
            (LEAD, Role::Viewer),
            (MAKER, Role::Viewer),
            (READER, Role::Developer),
        ] {
            mailing.test.add("Acme", email, role).await;
        }
        for (email, role) in [(LEAD, Role::Owner), (MAKER, Role::Developer)] {
            give(&mailing, app, email, Some(role)).await;
        }
        let key = issue(&mailing, app, MAKER).await;
        issue(&mailing, app, READER).await;
        give(&mailing, app, READER, Some(Role::Viewer)).await;
        mailing.sent_now().await;
        Self {
            mailing,
            app,
            other,
            key,
        }
    }

    /// Sends what waits, and returns recipients and subjects, sorted, without those about sign-ins.
    async fn sent_now(&self) -> Vec<(String, String)> {
        let mut sent = self.mailing.sent_now().await;
        sent.retain(|(_, subject)| subject != "New sign-in to Latchkey");
        sent
    }

    /// The text of the last mail to a person.
    fn text(&self, to: &str) -> String {
        let mails = self.mailing.sink.received();
        let mail = mails.iter().rev().find(|mail| mail.to == to);
        mail.expect("sent").message.clone()
    }

    fn page(app: ApplicationId) -> String {
        format!("https://keys.example.com/apps/{app}/settings/security-events\n")
    }
}

/// Gives a member a role in an application, as the owner of the account.
async fn give(mailing: &Mailing, app: ApplicationId, email: &str, role: Option<Role>) {
    let owner = fresh(&owner(&mailing.test.sign_in(OWNER).await, app).await);
    let person = member(&owner, email).await;
    let changed = owner.change_application_role(person, role).await;
    changed.expect("changed");
}

/// Creates a key that expires after 30 days.
async fn issue(mailing: &Mailing, app: ApplicationId, email: &str) -> IssuedKey {
    let session = mailing.test.sign_in(email).await;
    let editor = session.editor(app, Origin::default()).await;
    let draft = expiring(&format!("Key of {email}").replace('@', " at "), 30);
    mailing.test.issue(&editor.expect("edits"), draft).await
}

each_database!(the_role_in_an_application_decides_who_is_told_that_its_keys_expire);
async fn the_role_in_an_application_decides_who_is_told_that_its_keys_expire(
    database: TestDatabase,
) {
    let roles = Roles::new(database).await;
    issue(&roles.mailing, roles.other, READER).await;
    roles.sent_now().await;
    roles.mailing.test.clock.advance(23 * DAY);
    let keyring = &roles.mailing.test.keyring;
    keyring.notices().queue_expiry_mail().await.expect("works");
    // The reader created a key in each application, and may edit keys in the other one.
    let expected = [
        mail(LEAD, TWO_KEYS),
        mail(MAKER, ONE_KEY),
        mail(OWNER, TWO_KEYS),
        mail(OWNER, ONE_KEY),
        mail(READER, ONE_KEY),
    ];
    assert_eq!(roles.sent_now().await, expected);
    let other = format!("/apps/{}/settings", roles.other);
    assert!(roles.text(READER).contains(&other));
    assert!(!roles.text(LEAD).contains(&other));
}

each_database!(the_role_in_an_application_decides_who_is_told_about_its_security_events);
async fn the_role_in_an_application_decides_who_is_told_about_its_security_events(
    database: TestDatabase,
) {
    let roles = Roles::new(database).await;
    let elsewhere = issue(&roles.mailing, roles.other, READER).await;
    roles.sent_now().await;
    let app = roles.mailing.owner.application().clone();
    let other = domain::account::Application {
        id: roles.other,
        ..app.clone()
    };
    for (place, kind) in [
        ((&app, Some(&roles.key)), EventKind::RevokedUsed),
        ((&other, Some(&elsewhere)), EventKind::AddressNotAllowed),
        ((&app, None), EventKind::FromBrowser),
    ] {
        roles.mailing.raise(place, kind, "").await;
    }
    let keyring = &roles.mailing.test.keyring;
    keyring.notices().queue_event_mail().await.expect("works");
    let expected = [mail(LEAD, EVENTS), mail(OWNER, EVENTS)];
    assert_eq!(roles.sent_now().await, expected);
    for (to, listed) in [(OWNER, true), (LEAD, false)] {
        let text = roles.text(to);
        assert!(text.contains("- Revoked key used: Key of maker"), "{text}");
        assert!(text.contains(&Roles::page(roles.app)), "{text}");
        for part in [
            "- IP address not allowed: Key of reader",
            "- Secret sent by a browser\n",
            &Roles::page(roles.other),
        ] {
            assert_eq!(text.contains(part), listed, "{part}: {text}");
        }
    }
}

each_database!(a_mail_about_an_application_is_not_sent_to_a_person_who_lost_the_role_there);
async fn a_mail_about_an_application_is_not_sent_to_a_person_who_lost_the_role_there(
    database: TestDatabase,
) {
    let roles = Roles::new(database).await;
    let Roles { mailing, app, .. } = &roles;
    let keyring = &mailing.test.keyring;
    mailing.test.clock.advance(23 * DAY);
    keyring.notices().queue_expiry_mail().await.expect("works");
    let application = mailing.owner.application();
    let event = (application, Some(&roles.key));
    mailing.raise(event, EventKind::RevokedUsed, "").await;
    keyring.notices().queue_event_mail().await.expect("works");
    assert_eq!(mailing.waiting().await, 5);
    give(mailing, *app, LEAD, Some(Role::Developer)).await;
    give(mailing, *app, MAKER, None).await;
    assert_eq!(
        roles.sent_now().await,
        [mail(OWNER, TWO_KEYS), mail(OWNER, EVENTS)]
    );

    // In an application that is deleted meanwhile, only owners of the account read the events.
    give(mailing, *app, LEAD, Some(Role::Owner)).await;
    mailing.test.clock.advance(HOUR);
    mailing.raise(event, EventKind::FromBrowser, "").await;
    keyring.notices().queue_event_mail().await.expect("works");
    assert_eq!(mailing.waiting().await, 3, "and a sign-in");
    let owner = owner(&mailing.test.sign_in(OWNER).await, *app).await;
    let handle = owner.fresh_owner().expect("fresh");
    handle.archive().await.expect("archived");
    handle.delete().await.expect("deleted");
    assert_eq!(roles.sent_now().await, [mail(OWNER, EVENTS)]);
    mailing.test.clock.advance(HOUR);
    mailing.raise(event, EventKind::AddressNotAllowed, "").await;
    keyring.notices().queue_event_mail().await.expect("works");
    assert_eq!(roles.sent_now().await, [mail(OWNER, EVENTS)]);
    let text = roles.text(OWNER);
    assert!(!text.contains("/apps/"), "{text}");
}

each_database!(a_role_that_was_lost_in_one_application_hides_no_events_of_others);
async fn a_role_that_was_lost_in_one_application_hides_no_events_of_others(database: TestDatabase) {
    let roles = Roles::new(database).await;
    let Roles { mailing, app, .. } = &roles;
    give(mailing, roles.other, LEAD, Some(Role::Owner)).await;
    let elsewhere = issue(mailing, roles.other, READER).await;
    roles.sent_now().await;
    let application = mailing.owner.application();
    let other = domain::account::Application {
        id: roles.other,
        ..application.clone()
    };
    for (place, kind) in [
        ((application, &roles.key), EventKind::RevokedUsed),
        ((&other, &elsewhere), EventKind::AddressNotAllowed),
    ] {
        mailing.raise((place.0, Some(place.1)), kind, "").await;
    }
    let keyring = &mailing.test.keyring;
    keyring.notices().queue_event_mail().await.expect("works");
    give(mailing, *app, LEAD, Some(Role::Developer)).await;
    let expected = [mail(LEAD, EVENTS), mail(OWNER, EVENTS)];
    assert_eq!(roles.sent_now().await, expected);
    let text = roles.text(LEAD);
    assert!(
        text.contains("- IP address not allowed: Key of reader"),
        "{text}"
    );
    assert!(!text.contains("Revoked key used"), "{text}");
    assert!(!text.contains(&Roles::page(*app)), "{text}");
}

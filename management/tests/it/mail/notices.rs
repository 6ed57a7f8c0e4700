//! Mails about keys that expire, and about critical security events.

use super::Mailing;
use crate::{
    applications::{fresh, member, owner},
    test_keyring::{NOW, PASSWORD, draft},
};
use domain::{
    account::{Application, Role},
    key::{KeyDraft, expiry::Expiry, issued::IssuedKey, name::KeyName},
    mail::Notifications,
    origin::Origin,
    security::{EventKind, EventOccurrence},
    time::{DAY, HOUR, MINUTE, Timestamp},
};
use management::{Admission, Session, SignedIn};
use testing::{TestDatabase, each_database};

pub(super) const OWNER: &str = "owner@acme.example";
pub(super) const DEVELOPER: &str = "dev@example.com";

/// A browser on a laptop.
pub(super) fn laptop() -> Origin {
    Origin {
        address: "192.0.2.7".parse().ok(),
        user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".into(),
        request_id: String::new(),
    }
}

impl Mailing {
    /// Sends what waits, and returns recipients and subjects, sorted.
    pub(super) async fn sent_now(&self) -> Vec<(String, String)> {
        let before = self.sink.received().len();
        self.deliver().await;
        let mails = self.sink.received();
        let mut sent: Vec<_> = mails[before..]
            .iter()
            .map(|mail| (mail.to.clone(), mail.header("Subject").to_owned()))
            .collect();
        sent.sort_unstable();
        sent
    }

    pub(super) async fn enter(
        &self,
        email: &str,
        password: &str,
        device: Option<&str>,
    ) -> SignedIn {
        let admission = self
            .test
            .keyring
            .sign_in()
            .with_password(email, password, device, &laptop())
            .await;
        match admission.expect("works").and_then(Admission::session) {
            Some(signed_in) => signed_in,
            None => panic!("{email} is not signed in"),
        }
    }

    /// Raises a security event of an account, about a key of an application or about none.
    pub(super) async fn raise(
        &self,
        (app, key): (&Application, Option<&IssuedKey>),
        kind: EventKind,
        value: &str,
    ) {
        let at = self.test.keyring.now();
        let event = EventOccurrence {
            account: app.account_id,
            application: key.map(|_| app.id),
            kind,
            subject: key.map_or_else(String::new, |key| key.id.to_string()),
            value: value.to_owned(),
            first_at: at,
            last_at: at,
            calls: 1,
            address: String::new(),
            route: String::new(),
            user_agent: String::new(),
            request_id: String::new(),
            detail: String::new(),
        };
        let store = &self.test.database.store;
        let raised = store.raise_security_events(&[event]).await;
        raised.expect("raised");
    }

    pub(super) async fn session(&self, signed_in: &SignedIn) -> Session {
        let session = self.test.keyring.sessions().find(&signed_in.token).await;
        session.expect("works").expect("begun")
    }
}

pub(super) fn mail(to: &str, subject: &str) -> (String, String) {
    (to.to_owned(), subject.to_owned())
}

/// A draft of a key that expires after some days.
pub(super) fn expiring(name: &str, days: i64) -> KeyDraft {
    KeyDraft {
        name: KeyName::parse(name).expect("valid"),
        expiry: Expiry::At(NOW.plus(days * DAY)),
        ..draft()
    }
}

each_database!(owners_and_creators_are_told_seven_days_and_one_day_before_a_key_expires);
async fn owners_and_creators_are_told_seven_days_and_one_day_before_a_key_expires(
    database: TestDatabase,
) {
    let mailing = Mailing::new(database).await;
    let (test, keyring) = (&mailing.test, &mailing.test.keyring);
    test.add("Acme", DEVELOPER, Role::Developer).await;
    test.add("Acme", "viewer@example.com", Role::Viewer).await;
    let session = mailing.enter(DEVELOPER, PASSWORD, None).await;
    let session = mailing.session(&session).await;
    let app = mailing.owner.application().id;
    let developer = session
        .editor(app, Origin::default())
        .await
        .expect("a member");
    test.issue(&developer, expiring("Theirs", 30)).await;
    test.issue(&mailing.owner, expiring("The owner’s", 30))
        .await;
    // Too short a life for the first notice.
    test.issue(&developer, expiring("Short", 3)).await;
    let revoked = test.issue(&developer, expiring("Revoked", 30)).await;
    developer
        .revoke(revoked.id, String::new())
        .await
        .expect("revoked");
    mailing.sent_now().await;
    let advance = async |until: Timestamp| {
        test.clock.advance(until.since(keyring.now()));
        keyring.notices().queue_expiry_mail().await.expect("works");
    };

    advance(NOW.plus(HOUR)).await;
    assert_eq!(mailing.sent_now().await, []);
    advance(NOW.plus(2 * DAY)).await;
    let mails_sent = mailing.sent_now().await;
    assert_eq!(mails_sent.len(), 2, "{mails_sent:?}");
    assert!(
        mails_sent
            .iter()
            .all(|(to, _)| [OWNER, DEVELOPER].contains(&to.as_str()))
    );
    let message = mailing.sink.received().pop().expect("a mail").message;
    assert!(
        message.contains("Short, expires 18 Jan 2027, 08:00 UTC"),
        "{message}"
    );

    // Each once, and after a restart too.
    for until in [NOW.plus(23 * DAY - 1), NOW.plus(23 * DAY)] {
        advance(until).await;
    }
    let later = crate::test_keyring::reopen(&test.database, &test.clock, 8).await;
    super::connect(&later, &mailing.sink, std::time::Duration::from_secs(20));
    later.notices().queue_expiry_mail().await.expect("works");
    let mails_sent = mailing.sent_now().await;
    assert_eq!(mails_sent.len(), 2, "{mails_sent:?}");
    let mails = mailing.sink.received();
    for (to, listed) in [(OWNER, true), (DEVELOPER, false)] {
        let mail = mails.iter().rev().find(|mail| mail.to == to);
        let message = &mail.expect("sent").message;
        assert!(message.contains("Theirs, expires 14 Feb 2027"), "{message}");
        assert_eq!(
            message.contains("The owner’s, expires"),
            listed,
            "{message}"
        );
        assert!(!message.contains("Revoked"), "{message}");
        let link = format!("https://keys.example.com/apps/{app}/settings/api-keys/akl_");
        assert!(message.contains(&link), "{message}");
    }

    // One day before; the developer is no longer a member.
    let signed_in = mailing.enter(OWNER, PASSWORD, None).await;
    let handle = fresh(&owner(&mailing.session(&signed_in).await, app).await);
    let removed = handle.remove_member(member(&handle, DEVELOPER).await).await;
    removed.expect("removed");
    mailing.sent_now().await;
    advance(NOW.plus(29 * DAY)).await;
    let mails_sent = mailing.sent_now().await;
    assert_eq!(mails_sent.len(), 1, "{mails_sent:?}");
    assert_eq!(mails_sent[0].0, OWNER);
    advance(NOW.plus(30 * DAY)).await;
    assert_eq!(mailing.sent_now().await, []);
}

each_database!(owners_get_one_mail_an_hour_about_critical_security_events);
async fn owners_get_one_mail_an_hour_about_critical_security_events(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    let (test, keyring) = (&mailing.test, &mailing.test.keyring);
    test.add("Acme", "second@example.com", Role::Owner).await;
    test.add("Acme", DEVELOPER, Role::Developer).await;
    let key = test.issue(&mailing.owner, expiring("Checkout", 300)).await;
    let app = mailing.owner.application();
    let raise =
        async |kind: EventKind, value: &str| mailing.raise((app, Some(&key)), kind, value).await;
    raise(EventKind::WrongSecret, "").await;
    keyring.notices().queue_event_mail().await.expect("works");
    assert_eq!(mailing.sent_now().await, [], "not critical");

    raise(EventKind::RevokedUsed, "").await;
    raise(EventKind::FromBrowser, "").await;
    for _ in 0..2 {
        keyring.notices().queue_event_mail().await.expect("works");
    }
    let subject = "Critical security events in your account";
    let both = [mail(OWNER, subject), mail("second@example.com", subject)];
    assert_eq!(mailing.sent_now().await, both);
    let message = mailing.sink.received().pop().expect("a mail").message;
    let link = format!(
        "https://keys.example.com/apps/{}/settings/security-events",
        app.id
    );
    for part in [
        "- Revoked key used: Checkout",
        "- Secret sent by a browser: Checkout",
        &link,
    ] {
        assert!(message.contains(part), "{message}");
    }

    // Repetitions of an event that was mailed are silent, and another event waits for the hour.
    test.clock.advance(30 * MINUTE);
    raise(EventKind::RevokedUsed, "").await;
    raise(EventKind::AddressNotAllowed, "198.51.100.0/24").await;
    keyring.notices().queue_event_mail().await.expect("works");
    assert_eq!(mailing.sent_now().await, []);
    let signed_in = mailing.enter("second@example.com", PASSWORD, None).await;
    let second = mailing.session(&signed_in).await;
    let wanted = Notifications {
        security_events: false,
        ..Notifications::default()
    };
    let changed = second.change_notifications(wanted, &laptop()).await;
    changed.expect("changed");
    mailing.sent_now().await;
    test.clock.advance(30 * MINUTE);
    keyring.notices().queue_event_mail().await.expect("works");
    assert_eq!(mailing.sent_now().await, [mail(OWNER, subject)]);
    let message = mailing.sink.received().pop().expect("a mail").message;
    assert!(
        message.contains("- IP address not allowed: Checkout"),
        "{message}"
    );
    assert!(!message.contains("Revoked key used"), "{message}");
}

each_database!(a_mail_about_an_account_is_not_sent_to_a_person_who_lost_access);
async fn a_mail_about_an_account_is_not_sent_to_a_person_who_lost_access(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    let (test, keyring) = (&mailing.test, &mailing.test.keyring);
    test.add("Acme", DEVELOPER, Role::Developer).await;
    let session = mailing.enter(DEVELOPER, PASSWORD, None).await;
    let session = mailing.session(&session).await;
    let app = mailing.owner.application().id;
    let developer = session.editor(app, Origin::default()).await;
    let developer = developer.expect("a member");
    test.issue(&developer, expiring("Theirs", 30)).await;
    mailing.sent_now().await;
    test.clock.advance(24 * DAY);
    keyring.notices().queue_expiry_mail().await.expect("works");
    assert_eq!(mailing.waiting().await, 2);
    let signed_in = mailing.enter(OWNER, PASSWORD, None).await;
    let handle = fresh(&owner(&mailing.session(&signed_in).await, app).await);
    let removed = handle.remove_member(member(&handle, DEVELOPER).await).await;
    removed.expect("removed");
    let sent = mailing.sent_now().await;
    assert_eq!(
        sent,
        [
            mail(OWNER, "An API key expires soon"),
            mail(OWNER, "New sign-in to Latchkey"),
        ]
    );
}

each_database!(an_application_has_one_mail_a_day_about_its_keys);
async fn an_application_has_one_mail_a_day_about_its_keys(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    let (test, keyring) = (&mailing.test, &mailing.test.keyring);
    for hours in [0, 6, 12, 23, 30] {
        let draft = KeyDraft {
            expiry: Expiry::At(NOW.plus(30 * DAY + hours * HOUR)),
            ..expiring("Checkout", 30)
        };
        test.issue(&mailing.owner, draft).await;
    }
    test.clock.advance(23 * DAY);
    let mut subjects = Vec::new();
    for _ in 0..48 {
        keyring.notices().queue_expiry_mail().await.expect("works");
        let sent = mailing.sent_now().await;
        subjects.extend(sent.into_iter().map(|(_, subject)| subject));
        test.clock.advance(HOUR);
    }
    assert_eq!(
        subjects,
        ["4 API keys expire soon", "An API key expires soon"]
    );
}

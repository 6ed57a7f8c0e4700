//! How often mails about keys that expire are sent.

use super::{
    Mailing,
    notices::{DEVELOPER, OWNER, expiring, laptop, mail},
};
use crate::{
    applications::create,
    test_keyring::{NOW, PASSWORD},
};
use domain::{
    account::Role,
    key::expiry::Expiry,
    mail::Notifications,
    origin::Origin,
    time::{DAY, HOUR, MINUTE},
};
use testing::{TestDatabase, each_database};

const ONE_KEY: &str = "An API key expires soon";

impl Mailing {
    /// Looks for keys that expire, and returns how many mails are sent.
    async fn expiry_mails(&self) -> usize {
        let keyring = &self.test.keyring;
        keyring.notices().queue_expiry_mail().await.expect("works");
        let sent = self.sent_now().await;
        assert!(
            sent.iter().all(|one| *one == mail(OWNER, ONE_KEY)),
            "{sent:?}"
        );
        sent.len()
    }
}

each_database!(a_key_whose_expiry_is_changed_every_hour_causes_one_mail_a_day);
async fn a_key_whose_expiry_is_changed_every_hour_causes_one_mail_a_day(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    let test = &mailing.test;
    let key = test.issue(&mailing.owner, expiring("Checkout", 300)).await;
    let mut mails = Vec::new();
    test.clock.advance(2 * DAY);
    for hour in 0..48 {
        test.clock.advance(HOUR);
        let mut wanted = expiring("Checkout", 300);
        // Always earlier: later ones need a new sign-in.
        wanted.expiry = Expiry::At(NOW.plus(9 * DAY - hour * MINUTE));
        let view = mailing.owner.key(key.id).await.expect("a key");
        let seen = view.draft().revision();
        let changed = mailing.owner.change(key.id, wanted, seen).await;
        changed.expect("changed");
        if mailing.expiry_mails().await > 0 {
            mails.push(hour);
        }
    }
    assert_eq!(mails, [0, 24]);
}

each_database!(an_address_gets_twenty_mails_about_keys_an_hour_and_the_others_later);
async fn an_address_gets_twenty_mails_about_keys_an_hour_and_the_others_later(
    database: TestDatabase,
) {
    let mailing = Mailing::new(database).await;
    let test = &mailing.test;
    for n in 0..25 {
        let app = create(&mailing.owner, &format!("App {n}")).await;
        let session = test.sign_in(OWNER).await;
        let editor = session.editor(app, Origin::default()).await;
        let draft = expiring("Checkout", 30);
        test.issue(&editor.expect("edits"), draft).await;
    }
    test.clock.advance(23 * DAY);
    mailing.sent_now().await;
    assert_eq!(mailing.expiry_mails().await, 20);
    assert_eq!(mailing.expiry_mails().await, 0);
    test.clock.advance(HOUR);
    assert_eq!(mailing.expiry_mails().await, 5);
    test.clock.advance(HOUR);
    assert_eq!(mailing.expiry_mails().await, 0);
}

each_database!(a_person_who_does_not_want_it_gets_no_mail_about_keys_that_expire);
async fn a_person_who_does_not_want_it_gets_no_mail_about_keys_that_expire(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    let test = &mailing.test;
    test.add("Acme", DEVELOPER, Role::Developer).await;
    let signed_in = mailing.enter(DEVELOPER, PASSWORD, None).await;
    let session = mailing.session(&signed_in).await;
    let app = mailing.owner.application().id;
    let editor = session.editor(app, Origin::default()).await;
    let editor = editor.expect("a member");
    test.issue(&editor, expiring("Theirs", 30)).await;
    let all = session.notifications().await.expect("read");
    mailing.sent_now().await;
    let owners = mail(OWNER, ONE_KEY);
    for (key_expiry, days, expected) in [
        (false, 23, vec![owners.clone()]),
        (true, 6, vec![mail(DEVELOPER, ONE_KEY), owners]),
    ] {
        let wanted = Notifications { key_expiry, ..all };
        let changed = session.change_notifications(wanted, &laptop()).await;
        changed.expect("changed");
        test.clock.advance(days * DAY);
        test.keyring
            .notices()
            .queue_expiry_mail()
            .await
            .expect("works");
        assert_eq!(mailing.sent_now().await, expected, "{key_expiry}");
    }
}

//! Links that were used, replaced or withdrawn before they were sent, and links that are requested at sign-in.

use super::{DROPPED, Mailing, NEW, sent};
use domain::{
    account::{Email, Role},
    audit::AuditFilter,
    origin::Origin,
    time::{HOUR, MINUTE, SECOND},
};
use management::{Admission, ManagementError, PeopleAdmin, PersonDraft, Store};
use std::{net::Ipv4Addr, sync::Arc};
use testing::{Misbehaviour, TestDatabase, each_database};
use verification::{Pepper, SeededEntropy};

use crate::test_keyring::{PASSWORD, PEPPER};

const ADA: &str = "ada@example.com";
const ANOTHER: &str = "violet compass under snow";

fn email(text: &str) -> Email {
    Email::parse(text).expect("valid")
}

/// Requests a link, from a browser with a device token, and makes it.
async fn request_from(
    mailing: &Mailing,
    address: &str,
    device: Option<&str>,
) -> Result<(), ManagementError> {
    let keyring = &mailing.test.keyring;
    // Of links that were made at once, any may be the oldest.
    mailing.test.clock.advance(SECOND);
    keyring
        .password_resets()
        .request(email(address), device, &Origin::default())?;
    keyring.password_resets().make_requested_links().await;
    Ok(())
}

async fn request(mailing: &Mailing, address: &str) -> Result<(), ManagementError> {
    request_from(mailing, address, None).await
}

each_database!(only_the_newest_link_of_an_invitation_is_sent);
async fn only_the_newest_link_of_an_invitation_is_sent(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    mailing.invite(NEW).await;
    let invitations = mailing.owner.invitations().await.expect("read");
    let id = invitations[0].id;
    let renewed = mailing.owner.renew_invitation(id).await.expect("renewed");
    assert!(renewed.mailed);
    let delivery = mailing.deliver().await;
    assert_eq!((delivery.sent, delivery.dropped), (1, 1));
    let mails = mailing.sink.received();
    assert_eq!(
        mails[0].after("https://keys.example.com/invite/"),
        renewed.token
    );
    mailing.owner.renew_invitation(id).await.expect("renewed");
    mailing.owner.withdraw(id).await.expect("withdrawn");
    assert_eq!(mailing.deliver().await, DROPPED);
}

each_database!(a_requested_link_resets_the_password);
async fn a_requested_link_resets_the_password(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    let keyring = &mailing.test.keyring;
    mailing.test.add("Acme", ADA, Role::Viewer).await;
    mailing
        .test
        .add("Globex", "other@example.com", Role::Owner)
        .await;
    request(&mailing, ADA).await.expect("accepted");
    assert_eq!(mailing.deliver().await, sent(1));
    let mails = mailing.sink.received();
    assert_eq!(mails[0].to, ADA);
    assert_eq!(mails[0].header("Subject"), "Reset your Latchkey password");
    let token = mails[0].after("https://keys.example.com/reset/");
    let origin = Origin::default();
    keyring
        .password_resets()
        .complete(token, ANOTHER.to_owned().into(), &origin)
        .await
        .expect("reset");
    let admission = keyring
        .sign_in()
        .with_password(ADA, ANOTHER, None, &origin)
        .await;
    assert!(matches!(admission, Ok(Some(Admission::Session(_)))));

    let records = mailing
        .owner
        .audit(&AuditFilter::default(), None)
        .await
        .expect("read")
        .rows;
    let made = records
        .iter()
        .find(|record| record.detail == "requested at sign-in")
        .expect("recorded");
    assert_eq!(
        (made.actor.as_str(), made.target.as_str()),
        ("Latchkey", ADA)
    );
}

each_database!(a_request_for_an_unknown_or_disabled_address_gets_the_same_answer_and_no_mail);
async fn a_request_for_an_unknown_or_disabled_address_gets_the_same_answer_and_no_mail(
    database: TestDatabase,
) {
    let mailing = Mailing::new(database).await;
    mailing.test.add("Acme", ADA, Role::Viewer).await;
    let store = Store::open_without_ownership(&mailing.test.database.url).await;
    let admin = PeopleAdmin::new(
        store.expect("opens"),
        &Pepper::from_bytes(*PEPPER).into(),
        mailing.test.clock.clone(),
        Arc::new(SeededEntropy::new(99)),
    );
    admin.disable(&email(ADA)).await.expect("disabled");
    admin.close().await;
    for address in [ADA, "unknown@example.com", "owner@acme.example"] {
        for _ in 0..3 {
            request(&mailing, address).await.expect("accepted");
        }
        let fourth = request(&mailing, address).await;
        assert!(
            matches!(fourth, Err(ManagementError::Throttled { retry_after_ms }) if retry_after_ms > 0),
            "{address}: {fourth:?}"
        );
    }
    // Of the known person alone. All three links work.
    assert_eq!(mailing.deliver().await, sent(3));
    for mail in mailing.sink.received() {
        assert_eq!(mail.to, "owner@acme.example");
        let token = mail.after("https://keys.example.com/reset/");
        let open = mailing.test.keyring.password_resets().find(token).await;
        assert!(open.expect("works").is_some());
    }
}

each_database!(a_person_without_a_password_gets_none_by_mail);
async fn a_person_without_a_password_gets_none_by_mail(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    let store = Store::open_without_ownership(&mailing.test.database.url).await;
    let store = store.expect("opens");
    let owner = email("owner@acme.example");
    let found = store.person_by_email(&owner).await;
    let person = found.expect("read").expect("there");
    let hash = &person.password_hash;
    // As of someone who signs in through an identity provider alone.
    let changed = store.rehash_person(person.id, hash, "").await;
    changed.expect("changed");
    request(&mailing, "owner@acme.example")
        .await
        .expect("the same answer");
    assert_eq!(mailing.waiting().await, 0);
    let changed = store.rehash_person(person.id, "", hash).await;
    changed.expect("changed");
    request(&mailing, "owner@acme.example")
        .await
        .expect("accepted");
    assert_eq!(mailing.waiting().await, 1);
    store.close().await;
}

each_database!(a_reset_link_that_has_expired_is_not_sent);
async fn a_reset_link_that_has_expired_is_not_sent(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    mailing.test.add("Acme", ADA, Role::Viewer).await;
    mailing.sink.at("greeting", Misbehaviour::HangUp);
    request(&mailing, ADA).await.expect("accepted");
    mailing.deliver().await;
    mailing.sink.accept();
    mailing.test.clock.advance(30 * MINUTE);
    assert_eq!(mailing.deliver().await, DROPPED);
    mailing.test.clock.advance(HOUR);
    assert_eq!(mailing.sink.received().len(), 0);
}

each_database!(an_owners_reset_link_is_mailed_to_the_member);
async fn an_owners_reset_link_is_mailed_to_the_member(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    mailing.test.add("Acme", ADA, Role::Viewer).await;
    let members = mailing.owner.members().await.expect("read");
    let ada = members.iter().find(|member| member.email == email(ADA));
    let made = mailing.owner.reset_link(ada.expect("a member").id).await;
    let made = made.expect("works").expect("made");
    assert!(made.mailed);
    assert_eq!(mailing.deliver().await, sent(1));
    let mails = mailing.sink.received();
    assert_eq!(mails[0].to, ADA);
    assert_eq!(
        mails[0].after("https://keys.example.com/reset/"),
        made.token
    );
    let keyring = &mailing.test.keyring;
    let old = keyring
        .sign_in()
        .with_password(ADA, PASSWORD, None, &Origin::default())
        .await;
    assert!(old.expect("works").is_some(), "still the old password");
}

each_database!(a_link_ends_with_the_address_that_it_was_mailed_to);
async fn a_link_ends_with_the_address_that_it_was_mailed_to(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    mailing.test.add("Acme", ADA, Role::Viewer).await;
    let session = mailing.test.sign_in(ADA).await;
    mailing.deliver().await;
    request(&mailing, ADA).await.expect("accepted");
    assert_eq!(mailing.deliver().await, sent(1));
    let mails = mailing.sink.received();
    let token = mails[1].after("https://keys.example.com/reset/");
    let keyring = &mailing.test.keyring;
    let open = keyring.password_resets().find(token).await.expect("works");
    assert!(open.is_some());
    let origin = Origin::default();
    let changed = session.change_email(PASSWORD, email("new@example.com"), None, &origin);
    assert!(changed.await.expect("works"));
    let open = keyring.password_resets().find(token).await.expect("works");
    assert_eq!(open, None);
}

each_database!(requests_of_others_end_no_link_of_an_owner_and_use_up_no_request_of_a_known_browser);
async fn requests_of_others_end_no_link_of_an_owner_and_use_up_no_request_of_a_known_browser(
    database: TestDatabase,
) {
    let mailing = Mailing::new(database).await;
    let keyring = &mailing.test.keyring;
    mailing.test.add("Acme", ADA, Role::Viewer).await;
    let origin = Origin::default();
    let admission = keyring
        .sign_in()
        .with_password(ADA, PASSWORD, None, &origin)
        .await;
    let device = admission.expect("works").and_then(Admission::session);
    let device = device.expect("signed in").device;
    let members = mailing.owner.members().await.expect("read");
    let ada = members.iter().find(|member| member.email == email(ADA));
    let made = mailing.owner.reset_link(ada.expect("a member").id).await;
    let made = made.expect("works").expect("made");
    for _ in 0..3 {
        request(&mailing, ADA).await.expect("accepted");
    }
    let refused = request(&mailing, ADA).await;
    assert!(
        matches!(refused, Err(ManagementError::Throttled { .. })),
        "{refused:?}"
    );
    let open = keyring
        .password_resets()
        .find(&made.token)
        .await
        .expect("works");
    assert!(open.is_some(), "the owner's link");
    mailing.deliver().await;
    let before = mailing.sink.received().len();
    // The same answer, and no mail.
    for forged in ["forged", "00.11"] {
        let accepted = request_from(&mailing, ADA, Some(forged)).await;
        accepted.expect("accepted");
    }
    mailing.deliver().await;
    assert_eq!(mailing.sink.received().len(), before);
    for _ in 0..4 {
        let accepted = request_from(&mailing, ADA, Some(&device)).await;
        accepted.expect("accepted");
    }
    mailing.deliver().await;
    assert_eq!(mailing.sink.received().len(), before + 3);
}

each_database!(support_staff_are_not_reset_by_mail);
async fn support_staff_are_not_reset_by_mail(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    let support = PersonDraft {
        place: None,
        email: email(ADA),
        role: Role::Support,
        password: PASSWORD.to_owned().into(),
    };
    let added = mailing.test.keyring.people().add(support).await;
    added.expect("added");
    request(&mailing, ADA).await.expect("accepted");
    assert_eq!(mailing.waiting().await, 0);
}

/// Requests a link from a client in a network of its own.
fn request_by(mailing: &Mailing, address: &str, client: u32) -> Result<(), ManagementError> {
    let client = Ipv4Addr::from_bits((10 << 24) | (client << 8));
    let origin = Origin {
        address: Some(client.into()),
        ..Origin::default()
    };
    let keyring = &mailing.test.keyring;
    keyring
        .password_resets()
        .request(email(address), None, &origin)
}

each_database!(requests_for_unknown_addresses_delay_no_others);
async fn requests_for_unknown_addresses_delay_no_others(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    mailing.test.add("Acme", ADA, Role::Viewer).await;
    for n in 0..700 {
        let accepted = request_by(&mailing, &format!("x{n}@example.com"), n);
        accepted.expect("accepted");
    }
    request_by(&mailing, ADA, 700).expect("accepted");
    mailing
        .test
        .keyring
        .password_resets()
        .make_requested_links()
        .await;
    assert_eq!(mailing.deliver().await, sent(1));
}

each_database!(requests_that_are_refused_because_too_many_wait_use_up_none);
async fn requests_that_are_refused_because_too_many_wait_use_up_none(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    for n in 0..1_000 {
        let accepted = request_by(&mailing, &format!("x{n}@example.com"), n);
        accepted.expect("accepted");
    }
    for _ in 0..30 {
        let refused = request_by(&mailing, ADA, 1_000);
        assert!(matches!(refused, Err(ManagementError::Busy)), "{refused:?}");
    }
    mailing
        .test
        .keyring
        .password_resets()
        .make_requested_links()
        .await;
    for _ in 0..3 {
        request_by(&mailing, ADA, 1_000).expect("accepted");
    }
}

//! Adding, renaming and removing passkeys, and confirming changes with them.

use super::{ADA, BY, Holder, SITE, add_to, name};
use domain::{
    audit::{Action, AuditFilter},
    id::PasskeyId,
    origin::Origin,
    passkey::{MAX_PASSKEYS, Passkey},
    time::{MINUTE, SECOND},
};
use management::{
    AddedPasskey, FreshSession, ManagementError, PasskeyAnswer, ProvenSession, Session,
};
use testing::{SoftAuthenticator, TestDatabase, each_database};

impl Holder {
    pub(super) fn fresh(&self) -> FreshSession {
        self.session.fresh().expect("fresh")
    }

    /// Adds another passkey, which is listed after the others.
    pub(super) async fn add_another(
        &mut self,
        device: &mut SoftAuthenticator,
    ) -> Result<AddedPasskey, ManagementError> {
        self.test.clock.advance(SECOND);
        let proven = self.prove().await;
        add_to(&proven, &proven.begin_passkey().await?, device).await
    }

    /// Proves the second factor with the passkey.
    pub(super) async fn prove(&mut self) -> ProvenSession {
        let (handle, credential) = self.confirm().await;
        let answer = PasskeyAnswer {
            handle: &handle,
            credential: &credential,
        };
        let origin = Origin::default();
        let proven = self.session.clone().prove_by_passkey(answer, &origin).await;
        let (proven, _) = proven.expect("works").expect("right");
        self.session = Session::clone(&proven);
        proven
    }

    async fn passkeys(&self) -> Vec<Passkey> {
        let factor = self.session.second_factor().await.expect("works");
        factor.map(|factor| factor.passkeys).unwrap_or_default()
    }

    async fn ids(&self) -> Vec<PasskeyId> {
        let passkeys = self.passkeys().await;
        passkeys.iter().map(|passkey| passkey.id).collect()
    }

    async fn names(&self) -> Vec<String> {
        let passkeys = self.passkeys().await;
        let names = passkeys.iter().map(|passkey| passkey.name.to_string());
        names.collect()
    }

    /// A confirmation by the person's passkey: the handle and the credential.
    pub(super) async fn confirm(&mut self) -> (String, String) {
        let challenge = self.session.begin_confirmation().await.expect("begun");
        let credential = self.device.get(&challenge.options);
        (challenge.handle, credential)
    }

    async fn add_app(&mut self) {
        let fresh = self.prove().await;
        let setup = fresh.begin_enrolment().await.expect("begun");
        let code = setup.secret().code_at(self.test.keyring.now());
        let origin = Origin::default();
        let done = fresh.confirm_enrolment(&setup.form, &code, &origin).await;
        assert!(matches!(done, Ok(Some(None))), "no new codes: {done:?}");
    }
}

each_database!(a_person_has_up_to_ten_passkeys_and_each_authenticator_once);
async fn a_person_has_up_to_ten_passkeys_and_each_authenticator_once(database: TestDatabase) {
    let mut ada = Holder::new(database).await;
    let mut same = SoftAuthenticator::new(7, SITE);
    let again = ada.add_another(&mut same).await;
    assert!(
        matches!(again, Err(ManagementError::Invalid(_))),
        "{again:?}"
    );
    let limit = u8::try_from(MAX_PASSKEYS).expect("few");
    let begun = ada.prove().await.begin_passkey().await.expect("begun");
    for seed in 20..19 + limit {
        let mut other = SoftAuthenticator::new(seed, SITE);
        let added = ada.add_another(&mut other).await;
        assert!(matches!(added, Ok(AddedPasskey::Another)), "{added:?}");
    }
    let more = ada.prove().await.begin_passkey().await;
    assert!(matches!(more, Err(ManagementError::Invalid(_))), "{more:?}");
    let credential = SoftAuthenticator::new(99, SITE).create(&begun.options);
    let answer = PasskeyAnswer {
        handle: &begun.handle,
        credential: &credential,
    };
    let (fresh, origin) = (ada.fresh(), Origin::default());
    let late = fresh.add_passkey(answer, name("Late"), &origin).await;
    assert!(matches!(late, Err(ManagementError::Invalid(_))), "{late:?}");
    assert_eq!(ada.ids().await.len(), MAX_PASSKEYS);
}

each_database!(two_passkeys_of_a_person_never_have_the_same_name);
async fn two_passkeys_of_a_person_never_have_the_same_name(database: TestDatabase) {
    let mut ada = Holder::new(database).await;
    for seed in [2, 3] {
        let mut other = SoftAuthenticator::new(seed, SITE);
        ada.add_another(&mut other).await.expect("added");
    }
    assert_eq!(ada.names().await, ["Phone", "Phone 2", "Phone 3"]);
    let (origin, second) = (Origin::default(), ada.ids().await[1]);
    for taken in ["Phone", "phone 3"] {
        let refused = ada.session.rename_passkey(second, name(taken), &origin);
        let refused = refused.await;
        assert!(
            matches!(refused, Err(ManagementError::Invalid(_))),
            "{refused:?}"
        );
    }
    for free in ["phone 2", "Laptop"] {
        let renamed = ada.session.rename_passkey(second, name(free), &origin);
        renamed.await.expect("renamed");
    }
    assert_eq!(ada.names().await, ["Phone", "Laptop", "Phone 3"]);
}

each_database!(a_code_is_not_used_up_where_nothing_more_can_be_added);
async fn a_code_is_not_used_up_where_nothing_more_can_be_added(database: TestDatabase) {
    let mut ada = Holder::new(database).await;
    let limit = u8::try_from(MAX_PASSKEYS).expect("few");
    for seed in 20..19 + limit {
        let mut other = SoftAuthenticator::new(seed, SITE);
        ada.add_another(&mut other).await.expect("added");
    }
    ada.add_app().await;
    let (origin, code) = (Origin::default(), ada.codes.0[0].clone());
    let app = ada.fresh().prove_for_app(&code, &origin).await.map(drop);
    assert!(matches!(app, Err(ManagementError::Invalid(_))), "{app:?}");
    let passkey = ada.fresh().prove_for_passkey(&code, &origin).await;
    let passkey = passkey.map(drop);
    assert!(
        matches!(passkey, Err(ManagementError::Invalid(_))),
        "{passkey:?}"
    );
    let proven = ada.fresh().prove_by_code(&code, &origin).await;
    assert!(matches!(proven, Ok(Some(_))), "the code is unused");
}

each_database!(passkeys_are_renamed_and_removed_down_to_the_last_factor);
async fn passkeys_are_renamed_and_removed_down_to_the_last_factor(database: TestDatabase) {
    let mut ada = Holder::new(database).await;
    let origin = Origin::default();
    let only = ada.ids().await[0];
    let last = ada.fresh().remove_passkey(only, &origin).await;
    assert!(matches!(last, Err(ManagementError::Invalid(_))), "{last:?}");
    let mut second = SoftAuthenticator::new(2, SITE);
    ada.add_another(&mut second).await.expect("added");
    let other = ada.ids().await[1];
    let renamed = ada.session.rename_passkey(other, name("Laptop"), &origin);
    renamed.await.expect("renamed");
    let (theirs, _) = ada.test.owner("Globex").await;
    let foreign = theirs.rename_passkey(other, name("Mine"), &origin).await;
    assert!(matches!(foreign, Err(ManagementError::NotFound)));
    let their_fresh = theirs.fresh().expect("fresh");
    let foreign = their_fresh.remove_passkey(other, &origin);
    assert!(matches!(foreign.await, Err(ManagementError::NotFound)));

    let challenge = ada.begin_sign_in().await;
    let credential = second.get(&challenge.options);
    let answer = PasskeyAnswer {
        handle: &challenge.handle,
        credential: &credential,
    };
    let keyring = ada.test.keyring.clone();
    let stolen = keyring.sign_in().with_passkey(answer, BY, &origin).await;
    let stolen = stolen.expect("works").expect("in");
    let removed = ada.fresh().remove_passkey(other, &origin).await;
    removed.expect("removed");
    let ended = keyring.sessions().find(&stolen.token).await.expect("works");
    assert!(ended.is_none(), "the lost device is signed out");
    let challenge = ada.begin_sign_in().await;
    let credential = second.get(&challenge.options);
    assert!(!ada.alone(&challenge.handle, &credential).await);

    let none = ada.fresh().remove_authenticator(&origin).await;
    assert!(matches!(none, Err(ManagementError::Invalid(_))), "{none:?}");
    ada.add_app().await;
    let app = ada.prove().await.begin_enrolment().await;
    assert!(matches!(app, Err(ManagementError::Invalid(_))), "{app:?}");
    let removed = ada.fresh().remove_passkey(only, &origin).await;
    removed.expect("the app is left");
    let last = ada.fresh().remove_authenticator(&origin).await;
    assert!(matches!(last, Err(ManagementError::Invalid(_))), "{last:?}");
    let proven = ada.fresh().prove_by_code(&ada.codes.0[0], &origin).await;
    let proven = proven.expect("works").expect("right");
    let challenge = proven.begin_passkey().await.expect("begun");
    let added = add_to(&proven, &challenge, &mut ada.device).await;
    added.expect("added");
    let removed = ada.fresh().remove_authenticator(&origin).await;
    removed.expect("a passkey is left");
    let token = ada.pending().await;
    let waiting = keyring
        .sign_in()
        .pending_factors(&token)
        .await
        .expect("works");
    assert!(waiting.is_some_and(|factors| factors.passkey && !factors.app));
}

each_database!(of_two_passkeys_that_are_removed_at_once_one_stays);
async fn of_two_passkeys_that_are_removed_at_once_one_stays(database: TestDatabase) {
    let mut ada = Holder::new(database).await;
    let mut second = SoftAuthenticator::new(2, SITE);
    ada.add_another(&mut second).await.expect("added");
    let (ids, origin) = (ada.ids().await, Origin::default());
    let (one, two) = (ada.fresh(), ada.fresh());
    let (one, two) = futures_util::future::join(
        one.remove_passkey(ids[0], &origin),
        two.remove_passkey(ids[1], &origin),
    )
    .await;
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    assert_eq!(ada.ids().await.len(), 1);
}

each_database!(a_passkey_makes_a_session_fresh);
async fn a_passkey_makes_a_session_fresh(database: TestDatabase) {
    let mut ada = Holder::new(database).await;
    ada.test.clock.advance(11 * MINUTE);
    assert!(!ada.session.is_fresh());
    let (handle, credential) = ada.confirm().await;
    let answer = PasskeyAnswer {
        handle: &handle,
        credential: &credential,
    };
    let origin = Origin::default();
    let (other_handle, other_credential) = ada.confirm().await;
    let other = PasskeyAnswer {
        handle: &other_handle,
        credential: &other_credential,
    };
    let (one, two) = (ada.session.clone(), ada.session.clone());
    let session = one.reauthenticate_with_passkey(answer, &origin).await;
    let (session, _) = session.expect("works").expect("right");
    assert!(session.is_fresh());
    session.fresh().expect("fresh");
    let again = session.reauthenticate_with_passkey(answer, &origin).await;
    assert!(again.expect("works").is_none(), "an answer counts once");
    let late = two.reauthenticate_with_passkey(other, &origin).await;
    let Err(ManagementError::NotFound) = late else {
        panic!("the session has another token");
    };
}

each_database!(a_passkey_renews_recovery_codes_and_turns_the_second_factor_off);
async fn a_passkey_renews_recovery_codes_and_turns_the_second_factor_off(database: TestDatabase) {
    let mut ada = Holder::new(database).await;
    let origin = Origin::default();
    ada.test.clock.advance(11 * MINUTE);
    assert!(!ada.session.is_fresh());
    let (handle, credential) = ada.confirm().await;
    let answer = PasskeyAnswer {
        handle: &handle,
        credential: &credential,
    };
    let session = ada.session.clone();
    let codes = session.renew_recovery_codes_with_passkey(answer, &origin);
    let codes = codes.await.expect("works").expect("right");
    assert_ne!(codes.0, ada.codes.0);
    let again = session.remove_second_factor_with_passkey(answer, &origin);
    let again = again.await;
    assert!(matches!(again, Ok(false)), "it was used: {again:?}");
    let (handle, credential) = ada.confirm().await;
    let answer = PasskeyAnswer {
        handle: &handle,
        credential: &credential,
    };
    let off = session.remove_second_factor_with_passkey(answer, &origin);
    let off = off.await;
    assert!(matches!(off, Ok(true)), "{off:?}");
    assert!(ada.session.second_factor().await.expect("works").is_none());
    ada.test.sign_in(ADA).await;
}

each_database!(changes_of_passkeys_are_recorded);
async fn changes_of_passkeys_are_recorded(database: TestDatabase) {
    let mut ada = Holder::new(database).await;
    let origin = Origin::default();
    let mut second = SoftAuthenticator::new(2, SITE);
    ada.add_another(&mut second).await.expect("added");
    let other = ada.ids().await[1];
    let renamed = ada.session.rename_passkey(other, name("Laptop"), &origin);
    renamed.await.expect("renamed");
    let removed = ada.fresh().remove_passkey(other, &origin).await;
    removed.expect("removed");
    let (handle, credential) = ada.confirm().await;
    let answer = PasskeyAnswer {
        handle: &handle,
        credential: &credential,
    };
    let session = ada.session.clone();
    let fresh = session.reauthenticate_with_passkey(answer, &origin).await;
    (ada.session, _) = fresh.expect("works").expect("right");
    let code = ada.fresh().prove_by_code(&ada.codes.0[0], &origin).await;
    assert!(code.expect("works").is_some());
    let challenge = ada.begin_sign_in().await;
    let credential = ada.device.get(&challenge.options);
    assert!(ada.alone(&challenge.handle, &credential).await);

    let owner = ada.session.account_owner(ada.app().await, origin).await;
    let owner = owner.expect("owns it");
    let log = owner.audit(&AuditFilter::default(), None).await;
    let log = log.expect("read").rows;
    for (action, detail) in [
        (Action::FactorAdded, "with the passkey Phone"),
        (Action::PasskeyAdded, "Phone 2"),
        (Action::PasskeyRenamed, ""),
        (Action::PasskeyRemoved, "Laptop"),
        (Action::PasskeyUsed, ""),
        (Action::CodeUsed, ""),
        (Action::SignedIn, "with a passkey instead of a password"),
    ] {
        let found = log
            .iter()
            .find(|record| record.action == action && record.detail == detail);
        assert!(
            found.is_some_and(|record| record.target == ADA),
            "{action:?}"
        );
    }
}

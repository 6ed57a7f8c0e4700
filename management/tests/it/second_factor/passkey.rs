//! Passkeys, with an authenticator in software.

mod answers;
mod challenges;
mod changes;
mod passwords;
mod proven;

use super::ADA;
use crate::test_keyring::{PASSWORD, TestKeyring, reopen};
use domain::{
    account::{Email, Role},
    id::ApplicationId,
    origin::Origin,
    passkey::{CHALLENGE_LIFETIME, PasskeyName},
    second_factor::{ENROLMENT_GRACE, FactorPolicy},
    time::MINUTE,
};
use management::{
    AddedPasskey, Administered, Admission, Browser, FreshSession, ManagementError, PasskeyAnswer,
    PasskeyChallenge, RecoveryCodes, Session, SignedIn,
};
use testing::{SoftAuthenticator, TestDatabase, each_database};

const SITE: &str = "https://keys.example.com";
/// The token of a browser that signs in without a password.
const BROWSER: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const BY: Browser<'_> = Browser {
    device: None,
    session: None,
    passkey: Some(BROWSER),
};

/// A person whose first factor is a passkey.
struct Holder {
    test: TestKeyring,
    device: SoftAuthenticator,
    codes: RecoveryCodes,
    session: Session,
}

fn name(text: &str) -> PasskeyName {
    PasskeyName::parse(text).expect("a name")
}

async fn add(
    fresh: &FreshSession,
    device: &mut SoftAuthenticator,
) -> Result<AddedPasskey, ManagementError> {
    add_to(fresh, &fresh.begin_passkey().await?, device).await
}

/// Makes a passkey for a challenge of a session, and adds it.
async fn add_to(
    session: &Session,
    challenge: &PasskeyChallenge,
    device: &mut SoftAuthenticator,
) -> Result<AddedPasskey, ManagementError> {
    let credential = device.create(&challenge.options);
    let answer = PasskeyAnswer {
        handle: &challenge.handle,
        credential: &credential,
    };
    let origin = Origin::default();
    session.add_passkey(answer, name("Phone"), &origin).await
}

impl Holder {
    async fn new(database: TestDatabase) -> Self {
        let test = TestKeyring::new(database).await;
        test.keyring.passkeys().offer_at(SITE);
        test.add("Acme", ADA, Role::Owner).await;
        let session = test.sign_in(ADA).await;
        let mut device = SoftAuthenticator::new(7, SITE);
        let added = add(&session.fresh().expect("fresh"), &mut device).await;
        let Ok(AddedPasskey::First(codes)) = added else {
            panic!("{added:?}");
        };
        Self {
            test,
            device,
            codes,
            session,
        }
    }

    async fn pending(&self) -> String {
        let keyring = &self.test.keyring;
        let admission = keyring
            .sign_in()
            .with_password(ADA, PASSWORD, None, &Origin::default())
            .await;
        match admission {
            Ok(Some(Admission::CodeRequired(pending))) => pending.token,
            other => panic!("{other:?}"),
        }
    }

    async fn begin_step(&self, token: &str) -> PasskeyChallenge {
        let begun = self.test.keyring.sign_in().begin_passkey_step(token).await;
        begun.expect("begun")
    }

    /// Sends the answer to the second step of a sign-in.
    async fn step(
        &self,
        token: &str,
        handle: &str,
        credential: &str,
    ) -> Result<Option<SignedIn>, ManagementError> {
        let answer = PasskeyAnswer { handle, credential };
        let origin = Origin::default();
        self.test
            .keyring
            .sign_in()
            .answer_passkey_step(token, answer, None, &origin)
            .await
    }

    /// Begins a sign-in without a password in a browser with the token [`BROWSER`].
    async fn begin_sign_in(&self) -> PasskeyChallenge {
        let (keyring, origin) = (&self.test.keyring, Origin::default());
        let begun = keyring
            .sign_in()
            .begin_with_passkey(Some(BROWSER), &origin)
            .await;
        let begun = begun.expect("begun");
        assert_eq!(begun.browser, BROWSER, "it keeps its token");
        begun.challenge
    }

    /// Sends the answer to a sign-in without a password.
    async fn try_alone(
        &self,
        handle: &str,
        credential: &str,
    ) -> Result<Option<SignedIn>, ManagementError> {
        let answer = PasskeyAnswer { handle, credential };
        let origin = Origin::default();
        let keyring = &self.test.keyring;
        keyring.sign_in().with_passkey(answer, BY, &origin).await
    }

    /// Sends the answer to a sign-in without a password; whether a session has started.
    async fn alone(&self, handle: &str, credential: &str) -> bool {
        let done = self.try_alone(handle, credential).await;
        done.expect("works").is_some()
    }

    async fn session_of(&self, signed_in: &SignedIn) -> Session {
        let session = self.test.keyring.sessions().find(&signed_in.token).await;
        session.expect("works").expect("begun")
    }

    async fn app(&self) -> ApplicationId {
        self.session.applications().await.expect("works")[0].id
    }
}

each_database!(a_passkey_is_asked_for_after_the_password);
async fn a_passkey_is_asked_for_after_the_password(database: TestDatabase) {
    let mut ada = Holder::new(database).await;
    assert_eq!(ada.codes.0.len(), 10);
    let factor = ada.session.second_factor().await.expect("works");
    let factor = factor.expect("on");
    assert_eq!((factor.app_since, factor.recovery_codes), (None, 10));
    assert_eq!(factor.passkeys[0].name.as_str(), "Phone");
    assert_eq!(factor.passkeys[0].last_used_at, None);

    let token = ada.pending().await;
    let waiting = ada.test.keyring.sign_in().pending_factors(&token).await;
    let waiting = waiting.expect("works").expect("it waits");
    assert_eq!((waiting.app, waiting.passkey), (false, true));
    let challenge = ada.begin_step(&token).await;
    assert!(challenge.options.contains("\"rpId\":\"keys.example.com\""));
    assert!(
        challenge
            .options
            .contains("\"userVerification\":\"required\"")
    );
    // Base64url of the credential's id.
    let allowed = "\"id\":\"BwcHBwcHBwcHBwcHBwcHBw\"";
    assert!(challenge.options.contains(allowed), "{}", challenge.options);
    // An authenticator may leave out whose passkey it is.
    ada.device.names_user = false;
    let credential = ada.device.get(&challenge.options);
    let signed_in = ada.step(&token, &challenge.handle, &credential).await;
    let signed_in = signed_in.expect("works").expect("in");
    let session = ada.session_of(&signed_in).await;
    assert_eq!(session.email().as_str(), ADA);
    let again = ada.step(&token, &challenge.handle, &credential).await;
    assert!(
        matches!(again, Err(ManagementError::NotFound)),
        "the sign-in is complete: {again:?}"
    );
    let factor = session.second_factor().await.expect("works").expect("on");
    let now = ada.test.keyring.now();
    assert_eq!(factor.passkeys[0].last_used_at, Some(now));
}

each_database!(a_recovery_code_signs_in_a_person_with_passkeys_only);
async fn a_recovery_code_signs_in_a_person_with_passkeys_only(database: TestDatabase) {
    let ada = Holder::new(database).await;
    let (keyring, origin) = (&ada.test.keyring, Origin::default());
    let token = ada.pending().await;
    for (code, right) in [("123456", false), (ada.codes.0[0].as_str(), true)] {
        let done = keyring
            .sign_in()
            .enter_code(&token, code, None, &origin)
            .await;
        assert_eq!(done.expect("works").is_some(), right, "{code}");
    }
}

each_database!(a_passkey_alone_starts_a_fresh_session);
async fn a_passkey_alone_starts_a_fresh_session(database: TestDatabase) {
    let mut ada = Holder::new(database).await;
    let challenge = ada.begin_sign_in().await;
    assert!(challenge.options.contains("\"allowCredentials\":[]"));
    let credential = ada.device.get(&challenge.options);
    let answer = PasskeyAnswer {
        handle: &challenge.handle,
        credential: &credential,
    };
    let origin = Origin::default();
    let keyring = &ada.test.keyring;
    let done = keyring.sign_in().with_passkey(answer, BY, &origin).await;
    let signed_in = done.expect("works").expect("in");
    let session = ada.session_of(&signed_in).await;
    assert_eq!(session.email().as_str(), ADA);
    assert!(session.is_fresh());
    assert!(
        !ada.alone(&challenge.handle, &credential).await,
        "an answer counts once"
    );
    assert!(
        !ada.alone(&challenge.handle.to_uppercase(), &credential)
            .await,
        "in capitals too"
    );
}

each_database!(a_disabled_person_signs_in_with_no_passkey);
async fn a_disabled_person_signs_in_with_no_passkey(database: TestDatabase) {
    let mut ada = Holder::new(database).await;
    let challenge = ada.begin_sign_in().await;
    let credential = ada.device.get(&challenge.options);
    let admin = ada.test.people_admin().await;
    let email = Email::parse(ADA).expect("valid");
    let disabled = admin.disable(&email).await.expect("works");
    assert!(matches!(disabled, Administered::Done(())));
    assert!(!ada.alone(&challenge.handle, &credential).await);
    admin.enable(&email).await.expect("works");
    assert!(ada.alone(&challenge.handle, &credential).await);
    admin.close().await;
}

each_database!(a_challenge_is_answered_within_five_minutes);
async fn a_challenge_is_answered_within_five_minutes(database: TestDatabase) {
    let mut ada = Holder::new(database).await;
    for (after, right) in [(CHALLENGE_LIFETIME, false), (CHALLENGE_LIFETIME - 1, true)] {
        let challenge = ada.begin_sign_in().await;
        let credential = ada.device.get(&challenge.options);
        ada.test.clock.advance(after);
        let done = ada.alone(&challenge.handle, &credential).await;
        assert_eq!(done, right, "{after}");
    }
}

each_database!(a_passkey_satisfies_a_policy_and_a_reset_removes_it);
async fn a_passkey_satisfies_a_policy_and_a_reset_removes_it(database: TestDatabase) {
    let mut ada = Holder::new(database).await;
    let app = ada.app().await;
    let owner = ada.session.account_owner(app, Origin::default()).await;
    let owner = owner
        .expect("owns it")
        .fresh_account_owner()
        .expect("fresh");
    let set = owner.set_factor_policy(FactorPolicy::Everybody).await;
    set.expect("set");
    ada.test.clock.advance(ENROLMENT_GRACE + MINUTE);
    let challenge = ada.begin_sign_in().await;
    let credential = ada.device.get(&challenge.options);
    assert!(ada.alone(&challenge.handle, &credential).await);
    let token = ada.pending().await;
    let challenge = ada.begin_step(&token).await;
    let credential = ada.device.get(&challenge.options);
    let done = ada.step(&token, &challenge.handle, &credential).await;
    let session = ada.session_of(&done.expect("works").expect("in")).await;
    assert!(!session.must_enrol() && session.has_passkey());

    let admin = ada.test.people_admin().await;
    let email = Email::parse(ADA).expect("valid");
    let reset = admin.reset_factors(&email).await.expect("works");
    assert!(matches!(reset, Administered::Done(())), "{reset:?}");
    admin.close().await;
    let challenge = ada.begin_sign_in().await;
    let credential = ada.device.get(&challenge.options);
    assert!(!ada.alone(&challenge.handle, &credential).await);
    let session = ada.test.sign_in(ADA).await;
    assert!(session.must_enrol() && !session.has_passkey());
}

#[tokio::test]
async fn without_a_host_name_no_passkey_is_offered() {
    let test = TestKeyring::new(TestDatabase::sqlite().await).await;
    test.keyring.passkeys().offer_at("http://127.0.0.1:3000");
    assert!(
        !test
            .keyring
            .passkeys()
            .are_offered_at("http://127.0.0.1:3000")
    );
    let origin = Origin::default();
    let none = test
        .keyring
        .sign_in()
        .begin_with_passkey(None, &origin)
        .await;
    assert!(matches!(none, Err(ManagementError::Invalid(_))), "{none:?}");
    test.add("Acme", ADA, Role::Owner).await;
    let fresh = test.sign_in(ADA).await.fresh().expect("fresh");
    let none = fresh.begin_passkey().await;
    assert!(matches!(none, Err(ManagementError::Invalid(_))), "{none:?}");
}

#[tokio::test]
async fn without_a_host_name_no_passkey_is_accepted() {
    let mut ada = Holder::new(TestDatabase::sqlite().await).await;
    let challenge = ada.begin_sign_in().await;
    let credential = ada.device.get(&challenge.options);
    let answer = PasskeyAnswer {
        handle: &challenge.handle,
        credential: &credential,
    };
    let origin = Origin::default();
    // The same pepper, and no address for passkeys.
    let elsewhere = reopen(&ada.test.database, &ada.test.clock, 8).await;
    let refused = elsewhere.sign_in().with_passkey(answer, BY, &origin).await;
    assert!(
        matches!(refused, Err(ManagementError::Invalid(_))),
        "{refused:?}"
    );
    assert!(ada.alone(&challenge.handle, &credential).await);
}

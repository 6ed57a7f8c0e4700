//! A second factor: an authenticator app and recovery codes.

mod at_rest;
mod guessing;
mod other_sessions;
mod passkey;
mod returning;

use crate::test_keyring::{NOW, PASSWORD, TestKeyring};
use domain::{
    account::{Email, Role},
    audit::{Action, AuditFilter},
    origin::Origin,
    time::{HOUR, MINUTE, SECOND, Timestamp},
};
use management::{
    Admission, AuthenticatorSetup, FreshSession, ManagementError, RecoveryCodes, Session, SignedIn,
};
use testing::{TestDatabase, each_database};

const ADA: &str = "ada@example.com";

/// A person with a second factor.
struct Enrolled {
    test: TestKeyring,
    setup: AuthenticatorSetup,
    codes: RecoveryCodes,
    session: Session,
}

async fn enrol(session: &Session, now: Timestamp) -> (AuthenticatorSetup, RecoveryCodes) {
    let fresh = session.fresh().expect("fresh");
    let setup = fresh.begin_enrolment().await.expect("begun");
    let code = setup.secret().code_at(now);
    let codes = fresh
        .confirm_enrolment(&setup.form, &code, &Origin::default())
        .await
        .expect("works")
        .expect("the right code")
        .expect("the first factor");
    (setup, codes)
}

impl Enrolled {
    async fn new(database: TestDatabase) -> Self {
        let test = TestKeyring::new(database).await;
        test.add("Acme", ADA, Role::Owner).await;
        let session = test.sign_in(ADA).await;
        let (setup, codes) = enrol(&session, test.keyring.now()).await;
        // The code that confirmed it was used.
        test.clock.advance(30 * SECOND);
        Self {
            test,
            setup,
            codes,
            session,
        }
    }

    async fn password(&self) -> Option<Admission> {
        self.test
            .keyring
            .sign_in()
            .with_password(ADA, PASSWORD, None, &Origin::default())
            .await
            .expect("works")
    }

    /// A sign-in that waits for a code.
    async fn pending(&self) -> String {
        match self.password().await {
            Some(Admission::CodeRequired(pending)) => pending.token,
            other => panic!("{other:?}"),
        }
    }

    async fn enter(&self, token: &str, code: &str) -> Result<Option<SignedIn>, ManagementError> {
        self.test
            .keyring
            .sign_in()
            .enter_code(token, code, None, &Origin::default())
            .await
    }

    fn code(&self) -> String {
        self.setup.secret().code_at(self.test.keyring.now())
    }

    /// The session, with a password that was just entered.
    async fn fresh(&mut self) -> FreshSession {
        let session = self.session.clone();
        let origin = Origin::default();
        let again = session.reauthenticate(PASSWORD, None, &origin).await;
        let (session, _) = again.expect("works").expect("the right password");
        self.session = session;
        self.session.fresh().expect("fresh")
    }
}

fn refused(answer: &Result<Option<SignedIn>, ManagementError>) -> bool {
    matches!(answer, Ok(None))
}

fn ended(answer: &Result<Option<SignedIn>, ManagementError>) -> bool {
    matches!(answer, Err(ManagementError::NotFound))
}

each_database!(a_password_alone_starts_no_session_and_a_code_starts_one_once);
async fn a_password_alone_starts_no_session_and_a_code_starts_one_once(database: TestDatabase) {
    let ada = Enrolled::new(database).await;
    let keyring = &ada.test.keyring;
    let origin = Origin::default();
    let wrong = keyring
        .sign_in()
        .with_password(ADA, "a wrong guess", None, &origin);
    assert!(wrong.await.expect("works").is_none());
    let token = ada.pending().await;
    assert!(!ada.test.is_open(&token).await);
    let waiting = keyring.sign_in().pending_factors(&token).await;
    let waiting = waiting.expect("works");
    assert!(waiting.is_some_and(|factors| factors.app && !factors.passkey));

    let code = ada.code();
    assert!(refused(&ada.enter(&token, "000000").await));
    let signed_in = ada.enter(&token, &code).await.expect("works").expect("in");
    let session = keyring.sessions().find(&signed_in.token).await;
    let session = session.expect("works");
    assert_eq!(session.expect("begun").email().as_str(), ADA);
    assert!(ended(&ada.enter(&token, &code).await), "it was used");

    let second = ada.pending().await;
    assert!(
        refused(&ada.enter(&second, &code).await),
        "a code works once"
    );
    ada.test.clock.advance(30 * SECOND);
    assert!(refused(&ada.enter(&second, &code).await));
    assert!(
        ada.enter(&second, &ada.code())
            .await
            .expect("works")
            .is_some()
    );
}

each_database!(a_recovery_code_signs_in_once);
async fn a_recovery_code_signs_in_once(database: TestDatabase) {
    let ada = Enrolled::new(database).await;
    assert_eq!(ada.codes.0.len(), 10);
    let code = ada.codes.0[3].to_uppercase().replace('-', " ");
    let token = ada.pending().await;
    let made_up = "0000-0000-0000-0000";
    assert!(refused(&ada.enter(&token, made_up).await));
    assert!(ada.enter(&token, &code).await.expect("works").is_some());
    let factor = ada.session.second_factor().await.expect("works");
    assert_eq!(factor.expect("on").recovery_codes, 9);
    let token = ada.pending().await;
    assert!(refused(&ada.enter(&token, &code).await));
    assert!(
        ada.enter(&token, &ada.codes.0[4])
            .await
            .expect("works")
            .is_some()
    );
}

each_database!(a_code_may_be_30_seconds_off_and_not_60);
async fn a_code_may_be_30_seconds_off_and_not_60(database: TestDatabase) {
    let ada = Enrolled::new(database).await;
    ada.test.clock.advance(HOUR);
    for (seconds, accepted) in [(-60, false), (-30, true), (60, false), (30, true)] {
        let token = ada.pending().await;
        let at = ada.test.keyring.now().plus(seconds * SECOND);
        let code = ada.setup.secret().code_at(at);
        let answer = ada.enter(&token, &code).await.expect("works");
        assert_eq!(answer.is_some(), accepted, "{seconds} s");
    }
}

each_database!(a_pending_sign_in_ends_after_five_minutes_and_after_five_codes);
async fn a_pending_sign_in_ends_after_five_minutes_and_after_five_codes(database: TestDatabase) {
    let ada = Enrolled::new(database).await;
    let token = ada.pending().await;
    ada.test.clock.advance(5 * MINUTE - 1);
    assert!(refused(&ada.enter(&token, "not a code").await));
    ada.test.clock.advance(1);
    assert!(ended(&ada.enter(&token, &ada.code()).await));

    let token = ada.pending().await;
    for _ in 0..5 {
        assert!(refused(&ada.enter(&token, "000000").await));
    }
    assert!(ended(&ada.enter(&token, &ada.code()).await));
    assert!(ended(&ada.enter("made up", &ada.code()).await));
    let token = ada.pending().await;
    assert!(
        ada.enter(&token, &ada.code())
            .await
            .expect("works")
            .is_some()
    );
}

each_database!(another_password_ends_a_pending_sign_in);
async fn another_password_ends_a_pending_sign_in(database: TestDatabase) {
    let ada = Enrolled::new(database).await;
    let (reset, disabled) = (ada.pending().await, ada.pending().await);
    let admin = ada.test.people_admin().await;
    let email = Email::parse(ADA).expect("valid");
    admin.disable(&email).await.expect("works");
    assert!(ended(&ada.enter(&disabled, &ada.code()).await));
    admin.enable(&email).await.expect("works");
    assert!(
        ended(&ada.enter(&reset, &ada.code()).await),
        "ended stays ended"
    );
    let pending = ada.pending().await;
    let made = admin.reset_link(&email).await.expect("works");
    let management::Administered::Done(link) = made else {
        panic!("{made:?}");
    };
    let password = "violet compass under snow".to_owned().into();
    let (keyring, origin) = (&ada.test.keyring, Origin::default());
    let done = keyring
        .password_resets()
        .complete(&link.token, password, &origin);
    done.await.expect("works");
    assert!(ended(&ada.enter(&pending, &ada.code()).await));
    admin.close().await;
}

each_database!(an_invitation_and_a_reset_password_still_ask_for_a_code);
async fn an_invitation_and_a_reset_password_still_ask_for_a_code(database: TestDatabase) {
    let ada = Enrolled::new(database).await;
    let (session, app) = ada.test.owner("Globex").await;
    let owner = session
        .account_owner(app, Origin::default())
        .await
        .expect("owns it");
    let fresh = owner.fresh_account_owner().expect("fresh");
    let email = Email::parse(ADA).expect("valid");
    let invited = fresh
        .invite(email.clone(), Role::Viewer)
        .await
        .expect("invited");
    let (keyring, origin) = (&ada.test.keyring, Origin::default());
    let accepted =
        keyring
            .invitations()
            .accept(&invited.token, PASSWORD.to_owned().into(), None, &origin);
    let accepted = accepted.await.expect("works");
    assert!(
        matches!(accepted, Some(Admission::CodeRequired(_))),
        "{accepted:?}"
    );

    let admin = ada.test.people_admin().await;
    let made = admin.reset_link(&email).await.expect("works");
    let management::Administered::Done(link) = made else {
        panic!("{made:?}");
    };
    let password = "violet compass under snow";
    let done = keyring
        .password_resets()
        .complete(&link.token, password.to_owned().into(), &origin);
    done.await.expect("works");
    let answer = keyring
        .sign_in()
        .with_password(ADA, password, None, &origin)
        .await
        .expect("works");
    assert!(
        matches!(answer, Some(Admission::CodeRequired(_))),
        "{answer:?}"
    );
    admin.close().await;
}

each_database!(a_new_secret_is_confirmed_by_the_session_that_asked_for_it_within_ten_minutes);
async fn a_new_secret_is_confirmed_by_the_session_that_asked_for_it_within_ten_minutes(
    database: TestDatabase,
) {
    let test = TestKeyring::new(database).await;
    test.add("Acme", ADA, Role::Owner).await;
    let (origin, session) = (Origin::default(), test.sign_in(ADA).await);
    let fresh = session.fresh().expect("fresh");
    let setup = fresh.begin_enrolment().await.expect("begun");
    let code = setup.secret().code_at(NOW);
    assert!(session.second_factor().await.expect("works").is_none());
    let wrong = fresh
        .confirm_enrolment(&setup.form, "000000", &origin)
        .await;
    assert!(matches!(wrong, Ok(None)), "{wrong:?}");
    let other = test.sign_in(ADA).await.fresh().expect("fresh");
    let mut changed = setup.form.clone();
    changed.replace_range(20..21, if &changed[20..21] == "0" { "1" } else { "0" });
    for (session, form) in [
        (&other, &setup.form),
        (&fresh, &changed),
        (&fresh, &String::new()),
    ] {
        let answer = session.confirm_enrolment(form, &code, &origin).await;
        assert!(
            matches!(answer, Err(ManagementError::NotFound)),
            "{answer:?}"
        );
    }
    test.clock.advance(10 * MINUTE);
    assert!(fresh.open_setup(&setup.form).is_none(), "expired");
    assert!(session.second_factor().await.expect("works").is_none());
    let session = session.reauthenticate(PASSWORD, None, &origin).await;
    let (session, _) = session.expect("works").expect("the right password");
    enrol(&session, test.keyring.now()).await;
    let again = session.fresh().expect("fresh").begin_enrolment().await;
    assert!(
        matches!(again, Err(ManagementError::Invalid(_))),
        "{again:?}"
    );
}

each_database!(turning_off_and_new_recovery_codes_need_a_recent_password_and_a_code);
async fn turning_off_and_new_recovery_codes_need_a_recent_password_and_a_code(
    database: TestDatabase,
) {
    let mut ada = Enrolled::new(database).await;
    ada.test.clock.advance(11 * MINUTE);
    let fresh = ada.fresh().await;
    let origin = Origin::default();
    let wrong = fresh.renew_recovery_codes("000000", &origin).await;
    assert!(matches!(wrong, Ok(None)), "{wrong:?}");
    let codes = fresh
        .renew_recovery_codes(ada.code().as_str(), &origin)
        .await;
    let codes = codes.expect("works").expect("the right code");
    let token = ada.pending().await;
    assert!(
        refused(&ada.enter(&token, &ada.codes.0[0]).await),
        "replaced"
    );
    assert!(
        ada.enter(&token, &codes.0[0])
            .await
            .expect("works")
            .is_some()
    );

    let fresh = ada.fresh().await;
    let used = fresh
        .remove_second_factor(codes.0[0].as_str(), &origin)
        .await;
    assert!(matches!(used, Ok(false)), "{used:?}");
    let pending = ada.pending().await;
    let done = fresh
        .remove_second_factor(codes.0[1].as_str(), &origin)
        .await;
    assert!(matches!(done, Ok(true)), "{done:?}");
    assert!(ended(&ada.enter(&pending, &codes.0[2]).await));
    assert!(matches!(ada.password().await, Some(Admission::Session(_))));
    let twice = fresh
        .remove_second_factor(codes.0[2].as_str(), &origin)
        .await;
    assert!(matches!(twice, Err(ManagementError::NotFound)), "{twice:?}");

    let app = ada.session.applications().await.expect("works")[0].id;
    let owner = ada
        .session
        .account_owner(app, origin)
        .await
        .expect("owns it");
    let log = owner
        .audit(&AuditFilter::default(), None)
        .await
        .expect("read");
    for action in [
        Action::FactorAdded,
        Action::CodeRequired,
        Action::RecoveryCodesRenewed,
        Action::FactorRemoved,
    ] {
        let found = log.rows.iter().find(|record| record.action == action);
        assert_eq!(
            found.map(|record| record.target.as_str()),
            Some(ADA),
            "{action:?}"
        );
    }
}

each_database!(an_old_session_changes_nothing_about_the_second_factor);
async fn an_old_session_changes_nothing_about_the_second_factor(database: TestDatabase) {
    let ada = Enrolled::new(database).await;
    ada.test.clock.advance(10 * MINUTE);
    let stale = ada.session.fresh();
    assert!(matches!(stale, Err(ManagementError::Stale)));
}

//! Guessing at codes.

use super::{ADA, Enrolled, refused};
use crate::test_keyring::PASSWORD;
use domain::{
    origin::Origin,
    security::{EventFilter, EventKind, EventState},
    time::{MINUTE, SECOND},
};
use management::{Admission, Browser, ManagementError};
use testing::{TestDatabase, each_database};

impl Enrolled {
    /// Signs in and enters a code in a browser with a device token.
    async fn in_browser(&self, device: &str, code: &str) -> Result<bool, ManagementError> {
        let (keyring, origin) = (&self.test.keyring, Origin::default());
        let browser = Browser::from(Some(device));
        let admitted = keyring
            .sign_in()
            .with_password(ADA, PASSWORD, browser, &origin)
            .await?;
        let Some(Admission::CodeRequired(pending)) = admitted else {
            panic!("{admitted:?}");
        };
        let entered = keyring
            .sign_in()
            .enter_code(&pending.token, code, browser, &origin);
        Ok(entered.await?.is_some())
    }
}

each_database!(concurrent_guesses_share_the_five_codes);
async fn concurrent_guesses_share_the_five_codes(database: TestDatabase) {
    let ada = Enrolled::new(database).await;
    let token = ada.pending().await;
    let guesses = (0..12).map(|_| ada.enter(&token, "000000"));
    let answers = futures_util::future::join_all(guesses).await;
    assert_eq!(answers.iter().filter(|answer| refused(answer)).count(), 5);
}

each_database!(
    wrong_codes_of_a_person_are_throttled_over_all_sign_ins_and_known_browsers_are_spared
);
async fn wrong_codes_of_a_person_are_throttled_over_all_sign_ins_and_known_browsers_are_spared(
    database: TestDatabase,
) {
    let ada = Enrolled::new(database).await;
    let token = ada.pending().await;
    let code = ada.code();
    let known = ada.enter(&token, &code).await.expect("works").expect("in");
    let (mut heard, mut throttled) = (0, 0);
    for _ in 0..40 {
        let token = ada.pending().await;
        match ada.enter(&token, "000000").await {
            Err(ManagementError::Throttled { .. }) => throttled += 1,
            answer => {
                assert!(refused(&answer), "{answer:?}");
                heard += 1;
            }
        }
    }
    assert_eq!((heard, throttled), (24, 16));
    ada.test.clock.advance(MINUTE);
    let token = ada.pending().await;
    let (keyring, origin) = (&ada.test.keyring, Origin::default());
    let right = ada.enter(&token, &ada.code()).await;
    assert!(matches!(right, Err(ManagementError::Throttled { .. })));
    let device = Some(known.device.as_str());
    let code = ada.code();
    let right = keyring.sign_in().enter_code(&token, &code, device, &origin);
    assert!(right.await.expect("works").is_some());

    keyring.telemetry().write_events().await.expect("written");
    let app = ada.session.applications().await.expect("works")[0].id;
    let owner = ada.session.owner(app, origin).await.expect("owns it");
    let filter = EventFilter {
        state: EventState::All,
        ..EventFilter::default()
    };
    let events = owner
        .security_events(&filter, None)
        .await
        .expect("read")
        .rows;
    for (kind, calls) in [(EventKind::WrongCode, 24), (EventKind::SignInThrottled, 17)] {
        let event = events.iter().find(|event| event.kind == kind);
        assert_eq!(event.map(|event| event.calls), Some(calls), "{kind:?}");
    }
}

each_database!(all_known_browsers_of_a_person_share_their_guesses_and_recovery_codes_still_work);
async fn all_known_browsers_of_a_person_share_their_guesses_and_recovery_codes_still_work(
    database: TestDatabase,
) {
    let ada = Enrolled::new(database).await;
    let mut devices = Vec::new();
    for _ in 0..3 {
        let token = ada.pending().await;
        let signed_in = ada.enter(&token, &ada.code()).await;
        devices.push(signed_in.expect("works").expect("in").device);
        ada.test.clock.advance(30 * SECOND);
    }
    let mut heard = 0;
    for guess in 0..60 {
        // One browser may check 30 passwords a minute.
        if guess % 20 == 0 {
            ada.test.clock.advance(MINUTE);
        }
        match ada.in_browser(&devices[guess % 3], "000000").await {
            Ok(right) => {
                assert!(!right);
                heard += 1;
            }
            Err(ManagementError::Throttled { .. }) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!(heard, 24);
    let right = ada.in_browser(&devices[0], &ada.code()).await;
    assert!(
        matches!(right, Err(ManagementError::Throttled { .. })),
        "{right:?}"
    );
    let recovered = ada.in_browser(&devices[0], &ada.codes.0[0]).await;
    assert!(recovered.expect("not throttled"));
}

//! Forged, foreign, expired, damaged and replayed tokens.

use crate::provider::{Setup, kind};
use domain::time::{MINUTE, SECOND};
use oidc::Prompt;
use serde_json::{Value, json};
use testing::provider::{Signing, forgeries};

#[tokio::test]
async fn every_forgery_is_refused_for_its_reason() {
    assert!(forgeries::all().count() >= 80);
    let setup = Setup::new().await;
    for (name, forge, reason) in forgeries::all() {
        setup.provider.reset();
        setup.provider.set(forge);
        let refused = setup.sign_in(1).await;
        match refused {
            Ok(claims) => panic!("{name} is accepted: {claims:?}"),
            Err(error) => assert_eq!(kind(&error), *reason, "{name}: {error}"),
        }
        setup.provider.reset();
        assert!(setup.sign_in(1).await.is_ok(), "after {name}");
    }
}

#[tokio::test]
async fn each_algorithm_of_the_list_is_accepted() {
    for signing in [
        Signing::Rs256,
        Signing::Ps256,
        Signing::Es256,
        Signing::EdDsa,
    ] {
        let setup = Setup::new().await;
        setup.provider.set(|script| script.signing = signing);
        let claims = setup.sign_in(1).await.expect("a right token");
        assert_eq!(claims.subject, "248289761001", "{signing:?}");
        assert_eq!(claims.email.as_deref(), Some("ada@northwind.example"));
        assert_eq!(claims.email_verified, Some(true));
    }
}

#[tokio::test]
async fn a_token_is_accepted_within_a_minute_of_skew_and_with_unusual_but_right_claims() {
    let setup = Setup::new().await;
    let now = setup.seconds();
    for (name, claims) in [
        ("expired 59 s ago", json!({"exp": now - 59})),
        ("issued in 59 s", json!({"iat": now + 59})),
        ("dated back", json!({"iat": now - 300, "nbf": now - 300})),
        (
            "fractions",
            json!({"exp": 4_000_000_000.5, "iat": 1_795_392_000.25}),
        ),
        ("a list of one", json!({"aud": ["latchkey"]})),
        (
            "a named party",
            json!({"aud": ["latchkey", "b"], "azp": "latchkey"}),
        ),
        ("no hash", json!({"at_hash": null})),
        ("a subject with signs", json!({"sub": "auth0|a b/c+d~"})),
    ] {
        setup.provider.reset();
        let claims = claims.as_object().cloned().expect("a map");
        setup.provider.set(|script| script.claims = claims);
        let accepted = setup.sign_in(1).await;
        assert!(accepted.is_ok(), "{name}: {accepted:?}");
    }
}

#[tokio::test]
async fn a_token_of_another_sign_in_is_refused() {
    let setup = Setup::new().await;
    setup.sign_in(1).await.expect("a right token");
    let old = setup.provider.last_token();
    setup
        .provider
        .set(|script| script.token = Some(Box::new(move |_| old.clone())));
    let refused = setup.sign_in(2).await.expect_err("replayed");
    assert_eq!(kind(&refused), "Nonce");
}

#[tokio::test]
async fn signing_in_again_needs_a_time_of_sign_in_after_the_request() {
    let setup = Setup::new().await;
    let now = setup.seconds();
    for prompt in [Prompt::SignIn, Prompt::ProvenSignIn] {
        setup.provider.reset();
        setup
            .prompted(1, prompt)
            .await
            .expect("signed in a moment ago");
        for auth_time in [Value::Null, json!(now - 61), json!(now + 61), json!("now")] {
            setup
                .provider
                .set(|script| script.claim("auth_time", auth_time.clone()));
            let refused = setup.prompted(1, prompt).await.expect_err("too old");
            let expected = match auth_time {
                Value::String(_) => "Claims",
                Value::Null => "NoSignInTime",
                _ => "NotReauthenticated",
            };
            assert_eq!(kind(&refused), expected, "{auth_time}");
        }
    }
}

#[tokio::test]
async fn a_provider_without_auth_time_links_and_confirms_nothing() {
    let setup = Setup::new().await;
    setup.provider.set(|script| {
        let claims = json!(["sub", "email"]);
        script.metadata.insert("claims_supported".into(), claims);
        script.claim("auth_time", Value::Null);
    });
    setup.prompted(1, Prompt::SignIn).await.expect("not told");
    let refused = setup.prompted(1, Prompt::ProvenSignIn).await;
    let refused = refused.expect_err("not told");
    assert_eq!(kind(&refused), "NoSignInTime");
    // What it tells counts.
    let old = setup.seconds() - 61;
    setup
        .provider
        .set(|script| script.claim("auth_time", json!(old)));
    let refused = setup.prompted(1, Prompt::SignIn).await;
    let refused = refused.expect_err("too old");
    assert_eq!(kind(&refused), "NotReauthenticated");
}

#[tokio::test]
async fn a_code_needs_the_verifier_the_secret_and_the_address_of_its_own_request() {
    let setup = Setup::new().await;
    let answer = setup.begin(1, Prompt::None).await;
    let other = setup
        .finish(&answer, 2, Prompt::None)
        .await
        .expect_err("another");
    assert_eq!(kind(&other), "Refused(\"invalid_grant\")");
    let answer = setup.begin(1, Prompt::None).await;
    setup
        .finish(&answer, 1, Prompt::None)
        .await
        .expect("its own");
    let again = setup
        .finish(&answer, 1, Prompt::None)
        .await
        .expect_err("used");
    assert_eq!(kind(&again), "Refused(\"invalid_grant\")");
}

#[tokio::test]
async fn an_old_token_is_refused_when_time_has_passed() {
    let mut setup = Setup::new().await;
    let answer = setup.begin(1, Prompt::None).await;
    setup.now = setup.now.plus(6 * MINUTE + SECOND);
    let late = setup
        .finish(&answer, 1, Prompt::None)
        .await
        .expect_err("late");
    assert_eq!(kind(&late), "Expired");
}

#[tokio::test]
async fn the_time_of_the_sign_in_is_read() {
    let setup = Setup::new().await;
    let claims = setup.sign_in(1).await.expect("a right token");
    assert_eq!(claims.authenticated_at, None);
    let at = setup.seconds() - 3_600;
    setup
        .provider
        .set(|script| script.claim("auth_time", json!(at)));
    let claims = setup.sign_in(1).await.expect("a right token");
    assert_eq!(claims.authenticated_at.map(|at| at.0), Some(at * SECOND));
}

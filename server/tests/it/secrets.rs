//! Types that hold a secret cannot be printed or sent by mistake.

use crate::house::{House, OWNER, PASSWORD};
use app::{context::SessionToken, form::Posted};
use contract::{credentials::Presented, question::Question};
use domain::origin::Origin;
use domain::{
    account::{Email, Role},
    key::issued::IssuedKey,
};
use management::{Invited, Issue, Keyring, PersonDraft, SetupDraft, SignIn, SignedIn};
use serde::Serialize;
use server::{
    AppState,
    config::{Config, PepperSource},
};
use std::fmt::{Debug, Display};
use verification::{Call, Pepper};

/// Does not compile where a type has the trait: which of two implementations is meant cannot be inferred then.
macro_rules! never {
    ($($kind:ty: $($forbidden:path),+;)+) => {
        $($(const _: fn() = || {
            trait Unless<Reason> {
                fn holds() {}
            }
            impl<T: ?Sized> Unless<()> for T {}
            struct Forbidden;
            impl<T: ?Sized + $forbidden> Unless<Forbidden> for T {}
            let _ = <$kind as Unless<_>>::holds;
        };)+)+
    };
}

never! {
    Pepper: Debug, Display, Serialize, Clone;
    SignedIn: Display, Serialize;
    Invited: Display, Serialize, Clone;
    PersonDraft: Display, Serialize, Clone;
    SetupDraft: Display, Serialize, Clone;
    Issue: Display, Serialize, Clone;
    // The one type that goes to a browser.
    IssuedKey: Display;
    Call<'static>: Debug, Display, Serialize;
    Keyring: Debug, Serialize;
    Presented<'static>: Debug, Display, Serialize;
    Question: Debug, Display, Serialize, Clone;
    SessionToken: Debug, Display, Serialize;
    // The answer to a plain post may hold an issued key.
    Posted: Debug, Display, Serialize;
    PepperSource: Debug, Display, Serialize;
    Config: Debug, Display, Serialize;
    AppState: Debug, Display, Serialize;
}

#[tokio::test]
async fn what_can_be_printed_of_a_secret_says_that_it_is_left_out() {
    let house = House::furnished().await;
    let owner = house.owner().await;
    let key = house.key(&owner, "invoice:read", "").await;
    let secret = key.secret.clone();
    let signed_in = house
        .keyring
        .sign_in(OWNER, PASSWORD, None, &Origin::default())
        .await;
    let Ok(SignIn::Granted(cookies)) = signed_in else {
        panic!("not signed in: {signed_in:?}");
    };
    let fresh = owner.fresh_owner().expect("signed in a moment ago");
    let email = || Email::parse("new@northwind.example").expect("an address");
    let invited = fresh.invite(email(), Role::Viewer).await.expect("invited");
    let person = PersonDraft {
        place: None,
        email: email(),
        role: Role::Support,
        password: PASSWORD.into(),
    };
    let first = SetupDraft {
        account: "Northwind".into(),
        application: "Storefront".into(),
        email: email(),
        password: PASSWORD.into(),
    };
    let secrets = [
        &secret,
        &cookies.token,
        &cookies.device,
        &invited.token,
        &PASSWORD.to_owned(),
    ];
    for (printed, marked) in [
        (format!("{key:?} {key:#?}"), true),
        (format!("{:?}", Issue::New(key)), true),
        (
            format!("{:?} {cookies:?}", SignIn::Granted(cookies.clone())),
            true,
        ),
        (format!("{invited:?}"), true),
        (format!("{person:?}").to_lowercase(), true),
        (format!("{first:?}").to_lowercase(), true),
    ] {
        assert_eq!(
            printed.to_lowercase().contains("redacted"),
            marked,
            "{printed}"
        );
        for secret in secrets {
            assert!(!printed.contains(secret.as_str()), "a secret is printed");
        }
    }
}

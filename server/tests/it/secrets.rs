//! Types with secrets cannot be printed or serialized by mistake.

use app::{context::SessionToken, posted::Posted};
use contract::{credentials::PresentedCredentials, question::Question};
use domain::{
    account::{Email, Role},
    key::issued::IssuedKey,
    origin::Origin,
};
use management::{
    Admission, AuthenticatorSecret, AuthenticatorSetup, BegunSignIn, Invited, Issue, Keyring,
    Mailer, PendingSignIn, PersonDraft, RecoveryCodes, ResetLink, SetupDraft, SignedIn,
    SingleSignOn, SmtpServer,
};
use serde::Serialize;
use server::{
    AppState,
    config::{Config, PepperSource},
};
use std::fmt::{Debug, Display};
use store::{MailRow, NewMail};
use test_server::{OWNER, PASSWORD, TestServer};
use verification::{Call, Pepper};

/// Does not compile if a type has the trait: the implementation is ambiguous then.
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
    PendingSignIn: Display, Serialize;
    BegunSignIn: Display, Serialize, Clone;
    SingleSignOn: Debug, Display, Serialize, Clone;
    Admission: Display, Serialize;
    AuthenticatorSecret: Display, Serialize, Clone;
    AuthenticatorSetup: Display, Serialize, Clone;
    RecoveryCodes: Display, Serialize, Clone;
    Invited: Display, Serialize, Clone;
    ResetLink: Display, Serialize, Clone;
    NewMail: Debug, Display, Serialize;
    MailRow: Debug, Display, Serialize;
    Mailer: Display, Serialize, Clone;
    SmtpServer: Display, Serialize, Clone;
    PersonDraft: Display, Serialize, Clone;
    SetupDraft: Display, Serialize, Clone;
    Issue: Display, Serialize, Clone;
    // The only type that is sent to a browser.
    IssuedKey: Display;
    Call<'static>: Debug, Display, Serialize;
    Keyring: Debug, Serialize;
    PresentedCredentials<'static>: Debug, Display, Serialize;
    Question: Debug, Display, Serialize, Clone;
    SessionToken: Debug, Display, Serialize;
    // The response to a plain form may hold an issued key.
    Posted: Debug, Display, Serialize;
    PepperSource: Debug, Display, Serialize;
    Config: Debug, Display, Serialize;
    AppState: Debug, Display, Serialize;
}

#[tokio::test]
async fn secrets_are_redacted_in_debug_output() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let key = server.key(&owner, "invoice:read", "").await;
    let secret = key.secret.clone();
    let signed_in = server
        .keyring
        .sign_in()
        .with_password(OWNER, PASSWORD, None, &Origin::default())
        .await;
    let Ok(Some(Admission::Session(cookies))) = signed_in else {
        panic!("not signed in: {signed_in:?}");
    };
    let account = owner.account_owner().expect("owns the account");
    let fresh = account
        .fresh_account_owner()
        .expect("signed in a moment ago");
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
        (format!("{cookies:?}"), true),
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

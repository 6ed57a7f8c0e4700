//! Accounts, people, sessions and keys: every operation, with its permission and its audit record. No HTTP, no UI.
//!
//! [`Keyring`] is the entry point. It leads to the parts, such as [`SignIn`] and [`Sessions`], which borrow it. A browser's cookie becomes a
//! [`Session`], a session becomes a [`Viewer`], an [`Editor`] or an [`Owner`] of one application or an [`AccountOwner`], and a method exists
//! only on the handle that may call it.

// They panic if the log device is gone.
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod access;
mod account;
mod error;
mod key;
mod keyring;
mod mail;
mod node;
mod read;
mod sign_in;

pub use access::{
    AccountOwner, Editor, FreshAccountOwner, FreshEditor, FreshOwner, FreshViewer, Owner, Viewer,
};
pub use account::{
    Administered, Invitations, Invited, OpenReset, PasswordResets, People, PeopleAdmin,
    PersonDraft, ResetLink, SetUp, SetupDraft, Support,
};
pub use error::ManagementError;
pub use key::{AllKeys, BadJournal, Bulk, Edited, Issue, Keys, Replayed};
pub use keyring::Keyring;
pub use mail::{Delivery, MailSender, MailStats, Mailer, Notices, Outbox, SendError, SmtpServer};
pub use node::{
    Background, Confirmation, Health, Join, JoinError, Joining, Node, NodeStats, NodesBehind,
    PepperRotation, PepperUse, Stats, pepper_uses,
};
pub use read::{AuditQuery, ChartQuery, KeyUsage, KeyView, Listing, UsageView, Zone, ZoneFormat};
pub use sign_in::{
    AddedPasskey, Admission, AuthenticatorSecret, AuthenticatorSetup, BegunSignIn, Browser,
    DEVICE_LIFETIME, FreshSession, IdentityProvider, PasskeyAnswer, PasskeyChallenge,
    PasskeySignIn, Passkeys, PendingFactors, PendingSignIn, ProvenSession, ProviderMembers,
    ProviderOutcome, ProviderRefusal, ProviderResponse, RecoveryCodes, SecondFactors, Session,
    SessionSummary, Sessions, SignIn, SignInGoal, SignInResult, SignedIn, SingleSignOn,
};
pub use store::{
    AccountMembership, AuditLine, Fault, PepperName, PepperUsage, PersonEntry, Place, Placement,
    SealingReport, SignInWays, Store, StoreError,
};

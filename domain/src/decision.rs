//! What the gate decided about a call, as it is followed, kept and explained.

use crate::{
    id::{AccountId, ApplicationId},
    key::{scope::ScopeSet, token::KeyId},
    time::Timestamp,
    verdict::Verdict,
};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// A call with a key that exists, and what became of it. It holds neither a secret nor anything made of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// Its place among all decisions: a later one has a greater number, after a restart too.
    pub id: i64,
    /// The id in the answer's `X-Request-Id`; a call that asks about several pairs decides as often under one.
    pub request_id: String,
    /// When.
    pub at: Timestamp,
    /// The key that was named; whether its secret came along is the verdict's to say.
    pub key: KeyId,
    /// The key's application.
    pub application: ApplicationId,
    /// The application's account.
    pub account: AccountId,
    /// Yes, or why not.
    pub verdict: Verdict,
    /// The client's address, where it is known.
    pub address: Option<IpAddr>,
    /// The scopes that the call needed.
    pub asked: ScopeSet,
    /// Method and path, as in `GET /invoices/{id}`: at most 200 characters, none of them a control character.
    pub route: String,
    /// What the client calls itself, within the same bounds.
    pub user_agent: String,
    /// Whether a browser sent it: `Origin` or `Sec-Fetch-Site` stood beside the credentials.
    pub from_browser: bool,
}

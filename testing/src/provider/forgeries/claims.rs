//! Tokens of the right key whose claims are wrong, and foreign responses.

use super::{Forgery, of};
use crate::provider::{CLIENT_ID, Edit};
use serde_json::{Value, json};

pub(super) const CLAIMS: &[Forgery] = &[
    (
        "another issuer",
        |s| s.claim("iss", json!("https://evil.example")),
        "Issuer",
    ),
    (
        "the issuer with a slash",
        |s| s.payload = edit("\"iss\":\"http://127.0.0.1", "\"iss\":\"http://127.0.0.1/"),
        "Issuer",
    ),
    (
        "the issuer in capitals",
        |s| s.payload = edit("\"iss\":\"http:", "\"iss\":\"HTTP:"),
        "Issuer",
    ),
    ("no issuer", |s| s.claim("iss", Value::Null), "Claims"),
    (
        "an issuer that is a number",
        |s| s.claim("iss", json!(7)),
        "Claims",
    ),
    (
        "two issuers",
        |s| s.payload = edit("{", "{\"iss\":\"https://evil.example\","),
        "Claims",
    ),
    (
        "another audience",
        |s| s.claim("aud", json!("another-client")),
        "Audience",
    ),
    (
        "an audience that begins with ours",
        |s| s.claim("aud", json!("latchkey-2")),
        "Audience",
    ),
    (
        "our audience in capitals",
        |s| s.claim("aud", json!("LATCHKEY")),
        "Audience",
    ),
    (
        "several other audiences",
        |s| s.claim("aud", json!(["a", "b"])),
        "Audience",
    ),
    (
        "no audience in a list",
        |s| s.claim("aud", json!([])),
        "Audience",
    ),
    ("no audience", |s| s.claim("aud", Value::Null), "Claims"),
    (
        "two claims with an audience",
        |s| s.payload = edit("{", "{\"aud\":\"another-client\","),
        "Claims",
    ),
    (
        "several audiences without a party",
        |s| s.claim("aud", json!([CLIENT_ID, "b"])),
        "AuthorizedParty",
    ),
    (
        "another party",
        |s| s.claim("azp", json!("another-client")),
        "AuthorizedParty",
    ),
    (
        "several audiences for another party",
        |s| {
            s.claim("aud", json!([CLIENT_ID, "b"]));
            s.claim("azp", json!("b"));
        },
        "AuthorizedParty",
    ),
    (
        "another nonce",
        |s| s.claim("nonce", json!("0".repeat(43))),
        "Nonce",
    ),
    ("an empty nonce", |s| s.claim("nonce", json!("")), "Nonce"),
    ("no nonce", |s| s.claim("nonce", Value::Null), "Nonce"),
    (
        "a nonce that is a number",
        |s| s.claim("nonce", json!(7)),
        "Claims",
    ),
    (
        "expired an hour ago",
        |s| {
            let at = s.now - 3_600;
            s.claim("exp", json!(at));
        },
        "Expired",
    ),
    (
        "expired a minute ago",
        |s| {
            let at = s.now - 60;
            s.claim("exp", json!(at));
        },
        "Expired",
    ),
    ("expired in 1970", |s| s.claim("exp", json!(0)), "Expired"),
    ("no expiry", |s| s.claim("exp", Value::Null), "Claims"),
    (
        "an expiry in words",
        |s| s.claim("exp", json!("9999999999")),
        "Claims",
    ),
    ("a negative expiry", |s| s.claim("exp", json!(-1)), "Claims"),
    (
        "an expiry beyond all time",
        |s| s.claim("exp", json!(1e300)),
        "Claims",
    ),
    (
        "issued in the future",
        |s| {
            let at = s.now + 120;
            s.claim("iat", json!(at));
        },
        "IssuedAt",
    ),
    (
        "issued long before the sign-in",
        |s| {
            let at = s.now - 700;
            s.claim("iat", json!(at));
        },
        "IssuedAt",
    ),
    (
        "no time of issue",
        |s| s.claim("iat", Value::Null),
        "Claims",
    ),
    (
        "not valid yet",
        |s| {
            let at = s.now + 120;
            s.claim("nbf", json!(at));
        },
        "NotYetValid",
    ),
    (
        "a begin in words",
        |s| s.claim("nbf", json!("now")),
        "Claims",
    ),
    (
        "of another access token",
        |s| s.response = of("access_token", json!("another")),
        "AccessToken",
    ),
    (
        "without its access token",
        |s| s.response = of("access_token", Value::Null),
        "AccessToken",
    ),
    (
        "a hash of nothing",
        |s| s.claim("at_hash", json!("")),
        "AccessToken",
    ),
    ("no subject", |s| s.claim("sub", Value::Null), "Claims"),
    ("an empty subject", |s| s.claim("sub", json!("")), "Claims"),
    (
        "a subject that is a number",
        |s| s.claim("sub", json!(7)),
        "Claims",
    ),
    (
        "a subject of 256 characters",
        |s| s.claim("sub", json!("x".repeat(256))),
        "Claims",
    ),
    (
        "a subject with a line end",
        |s| s.claim("sub", json!("a\nb")),
        "Claims",
    ),
    (
        "a subject with a zero",
        |s| s.claim("sub", json!("a\u{0}b")),
        "Claims",
    ),
    (
        "two subjects",
        |s| s.payload = edit("{", "{\"sub\":\"1\","),
        "Claims",
    ),
    (
        "two addresses",
        |s| s.payload = edit("{", "{\"email\":\"eve@northwind.example\","),
        "Claims",
    ),
    (
        "a verified address beside an unverified one",
        |s| s.payload = edit("{", "{\"email_verified\":false,"),
        "Claims",
    ),
    (
        "two lists of groups",
        |s| s.payload = edit("{", "{\"groups\":[\"a\"],\"groups\":[\"admins\"],"),
        "Claims",
    ),
    (
        "an address that repeats another one under an escape",
        |s| s.payload = edit("{", "{\"\\u0065mail\":\"eve@northwind.example\","),
        "Claims",
    ),
    (
        "claims that are a list",
        |s| s.payload = Some(Box::new(|_| "[]".into())),
        "Claims",
    ),
    (
        "claims that are no JSON",
        |s| s.payload = Some(Box::new(|_| "iss=us".into())),
        "Claims",
    ),
    (
        "claims with more behind them",
        |s| s.payload = Some(Box::new(|claims| claims + "{}")),
        "Claims",
    ),
    (
        "a response of another provider",
        |s| s.response_issuer = Some("https://evil.example".into()),
        "OtherIssuer",
    ),
    (
        "a response that names no provider",
        |s| s.response_issuer = Some(String::new()),
        "OtherIssuer",
    ),
];

/// Replaces the first `from`.
#[expect(clippy::unnecessary_wraps, reason = "it is the value of a field")]
fn edit(from: &'static str, to: &'static str) -> Option<Edit> {
    Some(Box::new(move |text| {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from} is not in {text}");
        changed
    }))
}

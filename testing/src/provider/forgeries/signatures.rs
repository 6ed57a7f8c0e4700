//! Tokens whose header, signature or form is wrong.

use super::{Forgery, of};
use crate::provider::{Signing, signing::attacker_key};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

pub(super) const SIGNATURES: &[Forgery] = &[
    ("unsigned", |s| s.signing = Signing::None, "Algorithm"),
    (
        "unsigned, None",
        |s| {
            s.signing = Signing::None;
            s.header = of("alg", json!("None"));
        },
        "Algorithm",
    ),
    (
        "unsigned, nOnE",
        |s| {
            s.signing = Signing::None;
            s.header = of("alg", json!("nOnE"));
        },
        "Algorithm",
    ),
    (
        "unsigned, empty",
        |s| {
            s.signing = Signing::None;
            s.header = of("alg", json!(""));
        },
        "Algorithm",
    ),
    (
        "signed, but none",
        |s| s.header = of("alg", json!("none")),
        "Algorithm",
    ),
    (
        "by the client's secret",
        |s| s.signing = Signing::ClientSecret,
        "Algorithm",
    ),
    (
        "by the public key as a secret",
        |s| s.signing = Signing::PublicKey,
        "Algorithm",
    ),
    (
        "by an empty secret",
        |s| s.signing = Signing::EmptySecret,
        "Algorithm",
    ),
    (
        "by a secret, as RS256",
        |s| {
            s.signing = Signing::PublicKey;
            s.header = of("alg", json!("RS256"));
        },
        "Signature",
    ),
    (
        "HS512",
        |s| s.header = of("alg", json!("HS512")),
        "Algorithm",
    ),
    (
        "RS512",
        |s| s.header = of("alg", json!("RS512")),
        "Algorithm",
    ),
    ("RS1", |s| s.header = of("alg", json!("RS1")), "Algorithm"),
    (
        "rs256 in small letters",
        |s| s.header = of("alg", json!("rs256")),
        "Algorithm",
    ),
    (
        "no algorithm",
        |s| s.header = of("alg", Value::Null),
        "Malformed",
    ),
    (
        "an algorithm that is a list",
        |s| s.header = of("alg", json!(["RS256"])),
        "Malformed",
    ),
    (
        "an RSA key for ES256",
        |s| s.header = of("alg", json!("ES256")),
        "UnknownKey",
    ),
    (
        "an RSA key for EdDSA",
        |s| s.header = of("alg", json!("EdDSA")),
        "UnknownKey",
    ),
    (
        "a P-256 key for RS256",
        |s| {
            s.signing = Signing::Es256;
            s.header = of("alg", json!("RS256"));
        },
        "UnknownKey",
    ),
    (
        "PSS as PKCS #1",
        |s| {
            s.signing = Signing::Ps256;
            s.header = of("alg", json!("RS256"));
        },
        "Signature",
    ),
    (
        "PKCS #1 as PSS",
        |s| s.header = of("alg", json!("PS256")),
        "Signature",
    ),
    (
        "another key",
        |s| s.signing = Signing::AttackerRsa,
        "Signature",
    ),
    (
        "another key in the header",
        |s| {
            s.signing = Signing::AttackerRsa;
            s.header = of("jwk", attacker_key());
        },
        "Signature",
    ),
    (
        "another key at an address",
        |s| {
            s.signing = Signing::AttackerRsa;
            s.header = of("jku", json!("https://evil.example/keys"));
        },
        "Signature",
    ),
    (
        "another key as a certificate",
        |s| {
            s.signing = Signing::AttackerRsa;
            s.header = of("x5c", json!(["MIIB"]));
        },
        "Signature",
    ),
    (
        "an unknown key",
        |s| s.header = of("kid", json!("another")),
        "UnknownKey",
    ),
    (
        "a key's path",
        |s| s.header = of("kid", json!("../../dev/null")),
        "UnknownKey",
    ),
    (
        "the key for encryption",
        |s| {
            s.signing = Signing::AttackerRsa;
            s.header = of("kid", json!("encryption"));
        },
        "UnknownKey",
    ),
    (
        "a key that is a number",
        |s| s.header = of("kid", json!(7)),
        "Malformed",
    ),
    (
        "a critical extension",
        |s| s.header = of("crit", json!(["exp"])),
        "Critical",
    ),
    (
        "an empty list of critical extensions",
        |s| s.header = of("crit", json!([])),
        "Critical",
    ),
    (
        "a changed signature",
        |s| s.token = Some(Box::new(|token| flip(&token, 2))),
        "Signature",
    ),
    (
        "changed claims",
        |s| s.token = Some(Box::new(|token| with_other_email(&token))),
        "Signature",
    ),
    (
        "no signature",
        |s| s.token = Some(Box::new(|token| without_signature(&token, "."))),
        "Signature",
    ),
    (
        "two parts",
        |s| s.token = Some(Box::new(|token| without_signature(&token, ""))),
        "Malformed",
    ),
    (
        "four parts",
        |s| s.token = Some(Box::new(|token| token + ".x")),
        "Malformed",
    ),
    (
        "encrypted",
        |s| s.token = Some(Box::new(|_| "e30.a.b.c.d".into())),
        "Malformed",
    ),
    (
        "padded",
        |s| s.token = Some(Box::new(|token| token + "==")),
        "Malformed",
    ),
    (
        "with a line end",
        |s| s.token = Some(Box::new(|token| token + "\n")),
        "Malformed",
    ),
    (
        "empty",
        |s| s.token = Some(Box::new(|_| String::new())),
        "Malformed",
    ),
    (
        "no token",
        |s| s.token = Some(Box::new(|_| "..".into())),
        "Malformed",
    ),
    (
        "longer than 16 KiB",
        |s| s.claim("x", json!("x".repeat(17_000))),
        "TooLong",
    ),
];

/// Changes a character in the middle of a part.
fn flip(token: &str, part: usize) -> String {
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    let middle = parts[part].len() / 2;
    let old = &parts[part][middle..=middle];
    let new = if old == "A" { "B" } else { "A" };
    parts[part].replace_range(middle..=middle, new);
    parts.join(".")
}

/// Changes a claim, so that everything but the signature is right.
fn with_other_email(token: &str) -> String {
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    let claims = URL_SAFE_NO_PAD.decode(&parts[1]).expect("base64");
    let claims = String::from_utf8(claims).expect("JSON");
    let changed = claims.replace("ada@", "eve@");
    assert_ne!(changed, claims);
    parts[1] = URL_SAFE_NO_PAD.encode(changed);
    parts.join(".")
}

fn without_signature(token: &str, end: &str) -> String {
    let (signed, _) = token.rsplit_once('.').expect("three parts");
    format!("{signed}{end}")
}

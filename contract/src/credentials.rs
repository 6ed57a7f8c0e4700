//! Parses the credentials of a request: a key id and a secret.

use crate::Code;
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::key::token;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use zeroize::Zeroizing;

/// The header with the public key id.
pub const X_CLIENT_KEY: HeaderName = HeaderName::from_static("x-client-key");
/// The header with the secret.
pub const X_CLIENT_SECRET: HeaderName = HeaderName::from_static("x-client-secret");

/// Names of query parameters that are treated as credentials, in lower case and with `-` for `_`.
const QUERY_NAMES: [&str; 14] = [
    "x-client-key",
    "x-client-secret",
    "client-key",
    "client-secret",
    "client-id",
    "api-key",
    "api-secret",
    "apikey",
    "key",
    "key-id",
    "secret",
    "secret-key",
    "access-token",
    "authorization",
];

/// Removes white space and line breaks around a key id or a secret. All ways to present credentials use this function.
pub fn trimmed(presented: &str) -> &str {
    presented.trim_ascii()
}

/// The credentials of a request, not yet verified.
pub enum PresentedCredentials<'a> {
    /// From the headers [`X_CLIENT_KEY`] and [`X_CLIENT_SECRET`].
    Headers {
        /// The public key id.
        key: &'a str,
        /// The secret.
        secret: &'a str,
    },
    /// From `Authorization: Basic` (RFC 7617), as user and password.
    Basic {
        /// Both, separated by a colon; wiped when dropped.
        pair: Zeroizing<String>,
        /// The byte index of the colon.
        colon: usize,
    },
}

impl PresentedCredentials<'_> {
    /// Returns the trimmed public key id.
    pub fn key(&self) -> &str {
        match self {
            Self::Headers { key, .. } => trimmed(key),
            Self::Basic { pair, colon } => trimmed(pair.get(..*colon).unwrap_or_default()),
        }
    }

    /// Returns the trimmed secret.
    pub fn secret(&self) -> &str {
        match self {
            Self::Headers { secret, .. } => trimmed(secret),
            Self::Basic { pair, colon } => trimmed(pair.get(colon + 1..).unwrap_or_default()),
        }
    }
}

/// Parses the credentials of a request.
///
/// # Errors
/// If there are none, more than one pair, or some in the query string. Malformed credentials are `invalid_credentials`, as
/// wrong ones are.
pub fn read<'a>(
    headers: &'a HeaderMap,
    query: Option<&str>,
) -> Result<PresentedCredentials<'a>, Code> {
    if query.is_some_and(holds_credentials) {
        return Err(Code::CredentialsInQuery);
    }
    let key = single(headers, &X_CLIENT_KEY)?;
    let secret = single(headers, &X_CLIENT_SECRET)?;
    let basic = basic(headers)?;
    let presented = match (key, secret, basic) {
        (None, None, Some(encoded)) => decode(encoded)?,
        (_, _, Some(_)) => return Err(Code::AmbiguousCredentials),
        (Some(key), Some(secret), None) => match (key.to_str(), secret.to_str()) {
            (Ok(""), _) | (_, Ok("")) => return Err(Code::MissingCredentials),
            (Ok(key), Ok(secret)) => PresentedCredentials::Headers { key, secret },
            _ => return Err(Code::InvalidCredentials),
        },
        _ => return Err(Code::MissingCredentials),
    };
    if presented.key().is_empty() || presented.secret().is_empty() {
        return Err(Code::MissingCredentials);
    }
    Ok(presented)
}

fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a HeaderValue>, Code> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (first, None) => Ok(first),
        (_, Some(_)) => Err(Code::AmbiguousCredentials),
    }
}

/// Returns the value of the scheme `Basic`. Other schemes are ignored: behind a proxy they may be meant for the service.
fn basic(headers: &HeaderMap) -> Result<Option<&[u8]>, Code> {
    let Some(value) = single(headers, &header::AUTHORIZATION)? else {
        return Ok(None);
    };
    let (scheme, rest) = value
        .as_bytes()
        .split_at_checked(5)
        .unwrap_or((value.as_bytes(), b""));
    let is_basic = scheme.eq_ignore_ascii_case(b"basic") && rest.first().is_none_or(|b| *b == b' ');
    Ok(is_basic.then_some(rest.trim_ascii()))
}

fn decode<'a>(encoded: &[u8]) -> Result<PresentedCredentials<'a>, Code> {
    if encoded.is_empty() {
        return Err(Code::MissingCredentials);
    }
    let pair = STANDARD
        .decode(encoded)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .map(Zeroizing::new)
        .ok_or(Code::InvalidCredentials)?;
    match pair.find(':') {
        None => Err(Code::InvalidCredentials),
        Some(colon) => Ok(PresentedCredentials::Basic { pair, colon }),
    }
}

/// Whether a query string names a credential or contains a secret.
fn holds_credentials(query: &str) -> bool {
    form_urlencoded::parse(query.as_bytes()).any(|(name, value)| {
        let plain = name.to_ascii_lowercase().replace('_', "-");
        QUERY_NAMES.contains(&plain.as_str())
            || token::contains_secret(&value)
            || token::contains_secret(&name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::key::Environment;
    use proptest::prelude::*;

    fn outcome(lines: &[(&'static str, &str)], query: Option<&str>) -> Result<String, Code> {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(
                HeaderName::from_static(name),
                HeaderValue::from_bytes(value.as_bytes()).expect("a value"),
            );
        }
        read(&headers, query).map(|pair| format!("{}|{}", pair.key(), pair.secret()))
    }

    fn basic_of(text: &str) -> String {
        format!("Basic {}", STANDARD.encode(text))
    }

    type Row<'a> = (&'a [(&'static str, &'a str)], Result<&'a str, Code>);

    #[test]
    fn one_pair_of_credentials_is_parsed_and_everything_else_refused() {
        use Code::{AmbiguousCredentials, InvalidCredentials, MissingCredentials};
        const K: &str = "x-client-key";
        const S: &str = "x-client-secret";
        const A: &str = "authorization";
        let basic = basic_of("id:secret");
        let colons = basic_of("id:se:cret");
        let lower = basic.replacen("Basic", "bASIC", 1);
        let no_colon = basic_of("id");
        let no_secret = basic_of("id:");
        let no_id = basic_of(":secret");
        let line_end = basic_of(" id :\tsecret\r\n");
        let blank_secret = basic_of("id:\n");
        let table: &[Row<'_>] = &[
            (&[(K, "id"), (S, "secret")], Ok("id|secret")),
            (&[(A, &basic)], Ok("id|secret")),
            (&[(A, &lower)], Ok("id|secret")),
            (&[(A, &colons)], Ok("id|se:cret")),
            (&[(A, &line_end)], Ok("id|secret")),
            (&[(A, &blank_secret)], Err(MissingCredentials)),
            (&[(K, " id\t"), (S, " secret ")], Ok("id|secret")),
            (&[(K, "id"), (S, " \t")], Err(MissingCredentials)),
            (
                &[(K, "id"), (S, "secret"), (A, "Bearer other")],
                Ok("id|secret"),
            ),
            (&[], Err(MissingCredentials)),
            (&[(K, "id")], Err(MissingCredentials)),
            (&[(S, "secret")], Err(MissingCredentials)),
            (&[(K, ""), (S, "")], Err(MissingCredentials)),
            (&[(K, "id"), (S, "")], Err(MissingCredentials)),
            (&[(A, "Bearer id:secret")], Err(MissingCredentials)),
            (&[(A, "Basic")], Err(MissingCredentials)),
            (&[(A, "Basic ")], Err(MissingCredentials)),
            (&[(A, &no_secret)], Err(MissingCredentials)),
            (&[(A, &no_id)], Err(MissingCredentials)),
            (&[(A, "Basicx")], Err(MissingCredentials)),
            (&[(A, &no_colon)], Err(InvalidCredentials)),
            (&[(A, "Basic !!!!")], Err(InvalidCredentials)),
            (&[(A, "Basic /////w==")], Err(InvalidCredentials)),
            (&[(K, "ü"), (S, "secret")], Err(InvalidCredentials)),
            (
                &[(K, "id"), (K, "id"), (S, "secret")],
                Err(AmbiguousCredentials),
            ),
            (
                &[(K, "id"), (S, "secret"), (S, "other")],
                Err(AmbiguousCredentials),
            ),
            (&[(A, &basic), (A, &basic)], Err(AmbiguousCredentials)),
            (&[(A, &basic), (A, "Bearer x")], Err(AmbiguousCredentials)),
            (
                &[(K, "id"), (S, "secret"), (A, &basic)],
                Err(AmbiguousCredentials),
            ),
            (&[(K, "id"), (A, &basic)], Err(AmbiguousCredentials)),
        ];
        for (lines, expected) in table {
            let expected = expected.map(str::to_owned);
            assert_eq!(outcome(lines, None), expected, "{lines:?}");
        }
    }

    #[test]
    fn credentials_in_a_query_string_are_refused() {
        let secret = token::format_secret(Environment::Live, &[7; 32]);
        let headers = [("x-client-key", "id"), ("x-client-secret", "secret")];
        for query in [
            "x-client-key=a",
            "X-Client-Secret=a",
            "client_key=a",
            "client_secret=a",
            "api_key=a",
            "API-SECRET=a",
            "secret=a",
            "scope=invoice:read&key=a",
            "%6bey=a",
            "secret",
            &format!("q={secret}"),
            &format!("auth=Bearer+{secret}"),
            &format!("next=%2Fcb%3Ftoken%3D{secret}"),
            &secret,
        ] {
            let expected = Err(Code::CredentialsInQuery);
            assert_eq!(outcome(&headers, Some(query)), expected, "{query}");
        }
        for query in ["", "scope=key:verify", "keyword=a", "q=secret"] {
            assert!(outcome(&headers, Some(query)).is_ok(), "{query}");
        }
    }

    proptest! {
        #[test]
        fn credentials_in_basic_are_parsed_back(key in "[^:]{1,40}", secret in "\\PC{1,80}") {
            let header = basic_of(&format!("{key}:{secret}"));
            let read = outcome(&[("authorization", &header)], None);
            let (key, secret) = (trimmed(&key), trimmed(&secret));
            let expected = if key.is_empty() || secret.is_empty() {
                Err(Code::MissingCredentials)
            } else {
                Ok(format!("{key}|{secret}"))
            };
            prop_assert_eq!(read, expected);
        }

        #[test]
        fn white_space_around_credentials_is_removed_however_they_are_presented(
            key in "[a-z_]{1,9}",
            secret in "[a-z:]{0,8}[a-z]",
            around in prop::array::uniform4("[ \t]{0,3}"),
            ends in "(\r?\n){0,2}",
        ) {
            let [a, b, c, d] = around;
            let expected = Ok(format!("{key}|{secret}"));
            let (padded_key, padded_secret) = (format!("{a}{key}{b}"), format!("{c}{secret}{d}"));
            let in_headers = [("x-client-key", &*padded_key), ("x-client-secret", &*padded_secret)];
            prop_assert_eq!(outcome(&in_headers, None), expected.clone());
            let basic = basic_of(&format!("{padded_key}:{padded_secret}{ends}"));
            prop_assert_eq!(outcome(&[("authorization", &basic)], None), expected.clone());
            let body = serde_json::json!({ "key": padded_key, "secret": format!("{padded_secret}{ends}") });
            let asked = crate::question::read(body.to_string().as_bytes());
            let Some(crate::question::Questions::One(crate::object::Object(question))) = asked else {
                return Err(TestCaseError::fail("no question"));
            };
            let (key, secret) = question.pair();
            prop_assert_eq!(Ok(format!("{key}|{secret}")), expected);
        }

        #[test]
        fn a_secret_in_the_query_is_refused_at_any_position_and_in_any_encoding(
            random: [u8; 32],
            before in "[a-z0-9=&%+ ]{0,12}",
            after in "[a-z0-9=&%+ ]{0,12}",
            written: [bool; 53],
        ) {
            let secret: Vec<String> = token::format_secret(Environment::Test, &random)
                .bytes()
                .zip(written)
                .map(|(byte, escaped)| if escaped { format!("%{byte:02x}") } else { char::from(byte).into() })
                .collect();
            let secret = secret.concat();
            // A slash before the secret, because `%` or `%4` would be decoded together with its first characters.
            let query = format!("{before}/{secret}{after}");
            let read = outcome(&[("x-client-key", "id"), ("x-client-secret", "secret")], Some(&query));
            prop_assert_eq!(read, Err(Code::CredentialsInQuery));
        }

        #[test]
        fn any_headers_are_parsed_without_a_panic(
            lines in prop::collection::vec((0_usize..4, prop::collection::vec(any::<u8>(), 0..60), any::<bool>()), 0..5),
            query in prop::option::of("\\PC{0,60}"),
        ) {
            let mut headers = HeaderMap::new();
            for (name, bytes, basic) in lines {
                let name = [X_CLIENT_KEY, X_CLIENT_SECRET, header::AUTHORIZATION, header::COOKIE][name].clone();
                let bytes = if basic { basic_of(&String::from_utf8_lossy(&bytes)).into_bytes() } else { bytes };
                if let Ok(value) = HeaderValue::from_bytes(&bytes) {
                    headers.append(name, value);
                }
            }
            if let Ok(pair) = read(&headers, query.as_deref()) {
                prop_assert!(!pair.key().is_empty() && !pair.secret().is_empty());
            }
        }
    }
}

//! The provider's configuration (OpenID Connect Discovery 1.0), and which of its addresses are used.

use crate::json;
use domain::host::is_loopback_host;
use http::Uri;
use serde::Deserialize;

/// The path behind the issuer.
const WELL_KNOWN: &str = "/.well-known/openid-configuration";
/// Google names no values of `prompt` in its configuration, and refuses others than those of its documentation: `none`, `consent` and
/// `select_account`.
const WITHOUT_LOGIN: &str = "https://accounts.google.com";
/// Maximum length of an address.
const MAX_URL_BYTES: usize = 2_048;

/// The parts of the configuration that are used.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a statement of the configuration"
)]
pub(crate) struct Metadata {
    pub authorization_endpoint: Uri,
    pub token_endpoint: Uri,
    pub jwks_uri: Uri,
    /// Whether the client's credentials are sent in the form, not in `Authorization`.
    pub credentials_in_form: bool,
    /// Whether the provider can be asked to let the person sign in again (`prompt=login`).
    pub prompts_login: bool,
    /// Whether every response names the issuer (RFC 9207).
    pub names_issuer: bool,
    /// Whether the list of claims lacks `auth_time`, without which no session can be confirmed.
    pub lacks_auth_time: bool,
}

#[derive(Deserialize)]
struct MetadataDocument {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    response_types_supported: Option<Vec<String>>,
    #[serde(default)]
    id_token_signing_alg_values_supported: Option<Vec<String>>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    code_challenge_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    claims_supported: Option<Vec<String>>,
    #[serde(default)]
    prompt_values_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// Parses the address of an issuer: https, or http on this machine, without a query or a fragment.
pub fn issuer_url(text: &str) -> Option<Uri> {
    let url = web_url(text)?;
    let plain = url.scheme_str() == Some("http");
    (url.query().is_none() && (!plain || is_loopback(&url))).then_some(url)
}

/// Returns the address of an issuer's configuration.
pub(crate) fn discovery_url(issuer: &str) -> Option<Uri> {
    issuer_url(issuer)?;
    format!("{}{WELL_KNOWN}", issuer.trim_end_matches('/'))
        .parse()
        .ok()
}

impl Metadata {
    /// Parses the configuration of `issuer`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn parse(bytes: &[u8], issuer: &str) -> Result<Self, String> {
        let document: MetadataDocument = serde_json::from_slice(bytes)
            .map_err(|error| format!("no configuration: {}", json::describe(&error)))?;
        if document.issuer != issuer {
            return Err(format!(
                "the issuer there is {:?}, not {issuer:?}",
                shown(&document.issuer)
            ));
        }
        let local = issuer_url(issuer).is_some_and(|url| is_loopback(&url));
        let endpoint = |name: &str, text: &str| {
            web_url(text)
                .filter(|url| url.scheme_str() == Some("https") || (local && is_loopback(url)))
                .ok_or_else(|| format!("{name} is not an https address: {:?}", shown(text)))
        };
        let lacks = |list: &Option<Vec<String>>, any: &[&str]| {
            list.as_ref()
                .is_some_and(|list| !list.iter().any(|one| any.contains(&one.as_str())))
        };
        if lacks(&document.response_types_supported, &["code"]) {
            return Err("response_types_supported lacks code".into());
        }
        if lacks(&document.code_challenge_methods_supported, &["S256"]) {
            return Err("code_challenge_methods_supported lacks S256".into());
        }
        let algorithms = ["RS256", "PS256", "ES256", "EdDSA"];
        if lacks(&document.id_token_signing_alg_values_supported, &algorithms) {
            return Err(format!(
                "id_token_signing_alg_values_supported has none of {}",
                algorithms.join(", ")
            ));
        }
        let methods = &document.token_endpoint_auth_methods_supported;
        // The default is client_secret_basic.
        let credentials_in_form = lacks(methods, &["client_secret_basic"]);
        if credentials_in_form && lacks(methods, &["client_secret_post"]) {
            return Err(
                "token_endpoint_auth_methods_supported has neither client_secret_basic nor client_secret_post"
                    .into(),
            );
        }
        Ok(Self {
            authorization_endpoint: endpoint(
                "authorization_endpoint",
                &document.authorization_endpoint,
            )?,
            token_endpoint: endpoint("token_endpoint", &document.token_endpoint)?,
            jwks_uri: endpoint("jwks_uri", &document.jwks_uri)?,
            credentials_in_form,
            prompts_login: issuer != WITHOUT_LOGIN
                && !lacks(&document.prompt_values_supported, &["login"]),
            lacks_auth_time: lacks(&document.claims_supported, &["auth_time"]),
            names_issuer: document.authorization_response_iss_parameter_supported,
        })
    }
}

/// Parses an absolute address of the web without credentials or a fragment.
fn web_url(text: &str) -> Option<Uri> {
    let url: Uri = text.parse().ok()?;
    let plain = text.len() <= MAX_URL_BYTES
        && matches!(url.scheme_str(), Some("https" | "http"))
        && url.host().is_some_and(|host| !host.is_empty())
        && !url.authority()?.as_str().contains('@')
        && !text.contains('#');
    plain.then_some(url)
}

fn is_loopback(url: &Uri) -> bool {
    url.host().is_some_and(is_loopback_host)
}

fn shown(text: &str) -> String {
    text.chars().take(120).collect()
}

#[cfg(test)]
mod tests {
    use super::{Metadata, discovery_url, issuer_url};
    use serde_json::{Value, json};

    const ISSUER: &str = "https://id.example.com/tenant";

    fn document() -> Value {
        json!({
            "issuer": ISSUER,
            "authorization_endpoint": "https://id.example.com/authorize?tenant=1",
            "token_endpoint": "https://tokens.example.com/token",
            "jwks_uri": "https://id.example.com/keys",
        })
    }

    fn parsed(field: &str, value: &Value) -> Result<Metadata, String> {
        let mut document = document();
        document[field] = value.clone();
        Metadata::parse(document.to_string().as_bytes(), ISSUER)
    }

    #[test]
    fn an_issuer_is_https_or_on_this_machine() {
        for good in [
            ISSUER,
            "https://id.example.com/",
            "http://localhost:9000",
            "http://127.0.0.1:9000/x",
            "http://[::1]:9000",
        ] {
            assert!(issuer_url(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "id.example.com",
            "http://id.example.com",
            "http://127.0.0.1.example.com",
            "http://localhost@id.example.com",
            "https://me:secret@id.example.com",
            "https://id.example.com/?tenant=1",
            "https://id.example.com/#x",
            "ftp://id.example.com",
            "file:///etc/passwd",
            "https://",
        ] {
            assert!(issuer_url(bad).is_none(), "{bad}");
        }
        let found = discovery_url("https://id.example.com/").map(|url| url.to_string());
        let expected = "https://id.example.com/.well-known/openid-configuration";
        assert_eq!(found.as_deref(), Some(expected));
    }

    #[test]
    fn a_configuration_that_cannot_be_used_is_refused_with_the_reason() {
        assert!(Metadata::parse(document().to_string().as_bytes(), ISSUER).is_ok());
        for (field, value, reason) in [
            ("issuer", json!("https://id.example.com/other"), "issuer"),
            ("issuer", json!("https://id.example.com/tenant/"), "issuer"),
            ("issuer", json!(7), "no configuration"),
            ("token_endpoint", Value::Null, "no configuration"),
            ("token_endpoint", json!("http://id.example.com/t"), "https"),
            ("jwks_uri", json!("http://127.0.0.1/keys"), "https"),
            ("jwks_uri", json!("http://169.254.169.254/"), "https"),
            ("jwks_uri", json!("file:///etc/passwd"), "https"),
            ("jwks_uri", json!("https://a@id.example.com/k"), "https"),
            (
                "authorization_endpoint",
                json!("javascript:alert(1)"),
                "https",
            ),
            ("authorization_endpoint", json!("/authorize"), "https"),
            ("response_types_supported", json!(["id_token"]), "code"),
            ("code_challenge_methods_supported", json!(["plain"]), "S256"),
            (
                "id_token_signing_alg_values_supported",
                json!(["none", "HS256"]),
                "RS256",
            ),
            (
                "token_endpoint_auth_methods_supported",
                json!(["private_key_jwt"]),
                "client_secret_post",
            ),
        ] {
            let error = parsed(field, &value).expect_err(field);
            assert!(error.contains(reason), "{field}: {error}");
        }
        let methods = "token_endpoint_auth_methods_supported";
        let in_form = |value| parsed(methods, &value).map(|found| found.credentials_in_form);
        assert_eq!(in_form(json!(["client_secret_post"])), Ok(true));
        let both = json!(["client_secret_post", "client_secret_basic"]);
        assert_eq!(in_form(both), Ok(false));
        assert!(Metadata::parse(b"<html>", ISSUER).is_err());
    }

    #[test]
    fn a_new_sign_in_is_asked_for_only_where_the_provider_knows_that_prompt() {
        let asks = |value| {
            let found = parsed("prompt_values_supported", &value);
            found.map(|found| found.prompts_login)
        };
        assert_eq!(asks(Value::Null), Ok(true));
        assert_eq!(asks(json!(["none", "login"])), Ok(true));
        assert_eq!(asks(json!(["none", "select_account"])), Ok(false));
        let mut google = document();
        google["issuer"] = json!(super::WITHOUT_LOGIN);
        let found = Metadata::parse(google.to_string().as_bytes(), super::WITHOUT_LOGIN);
        assert_eq!(found.map(|found| found.prompts_login), Ok(false));
    }

    #[test]
    fn a_provider_on_this_machine_may_use_http_here_alone() {
        let issuer = "http://localhost:9000";
        let mut document = document();
        document["issuer"] = json!(issuer);
        document["jwks_uri"] = json!("http://localhost:9000/keys");
        assert!(Metadata::parse(document.to_string().as_bytes(), issuer).is_ok());
        document["jwks_uri"] = json!("http://id.example.com/keys");
        assert!(Metadata::parse(document.to_string().as_bytes(), issuer).is_err());
    }
}

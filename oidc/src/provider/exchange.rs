//! The exchange of a code for an ID token.

use super::{CodeResponse, MAX_EXCHANGES, Provider, unusable};
use crate::{Now, ProviderError};
use base64::{Engine, engine::general_purpose::STANDARD};
use form_urlencoded::Serializer;
use http::HeaderValue;
use secrecy::ExposeSecret;
use serde::Deserialize;
use std::time::Duration;
use tokio::time::timeout;

/// How long a code waits for one of the others to be exchanged.
const MAX_WAIT: Duration = Duration::from_secs(2);

/// The response to a code.
#[derive(Deserialize)]
pub(super) struct TokenResponse {
    pub id_token: String,
    pub access_token: Option<String>,
}

#[derive(Deserialize)]
struct ErrorResponse {
    error: String,
}

impl Provider {
    pub(super) async fn exchange(
        &self,
        response: CodeResponse<'_>,
        now: &Now,
    ) -> Result<TokenResponse, ProviderError> {
        let metadata = self.metadata(now).await?;
        let url = &metadata.token_endpoint;
        let busy = || ProviderError::Unavailable {
            url: url.to_string(),
            cause: format!("{MAX_EXCHANGES} sign-ins are waiting for it"),
        };
        let _place = timeout(MAX_WAIT, self.exchanges.acquire())
            .await
            .ok()
            .and_then(Result::ok)
            .ok_or_else(busy)?;
        let (form, authorization) = self.token_request(response, metadata.credentials_in_form);
        let answer = self.http.post(url, form, authorization).await?;
        if answer.status.is_success() {
            return serde_json::from_slice(&answer.body)
                .map_err(|_| unusable(url, "no ID token in the response to the code"));
        }
        // A code of the protocol, or nothing that is shown.
        let code = serde_json::from_slice::<ErrorResponse>(&answer.body)
            .ok()
            .map(|response| error_code(&response.error));
        match code {
            Some(code) if answer.status.is_client_error() => Err(ProviderError::Refused(code)),
            _ => Err(ProviderError::Unavailable {
                url: url.to_string(),
                cause: format!("status {}", answer.status),
            }),
        }
    }

    /// Returns the form that exchanges a code, and the header with the client's credentials unless they are in the form.
    fn token_request(
        &self,
        response: CodeResponse<'_>,
        credentials_in_form: bool,
    ) -> (String, Option<HeaderValue>) {
        let id = &self.settings.client_id;
        let secret = self.settings.client_secret.expose_secret();
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", response.code)
            .append_pair("redirect_uri", response.redirect_uri)
            .append_pair("code_verifier", &response.challenge.verifier());
        if credentials_in_form {
            form.append_pair("client_id", id)
                .append_pair("client_secret", secret);
            (form.finish(), None)
        } else {
            (form.finish(), Some(basic(id, secret)))
        }
    }
}

/// The credentials of a client (RFC 6749, 2.3.1).
fn basic(id: &str, secret: &str) -> HeaderValue {
    let encoded =
        |text: &str| -> String { form_urlencoded::byte_serialize(text.as_bytes()).collect() };
    let pair = format!("{}:{}", encoded(id), encoded(secret));
    let mut value = HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(pair)))
        .expect("base64 is printable");
    value.set_sensitive(true);
    value
}

/// Returns an error code of OAuth 2.0; other text is not shown.
pub fn error_code(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    if (1..=40).contains(&text.len()) && text.bytes().all(plain) {
        text.to_owned()
    } else {
        "unknown_error".to_owned()
    }
}

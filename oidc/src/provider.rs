//! An identity provider: its cached configuration and keys, and the two steps of a sign-in.

mod exchange;

use crate::{
    Challenge, Claims, Now, ProviderError, TokenError,
    cache::{Cached, Need},
    http_client::HttpClient,
    keys::KeySet,
    metadata::{Metadata, discovery_url},
    token::{self, Expected},
};
use domain::time::{HOUR, MINUTE, SECOND, Timestamp};
use exchange::TokenResponse;
pub use exchange::error_code;
use form_urlencoded::Serializer;
use http::Uri;
use rustls::pki_types::CertificateDer;
use secrecy::SecretString;
use std::{fmt, sync::Arc, time::Duration};
use tokio::{
    sync::{Mutex, Semaphore},
    time::timeout,
};

/// The configuration and the keys are kept for an hour.
const KEPT: Need = Need {
    max_age: HOUR,
    older_meanwhile: true,
};
/// If a token names an unknown key, they are read again after a minute.
const NEW_KEYS: Need = Need {
    max_age: MINUTE,
    older_meanwhile: false,
};
/// How long the result of a check is kept.
const CHECK_KEPT: i64 = 5 * SECOND;
/// Maximum number of codes that are exchanged at the same time.
const MAX_EXCHANGES: usize = 16;
/// Maximum length of a code that a browser brings.
const MAX_CODE_BYTES: usize = 4_096;

/// How the provider is reached, and as which client.
pub struct ProviderSettings {
    /// Exactly as the provider writes it.
    pub issuer: String,
    /// The client's id.
    pub client_id: String,
    /// The client's secret.
    pub client_secret: SecretString,
    /// The requested scopes, separated by spaces; with `openid`.
    pub scopes: String,
    /// The claim with the groups.
    pub groups_claim: String,
    /// Authorities that are trusted besides Mozilla's.
    pub authorities: Vec<CertificateDer<'static>>,
    /// For each exchange with the provider, and for all that one request of a browser causes.
    pub timeout: Duration,
}

/// The parameter `prompt`: what the provider asks of a person who is signed in there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// Nothing.
    None,
    /// To sign in again. The token has to say when that was, unless the provider's list of claims lacks `auth_time`.
    SignIn,
    /// To sign in again. The token has to say when that was.
    ProvenSignIn,
}

/// The response of the authorization endpoint, as the browser brings it back.
#[derive(Clone, Copy)]
pub struct CodeResponse<'a> {
    /// The code.
    pub code: &'a str,
    /// The issuer that the response names (RFC 9207).
    pub issuer: Option<&'a str>,
    /// The address that the provider sent the browser to.
    pub redirect_uri: &'a str,
    /// The secrets of the request.
    pub challenge: Challenge<'a>,
    /// When the request was made.
    pub begun_at: Timestamp,
    /// The `prompt` of the request.
    pub prompt: Prompt,
}

/// The report of [`Provider::check`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct ProviderReport {
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    pub jwks_uri: String,
    /// The number of keys that can verify an ID token.
    pub keys: usize,
    /// Whether the provider's list of claims lacks `auth_time`.
    pub lacks_auth_time: bool,
}

/// An identity provider.
pub struct Provider {
    settings: ProviderSettings,
    http: Arc<HttpClient>,
    discovery: Uri,
    metadata: Cached<Metadata>,
    keys: Cached<KeySet>,
    /// The result of the last check.
    checked: Mutex<Option<(Result<ProviderReport, ProviderError>, Timestamp)>>,
    exchanges: Semaphore,
}

/// The client's secret is redacted.
impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Provider({}, [redacted])", self.settings.issuer)
    }
}

impl Provider {
    /// Creates a client of the provider. It is not asked yet.
    ///
    /// # Errors
    /// If the issuer is not an https address, or a certificate is invalid.
    pub fn new(settings: ProviderSettings) -> Result<Self, String> {
        let discovery = discovery_url(&settings.issuer)
            .ok_or_else(|| "the issuer is not an https address".to_owned())?;
        let http = HttpClient::new(&settings.authorities, settings.timeout)
            .map_err(|error| error.to_string())?;
        Ok(Self {
            settings,
            http: Arc::new(http),
            discovery,
            metadata: Cached::default(),
            keys: Cached::default(),
            checked: Mutex::default(),
            exchanges: Semaphore::new(MAX_EXCHANGES),
        })
    }

    /// The issuer, exactly as the provider writes it.
    pub fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    /// Returns the address at the provider where a browser signs in.
    ///
    /// # Errors
    /// If the provider's configuration cannot be read.
    pub async fn authorization_url(
        &self,
        challenge: Challenge<'_>,
        redirect_uri: &str,
        prompt: Prompt,
        now: &Now,
    ) -> Result<String, ProviderError> {
        let metadata = self.in_time(self.metadata(now)).await?;
        let mut query = Serializer::new(String::new());
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("scope", &self.settings.scopes)
            .append_pair("state", &challenge.state())
            .append_pair("nonce", &challenge.nonce())
            .append_pair("code_challenge", &challenge.code_challenge())
            .append_pair("code_challenge_method", "S256");
        if prompt != Prompt::None {
            // At least, the person sees who is signed in there.
            let value = if metadata.prompts_login {
                "login"
            } else {
                "select_account"
            };
            query
                .append_pair("prompt", value)
                .append_pair("max_age", "0");
        }
        let endpoint = &metadata.authorization_endpoint;
        let mark = if endpoint.query().is_some() { '&' } else { '?' };
        Ok(format!("{endpoint}{mark}{}", query.finish()))
    }

    /// Checks that a response, with a code or an error, is from this provider (RFC 9207).
    ///
    /// # Errors
    /// `OtherIssuer`; if the provider's configuration cannot be read.
    pub async fn check_issuer(&self, issuer: Option<&str>, now: &Now) -> Result<(), ProviderError> {
        let names_issuer = async { Ok(self.metadata(now).await?.names_issuer) };
        let expected = Some(self.settings.issuer.as_str());
        if issuer == expected || (issuer.is_none() && !self.in_time(names_issuer).await?) {
            return Ok(());
        }
        Err(ProviderError::OtherIssuer)
    }

    /// Exchanges a code for an ID token, verifies it, and returns what it says about the person.
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub async fn identify(
        &self,
        response: CodeResponse<'_>,
        now: &Now,
    ) -> Result<Claims, ProviderError> {
        self.in_time(async {
            self.check_issuer(response.issuer, now).await?;
            if response.code.is_empty() || response.code.len() > MAX_CODE_BYTES {
                return Err(ProviderError::Refused("invalid_code".into()));
            }
            let tokens = self.exchange(response, now).await?;
            self.verify(&tokens, response, now).await
        })
        .await
    }

    async fn verify(
        &self,
        tokens: &TokenResponse,
        response: CodeResponse<'_>,
        now: &Now,
    ) -> Result<Claims, ProviderError> {
        let nonce = response.challenge.nonce();
        // The browser may have removed `prompt` and `max_age` from the address: only the token is evidence.
        let says_when = match response.prompt {
            Prompt::None => false,
            Prompt::SignIn => !self.metadata(now).await?.lacks_auth_time,
            Prompt::ProvenSignIn => true,
        };
        let expected = Expected {
            issuer: &self.settings.issuer,
            client_id: &self.settings.client_id,
            nonce: &nonce,
            access_token: tokens.access_token.as_deref(),
            groups: &self.settings.groups_claim,
            begun_at: response.begun_at,
            again: response.prompt != Prompt::None,
            says_when,
        };
        let verify = |keys: &KeySet| token::verify(&tokens.id_token, keys, &expected, now());
        let keys = self.keys(KEPT, now).await?;
        match verify(&keys) {
            // It may have new keys.
            Err(TokenError::UnknownKey) => {
                let keys = self.keys(NEW_KEYS, now).await?;
                Ok(verify(&keys)?)
            }
            verified => Ok(verified?),
        }
    }

    /// Reads the configuration and the keys anew; they replace the known ones if they can be used. The result is kept for five
    /// seconds.
    ///
    /// # Errors
    /// What is wrong with them.
    pub async fn check(&self, now: &Now) -> Result<ProviderReport, ProviderError> {
        let mut checked = self.checked.lock().await;
        if let Some((result, at)) = &*checked
            && now().since(*at) < CHECK_KEPT
        {
            return result.clone();
        }
        let result = self.in_time(self.read_anew(now)).await;
        *checked = Some((result.clone(), now()));
        result
    }

    async fn read_anew(&self, now: &Now) -> Result<ProviderReport, ProviderError> {
        let issuer = &self.settings.issuer;
        let metadata = read_metadata(&self.http, &self.discovery, issuer).await?;
        let keys = read_keys(&self.http, &metadata.jwks_uri).await?;
        let report = ProviderReport {
            authorization_endpoint: metadata.authorization_endpoint.to_string(),
            token_endpoint: metadata.token_endpoint.to_string(),
            jwks_uri: metadata.jwks_uri.to_string(),
            keys: keys.len(),
            lacks_auth_time: metadata.lacks_auth_time,
        };
        self.metadata.replace(metadata, now());
        self.keys.replace(keys, now());
        Ok(report)
    }

    /// Limits the time of all that one request causes.
    async fn in_time<T>(
        &self,
        work: impl Future<Output = Result<T, ProviderError>>,
    ) -> Result<T, ProviderError> {
        let limit = self.settings.timeout;
        timeout(limit, work).await.unwrap_or_else(|_| {
            Err(ProviderError::Unavailable {
                url: self.settings.issuer.clone(),
                cause: format!("no answer within {} s", limit.as_secs_f32()),
            })
        })
    }

    async fn metadata(&self, now: &Now) -> Result<Arc<Metadata>, ProviderError> {
        let read = || {
            let (http, url) = (Arc::clone(&self.http), self.discovery.clone());
            let issuer = self.settings.issuer.clone();
            async move { read_metadata(&http, &url, &issuer).await }
        };
        self.metadata.get(KEPT, now, read).await
    }

    async fn keys(&self, need: Need, now: &Now) -> Result<Arc<KeySet>, ProviderError> {
        let metadata = self.metadata(now).await?;
        let read = || {
            let (http, url) = (Arc::clone(&self.http), metadata.jwks_uri.clone());
            async move { read_keys(&http, &url).await }
        };
        self.keys.get(need, now, read).await
    }
}

async fn read_metadata(
    http: &HttpClient,
    url: &Uri,
    issuer: &str,
) -> Result<Metadata, ProviderError> {
    Metadata::parse(&http.get(url).await?, issuer).map_err(|cause| unusable(url, &cause))
}

async fn read_keys(http: &HttpClient, url: &Uri) -> Result<KeySet, ProviderError> {
    KeySet::parse(&http.get(url).await?).map_err(|cause| unusable(url, &cause))
}

fn unusable(url: &Uri, cause: &str) -> ProviderError {
    ProviderError::Unusable {
        url: url.to_string(),
        cause: cause.to_owned(),
    }
}

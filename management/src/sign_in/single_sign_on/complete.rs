//! The provider's response.

use super::{
    ProviderCookie, ProviderOutcome, ProviderRefusal, ProviderResponse, SignInGoal, SingleSignOn,
    people::PresentedIdentity, refusal,
};
use crate::{
    Browser, IdentityProvider, Keyring, ManagementError, Session, SignInResult,
    sign_in::session::{self, SignInProof},
};
use domain::{audit::Action, id::SessionId, origin::Origin};
use oidc::{Challenge, Claims, CodeResponse, error_code};
use sha2::{Digest, Sha256};
use store::{CompletedSignIn, ProviderSignIn, StoreError};
use subtle::ConstantTimeEq;

/// Maximum number of methods that an audit record names.
const MAX_METHODS: usize = 6;

impl IdentityProvider<'_> {
    /// Completes what a browser went to the provider for. The browser's previous session ends with a new one.
    ///
    /// # Errors
    /// `NotFound` without a provider; if the database fails.
    pub async fn complete(
        self,
        response: ProviderResponse<'_>,
        browser: Browser<'_>,
        origin: &Origin,
    ) -> Result<ProviderOutcome, ManagementError> {
        let single_sign_on = self.settings().ok_or(ManagementError::NotFound)?;
        let Some(request) = self.answered_request(response) else {
            return Ok(ProviderOutcome::Refused(ProviderRefusal::Unmatched));
        };
        let signs_in = matches!(request.goal, SignInGoal::SignIn);
        let completed = self
            .complete_request(single_sign_on, request, response, browser, origin)
            .await;
        match &completed {
            Ok(ProviderOutcome::Refused(ProviderRefusal::TooMany)) if signs_in => {
                self.keyring
                    .sign_in_state()
                    .counters()
                    .count(SignInResult::Throttled);
            }
            Ok(ProviderOutcome::Refused(_)) if signs_in => {
                self.keyring
                    .sign_in_state()
                    .counters()
                    .count(SignInResult::ProviderRefused);
            }
            _ => {}
        }
        completed
    }

    /// Returns where the browser goes on once a response has signed it in; `None` if the response is not that of its request.
    pub fn wanted_page(self, response: ProviderResponse<'_>) -> Option<String> {
        Some(self.answered_request(response)?.next)
    }

    /// Returns the request that a response answers. Only the browser that made it has its secrets.
    fn answered_request(self, response: ProviderResponse<'_>) -> Option<ProviderCookie> {
        let request = ProviderCookie::open(self.keyring, response.cookie?)?;
        is_answer(&request, response.state).then_some(request)
    }

    /// Completes a request of this browser.
    async fn complete_request(
        self,
        single_sign_on: &SingleSignOn,
        request: ProviderCookie,
        response: ProviderResponse<'_>,
        browser: Browser<'_>,
        origin: &Origin,
    ) -> Result<ProviderOutcome, ManagementError> {
        let refused = |why| Ok(ProviderOutcome::Refused(why));
        let Ok(attempt) = self
            .keyring
            .sign_in_state()
            .limits()
            .begin_response(origin.address, self.keyring.monotonic())
        else {
            return refused(ProviderRefusal::TooMany);
        };
        let claims = match self.claims(single_sign_on, &request, response).await {
            Ok(claims) => claims,
            Err(why) => {
                // The provider's failure is not the browser's.
                if why == ProviderRefusal::Unavailable {
                    self.keyring.sign_in().refund(&attempt).await;
                }
                return refused(why);
            }
        };
        let verified = claims.email_verified == Some(true);
        let completion = Completion {
            keyring: self.keyring.clone(),
            request,
            claims,
            session: browser.session.map(str::to_owned),
            device: browser.device.map(str::to_owned),
            origin: origin.clone(),
        };
        let outcome = self.keyring.run_to_completion(completion.run()).await;
        // A person who can choose addresses at the provider must not learn of many whether they are known here.
        let taken = matches!(
            outcome,
            Ok(ProviderOutcome::Refused(ProviderRefusal::AddressTaken))
        );
        if verified || !taken {
            self.keyring.sign_in().refund(&attempt).await;
        }
        outcome
    }

    /// Exchanges the code.
    async fn claims(
        self,
        single_sign_on: &SingleSignOn,
        request: &ProviderCookie,
        response: ProviderResponse<'_>,
    ) -> Result<Claims, ProviderRefusal> {
        let (provider, now) = (&single_sign_on.provider, self.read_clock());
        match (response.code, response.error) {
            (Some(code), None) => {
                let response = CodeResponse {
                    code,
                    issuer: response.issuer,
                    redirect_uri: response.redirect_uri,
                    challenge: Challenge(&request.seed),
                    begun_at: request.begun_at,
                    prompt: request.goal.prompt(),
                };
                provider.identify(response, &now).await
            }
            (None, Some(error)) => provider
                .check_issuer(response.issuer, &now)
                .await
                .and(Err(oidc::ProviderError::Refused(error_code(error)))),
            _ => return Err(ProviderRefusal::Invalid),
        }
        .map_err(|error| refusal(&error))
    }
}

/// A request to the provider with its verified answer.
struct Completion {
    keyring: Keyring,
    request: ProviderCookie,
    claims: Claims,
    /// The token of the browser's session.
    session: Option<String>,
    device: Option<String>,
    origin: Origin,
}

impl Completion {
    async fn run(self) -> Result<ProviderOutcome, ManagementError> {
        let keyring = &self.keyring;
        let single_sign_on = keyring
            .identity_provider()
            .settings()
            .ok_or(ManagementError::NotFound)?;
        let used = Sha256::new()
            .chain_update(b"used\0")
            .chain_update(self.request.seed)
            .finalize()
            .into();
        // First: what follows happens once.
        let completed = keyring
            .store()
            .complete_sign_in(&used, self.request.expires_at(), keyring.now())
            .await;
        let done = match completed {
            Ok(completed) => match self.request.goal {
                SignInGoal::SignIn => self.sign_in(single_sign_on, completed).await,
                SignInGoal::Confirm(id) => self.confirm(single_sign_on, id).await,
                SignInGoal::Link(id) => self.link(single_sign_on, id).await,
            }?,
            Err(StoreError::Conflict) => Err(ProviderRefusal::Expired),
            Err(error) => return Err(error.into()),
        };
        Ok(done.unwrap_or_else(ProviderOutcome::Refused))
    }

    async fn sign_in(
        &self,
        single_sign_on: &SingleSignOn,
        completed: CompletedSignIn,
    ) -> Result<Result<ProviderOutcome, ProviderRefusal>, ManagementError> {
        let (keyring, claims, origin) = (&self.keyring, &self.claims, &self.origin);
        let account = keyring.identity_provider().account().await?;
        let identity = PresentedIdentity {
            keyring,
            single_sign_on,
            claims,
            origin,
        };
        let person = match identity.person(account).await? {
            Ok(person) => person,
            Err(why) => return Ok(Err(why)),
        };
        let token = self.session.as_deref();
        let replaced = keyring.sign_in().replaced(token, person.id, origin).await?;
        let provider = ProviderSignIn {
            completed,
            identity: (single_sign_on.provider.issuer(), claims.subject.as_str()),
            authenticated_at: claims.authenticated_at,
            account,
        };
        // The provider's factors count for its own account. Another account's policy asks for a code of this server.
        if keyring
            .store()
            .needs_code_beside_provider(person.id, &provider)
            .await?
        {
            let provider = (provider, &*detail(claims));
            let pending = keyring
                .sign_in()
                .require_code(&person, Some(provider), origin)
                .await?;
            let next = self.request.next.clone();
            return Ok(Ok(ProviderOutcome::CodeRequired(pending, next)));
        }
        let proof = SignInProof::Provider(provider, detail(claims));
        let known = keyring
            .sign_in()
            .knows_device(self.device.as_deref(), person.id)
            .await?;
        match session::insert(keyring, &person, (proof, known), replaced, origin).await {
            Ok(signed_in) => {
                let next = self.request.next.clone();
                Ok(Ok(ProviderOutcome::SignedIn(signed_in, next)))
            }
            // The person was disabled, or the identity was unlinked meanwhile.
            Err(StoreError::NotFound) => Ok(Err(ProviderRefusal::Expired)),
            Err(error) => Err(error.into()),
        }
    }

    async fn confirm(
        &self,
        single_sign_on: &SingleSignOn,
        id: SessionId,
    ) -> Result<Result<ProviderOutcome, ProviderRefusal>, ManagementError> {
        let keyring = &self.keyring;
        let Some(session) = self.own_session(id).await? else {
            return Ok(Err(ProviderRefusal::Expired));
        };
        let person = session.person_id();
        let identity = (
            single_sign_on.provider.issuer(),
            self.claims.subject.as_str(),
        );
        let owner = keyring.store().person_by_identity(identity).await?;
        if owner.is_none_or(|owner| owner.person.id != person) {
            return Ok(Err(ProviderRefusal::OtherPerson));
        }
        let (action, email) = (Action::IdentityConfirmed, session.email());
        let events = session::events(keyring, action, person, email, &self.origin).await?;
        // The sign-in itself counts, not the moment at which its response was brought here.
        let now = keyring.now();
        let at = self.claims.authenticated_at.map_or(now, |at| at.min(now));
        let token = session.replacement(at);
        let (row, person) = (token.row(), (person, Some(identity)));
        let confirmed = keyring
            .store()
            .reauthenticate_session(&row, person, &events);
        match confirmed.await {
            Ok(()) => {
                let (_, signed_in) = session.with_token(token);
                let next = self.request.next.clone();
                Ok(Ok(ProviderOutcome::Confirmed(signed_in, next)))
            }
            Err(StoreError::NotFound) => Ok(Err(ProviderRefusal::Expired)),
            Err(error) => Err(error.into()),
        }
    }

    async fn link(
        &self,
        single_sign_on: &SingleSignOn,
        id: SessionId,
    ) -> Result<Result<ProviderOutcome, ProviderRefusal>, ManagementError> {
        let session = self.own_session(id).await?;
        let Some(session) = session.filter(Session::is_fresh) else {
            return Ok(Err(ProviderRefusal::Expired));
        };
        let linked = self
            .keyring
            .identity_provider()
            .link(single_sign_on, &session, &self.claims, &self.origin)
            .await?;
        Ok(linked.map(|()| ProviderOutcome::Linked(self.request.next.clone())))
    }

    /// Returns the browser's session, if it has this id.
    async fn own_session(&self, id: SessionId) -> Result<Option<Session>, ManagementError> {
        let Some(token) = &self.session else {
            return Ok(None);
        };
        let session = self.keyring.sessions().find(token).await?;
        Ok(session.filter(|session| session.id() == id))
    }
}

/// Whether a response has the state of a request.
fn is_answer(request: &ProviderCookie, state: Option<&str>) -> bool {
    let expected = Challenge(&request.seed).state();
    state.is_some_and(|state| state.as_bytes().ct_eq(expected.as_bytes()).into())
}

/// How the person signed in, for the audit log.
fn detail(claims: &Claims) -> String {
    let plain = |method: &&String| {
        method.len() <= 20
            && method
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let methods: Vec<&str> = claims
        .methods
        .iter()
        .filter(plain)
        .take(MAX_METHODS)
        .map(String::as_str)
        .collect();
    if methods.is_empty() {
        "through single sign-on".into()
    } else {
        format!("through single sign-on ({})", methods.join(", "))
    }
}

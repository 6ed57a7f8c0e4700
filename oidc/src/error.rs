//! Why a sign-in through the provider fails. The texts are for the log and the operator.

/// An error of the identity provider, or of what it answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// The provider does not answer, answers too late, or with an error of its own.
    #[error("{url} does not answer: {cause}")]
    Unavailable {
        /// The address that was asked.
        url: String,
        /// The cause.
        cause: String,
    },
    /// The provider's configuration or key set cannot be used.
    #[error("{url}: {cause}")]
    Unusable {
        /// The address that was asked.
        url: String,
        /// What is wrong with the answer.
        cause: String,
    },
    /// The provider refused the request, with an error code of OAuth 2.0.
    #[error("the identity provider refused the sign-in: {0}")]
    Refused(String),
    /// The response names another issuer (RFC 9207), or none although the provider always names itself.
    #[error("the response is from another issuer")]
    OtherIssuer,
    /// A failure a moment ago, which another request has reported.
    #[error("{0}")]
    Repeated(Box<Self>),
    /// The ID token is invalid.
    #[error("the ID token is invalid: {0}")]
    Token(#[from] TokenError),
}

impl ProviderError {
    /// Whether another request has reported the failure.
    pub fn is_repeated(&self) -> bool {
        matches!(self, Self::Repeated(_))
    }
}

/// Why an ID token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the texts say it")]
pub enum TokenError {
    #[error("it is longer than 16 KiB")]
    TooLong,
    #[error("it is not three parts of base64url with JSON")]
    Malformed,
    #[error("its algorithm is not RS256, PS256, ES256 or EdDSA")]
    Algorithm,
    #[error("it has critical header parameters")]
    Critical,
    #[error("the provider has no such key")]
    UnknownKey,
    #[error("its signature is wrong")]
    Signature,
    #[error("a required claim is missing or has the wrong type")]
    Claims,
    #[error("another issuer made it")]
    Issuer,
    #[error("it is for another client")]
    Audience,
    #[error("its authorized party is another client")]
    AuthorizedParty,
    #[error("it has expired")]
    Expired,
    #[error("it is not valid yet")]
    NotYetValid,
    #[error("it was issued too long before this sign-in, or in the future")]
    IssuedAt,
    #[error("it answers another sign-in")]
    Nonce,
    #[error("it belongs to another access token")]
    AccessToken,
    #[error("it does not say when the person signed in (auth_time)")]
    NoSignInTime,
    #[error("the person did not sign in again")]
    NotReauthenticated,
}

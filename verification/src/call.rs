//! A call, the decision about it, and the event that reports both.

use crate::{RateState, Tenant};
use domain::{
    id::{AccountId, ApplicationId},
    key::{Environment, scope::ScopeSet, token::KeyId},
    time::Timestamp,
    verdict::Verdict,
};
use std::net::IpAddr;

/// A call that presents a key.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// The public key id, as sent.
    pub key: &'a str,
    /// The secret, as sent.
    pub secret: &'a str,
    /// The client's address, if it is known.
    pub address: Option<IpAddr>,
    /// The scopes that the called endpoint requires; often none.
    pub scopes: ScopeSet,
    /// The `User-Agent` header.
    pub user_agent: &'a str,
    /// The requested route.
    pub route: Route<'a>,
    /// The account to which a service's question is limited: keys of other accounts are unknown.
    pub within: Option<AccountId>,
    /// The request id, as sent back in `X-Request-Id`.
    pub request_id: &'a str,
    /// Whether a browser sent the call: the request had an `Origin` or `Sec-Fetch-Site` header.
    pub browser: bool,
}

/// Method and path of a call; both may be empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Route<'a> {
    /// Such as `GET`.
    pub method: &'a str,
    /// Such as `/invoices/17`; a query is ignored.
    pub path: &'a str,
}

impl Route<'_> {
    /// Returns the route as it is stored, such as `GET /invoices/{id}`: at most 200 characters, without control characters.
    pub fn template(self) -> String {
        let mut path = String::new();
        self.segments(|segment| {
            path.push('/');
            path.push_str(segment);
        });
        clean(format!("{} {path}", self.method).trim())
    }

    /// Visits the path's segments; a segment that identifies one resource is replaced by `{id}`.
    pub fn segments(self, mut visit: impl FnMut(&str)) {
        let path = self.path.split(['?', '#']).next().unwrap_or_default();
        let path = path.strip_prefix('/').unwrap_or(path);
        if self.path.is_empty() {
            return;
        }
        for segment in path.split('/') {
            visit(if is_identifier(segment) {
                "{id}"
            } else {
                segment
            });
        }
    }
}

/// Whether a segment is a number, a UUID, a public id or another generated text: it has a digit, and has only digits or at
/// least 16 bytes.
fn is_identifier(segment: &str) -> bool {
    let digits = segment.bytes().filter(u8::is_ascii_digit).count();
    digits > 0 && (digits == segment.len() || segment.len() >= 16)
}

/// Characters of a stored text.
const MAX_STORED: usize = 200;

/// Returns a text as it is stored: at most 200 characters, without control characters.
pub fn clean(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control())
        .take(MAX_STORED)
        .collect()
}

/// The key behind a call. Known once the secret has matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The public key id.
    pub key_id: KeyId,
    /// The key's application.
    pub application_id: ApplicationId,
    /// The application's account.
    pub account_id: AccountId,
    /// Live or test.
    pub environment: Environment,
    /// All scopes of the key.
    pub scopes: ScopeSet,
    /// When the key expires.
    pub expires_at: Option<Timestamp>,
    /// When the secret was regenerated, if it is being retired.
    pub deprecated_at: Option<Timestamp>,
    /// When the retiring secret stops working.
    pub retires_at: Option<Timestamp>,
    /// The state of the key's rate limit, if it has one and the call got that far.
    pub rate_limit: Option<RateState>,
}

/// The decision about a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Accepted, or the reason for the refusal.
    pub verdict: Verdict,
    /// Present once the secret has matched, whatever the verdict.
    pub caller: Option<Caller>,
}

/// A decided call.
pub struct CallEvent<'a> {
    /// The key and its application, if such a key exists.
    pub key: Option<(KeyId, Tenant)>,
    /// The decision.
    pub verdict: Verdict,
    /// When it was made.
    pub at: Timestamp,
    /// The call.
    pub call: &'a Call<'a>,
}

/// A consumer of decided calls. It must not block: it runs inside the request.
pub trait CallSink {
    /// Consumes a decided call.
    fn record(&self, event: &CallEvent<'_>);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_names_the_resource_type_and_not_the_resource() {
        for (method, path, text) in [
            ("GET", "/invoices", "GET /invoices"),
            ("GET", "/", "GET /"),
            ("GET", "/invoices/17?secret=x", "GET /invoices/{id}"),
            (
                "POST",
                "/v1/customers/3fa85f64-5717-4562-b3fc-2c963f66afa6/notes",
                "POST /v1/customers/{id}/notes",
            ),
            ("DELETE", "/keys/akl_0123456789abcdef", "DELETE /keys/{id}"),
            ("", "/a\u{7}b", "/ab"),
            ("", "", ""),
        ] {
            assert_eq!(Route { method, path }.template(), text);
        }
    }

    #[test]
    fn a_segment_with_a_digit_is_an_identifier_from_16_bytes() {
        for (segment, identifier) in [
            ("abcdefghijklmn1", false),
            ("abcdefghijklmno1", true),
            ("abcdefghijklmnop", false),
            ("7", true),
            ("v1", false),
            ("", false),
        ] {
            assert_eq!(is_identifier(segment), identifier, "{segment}");
        }
    }

    #[test]
    fn a_stored_text_has_at_most_200_characters() {
        for (length, stored) in [(199, 199), (200, 200), (201, 200)] {
            assert_eq!(clean(&"é".repeat(length)), "é".repeat(stored));
        }
        assert_eq!(clean(&"\n".repeat(300)), "");
    }
}

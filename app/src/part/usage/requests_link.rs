//! The link from a row of a breakdown to its requests.

use crate::routes::{self, with_query};
use domain::{key::token::KeyId, usage::breakdown::Dimension};

/// Returns the path of the requests with a value of a dimension, of one key or of all. `None` for an unknown value, and for
/// dimensions by which requests cannot be filtered.
pub fn requests_link(
    app: &str,
    key: Option<KeyId>,
    dimension: Dimension,
    value: &str,
) -> Option<String> {
    let filter = match dimension {
        Dimension::Address => "from_address",
        Dimension::Route => "route",
        Dimension::Refusal => "code",
        Dimension::Scope | Dimension::UserAgent => return None,
    };
    let key = key.map(|key| key.to_string()).unwrap_or_default();
    let query = [("key", key.as_str()), (filter, value)];
    (!value.is_empty()).then(|| with_query(&routes::requests(app), &query))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_addresses_routes_and_codes_lead_to_their_requests() {
        let link = |dimension, value| requests_link("a", None, dimension, value);
        let path = "/apps/a/settings/requests";
        for (dimension, value, query) in [
            (Dimension::Address, "::1", "from_address=%3A%3A1"),
            (Dimension::Route, "GET /x", "route=GET%20/x"),
            (Dimension::Refusal, "key_expired", "code=key_expired"),
        ] {
            assert_eq!(link(dimension, value), Some(format!("{path}?{query}")));
            assert_eq!(link(dimension, ""), None);
        }
        assert_eq!(link(Dimension::Scope, "invoice:read"), None);
        assert_eq!(link(Dimension::UserAgent, "curl/8"), None);
    }
}

//! The origin of a request, as the audit log records it.

use std::net::IpAddr;

/// Characters of a stored user agent.
const MAX_USER_AGENT: usize = 200;

/// The client of a request.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The client's address, if it is known.
    pub address: Option<IpAddr>,
    /// The `User-Agent` header, as sent.
    pub user_agent: String,
    /// The id in the answer's `X-Request-Id` header.
    pub request_id: String,
}

impl Origin {
    /// Returns the address as text; empty if it is unknown.
    pub fn address_text(&self) -> String {
        self.address
            .map(|address| address.to_canonical().to_string())
            .unwrap_or_default()
    }

    /// Returns the user agent without control characters, at most 200 characters.
    pub fn clean_user_agent(&self) -> String {
        self.user_agent
            .chars()
            .filter(|c| !c.is_control())
            .take(MAX_USER_AGENT)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_stored_without_control_characters_and_mapped_addresses() {
        let origin = Origin {
            address: "::ffff:192.0.2.1".parse().ok(),
            user_agent: format!("till\u{1b}[31m/2{}", "é".repeat(300)),
            request_id: String::new(),
        };
        assert_eq!(origin.address_text(), "192.0.2.1");
        let user_agent = origin.clean_user_agent();
        assert!(user_agent.starts_with("till[31m/2é"));
        assert_eq!(user_agent.chars().count(), MAX_USER_AGENT);
        assert_eq!(Origin::default().address_text(), "");
    }
}

//! Forms that were posted without JavaScript.

use crate::error::AppError;

/// A form that the browser posted by itself, and the result of its server function. The server puts it into the context of the
/// page that it renders as the response.
#[derive(Clone)]
pub struct Posted {
    /// The server function: the last part of its path.
    pub endpoint: String,
    /// The fields as they were sent.
    pub fields: Vec<(String, String)>,
    /// Its result.
    pub outcome: Result<serde_json::Value, AppError>,
}

impl Posted {
    /// Whether the post went to this server function.
    pub fn is(&self, endpoint: &str) -> bool {
        last_part(&self.endpoint) == last_part(endpoint)
    }

    /// The field's first value.
    pub fn field(&self, name: &str) -> Option<String> {
        self.fields
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
    }

    /// All values of a list such as `scopes[]`, whose names may have an index.
    pub(crate) fn values_of(&self, list: &str) -> Vec<String> {
        let stem = |name: &str| name.split('[').next().map(ToOwned::to_owned);
        self.fields
            .iter()
            .filter(|(name, _)| stem(name) == stem(list))
            .map(|(_, value)| value.clone())
            .collect()
    }
}

fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::Posted;

    #[test]
    fn an_endpoint_is_known_by_its_last_part() {
        let posted = Posted {
            endpoint: "/api/create_key".into(),
            fields: vec![("name".into(), "Checkout".into())],
            outcome: Ok(serde_json::Value::Null),
        };
        assert!(posted.is("create_key") && !posted.is("key"));
        assert_eq!(posted.field("name").as_deref(), Some("Checkout"));
    }
}

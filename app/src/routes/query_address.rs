//! Addresses of lists: filter and page, as the query of a path.

use super::with_query;
use leptos_router::params::ParamsMap;

/// The parameter that says where a page of a list begins.
pub(super) const CURSOR: &str = "cursor";

/// The query of a list's address.
pub trait QueryAddress: Clone + Default {
    /// Returns the parameters in their order, each with the field of its value.
    fn parameters(&mut self) -> Vec<(&'static str, &mut String)>;

    /// Clears values that mean nothing.
    fn clear_invalid(&mut self) {}

    /// Reads a query.
    fn read(query: &ParamsMap) -> Self {
        let mut address = Self::default();
        for (name, value) in address.parameters() {
            *value = query.get(name).unwrap_or_default();
        }
        address.clear_invalid();
        address
    }

    /// The first page of the same list.
    #[must_use]
    fn first_page(self) -> Self {
        self.at("")
    }

    /// The page that begins at a cursor.
    #[must_use]
    fn at(mut self, cursor: &str) -> Self {
        for (name, value) in self.parameters() {
            if name == CURSOR {
                cursor.clone_into(value);
            }
        }
        self
    }

    /// The address with this query.
    fn path(&self, path: &str) -> String {
        let mut address = self.clone();
        let parameters = address.parameters();
        let query: Vec<_> = parameters
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        with_query(path, &query)
    }
}

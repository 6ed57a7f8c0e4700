//! The address of a list of keys: filter, order and page.

use super::query_address::{CURSOR, QueryAddress};
use domain::key::{
    filter::{KeyFilter, KeyGroup, Order, Sort},
    token::KeyId,
};

/// The parameter with the ids of the keys that are selected.
pub const SELECTED: &str = "keys";

/// The query of the address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListAddress {
    /// The group of keys: `active`, `attention`, `ended` or `all`.
    pub tab: String,
    /// Text to find.
    pub search: String,
    /// A status.
    pub status: String,
    /// `live` or `test`.
    pub environment: String,
    /// A condition that needs attention.
    pub notable: String,
    /// A scope that the keys have.
    pub scope: String,
    /// The id of the person who created the keys.
    pub created_by: String,
    /// The column it is sorted by.
    pub sort: String,
    /// `asc` or `desc`.
    pub dir: String,
    /// The cursor at which the page begins.
    pub cursor: String,
}

impl ListAddress {
    /// The filter that it means.
    pub fn filter(&self) -> KeyFilter {
        KeyFilter::parse(
            &self.tab,
            &self.search,
            &self.status,
            &self.environment,
            &self.notable,
            &self.scope,
            &self.created_by,
        )
    }

    /// The same search and filters in another group; `None` is all keys.
    #[must_use]
    pub fn in_group(&self, group: Option<KeyGroup>) -> Self {
        let mut address = self.clone().first_page();
        address.tab.clear();
        if address.filter().group != group {
            group
                .map_or(KeyGroup::ALL, KeyGroup::as_str)
                .clone_into(&mut address.tab);
        }
        address
    }

    /// The order that it means.
    pub fn order(&self) -> Order {
        Order::parse(&self.sort, &self.dir)
    }

    /// The same rows in another order, from the first page.
    #[must_use]
    pub fn sorted(self, order: Order) -> Self {
        let mut address = self.first_page();
        if order == Order::default() {
            address.sort.clear();
            address.dir.clear();
        } else {
            order.by.as_str().clone_into(&mut address.sort);
            order.direction().clone_into(&mut address.dir);
        }
        address
    }

    /// The address after a click on the heading of `by`.
    #[must_use]
    pub fn clicked(self, by: Sort) -> Self {
        let order = self.order().clicked(by);
        self.sorted(order)
    }

    /// The same page with keys selected. Only the link that cancels a dialog about them has this address.
    pub fn path_selecting(&self, path: &str, keys: impl Iterator<Item = KeyId>) -> String {
        let path = self.path(path);
        let mark = if path.contains('?') { '&' } else { '?' };
        let keys: Vec<_> = keys.map(|key| key.to_string()).collect();
        format!("{path}{mark}{SELECTED}={}", keys.join("%20"))
    }
}

impl QueryAddress for ListAddress {
    fn parameters(&mut self) -> Vec<(&'static str, &mut String)> {
        vec![
            ("tab", &mut self.tab),
            ("search", &mut self.search),
            ("status", &mut self.status),
            ("environment", &mut self.environment),
            ("notable", &mut self.notable),
            ("scope", &mut self.scope),
            ("creator", &mut self.created_by),
            ("sort", &mut self.sort),
            ("dir", &mut self.dir),
            (CURSOR, &mut self.cursor),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_the_start_page_stands_in_no_address() {
        let address = ListAddress {
            search: "a".into(),
            cursor: "f1.akl_x".into(),
            ..ListAddress::default()
        };
        let by_name = address.clicked(Sort::Name);
        assert_eq!(by_name.path("/x"), "/x?search=a&sort=name&dir=asc");
        let back = by_name.clicked(Sort::Created);
        assert_eq!(back.path("/x"), "/x?search=a");
        assert_eq!(
            back.clicked(Sort::Created).path("/x"),
            "/x?search=a&sort=created&dir=asc"
        );
    }

    #[test]
    fn the_link_that_cancels_a_dialog_names_the_selected_keys() {
        let keys = || {
            ["akl_0000000000000001", "akl_0000000000000002"]
                .map(|key| key.parse::<KeyId>().expect("an id"))
        };
        let named = "keys=akl_0000000000000001%20akl_0000000000000002";
        let address = ListAddress::default();
        assert_eq!(
            address.path_selecting("/x", keys().into_iter()),
            format!("/x?{named}")
        );
        let ended = address.in_group(Some(KeyGroup::Ended));
        assert_eq!(
            ended.path_selecting("/x", keys().into_iter()),
            format!("/x?tab=ended&{named}")
        );
    }

    #[test]
    fn a_tab_is_in_the_address_only_where_the_filter_does_not_imply_it() {
        let plain = ListAddress::default();
        assert_eq!(plain.in_group(Some(KeyGroup::Active)).path("/x"), "/x");
        assert_eq!(plain.in_group(None).path("/x"), "/x?tab=all");
        let search = ListAddress {
            search: "a".into(),
            ..ListAddress::default()
        };
        assert_eq!(search.in_group(None).path("/x"), "/x?search=a");
        assert_eq!(
            search.in_group(Some(KeyGroup::Ended)).path("/x"),
            "/x?tab=ended&search=a"
        );
    }
}

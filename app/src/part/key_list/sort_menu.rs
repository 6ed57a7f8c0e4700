//! The order of the list.

use crate::{
    routes::{self, ListAddress, QueryAddress},
    ui::{Icon, Shape},
    words::list as words,
};
use domain::key::filter::{Order, Sort};
use leptos::prelude::*;

/// The orders that the menu offers. The headings of the table offer more.
const ORDERS: [(Sort, bool, &str); 5] = [
    (Sort::Created, true, words::NEWEST),
    (Sort::Created, false, words::OLDEST),
    (Sort::Name, false, words::BY_NAME),
    (Sort::Used, true, words::RECENTLY_USED),
    (Sort::Expires, false, words::EXPIRING_FIRST),
];

/// A menu of links to the same list in other orders.
#[component]
pub fn SortMenu(
    /// The application's id.
    app: String,
    /// The address of the list.
    address: ListAddress,
) -> impl IntoView {
    let path = routes::list(&app);
    let current = address.order();
    let label = ORDERS
        .into_iter()
        .find(|(by, descending, _)| (*by, *descending) == (current.by, current.descending))
        .map_or(words::OTHER_ORDER, |(.., label)| label);
    let links = ORDERS
        .map(|(by, descending, label)| {
            let order = Order { by, descending };
            view! {
                <a
                    href=address.clone().sorted(order).path(&path)
                    aria-current=(order == current).then_some("true")
                >
                    {label}
                </a>
            }
        })
        .collect_view();
    view! {
        <details class="menu sort-menu">
            <summary class="button" data-variant="secondary" role="button" aria-label=words::sorted(label)>
                {label}
                <Icon shape=Shape::ChevronDown />
            </summary>
            <div class="menu-panel">{links}</div>
        </details>
    }
}

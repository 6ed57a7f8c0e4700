//! The groups of keys above the list.

use crate::{
    routes::{self, ListAddress, QueryAddress},
    words::list as words,
};
use domain::key::filter::{GroupCounts, KeyGroup, MAX_ATTENTION};
use leptos::prelude::*;

/// A link to each group, with the number of its keys.
#[component]
pub fn KeyGroups(
    /// The application's id.
    app: String,
    /// The address of the list.
    address: ListAddress,
    /// The group that is shown; `None` is all keys.
    current: Option<KeyGroup>,
    /// The numbers of keys in each group.
    counts: GroupCounts,
) -> impl IntoView {
    let path = routes::list(&app);
    let links = [
        (
            Some(KeyGroup::Active),
            words::ACTIVE,
            counts.active,
            i64::MAX,
        ),
        (
            Some(KeyGroup::Attention),
            words::ATTENTION,
            counts.attention,
            MAX_ATTENTION,
        ),
        (
            Some(KeyGroup::Ended),
            words::ENDED_KEYS,
            counts.ended,
            i64::MAX,
        ),
        (None, words::ALL, counts.all, i64::MAX),
    ]
    .map(|(group, label, count, most)| {
        view! {
            <a
                href=address.in_group(group).path(&path)
                aria-current=(group == current).then_some("page")
            >
                {label} " " <span class="tabs-count">{words::group_count(count, most)}</span>
            </a>
        }
    })
    .collect_view();
    view! {
        <nav class="tabs" aria-label=words::GROUPS>
            {links}
        </nav>
    }
}

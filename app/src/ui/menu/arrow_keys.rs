//! The arrow keys in an open menu. Fetched when they are first needed.

#![cfg_attr(
    feature = "hydrate",
    expect(clippy::unnecessary_wraps, reason = "to fetch this code may fail")
)]

use crate::ui::dom;
use leptos::{prelude::*, wasm_split::SplitLoaderError};
use web_sys::{Element, HtmlElement};

/// The entries of a menu.
const ENTRIES: &str = ".menu-panel :is(a, button, summary)";

/// Moves the focus to the next or the previous entry, or to the first or the last one.
///
/// # Errors
/// If this code cannot be fetched. The next call tries again.
#[cfg_attr(
    not(feature = "hydrate"),
    expect(clippy::unused_async, reason = "the browser fetches it")
)]
#[lazy(fallible)]
pub fn press(menu: Element, key: String) -> Result<(), SplitLoaderError> {
    let mut entries: Vec<HtmlElement> = dom::beneath(&menu, ENTRIES).collect();
    if key == "ArrowUp" || key == "End" {
        entries.reverse();
    }
    let has_focus = |entry: &HtmlElement| {
        document()
            .active_element()
            .is_some_and(|focused| focused == **entry)
    };
    let present = entries
        .iter()
        .position(has_focus)
        .filter(|_| key.starts_with("Arrow"));
    let next = present.map_or(0, |present| present + 1);
    // What is hidden does not take the focus.
    for entry in entries.iter().cycle().skip(next).take(entries.len()) {
        _ = entry.focus();
        if has_focus(entry) {
            break;
        }
    }
    Ok(())
}

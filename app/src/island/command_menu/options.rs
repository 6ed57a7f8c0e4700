//! The open menu: the text field filters pages and actions, and finds keys by name.

#![cfg_attr(
    feature = "hydrate",
    expect(clippy::unnecessary_wraps, reason = "to fetch this code may fail")
)]

use super::{
    MENU,
    found_key::{KeyMatch, find_keys},
};
use crate::{island::dialog, ui::dom, words::command_menu as words};
use gloo_timers::future::TimeoutFuture;
use leptos::{ev, prelude::*, task::spawn_local, wasm_split::SplitLoaderError};
use std::cell::Cell;
use wasm_bindgen::JsCast;
use web_sys::{
    Element, HtmlDialogElement, HtmlElement, HtmlInputElement, KeyboardEvent, MouseEvent, Node,
};

/// The id of the group of keys.
const KEYS: &str = "command-keys";
/// The entries.
const ENTRIES: &str = "[role='option']";
/// The entry that Enter follows.
const ACTIVE: &str = "[role='option'][aria-selected='true']";
/// Milliseconds without a key stroke after which keys are searched.
const PAUSE_MS: u32 = 150;

thread_local! {
    /// Counts the searches: the answer to an earlier one is not shown.
    static SEARCH: Cell<u32> = const { Cell::new(0) };
    /// Whether the page is listened to.
    static LISTENING: Cell<bool> = const { Cell::new(false) };
}

/// Takes over the menu that has just been opened, with what was typed since. Fetched when it is first needed.
///
/// # Errors
/// If it cannot be fetched. The next call tries again.
#[cfg_attr(
    not(feature = "hydrate"),
    expect(clippy::unused_async, reason = "the browser fetches it")
)]
#[lazy(fallible)]
pub fn opened() -> Result<(), SplitLoaderError> {
    if !LISTENING.replace(true) {
        listen();
    }
    if let Some(menu) = MenuParts::find() {
        menu.typed();
    }
    Ok(())
}

fn listen() {
    window_event_listener(ev::keydown, |event| {
        if let Some(menu) = MenuParts::of_event(&event)
            && menu.press(&event)
        {
            event.prevent_default();
        }
    });
    window_event_listener(ev::input, |event| {
        if let Some(menu) = MenuParts::of_event(&event) {
            menu.typed();
        }
    });
    // The focus stays in the text field.
    window_event_listener(ev::mousedown, |event| {
        if entry_of(&event).is_some() {
            event.prevent_default();
        }
    });
    window_event_listener(ev::click, |event| clicked(&event));
}

/// The entry that a pointer event is about.
fn entry_of(event: &MouseEvent) -> Option<HtmlElement> {
    let entry = dom::closest(event, &format!("#{MENU} {ENTRIES}"))?;
    entry.dyn_into().ok()
}

/// Closes the menu behind an entry that was chosen, or on a click beside the menu.
fn clicked(event: &MouseEvent) {
    let Some(menu) = MenuParts::find().filter(|menu| menu.dialog.open()) else {
        return;
    };
    let Some(entry) = entry_of(event) else {
        // Browsers that do not know `closedby`. The backdrop belongs to the dialog.
        if event.target().as_ref() == Some(menu.dialog.as_ref()) {
            menu.dialog.close();
        }
        return;
    };
    // The link opens in another tab or window.
    if event.ctrl_key() || event.meta_key() || event.shift_key() {
        return;
    }
    menu.dialog.close();
    if let Some(id) = entry.get_attribute("data-opens") {
        dialog::open_passing(&id);
    }
}

/// The parts of the menu. Its state is in the page: attributes of the entries.
struct MenuParts {
    dialog: HtmlDialogElement,
    field: HtmlInputElement,
    list: HtmlElement,
    status: Element,
}

impl MenuParts {
    fn find() -> Option<Self> {
        let dialog: HtmlDialogElement = document().get_element_by_id(MENU)?.dyn_into().ok()?;
        Some(Self {
            field: dom::beneath(&dialog, "[role='combobox']").next()?,
            list: dom::beneath(&dialog, "[role='listbox']").next()?,
            status: dom::beneath(&dialog, "[role='status']").next()?,
            dialog,
        })
    }

    /// The menu, if an event belongs to its text field.
    fn of_event(event: &web_sys::Event) -> Option<Self> {
        let target = event.target()?;
        Self::find().filter(|menu| target == *menu.field.as_ref())
    }

    /// Whether a key means something here.
    fn press(&self, event: &KeyboardEvent) -> bool {
        let modified = event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key();
        if modified || event.is_composing() {
            return false;
        }
        let entries: Vec<_> = self.shown().collect();
        let active = entries.iter().position(is_active);
        let last = entries.len().saturating_sub(1);
        let wanted = match event.key().as_str() {
            "ArrowDown" => active.filter(|at| *at < last).map_or(0, |at| at + 1),
            "ArrowUp" => active.and_then(|at| at.checked_sub(1)).unwrap_or(last),
            "Home" => 0,
            "End" => last,
            "Enter" => {
                if let Some(entry) = active.and_then(|at| entries.get(at)) {
                    entry.click();
                }
                return true;
            }
            _ => return false,
        };
        self.activate(entries.get(wanted));
        true
    }

    /// Shows what matches the text field, and searches keys after a pause.
    fn typed(self) {
        let text = self.field.value().trim().to_owned();
        self.filter(&text);
        let search = next_search();
        let Some(list) = self.list_path().filter(|_| !text.is_empty()) else {
            self.show_keys(&[]);
            self.report(self.shown().next().is_none().then_some(words::NO_RESULTS));
            return;
        };
        // “No results” is only known with the answer of the server.
        if self.shown().next().is_some() {
            self.report(None);
        }
        spawn_local(async move {
            TimeoutFuture::new(PAUSE_MS).await;
            if SEARCH.get() != search {
                return;
            }
            let found = find_keys(&list, &text).await;
            if SEARCH.get() != search || !self.dialog.open() {
                return;
            }
            self.show_keys(found.as_deref().unwrap_or_default());
            self.report(match found {
                None => Some(words::KEYS_FAILED),
                Some(_) if self.shown().next().is_none() => Some(words::NO_RESULTS),
                Some(_) => None,
            });
        });
    }

    /// The address of the list of keys; `None` on pages that belong to no application.
    fn list_path(&self) -> Option<String> {
        self.dialog.get_attribute("data-keys")
    }

    fn entries(&self) -> impl Iterator<Item = HtmlElement> + use<> {
        dom::beneath(&self.list, ENTRIES)
    }

    fn shown(&self) -> impl Iterator<Item = HtmlElement> + use<> {
        self.entries().filter(|entry| !entry.hidden())
    }

    /// Hides the entries that do not match, and makes the first of the others active.
    fn filter(&self, typed: &str) {
        for entry in self.entries() {
            let text = entry.text_content().unwrap_or_default();
            entry.set_hidden(!matches(&text, typed));
        }
        self.settle(true);
    }

    /// Puts keys in place of those that were found before.
    fn show_keys(&self, keys: &[KeyMatch]) {
        let Some(group) = document().get_element_by_id(KEYS) else {
            return;
        };
        for old in dom::beneath::<Element>(&group, ENTRIES) {
            old.remove();
        }
        let icon = self.icon();
        for key in keys {
            // Only a broken document refuses an element.
            _ = key
                .entry(icon.as_ref())
                .and_then(|entry| group.append_child(&entry));
        }
        self.settle(false);
    }

    /// The icon of the page that lists the keys.
    fn icon(&self) -> Option<Node> {
        let list = self.list_path()?;
        let page = self
            .entries()
            .find(|entry| entry.get_attribute("href").as_deref() == Some(&list))?;
        let icon = page.query_selector(".icon").ok()??;
        icon.clone_node_with_deep(true).ok()
    }

    /// Takes note of other entries: names them, hides groups without any, and makes the first one active unless another one is.
    fn settle(&self, first: bool) {
        for (n, entry) in self.entries().enumerate() {
            entry.set_id(&format!("command-{n}"));
        }
        for group in dom::beneath::<HtmlElement>(&self.list, "[role='group']") {
            let shown = dom::beneath::<HtmlElement>(&group, ENTRIES).any(|entry| !entry.hidden());
            group.set_hidden(!shown);
        }
        let active = self.shown().find(is_active).filter(|_| !first);
        let active = active.or_else(|| self.shown().next());
        // Only a broken document refuses an attribute.
        _ = self
            .field
            .set_attribute("aria-expanded", &active.is_some().to_string());
        self.list.set_hidden(active.is_none());
        self.activate(active.as_ref());
    }

    /// Marks the entry that Enter follows.
    fn activate(&self, entry: Option<&HtmlElement>) {
        for old in dom::beneath::<Element>(&self.list, ACTIVE) {
            _ = old.set_attribute("aria-selected", "false");
        }
        let Some(entry) = entry else {
            _ = self.field.remove_attribute("aria-activedescendant");
            return;
        };
        _ = entry.set_attribute("aria-selected", "true");
        _ = self
            .field
            .set_attribute("aria-activedescendant", &entry.id());
        self.scroll_to(entry);
    }

    /// Scrolls the list no further than needed; to its beginning for the first entry, which has a heading above it.
    fn scroll_to(&self, entry: &HtmlElement) {
        let (top, height) = (entry.offset_top(), self.list.client_height());
        let bottom = top + entry.offset_height();
        if self.shown().next().as_ref() == Some(entry) {
            self.list.set_scroll_top(0);
        } else if top < self.list.scroll_top() {
            self.list.set_scroll_top(top);
        } else if bottom > self.list.scroll_top() + height {
            self.list.set_scroll_top(bottom - height);
        }
    }

    /// Says what came of a search. The same words are not said again.
    fn report(&self, text: Option<&str>) {
        let text = text.unwrap_or_default();
        if self.status.text_content().as_deref() != Some(text) {
            self.status.set_text_content(Some(text));
        }
    }
}

fn next_search() -> u32 {
    SEARCH.set(SEARCH.get().wrapping_add(1));
    SEARCH.get()
}

fn is_active(entry: &HtmlElement) -> bool {
    entry.get_attribute("aria-selected").as_deref() == Some("true")
}

/// Whether a text contains each of the words that were typed, in any order and case.
fn matches(text: &str, typed: &str) -> bool {
    let text = text.to_lowercase();
    typed
        .to_lowercase()
        .split_whitespace()
        .all(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn every_typed_word_is_found_in_any_order_and_case() {
        assert!(matches("Create API Key", ""));
        assert!(matches("Create API Key", "key  CREATE"));
        assert!(matches("Create API Key", "eat"));
        assert!(!matches("Create API Key", "create keys"));
    }
}

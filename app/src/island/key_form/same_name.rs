//! A hint that another active key has the name of a new one.

use crate::{
    island::navigation::{self, Answer},
    routes,
    ui::dom,
    words::create,
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use web_sys::{Element, RequestInit, js_sys::JsString};

/// Milliseconds between leaving the field and the search.
const PAUSE_MS: u32 = 250;
/// The links to the active keys of the list.
const ACTIVE: &str = ".keys tbody tr[data-state='active']:not(.retiring) .key-name a";

/// A key in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
struct NamedKey {
    name: String,
    href: String,
}

/// Searches the list of keys for a name, and links to the active key that has it.
#[component]
pub fn SameName(
    /// The path of the list.
    list: String,
    /// The name, once its field is left.
    name: Signal<String>,
) -> impl IntoView {
    let found = RwSignal::new(None::<NamedKey>);
    Effect::new(move |_| {
        let wanted = name.get();
        found.set(None);
        if !wanted.trim().is_empty() {
            spawn_local(search(list.clone(), wanted, name, found));
        }
    });
    let link = move || {
        found.get().map(|NamedKey { name, href }| {
            // The form stays open.
            view! {
                {create::SAME_NAME}
                "“"
                <a href=href target="_blank">
                    <bdi>{name}</bdi>
                    <span class="visually-hidden">{create::NEW_TAB}</span>
                </a>
                "”."
            }
        })
    };
    view! {
        <p class="field-hint" role="status">
            {link}
        </p>
    }
    .into_any()
}

async fn search(
    list: String,
    wanted: String,
    name: Signal<String>,
    found: RwSignal<Option<NamedKey>>,
) {
    let is_current = || name.try_get_untracked().as_ref() == Some(&wanted);
    TimeoutFuture::new(PAUSE_MS).await;
    if is_current() {
        let key = find(&list, &wanted).await;
        if is_current() {
            _ = found.try_set(key);
        }
    }
}

/// The first active key with a name, up to case and composition. A search that fails finds nothing.
async fn find(list: &str, name: &str) -> Option<NamedKey> {
    let name = name.trim();
    let address = format!("{list}?tab=active&search={}", routes::escape(name));
    let Ok(Answer::Page(page, _)) = navigation::fetch(&address, &RequestInit::new()).await else {
        return None;
    };
    let wanted = folded(name);
    dom::beneath::<Element>(&page.document_element()?, ACTIVE).find_map(|link| {
        let name = link.text_content()?.trim().to_owned();
        (folded(&name) == wanted).then_some(NamedKey {
            name,
            href: link.get_attribute("href")?,
        })
    })
}

/// Folds a name as [`domain::name::folded`] does, but with the browser's own Unicode tables: those of Rust are as large as the
/// rest of the program. The server's search has the last word, since only keys that it finds are compared.
fn folded(name: &str) -> String {
    let is_joiner_or_selector =
        |c: char| matches!(c, '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}');
    let visible = name.replace(is_joiner_or_selector, "");
    let words: Vec<_> = visible.split_whitespace().collect();
    let composed = JsString::from(words.join(" ")).normalize("NFKC");
    // In lower case alone, an "ß" is not "ss". A change of case may decompose a character.
    let folded = composed.to_upper_case().to_lower_case();
    folded.normalize("NFKC").into()
}

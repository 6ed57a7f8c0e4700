//! Where the reader is after a link.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use std::time::Duration;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// How often it is looked whether the page has arrived; its code and its data may have to be fetched.
const LOOK: Duration = Duration::from_millis(60);
/// After so many looks a heading that is still the same belongs to the new page too.
const SAME: u32 = 2;
/// Looks in all: ten seconds.
const LOOKS: u32 = 167;

/// Moves the focus to the heading of the page that a link led to, whenever it arrives; a dialog takes it itself.
#[component]
pub fn FocusHeading() -> impl IntoView {
    let path = use_location().pathname;
    Effect::new(move |before: Option<String>| {
        let here = path.get();
        if before.is_some_and(|before| before != here) {
            Arrival {
                path,
                here: here.clone(),
                link: document().active_element(),
                heading: Heading::find(),
                told: false,
            }
            .look(LOOKS);
        }
        here
    });
}

/// A page that somebody is on the way to.
struct Arrival {
    path: Memo<String>,
    here: String,
    /// What had the focus when the way began.
    link: Option<Element>,
    /// The heading of the page before; then the one that got the focus.
    heading: Option<Heading>,
    told: bool,
}

impl Arrival {
    /// Looks until there is nothing more to come, or the reader has gone elsewhere.
    fn look(mut self, left: u32) {
        _ = set_timeout(
            move || {
                let gone = self
                    .path
                    .try_get_untracked()
                    .is_none_or(|path| path != self.here);
                if gone || left == 0 || self.reader_is_elsewhere() {
                    return;
                }
                let found = Heading::find();
                let arrived = found != self.heading || (!self.told && LOOKS - left >= SAME);
                if let Some(heading) = found.filter(|_| arrived) {
                    _ = heading.element.focus();
                    self.heading = Some(heading);
                    self.told = true;
                }
                self.look(left - 1);
            },
            LOOK,
        );
    }

    /// In a dialog, or in something that they chose themselves.
    fn reader_is_elsewhere(&self) -> bool {
        let document = document();
        if matches!(document.query_selector("dialog:modal"), Ok(Some(_))) {
            return true;
        }
        let ours = self.heading.as_ref().map(|heading| &*heading.element);
        document.active_element().is_some_and(|focused| {
            focused.tag_name() != "BODY"
                && Some(&focused) != self.link.as_ref()
                && Some(&focused) != ours
        })
    }
}

/// A page's heading: the same place in the page may say something else later.
#[derive(PartialEq)]
struct Heading {
    element: HtmlElement,
    text: Option<String>,
}

impl Heading {
    fn find() -> Option<Self> {
        let element: HtmlElement = document().query_selector("main h1").ok()??.unchecked_into();
        let text = element.text_content();
        Some(Self { element, text })
    }
}

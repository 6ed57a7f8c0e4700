//! Several keys or events at once: the boxes of the rows, and the bar for what is selected.

use crate::{ui::dom, words::list as words};
use leptos::{ev, prelude::*};
use web_sys::HtmlInputElement;

/// The boxes of the rows.
const BOXES: &str = "input[data-row]";
/// A box above others: those of its group, or all of the page.
const ALL: &str = "input[data-all]";
/// The rows of a group and the box above them.
const GROUP: &str = "[data-boxes]";
/// The button that clears the selection.
const CLEAR: &str = "button[data-clear]";

/// Listens to the boxes of the page.
pub fn listen() {
    window_event_listener(ev::change, |event| {
        if let Some(above) = dom::target::<HtmlInputElement>(&event, ALL) {
            boxes_below(&above).for_each(|one| one.set_checked(above.checked()));
        }
        read();
    });
    window_event_listener(ev::click, |event| {
        if dom::closest(&event, CLEAR).is_some() {
            boxes().for_each(|one| one.set_checked(false));
            read();
        }
    });
}

/// Shows how many boxes are ticked.
pub fn read() {
    let Ok(Some(count)) = document().query_selector(".bulk-count") else {
        return;
    };
    for above in dom::all::<HtmlInputElement>(ALL) {
        let (ticked, all) = count_ticked(boxes_below(&above));
        above.set_checked(ticked == all && ticked > 0);
        above.set_indeterminate(ticked < all && ticked > 0);
    }
    let (ticked, _) = count_ticked(boxes());
    let text = if ticked == 0 {
        String::new()
    } else {
        words::selected(ticked)
    };
    count.set_text_content(Some(&text));
}

/// The number of ticked boxes, and of all.
fn count_ticked(boxes: impl Iterator<Item = HtmlInputElement>) -> (usize, usize) {
    boxes.fold((0, 0), |(ticked, all), one| {
        (ticked + usize::from(one.checked()), all + 1)
    })
}

/// The boxes that the box above them stands for.
fn boxes_below(above: &HtmlInputElement) -> impl Iterator<Item = HtmlInputElement> + use<> {
    let group = above.closest(GROUP).ok().flatten();
    let below = group.as_ref().map(|group| dom::beneath(group, BOXES));
    let all = group.is_none().then(boxes);
    below.into_iter().flatten().chain(all.into_iter().flatten())
}

fn boxes() -> impl Iterator<Item = HtmlInputElement> {
    dom::all(BOXES)
}

//! A bar at the top of the page while a response takes longer than a moment.

use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::document, task::spawn_local};
use std::{cell::Cell, rc::Rc};
use web_sys::Element;

/// Milliseconds before the bar is shown.
const PATIENCE_MS: u32 = 200;

/// A request that is under way, until it is dropped.
pub struct Progress(Rc<Cell<Option<ProgressState>>>);

enum ProgressState {
    Waiting,
    Shown(Element),
}

impl Progress {
    /// A request begins.
    pub fn start() -> Self {
        let state = Rc::new(Cell::new(Some(ProgressState::Waiting)));
        let later = Rc::clone(&state);
        spawn_local(async move {
            TimeoutFuture::new(PATIENCE_MS).await;
            if let Some(ProgressState::Waiting) = later.take() {
                later.set(bar().map(ProgressState::Shown));
            }
        });
        Self(state)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(ProgressState::Shown(bar)) = self.0.take() {
            bar.remove();
        }
    }
}

fn bar() -> Option<Element> {
    let bar = document().create_element("div").ok()?;
    bar.set_class_name("progress");
    document().body()?.append_child(&bar).ok()?;
    Some(bar)
}

//! Names the nodes that a change waits for, where it takes longer than usual.

use super::{navigation::ask, toast};
use crate::{
    act::nodes::{ENDS_ACCESS, FindNodesBehind, NodesBehind},
    ui::dom,
    words::nodes as words,
};
use gloo_timers::future::TimeoutFuture;
use leptos::{ev, prelude::*, server_fn::ServerFn, task::spawn_local};
use web_sys::{Element, HtmlFormElement};

/// Milliseconds after which a form takes long, and between two looks at it.
const POLL_MS: u32 = 1_500;

/// Watches the forms of the page that may end access.
#[island(lazy)]
pub(crate) fn NodeWait(
    /// The application's id.
    app: String,
) -> impl IntoView {
    Effect::new(move |_| {
        let app = app.clone();
        let listener = window_event_listener(ev::submit, move |event| {
            let form = dom::target(&event, "form");
            if let Some(form) = form.filter(ends_access) {
                spawn_local(name_nodes_behind(app.clone(), form));
            }
        });
        on_cleanup(move || listener.remove());
    });
}

fn ends_access(form: &HtmlFormElement) -> bool {
    let action = form.get_attribute("action").unwrap_or_default();
    ENDS_ACCESS.contains(&action.as_str())
}

/// Says which nodes are waited for until the form is answered.
async fn name_nodes_behind(app: String, form: HtmlFormElement) {
    let mut notice: Option<Element> = None;
    loop {
        TimeoutFuture::new(POLL_MS).await;
        if !form.has_attribute("aria-busy") {
            break;
        }
        let behind = ask::<Option<NodesBehind>>(FindNodesBehind::PATH, &[("app", &app)]).await;
        let (Ok(Some(behind)), true) = (behind, form.has_attribute("aria-busy")) else {
            continue;
        };
        let text = words::waiting(&behind.names, (behind.at_most_ms + 999) / 1_000);
        if notice.is_none() {
            notice = notice_beside(&form);
        }
        if let Some(notice) = notice.as_ref()
            && notice.text_content().as_ref() != Some(&text)
        {
            notice.set_text_content(Some(&text));
        }
    }
    if let Some(notice) = notice {
        notice.remove();
    }
}

/// An empty notice in the dialog of the form, or else among the toasts.
fn notice_beside(form: &HtmlFormElement) -> Option<Element> {
    let notice = match form.query_selector(".dialog-body") {
        Ok(Some(body)) => toast::add(&body, "p", "notice"),
        _ => dom::all::<Element>(".toasts")
            .next()
            .and_then(|region| toast::add(&region, "p", "toast")),
    }?;
    notice.set_attribute("role", "status").ok()?;
    Some(notice)
}

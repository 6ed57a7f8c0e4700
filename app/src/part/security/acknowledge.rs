//! Acknowledging security events: one with an optional note, or those that are selected.

use crate::{
    act::security::{AcknowledgeEvent, AcknowledgeEvents},
    form::{FormPage, refusal},
    part::selection::{SelectionBar, row_box},
    ui::{Icon, Notice, Shape},
    words::security as words,
};
use domain::security::{EventId, MAX_NOTE_CHARS, SecurityEvent};
use leptos::{prelude::*, server_fn::ServerFn};

/// The id of the form that the boxes of the events belong to.
const BULK: &str = "acknowledge";

/// The actions for the selected events. The style shows it while a box is ticked.
#[component]
pub fn AcknowledgeBar(
    /// The application's id.
    app: String,
) -> impl IntoView {
    view! {
        <SelectionBar app id=BULK action=AcknowledgeEvents::PATH label=words::SELECTED>
            <button type="submit" class="button" data-variant="secondary" data-size="small">
                <Icon shape=Shape::Check />
                {words::ACKNOWLEDGE_SELECTED}
            </button>
        </SelectionBar>
    }
}

/// The box of an event.
pub fn event_box(event: &SecurityEvent) -> AnyView {
    let label = words::select(event.kind.title());
    row_box("events[]", BULK, event.id.0.to_string(), label, false)
}

/// Acknowledges one event. Most need no note, so its field is folded.
pub fn acknowledge_form(app: &str, event: EventId) -> AnyView {
    let (app, number) = (app.to_owned(), event.0.to_string());
    let id = format!("note-{number}");
    let hint = format!("{id}-hint");
    view! {
        <form method="post" action=AcknowledgeEvent::PATH class="event-acknowledge">
            <FormPage />
            <input type="hidden" name="app" value=app />
            <input type="hidden" name="event" value=number />
            <details>
                <summary class="button" data-variant="ghost" data-size="small">
                    {words::ADD_NOTE}
                </summary>
                <div class="field">
                    <label for=id.clone()>{words::NOTE}</label>
                    <textarea
                        id=id
                        name="note"
                        rows="2"
                        maxlength=MAX_NOTE_CHARS.to_string()
                        aria-describedby=hint.clone()
                    ></textarea>
                    <p class="field-hint" id=hint>
                        {words::NOTE_HINT}
                    </p>
                </div>
            </details>
            <button type="submit" class="button" data-variant="secondary" data-size="small">
                <Icon shape=Shape::Check />
                {words::ACKNOWLEDGE}
            </button>
        </form>
    }
    .into_any()
}

/// Why the last acknowledgement failed.
#[component]
pub fn AcknowledgeNotice() -> impl IntoView {
    let error = [AcknowledgeEvent::PATH, AcknowledgeEvents::PATH]
        .into_iter()
        .find_map(refusal);
    let refused = error.map(|error| {
        let sentence = error.sentences().into_iter().next();
        let sentence = sentence.map_or_else(|| error.to_string(), |field| field.message);
        view! { <Notice tone="danger">{sentence}</Notice> }
    });
    view! { <div role="alert">{refused}</div> }
}

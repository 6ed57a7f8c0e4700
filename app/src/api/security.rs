//! Security events.

use crate::error::AppError;
use domain::{
    key::{name::KeyName, token::KeyId},
    security::EventPage,
    time::Timestamp,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// One page of events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventList {
    /// The events.
    pub page: EventPage,
    /// The key that they are narrowed to, where they are.
    pub key: Option<(KeyId, KeyName)>,
    /// Whether the filter leaves anything out but what has been acknowledged.
    pub filtered: bool,
    /// The server's clock.
    pub now: Timestamp,
}

/// What somebody ought to know about an application's keys, and an owner about the account: of one kind (`kind`), this
/// grave (`severity`), `acknowledged` or `all` instead of open ones (`state`), about one key. What cannot be read narrows
/// nothing.
#[server(name = ListEvents, prefix = "/api", endpoint = "list_events")]
pub async fn list_events(
    app: String,
    kind: String,
    severity: String,
    state: String,
    key: String,
    cursor: String,
) -> Result<EventList, AppError> {
    use domain::security::{EventCursor, EventFilter, EventState};
    let viewer = crate::context::viewer(&app).await?;
    let key = match key.as_str() {
        "" => None,
        id => {
            let id = id.parse().map_err(|_| AppError::NotFound)?;
            Some((id, viewer.key(id).await?.name))
        }
    };
    let about = key.as_ref().map(|(id, _)| *id);
    let filter = EventFilter::parse(&kind, &severity, &state, about);
    let cursor = EventCursor::parse(&cursor);
    let all = EventFilter {
        state: filter.state,
        ..EventFilter::default()
    };
    Ok(EventList {
        page: viewer.security_events(&filter, cursor).await?,
        key,
        filtered: filter != all || filter.state == EventState::Acknowledged,
        now: viewer.now(),
    })
}

/// Notes that somebody has seen to an event, with what they say of it.
#[server(name = AcknowledgeEvent, prefix = "/api", endpoint = "acknowledge_event")]
pub async fn acknowledge_event(
    app: String,
    event: i64,
    #[server(default)] note: String,
) -> Result<(), AppError> {
    let editor = crate::context::editor(&app).await?;
    editor
        .acknowledge(domain::security::EventId(event), &note)
        .await?;
    crate::context::say_done(crate::toast::Done::Acknowledged);
    Ok(())
}

/// Acknowledges several events without a note, at most a page of them.
#[server(name = AcknowledgeEvents, prefix = "/api", endpoint = "acknowledge_events")]
pub async fn acknowledge_events(
    app: String,
    #[server(default)] events: Vec<String>,
) -> Result<(), AppError> {
    let editor = crate::context::editor(&app).await?;
    if events.is_empty() || events.len() > domain::page::PAGE_SIZE {
        return Err(AppError::field("", crate::words::security::SELECT_SOME));
    }
    for event in events {
        let number = event.parse().map_err(|_| AppError::NotFound)?;
        let id = domain::security::EventId(number);
        editor.acknowledge(id, "").await?;
    }
    crate::context::say_done(crate::toast::Done::AllAcknowledged);
    Ok(())
}

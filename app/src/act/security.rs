//! Acknowledging security events.

use crate::error::AppError;
use leptos::prelude::*;

/// Acknowledges a security event, with an optional note.
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

/// Acknowledges several events without a note, at most a page of them: all of them, or none.
#[server(name = AcknowledgeEvents, prefix = "/api", endpoint = "acknowledge_events")]
pub async fn acknowledge_events(
    app: String,
    #[server(default)] events: Vec<String>,
) -> Result<(), AppError> {
    let editor = crate::context::editor(&app).await?;
    if events.is_empty() || events.len() > domain::page::PAGE_SIZE {
        return Err(AppError::field("", crate::words::security::SELECT_SOME));
    }
    let ids: std::collections::BTreeSet<_> = events
        .iter()
        .map(|event| event.parse().map(domain::security::EventId))
        .collect::<Result<_, _>>()
        .map_err(|_| AppError::NotFound)?;
    editor.acknowledge_all(&ids).await?;
    crate::context::say_done(crate::toast::Done::AllAcknowledged);
    Ok(())
}

//! Usage over time.

use crate::error::AppError;
use domain::usage::Series;
use leptos::prelude::*;

/// Calls with one key over a window (`1h`, `24h`, `7d`, `30d`, `90d`).
#[server(name = KeyUsage, prefix = "/api", endpoint = "key_usage")]
pub async fn key_usage(app: String, key: String, window: String) -> Result<Series, AppError> {
    let viewer = crate::context::viewer(&app).await?;
    let id = key.parse().map_err(|_| AppError::NotFound)?;
    let window = domain::usage::Window::parse(&window);
    Ok(viewer.key_usage(id, window).await?)
}

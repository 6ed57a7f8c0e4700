//! Usage over time.

use crate::{error::AppError, ui::drawn::Drawn};
use domain::key::token::KeyId;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Calls with one key over a window (`1h`, `24h`, `7d`, `30d`, `90d`) or from one day to another, by what they have in
/// common; times in the application's zone, or in `utc`.
#[server(name = KeyInsight, prefix = "/api", endpoint = "key_insight")]
pub async fn key_insight(
    app: String,
    key: String,
    #[server(default)] window: String,
    #[server(default)] from: String,
    #[server(default)] until: String,
    #[server(default)] zone: String,
) -> Result<Drawn<()>, AppError> {
    use crate::{part::UsagePanel, routes, ui::drawn::Markup, words::key as words};
    let viewer = crate::context::viewer(&app).await?;
    let id = key.parse().map_err(|_| AppError::NotFound)?;
    let address = routes::UsageAddress {
        window,
        from,
        until,
        zone,
    };
    let asked = crate::context::asked(&address);
    let usage = viewer.open_key(id).await?.usage();
    let chart = usage.chart(asked).await?;
    let breakdown = usage.breakdown(chart.series.range).await?;
    let path = routes::key(&app, id);
    let files = ["usage", "breakdown"].map(|what| routes::key_file(&app, &key, what));
    let panel = view! { <UsagePanel chart breakdown path address files id="key-usage" title=words::CALLS /> };
    Ok(Drawn {
        data: (),
        markup: Markup::of(panel),
    })
}

/// The key that would be revoked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revocable {
    /// Its id.
    pub id: KeyId,
    /// Its name, which has to be typed.
    pub name: String,
}

/// Whose calls would end with a key; only editors ask. Nothing where it has ended already.
#[server(name = KeyImpact, prefix = "/api", endpoint = "key_impact")]
pub async fn key_impact(app: String, key: String) -> Result<Drawn<Option<Revocable>>, AppError> {
    use crate::{part::Impact, ui::drawn::Markup};
    use domain::key::state::State;
    let editor = crate::context::editor(&app).await?;
    let id = key.parse().map_err(|_| AppError::NotFound)?;
    let view = editor.open_key(id).await?;
    let key = view.key().clone();
    if matches!(key.state, State::Revoked { .. }) {
        return Ok(Drawn::default());
    }
    let data = Some(Revocable {
        id,
        name: key.name.to_string(),
    });
    let (calls, now) = (view.impact().await?, editor.now());
    let impact = view! { <Impact key calls now /> };
    Ok(Drawn {
        data,
        markup: Markup::of(impact),
    })
}

//! Usage over time.
#![expect(
    clippy::too_many_arguments,
    reason = "a server function takes one for each part of the address"
)]

use crate::{
    error::AppError,
    ui::markup::{Markup, Rendered},
};
use domain::key::token::KeyId;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Whether services reported responses in the time of a chart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reported(pub bool);

/// A chart of the calls with one key over a window (`1h`, `24h`, `7d`, `30d`, `90d`) or from one day to another, and their
/// breakdown `by` a dimension; times in the application's zone, or in `utc`. `chart=responses` shows what services reported
/// instead of the outcomes of the gate, and `rows=all` all rows of the breakdown.
#[server(name = KeyInsight, prefix = "/api", endpoint = "key_insight")]
pub async fn key_insight(
    app: String,
    key: String,
    #[server(default)] window: String,
    #[server(default)] from: String,
    #[server(default)] until: String,
    #[server(default)] zone: String,
    #[server(default)] chart: String,
    #[server(default)] by: String,
    #[server(default)] rows: String,
) -> Result<Rendered<Reported, [Markup; 2]>, AppError> {
    use crate::{
        part::usage::{BreakdownByDimension, KeyChart},
        routes::{self, UsageAddress},
    };
    let viewer = crate::context::viewer(&app).await?;
    let id = key.parse().map_err(|_| AppError::NotFound)?;
    let address = UsageAddress {
        window,
        from,
        until,
        zone,
        chart,
        by,
        rows,
    };
    let view = viewer.open_key(id).await?;
    let usage = view.usage();
    let chart = usage.chart(crate::context::asked(&address)).await?;
    let breakdown = usage.breakdown(chart.series.range).await?;
    let rules = view.key().ip_rules.clone();
    let path = routes::key(&app, id);
    let [numbers, parts] = ["usage", "breakdown"].map(|what| routes::key_file(&app, &key, what));
    let data = Reported(!chart.answers.is_empty());
    let chart = view! { <KeyChart chart path=path.clone() address=address.clone() file=numbers /> };
    let breakdown = view! { <BreakdownByDimension breakdown rules path address file=parts /> };
    Ok(Rendered {
        data,
        markup: [Markup::of(chart), Markup::of(breakdown)],
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
pub async fn key_impact(app: String, key: String) -> Result<Rendered<Option<Revocable>>, AppError> {
    use crate::part::Impact;
    use domain::key::state::State;
    let editor = crate::context::editor(&app).await?;
    let id = key.parse().map_err(|_| AppError::NotFound)?;
    let view = editor.open_key(id).await?;
    let key = view.key().clone();
    if matches!(key.state, State::Revoked { .. }) {
        return Ok(Rendered::default());
    }
    let data = Some(Revocable {
        id,
        name: key.name.to_string(),
    });
    let (calls, now) = (view.impact().await?, editor.now());
    let impact = view! { <Impact key calls now /> };
    Ok(Rendered {
        data,
        markup: Markup::of(impact),
    })
}

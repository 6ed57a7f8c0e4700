//! The overview of a key.

use crate::{
    context,
    error::AppError,
    page::{Here, loaded, query},
    part::{
        key::{KeyAside, KeyFigures, Retiring, retiring::Ends},
        usage::UsageSection,
    },
    routes::UsageAddress,
    words::rotate,
};
use domain::security::SecurityEvent;
use leptos::prelude::*;
use management::{KeyUsage, KeyView};

/// What is left to do after a regeneration, the figures, a chart with one breakdown, and the cards beside them.
#[component]
pub fn KeyOverview(
    here: Here,
    view: KeyView,
    /// Open critical events that the head of the page does not name.
    events: Vec<SecurityEvent>,
) -> impl IntoView {
    let address = query(UsageAddress::read);
    loaded(async move {
        let rotated = rotated(&here, &view).await?;
        let KeyUsage {
            chart,
            breakdown,
            scopes,
            last_day,
        } = view.shown_usage(context::chart_query(&address)).await?;
        let key = view.key().clone();
        let (app, now, editable) = (here.app(), here.viewer.now(), here.editable());
        Ok(view! {
            {rotated}
            <KeyFigures key=key.clone() day=last_day now />
            <div class="usage-columns">
                <UsageSection
                    app=app.clone()
                    key=Some(key.clone())
                    chart
                    breakdown
                    address
                />
                <div class="usage-aside">
                    <KeyAside app key events used=scopes now editable />
                </div>
            </div>
        })
    })
}

/// What is left to do after the secret was regenerated: it comes first on an old key's page.
async fn rotated(here: &Here, view: &KeyView) -> Result<Option<AnyView>, AppError> {
    let Some(rotation) = view.rotation().await? else {
        return Ok(None);
    };
    let (app, key) = (here.app(), view.key().clone());
    let retiring = key.retiring_until(rotation.now).is_some();
    let title = if retiring {
        rotate::RETIRING
    } else {
        rotate::RETIRED
    };
    let forms = (here.editable() && retiring)
        .then(|| view! { <Ends app=app.clone() key=key.id.to_string() /> }.into_any());
    Ok(Some(
        view! {
            <section class="card" aria-labelledby="retiring">
                <h2 id="retiring">{title}</h2>
                <Retiring app key rotation>{forms}</Retiring>
            </section>
        }
        .into_any(),
    ))
}

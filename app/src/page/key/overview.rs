//! The overview of a key.

use crate::{
    context,
    error::AppError,
    page::{Here, loaded, query},
    part::{
        key::{KeyAside, KeyFigures, Retiring, retiring::Ends},
        usage::{BreakdownByDimension, KeyChart, UsageTools},
    },
    routes::{self, UsageAddress},
    words::{key as key_words, key_page as words, rotate},
};
use domain::security::SecurityEvent;
use leptos::prelude::*;
use management::KeyView;

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
        let usage = view.usage();
        let (used, day) = (view.scope_use().await?, usage.last_day().await?);
        let chart = usage.chart(context::asked(&address)).await?;
        let breakdown = usage.breakdown(chart.series.range).await?;
        let key = view.key().clone();
        let (app, now, editable) = (here.app(), here.viewer.now(), here.editable());
        let id = key.id.to_string();
        let rules = key.ip_rules.clone();
        let path = routes::key(&app, key.id);
        let [numbers, parts] = ["usage", "breakdown"].map(|what| routes::key_file(&app, &id, what));
        let switch = (!chart.answers.is_empty())
            .then(|| view! { <ChartSwitch path=path.clone() address=address.clone() /> });
        let tools = view! { <UsageTools path=path.clone() address=address.clone() /> };
        let chart =
            view! { <KeyChart chart path=path.clone() address=address.clone() file=numbers /> };
        let breakdown = view! { <BreakdownByDimension breakdown rules path address file=parts /> };
        Ok(view! {
            {rotated}
            <KeyFigures key=key.clone() day now />
            <div class="key-columns">
                <div class="key-usage">
                    <section class="card" aria-labelledby="usage">
                        <div class="card-head">
                            <h2 id="usage">{key_words::USAGE}</h2>
                            {switch}
                            {tools}
                        </div>
                        {chart}
                    </section>
                    <section class="card" aria-label=words::BREAKDOWN>
                        {breakdown}
                    </section>
                </div>
                <div class="key-aside">
                    <KeyAside app key events used now editable />
                </div>
            </div>
        })
    })
}

/// The outcomes of the gate, or the responses that services reported.
#[component]
fn ChartSwitch(path: String, address: UsageAddress) -> impl IntoView {
    let link = |responses: bool, words: &'static str| {
        let to = address.clone().with_responses(responses).path(&path);
        let current = (address.shows_responses() == responses).then_some("true");
        view! {
            <a href=to aria-current=current>
                {words}
            </a>
        }
    };
    view! {
        <nav class="segmented" aria-label=words::CHARTS>
            {link(false, words::GATE)} {link(true, words::RESPONSES)}
        </nav>
    }
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
        .then(|| view! { <Ends app=app.clone() key=key.id.to_string() /> });
    Ok(Some(
        view! {
            <section class="card" aria-labelledby="retiring">
                <h2 id="retiring">{title}</h2>
                <Retiring app key rotation />
                {forms}
            </section>
        }
        .into_any(),
    ))
}

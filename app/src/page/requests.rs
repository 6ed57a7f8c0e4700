//! App Settings → Requests.

use super::{Here, key_id, loaded, query};
use crate::{
    error::AppError,
    part::{
        page_head::PageHead,
        requests::{Decisions, FindRequest, Panel, RequestFilter, RequestList, Simulator},
    },
    read::requests::simulate,
    routes::RequestsAddress,
    ui::Notice,
    words::requests as words,
};
use domain::{
    key::{
        KeySummary,
        filter::{KeyFilter, KeyQuery, Order, Sort},
    },
    name::folded,
};
use leptos::prelude::*;
use management::ManagementError;

/// The log, and beside it one request or the simulator.
#[component]
pub fn Requests() -> impl IntoView {
    let here = Here::from_frame();
    let app = here.app();
    let address = RequestsAddress {
        on_key_page: false,
        ..query(RequestsAddress::read)
    };
    let title = here.tab_title(words::TITLE);
    let request = address.request.clone();
    let test = address.testing().page(&app);
    let content = loaded(content(here, address));
    view! {
        {title}
        <PageHead title=words::TITLE lead=words::LEAD>
            <FindRequest app request />
            <a class="button" data-variant="secondary" href=test>
                {words::SIMULATOR}
            </a>
        </PageHead>
        {content}
    }
}

async fn content(here: Here, address: RequestsAddress) -> Result<AnyView, AppError> {
    let key = match address.key.as_str() {
        "" => None,
        key => Some(here.viewer.key(key_id(key)?).await?),
    };
    let keys = choices(&here, key.as_ref()).await?;
    log(&here, address, key, keys).await
}

/// The filter, the calls, and what is open beside them.
///
/// # Errors
/// If they cannot be read.
pub async fn log(
    here: &Here,
    address: RequestsAddress,
    key: Option<KeySummary>,
    keys: Vec<KeySummary>,
) -> Result<AnyView, AppError> {
    let (viewer, app) = (&here.viewer, here.app());
    let filter = address.filter(key.as_ref().map(|key| key.id), viewer.now());
    let page = viewer.requests(filter, address.before.parse().ok()).await?;
    let mut ids: Vec<_> = page.rows.iter().map(|call| call.key).collect();
    ids.sort_unstable();
    ids.dedup();
    let names = viewer.key_names(&ids).await?;
    let panel = panel(here, &address, &keys, key).await?;
    let now = viewer.now();
    Ok(view! {
        <RequestFilter app=app.clone() address=address.clone() keys />
        <div class="request-columns">
            {panel} <RequestList app address page names now />
        </div>
    }
    .into_any())
}

/// The keys of the filter: those that were used last, and the one that is chosen.
async fn choices(here: &Here, chosen: Option<&KeySummary>) -> Result<Vec<KeySummary>, AppError> {
    let query = KeyQuery {
        filter: KeyFilter::default(),
        order: Order::default_for(Sort::Used),
        cursor: None,
    };
    let mut keys = here.viewer.keys(&query).await?.rows;
    if let Some(chosen) = chosen
        && keys.iter().all(|key| key.id != chosen.id)
    {
        keys.push(chosen.clone());
    }
    keys.sort_by_cached_key(|key| folded(key.name.as_str()));
    Ok(keys)
}

/// The panel beside the log.
async fn panel(
    here: &Here,
    address: &RequestsAddress,
    keys: &[KeySummary],
    key: Option<KeySummary>,
) -> Result<Option<AnyView>, AppError> {
    let (viewer, app) = (&here.viewer, here.app());
    let back = address.closed().page(&app);
    if address.test {
        let answer = match key {
            Some(key) if address.tries => {
                let simulated = simulate(viewer, key.id, address).await;
                Some((key, simulated))
            }
            _ => None,
        };
        let (keys, address) = (keys.to_vec(), address.clone());
        return Ok(Some(
            view! {
                <Panel title=words::SIMULATOR back>
                    <Simulator app keys address answer />
                </Panel>
            }
            .into_any(),
        ));
    }
    if address.request.is_empty() {
        return Ok(None);
    }
    let now = viewer.now();
    let details = match viewer.request(address.request.trim()).await {
        Ok(found) => view! { <Decisions app found now /> }.into_any(),
        Err(ManagementError::NotFound) => {
            view! { <Notice>{words::UNKNOWN_REQUEST}</Notice> }.into_any()
        }
        Err(error) => return Err(error.into()),
    };
    Ok(Some(
        view! {
            <Panel title=words::DETAILS back>
                {details}
            </Panel>
        }
        .into_any(),
    ))
}

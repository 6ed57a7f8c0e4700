//! App Settings → Requests.

use super::{Here, key_id, loaded, query};
use crate::{
    error::{AppError, FieldError},
    part::{Decisions, RequestList, Simulator},
    read::requests::simulate,
    routes::{self, RequestsAddress},
    ui::TextField,
    words::requests as words,
};
use domain::decision::DecisionFilter;
use leptos::prelude::*;

/// The newest calls, one request that is explained, or a call that is tried.
#[component]
pub fn Requests() -> impl IntoView {
    let here = Here::from_frame();
    let app = here.app();
    let address = query(RequestsAddress::read);
    let title = here.tab_title(words::TITLE);
    let request = Some(address.request.clone());
    let body = loaded(async move {
        if address.request.is_empty() {
            return list(here, address).await;
        }
        let found = here.viewer.request(address.request.trim()).await?;
        let (app, now) = (here.app(), here.viewer.now());
        Ok(view! { <Decisions app found now /> }.into_any())
    });
    let none = Signal::stored(Vec::<FieldError>::new());
    view! {
        {title}
        <div class="page-head">
            <h1 tabindex="-1">{words::TITLE}</h1>
            <p class="page-lead">{words::LEAD}</p>
        </div>
        <form method="get" action=routes::requests(&app) class="request-open" role="search">
            <TextField
                name="request"
                label=words::ID
                hint=words::ID_HINT
                value=request
                errors=none
            />
            <button type="submit" class="button" data-variant="secondary">
                {words::OPEN}
            </button>
        </form>
        {body}
    }
}

/// One page of calls; with the simulator if they are narrowed to a key.
async fn list(here: Here, address: RequestsAddress) -> Result<AnyView, AppError> {
    let (viewer, app) = (&here.viewer, here.app());
    let key = match address.key.as_str() {
        "" => None,
        key => Some(viewer.key(key_id(key)?).await?),
    };
    let filter = DecisionFilter {
        key: key.as_ref().map(|key| key.id),
        refused: address.refused,
        ..DecisionFilter::default()
    };
    let page = viewer.requests(filter, address.before.parse().ok()).await?;
    let answer = match &key {
        Some(key) if address.tries => Some(simulate(viewer, key.id, &address).await),
        _ => None,
    };
    let narrowed = key.as_ref().map(|key| {
        view! {
            <p>
                {words::WITH}
                <a href=routes::key(&app, key.id)>{key.name.to_string()}</a>
                " · "
                <a href=routes::requests(&app)>{words::ALL}</a>
            </p>
        }
    });
    let simulator = key.map(|key| {
        view! { <Simulator app=app.clone() key address=address.clone() answer /> }
    });
    let now = viewer.now();
    Ok(view! {
        {narrowed}
        {simulator}
        <RequestList app address page now />
    }
    .into_any())
}

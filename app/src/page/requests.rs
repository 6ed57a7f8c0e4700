//! App Settings → Requests.

use super::{Here, param, tab_title};
use crate::{
    api::requests::{
        Explanation, RequestList as Calls, Simulated, explain_request, list_requests,
        simulate_request,
    },
    error::{AppError, FieldError},
    part::{Decisions, RequestList, Simulator},
    routes::{self, RequestsAddress},
    ui::{ErrorState, TabTitle, TextField},
    words::requests as words,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

/// The newest calls, one request that is explained, or a call that is tried.
#[component]
pub fn Requests() -> impl IntoView {
    let app = param("app");
    let here = Here::from_frame();
    let query = use_query_map();
    let address = Memo::new(move |_| query.with(RequestsAddress::read));
    let title = move || {
        Suspend::new(async move {
            here.await.ok().map(|here| {
                view! { <TabTitle text=tab_title(words::TITLE, &here.application.name) /> }
            })
        })
    };
    let shown = Resource::new(
        move || (app.get(), address.get()),
        |(app, address)| look(app, address),
    );
    let body = move || {
        Suspend::new(async move {
            let app = app.get_untracked();
            let address = address.get_untracked();
            match shown.await {
                Err(error) => view! { <ErrorState error /> }.into_any(),
                Ok(Shown::One(explanation)) => {
                    view! { <Decisions app found=explanation.found now=explanation.now /> }
                        .into_any()
                }
                Ok(Shown::Many(calls, answer)) => many(app, address, *calls, answer),
            }
        })
    };
    let request = Some(address.get_untracked().request);
    let none = Signal::stored(Vec::<FieldError>::new());
    view! {
        <div class="page-head">
            <h1 tabindex="-1">{words::TITLE}</h1>
            <p class="page-lead">{words::LEAD}</p>
        </div>
        <Transition>{title}</Transition>
        <form
            method="get"
            action=routes::requests(&app.get_untracked())
            class="request-open"
            role="search"
        >
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
        <Suspense>{body}</Suspense>
    }
}

/// What the page is about.
#[derive(Clone, Serialize, Deserialize)]
enum Shown {
    One(Explanation),
    Many(Box<Calls>, Option<Result<Simulated, AppError>>),
}

async fn look(app: String, address: RequestsAddress) -> Result<Shown, AppError> {
    if !address.request.is_empty() {
        return explain_request(app, address.request).await.map(Shown::One);
    }
    let RequestsAddress { key, before, .. } = address.clone();
    let outcome = address.outcome().to_owned();
    let calls = list_requests(app.clone(), key, outcome, before).await?;
    let answer = if address.tries && calls.key.is_some() {
        let RequestsAddress {
            key,
            address,
            scope,
            at,
            ..
        } = address;
        Some(simulate_request(app, key, address, scope, at).await)
    } else {
        None
    };
    Ok(Shown::Many(Box::new(calls), answer))
}

fn many(
    app: String,
    address: RequestsAddress,
    calls: Calls,
    answer: Option<Result<Simulated, AppError>>,
) -> AnyView {
    let Calls { page, key, now } = calls;
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
    view! {
        {narrowed}
        {simulator}
        <RequestList app address page now />
    }
    .into_any()
}

//! The results of a support search. They are read-only.

use crate::{
    act::support::SupportLook,
    chart::stack::Stack,
    form::FormPage,
    part::{
        key::{History, KeyFacts},
        requests::Decisions,
        security::EventList,
        usage::UsageChart,
    },
    ui::{Icon, Name, Notice, RowSubmit, Shape, Verbatim},
    words::{security, support},
};
use domain::{
    support::{SupportKeyView, SupportSearchResult},
    time::Timestamp,
    usage::local::ZoneOffsets,
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The key that was named, or the things that may have been meant.
#[component]
pub fn SupportFound(
    /// The results.
    found: SupportSearchResult,
) -> impl IntoView {
    if found.is_empty() {
        return view! {
            <div class="empty-state">
                <Icon shape=Shape::Search />
                <h2>{support::NOTHING}</h2>
                <p>{support::NOTHING_LEAD}</p>
            </div>
        }
        .into_any();
    }
    let SupportSearchResult {
        reason, now, more, ..
    } = found;
    let key = found.key.map(|key| key_view(key, now));
    let hits = [
        (
            "accounts",
            support::ACCOUNTS,
            found
                .accounts
                .into_iter()
                .map(|account| Hit {
                    name: account.name,
                    about: support::applications(account.applications).into_any(),
                    id: account.id.to_string(),
                })
                .collect::<Vec<_>>(),
        ),
        (
            "applications",
            support::APPLICATIONS,
            found
                .applications
                .into_iter()
                .map(|application| Hit {
                    name: application.name,
                    about: view! { {support::OF} <Name name=application.account_name /> }
                        .into_any(),
                    id: application.id.to_string(),
                })
                .collect(),
        ),
        (
            "keys",
            support::KEYS,
            found
                .keys
                .into_iter()
                .map(|key| Hit {
                    name: key.name,
                    about: view! {
                        <Verbatim text=key.id.mask() />
                        ", "
                        <Name name=key.application />
                        " · "
                        <Name name=key.account />
                    }
                    .into_any(),
                    id: key.id.to_string(),
                })
                .collect(),
        ),
    ]
    .into_iter()
    .filter(|(_, _, hits)| !hits.is_empty())
    .map(|(id, title, hits)| list(id, title, hits, reason.clone()).into_any())
    .collect_view();
    let requests = view! { <Decisions found=found.requests now /> };
    let more = more.then(|| view! { <Notice>{support::MORE}</Notice> });
    view! {
        <Notice>{support::SEEN}</Notice>
        {key}
        {requests}
        {hits}
        {more}
    }
    .into_any()
}

struct Hit {
    name: String,
    about: AnyView,
    id: String,
}

fn list(
    id: &'static str,
    title: &'static str,
    hits: Vec<Hit>,
    reason: String,
) -> impl IntoView + use<> {
    let rows = hits
        .into_iter()
        .map(|hit| {
            let label = support::look_at(&hit.name);
            let reason = reason.clone();
            view! {
                <li>
                    <div class="rows-words">
                        <strong>
                            <Name name=hit.name />
                        </strong>
                        <small>{hit.about}</small>
                    </div>
                    <form method="post" action=SupportLook::PATH class="rows-actions">
                        <FormPage />
                        <input type="hidden" name="what" value=hit.id />
                        <input type="hidden" name="reason" value=reason />
                        <RowSubmit label=support::OPEN name=label variant="secondary" />
                    </form>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby=id>
            <h2 id=id>{title}</h2>
            <ul class="rows" aria-labelledby=id>
                {rows}
            </ul>
        </section>
    }
}

fn key_view(view: SupportKeyView, now: Timestamp) -> impl IntoView {
    let SupportKeyView {
        key,
        application,
        history,
        usage,
        events,
    } = view;
    let events = (!events.is_empty()).then(|| {
        view! {
            <section class="card" aria-labelledby="events">
                <h2 id="events">{security::TITLE}</h2>
                <EventList events now />
            </section>
        }
    });
    view! {
        <section class="card" aria-labelledby="facts">
            <h2 id="facts">
                <Name name=key.name.to_string() />
            </h2>
            <p>
                <Name name=application.account_name /> " · " <Name name=application.name /> " · "
                <Verbatim text=application.id.to_string() />
            </p>
            <KeyFacts key now />
        </section>
        <section class="card" aria-labelledby="usage">
            <h2 id="usage">{support::USAGE}</h2>
            <UsageChart stack=Stack::of_calls(&usage) local=ZoneOffsets::utc() marks=Vec::new() id="support-usage" title=support::CALLS />
        </section>
        {events}
        <section class="card" aria-labelledby="history">
            <h2 id="history">{support::HISTORY}</h2>
            <History records=history now />
        </section>
    }
}

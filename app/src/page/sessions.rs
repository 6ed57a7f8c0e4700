//! The sessions of the signed-in person.

use super::{loaded, profile_frame::Me};
use crate::{
    act::profile::{EndOtherSessions, EndSession},
    context,
    form::{FormPage, refusal},
    part::page_head::PageHead,
    ui::{Notice, RowSubmit, Submit, TabTitle, Time, Verbatim},
    words::profile as words,
};
use domain::time::Timestamp;
use leptos::{prelude::*, server_fn::ServerFn};
use management::SessionSummary;

/// The sessions of the signed-in person.
#[component]
pub fn Sessions() -> impl IntoView {
    let session = Me::from_frame().session;
    let refused = refusal(EndSession::PATH)
        .map(|_| view! { <Notice tone="danger">{words::SESSION_GONE}</Notice> });
    let list = loaded(async move {
        let (sessions, now) = (session.sessions().await?, session.now());
        let others = (sessions.len() > 1).then(|| {
            view! {
                <form method="post" action=EndOtherSessions::PATH class="form-actions">
                    <FormPage />
                    <Submit label=words::END_OTHERS variant="secondary" />
                </form>
            }
        });
        let rows = sessions
            .into_iter()
            .map(|session| row(session, now))
            .collect_view();
        Ok(view! {
            <ul class="rows" aria-labelledby="sessions">
                {rows}
            </ul>
            {others}
        })
    });
    view! {
        <TabTitle text=words::SESSIONS_TAB />
        <PageHead title=words::SESSIONS id="sessions" lead=words::SESSIONS_LEAD />
        <div role="alert">{refused}</div>
        <section class="card" aria-labelledby="sessions">
            {list}
        </section>
    }
}

fn row(session: SessionSummary, now: Timestamp) -> impl IntoView {
    let since = context::readable(session.signed_in_at);
    let label = words::end(&session.device, &session.address, &since);
    let this = session.current.then(|| {
        view! {
            " "
            <span class="badge">{words::THIS_BROWSER}</span>
        }
    });
    let address =
        (!session.address.is_empty()).then(|| view! { <Verbatim text=session.address /> ", " });
    view! {
        <li>
            <div class="rows-words">
                <strong>{session.device}{this}</strong>
                <small>
                    {address} {words::SEEN} <Time at=session.seen_at now /> ", " {words::SIGNED_IN}
                    <Time at=session.signed_in_at now />
                </small>
            </div>
            <form method="post" action=EndSession::PATH class="rows-actions">
                <FormPage />
                <input type="hidden" name="session" value=session.id.to_string() />
                <RowSubmit label=words::END name=label />
            </form>
        </li>
    }
}

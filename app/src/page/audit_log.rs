//! App Settings → Audit log.

use super::{Here, param, tab_title};
use crate::{
    api::{
        audit::{AuditList as Log, read_audit_log},
        session::ConfirmPassword,
    },
    form::{FormPage, posted_errors},
    part::{AuditFilterBar, AuditList, PasswordAgain},
    routes::{self, AuditAddress},
    ui::{ErrorState, ErrorSummary, Icon, Shape, Submit, TabTitle},
    words::{audit as words, fresh},
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_query_map;

/// The log of the application's account, for owners.
#[component]
pub fn AuditLog() -> impl IntoView {
    let app = param("app");
    let here = Here::from_frame();
    let query = use_query_map();
    let address = Memo::new(move |_| query.with(AuditAddress::read));
    let log = Resource::new(
        move || (app.get(), address.get()),
        |(app, address)| {
            let AuditAddress {
                key,
                person,
                action,
                from,
                until,
                cursor,
            } = address;
            read_audit_log(app, key, person, action, from, until, cursor)
        },
    );
    let title = move || {
        Suspend::new(async move {
            here.await.ok().map(|here| {
                view! { <TabTitle text=tab_title(words::TITLE, &here.application.name) /> }
            })
        })
    };
    let rows = move || {
        Suspend::new(async move {
            let (app, address) = (app.get_untracked(), address.get_untracked());
            match log.await {
                Err(error) => view! { <ErrorState error /> }.into_any(),
                Ok(log) if log.rows.is_empty() => nothing(&app),
                Ok(log) => filled(app, log, &address),
            }
        })
    };
    view! {
        <div class="page-head">
            <h1 tabindex="-1">{words::TITLE}</h1>
            <p class="page-lead">{words::LEAD}</p>
        </div>
        <Transition>{title}</Transition>
        <AuditFilterBar
            action=routes::audit_log(&app.get_untracked())
            address=address.get_untracked()
        />
        <Suspense>{rows}</Suspense>
    }
}

/// The question for the password, in the place of the files.
#[component]
fn Confirm() -> impl IntoView {
    let errors = posted_errors(ConfirmPassword::PATH);
    let refused = !errors.is_empty();
    let errors = Signal::stored(errors);
    view! {
        <details class="audit-export" open=refused>
            <summary class="icon-link">
                <Icon shape=Shape::Download />
                {words::EXPORT}
            </summary>
            <form
                method="post"
                action=ConfirmPassword::PATH
                class="form"
                novalidate=""
                autocomplete="off"
            >
                <FormPage />
                <ErrorSummary errors />
                <PasswordAgain fresh=false errors why=fresh::EXPORT />
                <Submit label=words::CONFIRM variant="secondary" />
            </form>
        </details>
    }
}

fn filled(app: String, log: Log, address: &AuditAddress) -> AnyView {
    let path = routes::audit_log(&app);
    let page = |cursor: Option<String>| cursor.map(|cursor| address.clone().at(cursor).path(&path));
    let (newer, older) = (page(log.previous), page(log.next));
    let pager = (newer.is_some() || older.is_some()).then(|| {
        view! {
            <nav class="pager" aria-label=words::PAGES>
                {newer.map(|path| view! { <a href=path rel="prev">{words::NEWER}</a> })}
                {older.map(|path| view! { <a href=path rel="next">{words::OLDER}</a> })}
            </nav>
        }
    });
    let file = |ending, words| {
        let all = address.clone().at(String::new());
        view! {
            <a class="icon-link" href=all.path(&routes::audit_file(&app, ending)) rel="external" download="">
                <Icon shape=Shape::Download />
                {words}
            </a>
        }
    };
    let files = if log.fresh {
        let (csv, jsonl) = (file("csv", words::CSV), file("jsonl", words::JSON_LINES));
        view! { {csv} {jsonl} }.into_any()
    } else {
        view! { <Confirm /> }.into_any()
    };
    let clear = log
        .filtered
        .then(|| view! { <a href=path.clone()>{words::CLEAR}</a> });
    view! {
        <div class="audit-tools">{clear} {files}</div>
        <AuditList app=app.clone() records=log.rows now=log.now />
        {pager}
    }
    .into_any()
}

/// Nobody has an empty log: something is filtered out, or the cursor leads behind its end.
fn nothing(app: &str) -> AnyView {
    view! {
        <div class="empty-state">
            <Icon shape=Shape::Search />
            <h2>{words::NO_MATCH}</h2>
            <p>{words::NO_MATCH_HINT}</p>
            <a class="button" data-variant="secondary" href=routes::audit_log(app)>
                {words::CLEAR}
            </a>
        </div>
    }
    .into_any()
}

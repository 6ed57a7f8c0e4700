//! App Settings → Audit log.

use super::{Here, loaded, query};
use crate::{
    act::session::ConfirmPassword,
    form::{PostForm, posted_errors},
    part::{
        audit::{AuditFilterBar, AuditList},
        page_head::PageHead,
    },
    routes::{self, AuditAddress, QueryAddress},
    ui::{Icon, PasswordAgain, Shape, Submit},
    words::{audit as words, fresh},
};
use domain::{
    audit::{AuditCursor, AuditFilter, AuditPage},
    key::{name::KeyName, token::KeyId},
};
use leptos::{prelude::*, server_fn::ServerFn};
use management::{AccountOwner, AuditQuery};
use std::collections::HashMap;

/// The log of the application's account, for owners of the account.
#[component]
pub fn AuditLog() -> impl IntoView {
    let here = Here::from_frame();
    let app = here.app();
    let address = query(AuditAddress::read);
    let title = here.tab_title(words::TITLE);
    let log = loaded(async move {
        let owner = here.viewer.account_owner()?;
        let keys = owner.newest_key_names().await?;
        let members = owner.members().await?;
        let filter_bar = view! {
            <AuditFilterBar action=routes::audit_log(&app) address=address.clone() keys members />
        };
        let AuditAddress {
            key,
            person,
            action,
            from,
            until,
            cursor,
        } = &address;
        let query = AuditQuery {
            target: key,
            actor: person,
            action,
            days: [from, until],
        };
        let filter = owner.audit_filter(query).await?;
        let page = owner.audit(&filter, AuditCursor::parse(cursor)).await?;
        let entries = if page.rows.is_empty() {
            nothing(&app)
        } else {
            let names = owner.audit_key_names(&page.rows).await?;
            filled(&owner, page, names, &filter, &address)
        };
        Ok(view! {
            {filter_bar}
            {entries}
        })
    });
    view! {
        {title}
        <PageHead title=words::TITLE lead=words::LEAD />
        {log}
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
            <PostForm action=ConfirmPassword::PATH errors>
                <PasswordAgain fresh=false errors why=fresh::EXPORT />
                <Submit label=words::CONFIRM variant="secondary" />
            </PostForm>
        </details>
    }
}

fn filled(
    owner: &AccountOwner,
    page: AuditPage,
    names: HashMap<KeyId, KeyName>,
    filter: &AuditFilter,
    address: &AuditAddress,
) -> AnyView {
    let app = owner.application().id.to_string();
    let path = routes::audit_log(&app);
    let link = |cursor: Option<AuditCursor>| {
        cursor.map(|cursor| address.clone().at(&cursor.to_param()).path(&path))
    };
    let (newer, older) = (link(page.previous), link(page.next));
    let pager = (newer.is_some() || older.is_some()).then(|| {
        view! {
            <nav class="pager" aria-label=words::PAGES>
                {newer.map(|path| view! { <a href=path rel="prev">{words::NEWER}</a> })}
                {older.map(|path| view! { <a href=path rel="next">{words::OLDER}</a> })}
            </nav>
        }
    });
    let file = |ending, words| {
        let all = address.clone().first_page();
        view! {
            <a class="icon-link" href=all.path(&routes::audit_file(&app, ending)) rel="external" download="">
                <Icon shape=Shape::Download />
                {words}
            </a>
        }
    };
    let files = if owner.is_fresh() {
        let (csv, jsonl) = (file("csv", words::CSV), file("jsonl", words::JSON_LINES));
        view! { {csv} {jsonl} }.into_any()
    } else {
        view! { <Confirm /> }.into_any()
    };
    let filtered = *filter != AuditFilter::default();
    let clear = filtered.then(|| view! { <a href=path.clone()>{words::CLEAR}</a> });
    view! {
        <div class="audit-tools">{clear} {files}</div>
        <AuditList app=app.clone() records=page.rows names now=owner.now() />
        {pager}
    }
    .into_any()
}

/// A log is never empty: something is filtered out, or the cursor leads behind its end.
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

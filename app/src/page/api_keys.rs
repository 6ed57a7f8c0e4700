//! App Settings → API Keys.

use super::{Here, loaded, query, revoke_selected::named_keys};
use crate::{
    error::AppError,
    form::is_plain_answer,
    part::{
        key::actions::{ChangeForms, ChangeNotice},
        key_list::{
            BulkBar, BulkNotice, FilterBar, KeyGroups, KeyListFoot, KeyTable, NoKeys, SortMenu,
        },
        page_head::PageHead,
    },
    read::key_list::{DayCalls, ListedKey, take_rows},
    routes::{self, ListAddress, QueryAddress},
    ui::{Icon, KeyHint, Shape},
    words::list as words,
};
use domain::key::{
    filter::{FilterChoices, KeyCursor, KeyQuery},
    token::KeyId,
};
use leptos::prelude::*;
use leptos_router::components::Outlet;
use management::Listing;

/// Number of keys from which on the list can be filtered by more than a search.
const MIN_FILTERED: i64 = 8;

/// The list of keys. The dialog for a new one opens above it.
#[component]
pub fn ApiKeys() -> impl IntoView {
    let here = Here::from_frame();
    let app = here.app();
    let address = query(ListAddress::read);
    let title = here.tab_title(words::TITLE);
    let actions = actions(&here, &address);
    let view_only = (!here.role().can_edit_keys())
        .then(|| view! { <p class="page-lead">{words::READ_ONLY}</p> });
    // An answered form is about the keys that the address still names.
    let selected = if is_plain_answer() {
        Vec::new()
    } else {
        query(named_keys)
    };
    let list = loaded(async move {
        let order = address.order();
        let query = KeyQuery {
            filter: address.filter(),
            order,
            cursor: KeyCursor::parse(&address.cursor, order),
        };
        let mut listing = here.viewer.list_keys(&query).await?;
        let mut keys = take_rows(&mut listing);
        if here.open_events.critical > 0 {
            add_critical_events(&here, &mut keys).await?;
        }
        let choices = if listing.groups.all >= MIN_FILTERED || query.filter.has_conditions() {
            Some(here.viewer.key_filter_choices().await?)
        } else {
            None
        };
        Ok(list(
            &here, address, query, listing, keys, choices, selected,
        ))
    });
    view! {
        {title}
        <PageHead title=words::TITLE>{actions}</PageHead>
        <Outlet />
        {view_only}
        <ChangeForms app=app.clone() />
        <ChangeNotice app />
        <BulkNotice />
        {list}
    }
}

async fn add_critical_events(here: &Here, keys: &mut [ListedKey]) -> Result<(), AppError> {
    let ids: Vec<KeyId> = keys.iter().map(|listed| listed.key.id).collect();
    let critical = here.viewer.critical_events_of_keys(&ids).await?;
    for listed in keys {
        listed.critical = critical.get(&listed.key.id).copied();
    }
    Ok(())
}

/// The export, and a new key for those who may create one.
fn actions(here: &Here, address: &ListAddress) -> AnyView {
    let app = here.app();
    let file = address.clone().first_page().path(&routes::export(&app));
    let create = here.editable().then(|| {
        view! {
            <a class="button" data-variant="primary" data-shortcut="c" href=routes::new(&app)>
                <Icon shape=Shape::Plus />
                {words::CREATE}
                <KeyHint key="C" />
            </a>
        }
    });
    view! {
        <a class="button" data-variant="secondary" href=file download="">
            <Icon shape=Shape::Download />
            {words::EXPORT}
        </a>
        {create}
    }
    .into_any()
}

fn list(
    here: &Here,
    address: ListAddress,
    query: KeyQuery,
    listing: Listing,
    keys: Vec<ListedKey>,
    choices: Option<FilterChoices>,
    selected: Vec<String>,
) -> AnyView {
    let (app, now, editable) = (here.app(), here.viewer.now(), here.editable());
    let (current, counts) = (query.filter.group, listing.groups);
    let cursors = [listing.page.previous, listing.page.next];
    let total = listing.total;
    let shown = i64::try_from(keys.len()).unwrap_or(i64::MAX);
    // Pages are found by a key, not by a number: only those at both ends know their place.
    let range = match cursors {
        [None, _] => Some((1, shown)),
        [_, None] if !total.more => Some((total.count - shown + 1, total.count)),
        _ => None,
    };
    let day = DayCalls::of(&listing.day);
    let bar = editable.then(|| view! { <BulkBar app=app.clone() address=address.clone() /> });
    let groups = view! { <KeyGroups app=app.clone() address=address.clone() current counts /> };
    let filters = view! { <FilterBar action=routes::list(&app) address=address.clone() choices /> };
    let sort = view! { <SortMenu app=app.clone() address=address.clone() /> };
    let foot = view! { <KeyListFoot app=app.clone() address=address.clone() cursors day /> };
    let rows = if keys.is_empty() {
        view! { <NoKeys app filter=query.filter counts editable /> }.into_any()
    } else {
        view! {
            <div class="table-wrap">
                <KeyTable app keys now editable address selected />
            </div>
        }
        .into_any()
    };
    view! {
        <div class="key-list">
            {groups}
            <div class="list-controls">
                <div class="list-filters">{filters} {sort}</div>
                {bar}
            </div>
            {rows}
            <div class="list-foot">
                <p class="result-count" role="status">
                    {words::keys(range, total.count, total.more)}
                </p>
                {foot}
            </div>
        </div>
    }
    .into_any()
}

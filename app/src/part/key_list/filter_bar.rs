//! The filters of the list of keys.

use crate::{
    part::filter::{Choice, FilterForm, filter_chip},
    routes::{ListAddress, QueryAddress},
    ui::{Icon, KeyHint, Shape},
    words::list as words,
};
use domain::key::{
    Environment,
    condition::KeyCondition,
    filter::{FilterChoices, Order, StatusFilter},
};
use leptos::prelude::*;

/// A `GET` form: what it narrows to is in the address. The program applies it while one types ([`crate::island::follow`]).
#[component]
pub fn FilterBar(
    /// The list's path.
    action: String,
    /// The filter of the list.
    address: ListAddress,
    /// The scopes and people to choose from; `None` if there are too few keys for more than the search.
    choices: Option<FilterChoices>,
) -> impl IntoView {
    // A form's fields replace the whole query: the tab and the order come along.
    let mut kept = vec![("tab", address.tab.clone())];
    if address.order() != Order::default() {
        kept.push(("sort", address.sort.clone()));
        kept.push(("dir", address.dir.clone()));
    }
    let kept = kept
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
        .collect_view();
    let chips = chips(&action, &address, choices.as_ref());
    let menu = choices.map(|choices| view! { <Filters address=address.clone() choices /> });
    view! {
        <FilterForm action>
            <div class="field">
                <label for="search">{words::SEARCH}</label>
                <Icon shape=Shape::Search />
                <input
                    id="search"
                    name="search"
                    type="search"
                    placeholder=words::SEARCH_HINT
                    autocomplete="off"
                    spellcheck="false"
                    maxlength="80"
                    value=address.search
                    data-follow=""
                />
                <KeyHint key="/" />
            </div>
            {menu}
            {chips}
            {kept}
        </FilterForm>
    }
}

/// The filters other than the search.
#[component]
fn Filters(address: ListAddress, choices: FilterChoices) -> impl IntoView {
    let statuses = StatusFilter::ALL
        .into_iter()
        .map(|(_, choice, words)| (choice, words))
        .collect();
    let notable = KeyCondition::ALL
        .into_iter()
        .map(|(_, choice, words)| (choice, words))
        .collect();
    let scopes = choices.scopes.to_string();
    let scopes = scopes
        .split_whitespace()
        .map(|scope| (scope.to_owned(), scope.to_owned()))
        .collect();
    let creators = choices
        .creators
        .into_iter()
        .map(|person| (person.id.to_string(), person.email.to_string()))
        .collect();
    view! {
        <details class="menu filter-menu">
            <summary class="button" data-variant="secondary" role="button">
                <Icon shape=Shape::Settings />
                {words::FILTERS}
            </summary>
            <div class="menu-panel">
                <Choice
                    name="status"
                    label=words::STATUS
                    all=words::ANY_STATUS
                    choices=statuses
                    chosen=address.status
                />
                <Choice
                    name="environment"
                    label=words::ENVIRONMENT
                    all=words::ANY_ENVIRONMENT
                    choices=vec![("live", words::LIVE), ("test", words::TEST)]
                    chosen=address.environment
                />
                <Choice
                    name="scope"
                    label=words::SCOPE
                    all=words::ANY_SCOPE
                    choices=scopes
                    chosen=address.scope
                    names=true
                />
                <Choice
                    name="creator"
                    label=words::CREATOR
                    all=words::ANY_CREATOR
                    choices=creators
                    chosen=address.created_by
                    names=true
                />
                <Choice
                    name="notable"
                    label=words::NOTABLE
                    all=words::ANY_NOTABLE
                    choices=notable
                    chosen=address.notable
                />
            </div>
        </details>
    }
}

/// A link for each filter that is set, which removes it.
fn chips(path: &str, address: &ListAddress, choices: Option<&FilterChoices>) -> AnyView {
    let filter = address.filter();
    let status = filter.status.map(|status| status.label().to_owned());
    let environment = filter.environment.map(|known| match known {
        Environment::Live => words::LIVE.to_owned(),
        Environment::Test => words::TEST.to_owned(),
    });
    let condition = filter.condition;
    let notable = condition.map(|condition| condition.label().to_owned());
    let creator = filter.created_by.and_then(|id| {
        let mut people = choices?.creators.iter();
        people
            .find(|person| person.id == id)
            .map(|person| person.email.to_string())
    });
    let without = |clear: fn(&mut ListAddress)| {
        let mut address = address.clone().first_page();
        clear(&mut address);
        address.path(path)
    };
    [
        (status, false, without(|address| address.status.clear())),
        (
            environment,
            false,
            without(|address| address.environment.clear()),
        ),
        (
            filter.scope.map(|scope| scope.to_string()),
            true,
            without(|address| address.scope.clear()),
        ),
        (creator, true, without(|address| address.created_by.clear())),
        (notable, false, without(|address| address.notable.clear())),
    ]
    .into_iter()
    .filter_map(|(words, is_name, href)| Some(filter_chip(words?, is_name, href)))
    .collect_view()
    .into_any()
}

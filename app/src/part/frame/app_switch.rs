//! The application switcher.

use crate::{
    routes,
    ui::{Icon, Name, Shape},
    words::{application as words, frame},
};
use domain::{account::Application, id::ApplicationId, name::folded, text::single_line};
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};

/// The query parameter of the search.
pub const APPLICATIONS: &str = "applications";
/// The number of applications from which on they can be searched.
const SEARCHED_FROM: usize = 7;
/// The maximum number of characters of a search, which is that of a name.
const MAX_CHARS: usize = 80;

/// The application's name, and a menu of the others where there are any or the reader may create one.
#[component]
pub fn AppSwitch(
    /// The application of this page.
    current: Application,
    /// All that the person may see, archived ones last.
    all: Vec<Application>,
    /// Whether the reader may create an application in the account of this one.
    can_create: bool,
    /// The search for applications; empty for all.
    search: String,
) -> impl IntoView {
    let label = frame::switch(&current.name);
    let id = current.id;
    let initial: String = current
        .name
        .chars()
        .take(1)
        .flat_map(char::to_uppercase)
        .collect();
    let name = view! {
        <div class="app-name">
            <span class="app-mark" aria-hidden="true">
                {initial}
            </span>
            <span>
                <Name name=current.name />
            </span>
            <small>
                <Name name=current.account_name />
            </small>
        </div>
    };
    if all.len() < 2 && !can_create {
        return name.into_any();
    }
    let searched = all.len() >= SEARCHED_FROM;
    let search = if searched {
        single_line(&search, MAX_CHARS)
    } else {
        String::new()
    };
    let (archived, usable): (Vec<_>, Vec<_>) = all
        .into_iter()
        .filter(|application| matches(application, &search))
        .partition(|application| application.archived_at.is_some());
    let nothing = (archived.is_empty() && usable.is_empty())
        .then(|| view! { <p class="app-switch-none">{words::NO_MATCH}</p> });
    let archived = (!archived.is_empty()).then(|| {
        // The current one, and those that were searched for, are shown.
        let open = !search.is_empty() || archived.iter().any(|application| application.id == id);
        view! {
            <details class="app-switch-archived" open=open>
                <summary>
                    {words::ARCHIVED_GROUP} <Icon shape=Shape::ChevronDown />
                </summary>
                {links(archived, id)}
            </details>
        }
    });
    let create = can_create.then(|| {
        view! {
            <a class="app-switch-new" href=routes::new_application(&id.to_string())>
                <Icon shape=Shape::Plus />
                {words::NEW}
            </a>
        }
    });
    let open = !search.is_empty();
    view! {
        <details class="menu app-switch" open=open>
            <summary role="button" aria-label=label>
                {name}
                <Icon shape=Shape::ChevronDown />
            </summary>
            <div class="menu-panel">
                {searched.then(|| view! { <Search search /> })} {links(usable, id)} {nothing}
                {archived} {create}
            </div>
        </details>
    }
    .into_any()
}

/// Whether the name of an application or of its account contains the text.
fn matches(application: &Application, search: &str) -> bool {
    let search = folded(search);
    [&application.name, &application.account_name]
        .into_iter()
        .any(|name| folded(name).contains(&search))
}

fn links(applications: Vec<Application>, current: ApplicationId) -> AnyView {
    applications
        .into_iter()
        .map(|application| {
            view! {
                <a
                    href=routes::list(&application.id.to_string())
                    aria-current=(application.id == current).then_some("true")
                >
                    <span>
                        <Name name=application.name />
                    </span>
                    <small>
                        <Name name=application.account_name />
                    </small>
                </a>
            }
        })
        .collect_view()
        .into_any()
}

/// A `GET` form, whose answer is the same page with fewer applications in the menu. The program applies it while one types
/// ([`crate::island::follow`]).
#[component]
fn Search(search: String) -> impl IntoView {
    // A form's fields replace the whole query: the rest of it comes along.
    let kept: Vec<(String, String)> = use_query_map().with_untracked(|query| {
        query
            .latest_values()
            .filter(|(name, _)| *name != APPLICATIONS)
            .map(|(name, value)| (name.to_string(), value.to_owned()))
            .collect()
    });
    let kept = kept
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
        .collect_view();
    view! {
        <form
            method="get"
            action=use_location().pathname.get_untracked()
            class="app-switch-search"
            role="search"
            aria-label=words::SEARCH
        >
            <input
                type="text"
                name=APPLICATIONS
                value=search
                aria-label=words::SEARCH
                placeholder=words::SEARCH
                autocomplete="off"
                spellcheck="false"
                maxlength="80"
                data-follow=""
            />
            {kept}
            <button type="submit" class="button" data-variant="secondary" data-size="small">
                {words::FIND}
            </button>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::matches;
    use domain::account::Application;

    const NIL: &str = "00000000-0000-0000-0000-000000000000";

    #[test]
    fn a_search_is_for_a_part_of_either_name_in_any_case() {
        let application = Application {
            id: NIL.parse().expect("an id"),
            account_id: NIL.parse().expect("an id"),
            account_name: "Northwind".into(),
            name: "Größe".into(),
            time_zone: "UTC".into(),
            archived_at: None,
        };
        for (search, found) in [
            ("", true),
            ("GRÖ", true),
            ("GRO\u{308}SSE", true),
            ("wind", true),
            ("x", false),
        ] {
            assert_eq!(matches(&application, search), found, "{search}");
        }
    }
}

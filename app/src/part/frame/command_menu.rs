//! The command menu: the pages of an application and of the signed-in person, what can be done there, and keys by name.

use crate::{
    act::session::SignOut,
    form::FormPage,
    routes,
    ui::{Icon, Sentence, Shape},
    words::{
        application as application_words, command_menu as words, common, frame, list, profile,
        two_factor,
    },
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The id of the form that ends the session.
const SIGN_OUT_FORM: &str = "command-sign-out";

/// The application whose pages the menu lists.
pub struct MenuApplication {
    /// The application's id.
    pub id: String,
    /// Whether the reader may create keys.
    pub can_create: bool,
    /// Whether the reader is an owner of the account.
    pub owner: bool,
}

/// A closed dialog, which the program opens, filters and adds keys to ([`crate::island::command_menu`]).
#[component]
pub fn CommandMenu(
    /// The application of the page; none on pages that belong to no application.
    #[prop(optional)]
    application: Option<MenuApplication>,
    /// Whether the reader is support staff.
    #[prop(optional)]
    support: bool,
    /// The names and addresses of the other applications.
    #[prop(optional)]
    others: Vec<(String, String)>,
) -> impl IntoView {
    let keys = application
        .as_ref()
        .map(|application| routes::list(&application.id));
    let search = if application.is_some() {
        words::SEARCH
    } else {
        words::SEARCH_WITHOUT_KEYS
    };
    let mut pages = application.as_ref().map_or_else(Vec::new, pages_of);
    if support {
        pages.push((Shape::Search, frame::LOOK_UP, routes::SUPPORT.to_owned()));
    }
    let pages = (!pages.is_empty()).then(|| {
        view! {
            <CommandGroup id="command-pages" label=words::PAGES>
                {links(pages)}
            </CommandGroup>
        }
    });
    let found_keys = application
        .is_some()
        .then(|| view! { <CommandGroup id="command-keys" label=words::KEYS /> });
    view! {
        <dialog
            id="command-menu"
            class="dialog command-menu"
            data-passing=""
            data-keys=keys
            closedby="any"
            aria-label=words::TITLE
        >
            <header class="command-head">
                <Icon shape=Shape::Search />
                <input
                    type="text"
                    role="combobox"
                    aria-label=search
                    aria-autocomplete="list"
                    aria-expanded="true"
                    aria-controls="command-list"
                    placeholder=search
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    maxlength="80"
                />
                <form method="dialog">
                    <button class="icon-button" aria-label=common::CLOSE>
                        <Icon shape=Shape::Close />
                    </button>
                </form>
            </header>
            <div id="command-list" class="command-list" role="listbox" aria-label=words::TITLE>
                {pages}
                <CommandGroup id="command-account" label=profile::HEADING>
                    {links(account_pages())}
                </CommandGroup>
                <CommandGroup id="command-actions" label=words::ACTIONS>
                    {actions(application.as_ref())}
                </CommandGroup>
                {applications(others)}
                {found_keys}
            </div>
            <p class="command-status" role="status"></p>
            <form id=SIGN_OUT_FORM method="post" action=SignOut::PATH>
                <FormPage />
            </form>
        </dialog>
    }
}

/// The icon, the name and the address of an entry.
type MenuPage = (Shape, &'static str, String);

fn pages_of(application: &MenuApplication) -> Vec<MenuPage> {
    let app = &application.id;
    let mut pages = vec![
        (Shape::Chart, frame::OVERVIEW, routes::overview(app)),
        (Shape::Key, frame::API_KEYS, routes::list(app)),
        (Shape::Clock, frame::REQUESTS, routes::requests(app)),
        (
            Shape::Shield,
            frame::SECURITY_EVENTS,
            routes::security_events(app),
        ),
        (Shape::Settings, frame::GENERAL, routes::general(app)),
        (Shape::People, frame::MEMBERS, routes::members(app)),
        (Shape::Checklist, frame::SCOPES, routes::scopes(app)),
    ];
    if application.owner {
        pages.push((Shape::Log, frame::AUDIT_LOG, routes::audit_log(app)));
    }
    pages
}

fn account_pages() -> Vec<MenuPage> {
    vec![
        (Shape::Settings, profile::TITLE, routes::PROFILE.to_owned()),
        (
            Shape::Devices,
            profile::SESSIONS,
            routes::SESSIONS.to_owned(),
        ),
        (
            Shape::Shield,
            two_factor::TITLE,
            routes::TWO_FACTOR.to_owned(),
        ),
    ]
}

/// The ways to other applications; nothing without any.
fn applications(others: Vec<(String, String)>) -> Option<AnyView> {
    if others.is_empty() {
        return None;
    }
    let links = others
        .into_iter()
        .map(|(name, href)| {
            let label = Sentence::about([&name], |[name]| words::switch_to(name));
            link(Shape::Dots, label, href)
        })
        .collect_view();
    let group = view! {
        <CommandGroup id="command-applications" label=words::APPLICATIONS>
            {links}
        </CommandGroup>
    };
    Some(group.into_any())
}

fn links(pages: Vec<MenuPage>) -> AnyView {
    pages
        .into_iter()
        .map(|(shape, label, href)| link(shape, label.to_owned(), href))
        .collect_view()
        .into_any()
}

fn actions(application: Option<&MenuApplication>) -> AnyView {
    let in_application = application.map(
        |MenuApplication {
             id,
             can_create,
             owner,
         }| {
            let create =
                can_create.then(|| link(Shape::Plus, list::CREATE.to_owned(), routes::new(id)));
            let new_application = owner.then(|| {
                link(
                    Shape::Plus,
                    application_words::NEW.to_owned(),
                    routes::new_application(id),
                )
            });
            view! {
                {create}
                <a
                    role="option"
                    href=routes::export(id)
                    download=""
                    tabindex="-1"
                    aria-selected="false"
                >
                    <Icon shape=Shape::Download />
                    <span>{words::EXPORT}</span>
                </a>
                {new_application}
            }
        },
    );
    view! {
        {in_application}
        <button
            type="button"
            role="option"
            data-opens="shortcuts"
            tabindex="-1"
            aria-selected="false"
        >
            <Icon shape=Shape::Info />
            <span>{common::SHORTCUTS}</span>
        </button>
        <button
            type="submit"
            role="option"
            form=SIGN_OUT_FORM
            tabindex="-1"
            aria-selected="false"
        >
            <Icon shape=Shape::SignOut />
            <span>{frame::SIGN_OUT}</span>
        </button>
    }
    .into_any()
}

fn link(shape: Shape, label: impl Into<Sentence>, href: String) -> AnyView {
    let label: Sentence = label.into();
    view! {
        <a role="option" href=href tabindex="-1" aria-selected="false">
            <Icon shape />
            <span>{label.view()}</span>
        </a>
    }
    .into_any()
}

/// Entries under a heading.
#[component]
fn CommandGroup(
    /// Unique in the page.
    id: &'static str,
    /// The heading.
    label: &'static str,
    /// The entries. Without any the heading is hidden.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let heading = format!("{id}-label");
    let empty = children.is_none();
    view! {
        <div id=id role="group" aria-labelledby=heading.clone() hidden=empty>
            <div id=heading.clone() class="command-heading" role="presentation">
                {label}
            </div>
            {children.map(|children| children())}
        </div>
    }
}

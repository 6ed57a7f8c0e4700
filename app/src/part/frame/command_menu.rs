//! The command menu: the pages of an application, what can be done in it, and keys by name.

use crate::{
    act::session::SignOut,
    form::FormPage,
    routes,
    ui::{Icon, Sentence, Shape},
    words::{command_menu as words, common, frame, list},
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The id of the form that ends the session.
const SIGN_OUT_FORM: &str = "command-sign-out";

/// A closed dialog, which the program opens, filters and adds keys to ([`crate::island::command_menu`]).
#[component]
pub fn CommandMenu(
    /// The application's id.
    app: String,
    /// Whether the reader may create keys.
    can_create: bool,
    /// Whether the reader is an owner.
    owner: bool,
    /// The names and addresses of the other applications.
    others: Vec<(String, String)>,
) -> impl IntoView {
    let keys = routes::list(&app);
    let mut pages = vec![
        (Shape::Chart, frame::OVERVIEW, routes::overview(&app)),
        (Shape::Key, frame::API_KEYS, keys.clone()),
        (Shape::Clock, frame::REQUESTS, routes::requests(&app)),
        (
            Shape::Shield,
            frame::SECURITY_EVENTS,
            routes::security_events(&app),
        ),
        (Shape::Settings, frame::GENERAL, routes::general(&app)),
        (Shape::People, frame::MEMBERS, routes::members(&app)),
    ];
    if owner {
        pages.push((Shape::Log, frame::AUDIT_LOG, routes::audit_log(&app)));
    }
    let pages = pages
        .into_iter()
        .map(|(shape, label, href)| link(shape, label.to_owned(), href))
        .collect_view();
    let others = (!others.is_empty()).then(|| {
        let links = others
            .into_iter()
            .map(|(name, href)| {
                let label = Sentence::about([&name], |[name]| words::switch_to(name));
                link(Shape::Dots, label, href)
            })
            .collect_view();
        view! {
            <CommandGroup id="command-applications" label=words::APPLICATIONS>
                {links}
            </CommandGroup>
        }
    });
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
                    aria-label=words::SEARCH
                    aria-autocomplete="list"
                    aria-expanded="true"
                    aria-controls="command-list"
                    placeholder=words::SEARCH
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
                <CommandGroup id="command-pages" label=words::PAGES>
                    {pages}
                </CommandGroup>
                <CommandGroup id="command-actions" label=words::ACTIONS>
                    {actions(&app, can_create)}
                </CommandGroup>
                {others}
                <CommandGroup id="command-keys" label=words::KEYS />
            </div>
            <p class="command-status" role="status"></p>
            <form id=SIGN_OUT_FORM method="post" action=SignOut::PATH>
                <FormPage />
            </form>
        </dialog>
    }
}

fn actions(app: &str, can_create: bool) -> AnyView {
    let create = can_create.then(|| link(Shape::Plus, list::CREATE.to_owned(), routes::new(app)));
    view! {
        {create}
        <a
            role="option"
            href=routes::export(app)
            download=""
            tabindex="-1"
            aria-selected="false"
        >
            <Icon shape=Shape::Download />
            <span>{words::EXPORT}</span>
        </a>
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

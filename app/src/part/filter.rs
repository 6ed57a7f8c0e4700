//! Fields of the forms that filter a list or a log: `GET` forms, whose fields are the query of the page's address.

use crate::{
    ui::{Icon, Name, Shape},
    words::common,
};
use leptos::prelude::*;

/// A `GET` form: the page's address keeps what it narrows to.
#[component]
pub fn FilterForm(
    /// The page's path.
    action: String,
    /// Its class beside `filter-bar`.
    #[prop(optional)]
    class: &'static str,
    /// Its accessible name.
    #[prop(optional)]
    label: Option<&'static str>,
    /// The fields.
    children: Children,
) -> impl IntoView {
    let class = format!("filter-bar {class}");
    view! {
        <form method="get" action=action class=class.trim_end().to_owned() role="search" aria-label=label>
            {children()}
            <button type="submit" class="button" data-variant="secondary">
                {common::FILTER}
            </button>
        </form>
    }
}

/// A link that removes a filter which is set. `is_name` is true where its words are what a person has typed, or a code.
pub fn filter_chip(words: String, is_name: bool, href: String) -> AnyView {
    let label = common::remove_filter(&words);
    let words = if is_name {
        view! { <Name name=words /> }.into_any()
    } else {
        words.into_any()
    };
    view! {
        <a class="chip" href=href aria-label=label>
            {words}
            <Icon shape=Shape::Close />
        </a>
    }
    .into_any()
}

/// A select box, which the program applies by itself.
#[component]
pub fn Choice<T: Into<String> + 'static>(
    /// Its `name`.
    name: &'static str,
    /// Its label.
    label: &'static str,
    /// The words of the choice that narrows nothing.
    all: &'static str,
    /// Value and words of each other one.
    choices: Vec<(T, T)>,
    /// The value that is chosen.
    chosen: String,
    /// Whether the words are names or codes, which translation leaves as they are.
    #[prop(optional)]
    names: bool,
) -> impl IntoView {
    let id = format!("filter-{name}");
    let choices = choices
        .into_iter()
        .map(|(choice, words)| (choice.into(), words.into()));
    let options = std::iter::once((String::new(), all.to_owned()))
        .chain(choices)
        .map(|(choice, words)| {
            let selected = chosen == choice;
            // The first one is the interface's own words.
            let verbatim = (names && !choice.is_empty()).then_some("no");
            view! {
                <option value=choice selected=selected translate=verbatim>
                    {words}
                </option>
            }
        })
        .collect_view();
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select id=id name=name>
                {options}
            </select>
        </div>
    }
}

/// A text field.
#[component]
pub fn FilterText(
    /// Its `name`.
    name: &'static str,
    /// Its label.
    label: &'static str,
    /// Its placeholder.
    #[prop(optional)]
    hint: &'static str,
    /// Its `type`.
    #[prop(default = "text")]
    kind: &'static str,
    /// The maximum number of UTF-16 code units.
    max_length: u16,
    /// Its value.
    value: String,
    /// Values to choose from, with words for each.
    #[prop(optional)]
    options: Vec<(String, String)>,
    /// Whether the program applies it while one types ([`crate::island::follow`]).
    #[prop(optional)]
    follow: bool,
) -> impl IntoView {
    let id = format!("filter-{name}");
    let list = (!options.is_empty()).then(|| format!("{id}-options"));
    let options = list.clone().map(|list| {
        let options = options
            .into_iter()
            .map(|(value, words)| view! { <option value=value>{words}</option> })
            .collect_view();
        view! { <datalist id=list>{options}</datalist> }
    });
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input
                id=id
                name=name
                type=kind
                placeholder=hint
                autocomplete="off"
                spellcheck="false"
                maxlength=max_length.to_string()
                value=value
                list=list
                data-follow=follow.then_some("")
            />
            {options}
        </div>
    }
}

//! Form fields: a label, a hint, a control, and what is wrong with it.

use super::icon::{Icon, Shape};
use crate::error::FieldError;
use leptos::{either::Either, prelude::*};

/// The first sentence about a field.
fn message(errors: Signal<Vec<FieldError>>, name: &'static str) -> Signal<Option<String>> {
    Signal::derive(move || {
        errors.with(|errors| {
            errors
                .iter()
                .find(|error| error.field == name)
                .map(|error| error.message.clone())
        })
    })
}

/// The ids that describe a control.
fn described(
    name: &'static str,
    hint: bool,
    message: Signal<Option<String>>,
) -> impl Fn() -> Option<String> + Clone + Send + Sync + 'static {
    move || {
        let wrong = message.with(Option::is_some);
        match (hint, wrong) {
            (true, true) => Some(format!("{name}-hint {name}-error")),
            (true, false) => Some(format!("{name}-hint")),
            (false, true) => Some(format!("{name}-error")),
            (false, false) => None,
        }
    }
}

/// Returns the error of the field `name`, if there is one.
#[component]
pub fn FieldNote(
    /// The field.
    name: &'static str,
    /// All that is wrong with the form.
    #[prop(into)]
    errors: Signal<Vec<FieldError>>,
) -> impl IntoView {
    let message = message(errors, name);
    move || {
        message.get().map(|message| {
            view! {
                <p class="field-error" id=format!("{name}-error")>
                    <Icon shape=Shape::Warning />
                    <span>{message}</span>
                </p>
            }
        })
    }
}

fn label_view(name: &'static str, label: &'static str) -> impl IntoView {
    view! { <label for=name>{label}</label> }
}

fn hint_view(name: &'static str, hint: Option<&'static str>) -> impl IntoView {
    hint.map(|hint| {
        view! {
            <p class="field-hint" id=format!("{name}-hint")>
                {hint}
            </p>
        }
    })
}

/// One line of text.
#[component]
pub fn TextField(
    /// Its `name` and `id`.
    name: &'static str,
    /// Its label.
    label: &'static str,
    /// Its `type`.
    #[prop(default = "text")]
    kind: &'static str,
    /// The hint.
    #[prop(optional)]
    hint: Option<&'static str>,
    /// Its initial value.
    #[prop(optional_no_strip)]
    value: Option<String>,
    /// All that is wrong with the form.
    #[prop(into)]
    errors: Signal<Vec<FieldError>>,
    /// The value of `autocomplete`.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// Characters at most.
    #[prop(optional)]
    maxlength: Option<&'static str>,
    /// Which keys a phone offers.
    #[prop(optional)]
    inputmode: Option<&'static str>,
    /// Whether it may stay empty.
    #[prop(optional)]
    optional: bool,
    /// Whether it has the focus when the page or the dialog opens, unless the form asks for the password.
    #[prop(optional)]
    autofocus: bool,
) -> impl IntoView {
    let wrong = message(errors, name);
    let asked = errors.with_untracked(|errors| errors.iter().any(FieldError::asks_for_password));
    let autofocus = if asked { name == "password" } else { autofocus };
    view! {
        <div class="field">
            {label_view(name, label)} {hint_view(name, hint)}
            <input
                id=name
                name=name
                type=kind
                value=value
                autocomplete=autocomplete
                maxlength=maxlength
                inputmode=inputmode
                autofocus=autofocus
                spellcheck="false"
                aria-required=(!optional).then_some("true")
                aria-describedby=described(name, hint.is_some(), wrong)
                aria-invalid=move || wrong.with(Option::is_some).then_some("true")
            />
            <FieldNote name errors />
        </div>
    }
}

/// Several lines of text.
#[component]
pub fn TextArea(
    /// Its `name` and `id`.
    name: &'static str,
    /// Its label.
    label: &'static str,
    /// The hint.
    #[prop(optional)]
    hint: Option<&'static str>,
    /// Its initial value.
    #[prop(optional_no_strip)]
    value: Option<String>,
    /// All that is wrong with the form.
    #[prop(into)]
    errors: Signal<Vec<FieldError>>,
    /// Characters at most.
    #[prop(optional)]
    maxlength: Option<&'static str>,
    /// How many lines it shows at first.
    #[prop(default = "3")]
    rows: &'static str,
    /// Set in the fixed-width face.
    #[prop(optional)]
    mono: bool,
) -> impl IntoView {
    let wrong = message(errors, name);
    view! {
        <div class="field">
            {label_view(name, label)} {hint_view(name, hint)}
            <textarea
                id=name
                name=name
                rows=rows
                autocomplete="off"
                spellcheck="false"
                maxlength=maxlength
                data-mono=mono.then_some("")
                aria-describedby=described(name, hint.is_some(), wrong)
                aria-invalid=move || wrong.with(Option::is_some).then_some("true")
            >
                {value.unwrap_or_default()}
            </textarea>
            <FieldNote name errors />
        </div>
    }
}

/// One of several.
#[component]
pub fn SelectField(
    /// Its `name` and `id`.
    name: &'static str,
    /// Its label.
    label: &'static str,
    /// The hint.
    #[prop(optional)]
    hint: Option<&'static str>,
    /// Value and words of each choice.
    choices: Vec<(&'static str, &'static str)>,
    /// One that stands before them.
    #[prop(optional_no_strip)]
    first: Option<(&'static str, String)>,
    /// The value that is chosen at first.
    value: String,
    /// All that is wrong with the form.
    #[prop(into)]
    errors: Signal<Vec<FieldError>>,
) -> impl IntoView {
    let wrong = message(errors, name);
    let options = first
        .into_iter()
        .chain(
            choices
                .into_iter()
                .map(|(choice, words)| (choice, words.to_owned())),
        )
        .map(|(choice, words)| {
            if choice == value {
                Either::Left(view! { <option value=choice selected="">{words}</option> })
            } else {
                Either::Right(view! { <option value=choice>{words}</option> })
            }
        })
        .collect_view();
    view! {
        <div class="field">
            {label_view(name, label)} {hint_view(name, hint)}
            <select
                id=name
                name=name
                aria-describedby=described(name, hint.is_some(), wrong)
                aria-invalid=move || wrong.with(Option::is_some).then_some("true")
            >
                {options}
            </select>
            <FieldNote name errors />
        </div>
    }
}

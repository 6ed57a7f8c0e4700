//! What can be done with a key.

use crate::{
    api::keys::{
        bulk::{BulkOutcome, DeactivateKeys},
        change::{ActivateKey, DeactivateKey},
    },
    error::AppError,
    form::{FormPage, sent, use_outcome},
    routes,
    ui::{Icon, Notice, Shape},
    words::{edit, fresh, list as words},
};
use domain::key::{KeySummary, state::State, token::KeyId};
use leptos::{html, prelude::*, server_fn::ServerFn};
use web_sys::{HtmlElement, SubmitEvent};

/// The id of the form that switches off the key of the button that is pressed.
pub const OFF: &str = "deactivate";
const ON: &str = "activate";

/// The changes that leave the reader where they are, shared by the pages of an application.
#[derive(Clone, Copy)]
pub struct Changes {
    deactivate: ServerAction<DeactivateKey>,
    activate: ServerAction<ActivateKey>,
    /// The key of the last activation: where it asks for the password, the question names it.
    activating: RwSignal<Option<String>>,
    others: RwSignal<usize>,
    outcome: Signal<Option<Result<(), AppError>>>,
    deactivate_each: ServerAction<DeactivateKeys>,
    bulk: Signal<Option<Result<BulkOutcome, AppError>>>,
}

impl Changes {
    /// Provides them to everything below.
    pub fn provide() -> Self {
        let deactivate = ServerAction::<DeactivateKey>::new();
        let activate = ServerAction::<ActivateKey>::new();
        let deactivate_each = ServerAction::<DeactivateKeys>::new();
        let off = use_outcome(deactivate);
        let on = use_outcome(activate);
        let changes = Self {
            deactivate,
            activate,
            activating: RwSignal::new(sent(ActivateKey::PATH, "key")),
            others: RwSignal::new(0),
            outcome: Signal::derive(move || {
                [off.get(), on.get()]
                    .into_iter()
                    .flatten()
                    .find(Result::is_err)
            }),
            deactivate_each,
            bulk: use_outcome(deactivate_each),
        };
        provide_context(changes);
        changes
    }

    /// The ones that stand around the caller.
    pub fn here() -> Self {
        use_context().unwrap_or_else(Self::provide)
    }

    /// Counts the changes: what reads keys reads them again when it moves.
    pub fn version(self) -> usize {
        self.deactivate.version().get()
            + self.activate.version().get()
            + self.deactivate_each.version().get()
            + self.others.get()
    }

    /// Switches several keys off.
    pub fn deactivate_each(self) -> ServerAction<DeactivateKeys> {
        self.deactivate_each
    }

    /// What came of the last change of several keys.
    pub fn bulk_outcome(self) -> Signal<Option<Result<BulkOutcome, AppError>>> {
        self.bulk
    }

    /// Switches a key off.
    pub fn deactivate(self) -> ServerAction<DeactivateKey> {
        self.deactivate
    }

    /// Something else has changed.
    pub fn bump(self) {
        _ = self.others.try_update(|count| *count += 1);
    }
}

/// The forms of the buttons that switch a key off and on, wherever these stand: a list has many buttons.
#[component]
pub fn ChangeForms(
    /// The application's id.
    #[prop(into)]
    app: Signal<String>,
) -> impl IntoView {
    let changes = Changes::here();
    let pending = Signal::derive(move || {
        changes.deactivate.pending().get() || changes.activate.pending().get()
    });
    Effect::new(move |_| {
        if !pending.get() {
            busy(None);
        }
    });
    let once = move |event: SubmitEvent| {
        if pending.get_untracked() {
            event.prevent_default();
        } else {
            let pressed = event.submitter();
            let key = pressed
                .as_ref()
                .and_then(|button| button.get_attribute("value"));
            if key.is_some() {
                changes.activating.set(key);
            }
            busy(pressed);
        }
    };
    view! {
        <ActionForm action=changes.deactivate attr:id=OFF on:submit:capture=once>
            <FormPage />
            <input type="hidden" name="app" value=app />
        </ActionForm>
        <ActionForm action=changes.activate attr:id=ON on:submit:capture=once>
            <FormPage />
            <input type="hidden" name="app" value=app />
        </ActionForm>
    }
}

/// Marks the button that was pressed, wherever it stands, and no other.
fn busy(pressed: Option<HtmlElement>) {
    let marked = document().query_selector("button[name='key'][aria-busy]");
    // Only a broken document refuses an attribute.
    if let Ok(Some(marked)) = marked {
        _ = marked.remove_attribute("aria-busy");
    }
    if let Some(pressed) = pressed {
        _ = pressed.set_attribute("aria-busy", "true");
    }
}

/// The question for the password, where a key is to be switched on again and the sign-in is not fresh. It is a plain form:
/// the list does not fetch what forms need in the browser for it.
fn activate_again(app: Signal<String>, key: String, prompt: PasswordPrompt) -> AnyView {
    let mask = key.parse().map_or(String::new(), KeyId::mask);
    let why = fresh::activate(&mask);
    let input = NodeRef::<html::Input>::new();
    // The button that was pressed may be far below the form.
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            _ = input.focus();
        }
    });
    let invalid = prompt.error.is_some();
    let wrong = prompt.error.map(|wrong| {
        view! {
            <p class="field-error" id="password-error">
                <Icon shape=Shape::Warning />
                <span>{wrong}</span>
            </p>
        }
    });
    view! {
        <form method="post" action=ActivateKey::PATH class="form card activate" autocomplete="off">
            <FormPage />
            <input type="hidden" name="app" value=app />
            <input type="hidden" name="key" value=key />
            <p id="password-why">{why}</p>
            <div class="field">
                <label for="password">{fresh::PASSWORD}</label>
                <input
                    id="password"
                    name="password"
                    type="password"
                    autocomplete="current-password"
                    autofocus=true
                    aria-required="true"
                    aria-invalid=invalid.then_some("true")
                    aria-describedby=if invalid { "password-why password-error" } else { "password-why" }
                    node_ref=input
                />
                {wrong}
            </div>
            <button type="submit" class="button" data-variant="primary">
                {words::ACTIVATE}
            </button>
        </form>
    }
    .into_any()
}

/// A question for the password.
struct PasswordPrompt {
    /// The error of the password that was entered; `None` if there was none.
    error: Option<String>,
}

impl PasswordPrompt {
    /// Returns the prompt that an error requires, if it requires one.
    fn for_error(error: &AppError) -> Option<Self> {
        if *error == AppError::StaleSignIn {
            return Some(Self { error: None });
        }
        let mut sentences = error.sentences().into_iter();
        let of_password = sentences.find(|error| error.field == "password")?;
        Some(Self {
            error: Some(of_password.message),
        })
    }
}

/// What came of the last change, where it failed.
#[component]
pub fn ChangeNotice(
    /// The application's id, where keys can be switched on.
    #[prop(into, optional)]
    app: Option<Signal<String>>,
) -> impl IntoView {
    let changes = Changes::here();
    let question = move |error: &AppError| {
        let (app, key) = (app?, changes.activating.get()?);
        Some(activate_again(app, key, PasswordPrompt::for_error(error)?))
    };
    view! {
        <div role="alert">
            {move || match changes.outcome.get() {
                Some(Err(error)) => {
                    Some(
                        question(&error)
                            .unwrap_or_else(|| {
                                view! { <Notice tone="danger">{error.to_string()}</Notice> }
                                    .into_any()
                            }),
                    )
                }
                _ => None,
            }}
        </div>
    }
}

/// Buttons and links for a key, as they stand in a menu; nothing for those who only read.
#[component]
pub fn KeyActions(
    /// The application's id.
    app: String,
    /// The key.
    key: KeySummary,
) -> impl IntoView {
    let change = matches!(key.state, State::Active | State::Inactive { .. }).then(|| {
        view! {
            <a href=routes::edit(&app, key.id)>
                <Icon shape=Shape::Edit />
                {edit::EDIT}
            </a>
        }
    });
    let revoke = (!matches!(key.state, State::Revoked { .. })).then(|| {
        view! {
            <a href=routes::revoke(&app, key.id) data-tone="danger">
                <Icon shape=Shape::Trash />
                {words::REVOKE}
            </a>
        }
    });
    view! {
        {change}
        {switch(&key)}
        {revoke}
    }
}

/// The button that deactivates an active key or activates an inactive one; nothing for others.
pub fn switch(key: &KeySummary) -> Option<AnyView> {
    let (form, shape, label) = match key.state {
        State::Active => (OFF, Shape::Pause, words::DEACTIVATE),
        State::Inactive { .. } => (ON, Shape::Play, words::ACTIVATE),
        State::Expired { .. } | State::Revoked { .. } => return None,
    };
    let button = view! {
        <button type="submit" form=form name="key" value=key.id.to_string()>
            <Icon shape />
            {label}
        </button>
    };
    Some(button.into_any())
}

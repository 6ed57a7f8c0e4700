//! The one time that a secret is in sight.

use super::FirstRequest;
use crate::{
    api::keys::change::ConfirmKey,
    error::AppError,
    form::{FormPage, is_plain_answer, use_outcome},
    ui::{CopyButton, Icon, Notice, Shape, Submit, download::download},
    words::reveal,
};
use domain::key::{issued::IssuedKey, token::KeyId};
use leptos::{html, prelude::*};
use leptos_router::hooks::use_navigate;

/// Both credentials with what is needed to store them. `wipe` takes the secret out of the caller's hands.
#[component]
pub fn SecretReveal(
    /// The application's id.
    app: String,
    /// The key with its secret.
    issued: IssuedKey,
    /// Where keys are presented.
    gate: String,
    /// Where the way leads afterwards.
    back: String,
    /// Forgets the secret.
    wipe: Callback<()>,
    /// A second notice, such as how long an older key works.
    #[prop(optional)]
    note: Option<AnyView>,
) -> impl IntoView {
    let plain = is_plain_answer();
    let id = issued.id;
    let key_field = NodeRef::<html::Input>::new();
    let secret_field = NodeRef::<html::Input>::new();
    let forget = move || {
        for field in [key_field, secret_field] {
            if let Some(Some(field)) = field.try_get_untracked() {
                field.set_value("");
                _ = field.remove_attribute("value");
            }
        }
        // Whoever held it may be gone already, and the secret with it.
        _ = wipe.try_run(());
    };
    on_cleanup(forget);
    forget_when_the_page_goes(forget);
    // In the HTML only where there is no other way to hand it over.
    let in_html = plain.then(|| issued.secret.clone());
    let in_memory = (!plain).then_some(issued.secret);
    let curl = format!(
        "curl -H \"x-client-key: {id}\" -H \"x-client-secret: $LATCHKEY_SECRET_KEY\" {gate}/v1/whoami"
    );
    let save = move |_| {
        if let Some(secret) = secret_field.get_untracked() {
            _ = download("latchkey.env", &env_file(id, &secret.value()));
        }
    };
    view! {
        <div class="dialog-body">
            <Notice tone="warning">{reveal::ONCE}</Notice>
            {note.map(|note| view! { <Notice>{note}</Notice> })}
            <div class="reveal">
                <div class="credential">
                    <label for="reveal-key">{reveal::KEY}</label>
                    <input
                        id="reveal-key"
                        node_ref=key_field
                        type="text"
                        readonly=true
                        value=id.to_string()
                        autocomplete="off"
                        spellcheck="false"
                        data-1p-ignore=""
                    />
                    <CopyButton label=reveal::COPY_KEY field="reveal-key" />
                </div>
                <div class="credential" data-prominent="">
                    <label for="reveal-secret">{reveal::SECRET}</label>
                    <input
                        id="reveal-secret"
                        node_ref=secret_field
                        type="text"
                        readonly=true
                        value=in_html
                        prop:value=in_memory
                        autocomplete="off"
                        spellcheck="false"
                        data-1p-ignore=""
                    />
                    <CopyButton label=reveal::COPY_SECRET field="reveal-secret" />
                </div>
            </div>
            <div class="form-actions" data-needs-js="">
                <button type="button" class="button" data-variant="secondary" on:click=save>
                    <Icon shape=Shape::Download />
                    {reveal::DOWNLOAD}
                </button>
            </div>
            <p class="field-hint">{reveal::TRY}</p>
            <pre tabindex="0"><code>{curl}</code></pre>
            <FirstRequest app=app.clone() id />
        </div>
        <DoneForm app id back forget=Callback::new(move |()| forget()) />
    }
}

/// The way out: with a tick it is told to the server, without one it asks again.
#[component]
fn DoneForm(app: String, id: KeyId, back: String, forget: Callback<()>) -> impl IntoView {
    let confirm = ServerAction::<ConfirmKey>::new();
    let outcome = use_outcome(confirm);
    let stored = NodeRef::<html::Input>::new();
    let asks = RwSignal::new(false);
    let navigate = use_navigate();
    Effect::new(move |_| {
        if matches!(outcome.get(), Some(Ok(()))) {
            forget.run(());
        }
    });
    let leave = Callback::new(move |()| {
        forget.run(());
        navigate(&back, leptos_router::NavigateOptions::default());
    });
    view! {
        <ActionForm action=confirm>
            <FormPage />
            <input type="hidden" name="app" value=app />
            <input type="hidden" name="key" value=id.to_string() />
            <div role="alert">
                {move || {
                    let failed = match outcome.get() {
                        Some(Err(error)) => Some(error),
                        _ => None,
                    };
                    (asks.get() || failed.is_some()).then(|| view! { <AskAgain failed leave /> })
                }}
            </div>
            <footer class="dialog-actions">
                <label class="choice">
                    <input
                        type="checkbox"
                        required=true
                        node_ref=stored
                        on:change=move |_| asks.set(false)
                    />
                    <span>{reveal::STORED}</span>
                </label>
                <span on:click:capture=move |event| {
                    let ticked = stored.get_untracked().is_some_and(|stored| stored.checked());
                    if !ticked {
                        event.prevent_default();
                        asks.set(true);
                    }
                }>
                    <Submit label=reveal::DONE pending=confirm.pending() />
                </span>
            </footer>
        </ActionForm>
    }
}

#[component]
fn AskAgain(failed: Option<AppError>, leave: Callback<()>) -> impl IntoView {
    let words = failed.map_or_else(|| reveal::NOT_TICKED.to_owned(), |error| error.to_string());
    view! {
        <div class="dialog-body">
            <Notice tone="danger">{words}</Notice>
            <div class="form-actions">
                <button
                    type="button"
                    class="button"
                    data-variant="danger"
                    on:click=move |_| leave.run(())
                >
                    {reveal::CLOSE}
                </button>
            </div>
        </div>
    }
}

fn env_file(id: KeyId, secret: &str) -> String {
    format!("LATCHKEY_API_KEY={id}\nLATCHKEY_SECRET_KEY={secret}\n")
}

/// The browser may keep a page that is left, to show it again: it keeps none with a secret, and one that comes back
/// is loaded anew.
fn forget_when_the_page_goes(forget: impl Fn() + Clone + Send + Sync + 'static) {
    Effect::new(move |_| {
        let forget = forget.clone();
        let hide = window_event_listener_untyped("pagehide", move |_| forget());
        let show = window_event_listener_untyped("pageshow", |event| {
            use wasm_bindgen::JsCast;
            let again = event
                .dyn_into::<web_sys::PageTransitionEvent>()
                .is_ok_and(|event| event.persisted());
            if again {
                _ = window().location().reload();
            }
        });
        on_cleanup(move || {
            hide.remove();
            show.remove();
        });
    });
}

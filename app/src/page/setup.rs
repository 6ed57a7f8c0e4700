//! The first run.

use crate::{
    api::{home::first_run, setup::SetUp},
    form::{FormPage, typed, use_errors, use_outcome},
    part::Brand,
    ui::{ErrorState, ErrorSummary, Submit, TextField},
};
use leptos::prelude::*;
use leptos_meta::Title;

/// The form for the first account, its application, and its owner.
#[component]
pub fn Setup() -> impl IntoView {
    let door = Resource::new_blocking(|| (), |()| first_run());
    view! {
        <Title text="Set up · Latchkey" />
        <main id="main" class="auth" tabindex="-1">
            <div class="auth-card">
                <Brand />
                <h1 tabindex="-1">"Set up Latchkey"</h1>
                <Suspense>
                    {move || Suspend::new(async move {
                        door.await.err().map(|error| view! { <ErrorState error /> })
                    })}
                </Suspense>
                <SetupForm />
            </div>
        </main>
    }
}

#[component]
fn SetupForm() -> impl IntoView {
    let action = ServerAction::<SetUp>::new();
    let errors = use_errors(use_outcome(action));
    let again = |field| typed("set_up", field);
    view! {
        <ErrorSummary errors />
        <ActionForm action attr:novalidate="">
            <FormPage />
            <TextField
                name="token"
                label="Setup token"
                hint="The server printed it on its console when it started."
                value=None
                errors
            />
            <TextField
                name="account"
                label="Account"
                hint="Your business."
                autocomplete="organization"
                value=again("account")
                errors
            />
            <TextField
                name="application"
                label="Application"
                hint="What the keys are for, such as “Web shop”."
                value=again("application")
                errors
            />
            <TextField
                name="email"
                label="Email"
                kind="email"
                autocomplete="username"
                value=again("email")
                errors
            />
            <TextField
                name="password"
                label="Password"
                kind="password"
                hint="At least 15 characters; a few unrelated words do well."
                autocomplete="new-password"
                value=None
                errors
            />
            <Submit label="Set up Latchkey" pending=action.pending() />
        </ActionForm>
    }
}

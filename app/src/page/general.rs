//! What an application is called, and where.

use super::{Here, tab_title};
use crate::ui::{CopyButton, ErrorState};
use leptos::{html, prelude::*};
use leptos_meta::Title;

/// The facts of an application, to be read.
#[component]
pub fn General() -> impl IntoView {
    let here = Here::from_frame();
    let field = NodeRef::<html::Input>::new();
    view! {
        <div class="page-head">
            <h1 tabindex="-1">"General"</h1>
            <p class="page-lead">"What this application is called, and how programs name it."</p>
        </div>
        <Suspense>
            {move || Suspend::new(async move {
                match here.await {
                    Err(error) => view! { <ErrorState error /> }.into_any(),
                    Ok(here) => {
                        let application = here.application;
                        view! {
                            <Title text=tab_title("General", &application.name) />
                            <section class="card" aria-label="Application">
                                <dl class="facts">
                                    <dt>"Application"</dt>
                                    <dd>{application.name}</dd>
                                    <dt>
                                        <label for="application-id">"Application id"</label>
                                    </dt>
                                    <dd>
                                        <div class="credential">
                                            <input
                                                id="application-id"
                                                node_ref=field
                                                type="text"
                                                readonly=true
                                                value=application.id.to_string()
                                                autocomplete="off"
                                                spellcheck="false"
                                            />
                                            <CopyButton label="Copy application id" source=field />
                                        </div>
                                    </dd>
                                    <dt>"Time zone"</dt>
                                    <dd>{application.time_zone}</dd>
                                    <dt>"Account"</dt>
                                    <dd>{application.account_name}</dd>
                                    <dt>"Your role"</dt>
                                    <dd>{here.identity.role.to_string()}</dd>
                                </dl>
                            </section>
                        }
                            .into_any()
                    }
                }
            })}
        </Suspense>
    }
}

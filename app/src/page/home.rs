//! The beginning: it leads elsewhere.

use crate::{
    api::home::home,
    ui::{ErrorState, TabTitle},
    words::home as words,
};
use leptos::prelude::*;

/// Leads to the first run, to the sign-in, or to the first application.
#[component]
pub fn Home() -> impl IntoView {
    let way = Resource::new_blocking(|| (), |()| home());
    view! {
        <TabTitle text=words::TAB />
        <main id="main" class="auth" tabindex="-1">
            <div class="auth-card">
                <Suspense>
                    {move || Suspend::new(async move {
                        match way.await {
                            Ok(path) if path.is_empty() => {
                                view! {
                                    <h1 tabindex="-1">{words::NO_APPLICATION}</h1>
                                    <p>
                                        {words::NO_APPLICATION_LEAD}
                                    </p>
                                }
                                    .into_any()
                            }
                            Ok(path) => {
                                view! {
                                    <p>
                                        <a href=path>{words::GO_ON}</a>
                                    </p>
                                }
                                    .into_any()
                            }
                            Err(error) => view! { <ErrorState error /> }.into_any(),
                        }
                    })}
                </Suspense>
            </div>
        </main>
    }
}

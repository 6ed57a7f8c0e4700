//! The question before all keys are revoked.

use super::param;
use crate::{
    api::keys::bulk::{AllKeysFacts, show_all_keys},
    chart::scale::grouped,
    form::{FormPage, posted, posted_errors, typed},
    part::PasswordAgain,
    routes,
    ui::{Dialog, ErrorState, ErrorSummary, TextField},
    words::list as words,
};
use leptos::prelude::*;

/// The server function that the form is sent to.
const ENDPOINT: &str = "/api/revoke_all_keys";

/// The dialog over the list.
#[component]
pub fn RevokeAll() -> impl IntoView {
    let app = param("app");
    let facts = Resource::new(move || app.get(), show_all_keys);
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                let app = app.get_untracked();
                let back = routes::list(&app);
                match facts.await {
                    Ok(facts) => question(app, facts),
                    Err(error) => {
                        view! {
                            <Dialog id="revoke-all" title=words::REVOKE_ALL back>
                                <div class="dialog-body">
                                    <ErrorState error />
                                </div>
                            </Dialog>
                        }
                            .into_any()
                    }
                }
            })}
        </Suspense>
    }
}

fn question(app: String, facts: AllKeysFacts) -> AnyView {
    let back = routes::list(&app);
    let outcome = posted::<i64>(ENDPOINT);
    if let Some(Ok(count)) = outcome {
        let count = usize::try_from(count).unwrap_or_default();
        return view! {
            <Dialog id="revoked-all" title=words::REVOKED_TITLE back=back.clone()>
                <div class="dialog-body">
                    <p role="status">{words::revoked(count)}</p>
                </div>
                <footer class="dialog-actions">
                    <a class="button" data-variant="primary" data-close="" href=back>
                        {words::DONE}
                    </a>
                </footer>
            </Dialog>
        }
        .into_any();
    }
    let errors = Signal::stored(posted_errors(ENDPOINT));
    view! {
        <Dialog
            id="revoke-all"
            title=words::revoke_all(&facts.name)
            back=back.clone()
            alert=true
            described_by="revoke-consequence"
        >
            <form method="post" action=ENDPOINT novalidate="" autocomplete="off">
                <FormPage />
                <div class="dialog-body">
                    <ErrorSummary errors />
                    <p id="revoke-consequence">{words::ALL_CONSEQUENCE}</p>
                    <dl class="impact">
                        <dt>{words::ALL_KEYS}</dt>
                        <dd>{grouped(facts.keys)}</dd>
                        <dt>{words::ALL_HOUR}</dt>
                        <dd>{grouped(facts.calls)}</dd>
                    </dl>
                    <input type="hidden" name="app" value=app />
                    <TextField
                        name="confirm"
                        label=words::ALL_CONFIRM
                        value=typed(ENDPOINT, "confirm")
                        errors
                    />
                    <TextField
                        name="reason"
                        label=words::REASON
                        hint=words::REASON_HINT
                        value=typed(ENDPOINT, "reason")
                        errors
                        maxlength="200"
                        optional=true
                    />
                    <PasswordAgain fresh=facts.fresh errors />
                </div>
                <footer class="dialog-actions">
                    <a class="button" data-variant="secondary" data-close="" href=back autofocus="">
                        {words::CANCEL}
                    </a>
                    <button type="submit" class="button" data-variant="danger">
                        {words::REVOKE_ALL}
                    </button>
                </footer>
            </form>
        </Dialog>
    }
    .into_any()
}

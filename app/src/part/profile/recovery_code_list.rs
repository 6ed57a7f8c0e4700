//! Recovery codes, shown once.

use crate::{
    act::two_factor::ShownRecoveryCodes,
    routes,
    ui::{CopyButton, Icon, Notice, Shape},
    words::two_factor as words,
};
use leptos::prelude::*;

/// The codes, with what is needed to store them. The program takes them out of the page when it is left.
#[component]
pub fn RecoveryCodeList(
    /// The codes.
    made: ShownRecoveryCodes,
) -> impl IntoView {
    let text = made.codes.join("\n");
    // A link with the codes in it works without JavaScript, and nothing leaves the browser.
    let file = format!(
        "data:text/plain;charset=utf-8,{}%0A",
        made.codes.join("%0A")
    );
    let codes = made
        .codes
        .into_iter()
        .map(|code| {
            view! {
                <li>
                    <code translate="no">{code}</code>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="recovery-codes">
            <h2 id="recovery-codes">{words::CODES_TITLE}</h2>
            <Notice tone="warning">{words::CODES_ONCE}</Notice>
            <p>{words::CODES_USE}</p>
            <div class="recovery-codes" data-secret="">
                <ol aria-label=words::CODES>{codes}</ol>
                <div class="form-actions">
                    <CopyButton label=words::COPY_CODES text />
                    <a
                        class="button"
                        data-variant="secondary"
                        href=file
                        download=words::CODES_FILE
                    >
                        <Icon shape=Shape::Download />
                        {words::DOWNLOAD_CODES}
                    </a>
                </div>
            </div>
            <div class="form-actions">
                <a class="button" data-variant="primary" href=routes::TWO_FACTOR>
                    {words::CODES_SAVED}
                </a>
            </div>
        </section>
    }
}

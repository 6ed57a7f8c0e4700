//! An old key beside its replacement.

use super::RetireField;
use crate::{
    act::keys::rotate::RetireKey,
    chart::stack::Stack,
    form::{FormPage, posted_errors, typed},
    part::usage::UsageChart,
    routes,
    ui::{ErrorSummary, Exact, Icon, PasswordAgain, Shape, Submit, Time, Verbatim},
    words::{number::grouped, rotate},
};
use domain::{
    key::KeySummary,
    usage::{Bucket, rotation::Rotation},
};
use leptos::{prelude::*, server_fn::ServerFn};

/// Who still uses the old key, and whether it is safe to end it.
#[component]
pub fn Retiring(
    /// The application's id.
    app: String,
    /// The old key.
    key: KeySummary,
    /// Both keys' traffic.
    rotation: Rotation,
    /// The forms that stop it.
    children: Children,
) -> impl IntoView {
    let now = rotation.now;
    let until = key.retiring_until(now);
    let ends = match (until, key.retires_at) {
        (Some(at), _) => {
            view! { {rotate::STOPS} <Time at now /> ", on " <Exact at /> "." }.into_any()
        }
        (None, Some(at)) => view! { {rotate::STOPPED} <Time at now /> "." }.into_any(),
        (None, None) => ().into_any(),
    };
    let safe = rotation.idle_time.safe_to_retire();
    let verdict = until.map(|_| {
        let (shape, words) = if safe {
            (Shape::Check, rotate::SAFE)
        } else {
            (Shape::Warning, rotate::IN_USE)
        };
        view! {
            <div class="notice" data-tone=if safe { "success" } else { "warning" }>
                <Icon shape />
                <p>
                    <strong>{words}</strong>
                    ". "
                    {rotate::quiet(rotation.idle_time)}
                </p>
            </div>
        }
    });
    let caller = key.last_used.clone().map_or_else(
        || rotate::NEVER.into_any(),
        |used| {
            view! {
                <span translate="no">{used.address} ", " {used.user_agent}</span>
                ", "
                <code translate="no">{used.route}</code>
                ", "
                <Time at=used.at now />
            }
            .into_any()
        },
    );
    let new = key.replaced_by.map(|new| {
        view! { <a href=routes::key(&app, new)>{rotate::SUCCESSOR} " " <Verbatim text=new.mask() /></a> }
    });
    let chart = rotation.usage.map(|both| {
        let stack = Stack::of_secrets(&both.old, &both.new);
        view! {
            <UsageChart stack local=both.local marks=Vec::new() id="secrets" title=rotate::BOTH />
        }
    });
    view! {
        <div class="overlap">
            <div class="overlap-facts">
                <p>{ends}</p>
                {verdict}
                <table class="data">
                    <caption>{rotate::TRAFFIC} ", " <Time at=rotation.since now /></caption>
                    <thead>
                        <tr>
                            <th scope="col">{rotate::KEY}</th>
                            <th scope="col" data-align="end">{rotate::ACCEPTED}</th>
                            <th scope="col" data-align="end">{rotate::REFUSED_CALLS}</th>
                        </tr>
                    </thead>
                    <tbody>
                        <tr>
                            <th scope="row">{rotate::THIS}</th>
                            {numbers(rotation.old)}
                        </tr>
                        <tr>
                            <th scope="row">{new}</th>
                            {numbers(rotation.new)}
                        </tr>
                    </tbody>
                </table>
                <p>
                    <strong>{rotate::LAST_CALLER}</strong>
                    ": "
                    {caller}
                </p>
                {children()}
            </div>
            {chart}
        </div>
    }
    .into_any()
}

fn numbers(calls: Bucket) -> impl IntoView {
    view! {
        <td data-align="end">{grouped(calls.accepted)}</td>
        <td data-align="end">{grouped(calls.refused + calls.rate_limited)}</td>
    }
}

/// Ends it now, or at another time.
#[component]
pub fn Ends(
    /// The application's id.
    app: String,
    /// The old key's id.
    key: String,
) -> impl IntoView {
    let errors = posted_errors(RetireKey::PATH);
    let refused = !errors.is_empty();
    let errors = Signal::stored(errors);
    let hidden = |app: String, key: String| {
        view! {
            <FormPage />
            <input type="hidden" name="app" value=app />
            <input type="hidden" name="key" value=key />
        }
    };
    let first = hidden(app.clone(), key.clone());
    let second = hidden(app, key);
    view! {
        <ErrorSummary errors />
        <div class="overlap-forms">
            <details class="retire-move" open=refused>
                <summary>{rotate::MOVE}</summary>
                <form method="post" action=RetireKey::PATH novalidate="" autocomplete="off">
                    {first}
                    <RetireField
                        label=rotate::MOVE_LABEL
                        choice=typed(RetireKey::PATH, "ends")
                        hours=typed(RetireKey::PATH, "hours")
                        errors
                    />
                    <p class="field-hint">{rotate::MOVE_HINT}</p>
                    <PasswordAgain fresh=true errors />
                    <div class="form-actions">
                        <Submit label=rotate::MOVE variant="secondary" />
                    </div>
                </form>
            </details>
            <form method="post" action=RetireKey::PATH>
                {second} <input type="hidden" name="ends" value="now" />
                <div class="form-actions">
                    <Submit label=rotate::END_NOW variant="danger" />
                </div>
            </form>
        </div>
    }
    .into_any()
}

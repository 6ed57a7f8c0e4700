//! A person's second factors.

use crate::{
    routes,
    ui::{Name, Notice, PasskeysNeedJs, RowLink, Time},
    words::{passkey as words, two_factor},
};
use domain::{
    passkey::{MAX_PASSKEYS, Passkey},
    time::Timestamp,
};
use leptos::prelude::*;

/// Fewer recovery codes than this are a reason to make new ones.
const FEW_CODES: usize = 3;

/// Since when it is on, and the recovery codes.
#[component]
pub fn FactorStatus(
    /// When the first factor was added.
    since: Timestamp,
    /// Recovery codes that still work.
    recovery_codes: usize,
    /// The time now.
    now: Timestamp,
) -> impl IntoView {
    let few = (recovery_codes < FEW_CODES)
        .then(|| view! { <Notice tone="warning">{two_factor::FEW_CODES}</Notice> });
    view! {
        <section class="card" aria-labelledby="factors">
            <h2 id="factors">{two_factor::STATUS}</h2>
            {few}
            <dl class="facts">
                <dt>{two_factor::TITLE}</dt>
                <dd>
                    <span class="status" data-state="active">
                        <span class="status-dot"></span>
                        {two_factor::ON}
                    </span>
                    {two_factor::SINCE}
                    <Time at=since now />
                </dd>
                <dt>{two_factor::RECOVERY_CODES}</dt>
                <dd>{two_factor::codes_left(recovery_codes)}</dd>
            </dl>
            <div class="form-actions">
                <a class="button" data-variant="secondary" href=routes::NEW_RECOVERY_CODES>
                    {two_factor::NEW_CODES}
                </a>
                <a class="button" data-variant="secondary" href=routes::TURN_OFF_TWO_FACTOR>
                    {two_factor::TURN_OFF}
                </a>
            </div>
        </section>
    }
}

/// The passkeys, and the way to another one.
#[component]
pub fn PasskeyCard(
    /// The passkeys, the oldest first.
    passkeys: Vec<Passkey>,
    /// Whether there is another factor beside each of them, so that it can be removed.
    several: bool,
    /// Whether passkeys can be used on this page.
    offered: bool,
    /// The time now.
    now: Timestamp,
) -> impl IntoView {
    let more = (offered && passkeys.len() < MAX_PASSKEYS).then(|| {
        view! {
            <div class="form-actions" data-needs-passkeys="">
                <a class="button" data-variant="secondary" href=routes::ADD_FACTOR>
                    {words::ADD}
                </a>
            </div>
            <PasskeysNeedJs />
        }
    });
    let list = if passkeys.is_empty() {
        view! { <p>{words::NONE}</p> }.into_any()
    } else {
        let rows = passkeys
            .into_iter()
            .map(|passkey| row(&passkey, several, now))
            .collect_view();
        view! {
            <ul class="rows" aria-labelledby="passkeys">
                {rows}
            </ul>
        }
        .into_any()
    };
    view! {
        <section class="card" aria-labelledby="passkeys">
            <h2 id="passkeys">{words::TITLE}</h2>
            <p>{words::LEAD}</p>
            {list}
            {more}
        </section>
    }
}

fn row(passkey: &Passkey, removable: bool, now: Timestamp) -> impl IntoView + use<> {
    let (id, name) = (passkey.id.to_string(), passkey.name.to_string());
    let alone = (!passkey.signs_in_alone).then_some(words::PASSWORD_FIRST);
    let used = match passkey.last_used_at {
        Some(at) => view! {
            {words::LAST_USED}
            <Time at now />
        }
        .into_any(),
        None => words::NEVER_USED.into_any(),
    };
    let remove = removable.then(|| {
        view! {
            <RowLink
                href=routes::remove_passkey(&id)
                label=words::REMOVE
                name=Some(words::remove(&name))
            />
        }
    });
    view! {
        <li>
            <div class="rows-words">
                <strong>
                    <Name name=name.clone() />
                </strong>
                <small>{words::ADDED} <Time at=passkey.created_at now /> {used} {alone}</small>
            </div>
            <div class="rows-actions">
                <RowLink
                    href=routes::rename_passkey(&id)
                    label=words::RENAME
                    name=Some(words::rename(&name))
                />
                {remove}
            </div>
        </li>
    }
}

/// The authenticator app, or the way to it.
#[component]
pub fn AuthenticatorCard(
    /// When it was added, if there is one.
    since: Option<Timestamp>,
    /// Whether there is another factor beside it.
    removable: bool,
    /// The time now.
    now: Timestamp,
) -> impl IntoView {
    let content = match since {
        Some(at) => {
            let remove = removable.then(|| {
                view! {
                    <div class="form-actions">
                        <a
                            class="button"
                            data-variant="secondary"
                            href=routes::REMOVE_AUTHENTICATOR
                            aria-label=two_factor::REMOVE_APP
                        >
                            {two_factor::REMOVE}
                        </a>
                    </div>
                }
            });
            view! {
                <p>{words::ADDED} <Time at now /></p>
                {remove}
            }
            .into_any()
        }
        None => view! {
            <p>{two_factor::NO_APP}</p>
            <div class="form-actions">
                <a class="button" data-variant="secondary" href=routes::ADD_AUTHENTICATOR>
                    {two_factor::SET_UP_APP}
                </a>
            </div>
        }
        .into_any(),
    };
    view! {
        <section class="card" aria-labelledby="authenticator-app">
            <h2 id="authenticator-app">{two_factor::METHOD}</h2>
            {content}
        </section>
    }
}

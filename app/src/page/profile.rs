//! The signed-in person's profile: preferences, e-mail address, password and notifications.

use super::{loaded, profile_frame::Me, single_sign_on::SingleSignOnCard};
use crate::{
    act::profile::{
        ChangeEmail, ChangePassword, SaveNotifications, SaveProfile, SignOutEverywhere,
    },
    context,
    form::{FormPage, PostForm, is_plain_answer, posted_errors, sent, typed},
    part::{application::zone_options, frame::ThemeChoice, page_head::PageHead},
    routes,
    ui::{Dialog, DialogClose, ErrorSummary, FieldNote, Submit, TabTitle, TextField},
    words::{common, frame, profile as words, reset},
};
use domain::{mail::Notifications, profile::Profile as Preferences};
use leptos::{prelude::*, server_fn::ServerFn};

/// The profile of the signed-in person.
#[component]
pub fn Profile() -> impl IntoView {
    page(().into_any())
}

/// The form for another e-mail address, over the profile.
#[component]
pub fn EmailChange() -> impl IntoView {
    let title = words::CHANGE_EMAIL;
    page(if Me::from_frame().session.has_password() {
        view! { <EmailForm /> }.into_any()
    } else {
        view! { <NoPassword title text=words::EMAIL_AT_PROVIDER /> }.into_any()
    })
}

/// The form for another password, over the profile.
#[component]
pub fn PasswordChange() -> impl IntoView {
    let session = Me::from_frame().session;
    let (email, title) = (session.email().to_string(), words::CHANGE_PASSWORD);
    page(if session.has_password() {
        view! { <PasswordForm email /> }.into_any()
    } else {
        view! { <NoPassword title text=words::PASSWORD_BY_OWNER /> }.into_any()
    })
}

/// What a person without a password reads instead of a form that asks for it.
#[component]
fn NoPassword(title: &'static str, text: &'static str) -> impl IntoView {
    view! {
        <Dialog id="no-password" title back=routes::PROFILE>
            <div class="dialog-body">
                <p>{text}</p>
            </div>
            <DialogClose back=routes::PROFILE.to_owned() label=common::CLOSE />
        </Dialog>
    }
}

fn page(dialog: AnyView) -> impl IntoView {
    let session = Me::from_frame().session;
    let email = session.email().to_string();
    let profile = session.profile().clone();
    let has_password = session.has_password();
    let notifications = context::sends_mail().then(|| {
        let form = loaded(async move {
            let (wanted, support) = (session.notifications().await?, session.is_support());
            Ok(view! { <NotificationsForm wanted support /> })
        });
        view! {
            <section class="card" aria-labelledby="notifications">
                <h2 id="notifications">{words::NOTIFICATIONS}</h2>
                <p>{words::NOTIFICATIONS_LEAD}</p>
                {form}
            </section>
        }
    });
    // Both ask for the present password.
    let change = |href: &'static str, label: &'static str| {
        has_password.then(|| {
            view! {
                <a class="button" data-variant="secondary" data-size="small" href=href>
                    {label}
                </a>
            }
        })
    };
    let no_password = (!has_password).then(|| view! { <small>{words::NO_PASSWORD}</small> });
    view! {
        <TabTitle text=words::TAB />
        <PageHead title=words::TITLE lead=words::LEAD />
        {dialog}
        <section class="card" aria-labelledby="sign-in">
            <h2 id="sign-in">{words::SIGN_IN}</h2>
            <ul class="rows">
                <li>
                    <div class="rows-words">
                        <strong>{words::EMAIL}</strong>
                        <small>{email}</small>
                    </div>
                    {change(routes::PROFILE_EMAIL, words::CHANGE_EMAIL)}
                </li>
                <li>
                    <div class="rows-words">
                        <strong>{words::PASSWORD}</strong>
                        {no_password}
                    </div>
                    {change(routes::PROFILE_PASSWORD, words::CHANGE_PASSWORD)}
                </li>
            </ul>
        </section>
        <SingleSignOnCard />
        <section class="card" aria-labelledby="preferences">
            <h2 id="preferences">{words::PREFERENCES}</h2>
            <PreferencesForm profile />
        </section>
        {notifications}
        <section class="card" aria-labelledby="theme">
            <h2 id="theme">{frame::COLOURS}</h2>
            <p>{words::THEME_NOTE}</p>
            <ThemeChoice current=context::theme() />
        </section>
        <section class="card" aria-labelledby="everywhere">
            <h2 id="everywhere">{words::EVERYWHERE}</h2>
            <p>{words::EVERYWHERE_NOTE}</p>
            <form method="post" action=SignOutEverywhere::PATH>
                <FormPage />
                <Submit label=words::EVERYWHERE variant="secondary" />
            </form>
        </section>
    }
}

#[component]
fn PreferencesForm(profile: Preferences) -> impl IntoView {
    let path = SaveProfile::PATH;
    let again = |field| typed(path, field);
    let errors = Signal::stored(posted_errors(path));
    let refused = is_plain_answer() && !errors.with(Vec::is_empty);
    let chosen = again("time_zone").unwrap_or(profile.time_zone);
    // A box without a tick is not sent.
    let shortcuts = if refused {
        sent(path, "shortcuts").is_some()
    } else {
        profile.shortcuts
    };
    let none = chosen.is_empty();
    let zones = zone_options(&chosen);
    view! {
        <PostForm action=path errors>
            <div class="field-row">
                <TextField
                    name="name"
                    label=words::NAME
                    hint=words::NAME_HINT
                    value=Some(again("name").unwrap_or_else(|| profile.name.to_string()))
                    errors
                    maxlength="64"
                    autocomplete="name"
                    optional=true
                />
                <div class="field">
                    <label for="time_zone">{words::TIME_ZONE}</label>
                    <p class="field-hint" id="time_zone-hint">
                        {words::TIME_ZONE_HINT}
                    </p>
                    <select id="time_zone" name="time_zone" aria-describedby="time_zone-hint">
                        <option value="" selected=none>
                            {words::APPLICATION_ZONE}
                        </option>
                        {zones}
                    </select>
                    <FieldNote name="time_zone" errors />
                </div>
            </div>
            <label class="choice">
                <input
                    type="checkbox"
                    name="shortcuts"
                    value="on"
                    checked=shortcuts
                    aria-describedby="shortcuts-hint"
                />
                <span>
                    {words::SHORTCUTS} <small id="shortcuts-hint">{words::SHORTCUTS_HINT}</small>
                </span>
            </label>
            <div class="form-actions">
                <Submit label=words::SAVE variant="secondary" />
            </div>
        </PostForm>
    }
}

/// Which mails the person gets, where mails are sent.
#[component]
fn NotificationsForm(
    /// The stored preferences.
    wanted: Notifications,
    /// Whether the reader is support staff, who has no keys and belongs to no account.
    support: bool,
) -> impl IntoView {
    let boxes = [
        ("new_sign_ins", words::NEW_SIGN_INS, wanted.new_sign_ins),
        ("key_expiry", words::KEY_EXPIRY, wanted.key_expiry),
        (
            "security_events",
            words::SECURITY_EVENTS,
            wanted.security_events,
        ),
    ];
    let boxes = boxes
        .into_iter()
        .filter(|(name, ..)| !support || *name == "new_sign_ins")
        .map(|(name, (label, hint), checked)| {
            let hint_id = format!("{name}-hint");
            view! {
                <label class="choice">
                    <input
                        type="checkbox"
                        name=name
                        value="on"
                        checked=checked
                        aria-describedby=hint_id.clone()
                    />
                    <span>{label} " " <small id=hint_id>{hint}</small></span>
                </label>
            }
        })
        .collect_view();
    view! {
        <form method="post" action=SaveNotifications::PATH class="form" autocomplete="off">
            <FormPage />
            <div>{boxes}</div>
            <div class="form-actions">
                <Submit label=words::SAVE_NOTIFICATIONS variant="secondary" />
            </div>
        </form>
    }
}

#[component]
fn EmailForm() -> impl IntoView {
    let errors = Signal::stored(posted_errors(ChangeEmail::PATH));
    view! {
        <Dialog id="email-change" title=words::CHANGE_EMAIL back=routes::PROFILE>
            <form method="post" action=ChangeEmail::PATH novalidate="">
                <FormPage />
                <div class="dialog-body">
                    <ErrorSummary errors />
                    <TextField
                        name="email"
                        label=words::NEW_EMAIL
                        kind="email"
                        hint=words::NEW_EMAIL_HINT
                        autocomplete="email"
                        value=typed(ChangeEmail::PATH, "email")
                        errors
                        autofocus=true
                    />
                    <TextField
                        name="password"
                        label=words::CURRENT_PASSWORD
                        kind="password"
                        autocomplete="current-password"
                        errors
                    />
                </div>
                <Actions label=words::CHANGE_EMAIL />
            </form>
        </Dialog>
    }
}

#[component]
fn PasswordForm(email: String) -> impl IntoView {
    let errors = Signal::stored(posted_errors(ChangePassword::PATH));
    view! {
        <Dialog
            id="password-change"
            title=words::CHANGE_PASSWORD
            back=routes::PROFILE
            described_by=Some("password-consequence")
        >
            <form method="post" action=ChangePassword::PATH novalidate="">
                <FormPage />
                <div class="dialog-body">
                    <ErrorSummary errors />
                    <p id="password-consequence">{words::PASSWORD_CONSEQUENCE}</p>
                    // For the browser's password manager.
                    <input type="hidden" name="username" value=email autocomplete="username" />
                    <TextField
                        name="password"
                        label=words::CURRENT_PASSWORD
                        kind="password"
                        autocomplete="current-password"
                        errors
                        autofocus=true
                    />
                    <TextField
                        name="new_password"
                        label=words::NEW_PASSWORD
                        kind="password"
                        hint=reset::HINT
                        autocomplete="new-password"
                        errors
                    />
                </div>
                <Actions label=words::CHANGE_PASSWORD />
            </form>
        </Dialog>
    }
}

#[component]
fn Actions(label: &'static str) -> impl IntoView {
    view! {
        <footer class="dialog-actions">
            <a class="button" data-variant="ghost" data-close="" href=routes::PROFILE>
                {common::CANCEL}
            </a>
            <Submit label />
        </footer>
    }
}

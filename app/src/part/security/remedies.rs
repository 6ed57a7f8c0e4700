//! What can be done about a security event.

use crate::{
    act::keys::change::DeactivateKey,
    part::key_button::KeyButton,
    routes::{self, AuditAddress, QueryAddress, RequestsAddress},
    words::security as words,
};
use domain::security::{EventKey, Remedy, SecurityEvent};
use leptos::{prelude::*, server_fn::ServerFn};

/// Links and buttons for the remedies that the reader can use, most suitable first.
pub fn remedies(app: &str, event: &SecurityEvent, editor: bool) -> impl Iterator<Item = AnyView> {
    event.kind.remedies().iter().filter_map(move |remedy| {
        if *remedy == Remedy::Deactivate {
            let key = changeable(event, editor)?;
            let (app, label) = (app.to_owned(), words::remedy(*remedy));
            let button = view! { <KeyButton action=DeactivateKey::PATH app key=key.id label /> };
            return Some(button.into_any());
        }
        let path = remedy_path(app, *remedy, event, editor)?;
        let link = view! {
            <a class="button" data-variant="secondary" data-size="small" href=path>
                {words::remedy(*remedy)}
            </a>
        };
        Some(link.into_any())
    })
}

/// The page of a remedy; `None` if it has no page, or the reader cannot use it.
pub fn remedy_path(
    app: &str,
    remedy: Remedy,
    event: &SecurityEvent,
    editor: bool,
) -> Option<String> {
    let key = || changeable(event, editor);
    Some(match remedy {
        Remedy::Requests => {
            let key = event.key.as_ref()?.id.to_string();
            RequestsAddress::of_key(&key).path(&routes::requests(app))
        }
        Remedy::Members => routes::members(app),
        Remedy::AuditLog => AuditAddress::on(&event.subject).path(&routes::audit_log(app)),
        Remedy::RestrictAddresses => format!("{}#allowed_ips", routes::edit(app, key()?.id)),
        Remedy::Scopes => format!("{}#scopes", routes::edit(app, key()?.id)),
        Remedy::Regenerate => routes::regenerate(app, key().filter(|key| !key.replaced)?.id),
        Remedy::Deactivate => return None,
    })
}

/// The key of an event, if the reader can change it.
fn changeable(event: &SecurityEvent, editor: bool) -> Option<&EventKey> {
    event.key.as_ref().filter(|key| key.revocable && editor)
}

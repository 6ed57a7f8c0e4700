//! The paths of the pages.

mod audit;
mod key;
mod list;
mod local;
mod query_address;
mod requests;
mod security;
mod usage;

pub use audit::AuditAddress;
pub use key::{KeyEventsAddress, KeyTab};
pub use list::{ListAddress, SELECTED};
pub use local::local_path;
pub use query_address::QueryAddress;
pub use requests::{RequestsAddress, WITHIN};
pub use security::EventsAddress;
pub use usage::UsageAddress;

use domain::{
    id::{InvitationId, PersonId},
    key::token::KeyId,
};

/// The value of `after` in the address of the sign-in page after a password reset.
pub const RESET: &str = "reset";
/// The sign-in page after a password reset.
pub const SIGN_IN_AFTER_RESET: &str = "/sign-in?after=reset";

/// The page that mails a link for another password.
pub const FORGOT_PASSWORD: &str = "/forgot-password";
/// The value of `after` in its address once a link was requested.
pub const SENT: &str = "sent";
/// The same page once a link was requested.
pub const FORGOT_PASSWORD_SENT: &str = "/forgot-password?after=sent";
/// The sign-in page.
pub const SIGN_IN: &str = "/sign-in";
/// Redirects to the identity provider.
pub const SINGLE_SIGN_ON: &str = "/sign-in/oidc";
/// The redirect URI of the identity provider.
pub const SINGLE_SIGN_ON_CALLBACK: &str = "/sign-in/oidc/callback";

/// Redirects to the identity provider, for a sign-in or for what `goal` names (`confirm` or `link`), and afterwards to `next`.
pub fn single_sign_on(goal: &str, next: &str) -> String {
    with_query(
        SINGLE_SIGN_ON,
        &[("for", goal), ("next", next_in_address(next))],
    )
}

/// A page that says why single sign-on failed. It leads to `next`, which may be empty, after a sign-in.
pub fn after_single_sign_on(place: &str, why: &str, next: &str) -> String {
    with_query(place, &[("sso", why), ("next", next_in_address(next))])
}

/// The description of the API for programs.
pub const OPENAPI: &str = "/openapi.json";

/// The page of platform staff.
pub const SUPPORT: &str = "/support";
/// The profile of the signed-in person.
pub const PROFILE: &str = "/profile";
/// The form for another e-mail address.
pub const PROFILE_EMAIL: &str = "/profile/email";
/// The form for another password.
pub const PROFILE_PASSWORD: &str = "/profile/password";
/// The sessions of the signed-in person.
pub const SESSIONS: &str = "/profile/sessions";

/// The person's second factor.
pub const TWO_FACTOR: &str = "/profile/two-factor";
/// The form that replaces the recovery codes.
pub const NEW_RECOVERY_CODES: &str = "/profile/two-factor/recovery-codes";
/// The dialog before two-factor authentication is turned off.
pub const TURN_OFF_TWO_FACTOR: &str = "/profile/two-factor/turn-off";
/// The factors that can be added.
pub const ADD_FACTOR: &str = "/profile/two-factor/add";
/// The same, for an authenticator app.
pub const ADD_AUTHENTICATOR: &str = "/profile/two-factor/add?method=app";
/// The dialog before the authenticator app is removed.
pub const REMOVE_AUTHENTICATOR: &str = "/profile/two-factor/remove-app";
/// The form for another name of a passkey.
pub fn rename_passkey(passkey: &str) -> String {
    format!("/profile/two-factor/passkeys/{passkey}/rename")
}
/// The dialog before a passkey is removed.
pub fn remove_passkey(passkey: &str) -> String {
    format!("/profile/two-factor/passkeys/{passkey}/remove")
}
/// The page that asks for a code after the password.
pub const SIGN_IN_CODE: &str = "/sign-in/code";
/// The value of `after` in the address of the sign-in page after a sign-in that waited too long for a code.
pub const EXPIRY: &str = "expiry";
/// The sign-in page after such a sign-in, as a dialog over another page shows it.
pub const SIGN_IN_AFTER_EXPIRY: &str = "/sign-in?after=expiry";

/// The page that asks for a code. It leads to `next` afterwards.
pub fn sign_in_code(next: &str) -> String {
    with_query(SIGN_IN_CODE, &[("next", next_in_address(next))])
}

/// The sign-in page after a sign-in that waited too long for a code. It leads to `next`, which may be empty.
pub fn sign_in_after_expiry(next: &str) -> String {
    with_query(
        SIGN_IN,
        &[("after", EXPIRY), ("next", next_in_address(next))],
    )
}

/// The value of `next` in an address: empty for the start page, to which a sign-in leads anyway.
fn next_in_address(next: &str) -> &str {
    if next == "/" { "" } else { next }
}

/// An application at a glance.
pub fn overview(app: &str) -> String {
    format!("/apps/{app}")
}

/// The numbers of its chart as a file: `usage` or `breakdown`.
pub fn overview_file(app: &str, what: &str) -> String {
    format!("/apps/{app}/{what}.csv")
}

/// The list of an application's keys.
pub fn list(app: &str) -> String {
    format!("/apps/{app}/settings/api-keys")
}

/// The form for a new key.
pub fn new(app: &str) -> String {
    format!("/apps/{app}/settings/api-keys/new")
}

/// The form for a new key that starts with the fields of another one.
pub fn duplicate(app: &str, id: KeyId) -> String {
    with_query(&new(app), &[("from", &id.to_string())])
}

/// One key.
pub fn key(app: &str, id: KeyId) -> String {
    format!("/apps/{app}/settings/api-keys/{id}")
}

/// The form for a key that exists.
pub fn edit(app: &str, id: KeyId) -> String {
    format!("/apps/{app}/settings/api-keys/{id}/edit")
}

/// The dialog before a revocation.
pub fn revoke(app: &str, id: KeyId) -> String {
    format!("/apps/{app}/settings/api-keys/{id}/revoke")
}

/// The dialog before a key that is in use is deactivated.
pub fn deactivate(app: &str, id: KeyId) -> String {
    format!("/apps/{app}/settings/api-keys/{id}/deactivate")
}

/// A new secret for what a key is used for.
pub fn regenerate(app: &str, id: KeyId) -> String {
    format!("/apps/{app}/settings/api-keys/{id}/regenerate")
}

/// The dialog before several keys are revoked.
pub fn revoke_selected(app: &str) -> String {
    format!("/apps/{app}/settings/api-keys/revoke-selected")
}

/// The dialog before all keys are revoked.
pub fn revoke_all(app: &str) -> String {
    format!("/apps/{app}/settings/api-keys/revoke-all")
}

/// The numbers of a key's chart as a file: `usage` or `breakdown`.
pub fn key_file(app: &str, key: &str, what: &str) -> String {
    format!("/apps/{app}/settings/api-keys/{key}/{what}.csv")
}

/// The list as a file.
pub fn export(app: &str) -> String {
    format!("/apps/{app}/settings/api-keys.csv")
}

/// The catalogue of scopes.
pub fn scopes(app: &str) -> String {
    format!("/apps/{app}/settings/scopes")
}

/// The audit log of the application's account.
pub fn audit_log(app: &str) -> String {
    format!("/apps/{app}/settings/audit-log")
}

/// The log as a file: `csv` or `jsonl`.
pub fn audit_file(app: &str, ending: &str) -> String {
    format!("/apps/{app}/settings/audit-log.{ending}")
}

/// Single calls of an application.
pub fn requests(app: &str) -> String {
    format!("/apps/{app}/settings/requests")
}

/// The security events.
pub fn security_events(app: &str) -> String {
    format!("/apps/{app}/settings/security-events")
}

/// The settings of an application: its name and time zone.
pub fn general(app: &str) -> String {
    format!("/apps/{app}/settings/general")
}

/// The form for a new application in the account of this one.
pub fn new_application(app: &str) -> String {
    format!("/apps/{app}/new-application")
}

/// The form for the name of the application's account.
pub fn rename_account(app: &str) -> String {
    format!("/apps/{app}/settings/general/account")
}

/// The dialog before an application is archived.
pub fn archive(app: &str) -> String {
    format!("/apps/{app}/settings/general/archive")
}

/// The dialog before an archived application is restored.
pub fn restore(app: &str) -> String {
    format!("/apps/{app}/settings/general/restore")
}

/// The dialog before an application is deleted.
pub fn delete(app: &str) -> String {
    format!("/apps/{app}/settings/general/delete")
}

/// The members of the application's account.
pub fn members(app: &str) -> String {
    format!("/apps/{app}/settings/members")
}

/// The form that invites a member.
pub fn invite(app: &str) -> String {
    format!("/apps/{app}/settings/members/invite")
}

/// The form for the role of a member.
pub fn role(app: &str, person: PersonId) -> String {
    format!("/apps/{app}/settings/members/{person}/role")
}

/// The form for the role of a member in this application.
pub fn application_role(app: &str, person: PersonId) -> String {
    format!("/apps/{app}/settings/members/{person}/application-role")
}

/// The dialog before a member becomes the owner of the account in place of the reader.
pub fn transfer(app: &str, person: PersonId) -> String {
    format!("/apps/{app}/settings/members/{person}/transfer")
}

/// The form that creates a link to reset a member's password.
pub fn reset_link(app: &str, person: PersonId) -> String {
    format!("/apps/{app}/settings/members/{person}/reset")
}

/// The form that replaces the link of an invitation.
pub fn renew(app: &str, invitation: InvitationId) -> String {
    format!("/apps/{app}/settings/members/invitations/{invitation}/renew")
}

/// The dialog before a member is removed.
pub fn remove(app: &str, person: PersonId) -> String {
    format!("/apps/{app}/settings/members/{person}/remove")
}

/// The dialog before the reader leaves the account.
pub fn leave(app: &str) -> String {
    format!("/apps/{app}/settings/members/leave")
}

/// The form for who needs a second factor.
pub fn factor_policy(app: &str) -> String {
    format!("/apps/{app}/settings/members/two-factor")
}

/// The dialog before the second factor of a member is reset.
pub fn reset_two_factor(app: &str, person: PersonId) -> String {
    format!("/apps/{app}/settings/members/{person}/two-factor")
}

/// Text as the value of a query, percent-encoded (RFC 3986, 2.1); slashes may stay (3.4).
pub fn escape(text: &str) -> String {
    domain::text::percent_encoded(text, "/")
}

/// A path with those parts of a query that say something.
pub fn with_query(path: &str, query: &[(&str, &str)]) -> String {
    let pairs: Vec<_> = query
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", escape(value)))
        .collect();
    if pairs.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", pairs.join("&"))
    }
}

#[cfg(test)]
mod tests {
    use super::with_query;

    #[test]
    fn a_query_holds_only_what_says_something() {
        assert_eq!(with_query("/a", &[("x", ""), ("y", "")]), "/a");
        assert_eq!(
            with_query("/a", &[("x", "1&2 ü"), ("y", "")]),
            "/a?x=1%262%20%C3%BC"
        );
    }
}

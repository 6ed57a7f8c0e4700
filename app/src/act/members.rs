//! Inviting, changing and removing members.

use crate::error::AppError;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A link with a token that was just created, for an invitation or for another password: told this once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneTimeLink {
    /// The e-mail address of the person whom the link is for.
    pub email: String,
    /// The address that it opens.
    pub link: String,
    /// Whether it is mailed too.
    pub mailed: bool,
}

/// The word for no role of its own in an application.
pub const AS_IN_ACCOUNT: &str = "account";

/// Creates the link that invites a person as `owner`, `developer` or `viewer`.
#[server(name = InviteMember, prefix = "/api", endpoint = "invite_member")]
pub async fn invite_member(
    app: String,
    email: String,
    role: String,
    #[server(default)] password: String,
) -> Result<OneTimeLink, AppError> {
    let owner = crate::context::fresh_account_owner(&app, &password).await?;
    let email = domain::account::Email::parse(&email)
        .map_err(|invalid| AppError::field("email", invalid.0))?;
    let role = parsed_role(&role)?;
    let invited = owner
        .invite(email, role)
        .await
        .map_err(|error| super::in_field("email", error))?;
    Ok(OneTimeLink {
        email: invited.email.to_string(),
        link: crate::context::link("invite", &invited.token),
        mailed: invited.mailed,
    })
}

/// Replaces the link of an invitation.
#[server(name = RenewInvitation, prefix = "/api", endpoint = "renew_invitation")]
pub async fn renew_invitation(
    app: String,
    invitation: String,
    #[server(default)] password: String,
) -> Result<OneTimeLink, AppError> {
    let owner = crate::context::fresh_account_owner(&app, &password).await?;
    let id = invitation.parse().map_err(|_| AppError::NotFound)?;
    let renewed = owner.renew_invitation(id).await?;
    Ok(OneTimeLink {
        email: renewed.email.to_string(),
        link: crate::context::link("invite", &renewed.token),
        mailed: renewed.mailed,
    })
}

/// Creates a link that resets a member's password.
#[server(name = MakeResetLink, prefix = "/api", endpoint = "make_reset_link")]
pub async fn make_reset_link(
    app: String,
    person: String,
    #[server(default)] password: String,
) -> Result<OneTimeLink, AppError> {
    let owner = crate::context::fresh_account_owner(&app, &password).await?;
    let person = person.parse().map_err(|_| AppError::NotFound)?;
    let made = owner.reset_link(person).await?;
    let made =
        made.ok_or_else(|| AppError::Conflict(crate::words::members::RESET_ELSEWHERE.into()))?;
    Ok(OneTimeLink {
        email: made.email.to_string(),
        link: crate::context::link("reset", &made.token),
        mailed: made.mailed,
    })
}

/// Takes an invitation back.
#[server(name = WithdrawInvitation, prefix = "/api", endpoint = "withdraw_invitation")]
pub async fn withdraw_invitation(app: String, invitation: String) -> Result<(), AppError> {
    let owner = crate::context::account_owner(&app).await?;
    let id = invitation.parse().map_err(|_| AppError::NotFound)?;
    owner.withdraw(id).await?;
    crate::context::say_done(crate::toast::Done::InvitationWithdrawn);
    Ok(())
}

/// Gives a member another role, and leads to the members.
#[server(name = ChangeRole, prefix = "/api", endpoint = "change_role")]
pub async fn change_role(
    app: String,
    person: String,
    role: String,
    #[server(default)] password: String,
) -> Result<(), AppError> {
    let owner = crate::context::fresh_account_owner(&app, &password).await?;
    let person = person.parse().map_err(|_| AppError::NotFound)?;
    let role = parsed_role(&role)?;
    owner.change_role(person, role).await?;
    to_members(&app, crate::toast::Done::RoleChanged)
}

/// Gives a member another role in this application, or with the word `account` the one in the account, and leads to the members.
#[server(name = ChangeApplicationRole, prefix = "/api", endpoint = "change_application_role")]
pub async fn change_application_role(
    app: String,
    person: String,
    role: String,
    #[server(default)] password: String,
) -> Result<(), AppError> {
    let owner = crate::context::fresh_account_owner(&app, &password).await?;
    let person = person.parse().map_err(|_| AppError::NotFound)?;
    let role = match role.as_str() {
        AS_IN_ACCOUNT => None,
        role => Some(parsed_role(role)?),
    };
    owner.change_application_role(person, role).await?;
    to_members(&app, crate::toast::Done::RoleChanged)
}

/// Makes a member an owner of the account, and the person who asks a developer, once the address of the new owner has been typed.
/// Leads to the members.
#[server(name = TransferOwnership, prefix = "/api", endpoint = "transfer_ownership")]
pub async fn transfer_ownership(
    app: String,
    person: String,
    confirm: String,
    #[server(default)] password: String,
) -> Result<(), AppError> {
    let owner = crate::context::fresh_account_owner(&app, &password).await?;
    let person = person.parse().map_err(|_| AppError::NotFound)?;
    let email = owner.member(person).await?.email;
    if domain::account::Email::parse(&confirm).ok().as_ref() != Some(&email) {
        let words = crate::words::members::confirm_transfer(email.as_str());
        return Err(AppError::field("confirm", words));
    }
    owner.transfer_ownership(person).await?;
    to_members(&app, crate::toast::Done::OwnershipTransferred)
}

/// Takes a member out of the account, and leads to the members, or away from them.
#[server(name = RemoveMember, prefix = "/api", endpoint = "remove_member")]
pub async fn remove_member(
    app: String,
    person: String,
    #[server(default)] password: String,
) -> Result<(), AppError> {
    let owner = crate::context::fresh_account_owner(&app, &password).await?;
    let person: domain::id::PersonId = person.parse().map_err(|_| AppError::NotFound)?;
    owner.remove_member(person).await?;
    crate::context::say_done(crate::toast::Done::MemberRemoved);
    if person == owner.identity().person_id {
        crate::context::redirect("/");
    } else {
        crate::context::redirect(&crate::routes::members(&app));
    }
    Ok(())
}

/// Takes the signed-in person out of the account, and leads away from it. `person` is to whom the question was shown: another one may
/// have signed in since.
#[server(name = LeaveAccount, prefix = "/api", endpoint = "leave_account")]
pub async fn leave_account(
    app: String,
    person: String,
    #[server(default)] password: String,
) -> Result<(), AppError> {
    let viewer = crate::context::fresh_viewer(&app, &password).await?;
    let person: domain::id::PersonId = person.parse().map_err(|_| AppError::NotFound)?;
    if person != viewer.identity().person_id {
        return Err(AppError::NotFound);
    }
    viewer.leave_account().await?;
    crate::context::say_done(crate::toast::Done::AccountLeft);
    crate::context::redirect("/");
    Ok(())
}

/// Deletes the second factor of a member who has lost it, and leads to the members.
#[server(name = ResetTwoFactor, prefix = "/api", endpoint = "reset_two_factor")]
pub async fn reset_two_factor(
    app: String,
    person: String,
    #[server(default)] password: String,
) -> Result<(), AppError> {
    let owner = crate::context::fresh_account_owner(&app, &password).await?;
    let person = person.parse().map_err(|_| AppError::NotFound)?;
    owner.reset_second_factor(person).await?;
    to_members(&app, crate::toast::Done::TwoFactorReset)
}

/// Changes which members need two-factor authentication: `optional`, `editors` or `everybody`.
#[server(name = SetFactorPolicy, prefix = "/api", endpoint = "set_factor_policy")]
pub async fn set_factor_policy(
    app: String,
    policy: String,
    #[server(default)] password: String,
) -> Result<(), AppError> {
    let owner = crate::context::fresh_account_owner(&app, &password).await?;
    let policy = domain::second_factor::FactorPolicy::parse(&policy)
        .map_err(|invalid| AppError::field("policy", invalid.0))?;
    owner.set_factor_policy(policy).await?;
    to_members(&app, crate::toast::Done::Saved)
}

/// Reads the role of a member.
#[cfg(feature = "ssr")]
fn parsed_role(role: &str) -> Result<domain::account::Role, AppError> {
    domain::member::parse_role(role).map_err(|invalid| AppError::field("role", invalid.0))
}

/// Leads to the members, where a notice says what was changed.
#[cfg(feature = "ssr")]
#[expect(
    clippy::unnecessary_wraps,
    reason = "it is the answer of server functions"
)]
fn to_members(app: &str, done: crate::toast::Done) -> Result<(), AppError> {
    crate::context::say_done(done);
    crate::context::redirect(&crate::routes::members(app));
    Ok(())
}

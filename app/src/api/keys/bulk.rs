//! Changing several keys at once.

use super::list::DayCalls;
use crate::error::AppError;
use domain::{
    key::{KeySummary, token::KeyId},
    page::PAGE_SIZE,
    time::Timestamp,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What became of a change of several keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkOutcome {
    /// The names of the keys that were changed.
    pub done: Vec<String>,
    /// The names of the keys that were left alone, and why.
    pub skipped: Vec<(String, String)>,
}

/// The keys that somebody has selected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// Each with its calls.
    pub keys: Vec<(KeySummary, DayCalls)>,
    /// The server's clock.
    pub now: Timestamp,
}

/// What ends with all keys of an application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllKeysFacts {
    /// The application's name.
    pub name: String,
    /// Keys that are not revoked.
    pub keys: i64,
    /// Their calls in the last hour.
    pub calls: i64,
    /// Whether the password need not be entered again.
    pub fresh: bool,
}

/// Switches each of the keys off that is active.
#[server(name = DeactivateKeys, prefix = "/api", endpoint = "deactivate_keys")]
pub async fn deactivate_keys(
    app: String,
    #[server(default)] keys: Vec<String>,
) -> Result<BulkOutcome, AppError> {
    let editor = crate::context::editor(&app).await?;
    let ids = selected(&keys)?;
    Ok(editor.deactivate_each(ids).await?.into())
}

/// The keys that are about to be revoked, with their calls; at most a page of them.
#[server(name = ShowSelection, prefix = "/api", endpoint = "show_selection")]
pub async fn show_selection(app: String, keys: String) -> Result<Selection, AppError> {
    let editor = crate::context::editor(&app).await?;
    let keys: Vec<String> = keys.split_whitespace().map(str::to_owned).collect();
    let ids = selected(&keys)?;
    let (keys, mut days) = editor.selection(&ids).await?;
    let keys = keys.into_iter().map(|key| {
        let hours = days.remove(&key.id.into());
        let day = hours.map(|hours| DayCalls::of(&hours)).unwrap_or_default();
        (key, day)
    });
    Ok(Selection {
        keys: keys.collect(),
        now: editor.now(),
    })
}

/// Revokes each of the keys permanently, once the word `revoke` has been typed.
#[server(name = RevokeKeys, prefix = "/api", endpoint = "revoke_keys")]
pub async fn revoke_keys(
    app: String,
    #[server(default)] keys: Vec<String>,
    confirm: String,
    #[server(default)] reason: String,
) -> Result<BulkOutcome, AppError> {
    let editor = crate::context::editor(&app).await?;
    let ids = selected(&keys)?;
    // A missing key is reported before the confirmation.
    editor.selection(&ids).await?;
    if !confirms(&confirm) {
        return Err(AppError::field(
            "confirm",
            crate::words::list::CONFIRM_REVOKE,
        ));
    }
    let reason = domain::key::name::parse_reason(&reason)
        .map_err(|invalid| AppError::field("reason", invalid.0))?;
    Ok(editor.revoke_each(ids, reason).await?.into())
}

/// What ends with all keys of the application; for an owner.
#[server(name = ShowAllKeys, prefix = "/api", endpoint = "show_all_keys")]
pub async fn show_all_keys(app: String) -> Result<AllKeysFacts, AppError> {
    let owner = crate::context::owner(&app).await?;
    let all = owner.all_keys().await?;
    Ok(AllKeysFacts {
        name: owner.application().name.clone(),
        keys: all.keys,
        calls: all.calls,
        fresh: owner.is_fresh(),
    })
}

/// Revokes every key of the application for ever, once its name has been typed; returns how many there were.
#[server(name = RevokeAllKeys, prefix = "/api", endpoint = "revoke_all_keys")]
pub async fn revoke_all_keys(
    app: String,
    confirm: String,
    #[server(default)] reason: String,
    #[server(default)] password: String,
) -> Result<i64, AppError> {
    let owner = crate::context::owner(&app).await?;
    let name = &owner.application().name;
    if confirm.trim() != name {
        let words = crate::words::list::confirm_all(name);
        return Err(AppError::field("confirm", words));
    }
    let reason = domain::key::name::parse_reason(&reason)
        .map_err(|invalid| AppError::field("reason", invalid.0))?;
    let owner = crate::context::fresh_owner(&app, &password).await?;
    Ok(super::list::count_of(owner.revoke_all(reason).await?))
}

/// Reads ids, each once.
///
/// # Errors
/// [`AppError::NotFound`] where one is none; a sentence where there are none, or more than a page has.
pub fn selected(keys: &[String]) -> Result<Vec<KeyId>, AppError> {
    let mut ids = Vec::with_capacity(keys.len());
    for key in keys {
        let id = key.parse().map_err(|_| AppError::NotFound)?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    if ids.is_empty() || ids.len() > PAGE_SIZE {
        return Err(AppError::field("", crate::words::list::SELECT_SOME));
    }
    Ok(ids)
}

/// Whether the word was typed.
pub fn confirms(typed: &str) -> bool {
    typed.trim().eq_ignore_ascii_case("revoke")
}

#[cfg(test)]
mod tests {
    use super::{confirms, selected};
    use crate::error::AppError;

    #[test]
    fn only_the_word_confirms() {
        assert!(confirms("revoke") && confirms(" Revoke "));
        assert!(!confirms("") && !confirms("2") && !confirms("yes"));
    }

    #[test]
    fn a_key_is_selected_once_and_a_page_of_them_at_most() {
        let id = "akl_0000000000000001".to_owned();
        assert_eq!(selected(&[id.clone(), id]).map(|ids| ids.len()), Ok(1));
        assert_eq!(selected(&["x".into()]), Err(AppError::NotFound));
        assert!(matches!(selected(&[]), Err(AppError::Invalid(_))));
        let many: Vec<_> = (0..51).map(|n| format!("akl_{n:016}")).collect();
        assert!(matches!(selected(&many), Err(AppError::Invalid(_))));
    }
}

//! Changing several keys at once.

use crate::{error::AppError, toast::NodeCounts};
use domain::{key::token::KeyId, page::PAGE_SIZE};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The result of a change of several keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkOutcome {
    /// The names of the keys that were changed.
    pub done: Vec<String>,
    /// The names of the keys that were not changed, and why.
    pub skipped: Vec<(String, String)>,
    /// The nodes that know it, if there are several.
    pub nodes: Option<NodeCounts>,
}

#[cfg(feature = "ssr")]
impl From<management::Bulk> for BulkOutcome {
    fn from(bulk: management::Bulk) -> Self {
        Self {
            done: bulk.done.iter().map(ToString::to_string).collect(),
            nodes: NodeCounts::of(&bulk.confirmation),
            skipped: bulk
                .skipped
                .iter()
                .map(|(name, why)| (name.to_string(), why.to_string()))
                .collect(),
        }
    }
}

/// The result of revoking all keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllRevoked {
    /// How many keys were revoked.
    pub keys: usize,
    /// The nodes that know it, if there are several.
    pub nodes: Option<NodeCounts>,
}

/// Deactivates each of the keys that is active.
#[server(name = DeactivateKeys, prefix = "/api", endpoint = "deactivate_keys")]
pub async fn deactivate_keys(
    app: String,
    #[server(default)] keys: Vec<String>,
) -> Result<BulkOutcome, AppError> {
    let editor = crate::context::editor(&app).await?;
    let ids = selected(&keys)?;
    Ok(editor.deactivate_each(ids).await?.into())
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

/// Revokes every key of the application for ever, once its name has been typed.
#[server(name = RevokeAllKeys, prefix = "/api", endpoint = "revoke_all_keys")]
pub async fn revoke_all_keys(
    app: String,
    confirm: String,
    #[server(default)] reason: String,
    #[server(default)] password: String,
) -> Result<AllRevoked, AppError> {
    let owner = crate::context::owner(&app).await?;
    let name = &owner.application().name;
    if !domain::name::is_typed(&confirm, name) {
        let words = crate::words::list::confirm_all(name);
        return Err(AppError::field("confirm", words));
    }
    let reason = domain::key::name::parse_reason(&reason)
        .map_err(|invalid| AppError::field("reason", invalid.0))?;
    let owner = crate::context::fresh_owner(&app, &password).await?;
    let (keys, confirmation) = owner.revoke_all(reason).await?;
    Ok(AllRevoked {
        keys,
        nodes: NodeCounts::of(&confirmation),
    })
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

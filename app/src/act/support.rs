//! Support's lookups.

use crate::error::AppError;
use domain::support::SupportSearchResult;
use leptos::prelude::*;

/// Looks for an account, an application or a key. The owners' logs hold the look before this answers.
#[server(name = SupportLook, prefix = "/api", endpoint = "support_look")]
pub async fn support_look(what: String, reason: String) -> Result<SupportSearchResult, AppError> {
    let support = crate::context::support().await?;
    let (search, reason) = check(&what, &reason)?;
    Ok(support.look(search, what.trim().to_owned(), reason).await?)
}

/// Reads what was typed, with a sentence for every field that breaks a rule.
///
/// # Errors
/// All sentences at once.
pub fn check(
    what: &str,
    reason: &str,
) -> Result<(domain::support::SupportSearch, String), AppError> {
    use crate::error::FieldError;
    let search = domain::support::SupportSearch::parse(what);
    let reason = domain::support::parse_reason(reason);
    match (search, reason) {
        (Ok(search), Ok(reason)) => Ok((search, reason)),
        (search, reason) => Err(AppError::Invalid(
            [("what", search.err()), ("reason", reason.err())]
                .into_iter()
                .filter_map(|(field, error)| Some(FieldError::new(field, error?.0)))
                .collect(),
        )),
    }
}

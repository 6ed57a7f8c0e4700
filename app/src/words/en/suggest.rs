//! What would make a key safer, each in one sentence, with the words of its remedy.

use super::rotate::length;
use domain::{key::suggestion::Suggestion, time::Timestamp};

/// The remedies.
pub const REGENERATE: &str = "Regenerate secret";
/// Off, for a while.
pub const DEACTIVATE: &str = "Deactivate";
/// Another end.
pub const SET_END: &str = "Set an end";
/// A later end.
pub const CHANGE_END: &str = "Change its end";
/// Addresses.
pub const LIMIT_ADDRESSES: &str = "Limit its addresses";
/// Fewer scopes.
pub const REMOVE_SCOPES: &str = "Remove scopes";

/// The sentence.
pub fn sentence(suggestion: Suggestion, now: Timestamp) -> String {
    match suggestion {
        Suggestion::NotConfirmed => "Nobody has confirmed that its secret is stored, and nobody has used it. If the secret is lost, make a new one.".into(),
        Suggestion::ExpiresSoon { at } => format!(
            "It ends in {}, on {}. Whatever uses it stops then.",
            length(at.since(now)),
            at.readable()
        ),
        Suggestion::Idle { since } => format!(
            "It was last used {} ago. Deactivate it: that can be undone.",
            length(now.since(since))
        ),
        Suggestion::Old { since } => format!(
            "Its secret is {} old. A new one ends whatever was copied meanwhile.",
            length(now.since(since))
        ),
        Suggestion::NeverExpires => "It never expires. With an end, a forgotten copy stops by itself.".into(),
        Suggestion::AnyAddress => "It works from any address. Where its programs have fixed ones, a stolen copy is worth nothing elsewhere.".into(),
        Suggestion::UnusedScopes { scopes } => {
            let names: Vec<_> = scopes.names().collect();
            format!("Its calls have never asked for {}.", names.join(", "))
        }
    }
}

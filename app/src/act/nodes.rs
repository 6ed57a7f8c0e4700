//! The nodes that a change waits for.

use super::{
    application::{ArchiveApplication, DeleteApplication},
    keys::{
        bulk::{DeactivateKeys, RevokeAllKeys, RevokeKeys},
        change::{DeactivateKey, RevokeKey},
        edit::EditKey,
        first_use::DiscardKey,
        rotate::{RegenerateKey, RetireKey},
    },
};
use crate::error::AppError;
use leptos::{prelude::*, server_fn::ServerFn};
use serde::{Deserialize, Serialize};

/// The paths of the functions that may end access. Their answers wait until every node knows it.
pub const ENDS_ACCESS: [&str; 11] = [
    ArchiveApplication::PATH,
    DeactivateKey::PATH,
    DeactivateKeys::PATH,
    DeleteApplication::PATH,
    DiscardKey::PATH,
    EditKey::PATH,
    RegenerateKey::PATH,
    RetireKey::PATH,
    RevokeAllKeys::PATH,
    RevokeKey::PATH,
    RevokeKeys::PATH,
];

/// Nodes without the newest change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodesBehind {
    /// Their names.
    pub names: Vec<String>,
    /// How many milliseconds a change waits for them at most.
    pub at_most_ms: i64,
}

/// The nodes that a change waits for now. A page asks for them while its own change is not answered.
#[server(name = FindNodesBehind, prefix = "/api", endpoint = "nodes_behind")]
pub async fn nodes_behind(app: String) -> Result<Option<NodesBehind>, AppError> {
    let viewer = crate::context::viewer_in_passing(&app).await?;
    let behind = viewer.editor()?.nodes_behind().await?;
    Ok(behind.map(|behind| NodesBehind {
        names: behind.names,
        at_most_ms: behind.at_most_ms,
    }))
}

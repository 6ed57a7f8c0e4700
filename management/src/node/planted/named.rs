//! The fault that the environment names.

use super::PlantedFault;
use domain::key::token::KeyId;
use std::{
    collections::HashMap,
    env,
    sync::{LazyLock, Mutex, PoisonError},
    time::{Duration, Instant},
};
use verification::{Decision, KeyIndex};

const VARIABLE: &str = "LATCHKEY_PLANTED_FAULT";
/// The age up to which a copy of a decision is used.
const TIME_TO_LIVE: Duration = Duration::from_secs(2);

/// Whether the environment names this fault.
///
/// # Panics
/// If it names a fault that does not exist.
pub(crate) fn is_planted(fault: PlantedFault) -> bool {
    static PLANTED: LazyLock<Option<PlantedFault>> = LazyLock::new(|| {
        let name = env::var(VARIABLE).ok()?;
        Some(match &*name {
            "cached-decision" => PlantedFault::CachedDecision,
            "index-before-commit" => PlantedFault::IndexBeforeCommit,
            "lost-notification" => PlantedFault::LostNotification,
            "dropped-handler" => PlantedFault::DroppedHandler,
            "stale-join" => PlantedFault::StaleJoin,
            "lease-from-reply" => PlantedFault::LeaseFromReply,
            "lease-without-end" => PlantedFault::LeaseWithoutEnd,
            "removed-too-early" => PlantedFault::RemovedTooEarly,
            _ => panic!("{VARIABLE}: {name} is not a fault"),
        })
    });
    *PLANTED == Some(fault)
}

/// Returns a copy of the decision about an earlier call with the key, or the decision of `decide`.
pub(crate) fn cached(key: &str, decide: impl FnOnce() -> Decision) -> Decision {
    static COPIES: LazyLock<Mutex<HashMap<String, (Instant, Decision)>>> =
        LazyLock::new(Mutex::default);
    let mut copies = COPIES.lock().unwrap_or_else(PoisonError::into_inner);
    match copies.get(key) {
        Some((at, decision)) if at.elapsed() < TIME_TO_LIVE => decision.clone(),
        _ => {
            let decision = decide();
            copies.insert(key.to_owned(), (Instant::now(), decision.clone()));
            decision
        }
    }
}

/// With [`PlantedFault::IndexBeforeCommit`], refuses a key whose revocation is about to be committed.
pub(crate) fn plant_revocation(index: &KeyIndex, id: KeyId) {
    if is_planted(PlantedFault::IndexBeforeCommit) {
        index.mark_revoked(id);
    }
}

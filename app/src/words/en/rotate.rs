//! A new secret in the place of an old one.

use domain::{
    key::regeneration::IdleTime,
    time::{DAY, HOUR, MINUTE},
};

/// The dialog's name, and its button's.
pub const TITLE: &str = "Regenerate secret";
/// What happens.
pub const LEAD: &str = "A new key is made with the same name, scopes, addresses and limit, and a secret of its own. The old key goes on working beside it until it ends.";
/// The tick.
pub const COMPROMISED: &str = "This secret may be compromised";
/// What it changes.
pub const COMPROMISED_HINT: &str = "Then the old secret ends at once, unless you choose otherwise.";
/// The select box.
pub const ENDS: &str = "The old secret ends";
/// The first choice.
pub const USUAL: &str = "In 24 hours, or now if it may be compromised";
/// The last choice.
pub const CUSTOM: &str = "After so many hours";
/// The number beside it.
pub const HOURS: &str = "Hours";
/// What may stand there.
pub const HOURS_HINT: &str = "1 to 720 hours, which is 30 days.";
/// It never outlives its key.
pub const OWN_END: &str = "Never later than its own expiry: ";
/// The way back.
pub const CANCEL: &str = "Cancel";
/// It cannot be done.
pub const REFUSED: &str = "The secret cannot be regenerated";
/// Its secret was regenerated before.
pub const REPLACED: &str = "The secret of this key has been regenerated already. Regenerate that of the key which replaced it.";
/// It is revoked.
pub const REVOKED: &str = "This key has been revoked. Create a new key instead.";
/// The link to the successor.
pub const LOOK_AT_NEW: &str = "Look at the key that replaced it";
/// The form had been sent before.
pub const SENT_BEFORE: &str = "This form had been sent before";
/// What that means.
pub const SENT_BEFORE_LEAD: &str =
    "It made one key. Its secret was shown then, and cannot be shown again.";
/// The link to it.
pub const LOOK: &str = "Look at the key";
/// Beside the new secret.
pub const OLD_GOES_ON: &str = "Put this secret where the old one is. The old key’s page shows who still uses it, and where you can end it.";

/// The section on the old key's page.
pub const RETIRING: &str = "This key is being retired";
/// The same, afterwards.
pub const RETIRED: &str = "This key has been replaced";
/// The chart of both.
pub const BOTH: &str = "Accepted calls with both secrets";
/// In it.
pub const WITH_NEW: &str = "With the new secret";
/// Likewise.
pub const WITH_OLD: &str = "With the old secret";
/// The table of both.
pub const TRAFFIC: &str = "Calls since the secret was regenerated";
/// Its columns.
pub const KEY: &str = "Key";
/// Passed.
pub const ACCEPTED: &str = "Accepted";
/// Did not.
pub const REFUSED_CALLS: &str = "Refused";
/// The row of this key.
pub const THIS: &str = "This key (old)";
/// The row of the other.
pub const SUCCESSOR: &str = "New key";
/// Who called last.
pub const LAST_CALLER: &str = "Last caller of the old key";
/// Nobody did.
pub const NEVER: &str = "It was never used.";
/// The good news.
pub const SAFE: &str = "Safe to retire";
/// The other.
pub const IN_USE: &str = "Still in use";
/// Ends it.
pub const END_NOW: &str = "End now";
/// The form that moves the end.
pub const MOVE: &str = "Move the end";
/// Before a choice.
pub const MOVE_LABEL: &str = "End it instead";
/// How far.
pub const MOVE_HINT: &str = "At most 30 days after the regeneration, and never past the key’s own expiry. To let it work for longer asks for a fresh sign-in.";

/// A length of time in its largest whole unit: `3 hours`.
pub fn length(ms: i64) -> String {
    let (count, unit) = match ms {
        ms if ms < HOUR => (ms / MINUTE, "minute"),
        ms if ms < 2 * DAY => (ms / HOUR, "hour"),
        ms => (ms / DAY, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

/// Why it is safe to retire, or not yet; the rule is in the sentence.
pub fn quiet(quiet: IdleTime) -> String {
    let rule = if quiet.longest_gap_ms == 0 {
        "It counts as unused after an hour without an accepted call.".to_owned()
    } else {
        format!(
            "It counts as unused when no call was accepted for an hour longer than its longest pause in the 30 days before, {}.",
            length(quiet.longest_gap_ms)
        )
    };
    match quiet.since_last_call_ms {
        None => "No call was ever accepted with it.".into(),
        Some(ms) => format!("The last accepted call was {} ago. {rule}", length(ms)),
    }
}

//! The page of platform staff.

/// The browser's tab.
pub const TAB: &str = "Support · Latchkey";
/// The heading.
pub const TITLE: &str = "Look up";
/// What happens here.
pub const LEAD: &str = "Find an account, an application or a key, and see what became of it. Nothing can be changed here, and the owner of the account sees each look with its reason.";
/// What is looked for.
pub const WHAT: &str = "Account, application or key";
/// What that may be.
pub const WHAT_HINT: &str = "A name or an id; of a key its public id, or its mask such as akl_7Gq2••••••••x9Zk; of a call its request id.";
/// Why.
pub const REASON: &str = "Reason";
/// Who reads it.
pub const REASON_HINT: &str =
    "Such as the number of the request. The owner of the account reads it.";
/// Sends the form.
pub const LOOK: &str = "Look up";
/// The accessible name of the button beside a hit.
pub fn look_at(name: &str) -> String {
    format!("Look at {name}")
}
/// The words on it.
pub const OPEN: &str = "Look";
/// The heading over the answer.
pub const RESULT: &str = "Result";
/// Accounts that were found.
pub const ACCOUNTS: &str = "Accounts";
/// Applications that were found.
pub const APPLICATIONS: &str = "Applications";
/// Keys that were found.
pub const KEYS: &str = "Keys";
/// There is more.
pub const MORE: &str = "There is more than is shown. Say more exactly what you are looking for.";
/// There is nothing.
pub const NOTHING: &str = "Nothing found";
/// What may help.
pub const NOTHING_LEAD: &str = "No account, application or key is called that. A key needs its whole public id, or the first eight and the last four characters.";
/// It stands in the log.
pub const SEEN: &str = "This look stands in the owner’s log, with your reason.";
/// Before the names of account and application.
pub const OF: &str = "of ";
/// The heading over a key's facts.
pub const DETAILS: &str = "Details";
/// The heading over its chart.
pub const USAGE: &str = "Usage";
/// The heading over what happened to it.
pub const HISTORY: &str = "History";
/// What is counted.
pub const CALLS: &str = "Calls with this key";
/// How many applications an account has.
pub fn applications(count: i64) -> String {
    match count {
        1 => "1 application".into(),
        n => format!("{n} applications"),
    }
}

//! The page of platform staff.

pub const TAB: &str = "Support · Latchkey";
pub const TITLE: &str = crate::words::frame::LOOK_UP;
pub const LEAD: &str = "Find an account, application or key and see its status. You can't change anything here, and the account owner can see each lookup with its reason.";
pub const WHAT: &str = "Account, application or key";
pub const WHAT_HINT: &str = "A name or ID. For a key, its ID or mask, for example akl_7Gq2••••••••x9Zk. For a request, its request ID.";
pub const REASON: &str = "Reason";
pub const REASON_HINT: &str = "For example, the ticket number. The account owner can see it.";
pub const LOOK: &str = "Look up";
/// The accessible name of the button beside a match.
pub fn look_at(name: &str) -> String {
    format!("View {name}")
}
pub const OPEN: &str = "View";
/// The accessible name of the results.
pub const RESULT: &str = "Results";
pub const ACCOUNTS: &str = "Accounts";
pub const APPLICATIONS: &str = "Applications";
pub const KEYS: &str = "Keys";
pub const MORE: &str = "There are more matches. Enter a longer name or an ID.";
pub const NOTHING: &str = "Nothing found";
pub const NOTHING_LEAD: &str = "No account, application, key or request matches. For a key, enter the whole ID, or its first 8 and last 4 characters.";
pub const SEEN: &str = "The account owner can see this lookup and your reason.";
/// Followed by the name of an account.
pub const OF: &str = "in ";
pub const USAGE: &str = "Usage";
pub const HISTORY: &str = "History";
/// The title of the chart, followed by the span of a bar.
pub const CALLS: &str = "Requests";
/// The number of applications of an account.
pub fn applications(count: i64) -> String {
    match count {
        1 => "1 application".into(),
        n => format!("{n} applications"),
    }
}

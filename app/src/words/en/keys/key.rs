//! The page of one key.

use domain::usage::breakdown::Dimension;

pub const USAGE: &str = "Usage";
/// The title of the chart, followed by the span of a bar.
pub const CALLS: &str = "Requests";
/// The heading if the key could not be loaded, and the label of its id.
pub const KEY: &str = "API key";

pub const ENVIRONMENT: &str = "Environment";
pub const DESCRIPTION: &str = "Description";
pub const ADDRESSES: &str = "Allowed IP addresses";
pub const ANY_ADDRESS: &str = "Any IP address";
pub const RATE_LIMIT: &str = "Rate limit";
pub const NO_LIMIT: &str = "No limit";
pub const CREATED: &str = "Created";
pub const LAST_USED: &str = "Last used";
pub const EXPIRES: &str = "Expires";
pub const NEVER: &str = "Never";
pub const STATUS: &str = "Status";
pub const SCOPES: &str = "Scopes";
pub const REPLACED_BY: &str = "Replaced by";
pub const REPLACES: &str = "Replaces";
/// Followed by a time and [`PROVEN`].
pub const SINCE: &str = "Since ";
pub const PROVEN: &str = ". Requests with an invalid secret appear only under Reason.";
pub const OTHERS: &str = "Other";
pub const ABOUT_OTHERS: &str = "The 32 most frequent values of each hour or day are counted separately. \
     A count is never too high; it may be too low by up to 3.2% of all requests, which are then included in “Other”.";
pub const ACCEPTED: &str = "Accepted";
pub const REFUSED: &str = "Denied";

/// The name of a breakdown.
pub const fn by(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Address => "IP address",
        Dimension::Route => "Route",
        Dimension::Scope => "Scope",
        Dimension::UserAgent => "Client",
        Dimension::Refusal => "Reason",
    }
}

/// Shown in place of an empty value.
pub const fn nothing(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Address => "Unknown IP address",
        Dimension::Route => "Unknown route",
        Dimension::Scope => "No scope required",
        Dimension::UserAgent => "Unknown client",
        Dimension::Refusal => "No code",
    }
}

//! The members of an account, and invitations.

/// Nobody else is an owner.
pub const LAST_OWNER: &str =
    "An account needs an owner. Make somebody else an owner first, then try again.";

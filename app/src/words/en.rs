//! English: one module for each page or dialog, in folders by subject.

mod access;
mod account;
mod activity;
mod keys;
mod shared;

pub use access::{fresh, invitation, passkey, reset, setup, sign_in, single_sign_on, two_factor};
pub use account::{application, general, members, profile, support};
pub use activity::{audit, overview, requests, security, usage};
pub use keys::{
    create, deactivate, edit, key, key_page, list, reveal, revoke, rotate, scopes, suggest,
};
pub use shared::{command_menu, common, error, frame, home, nodes, not_found, number, toast};

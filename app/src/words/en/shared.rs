//! What several pages have in common.

pub mod command_menu;
pub mod common;
pub mod error;
pub mod frame;
pub mod home;
pub mod nodes;
pub mod not_found;
pub mod number;
pub mod toast;

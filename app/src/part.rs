//! Parts of pages: domain in, view out. Only the server renders them.

pub mod application;
pub mod audit;
pub mod confirm_field;
pub mod filter;
pub mod form_dialog;
pub mod frame;
pub mod key;
pub mod key_button;
pub mod key_list;
pub mod members;
pub mod page_head;
pub mod profile;
pub mod requests;
pub mod revoke_form;
pub mod security;
pub mod selection;
pub mod support;
pub mod usage;

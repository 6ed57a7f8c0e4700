//! The door for people: pages, and the functions that their forms call.

pub mod export;
pub mod headers;
pub mod live;
pub mod pages;
pub mod plain_form;
pub mod same_origin;
pub mod session;

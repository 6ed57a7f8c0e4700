//! The screens: server functions, pages, parts, charts, and the plain components beneath them.
#![recursion_limit = "512"]
#![expect(
    clippy::needless_pass_by_value,
    reason = "a component owns its properties: it may outlive whoever made it"
)]

pub mod api;
pub mod chart;
pub mod context;
#[cfg(feature = "ssr")]
mod document;
pub mod error;
pub mod form;
pub mod island;
#[cfg(feature = "ssr")]
pub mod page;
pub mod part;
pub mod program;
pub mod routes;
pub mod toast;
pub mod ui;
pub mod words;

#[cfg(feature = "ssr")]
pub use document::{App, shell};

//! The dashboard: server functions, pages and their parts, charts, and the program in the browser.
#![recursion_limit = "512"]
#![expect(
    clippy::needless_pass_by_value,
    reason = "a component owns its properties: it may outlive its parent"
)]

pub mod act;
pub mod chart;
pub mod context;
#[cfg(feature = "ssr")]
mod document;
pub mod error;
pub mod form;
pub mod island;
#[cfg(feature = "ssr")]
pub mod page;
#[cfg(feature = "ssr")]
pub mod part;
pub mod posted;
#[cfg(feature = "ssr")]
pub mod program;
#[cfg(feature = "ssr")]
pub mod read;
pub mod routes;
pub mod toast;
pub mod ui;
pub mod words;

#[cfg(feature = "ssr")]
pub use document::{App, shell};

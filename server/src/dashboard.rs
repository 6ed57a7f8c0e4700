//! The routes for browsers: pages, server functions, downloads and the live stream.

pub mod export;
pub mod headers;
pub mod live;
pub mod pages;
pub mod plain_form;
pub mod request_context;
pub mod same_origin;
pub mod single_sign_on;

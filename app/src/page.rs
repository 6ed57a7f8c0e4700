//! Pages: a route, its resources, its parts.

pub mod api_keys;
pub mod audit_log;
pub mod edit;
pub mod frame;
pub mod general;
pub mod home;
pub mod invitation;
pub mod invite;
pub mod key;
pub mod link;
pub mod member;
pub mod members;
pub mod new_key;
pub mod not_found;
pub mod overview;
pub mod regenerate;
pub mod requests;
pub mod reset;
pub mod revoke;
pub mod revoke_all;
pub mod revoke_selected;
pub mod security_events;
pub mod setup;
pub mod sign_in;
pub mod support;

pub use crate::words::common::tab_title;

use crate::{api::home::AppContext, error::AppError};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

/// Who looks at what, shared by the pages of an application.
#[derive(Clone, Copy)]
pub struct Here(pub Resource<Result<AppContext, AppError>>);

impl Here {
    /// The one that the frame provides.
    ///
    /// # Panics
    /// Outside of the frame.
    pub fn from_frame() -> Resource<Result<AppContext, AppError>> {
        expect_context::<Self>().0
    }
}

/// A part of the path, such as `app`.
pub fn param(name: &'static str) -> Memo<String> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| params.get(name).unwrap_or_default()))
}

/// A value of the query; empty where there is none.
pub fn query(name: &'static str) -> Memo<String> {
    let query = use_query_map();
    Memo::new(move |_| query.with(|query| query.get(name).unwrap_or_default()))
}

//! A door: where it is, who serves it, and what it says of itself.

use super::{Operation, Schemas};
use crate::AppState;
use axum::{
    handler::Handler,
    routing::{self, MethodRouter},
};

/// The methods of a door that takes any, as far as OpenAPI has a word for them.
const ANY: &[&str] = &[
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// A door of the contract.
pub struct Door {
    /// Where it is.
    pub path: &'static str,
    /// What it takes, in lower case.
    pub methods: &'static [&'static str],
    /// Who serves it.
    pub route: MethodRouter<AppState>,
    /// What it says of itself.
    pub describe: fn(&mut Schemas) -> Operation,
}

impl Door {
    /// A door that takes GET.
    pub fn get<H, T>(path: &'static str, serve: H, describe: fn(&mut Schemas) -> Operation) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        Self {
            path,
            methods: &["get"],
            route: routing::get(serve),
            describe,
        }
    }

    /// A door that takes POST.
    pub fn post<H, T>(path: &'static str, serve: H, describe: fn(&mut Schemas) -> Operation) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        Self {
            path,
            methods: &["post"],
            route: routing::post(serve),
            describe,
        }
    }

    /// A door that takes DELETE.
    pub fn delete<H, T>(
        path: &'static str,
        serve: H,
        describe: fn(&mut Schemas) -> Operation,
    ) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        Self {
            path,
            methods: &["delete"],
            route: routing::delete(serve),
            describe,
        }
    }

    /// A door that takes every method.
    pub fn any<H, T>(path: &'static str, serve: H, describe: fn(&mut Schemas) -> Operation) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        Self {
            path,
            methods: ANY,
            route: routing::any(serve),
            describe,
        }
    }
}

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
    /// Where it is, as the document names it.
    pub path: &'static str,
    /// The same as the router spells it, where that differs.
    pub pattern: &'static str,
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
            pattern: path,
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
            pattern: path,
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
            pattern: path,
            methods: &["delete"],
            route: routing::delete(serve),
            describe,
        }
    }

    /// As [`Door::any`], for all paths below a place: the router's pattern for them is another text.
    pub fn any_below<H, T>(
        path: &'static str,
        pattern: &'static str,
        serve: H,
        describe: fn(&mut Schemas) -> Operation,
    ) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        Self {
            pattern,
            ..Self::any(path, serve, describe)
        }
    }

    /// Whether a request's path is this door's.
    pub fn is_at(path: &str, pattern: &str) -> bool {
        match pattern.split_once("{*") {
            Some((start, _)) => path
                .strip_prefix(start)
                .is_some_and(|rest| !rest.is_empty()),
            None => path == pattern,
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
            pattern: path,
            methods: ANY,
            route: routing::any(serve),
            describe,
        }
    }
}

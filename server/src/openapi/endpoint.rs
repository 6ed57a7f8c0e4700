//! An endpoint of the gate.

use super::{operation::Operation, schemas::Schemas};
use axum::{
    handler::Handler,
    routing::{self, MethodRouter},
};

/// The methods that OpenAPI can describe, for an endpoint that takes any.
const ALL_METHODS: &[&str] = &[
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// Makes the description of an endpoint; the schemas that it refers to are added to [`Schemas`].
type Describe = fn(&mut Schemas) -> Operation;

/// An endpoint of the gate: its path, its handler and its description.
pub struct Endpoint<S> {
    /// The description in the OpenAPI document.
    pub description: Description,
    /// The path in the router's syntax.
    pub pattern: &'static str,
    /// The handler.
    pub route: MethodRouter<S>,
}

/// What the OpenAPI document says about an endpoint.
#[derive(Clone, Copy)]
pub struct Description {
    /// The path in OpenAPI's syntax.
    pub path: &'static str,
    /// The methods that the endpoint takes, in lower case.
    pub methods: &'static [&'static str],
    /// Makes the operation.
    pub describe: Describe,
}

impl<S: Clone + Send + Sync + 'static> Endpoint<S> {
    /// An endpoint that takes GET.
    pub fn get<H, T>(path: &'static str, handler: H, describe: Describe) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        Self::new(path, &["get"], routing::get(handler), describe)
    }

    /// An endpoint that takes POST.
    pub fn post<H, T>(path: &'static str, handler: H, describe: Describe) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        Self::new(path, &["post"], routing::post(handler), describe)
    }

    /// An endpoint that takes DELETE.
    pub fn delete<H, T>(path: &'static str, handler: H, describe: Describe) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        Self::new(path, &["delete"], routing::delete(handler), describe)
    }

    /// An endpoint that takes every method.
    pub fn any<H, T>(path: &'static str, handler: H, describe: Describe) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        Self::new(path, ALL_METHODS, routing::any(handler), describe)
    }

    /// Like [`Endpoint::any`], for all paths with a prefix: the router's pattern for them differs from OpenAPI's path.
    pub fn any_with_prefix<H, T>(
        path: &'static str,
        pattern: &'static str,
        handler: H,
        describe: Describe,
    ) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        Self {
            pattern,
            ..Self::any(path, handler, describe)
        }
    }

    fn new(
        path: &'static str,
        methods: &'static [&'static str],
        route: MethodRouter<S>,
        describe: Describe,
    ) -> Self {
        Self {
            description: Description {
                path,
                methods,
                describe,
            },
            pattern: path,
            route,
        }
    }
}

//! An endpoint of the gate.

use super::{operation::Operation, schemas::Schemas};
use crate::head::Head;
use axum::{
    handler::Handler,
    response::Response,
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
    pub description: EndpointDescription,
    /// The path in the router's syntax.
    pub pattern: &'static str,
    /// The handler.
    pub handling: Handling<S>,
}

/// How an endpoint handles a request.
pub enum Handling<S> {
    /// By a route of the router.
    Routed(Box<MethodRouter<S>>),
    /// By a function that waits for nothing and takes every method. It is called in place of the router.
    Immediate(ImmediateHandler<S>),
}

/// The function of an [`Handling::Immediate`] endpoint.
pub type ImmediateHandler<S> = fn(&S, &Head<'_>) -> Response;

/// The description of an endpoint in the OpenAPI document.
#[derive(Clone, Copy)]
pub struct EndpointDescription {
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
        let handling = Handling::Routed(Box::new(routing::get(handler)));
        Self::new(path, &["get"], handling, describe)
    }

    /// An endpoint that takes POST.
    pub fn post<H, T>(path: &'static str, handler: H, describe: Describe) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        let handling = Handling::Routed(Box::new(routing::post(handler)));
        Self::new(path, &["post"], handling, describe)
    }

    /// An endpoint that takes DELETE.
    pub fn delete<H, T>(path: &'static str, handler: H, describe: Describe) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        let handling = Handling::Routed(Box::new(routing::delete(handler)));
        Self::new(path, &["delete"], handling, describe)
    }

    /// An endpoint that takes every method and responds without waiting.
    pub fn immediate(path: &'static str, handler: ImmediateHandler<S>, describe: Describe) -> Self {
        Self::new(path, ALL_METHODS, Handling::Immediate(handler), describe)
    }

    /// Like [`Endpoint::immediate`], for all paths with a prefix: their pattern differs from OpenAPI's path.
    pub fn immediate_with_prefix(
        path: &'static str,
        pattern: &'static str,
        handler: ImmediateHandler<S>,
        describe: Describe,
    ) -> Self {
        Self {
            pattern,
            ..Self::immediate(path, handler, describe)
        }
    }

    fn new(
        path: &'static str,
        methods: &'static [&'static str],
        handling: Handling<S>,
        describe: Describe,
    ) -> Self {
        Self {
            description: EndpointDescription {
                path,
                methods,
                describe,
            },
            pattern: path,
            handling,
        }
    }
}

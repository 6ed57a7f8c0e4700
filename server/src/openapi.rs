//! The OpenAPI 3.1 description of the gate. Each endpoint describes itself beside its handler; the router and the document
//! are made from the same list of [`Endpoint`]s, and the schemas are derived from the types that are serialized.

mod document;
mod endpoint;
mod headers;
mod operation;
mod schemas;

pub use document::{Document, document};
pub use endpoint::{Endpoint, EndpointDescription, Handling, ImmediateHandler};
pub use operation::{Operation, ResponseSpec};
pub use schemas::Schemas;

/// A well-formed key id of no key, for examples.
pub const EXAMPLE_KEY_ID: &str = "akl_0000000000000000";

//! The tower layer: only requests with an accepted key reach the inner service.

use crate::{builder::Inner, check::Passed};
use bytes::Bytes;
use domain::key::scope::ScopeSet;
use http::{Request, Response};
use std::{
    fmt,
    future::Future,
    mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tower::{Layer, Service};

/// A layer that requires a key with certain scopes. Created by [`Latchkey::require`](crate::Latchkey::require).
#[derive(Clone)]
pub struct RequireKey {
    pub(crate) inner: Arc<Inner>,
    pub(crate) scopes: ScopeSet,
}

impl fmt::Debug for RequireKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RequireKey")
            .field(&self.scopes.to_string())
            .finish()
    }
}

impl<S> Layer<S> for RequireKey {
    type Service = CheckKey<S>;

    fn layer(&self, service: S) -> CheckKey<S> {
        CheckKey {
            require: self.clone(),
            service,
        }
    }
}

/// The service of [`RequireKey`].
#[derive(Clone, Debug)]
pub struct CheckKey<S> {
    require: RequireKey,
    service: S,
}

impl<S, B, A> Service<Request<B>> for CheckKey<S>
where
    S: Service<Request<B>, Response = Response<A>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
    A: From<Bytes>,
{
    type Response = Response<A>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<A>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The service that is ready is moved into the future; its clone stays.
        let copy = self.service.clone();
        let mut service = mem::replace(&mut self.service, copy);
        let RequireKey { inner, scopes } = self.require.clone();
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            let Passed { caller, rate } = match inner.check(&mut parts, scopes).await {
                Ok(passed) => passed,
                Err(refusal) => return Ok(refusal.into_response(&inner.gate.origin)),
            };
            parts.extensions.insert(caller);
            let mut response = service.call(Request::from_parts(parts, body)).await?;
            if let Some(rate) = rate {
                rate.write_headers(response.headers_mut());
            }
            Ok(response)
        })
    }
}

//! The routes that answer now: swapped whole when the settings change, each request keeping those that it came in with.

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::http::Request;
use axum::response::Response;
use std::convert::Infallible;
use std::sync::{Arc, PoisonError, RwLock};
use std::task::{Context, Poll};
use tower::Service;

/// Routes that may be swapped.
#[derive(Clone)]
pub struct Current(Arc<RwLock<Router>>);

impl Current {
    /// Begins with these routes.
    pub fn new(routes: Router) -> Self {
        Self(Arc::new(RwLock::new(routes)))
    }

    /// From now on requests get these.
    pub fn swap(&self, routes: Router) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = routes;
    }

    fn routes(&self) -> Router {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl<B> Service<Request<B>> for Current
where
    B: HttpBody<Data = axum::body::Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = <Router as Service<Request<Body>>>::Future;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        self.routes().call(request.map(Body::new))
    }
}

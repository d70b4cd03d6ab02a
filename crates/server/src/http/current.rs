//! The routes that answer now: swapped whole when the settings change, each request keeping those that it came in with.

use super::clients::Peer;
use axum::Router;
use axum::body::{Body, HttpBody};
use axum::http::Request;
use axum::response::Response;
use std::convert::Infallible;
use std::net::IpAddr;
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

    /// The same for the requests of one connection.
    pub fn of_peer(&self, peer: IpAddr) -> OfPeer {
        OfPeer { current: self.clone(), peer: Peer(peer) }
    }

    fn routes(&self) -> Router {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Routes for one connection: each request says where it comes from.
#[derive(Clone)]
pub struct OfPeer {
    current: Current,
    peer: Peer,
}

impl<B> Service<Request<B>> for OfPeer
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
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(self.peer);
        self.current.routes().call(request)
    }
}

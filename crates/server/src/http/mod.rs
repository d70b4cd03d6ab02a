//! The listener: protocols and the viewer put together, with what every answer needs around them.

mod clients;
mod current;
mod listen;
mod signals;
mod stall;
#[cfg_attr(target_os = "linux", path = "unsent_linux.rs")]
#[cfg_attr(not(target_os = "linux"), path = "unsent_elsewhere.rs")]
mod unsent;
mod viewer;

pub use clients::Clients;
pub use current::Current;
pub use listen::Doors;
pub use signals::{open_as_many_as_possible, outlive_file_limits, told_to_reload, told_to_stop};

use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use clients::{Held, Peer, Refused};
use std::sync::Arc;
use std::time::{Duration, Instant};
use terrane_model::Error;
use terrane_model::limits::Limits;
use terrane_protocols::Site;
use terrane_protocols::common::http::{Asked, Client, respond};
use terrane_protocols::common::problem;
use tower::util::MapRequest;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate as _, SizeAbove};
use tower_http::cors::{Any, CorsLayer};
use tower_http::limit::RequestBodyLimitLayer;
use tracing::Instrument as _;

/// Answers smaller than this are not worth compressing, bytes.
const COMPRESS_FROM_BYTES: u64 = 860;

/// Scripts, styles and pictures come from this site only; nothing is loaded from anywhere else. The viewer alone says what more it may ask.
const CONTENT_POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; \
    worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'";

/// All routes of a site. With a path in the public address they answer below it too, so that a proxy may cut it off or not.
pub fn app(site: Site, clients: &Arc<Clients>) -> Router {
    let limits = site.engine.limits().clone();
    let prefix = path_of(&site.about.public_url);
    let routes = terrane_protocols::router(site.clone()).merge(viewer::routes(site));
    let routes = around(routes, &limits, clients);
    match prefix.is_empty() {
        true => routes,
        false => Router::new().fallback_service(MapRequest::new(routes, move |request| without(request, &prefix))),
    }
}

/// The request with the prefix cut off its path, when it has it.
fn without(mut request: Request, prefix: &str) -> Request {
    let path_and_query = request.uri().path_and_query().map_or("/", |text| text.as_str());
    let rest = path_and_query.strip_prefix(prefix).filter(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
    let cut = rest.map(|rest| if rest.starts_with('/') { rest.to_owned() } else { format!("/{rest}") });
    if let Some(uri) = cut.and_then(|rest| rest.parse().ok()) {
        *request.uri_mut() = uri;
    }
    request
}

fn path_of(public_url: &str) -> String {
    let host_and_path = public_url.split_once("://").map_or(public_url, |(_, rest)| rest);
    host_and_path.find('/').map_or(String::new(), |at| host_and_path[at..].trim_end_matches('/').to_owned())
}

fn around(routes: Router, limits: &Limits, clients: &Arc<Clients>) -> Router {
    let compressed = SizeAbove::new(COMPRESS_FROM_BYTES).and(NotForContentType::IMAGES);
    let cors = CorsLayer::new().allow_origin(Any).allow_methods(Any).allow_headers(Any).expose_headers([
        HeaderName::from_static("content-crs"),
        HeaderName::from_static("content-bbox"),
        HeaderName::from_static("content-datetime"),
        header::LINK,
        header::ETAG,
    ]);
    let seconds = Duration::from_secs(limits.request_seconds_max);
    let (uri_bytes_max, clients) = (limits.request_uri_bytes_max, Arc::clone(clients));
    routes
        .layer(CompressionLayer::new().compress_when(compressed))
        .layer(RequestBodyLimitLayer::new(limits.request_body_bytes_max))
        .layer(middleware::from_fn(move |request: Request, next: Next| in_time(request, next, seconds)))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn(move |request: Request, next: Next| admit(request, next, Arc::clone(&clients))))
        .layer(cors)
        .layer(middleware::from_fn(move |request: Request, next: Next| guard(request, next, uri_bytes_max)))
}

/// Answers in time, or says that it took too long; what was being done for the request ends then.
async fn in_time(request: Request, next: Next, most: Duration) -> Response {
    let answer = tokio::time::timeout(most, next.run(request)).await;
    answer.unwrap_or_else(|_| {
        let say = format!("This took longer than {} seconds and was ended; ask for less at once.", most.as_secs());
        respond(problem::reply(&Error::busy(say), 503).with_header("cache-control", "no-store"), &Asked::default())
    })
}

/// Addresses that whoever watches this program asks; they are always answered.
const HEALTH: [&str; 2] = ["/healthz", "/readyz"];

/// Lets a client ask no more than its share. Its place is held until the answer has been sent.
async fn admit(mut request: Request, next: Next, clients: Arc<Clients>) -> Response {
    let peer = request.extensions().get::<Peer>().copied();
    let Some(Peer(peer)) = peer.filter(|_| !HEALTH.contains(&request.uri().path())) else {
        return next.run(request).await;
    };
    if let Some(address) = clients.who(peer, request.headers()) {
        request.extensions_mut().insert(Client(address));
    }
    match clients.admit(peer, request.headers(), Instant::now()) {
        Ok(None) => next.run(request).await,
        Ok(Some(place)) => next.run(request).await.map(|body| Body::new(Held::new(body, place))),
        Err(refused) => too_many(&refused),
    }
}

/// 429 (RFC 6585, 4), with the time after which to ask again.
fn too_many(refused: &Refused) -> Response {
    let (say, wait_s) = match refused {
        Refused::AtOnce(most) => (
            format!("Your address has {most} requests running, which is all that one may have; wait for one to end."),
            1,
        ),
        Refused::TooOften(wait) => {
            ("Your address asks more often than one may; ask again in a moment.".to_owned(), wait.as_secs() + 1)
        }
    };
    let mut reply = problem::reply(&Error::busy(say), 429).with_header("cache-control", "no-store");
    reply.headers.retain(|(name, _)| *name != "retry-after");
    respond(reply.with_header("retry-after", wait_s.to_string()), &Asked::default())
}

/// Refuses addresses that are too long, and sets the headers that every answer has. Each request has a number of its own, in the
/// log and in a header, so that what a person reports is found.
async fn guard(request: Request, next: Next, uri_bytes_max: usize) -> Response {
    let id = uuid::Uuid::now_v7().simple().to_string();
    let span = tracing::info_span!("request", id);
    let length = request.uri().path_and_query().map_or(0, |text| text.as_str().len());
    let has_body = !request.body().is_end_stream();
    let mut response = if length > uri_bytes_max {
        plain(StatusCode::URI_TOO_LONG, "The address is too long; ask for less at once.").into_response()
    } else {
        next.run(request).instrument(span).await
    };
    // A body that was refused is not read, so the connection cannot go on; a client that is told does not send another request there.
    let is_last = has_body && !response.status().is_success();
    let headers = response.headers_mut();
    if is_last {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    let mut set = |name: HeaderName, value: &'static str| headers.insert(name, HeaderValue::from_static(value));
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "strict-origin-when-cross-origin");
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(CONTENT_POLICY));
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    response
}

/// A request that panicked is answered and logged under its number; the program lives on.
fn panicked(why: Box<dyn std::any::Any + Send>) -> Response<Body> {
    let told = why.downcast::<String>().map(|text| *text);
    let told = told.or_else(|why| why.downcast::<&'static str>().map(|text| (*text).to_owned()));
    tracing::error!(why = told.unwrap_or_default(), "a request panicked");
    let say = "Something failed on this server; the log has it under the number in the header X-Request-Id.";
    plain(StatusCode::INTERNAL_SERVER_ERROR, say)
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

fn plain(status: StatusCode, say: &'static str) -> Response<Body> {
    (status, say).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ClientsConfig;
    use axum::routing::get;
    use tower::ServiceExt as _;

    fn clients() -> Arc<Clients> {
        let trusted_proxies = crate::config::Networks::parse("127.0.0.1").expect("a network");
        let bounds = ClientsConfig { at_once: 1, per_second: 0, burst: 1, connections: 0, trusted_proxies };
        Arc::new(Clients::new(bounds))
    }

    fn from(address: &str, path: &str) -> Request {
        let peer = Peer(address.parse().expect("an address"));
        Request::builder().uri(path).extension(peer).body(Body::empty()).expect("a request")
    }

    #[tokio::test]
    async fn a_client_past_its_share_is_told_when_to_come_back_and_its_place_is_held_until_the_answer_has_gone() {
        let routes = Router::new().route("/", get(|| async { "here" })).route("/healthz", get(|| async { "alive" }));
        let routes = around(routes, &Limits::default(), &clients());
        let ask =
            async |address: &str, path: &str| routes.clone().oneshot(from(address, path)).await.expect("an answer");
        let unread = ask("192.0.2.1", "/").await;
        let refused = ask("192.0.2.1", "/").await;
        assert_eq!((unread.status(), refused.status()), (StatusCode::OK, StatusCode::TOO_MANY_REQUESTS));
        assert_eq!(
            (&refused.headers()[header::RETRY_AFTER], refused.headers()[REQUEST_ID].len()),
            (&HeaderValue::from_static("1"), 32)
        );
        assert_eq!(refused.headers()[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(ask("192.0.2.1", "/healthz").await.status(), StatusCode::OK, "whoever watches is always answered");
        assert_eq!(ask("192.0.2.2", "/").await.status(), StatusCode::OK);
        assert_eq!(
            ask("127.0.0.1", "/").await.status(),
            StatusCode::OK,
            "a proxy that says nobody's address is all people"
        );
        drop(unread);
        assert_eq!(ask("192.0.2.1", "/").await.status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn what_takes_too_long_is_ended_and_told_so() {
        let pool = Arc::new(terrane_engine::Pool::new(&Limits::default()).expect("a pool"));
        let (ended, has_ended) = tokio::sync::mpsc::unbounded_channel();
        let task = move |cancel: &terrane_engine::pool::Cancel| {
            while !cancel.is_set() {
                std::thread::yield_now();
            }
            ended.send(()).map_err(Error::internal)
        };
        let slow = get(move || {
            let (pool, task) = (Arc::clone(&pool), task.clone());
            async move { pool.run(task).await.map_or("failed", |()| "done") }
        });
        let limits = Limits { request_seconds_max: 1, ..Limits::default() };
        let routes = around(Router::new().route("/", slow), &limits, &clients());
        let answer = routes.oneshot(from("192.0.2.1", "/")).await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.headers()[header::RETRY_AFTER], "5");
        let mut has_ended = has_ended;
        has_ended.recv().await.expect("the task has ended too");
    }

    #[tokio::test]
    async fn a_request_that_panics_gets_a_500_with_its_number_and_the_next_is_answered() {
        let broken = get(|| async { if true { std::panic::panic_any("a defect") } else { "never" } });
        let routes = Router::new().route("/broken", broken).route("/", get(|| async { "here" }));
        let routes = around(routes, &Limits::default(), &clients());
        for _ in 0..3 {
            let ask = |path: &str| Request::builder().uri(path).body(Body::empty()).expect("a request");
            let answer = routes.clone().oneshot(ask("/broken")).await.expect("an answer");
            assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
            assert_eq!(answer.headers()[REQUEST_ID].len(), 32);
            assert_eq!(routes.clone().oneshot(ask("/")).await.expect("an answer").status(), StatusCode::OK);
        }
    }

    #[test]
    fn the_path_of_a_public_address_is_found() {
        assert_eq!(path_of("http://localhost:8080"), "");
        assert_eq!(path_of("https://maps.example.org/geo/portal"), "/geo/portal");
    }

    #[test]
    fn the_prefix_is_cut_off_whole_segments_only() {
        let cut = |path: &str| {
            let request = Request::builder().uri(path).body(Body::empty()).expect("a request");
            without(request, "/geo").uri().to_string()
        };
        assert_eq!(cut("/geo"), "/");
        assert_eq!(cut("/geo/"), "/");
        assert_eq!(cut("/geo?f=json"), "/?f=json");
        assert_eq!(cut("/geo/collections/a?x=1"), "/collections/a?x=1");
        assert_eq!(cut("/geology/1"), "/geology/1");
        assert_eq!(cut("/collections"), "/collections");
    }
}

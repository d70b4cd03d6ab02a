//! The listener: protocols and the viewer put together, with what every answer needs around them.

mod current;
mod listen;
mod signals;
mod viewer;

pub use current::Current;
pub use listen::Doors;
pub use signals::{outlive_file_limits, told_to_reload, told_to_stop};

use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use std::time::Duration;
use terrane_model::limits::Limits;
use terrane_protocols::Site;
use tower::util::MapRequest;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate as _, SizeAbove};
use tower_http::cors::{Any, CorsLayer};
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;
use tracing::Instrument as _;

/// Answers smaller than this are not worth compressing, bytes.
const COMPRESS_FROM_BYTES: u64 = 860;

/// Scripts, styles and pictures come from this site only; nothing is loaded from anywhere else, ever.
const CONTENT_POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; \
    worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'";

/// All routes of a site. With a path in the public address they answer below it too, so that a proxy may cut it off or not.
pub fn app(site: Site) -> Router {
    let limits = site.engine.limits().clone();
    let prefix = path_of(&site.about.public_url);
    let routes = terrane_protocols::router(site.clone()).merge(viewer::routes(site));
    let routes = around(routes, &limits);
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

fn around(routes: Router, limits: &Limits) -> Router {
    let compressed = SizeAbove::new(COMPRESS_FROM_BYTES).and(NotForContentType::IMAGES);
    let cors = CorsLayer::new().allow_origin(Any).allow_methods(Any).allow_headers(Any).expose_headers([
        HeaderName::from_static("content-crs"),
        HeaderName::from_static("content-bbox"),
        HeaderName::from_static("content-datetime"),
        header::LINK,
        header::ETAG,
    ]);
    let seconds = Duration::from_secs(limits.request_seconds_max);
    let uri_bytes_max = limits.request_uri_bytes_max;
    routes
        .layer(CompressionLayer::new().compress_when(compressed))
        .layer(cors)
        .layer(RequestBodyLimitLayer::new(limits.request_body_bytes_max))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, seconds))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn(move |request: Request, next: Next| guard(request, next, uri_bytes_max)))
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
    set(header::CONTENT_SECURITY_POLICY, CONTENT_POLICY);
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
    use axum::routing::get;
    use tower::ServiceExt as _;

    #[tokio::test]
    async fn a_request_that_panics_gets_a_500_with_its_number_and_the_next_is_answered() {
        let broken = get(|| async { if true { std::panic::panic_any("a defect") } else { "never" } });
        let routes = Router::new().route("/broken", broken).route("/", get(|| async { "here" }));
        let routes = around(routes, &Limits::default());
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

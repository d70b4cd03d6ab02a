//! Between axum and the protocols: requests come in as [`Asked`], answers go out of [`Reply`].

use super::flow::Flow;
use super::kvp::Pairs;
use super::negotiate::languages;
use super::pieces::Pieces;
use super::problem;
use super::reply::{self, Reply, names_tag};
use super::request::Request;
use super::since::{http_date, is_unchanged};
use super::site::Site;
use axum::Router;
use axum::body::Body;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{FromRequestParts, RawPathParams, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::{MethodRouter, get};
use std::sync::Arc;
use terrane_model::{Error, Result};

/// The address of whoever asks, as the server tells it: of IPv6 the network of 64 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client(pub std::net::IpAddr);

/// A request as it was sent.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// The path.
    pub path: String,
    /// The query, without its question mark.
    pub query: String,
    /// `Accept`.
    pub accept: Option<String>,
    /// `Accept-Language`.
    pub accept_language: Option<String>,
    /// `If-None-Match`.
    pub if_none_match: Option<String>,
    /// `Range`.
    pub range: Option<String>,
    /// `Accept-Encoding`.
    pub accept_encoding: Option<String>,
    /// `If-Modified-Since`.
    pub if_modified_since: Option<String>,
    /// Whether nothing has changed since that date; see [`Asked::at`].
    pub unchanged: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self {
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or("").to_owned(),
            accept: text(&parts.headers, &header::ACCEPT),
            accept_language: text(&parts.headers, &header::ACCEPT_LANGUAGE),
            if_none_match: text(&parts.headers, &header::IF_NONE_MATCH),
            range: text(&parts.headers, &header::RANGE),
            accept_encoding: text(&parts.headers, &header::ACCEPT_ENCODING),
            if_modified_since: text(&parts.headers, &header::IF_MODIFIED_SINCE),
            unchanged: false,
        })
    }
}

impl Asked {
    /// The same request, with what its date says of the site.
    #[must_use]
    pub fn at(self, site: &Site) -> Self {
        let unchanged = is_unchanged(site, self.if_none_match.as_deref(), self.if_modified_since.as_deref());
        Self { unchanged, ..self }
    }
}

/// A header as text; several of one name are joined, as HTTP allows.
fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let values: Vec<&str> = headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

/// An answer, whole or still being made.
pub enum Answer {
    /// All of it.
    Whole(Reply),
    /// Its head, and its body as it is made.
    Flowing(Reply, Flow),
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Self {
        Self::Whole(reply)
    }
}

/// A resource that is read: `make` answers it. Conditional requests, states and errors are handled here for all alike.
pub fn resource<F, Fut, A>(make: F) -> MethodRouter<Site>
where
    F: Fn(Site, Request) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<A>> + Send,
    A: Into<Answer> + 'static,
{
    get(|State(site): State<Site>, asked: Asked, names: Names| {
        answer(site, asked, names, move |site, request, _| make(site, request))
    })
}

/// A resource that is kept for all who ask the same of the same state, unless the node keeps no answers.
pub fn kept<F, Fut>(make: F) -> MethodRouter<Site>
where
    F: Fn(Site, Request) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<Reply>> + Send,
{
    get(|State(site): State<Site>, asked: Asked, names: Names| async move {
        let kept = |site: Site, request: Request, state: &str| {
            let (name, pages) = (state.to_owned(), Arc::clone(&site.kept));
            async move {
                match site.engine.cache().policy().maps_bytes > 0 {
                    true => pages.reply(&name, || make(site, request)).await,
                    false => make(site, request).await,
                }
            }
        };
        answer(site, asked, names, kept).await
    })
}

/// An answer that is made anew each time and kept by nobody; errors have the status that `status` gives them.
pub async fn fresh<Fut>(
    (site, asked): (Site, Asked),
    make: impl FnOnce(Site, Request) -> Fut,
    status: impl FnOnce(&Error) -> u16,
) -> Response
where
    Fut: Future<Output = Result<Reply>>,
{
    let made = match request(&asked, Vec::new()) {
        Ok(request) => make(site.clone(), request).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(reply) => respond(reply.with_header("cache-control", "no-store"), &asked),
        Err(error) => respond(failure_reply(&site, &asked, &error, status(&error)), &asked),
    }
}

/// A resource that is a file: its bytes are read while they are sent, so that its size takes no memory.
pub fn download<F, Fut>(make: F) -> MethodRouter<Site>
where
    F: Fn(Site, Request) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<(Reply, Pieces)>> + Send,
{
    get(|State(site): State<Site>, asked: Asked, Names(names): Names| async move {
        let made = match names.and_then(|names| request(&asked, names)) {
            Ok(request) => make(site.clone(), request).await,
            Err(error) => Err(error),
        };
        match made {
            Ok((reply, pieces)) => with_pieces(respond(reply, &asked), pieces),
            Err(error) => failure(&site, &asked, &error),
        }
    })
}

/// The answer with the file's bytes, unless it is one that has none.
fn with_pieces(mut response: Response, pieces: Pieces) -> Response {
    if matches!(response.status(), StatusCode::OK | StatusCode::PARTIAL_CONTENT) {
        response.headers_mut().insert(header::CONTENT_LENGTH, pieces.bytes().into());
        *response.body_mut() = Body::from_stream(pieces.stream());
    }
    response
}

/// The parts of the path that name things, decoded, in order.
pub struct Names(Result<Vec<String>>);

impl Names {
    /// All of them; an error when the address is not text.
    pub fn all(self) -> Result<Vec<String>> {
        self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Names {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let bad = || Err(Error::invalid("The address is not UTF-8 text."));
        Ok(Self(match RawPathParams::from_request_parts(parts, state).await {
            Ok(names) if names.iter().any(|(_, name)| name.contains('\0')) => bad(),
            Ok(names) => Ok(names.iter().map(|(_, name)| name.to_owned()).collect()),
            Err(RawPathParamsRejection::InvalidUtf8InPathParam(_)) => bad(),
            Err(_) => Ok(Vec::new()),
        }))
    }
}

/// Answers a request; `make` is given the name of the state that its answer depends on as well.
async fn answer<F, Fut, A>(site: Site, asked: Asked, Names(names): Names, make: F) -> Response
where
    F: FnOnce(Site, Request, &str) -> Fut,
    Fut: Future<Output = Result<A>>,
    A: Into<Answer>,
{
    let asked = asked.at(&site);
    let modified = http_date(site.changed());
    let request = match names.and_then(|names| request(&asked, names)) {
        Ok(request) => request,
        Err(error) => return failure(&site, &asked, &error),
    };
    let tag = state(&site, &asked);
    if asked.if_none_match.as_deref().is_some_and(|known| names_tag(known, &tag)) {
        return respond(Reply { tag: Some(tag), ..Reply::ok("", "") }, &asked);
    }
    let made = make(site.clone(), request, &tag).await;
    let tagged = |reply: Reply| {
        let reply = Reply { tag: reply.tag.clone().or(Some(tag)), ..reply };
        reply.with_header("last-modified", modified)
    };
    match made.map(Into::into) {
        Ok(Answer::Whole(reply)) => respond(tagged(reply), &asked),
        Ok(Answer::Flowing(reply, flow)) => with_flow(respond(tagged(reply), &asked), flow),
        Err(error) => failure(&site, &asked, &error),
    }
}

/// An answer as axum sends it.
pub fn respond_answer(answer: Answer, asked: &Asked) -> Response {
    match answer {
        Answer::Whole(reply) => respond(reply, asked),
        Answer::Flowing(reply, flow) => with_flow(respond(reply, asked), flow),
    }
}

/// The answer with its body, unless it is one that has none.
fn with_flow(mut response: Response, flow: Flow) -> Response {
    if response.status() == StatusCode::OK {
        *response.body_mut() = Body::from_stream(flow.into_stream());
    }
    response
}

/// The request taken apart.
fn request(asked: &Asked, names: Vec<String>) -> Result<Request> {
    let query = Pairs::parse(&asked.query)?;
    let languages = languages(query.once("lang")?, asked.accept_language.as_deref());
    Ok(Request {
        path: asked.path.clone(),
        names,
        query,
        accept: asked.accept.clone(),
        languages,
        range: asked.range.clone(),
        if_none_match: asked.if_none_match.clone(),
        accept_encoding: asked.accept_encoding.clone(),
        unchanged: asked.unchanged,
    })
}

/// A request without names in its path, taken apart.
pub fn request_of(asked: &Asked) -> Result<Request> {
    request(asked, Vec::new())
}

/// As much of a request as can be taken apart, for telling an error.
fn request_anyway(asked: &Asked) -> Request {
    request(asked, Vec::new()).unwrap_or_else(|_| Request {
        path: asked.path.clone(),
        accept: asked.accept.clone(),
        languages: languages(None, asked.accept_language.as_deref()),
        ..Request::default()
    })
}

/// Names everything that an answer depends on: the catalogue (and so every revision, style and map), what the site says of itself,
/// the question, the form, the languages, and the program that writes it.
fn state(site: &Site, asked: &Asked) -> String {
    let sequence = site.engine.catalogue().state();
    let header = |value: &Option<String>| value.clone().unwrap_or_default();
    let (accept, languages) = (header(&asked.accept), header(&asked.accept_language));
    let mut known = vec![env!("CARGO_PKG_VERSION"), &sequence, &asked.path, &asked.query, &accept, &languages];
    // Sets of the register never change.
    let own: String = site.sets.iter().filter(|set| set.uri.is_none()).map(|set| format!("{set:?}")).collect();
    known.push(&own);
    known.extend(site.about.texts());
    Reply::ok("", "").with_tag(&known).tag.unwrap_or_default()
}

/// The error in the form that the client asked for.
pub fn failure(site: &Site, asked: &Asked, error: &Error) -> Response {
    respond(failure_reply(site, asked, error, reply::status(error.kind())), asked)
}

fn failure_reply(site: &Site, asked: &Asked, error: &Error, status: u16) -> Reply {
    reply::log(error, &asked.path);
    let request = request_anyway(asked);
    let page = request.wants_page().then(|| crate::pages::failure(site, &request, error, status));
    page.unwrap_or_else(|| problem::reply(error, status)).with_header("cache-control", "no-store")
}

/// The routes, with words for addresses where nothing is and for methods that are not offered.
pub fn with_fallbacks(routes: Router, site: Site) -> Router {
    let other = site.clone();
    let nowhere = move |asked: Asked| async move {
        failure(&site, &asked, &Error::not_found("There is nothing at this address."))
    };
    let not_allowed = move |asked: Asked| async move {
        let error = Error::unsupported("This address can be read with GET or HEAD, not changed.");
        respond(failure_reply(&other, &asked, &error, 405), &asked)
    };
    routes.fallback(nowhere).method_not_allowed_fallback(not_allowed)
}

/// Says that the program runs.
pub async fn alive(_: Site, _: Request) -> Result<Reply> {
    Ok(Reply::ok("text/plain; charset=utf-8", "alive\n").with_header("cache-control", "no-store"))
}

/// Says that the program answers: its pool has room for one more question.
pub async fn ready(site: Site, _: Request) -> Result<Reply> {
    site.engine.pool().run(|_| Ok(())).await?;
    Ok(Reply::ok("text/plain; charset=utf-8", "ready\n").with_header("cache-control", "no-store"))
}

/// The answer as axum sends it; just its head when the client has that state already.
pub fn respond(reply: Reply, asked: &Asked) -> Response {
    let fresh = matches!(reply.status, 200 | 204);
    let known = match (&reply.tag, &asked.if_none_match) {
        (Some(tag), Some(header)) => fresh && names_tag(header, tag),
        // Only answers that say when they changed can be asked for by date.
        _ => fresh && asked.unchanged && reply.headers.iter().any(|(name, _)| *name == "last-modified"),
    };
    let (status, body) = if known { (304, Body::empty()) } else { (reply.status, Body::from(reply.body)) };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let content = (!reply.media_type.is_empty() && !known).then_some(("content-type", reply.media_type));
    let tag = reply.tag.map(|tag| ("etag", format!("W/\"{tag}\"")));
    let said = |name| reply.headers.iter().any(|(known, _)| *known == name);
    let vary = (!said("vary")).then(|| ("vary", "Accept, Accept-Language".to_owned()));
    let cache = (!said("cache-control")).then(|| ("cache-control", "no-cache".to_owned()));
    for (name, value) in content.into_iter().chain(tag).chain(vary).chain(cache).chain(reply.headers) {
        // Values of ours are plain text; one that is not is left out rather than break the answer.
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().append(HeaderName::from_static(name), value);
        }
    }
    response
}

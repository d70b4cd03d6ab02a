//! The paths of events, for OpenAPI: those below `/hazards`, and FDSN's event service.

use super::{answers, content, parameter_reference};
use crate::fdsn;
use crate::hazards::parameters::{CHARTS, FORM, PAGE, PLACE, POINTS, Parameter, QUESTION, SECTION, STREAM};
use serde_json::{Map, Value, json};

const DOCUMENTS: &[&str] = &["application/json", "text/html"];

/// Path, operation id, summary, media types, the tables of its parameters.
type Resource = (&'static str, &'static str, &'static str, &'static [&'static str], &'static [&'static [Parameter]]);

const RESOURCES: [Resource; 10] = [
    ("/hazards", "getHazards", "The tables of events of this node", DOCUMENTS, &[]),
    (
        "/hazards/events",
        "getEvents",
        "Events of all tables in one order",
        &["application/geo+json", "text/html"],
        &[&QUESTION, &PAGE],
    ),
    ("/hazards/events/{collectionId}/{eventId}", "getEvent", "One event and what belongs to it", DOCUMENTS, &[]),
    (
        "/hazards/points",
        "getEventPoints",
        "Events as arrays of numbers that draw a map; laid out as docs/reference/addresses.md says",
        &["application/octet-stream"],
        &[&QUESTION, &POINTS],
    ),
    (
        "/hazards/charts",
        "getEventCharts",
        "Events in numbers: magnitude and frequency with Mc and b, magnitude and time, depths, deaths",
        &["application/json"],
        &[&QUESTION, &CHARTS],
    ),
    (
        "/hazards/section",
        "getEventSection",
        "Events and slabs below a line",
        &["application/json"],
        &[&QUESTION, &SECTION],
    ),
    ("/hazards/place", "getPlace", "What there is around a place, and what has happened there", DOCUMENTS, &[&PLACE]),
    (
        "/hazards/feed.atom",
        "getEventFeed",
        "Events for readers of news: Atom with GeoRSS",
        &["application/atom+xml"],
        &[&QUESTION, &PAGE],
    ),
    (
        "/hazards/feed.cap/{collectionId}/{eventId}",
        "getEventWarning",
        "One event as an alert: CAP 1.2",
        &["application/cap+xml"],
        &[],
    ),
    (
        "/hazards/stream",
        "followEvents",
        "Changes of live tables as they come: server-sent events",
        &["text/event-stream"],
        &[&STREAM],
    ),
];

/// Resources of FDSN's service beside its query: path, operation id, summary, media type.
const OF_FDSN: [(&str, &str, &str, &str); 4] = [
    ("catalogs", "getFdsnCatalogs", "The catalogs of FDSN's event service", "application/xml"),
    ("contributors", "getFdsnContributors", "The contributors of FDSN's event service", "application/xml"),
    ("version", "getFdsnVersion", "The version of FDSN's event service", "text/plain"),
    ("application.wadl", "getFdsnWadl", "FDSN's event service as WADL", "application/xml"),
];

/// All of them.
pub fn paths() -> Map<String, Value> {
    let own = RESOURCES.iter().map(|resource| (resource.0.to_owned(), json!({"get": operation(resource)})));
    let fdsn = OF_FDSN.iter().map(|(name, id, summary, media_type)| {
        let answer = answers(&content(&[*media_type], "anything"));
        let operation = json!({"tags": ["Events"], "operationId": id, "summary": summary, "responses": answer});
        (format!("{}/{name}", fdsn::BASE), json!({"get": operation}))
    });
    let mut paths: Map<String, Value> = own.chain(fdsn).collect();
    paths.insert(format!("{}/query", fdsn::BASE), json!({"get": query()}));
    paths
}

fn operation(&(path, id, summary, types, tables): &Resource) -> Value {
    let in_path = ["collectionId", "eventId"].into_iter().filter(|name| path.contains(&format!("{{{name}}}")));
    let form: &[&str] = if types.contains(&"application/cap+xml") { &FORM[1..] } else { &FORM };
    let shared = in_path.chain(form.iter().copied()).map(parameter_reference);
    let of_question = |table: &&[Parameter]| table.as_ptr() == QUESTION.as_ptr();
    let own = tables.iter().flat_map(|table| {
        let is_shared = of_question(table);
        table.iter().map(move |parameter| match is_shared {
            true => parameter_reference(&format!("event-{}", parameter.0)),
            false => described(parameter),
        })
    });
    json!({
        "tags": ["Events"],
        "operationId": id,
        "summary": summary,
        "parameters": shared.chain(own).collect::<Vec<_>>(),
        "responses": answers(&content(types, "anything")),
    })
}

fn described((name, kind, say): &Parameter) -> Value {
    json!({
        "name": name,
        "in": "query",
        "description": say,
        "required": say.ends_with("; needed"),
        "schema": {"type": kind},
    })
}

/// FDSN's query, from the table that the service itself reads.
fn query() -> Value {
    let parameters = fdsn::PARAMETERS.iter().map(|parameter| {
        json!({
            "name": parameter.name,
            "in": "query",
            "description": parameter.say,
            "required": false,
            "schema": {"type": parameter.kind.json_type()},
        })
    });
    let types = ["application/xml", "text/plain", "application/geo+json", "text/csv"];
    let mut responses = answers(&content(&types, "anything"));
    responses["204"] = json!({"description": "No event matches; 404 with nodata=404"});
    responses["413"] = json!({"description": "The answer would be too long"});
    json!({
        "tags": ["Events"],
        "operationId": "queryFdsnEvents",
        "summary": "Events by FDSN's web service event 1.2",
        "externalDocs": {"url": "https://www.fdsn.org/webservices/fdsnws-event-1.2.pdf"},
        "parameters": parameters.collect::<Vec<_>>(),
        "responses": responses,
    })
}

/// The components of parameters that many of them share.
pub fn parameters() -> Map<String, Value> {
    let event = json!({
        "name": "eventId", "in": "path", "description": "The identifier of an event in its table", "required": true,
        "schema": {"type": "string"},
    });
    let shared = QUESTION.iter().map(|parameter| (format!("event-{}", parameter.0), described(parameter)));
    shared.chain([("eventId".to_owned(), event)]).collect()
}

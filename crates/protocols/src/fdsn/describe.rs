//! What the service says of itself: its WADL, its catalogs and contributors.

use super::ask::{PARAMETERS, Parameter, Type};
use super::{BASE, VERSION};
use crate::common::reply::Reply;
use crate::common::request::Request;
use crate::common::site::Site;
use crate::common::xml::XmlWriter;
use crate::pages::{Page, render};
use serde_json::json;
use terrane_engine::Caller;
use terrane_engine::hazard::{EventSource, is_stood_for};
use terrane_model::Result;

const WADL: &str = "http://wadl.dev.java.net/2009/02";
const XS: &str = "http://www.w3.org/2001/XMLSchema";
/// Statuses of answers with their media types.
const ANSWERS: [(&str, &str); 9] = [
    ("200", "application/xml"),
    ("200", "text/plain"),
    ("200", "application/geo+json"),
    ("200", "text/csv"),
    ("204", "text/plain"),
    ("400", "text/plain"),
    ("404", "text/plain"),
    ("413", "text/plain"),
    ("503", "text/plain"),
];
/// What is read without parameters, and its media type.
const PLAIN: [(&str, &str); 4] = [
    ("version", "text/plain"),
    ("catalogs", "application/xml"),
    ("contributors", "application/xml"),
    ("application.wadl", "application/xml"),
];

/// The service as a WADL document. ObsPy asks only for parameters that have a style and a type here.
pub fn wadl(site: &Site) -> String {
    let mut xml = XmlWriter::new();
    xml.open("application", &[("xmlns", WADL), ("xmlns:xs", XS)]);
    xml.empty("doc", &[("title", &format!("FDSN event web service {VERSION}"))]);
    xml.open("resources", &[("base", &site.url(&format!("{BASE}/")))]);
    xml.open("resource", &[("path", "query")]).open("method", &[("id", "query"), ("name", "GET")]).open("request", &[]);
    for known in &PARAMETERS {
        parameter(&mut xml, known);
    }
    xml.close();
    for (status, media_type) in ANSWERS {
        response(&mut xml, status, media_type);
    }
    xml.close().close();
    for (path, media_type) in PLAIN {
        xml.open("resource", &[("path", path)]).open("method", &[("id", path), ("name", "GET")]);
        response(&mut xml, "200", media_type);
        xml.close().close();
    }
    xml.close().close();
    xml.finish()
}

fn response(xml: &mut XmlWriter, status: &str, media_type: &str) {
    xml.open("response", &[("status", status)]).empty("representation", &[("mediaType", media_type)]).close();
}

fn parameter(xml: &mut XmlWriter, known: &Parameter) {
    let kind = match known.kind {
        Type::Time => "xs:dateTime",
        Type::Float => "xs:double",
        Type::Integer => "xs:int",
        Type::Boolean => "xs:boolean",
        Type::Text => "xs:string",
    };
    let mut attributes = vec![("name", known.name), ("style", "query"), ("type", kind)];
    attributes.extend(known.default.map(|default| ("default", default)));
    xml.open("param", &attributes).empty("doc", &[("title", known.say)]);
    for option in options(known.name) {
        xml.empty("option", &[("value", option)]);
    }
    xml.close();
}

fn options(name: &str) -> &'static [&'static str] {
    match name {
        "orderby" => &["time", "time-asc", "magnitude", "magnitude-asc"],
        "format" => &["xml", "text", "geojson", "csv"],
        "nodata" => &["204", "404"],
        _ => &[],
    }
}

/// The catalogs, as the specification lists them.
pub fn catalogs(sources: &[EventSource]) -> String {
    let mut xml = XmlWriter::new();
    xml.open("Catalogs", &[]);
    for source in sources {
        xml.element("Catalog", &[], source.id().as_str());
    }
    xml.close();
    xml.finish()
}

/// Those who contributed events.
pub fn contributors(names: &[String]) -> String {
    let mut xml = XmlWriter::new();
    xml.open("Contributors", &[]);
    for name in names {
        xml.element("Contributor", &[], name);
    }
    xml.close();
    xml.finish()
}

/// The page that explains the service: its parameters, catalogs, and examples that work here.
pub fn usage(site: &Site, request: &Request) -> Result<Reply> {
    let parameters = PARAMETERS.iter().map(|known| {
        let kind = match known.kind {
            Type::Time => "time",
            Type::Float => "number",
            Type::Integer => "integer",
            Type::Boolean => "true, false",
            Type::Text => "text",
        };
        json!({"name": known.name, "short": known.short, "kind": kind, "default": known.default, "say": known.say})
    });
    let sources = site.engine.event_sources(Caller::Public);
    let catalogs = sources.iter().map(|source| {
        let about = source.entry.about();
        json!({
            "id": about.id.as_str(),
            "title": request.say(&about.title),
            "kind": source.table.kind.name(),
            "rows": about.rows,
            "asked": !is_stood_for(source, &sources),
        })
    });
    let shows = json!({
        "version": VERSION,
        "base": site.url(BASE),
        "parameters": parameters.collect::<Vec<_>>(),
        "catalogs": catalogs.collect::<Vec<_>>(),
    });
    let above = Vec::new();
    render(site, request, Page { template: "fdsn.html", title: "FDSN event", above, shows })
}

//! Events as documents of the service, and its errors in the words of the specification.

use super::ask::{self, Format, Query};
use super::{BASE, VERSION};
use crate::common::http::{Answer, Asked};
use crate::common::kvp::Pairs;
use crate::common::reply::{Reply, names_tag};
use crate::common::site::Site;
use crate::hazards::answer::{PageAddresses, attributions};
use crate::ogcapi::links;
use std::sync::Arc;
use terrane_engine::hazard::EventPage;
use terrane_engine::{Caller, Cancel, publish};
use terrane_formats::events::quakeml::{self, TreeOptions};
use terrane_formats::events::{EventRow, comcat_csv, fdsn_text, usgs_geojson};
use terrane_hazard::table::Role;
use terrane_model::{Error, Result};

/// The answer to a query: a document, nothing, or "as you have it".
pub async fn query(site: &Site, asked: &Asked) -> Result<Answer> {
    let query = ask::query(&Pairs::parse(&asked.query)?, site.engine.limits())?;
    let tag = tag(site, asked);
    if asked.if_none_match.as_deref().is_some_and(|known| names_tag(known, &tag)) {
        return Ok(Reply { tag: Some(tag), ..Reply::ok("", "") }.into());
    }
    check_limit(site, &query)?;
    let nodata = query.nodata;
    let (site_of_task, engine) = (site.clone(), Arc::clone(&site.engine));
    let task = move |cancel: &Cancel| {
        let page = engine.events_here((Caller::Public, cancel), &query.question, &columns(&query), false)?;
        refuse_more(&query, page.more)?;
        Ok(if page.is_empty() { None } else { Some(document(&site_of_task, &query, &page)?) })
    };
    Ok(match site.engine.pool().run(task).await? {
        Some(reply) => Reply { tag: Some(tag), ..reply }.into(),
        None if nodata == 404 => return Err(Error::not_found("No event matches the question.")),
        None => Reply::ok("", "").with_status(204).into(),
    })
}

/// An answer that would be too long is refused, not cut: the specification has 413 for it.
fn check_limit(site: &Site, query: &Query) -> Result<()> {
    let most = site.engine.limits().events_max;
    match query.question.limit > most {
        true => {
            let say = format!("An answer has at most {most} events; ask for fewer with limit.");
            Err(Error::too_large(say).at("limit"))
        }
        false => Ok(()),
    }
}

fn refuse_more(query: &Query, more: bool) -> Result<()> {
    let limit = query.question.limit;
    match more && !query.limited {
        true => Err(Error::too_large(format!(
            "More than {limit} events match; ask for a shorter time, a smaller area or larger magnitudes, or for pages with limit and offset."
        ))),
        false => Ok(()),
    }
}

/// What a line of the text form is made of. Every column more is read from all over a large table.
const TEXT: [Role; 13] = [
    Role::Id,
    Role::Time,
    Role::Depth,
    Role::Magnitude,
    Role::MagnitudeType,
    Role::MagnitudeAuthor,
    Role::EventType,
    Role::Place,
    Role::Volcano,
    Role::Author,
    Role::Catalog,
    Role::Contributor,
    Role::ContributorId,
];
/// What the other forms tell besides.
const MORE: [Role; 8] = [
    Role::Status,
    Role::Updated,
    Role::HorizontalError,
    Role::DepthError,
    Role::MagnitudeError,
    Role::Stations,
    Role::Gap,
    Role::Rms,
];
/// What GeoJSON and QuakeML tell of eruptions, tsunamis and effects.
const EFFECTS: [Role; 11] = [
    Role::Vei,
    Role::WaterHeight,
    Role::Deaths,
    Role::TotalDeaths,
    Role::Missing,
    Role::Injuries,
    Role::Damage,
    Role::Houses,
    Role::Country,
    Role::Intensity,
    Role::TsunamiId,
];
/// What QuakeML tells of mechanisms, and the tree of all solutions.
const SOLUTIONS: [Role; 8] =
    [Role::Strike, Role::Dip, Role::Rake, Role::Strike2, Role::Dip2, Role::Rake2, Role::Cause, Role::Event];

/// The columns that an answer is made of.
fn columns(query: &Query) -> Vec<Role> {
    match query.format {
        Format::Text => TEXT.to_vec(),
        Format::Csv => [&TEXT[..], &MORE].concat(),
        Format::GeoJson => [&TEXT[..], &MORE, &EFFECTS].concat(),
        Format::Xml => [&TEXT[..], &MORE, &EFFECTS, &SOLUTIONS].concat(),
    }
}

/// The events in the form that was asked for.
fn document(site: &Site, query: &Query, page: &EventPage) -> Result<Reply> {
    Ok(match query.format {
        Format::Xml => Reply::ok("application/xml", quakeml(site, query, page)),
        Format::Text => Reply::ok("text/plain; charset=utf-8", text(page)),
        Format::GeoJson => Reply::ok(links::GEOJSON, geojson(site, page)),
        Format::Csv => Reply::ok("text/csv; charset=utf-8; header=present", csv(page)),
    })
}

/// The event as its table tells it, with the catalogue and the identifier that the service knows it by.
fn flat<'a>(event: &terrane_engine::hazard::Event<'a>) -> EventRow<'a> {
    let mut row = event.row();
    if row.catalog.is_empty() {
        row.catalog = event.rows.source.id().as_str().into();
    }
    if row.contributor_id.is_empty() {
        row.contributor_id = row.id.clone();
    }
    if row.place.is_empty() {
        row.place = std::mem::take(&mut row.volcano);
    }
    row
}

fn text(page: &EventPage) -> Vec<u8> {
    let mut out = fdsn_text::HEADER.as_bytes().to_vec();
    page.events().for_each(|event| fdsn_text::write(&flat(&event), &mut out));
    out
}

fn quakeml(site: &Site, query: &Query, page: &EventPage) -> Vec<u8> {
    let authority = authority(site);
    let mut out = Vec::with_capacity(page.len() * 1_200);
    let created = publish::now().to_string();
    let description = format!("Sources: {}", attributions(page).join(" "));
    let public_id = format!("quakeml:{authority}/events");
    let head = quakeml::Head { public_id: &public_id, description: &description, agency: "", created: &created };
    quakeml::begin(&head, &mut out);
    let [all_origins, all_magnitudes, arrivals] = query.include;
    let options = TreeOptions { all_origins, all_magnitudes, arrivals };
    for event in page.events() {
        let row = flat(&event);
        match serde_json::from_str(row.solutions) {
            Ok(tree) => {
                quakeml::write_tree(&tree, options, &row.id, &mut out);
            }
            Err(_) => quakeml::write_flat(&row, &format!("{authority}/{}", event.rows.source.id()), &mut out),
        }
    }
    quakeml::end(&mut out);
    out
}

/// The name that identifiers of this node begin with: its host as QuakeML's pattern allows it.
fn authority(site: &Site) -> String {
    let after = site.about.public_url.split_once("://").map_or("", |(_, rest)| rest);
    let host = after.split(['/', ':']).next().unwrap_or_default();
    let plain: String = host.chars().filter(|it| it.is_ascii_alphanumeric() || "-.".contains(*it)).collect();
    if plain.len() < 3 { "terrane.local".to_owned() } else { plain }
}

/// As the USGS writes its feeds, which many programs read; its title names the sources.
fn geojson(site: &Site, page: &EventPage) -> Vec<u8> {
    let title = format!("Events. {}", attributions(page).join(" "));
    let url = site.url(&format!("{BASE}/query"));
    let head =
        usgs_geojson::Head { generated_ms: publish::now().0 / 1000, url: &url, title: &title, count: page.len() };
    let mut out = Vec::with_capacity(page.len() * 500);
    let mut addresses = PageAddresses::new(site);
    usgs_geojson::begin(&head, &mut out);
    for (at, event) in page.events().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        let row = flat(&event);
        usgs_geojson::write(&row, addresses.of(&event.rows.source, &row.id), &mut out);
    }
    usgs_geojson::end(&mut out);
    out
}

fn csv(page: &EventPage) -> Vec<u8> {
    let mut out = comcat_csv::HEADER.as_bytes().to_vec();
    page.events().for_each(|event| comcat_csv::write(&flat(&event), &mut out));
    out
}

/// Names the state that an answer depends on.
fn tag(site: &Site, asked: &Asked) -> String {
    let state = site.engine.catalogue().state();
    let known = [env!("CARGO_PKG_VERSION"), &state, &asked.path, &asked.query, &site.about.public_url];
    Reply::ok("", "").with_tag(&known).tag.unwrap_or_default()
}

/// An error as the specification writes it.
pub fn failure(site: &Site, asked: &Asked, error: &Error, status: u16) -> Reply {
    let place = error.place().map_or_else(String::new, |place| format!(" (parameter: {place})"));
    let query = if asked.query.is_empty() { String::new() } else { format!("?{}", asked.query) };
    let text = format!(
        "Error {status}: {}\n\n{}{place}\n\nUsage details are available from {}\n\nRequest:\n{}\n\nRequest Submitted:\n{}\n\nService version:\n{VERSION}\n",
        name(status),
        error.say(),
        site.url(&format!("{BASE}/")),
        site.url(&format!("{}{query}", asked.path)),
        publish::now(),
    );
    let reply =
        Reply::ok("text/plain; charset=utf-8", text).with_status(status).with_header("cache-control", "no-store");
    crate::common::problem::with_wait(reply, error)
}

fn name(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        404 => "Not Found",
        413 => "Request Too Large",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}

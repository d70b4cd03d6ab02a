//! Events for readers of news and of warnings: Atom with GeoRSS, and CAP 1.2 for one event.

use super::{answer, ask};
use crate::common::kvp::encode;
use crate::common::reply::Reply;
use crate::common::request::Request;
use crate::common::site::Site;
use serde_json::Value;
use terrane_engine::Caller;
use terrane_engine::hazard::{Event, EventOrder, EventPage, EventQuestion};
use terrane_formats::events::{atom, cap};
use terrane_hazard::live::DELETED;
use terrane_hazard::table::Role;
use terrane_model::{DatasetId, Error, Instant, Result};

/// `/hazards/feed.atom`: what was changed last comes first, unless another order is asked for.
pub async fn atom(site: Site, request: Request) -> Result<Reply> {
    let mut question = ask::page(&request, site.engine.limits())?;
    if request.query.once("sort")?.is_none() {
        question.order = EventOrder { by: Role::Updated, descending: true };
    }
    let page = site.engine.events(Caller::Public, question, Role::flat().collect(), false).await?;
    Ok(Reply::ok("application/atom+xml", written(&site, &request, &page)))
}

fn written(site: &Site, request: &Request, page: &EventPage) -> Vec<u8> {
    let url = site.url(&format!("/hazards/feed.atom{}", request.query_with("f", None)));
    let updated = page.events().filter_map(|event| event.moment(Role::Updated)).map(|when| when.latest).max();
    let rights = page.tables.iter().map(|rows| rows.source.entry.about());
    let mut rights: Vec<String> = rights
        .map(|about| [about.attribution.as_str(), about.licence.title.as_str()].join(" ").trim().to_owned())
        .collect();
    rights.retain(|text| !text.is_empty());
    let head = atom::Head {
        id: &url,
        title: request.say(&site.about.title),
        url: &url,
        updated: &updated.unwrap_or_else(|| site.changed()).to_string(),
        author: request.say(&site.about.operator.name),
        rights: &rights.join(" · "),
    };
    let mut out = Vec::new();
    atom::begin(&head, &mut out);
    for event in page.events() {
        let (catalog, id) = (event.rows.source.id().as_str(), event.id());
        let cap = site.url(&format!("/hazards/feed.cap/{}/{}", encode(catalog), encode(&id)));
        let links = atom::Links { page: &answer::page_of(site, catalog, &id), cap: &cap };
        atom::write(&event.row(), &links, &mut out);
    }
    atom::end(&mut out);
    out
}

/// How far from an event people should read of it, kilometres.
const RADIUS_KM: f64 = 300.0;

/// `/hazards/feed.cap/{collection}/{event}`: an alert, an update of it once the event was revised, its end when it was withdrawn.
pub async fn warning(site: Site, request: Request) -> Result<Reply> {
    request.query.only(&["lang"])?;
    let catalog = DatasetId::new(request.name(0))?;
    let asked = EventQuestion {
        catalogs: vec![catalog.clone()],
        ids: vec![request.name(1).to_owned()],
        limit: 1,
        ..EventQuestion::default()
    };
    let page = site.engine.events(Caller::Public, asked, Role::all().collect(), false).await?;
    let missing = || Error::not_found(format!("The table “{catalog}” has no such event."));
    let event = page.events().next().ok_or_else(missing)?;
    let mut out = Vec::new();
    cap::write(&alert(&site, &request, &event), &mut out);
    Ok(Reply::ok("application/cap+xml", out))
}

fn alert(site: &Site, request: &Request, event: &Event<'_>) -> cap::Alert {
    let (catalog, row) = (event.rows.source.id().as_str(), event.row());
    let tree = event.text(Role::Event).and_then(|text| serde_json::from_str::<Value>(text).ok()).unwrap_or_default();
    let sent: Vec<Instant> = tree["revision"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|revision| Instant::parse(revision["time"].as_str()?).ok())
        .collect();
    let told = row.updated.as_ref().or(row.time.as_ref()).map(|when| when.earliest);
    let sender = site.about.public_url.split("://").last().and_then(|rest| rest.split('/').next()).unwrap_or("terrane");
    let identifier = |version: usize| plain(&format!("{catalog}.{}.{version}", row.id));
    let references = match sent.as_slice() {
        [first, _, ..] => format!("{sender},{},{}", identifier(1), first.to_string().replace('Z', "+00:00")),
        _ => String::new(),
    };
    let message = match event.text(Role::Status) {
        Some(DELETED) => "Cancel",
        _ if sent.len() > 1 => "Update",
        _ => "Alert",
    };
    cap::of_event(
        &row,
        &cap::Head {
            identifier: &identifier(sent.len().max(1)),
            sender,
            sender_name: request.say(&site.about.operator.name),
            sent: sent.last().copied().or(told),
            status: "",
            message,
            references: &references,
            web: &answer::page_of(site, catalog, &row.id),
            radius_km: RADIUS_KM,
        },
    )
}

/// CAP's identifiers have no spaces, commas or characters of markup.
fn plain(text: &str) -> String {
    text.chars().map(|it| if it.is_whitespace() || ",<&".contains(it) { '_' } else { it }).collect()
}

//! Atom feeds of events with GeoRSS points, and with links to warnings in CAP.

use super::EventRow;
use super::usgs_geojson::title;
use crate::features::geojson::write_fixed;
use crate::xml::write_escaped;
use std::io::Write as _;
use terrane_hazard::event::value::date_time;
use terrane_model::time::When;

/// What is told of a feed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Head<'a> {
    /// What identifies it for ever: its address, mostly.
    pub id: &'a str,
    /// What it holds.
    pub title: &'a str,
    /// Its own address.
    pub url: &'a str,
    /// When it changed last, RFC 3339.
    pub updated: &'a str,
    /// Who publishes it.
    pub author: &'a str,
    /// Licence and attribution.
    pub rights: &'a str,
}

/// Begins a feed.
pub fn begin(head: &Head<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:georss=\"http://www.georss.org/georss\">");
    element("id", head.id, out);
    element("title", head.title, out);
    element("updated", head.updated, out);
    if !head.url.is_empty() {
        link("self", "application/atom+xml", head.url, out);
    }
    let author = if head.author.is_empty() { head.title } else { head.author };
    out.extend_from_slice(b"<author>");
    element("name", author, out);
    out.extend_from_slice(b"</author>");
    if !head.rights.is_empty() {
        element("rights", head.rights, out);
    }
    out.push(b'\n');
}

/// Ends a feed.
pub fn end(out: &mut Vec<u8>) {
    out.extend_from_slice(b"</feed>\n");
}

/// Addresses of one event.
#[derive(Debug, Clone, Copy, Default)]
pub struct Links<'a> {
    /// Its page: also what identifies the entry.
    pub page: &'a str,
    /// Its warning in CAP, when there is one.
    pub cap: &'a str,
}

/// Writes an event.
pub fn write(row: &EventRow<'_>, links: &Links<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"<entry>");
    element("id", links.page, out);
    element("title", &title(row), out);
    let updated = row.updated.as_ref().or(row.time.as_ref());
    element("updated", &updated.map_or_else(|| "1970-01-01T00:00:00Z".to_owned(), moment), out);
    if let Some(time) = &row.time {
        element("published", &moment(time), out);
    }
    link("alternate", "text/html", links.page, out);
    if !links.cap.is_empty() {
        link("related", "application/cap+xml", links.cap, out);
    }
    element("summary", &summary(row), out);
    if let (Some(lon), Some(lat)) = (row.lon_deg, row.lat_deg) {
        out.extend_from_slice(b"<georss:point>");
        write_fixed(lat, 7, out);
        out.push(b' ');
        write_fixed(lon, 7, out);
        out.extend_from_slice(b"</georss:point>");
        if let Some(depth_km) = row.depth_km {
            out.extend_from_slice(b"<georss:elev>");
            write_fixed(-depth_km * 1_000.0, 0, out);
            out.extend_from_slice(b"</georss:elev>");
        }
    }
    out.extend_from_slice(b"</entry>\n");
}

fn moment(when: &When) -> String {
    date_time(when.earliest)
}

/// Time, size, depth, place and status, in a line.
fn summary(row: &EventRow<'_>) -> String {
    let time = row.time.as_ref().map(ToString::to_string);
    let depth = row.depth_km.map(|depth| format!("{depth} km deep"));
    let deaths = row.all_deaths().map(|deaths| format!("{deaths} deaths"));
    let status = Some(row.status.to_string()).filter(|status| !status.is_empty());
    let all = [time, Some(title(row).into_owned()), depth, deaths, status];
    all.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn element(name: &str, text: &str, out: &mut Vec<u8>) {
    let _ = write!(out, "<{name}>");
    write_escaped(text, out);
    let _ = write!(out, "</{name}>");
}

fn link(relation: &str, kind: &str, address: &str, out: &mut Vec<u8>) {
    let _ = write!(out, "<link rel=\"{relation}\" type=\"{kind}\" href=\"");
    write_escaped(address, out);
    out.extend_from_slice(b"\"/>");
}

//! Warnings in OASIS's Common Alerting Protocol 1.2: read, and written for an event.

use super::EventRow;
use super::usgs_geojson::title;
use crate::xml::tree::{self, Doctype};
use crate::xml::write_escaped;
use std::io::Write as _;
use terrane_hazard::kind::Kind;
use terrane_model::time::{Instant, When};
use terrane_model::{Error, Result};

/// The namespace of version 1.2.
const NAMESPACE: &str = "urn:oasis:names:tc:emergency:cap:1.2";

/// A warning.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Alert {
    /// What identifies it for its sender.
    pub identifier: String,
    /// Who sends it.
    pub sender: String,
    /// When; `None` when it is not told as CAP wants it.
    pub sent: Option<Instant>,
    /// `Actual`, `Exercise`, `System`, `Test`, `Draft`.
    pub status: String,
    /// `Alert`, `Update`, `Cancel`, `Ack`, `Error`.
    pub message: String,
    /// `Public`, `Restricted`, `Private`.
    pub scope: String,
    /// Earlier warnings that it is about: `sender,identifier,sent`, with spaces between.
    pub references: String,
    /// What it says, once for each language.
    pub infos: Vec<Info>,
}

/// What a warning says in one language.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Info {
    /// The language (`en-US`).
    pub language: String,
    /// `Geo`, `Met`, …
    pub categories: Vec<String>,
    /// What happens.
    pub event: String,
    /// `Immediate`, `Expected`, `Future`, `Past`, `Unknown`.
    pub urgency: String,
    /// `Extreme`, `Severe`, `Moderate`, `Minor`, `Unknown`.
    pub severity: String,
    /// `Observed`, `Likely`, `Possible`, `Unlikely`, `Unknown`.
    pub certainty: String,
    /// When it begins.
    pub onset: Option<Instant>,
    /// Who says it, in words.
    pub sender_name: String,
    /// In a line.
    pub headline: String,
    /// At length.
    pub description: String,
    /// What to do.
    pub instruction: String,
    /// Where there is more.
    pub web: String,
    /// Names and values of the sender's own.
    pub parameters: Vec<(String, String)>,
    /// Where.
    pub areas: Vec<Area>,
}

/// A place that a warning is for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Area {
    /// In words.
    pub description: String,
    /// `latitude,longitude radius`, kilometres.
    pub circles: Vec<String>,
    /// Pairs of latitude and longitude, the first and the last the same.
    pub polygons: Vec<String>,
}

/// What is told of a warning that is not in the row of its event.
#[derive(Debug, Clone, Copy, Default)]
pub struct Head<'a> {
    /// What identifies the warning: the event's id and the number of the version, mostly.
    pub identifier: &'a str,
    /// Who sends it: a name on the Internet.
    pub sender: &'a str,
    /// Who sends it, in words.
    pub sender_name: &'a str,
    /// When, microseconds since 1970.
    pub sent: Option<Instant>,
    /// `Actual`, `Exercise`, `Test`; `Actual` when it is empty.
    pub status: &'a str,
    /// `Alert`, `Update`, `Cancel`; `Alert` when it is empty.
    pub message: &'a str,
    /// Earlier warnings of the event.
    pub references: &'a str,
    /// The address of the event's page.
    pub web: &'a str,
    /// How far from the place people should read it, kilometres.
    pub radius_km: f64,
}

/// The warning for an event. It tells what was observed and orders nothing.
pub fn of_event(row: &EventRow<'_>, head: &Head<'_>) -> Alert {
    let or = |given: &str, otherwise: &str| if given.is_empty() { otherwise } else { given }.to_owned();
    Alert {
        identifier: plain(head.identifier),
        sender: plain(head.sender),
        sent: head.sent,
        status: or(head.status, "Actual"),
        message: or(head.message, "Alert"),
        scope: "Public".to_owned(),
        references: head.references.to_owned(),
        infos: vec![info(row, head)],
    }
}

/// Names in CAP have no spaces, commas and brackets.
fn plain(name: &str) -> String {
    name.chars().map(|it| if it.is_whitespace() || matches!(it, ',' | '<' | '&') { '_' } else { it }).collect()
}

fn info(row: &EventRow<'_>, head: &Head<'_>) -> Info {
    let event = match row.kind {
        Kind::Earthquake => "Earthquake",
        Kind::Eruption => "Volcanic eruption",
        Kind::Tsunami => "Tsunami",
        Kind::Landslide => "Landslide",
    };
    let is_reviewed = matches!(row.status.to_lowercase().as_str(), "reviewed" | "final" | "confirmed" | "manual");
    let told = [
        ("EventID", Some(row.id.to_string())),
        ("EventTime", row.time.as_ref().map(ToString::to_string)),
        ("Magnitude", row.magnitude.map(|it| it.to_string())),
        ("MagnitudeType", Some(row.magnitude_type.to_string())),
        ("Depth", row.depth_km.map(|it| format!("{it} km"))),
        ("VEI", row.vei.map(|it| it.to_string())),
        ("MaximumWaterHeight", row.water_height_m.map(|it| format!("{it} m"))),
        ("Status", Some(row.status.to_string())),
    ];
    Info {
        language: "en".to_owned(),
        categories: vec!["Geo".to_owned()],
        event: event.to_owned(),
        urgency: "Past".to_owned(),
        severity: severity(row).to_owned(),
        certainty: if is_reviewed { "Observed" } else { "Likely" }.to_owned(),
        onset: row.time.as_ref().map(|time| time.earliest),
        sender_name: head.sender_name.to_owned(),
        headline: title(row).into_owned(),
        description: description(row),
        web: head.web.to_owned(),
        parameters: told
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value.filter(|value| !value.is_empty())?)))
            .collect(),
        areas: vec![area(row, head)],
        ..Info::default()
    }
}

/// By size alone: what it does at a place is for those to say who know the place.
fn severity(row: &EventRow<'_>) -> &'static str {
    let by = |size: f64, steps: [f64; 3]| match size {
        size if size >= steps[0] => "Extreme",
        size if size >= steps[1] => "Severe",
        size if size >= steps[2] => "Moderate",
        _ => "Minor",
    };
    match (row.kind, row.magnitude, row.vei, row.water_height_m) {
        (Kind::Eruption, _, Some(vei), _) => by(vei, [6.0, 4.0, 3.0]),
        (Kind::Tsunami, _, _, Some(height)) => by(height, [10.0, 3.0, 0.5]),
        (Kind::Earthquake, Some(magnitude), ..) => by(magnitude, [7.5, 6.5, 5.0]),
        _ => "Unknown",
    }
}

fn description(row: &EventRow<'_>) -> String {
    let time = row.time.as_ref().map_or_else(String::new, |time| format!("{time}: "));
    let depth = row.depth_km.map_or_else(String::new, |depth| format!(", {depth} km deep"));
    let status = if row.status.is_empty() { String::new() } else { format!(" ({})", row.status) };
    format!("{time}{}{depth}{status}.", title(row))
}

fn area(row: &EventRow<'_>, head: &Head<'_>) -> Area {
    let place = if row.place.is_empty() { &row.volcano } else { &row.place };
    let circle =
        row.lat_deg.zip(row.lon_deg).map(|(lat, lon)| format!("{lat:.4},{lon:.4} {:.1}", head.radius_km.max(0.0)));
    Area {
        description: if place.is_empty() { "Unknown".to_owned() } else { place.clone().into_owned() },
        circles: circle.into_iter().collect(),
        polygons: Vec::new(),
    }
}

/// Writes a warning.
pub fn write(alert: &Alert, out: &mut Vec<u8>) {
    let _ = write!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<alert xmlns=\"{NAMESPACE}\">");
    element("identifier", &alert.identifier, out);
    element("sender", &alert.sender, out);
    element("sent", &date_time(alert.sent.unwrap_or(Instant(0))), out);
    element("status", &alert.status, out);
    element("msgType", &alert.message, out);
    element("scope", &alert.scope, out);
    told("references", &alert.references, out);
    for info in &alert.infos {
        write_info(info, out);
    }
    out.extend_from_slice(b"</alert>\n");
}

fn write_info(info: &Info, out: &mut Vec<u8>) {
    out.extend_from_slice(b"<info>");
    told("language", &info.language, out);
    info.categories.iter().for_each(|category| element("category", category, out));
    element("event", &info.event, out);
    element("urgency", &info.urgency, out);
    element("severity", &info.severity, out);
    element("certainty", &info.certainty, out);
    // Years of four digits are all that CAP can tell.
    if let Some(onset) = info.onset.filter(|it| (1..=9_999).contains(&it.civil().year)) {
        element("onset", &date_time(onset), out);
    }
    told("senderName", &info.sender_name, out);
    told("headline", &info.headline, out);
    told("description", &info.description, out);
    told("instruction", &info.instruction, out);
    told("web", &info.web, out);
    for (name, value) in &info.parameters {
        out.extend_from_slice(b"<parameter>");
        element("valueName", name, out);
        element("value", value, out);
        out.extend_from_slice(b"</parameter>");
    }
    for area in &info.areas {
        out.extend_from_slice(b"<area>");
        element("areaDesc", &area.description, out);
        area.polygons.iter().for_each(|polygon| element("polygon", polygon, out));
        area.circles.iter().for_each(|circle| element("circle", circle, out));
        out.extend_from_slice(b"</area>");
    }
    out.extend_from_slice(b"</info>");
}

/// A moment as CAP writes it: seconds, and UTC as `-00:00`.
fn date_time(instant: Instant) -> String {
    let civil = instant.civil();
    let (year, month, day) = (civil.year.clamp(0, 9_999), civil.month, civil.day);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}-00:00", civil.hour, civil.minute, civil.second)
}

fn element(name: &str, text: &str, out: &mut Vec<u8>) {
    let _ = write!(out, "<{name}>");
    write_escaped(text, out);
    let _ = write!(out, "</{name}>");
}

fn told(name: &str, text: &str, out: &mut Vec<u8>) {
    if !text.is_empty() {
        element(name, text, out);
    }
}

/// Reads a warning of version 1.1 or 1.2. Nothing that it names is fetched.
pub fn read(bytes: &[u8]) -> Result<Alert> {
    tree::read(bytes, Doctype::Refused, |root| {
        let is_cap = root.tag_name().namespace().is_some_and(|it| it.starts_with("urn:oasis:names:tc:emergency:cap:"));
        if root.tag_name().name() != "alert" || !is_cap {
            return Err(Error::invalid("The document is not a warning in CAP: its root is not “alert” of CAP."));
        }
        let text = |name: &str| tree::text_at(root, &[name]);
        Ok(Alert {
            identifier: text("identifier"),
            sender: text("sender"),
            sent: Instant::parse(&text("sent")).ok(),
            status: text("status"),
            message: text("msgType"),
            scope: text("scope"),
            references: text("references"),
            infos: tree::children(root, "info").map(read_info).collect(),
        })
    })
}

fn read_info(node: roxmltree::Node<'_, '_>) -> Info {
    let text = |name: &str| tree::text_at(node, &[name]);
    let all = |node, name| tree::children(node, name).map(tree::text).collect::<Vec<String>>();
    Info {
        language: text("language"),
        categories: all(node, "category"),
        event: text("event"),
        urgency: text("urgency"),
        severity: text("severity"),
        certainty: text("certainty"),
        onset: When::parse(&text("onset")).ok().map(|when| when.earliest),
        sender_name: text("senderName"),
        headline: text("headline"),
        description: text("description"),
        instruction: text("instruction"),
        web: text("web"),
        parameters: tree::children(node, "parameter")
            .map(|it| (tree::text_at(it, &["valueName"]), tree::text_at(it, &["value"])))
            .collect(),
        areas: tree::children(node, "area")
            .map(|it| Area {
                description: tree::text_at(it, &["areaDesc"]),
                circles: all(it, "circle"),
                polygons: all(it, "polygon"),
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_reads_back_as_it_was_written() {
        let row = EventRow {
            id: "us 1".into(),
            time: When::parse("2011-03-11T05:46:24Z").ok(),
            lat_deg: Some(38.297),
            lon_deg: Some(142.373),
            magnitude: Some(9.1),
            place: "Tōhoku <Japan>".into(),
            ..EventRow::default()
        };
        let head = Head {
            identifier: "us 1",
            sender: "survey.example",
            sent: Some(Instant(1_300_000_000_000_000)),
            radius_km: 300.0,
            ..Head::default()
        };
        let alert = of_event(&row, &head);
        let mut out = Vec::new();
        write(&alert, &mut out);
        assert_eq!(read(&out).expect("a warning"), alert);
        assert_eq!((alert.identifier.as_str(), alert.infos[0].severity.as_str()), ("us_1", "Extreme"));
        assert!(read(b"<!DOCTYPE alert><alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'/>").is_err());
        assert!(read(b"<alert/>").is_err());
    }
}

//! Writes what is preferred of an event from its row, without a tree.

use super::{cut, element, extras};
use crate::events::EventRow;
use crate::features::geojson::{write_fixed, write_float, write_int};
use crate::xml::write_escaped;
use std::borrow::Cow;
use std::io::Write as _;
use terrane_hazard::event::{ids, value, words};
use terrane_hazard::kind::Kind;
use terrane_model::time::{Precision, When};

/// Writes an event. Its name is `smi:{authority}/event/{id}` unless the id is one of QuakeML already; the authority is three letters,
/// digits, points or hyphens at least.
pub fn write_flat(row: &EventRow<'_>, authority: &str, out: &mut Vec<u8>) {
    let id = name_of(&row.id, authority);
    let has_origin = row.time.is_some() && row.lon_deg.is_some() && row.lat_deg.is_some();
    out.extend_from_slice(b"<event publicID=\"");
    write_escaped(&id, out);
    out.extend_from_slice(b"\">");
    if has_origin {
        reference("preferredOriginID", &id, "#origin", out);
    }
    if row.magnitude.is_some() {
        reference("preferredMagnitudeID", &id, "#magnitude", out);
    }
    kind(row, out);
    if !row.place.is_empty() {
        out.extend_from_slice(b"<description>");
        element("text", &row.place, out);
        out.extend_from_slice(b"<type>earthquake name</type></description>");
    }
    let agency = if row.contributor.is_empty() { &row.catalog } else { &row.contributor };
    made(agency, row.updated.as_ref(), out);
    if has_origin {
        origin(row, &id, out);
    }
    magnitude(row, &id, has_origin, out);
    mechanism(row, &id, out);
    extras::write_of_row(row, out);
    out.extend_from_slice(b"</event>\n");
}

/// The name of an event in QuakeML.
pub fn name_of<'a>(id: &'a str, authority: &str) -> Cow<'a, str> {
    if ids::is_valid(id) {
        return ids::encoded(id);
    }
    let name = format!("smi:{authority}/event/{id}");
    if ids::is_valid(&name) { name.into() } else { ids::encoded(&name).into_owned().into() }
}

fn reference(name: &str, id: &str, what: &str, out: &mut Vec<u8>) {
    let _ = write!(out, "<{name}>");
    write_escaped(id, out);
    let _ = write!(out, "{what}</{name}>");
}

fn open(name: &str, id: &str, what: &str, out: &mut Vec<u8>) {
    let _ = write!(out, "<{name} publicID=\"");
    write_escaped(id, out);
    let _ = write!(out, "{what}\">");
}

fn kind(row: &EventRow<'_>, out: &mut Vec<u8>) {
    let told = words::event_type_of(&row.event_type);
    let of_kind = match row.kind {
        Kind::Earthquake if row.event_type.is_empty() => Some("earthquake"),
        Kind::Earthquake => None,
        Kind::Eruption => Some("volcanic eruption"),
        Kind::Tsunami => Some("other event"),
        Kind::Landslide => Some("landslide"),
    };
    if let Some(word) = told.or(of_kind) {
        element("type", word, out);
    }
}

fn made(agency: &str, updated: Option<&When>, out: &mut Vec<u8>) {
    if agency.is_empty() && updated.is_none() {
        return;
    }
    out.extend_from_slice(b"<creationInfo>");
    if !agency.is_empty() {
        element("agencyID", cut(agency, 64), out);
    }
    if let Some(updated) = updated {
        element("creationTime", &value::date_time(updated.earliest), out);
    }
    out.extend_from_slice(b"</creationInfo>");
}

fn origin(row: &EventRow<'_>, id: &str, out: &mut Vec<u8>) {
    open("origin", id, "#origin", out);
    if let Some(when) = &row.time {
        time(when, out);
    }
    quantity("latitude", row.lat_deg, None, out);
    quantity("longitude", row.lon_deg, None, out);
    quantity("depth", row.depth_km.map(metres), row.depth_error_km.map(metres), out);
    if let Some(error_km) = row.horizontal_error_km.filter(|it| it.is_finite()) {
        out.extend_from_slice(b"<originUncertainty><horizontalUncertainty>");
        write_fixed(error_km * 1_000.0, 3, out);
        out.extend_from_slice(b"</horizontalUncertainty><preferredDescription>horizontal uncertainty</preferredDescription></originUncertainty>");
    }
    quality(row, out);
    evaluation(&row.status, out);
    made(&row.author, None, out);
    out.extend_from_slice(b"</origin>");
}

/// Kilometres as metres, without the noise of a binary fraction.
fn metres(km: f64) -> f64 {
    (km * 1e6).round() / 1e3
}

/// A moment; one that is known coarsely is told in parts too, and with the seconds that it may be later.
fn time(when: &When, out: &mut Vec<u8>) {
    out.extend_from_slice(b"<time><value>");
    out.extend_from_slice(value::date_time(when.earliest).as_bytes());
    out.extend_from_slice(b"</value>");
    let width_s = (when.latest.0.saturating_sub(when.earliest.0)) as f64 / 1e6;
    if width_s > 0.0 {
        out.extend_from_slice(b"<lowerUncertainty>0</lowerUncertainty><upperUncertainty>");
        write_fixed(width_s, 0, out);
        out.extend_from_slice(b"</upperUncertainty>");
    }
    out.extend_from_slice(b"</time>");
    let parts = match when.precision {
        Precision::Year => 1,
        Precision::Month => 2,
        Precision::Day => 3,
        Precision::Minute => 5,
        Precision::Bounds | Precision::Instant => return,
    };
    let civil = when.earliest.civil();
    let all = [
        ("year", civil.year),
        ("month", i64::from(civil.month)),
        ("day", i64::from(civil.day)),
        ("hour", i64::from(civil.hour)),
        ("minute", i64::from(civil.minute)),
    ];
    out.extend_from_slice(b"<compositeTime>");
    for (name, number) in &all[..parts] {
        let _ = write!(out, "<{name}><value>{number}</value></{name}>");
    }
    out.extend_from_slice(b"</compositeTime>");
}

fn quantity(name: &str, number: Option<f64>, error: Option<f64>, out: &mut Vec<u8>) {
    let Some(number) = number.filter(|it| it.is_finite()) else { return };
    out.push(b'<');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"><value>");
    write_float(number, out);
    out.extend_from_slice(b"</value>");
    if let Some(error) = error.filter(|it| it.is_finite()) {
        out.extend_from_slice(b"<uncertainty>");
        write_float(error, out);
        out.extend_from_slice(b"</uncertainty>");
    }
    out.extend_from_slice(b"</");
    out.extend_from_slice(name.as_bytes());
    out.push(b'>');
}

fn quality(row: &EventRow<'_>, out: &mut Vec<u8>) {
    if row.stations.is_none() && row.gap_deg.is_none() && row.rms_s.is_none() {
        return;
    }
    out.extend_from_slice(b"<quality>");
    if let Some(stations) = row.stations.filter(|it| it.is_finite()) {
        out.extend_from_slice(b"<usedStationCount>");
        write_int(stations.round() as i64, out);
        out.extend_from_slice(b"</usedStationCount>");
    }
    let numbers = [("standardError", row.rms_s), ("azimuthalGap", row.gap_deg)];
    for (name, number) in numbers {
        if let Some(number) = number.filter(|it| it.is_finite()) {
            let _ = write!(out, "<{name}>");
            write_float(number, out);
            let _ = write!(out, "</{name}>");
        }
    }
    out.extend_from_slice(b"</quality>");
}

fn evaluation(status: &str, out: &mut Vec<u8>) {
    if status.is_empty() {
        return;
    }
    if let Some(mode) = words::mode_of(status) {
        element("evaluationMode", mode, out);
    }
    if let Some(status) = words::status_of(status) {
        element("evaluationStatus", status, out);
    }
}

fn magnitude(row: &EventRow<'_>, id: &str, has_origin: bool, out: &mut Vec<u8>) {
    let Some(size) = row.magnitude else { return };
    open("magnitude", id, "#magnitude", out);
    quantity("mag", Some(size), row.magnitude_error, out);
    if !row.magnitude_type.is_empty() {
        element("type", cut(&row.magnitude_type, 32), out);
    }
    if has_origin {
        reference("originID", id, "#origin", out);
    }
    evaluation(&row.status, out);
    made(&row.magnitude_author, None, out);
    out.extend_from_slice(b"</magnitude>");
}

fn mechanism(row: &EventRow<'_>, id: &str, out: &mut Vec<u8>) {
    let plane = |from: usize| -> Option<[f64; 3]> {
        let plane = &row.planes_deg[from..from + 3];
        Some([plane[0]?, plane[1]?, plane[2]?])
    };
    let Some(first) = plane(0) else { return };
    open("focalMechanism", id, "#mechanism", out);
    out.extend_from_slice(b"<nodalPlanes>");
    for (name, plane) in [("nodalPlane1", Some(first)), ("nodalPlane2", plane(3))] {
        let Some([strike, dip, rake]) = plane else { continue };
        let _ = write!(out, "<{name}>");
        quantity("strike", Some(strike), None, out);
        quantity("dip", Some(dip), None, out);
        quantity("rake", Some(rake), None, out);
        let _ = write!(out, "</{name}>");
    }
    out.extend_from_slice(b"</nodalPlanes></focalMechanism>");
}

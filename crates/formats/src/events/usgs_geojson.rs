//! The GeoJSON of the USGS's feeds and of its event service: read, one event or many, and written with the same names.

use super::{EventRow, Record};
use crate::features::geojson::{Features, RawFeature, RawValue, write_fixed, write_float, write_int, write_string};
use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Read;
use terrane_hazard::event::words;
use terrane_hazard::kind::Kind;
use terrane_model::Result;
use terrane_model::report::{Finding, Severity};
use terrane_model::time::{Instant, When};

/// Whether a file begins as a feed does: features with the properties that all its events have.
pub fn looks_like_usgs_geojson(head: &[u8]) -> bool {
    let text: String = String::from_utf8_lossy(head).chars().filter(|it| !it.is_whitespace()).collect();
    let text = text.trim_start_matches('\u{feff}');
    let has_all =
        ["\"mag\":", "\"place\":", "\"time\":", "\"updated\":", "\"magType\":"].iter().all(|key| text.contains(key));
    text.starts_with('{')
        && has_all
        && (text.contains("\"type\":\"Feature\"") || text.contains("\"type\":\"FeatureCollection\""))
}

/// Reads events.
pub struct Reader<R: Read> {
    features: Features<R>,
    feature: RawFeature,
    done: bool,
}

impl<R: Read> Reader<R> {
    /// Begins with the first feature.
    pub fn new(input: R) -> Self {
        Self { features: Features::new(input), feature: RawFeature::default(), done: false }
    }
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        match self.features.next(&mut self.feature) {
            Ok(true) => Some(Ok(record(&self.feature, self.features.count))),
            Ok(false) => {
                self.done = true;
                None
            }
            Err(error) => {
                self.done = true;
                Some(Err(error))
            }
        }
    }
}

fn record(feature: &RawFeature, row: u64) -> Record {
    let told: HashMap<&str, &RawValue> =
        feature.properties.iter().map(|(name, value)| (feature.text(name), value)).collect();
    let text = |name: &str| match told.get(name) {
        Some(RawValue::Text(range) | RawValue::Number(range)) => feature.text(range).trim().to_owned(),
        _ => String::new(),
    };
    let number = |name: &str| match told.get(name) {
        Some(RawValue::Number(range)) => feature.text(range).parse::<f64>().ok().filter(|it| it.is_finite()),
        _ => None,
    };
    let mut remarks = Vec::new();
    let mut moment = |name: &str| {
        let when = number(name).and_then(moment_of);
        if when.is_none() && told.get(name).is_some_and(|value| **value != RawValue::Null) {
            let what = "A value is not a count of milliseconds since 1970; it is left out.";
            remarks.push(Finding::new(Severity::Warning, what, "Correct the value.").at_row(row).in_field(name));
        }
        when
    };
    let (time, updated) = (moment("time"), moment("updated"));
    let position = feature.shape.first_position().filter(|_| feature.placed);
    let event = EventRow {
        id: id_of(feature, &text("net"), &text("code")).into(),
        time,
        updated,
        lon_deg: position.map(|it| it[0]),
        lat_deg: position.map(|it| it[1]),
        depth_km: position.map(|it| it[2]).filter(|it| it.is_finite()),
        magnitude: number("mag"),
        magnitude_type: text("magType").into(),
        event_type: text("type").into(),
        place: text("place").into(),
        status: text("status").into(),
        catalog: text("net").into(),
        contributor: text("net").into(),
        contributor_id: text("code").into(),
        intensity: number("mmi"),
        stations: number("nst"),
        gap_deg: number("gap"),
        rms_s: number("rms"),
        ..EventRow::default()
    };
    Record { row: event, tree: None, remarks }
}

/// The id of the feature, else network and code.
fn id_of(feature: &RawFeature, net: &str, code: &str) -> String {
    match &feature.id {
        Some(RawValue::Text(range) | RawValue::Number(range)) => feature.text(range).to_owned(),
        _ => format!("{net}{code}"),
    }
}

fn moment_of(milliseconds: f64) -> Option<When> {
    let micros = milliseconds * 1_000.0;
    (micros.abs() < 9e18).then(|| When::exactly(Instant(micros as i64)))
}

/// What is told of an answer as a whole.
#[derive(Debug, Clone, Copy, Default)]
pub struct Head<'a> {
    /// When it was made, milliseconds since 1970.
    pub generated_ms: i64,
    /// The address that it is the answer of.
    pub url: &'a str,
    /// What it holds: attribution has its place here.
    pub title: &'a str,
    /// How many events follow.
    pub count: usize,
}

/// Begins a collection.
pub fn begin(head: &Head<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"type\":\"FeatureCollection\",\"metadata\":{\"generated\":");
    write_int(head.generated_ms, out);
    out.extend_from_slice(b",\"url\":");
    write_string(head.url, out);
    out.extend_from_slice(b",\"title\":");
    write_string(head.title, out);
    out.extend_from_slice(b",\"status\":200,\"count\":");
    write_int(head.count as i64, out);
    out.extend_from_slice(b"},\"features\":[");
}

/// Ends a collection.
pub fn end(out: &mut Vec<u8>) {
    out.extend_from_slice(b"]}\n");
}

/// Writes an event as a feature; `url` is the address of its page, empty when there is none. Commas are for the caller.
pub fn write(row: &EventRow<'_>, url: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"type\":\"Feature\",\"properties\":{\"mag\":");
    number(row.magnitude, out);
    member("place", &row.place, out);
    moment("time", row.time.as_ref(), out);
    moment("updated", row.updated.as_ref(), out);
    member("url", url, out);
    out.extend_from_slice(b",\"felt\":null,\"cdi\":null,\"mmi\":");
    number(row.intensity, out);
    member("status", &row.status, out);
    let is_tsunami = row.kind == Kind::Tsunami || !row.tsunami_id.is_empty();
    out.extend_from_slice(if is_tsunami { b",\"tsunami\":1" } else { b",\"tsunami\":0" });
    member("net", &row.contributor, out);
    member("code", &row.contributor_id, out);
    for (name, told) in [("nst", row.stations), ("rms", row.rms_s), ("gap", row.gap_deg)] {
        key(name, out);
        number(told, out);
    }
    member("magType", &row.magnitude_type, out);
    member("type", words::event_type_of(&row.event_type).unwrap_or(&row.event_type), out);
    more(row, out);
    key("title", out);
    write_string(&title(row), out);
    out.extend_from_slice(b"},\"geometry\":");
    place(row, out);
    out.extend_from_slice(b",\"id\":");
    write_string(&row.id, out);
    out.push(b'}');
}

/// What the USGS has no names for, written only when it is known.
fn more(row: &EventRow<'_>, out: &mut Vec<u8>) {
    let texts = [
        ("magSource", &row.magnitude_author),
        ("locationSource", &row.author),
        ("country", &row.country),
        ("volcano", &row.volcano),
    ];
    for (name, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
        member(name, text, out);
    }
    let numbers = [
        ("vei", row.vei),
        ("maxWaterHeight", row.water_height_m),
        ("deaths", row.all_deaths()),
        ("horizontalError", row.horizontal_error_km),
        ("depthError", row.depth_error_km),
        ("magError", row.magnitude_error),
    ];
    for (name, told) in numbers.into_iter().filter(|(_, told)| told.is_some()) {
        key(name, out);
        number(told, out);
    }
}

/// How people call an event: `M 7.3 - South Sandwich Islands region`.
pub fn title(row: &EventRow<'_>) -> Cow<'static, str> {
    let name = if row.place.is_empty() { &row.volcano } else { &row.place };
    let size = match (row.kind, row.magnitude) {
        (Kind::Eruption, _) => row.vei.map(|vei| format!("VEI {vei}")),
        (_, Some(magnitude)) => Some(format!("M {magnitude:.1}")),
        (Kind::Tsunami, None) => row.water_height_m.map(|height| format!("{height} m")),
        _ => None,
    };
    match size {
        Some(size) if name.is_empty() => size.into(),
        Some(size) => format!("{size} - {name}").into(),
        None => name.clone().into_owned().into(),
    }
}

fn key(name: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

fn member(name: &str, text: &str, out: &mut Vec<u8>) {
    key(name, out);
    if text.is_empty() { out.extend_from_slice(b"null") } else { write_string(text, out) }
}

fn number(number: Option<f64>, out: &mut Vec<u8>) {
    match number {
        Some(number) => write_float(number, out),
        None => out.extend_from_slice(b"null"),
    }
}

fn moment(name: &str, when: Option<&When>, out: &mut Vec<u8>) {
    key(name, out);
    match when {
        Some(when) => write_int(when.earliest.0.div_euclid(1_000), out),
        None => out.extend_from_slice(b"null"),
    }
}

fn place(row: &EventRow<'_>, out: &mut Vec<u8>) {
    let (Some(lon), Some(lat)) = (row.lon_deg, row.lat_deg) else {
        return out.extend_from_slice(b"null");
    };
    out.extend_from_slice(b"{\"type\":\"Point\",\"coordinates\":[");
    write_fixed(lon, 7, out);
    out.push(b',');
    write_fixed(lat, 7, out);
    if let Some(depth_km) = row.depth_km {
        out.push(b',');
        write_fixed(depth_km, 4, out);
    }
    out.extend_from_slice(b"]}");
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEED: &str = r#"{"type":"FeatureCollection","metadata":{"generated":1},"features":[
        {"type":"Feature","properties":{"mag":7.3,"place":"South \"Sandwich\"","time":1373897019880,"updated":1415325076361,"felt":null,"mmi":5.2,"status":"reviewed","net":"us","code":"b000ief9","nst":294,"rms":0.65,"gap":44,"magType":"mww","type":"earthquake"},"geometry":{"type":"Point","coordinates":[-25.07,-60.857,11]},"id":"usb000ief9"},
        {"type":"Feature","properties":{"mag":null,"place":null,"time":"soon","updated":null,"magType":null},"geometry":null,"id":"x"}]}"#;

    #[test]
    fn a_feed_is_read_and_written_with_the_same_names() {
        assert!(looks_like_usgs_geojson(FEED.as_bytes()));
        let all: Vec<Record> = Reader::new(FEED.as_bytes()).collect::<Result<_>>().expect("a feed");
        assert_eq!(all[0].row.time.as_ref().map(ToString::to_string).as_deref(), Some("2013-07-15T14:03:39.880Z"));
        assert_eq!((all[0].row.depth_km, all[0].row.place.as_ref()), (Some(11.0), "South \"Sandwich\""));
        assert_eq!(all[1].remarks.len(), 1);
        let mut out = Vec::new();
        begin(&Head { count: 2, ..Head::default() }, &mut out);
        for (place, record) in all.iter().enumerate() {
            out.extend(std::iter::repeat_n(b',', place.min(1)));
            write(&record.row, "", &mut out);
        }
        end(&mut out);
        let again: Vec<Record> = Reader::new(out.as_slice()).collect::<Result<_>>().expect("a feed");
        assert_eq!(again[0].row, all[0].row);
        assert!(serde_json::from_slice::<serde_json::Value>(&out).is_ok());
    }
}

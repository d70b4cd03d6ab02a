//! Bulletins in IMS 1.0:short and its extension ISF (ISC): origins and magnitudes of events are read and written; phases are passed over.

use super::columns::{field, number};
use super::lines::Lines;
use super::solution::{made, metres, quantity, text, tree};
use super::{Record, row_of};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::Write as _;
use terrane_hazard::event::{Event, Magnitude, Origin};
use terrane_model::Error;
use terrane_model::Result;
use terrane_model::limits::EVENT_NODES_MAX;
use terrane_model::report::{Finding, Severity};
use terrane_model::time::{Precision, When};

const ORIGINS: &str = "   Date       Time        Err   RMS Latitude Longitude  Smaj  Smin  Az Depth   Err Ndef Nsta Gap  mdist  Mdist Qual   Author      OrigID";
const MAGNITUDES: &str = "Magnitude  Err Nsta Author      OrigID";

/// Whether a file begins as a bulletin does.
pub fn looks_like_isf(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head).to_uppercase();
    let says = |words: &str| text.lines().take(60).any(|line| line.trim_start().starts_with(words));
    says("DATA_TYPE BULLETIN IMS") || says("DATA_TYPE EVENT IMS") || (says("BEGIN IMS") && says("DATA_TYPE BULLETIN"))
}

/// Which part of an event the lines are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Block {
    None,
    Origins,
    Magnitudes,
    Other,
}

/// Reads events.
pub struct Reader {
    lines: Lines,
    row: u64,
    /// The title of the event whose lines come next.
    title: Option<String>,
    done: bool,
}

impl Reader {
    /// Begins with the first line.
    pub(super) fn new(lines: Lines) -> Self {
        Self { lines, row: 1, title: None, done: false }
    }

    /// The lines of an event after its title; the title of the next is kept.
    fn event(&mut self, title: &str) -> Result<Record> {
        let mut parts = Parts::new(title);
        while let Some(line) = self.lines.next()? {
            if is_title(&line) {
                self.title = Some(line);
                return Ok(parts.record(self.row));
            }
            if line.trim() == "STOP" {
                break;
            }
            parts.take(&line);
            if parts.lines > EVENT_NODES_MAX {
                let say = format!("An event has more than {EVENT_NODES_MAX} lines.");
                return Err(Error::too_large(say).at(format!("event {}", self.row)));
            }
        }
        self.done = true;
        Ok(parts.record(self.row))
    }

    fn first_title(&mut self) -> Result<Option<String>> {
        while let Some(line) = self.lines.next()? {
            if is_title(&line) {
                return Ok(Some(line));
            }
        }
        Ok(None)
    }
}

fn is_title(line: &str) -> bool {
    line.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("event "))
        && line.get(6..).is_some_and(|rest| !rest.trim().is_empty())
}

impl Iterator for Reader {
    type Item = Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let title = match self.title.take().map_or_else(|| self.first_title(), |title| Ok(Some(title))) {
            Ok(Some(title)) => title,
            Ok(None) => return None,
            Err(error) => {
                self.done = true;
                return Some(Err(error));
            }
        };
        let record = self.event(&title);
        self.row += 1;
        self.done |= record.is_err();
        Some(record)
    }
}

/// What was read of an event.
struct Parts {
    id: String,
    place: String,
    block: Block,
    origins: Vec<Value>,
    magnitudes: Vec<Value>,
    prime: Option<usize>,
    event_type: Option<(&'static str, &'static str)>,
    lines: usize,
    unread: u64,
    passed_over: u64,
}

impl Parts {
    fn new(title: &str) -> Self {
        let rest = title.get(6..).unwrap_or_default().trim();
        let (id, place) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        Self {
            id: id.to_owned(),
            place: place.trim().to_owned(),
            block: Block::None,
            origins: Vec::new(),
            magnitudes: Vec::new(),
            prime: None,
            event_type: None,
            lines: 0,
            unread: 0,
            passed_over: 0,
        }
    }

    fn take(&mut self, line: &str) {
        self.lines += 1;
        let plain = line.trim();
        if plain.is_empty() {
            return;
        }
        if plain.starts_with("Date ") && plain.contains("OrigID") {
            self.block = Block::Origins;
        } else if plain.starts_with("Magnitude ") && plain.contains("OrigID") {
            self.block = Block::Magnitudes;
        } else if plain.starts_with("Sta ") || plain.starts_with("Year ") || plain.starts_with("Net ") {
            self.block = Block::Other;
        } else if line.starts_with(" (") {
            self.comment(plain);
        } else {
            self.data(line);
        }
    }

    fn comment(&mut self, comment: &str) {
        if self.block == Block::Origins && comment.to_uppercase().starts_with("(#PRIME") {
            self.prime = self.origins.len().checked_sub(1);
        }
    }

    fn data(&mut self, line: &str) {
        match self.block {
            Block::Origins => match origin(line, &self.id, self.origins.len()) {
                Some((origin, kind)) => {
                    self.origins.push(origin);
                    self.event_type = kind.or(self.event_type);
                }
                None => self.unread += 1,
            },
            Block::Magnitudes => match magnitude(line, &self.id, &self.origins, self.magnitudes.len()) {
                Some(magnitude) => self.magnitudes.push(magnitude),
                None => self.unread += 1,
            },
            Block::Other | Block::None => self.passed_over += 1,
        }
    }

    fn record(self, row: u64) -> Record {
        // Without a mark the last origin is the best one, as the bulletin orders them.
        let prime = self.prime.or(self.origins.len().checked_sub(1));
        let origin_id = prime.map_or(Value::Null, |place| self.origins[place]["publicID"].clone());
        let by_prime = self.magnitudes.iter().filter(|it| it["originID"] == origin_id);
        let best = by_prime.max_by_key(|it| rank(it["type"].as_str().unwrap_or_default())).or(self.magnitudes.last());
        let (kind, certainty) = self.event_type.unwrap_or(("", ""));
        let event = tree([
            ("publicID", id(&self.id, "event")),
            ("preferredOriginID", origin_id),
            ("preferredMagnitudeID", best.map_or(Value::Null, |best| best["publicID"].clone())),
            ("type", text(kind)),
            ("typeCertainty", text(certainty)),
            (
                "description",
                if self.place.is_empty() {
                    Value::Null
                } else {
                    json!([{ "text": self.place, "type": "Flinn-Engdahl region" }])
                },
            ),
            ("origin", Value::Array(self.origins)),
            ("magnitude", Value::Array(self.magnitudes)),
        ]);
        let mut remarks = Vec::new();
        let mut add = |count: u64, severity, what: &str, remedy: &str| {
            if count > 0 {
                let mut finding = Finding::new(severity, what, remedy).at_row(row);
                finding.count = count;
                remarks.push(finding);
            }
        };
        add(
            self.unread,
            Severity::Warning,
            "A line of an origin or a magnitude cannot be read; it is left out.",
            "Compare its columns with the description of IMS 1.0:short.",
        );
        add(
            self.passed_over,
            Severity::Note,
            "Lines of phases, references and other blocks are not read.",
            "Add them as QuakeML when they are needed.",
        );
        let mut flat = row_of(&event);
        flat.id = self.id.into();
        Record { row: flat, tree: Some(event), remarks }
    }
}

/// Which magnitude of one author is told first.
fn rank(kind: &str) -> usize {
    let order = ["md", "mb", "ms", "ml", "mw"];
    let lower = kind.to_lowercase();
    order.iter().position(|known| lower.starts_with(known)).map_or(0, |place| place + 1)
}

fn id(event: &str, what: &str) -> Value {
    json!(format!("smi:local/isf/{event}/{what}"))
}

/// What a bulletin's two letters say of the kind of event, and how sure it is.
fn kind_of(letters: &str) -> Option<(&'static str, &'static str)> {
    let certainty = match letters.get(..1)? {
        "k" => "known",
        "s" => "suspected",
        _ => return if letters == "ls" { Some(("landslide", "known")) } else { None },
    };
    let kind = match letters.get(1..2)? {
        "e" => "earthquake",
        "r" => "rock burst",
        "i" => "induced or triggered event",
        "m" => "mining explosion",
        "h" => "chemical explosion",
        "x" => "experimental explosion",
        "n" => "nuclear explosion",
        _ => return None,
    };
    Some((kind, certainty))
}

type Typed = (Value, Option<(&'static str, &'static str)>);

fn origin(line: &str, event: &str, place: usize) -> Option<Typed> {
    let date = field(line, 1, 10).replace('/', "-");
    let time = When::parse(&format!("{date}T{}Z", field(line, 12, 22))).or_else(|_| When::parse(&date)).ok()?;
    let origin_id = field(line, 129, 139);
    let name = if origin_id.is_empty() { format!("origin{place}") } else { format!("origin/{origin_id}") };
    let is_fixed = |column: usize| field(line, column, column) == "f";
    let depth_type = match field(line, 77, 77) {
        "f" => json!("operator assigned"),
        "d" => json!("constrained by depth phases"),
        _ => Value::Null,
    };
    let mode = match field(line, 112, 112) {
        "a" => json!("automatic"),
        "m" | "g" => json!("manual"),
        _ => Value::Null,
    };
    let count = |from: usize, to: usize| number(line, from, to).map_or(Value::Null, |it| json!(it as i64));
    let real = |from: usize, to: usize| number(line, from, to).map_or(Value::Null, Value::from);
    let quality = tree([
        ("associatedPhaseCount", Value::Null),
        ("usedPhaseCount", count(84, 87)),
        ("usedStationCount", count(89, 92)),
        ("standardError", real(31, 35)),
        ("azimuthalGap", real(94, 96)),
        ("minimumDistance", real(98, 103)),
        ("maximumDistance", real(105, 110)),
    ]);
    let parts = (time.precision < Precision::Minute).then(|| composite(&time));
    let origin = tree([
        ("publicID", id(event, &name)),
        ("time", quantity_of_time(&time, number(line, 25, 29))),
        ("compositeTime", parts.map_or(Value::Null, |parts| json!([parts]))),
        ("timeFixed", if is_fixed(23) { json!(true) } else { Value::Null }),
        ("latitude", quantity(number(line, 37, 44), None)),
        ("longitude", quantity(number(line, 46, 54), None)),
        ("epicenterFixed", if is_fixed(55) { json!(true) } else { Value::Null }),
        ("depth", quantity(number(line, 72, 76).map(metres), number(line, 79, 82).map(metres))),
        ("depthType", depth_type),
        ("originUncertainty", ellipse(line)),
        ("quality", if quality.as_object().is_some_and(serde_json::Map::is_empty) { Value::Null } else { quality }),
        ("evaluationMode", mode),
        ("creationInfo", made(field(line, 119, 127), None)),
    ]);
    Some((origin, kind_of(field(line, 116, 117))))
}

fn quantity_of_time(time: &When, error_s: Option<f64>) -> Value {
    let value = time.earliest.to_string();
    match error_s {
        Some(error) => json!({ "value": value, "uncertainty": error }),
        None => json!({ "value": value }),
    }
}

fn composite(time: &When) -> Value {
    let civil = time.earliest.civil();
    json!({ "year": { "value": civil.year }, "month": { "value": civil.month }, "day": { "value": civil.day } })
}

fn ellipse(line: &str) -> Value {
    let (major, minor) = (number(line, 56, 60), number(line, 62, 66));
    if major.is_none() && minor.is_none() {
        return Value::Null;
    }
    let told = |it: Option<f64>| it.map_or(Value::Null, Value::from);
    json!([tree([
        ("maxHorizontalUncertainty", told(major.map(metres))),
        ("minHorizontalUncertainty", told(minor.map(metres))),
        ("azimuthMaxHorizontalUncertainty", told(number(line, 68, 70))),
        ("preferredDescription", json!("uncertainty ellipse")),
    ])])
}

fn magnitude(line: &str, event: &str, origins: &[Value], place: usize) -> Option<Value> {
    let size = number(line, 7, 10)?;
    let origin_id = field(line, 31, 41);
    let name = id(event, &format!("origin/{origin_id}"));
    let origin = origins.iter().find(|it| !origin_id.is_empty() && it["publicID"] == name);
    Some(tree([
        ("publicID", id(event, &format!("magnitude{place}"))),
        ("mag", quantity(Some(size), number(line, 12, 14))),
        ("type", text(field(line, 1, 5))),
        ("stationCount", number(line, 16, 19).map_or(Value::Null, |it| json!(it as i64))),
        ("originID", origin.map_or(Value::Null, |origin| origin["publicID"].clone())),
        ("creationInfo", made(field(line, 21, 29), None)),
    ]))
}

/// Begins a bulletin.
pub fn begin(title: &str, out: &mut Vec<u8>) {
    let title = title.replace(['\n', '\r'], " ");
    let _ = write!(out, "BEGIN IMS1.0\nMSG_TYPE DATA\nDATA_TYPE BULLETIN IMS1.0:short\n{title}\n");
}

/// Ends a bulletin.
pub fn end(out: &mut Vec<u8>) {
    out.extend_from_slice(b"STOP\n");
}

/// Writes an event: its origins, the preferred one marked, and its magnitudes.
pub fn write(event: &Value, name: &str, out: &mut Vec<u8>) {
    let tree = event;
    let event = Event(tree);
    let preferred = event.origin().map(|origin| origin.0);
    let mut lines = String::new();
    let _ = writeln!(lines, "Event {:>8} {}\n\n{ORIGINS}", one_line(name).replace(' ', "_"), one_line(event.place()));
    for (place, origin) in event.origins().enumerate() {
        write_origin(&mut lines, origin, place, kind_letters(&event));
        if preferred.is_some_and(|it| std::ptr::eq(it, origin.0)) {
            lines.push_str(" (#PRIME)\n");
        }
    }
    let _ = writeln!(lines, "\n{MAGNITUDES}");
    for magnitude in event.magnitudes() {
        let place =
            event.origins().position(|it| !magnitude.origin_id().is_empty() && it.public_id() == magnitude.origin_id());
        write_magnitude(&mut lines, magnitude, place);
    }
    lines.push_str("\n\n");
    out.extend_from_slice(lines.as_bytes());
}

fn kind_letters(event: &Event<'_>) -> &'static str {
    let suspected = event.0["typeCertainty"] == "suspected";
    let both = match event.event_type() {
        "earthquake" => ["ke", "se"],
        "rock burst" => ["kr", "sr"],
        "induced or triggered event" => ["ki", "si"],
        "mining explosion" | "quarry blast" => ["km", "sm"],
        "chemical explosion" => ["kh", "sh"],
        "experimental explosion" => ["kx", "sx"],
        "nuclear explosion" => ["kn", "sn"],
        "landslide" => ["ls", "ls"],
        _ => ["uk", "uk"],
    };
    both[usize::from(suspected)]
}

/// A number in columns: so wide, so many decimals, fewer when it would not fit; blank when there is none.
fn column(number: Option<f64>, width: usize, decimals: usize) -> String {
    let Some(number) = number.filter(|it| it.is_finite()) else { return " ".repeat(width) };
    let fitting =
        (0..=decimals).rev().map(|decimals| format!("{number:>width$.decimals$}")).find(|it| it.len() <= width);
    fitting.unwrap_or_else(|| " ".repeat(width))
}

fn write_origin(lines: &mut String, origin: Origin<'_>, place: usize, letters: &str) {
    let Some(time) = origin.time().filter(|time| (0..=9_999).contains(&time.earliest.civil().year)) else { return };
    let civil = time.earliest.civil();
    let depth = origin.depth_m();
    let uncertainty = &origin.0["originUncertainty"][0];
    let km = |number: Option<f64>| number.map(|it| it / 1_000.0);
    let told = |name: &str| uncertainty[name].as_f64();
    let major = told("maxHorizontalUncertainty").or(told("horizontalUncertainty"));
    let minor = told("minHorizontalUncertainty").or(told("horizontalUncertainty"));
    let fixed = |name: &str| if origin.0[name] == true { 'f' } else { ' ' };
    let depth_flag = match origin.0["depthType"].as_str() {
        Some("operator assigned") => 'f',
        Some("constrained by depth phases" | "constrained by depth and direct phases") => 'd',
        _ => ' ',
    };
    let mode = match origin.made().mode {
        "automatic" => 'a',
        "manual" => 'm',
        _ => ' ',
    };
    let _ = writeln!(
        lines,
        "{:04}/{:02}/{:02} {:02}:{:02}:{:02}.{:02}{} {} {} {} {}{}{} {} {} {}{} {} {} {} {} {} {} {mode}   {letters} {:<9} {:>8}",
        civil.year,
        civil.month,
        civil.day,
        civil.hour,
        civil.minute,
        civil.second,
        civil.microsecond / 10_000,
        fixed("timeFixed"),
        column(origin.time_uncertainty_s(), 5, 2),
        column(origin.quality("standardError"), 5, 2),
        column(origin.latitude().map(|it| it.value), 8, 4),
        column(origin.longitude().map(|it| it.value), 9, 4),
        fixed("epicenterFixed"),
        column(km(major), 5, 1),
        column(km(minor), 5, 1),
        column(told("azimuthMaxHorizontalUncertainty"), 3, 0),
        column(depth.map(|it| it.value / 1_000.0), 5, 1),
        depth_flag,
        column(km(depth.and_then(|it| it.uncertainty)), 4, 1),
        column(origin.quality("usedPhaseCount"), 4, 0),
        column(origin.quality("usedStationCount"), 4, 0),
        column(origin.quality("azimuthalGap"), 3, 0),
        column(origin.quality("minimumDistance"), 6, 2),
        column(origin.quality("maximumDistance"), 6, 2),
        cut(origin.made().agency, 9),
        place + 1,
    );
}

fn write_magnitude(lines: &mut String, magnitude: Magnitude<'_>, origin: Option<usize>) {
    let Some(size) = magnitude.value() else { return };
    let _ = writeln!(
        lines,
        "{:<5} {} {} {} {:<9} {:>8}",
        cut(magnitude.kind(), 5),
        column(Some(size.value), 4, 1),
        column(size.uncertainty, 3, 1),
        column(magnitude.stations(), 4, 0),
        cut(magnitude.made().agency, 9),
        origin.map_or_else(String::new, |place| (place + 1).to_string()),
    );
}

fn cut(text: &str, most: usize) -> String {
    one_line(text).chars().take(most).collect()
}

fn one_line(text: &str) -> String {
    text.chars().map(|it| if it.is_control() { ' ' } else { it }).collect()
}

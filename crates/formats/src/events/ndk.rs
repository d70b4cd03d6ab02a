//! The format of the Global CMT catalogue: five lines of 80 columns for an event ("allorder.ndk_explained", 2006).
//!
//! Moments are in dyne-centimetres there and in newton-metres here; a source's half duration there is a duration here.

use super::columns::{field, number, numbers};
use super::lines::Lines;
use super::solution::{made, metres, quantity, text, tree};
use super::{Record, row_of};
use serde_json::{Value, json};
use std::fmt::Write as _;
use terrane_hazard::event::{Event, Origin};
use terrane_model::report::{Finding, Severity};
use terrane_model::time::{Instant, When};
use terrane_model::{Error, Result};

/// Newton-metres in a dyne-centimetre.
const NM_PER_DYNE_CM: f64 = 1e-7;

/// Whether a file begins as NDK does: its third line tells a centroid.
pub fn looks_like_ndk(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head);
    let lines: Vec<&str> = text.lines().take(3).collect();
    lines.len() == 3 && lines[2].starts_with("CENTROID:") && field(lines[0], 10, 10) == "/" && lines[1].contains("CMT:")
}

/// Reads events of five lines.
pub struct Reader {
    lines: Lines,
    row: u64,
}

impl Reader {
    /// Begins with the first line.
    pub(super) fn new(lines: Lines) -> Self {
        Self { lines, row: 1 }
    }

    /// The next five lines that are not empty; fewer at the end.
    fn five(&mut self) -> Result<Vec<String>> {
        let mut five = Vec::new();
        while five.len() < 5 {
            match self.lines.next()? {
                Some(line) if line.trim().is_empty() => {}
                Some(line) => five.push(line),
                None => break,
            }
        }
        Ok(five)
    }
}

impl Iterator for Reader {
    type Item = Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        let five = match self.five() {
            Ok(five) if five.is_empty() => return None,
            Ok(five) => five,
            Err(error) => return Some(Err(error)),
        };
        let record = read(&five, self.row);
        self.row += 1;
        Some(record)
    }
}

/// Reads an event.
fn read(lines: &[String], row: u64) -> Result<Record> {
    let wrong = |say: &str| Error::invalid(say).at(format!("event {row}"));
    let [first, second, third, fourth, fifth] = lines else {
        return Err(wrong("An event has fewer than five lines: the file is cut off."));
    };
    if !third.starts_with("CENTROID:") {
        return Err(wrong(
            "The third line of an event does not begin with “CENTROID:”: a line is missing or too much.",
        ));
    }
    let name = field(second, 1, 16);
    let mut remarks = Vec::new();
    let mut told = |part: Option<Value>, what: &str| {
        if part.is_none() {
            let what = format!("{what} cannot be read; it is left out.");
            remarks.push(
                Finding::new(Severity::Warning, what, "Compare the lines with the catalogue's description.")
                    .at_row(row),
            );
        }
        part
    };
    let hypocentre = told(hypocentre(first, name), "The hypocentre");
    let centroid = told(hypocentre.as_ref().and_then(|it| centroid(third, name, it)), "The centroid");
    let mechanism = told(mechanism((second, fourth, fifth), name, third), "The moment tensor");
    let preferred = if centroid.is_some() { "centroid" } else { "hypocentre" };
    let magnitudes = magnitudes(first, fourth, fifth, name);
    let event = tree([
        ("publicID", id(name, "event")),
        ("preferredOriginID", id(name, preferred)),
        ("preferredMagnitudeID", id(name, "Mwc")),
        ("preferredFocalMechanismID", id(name, "mechanism")),
        ("type", json!("earthquake")),
        ("description", json!([{ "text": field(first, 57, 80), "type": "Flinn-Engdahl region" }])),
        ("origin", json!([hypocentre, centroid].into_iter().flatten().collect::<Vec<_>>())),
        ("magnitude", json!(magnitudes)),
        ("focalMechanism", json!(mechanism.into_iter().collect::<Vec<_>>())),
        ("identifier", json!([{ "catalogue": "GCMT", "id": name }])),
    ]);
    let mut flat = row_of(&event);
    flat.id = name.to_owned().into();
    Ok(Record { row: flat, tree: Some(event), remarks })
}

fn id(name: &str, what: &str) -> Value {
    json!(format!("smi:local/ndk/{name}/{what}"))
}

fn hypocentre(line: &str, name: &str) -> Option<Value> {
    let date = field(line, 6, 15).replace('/', "-");
    let time = When::parse(&format!("{}T{}Z", date.replace(' ', "0"), field(line, 17, 26).replace(' ', "0"))).ok()?;
    let (lat, lon) = (number(line, 28, 33)?, number(line, 35, 41)?);
    ((-90.0..=90.0).contains(&lat) && (-180.0..=360.0).contains(&lon)).then(|| {
        tree([
            ("publicID", id(name, "hypocentre")),
            ("time", json!({ "value": time.earliest.to_string() })),
            ("latitude", quantity(Some(lat), None)),
            ("longitude", quantity(Some(lon), None)),
            ("depth", quantity(number(line, 43, 47).map(metres), None)),
            ("type", json!("hypocenter")),
            ("region", text(field(line, 57, 80))),
            ("creationInfo", made(field(line, 1, 4), None)),
        ])
    })
}

/// Time, latitude, longitude and depth, each with its standard error.
fn centroid(line: &str, name: &str, hypocentre: &Value) -> Option<Value> {
    let told = numbers(field(line, 10, 58)).filter(|told| told.len() == 8)?;
    let from = Instant::parse(hypocentre["time"]["value"].as_str()?).ok()?;
    if !told[0].is_finite() || told[0].abs() > 1e6 {
        return None;
    }
    let time = Instant(from.0 + (told[0] * 1e6).round() as i64);
    let depth_type = match field(line, 60, 63) {
        "FREE" => json!("from moment tensor inversion"),
        "FIX" => json!("operator assigned"),
        "BDY" => json!("from modeling of broad-band P waveforms"),
        _ => Value::Null,
    };
    Some(tree([
        ("publicID", id(name, "centroid")),
        ("time", json!({ "value": time.to_string(), "uncertainty": told[1] })),
        ("latitude", quantity(Some(told[2]), Some(told[3]))),
        ("longitude", quantity(Some(told[4]), Some(told[5]))),
        ("depth", quantity(Some(metres(told[6])), Some(metres(told[7])))),
        ("depthType", depth_type),
        ("type", json!("centroid")),
        ("region", hypocentre["region"].clone()),
        ("evaluationStatus", status(line)),
        ("creationInfo", made("GCMT", stamp(line))),
    ]))
}

/// Quick solutions are preliminary, standard ones reviewed.
fn status(line: &str) -> Value {
    match field(line, 65, 66) {
        "Q-" => json!("preliminary"),
        "S-" => json!("reviewed"),
        _ => Value::Null,
    }
}

/// When the solution was made.
fn stamp(line: &str) -> Option<String> {
    let digits = field(line, 67, 80);
    let part = |from: usize, to: usize| digits.get(from..to);
    let text = format!(
        "{}-{}-{}T{}:{}:{}Z",
        part(0, 4)?,
        part(4, 6)?,
        part(6, 8)?,
        part(8, 10)?,
        part(10, 12)?,
        part(12, 14)?
    );
    Instant::parse(&text).ok().map(|instant| instant.to_string())
}

fn magnitudes(first: &str, fourth: &str, fifth: &str, name: &str) -> Vec<Value> {
    let reported = numbers(field(first, 49, 55)).unwrap_or_default();
    let named = [("mb", reported.first()), ("MS", reported.get(1))];
    let mut all: Vec<Value> = named
        .into_iter()
        .filter_map(|(kind, size)| Some((kind, *size.filter(|size| **size > 0.0)?)))
        .map(|(kind, size)| {
            tree([
                ("publicID", id(name, kind)),
                ("mag", quantity(Some(size), None)),
                ("type", json!(kind)),
                ("originID", id(name, "hypocentre")),
                ("creationInfo", made(field(first, 1, 4), None)),
            ])
        })
        .collect();
    if let Some(moment) = scalar_moment_nm(fourth, fifth).filter(|moment| *moment > 0.0) {
        // IASPEI's standard form of Hanks and Kanamori 1979.
        let size = (2.0 / 3.0 * (moment.log10() - 9.1) * 100.0).round() / 100.0;
        all.push(tree([
            ("publicID", id(name, "Mwc")),
            ("mag", quantity(Some(size), None)),
            ("type", json!("Mwc")),
            ("originID", id(name, "centroid")),
            ("creationInfo", made("GCMT", None)),
        ]));
    }
    all
}

fn scale(fourth: &str) -> Option<f64> {
    let exponent = number(fourth, 1, 2).filter(|it| (0.0..=40.0).contains(it))?;
    Some(10_f64.powf(exponent) * NM_PER_DYNE_CM)
}

fn scalar_moment_nm(fourth: &str, fifth: &str) -> Option<f64> {
    Some(significant(number(fifth, 50, 56)? * scale(fourth)?))
}

/// A product without the noise of its binary fraction: the catalogue has four digits.
fn significant(number: f64) -> f64 {
    format!("{number:.9e}").parse().unwrap_or(number)
}

fn mechanism((second, fourth, fifth): (&str, &str, &str), name: &str, third: &str) -> Option<Value> {
    let scale = scale(fourth)?;
    let tensor = numbers(field(fourth, 3, 80)).filter(|told| told.len() == 12)?;
    let axes = numbers(field(fifth, 4, 48)).filter(|told| told.len() == 9)?;
    let planes = numbers(field(fifth, 58, 80)).filter(|told| told.len() == 6)?;
    let element = |place: usize| {
        quantity(Some(significant(tensor[place * 2] * scale)), Some(significant(tensor[place * 2 + 1] * scale)))
    };
    let names = ["Mrr", "Mtt", "Mpp", "Mrt", "Mrp", "Mtp"];
    let tensor: serde_json::Map<String, Value> =
        names.iter().enumerate().map(|(place, name)| ((*name).to_owned(), element(place))).collect();
    let axis = |place: usize| {
        json!({
            "azimuth": { "value": axes[place * 3 + 2] },
            "plunge": { "value": axes[place * 3 + 1] },
            "length": { "value": significant(axes[place * 3] * scale) },
        })
    };
    let plane = |from: usize| json!({ "strike": { "value": planes[from] }, "dip": { "value": planes[from + 1] }, "rake": { "value": planes[from + 2] } });
    let moment = tree([
        ("publicID", id(name, "tensor")),
        ("derivedOriginID", id(name, "centroid")),
        ("momentMagnitudeID", id(name, "Mwc")),
        ("scalarMoment", quantity(scalar_moment_nm(fourth, fifth), None)),
        ("tensor", Value::Object(tensor)),
        ("dataUsed", Value::Array(data_used(second))),
        ("sourceTimeFunction", source(second)),
        ("inversionType", inversion(second)),
        ("creationInfo", made("GCMT", stamp(third))),
    ]);
    Some(tree([
        ("publicID", id(name, "mechanism")),
        ("triggeringOriginID", id(name, "hypocentre")),
        ("nodalPlanes", json!({ "nodalPlane1": plane(0), "nodalPlane2": plane(3) })),
        ("principalAxes", json!({ "tAxis": axis(0), "nAxis": axis(1), "pAxis": axis(2) })),
        ("momentTensor", json!([moment])),
        ("evaluationStatus", status(third)),
        ("creationInfo", made("GCMT", stamp(third))),
    ]))
}

/// Stations, components and shortest period (seconds) of body, surface and mantle waves.
fn data_used(line: &str) -> Vec<Value> {
    let waves = [("body waves", 18), ("surface waves", 33), ("mantle waves", 48)];
    let told = waves.into_iter().filter_map(|(wave, from)| {
        let numbers = numbers(field(line, from + 2, from + 13)).filter(|it| it.len() == 3 && it[0] > 0.0)?;
        Some(json!({
            "waveType": wave,
            "stationCount": numbers[0] as i64,
            "componentCount": numbers[1] as i64,
            "shortestPeriod": numbers[2],
        }))
    });
    told.collect()
}

fn source(line: &str) -> Value {
    let kind = match field(line, 70, 74) {
        "TRIHD" => "triangle",
        "BOXHD" => "box car",
        _ => "unknown",
    };
    match number(line, 76, 80) {
        Some(half) => json!({ "type": kind, "duration": half * 2.0 }),
        None => Value::Null,
    }
}

fn inversion(line: &str) -> Value {
    match field(line, 68, 68) {
        "0" => json!("general"),
        "1" => json!("zero trace"),
        "2" => json!("double couple"),
        _ => Value::Null,
    }
}

/// Writes an event that has a moment tensor with its axes and planes; `false` when it has none.
pub fn write(event: &Value, name: &str, out: &mut Vec<u8>) -> bool {
    let lines = lines_of(event, name);
    if let Some(lines) = &lines {
        out.extend_from_slice(lines.as_bytes());
    }
    lines.is_some()
}

fn lines_of(tree: &Value, name: &str) -> Option<String> {
    let event = Event(tree);
    let mechanism = event.mechanism()?;
    let (tensor, planes) = (mechanism.tensor_nm()?, mechanism.planes());
    let moment = mechanism.scalar_moment_nm().filter(|it| *it > 0.0)?;
    let by_type = |kind: &str| event.origins().find(|it| it.0["type"] == kind);
    let centroid = by_type("centroid").or(event.origin())?;
    let hypocentre = by_type("hypocenter").unwrap_or(centroid);
    let exponent = (moment / NM_PER_DYNE_CM).log10().floor();
    let unit = 10_f64.powf(exponent) * NM_PER_DYNE_CM;
    let mut lines = String::with_capacity(410);
    first_line(&mut lines, &event, hypocentre)?;
    second_line(&mut lines, &mechanism.0["momentTensor"][0], name);
    third_line(&mut lines, centroid, hypocentre)?;
    let _ = write!(lines, "{exponent:02.0}");
    let errors = ["Mrr", "Mtt", "Mpp", "Mrt", "Mrp", "Mtp"]
        .map(|name| mechanism.0["momentTensor"][0]["tensor"][name]["uncertainty"].as_f64().unwrap_or(0.0));
    for (element, error) in tensor.iter().zip(errors) {
        let _ = write!(lines, "{:>7.3}{:>6.3}", element / unit, error / unit);
    }
    lines.push('\n');
    let _ = write!(lines, "V10");
    for name in ["tAxis", "nAxis", "pAxis"] {
        let axis = &mechanism.0["principalAxes"][name];
        let part = |name: &str| axis[name]["value"].as_f64().unwrap_or(0.0);
        let _ = write!(lines, "{:>8.3}{:>3.0}{:>4.0}", part("length") / unit, part("plunge"), part("azimuth"));
    }
    let _ = write!(lines, "{:>8.3}", moment / unit);
    for plane in planes {
        let plane = plane?;
        let _ = write!(lines, "{:>4.0}{:>3.0}{:>5.0}", plane.strike, plane.dip, plane.rake);
    }
    lines.push('\n');
    Some(lines)
}

fn first_line(lines: &mut String, event: &Event<'_>, origin: Origin<'_>) -> Option<()> {
    let civil = origin.time()?.earliest.civil();
    let size = |kind: &str| {
        event.magnitudes().find(|it| it.kind() == kind).and_then(|it| it.value()).map_or(0.0, |it| it.value)
    };
    let tenths = civil.microsecond / 100_000;
    let _ = writeln!(
        lines,
        "{:<4} {:04}/{:02}/{:02} {:02}:{:02}:{:02}.{tenths} {:>6.2} {:>7.2} {:>5.1} {:>3.1} {:>3.1} {:<24}",
        ascii(origin.made().agency, 4),
        civil.year,
        civil.month,
        civil.day,
        civil.hour,
        civil.minute,
        civil.second,
        origin.latitude()?.value,
        origin.longitude()?.value,
        origin.depth_m().map_or(0.0, |it| it.value / 1_000.0),
        size("mb"),
        size("MS"),
        ascii(event.place(), 24),
    );
    Some(())
}

fn second_line(lines: &mut String, moment: &Value, name: &str) {
    let _ = write!(lines, "{:<16} ", ascii(name, 16));
    for (letter, wave) in [('B', "body waves"), ('S', "surface waves"), ('M', "mantle waves")] {
        let data = moment["dataUsed"].as_array().into_iter().flatten().find(|it| it["waveType"] == wave);
        let part = |name: &str| data.and_then(|data| data[name].as_f64()).unwrap_or(0.0);
        let _ = write!(
            lines,
            "{letter}:{:>3.0}{:>5.0}{:>4.0} ",
            part("stationCount"),
            part("componentCount"),
            part("shortestPeriod")
        );
    }
    let inversion = match moment["inversionType"].as_str() {
        Some("general") => 0,
        Some("double couple") => 2,
        _ => 1,
    };
    let source = &moment["sourceTimeFunction"];
    let shape = if source["type"] == "triangle" { "TRIHD" } else { "BOXHD" };
    let half = source["duration"].as_f64().unwrap_or(0.0) / 2.0;
    let _ = writeln!(lines, "CMT: {inversion} {shape}:{half:>5.1}");
}

fn third_line(lines: &mut String, centroid: Origin<'_>, hypocentre: Origin<'_>) -> Option<()> {
    let offset = (centroid.time()?.earliest.0 - hypocentre.time()?.earliest.0) as f64 / 1e6;
    let (lat, lon) = (centroid.latitude()?, centroid.longitude()?);
    let depth = centroid.depth_m();
    let kind = match centroid.0["depthType"].as_str() {
        Some("from moment tensor inversion") => "FREE",
        Some("from modeling of broad-band P waveforms") => "BDY",
        _ => "FIX",
    };
    let quality = if centroid.made().status == "preliminary" { 'Q' } else { 'S' };
    let stamp = centroid.made().time.map_or_else(
        || "0".repeat(14),
        |time| time.to_string().chars().filter(char::is_ascii_digit).take(14).collect::<String>(),
    );
    let _ = writeln!(
        lines,
        "CENTROID: {:>8.1}{:>4.1} {:>6.2}{:>5.2} {:>7.2}{:>5.2} {:>5.1}{:>5.1} {kind:<4} {quality}-{stamp}",
        offset,
        centroid.time_uncertainty_s().unwrap_or(0.0),
        lat.value,
        lat.uncertainty.unwrap_or(0.0),
        lon.value,
        lon.uncertainty.unwrap_or(0.0),
        depth.map_or(0.0, |it| it.value / 1_000.0),
        depth.and_then(|it| it.uncertainty).unwrap_or(0.0) / 1_000.0,
    );
    Some(())
}

/// So many characters, those that are not ASCII told as question marks: the columns are bytes.
fn ascii(text: &str, most: usize) -> String {
    text.chars().map(|it| if it.is_ascii() && !it.is_ascii_control() { it } else { '?' }).take(most).collect()
}

//! The text format of FDSN's event service: one line for an event, fields between bars.

use super::lines::Lines;
use super::{EventRow, Record, moment};
use crate::features::geojson::{write_fixed, write_float};
use std::borrow::Cow;
use terrane_hazard::event::words;
use terrane_model::report::{Finding, Severity};
use terrane_model::time::When;
use terrane_model::{Error, Result};

/// The line of names; version 1.2 of the service adds the type of the event.
pub const HEADER: &str = "#EventID|Time|Latitude|Longitude|Depth/km|Author|Catalog|Contributor|ContributorID|MagType|Magnitude|MagAuthor|EventLocationName|EventType\n";
/// Fields that every version has.
const FIELDS: usize = 13;

/// Whether a file begins as the text format does.
pub fn looks_like_fdsn_text(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head);
    let first = text.trim_start_matches('\u{feff}').lines().next().unwrap_or_default();
    let plain = first.trim_start_matches('#').trim().to_lowercase().replace(' ', "");
    plain.starts_with("eventid|time|latitude|longitude|depth")
}

/// Writes a line.
pub fn write(row: &EventRow<'_>, out: &mut Vec<u8>) {
    text(&row.id, out);
    out.push(b'|');
    if let Some(when) = &row.time {
        moment::write(when.earliest, out);
    }
    for (number, decimals) in [(row.lat_deg, 7), (row.lon_deg, 7), (row.depth_km, 4)] {
        out.push(b'|');
        number.into_iter().for_each(|number| write_fixed(number, decimals, out));
    }
    for words in [&row.author, &row.catalog, &row.contributor, &row.contributor_id, &row.magnitude_type] {
        out.push(b'|');
        text(words, out);
    }
    out.push(b'|');
    row.magnitude.into_iter().for_each(|number| write_float(number, out));
    for words in [&row.magnitude_author, &row.place] {
        out.push(b'|');
        text(words, out);
    }
    out.push(b'|');
    text(words::event_type_of(&row.event_type).unwrap_or(&row.event_type), out);
    out.push(b'\n');
}

/// A field: the format has no way to write a bar or a new line in one.
fn text(words: &str, out: &mut Vec<u8>) {
    if !words.bytes().any(|byte| byte == b'|' || byte < 0x20) {
        return out.extend_from_slice(words.as_bytes());
    }
    let plain: String = words
        .chars()
        .map(|it| {
            if it == '|' {
                '/'
            } else if it.is_control() {
                ' '
            } else {
                it
            }
        })
        .collect();
    out.extend_from_slice(plain.as_bytes());
}

/// Reads the lines of a file.
pub struct Reader {
    lines: Lines,
    row: u64,
}

impl Reader {
    /// Begins with the first line.
    pub(super) fn new(lines: Lines) -> Self {
        Self { lines, row: 1 }
    }
}

impl Iterator for Reader {
    type Item = Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let line = match self.lines.next().transpose()? {
                Ok(line) => line,
                Err(error) => return Some(Err(error)),
            };
            if let Some(record) = read(&line, self.row) {
                self.row += 1;
                return Some(record);
            }
        }
    }
}

/// Reads a line; `None` for one that holds no event.
pub fn read(line: &str, row: u64) -> Option<Result<Record>> {
    let line = line.trim_end_matches(['\r', '\n']);
    if line.trim().is_empty() || line.starts_with('#') || looks_like_fdsn_text(line.as_bytes()) {
        return None;
    }
    let fields = fields(line);
    if fields.len() < FIELDS {
        let say =
            format!("A line has {} fields between bars; {FIELDS} are expected. The file may be cut off.", fields.len());
        return Some(Err(Error::invalid(say).at(format!("event {row}"))));
    }
    Some(Ok(record(&fields, row)))
}

/// The fields of a line. A name of a place may hold bars itself: what is too much belongs to it.
fn fields(line: &str) -> Vec<Cow<'_, str>> {
    let all: Vec<&str> = line.split('|').map(str::trim).collect();
    let mut fields: Vec<Cow<'_, str>> = all.iter().map(|it| Cow::Borrowed(*it)).collect();
    if all.len() > FIELDS {
        let has_type =
            words::event_type_of(all[all.len() - 1]).is_some() || all.len() == FIELDS + 1 && all[FIELDS].is_empty();
        let end = all.len() - usize::from(has_type);
        fields.truncate(FIELDS - 1);
        fields.push(all[FIELDS - 1..end].join("|").into());
        fields.extend(has_type.then(|| Cow::Borrowed(all[end])));
    }
    fields
}

fn record(fields: &[Cow<'_, str>], row: u64) -> Record {
    let mut remarks = Vec::new();
    let mut number = |place: usize, name: &str| {
        let text = &fields[place];
        let read = text.parse::<f64>().ok().filter(|number| number.is_finite());
        if read.is_none() && !text.is_empty() {
            let what = "A value is not a number; it is left out.";
            remarks.push(Finding::new(Severity::Warning, what, "Correct the value.").at_row(row).in_field(name));
        }
        read
    };
    let owned = |place: usize| Cow::Owned(fields.get(place).map_or_else(String::new, |it| it.clone().into_owned()));
    let (lat_deg, lon_deg, depth_km) = (number(2, "Latitude"), number(3, "Longitude"), number(4, "Depth/km"));
    let magnitude = number(10, "Magnitude");
    let time = When::parse(&fields[1]).ok();
    if time.is_none() {
        let what = "A value is not a date and time; it is left out.";
        remarks.push(Finding::new(Severity::Warning, what, "Correct the value.").at_row(row).in_field("Time"));
    }
    let event = EventRow {
        id: owned(0),
        time,
        lat_deg,
        lon_deg,
        depth_km,
        author: owned(5),
        catalog: owned(6),
        contributor: owned(7),
        contributor_id: owned(8),
        magnitude_type: owned(9),
        magnitude,
        magnitude_author: owned(11),
        place: owned(12),
        event_type: owned(13),
        ..EventRow::default()
    };
    Record { row: event, tree: None, remarks }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "usb000ief9|2013-07-15T14:03:39.880|-60.857|-25.07|11|us|us|us|usb000ief9,x|mww|7.3|us|South | Sandwich|earthquake";

    #[test]
    fn a_line_is_read_and_written_as_it_was_but_for_bars() {
        let record = read(LINE, 1).expect("an event").expect("it is read");
        assert_eq!((record.row.place.as_ref(), record.row.event_type.as_ref()), ("South|Sandwich", "earthquake"));
        assert_eq!(
            (record.row.lat_deg, record.row.depth_km, record.row.magnitude),
            (Some(-60.857), Some(11.0), Some(7.3))
        );
        let mut out = Vec::new();
        write(&record.row, &mut out);
        assert_eq!(String::from_utf8_lossy(&out).trim_end(), LINE.replace(" | ", "/"));
    }

    #[test]
    fn lines_of_thirteen_fields_without_a_type_are_read() {
        let record = read("1|1906-04-18|37.7|-122.5||||||Mw|7.9||San Francisco", 1).expect("an event").expect("read");
        assert_eq!(
            (record.row.place.as_ref(), record.row.event_type.as_ref(), record.row.depth_km),
            ("San Francisco", "", None)
        );
        assert!(read("1|1906-04-18|37.7", 7).expect("a line").is_err());
        assert!(read(HEADER, 1).is_none());
    }
}

//! The 22 columns of the USGS's comma-separated values.

use super::{EventRow, moment};
use crate::features::geojson::{write_fixed, write_float};
use terrane_model::time::When;

/// The line of names.
pub const HEADER: &str = "time,latitude,longitude,depth,mag,magType,nst,gap,dmin,rms,net,id,updated,place,type,horizontalError,depthError,magError,magNst,status,locationSource,magSource\n";

/// Writes a line. What a row does not know (the distance to the nearest station, stations of the magnitude) is empty.
pub fn write(row: &EventRow<'_>, out: &mut Vec<u8>) {
    time(row.time.as_ref(), out);
    for (number, decimals) in [(row.lat_deg, 7), (row.lon_deg, 7), (row.depth_km, 4)] {
        out.push(b',');
        number.into_iter().for_each(|number| write_fixed(number, decimals, out));
    }
    number(row.magnitude, out);
    text(&row.magnitude_type, out);
    number(row.stations, out);
    number(row.gap_deg, out);
    out.push(b',');
    number(row.rms_s, out);
    text(&row.contributor, out);
    text(&row.id, out);
    out.push(b',');
    time(row.updated.as_ref(), out);
    text(&row.place, out);
    text(&row.event_type, out);
    number(row.horizontal_error_km, out);
    number(row.depth_error_km, out);
    number(row.magnitude_error, out);
    out.push(b',');
    for words in [&row.status, &row.author, &row.magnitude_author] {
        text(words, out);
    }
    out.push(b'\n');
}

fn time(when: Option<&When>, out: &mut Vec<u8>) {
    if let Some(when) = when {
        moment::write(when.earliest, out);
        out.push(b'Z');
    }
}

fn number(number: Option<f64>, out: &mut Vec<u8>) {
    out.push(b',');
    number.into_iter().filter(|it| it.is_finite()).for_each(|number| write_float(number, out));
}

/// A field. What a spreadsheet would run as a formula gets a mark before it, as in all tables that are written here.
fn text(words: &str, out: &mut Vec<u8>) {
    out.push(b',');
    let is_formula = words.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let needs_marks = is_formula || words.contains([',', '"', '\n', '\r']);
    if !needs_marks {
        return out.extend_from_slice(words.as_bytes());
    }
    out.push(b'"');
    out.extend_from_slice(if is_formula { b"'" } else { b"" });
    out.extend_from_slice(words.replace('"', "\"\"").as_bytes());
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_the_columns_of_the_header() {
        let row = EventRow {
            id: "us1".into(),
            time: When::parse("2019-11-06T07:40:43.270Z").ok(),
            lat_deg: Some(27.259),
            lon_deg: Some(54.9533),
            depth_km: Some(10.0),
            magnitude: Some(5.3),
            place: "76km SE of Lar, \"Iran\"".into(),
            status: "=reviewed".into(),
            ..EventRow::default()
        };
        let mut out = Vec::new();
        write(&row, &mut out);
        let line = String::from_utf8_lossy(&out).into_owned();
        assert_eq!(
            line,
            "2019-11-06T07:40:43.270Z,27.259,54.9533,10,5.3,,,,,,,us1,,\"76km SE of Lar, \"\"Iran\"\"\",,,,,,\"'=reviewed\",,\n"
        );
        let mut reader = csv::ReaderBuilder::new().has_headers(true).from_reader(HEADER.as_bytes());
        assert_eq!(reader.headers().expect("names").len(), 22);
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
        assert_eq!(reader.records().next().expect("a line").expect("it is read").len(), 22);
    }
}

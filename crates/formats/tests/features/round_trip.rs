//! Any rows written as text formats and read again: what a format cannot carry stands in the table before its test, and is taken into
//! account by the function below it, nowhere else. (GeoPackage carries everything: see `geopackage.rs`. Shapefiles are not written.)

use crate::geojson_reading::file;
use crate::support::{Cell, OwnRow, Shape, all_rows, any_shape, any_when, batches};
use proptest::prelude::*;
use serde_json::Map;
use std::sync::Arc;
use terrane_formats::features::csv::{self, CsvWriter};
use terrane_formats::features::geojson::{self, DEGREE_DECIMALS, GeoJsonWriter};
use terrane_model::schema::{Column, ColumnKind, GeometryColumn, GeometryKind};
use terrane_model::store::{OpenOptions, Opened};
use terrane_model::{Crs, FeatureId, Schema, When};

const COLUMNS: [(&str, ColumnKind); 7] = [
    ("truth", ColumnKind::Bool),
    ("count", ColumnKind::Int),
    ("depth_m", ColumnKind::Float),
    ("名前", ColumnKind::Text),
    ("time", ColumnKind::Time),
    ("raw", ColumnKind::Bytes),
    ("tree", ColumnKind::Nested),
];

fn schema(has_z: bool) -> Arc<Schema> {
    let columns = COLUMNS.iter().map(|(name, kind)| Column::new(*name, *kind)).collect();
    let geometry = GeometryColumn { name: "geometry".into(), kind: GeometryKind::Any, crs: Crs::crs84(), has_z };
    Arc::new(Schema { columns, geometry: Some(geometry), time: None, key: None })
}

/// Texts of many scripts, with what breaks writers: quotation marks, line ends, delimiters, formulas, spaces around, words for nothing.
fn any_text() -> impl Strategy<Value = String> {
    let words =
        ["花崗岩", "Đá vôi", "หินปูน", "null", "NaN", "true", "007", "2019-07-01", "1e5", "=A1", "a\r\nb", "x\u{feff}"];
    prop_oneof!["\\PC{0,12}", "[ ,;\"'\n\r\t=+@-]{1,5}", prop::sample::select(words.to_vec()).prop_map(str::to_owned)]
}

fn any_row(has_z: bool) -> impl Strategy<Value = OwnRow> {
    let nullable = |cell: BoxedStrategy<Cell>| prop_oneof![1 => Just(Cell::Null), 4 => cell].boxed();
    let cells = vec![
        nullable(any::<bool>().prop_map(Cell::Bool).boxed()),
        nullable(any::<i64>().prop_map(Cell::Int).boxed()),
        nullable(prop::num::f64::NORMAL.prop_map(Cell::Float).boxed()),
        nullable(any_text().prop_map(Cell::Text).boxed()),
        nullable(any_when().prop_map(Cell::Time).boxed()),
        nullable(prop::collection::vec(any::<u8>(), 0..9).prop_map(Cell::Bytes).boxed()),
        nullable("[a-z]{0,5}".prop_map(|word| Cell::Nested(format!("{{\"word\":[\"{word}\"]}}"))).boxed()),
    ];
    (prop::option::of(any_shape(has_z)), cells).prop_map(|(shape, cells)| OwnRow {
        id: FeatureId::Number(0),
        shape,
        cells,
    })
}

/// Rows numbered from 1. The last one has a value in every column that cannot be of another kind, since formats without types guess
/// the kind from all values.
fn any_rows() -> impl Strategy<Value = (bool, Vec<OwnRow>)> {
    let rows = |has_z: bool| prop::collection::vec(any_row(has_z), 0..12).prop_map(move |rows| (has_z, rows));
    any::<bool>().prop_flat_map(rows).prop_map(|(has_z, mut rows)| {
        let cells = vec![
            Cell::Bool(true),
            Cell::Int(-1),
            Cell::Float(0.5),
            Cell::Text("砂岩".into()),
            Cell::Time(When::day(2019, 7, 1).unwrap()),
            Cell::Bytes(vec![0xab, 0xcd, 0xef]),
            Cell::Nested("{\"word\":[]}".into()),
        ];
        rows.push(OwnRow { id: FeatureId::Number(0), shape: None, cells });
        rows.iter_mut().enumerate().for_each(|(at, row)| row.id = FeatureId::Number(at as i64 + 1));
        (has_z, rows)
    })
}

/// Rows of a file: ids, shapes, and the cells of our columns by name.
fn read(opened: &Opened) -> Vec<OwnRow> {
    let source = opened.views.features.as_ref().unwrap();
    let place = |name: &str| source.schema().column(name).map(|(place, _)| place);
    let cells = |row: &OwnRow| {
        COLUMNS.iter().map(|(name, _)| place(name).map_or(Cell::Null, |place| row.cells[place].clone())).collect()
    };
    all_rows(&**source).into_iter().map(|row| OwnRow { cells: cells(&row), ..row }).collect()
}

/// A layer of single and many parts of one kind is read as one of many.
fn one_kind(rows: &mut [OwnRow]) {
    let mut kinds: Vec<GeometryKind> = rows.iter().filter_map(|row| Some(row.shape.as_ref()?.kind)).collect();
    kinds.sort_by_key(|kind| *kind as u8);
    kinds.dedup();
    if let [single, many] = kinds.as_slice()
        && single.multi() == *many
    {
        rows.iter_mut().flat_map(|row| &mut row.shape).for_each(|shape| shape.kind = *many);
    }
}

/// Whether two shapes are the same up to so much, rings in either direction.
fn alike(one: &Shape, other: &Shape, [xy, z]: [f64; 2]) -> bool {
    let same =
        |a: &[f64; 3], b: &[f64; 3]| (a[0] - b[0]).abs() <= xy && (a[1] - b[1]).abs() <= xy && (a[2] - b[2]).abs() <= z;
    let run = |a: &Vec<[f64; 3]>, b: &Vec<[f64; 3]>, is_ring: bool| {
        let forward = a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b));
        forward || (is_ring && a.len() == b.len() && a.iter().zip(b.iter().rev()).all(|(a, b)| same(a, b)))
    };
    let part = |a: &(GeometryKind, Vec<Vec<[f64; 3]>>), b: &(GeometryKind, Vec<Vec<[f64; 3]>>)| {
        a.0 == b.0
            && a.1.len() == b.1.len()
            && a.1.iter().zip(&b.1).all(|(x, y)| run(x, y, a.0 == GeometryKind::Polygon))
    };
    one.kind == other.kind
        && one.parts.len() == other.parts.len()
        && one.parts.iter().zip(&other.parts).all(|(a, b)| part(a, b))
}

fn compare(expected: &[OwnRow], found: &[OwnRow], reach: [f64; 2]) -> Result<(), TestCaseError> {
    prop_assert_eq!(expected.len(), found.len());
    for (expected, found) in expected.iter().zip(found) {
        prop_assert_eq!((&expected.id, &expected.cells), (&found.id, &found.cells));
        let same = match (&expected.shape, &found.shape) {
            (Some(expected), Some(found)) => alike(expected, found, reach),
            (expected, found) => expected == found,
        };
        prop_assert!(same, "{:?} became {:?}", expected.shape, found.shape);
    }
    Ok(())
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |chunk: &[u8]| {
        let number = (0..3).fold(0, |number, at| number << 8 | u32::from(chunk.get(at).copied().unwrap_or(0)));
        let letter = |at: usize| {
            if at <= chunk.len() { char::from(LETTERS[(number >> (18 - 6 * at)) as usize & 63]) } else { '=' }
        };
        (0..4).map(letter).collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}

/// A time as its text says it: what it was stated as is left out.
fn as_told(when: &When) -> Cell {
    Cell::Time(When { stated_as: None, ..when.clone() })
}

/// | GeoJSON does not carry | what becomes of it |
/// |---|---|
/// | decimals beyond 7, of heights beyond 3 | rounded |
/// | the direction of rings | the right-hand rule |
/// | single parts among many of the same kind | all are called many |
/// | bytes | text, base64 |
/// | what a time was stated as | left out |
fn carried_by_geojson(row: &OwnRow) -> OwnRow {
    let cell = |cell: &Cell| match cell {
        Cell::Bytes(bytes) => Cell::Text(base64(bytes)),
        Cell::Time(when) => as_told(when),
        other => other.clone(),
    };
    OwnRow { cells: row.cells.iter().map(cell).collect(), ..row.clone() }
}

/// | CSV does not carry | what becomes of it |
/// |---|---|
/// | heights | left out by the reader |
/// | single parts among many of the same kind | all are called many |
/// | empty texts and empty bytes | nothing |
/// | bytes | text, hexadecimal |
/// | trees | text, JSON |
/// | texts that a spreadsheet would run | a ' before them |
/// | what a time was stated as | left out |
fn carried_by_csv(row: &OwnRow) -> OwnRow {
    let text = |text: String| if text.is_empty() { Cell::Null } else { Cell::Text(text) };
    let disarmed = |given: &String| match given.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{given}"),
        _ => given.clone(),
    };
    let cell = |cell: &Cell| match cell {
        Cell::Bytes(bytes) => text(hexadecimal(bytes)),
        Cell::Nested(json) => text(json.clone()),
        Cell::Text(given) => text(disarmed(given)),
        Cell::Time(when) => as_told(when),
        other => other.clone(),
    };
    let mut shape = row.shape.clone();
    shape
        .iter_mut()
        .flat_map(|shape| &mut shape.parts)
        .flat_map(|(_, runs)| runs)
        .flatten()
        .for_each(|position| position[2] = 0.0);
    OwnRow { cells: row.cells.iter().map(cell).collect(), shape, ..row.clone() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn geojson_is_read_as_written((has_z, rows) in any_rows()) {
        let mut out = Vec::new();
        let mut writer = GeoJsonWriter::new(DEGREE_DECIMALS);
        writer.begin(&Map::new(), &mut out);
        batches(&schema(has_z), &rows, 5).iter().for_each(|batch| writer.rows(batch, &mut out));
        writer.end(&Map::new(), &mut out);
        let folder = tempfile::tempdir().unwrap();
        let opened = geojson::open(&file(folder.path(), "wells.json", &out), &OpenOptions::default()).unwrap();
        let mut expected: Vec<OwnRow> = rows.iter().map(carried_by_geojson).collect();
        one_kind(&mut expected);
        compare(&expected, &read(&opened), [0.6e-7, 0.6e-3])?;
    }

    #[test]
    fn csv_is_read_as_written((has_z, rows) in any_rows()) {
        let schema = schema(has_z);
        let mut out = Vec::new();
        let mut writer = CsvWriter::new(&schema, 7);
        writer.begin(&schema, ["longitude", "latitude"], &mut out);
        batches(&schema, &rows, 5).iter().for_each(|batch| writer.rows(batch, &mut out));
        let folder = tempfile::tempdir().unwrap();
        let options = OpenOptions { key: Some("id".into()), ..OpenOptions::default() };
        let opened = csv::open(&file(folder.path(), "wells.csv", &out), &options).unwrap();
        let mut expected: Vec<OwnRow> = rows.iter().map(carried_by_csv).collect();
        one_kind(&mut expected);
        compare(&expected, &read(&opened), [0.0, 0.0])?;
    }
}

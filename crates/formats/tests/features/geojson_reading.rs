//! GeoJSON as read: every way in which people write it, and ways in which it should not be written.

use crate::gdal;
use crate::support::{Cell, OwnRow, all_rows, any_shape, any_when, batches, by_id};
use proptest::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use terrane_formats::features::geojson::{self, GeoJsonWriter};
use terrane_model::report::{Finding, Severity};
use terrane_model::schema::{Column, ColumnKind, GeometryColumn, GeometryKind};
use terrane_model::store::{OpenOptions, Opened};
use terrane_model::testing::check_features;
use terrane_model::{Crs, FeatureId, FeatureSource, Kind, Schema, When};

pub fn file(folder: &Path, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn open(text: impl AsRef<[u8]>) -> (tempfile::TempDir, terrane_model::Result<Opened>) {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a.geojson", text);
    let opened = geojson::open(&path, &OpenOptions::default());
    (folder, opened)
}

pub fn features(opened: &Opened) -> &Arc<dyn FeatureSource> {
    opened.views.features.as_ref().unwrap()
}

/// All findings, those of reading included.
pub fn findings(opened: &Opened) -> Vec<Finding> {
    all_rows(&**features(opened));
    let while_reading = opened.findings.lock().unwrap().clone();
    opened.report.findings.iter().cloned().chain(while_reading).collect()
}

const POINT: &str = r#"{"type":"Point","coordinates":[1,2]}"#;

#[test]
fn members_come_in_any_order_and_strange_ones_are_told() {
    let (_folder, opened) = open(format!(
        r#"{{"name":"x","features":[{{"properties":{{"a":1}},"geometry":{{"coordinates":[1,2],"type":"Point"}},"when":3,"type":"Feature"}}],
            "bbox":[0,0,1,1],"type":"FeatureCollection","crs":null}} {}"#,
        "\n"
    ));
    let opened = opened.unwrap();
    let rows = all_rows(&**features(&opened));
    assert_eq!(rows.len(), 1);
    assert_eq!((&rows[0].cells[0], rows[0].shape.as_ref().unwrap().kind), (&Cell::Int(1), GeometryKind::Point));
    assert!(
        opened.report.findings.iter().any(|finding| finding.what.contains("name, when")),
        "{:?}",
        opened.report.findings
    );
    check_features(&**features(&opened));
}

#[test]
fn single_features_geometries_lines_and_sequences_are_read() {
    let feature = format!(r#"{{"type":"Feature","properties":{{"a":"x"}},"geometry":{POINT}}}"#);
    for (text, count) in [
        (feature.clone(), 1),
        (POINT.to_owned(), 1),
        (format!("{feature}\n{feature}\n{feature}\n"), 3),
        (format!("\x1e{feature}\n\x1e{feature}\n"), 2),
        (format!("\u{feff}{feature}"), 1),
        (r#"{"type":"FeatureCollection","features":[]}"#.to_owned(), 0),
        (
            format!(
                r#"{{"type":"GeometryCollection","geometries":[{POINT},{{"type":"LineString","coordinates":[[0,0],[1,1]]}}]}}"#
            ),
            1,
        ),
    ] {
        let (_folder, opened) = open(&text);
        let opened = opened.unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(all_rows(&**features(&opened)).len(), count, "{text}");
    }
}

#[test]
fn columns_are_of_the_kind_that_all_values_allow() {
    let row = |properties: &str| format!(r#"{{"type":"Feature","properties":{properties},"geometry":null}}"#);
    let (_folder, opened) = open(format!(
        r#"{{"type":"FeatureCollection","features":[{},{},{}]}}"#,
        row(
            r#"{"i":1,"f":1,"b":true,"t":"x","d":"2019-07-01","n":[1,{"a":null}],"m":1,"big":12345678901234567890,"z":null}"#
        ),
        row(
            r#"{"i":-5,"f":2.5,"b":false,"t":"2019-07-01","d":"2019-07-01T10:00:00+09:00","n":7,"m":"one","big":1,"late":"y"}"#
        ),
        row(r#"{"i":null,"t":"","d":null,"m":true}"#),
    ));
    let opened = opened.unwrap();
    let schema = features(&opened).schema();
    let kinds: Vec<(&str, ColumnKind)> =
        schema.columns.iter().map(|column| (column.name.as_str(), column.kind)).collect();
    use ColumnKind::{Bool, Float, Int, Nested, Text, Time};
    assert_eq!(
        kinds,
        [
            ("i", Int),
            ("f", Float),
            ("b", Bool),
            ("t", Text),
            ("d", Time),
            ("n", Nested),
            ("m", Text),
            ("big", Text),
            ("z", Text),
            ("late", Text)
        ]
    );
    assert!(schema.geometry.is_none());
    assert_eq!(schema.time.as_ref().unwrap().start, "d");
    let rows = all_rows(&**features(&opened));
    let second = rows.iter().find(|row| row.cells[0] == Cell::Int(-5)).unwrap();
    assert_eq!(second.cells[1], Cell::Float(2.5));
    assert_eq!(second.cells[5], Cell::Nested("7".into()));
    let Cell::Time(when) = &second.cells[4] else { panic!("a time") };
    assert_eq!(
        (when.to_string().as_str(), when.stated_as.as_deref()),
        ("2019-07-01T01:00:00Z", Some("2019-07-01T10:00:00+09:00"))
    );
    let first = rows.iter().find(|row| row.cells[0] == Cell::Int(1)).unwrap();
    assert_eq!(first.cells[5], Cell::Nested(r#"[1,{"a":null}]"#.into()));
    assert_eq!(first.cells[7], Cell::Text("12345678901234567890".into()), "no digit is lost");
}

#[test]
fn ids_of_features_are_theirs_when_they_tell_them_apart() {
    let row = |id: &str| format!(r#"{{"type":"Feature",{id}"properties":{{}},"geometry":null}}"#);
    let ids = |rows: &[String]| {
        let (_folder, opened) = open(rows.join("\n"));
        let mut ids: Vec<FeatureId> = all_rows(&**features(&opened.unwrap())).into_iter().map(|row| row.id).collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(&[row("\"id\":7,"), row("\"id\":3,")]), [FeatureId::Number(3), FeatureId::Number(7)]);
    assert_eq!(ids(&[row("\"id\":\"us1\","), row("\"id\":\"us2\",")])[0], FeatureId::Text("us1".into()));
    let made = ids(&[row("\"id\":7,"), row("\"id\":7,"), row("")]);
    assert_eq!(made.len(), 3);
    assert!(made.windows(2).all(|pair| pair[0] != pair[1]), "rows that are equal get different ids");
    assert_eq!(made, ids(&[row(""), row(""), row("")]), "and the same ones each time");
}

#[test]
fn what_is_wrong_with_a_geometry_is_told_by_row() {
    let row = |geometry: &str| format!(r#"{{"type":"Feature","properties":{{}},"geometry":{geometry}}}"#);
    let (_folder, opened) = open(
        [
            row(POINT),
            row(r#"{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,4]]]}"#),
            row(r#"{"type":"Polygon","coordinates":[[0,0],[4,0],[4,4]]}"#),
            row(r#"{"type":"Curve","coordinates":[]}"#),
            row(r#"{"type":"Point","coordinates":[1]}"#),
            row(r#"{"type":"Point","coordinates":["1","2"]}"#),
            row(r#"{"type":"Point","coordinates":[1,95]}"#),
        ]
        .join("\n"),
    );
    let opened = opened.unwrap();
    let findings = findings(&opened);
    let at = |word: &str| {
        let finding = findings.iter().find(|finding| finding.what.contains(word));
        finding.unwrap_or_else(|| panic!("nothing of {word} in {findings:#?}")).row
    };
    assert_eq!(at("it was closed"), Some(2));
    assert_eq!(at("nested 2 deep instead of 3"), Some(3));
    assert_eq!(at("“Curve”"), Some(4));
    assert_eq!(at("at least two numbers"), Some(5));
    assert_eq!(at("not a number"), Some(6));
    assert_eq!(at("outside −180 to 180"), Some(7));
    let rows = all_rows(&**features(&opened));
    assert_eq!((rows.len(), rows.iter().filter(|row| row.shape.is_none()).count()), (7, 4));
    let polygon =
        rows.iter().find_map(|row| row.shape.as_ref().filter(|shape| shape.kind == GeometryKind::Polygon)).unwrap();
    assert_eq!(polygon.parts[0].1[0].len(), 4, "closed");
}

#[test]
fn the_old_crs_member_is_believed_and_noted() {
    let with = |crs: &str| {
        format!(
            r#"{{"type":"FeatureCollection","crs":{crs},"features":[{{"type":"Feature","properties":{{}},"geometry":{{"type":"Point","coordinates":[500000,1000000]}}}}]}}"#
        )
    };
    let name = |name: &str| format!(r#"{{"type":"name","properties":{{"name":"{name}"}}}}"#);
    let (_folder, opened) = open(with(&name("urn:ogc:def:crs:EPSG::32648")));
    let opened = opened.unwrap();
    assert_eq!(features(&opened).schema().crs(), Some(&Crs::epsg(32648)));
    assert!(opened.report.findings.iter().any(|finding| finding.what.contains("EPSG:32648")));
    let (_folder, opened) = open(with(&name("urn:ogc:def:crs:OGC:1.3:CRS84")));
    assert_eq!(features(&opened.unwrap()).schema().crs(), Some(&Crs::crs84()));
    let (_folder, opened) = open(with(&name("moon")));
    assert!(
        opened
            .unwrap()
            .report
            .findings
            .iter()
            .any(|finding| finding.severity == Severity::Warning && finding.what.contains("“crs”"))
    );
}

#[test]
fn hostile_files_are_refused_with_a_reason() {
    let point = |inside: &str| {
        format!(r#"{{"type":"Feature","properties":{{}},"geometry":{{"type":"Point","coordinates":{inside}}}}}"#)
    };
    let deep = point(&format!("{}1,2{}", "[".repeat(200_000), "]".repeat(200_000)));
    let nested = format!(
        "{{\"type\":\"Feature\",\"properties\":{{\"a\":{}1{}}},\"geometry\":null}}",
        "{\"a\":".repeat(100_000),
        "}".repeat(100_000)
    );
    for (text, kind, word) in [
        (deep, Kind::TooLarge, "deep"),
        (nested, Kind::TooLarge, "deep"),
        (point("[NaN,1]"), Kind::Invalid, "NaN"),
        (point("[1e400,1]"), Kind::Invalid, "too large"),
        (point("[1,2]").trim_end_matches('}').to_owned(), Kind::Invalid, "too early"),
        (r#"{"type":"Feature","properties":{"a":1e999},"geometry":null}"#.to_owned(), Kind::Invalid, "too large"),
        (r#"{"type":"Topology","objects":{}}"#.to_owned(), Kind::Unsupported, "TopoJSON"),
        (
            r#"{"geometryType":"esriGeometryPoint","features":[{"attributes":{},"geometry":{"x":1,"y":2}}]}"#
                .to_owned(),
            Kind::Unsupported,
            "Esri",
        ),
        (r#"{"a":1}"#.to_owned(), Kind::Invalid, "not GeoJSON"),
        ("[1,2]".to_owned(), Kind::Invalid, "is an object"),
        ("   ".to_owned(), Kind::Invalid, "no GeoJSON"),
        (r#"{"type":"FeatureCollection","features":[7]}"#.to_owned(), Kind::Invalid, "not a feature"),
    ] {
        let (_folder, opened) = open(&text);
        let Err(error) = opened else { panic!("accepted: {}", &text[..text.len().min(80)]) };
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.say().contains(word), "{error}");
    }
    let (_folder, opened) = open(b"{\"type\":\"Feature\",\"properties\":{\"a\":\"\xff\xfe\"},\"geometry\":null}");
    assert!(opened.err().unwrap().say().contains("UTF-8"));
}

#[test]
fn a_million_holes_take_bounded_time() {
    let hole = "[[0,0],[0,1],[1,1],[0,0]]";
    let rings = vec![hole; 200_000].join(",");
    let (_folder, opened) = open(format!(
        r#"{{"type":"Feature","properties":{{"__proto__":{{"x":1}}}},"geometry":{{"type":"Polygon","coordinates":[{rings}]}}}}"#
    ));
    let rows = all_rows(&**features(&opened.unwrap()));
    assert_eq!(rows[0].shape.as_ref().unwrap().parts[0].1.len(), 200_000);
    assert_eq!(rows[0].cells[0], Cell::Nested("{\"x\":1}".into()));
}

fn json_table() -> impl Strategy<Value = (Arc<Schema>, Vec<OwnRow>)> {
    let row = (prop::option::of(any_shape(true)), any::<i64>(), prop::num::f64::NORMAL, "\\PC{0,10}", any_when());
    prop::collection::vec(row, 1..20).prop_map(|rows| {
        let columns = vec![
            Column::new("whole", ColumnKind::Int),
            Column::new("number", ColumnKind::Float),
            Column::new("text", ColumnKind::Text),
        ];
        let geometry =
            GeometryColumn { name: "geometry".into(), kind: GeometryKind::Any, crs: Crs::crs84(), has_z: true };
        let schema = Arc::new(Schema { columns, geometry: Some(geometry), time: None, key: None });
        let rows = rows.into_iter().zip(0..).map(|((shape, whole, number, text, _), id)| OwnRow {
            id: FeatureId::Number(id),
            shape,
            cells: vec![Cell::Int(whole), Cell::Float(number), Cell::Text(format!("t{text}"))],
        });
        (schema, rows.collect())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn what_is_written_is_read_again((schema, rows) in json_table()) {
        let mut out = Vec::new();
        let mut writer = GeoJsonWriter::new(9);
        writer.begin(&serde_json::Map::new(), &mut out);
        batches(&schema, &rows, 7).iter().for_each(|batch| writer.rows(batch, &mut out));
        writer.end(&serde_json::Map::new(), &mut out);
        let (_folder, opened) = open(&out);
        let again = by_id(all_rows(&**features(&opened.unwrap())));
        prop_assert_eq!(again.len(), rows.len());
        for row in &rows {
            let read = &again[&row.id];
            prop_assert_eq!(&read.cells[0], &row.cells[0]);
            let (Cell::Float(read_number), Cell::Float(number)) = (
                match &read.cells[1] { Cell::Int(whole) => Cell::Float(*whole as f64), other => other.clone() }, row.cells[1].clone()) else { panic!("numbers") };
            prop_assert_eq!(read_number, number);
            prop_assert_eq!(&read.cells[2], &row.cells[2]);
            let (Some(given), Some(got)) = (&row.shape, &read.shape) else { prop_assert_eq!(&row.shape, &read.shape); continue };
            prop_assert_eq!(got.parts.len(), given.parts.len());
        }
    }

    #[test]
    fn no_bytes_do_harm(bytes in prop::collection::vec(any::<u8>(), 0..120), cut in any::<prop::sample::Index>()) {
        let whole = format!(r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","id":1,"properties":{{"a":[1,"\u00e9"]}},"geometry":{POINT}}}]}}"#);
        let mut text = whole.into_bytes();
        let at = cut.index(text.len());
        text.splice(at..(at + bytes.len() / 8).min(text.len()), bytes);
        let (_folder, opened) = open(&text);
        if let Ok(opened) = opened {
            let _ = findings(&opened);
        }
    }
}

#[test]
fn gdal_reads_the_same_from_the_same_file() {
    if !gdal::present() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let text = r#"{"type":"FeatureCollection","features":[
      {"type":"Feature","id":5,"properties":{"name":"Ōsaka \"x\"","n":1,"f":-0.5},"geometry":{"type":"MultiPolygon","coordinates":[[[[0,0,5],[4,0,5],[4,4,5],[0,0,5]],[[1,0.5,5],[2,0.5,5],[2,1,5],[1,0.5,5]]],[[[9,9,5],[9,8,5],[8,8,5],[9,9,5]]]]}},
      {"type":"Feature","id":6,"properties":{"name":null,"n":2,"f":1e-7},"geometry":{"type":"MultiPolygon","coordinates":[]}}]}"#;
    let path = file(folder.path(), "in.geojson", text);
    let opened = geojson::open(&path, &OpenOptions::default()).unwrap();
    let ours = all_rows(&**features(&opened));
    let theirs = gdal::as_geojson(&path, &[]);
    let first = &theirs["features"][0];
    assert_eq!(first["id"], 5);
    let shape = ours[0].shape.as_ref().unwrap();
    let coordinates: Vec<Vec<Vec<[f64; 3]>>> =
        serde_json::from_value(first["geometry"]["coordinates"].clone()).unwrap();
    assert_eq!(shape.parts.iter().map(|(_, rings)| rings.clone()).collect::<Vec<_>>(), coordinates);
    assert_eq!(
        ours[0].cells,
        [Cell::Text(first["properties"]["name"].as_str().unwrap().into()), Cell::Int(1), Cell::Float(-0.5)]
    );
    let _ = When::year(2000);
}

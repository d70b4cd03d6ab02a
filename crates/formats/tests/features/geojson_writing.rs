//! GeoJSON as written: what other readers see.

use crate::support::{Cell, OwnRow, Shape, batches, schema};
use serde_json::{Map, Value, json};
use terrane_formats::features::geojson::{DEGREE_DECIMALS, GeoJsonWriter};
use terrane_model::schema::{ColumnKind, GeometryKind};
use terrane_model::{FeatureId, When};

fn written(rows: &[OwnRow], columns: &[(&str, ColumnKind)]) -> Value {
    let schema = schema(columns, Some(GeometryKind::Any));
    let mut writer = GeoJsonWriter::new(DEGREE_DECIMALS);
    let mut out = Vec::new();
    writer.begin(&Map::new(), &mut out);
    for batch in batches(&schema, rows, 2) {
        writer.rows_with(&batch, &mut out, |feature, out| {
            out.extend_from_slice(format!(",\"row\":{}", feature.row()).as_bytes());
        });
    }
    let members = json!({"numberReturned": rows.len(), "timeStamp": "2026-01-01T00:00:00Z"});
    writer.end(members.as_object().unwrap(), &mut out);
    serde_json::from_slice(&out).unwrap()
}

#[test]
fn values_are_written_as_their_kinds() {
    let columns = [
        ("a\"b", ColumnKind::Text),
        ("n", ColumnKind::Int),
        ("f", ColumnKind::Float),
        ("t", ColumnKind::Time),
        ("y", ColumnKind::Nested),
        ("b", ColumnKind::Bytes),
        ("k", ColumnKind::Bool),
    ];
    let row = |id: FeatureId, time: &str| OwnRow {
        id,
        shape: None,
        cells: vec![
            Cell::Text("泥岩 \"x\"\n".into()),
            Cell::Int(i64::MAX),
            Cell::Float(0.1),
            Cell::Time(When::parse(time).unwrap()),
            Cell::Nested("{\"a\":[1]}".into()),
            Cell::Bytes(vec![1, 2, 3]),
            Cell::Bool(true),
        ],
    };
    let rows = [
        row(FeatureId::Number(7), "2019"),
        row(FeatureId::Text("7".into()), "2019-07-01T01:02:03Z"),
        row(FeatureId::Number(-1), "2019-07-01"),
    ];
    let document = written(&rows, &columns);
    let features = document["features"].as_array().unwrap();
    assert_eq!(features.len(), 3);
    assert_eq!(
        features[0]["properties"],
        json!({"a\"b": "泥岩 \"x\"\n", "n": i64::MAX, "f": 0.1, "t": "2019", "y": {"a": [1]}, "b": "AQID", "k": true})
    );
    assert_eq!(features[1]["properties"]["t"], "2019-07-01T01:02:03Z");
    assert_eq!(features[2]["properties"]["t"], "2019-07-01");
    assert_eq!((&features[0]["geometry"], &features[1]["row"]), (&Value::Null, &json!(1)));
    assert_eq!(document["numberReturned"], 3);
}

#[test]
fn ids_keep_their_kind_within_a_batch() {
    let row = |id| OwnRow { id, shape: None, cells: vec![] };
    let document = written(&[row(FeatureId::Number(7)), row(FeatureId::Number(8))], &[]);
    assert_eq!(document["features"][0]["id"], json!(7));
    let document = written(&[row(FeatureId::Text("x".into()))], &[]);
    assert_eq!(document["features"][0]["id"], json!("x"));
}

#[test]
fn rings_follow_the_right_hand_rule_and_positions_the_antimeridian() {
    let clockwise = vec![[179.0, 0.0, 0.0], [179.0, 1.0, 0.0], [181.0, 1.0, 0.0], [181.0, 0.0, 0.0], [179.0, 0.0, 0.0]];
    let hole: Vec<[f64; 3]> =
        clockwise.iter().rev().map(|[x, y, _]| [180.0 + (x - 180.0) / 2.0, 0.5 + (y - 0.5) / 2.0, 0.0]).collect();
    let shape = Shape { kind: GeometryKind::Polygon, parts: vec![(GeometryKind::Polygon, vec![clockwise, hole])] };
    let row = OwnRow { id: FeatureId::Number(1), shape: Some(shape), cells: vec![] };
    let geometry = &written(&[row], &[])["features"][0]["geometry"];
    assert_eq!(
        *geometry,
        json!({"type": "Polygon", "coordinates": [
            [[179, 0], [181, 0], [181, 1], [179, 1], [179, 0]],
            [[179.5, 0.25], [179.5, 0.75], [180.5, 0.75], [180.5, 0.25], [179.5, 0.25]]]})
    );
}

#[test]
fn degrees_have_seven_decimals() {
    let row = OwnRow { id: FeatureId::Number(1), shape: Some(Shape::point(104.123_456_789, -0.1)), cells: vec![] };
    let geometry = &written(&[row], &[])["features"][0]["geometry"];
    assert_eq!(geometry["coordinates"].to_string(), "[104.1234568,-0.1]");
}

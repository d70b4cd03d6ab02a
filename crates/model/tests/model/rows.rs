//! Batches: what goes in comes out, whatever the geometry and the missing values.

use proptest::prelude::*;
use std::sync::Arc;
use terrane_model::batch::{BatchBuilder, Value};
use terrane_model::schema::{Column, ColumnKind, GeometryColumn, GeometryKind};
use terrane_model::{Batch, Bbox, Crs, Feature, FeatureId, Schema, When};

type Position = ([f64; 2], Option<f64>);

#[derive(Debug, Clone)]
struct Part {
    kind: GeometryKind,
    rings: Vec<Vec<Position>>,
}

#[derive(Debug, Clone)]
struct Row {
    id: FeatureId,
    place: Option<(GeometryKind, Vec<Part>)>,
    text: Option<String>,
    number: Option<f64>,
    when: Option<When>,
}

fn position() -> impl Strategy<Value = Position> {
    ([-180.0..180.0_f64, -90.0..90.0_f64], prop::option::of(-10_000.0..10_000.0_f64))
}

fn part(kind: GeometryKind) -> BoxedStrategy<Part> {
    let run = |positions: std::ops::Range<usize>| prop::collection::vec(position(), positions);
    let closed = run(3..8).prop_map(|mut ring| {
        ring.push(ring[0]);
        ring
    });
    let rings = match kind {
        GeometryKind::Point => prop::collection::vec(run(1..2), 1).boxed(),
        GeometryKind::LineString => prop::collection::vec(run(2..9), 1).boxed(),
        _ => prop::collection::vec(closed, 1..4).boxed(),
    };
    rings.prop_map(move |rings| Part { kind, rings }).boxed()
}

fn place() -> impl Strategy<Value = (GeometryKind, Vec<Part>)> {
    (1..=7_u8).prop_flat_map(|number| {
        let kind = GeometryKind::from_u8(number);
        let any_part = (1..=3_u8).prop_flat_map(|part_kind| part(GeometryKind::from_u8(part_kind)));
        let parts = match kind {
            GeometryKind::Collection => prop::collection::vec(any_part, 0..4).boxed(),
            single if single.part() == single => prop::collection::vec(part(single), 1).boxed(),
            many => prop::collection::vec(part(many.part()), 0..4).boxed(),
        };
        (Just(kind), parts)
    })
}

fn row() -> impl Strategy<Value = Row> {
    let id = prop_oneof![any::<i64>().prop_map(FeatureId::Number), "[a-z0-9]{0,6}".prop_map(FeatureId::Text)];
    let when = (-3_000..3_000_i64).prop_map(|year| When::year(year).expect("a year"));
    (
        id,
        prop::option::of(place()),
        prop::option::of("\\PC{0,8}"),
        prop::option::of(any::<f64>()),
        prop::option::of(when),
    )
        .prop_map(|(id, place, text, number, when)| Row { id, place, text, number, when })
}

fn schema(has_z: bool) -> Arc<Schema> {
    Arc::new(Schema {
        columns: vec![
            Column::new("text", ColumnKind::Text),
            Column::new("number", ColumnKind::Float),
            Column::new("when", ColumnKind::Time),
        ],
        geometry: Some(GeometryColumn { name: "geometry".into(), kind: GeometryKind::Any, crs: Crs::crs84(), has_z }),
        time: None,
        key: None,
    })
}

fn build(rows: &[Row], has_z: bool) -> Batch {
    let mut builder = BatchBuilder::new(schema(has_z));
    for row in rows {
        if let (Some(geometry), Some((kind, parts))) = (builder.geometry(), &row.place) {
            geometry.begin(*kind);
            for part in parts {
                geometry.part(part.kind);
                for ring in &part.rings {
                    geometry.ring();
                    ring.iter().for_each(|&(xy, z)| geometry.position(xy, z));
                }
            }
        }
        builder.value(&row.text.as_deref().map_or(Value::Null, Value::Text));
        builder.value(&row.number.map_or(Value::Null, Value::Float));
        builder.value(&row.when.clone().map_or(Value::Null, Value::Time));
        builder.end_row(row.id.clone());
    }
    builder.finish()
}

fn check(feature: &Feature<'_>, row: &Row, has_z: bool) {
    assert_eq!(feature.id().to_string(), row.id.to_string());
    assert_eq!(feature.get("text"), row.text.as_deref().map_or(Value::Null, Value::Text));
    match (feature.get("number"), row.number) {
        (Value::Float(found), Some(given)) => assert_eq!(found.to_bits(), given.to_bits()),
        (found, given) => assert!(found.is_null() && given.is_none()),
    }
    assert_eq!(feature.get("when"), row.when.clone().map_or(Value::Null, Value::Time));
    let Some((kind, parts)) = &row.place else { return assert!(feature.geometry().is_none()) };
    let place = feature.geometry().expect("the row has geometry");
    assert_eq!((place.kind(), place.parts().len()), (*kind, parts.len()));
    let given: Vec<[f64; 2]> = parts.iter().flat_map(|part| &part.rings).flatten().map(|&(xy, _)| xy).collect();
    assert_eq!(place.positions(), given);
    assert_eq!(place.bbox(), Bbox::of(&given));
    for (found, part) in place.parts().zip(parts) {
        assert_eq!((found.kind(), found.rings().len()), (part.kind, part.rings.len()));
        for ((ring, heights), known) in found.rings().zip(found.heights()).zip(&part.rings) {
            assert_eq!(ring, known.iter().map(|&(xy, _)| xy).collect::<Vec<_>>());
            let known: Vec<f64> = known.iter().map(|&(_, z)| z.unwrap_or(f64::NAN)).collect();
            let same = |heights: &[f64]| {
                heights.iter().zip(&known).all(|(a, b)| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan())
            };
            assert_eq!(heights.is_some(), has_z);
            assert!(heights.is_none_or(same));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rows_come_out_as_they_went_in_and_copies_are_the_same(rows in prop::collection::vec(row(), 0..12), has_z in any::<bool>()) {
        let batch = build(&rows, has_z);
        prop_assert_eq!(batch.len(), rows.len());
        batch.features().zip(&rows).for_each(|(feature, row)| check(&feature, row, has_z));
        let mut copy = BatchBuilder::new(schema(has_z));
        batch.features().for_each(|feature| copy.push(&feature));
        copy.finish().features().zip(&rows).for_each(|(feature, row)| check(&feature, row, has_z));
    }

    #[test]
    fn selections_and_slices_keep_the_order_of_rows(rows in prop::collection::vec(row(), 0..12), skip in 0..14_usize, take in 0..14_usize) {
        let batch = build(&rows, false);
        let even = batch.filtered(|row| row % 2 == 0);
        prop_assert_eq!(even.rows().collect::<Vec<_>>(), (0..rows.len()).step_by(2).collect::<Vec<_>>());
        let slice = even.sliced(skip, take);
        prop_assert_eq!(slice.rows().collect::<Vec<_>>(), (0..rows.len()).step_by(2).skip(skip).take(take).collect::<Vec<_>>());
        let projected = slice.projected(&["when".to_owned(), "none".to_owned(), "text".to_owned()], false);
        prop_assert_eq!(projected.schema.columns.len(), 2);
        for (feature, known) in projected.features().zip(slice.features()) {
            prop_assert_eq!(feature.get("text"), known.get("text"));
            prop_assert!(feature.geometry().is_none() && feature.id() == known.id());
        }
    }
}

#[test]
fn values_are_converted_only_when_nothing_is_lost() {
    let columns = [
        ("int", ColumnKind::Int),
        ("float", ColumnKind::Float),
        ("text", ColumnKind::Text),
        ("bool", ColumnKind::Bool),
    ];
    let schema = Schema {
        columns: columns.iter().map(|&(name, kind)| Column::new(name, kind)).collect(),
        geometry: None,
        time: None,
        key: None,
    };
    let mut builder = BatchBuilder::new(Arc::new(schema));
    for value in [Value::Float(3.0), Value::Float(3.5), Value::Text("3"), Value::Bool(true)] {
        (0..4).for_each(|_| builder.value(&value));
        builder.end_row(FeatureId::Number(0));
    }
    let batch = builder.finish();
    let column = |name: &str| batch.features().map(|row| row.get(name).to_string()).collect::<Vec<_>>();
    assert_eq!(column("int"), ["3", "", "", "1"]);
    assert_eq!(column("float"), ["3", "3.5", "", "1"]);
    assert_eq!(column("text"), ["3", "3.5", "3", "true"]);
    assert_eq!(column("bool"), ["", "", "", "true"]);
}

//! Made-up tables and ways to look at what a source returns.

use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use terrane_model::batch::{BatchBuilder, GeometryBuilder, Value};
use terrane_model::geometry::GeometryRef;
use terrane_model::schema::{Column, ColumnKind, GeometryColumn, GeometryKind, TimeColumns};
use terrane_model::testing::ready;
use terrane_model::{Batch, Crs, Feature, FeatureId, FeatureQuery, FeatureScan, FeatureSource, Rows, Schema, When};

/// A value that owns what it holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    Time(When),
    Bytes(Vec<u8>),
    Nested(String),
}

impl Cell {
    pub fn of(value: &Value<'_>) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(truth) => Self::Bool(*truth),
            Value::Int(number) => Self::Int(*number),
            Value::Float(number) => Self::Float(*number),
            Value::Text(text) => Self::Text((*text).to_owned()),
            Value::Time(when) => Self::Time(when.clone()),
            Value::Bytes(bytes) => Self::Bytes(bytes.to_vec()),
            Value::Nested(json) => Self::Nested((*json).to_owned()),
        }
    }

    pub fn value(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Bool(truth) => Value::Bool(*truth),
            Self::Int(number) => Value::Int(*number),
            Self::Float(number) => Value::Float(*number),
            Self::Text(text) => Value::Text(text),
            Self::Time(when) => Value::Time(when.clone()),
            Self::Bytes(bytes) => Value::Bytes(bytes),
            Self::Nested(json) => Value::Nested(json),
        }
    }
}

/// A geometry that owns what it holds: kind, and for each part its kind and its runs of x, y, z.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    pub kind: GeometryKind,
    pub parts: Vec<(GeometryKind, Vec<Vec<[f64; 3]>>)>,
}

impl Shape {
    pub fn of(geometry: &GeometryRef<'_>) -> Self {
        let parts = geometry.parts().map(|part| {
            let runs = part.rings().zip(part.heights()).map(|(ring, heights)| {
                let height = |at: usize| heights.map_or(0.0, |heights| heights[at]);
                ring.iter().enumerate().map(|(at, &[x, y])| [x, y, height(at)]).collect()
            });
            (part.kind(), runs.collect())
        });
        Self { kind: geometry.kind(), parts: parts.collect() }
    }

    pub fn point(x: f64, y: f64) -> Self {
        Self { kind: GeometryKind::Point, parts: vec![(GeometryKind::Point, vec![vec![[x, y, 0.0]]])] }
    }

    pub fn build(&self, builder: &mut GeometryBuilder) {
        builder.begin(self.kind);
        for (kind, runs) in &self.parts {
            builder.part(*kind);
            for run in runs {
                builder.ring();
                run.iter().for_each(|&[x, y, z]| builder.position([x, y], Some(z)));
            }
        }
    }
}

/// A row that owns what it holds.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnRow {
    pub id: FeatureId,
    pub shape: Option<Shape>,
    pub cells: Vec<Cell>,
}

impl OwnRow {
    pub fn of(feature: &Feature<'_>) -> Self {
        let cells = (0..feature.batch().columns.len()).map(|column| Cell::of(&feature.value(column))).collect();
        Self { id: feature.id(), shape: feature.geometry().map(|geometry| Shape::of(&geometry)), cells }
    }
}

/// Rows as batches of a few rows each.
pub fn batches(schema: &Arc<Schema>, rows: &[OwnRow], rows_per_batch: usize) -> Vec<Batch> {
    let mut builder = BatchBuilder::new(Arc::clone(schema));
    let mut batches = Vec::new();
    for row in rows {
        if let (Some(geometry), Some(shape)) = (builder.geometry(), &row.shape) {
            shape.build(geometry);
        }
        row.cells.iter().for_each(|cell| builder.value(&cell.value()));
        builder.end_row(row.id.clone());
        if builder.len() >= rows_per_batch {
            batches.push(builder.finish());
        }
    }
    if !builder.is_empty() {
        batches.push(builder.finish());
    }
    batches
}

/// All rows of a scan, unfinished as they come.
pub fn rows_of_scan(scan: FeatureScan) -> Vec<OwnRow> {
    let Rows::Local(rows) = scan.into_rows() else { panic!("a local source has local rows") };
    rows.flat_map(|batch| batch.unwrap().features().map(|feature| OwnRow::of(&feature)).collect::<Vec<_>>()).collect()
}

/// All rows of a source.
pub fn all_rows(source: &dyn FeatureSource) -> Vec<OwnRow> {
    rows_of_scan(ready(source.scan(&FeatureQuery::default())).unwrap())
}

/// Rows by id, for comparing whatever the order.
pub fn by_id(rows: Vec<OwnRow>) -> BTreeMap<FeatureId, OwnRow> {
    let count = rows.len();
    let map: BTreeMap<_, _> = rows.into_iter().map(|row| (row.id.clone(), row)).collect();
    assert_eq!(map.len(), count, "every row has its own id");
    map
}

pub fn schema(columns: &[(&str, ColumnKind)], kind: Option<GeometryKind>) -> Arc<Schema> {
    let geometry = kind.map(|kind| GeometryColumn { name: "geom".into(), kind, crs: Crs::crs84(), has_z: false });
    let columns: Vec<Column> = columns.iter().map(|(name, kind)| Column::new(*name, *kind)).collect();
    let time = columns.iter().find(|column| column.kind == ColumnKind::Time);
    let time = time.map(|column| TimeColumns { start: column.name.clone(), end: None });
    Arc::new(Schema { columns, geometry, time, key: None })
}

/// A table with every kind of column and any geometry.
pub fn any_table() -> impl Strategy<Value = (Arc<Schema>, Vec<OwnRow>)> {
    const KINDS: [ColumnKind; 7] = [
        ColumnKind::Bool,
        ColumnKind::Int,
        ColumnKind::Float,
        ColumnKind::Text,
        ColumnKind::Time,
        ColumnKind::Bytes,
        ColumnKind::Nested,
    ];
    let names = prop::collection::vec("[a-zA-Z \"'%éж地;]{0,6}|fid|geom|terrane_id|rowid", 0..6);
    let kinds = prop::collection::vec(0..KINDS.len(), 6);
    (names, kinds, any::<bool>(), any::<bool>(), 0..3_u8).prop_flat_map(|(names, kinds, has_z, placed, id_kind)| {
        let mut columns: Vec<Column> = Vec::new();
        for (name, kind) in names.iter().zip(kinds) {
            if columns.iter().all(|column| column.name != *name) {
                columns.push(Column::new(name.clone(), KINDS[kind]));
            }
        }
        let geometry =
            placed.then(|| GeometryColumn { name: "place".into(), kind: GeometryKind::Any, crs: Crs::crs84(), has_z });
        let schema = Arc::new(Schema { columns, geometry, time: None, key: None });
        let cells: Vec<BoxedStrategy<Cell>> = schema.columns.iter().map(|column| any_cell(column.kind)).collect();
        let shape = if placed { prop::option::of(any_shape(has_z)).boxed() } else { Just(None).boxed() };
        let rows = prop::collection::vec((shape, cells), 0..12).prop_map(move |rows| {
            let id = |at: usize| match id_kind {
                0 => FeatureId::Number(at as i64 * 3),
                1 => FeatureId::Number(7 - at as i64),
                _ => FeatureId::Text(format!("row-{}", (at * 7) % 12)),
            };
            rows.into_iter().enumerate().map(|(at, (shape, cells))| OwnRow { id: id(at), shape, cells }).collect()
        });
        (Just(schema), rows)
    })
}

fn any_cell(kind: ColumnKind) -> BoxedStrategy<Cell> {
    let value = match kind {
        ColumnKind::Bool => any::<bool>().prop_map(Cell::Bool).boxed(),
        ColumnKind::Int => any::<i64>().prop_map(Cell::Int).boxed(),
        ColumnKind::Float => prop::num::f64::NORMAL.prop_map(Cell::Float).boxed(),
        ColumnKind::Text => "\\PC{0,12}".prop_map(Cell::Text).boxed(),
        ColumnKind::Time => any_when().prop_map(Cell::Time).boxed(),
        ColumnKind::Bytes => prop::collection::vec(any::<u8>(), 0..9).prop_map(Cell::Bytes).boxed(),
        ColumnKind::Nested => "[a-z]{0,5}".prop_map(|word| Cell::Nested(format!("{{\"word\":[\"{word}\"]}}"))).boxed(),
    };
    prop_oneof![1 => Just(Cell::Null), 5 => value].boxed()
}

pub fn any_when() -> impl Strategy<Value = When> {
    let year = prop_oneof![1900_i64..2100, -3000_i64..12000];
    let stated = prop::option::weighted(0.1, "[a-z]{1,5}");
    (year, 1_u8..=12, 1_u8..=28, 0..5_u8, 0..86_400_000_i64, stated).prop_map(
        |(year, month, day, form, millis, stated)| {
            let mut when = match form {
                0 => When::year(year).unwrap(),
                1 => When::month(year, month).unwrap(),
                2 => When::day(year, month, day).unwrap(),
                _ => {
                    let day = When::day(year, month, day).unwrap().earliest.0;
                    When::exactly(terrane_model::Instant(day + millis * 1000))
                }
            };
            when.stated_as = stated.map(Arc::from);
            when
        },
    )
}

fn any_run(has_z: bool, least: usize) -> impl Strategy<Value = Vec<[f64; 3]>> {
    let z = if has_z { (-9000.0..9000.0_f64).boxed() } else { Just(0.0).boxed() };
    prop::collection::vec((-180.0..180.0_f64, -90.0..90.0_f64, z).prop_map(|(x, y, z)| [x, y, z]), least..least + 5)
}

fn any_ring(has_z: bool) -> impl Strategy<Value = Vec<[f64; 3]>> {
    any_run(has_z, 3).prop_map(|mut run| {
        run.push(run[0]);
        run
    })
}

fn any_part(kind: GeometryKind, has_z: bool) -> BoxedStrategy<(GeometryKind, Vec<Vec<[f64; 3]>>)> {
    match kind {
        GeometryKind::Point => any_run(has_z, 1).prop_map(|run| (GeometryKind::Point, vec![vec![run[0]]])).boxed(),
        GeometryKind::LineString => any_run(has_z, 2).prop_map(|run| (GeometryKind::LineString, vec![run])).boxed(),
        _ => prop::collection::vec(any_ring(has_z), 1..3).prop_map(|rings| (GeometryKind::Polygon, rings)).boxed(),
    }
}

pub fn any_shape(has_z: bool) -> BoxedStrategy<Shape> {
    let single = prop::sample::select(vec![GeometryKind::Point, GeometryKind::LineString, GeometryKind::Polygon]);
    let one = single
        .clone()
        .prop_flat_map(move |kind| any_part(kind, has_z).prop_map(move |part| Shape { kind, parts: vec![part] }));
    let many = single.clone().prop_flat_map(move |kind| {
        prop::collection::vec(any_part(kind, has_z), 1..4).prop_map(move |parts| Shape { kind: kind.multi(), parts })
    });
    let mixed = prop::collection::vec(single.prop_flat_map(move |kind| any_part(kind, has_z)), 1..4)
        .prop_map(|parts| Shape { kind: GeometryKind::Collection, parts });
    prop_oneof![4 => one, 3 => many, 1 => mixed].boxed()
}

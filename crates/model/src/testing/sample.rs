//! Rows and samples of every kind, the same whenever asked.

use super::memory::{Effort, MemoryFeatures, MemoryGrid};
use crate::batch::{BatchBuilder, GeometryBuilder, Value};
use crate::crs::Crs;
use crate::grid::{Band, GridSchema, GridTransform, SampleKind};
use crate::identity::FeatureId;
use crate::schema::{Column, ColumnKind, GeometryColumn, GeometryKind, Schema, TimeColumns};
use crate::time::{Instant, Precision, When};
use std::sync::Arc;

const ROWS: i64 = 210;
const NAMES: [&str; 7] = ["granite", "Basalt lava", "花崗岩", "O'Neil's tuff", "หินปูน", "Straße 100%", "metabasalt_2"];

/// 210 rows around the Pacific with all kinds of geometry and columns, values missing here and there.
pub fn sample_features(effort: Effort) -> MemoryFeatures {
    let columns = [
        ("name", ColumnKind::Text),
        ("rank", ColumnKind::Int),
        ("depth_m", ColumnKind::Float),
        ("seen", ColumnKind::Time),
        ("until", ColumnKind::Time),
        ("is_open", ColumnKind::Bool),
        ("tags", ColumnKind::Nested),
        ("note", ColumnKind::Text),
    ];
    let schema = Arc::new(Schema {
        columns: columns.iter().map(|&(name, kind)| Column::new(name, kind)).collect(),
        geometry: Some(GeometryColumn {
            name: "geometry".to_owned(),
            kind: GeometryKind::Any,
            crs: Crs::crs84(),
            has_z: false,
        }),
        time: Some(TimeColumns { start: "seen".to_owned(), end: Some("until".to_owned()) }),
        key: None,
    });
    let mut builder = BatchBuilder::new(Arc::clone(&schema));
    let mut batches = Vec::new();
    for number in 0..ROWS {
        if let Some(geometry) = builder.geometry() {
            place(geometry, number);
        }
        values(&mut builder, number);
        builder.end_row(FeatureId::Number(1_000 - number * 3));
        if builder.len() == 64 {
            batches.push(builder.finish());
        }
    }
    batches.push(builder.finish());
    MemoryFeatures::new(schema, batches, effort)
}

fn values(builder: &mut BatchBuilder, number: i64) {
    let or_null = |missing: i64, value: Value<'static>| if number % missing == 0 { Value::Null } else { value };
    builder.value(&or_null(13, Value::Text(NAMES[number as usize % NAMES.len()])));
    builder.value(&Value::Int(number * number % 17 - 5));
    builder.value(&or_null(5, Value::Float(number as f64 * 12.25 - 900.0)));
    builder.value(&or_null(11, Value::Time(moment(number))));
    builder.value(&if number % 3 == 0 { Value::Time(later(&moment(number))) } else { Value::Null });
    builder.value(&or_null(7, Value::Bool(number % 2 == 0)));
    builder.value(&or_null(4, Value::Nested(r#"["a",1,{"b":null}]"#)));
    builder.value(&if number % 9 == 0 { Value::Text("a note, rarely") } else { Value::Null });
}

/// Years, days and instants from 2 000 BCE until now.
fn moment(number: i64) -> When {
    let year = number * 37 % 4_000 - 1_980;
    let known = match number % 3 {
        0 => When::year(year),
        1 => When::day(year, 1 + (number % 12) as u8, 1 + (number % 28) as u8),
        _ => Instant::from_date(year, 7, 1).map(|at| When::exactly(Instant(at.0 + number * 61_000_000))),
    };
    known.expect("the year and the day are in the calendar")
}

fn later(when: &When) -> When {
    let a_year_us = 31_557_600_000_000;
    When {
        earliest: Instant(when.earliest.0 + a_year_us),
        latest: Instant(when.latest.0 + a_year_us),
        precision: Precision::Bounds,
        stated_as: None,
    }
}

fn place(geometry: &mut GeometryBuilder, number: i64) {
    // Around the antimeridian and away from it, between 60° south and north.
    let longitude = (number * 53 % 340) as f64 - 170.0;
    let at = [if number % 4 == 0 { 179.0 - (number % 3) as f64 } else { longitude }, (number * 29 % 120) as f64 - 60.0];
    let moved = |dx: f64, dy: f64| [at[0] + dx, at[1] + dy];
    let square = |size: f64| [at, moved(size, 0.0), moved(size, size), moved(0.0, size), at];
    match number % 8 {
        0 | 1 => geometry.point(at, None),
        2 => runs(geometry, GeometryKind::LineString, &[&[at, moved(0.5, 0.25), moved(0.5, 1.0)]]),
        3 => runs(geometry, GeometryKind::Polygon, &[&square(0.75)]),
        4 => runs(geometry, GeometryKind::MultiPoint, &[&[at], &[moved(0.5, 0.5)]]),
        5 => runs(
            geometry,
            GeometryKind::MultiLineString,
            &[&[at, moved(0.25, 0.0)], &[moved(0.5, 0.5), moved(0.5, 1.0)]],
        ),
        6 => runs(geometry, GeometryKind::MultiPolygon, &[&square(0.25), &square(-0.25)]),
        _ if number % 16 == 7 => collection(geometry, at),
        _ => {}
    }
}

/// Each run is a part with one ring.
fn runs(geometry: &mut GeometryBuilder, kind: GeometryKind, parts: &[&[[f64; 2]]]) {
    geometry.begin(kind);
    for part in parts {
        geometry.part(kind.part());
        geometry.ring();
        geometry.positions(part);
    }
}

fn collection(geometry: &mut GeometryBuilder, at: [f64; 2]) {
    geometry.begin(GeometryKind::Collection);
    for (kind, run) in [
        (GeometryKind::Point, vec![at]),
        (GeometryKind::LineString, vec![at, [at[0] + 0.5, at[1]]]),
        (GeometryKind::Polygon, vec![at, [at[0] + 0.5, at[1]], [at[0], at[1] + 0.5], at]),
    ] {
        geometry.part(kind);
        geometry.ring();
        geometry.positions(&run);
    }
}

/// A grid of 97 × 61 samples of half a degree in two bands, with overviews and places without data.
pub fn sample_grid() -> MemoryGrid {
    let band = |name: &str, kind, no_data| Band {
        name: name.to_owned(),
        description: None,
        unit: Some("m".to_owned()),
        kind,
        no_data,
        range: None,
    };
    let schema = GridSchema {
        crs: Crs::crs84(),
        transform: GridTransform::north_up([100.0, 20.0], [0.5, -0.5]),
        width: 97,
        height: 61,
        bands: vec![band("height", SampleKind::I16, Some(-9_999.0)), band("slope", SampleKind::F32, None)],
        axes: Vec::new(),
        overviews: vec![[49, 31], [25, 16]],
    };
    let places = (0..61_i32).flat_map(|row| (0..97_i32).map(move |column| (column, row)));
    let height =
        |(column, row): (i32, i32)| f64::from(if (column * row) % 23 == 7 { -9_999 } else { column * 31 - row * 17 });
    let slope = |(column, row): (i32, i32)| f64::from(((column - row) as f32 / 7.0).sin());
    MemoryGrid::new(schema, vec![places.clone().map(height).collect(), places.map(slope).collect()])
}

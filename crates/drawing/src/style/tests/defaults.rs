//! Styles for data about which nobody has said anything.

use super::*;
use std::sync::Arc;
use terrane_model::batch::{BatchBuilder, Value};
use terrane_model::grid::{Band, GridTransform, SampleKind, Samples, Window};
use terrane_model::schema::{Column, ColumnKind, GeometryColumn, GeometryKind};
use terrane_model::{Batch, Crs, FeatureId};

fn table(kind: GeometryKind, columns: &[(&str, ColumnKind)], rows: &[Vec<Value<'_>>]) -> (Schema, Vec<Batch>) {
    let schema = Schema {
        columns: columns.iter().map(|(name, kind)| Column::new(*name, *kind)).collect(),
        geometry: Some(GeometryColumn { name: "geom".into(), kind, crs: Crs::crs84(), has_z: false }),
        time: None,
        key: None,
    };
    let mut builder = BatchBuilder::new(Arc::new(schema.clone()));
    for (at, row) in rows.iter().enumerate() {
        row.iter().for_each(|value| builder.value(value));
        builder.end_row(FeatureId::Number(at as i64));
    }
    (schema, vec![builder.finish()])
}

fn fill_colour(style: &Style) -> &Property<Colour> {
    match &style.rules[0].symbolizers[0] {
        Symbolizer::Fill(fill) => &fill.colour,
        other => panic!("{other:?}"),
    }
}

fn checked(schema: &Schema, sample: &[Batch]) -> Style {
    let style = Style::default_for_features(schema, sample);
    style.check(schema).unwrap();
    assert_eq!(Style::from_json(&style.to_json()).unwrap(), style);
    style
}

#[test]
fn areas_with_a_column_of_colours_use_it_and_take_words_from_the_categories() {
    let rows: Vec<Vec<Value<'_>>> = (0..40)
        .map(|at| vec![Value::Text(["#aa0000", "#00bb00", "#0000cc"][at % 3]), Value::Text(["A", "B", "C"][at % 3])])
        .collect();
    let columns = [("rgb", ColumnKind::Text), ("unit", ColumnKind::Text)];
    let (schema, sample) = table(GeometryKind::MultiPolygon, &columns, &rows);
    let style = checked(&schema, &sample);
    assert_eq!(fill_colour(&style).column(), Some("rgb"));
    assert_eq!(style.rules[0].legend.as_ref().unwrap().label, ["unit"]);
}

#[test]
fn areas_with_categories_get_a_colour_each_that_does_not_depend_on_the_order_of_rows() {
    let row = |at: usize| vec![Value::Text(["sand", "clay", "lava", "tuff"][at % 4])];
    let rows: Vec<Vec<Value<'_>>> = (0..40).map(row).collect();
    let reversed: Vec<Vec<Value<'_>>> = (0..40).rev().map(row).collect();
    let (schema, sample) = table(GeometryKind::Polygon, &[("lith", ColumnKind::Text)], &rows);
    let (_, other) = table(GeometryKind::Polygon, &[("lith", ColumnKind::Text)], &reversed);
    let style = checked(&schema, &sample);
    assert_eq!(style, Style::default_for_features(&schema, &other));
    let Property::ByColumn(by) = fill_colour(&style) else { panic!() };
    assert_eq!(by.mapping.properties().count(), 4);
}

#[test]
fn areas_with_only_numbers_get_a_ramp_and_those_with_nothing_a_quiet_fill() {
    let rows: Vec<Vec<Value<'_>>> = (0..50).map(|at| vec![Value::Int(at), Value::Float(at as f64)]).collect();
    let columns = [("fid", ColumnKind::Int), ("thickness", ColumnKind::Float)];
    let (schema, sample) = table(GeometryKind::Polygon, &columns, &rows);
    assert_eq!(fill_colour(&checked(&schema, &sample)).column(), Some("thickness"));
    let (schema, sample) = table(GeometryKind::Polygon, &[], &[]);
    assert!(matches!(fill_colour(&checked(&schema, &sample)), Property::Fixed(_)));
}

#[test]
fn earthquakes_are_sized_by_magnitude_with_the_big_ones_below() {
    let rows: Vec<Vec<Value<'_>>> = (0..500).map(|at| vec![Value::Float(5.0 + at as f64 / 125.0)]).collect();
    let (schema, sample) = table(GeometryKind::Point, &[("mag", ColumnKind::Float)], &rows);
    let style = checked(&schema, &sample);
    assert_eq!(style.sort_by, Some(SortBy { column: "mag".into(), descending: true }));
}

fn grid_of(kind: SampleKind, bands: usize, samples: Vec<f64>) -> (GridSchema, Window) {
    let band = |at| Band { name: format!("b{at}"), description: None, unit: None, kind, no_data: None, range: None };
    let transform = GridTransform::north_up([0.0, 0.0], [1.0, -1.0]);
    let width = samples.len() as u32;
    let schema = GridSchema {
        crs: Crs::crs84(),
        transform,
        width,
        height: 1,
        bands: (0..bands).map(band).collect(),
        axes: vec![],
        overviews: vec![],
    };
    let window = Window {
        crs: Crs::crs84(),
        transform,
        width,
        height: 1,
        bands: vec![Samples::F64(samples.into()); bands],
        no_data: vec![None; bands],
    };
    (schema, window)
}

fn grid_stops(style: &Style) -> Vec<(f64, Colour)> {
    match &style.rules[0].symbolizers[0] {
        Symbolizer::Raster(Raster {
            source: RasterSource::Coloured { colour: Mapping::Interpolate { stops, .. }, .. },
            ..
        }) => stops.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_grid_around_zero_gets_a_ramp_with_zero_in_the_middle_and_outliers_left_out() {
    let mut samples: Vec<f64> = (-200..=300).map(f64::from).collect();
    samples.push(1e9);
    let (schema, window) = grid_of(SampleKind::F32, 1, samples);
    let style = Style::default_for_grid(&schema, &window);
    style.check_grid(&schema).unwrap();
    let stops = grid_stops(&style);
    assert!(stops[0].0 < -250.0 && stops[0].0 > -310.0, "{stops:?}");
    assert_eq!(stops[4].0, 0.0);
    assert_eq!(Style::from_json(&style.to_json()).unwrap(), style);
}

#[test]
fn a_grid_above_zero_gets_an_even_ramp_and_three_bytes_are_a_picture() {
    let (schema, window) = grid_of(SampleKind::F32, 1, (10..1000).map(f64::from).collect());
    assert_eq!(grid_stops(&Style::default_for_grid(&schema, &window)).len(), 9);
    let (schema, window) = grid_of(SampleKind::U8, 3, vec![1.0; 10]);
    let style = Style::default_for_grid(&schema, &window);
    assert_eq!(style.bands_at(1e5, &schema), [0, 1, 2]);
}

#[test]
fn an_empty_grid_has_a_style_too() {
    let (schema, window) = grid_of(SampleKind::F32, 1, vec![]);
    assert!(!grid_stops(&Style::default_for_grid(&schema, &window)).is_empty());
}

//! Legends of styles.

use super::*;
use std::sync::Arc;
use terrane_model::batch::{BatchBuilder, Value};
use terrane_model::filter::Literal;
use terrane_model::grid::{Band, GridTransform, SampleKind};
use terrane_model::schema::{Column, ColumnKind, GeometryColumn, GeometryKind};
use terrane_model::{Batch, Crs, FeatureId};

fn units() -> (Schema, Vec<Batch>) {
    let columns = ["colour", "en", "ja", "era"].map(|name| Column::new(name, ColumnKind::Text));
    let schema = Schema {
        columns: columns.to_vec(),
        geometry: Some(GeometryColumn {
            name: "g".into(),
            kind: GeometryKind::Polygon,
            crs: Crs::crs84(),
            has_z: false,
        }),
        time: None,
        key: None,
    };
    let mut builder = BatchBuilder::new(Arc::new(schema.clone()));
    let rows = [
        ["#ff0000", "Granite", "花崗岩", "Mesozoic"],
        ["#00ff00", "Gravel", "礫", "Cenozoic"],
        ["#ff0000", "Granite", "花崗岩", "Mesozoic"],
        ["#0000ff", "Chert", "チャート", "Mesozoic"],
        ["#00ff00", "Gravel", "", "Cenozoic"],
        ["#00aa00", "Gravel", "礫", "Cenozoic"],
    ];
    for (at, row) in rows.iter().enumerate() {
        row.iter().for_each(|text| builder.value(&if text.is_empty() { Value::Null } else { Value::Text(text) }));
        builder.end_row(FeatureId::Number(at as i64));
    }
    (schema, vec![builder.finish()])
}

fn style(rules: &str) -> Style {
    Style::from_json(&format!(r#"{{"title": {{"en": "All"}}, "rules": [{rules}]}}"#)).unwrap()
}

fn labels<'a>(legend: &'a Legend, language: &str) -> Vec<&'a str> {
    legend.items.iter().map(|item| item.label.get(&[language])).collect()
}

fn middle(item: &LegendItem) -> [u8; 4] {
    item.swatch.pixel(item.swatch.width_px / 2, item.swatch.height_px / 2)
}

#[test]
fn rows_make_one_entry_per_label_and_look_under_their_headings() {
    let (schema, sample) = units();
    let rule = r##"{"legend": {"label": ["en", "ja"], "languages": ["en", "ja"], "group": ["era"]},
        "symbolizers": [{"type": "fill", "colour": {"column": "colour"}, "outline": {"colour": "#4a4a4a", "width": "0.13 mm"}}]}"##;
    let made = legend(&style(rule), Some(&schema), &sample, 1.0);
    let groups: Vec<&str> = made.items.iter().map(|item| item.group.get(&[])).collect();
    assert_eq!(groups, ["Mesozoic", "Mesozoic", "Cenozoic", "Cenozoic", "Cenozoic"]);
    assert_eq!(labels(&made, "en"), ["Granite", "Chert", "Gravel", "Gravel", "Gravel"]);
    assert_eq!(labels(&made, "ja"), ["花崗岩", "チャート", "礫", "Gravel", "礫"]);
    assert_eq!(middle(&made.items[0]), [255, 0, 0, 255]);
    assert_eq!(middle(&made.items[4]), [0, 170, 0, 255]);
    let is_chert = Filter::equals("en", Literal::Text("Chert".into()));
    assert_eq!(made.items[1].filter.as_ref(), Some(&is_chert));
}

#[test]
fn a_box_is_twelve_by_six_millimetres_and_whole() {
    for (scale_px, size) in [(1.0, (43, 21)), (2.0, (86, 43))] {
        let swatch = swatch::box_of(crate::style::Colour::rgb(0x12_3456), scale_px);
        assert_eq!((swatch.width_px, swatch.height_px), size);
        assert!(swatch.rgba.chunks(4).filter(|pixel| pixel[3] > 100).count() as u32 == size.0 * size.1);
    }
}

#[test]
fn cases_and_classes_have_entries_with_filters_and_titles_without() {
    let rules = r##"
        {"title": {"en": "Fault"}, "filter": "en = 'Fault'", "symbolizers": [{"type": "line", "colour": "red", "width": "1 mm"}]},
        {"symbolizers": [{"type": "fill", "colour": {"column": "era", "match": {"Mesozoic": "#00ff00", "Cenozoic": "#ffff00"}}}]}"##;
    let (schema, _) = units();
    let made = legend(&style(rules), Some(&schema), &[], 1.0);
    assert_eq!(labels(&made, "en"), ["Fault", "Mesozoic", "Cenozoic"]);
    assert_eq!(middle(&made.items[2]), [255, 255, 0, 255]);
    assert_eq!(made.items[1].filter, Some(Filter::equals("era", Literal::Text("Mesozoic".into()))));
    assert!(made.items[0].filter.is_some());
}

#[test]
fn classes_of_numbers_say_from_and_to_with_the_unit() {
    let mut depth = Column::new("depth", ColumnKind::Float);
    depth.unit = Some("km".into());
    let schema = Schema { columns: vec![depth], geometry: None, time: None, key: None };
    let mark = r##"{"symbolizers": [{"type": "mark", "fill": {"column": "depth", "steps": [[0, "red"], [70, "orange"], [300, "blue"]]}}]}"##;
    let made = legend(&style(mark), Some(&schema), &[], 1.0);
    assert_eq!(labels(&made, "en"), ["< 70 km", "70 – 300 km", "> 300 km"]);
    assert_eq!(middle(&made.items[1]), [255, 165, 0, 255]);
}

#[test]
fn a_grid_has_a_ramp_with_its_unit() {
    let band = Band {
        name: "anomaly".into(),
        description: None,
        unit: Some("nT".into()),
        kind: SampleKind::F32,
        no_data: None,
        range: None,
    };
    let schema = GridSchema {
        crs: Crs::crs84(),
        transform: GridTransform::north_up([0.0; 2], [1.0, -1.0]),
        width: 1,
        height: 1,
        bands: vec![band],
        axes: vec![],
        overviews: vec![],
    };
    let raster =
        r##"{"symbolizers": [{"type": "raster", "colour": {"interpolate": [[-300, "#2166ac"], [300, "#b2182b"]]}}]}"##;
    let made = grid_legend(&style(raster), &schema, 1.0);
    let ramp = made.ramp.unwrap();
    assert_eq!(ramp.unit.as_deref(), Some("nT"));
    assert_eq!(ramp.stops, [(-300.0, [0x21, 0x66, 0xac, 255]), (300.0, [0xb2, 0x18, 0x2b, 255])]);
}

#[test]
fn a_picture_holds_all_its_words_and_swatches() {
    let (schema, sample) = units();
    let rule = r##"{"legend": {"label": ["en"], "languages": ["en"]}, "symbolizers": [{"type": "fill", "colour": {"column": "colour"}}]}"##;
    let made = legend(&style(rule), Some(&schema), &sample, 1.0);
    let drawn = picture(&made, &["en"]);
    let white = |x: u32, y: u32| drawn.pixel(x, y) == [255; 4];
    let (width, height) = (drawn.width_px, drawn.height_px);
    let edges = (0..width).all(|x| white(x, 0) && white(x, height - 1))
        && (0..height).all(|y| white(0, y) && white(width - 1, y));
    assert!(edges, "nothing is cut at the edges");
    assert!(drawn.rgba.chunks(4).any(|pixel| pixel == [255, 0, 0, 255]));
}

#[test]
fn many_entries_stand_in_columns() {
    let cases: Vec<String> = (0..200).map(|at| format!(r##""unit {at}": "#{at:06x}""##)).collect();
    let rule = format!(
        r#"{{"symbolizers": [{{"type": "fill", "colour": {{"column": "en", "match": {{{}}}}}}}]}}"#,
        cases.join(",")
    );
    let drawn = picture(&legend(&style(&rule), None, &[], 1.0), &["en"]);
    assert!(drawn.height_px < 1_700, "{} × {}", drawn.width_px, drawn.height_px);
}

#[test]
fn a_style_without_rules_has_an_empty_legend_and_a_small_picture() {
    let made = legend(&style(""), None, &[], f64::NAN);
    assert!(made.items.is_empty() && made.ramp.is_none());
    assert!(picture(&made, &[]).width_px > 0);
}

//! Whatever the coordinates, drawing ends and does not give up.

use crate::common::*;
use proptest::prelude::*;
use terrane_model::schema::GeometryKind;

fn coordinate() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => -50.0..150.0_f64,
        1 => prop::sample::select(vec![
            f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e308, -1e308, 1e15, -1e15, 1e9, 0.0, -0.0, 1e-300, 100.0, 50.0,
        ]),
        1 => any::<f64>(),
    ]
}

fn ring() -> impl Strategy<Value = Vec<[f64; 2]>> {
    prop::collection::vec([coordinate(), coordinate()], 0..12)
}

#[test]
fn a_picture_of_no_or_one_pixel_is_drawn() {
    let rows = tessellation(3, 3, 3);
    let symbolizers =
        r#"{"type": "fill", "colour": "red", "outline": {"width": "3 px"}}, {"type": "label", "text": "{colour}"}"#;
    for (width, height) in [(0, 0), (1, 0), (1, 1), (3, 1)] {
        for head in ["", r#""coverage": true,"#] {
            let picture = drawn(&view([0.0, 0.0, 1000.0, 1000.0], width, height), &style(head, symbolizers), &rows);
            assert_eq!(picture.rgba.len() as u32, width * height * 4);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_positions_are_drawn_or_passed_over(rings in prop::collection::vec(ring(), 1..4), kind in 1_u8..=7) {
        let kind = GeometryKind::from_u8(kind);
        let mut table = Table::new(GeometryKind::Any);
        table.row("#336699", 4.0, |geometry| {
            geometry.begin(kind);
            for ring in &rings {
                let parts = [GeometryKind::Point, GeometryKind::LineString, GeometryKind::Polygon];
                geometry.part(if kind == GeometryKind::Collection { parts[ring.len() % 3] } else { kind.part() });
                geometry.ring();
                geometry.positions(ring);
            }
        });
        let rows = table.finish();
        let symbolizers = r#"
            {"type": "fill", "colour": {"column": "colour"}},
            {"type": "line", "width": "1 px"},
            {"type": "line", "width": "4 px", "dash": ["3 px", "2 px"], "cap": "square"},
            {"type": "line", "width": "20 px", "join": "miter", "offset": "5 px", "dash": ["9 px", "9 px"]},
            {"type": "mark", "shape": "arrow", "size": "9 px", "fill": "red", "stroke": {}, "rotation": {"column": "size"}},
            {"type": "label", "text": "{colour}", "size": "9 px"}"#;
        for head in ["", r#""coverage": true,"#, r#""order": "feature","#] {
            let picture = drawn(&view([0.0, 0.0, 100.0, 100.0], 64, 64), &style(head, symbolizers), &rows);
            prop_assert_eq!(picture.rgba.len(), 64 * 64 * 4);
        }
    }

    #[test]
    fn any_sizes_are_cut_to_what_can_be_drawn(size in prop_oneof![any::<f64>(), -10.0..2000.0_f64], unit in 0_usize..3) {
        let mut table = Table::new(GeometryKind::Point);
        table.row("#336699", size, |geometry| geometry.point([50.0, 50.0], None));
        let unit = ["px", "mm", "m"][unit];
        let symbolizers = format!(
            r#"{{"type": "mark", "size": {{"column": "size", "unit": "{unit}"}}, "stroke": {{}}, "rotation": {{"column": "size"}}}},
               {{"type": "label", "text": "x", "size": {{"column": "size", "unit": "{unit}"}}}}"#
        );
        drawn(&view([0.0, 0.0, 100.0, 100.0], 64, 64), &style("", &symbolizers), &table.finish());
    }
}

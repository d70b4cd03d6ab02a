//! Which rules draw which rows at which scale.

use crate::common::*;
use terrane_drawing::{Style, View};
use terrane_model::picture::Picture;
use terrane_model::schema::GeometryKind;

fn picture(rules: &str, view: &View) -> Picture {
    let mut table = Table::new(GeometryKind::Point);
    for (x, size, colour) in [(20.0, 1.0, "a"), (50.0, 5.0, "b"), (80.0, 9.0, "c")] {
        table.row(colour, size, |geometry| geometry.point([x, 50.0], None));
    }
    let style = Style::from_json(&format!(r#"{{"rules": [{rules}]}}"#)).unwrap();
    drawn(view, &style, &table.finish())
}

fn mark(colour: &str) -> String {
    format!(r#"{{"type": "mark", "size": "10 px", "fill": "{colour}"}}"#)
}

const RED: [u8; 4] = [255, 0, 0, 255];
const BLUE: [u8; 4] = [0, 0, 255, 255];

#[test]
fn filters_choose_rows_and_else_takes_the_rest() {
    let rules = format!(
        r#"{{"filter": "size > 4", "symbolizers": [{}]}}, {{"else": true, "symbolizers": [{}]}}"#,
        mark("red"),
        mark("blue")
    );
    let picture = picture(&rules, &view([0.0, 0.0, 100.0, 100.0], 100, 100));
    assert_eq!([20, 50, 80].map(|x| picture.pixel(x, 50)), [BLUE, RED, RED]);
}

#[test]
fn a_row_is_drawn_by_every_rule_that_it_meets_in_their_order() {
    let rules = format!(
        r#"{{"symbolizers": [{}]}}, {{"filter": "colour = 'b'", "symbolizers": [{}]}}"#,
        mark("red"),
        mark("blue")
    );
    let picture = picture(&rules, &view([0.0, 0.0, 100.0, 100.0], 100, 100));
    assert_eq!([20, 50, 80].map(|x| picture.pixel(x, 50)), [RED, BLUE, RED]);
}

#[test]
fn a_rule_draws_from_its_least_scale_up_to_its_greatest() {
    let rules = format!(
        r#"{{"max_scale": 5000, "symbolizers": [{}]}}, {{"min_scale": 5000, "symbolizers": [{}]}}"#,
        mark("red"),
        mark("blue")
    );
    for (denominator, colour) in [(4999.0, RED), (5000.0, BLUE)] {
        let view = View { scale_denominator: denominator, ..view([0.0, 0.0, 100.0, 100.0], 100, 100) };
        assert_eq!(picture(&rules, &view).pixel(50, 50), colour, "1:{denominator}");
    }
}

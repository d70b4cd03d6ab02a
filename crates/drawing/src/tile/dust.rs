//! Areas too small for the grid of a tile: each weighs what it covers, and when they weigh a square together, one is drawn.

use terrane_formats::tile::mvt::{Shape, ShapeKind};

/// The side of a square, multiples of the grid.
const SIDE: i32 = 2;

/// What was too small so far.
#[derive(Debug, Default)]
pub struct Dust {
    /// Square units that are owed.
    owed: f64,
}

impl Dust {
    /// Weighs an area of some square units about a place; draws a square there when enough has come together. As much is drawn as
    /// there was, and greater areas are drawn more often.
    pub fn weigh(&mut self, area: f64, centre: [f64; 2], quantum: i32, shape: &mut Shape) {
        let side = SIDE * quantum;
        let square = f64::from(side * side);
        if !area.is_finite() || centre.iter().any(|middle| !middle.is_finite()) {
            return;
        }
        self.owed += area.min(square);
        if self.owed < square {
            return;
        }
        self.owed -= square;
        let [low, high] = super::frame::BOUNDS;
        let corner = |middle: f64| super::ring::snap(middle, quantum).clamp(low, high - side);
        let [x, y] = centre.map(corner);
        shape.begin(ShapeKind::Area);
        shape.positions.extend([[x, y], [x + side, y], [x + side, y + side], [x, y + side]]);
        shape.end_run();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use terrane_formats::tile::mvt::double_area;

    #[test]
    fn as_much_is_drawn_as_there_was() {
        let (mut dust, mut shape, mut drawn) = (Dust::default(), Shape::default(), 0);
        for place in 0..1_000 {
            shape.begin(ShapeKind::Area);
            dust.weigh(0.1, [f64::from(place), 5.0], 1, &mut shape);
            drawn += shape.runs().map(double_area).sum::<i64>() / 2;
        }
        assert!((96..=100).contains(&drawn), "{drawn}");
    }
}

//! Where words stand already, on all layers of a picture, so that no words cover others.

/// A box in pixels: left, top, right, bottom.
pub type Box4 = [f64; 4];

/// Pixels in one square of the index.
const SQUARE_PX: f64 = 64.0;

/// Boxes that are taken, by the squares that they touch.
#[derive(Debug, Default)]
pub struct Taken {
    squares: std::collections::HashMap<[i32; 2], Vec<Box4>>,
}

impl Taken {
    /// Takes a box if no other is there.
    pub fn take(&mut self, frame: Box4) -> bool {
        let square = |number: f64| (number / SQUARE_PX).floor() as i32;
        let columns = square(frame[0])..=square(frame[2]);
        let squares = columns.flat_map(|column| (square(frame[1])..=square(frame[3])).map(move |row| [column, row]));
        let overlaps =
            |other: &Box4| frame[0] < other[2] && other[0] < frame[2] && frame[1] < other[3] && other[1] < frame[3];
        if squares.clone().any(|key| self.squares.get(&key).is_some_and(|frames| frames.iter().any(overlaps))) {
            return false;
        }
        squares.for_each(|key| self.squares.entry(key).or_default().push(frame));
        true
    }
}

//! A bounding box that knows the antimeridian. The only place in the program that does.

use crate::error::{Error, Result};

/// A box on the ground, x then y, in some CRS that whoever holds it knows.
///
/// In geographic coordinates `min[0] > max[0]` means that the box crosses the antimeridian: it runs east from `min[0]`
/// to 180° and on from −180° to `max[0]`. Boxes in projected coordinates never do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bbox {
    /// West and south: the corner with the least y, and the x where the box begins going east.
    pub min: [f64; 2],
    /// East and north.
    pub max: [f64; 2],
}

impl Bbox {
    /// The whole world in degrees.
    pub const WORLD: Self = Self { min: [-180.0, -90.0], max: [180.0, 90.0] };
    /// A box that holds nothing and grows by [`Bbox::include`].
    pub const EMPTY: Self = Self { min: [f64::INFINITY; 2], max: [f64::NEG_INFINITY; 2] };

    /// A box of a CRS whose x does not wrap. Refuses numbers that are not finite and corners the wrong way round.
    pub fn plain(min: [f64; 2], max: [f64; 2]) -> Result<Self> {
        let bbox = Self::geographic(min, max)?;
        if min[0] > max[0] {
            return Err(Error::invalid(format!(
                "The box begins at x {} and ends at {}; the lower corner comes first.",
                min[0], max[0]
            )));
        }
        Ok(bbox)
    }

    /// A box in degrees; west greater than east means that it crosses the antimeridian.
    pub fn geographic(min: [f64; 2], max: [f64; 2]) -> Result<Self> {
        if !(min.iter().chain(&max).all(|number| number.is_finite())) {
            return Err(Error::invalid("A box needs four finite numbers: minimum x, minimum y, maximum x, maximum y."));
        }
        if min[1] > max[1] {
            return Err(Error::invalid(format!(
                "The box begins at y {} and ends at {}; the lower corner comes first.",
                min[1], max[1]
            )));
        }
        Ok(Self { min, max })
    }

    /// The box of some positions; [`Bbox::EMPTY`] of none. Positions that are not numbers are passed over.
    pub fn of(positions: &[[f64; 2]]) -> Self {
        let mut bbox = Self::EMPTY;
        positions.iter().for_each(|&position| bbox.include(position));
        bbox
    }

    /// Whether nothing was ever included.
    pub fn is_empty(&self) -> bool {
        self.min[1] > self.max[1] || self.min[1].is_nan()
    }

    /// Whether the box crosses the antimeridian.
    pub fn crosses(&self) -> bool {
        !self.is_empty() && self.min[0] > self.max[0]
    }

    /// East–west size; a crossing box counts through 180°.
    pub fn width(&self) -> f64 {
        let width = self.max[0] - self.min[0];
        if self.crosses() { width + 360.0 } else { width.max(0.0) }
    }

    /// North–south size.
    pub fn height(&self) -> f64 {
        (self.max[1] - self.min[1]).max(0.0)
    }

    /// The middle; of a crossing box the middle going through 180°, given between −180° and 180°.
    pub fn centre(&self) -> [f64; 2] {
        let mut x = self.min[0] + self.width() / 2.0;
        if self.crosses() && x > 180.0 {
            x -= 360.0;
        }
        [x, self.min[1] + self.height() / 2.0]
    }

    /// One box, or the two halves of a crossing one, none of which crosses.
    pub fn parts(&self) -> impl Iterator<Item = Self> + Clone + use<> {
        let (first, second) = match self.crosses() {
            false => (*self, None),
            true => (
                Self { min: self.min, max: [180.0, self.max[1]] },
                Some(Self { min: [-180.0, self.min[1]], max: self.max }),
            ),
        };
        std::iter::once(first).chain(second)
    }

    /// Grows a box that does not cross by one position.
    pub fn include(&mut self, position: [f64; 2]) {
        if position[0].is_nan() || position[1].is_nan() {
            return;
        }
        let [x, y] = position;
        self.min = [self.min[0].min(x), self.min[1].min(y)];
        self.max = [self.max[0].max(x), self.max[1].max(y)];
    }

    /// The smallest box that holds both, neither of which crosses. For boxes that may, see [`Bbox::union_around`].
    #[must_use]
    pub fn union(mut self, other: &Self) -> Self {
        if !other.is_empty() {
            self.include(other.min);
            self.include(other.max);
        }
        self
    }

    /// The narrowest box in degrees that holds all, crossing the antimeridian when that is narrower.
    pub fn union_around<'a>(boxes: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut spans: Vec<[f64; 2]> = Vec::new();
        let mut south_north = [f64::INFINITY, f64::NEG_INFINITY];
        for part in boxes.into_iter().filter(|bbox| !bbox.is_empty()).flat_map(Self::parts) {
            spans.push([part.min[0], part.max[0]]);
            south_north = [south_north[0].min(part.min[1]), south_north[1].max(part.max[1])];
        }
        match narrowest_span(spans) {
            Some([west, east]) => Self { min: [west, south_north[0]], max: [east, south_north[1]] },
            None => Self::EMPTY,
        }
    }

    /// Whether the boxes share at least a point; edges count.
    pub fn intersects(&self, other: &Self) -> bool {
        self.parts().any(|a| other.parts().any(|b| plain_intersects(&a, &b)))
    }

    /// Whether the position is inside or on the edge.
    pub fn contains(&self, position: [f64; 2]) -> bool {
        self.parts().any(|part| (0..2).all(|axis| part.min[axis] <= position[axis] && position[axis] <= part.max[axis]))
    }

    /// Whether all of `other` is inside; edges count.
    pub fn contains_box(&self, other: &Self) -> bool {
        other.parts().all(|inner| {
            self.parts().any(|outer| {
                (0..2).all(|axis| outer.min[axis] <= inner.min[axis] && inner.max[axis] <= outer.max[axis])
            })
        })
    }

    /// What two boxes that do not cross share.
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        let min = [self.min[0].max(other.min[0]), self.min[1].max(other.min[1])];
        let max = [self.max[0].min(other.max[0]), self.max[1].min(other.max[1])];
        (min[0] <= max[0] && min[1] <= max[1]).then_some(Self { min, max })
    }

    /// The box with a margin on every side, in its own units.
    #[must_use]
    pub fn grown(&self, margin: f64) -> Self {
        Self { min: [self.min[0] - margin, self.min[1] - margin], max: [self.max[0] + margin, self.max[1] + margin] }
    }

    /// `[min x, min y, max x, max y]`, as most formats write it.
    pub fn to_array(&self) -> [f64; 4] {
        [self.min[0], self.min[1], self.max[0], self.max[1]]
    }

    /// From `[min x, min y, max x, max y]`, unchecked: for boxes computed from data.
    pub fn from_array(array: [f64; 4]) -> Self {
        Self { min: [array[0], array[1]], max: [array[2], array[3]] }
    }
}

fn plain_intersects(a: &Bbox, b: &Bbox) -> bool {
    (0..2).all(|axis| a.min[axis] <= b.max[axis] && b.min[axis] <= a.max[axis])
}

/// The complement of the widest gap between spans on a circle of 360°, never wider than the plain union.
fn narrowest_span(mut spans: Vec<[f64; 2]>) -> Option<[f64; 2]> {
    spans.sort_by(|a, b| a[0].total_cmp(&b[0]));
    let west = spans.first()?[0];
    let mut east = spans[0][1];
    let mut widest_gap = 0.0;
    let mut answer = None;
    for span in &spans[1..] {
        if span[0] - east > widest_gap {
            widest_gap = span[0] - east;
            answer = Some([span[0], east]);
        }
        east = east.max(span[1]);
    }
    let outer_gap = 360.0 - (east - west);
    match answer {
        Some(crossing) if widest_gap > outer_gap => Some(crossing),
        _ => Some([west, east]),
    }
}

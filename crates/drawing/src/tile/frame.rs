//! From the ground to the units of a tile, and how fine its grid is.

use terrane_formats::tile::mvt::EXTENT;
use terrane_model::Bbox;

/// Units around a tile that are still written: borders drawn along the sides of neighbours then meet. MapLibre draws a tile over 512
/// pixels, so this is eight of them: more than half of the widest line that people draw.
pub const BUFFER: i32 = 64;

/// The least and the greatest coordinate that a shape has.
pub const BOUNDS: [i32; 2] = [-BUFFER, EXTENT as i32 + BUFFER];

/// Positions further away than this are taken as this far: no honest one is, and products of them stay numbers.
const FAR: f64 = 1e12;

/// The ground of a tile.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    /// West and north.
    corner: [f64; 2],
    /// Units for each unit of the ground, x and y.
    scale: [f64; 2],
    bbox: Bbox,
}

impl Frame {
    /// The frame of a tile.
    pub fn new(bbox: Bbox) -> Self {
        let extent = f64::from(EXTENT);
        Self {
            corner: [bbox.min[0], bbox.max[1]],
            scale: [extent / (bbox.max[0] - bbox.min[0]), extent / (bbox.max[1] - bbox.min[1])],
            bbox,
        }
    }

    /// The ground that shapes may lie on: the tile and its margin.
    pub fn ground(&self) -> Bbox {
        let margin = [0, 1].map(|axis| f64::from(BUFFER) / self.scale[axis]);
        let Bbox { min, max } = self.bbox;
        Bbox { min: [min[0] - margin[0], min[1] - margin[1]], max: [max[0] + margin[0], max[1] + margin[1]] }
    }

    /// Turns positions on the ground, moved east by `shift`, into units of the tile, y downwards.
    pub fn to_units(&self, positions: &mut [[f64; 2]], shift: f64) {
        let ([west, north], [across, down]) = (self.corner, self.scale);
        for position in positions {
            let [x, y] = *position;
            // Neither minimum nor maximum of NaN is NaN, so it is kept out of them.
            let near = |units: f64| if units.is_nan() { units } else { units.clamp(-FAR, FAR) };
            *position = [near((x + shift - west) * across), near((north - y) * down)];
        }
    }
}

/// How fine a tile is. A tile that would be too great is written a step coarser, and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grain(u8);

impl Grain {
    /// As fine as the format has it.
    pub const FINEST: Self = Self(0);
    /// Steps after the finest.
    const STEPS: u8 = 4;
    /// Units that borders may be off in the finest tile; display copies halve it. Half a pixel of a tile drawn over 256, as pictures
    /// have it; MapLibre draws eight units on a pixel first and up to four before it takes the next tile.
    const TOLERANCE_UNITS: f64 = 8.0;
    /// Units of the side of a cell of the first coarse step: a pixel where MapLibre draws a tile first.
    const CELL_UNITS: i32 = 8;

    /// The next coarser one.
    pub fn coarser(self) -> Option<Self> {
        (self.0 < Self::STEPS).then_some(Self(self.0 + 1))
    }

    /// Steps from the finest.
    pub fn step(self) -> u8 {
        self.0
    }

    /// Positions are multiples of this, units.
    pub fn quantum(self) -> i32 {
        1 << self.0
    }

    /// How far borders may be off, units.
    pub fn tolerance(self) -> f64 {
        Self::TOLERANCE_UNITS * f64::from(self.quantum())
    }

    /// The side of the cells in which what is smaller is gathered, units; `None` when nothing is gathered.
    pub fn cell(self) -> Option<i32> {
        (self.0 > 0).then(|| Self::CELL_UNITS << (self.0 - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_of_the_ground_are_corners_of_the_tile() {
        let frame = Frame::new(Bbox { min: [10.0, 20.0], max: [14.0, 22.0] });
        let mut positions = [[10.0, 22.0], [14.0, 20.0], [f64::NAN, f64::INFINITY], [8.0, 21.0]];
        frame.to_units(&mut positions, 2.0);
        assert_eq!(positions[0], [2048.0, 0.0]);
        assert_eq!(positions[1], [6144.0, 4096.0]);
        assert!(positions[2][0].is_nan() && positions[2][1] == -FAR);
        assert_eq!(positions[3], [0.0, 2048.0]);
        assert_eq!(frame.ground(), Bbox { min: [9.9375, 19.96875], max: [14.0625, 22.03125] });
    }

    #[test]
    fn every_grain_divides_the_tile_with_its_margin() {
        let mut grain = Some(Grain::FINEST);
        while let Some(now) = grain {
            let span = BOUNDS[1] - BOUNDS[0];
            assert_eq!((span % now.quantum(), BOUNDS[0] % now.quantum()), (0, 0));
            assert_eq!(now.cell().map_or(0, |cell| span % cell), 0);
            grain = now.coarser();
        }
    }
}

//! Tile matrix sets (OGC 17-083r4, Two Dimensional Tile Matrix Set 2.0): how the ground is cut into tiles at each scale. Knows the
//! arithmetic, not what is in a tile. Inside, x is always first.

mod register;

pub use register::{OWN_MATRICES_MAX, OwnSet, TileSets};

use crate::{Bbox, Crs};

/// A way to cut the ground of one CRS into tiles, at some scales.
#[derive(Debug, Clone, PartialEq)]
pub struct TileMatrixSet {
    /// What it is called in addresses, `WebMercatorQuad`.
    pub id: String,
    /// What it is called for people.
    pub title: String,
    /// The address of its definition in OGC's register, when it has one.
    pub uri: Option<String>,
    /// The CRS of all its matrices.
    pub crs: Crs,
    /// The well-known scale set that its matrices agree with, when there is one.
    pub well_known_scale_set: Option<String>,
    /// Its matrices, the smallest scale first.
    pub matrices: Vec<TileMatrix>,
}

/// The tiles of a set at one scale: a grid of columns from left to right and rows from the top down.
#[derive(Debug, Clone, PartialEq)]
pub struct TileMatrix {
    /// What it is called in addresses; `0`, `1`, … in most sets.
    pub id: String,
    /// Its scale, with pixels of 0.28 mm.
    pub scale_denominator: f64,
    /// Ground units of a pixel.
    pub cell_size: f64,
    /// The upper left corner of the grid, x then y.
    pub origin: [f64; 2],
    /// Pixels of a tile, width then height.
    pub tile_px: [u32; 2],
    /// Columns, then rows.
    pub tiles: [u64; 2],
}

/// One tile of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TileAddress {
    /// The place of its matrix in the set.
    pub matrix: usize,
    /// From the left.
    pub column: u64,
    /// From the top.
    pub row: u64,
}

/// Metres of a degree at the equator, by which sets in degrees have a scale (17-083r4, 6.1.1: 2π × 6 378 137 / 360).
pub const METRES_PER_DEGREE: f64 = 111_319.490_793_273_57;
/// The standard's pixel, metres.
const PIXEL_M: f64 = 0.000_28;
/// Half of the side of the Web Mercator square, metres (π × 6 378 137).
const MERCATOR_HALF_M: f64 = 20_037_508.342_789_244;
/// Scales of the sets that have as many as one likes.
const QUAD_MATRICES: usize = 25;

impl TileMatrixSet {
    /// The place of the matrix with an id.
    pub fn place(&self, id: &str) -> Option<usize> {
        self.matrices.iter().position(|matrix| matrix.id == id)
    }

    /// The ground of a tile; `None` when there is no such tile.
    pub fn bbox(&self, tile: TileAddress) -> Option<Bbox> {
        let matrix = self.matrices.get(tile.matrix)?;
        (tile.column < matrix.tiles[0] && tile.row < matrix.tiles[1]).then(|| matrix.bbox(tile.column, tile.row))
    }
}

impl TileMatrix {
    /// Ground units of a tile, width then height.
    pub fn tile_size(&self) -> [f64; 2] {
        self.tile_px.map(|pixels| f64::from(pixels) * self.cell_size)
    }

    /// The ground of all its tiles.
    pub fn whole(&self) -> Bbox {
        let [[west, south], [east, north]] =
            [self.bbox(0, self.tiles[1].saturating_sub(1)).min, self.bbox(self.tiles[0].saturating_sub(1), 0).max];
        Bbox { min: [west, south], max: [east, north] }
    }

    /// The ground of the tile in a column and a row.
    pub fn bbox(&self, column: u64, row: u64) -> Bbox {
        let [width, height] = self.tile_size();
        // Each side is computed from the origin, so that neighbours share it to the last bit.
        let x = |column: u64| self.origin[0] + column as f64 * width;
        let y = |row: u64| self.origin[1] - row as f64 * height;
        Bbox { min: [x(column), y(row + 1)], max: [x(column + 1), y(row)] }
    }

    /// The tiles that meet a box which does not cross the antimeridian: first and last column, first and last row. `None` when
    /// there are none.
    pub fn covering(&self, bbox: &Bbox) -> Option<[[u64; 2]; 2]> {
        let [width, height] = self.tile_size();
        let span = |low: f64, high: f64, count: u64| {
            let last = count.checked_sub(1)?;
            // A box that ends on the border of two tiles does not meet the second.
            let (first, end) = (low.floor(), (high.ceil() - 1.0).max(low.floor()));
            let there = low.is_finite() && high.is_finite() && high >= 0.0 && low < count as f64 && end >= 0.0;
            there.then(|| [(first.max(0.0) as u64).min(last), (end as u64).min(last)])
        };
        let columns =
            span((bbox.min[0] - self.origin[0]) / width, (bbox.max[0] - self.origin[0]) / width, self.tiles[0])?;
        let rows =
            span((self.origin[1] - bbox.max[1]) / height, (self.origin[1] - bbox.min[1]) / height, self.tiles[1])?;
        Some([columns, rows])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_of_a_matrix_cover_its_ground_without_a_gap() {
        let set = TileMatrixSet::web_mercator_quad();
        let at = |column, row| set.bbox(TileAddress { matrix: 3, column, row });
        let (left, right) = (at(2, 5).expect("there"), at(3, 5).expect("there"));
        assert_eq!(left.max[0], right.min[0]);
        assert_eq!(at(0, 0).expect("there").max[1], MERCATOR_HALF_M);
        assert_eq!(at(8, 0), None);
    }

    #[test]
    fn scales_are_those_of_the_register() {
        // 17-083r4, annex D: the first scale denominators of the two sets.
        let mercator = TileMatrixSet::web_mercator_quad().matrices[0].scale_denominator;
        assert!((mercator - 559_082_264.028_717_8).abs() < 1e-3, "{mercator}");
        let degrees = TileMatrixSet::world_crs84_quad().matrices[0].scale_denominator;
        assert!((degrees - 279_541_132.014_358_76).abs() < 1e-3, "{degrees}");
    }

    #[test]
    fn a_box_meets_the_tiles_that_it_shares_ground_with() {
        let set = TileMatrixSet::world_crs84_quad();
        let matrix = &set.matrices[1];
        let all = Bbox { min: [-180.0, -90.0], max: [180.0, 90.0] };
        assert_eq!(matrix.covering(&all), Some([[0, 3], [0, 1]]));
        let quarter = Bbox { min: [0.0, 0.0], max: [90.0, 90.0] };
        assert_eq!(matrix.covering(&quarter), Some([[2, 2], [0, 0]]));
        let point = Bbox { min: [0.0, 0.0], max: [0.0, 0.0] };
        assert_eq!(matrix.covering(&point), Some([[2, 2], [1, 1]]));
        let beyond = Bbox { min: [200.0, 0.0], max: [210.0, 1.0] };
        assert_eq!(matrix.covering(&beyond), None);
    }
}

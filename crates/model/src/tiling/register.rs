//! The tile matrix sets of OGC's register that are offered, and sets of one's own. Numbers are those of the register
//! (<https://www.opengis.net/def/tilematrixset/OGC/1.0/>, 17-083r4 annex D); what is drawn on them is not known here.

use super::{MERCATOR_HALF_M, METRES_PER_DEGREE, PIXEL_M, QUAD_MATRICES, TileMatrix, TileMatrixSet};
use crate::{Bbox, Crs, Error, Result};
use std::sync::Arc;

/// Where the register keeps its definitions.
const REGISTER: &str = "http://www.opengis.net/def/tilematrixset/OGC/1.0/";
/// Where well-known scale sets are defined.
const SCALE_SETS: &str = "http://www.opengis.net/def/wkss/OGC/1.0/";
/// UTM: the false easting, metres.
const UTM_EASTING_M: f64 = 500_000.0;
/// UTM: half of the height of the set, the meridian from the equator to the pole twice around, metres.
const UTM_HALF_M: f64 = 20_003_931.458_625_5;
/// UPS: the upper left corner, metres.
const UPS_ORIGIN_M: [f64; 2] = [-14_440_759.350_252, 18_440_759.350_252];
/// Scales of the European set.
const LAEA_MATRICES: usize = 16;
/// Scales of a set of one's own at most.
pub const OWN_MATRICES_MAX: usize = 40;
/// Tiles of a matrix along a side at most.
const SIDE_TILES_MAX: f64 = 4_294_967_296.0;

/// A set whose tiles are halved from one matrix to the next.
struct Quad<'a> {
    id: &'a str,
    title: &'a str,
    crs: Crs,
    scale_set: Option<&'a str>,
    /// Ground units of a pixel of the first matrix.
    cell: f64,
    /// Metres of a ground unit.
    unit_m: f64,
    origin: [f64; 2],
    /// Columns and rows of the first matrix.
    tiles: [u64; 2],
    /// What the first matrix is called, and how many there are.
    matrices: [usize; 2],
}

impl Quad<'_> {
    fn set(self) -> TileMatrixSet {
        let [first, count] = self.matrices;
        let matrix = |level: usize| {
            let halved = (1u64 << level) as f64;
            TileMatrix {
                id: (first + level).to_string(),
                scale_denominator: self.cell * self.unit_m / PIXEL_M / halved,
                cell_size: self.cell / halved,
                origin: self.origin,
                tile_px: [256, 256],
                tiles: self.tiles.map(|side| side << level),
            }
        };
        TileMatrixSet {
            id: self.id.to_owned(),
            title: self.title.to_owned(),
            uri: Some(format!("{REGISTER}{}", self.id)),
            crs: self.crs,
            well_known_scale_set: self.scale_set.map(|name| format!("{SCALE_SETS}{name}")),
            matrices: (0..count).map(matrix).collect(),
        }
    }
}

impl TileMatrixSet {
    /// The square of Web Mercator, halved at each step, in tiles of 256 pixels.
    pub fn web_mercator_quad() -> Self {
        let quad = Quad {
            id: "WebMercatorQuad",
            title: "Google Maps Compatible for the World",
            crs: Crs::web_mercator(),
            scale_set: Some("GoogleMapsCompatible"),
            cell: 2.0 * MERCATOR_HALF_M / 256.0,
            unit_m: 1.0,
            origin: [-MERCATOR_HALF_M, MERCATOR_HALF_M],
            tiles: [1, 1],
            matrices: [0, QUAD_MATRICES],
        };
        quad.set()
    }

    /// Degrees, two squares at first, halved at each step, in tiles of 256 pixels.
    pub fn world_crs84_quad() -> Self {
        let quad = Quad {
            id: "WorldCRS84Quad",
            title: "CRS84 for the World",
            crs: Crs::crs84(),
            scale_set: Some("GoogleCRS84Quad"),
            cell: 180.0 / 256.0,
            unit_m: METRES_PER_DEGREE,
            origin: [-180.0, 90.0],
            tiles: [2, 1],
            matrices: [0, QUAD_MATRICES],
        };
        quad.set()
    }

    /// The square of Mercator on the ellipsoid.
    pub fn world_mercator_wgs84_quad() -> Self {
        Self {
            id: "WorldMercatorWGS84Quad".to_owned(),
            title: "World Mercator WGS84 (ellipsoid)".to_owned(),
            uri: Some(format!("{REGISTER}WorldMercatorWGS84Quad")),
            crs: Crs::epsg(3395),
            well_known_scale_set: Some(format!("{SCALE_SETS}WorldMercatorWGS84")),
            ..Self::web_mercator_quad()
        }
    }

    /// UTM on WGS 84, a zone from 1 to 60; south of the equator northings are negative.
    pub fn utm_wgs84_quad(zone: u32) -> Self {
        let quad = Quad {
            id: &format!("UTM{zone:02}WGS84Quad"),
            title: &format!("UTM zone {zone} for the World"),
            crs: Crs::epsg(32_600 + zone),
            scale_set: None,
            cell: UTM_HALF_M / 256.0,
            unit_m: 1.0,
            origin: [UTM_EASTING_M - UTM_HALF_M / 2.0, UTM_HALF_M],
            tiles: [1, 2],
            matrices: [1, QUAD_MATRICES - 1],
        };
        quad.set()
    }

    /// Universal Polar Stereographic around the North Pole.
    pub fn ups_arctic_wgs84_quad() -> Self {
        ups("UPSArcticWGS84Quad", "Universal Polar Stereographic WGS 84 Quad for Arctic", 5041)
    }

    /// Universal Polar Stereographic around the South Pole.
    pub fn ups_antarctic_wgs84_quad() -> Self {
        ups("UPSAntarcticWGS84Quad", "Universal Polar Stereographic WGS 84 Quad for Antarctic", 5042)
    }

    /// Equal area for Europe.
    pub fn european_etrs89_laea_quad() -> Self {
        let quad = Quad {
            id: "EuropeanETRS89_LAEAQuad",
            title: "Lambert Azimuthal Equal Area ETRS89 for Europe",
            crs: Crs::epsg(3035),
            scale_set: None,
            cell: 4_500_000.0 / 256.0,
            unit_m: 1.0,
            origin: [2_000_000.0, 5_500_000.0],
            tiles: [1, 1],
            matrices: [0, LAEA_MATRICES],
        };
        quad.set()
    }
}

fn ups(id: &str, title: &str, code: u32) -> TileMatrixSet {
    let quad = Quad {
        id,
        title,
        crs: Crs::epsg(code),
        scale_set: None,
        cell: (UPS_ORIGIN_M[1] - UPS_ORIGIN_M[0]) / 256.0,
        unit_m: 1.0,
        origin: UPS_ORIGIN_M,
        tiles: [1, 1],
        matrices: [0, QUAD_MATRICES],
    };
    quad.set()
}

/// A set of one's own, as an operator describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnSet {
    /// What it is called in addresses.
    pub id: String,
    /// What it is called for people; the id when empty.
    pub title: String,
    /// The CRS of all its matrices.
    pub crs: Crs,
    /// Metres of a unit of that CRS; of a degree on the equator.
    pub unit_m: f64,
    /// The upper left corner of all its matrices, x then y.
    pub origin: [f64; 2],
    /// Ground units of a pixel at each scale, the largest first.
    pub cell_sizes: Vec<f64>,
    /// Pixels of a tile, width then height.
    pub tile_px: [u32; 2],
    /// The ground that the tiles cover.
    pub extent: Bbox,
}

impl OwnSet {
    /// The set; an error says what is not right.
    pub fn set(&self) -> Result<TileMatrixSet> {
        self.check()?;
        let matrix = |(level, &cell): (usize, &f64)| TileMatrix {
            id: level.to_string(),
            scale_denominator: cell * self.unit_m / PIXEL_M,
            cell_size: cell,
            origin: self.origin,
            tile_px: self.tile_px,
            tiles: self.tiles(cell).map(|side| side as u64),
        };
        let title = if self.title.is_empty() { &self.id } else { &self.title };
        Ok(TileMatrixSet {
            id: self.id.clone(),
            title: title.clone(),
            uri: None,
            crs: self.crs.clone(),
            well_known_scale_set: None,
            matrices: self.cell_sizes.iter().enumerate().map(matrix).collect(),
        })
    }

    fn check(&self) -> Result<()> {
        let cells = &self.cell_sizes;
        let refuse = |say: String| Err(Error::invalid(say));
        if cells.is_empty() || cells.len() > OWN_MATRICES_MAX {
            return refuse(format!("A set has 1 to {OWN_MATRICES_MAX} scales."));
        }
        if cells.iter().any(|cell| !(cell.is_finite() && *cell > 0.0)) {
            return refuse("Scales and cell sizes are numbers above 0.".to_owned());
        }
        if cells.windows(2).any(|pair| pair[0] <= pair[1]) {
            return refuse(
                "The smallest scale (the largest number) comes first, and each must be larger than the one before."
                    .to_owned(),
            );
        }
        if self.origin[0] > self.extent.min[0] || self.origin[1] < self.extent.max[1] {
            return refuse("The extent must lie right of and below the origin, the upper left corner.".to_owned());
        }
        let smallest = cells.last().copied().unwrap_or(1.0);
        match self.tiles(smallest).into_iter().all(|side| (1.0..=SIDE_TILES_MAX).contains(&side)) {
            true => Ok(()),
            false => refuse("The extent is empty, or too large for tiles this small.".to_owned()),
        }
    }

    /// Columns and rows that cover the extent.
    fn tiles(&self, cell: f64) -> [f64; 2] {
        let [width, height] = self.tile_px.map(|pixels| f64::from(pixels) * cell);
        // A side that ends on a border, but for the last bits, ends there.
        let count = |length: f64, side: f64| (length / side - 1e-9).ceil();
        [count(self.extent.max[0] - self.origin[0], width), count(self.origin[1] - self.extent.min[1], height)]
    }
}

/// The sets that are offered: those of the register, then one's own.
#[derive(Debug, Clone, PartialEq)]
pub struct TileSets(Vec<Arc<TileMatrixSet>>);

impl TileSets {
    /// With some of one's own; one that has the name of another is refused.
    pub fn new(own: Vec<TileMatrixSet>) -> Result<Self> {
        let mut sets = Self::default();
        for set in own {
            if sets.get(&set.id).is_some() {
                return Err(Error::invalid(format!("There is a tile matrix set “{}” already.", set.id)));
            }
            sets.0.push(Arc::new(set));
        }
        Ok(sets)
    }

    /// A set by its name.
    pub fn get(&self, id: &str) -> Option<&Arc<TileMatrixSet>> {
        self.0.iter().find(|set| set.id == id)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<TileMatrixSet>> {
        self.0.iter()
    }
}

impl Default for TileSets {
    fn default() -> Self {
        let first = [
            TileMatrixSet::web_mercator_quad(),
            TileMatrixSet::world_crs84_quad(),
            TileMatrixSet::world_mercator_wgs84_quad(),
            TileMatrixSet::ups_arctic_wgs84_quad(),
            TileMatrixSet::ups_antarctic_wgs84_quad(),
            TileMatrixSet::european_etrs89_laea_quad(),
        ];
        Self(first.into_iter().chain((1..=60).map(TileMatrixSet::utm_wgs84_quad)).map(Arc::new).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) {
        assert!((a - b).abs() <= 1e-9 * b.abs(), "{a} is not {b}");
    }

    #[test]
    fn sets_have_the_numbers_of_the_register() {
        // Scale denominator, cell size, origin and tiles of one matrix of each, as the register's JSON has them.
        let sets = TileSets::default();
        for (id, matrix, denominator, cell, origin, tiles) in [
            (
                "WebMercatorQuad",
                "5",
                17_471_320.750_897_4,
                4_891.969_810_251_27,
                [-20_037_508.342_789_2, 20_037_508.342_789_2],
                [32, 32],
            ),
            ("WorldCRS84Quad", "3", 34_942_641.501_794_8, 0.087_890_625, [-180.0, 90.0], [16, 8]),
            (
                "WorldMercatorWGS84Quad",
                "0",
                559_082_264.028_718,
                156_543.033_928_041,
                [-20_037_508.342_789_2, 20_037_508.342_789_2],
                [1, 1],
            ),
            (
                "UTM31WGS84Quad",
                "1",
                279_072_704.500_914,
                78_140.357_260_256,
                [-9_501_965.729_312_76, 20_003_931.458_625_5],
                [1, 2],
            ),
            (
                "UPSArcticWGS84Quad",
                "0",
                458_726_544.4,
                128_443.432_423_84,
                [-14_440_759.350_252, 18_440_759.350_252],
                [1, 1],
            ),
            (
                "UPSAntarcticWGS84Quad",
                "24",
                27.342_232_73,
                0.007_655_825_16,
                [-14_440_759.350_252, 18_440_759.350_252],
                [1 << 24, 1 << 24],
            ),
            (
                "EuropeanETRS89_LAEAQuad",
                "15",
                1_915.863_582_066,
                0.536_441_802_98,
                [2_000_000.0, 5_500_000.0],
                [1 << 15, 1 << 15],
            ),
        ] {
            let set = sets.get(id).expect(id);
            let matrix = &set.matrices[set.place(matrix).expect("a matrix")];
            let near = |a: f64, b: f64| assert!((a - b).abs() <= 2e-9 * b.abs(), "{id}: {a} is not {b}");
            near(matrix.scale_denominator, denominator);
            near(matrix.cell_size, cell);
            near(matrix.origin[0], origin[0]);
            near(matrix.origin[1], origin[1]);
            assert_eq!(matrix.tiles, tiles, "{id}");
        }
        assert_eq!(sets.get("UTM54WGS84Quad").expect("a zone").crs, Crs::epsg(32_654));
    }

    fn own() -> OwnSet {
        OwnSet {
            id: "Japan".to_owned(),
            title: String::new(),
            crs: Crs::epsg(32_654),
            unit_m: 1.0,
            origin: [0.0, 5_000_000.0],
            cell_sizes: vec![1_000.0, 250.0, 100.0],
            tile_px: [512, 256],
            extent: Bbox { min: [0.0, 3_000_000.0], max: [1_024_000.0, 5_000_000.0] },
        }
    }

    #[test]
    fn a_set_of_ones_own_covers_its_extent() {
        let set = own().set().expect("it is right");
        assert_eq!(set.matrices.iter().map(|matrix| matrix.tiles).collect::<Vec<_>>(), [[2, 8], [8, 32], [20, 79]]);
        near(set.matrices[1].scale_denominator, 250.0 / 0.000_28);
        let sets = TileSets::new(vec![set.clone()]).expect("another name");
        assert!(sets.get("Japan").is_some());
        assert!(TileSets::new(vec![set.clone(), set]).is_err(), "twice the same name");
    }

    #[test]
    fn a_set_that_makes_no_sense_is_refused() {
        for broken in [
            OwnSet { cell_sizes: vec![], ..own() },
            OwnSet { cell_sizes: vec![100.0, 250.0], ..own() },
            OwnSet { cell_sizes: vec![100.0, 100.0], ..own() },
            OwnSet { cell_sizes: vec![f64::NAN], ..own() },
            OwnSet { cell_sizes: vec![1e-9], ..own() },
            OwnSet { origin: [10.0, 5_000_000.0], ..own() },
            OwnSet { extent: Bbox { min: [0.0, 5_000_000.0], max: [0.0, 5_000_000.0] }, ..own() },
        ] {
            assert!(broken.set().is_err(), "{broken:?}");
        }
    }
}

//! Which tiles of a set have anything of a dataset, and which sets suit it.

use terrane_model::filter::Transformer as _;
use terrane_model::tiling::{TileMatrix, TileMatrixSet};
use terrane_model::{Bbox, Crs};
use terrane_projection::Transform;

/// How far a symbol may reach past the position that it stands for, pixels: tiles this near the data are tiles of it.
const REACH_PX: f64 = 64.0;
/// How far south UTM is used, degrees; the CRSs of its northern half end at the equator, the sets go on.
const UTM_SOUTH_DEG: f64 = -80.0;

/// The first and the last column, the first and the last row.
pub type Range = [[u64; 2]; 2];

/// Where a dataset is in the CRS of a set: a box, or two for one across the antimeridian; none when it is elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Ground(Vec<Bbox>);

impl Ground {
    /// From an extent in degrees.
    pub fn new(crs: &Crs, extent: &Bbox) -> Self {
        let Ok(transform) = Transform::new(&Crs::crs84(), crs) else { return Self(Vec::new()) };
        let domain = terrane_projection::domain(crs).unwrap_or(Bbox::WORLD);
        let mut all = Vec::new();
        for part in extent.parts() {
            for within in domain.parts() {
                let Some(shared) = part.intersection(&within) else { continue };
                let moved = if transform.is_identity() { Ok(shared) } else { transform.bbox(&shared) };
                let usable = |bbox: &Bbox| !bbox.is_empty() && bbox.to_array().iter().all(|number| number.is_finite());
                all.extend(moved.ok().filter(usable));
            }
        }
        Self(all)
    }

    /// The tiles of a matrix that may show something; `None` when there are none.
    pub fn range(&self, matrix: &TileMatrix) -> Option<Range> {
        let reach = REACH_PX * matrix.cell_size;
        let ranges = self.0.iter().filter_map(|bbox| matrix.covering(&bbox.grown(reach)));
        ranges.reduce(|[columns, rows], [more_columns, more_rows]| {
            let both = |a: [u64; 2], b: [u64; 2]| [a[0].min(b[0]), a[1].max(b[1])];
            [both(columns, more_columns), both(rows, more_rows)]
        })
    }

    /// The box of all of it.
    pub fn bbox(&self) -> Option<Bbox> {
        self.0.iter().copied().reduce(|all, bbox| all.union(&bbox))
    }
}

/// The matrix to look at first: the one in which the data is about as large as a screen.
pub fn first_matrix(set: &TileMatrixSet, ground: &Bbox) -> usize {
    let fits = |matrix: &TileMatrix| ground.width().max(ground.height()) / matrix.cell_size <= SCREEN_PX;
    set.matrices.iter().rposition(fits).unwrap_or(0)
}

/// The side of a screen, pixels.
const SCREEN_PX: f64 = 1_024.0;

/// Whether a set suits a dataset: sets of the whole world and of one's own suit all that they reach, those of a region what is there.
pub fn suits(set: &TileMatrixSet, extent: Option<&Bbox>) -> bool {
    let Some(extent) = extent else { return is_of_world(set) };
    if is_of_world(set) {
        return true;
    }
    if set.uri.is_none() {
        return !Ground::new(&set.crs, extent).0.is_empty();
    }
    let Ok(info) = terrane_projection::info(&set.crs) else { return false };
    let inside = terrane_projection::domain(&set.crs).is_some_and(|domain| domain.contains_box(extent));
    let area = info.area.map(|area| match set.id.starts_with("UTM") {
        true => Bbox { min: [area.min[0], UTM_SOUTH_DEG], max: area.max },
        false => area,
    });
    inside && area.is_some_and(|area| area.intersects(extent))
}

fn is_of_world(set: &TileMatrixSet) -> bool {
    set.well_known_scale_set.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use terrane_model::tiling::TileSets;

    fn suiting(extent: Bbox) -> Vec<String> {
        TileSets::default().iter().filter(|set| suits(set, Some(&extent))).map(|set| set.id.clone()).collect()
    }

    #[test]
    fn sets_of_a_region_are_for_what_is_there() {
        let gifu = Bbox { min: [136.5, 35.2], max: [137.2, 35.9] };
        assert_eq!(suiting(gifu)[3..], ["UTM53WGS84Quad"]);
        let alps = Bbox { min: [5.5, 45.0], max: [10.5, 48.0] };
        assert_eq!(suiting(alps)[3..], ["EuropeanETRS89_LAEAQuad", "UTM31WGS84Quad", "UTM32WGS84Quad"]);
        assert_eq!(suiting(Bbox::WORLD).len(), 3);
        let chile = Bbox { min: [-71.0, -40.0], max: [-70.0, -20.0] };
        assert_eq!(suiting(chile)[3..], ["UTM19WGS84Quad"]);
        let svalbard = Bbox { min: [13.0, 77.0], max: [14.0, 79.0] };
        assert!(suiting(svalbard).contains(&"UPSArcticWGS84Quad".to_owned()));
    }

    #[test]
    fn the_tiles_of_a_dataset_are_those_it_reaches_into() {
        let set = TileMatrixSet::web_mercator_quad();
        let fiji = Bbox { min: [177.0, -19.0], max: [-179.0, -16.0] };
        let ground = Ground::new(&set.crs, &fiji);
        assert_eq!(ground.range(&set.matrices[0]), Some([[0, 0], [0, 0]]));
        let [columns, rows] = ground.range(&set.matrices[6]).expect("it is there");
        assert_eq!((columns, rows), ([0, 63], [34, 35]), "on both sides of 180°");
        let world = Ground::new(&set.crs, &Bbox::WORLD);
        assert_eq!(world.range(&set.matrices[2]), Some([[0, 3], [0, 3]]));
        let utm = TileMatrixSet::utm_wgs84_quad(31);
        assert_eq!(Ground::new(&utm.crs, &fiji).range(&utm.matrices[0]), None, "it is elsewhere");
    }
}

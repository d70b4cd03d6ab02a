//! Which tiles of a set have anything of some data: what is told of tiles and what is made ahead of time.

use terrane_model::filter::Transformer as _;
use terrane_model::tiling::TileMatrix;
use terrane_model::{Bbox, Crs};
use terrane_projection::Transform;

/// How far a symbol may reach past the position that it stands for, pixels: tiles this near the data are tiles of it.
const REACH_PX: f64 = 64.0;

/// The first and the last column, the first and the last row.
pub type Range = [[u64; 2]; 2];

/// Where data is in the CRS of a set: boxes, two for data across the antimeridian; none when it is elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Ground(Vec<Bbox>);

impl Ground {
    /// From an extent in degrees.
    pub fn new(crs: &Crs, extent: &Bbox) -> Self {
        Self::of_all(crs, std::iter::once(extent))
    }

    /// From several extents in degrees.
    pub fn of_all<'e>(crs: &Crs, extents: impl Iterator<Item = &'e Bbox>) -> Self {
        let Ok(transform) = Transform::new(&Crs::crs84(), crs) else { return Self(Vec::new()) };
        let domain = terrane_projection::domain(crs).unwrap_or(Bbox::WORLD);
        let mut all = Vec::new();
        for part in extents.flat_map(Bbox::parts) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use terrane_model::tiling::TileMatrixSet;

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

//! Which sets suit a dataset, and where in a set to look first.

use terrane_engine::Ground;
use terrane_model::Bbox;
use terrane_model::tiling::{TileMatrix, TileMatrixSet};

/// How far south UTM is used, degrees; the CRSs of its northern half end at the equator, the sets go on.
const UTM_SOUTH_DEG: f64 = -80.0;

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
        return Ground::new(&set.crs, extent).bbox().is_some();
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
}

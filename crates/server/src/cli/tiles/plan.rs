//! Which tiles are written, in which order.

use super::subject::Subject;
use std::sync::Arc;
use terrane_formats::tile::pmtiles;
use terrane_model::filter::Transformer as _;
use terrane_model::limits::EXPORT_TILES_MAX;
use terrane_model::tiling::{TileAddress, TileMatrixSet};
use terrane_model::{Bbox, Crs, Error, Result};
use terrane_projection::Transform;

/// The tiles of an export.
pub struct Plan {
    /// The set.
    pub set: Arc<TileMatrixSet>,
    /// First and last zoom.
    pub zooms: [u8; 2],
    /// How many tiles.
    pub count: u64,
    /// First and last column, first and last row, of each zoom from the first on; several where the ground crosses 180°.
    spans: Vec<Vec<[[u64; 2]; 2]>>,
}

impl Plan {
    /// All tiles that meet the ground of a subject.
    pub fn new(subject: &Subject, set: &Arc<TileMatrixSet>, zooms: [u8; 2]) -> Result<Self> {
        let boxes = ground(&subject.bbox, &set.crs)?;
        let spans_at = |zoom: u8| -> Vec<[[u64; 2]; 2]> {
            let matrix = set.matrices.get(usize::from(zoom));
            boxes.iter().filter_map(|bbox| matrix.and_then(|matrix| matrix.covering(bbox))).collect()
        };
        let spans: Vec<Vec<[[u64; 2]; 2]>> = (zooms[0]..=zooms[1]).map(spans_at).collect();
        let size = |[first, last]: [u64; 2]| last - first + 1;
        let sizes = spans.iter().flatten().map(|&[columns, rows]| size(columns).saturating_mul(size(rows)));
        let count = sizes.fold(0, u64::saturating_add);
        if count > EXPORT_TILES_MAX {
            let say =
                format!("These would be {count} tiles; {EXPORT_TILES_MAX} is the most. Choose a lower last zoom.");
            return Err(Error::too_large(say).at("--zoom"));
        }
        Ok(Self { set: Arc::clone(set), zooms, count, spans })
    }

    /// The tiles of a zoom, in the order of a PMTiles file where there is one: neighbours come soon after each other.
    pub fn tiles(&self, zoom: u8) -> Vec<TileAddress> {
        let spans = self.spans.get(usize::from(zoom - self.zooms[0])).map_or(&[][..], Vec::as_slice);
        let matrix = usize::from(zoom);
        let mut tiles: Vec<TileAddress> = Vec::new();
        for [columns, rows] in spans {
            for row in rows[0]..=rows[1] {
                tiles.extend((columns[0]..=columns[1]).map(|column| TileAddress { matrix, column, row }));
            }
        }
        tiles.sort_by_cached_key(|tile| (pmtiles::number(zoom, tile.column, tile.row), tile.row, tile.column));
        tiles.dedup();
        tiles
    }
}

/// The boxes of some ground in degrees, in a CRS; none crosses 180°.
fn ground(bbox: &Bbox, crs: &Crs) -> Result<Vec<Bbox>> {
    let transform = Transform::new(&Crs::crs84(), crs)?;
    let moved = |part: Bbox| transform.bbox(&part);
    let boxes: Vec<Bbox> = bbox.parts().map(moved).collect::<Result<_>>()?;
    Ok(boxes.into_iter().filter(|bbox| !bbox.is_empty()).collect())
}

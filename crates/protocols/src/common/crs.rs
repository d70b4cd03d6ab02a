//! How protocols spell CRSs, and which of them list y first.

use terrane_model::{Bbox, Crs, Result};

/// The CRS as an OGC API writes it: `http://www.opengis.net/def/crs/EPSG/0/32654`.
pub fn uri(crs: &Crs) -> String {
    match crs.authority_code() {
        Some(("OGC", code)) => format!("http://www.opengis.net/def/crs/OGC/1.3/{code}"),
        Some((authority, code)) => format!("http://www.opengis.net/def/crs/{authority}/0/{code}"),
        None => "http://www.opengis.net/def/crs/OGC/0/unknown".to_owned(),
    }
}

/// Whether the CRS's authority lists y (latitude, northing) before x.
pub fn y_first(crs: &Crs) -> Result<bool> {
    terrane_projection::info(crs).map(|info| info.y_first)
}

/// The box with x and y exchanged.
pub fn swapped(bbox: Bbox) -> Bbox {
    Bbox { min: [bbox.min[1], bbox.min[0]], max: [bbox.max[1], bbox.max[0]] }
}

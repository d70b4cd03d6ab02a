//! WKT of a CRS, as files want it.

use crate::library;
use proj::wkt::WktVersion;
use terrane_model::{Crs, Error, Result};

/// WKT of a CRS as files want it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WktKind {
    /// OGC 01-009 as GDAL writes it: GeoTIFF side files, GeoPackage's `definition`.
    Wkt1Gdal,
    /// Esri's dialect: `.prj` beside a Shapefile.
    Wkt1Esri,
    /// ISO 19162:2019.
    Wkt2,
}

/// The WKT of a CRS, in one line. An error when the kind has no way to say it (WKT 1 lacks newer projections).
pub fn wkt(crs: &Crs, kind: WktKind) -> Result<String> {
    let version = match kind {
        WktKind::Wkt1Gdal => WktVersion::Wkt1_Gdal,
        WktKind::Wkt1Esri => WktVersion::Wkt1_Esri,
        WktKind::Wkt2 => WktVersion::Wkt2_2019,
    };
    let object = library::crs_object(crs)?;
    library::guarded(|| object.as_wkt(Some(version), None).map_err(Error::internal))
        .map(|text| one_line(&text))
        .map_err(|cause| {
            Error::unsupported(format!("{} cannot be written as WKT of this kind.", library::short(crs))).because(cause)
        })
}

/// Joins the indented lines that PROJ writes; line breaks never occur inside names.
fn one_line(text: &str) -> String {
    text.lines().map(str::trim).collect()
}

//! GeoTIFF keys: where a grid lies and in which CRS (OGC GeoTIFF 1.1, 19-008r4).

use super::wkt;
use crate::grid::tiff::directory::{Directory, Tiff};
use crate::grid::tiff::{damaged, tags};
use terrane_model::grid::GridTransform;
use terrane_model::{Crs, Error, Result};

/// The numbers of keys that are used here, by their names in the standard.
#[allow(missing_docs)]
pub(super) mod key {
    pub(in super::super) const MODEL_TYPE: u16 = 1024;
    pub(in super::super) const RASTER_TYPE: u16 = 1025;
    pub(in super::super) const CITATION: u16 = 1026;
    pub(in super::super) const GEODETIC_CRS: u16 = 2048;
    pub(in super::super) const GEODETIC_CITATION: u16 = 2049;
    pub(in super::super) const PROJECTED_CRS: u16 = 3072;
    pub(in super::super) const PROJECTED_CITATION: u16 = 3073;
}

/// The value of a code that is defined by further keys.
pub(super) const USER_DEFINED: u16 = 32767;
pub(super) const MODEL_PROJECTED: u16 = 1;
pub(super) const MODEL_GEOGRAPHIC: u16 = 2;
pub(super) const RASTER_PIXEL_IS_AREA: u16 = 1;
const RASTER_PIXEL_IS_POINT: u16 = 2;
/// Before the WKT in a citation, as ArcGIS writes it and GDAL reads it.
pub(super) const ESRI_WKT: &str = "ESRI PE String = ";

/// The keys of an image.
#[derive(Debug, Default)]
pub(super) struct Keys(Vec<(u16, Value)>);

#[derive(Debug)]
enum Value {
    Code(u16),
    Numbers(Vec<f64>),
    Text(String),
}

impl Keys {
    /// Reads the three tags. A key that points outside of them is refused.
    pub(super) fn read(tiff: &Tiff, directory: &Directory) -> Result<Self> {
        let words = directory.numbers(tiff, tags::GEO_KEY_DIRECTORY)?;
        let numbers = directory.reals(tiff, tags::GEO_DOUBLES)?;
        let texts = directory.text(tiff, tags::GEO_TEXTS)?;
        let count = words.get(3).copied().unwrap_or(0) as usize;
        let entries = words.get(4..).unwrap_or_default().chunks_exact(4).take(count);
        let key = |entry: &[u64]| {
            let (place, length, at) = (entry[1] as u16, entry[2] as usize, entry[3] as usize);
            let range = at..at.saturating_add(length);
            let value = match place {
                0 => Some(Value::Code(entry[3] as u16)),
                tags::GEO_DOUBLES => numbers.get(range).map(|numbers| Value::Numbers(numbers.to_vec())),
                tags::GEO_TEXTS => {
                    let bytes = texts.as_bytes().get(at..range.end.min(texts.len()));
                    bytes.map(|bytes| {
                        Value::Text(String::from_utf8_lossy(bytes).trim_end_matches(['|', '\0']).to_owned())
                    })
                }
                _ => None,
            };
            value
                .map(|value| (entry[0] as u16, value))
                .ok_or_else(|| damaged(format!("key {} points nowhere", entry[0])))
        };
        entries.map(key).collect::<Result<_>>().map(Self)
    }

    fn get(&self, key: u16) -> Option<&Value> {
        self.0.iter().find(|(known, _)| *known == key).map(|(_, value)| value)
    }

    /// A code; 0 means "undefined" and is as good as none.
    pub(super) fn code(&self, key: u16) -> Option<u16> {
        match self.get(key) {
            Some(Value::Code(code)) if *code != 0 => Some(*code),
            _ => None,
        }
    }

    /// The numbers of a key.
    pub(super) fn numbers(&self, key: u16) -> Option<&[f64]> {
        match self.get(key) {
            Some(Value::Numbers(numbers)) if !numbers.is_empty() => Some(numbers),
            _ => None,
        }
    }

    /// One number of a key.
    pub(super) fn number(&self, key: u16) -> Option<f64> {
        self.numbers(key).map(|numbers| numbers[0])
    }

    /// The text of a key.
    pub(super) fn text(&self, key: u16) -> Option<&str> {
        match self.get(key) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The CRS that the keys say; an error asks for `--crs` when they say none that can be understood.
    pub(super) fn crs(&self) -> Result<Crs> {
        let wkt = match (self.code(key::MODEL_TYPE), self.code(key::PROJECTED_CRS), self.code(key::GEODETIC_CRS)) {
            (Some(3), ..) => return Err(ask_for_crs("has geocentric coordinates, which a map grid cannot have")),
            (_, Some(code @ 1..USER_DEFINED), _) => return known_crs(code),
            (Some(MODEL_PROJECTED), ..) | (_, Some(_), _) => wkt::projected(self),
            (_, None, Some(code @ 1..USER_DEFINED)) => return known_crs(code),
            (Some(MODEL_GEOGRAPHIC), ..) | (_, _, Some(_)) => wkt::geographic(self),
            (Some(_), ..) => {
                return Err(ask_for_crs("has a coordinate reference system of a kind that is not known here"));
            }
            (None, None, None) => return Err(ask_for_crs("does not say its coordinate reference system")),
        };
        let wkt = wkt
            .ok_or_else(|| ask_for_crs("describes its coordinate reference system in a way that is not known here"))?;
        terrane_projection::identify(&wkt).map_err(|error| {
            ask_for_crs("describes a coordinate reference system that is not understood").because(error)
        })
    }

    fn pixel_is_point(&self) -> bool {
        self.code(key::RASTER_TYPE) == Some(RASTER_PIXEL_IS_POINT)
    }
}

fn known_crs(code: u16) -> Result<Crs> {
    let crs = Crs::epsg(u32::from(code));
    match terrane_projection::info(&crs) {
        Ok(_) => Ok(crs),
        Err(error) => {
            let what = format!("names the coordinate reference system EPSG:{code}, which is not known here");
            Err(ask_for_crs(&what).because(error))
        }
    }
}

fn ask_for_crs(what: &str) -> Error {
    Error::invalid(format!("The GeoTIFF {what}. Say which it is, for example with “--crs EPSG:4326”.")).at("--crs")
}

/// Where the samples of an image are: from ModelTransformation, else from ModelTiepoint and ModelPixelScale.
pub(super) fn transform(tiff: &Tiff, directory: &Directory, keys: &Keys) -> Result<Option<GridTransform>> {
    let matrix = directory.reals(tiff, tags::MODEL_TRANSFORMATION)?;
    let scale = directory.reals(tiff, tags::MODEL_PIXEL_SCALE)?;
    let ties = directory.reals(tiff, tags::MODEL_TIEPOINT)?;
    let found = if matrix.len() >= 8 {
        from_matrix(&matrix)
    } else if scale.len() >= 2 && ties.len() >= 6 {
        GridTransform::north_up([ties[3] - ties[0] * scale[0], ties[4] + ties[1] * scale[1]], [scale[0], -scale[1]])
    } else if ties.len() > 6 {
        return Err(Error::unsupported(
            "The GeoTIFF is placed by control points and is not straightened. Straighten it with “gdalwarp in.tif out.tif” and add the result.",
        ));
    } else {
        return Ok(None);
    };
    let found = if keys.pixel_is_point() { found.part(-0.5, -0.5, [1.0, 1.0]) } else { found };
    check(found).map(Some)
}

fn from_matrix(matrix: &[f64]) -> GridTransform {
    GridTransform { origin: [matrix[3], matrix[7]], step: [matrix[0], matrix[5]], shear: [matrix[1], matrix[4]] }
}

/// Refuses a transform that cannot be inverted.
pub(super) fn check(transform: GridTransform) -> Result<GridTransform> {
    let GridTransform { origin, step, shear } = transform;
    let determinant = step[0] * step[1] - shear[0] * shear[1];
    let finite = origin.iter().chain(&step).chain(&shear).all(|number| number.is_finite());
    if finite && determinant.is_normal() {
        return Ok(transform);
    }
    Err(damaged("its samples have no size on the ground"))
}

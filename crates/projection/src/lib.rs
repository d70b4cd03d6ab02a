//! Coordinate reference systems: names, facts, transforms, and the operation that a transform uses with its accuracy.
//!
//! PROJ lives here and nowhere else. Inside Terrane positions are x then y; the authority's axis order is only reported, so
//! that protocols can honour it.

use std::sync::Arc;
use terrane_model::filter::Transformer;
use terrane_model::{Bbox, Crs, Result};

/// What is known of a CRS.
#[derive(Debug, Clone, PartialEq)]
pub struct CrsInfo {
    /// The canonical name.
    pub crs: Crs,
    /// The name for people: `JGD2011 / Japan Plane Rectangular CS VII`.
    pub title: String,
    /// Whether coordinates are degrees.
    pub geographic: bool,
    /// Whether the authority lists y (latitude, northing) first.
    pub y_first: bool,
    /// Metres per unit of x and y; per degree on the equator for geographic ones.
    pub metres_per_unit: f64,
    /// The unit's name: `metre`, `degree`.
    pub unit: String,
    /// Where it may be used, degrees.
    pub area: Option<Bbox>,
}

/// How a transform gets from one datum to the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// Its name for people.
    pub title: String,
    /// How far off it may be, metres; `None` when nobody says.
    pub accuracy_m: Option<f64>,
    /// Whether PROJ had no datum shift at all and passed coordinates through.
    pub ballpark: bool,
}

/// The canonical CRS of a spelling: `EPSG:4326`, `urn:ogc:def:crs:EPSG::4326`, `http://www.opengis.net/def/crs/EPSG/0/4326`,
/// `CRS:84`, `OGC:CRS84`, `[EPSG:4326]`. Anything else (PROJ strings, pipelines, files, WKT) is refused: those come only from files.
pub fn parse(spelling: &str) -> Result<Crs> {
    let _ = spelling;
    unimplemented!()
}

/// What is known of a CRS; an error names what is not known.
pub fn info(crs: &Crs) -> Result<Arc<CrsInfo>> {
    let _ = crs;
    unimplemented!()
}

/// The CRS that a WKT text of a file (`.prj`, GeoPackage, GeoTIFF) describes: the authority's when PROJ is sure, else the WKT itself.
pub fn identify(wkt: &str) -> Result<Crs> {
    let _ = wkt;
    unimplemented!()
}

/// WKT of a CRS as files want it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum WktKind {
    Wkt1Gdal,
    Wkt1Esri,
    Wkt2,
}

/// The WKT of a CRS.
pub fn wkt(crs: &Crs, kind: WktKind) -> Result<String> {
    let _ = (crs, kind);
    unimplemented!()
}

/// Moves positions from one CRS to another. Cheap to make after the first time, usable from any thread.
#[derive(Clone)]
pub struct Transform {
    _inner: (),
}

impl Transform {
    /// Between two CRSs.
    pub fn new(from: &Crs, to: &Crs) -> Result<Self> {
        let _ = (from, to);
        unimplemented!()
    }
    /// Whether nothing is moved.
    pub fn is_identity(&self) -> bool {
        unimplemented!()
    }
    /// The inverse.
    pub fn inverse(&self) -> Result<Self> {
        unimplemented!()
    }
    /// Moves positions in place; those that have no place in the target become NaN.
    pub fn apply(&self, positions: &mut [[f64; 2]]) {
        let _ = positions;
        unimplemented!()
    }
    /// The operation used.
    pub fn operation(&self) -> &Operation {
        unimplemented!()
    }
}

impl Transformer for Transform {
    fn positions(&self, positions: &mut [[f64; 2]]) -> Result<()> {
        self.apply(positions);
        Ok(())
    }
    fn bbox(&self, bbox: &Bbox) -> Result<Bbox> {
        let _ = bbox;
        unimplemented!()
    }
}

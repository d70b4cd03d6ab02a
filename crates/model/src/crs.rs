//! The name of a coordinate reference system. What the name means is known only to the `projection` crate.

mod geographic;

use std::fmt;
use std::sync::Arc;

/// A CRS by name: `EPSG:4326`, `OGC:CRS84`, or a WKT text for one that no authority names.
///
/// Coordinates inside the program are always x then y (easting or longitude first), whatever the authority's axis order.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Crs(Arc<str>);

impl Crs {
    /// From `AUTHORITY:CODE` or WKT, kept as given; spellings of protocols are parsed in `projection` and `protocols`.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self(name.into())
    }
    /// Longitude and latitude on WGS 84, degrees: the CRS of GeoJSON and of extents.
    pub fn crs84() -> Self {
        Self::new("OGC:CRS84")
    }
    /// `EPSG:` and a code.
    pub fn epsg(code: u32) -> Self {
        Self::new(format!("EPSG:{code}"))
    }
    /// Web Mercator, metres.
    pub fn web_mercator() -> Self {
        Self::epsg(3857)
    }
    /// The name as text.
    pub fn name(&self) -> &str {
        &self.0
    }
    /// Authority and code, when an authority names it.
    pub fn authority_code(&self) -> Option<(&str, &str)> {
        if self.0.contains('[') { None } else { self.0.split_once(':') }
    }
    /// Whether x and y are longitude and latitude in degrees, as far as the name tells: OGC's CRS84 family, EPSG's geographic
    /// codes, WKT that begins with a geographic CRS. `projection` knows better; this is for distances and boxes.
    pub fn is_geographic(&self) -> bool {
        match self.authority_code() {
            Some(("OGC", code)) => ["CRS84", "CRS84h", "CRS83", "CRS27"].contains(&code),
            Some(("EPSG", code)) => code.parse().is_ok_and(geographic::is_geographic_epsg),
            Some(_) => false,
            None => {
                let keyword = self.0.split('[').next().unwrap_or("").trim().to_ascii_uppercase();
                ["GEOGCS", "GEOGCRS", "GEOGRAPHICCRS"].contains(&keyword.as_str())
                    || (keyword.starts_with("GEOD") && self.0.to_ascii_lowercase().contains("ellipsoidal"))
            }
        }
    }
}

impl fmt::Debug for Crs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Crs({})", self.0)
    }
}

impl fmt::Display for Crs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

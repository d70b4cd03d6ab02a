//! What was typed → where to ask; and the addresses of the questions, each in the dialect of its version.

use crate::common::kvp::{Pairs, encode};
use terrane_model::{Error, Result};

/// The service that is to be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The address as it was typed.
    pub url: String,
    /// Scheme, server, path and the parameters that are the server's own.
    pub base: String,
    /// Whether the address names WFS.
    pub is_wfs: bool,
    /// The WFS that belongs to a WMS, when its address was typed.
    pub features: Option<String>,
}

/// Parameters of the standards, which are not part of a service's address.
const OURS: [&str; 26] = [
    "service",
    "request",
    "version",
    "acceptversions",
    "layers",
    "layer",
    "styles",
    "style",
    "crs",
    "srs",
    "bbox",
    "width",
    "height",
    "format",
    "transparent",
    "exceptions",
    "query_layers",
    "info_format",
    "i",
    "j",
    "x",
    "y",
    "typename",
    "typenames",
    "outputformat",
    "wmtver",
];

impl Target {
    /// Takes apart what was typed.
    pub fn parse(url: &str, features: Option<&str>) -> Result<Self> {
        let url = url.trim();
        if url.is_empty() {
            return Err(
                Error::invalid("Write the address of a WMS or WFS, such as https://maps.example.org/wms.").at("url")
            );
        }
        let whole = if url.contains("://") { url.to_owned() } else { format!("https://{url}") };
        let (path, query) = whole.split_once('?').unwrap_or((&whole, ""));
        let pairs = Pairs::parse(query.split('#').next().unwrap_or("")).map_err(|error| error.at("url"))?;
        let is_wfs = pairs.any_case("service").is_some_and(|it| it.eq_ignore_ascii_case("wfs"))
            || (pairs.any_case("service").is_none() && path.to_ascii_lowercase().ends_with("wfs"));
        let features = features.map(str::trim).filter(|it| !it.is_empty()).map(base_of).transpose()?;
        Ok(Self { url: url.to_owned(), base: base_of(&whole)?, is_wfs, features })
    }

    /// Where features may be found for a WMS: where it was said, else at the same address, else beside it.
    pub fn feature_bases(&self) -> Vec<String> {
        if let Some(said) = &self.features {
            return vec![said.clone()];
        }
        let (path, query) = self.base.split_once('?').unwrap_or((&self.base, ""));
        let beside = path.strip_suffix("wms").map(|front| format!("{front}wfs?{query}"));
        [Some(self.base.clone()), beside].into_iter().flatten().collect()
    }
}

fn base_of(url: &str) -> Result<String> {
    let whole = url.split('#').next().unwrap_or("");
    let (path, query) = whole.split_once('?').unwrap_or((whole, ""));
    let pairs = Pairs::parse(query)?;
    let own = pairs.iter().filter(|(key, _)| !OURS.contains(&key.to_ascii_lowercase().as_str()));
    let own: Vec<String> = own.map(|(key, value)| format!("{}={}", encode(key), encode(value))).collect();
    Ok(format!("{path}?{}", own.join("&")))
}

/// The server of an address: scheme, name and port.
pub fn server_of(url: &str) -> &str {
    let after = url.find("://").map_or(0, |at| at + 3);
    let end = url[after..].find(['/', '?', '#']).map_or(url.len(), |at| after + at);
    &url[..end]
}

/// An address with parameters added.
pub fn with(base: &str, pairs: &[(&str, &str)]) -> String {
    let joint = if base.ends_with(['?', '&']) || !base.contains('?') { "" } else { "&" };
    let question = if base.contains('?') { "" } else { "?" };
    let pairs: Vec<String> = pairs.iter().map(|(key, value)| format!("{key}={}", encode(value))).collect();
    format!("{base}{question}{joint}{}", pairs.join("&"))
}

/// A way to ask for a map: version, CRS and which coordinate comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// WMS 1.1.1, EPSG:4326, longitude first.
    Old,
    /// WMS 1.3.0, EPSG:4326, latitude first.
    New,
    /// WMS 1.3.0, CRS:84, longitude first.
    LonLat,
    /// WMS 1.3.0, EPSG:4326, longitude first: not what the standard says.
    Swapped,
}

/// The side of the maps, pixels.
pub const WIDTH_PX: u32 = 240;
/// The other side; not the same, so that a map that was turned is seen.
pub const HEIGHT_PX: u32 = 160;

/// The parameters that name a map's ground: west, south, east, north in degrees.
pub fn ground(dialect: Dialect, [west, south, east, north]: [f64; 4]) -> Vec<(&'static str, String)> {
    let (version, key, crs, corners) = match dialect {
        Dialect::Old => ("1.1.1", "SRS", "EPSG:4326", [west, south, east, north]),
        Dialect::New => ("1.3.0", "CRS", "EPSG:4326", [south, west, north, east]),
        Dialect::LonLat => ("1.3.0", "CRS", "CRS:84", [west, south, east, north]),
        Dialect::Swapped => ("1.3.0", "CRS", "EPSG:4326", [west, south, east, north]),
    };
    let bbox = corners.map(|corner| corner.to_string()).join(",");
    let sides = [("WIDTH", WIDTH_PX.to_string()), ("HEIGHT", HEIGHT_PX.to_string())];
    [("VERSION", version.to_owned()), (key, crs.to_owned()), ("BBOX", bbox)].into_iter().chain(sides).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_to_the_standard_is_taken_out_of_an_address_and_the_rest_stays() {
        let of = |url: &str| Target::parse(url, None).expect("an address");
        let target = of("https://a.org/cgi?map=/x/y.map&SERVICE=WMS&Request=GetCapabilities&VERSION=1.1.1#z");
        assert_eq!((target.base.as_str(), target.is_wfs), ("https://a.org/cgi?map=%2Fx%2Fy.map", false));
        assert!(of("a.org/wfs").is_wfs && of("https://a.org/ows?service=wfs").is_wfs);
        assert_eq!(of("a.org/wms").feature_bases(), ["https://a.org/wms?", "https://a.org/wfs?"]);
        assert_eq!(with("https://a.org/wms?", &[("A", "b c")]), "https://a.org/wms?A=b%20c");
        assert_eq!(with("https://a.org/cgi?map=x", &[("A", "b")]), "https://a.org/cgi?map=x&A=b");
        assert_eq!(server_of("https://a.org:81?x"), "https://a.org:81");
    }

    #[test]
    fn the_axes_are_turned_for_the_new_version_alone() {
        let bbox = |dialect| ground(dialect, [1.0, 2.0, 3.0, 4.0]).into_iter().find(|(key, _)| *key == "BBOX");
        let text = |dialect| bbox(dialect).map(|(_, text)| text).unwrap_or_default();
        assert_eq!([Dialect::Old, Dialect::LonLat, Dialect::Swapped].map(text), ["1,2,3,4", "1,2,3,4", "1,2,3,4"]);
        assert_eq!(text(Dialect::New), "2,1,4,3");
    }
}

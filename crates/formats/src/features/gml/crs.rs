//! How GML names coordinate reference systems, and what the spelling says of the order of axes.

use terrane_model::{Crs, Result};

/// A CRS as a document spells it. `EPSG:4326` and GML 2's `…/gml/srs/epsg.xml#4326` are x before y by old custom; URNs and the
/// addresses below `/def/crs/` have the axes of the authority (OGC 09-048r3, 5.4).
#[derive(Debug, Clone, PartialEq)]
pub struct CrsName {
    /// The CRS.
    pub crs: Crs,
    /// Whether y stands before x.
    pub y_first: bool,
    /// The name as it is written.
    pub spelled: String,
}

impl CrsName {
    /// A CRS by any of its names.
    pub fn parse(text: &str) -> Result<Self> {
        let spelled = text.trim();
        let crs = terrane_projection::parse(spelled)?;
        let y_first = terrane_projection::info(&crs)?.y_first && !is_x_first(spelled);
        Ok(Self { crs, y_first, spelled: spelled.to_owned() })
    }

    /// A CRS by its URN.
    pub fn urn(crs: &Crs) -> Result<Self> {
        let spelled = match crs.authority_code() {
            Some(("OGC", code)) => format!("urn:ogc:def:crs:OGC:1.3:{code}"),
            Some((authority, code)) => format!("urn:ogc:def:crs:{authority}::{code}"),
            None => "urn:ogc:def:crs:OGC::unknown".to_owned(),
        };
        Ok(Self { crs: crs.clone(), y_first: terrane_projection::info(crs)?.y_first, spelled })
    }
}

/// Whether old custom has x first in this spelling.
fn is_x_first(spelled: &str) -> bool {
    let lower = spelled.to_ascii_lowercase();
    !lower.starts_with("urn:") && !lower.contains("/def/crs/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spelling_decides_the_order_of_axes() {
        let y_first = |text: &str| CrsName::parse(text).expect(text).y_first;
        assert!(y_first("urn:ogc:def:crs:EPSG::4326") && y_first("http://www.opengis.net/def/crs/EPSG/0/4326"));
        assert!(!y_first("EPSG:4326") && !y_first("http://www.opengis.net/gml/srs/epsg.xml#4326"));
        assert!(!y_first("urn:ogc:def:crs:OGC:1.3:CRS84") && !y_first("urn:ogc:def:crs:EPSG::3857"));
        assert!(
            CrsName::parse("+proj=longlat").is_err() && CrsName::parse("http://192.0.2.1/def/crs/EPSG/0/4326").is_err()
        );
    }
}

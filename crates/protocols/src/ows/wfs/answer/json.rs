//! GeoJSON of WFS: x before y whatever the CRS, which is named when it is not that of GeoJSON.

use super::{Answering, Frame, Part, Totals};
use crate::ows::wfs::describe::terms;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use terrane_formats::features::geojson::{DEGREE_DECIMALS, GeoJsonWriter, METRE_DECIMALS};
use terrane_formats::features::gml::CrsName;
use terrane_model::{Batch, Crs, Result, Schema};

/// A FeatureCollection being written.
pub struct GeoJson {
    frame: Frame,
    totals: Totals,
    crs: Crs,
    /// The terms of use of each dataset.
    terms: Vec<String>,
    writer: GeoJsonWriter,
}

impl GeoJson {
    /// The collection of rows in a CRS.
    pub fn new(frame: Frame, totals: Totals, crs: Crs, abouts: &[&terrane_model::About]) -> Result<Self> {
        let geographic = terrane_projection::info(&crs)?.geographic;
        let writer = GeoJsonWriter::new(if geographic { DEGREE_DECIMALS } else { METRE_DECIMALS });
        let mut terms: Vec<String> = abouts.iter().map(|about| terms(about)).filter(|text| !text.is_empty()).collect();
        terms.dedup();
        Ok(Self { frame, totals, crs, terms, writer })
    }
}

impl Answering for GeoJson {
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<()> {
        let mut members = Map::new();
        let mut put = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
        put("timeStamp", self.frame.time.as_str().into());
        put("numberMatched", self.totals.matched.into());
        put("numberReturned", self.totals.returned.into());
        if !self.terms.is_empty() {
            put("attribution", self.terms.join(" ").into());
        }
        // GeoJSON before RFC 7946 had a member for it, which readers of WFS know.
        if self.crs != Crs::crs84() {
            let name = CrsName::urn(&self.crs)?.spelled;
            put("crs", json!({"type": "name", "properties": {"name": name}}));
        }
        let link = |rel: &str, href: &String| json!({"rel": rel, "type": "application/geo+json", "href": href});
        let next = self.frame.next.iter().map(|href| link("next", href));
        let links: Vec<Value> = next.chain(self.frame.previous.iter().map(|href| link("prev", href))).collect();
        if !links.is_empty() {
            put("links", links.into());
        }
        self.writer.begin(&members, out);
        Ok(())
    }

    fn open(&mut self, _: &Part, _: &Arc<Schema>, _: &mut Vec<u8>) -> Result<()> {
        Ok(())
    }

    fn rows(&mut self, batch: &Batch, out: &mut Vec<u8>) -> Result<()> {
        self.writer.rows(batch, out);
        Ok(())
    }

    fn close(&mut self, _: &mut Vec<u8>) -> Result<()> {
        Ok(())
    }

    fn end(&mut self, out: &mut Vec<u8>) -> Result<()> {
        self.writer.end(&Map::new(), out);
        Ok(())
    }
}

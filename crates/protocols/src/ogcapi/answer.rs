//! Rows → documents. Axes are exchanged here for CRSs whose authority lists y first.

use crate::common::crs;
use crate::common::negotiate::Form;
use crate::common::reply::Reply;
use crate::common::request::Request;
use crate::common::site::Site;
use crate::ogcapi::links::{self, below, link};
use bytes::Bytes;
use serde_json::{Map, Value};
use terrane_engine::FeaturePage;
use terrane_formats::features::geojson::{DEGREE_DECIMALS, GeoJsonWriter, METRE_DECIMALS};
use terrane_model::query::Position;
use terrane_model::{Batch, Crs, Error, Result};

/// One row as a GeoJSON Feature.
pub fn feature(page: &FeaturePage, links: Vec<Value>) -> Result<Bytes> {
    let mut members = Map::new();
    members.insert("links".to_owned(), links.into());
    let batch = page.batches.first().map(|batch| ordered(batch, &page.crs)).transpose()?;
    let feature = batch.as_ref().and_then(|batch| batch.features().next());
    let feature = feature.ok_or_else(|| Error::not_found("There is no such feature here."))?;
    let mut out = Vec::new();
    writer(&page.crs)?.feature(&feature, &members, &mut out);
    Ok(out.into())
}

pub(super) fn writer(crs: &Crs) -> Result<GeoJsonWriter> {
    Ok(GeoJsonWriter::new(decimals(terrane_projection::info(crs)?.geographic)))
}

pub(super) fn decimals(degrees: bool) -> u8 {
    if degrees { DEGREE_DECIMALS } else { METRE_DECIMALS }
}

/// The rows with the axes of their geometry in the authority's order.
pub fn ordered(batch: &Batch, crs: &Crs) -> Result<Batch> {
    Ok(if crs::y_first(crs)? { exchanged(batch) } else { batch.clone() })
}

fn exchanged(batch: &Batch) -> Batch {
    let geometry = batch.geometry.as_ref().map(|geometry| {
        let positions = geometry.xy.iter().map(|&[x, y]| [y, x]).collect();
        geometry.with_positions(positions)
    });
    Batch { geometry, ..batch.clone() }
}

/// The address of the next page, when there is one.
pub fn next_href(site: &Site, request: &Request, revision: &str, next: Option<&Position>) -> Option<String> {
    let cursor = site.engine.cursor_key().seal(revision, next?);
    Some(site.url(&format!("{}{}", request.path, request.query_with("cursor", Some(&cursor)))))
}

/// Links of one row.
pub fn feature_links(site: &Site, request: &Request, forms: &[Form], page: &FeaturePage) -> Vec<Value> {
    let mut all = links::own(site, request, forms);
    all.push(link("collection", links::JSON, "The collection", &site.url(&below(page.about.id.as_str(), &[]))));
    all
}

/// Names the CRS of an answer in its header.
pub fn with_crs(reply: Reply, crs: &Crs) -> Reply {
    reply.with_header("content-crs", format!("<{}>", crs::uri(crs)))
}

/// A document as JSON.
pub fn json(media_type: &str, document: &Value) -> Reply {
    Reply::ok(media_type, document.to_string())
}

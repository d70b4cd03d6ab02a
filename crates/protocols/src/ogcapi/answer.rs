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
use terrane_formats::features::csv::CsvWriter;
use terrane_formats::features::geojson::{DEGREE_DECIMALS, GeoJsonWriter, METRE_DECIMALS};
use terrane_model::{Batch, Crs, Error, Instant, Result};

/// A page of rows as a GeoJSON FeatureCollection. `now` is the time of the answer.
pub fn collection(page: &FeaturePage, links: Vec<Value>, now: Instant) -> Result<Bytes> {
    let mut members = Map::new();
    members.insert("timeStamp".to_owned(), now.to_string().into());
    if let Some(matched) = page.matched {
        members.insert("numberMatched".to_owned(), matched.into());
    }
    members.insert("numberReturned".to_owned(), page.returned().into());
    members.insert("links".to_owned(), links.into());
    let mut writer = writer(&page.crs)?;
    let mut out = Vec::new();
    writer.begin(&members, &mut out);
    for batch in ordered(page)? {
        writer.rows(&batch, &mut out);
    }
    writer.end(&Map::new(), &mut out);
    Ok(out.into())
}

/// One row as a GeoJSON Feature.
pub fn feature(page: &FeaturePage, links: Vec<Value>) -> Result<Bytes> {
    let mut members = Map::new();
    members.insert("links".to_owned(), links.into());
    let batches = ordered(page)?;
    let feature = batches.iter().find_map(|batch| batch.features().next());
    let feature = feature.ok_or_else(|| Error::not_found("There is no such feature here."))?;
    let mut out = Vec::new();
    writer(&page.crs)?.feature(&feature, &members, &mut out);
    Ok(out.into())
}

/// A page of rows as comma-separated values; points are two columns called after what they hold.
pub fn csv(page: &FeaturePage) -> Result<Bytes> {
    let degrees = terrane_projection::info(&page.crs)?.geographic;
    let names = match (degrees, crs::y_first(&page.crs)?) {
        (true, false) => ["longitude", "latitude"],
        (true, true) => ["latitude", "longitude"],
        (false, false) => ["x", "y"],
        (false, true) => ["y", "x"],
    };
    let batches = ordered(page)?;
    let schema = batches.first().map_or(&page.schema, |batch| &batch.schema);
    let mut writer = CsvWriter::new(schema, decimals(degrees));
    let mut out = Vec::new();
    writer.begin(schema, names, &mut out);
    for batch in &batches {
        writer.rows(batch, &mut out);
    }
    Ok(out.into())
}

fn writer(crs: &Crs) -> Result<GeoJsonWriter> {
    Ok(GeoJsonWriter::new(decimals(terrane_projection::info(crs)?.geographic)))
}

fn decimals(degrees: bool) -> u8 {
    if degrees { DEGREE_DECIMALS } else { METRE_DECIMALS }
}

/// The rows with the axes of their geometry in the authority's order.
pub fn ordered(page: &FeaturePage) -> Result<Vec<Batch>> {
    let exchange = crs::y_first(&page.crs)?;
    Ok(page.batches.iter().map(|batch| if exchange { exchanged(batch) } else { batch.clone() }).collect())
}

fn exchanged(batch: &Batch) -> Batch {
    let geometry = batch.geometry.as_ref().map(|geometry| {
        let positions = geometry.xy.iter().map(|&[x, y]| [y, x]).collect();
        geometry.with_positions(positions)
    });
    Batch { geometry, ..batch.clone() }
}

/// Links of a page of rows: itself, its other forms, the collection, the next page.
pub fn page_links(site: &Site, request: &Request, forms: &[Form], page: &FeaturePage) -> Vec<Value> {
    let mut all = links::own(site, request, forms);
    let id = page.about.id.as_str();
    all.push(link("collection", links::JSON, "The collection", &site.url(&below(id, &[]))));
    if let Some(href) = next_href(site, request, page) {
        all.push(link("next", forms.first().map_or("", |form| form.media_type), "Next page", &href));
    }
    all
}

/// The address of the next page, when there is one.
pub fn next_href(site: &Site, request: &Request, page: &FeaturePage) -> Option<String> {
    let cursor = site.engine.cursor_key().seal(&page.revision, page.next.as_ref()?);
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

//! Collections: every dataset is one, grids too, though only rows have items.

use super::WITH_PAGE;
use crate::common::crs;
use crate::common::request::Request;
use crate::common::site::Site;
use crate::ogcapi::ask;
use crate::ogcapi::links::{self, below, link};
use serde_json::{Value, json};
use std::sync::Arc;
use terrane_engine::Caller;
use terrane_engine::catalogue::{Catalogue, Entry};
use terrane_model::filter::{fold_accents, fold_case};
use terrane_model::time::Interval;
use terrane_model::{About, Bbox, Dataset, Result};

/// Extents are rounded outwards to this many parts of a degree, so that no row lies outside for its last digit.
const EXTENT_PARTS: f64 = 1e6;

/// All collections, or those that hold all words of `q`.
pub fn collections(site: &Site, request: &Request, catalogue: &Catalogue) -> Result<Value> {
    let words = request.query.once("q")?.unwrap_or("");
    let entries = catalogue.entries(Caller::Public).filter(|entry| matching(entry.about(), words));
    let all: Result<Vec<Value>> = entries.map(|entry| body(site, request, catalogue, entry)).collect();
    Ok(json!({"links": links::own(site, request, &WITH_PAGE), "collections": all?}))
}

/// One collection.
pub fn collection(site: &Site, request: &Request, catalogue: &Catalogue, entry: &Arc<Entry>) -> Result<Value> {
    let mut document = body(site, request, catalogue, entry)?;
    if let Some(all) = document["links"].as_array_mut() {
        // The document itself, in the words of the request, in place of the link to it.
        all.splice(0..2, links::own(site, request, &WITH_PAGE));
    }
    Ok(document)
}

/// Whether what a dataset is about holds all words, whatever their case and accents.
pub fn matching(about: &About, words: &str) -> bool {
    let fold = |text: &str| fold_accents(&fold_case(text)).into_owned();
    let texts = about.title.iter().chain(about.description.iter()).map(|(_, text)| text);
    let owner = about.owner.iter().flat_map(|owner| owner.name.iter()).map(|(_, text)| text);
    let keywords = about.keywords.iter().map(String::as_str);
    let all: Vec<&str> = texts.chain(owner).chain(keywords).chain([about.id.as_str()]).collect();
    let all = fold(&all.join("\n"));
    words.split_whitespace().all(|word| all.contains(&fold(word)))
}

fn body(site: &Site, request: &Request, catalogue: &Catalogue, entry: &Arc<Entry>) -> Result<Value> {
    let about = entry.about();
    let dataset = catalogue.open(Caller::Public, &about.id)?;
    let mut document = json!({
        "id": about.id.as_str(),
        "title": request.say(&about.title),
        "description": request.say(&about.description),
        "keywords": about.keywords,
        "attribution": about.attribution,
        "links": links_of(site, entry, &dataset),
    });
    if let Some(extent) = extent(about) {
        document["extent"] = extent;
    }
    if let Some(source) = &dataset.features {
        let schema = source.schema();
        document["itemType"] = "feature".into();
        document["crs"] = ask::crs_list(schema).iter().map(crs::uri).collect();
        document["storageCrs"] = schema.crs().filter(|crs| crs.authority_code().is_some()).map(crs::uri).into();
        document["itemCount"] = about.rows.into();
        if document["storageCrs"].is_null() {
            document["storageCrs"] = crs::uri(&terrane_model::Crs::crs84()).into();
        }
    } else if let Some(grid) = &dataset.grid {
        document["crs"] = ask::crs_list_with(Some(&grid.schema().crs)).iter().map(crs::uri).collect();
        document["storageCrs"] = crs::uri(&grid.schema().crs).into();
    }
    Ok(document)
}

/// The extent as OGC API writes it; absent when nothing is known of it.
pub fn extent(about: &About) -> Option<Value> {
    let mut extent = json!({});
    if let Some(bbox) = about.extent {
        extent["spatial"] = json!({"bbox": [outward(&bbox)], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"});
    }
    if let Some(Interval { start, end }) = about.period {
        let bound = |instant: Option<terrane_model::Instant>| instant.map(|instant| instant.to_string());
        let trs = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian";
        extent["temporal"] = json!({"interval": [[bound(start), bound(end)]], "trs": trs});
    }
    (extent != json!({})).then_some(extent)
}

/// The box rounded outwards; an edge at the end of the world stays there.
fn outward(bbox: &Bbox) -> [f64; 4] {
    let down = |number: f64, least: f64| ((number * EXTENT_PARTS).floor() / EXTENT_PARTS).max(least);
    let up = |number: f64, most: f64| ((number * EXTENT_PARTS).ceil() / EXTENT_PARTS).min(most);
    [down(bbox.min[0], -180.0), down(bbox.min[1], -90.0), up(bbox.max[0], 180.0), up(bbox.max[1], 90.0)]
}

fn links_of(site: &Site, entry: &Entry, dataset: &Dataset) -> Vec<Value> {
    let about = entry.about();
    let id = about.id.as_str();
    let mut all = Vec::new();
    let mut add = |rel: &str, media_type: &str, title: &str, href: &str| all.push(link(rel, media_type, title, href));
    add("self", links::JSON, "This collection", &site.url(&below(id, &[])));
    add("alternate", links::HTML, "This collection as HTML", &site.page_url(&about.id));
    if dataset.features.is_some() {
        let items = site.url(&below(id, &["items"]));
        add("items", links::GEOJSON, "Items", &items);
        add("items", links::HTML, "Items as a table", &format!("{items}?f=html"));
        add("items", "text/csv", "Items as CSV", &format!("{items}?f=csv"));
        let summary = site.url(&below(id, &["summary"]));
        add("related", links::JSON, "Rows in groups, and numbers of each", &summary);
        let queryables = site.url(&below(id, &["queryables"]));
        add(links::QUERYABLES, links::SCHEMA_JSON, "What can be asked for", &queryables);
        add(links::SCHEMA, links::SCHEMA_JSON, "What items are made of", &site.url(&below(id, &["schema"])));
    }
    if let Some(style) = entry.default_style() {
        add(links::STYLES, links::JSON, "Styles", &site.url(&below(id, &["styles"])));
        let legend = site.url(&below(id, &["styles", style, "legend"]));
        add(links::LEGEND, links::JSON, "Legend", &format!("{legend}?f=json"));
        add(links::LEGEND, "image/png", "Legend as a picture", &format!("{legend}?f=png"));
        if entry.crs().is_some() {
            if dataset.features.is_some() && dataset.grid.is_none() {
                add(links::TILESETS_VECTOR, links::JSON, "Vector tiles", &site.url(&below(id, &["tiles"])));
            }
            add(links::MAP, "image/png", "Map", &site.url(&format!("{}?f=png", below(id, &["map"]))));
            add(links::TILESETS_MAP, links::JSON, "Tiles of pictures", &site.url(&below(id, &["map", "tiles"])));
        }
        let wms = "/wms?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetCapabilities";
        add("related", "text/xml", "Web Map Service 1.3.0", &site.url(wms));
    }
    add("related", links::HTML, "On a map", &site.url(&format!("/p/{id}")));
    if let Some(url) = about.licence.url.as_deref().filter(|url| is_web(url)) {
        add("license", links::HTML, &about.licence.title, url);
    }
    if let Some(source) = about.source.as_ref().filter(|source| is_web(&source.url)) {
        add("via", links::HTML, &source.title, &source.url);
    }
    all
}

/// Whether a link of a stranger may be followed: web addresses only.
pub fn is_web(url: &str) -> bool {
    let lower = url.trim_start().to_ascii_lowercase();
    lower.starts_with("https://") || lower.starts_with("http://")
}

#[cfg(test)]
mod tests {
    use super::*;
    use terrane_model::{DatasetId, LocalText};

    #[test]
    fn extents_are_rounded_outwards_but_not_past_the_end_of_the_world() {
        let bbox = Bbox { min: [136.123_456_78, -90.0], max: [180.0, 35.000_000_4] };
        assert_eq!(outward(&bbox), [136.123_456, -90.0, 180.0, 35.000_001]);
    }

    #[test]
    fn words_are_found_whatever_their_case_and_accents_and_order() {
        let mut about = About::new(DatasetId::new("x-1").expect("it is an id"));
        about.title = LocalText::one("en", "Geological units of Mino");
        about.keywords = vec!["Đá vôi".to_owned(), "地質図".to_owned()];
        for words in ["", "mino UNITS", "地質", "x-1", "vôi", "voi"] {
            assert!(matching(&about, words), "{words}");
        }
        assert!(!matching(&about, "mino faults"));
    }

    #[test]
    fn only_web_addresses_are_links() {
        assert!(is_web("https://example.org/") && is_web("HTTP://example.org/"));
        assert!(!is_web("javascript:alert(1)") && !is_web("data:text/html,x") && !is_web("//example.org"));
    }
}

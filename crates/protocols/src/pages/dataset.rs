//! The page of a dataset: everything a person needs to judge it, see it, use it and cite it.

use super::preview::{self, Preview};
use super::render::{Page, render};
use super::words::Words;
use super::{format, legend};
use crate::common::kvp::encode;
use crate::common::reply::Reply;
use crate::common::request::Request;
use crate::common::site::Site;
use crate::ogcapi::describe::is_web;
use crate::ogcapi::links::below;
use serde_json::{Value, json};
use std::sync::Arc;
use terrane_engine::Caller;
use terrane_engine::catalogue::Entry;
use terrane_model::about::{Link, Party};
use terrane_model::schema::{Column, ColumnKind, GeometryKind, Schema};
use terrane_model::{About, Bbox, Crs, Dataset, Result};

/// Where the capabilities of WMTS are.
pub const WMTS_PATH: &str = "/wmts/1.0.0/WMTSCapabilities.xml";
/// Where the capabilities of WFS are.
pub const WFS_PATH: &str = "/wfs?SERVICE=WFS&REQUEST=GetCapabilities";
const PICTURE_PX: [u32; 2] = [720, 450];

/// The page.
pub async fn dataset(site: &Site, request: &Request, entry: &Arc<Entry>) -> Result<Reply> {
    let catalogue = site.engine.catalogue();
    let about = entry.about();
    let dataset = catalogue.open(Caller::Public, &about.id)?;
    let words = Words::of(&request.languages);
    let title = request.say(&about.title);
    let base = preview::base(&catalogue, &about.id);
    let layers: Vec<&str> = base.iter().map(terrane_model::DatasetId::as_str).chain([about.id.as_str()]).collect();
    let picture = about.extent.filter(|_| entry.default_style().is_some());
    let picture = picture.and_then(|ground| Preview { layers, ground, size: PICTURE_PX }.path());
    let maps = catalogue.maps(Caller::Public).filter(|map| map.flat().iter().any(|layer| layer.dataset == about.id));
    let maps: Vec<Value> =
        maps.map(|map| json!({"path": format!("/p/{}", map.id), "title": request.say(&map.title)})).collect();
    let shows = json!({
        "id": about.id.as_str(),
        "other_titles": other_titles(request, about),
        "description": request.say(&about.description),
        "picture": picture,
        "picture_size": PICTURE_PX,
        "facts": facts(&words, request, entry, &dataset),
        "has_rows": dataset.features.is_some(),
        "rows_path": below(about.id.as_str(), &["items"]),
        "collection_path": below(about.id.as_str(), &[]),
        "rows_max": format::count(site.engine.limits().page_rows_max as u64),
        "files": files(about, &dataset).await?,
        "columns": dataset.features.as_ref().map(|source| columns(&words, request, source.schema())),
        "bands": dataset.grid.as_ref().map(|grid| bands(grid.schema())),
        "styles": legend::of(site, request, entry).await,
        "maps": maps,
        "citation": citation(site, request, about, &dataset),
        "wms_path": "/wms?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetCapabilities",
        "wmts_path": WMTS_PATH,
        "wfs_path": WFS_PATH,
        "has_places": entry.crs().is_some(),
        "has_vectors": entry.crs().is_some() && dataset.features.is_some() && dataset.grid.is_none(),
    });
    let above = vec![(words.say("datasets").to_owned(), "/collections".to_owned())];
    render(site, request, Page { template: "dataset.html", title, above, shows })
}

fn other_titles(request: &Request, about: &About) -> Vec<Value> {
    let shown = request.say(&about.title);
    let others = about.title.iter().filter(|(_, text)| *text != shown && !text.is_empty());
    others.map(|(language, text)| json!({"language": language, "text": text})).collect()
}

/// A fact: its name, what is so, and where to read more.
fn fact(label: &str, text: impl Into<String>, href: Option<&str>) -> Option<Value> {
    let text: String = text.into();
    let href = href.filter(|url| is_web(url));
    (!text.is_empty()).then(|| json!({"label": label, "text": text, "href": href}))
}

fn facts(words: &Words, request: &Request, entry: &Entry, dataset: &Dataset) -> Vec<Value> {
    let about = entry.about();
    let crs = dataset.features.as_ref().and_then(|source| source.schema().crs().cloned());
    let crs = crs.or_else(|| dataset.grid.as_ref().map(|grid| grid.schema().crs.clone()));
    let licence = match about.licence.title.is_empty() && about.licence.id.is_empty() {
        true => words.say("no_licence").to_owned(),
        false => licence_name(about),
    };
    let all = [
        fact(words.say("data"), kind_of(words, about, dataset), None),
        crs.and_then(|crs| fact(words.say("crs"), crs_words(words, entry, &crs), None)),
        about.extent.and_then(|bbox: Bbox| fact(words.say("extent"), format::extent(words, &bbox), None)),
        about.period.and_then(|period| fact(words.say("period"), format::period(words, &period), None)),
        fact(words.say("licence"), licence, about.licence.url.as_deref()),
        fact(words.say("attribution"), about.attribution.as_str(), None),
        about.owner.as_ref().and_then(|owner| party(request, words.say("owner"), owner)),
        about.source.as_ref().and_then(|Link { title, url }| fact(words.say("source"), title.as_str(), Some(url))),
        fact(words.say("lineage"), about.lineage.as_str(), None),
        fact(words.say("keywords"), about.keywords.join(" · "), None),
        about.updated.and_then(|instant| fact(words.say("updated"), format::instant(words, instant), None)),
        fact(words.say("revision"), &*dataset.revision, None),
    ];
    let contacts = about.contacts.iter().filter_map(|contact| party(request, words.say("contact"), contact));
    all.into_iter().flatten().chain(contacts).collect()
}

fn licence_name(about: &About) -> String {
    match (about.licence.title.as_str(), about.licence.id.as_str()) {
        ("", id) => id.to_owned(),
        (title, "") => title.to_owned(),
        (title, id) if title == id => title.to_owned(),
        (title, id) => format!("{title} ({id})"),
    }
}

fn party(request: &Request, label: &str, party: &Party) -> Option<Value> {
    let name = request.say(&party.name);
    let text = match (&party.email, name) {
        (Some(email), "") => email.clone(),
        (Some(email), name) => format!("{name}, {email}"),
        (None, name) => name.to_owned(),
    };
    fact(label, text, party.url.as_deref())
}

/// What the data is in a few words: `54 features · Areas`.
pub fn kind_of(words: &Words, about: &About, dataset: &Dataset) -> String {
    if let Some(grid) = &dataset.grid {
        let schema = grid.schema();
        let [width, height] = [schema.width, schema.height].map(|side| format::count(u64::from(side)));
        let size = words.fill("grid_size", &[("width", &width), ("height", &height)]);
        return format!("{} · {size}", words.say("grid"));
    }
    let rows = match about.rows {
        Some(rows) => words.fill("features", &[("count", &format::count(rows))]),
        None => words.say("features_unknown").to_owned(),
    };
    let geometry = dataset.features.as_ref().and_then(|source| source.schema().geometry.as_ref().map(|it| it.kind));
    format!("{rows} · {}", geometry_words(words, geometry))
}

/// The geometry of a table in a word.
pub fn geometry_words(words: &Words, kind: Option<GeometryKind>) -> &str {
    words.say(match kind {
        None => "geometry_none",
        Some(GeometryKind::Point | GeometryKind::MultiPoint) => "geometry_point",
        Some(GeometryKind::LineString | GeometryKind::MultiLineString) => "geometry_line",
        Some(GeometryKind::Polygon | GeometryKind::MultiPolygon) => "geometry_area",
        Some(GeometryKind::Any | GeometryKind::Collection) => "geometry_any",
    })
}

/// The CRS by name and code, and how its coordinates get to WGS 84.
fn crs_words(words: &Words, entry: &Entry, crs: &Crs) -> String {
    let title = terrane_projection::info(crs).map(|info| info.title.clone()).unwrap_or_default();
    let mut text = match crs.authority_code() {
        Some((_, code)) if !title.contains(code) => format!("{title} ({crs})"),
        _ => title,
    };
    if let Some(operation) = entry.record().crs_operation.as_ref().map(|pinned| &pinned.operation) {
        let accuracy = operation.accuracy_m.map(|metres| format!("{metres}"));
        let how = match &accuracy {
            Some(metres) => words.fill("crs_accuracy", &[("operation", &operation.title), ("accuracy", metres)]),
            None => words.fill("crs_operation", &[("operation", &operation.title)]),
        };
        text.push_str("; ");
        text.push_str(&how);
    }
    text
}

async fn files(about: &About, dataset: &Dataset) -> Result<Vec<Value>> {
    let Some(files) = &dataset.files else { return Ok(Vec::new()) };
    let one = |entry: terrane_model::dataset::FileEntry| {
        let parts: Vec<String> = entry.name.split('/').map(encode).collect();
        let path = format!("/d/{}/files/{}", about.id, parts.join("/"));
        json!({"name": entry.name, "path": path, "size": format::bytes(entry.bytes)})
    };
    Ok(files.list().await?.into_iter().map(one).collect())
}

/// Columns with what they mean.
pub fn columns(words: &Words, request: &Request, schema: &Schema) -> Vec<Value> {
    let one = |column: &Column| {
        json!({
            "name": column.name,
            "title": request.say(&column.title),
            "description": request.say(&column.description),
            "unit": column.unit,
            "kind": kind_words(words, column.kind),
        })
    };
    schema.kept().map(one).collect()
}

/// A kind of value in a word.
pub fn kind_words(words: &Words, kind: ColumnKind) -> &str {
    words.say(match kind {
        ColumnKind::Bool => "kind_bool",
        ColumnKind::Int => "kind_int",
        ColumnKind::Float => "kind_float",
        ColumnKind::Text => "kind_text",
        ColumnKind::Time => "kind_time",
        ColumnKind::Bytes => "kind_bytes",
        ColumnKind::Nested => "kind_nested",
    })
}

fn bands(schema: &terrane_model::grid::GridSchema) -> Vec<Value> {
    let one = |band: &terrane_model::grid::Band| json!({"name": band.name, "title": band.description, "unit": band.unit, "range": band.range});
    schema.bands.iter().map(one).collect()
}

/// How to cite: owner (year): title. Revision. Site. Address. Licence.
fn citation(site: &Site, request: &Request, about: &About, dataset: &Dataset) -> String {
    let owner = about.owner.as_ref().map(|owner| request.say(&owner.name)).filter(|name| !name.is_empty());
    let owner = owner.unwrap_or_else(|| request.say(&site.about.operator.name));
    let year = about.updated.map(|instant| format!(" ({})", instant.civil().year)).unwrap_or_default();
    let licence = licence_name(about);
    let parts = [
        format!("{owner}{year}: {}", request.say(&about.title)),
        format!("revision {}", dataset.revision),
        request.say(&site.about.title).to_owned(),
        site.page_url(&about.id),
        licence,
    ];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.trim().is_empty()).collect();
    format!("{}.", parts.join(". "))
}

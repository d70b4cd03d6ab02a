//! Feature info in the views of GeoSciML-Lite and EarthResourceML-Lite, as OneGeology asks it in XML.

use super::wfs::standard::types_of;
use super::wfs::types::FeatureType;
use crate::common::reply::Reply;
use crate::common::xml::escape;
use crate::ows::{gml, info};
use std::fmt::Write as _;
use terrane_engine::geology::MappingEntry;
use terrane_engine::info::Found;
use terrane_engine::{Caller, Catalogue, Engine, FeatureQuestion, InfoHit};
use terrane_formats::features::geojson::DEGREE_DECIMALS;
use terrane_formats::features::gml::{CoordinateForm, CrsName, FeatureWriter, Version};
use terrane_model::{Crs, DatasetId, FeatureId, Filter, Result};

/// The form of such an answer.
pub const FORM: &str = "application/xml";
const MEDIA_TYPE: &str = "application/xml; charset=utf-8";

/// The rows that were hit as the views of their datasets show them; plain GML when no dataset has a mapping.
pub async fn reply(engine: &Engine, catalogue: &Catalogue, hits: &[InfoHit]) -> Result<Reply> {
    let mut members = String::new();
    let mut types: Vec<FeatureType> = Vec::new();
    for hit in hits {
        for (view, ids) in views_of(catalogue, hit) {
            let entry = catalogue.entry(Caller::Public, &view)?;
            let Some(source) = catalogue.open(Caller::Public, &view)?.features else { continue };
            let Some(known) = types_of(entry, &source).into_iter().next() else { continue };
            let mut question = FeatureQuestion { crs: Crs::epsg(4326), ..FeatureQuestion::new(view) };
            question.query.filter = Some(Filter::Ids(ids));
            let page = engine.features(Caller::Public, question).await?;
            members.push_str(&written(&known, &page.batches)?);
            types.push(known);
        }
    }
    if members.is_empty() {
        return Ok(Reply::ok(MEDIA_TYPE, gml::collection(hits)));
    }
    Ok(Reply::ok(MEDIA_TYPE, collection(&types, hits, &members)))
}

/// The views that show the rows of a hit, and what the rows are called there.
fn views_of(catalogue: &Catalogue, hit: &InfoHit) -> Vec<(DatasetId, Vec<FeatureId>)> {
    let Found::Rows { batches, .. } = &hit.found else { return Vec::new() };
    let Ok(entry) = catalogue.entry(Caller::Public, &hit.about.id) else { return Vec::new() };
    let own = entry.view().is_some();
    let name = |id: FeatureId| if own { id } else { FeatureId::Text(format!("{}.{id}", hit.about.id)) };
    let ids: Vec<FeatureId> = info::rows(batches).map(|row| name(row.id())).collect();
    let views = entry.view().into_iter().chain(entry.mapping().into_iter().flat_map(MappingEntry::views));
    views.filter_map(|view| Some((DatasetId::new(view.id).ok()?, ids.clone()))).collect()
}

fn written(known: &FeatureType, batches: &[terrane_model::Batch]) -> Result<String> {
    let version = known.gml.unwrap_or(Version::V311);
    let form = CoordinateForm { version, crs: CrsName::urn(&Crs::epsg(4326))?, decimals: DEGREE_DECIMALS };
    let mut writer = FeatureWriter::new(known.plan(None), form);
    let mut out = Vec::new();
    for batch in batches {
        writer.rows(batch, ["<gml:featureMember>", "</gml:featureMember>\n"], &mut out);
    }
    Ok(String::from_utf8(out).unwrap_or_default())
}

fn collection(types: &[FeatureType], hits: &[InfoHit], members: &str) -> String {
    let (mut spaces, mut locations) = (String::new(), String::new());
    for known in types {
        let space = format!(" xmlns:{}=\"{}\"", known.namespace.prefix, known.namespace.uri);
        if !spaces.contains(&space) {
            spaces.push_str(&space);
            let _ = write!(locations, " {} {}", known.namespace.uri, known.schema_location.unwrap_or_default());
        }
    }
    let mut sources: Vec<&str> = hits.iter().map(|hit| hit.about.attribution.as_str()).collect();
    sources.retain(|source| !source.is_empty());
    sources.dedup();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <wfs:FeatureCollection xmlns:wfs=\"http://www.opengis.net/wfs\" xmlns:gml=\"http://www.opengis.net/gml\"{spaces} \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"http://www.opengis.net/wfs \
         http://schemas.opengis.net/wfs/1.1.0/wfs.xsd{}\">\n<gml:description>{}</gml:description>\n{members}</wfs:FeatureCollection>\n",
        escape(&locations),
        escape(&sources.join(" · "))
    )
}

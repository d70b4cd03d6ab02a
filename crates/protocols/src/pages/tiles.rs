//! Pages about tiles: tile matrix sets, and tilesets with addresses to copy into other programs.

use super::render::{Page, render};
use super::words::Words;
use crate::common::reply::Reply;
use crate::common::request::Request;
use crate::common::site::Site;
use crate::ogcapi::subject::Of;
use crate::ogcapi::tiles::ask::{MVT, PNG};
use crate::ogcapi::tiles::describe::Tileset;
use crate::ogcapi::tiles::limits::suits;
use serde_json::{Value, json};
use terrane_model::Result;
use terrane_model::tiling::TileMatrixSet;

/// All tile matrix sets.
pub fn sets(site: &Site, request: &Request, document: &Value) -> Result<Reply> {
    let title = Words::of(&request.languages).say("tile_matrix_sets");
    let shows = json!({"sets": document["tileMatrixSets"], "matrices": Value::Null});
    render(site, request, Page { template: "sets.html", title, above: Vec::new(), shows })
}

/// One tile matrix set.
pub fn set(site: &Site, request: &Request, document: &Value) -> Result<Reply> {
    let words = Words::of(&request.languages);
    let above = vec![(words.say("tile_matrix_sets").to_owned(), "/tileMatrixSets".to_owned())];
    let shows = json!({"matrices": document["tileMatrices"], "crs": document["crs"], "sets": Value::Null});
    let title = document["title"].as_str().unwrap_or_default();
    render(site, request, Page { template: "sets.html", title, above, shows })
}

/// The tilesets of something: one for each set that suits it; only the one named, with its limits, when `limits` are given.
pub fn tilesets(tileset: &Tileset<'_>, limits: Option<&Value>) -> Result<Reply> {
    let Tileset { site, request, subject, set: named, place, .. } = *tileset;
    let form = if place.pictures { PNG } else { MVT };
    let template = |set: &TileMatrixSet| {
        let address = Tileset { set, ..*tileset }.template(form);
        address.replace("{tileMatrix}/{tileRow}/{tileCol}", "{z}/{y}/{x}")
    };
    let shown = site.sets.iter().filter(|set| match limits {
        Some(_) => set.id == named.id,
        None => suits(set, subject.extent.as_ref()),
    });
    let one = |set: &TileMatrixSet| {
        let of = Tileset { set, ..*tileset };
        json!({"id": set.id, "title": set.title, "crs": set.crs.name(), "path": of.path("", ""), "template": template(set)})
    };
    let mercator = site.sets.get("WebMercatorQuad").filter(|set| limits.is_none() || set.id == named.id);
    let tilejson = |set: &TileMatrixSet| site.url(&Tileset { set, ..*tileset }.path("", "f=tilejson"));
    let shows = json!({
        "vectors": !place.pictures,
        "xyz": mercator.map(|set| template(set)),
        "tilejson": mercator.map(|set| tilejson(set)),
        "sets": shown.map(|set| one(set)).collect::<Vec<_>>(),
        "limits": limits,
    });
    let above = match subject.of {
        Of::Node => Vec::new(),
        _ => vec![(subject.title.clone(), subject.path.clone())],
    };
    let title = Words::of(&request.languages).fill("tiles_of", &[("title", &subject.title)]);
    render(site, request, Page { template: "tilesets.html", title: &title, above, shows })
}

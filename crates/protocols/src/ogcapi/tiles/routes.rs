//! The only file of this folder that knows axum: tile matrix sets, tilesets and tiles of everything that is drawn.

use super::ask::{self, Place};
use super::describe::Tileset;
use super::{answer, describe, tilejson};
use crate::common::http::resource;
use crate::common::negotiate::{Form, HTML, JSON};
use crate::common::reply::Reply;
use crate::common::request::Request;
use crate::common::site::Site;
use crate::ogcapi::answer::json;
use crate::ogcapi::describe::WITH_PAGE;
use crate::ogcapi::subject::{Of, Subject};
use crate::ogcapi::{ask as common, links};
use crate::pages;
use axum::Router;
use terrane_engine::Caller;
use terrane_model::Result;
use terrane_model::tiling::TileMatrixSet;

/// Sets, tilesets, tiles.
pub fn routes(site: Site) -> Router {
    let mut router =
        Router::new().route("/tileMatrixSets", resource(sets)).route("/tileMatrixSets/{set}", resource(set));
    for (of, pattern, _) in Of::ALL {
        for pictures in [false, true] {
            let place = Place { of, pictures };
            let path = format!("{pattern}{}", place.part());
            router = router
                .route(&path, resource(move |site, request| tilesets(site, request, place)))
                .route(&format!("{path}/{{set}}"), resource(move |site, request| tileset(site, request, place)))
                .route(
                    &format!("{path}/{{set}}/{{matrix}}/{{row}}/{{column}}"),
                    resource(move |site, request| tile(site, request, place)),
                );
        }
    }
    router.with_state(site)
}

/// TileJSON 3.
const TILEJSON: Form = Form { name: "tilejson", media_type: links::TILEJSON };
const TILESET_FORMS: [Form; 3] = [JSON, TILEJSON, HTML];

/// The forms of a tileset: only one of Web Mercator has TileJSON.
fn forms_of(set: &TileMatrixSet) -> &'static [Form] {
    if tilejson::is_for(set) { &TILESET_FORMS } else { &WITH_PAGE }
}
/// Parameters of the tilesets of a node.
const OF_NODE: [&str; 3] = ["f", "lang", "collections"];

async fn sets(site: Site, request: Request) -> Result<Reply> {
    request.query.only(&common::EVERYWHERE)?;
    let form = request.form(&WITH_PAGE)?;
    let document = describe::sets(&site, &request, &WITH_PAGE);
    if form == HTML { pages::tiles::sets(&site, &request, &document) } else { Ok(json(links::JSON, &document)) }
}

async fn set(site: Site, request: Request) -> Result<Reply> {
    request.query.only(&common::EVERYWHERE)?;
    let form = request.form(&WITH_PAGE)?;
    let set = ask::set(&site, request.name(0))?;
    let document = describe::set(&site, &request, &set, &WITH_PAGE)?;
    if form == HTML { pages::tiles::set(&site, &request, &document) } else { Ok(json(links::JSON, &document)) }
}

fn check_names(request: &Request, of: Of) -> Result<()> {
    request.query.only(if of == Of::Node { &OF_NODE } else { &common::EVERYWHERE })
}

async fn tilesets(site: Site, request: Request, place: Place) -> Result<Reply> {
    check_names(&request, place.of)?;
    let form = request.form(&WITH_PAGE)?;
    let catalogue = site.engine.catalogue();
    let subject = Subject::new(&request, &catalogue, place.of, site.engine.limits())?;
    let document = describe::tilesets(&site, &request, &catalogue, &subject, place)?;
    if form != HTML {
        return Ok(json(links::JSON, &document));
    }
    let set = ask::set(&site, "WebMercatorQuad")?;
    let tileset =
        Tileset { site: &site, request: &request, catalogue: &catalogue, subject: &subject, set: &set, place };
    pages::tiles::tilesets(&tileset, None)
}

async fn tileset(site: Site, request: Request, place: Place) -> Result<Reply> {
    check_names(&request, place.of)?;
    let form = request.form(&TILESET_FORMS)?;
    let catalogue = site.engine.catalogue();
    let subject = Subject::new(&request, &catalogue, place.of, site.engine.limits())?;
    let set = ask::set(&site, request.name(place.of.names()))?;
    let tileset =
        Tileset { site: &site, request: &request, catalogue: &catalogue, subject: &subject, set: &set, place };
    match form {
        TILEJSON => Ok(json(links::TILEJSON, &tilejson::document(&tileset)?)),
        HTML => pages::tiles::tilesets(&tileset, Some(&tileset.document(forms_of(&set))?["tileMatrixSetLimits"])),
        _ => Ok(json(links::JSON, &tileset.document(forms_of(&set))?)),
    }
}

async fn tile(site: Site, request: Request, place: Place) -> Result<Reply> {
    let catalogue = site.engine.catalogue();
    let asked = ask::tile(&site, &catalogue, &request, place)?;
    let head = answer::head(&asked);
    if request.knows(&head) {
        return Ok(head);
    }
    let encoded = site.engine.tile(Caller::Public, asked.question).await?;
    answer::body(head, &request, encoded)
}

//! The only file of this folder that knows axum: tile matrix sets, tilesets and tiles of everything that is drawn.

use super::ask::{self, Place};
use super::{answer, describe, tilejson};
use crate::common::http::resource;
use crate::common::negotiate::{Form, JSON};
use crate::common::reply::Reply;
use crate::common::request::Request;
use crate::common::site::Site;
use crate::ogcapi::answer::json;
use crate::ogcapi::subject::{Of, Subject};
use crate::ogcapi::{ask as common, links};
use axum::Router;
use terrane_engine::Caller;
use terrane_model::Result;

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

const FORMS: [Form; 1] = [JSON];
/// TileJSON 3.
const TILEJSON: Form = Form { name: "tilejson", media_type: links::TILEJSON };
const TILESET_FORMS: [Form; 2] = [JSON, TILEJSON];
/// Parameters of the tilesets of a node.
const OF_NODE: [&str; 3] = ["f", "lang", "collections"];

async fn sets(site: Site, request: Request) -> Result<Reply> {
    request.query.only(&common::EVERYWHERE)?;
    request.form(&FORMS)?;
    Ok(json(links::JSON, &describe::sets(&site, &request, &FORMS)))
}

async fn set(site: Site, request: Request) -> Result<Reply> {
    request.query.only(&common::EVERYWHERE)?;
    request.form(&FORMS)?;
    let set = ask::set(&site, request.name(0))?;
    Ok(json(links::JSON, &describe::set(&site, &request, &set, &FORMS)?))
}

fn check_names(request: &Request, of: Of) -> Result<()> {
    request.query.only(if of == Of::Node { &OF_NODE } else { &common::EVERYWHERE })
}

async fn tilesets(site: Site, request: Request, place: Place) -> Result<Reply> {
    check_names(&request, place.of)?;
    request.form(&FORMS)?;
    let catalogue = site.engine.catalogue();
    let subject = Subject::new(&request, &catalogue, place.of, site.engine.limits())?;
    Ok(json(links::JSON, &describe::tilesets(&site, &request, &catalogue, &subject, place)?))
}

async fn tileset(site: Site, request: Request, place: Place) -> Result<Reply> {
    check_names(&request, place.of)?;
    let form = request.form(&TILESET_FORMS)?;
    let catalogue = site.engine.catalogue();
    let subject = Subject::new(&request, &catalogue, place.of, site.engine.limits())?;
    let set = ask::set(&site, request.name(place.of.names()))?;
    let tileset = describe::Tileset {
        site: &site,
        request: &request,
        catalogue: &catalogue,
        subject: &subject,
        set: &set,
        place,
    };
    match form {
        TILEJSON => Ok(json(links::TILEJSON, &tilejson::document(&tileset)?)),
        _ => Ok(json(links::JSON, &tileset.document(&TILESET_FORMS)?)),
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

//! The only file of this folder that knows axum: which address is answered by what.

use super::{answer, ask, conformance, describe, links, map as maps_of, openapi, rows, schema, summary, tiles};
use crate::common::http::{Answer, kept, resource};
use crate::common::negotiate::{Form, GEOJSON, HTML, JSON, KML, KMZ};
use crate::common::reply::Reply;
use crate::common::request::Request;
use crate::common::site::Site;
use crate::pages;
use axum::Router;
use describe::WITH_PAGE;
use std::sync::Arc;
use terrane_engine::Caller;
use terrane_engine::catalogue::{Catalogue, Entry};
use terrane_formats::context::{owc, wmc};
use terrane_formats::picture::png;
use terrane_model::Result;

/// The API's resources.
pub fn routes(site: Site) -> Router {
    Router::new()
        .route("/", resource(landing))
        .route("/conformance", resource(conformance))
        .route("/api", resource(api))
        .route("/collections", resource(collections))
        .route("/collections/{id}", resource(collection))
        .route("/collections/{id}/items", resource(items))
        .route("/collections/{id}/items/{feature}", resource(item))
        .route("/collections/{id}/summary", kept(summary_of))
        .route("/collections/{id}/queryables", resource(queryables))
        .route("/collections/{id}/schema", resource(schema_of))
        .route("/collections/{id}/styles", resource(styles))
        .route("/collections/{id}/styles/{style}", resource(style))
        .route("/collections/{id}/styles/{style}/legend", resource(legend))
        .route("/maps", resource(maps))
        .route("/maps/{id}", resource(map))
        .with_state(site.clone())
        .merge(tiles::routes(site.clone()))
        .merge(maps_of::routes(site))
}

/// OpenAPI as a form of its own and as JSON.
const API_FORMS: [Form; 3] = [Form { name: "json", media_type: "application/vnd.oai.openapi+json" }, JSON, HTML];
/// JSON Schema as a form of its own and as JSON.
const SCHEMA_FORMS: [Form; 3] = [Form { name: "json", media_type: links::SCHEMA_JSON }, JSON, HTML];
const CSV: Form = Form { name: "csv", media_type: "text/csv" };
const PNG: Form = Form { name: "png", media_type: "image/png" };
const ITEMS_FORMS: [Form; 5] = [GEOJSON, HTML, CSV, KML, KMZ];
const ITEM_FORMS: [Form; 2] = [GEOJSON, HTML];
/// Styles for MapLibre and QGIS, as they are called in OGC's draft of Styles.
const MAPLIBRE: Form = Form { name: "mapbox", media_type: describe::maplibre::MEDIA_TYPE };
const STYLE_FORMS: [Form; 4] = [JSON, MAPLIBRE, describe::sld::SLD11, describe::sld::SLD10];
/// Maps for other viewers.
const WMC: Form = Form { name: "wmc", media_type: "application/vnd.ogc.context+xml" };
const OWC: Form = Form { name: "owc", media_type: "application/vnd.ogc.owc+json" };
const MAP_FORMS: [Form; 5] = [JSON, HTML, MAPLIBRE, WMC, OWC];
const LEGEND_FORMS: [Form; 2] = [JSON, PNG];

async fn landing(site: Site, request: Request) -> Result<Reply> {
    request.query.only(&["f", "lang", "q"])?;
    match request.form(&WITH_PAGE)? {
        HTML => pages::landing(&site, &request),
        _ => Ok(answer::json(links::JSON, &describe::landing(&site, &request))),
    }
}

async fn conformance(site: Site, request: Request) -> Result<Reply> {
    request.query.only(&ask::EVERYWHERE)?;
    match request.form(&WITH_PAGE)? {
        HTML => pages::conformance(&site, &request),
        _ => Ok(answer::json(links::JSON, &conformance::document(&site, &request))),
    }
}

async fn api(site: Site, request: Request) -> Result<Reply> {
    request.query.only(&ask::EVERYWHERE)?;
    let form = request.form(&API_FORMS)?;
    let document = openapi::document(&site, &request, &site.engine.catalogue())?;
    match form {
        HTML => pages::api(&site, &request, &document),
        JSON => Ok(answer::json(links::JSON, &document)),
        _ => Ok(answer::json(links::OPENAPI, &document)),
    }
}

async fn collections(site: Site, request: Request) -> Result<Reply> {
    request.query.only(&["f", "lang", "q"])?;
    let catalogue = site.engine.catalogue();
    match request.form(&WITH_PAGE)? {
        HTML => pages::collections(&site, &request, &catalogue),
        _ => Ok(answer::json(links::JSON, &describe::collections(&site, &request, &catalogue)?)),
    }
}

async fn collection(site: Site, request: Request) -> Result<Reply> {
    request.query.only(&ask::EVERYWHERE)?;
    let (catalogue, entry) = entry(&site, &request)?;
    match request.form(&WITH_PAGE)? {
        HTML => pages::dataset(&site, &request, &entry).await,
        _ => Ok(answer::json(links::JSON, &describe::collection(&site, &request, &catalogue, &entry)?)),
    }
}

async fn items(site: Site, request: Request) -> Result<Answer> {
    let (catalogue, entry) = entry(&site, &request)?;
    let dataset = catalogue.open(Caller::Public, &entry.about().id)?;
    let form = request.form(&ITEMS_FORMS)?;
    let question = ask::items(&dataset, &request, site.engine.limits(), site.engine.cursor_key())?;
    match form {
        HTML => {
            let page = site.engine.features(Caller::Public, question).await?;
            pages::items(&site, &request, &entry, &page).map(Answer::Whole)
        }
        CSV => rows::table(&site, question).await,
        KML | KMZ => rows::kml(site, request, question, entry.style(None)?.clone(), form == KMZ).await,
        _ => rows::collection(site, request, question, &ITEMS_FORMS).await,
    }
}

async fn item(site: Site, request: Request) -> Result<Reply> {
    let (catalogue, entry) = entry(&site, &request)?;
    let id = entry.about().id.clone();
    let crs = ask::item_crs(&catalogue.open(Caller::Public, &id)?, &request)?;
    let form = request.form(&ITEM_FORMS)?;
    let page = site.engine.feature(Caller::Public, id, request.name(1), crs.clone()).await?;
    if form == HTML {
        return pages::item(&site, &request, &entry, &page);
    }
    let links = answer::feature_links(&site, &request, &ITEM_FORMS, &page);
    let body = site.engine.pool().run(move |_| answer::feature(&page, links)).await?;
    Ok(answer::with_crs(Reply::ok(links::GEOJSON, body), &crs))
}

async fn summary_of(site: Site, request: Request) -> Result<Reply> {
    let (catalogue, entry) = entry(&site, &request)?;
    let dataset = catalogue.open(Caller::Public, &entry.about().id)?;
    let form = request.form(&summary::answer::FORMS)?;
    let question = summary::ask::summary(&dataset, &request, site.engine.limits())?;
    let told = site.engine.summary(Caller::Public, question).await?;
    match form {
        HTML => pages::summary(&site, &request, &entry, (&told, ask::schema_of(&dataset)?)),
        form => summary::answer::reply(&site, &request, &told, form),
    }
}

async fn queryables(site: Site, request: Request) -> Result<Reply> {
    columns(&site, &request, schema::queryables)
}

async fn schema_of(site: Site, request: Request) -> Result<Reply> {
    columns(&site, &request, schema::schema)
}

fn columns(site: &Site, request: &Request, describe: schema::Describe) -> Result<Reply> {
    request.query.only(&ask::EVERYWHERE)?;
    let (catalogue, entry) = entry(site, request)?;
    let dataset = catalogue.open(Caller::Public, &entry.about().id)?;
    let form = request.form(&SCHEMA_FORMS)?;
    let document = describe(site, request, &dataset.about, ask::schema_of(&dataset)?);
    match form {
        HTML => pages::columns(site, request, &entry, &document),
        form => Ok(answer::json(form.media_type, &document)),
    }
}

async fn styles(site: Site, request: Request) -> Result<Reply> {
    request.query.only(&ask::EVERYWHERE)?;
    let (_, entry) = entry(&site, &request)?;
    match request.form(&WITH_PAGE)? {
        HTML => pages::styles(&site, &request, &entry).await,
        _ => Ok(answer::json(links::JSON, &describe::styles(&site, &request, &entry))),
    }
}

async fn style(site: Site, request: Request) -> Result<Reply> {
    request.query.only(&ask::EVERYWHERE)?;
    let form = request.form(&STYLE_FORMS)?;
    let (_, entry) = entry(&site, &request)?;
    let style = entry.style(Some(request.name(1)))?;
    Ok(match form {
        MAPLIBRE => answer::json(MAPLIBRE.media_type, &describe::maplibre::style(&site, &request, &entry, style)),
        describe::sld::SLD10 | describe::sld::SLD11 => describe::sld::style(&request, &entry, style, form),
        _ => Reply::ok(links::JSON, style.style.to_json()),
    })
}

async fn legend(site: Site, request: Request) -> Result<Reply> {
    request.query.only(&ask::EVERYWHERE)?;
    let form = request.form(&LEGEND_FORMS)?;
    let (_, entry) = entry(&site, &request)?;
    let style = entry.style(Some(request.name(1)))?;
    let legend = site.engine.legend(Caller::Public, &entry.about().id, Some(&style.name), 1.0).await?;
    if form == PNG {
        let picture = site.engine.legend_picture(legend, request.languages.clone()).await?;
        return Ok(Reply::ok(PNG.media_type, site.engine.pool().run(move |_| png::write(&picture)).await?));
    }
    Ok(answer::json(links::JSON, &describe::legend(&request, &entry, style, &legend)?))
}

async fn maps(site: Site, request: Request) -> Result<Reply> {
    request.query.only(&ask::EVERYWHERE)?;
    let catalogue = site.engine.catalogue();
    match request.form(&WITH_PAGE)? {
        HTML => pages::maps(&site, &request, &catalogue),
        _ => Ok(answer::json(links::JSON, &describe::maps(&site, &request, &catalogue))),
    }
}

async fn map(site: Site, request: Request) -> Result<Reply> {
    request.query.only(&ask::EVERYWHERE)?;
    let catalogue = site.engine.catalogue();
    let map = catalogue.map(Caller::Public, &ask::id(request.name(0))?)?;
    match request.form(&MAP_FORMS)? {
        MAPLIBRE => Ok(answer::json(MAPLIBRE.media_type, &describe::maplibre::map(&site, &request, &catalogue, &map)?)),
        WMC => Ok(Reply::ok(WMC.media_type, wmc::write(&describe::context(&site, &request, &catalogue, &map)))),
        OWC => {
            let updated = site.changed().to_string();
            Ok(Reply::ok(OWC.media_type, owc::write(&describe::context(&site, &request, &catalogue, &map), &updated)))
        }
        HTML => pages::map(&site, &request, &catalogue, &map),
        _ => Ok(answer::json(links::JSON, &describe::map(&site, &request, &catalogue, &map)?)),
    }
}

/// The collection that the address names, and the catalogue it was found in.
fn entry(site: &Site, request: &Request) -> Result<(Arc<Catalogue>, Arc<Entry>)> {
    let catalogue = site.engine.catalogue();
    let entry = Arc::clone(catalogue.entry(Caller::Public, &ask::id(request.name(0))?)?);
    Ok((catalogue, entry))
}

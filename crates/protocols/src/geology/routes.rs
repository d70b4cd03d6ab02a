//! The only file of this folder that knows axum.

use super::ask::Within;
use super::{answer, ask};
use crate::common::http::resource;
use crate::common::negotiate::{Form, JSON};
use crate::common::reply::Reply;
use crate::common::request::Request;
use crate::common::site::Site;
use crate::ogcapi::answer::json;
use crate::ogcapi::links;
use axum::Router;
use terrane_engine::Caller;
use terrane_engine::geology::AreaQuestion;
use terrane_model::Result;

const CSV: Form = Form { name: "csv", media_type: "text/csv" };

/// Everything below `/geology`.
pub fn routes(site: Site) -> Router {
    Router::new()
        .route("/geology/ask", resource(explain))
        .route("/geology/tree", resource(tree))
        .route("/geology/areas", resource(areas))
        .route("/geology/mapping", resource(mapping))
        .with_state(site)
}

async fn explain(site: Site, request: Request) -> Result<Reply> {
    ask::check_words(&request)?;
    request.form(&[JSON])?;
    let words = ask::words(&request)?;
    Ok(json(links::JSON, &answer::explained(&site, &request, &words)))
}

async fn tree(site: Site, request: Request) -> Result<Reply> {
    request.form(&[JSON])?;
    let question = ask::tree(&request, &site.engine.catalogue(), site.engine.limits())?;
    let by = question.by.clone();
    let tree = site.engine.geology_tree(Caller::Public, question).await?;
    Ok(json(links::JSON, &answer::tree(&request, &by, &tree)))
}

async fn areas(site: Site, request: Request) -> Result<Reply> {
    let form = request.form(&[JSON, CSV])?;
    let (question, within) = ask::areas(&request, &site.engine.catalogue(), site.engine.limits())?;
    let question = on_the_ground(&site, question, within).await?;
    let by = question.by.clone();
    let areas = site.engine.geology_areas(Caller::Public, question).await?;
    Ok(match form {
        CSV => Reply::ok("text/csv; charset=utf-8", answer::areas_csv(&request, &areas)),
        _ => json(links::JSON, &answer::areas(&request, &by, &areas)),
    })
}

async fn on_the_ground(site: &Site, question: AreaQuestion, within: Within) -> Result<AreaQuestion> {
    let within = match within {
        Within::Everywhere => None,
        Within::Geometry(geometry) => Some(geometry),
        Within::Feature(dataset, id) => {
            let found = site.engine.area_of(Caller::Public, dataset, &id.to_string()).await;
            Some(found.map_err(|error| error.at("within"))?)
        }
    };
    Ok(AreaQuestion { within, ..question })
}

async fn mapping(site: Site, request: Request) -> Result<Reply> {
    request.form(&[JSON])?;
    let id = ask::mapping(&request)?;
    let report = site.engine.mapping_report(Caller::Public, &id).await?;
    let catalogue = site.engine.catalogue();
    let entry = catalogue.entry(Caller::Public, &id)?;
    let views: Vec<&str> = entry.mapping().iter().flat_map(|mapping| mapping.views()).map(|view| view.name).collect();
    Ok(json(links::JSON, &answer::mapping(&id, &views, &report)))
}

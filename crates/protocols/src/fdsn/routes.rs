//! The only file of this folder that knows axum.

use super::ask::{self, Query};
use super::{BASE, VERSION, answer, describe};
use crate::common::http::{Answer, Asked, resource, respond, respond_answer};
use crate::common::kvp::Pairs;
use crate::common::reply::{self, Reply};
use crate::common::request::Request;
use crate::common::site::Site;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use std::sync::Arc;
use terrane_engine::hazard::EventQuestion;
use terrane_engine::{Caller, Cancel};
use terrane_model::{Error, Kind, Result};

/// Everything below `/fdsnws/event/1`.
pub fn routes(site: Site) -> Router {
    let below = |path: &str| format!("{BASE}/{path}");
    Router::new()
        .route(BASE, resource(usage))
        .route(&below(""), resource(usage))
        .route(&below("query"), get(query))
        .route(&below("version"), resource(version))
        .route(&below("catalogs"), resource(catalogs))
        .route(&below("contributors"), resource(contributors))
        .route(&below("application.wadl"), resource(wadl))
        .with_state(site)
}

async fn query(State(site): State<Site>, asked: Asked) -> Response {
    match answered(&site, &asked).await {
        Ok(answer) => respond_answer(answer, &asked),
        Err(error) => {
            reply::log(&error, &asked.path);
            let status = if error.kind() == Kind::Unsupported { 400 } else { reply::status(error.kind()) };
            respond(answer::failure(&site, &asked, &error, status), &asked)
        }
    }
}

async fn answered(site: &Site, asked: &Asked) -> Result<Answer> {
    let query = ask::query(&Pairs::parse(&asked.query)?, site.engine.limits())?;
    let tag = answer::tag(site, asked);
    let unchanged = asked.if_none_match.as_deref().is_some_and(|known| reply::names_tag(known, &tag));
    if unchanged {
        return Ok(Reply { tag: Some(tag), ..Reply::ok("", "") }.into());
    }
    check_limit(site, &query)?;
    let nodata = query.nodata;
    let (site_of_task, engine) = (site.clone(), Arc::clone(&site.engine));
    let task = move |cancel: &Cancel| {
        let page = engine.events_here(Caller::Public, &query.question, &answer::columns(&query), false, cancel)?;
        refuse_more(&query, page.more)?;
        Ok(if page.is_empty() { None } else { Some(answer::document(&site_of_task, &query, &page)?) })
    };
    Ok(match site.engine.pool().run(task).await? {
        Some(reply) => Reply { tag: Some(tag), ..reply }.into(),
        None if nodata == 404 => return Err(Error::not_found("No event matches the question.")),
        None => Reply::ok("", "").with_status(204).into(),
    })
}

/// An answer that would be too long is refused, not cut: the specification has 413 for it.
fn check_limit(site: &Site, query: &Query) -> Result<()> {
    let most = site.engine.limits().events_max;
    match query.question.limit > most {
        true => {
            Err(Error::too_large(format!("An answer has at most {most} events; ask for fewer with limit.")).at("limit"))
        }
        false => Ok(()),
    }
}

fn refuse_more(query: &Query, more: bool) -> Result<()> {
    let EventQuestion { limit, .. } = query.question;
    match more && !query.limited {
        true => Err(Error::too_large(format!(
            "More than {limit} events match; ask for a shorter time, a smaller area or larger magnitudes, or for pages with limit and offset."
        ))),
        false => Ok(()),
    }
}

async fn usage(site: Site, request: Request) -> Result<Reply> {
    describe::usage(&site, &request)
}

async fn version(_: Site, _: Request) -> Result<Reply> {
    Ok(Reply::ok("text/plain; charset=utf-8", VERSION))
}

async fn catalogs(site: Site, _: Request) -> Result<Reply> {
    Ok(Reply::ok("application/xml", describe::catalogs(&site.engine.event_sources(Caller::Public))))
}

async fn contributors(site: Site, _: Request) -> Result<Reply> {
    let names = site.engine.event_contributors(Caller::Public).await?;
    Ok(Reply::ok("application/xml", describe::contributors(&names)))
}

async fn wadl(site: Site, _: Request) -> Result<Reply> {
    Ok(Reply::ok("application/xml", describe::wadl(&site)))
}

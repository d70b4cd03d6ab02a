//! Asks the engine what a request asks, and words the answer: what stands between `ask` and the bytes.

use super::ask::{self, Operation};
use super::{codes, describe};
use crate::common::kvp::{Pairs, decode};
use crate::common::negotiate::languages;
use crate::common::reply::{Reply, log};
use crate::common::site::Site;
use crate::ogcapi::tiles::answer::{CACHE, ENCODER};
use crate::ows::serve;
use crate::ows::serve::Client;
use terrane_engine::{Caller, InfoQuestion};
use terrane_model::{Crs, Error, Result};

/// Whether a query asks for this service.
pub fn is_wmts(query: &str) -> bool {
    let service = Pairs::parse(query).ok().and_then(|pairs| pairs.any_case("service").map(str::to_owned));
    service.is_some_and(|service| service.eq_ignore_ascii_case("wmts"))
}

/// The answer to a query.
pub async fn answer(site: &Site, query: &str, client: &Client<'_>) -> Reply {
    let outcome = match Pairs::parse(query) {
        Ok(pairs) => match check_service(&pairs) {
            Ok(()) => answer_pairs(site, &pairs, client).await,
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    };
    outcome.unwrap_or_else(|error| {
        log(&error, query);
        codes::document(&error, false)
    })
}

/// The answer to an address below `/wmts/`. A slash that belongs to a name or a time is encoded in it.
pub async fn answer_address(site: &Site, path: &str, query: &str, client: &Client<'_>) -> Reply {
    let outcome = match pairs_of(path, query) {
        Ok(pairs) => answer_pairs(site, &pairs, client).await,
        Err(error) => Err(error),
    };
    outcome.unwrap_or_else(|error| {
        log(&error, path);
        codes::document(&error, true)
    })
}

fn pairs_of(path: &str, query: &str) -> Result<Pairs> {
    let nothing =
        || Error::not_found("There is nothing at this address; 1.0.0/WMTSCapabilities.xml lists the templates.");
    let rest = path.split_once("/wmts/1.0.0/").map(|(_, rest)| rest).ok_or_else(nothing)?;
    // A plus sign in a path is a plus sign.
    let parts: Vec<String> = rest.split('/').map(|part| decode(&part.replace('+', "%2B"))).collect::<Result<_>>()?;
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    if parts == ["WMTSCapabilities.xml"] {
        let asked = Pairs::parse(query)?;
        let language = asked.any_case("language").or_else(|| asked.any_case("lang")).unwrap_or("");
        let all = [("request", "GetCapabilities"), ("language", language)];
        return Ok(all.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect());
    }
    ask::of_address(&parts).ok_or_else(nothing)
}

fn check_service(pairs: &Pairs) -> Result<()> {
    match pairs.any_case("service") {
        Some(service) if service.eq_ignore_ascii_case("wmts") => Ok(()),
        None if pairs.any_case("request").is_some_and(|name| !name.eq_ignore_ascii_case("getcapabilities")) => Ok(()),
        None => Err(crate::ows::codes::missing("service")),
        Some(service) => {
            let shown: String = service.chars().take(32).collect();
            Err(Error::invalid(format!("The service “{shown}” is not offered here; there is WMTS.")).at("service"))
        }
    }
}

async fn answer_pairs(site: &Site, pairs: &Pairs, client: &Client<'_>) -> Result<Reply> {
    let operation = ask::operation(pairs)?;
    ask::check_version(pairs, operation)?;
    match operation {
        Operation::GetCapabilities => capabilities(site, pairs, client).await,
        Operation::GetTile => tile(site, pairs, client).await,
        Operation::GetFeatureInfo => feature_info(site, pairs, client).await,
    }
}

fn wanted(pairs: &Pairs, client: &Client<'_>) -> Vec<String> {
    let asked = pairs.any_case("language").or_else(|| pairs.any_case("lang"));
    languages(asked, client.accept_language)
}

async fn capabilities(site: &Site, pairs: &Pairs, client: &Client<'_>) -> Result<Reply> {
    let catalogue = site.engine.catalogue();
    crate::ows::ask::check_update_sequence(pairs, catalogue.sequence())?;
    let wanted = wanted(pairs, client);
    let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
    let legend_sizes = serve::legend_sizes(site, &catalogue, &wanted).await;
    let document = describe::capabilities(site, &catalogue, &wanted, &legend_sizes)?;
    let reply = Reply::ok("text/xml; charset=utf-8", document.clone()).with_tag(&[&document]);
    Ok(reply.with_header("vary", "Accept-Language"))
}

async fn tile(site: &Site, pairs: &Pairs, client: &Client<'_>) -> Result<Reply> {
    let catalogue = site.engine.catalogue();
    let asked = ask::tile(site, pairs, &catalogue)?;
    let question = &asked.question;
    let matrix = question.set.matrices.get(question.tile.matrix);
    let tile = format!("{} {matrix:?} {:?} {:?}", question.set.id, question.tile, question.form);
    let head = Reply::ok("", "").with_tag(&[ENCODER, &asked.state, &tile]);
    let head = head.with_header("cache-control", CACHE).with_header("vary", "accept-encoding");
    if client.knows(&head) {
        return Ok(head);
    }
    let encoded = site.engine.tile(Caller::Public, asked.question).await?;
    Ok(Reply { media_type: encoded.media_type.to_owned(), body: encoded.bytes, ..head })
}

async fn feature_info(site: &Site, pairs: &Pairs, client: &Client<'_>) -> Result<Reply> {
    let catalogue = site.engine.catalogue();
    let asked = ask::info(site, pairs, &catalogue)?;
    let named = pairs.any_case("infoformat").or_else(|| pairs.any_case("info_format"));
    let form = serve::info_format(named).map_err(|error| Error::invalid(error.say()).at("InfoFormat"))?;
    let view = asked.question.view()?;
    let question =
        InfoQuestion { layers: asked.question.layers, view, at_px: asked.at_px, count: INFO_ROWS, crs: Crs::crs84() };
    let hits = site.engine.info(Caller::Public, question).await?;
    let wanted = wanted(pairs, client);
    let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
    Ok(serve::told(site, &hits, form, &wanted).await?.with_header("vary", "Accept-Language"))
}

/// Rows per layer that are told of a point.
const INFO_ROWS: usize = 10;

//! Asks the engine what a request asks, and words the answer: what stands between `ask` and `answer`.

use crate::common::kvp::Pairs;
use crate::common::reply::{Reply, log, names_tag};
use crate::common::site::Site;
use crate::ows::ask::{self, Exceptions, LegendAsk, Operation, Version};
use crate::ows::describe::{self, Description, INFO_FORMATS, LegendSizes};
use crate::ows::profile::Profile;
use crate::ows::{answer, info, overlay, views};
use std::sync::Arc;
use std::time::{Duration, Instant};
use terrane_engine::catalogue::{Catalogue, Entry, StyleEntry};
use terrane_engine::{Caller, InfoHit, InfoQuestion};
use terrane_model::picture::Picture;
use terrane_model::{Crs, DatasetId, Error, Result};
use tokio::task::JoinSet;

/// What is known of whoever asks.
pub struct Client<'a> {
    /// `Accept-Language`.
    pub accept_language: Option<&'a str>,
    /// `If-None-Match`.
    pub known_tag: Option<&'a str>,
    /// Whether nothing has changed since the date of `If-Modified-Since`.
    pub unchanged: bool,
}

impl Client<'_> {
    /// Whether the client has this answer already, so that nothing needs drawing.
    pub(super) fn knows(&self, reply: &Reply) -> bool {
        let tag = reply.tag.as_deref().unwrap_or_default();
        self.unchanged || self.known_tag.is_some_and(|known| names_tag(known, tag))
    }
}

/// The answer to a query.
pub async fn answer(site: &Site, query: &str, client: &Client<'_>) -> Reply {
    answer_as(site, query, client, None).await
}

/// The answer to a query, with capabilities in the words of a profile when there is one.
pub(super) async fn answer_as(site: &Site, query: &str, client: &Client<'_>, profile: Option<&Profile>) -> Reply {
    match Pairs::parse(query) {
        Ok(pairs) => answer_pairs(site, query, &pairs, client, profile).await,
        Err(error) => answer::error(&error, Version::V130),
    }
}

/// The answer to what was posted.
pub async fn answer_posted(site: &Site, query: &str, body: &[u8], client: &Client<'_>) -> Reply {
    match ask::post::posted(query, body) {
        Ok(pairs) => answer_pairs(site, query, &pairs, client, None).await,
        Err(error) => answer::error(&error, Version::V130),
    }
}

/// The answer to a body that is longer than what is read.
pub fn too_long(bytes_max: usize) -> Reply {
    answer::error(&Error::too_large(format!("A request has at most {bytes_max} bytes.")), Version::V130)
}

async fn answer_pairs(
    site: &Site,
    query: &str,
    pairs: &Pairs,
    client: &Client<'_>,
    profile: Option<&Profile>,
) -> Reply {
    let version = ask::version(pairs);
    let operation = ask::check_service(pairs).and_then(|()| ask::operation(pairs));
    let shows_errors = matches!(operation, Ok(Operation::GetMap | Operation::GetLegendGraphic));
    let outcome = match operation {
        Ok(Operation::GetCapabilities) => capabilities(site, pairs, (version, profile), client).await,
        Ok(Operation::GetMap) if overlay::packed(pairs).is_some() => overlay::reply(site, pairs, version, profile),
        Ok(Operation::GetMap) => map(site, pairs, version, client).await,
        Ok(Operation::GetFeatureInfo) => feature_info(site, pairs, version, client).await,
        Ok(Operation::GetLegendGraphic) => legend(site, pairs, client).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(reply) => reply,
        Err(error) => {
            log(&error, query);
            let drawn = if shows_errors { error_picture(site, pairs, version, &error).await } else { None };
            drawn.unwrap_or_else(|| answer::error(&error, version))
        }
    }
}

/// The error as a picture, when one is wanted and can be drawn.
async fn error_picture(site: &Site, pairs: &Pairs, version: Version, error: &Error) -> Option<Reply> {
    let wanted = ask::exceptions(pairs);
    let size = ask::size(pairs).ok().filter(|[width, height]| *width.max(height) <= ERROR_SIDE_PX_MAX)?;
    let background = ask::background(pairs).unwrap_or([255; 4]);
    let drawn = match wanted {
        Exceptions::Xml => return None,
        Exceptions::Blank => Picture::filled(size[0], size[1], background),
        Exceptions::InImage => {
            site.engine.message_picture(answer::sentence(error, version), size, background).await.ok()?
        }
    };
    answer::error_picture(&drawn, error, version).ok()
}

/// Errors are drawn as pictures up to this size; past it they are XML.
const ERROR_SIDE_PX_MAX: u32 = 2_048;

async fn capabilities(
    site: &Site,
    pairs: &Pairs,
    (version, profile): (Version, Option<&Profile>),
    client: &Client<'_>,
) -> Result<Reply> {
    let catalogue = site.engine.catalogue();
    ask::check_update_sequence(pairs, catalogue.sequence())?;
    let wanted = ask::wanted_languages(pairs, client.accept_language);
    let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
    let legend_sizes = legend_sizes(site, &catalogue, &wanted).await;
    let limits = site.engine.limits();
    let description =
        Description { site, catalogue: &catalogue, limits, languages: &wanted, legend_sizes: &legend_sizes, profile };
    let media_type = match version {
        Version::V130 => "text/xml; charset=utf-8",
        Version::V111 => "application/vnd.ogc.wms_xml; charset=utf-8",
    };
    let document = describe::capabilities(&description, version);
    let tag = [document.as_str()];
    Ok(Reply::ok(media_type, document.clone()).with_tag(&tag).with_header("vary", "Accept-Language"))
}

/// The sizes of all legends that can be had in time. One that cannot be drawn is left out; one that came too late is there the
/// next time.
pub(super) async fn legend_sizes(site: &Site, catalogue: &Catalogue, wanted: &[&str]) -> LegendSizes {
    let until = Instant::now() + LEGENDS_TIME;
    let (mut sizes, mut running) = (LegendSizes::new(), JoinSet::new());
    let mut left = catalogue.entries(Caller::Public).flat_map(|entry| legends_of(entry, wanted));
    loop {
        while running.len() < LEGENDS_AT_ONCE && Instant::now() < until {
            let Some((id, style, language)) = left.next() else { break };
            let engine = Arc::clone(&site.engine);
            running.spawn(async move {
                let size = engine.legend_size(Caller::Public, &id, &style, language.as_deref()).await;
                ((id, style), size)
            });
        }
        match running.join_next().await {
            Some(Ok((of, Ok(size)))) => drop(sizes.insert(of, size)),
            Some(_) => {}
            None => return sizes,
        }
    }
}

fn legends_of(entry: &Entry, wanted: &[&str]) -> Vec<(DatasetId, String, Option<String>)> {
    let language = describe::legend_language(entry, wanted).map(str::to_owned);
    let of = |style: &StyleEntry| (entry.about().id.clone(), style.name.clone(), language.clone());
    entry.styles().into_iter().map(of).collect()
}

/// How long capabilities wait for the sizes of legends that are not known yet.
const LEGENDS_TIME: Duration = Duration::from_millis(1_500);
/// Legends drawn at the same time for capabilities.
const LEGENDS_AT_ONCE: usize = 4;

async fn map(site: &Site, pairs: &Pairs, version: Version, client: &Client<'_>) -> Result<Reply> {
    let catalogue = site.engine.catalogue();
    let asked = ask::map(pairs, version, &catalogue, site.engine.limits())?;
    let view = format!("{:?}{:?}{:?}", asked.picture.view, asked.picture.background, asked.format);
    let head = Reply::ok("", "").with_tag(&[ENCODER, &asked.state, &view]);
    let head = head.with_header("cache-control", PICTURE_CACHE).with_header("vary", "accept-encoding");
    if client.knows(&head) {
        return Ok(head);
    }
    let encoded = site.engine.map(Caller::Public, asked.picture, asked.format).await?;
    Ok(Reply { media_type: encoded.media_type.to_owned(), body: encoded.bytes, ..head })
}

/// The version of the renderer and the encoder: pictures of another one are others.
const ENCODER: &str = env!("CARGO_PKG_VERSION");
/// Pictures may be kept for a minute, then are asked for again by their tag.
const PICTURE_CACHE: &str = "public, max-age=60, must-revalidate";

async fn feature_info(site: &Site, pairs: &Pairs, version: Version, client: &Client<'_>) -> Result<Reply> {
    let catalogue = site.engine.catalogue();
    let question = ask::info(pairs, version, &catalogue, site.engine.limits())?;
    let form = info_format(pairs.any_case("info_format"))?;
    let question = InfoQuestion {
        layers: question.layers,
        view: question.view,
        at_px: question.at_px,
        count: question.count,
        crs: Crs::crs84(),
    };
    let hits = site.engine.info(Caller::Public, question).await?;
    let wanted = ask::wanted_languages(pairs, client.accept_language);
    let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
    told(site, &hits, form, &wanted).await
}

/// What was hit in the form asked.
pub(super) async fn told(site: &Site, hits: &[InfoHit], form: &str, languages: &[&str]) -> Result<Reply> {
    match form {
        views::FORM => views::reply(&site.engine, &site.engine.catalogue(), hits).await,
        _ => Ok(info::reply(hits, form, languages)),
    }
}

/// The form of a feature-info answer; clients' other names for the same forms are understood.
pub(super) fn info_format(asked: Option<&str>) -> Result<&'static str> {
    let wanted = asked.unwrap_or(INFO_FORMATS[0]);
    let plain = wanted.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    match plain.as_str() {
        "application/geo+json" | "geojson" | "application/geojson" => Ok("application/json"),
        "text/xml" | "application/vnd.ogc.gml/3.1.1" | "gml" => Ok("application/vnd.ogc.gml"),
        known => INFO_FORMATS.into_iter().find(|form| *form == known).ok_or_else(|| {
            let say = format!("The answer can be {}.", INFO_FORMATS.join(", "));
            Error::unsupported(say).at("info_format")
        }),
    }
}

async fn legend(site: &Site, pairs: &Pairs, client: &Client<'_>) -> Result<Reply> {
    let catalogue = site.engine.catalogue();
    let asked = ask::legend(pairs, &catalogue)?;
    // A language in the address settles it, so that the picture there is the same for everybody.
    let wanted = match ask::language(pairs) {
        Some(_) => ask::wanted_languages(pairs, None),
        None => ask::wanted_languages(pairs, client.accept_language),
    };
    let state = legend_state(&asked, &catalogue)?;
    let spoken = wanted.join(",");
    let tagged = |reply: Reply| {
        let headers = [("vary", "Accept-Language"), ("cache-control", PICTURE_CACHE)];
        let reply = reply.with_tag(&[ENCODER, &state, &spoken]);
        Reply { headers: headers.map(|(name, value)| (name, value.to_owned())).to_vec(), ..reply }
    };
    let known = tagged(Reply::ok("image/png", ""));
    if client.knows(&known) {
        return Ok(known);
    }
    let LegendAsk { dataset, style, own_style, sharpness } = asked;
    let legend = match own_style {
        Some(own) => site.engine.legend_of(Caller::Public, &dataset, own, sharpness).await?,
        None => site.engine.legend(Caller::Public, &dataset, style.as_deref(), sharpness).await?,
    };
    let picture = site.engine.legend_picture(legend, wanted).await?;
    site.engine.pool().run(move |_| answer::picture(&picture)).await.map(tagged)
}

fn legend_state(asked: &LegendAsk, catalogue: &Catalogue) -> Result<String> {
    let entry = catalogue.entry(Caller::Public, &asked.dataset)?;
    if let Some(own) = &asked.own_style {
        return Ok(format!("{}@{}/own@{}/{}", asked.dataset, entry.state(), own.digest(), asked.sharpness));
    }
    let style = entry.style(asked.style.as_deref())?;
    Ok(format!("{}@{}/{}@{}/{}", asked.dataset, entry.state(), style.name, style.version, asked.sharpness))
}

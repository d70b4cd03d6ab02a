//! Asks the engine what a request asks, and words the answer: what stands between `ask` and `answer`.

use crate::common::kvp::Pairs;
use crate::common::negotiate::languages;
use crate::common::reply::{Reply, log};
use crate::common::site::Site;
use crate::ows::ask::{self, Exceptions, Operation, Version};
use crate::ows::describe::{self, Description, INFO_FORMATS, LegendSizes};
use crate::ows::{answer, info};
use terrane_engine::catalogue::Catalogue;
use terrane_engine::{Caller, InfoQuestion};
use terrane_model::{Crs, Error, Result};

/// What is known of whoever asks.
pub struct Client<'a> {
    /// `Accept-Language`.
    pub accept_language: Option<&'a str>,
    /// `If-None-Match`.
    pub known_tag: Option<&'a str>,
}

impl Client<'_> {
    /// Whether the client has this answer already, so that nothing needs drawing.
    fn knows(&self, reply: &Reply) -> bool {
        let tag = reply.tag.as_deref().unwrap_or_default();
        self.known_tag.is_some_and(|known| {
            known.split(',').any(|one| one.trim().trim_start_matches("W/").trim_matches('"') == tag)
        })
    }
}

/// The answer to a query.
pub async fn answer(site: &Site, query: &str, client: &Client<'_>) -> Reply {
    match Pairs::parse(query) {
        Ok(pairs) => answer_pairs(site, query, &pairs, client).await,
        Err(error) => answer::error(&error, Version::V130, Exceptions::Xml, None),
    }
}

async fn answer_pairs(site: &Site, query: &str, pairs: &Pairs, client: &Client<'_>) -> Reply {
    let version = ask::version(pairs);
    let outcome = match ask::check_service(pairs).and_then(|()| ask::operation(pairs)) {
        Ok(Operation::GetCapabilities) => capabilities(site, pairs, version, client).await,
        Ok(Operation::GetMap) => map(site, pairs, version, client).await,
        Ok(Operation::GetFeatureInfo) => feature_info(site, pairs, version, client).await,
        Ok(Operation::GetLegendGraphic) => legend(site, pairs, client).await,
        Err(error) => Err(error),
    };
    outcome.unwrap_or_else(|error| {
        log(&error, query);
        let size = ask::view(pairs, version).ok().filter(|view| view.width_px.max(view.height_px) <= ERROR_SIDE_PX_MAX);
        answer::error(&error, version, ask::exceptions(pairs), size.map(|view| [view.width_px, view.height_px]))
    })
}

/// Errors are drawn as pictures up to this size; past it they are XML.
const ERROR_SIDE_PX_MAX: u32 = 2_048;

async fn capabilities(site: &Site, pairs: &Pairs, version: Version, client: &Client<'_>) -> Result<Reply> {
    let catalogue = site.engine.catalogue();
    ask::check_update_sequence(pairs, catalogue.sequence())?;
    let wanted = languages(pairs.any_case("language"), client.accept_language);
    let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
    let legend_sizes = legend_sizes(site, &catalogue).await;
    let limits = site.engine.limits();
    let description =
        Description { site, catalogue: &catalogue, limits, languages: &wanted, legend_sizes: &legend_sizes };
    let media_type = match version {
        Version::V130 => "text/xml; charset=utf-8",
        Version::V111 => "application/vnd.ogc.wms_xml; charset=utf-8",
    };
    let document = describe::capabilities(&description, version);
    let tag = [document.as_str()];
    Ok(Reply::ok(media_type, document.clone()).with_tag(&tag).with_header("vary", "Accept-Language"))
}

/// The sizes of all legends; one that cannot be drawn is left out.
async fn legend_sizes(site: &Site, catalogue: &Catalogue) -> LegendSizes {
    let mut sizes = LegendSizes::new();
    for entry in catalogue.entries(Caller::Public) {
        let id = &entry.record().about.id;
        for style in entry.styles() {
            if let Ok(size) = site.engine.legend_size(Caller::Public, id, &style.name).await {
                sizes.insert((id.clone(), style.name.clone()), size);
            }
        }
    }
    sizes
}

async fn map(site: &Site, pairs: &Pairs, version: Version, client: &Client<'_>) -> Result<Reply> {
    let catalogue = site.engine.catalogue();
    let asked = ask::map(pairs, version, &catalogue, site.engine.limits())?;
    let view = format!("{:?}{:?}", asked.picture.view, asked.picture.background);
    let tagged =
        |reply: Reply| reply.with_tag(&[ENCODER, &asked.state, &view]).with_header("cache-control", PICTURE_CACHE);
    let known = tagged(Reply::ok("image/png", ""));
    if client.knows(&known) {
        return Ok(known);
    }
    let picture = site.engine.picture(Caller::Public, asked.picture.clone()).await?;
    let reply = site.engine.pool().run(move |_| answer::picture(&picture)).await?;
    Ok(tagged(reply))
}

/// The version of the renderer and the encoder: pictures of another one are others.
const ENCODER: &str = env!("CARGO_PKG_VERSION");
/// Pictures may be kept for a minute, then are asked for again by their tag.
const PICTURE_CACHE: &str = "public, max-age=60, must-revalidate";

async fn feature_info(site: &Site, pairs: &Pairs, version: Version, client: &Client<'_>) -> Result<Reply> {
    let catalogue = site.engine.catalogue();
    let question = ask::info(pairs, version, &catalogue, site.engine.limits())?;
    let form = info_format(pairs)?;
    let question = InfoQuestion {
        layers: question.layers,
        view: question.view,
        at_px: question.at_px,
        count: question.count,
        crs: Crs::crs84(),
    };
    let hits = site.engine.info(Caller::Public, question).await?;
    let wanted = languages(pairs.any_case("language"), client.accept_language);
    let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
    Ok(info::reply(&hits, form, &wanted))
}

/// The form of a feature-info answer; clients' other names for the same forms are understood.
fn info_format(pairs: &Pairs) -> Result<&'static str> {
    let wanted = pairs.any_case("info_format").unwrap_or(INFO_FORMATS[0]);
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
    ask::picture_format(pairs)?;
    let (id, style, sharpness) = ask::legend(pairs, &site.engine.catalogue())?;
    let wanted = languages(pairs.any_case("language"), client.accept_language);
    let legend = site.engine.legend(Caller::Public, &id, style.as_deref(), sharpness).await?;
    let picture = site.engine.legend_picture(legend, wanted).await?;
    site.engine.pool().run(move |_| answer::picture(&picture)).await
}

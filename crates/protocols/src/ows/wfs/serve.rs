//! Asks the engine what a request asks, and words the answer: what stands between `ask` and the bytes.

use super::answer::{self, Collection, Frame, GeoJson, Part, Table, Totals, Values};
use super::ask::{Format, Plan, Version};
use super::codes;
use super::describe::{self, Described, TimeForm, TimeForms};
use super::looked_up::{Asked, Refusal, What, of_pairs, of_posted};
use super::types::{self, FeatureType, PropertyKind};
use crate::common::flow::{Begun, Flow, Piecewise, begun};
use crate::common::http::Answer;
use crate::common::kvp::{Pairs, encode};
use crate::common::negotiate::languages;
use crate::common::reply::{Reply, log};
use crate::common::site::Site;
use crate::ows::serve::Client;
use std::sync::Arc;
use terrane_engine::{Caller, Cancel, FeatureQuestion, publish};
use terrane_formats::features::gml::Version as Gml;
use terrane_model::batch::Value;
use terrane_model::limits::WFS_ROWS_MAX;
use terrane_model::query::Columns;
use terrane_model::schema::ColumnKind;
use terrane_model::{Crs, Error, Result};

/// Whether a query asks for this service.
pub fn is_wfs(query: &str) -> bool {
    let service = Pairs::parse(query).ok().and_then(|pairs| pairs.any_case("service").map(str::to_owned));
    service.is_some_and(|service| service.eq_ignore_ascii_case("wfs"))
}

/// The answer to a query.
pub async fn answer(site: &Site, query: &str, client: &Client<'_>) -> Answer {
    finished(site, of_pairs(site, query), client, query).await
}

/// The answer to a document that was posted, or to pairs that a form has posted.
pub async fn answer_posted(site: &Site, query: &str, body: &[u8], client: &Client<'_>) -> Answer {
    let plain = std::str::from_utf8(body).unwrap_or("").trim_start_matches('\u{feff}').trim();
    if !plain.starts_with('<') && plain.contains('=') {
        return finished(site, of_pairs(site, &[query, plain].join("&")), client, query).await;
    }
    let asked = of_posted(site, body);
    // What is posted is not kept: nothing in the address tells what it was.
    let nobody = Client { accept_language: client.accept_language, known_tag: None, unchanged: false };
    finished(site, asked, &nobody, "a posted document").await
}

async fn finished(site: &Site, asked: Result<Asked, Refusal>, client: &Client<'_>, shown: &str) -> Answer {
    let (version, outcome) = match asked {
        Ok(asked) => (asked.version, made(site, asked, client, shown).await),
        Err(refusal) => {
            let (error, version) = *refusal;
            (version, Err(error))
        }
    };
    outcome.unwrap_or_else(|error| {
        log(&error, shown);
        Answer::Whole(codes::document(&error, version))
    })
}

/// The answer to a document that is longer than is read.
pub fn too_long(most_bytes: usize) -> Reply {
    let say = format!("A request has at most {most_bytes} bytes.");
    codes::document(&Error::too_large(say).at(codes::BODY), Version::V200)
}

const XML: &str = "text/xml; charset=utf-8";

async fn made(site: &Site, asked: Asked, client: &Client<'_>, shown: &str) -> Result<Answer> {
    let wanted = languages(asked.language.as_deref(), client.accept_language);
    let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
    let catalogue = site.engine.catalogue();
    let document = |text: String| {
        let reply = Reply::ok(XML, text.clone()).with_tag(&[&text]).with_header("vary", "Accept-Language");
        Ok(Answer::Whole(reply))
    };
    match asked.what {
        What::Capabilities { sections, update_sequence } => {
            let pairs = update_sequence.map(|text| ("updatesequence".to_owned(), text)).into_iter().collect();
            crate::ows::ask::check_update_sequence(&pairs, catalogue.sequence())?;
            let types = types::all(site, &catalogue);
            let (sequence, version) = (catalogue.sequence(), asked.version);
            document(describe::capabilities(&Described {
                site,
                types: &types,
                languages: &wanted,
                version,
                sequence,
                sections: &sections,
            })?)
        }
        What::Types { types, gml } => {
            let times = time_forms(site, &types).await?;
            let types: Vec<&FeatureType> = types.iter().collect();
            document(describe::schema(site, &types, gml, &times, &wanted)).map(|answer| as_schema(answer, gml))
        }
        What::StoredListed => document(describe::stored_queries_listed(&types::all(site, &catalogue), asked.version)),
        What::StoredDescribed { ids } => {
            document(describe::stored_queries_described(&types::all(site, &catalogue), asked.version, &ids))
        }
        What::Features { plan, again, of_identity } => {
            let sequence = catalogue.state();
            let head = Reply::ok(plan.media_type.as_str(), "").with_tag(&[env!("CARGO_PKG_VERSION"), &sequence, shown]);
            if client.knows(&head) {
                return Ok(Answer::Whole(head));
            }
            let head = Reply { tag: head.tag.filter(|_| client.known_tag.is_some() || !again.is_empty()), ..head };
            features(site, *plan, &again, (head, of_identity)).await
        }
    }
}

/// A schema under the media type of its version.
fn as_schema(answer: Answer, gml: Gml) -> Answer {
    let media_type = if gml == Gml::V321 { "application/gml+xml; version=3.2" } else { "text/xml; subtype=gml/3.1.1" };
    match answer {
        Answer::Whole(reply) => Answer::Whole(Reply { media_type: media_type.to_owned(), ..reply }),
        other => other,
    }
}

/// How finely the times of types are known, which their schemas have to say.
async fn time_forms(site: &Site, types: &[FeatureType]) -> Result<TimeForms> {
    let mut forms = TimeForms::new();
    for known in types.iter().filter(|known| known.schema_location.is_none()) {
        let is_time = |kind: PropertyKind| kind == PropertyKind::Values(ColumnKind::Time);
        let columns = known.properties.iter().filter(|property| is_time(property.kind));
        let names: Vec<String> = columns.filter_map(|property| property.column.clone()).collect();
        if names.is_empty() {
            continue;
        }
        let mut question = FeatureQuestion::new(known.entry.about().id.clone());
        question.query.columns = Columns::These { names: names.clone(), geometry: false };
        question.query.limit = Some(WFS_ROWS_MAX);
        question.rows_max = Some(WFS_ROWS_MAX);
        let seen = site.engine.feature_stream(Caller::Public, question, move |mut stream, cancel| {
            let mut seen = vec![TimeForm::default(); names.len()];
            while let Some(batch) = stream.batch(cancel)? {
                for feature in batch.features() {
                    for (name, form) in names.iter().zip(&mut seen) {
                        if let Value::Time(when) = feature.get(name) {
                            form.see(when.precision);
                        }
                    }
                }
            }
            Ok(names.into_iter().zip(seen).collect::<Vec<_>>())
        });
        forms.extend(seen.await?.into_iter().map(|(name, form)| ((known.qualified(), name), form)));
    }
    Ok(forms)
}

async fn features(
    site: &Site,
    plan: Plan,
    again: &[(String, String)],
    (head, of_identity): (Reply, Option<bool>),
) -> Result<Answer> {
    let mut counted = Vec::with_capacity(plan.queries.len());
    for query in &plan.queries {
        counted.push(site.engine.count(Caller::Public, query.question.clone()).await?);
    }
    let (parts, totals) = answer::parts(&plan, counted, site.engine.limits().sort_rows_max);
    let totals = if plan.hits { Totals { returned: 0, ..totals } } else { totals };
    let frame = frame(site, &plan, again, totals);
    if let Some(of_identity) = of_identity {
        let gml = if plan.format == Format::Gml(Gml::V311) { Gml::V311 } else { Gml::V321 };
        let values = Values::new(&plan, gml, frame, totals, of_identity);
        return match plan.hits {
            true => Ok(Answer::Whole(Reply { body: values.hits().into(), ..head })),
            false => flowing(site, head, answer::written(Arc::clone(&site.engine), parts, values)).await,
        };
    }
    if plan.by_id && matches!(plan.format, Format::Gml(_)) && !plan.hits {
        return one(site, &plan, parts, &frame, head).await;
    }
    written(site, plan, (parts, totals), frame, head).await
}

async fn written(
    site: &Site,
    plan: Plan,
    (parts, totals): (Vec<Part>, Totals),
    frame: Frame,
    head: Reply,
) -> Result<Answer> {
    let engine = || Arc::clone(&site.engine);
    let abouts = || plan.queries.iter().map(|query| query.feature_type.entry.about()).collect::<Vec<_>>();
    let crs = plan.queries.first().map_or_else(Crs::crs84, |query| query.question.crs.clone());
    match plan.format {
        Format::GeoJson => {
            let document = GeoJson::new(frame, totals, crs, &abouts())?;
            let parts = if plan.hits { Vec::new() } else { parts };
            flowing(site, head, answer::written(engine(), parts, document)).await
        }
        format if plan.hits => {
            let gml = if let Format::Gml(gml) = format { gml } else { Gml::V321 };
            let collection = Collection::new(&plan, gml, frame, totals);
            Ok(Answer::Whole(Reply { body: collection.hits().into(), ..head }))
        }
        Format::Gml(gml) => {
            let document = Collection::new(&plan, gml, frame, totals);
            flowing(site, head, answer::written(engine(), parts, document)).await
        }
        Format::Csv => flowing(site, head, answer::written(engine(), parts, Table::default())).await,
        Format::GeoPackage => file(site, parts, head, "gpkg").await,
        Format::Shapefile => file(site, parts, head, "zip").await,
    }
}

/// A document: whole when it is small, else written while it is sent.
async fn flowing<T: Piecewise>(site: &Site, head: Reply, writing: T) -> Result<Answer> {
    let first = site.engine.pool().run(move |cancel| begun(writing, cancel)).await?;
    Ok(sent(site, head, first))
}

fn sent<T: Piecewise>(site: &Site, head: Reply, first: Begun<T>) -> Answer {
    match first {
        Begun::Whole(body) => Answer::Whole(Reply { body, ..head }),
        Begun::Part(piece, rest) => Answer::Flowing(head, Flow::new(Arc::clone(&site.engine), piece, rest)),
    }
}

/// The only query's rows as a file.
async fn file(site: &Site, mut parts: Vec<Part>, head: Reply, ending: &str) -> Result<Answer> {
    let part = parts.pop().ok_or_else(|| Error::internal("a request without a query"))?;
    let name = format!("attachment; filename=\"{}.{ending}\"", part.planned.feature_type.entry.about().id);
    let (engine, packed) = (Arc::clone(&site.engine), ending == "zip");
    let make = move |cancel: &Cancel| {
        let made =
            if packed { answer::shapefile(&engine, &part, cancel) } else { answer::geopackage(&engine, &part, cancel) };
        begun(made?, cancel)
    };
    let first = site.engine.pool().run(make).await?;
    Ok(sent(site, head.with_header("content-disposition", name), first))
}

/// One feature by its id.
async fn one(site: &Site, plan: &Plan, mut parts: Vec<Part>, frame: &Frame, head: Reply) -> Result<Answer> {
    let gone = || Error::not_found("There is no feature of this id here.").at("id");
    let part = parts.pop().filter(|part| part.totals.returned > 0).ok_or_else(gone)?;
    let page = site.engine.features(Caller::Public, part.question()).await?;
    let batch = page.batches.first().ok_or_else(gone)?;
    let gml = if plan.format == Format::Gml(Gml::V311) { Gml::V311 } else { Gml::V321 };
    let body = answer::by_id(&part.planned, gml, frame, batch)?;
    Ok(Answer::Whole(Reply { body: body.into(), ..head }))
}

fn frame(site: &Site, plan: &Plan, again: &[(String, String)], totals: Totals) -> Frame {
    let limit = site.engine.limits().request_uri_bytes_max;
    let pages = plan.count > 0 && !plan.by_id && plan.version != Version::V110;
    let link = |start: usize, count: usize| {
        let pairs = again.iter().map(|(key, value)| format!("{}={}", encode(key), encode(value)));
        let own = [format!("STARTINDEX={start}"), format!("COUNT={count}")];
        let address = site.url(&format!("/wfs?{}", pairs.chain(own).collect::<Vec<_>>().join("&")));
        Some(address).filter(|address| address.len() <= limit)
    };
    let end = plan.start.saturating_add(usize::try_from(totals.returned).unwrap_or(usize::MAX));
    // Only their number is asked for: with a size of pages, the first of them comes next (09-025r2, 7.7.4.2).
    let more = if plan.hits { plan.count_given } else { totals.returned > 0 };
    let more = pages && more && (end as u64) < totals.matched;
    let before = pages && !plan.hits && plan.start > 0;
    Frame {
        site: site.clone(),
        time: publish::now().to_string(),
        next: more.then(|| link(end, plan.count)).flatten(),
        previous: before.then(|| link(plan.start.saturating_sub(plan.count), plan.count.min(plan.start))).flatten(),
    }
}

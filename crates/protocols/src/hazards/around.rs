//! One event and one place as documents: everything that belongs to them, with sources.

use super::answer::{attributions, charts, feature, feature_of, number_value, round, section};
use super::solutions;
use crate::common::request::Request;
use crate::common::site::Site;
use serde_json::{Value, json};
use terrane_engine::Caller;
use terrane_engine::hazard::{
    EventPage, EventReport, Felt, NearSource, PlaceCount, PlaceReport, SECTION_WIDTH_KM, SlabDepth,
};
use terrane_hazard::geodesy::{Position, distance_and_azimuth, wind};
use terrane_hazard::recurrence::{Count, SECONDS_PER_YEAR, recurrence};
use terrane_hazard::source::SourceRole;
use terrane_model::batch::Value as Cell;

/// One event and what belongs to it.
pub fn event(site: &Site, request: &Request, report: &EventReport) -> Value {
    let about = report.source.entry.about();
    let features = |page: &EventPage| -> Vec<Value> {
        page.events().map(|event| with_distance(feature(site, &event), report.at)).collect()
    };
    let itself = report.event.events().next();
    let section = report.section.as_ref().map(|(line, found)| {
        let mut document = section(found, SECTION_WIDTH_KM);
        document["line"] = json!(line);
        document
    });
    json!({
        "event": itself.as_ref().map(|event| feature(site, event)),
        "columns": columns(request, report),
        "solutions": itself.as_ref().map(|event| solutions::told(&event.row())),
        "elsewhere": features(&report.elsewhere),
        "nearby": {
            "earthquakes": features(&report.largest),
            "tsunamis": features(&report.tsunamis),
            "faults": report.faults.iter().map(|found| near(site, found)).collect::<Vec<_>>(),
            "volcanoes": report.volcanoes.iter().map(|found| near(site, found)).collect::<Vec<_>>(),
            "slab": report.slab.as_ref().map(slab),
        },
        "history": charts(request, &report.around, &report.largest),
        "section": section,
        "sources": sources(site, request, report),
        "collection": {"id": about.id.as_str(), "title": request.say(&about.title)},
    })
}

/// All that the table says of the event, in the table's own words.
fn columns(request: &Request, report: &EventReport) -> Vec<Value> {
    let Some(rows) = report.event.tables.first() else { return Vec::new() };
    let Some(batch) = rows.batches.first() else { return Vec::new() };
    let Some(row) = batch.rows().next() else { return Vec::new() };
    let known = &report.source.schema.columns;
    let told = batch.schema.columns.iter().zip(&batch.columns).filter_map(|(column, values)| {
        let value = match values.get(row) {
            Cell::Null | Cell::Nested(_) | Cell::Bytes(_) => return None,
            Cell::Int(number) => number.into(),
            Cell::Float(number) => number_value(number),
            Cell::Bool(truth) => truth.into(),
            other => Value::from(other.to_string()),
        };
        let described = known.iter().find(|known| known.name == column.name).unwrap_or(column);
        let title = request.say(&described.title);
        let title = if title.is_empty() { described.name.as_str() } else { title };
        Some(json!({"name": described.name, "title": title, "unit": described.unit, "value": value}))
    });
    told.collect()
}

/// What the page rests on.
fn sources(site: &Site, request: &Request, report: &EventReport) -> Vec<Value> {
    let pages = [&report.event, &report.elsewhere, &report.tsunamis, &report.largest];
    let mut all: Vec<Value> = Vec::new();
    for rows in pages.into_iter().flat_map(|page| &page.tables) {
        let about = rows.source.entry.about();
        let source = json!({
            "title": request.say(&about.title), "licence": about.licence.title, "attribution": about.attribution,
            "page": site.page_url(&about.id),
        });
        if !all.contains(&source) {
            all.push(source);
        }
    }
    all
}

/// A feature with how far it is and in which direction.
fn with_distance(mut feature: Value, from: Option<[f64; 2]>) -> Value {
    let to = feature["geometry"]["coordinates"].as_array().and_then(|at| Some([at[0].as_f64()?, at[1].as_f64()?]));
    if let (Some(from), Some(to)) = (from, to) {
        let position = |at: [f64; 2]| Position::new(at[0], at[1]);
        let (distance_m, azimuth) = distance_and_azimuth(position(from), position(to));
        feature["properties"]["distanceKm"] = round(distance_m / 1000.0, 2).into();
        feature["properties"]["direction"] = wind(azimuth).into();
    }
    feature
}

/// A fault, a volcano or a run-up.
fn near(site: &Site, found: &NearSource) -> Value {
    let mut document = json!({
        "kind": found.kind.name(),
        "collection": found.feature.0,
        "id": found.feature.1,
        "name": found.name,
        "distanceKm": round(found.distance_km, 2),
        "direction": wind(found.azimuth),
        "attribution": found.attribution,
        "page": site.url(&crate::ogcapi::links::below(&found.feature.0, &["items", &found.feature.1])),
    });
    for (role, text) in &found.facts {
        document[fact(*role)] = text.as_str().into();
    }
    document
}

fn fact(role: SourceRole) -> &'static str {
    match role {
        SourceRole::Name => "name",
        SourceRole::OtherName => "otherName",
        SourceRole::Type => "type",
        SourceRole::SlipRate => "slipRateMmA",
        SourceRole::LastActive => "lastActive",
        SourceRole::Country => "country",
        SourceRole::Depth => "depthKm",
        SourceRole::Height => "heightM",
        SourceRole::Distance => "inundationM",
        SourceRole::Thickness => "thicknessCm",
        SourceRole::Year => "year",
    }
}

fn slab(found: &SlabDepth) -> Value {
    json!({"name": found.name, "depthKm": round(found.depth_km, 1), "attribution": found.attribution})
}

/// What there is around a place.
pub fn place(site: &Site, request: &Request, report: &PlaceReport) -> Value {
    let features = |page: &EventPage| -> Vec<Value> {
        page.events().map(|event| with_distance(feature(site, &event), Some(report.at))).collect()
    };
    let all = |found: &[NearSource]| found.iter().map(|found| near(site, found)).collect::<Vec<_>>();
    let mut named: Vec<String> = [&report.earthquakes, &report.eruptions, &report.tsunamis]
        .into_iter()
        .flat_map(|page| attributions(page))
        .chain(report.faults.iter().chain(&report.volcanoes).chain(&report.run_ups).map(|it| it.attribution.as_str()))
        .map(str::to_owned)
        .collect();
    named.sort_unstable();
    named.dedup();
    json!({
        "place": {"lon": report.at[0], "lat": report.at[1]},
        "radiusKm": number_value(report.radius_km),
        "faults": all(&report.faults),
        "volcanoes": all(&report.volcanoes),
        "runUps": all(&report.run_ups),
        "slab": report.slab.as_ref().map(slab),
        "earthquakes": {
            "largest": features(&report.earthquakes),
            "felt": report.felt.iter().map(|it| felt(site, it)).collect::<Vec<_>>(),
            "vs30": report.vs30_m_s,
            "counts": report.counts.iter().map(|it| count(site, request, it)).collect::<Vec<_>>(),
        },
        "eruptions": features(&report.eruptions),
        "tsunamis": features(&report.tsunamis),
        "assumptions": ASSUMPTIONS,
        "sources": named,
    })
}

/// An earthquake with how it is estimated to have shaken the place.
fn felt(site: &Site, felt: &Felt) -> Value {
    let mut feature = feature_of(site, &felt.table, &felt.row);
    feature["properties"]["distanceKm"] = round(felt.distance_km, 2).into();
    feature["properties"]["direction"] = wind(felt.azimuth).into();
    feature["properties"]["shaking"] = json!({
        "mmi": round(felt.shaking.mmi, 1),
        "jma": round(felt.shaking.jma, 1),
        "pgaG": round(felt.shaking.pga_g, 4),
        "pgvCmS": round(felt.shaking.pgv_cm_s, 2),
        "cautions": felt.shaking.cautions,
    });
    feature
}

/// What the numbers of a place rest on.
const ASSUMPTIONS: [&str; 4] = [
    "Shaking is estimated, not measured: the median of Boore et al. (2014) for the distance to the epicentre on ground with the Vs30 stated, as intensity by Worden et al. (2012); earthquakes deeper than 70 km are left out, and a great rupture may have come much nearer than its epicentre.",
    "Distances are on the ellipsoid WGS 84, to the nearest point of a line.",
    "A rate is the number of earthquakes that a catalogue tells within the radius since 1900, over the years that it tells of; it holds only for magnitudes from which the catalogue is complete, and counts aftershocks.",
    "The depth of a slab is read between its two nearest lines of equal depth.",
];

/// A number that JSON can tell.
fn finite(number: f64) -> Option<f64> {
    number.is_finite().then(|| round(number, 2))
}

fn count(site: &Site, request: &Request, count: &PlaceCount) -> Value {
    let catalogue = site.engine.catalogue();
    let about = catalogue.abouts(Caller::Public).find(|about| about.id.as_str() == count.table);
    let years = (count.period[1].0 - count.period[0].0) as f64 / 1e6 / SECONDS_PER_YEAR;
    let per_year = if years > 0.0 { count.count as f64 / years } else { 0.0 };
    let recurrence = recurrence(Count { events: count.count, years, declustered: false }).ok();
    let ends = recurrence.as_ref().map(|it| [it.return_years.low, it.return_years.high].map(finite));
    json!({
        "returnYears95": ends,
        "probability50Years": recurrence.as_ref().map(|it| round(it.probability(50.0).best, 4)),
        "catalog": count.table,
        "title": about.map(|about| request.say(&about.title)),
        "minMagnitude": count.min_magnitude,
        "count": count.count,
        "since": count.period[0].to_string(),
        "until": count.period[1].to_string(),
        "years": round(years, 2),
        "perYear": round(per_year, 6),
        "returnYears": (per_year > 0.0).then(|| round(1.0 / per_year, 2)),
    })
}

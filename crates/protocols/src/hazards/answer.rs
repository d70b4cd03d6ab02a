//! Events as documents.

use crate::common::kvp::{encode, encode_into};
use crate::common::request::Request;
use crate::common::site::Site;
use crate::ogcapi::links::{self, link};
use crate::pages::Words;
use serde_json::{Map, Value, json};
use terrane_engine::hazard::{
    BIN_WIDTH, Charts, EarthquakeCharts, Event, EventPage, EventSource, Section, SectionEvent, is_stood_for,
};
use terrane_engine::{Caller, publish};
use terrane_formats::events::EventRow;
use terrane_hazard::kind::Kind;
use terrane_model::time::Interval;

/// The tables of events of this node.
pub fn tables(site: &Site, request: &Request, sources: &[EventSource]) -> Value {
    let table = |source: &EventSource| {
        let about = source.entry.about();
        json!({
            "collection": about.id.as_str(),
            "title": request.say(&about.title),
            "kind": source.table.kind.name(),
            "count": about.rows,
            "period": about.period.map(|period| ends(&period)),
            "roles": source.table.columns().map(|(role, column)| (role.column_name().to_owned(), column.into())).collect::<Map<_, _>>(),
            "asked": !is_stood_for(source, sources),
            "standsFor": about.stands_for.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "attribution": about.attribution,
            "licence": about.licence.title,
            "state": source.entry.state(),
            "page": site.page_url(&about.id),
        })
    };
    json!({
        "tables": sources.iter().map(table).collect::<Vec<_>>(),
        "sources": source_kinds(site),
        "kinds": Kind::NAMES.iter().map(|(_, name)| *name).collect::<Vec<_>>(),
        "links": [
            link("self", links::JSON, "This document", &site.url("/hazards?f=json")),
            link("items", links::GEOJSON, "Events", &site.url("/hazards/events")),
            link("service", "application/xml", "FDSN event service", &site.url("/fdsnws/event/1/application.wadl")),
        ],
    })
}

/// What there is tables of, beside events: faults, volcanoes and what else events come from or leave behind.
fn source_kinds(site: &Site) -> Vec<&'static str> {
    let tables = site.engine.source_tables(Caller::Public);
    let mut kinds: Vec<&str> = tables.iter().map(|(_, table)| table.kind.name()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

fn ends(period: &Interval) -> [Value; 2] {
    [period.start, period.end].map(|end| end.map_or(Value::Null, |instant| instant.to_string().into()))
}

/// A page of events as a GeoJSON FeatureCollection.
pub fn events(site: &Site, request: &Request, page: &EventPage, skip: usize) -> Value {
    let features: Vec<Value> = page.events().map(|event| feature(site, &event)).collect();
    let mut all_links = links::own(site, request, &[crate::common::negotiate::GEOJSON]);
    if page.more {
        let next = request.query_with("offset", Some(&(skip + page.len()).to_string()));
        all_links.push(link("next", links::GEOJSON, "The next page", &site.url(&format!("{}{next}", request.path))));
    }
    json!({
        "type": "FeatureCollection",
        "numberMatched": page.matched,
        "numberReturned": page.len(),
        "timeStamp": publish::now().to_string(),
        "attribution": attributions(page),
        "features": features,
        "links": all_links,
    })
}

/// How to name the sources of the events on a page.
pub fn attributions(page: &EventPage) -> Vec<&str> {
    page.tables.iter().map(|rows| rows.source.entry.about().attribution.as_str()).filter(|it| !it.is_empty()).collect()
}

/// One event as a GeoJSON feature.
pub fn feature(site: &Site, event: &Event<'_>) -> Value {
    feature_of(site, event.rows.source.id().as_str(), &event.row())
}

/// A row of a table as a GeoJSON feature.
pub fn feature_of(site: &Site, catalog: &str, row: &EventRow<'_>) -> Value {
    let position = row.lon_deg.zip(row.lat_deg);
    json!({
        "type": "Feature",
        "id": format!("{catalog}/{}", row.id),
        "geometry": position.map(|(lon, lat)| json!({"type": "Point", "coordinates": [round(lon, 7), round(lat, 7)]})),
        "properties": properties(site, catalog, row),
    })
}

/// The address of the page of an event.
pub fn page_of(site: &Site, catalog: &str, id: &str) -> String {
    site.url(&format!("/hazards/events/{}/{}", encode(catalog), encode(id)))
}

/// Addresses of the pages of many events, written one over the other: what is the same for a table is written once.
pub struct PageAddresses<'a> {
    site: &'a Site,
    table: Option<&'a EventSource>,
    text: String,
    /// Bytes that are the same for all events of the table.
    same: usize,
}

impl<'a> PageAddresses<'a> {
    /// None yet.
    pub fn new(site: &'a Site) -> Self {
        Self { site, table: None, text: String::new(), same: 0 }
    }

    /// As [`page_of`].
    pub fn of(&mut self, table: &'a EventSource, id: &str) -> &str {
        if !self.table.is_some_and(|known| std::ptr::eq(known, table)) {
            self.text = page_of(self.site, table.id().as_str(), "");
            (self.table, self.same) = (Some(table), self.text.len());
        }
        self.text.truncate(self.same);
        encode_into(id, &mut self.text);
        &self.text
    }
}

/// A number with as many decimals as it is told with.
pub fn round(number: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    (number * scale).round() / scale
}

fn properties(site: &Site, catalog: &str, row: &EventRow<'_>) -> Map<String, Value> {
    let mut all = Map::new();
    let mut say = |name: &str, value: Value| {
        if !value.is_null() && value.as_str() != Some("") {
            all.insert(name.to_owned(), value);
        }
    };
    say("kind", row.kind.name().into());
    say("catalog", catalog.into());
    say("eventId", row.id.as_ref().into());
    if let Some(time) = &row.time {
        say("time", time.to_string().into());
        say("earliest", time.earliest.to_string().into());
        say("latest", time.latest.to_string().into());
    }
    for (name, number) in numbers(row) {
        say(name, number.map_or(Value::Null, |number| number_value(round(number, 6))));
    }
    for (name, text) in texts(row) {
        say(name, text.into());
    }
    say("updated", row.updated.as_ref().map_or(Value::Null, |when| when.to_string().into()));
    if let [Some(strike), Some(dip), Some(rake), ..] = row.planes_deg {
        say("mechanism", json!({"strike": strike, "dip": dip, "rake": rake}));
    }
    say("tsunami", if row.tsunami_id.is_empty() { Value::Null } else { true.into() });
    say("page", page_of(site, catalog, &row.id).into());
    all
}

/// A whole number without a point.
pub fn number_value(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 1e15 { (number as i64).into() } else { number.into() }
}

fn numbers(row: &EventRow<'_>) -> [(&'static str, Option<f64>); 12] {
    [
        ("magnitude", row.magnitude),
        ("depthKm", row.depth_km),
        ("vei", row.vei),
        ("waterHeightM", row.water_height_m),
        ("runUps", row.run_ups),
        ("intensity", row.intensity),
        ("deaths", row.deaths),
        ("totalDeaths", row.total_deaths),
        ("missing", row.missing),
        ("injuries", row.injuries),
        ("damageMillionUsd", row.damage_million_usd),
        ("housesDestroyed", row.houses),
    ]
}

fn texts<'r>(row: &'r EventRow<'_>) -> [(&'static str, &'r str); 9] {
    [
        ("magnitudeType", &row.magnitude_type),
        ("eventType", &row.event_type),
        ("place", &row.place),
        ("country", &row.country),
        ("volcano", &row.volcano),
        ("status", &row.status),
        ("cause", &row.cause),
        ("validity", &row.validity),
        ("author", &row.author),
    ]
}

/// Charts as numbers.
pub fn charts(request: &Request, charts: &Charts, largest: &EventPage) -> Value {
    let words = Words::of(&request.languages);
    let deaths = charts.deaths.iter().map(|((decade, kind), (deaths, events))| {
        json!({"decade": decade, "kind": kind.name(), "deaths": number_value(*deaths), "events": events})
    });
    let mut all = json!({
        "matched": charts.matched,
        "notes": notes(charts, &words),
        "deaths": {"byDecade": deaths.collect::<Vec<_>>()},
    });
    if let Some(earthquakes) = &charts.earthquakes {
        all["earthquakes"] = earthquakes_in_numbers(earthquakes, largest, &words);
    }
    if !charts.eruptions.is_empty() {
        all["eruptions"] =
            json!({"byVei": charts.eruptions.iter().map(|(vei, count)| json!([vei, count])).collect::<Vec<_>>()});
    }
    if !charts.tsunamis.is_empty() {
        all["tsunamis"] = json!({"byHeight": charts.tsunamis.iter().map(|(height, count)| json!([height, count])).collect::<Vec<_>>()});
    }
    all
}

/// What is to be known before a chart is read, in the language asked.
fn notes(charts: &Charts, words: &Words) -> Vec<String> {
    (charts.tables > 1).then(|| words.say("hazard_note_tables").to_owned()).into_iter().collect()
}

fn earthquakes_in_numbers(charts: &EarthquakeCharts, largest: &EventPage, words: &Words) -> Value {
    let bins = charts.histogram.bins().zip(charts.histogram.cumulative());
    let bins: Vec<Value> = bins.map(|((centre, count), (_, sum))| json!([round(centre, 3), count, sum])).collect();
    let columns = charts.columns;
    let steps = charts.cumulative.len();
    let cumulative = charts.cumulative.iter().enumerate();
    let cumulative: Vec<Value> =
        cumulative.map(|(at, count)| json!([charts.edge(at + 1, steps).to_string(), count])).collect();
    let depths = charts.depths.iter().enumerate().map(|(at, count)| {
        let [from, to] = EarthquakeCharts::depth_bin_km(at);
        json!([from, to, count])
    });
    let lowest = charts.histogram.bins().next().map_or(0.0, |(centre, _)| centre);
    let bin_count = charts.histogram.bins().count();
    let edges = (0..=bin_count).map(|at| round(lowest + (at as f64 - 0.5) * BIN_WIDTH, 3));
    json!({
        "catalog": charts.catalog.as_str(),
        "count": charts.count,
        "years": round(charts.years, 4),
        "period": charts.period.map(|instant| instant.to_string()),
        "frequency": frequency(charts, &bins, words),
        "magnitudeTime": {
            "cells": charts.cells,
            "timeEdges": (0..=columns).map(|at| charts.edge(at, columns).to_string()).collect::<Vec<_>>(),
            "magEdges": edges.collect::<Vec<_>>(),
            "largest": largest.events().map(|event| mention(&event)).collect::<Vec<_>>(),
        },
        "cumulative": cumulative,
        "depth": depths.collect::<Vec<_>>(),
    })
}

fn frequency(charts: &EarthquakeCharts, bins: &[Value], words: &Words) -> Value {
    let law = charts.law.as_ref();
    json!({
        "binWidth": BIN_WIDTH,
        "bins": bins,
        "mc": charts.mc.map(|mc| round(mc.maximum_curvature, 3)),
        "mcCorrected": charts.mc.map(|mc| round(mc.corrected, 3)),
        "b": law.map(|law| law.b),
        "sigma": law.map(|law| law.sigma_shi_bolt),
        "sigmaAki": law.map(|law| law.sigma_aki),
        "a": law.map(|law| law.a),
        "aPerYear": law.map(|law| law.a_per_year(charts.years)),
        "events": law.map(|law| law.count),
        "aftershocksLeftOut": charts.left_out,
        "weichert": charts.weichert,
        "method": words.say("hazard_method"),
    })
}

/// An event in a few words.
pub fn mention(event: &Event<'_>) -> Value {
    let row = event.row();
    json!({
        "id": format!("{}/{}", event.rows.source.id(), row.id),
        "time": row.time.as_ref().map(ToString::to_string),
        "magnitude": row.magnitude,
        "vei": row.vei,
        "deaths": row.deaths,
        "place": if row.volcano.is_empty() { row.place.as_ref() } else { row.volcano.as_ref() },
    })
}

/// A section as numbers.
pub fn section(section: &Section, width_km: f64) -> Value {
    let event = |event: &SectionEvent| {
        json!({
            "id": format!("{}/{}", event.id.0, event.id.1),
            "km": round(event.along_km, 3),
            "offKm": round(event.off_km, 3),
            "depthKm": event.depth_km,
            "magnitude": event.magnitude,
            "time": event.time,
        })
    };
    json!({
        "lengthKm": round(section.length_km, 3),
        "widthKm": width_km,
        "numberMatched": section.matched,
        "events": section.events.iter().map(event).collect::<Vec<_>>(),
        "slabs": section.slabs.iter().map(slab_line).collect::<Vec<_>>(),
        "attribution": section.attributions,
    })
}

fn slab_line((name, points): &(String, Vec<[f64; 2]>)) -> Value {
    let points = points.iter().map(|at| at.map(|km| round(km, 2)));
    json!({"name": name, "points": points.collect::<Vec<_>>()})
}

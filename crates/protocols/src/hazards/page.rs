//! The page of an event and the page of a place: the same documents that programs get, for people and for paper.

use super::answer::round;
use super::{answer, around, figures, solutions};
use crate::common::reply::Reply;
use crate::common::request::Request;
use crate::common::site::Site;
use crate::pages::preview::Preview;
use crate::pages::{Page, Words, render, when_in_words};
use serde_json::{Value, json};
use terrane_engine::Caller;
use terrane_engine::hazard::{EarthquakeCharts, EventPage, EventReport, PlaceReport};
use terrane_formats::events::EventRow;
use terrane_hazard::geodesy::wind;
use terrane_hazard::kind::Kind;
use terrane_hazard::source::SourceKind;
use terrane_model::{Bbox, DatasetId, Result};

/// The size of the map of a page, pixels.
const PICTURE: [u32; 2] = [760, 520];
/// The ground that it shows from the place to its upper edge, degrees of latitude.
const GROUND_DEG: f64 = 2.2;

/// The page of an event.
pub fn event(site: &Site, request: &Request, report: &EventReport) -> Result<Reply> {
    let words = Words::of(&request.languages);
    let found = report.event.events().next();
    let row = found.as_ref().map(terrane_engine::hazard::Event::row).unwrap_or_default();
    let title = title(&row, &words);
    let shows = json!({
        "doc": around::event(site, request, report),
        "status": status(&row, &words),
        "facts": facts(&row, report, &words),
        "forms": forms(site, report, &row),
        "picture": report.at.and_then(|at| picture(site, at, Some(report.source.id().as_str()), GROUND_DEG)),
        "picture_size": PICTURE,
    });
    let mut shows = with_figures(shows, report, &row, &words);
    if let Some((ball, planes)) = solutions::beachball(&row, words.say("hazard_beachball")) {
        shows["beachball"] = ball.into();
        shows["planes"] = planes.into();
    }
    let about = report.source.entry.about();
    let above = vec![(request.say(&about.title).to_owned(), format!("/d/{}", about.id))];
    render(site, request, Page { template: "event.html", title: &title, above, shows })
}

/// "M 9.1 – 2011 Great Tohoku Earthquake, Japan".
fn title(row: &EventRow<'_>, words: &Words) -> String {
    let kind = words.say(match row.kind {
        Kind::Earthquake => "hazard_kind_earthquake",
        Kind::Eruption => "hazard_kind_eruption",
        Kind::Tsunami => "hazard_kind_tsunami",
        Kind::Landslide => "hazard_kind_landslide",
    });
    let size = match row.kind {
        Kind::Earthquake | Kind::Landslide => row.magnitude.map(|magnitude| format!("M {}", one_decimal(magnitude))),
        Kind::Eruption => row.vei.map(|vei| format!("VEI {vei}")),
        Kind::Tsunami => row.water_height_m.map(|height| format!("{height} m")),
    };
    let name = if row.volcano.is_empty() { &row.place } else { &row.volcano };
    let parts = [Some(kind.to_owned()), size].into_iter().flatten().collect::<Vec<_>>().join(" ");
    if name.is_empty() { parts } else { format!("{parts} – {name}") }
}

/// A magnitude as people say it: with one decimal, or with more when it has more.
fn one_decimal(number: f64) -> String {
    if (number * 10.0).fract().abs() < 1e-9 { format!("{number:.1}") } else { round(number, 2).to_string() }
}

fn status(row: &EventRow<'_>, words: &Words) -> Option<String> {
    match row.status.to_lowercase().as_str() {
        "" => None,
        "automatic" | "preliminary" => Some(words.say("hazard_status_automatic").to_owned()),
        "reviewed" | "manual" | "final" | "confirmed" => Some(words.say("hazard_status_reviewed").to_owned()),
        _ => Some(row.status.to_string()),
    }
}

fn facts(row: &EventRow<'_>, report: &EventReport, words: &Words) -> Vec<Value> {
    let number = |number: Option<f64>| number.map(|number| round(number, 4).to_string());
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let with = |value: Option<f64>, error: Option<f64>, unit: &str| {
        let error = error.map_or_else(String::new, |error| format!(" ± {error}"));
        value.map(|value| format!("{}{error}{unit}", round(value, 4)))
    };
    let magnitude = with(row.magnitude, row.magnitude_error, "").map(|it| format!("{it} {}", row.magnitude_type));
    let position = row
        .lat_deg
        .zip(row.lon_deg)
        .map(|(lat, lon)| format!("{}, {}", degrees(lat, "N", "S"), degrees(lon, "E", "W")));
    let slab = report.slab.as_ref().map(|slab| {
        format!("{} {} km", slab.name.as_deref().unwrap_or_default(), slab.depth_km.round()).trim().to_owned()
    });
    let told = [
        ("hazard_time", row.time.as_ref().map(|when| when_in_words(when, words))),
        ("hazard_position", position),
        ("hazard_magnitude", magnitude.map(|it| it.trim().to_owned())),
        ("hazard_depth", with(row.depth_km, row.depth_error_km, " km")),
        ("hazard_vei", number(row.vei)),
        ("hazard_water", with(row.water_height_m, None, " m")),
        ("hazard_volcano", text(&row.volcano)),
        ("hazard_country", text(&row.country)),
        ("hazard_cause", text(&row.cause)),
        ("hazard_validity", text(&row.validity)),
        ("hazard_intensity", number(row.intensity)),
        ("hazard_deaths", number(row.deaths)),
        ("hazard_total_deaths", number(row.total_deaths.filter(|total| row.deaths != Some(*total)))),
        ("hazard_missing", number(row.missing)),
        ("hazard_injuries", number(row.injuries)),
        ("hazard_damage", number(row.damage_million_usd)),
        ("hazard_houses", number(row.houses)),
        ("hazard_slab", slab),
        ("hazard_author", text(if row.author.is_empty() { &row.contributor } else { &row.author })),
        ("hazard_updated", row.updated.as_ref().map(|when| when_in_words(when, words))),
    ];
    told.into_iter().filter_map(|(key, text)| Some(json!({"label": words.say(key), "text": text?}))).collect()
}

fn degrees(value: f64, positive: &str, negative: &str) -> String {
    format!("{}° {}", round(value.abs(), 4), if value < 0.0 { negative } else { positive })
}

/// The event in forms for programs, and on the map.
fn forms(site: &Site, report: &EventReport, row: &EventRow<'_>) -> Vec<Value> {
    let query = |format: &str| {
        let (catalog, id) = (report.source.id().as_str(), crate::common::kvp::encode(&row.id));
        site.url(&format!("{}/query?catalog={catalog}&eventid={id}&format={format}", crate::fdsn::BASE))
    };
    [("QuakeML", "xml"), ("Text", "text"), ("GeoJSON", "geojson"), ("CSV", "csv")]
        .into_iter()
        .map(|(title, format)| json!({"title": title, "href": query(format)}))
        .collect()
}

/// A map around a place: the base map, faults and volcanoes, and the events of a table.
fn picture(site: &Site, [lon, lat]: [f64; 2], events: Option<&str>, ground_deg: f64) -> Option<String> {
    let catalogue = site.engine.catalogue();
    let base = catalogue.maps(Caller::Public).find_map(|map| map.base.clone());
    let sources = site.engine.source_tables(Caller::Public);
    let of_kind = |kind: SourceKind| {
        sources.iter().filter(move |(_, table)| table.kind == kind).map(|(entry, _)| entry.about().id.as_str())
    };
    let mut layers: Vec<&str> = base.iter().map(DatasetId::as_str).collect();
    layers.extend(of_kind(SourceKind::Slab).chain(of_kind(SourceKind::Fault)).chain(of_kind(SourceKind::Volcano)));
    layers.extend(events);
    let wide = ground_deg * f64::from(PICTURE[0]) / f64::from(PICTURE[1]) / lat.to_radians().cos().max(0.2);
    let ground = Bbox { min: [lon - wide, lat - ground_deg], max: [lon + wide, lat + ground_deg] };
    Preview { layers, ground, size: PICTURE }.path()
}

fn with_figures(mut shows: Value, report: &EventReport, row: &EventRow<'_>, words: &Words) -> Value {
    let said = figure_words(words);
    if let Some((_, found)) = report.section.as_ref().filter(|(_, found)| found.events.len() > 2) {
        shows["section_figure"] = figures::section(found, &row.id, &said).into();
        let count = found.matched.to_string();
        let length = found.length_km.round().to_string();
        let width = (terrane_engine::hazard::SECTION_WIDTH_KM / 2.0).to_string();
        let values = [("width", width.as_str()), ("length", length.as_str()), ("count", count.as_str())];
        shows["section_caption"] = words.fill("hazard_section_caption", &values).into();
    }
    if let Some(charts) = report.around.earthquakes.as_ref().filter(|charts| charts.count > 2) {
        shows["history_figure"] = figures::history(charts, &said).into();
        let count = charts.count.to_string();
        let values = [("catalog", charts.catalog.as_str()), ("count", count.as_str())];
        shows["history_caption"] = words.fill("hazard_history_caption", &values).into();
        shows["frequency_figure"] = figures::frequency(charts, &said).into();
        shows["frequency_caption"] = frequency_caption(charts, words).into();
    }
    shows
}

fn frequency_caption(charts: &EarthquakeCharts, words: &Words) -> String {
    let Some(law) = &charts.law else { return words.say("hazard_no_b").to_owned() };
    let texts = [
        ("b", format!("{:.2}", law.b)),
        ("sigma", format!("{:.2}", law.sigma_shi_bolt)),
        ("mc", format!("{:.1}", law.mc)),
        ("events", law.count.to_string()),
    ];
    let values: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (*name, text.as_str())).collect();
    words.fill("hazard_frequency_caption", &values)
}

fn figure_words<'w>(words: &'w Words) -> figures::Words<'w> {
    figures::Words {
        depth: words.say("hazard_depth_axis"),
        along: words.say("hazard_along_axis"),
        magnitude: words.say("hazard_magnitude_axis"),
        number: words.say("hazard_number_axis"),
        year: words.say("hazard_year_axis"),
        says_section: words.say("hazard_says_section"),
        says_history: words.say("hazard_says_history"),
        says_frequency: words.say("hazard_says_frequency"),
    }
}

/// The page of a place.
pub fn place(site: &Site, request: &Request, report: &PlaceReport) -> Result<Reply> {
    let words = Words::of(&request.languages);
    let [lon, lat] = report.at;
    let named = format!("{}, {}", degrees(lat, "N", "S"), degrees(lon, "E", "W"));
    let title = words.fill("hazard_place_title", &[("place", &named)]);
    let assumptions =
        ["hazard_assumption_shaking", "hazard_assumption_distance", "hazard_assumption_rate", "hazard_assumption_slab"];
    // A degree of latitude is 111 km; a little more than the radius is seen.
    let ground_deg = (report.radius_km / 111.0 * 1.05).clamp(0.2, 20.0);
    let events = site.engine.event_sources(Caller::Public).into_iter().find(|it| it.table.kind == Kind::Earthquake);
    let events = events.map(|source| source.id().to_string());
    let shows = json!({
        "doc": around::place(site, request, report),
        "facts": place_facts(report, &words),
        "assumptions": assumptions.map(|key| words.say(key)),
        "picture": picture(site, report.at, events.as_deref(), ground_deg),
        "picture_size": PICTURE,
    });
    render(site, request, Page { template: "place.html", title: &title, above: Vec::new(), shows })
}

fn place_facts(report: &PlaceReport, words: &Words) -> Vec<Value> {
    let nearest = |found: &[terrane_engine::hazard::NearSource]| {
        found.first().map(|near| {
            let name = near.name.as_deref().unwrap_or(words.say("hazard_no_name"));
            format!("{name}, {} km {}", round(near.distance_km, 1), wind(near.azimuth))
        })
    };
    let largest = report.earthquakes.events().next().map(|event| title(&event.row(), words));
    let slab = report.slab.as_ref().map(|slab| {
        format!("{} {} km", slab.name.as_deref().unwrap_or_default(), slab.depth_km.round()).trim().to_owned()
    });
    let none = || words.say("hazard_none").to_owned();
    [
        ("hazard_nearest_fault", nearest(&report.faults)),
        ("hazard_nearest_volcano", nearest(&report.volcanoes)),
        ("hazard_strongest", largest),
        ("hazard_slab", slab),
    ]
    .into_iter()
    .map(|(key, text)| json!({"label": words.say(key), "text": text.unwrap_or_else(none)}))
    .collect()
}

/// Orders that people choose, with their words.
const ORDERS: [(&str, &str); 5] = [
    ("-time", "hazard_order_newest"),
    ("time", "hazard_order_oldest"),
    ("-magnitude", "hazard_order_largest"),
    ("-deaths", "hazard_order_deadliest"),
    ("-vei", "hazard_order_vei"),
];
/// What people ask for in the form of the page.
const ASKED: [&str; 9] = ["q", "kind", "start", "end", "minmag", "minvei", "mindeaths", "fault", "sort"];

/// The page of all events: a form, a list, and the tables that they are from.
pub fn events(site: &Site, request: &Request, page: &EventPage, skip: usize) -> Result<Reply> {
    let words = Words::of(&request.languages);
    let given = |name: &str| request.query.once(name).ok().flatten().unwrap_or_default().to_owned();
    let asked: serde_json::Map<String, Value> =
        ASKED.iter().map(|name| ((*name).to_owned(), given(name).into())).collect();
    let sources = site.engine.event_sources(Caller::Public);
    let matched = page.matched.unwrap_or(page.len() as u64).to_string();
    let turned = |offset: usize| {
        let query = request.query_with("offset", Some(&offset.to_string()));
        site.url(&format!("/hazards/events{query}"))
    };
    let shows = json!({
        "asked": asked,
        "kinds": Kind::NAMES.iter().map(|(_, name)| *name).collect::<Vec<_>>(),
        "orders": ORDERS.map(|(name, word)| json!({"name": name, "word": word})),
        "count": words.fill("hazard_count", &[("count", matched.as_str())]),
        "features": page.events().map(|event| answer::feature(site, &event)).collect::<Vec<_>>(),
        "next": page.more.then(|| turned(skip + page.len())),
        "before": (skip > 0).then(|| turned(skip.saturating_sub(page.len().max(1)))),
        "geojson": site.url(&format!("/hazards/events{}", request.query_with("f", Some("json")))),
        "has_faults": site.engine.source_tables(Caller::Public).iter().any(|(_, table)| table.kind == SourceKind::Fault),
        "tables": answer::tables(site, request, &sources)["tables"],
    });
    let title = words.say("hazard_events_title");
    render(site, request, Page { template: "hazards.html", title, above: Vec::new(), shows })
}

//! Answers as documents.

use super::ask::{REPRESENTATIVE, Words};
use crate::common::kvp::encode;
use crate::common::request::Request;
use crate::common::site::Site;
use crate::ogcapi::links::{self, link};
use serde_json::{Value, json};
use terrane_engine::geology::{AreaRow, Areas, MappingReport, Node, Tree};
use terrane_geology::legend::Class;
use terrane_geology::time::{self, Unit};
use terrane_geology::vocabulary;
use terrane_model::DatasetId;

/// What was understood of the words for an age and a rock.
pub fn explained(site: &Site, request: &Request, words: &Words) -> Value {
    let language = request.languages.first().map_or("en", String::as_str);
    let age = words.age.as_ref().map(|(text, age)| {
        let unit = age.older.filter(|older| age.younger.is_some_and(|younger| younger.id == older.id));
        json!({
            "text": text, "older_ma": age.older_ma, "younger_ma": age.younger_ma,
            "unit": unit.map(|unit| of_unit(unit, language)),
            "older": age.older.map(|unit| of_unit(unit, language)),
            "younger": age.younger.map(|unit| of_unit(unit, language)),
        })
    });
    let lithology = words.lithology.map(|rock| {
        let kinds = vocabulary::named("simplelithology").map_or(0, |all| all.descendants(&rock.id).len());
        json!({"id": rock.id, "uri": rock.uri, "title": rock.label(language), "kinds": kinds})
    });
    json!({
        "collection": words.collection.as_str(),
        "age": age,
        "relation": words.relation,
        "role": words.role.map_or(REPRESENTATIVE, |role| role.name),
        "lithology": lithology,
        "main": words.main,
        "defaults": words.defaults,
        "filter": words.filter_text(),
        "chart": time::chart().version(),
        "attribution": time::chart().attribution(),
        "links": explained_links(site, words),
    })
}

fn of_unit(unit: &Unit, language: &str) -> Value {
    json!({
        "id": unit.id, "uri": unit.uri(), "title": unit.label(language), "colour": unit.colour_hex(),
        "older_ma": unit.older_ma, "younger_ma": unit.younger_ma,
    })
}

fn explained_links(site: &Site, words: &Words) -> Vec<Value> {
    let id = words.collection.as_str();
    let filter = encode(&words.filter_text());
    let href = |path: &str, more: &str| site.url(&format!("{path}?filter={filter}{more}"));
    vec![
        link("items", links::GEOJSON, "The units", &href(&links::below(id, &["items"]), "&f=json")),
        link(links::MAP, "image/png", "A map of them", &href(&links::below(id, &["map"]), "")),
        link("related", links::JSON, "Their legend", &href("/geology/tree", &format!("&collection={id}&by=age"))),
        link("related", links::JSON, "Their areas", &href("/geology/areas", &format!("&collection={id}&by=age"))),
    ]
}

/// A legend as a tree.
pub fn tree(request: &Request, by: &str, tree: &Tree) -> Value {
    json!({
        "by": by,
        "column": tree.column,
        "unknown": tree.unknown,
        "branches": tree.branches.iter().map(|node| branch(request, node)).collect::<Vec<_>>(),
        "chart": time::chart().version(),
        "attribution": time::chart().attribution(),
    })
}

fn branch(request: &Request, node: &Node) -> Value {
    let term = &node.term;
    json!({
        "id": term.id, "uri": term.uri, "title": title(request, &term.titles, &term.id), "colour": colour(term.colour),
        "is_class": term.is_class, "rows": node.rows, "rows_below": node.rows_below,
        "below": node.below.iter().map(|below| branch(request, below)).collect::<Vec<_>>(),
    })
}

/// A name in the language wanted.
fn title<'t>(request: &Request, titles: &'t [(String, String)], id: &'t str) -> &'t str {
    let wanted = request.languages.iter().find_map(|language| vocabulary::in_language(titles, language));
    wanted.or_else(|| vocabulary::in_language(titles, "en")).unwrap_or(id)
}

fn colour([red, green, blue]: [u8; 3]) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// Areas by class.
pub fn areas(request: &Request, by: &str, areas: &Areas) -> Value {
    let total: f64 = areas.rows.iter().map(|row| row.area_km2).sum();
    let row = |row: &AreaRow| {
        let class = row.class.as_ref().map(|class| {
            let title = title(request, &class.titles, &class.id);
            json!({"id": class.id, "uri": class.uri, "title": title, "colour": colour(class.colour)})
        });
        json!({"class": class, "area_km2": row.area_km2, "share": share(row.area_km2, total), "rows": row.rows})
    };
    json!({
        "by": by,
        "column": areas.column,
        "total_km2": total,
        "within_km2": areas.within_km2,
        "rows": areas.rows.iter().map(row).collect::<Vec<_>>(),
        "method": "Areas on the ellipsoid of WGS 84; vertices are joined by geodesics.",
    })
}

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// Areas by class as a table.
pub fn areas_csv(request: &Request, areas: &Areas) -> Vec<u8> {
    let total: f64 = areas.rows.iter().map(|row| row.area_km2).sum();
    let cell = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let line = |row: &AreaRow| {
        let of = |pick: fn(&Class) -> &str| row.class.as_ref().map_or("", pick).to_owned();
        let name = row.class.as_ref().map_or("", |class| title(request, &class.titles, &class.id));
        let (id, uri) = (of(|class| &class.id), of(|class| &class.uri));
        let share = share(row.area_km2, total);
        format!("{},{},{},{},{share},{}\r\n", cell(&id), cell(name), cell(&uri), row.area_km2, row.rows)
    };
    let lines: String = areas.rows.iter().map(line).collect();
    format!("id,title,uri,area_km2,share,rows\r\n{lines}").into_bytes()
}

/// What a mapping accounts for.
pub fn mapping(id: &DatasetId, views: &[&str], report: &MappingReport) -> Value {
    json!({
        "dataset": id.as_str(),
        "title": report.mapping.title,
        "views": views,
        "chart": report.mapping.chart,
        "coverage": report.coverage,
    })
}

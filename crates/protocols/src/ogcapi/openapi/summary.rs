//! The paths of summaries, for OpenAPI.

use super::{answers, content, parameter_reference};
use crate::ogcapi::summary::ask::OF_SUMMARY;
use serde_json::{Map, Value, json};
use terrane_engine::Measure;

/// What this resource alone says of its parameters, or says differently than `items`.
const OWN: [(&str, &str); 7] = [
    (
        "by",
        "What rows are put into groups by: a column, column:width for steps of numbers, column:year (hour, day, month, decade, century) \
         for steps of the calendar, geometry:degrees for cells; up to four",
    ),
    ("aggregates", ""),
    ("sortby", "Columns of the answer to order groups by, each with - for descending"),
    ("limit", "Groups at most"),
    ("decluster", "Leaves fore- and aftershocks out by windows: gardner-knopoff, uhrhammer, gruenthal"),
    ("mc", "The magnitude from which earthquakes are complete; found by maximum curvature when absent"),
    ("completeness", "Since which year which magnitude is complete: 1965:5.2,1985:4.6 (for Weichert's b)"),
];

/// The operation of one collection.
pub fn operation(name: &str, title: &str) -> Value {
    let key = |parameter: &str| match OWN.iter().any(|(own, _)| *own == parameter) {
        true => format!("summary-{parameter}"),
        false => parameter.to_owned(),
    };
    let types = ["application/json", "text/html", "text/csv", "application/geo+json"];
    json!({
        "tags": ["Data"],
        "operationId": format!("summary_{name}"),
        "summary": format!("Rows in groups, and numbers of each: {title}"),
        "parameters": OF_SUMMARY.iter().map(|parameter| parameter_reference(&key(parameter))).collect::<Vec<_>>(),
        "responses": answers(&content(&types, "anything")),
    })
}

/// The components of its parameters.
pub fn parameters() -> Map<String, Value> {
    let measures: Vec<&str> = Measure::names().collect();
    let told = format!(
        "What is told of each group, as measure or measure(column): {}; count when absent",
        measures.join(", ")
    );
    let one = |(name, say): &(&str, &str)| {
        let kind = match *name {
            "mc" => json!({"type": "number"}),
            "limit" => json!({"type": "integer", "minimum": 1}),
            "completeness" | "decluster" => json!({"type": "string"}),
            _ => json!({"type": "array", "items": {"type": "string"}}),
        };
        let parameter = json!({
            "name": name,
            "in": "query",
            "description": if say.is_empty() { told.as_str() } else { say },
            "required": false,
            "schema": kind,
            "style": "form",
            "explode": false,
        });
        (format!("summary-{name}"), parameter)
    };
    OWN.iter().map(one).collect()
}

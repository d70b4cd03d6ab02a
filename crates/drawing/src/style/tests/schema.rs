//! The published schema and the reader agree: a small validator of the schema's own vocabulary judges the same documents.

use super::*;
use serde_json::{Value, json};

/// Whether a value meets a schema that uses only the words below; an unknown word fails the test.
fn meets(root: &Value, schema: &Value, value: &Value) -> bool {
    let words = schema.as_object().expect("a schema is an object");
    words.iter().all(|(word, rule)| match word.as_str() {
        "$schema" | "$id" | "$defs" | "title" | "description" => true,
        "$ref" => {
            let name = rule.as_str().unwrap().strip_prefix("#/$defs/").unwrap();
            meets(root, &root["$defs"][name], value)
        }
        "type" => has_type(rule.as_str().unwrap(), value),
        "enum" => rule.as_array().unwrap().contains(value),
        "const" => rule == value,
        "oneOf" => rule.as_array().unwrap().iter().filter(|each| meets(root, each, value)).count() == 1,
        "minimum" => value.as_f64().is_none_or(|number| number >= rule.as_f64().unwrap()),
        "maximum" => value.as_f64().is_none_or(|number| number <= rule.as_f64().unwrap()),
        "exclusiveMinimum" => value.as_f64().is_none_or(|number| number > rule.as_f64().unwrap()),
        "minItems" => value.as_array().is_none_or(|list| list.len() as u64 >= rule.as_u64().unwrap()),
        "maxItems" => value.as_array().is_none_or(|list| list.len() as u64 <= rule.as_u64().unwrap()),
        "minProperties" => value.as_object().is_none_or(|map| map.len() as u64 >= rule.as_u64().unwrap()),
        "maxProperties" => value.as_object().is_none_or(|map| map.len() as u64 <= rule.as_u64().unwrap()),
        "items" => value.as_array().is_none_or(|list| list.iter().all(|each| meets(root, rule, each))),
        "prefixItems" => {
            let rules = rule.as_array().unwrap();
            value.as_array().is_none_or(|list| list.iter().zip(rules).all(|(each, rule)| meets(root, rule, each)))
        }
        "required" => value
            .as_object()
            .is_none_or(|map| rule.as_array().unwrap().iter().all(|key| map.contains_key(key.as_str().unwrap()))),
        "properties" => value.as_object().is_none_or(|map| {
            let known = rule.as_object().unwrap();
            map.iter().all(|(key, each)| known.get(key).is_none_or(|rule| meets(root, rule, each)))
        }),
        "additionalProperties" => value.as_object().is_none_or(|map| {
            let known = words.get("properties").and_then(Value::as_object);
            let extra = map.iter().filter(|(key, _)| known.is_none_or(|known| !known.contains_key(*key)));
            extra
                .into_iter()
                .all(|(_, each)| if rule.is_boolean() { rule == &json!(true) } else { meets(root, rule, each) })
        }),
        "pattern" => value.as_str().is_none_or(|text| looks_right(rule.as_str().unwrap(), text)),
        other => panic!("the schema uses {other}, which this test does not know"),
    })
}

fn has_type(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        other => panic!("type {other}"),
    }
}

/// The schema has two patterns; their meaning is written out here.
fn looks_right(pattern: &str, text: &str) -> bool {
    if pattern.contains("mm|px|m") {
        return Length::parse(text).is_some();
    }
    let hex = text.trim_start_matches('#');
    let digits = hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    let hashed = text.starts_with('#');
    digits && (matches!(hex.len(), 6 | 8) || hashed && hex.len() == 3)
        || !hashed && !hex.is_empty() && hex.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn schema() -> Value {
    serde_json::from_str(JSON_SCHEMA).unwrap()
}

fn valid(document: &Value) -> bool {
    let schema = schema();
    meets(&schema, &schema, document)
}

#[test]
fn the_schema_accepts_what_is_read_and_written() {
    let document: Value = serde_json::from_str(EVERYTHING).unwrap();
    assert!(valid(&document));
    let written: Value = serde_json::from_str(&Style::from_json(EVERYTHING).unwrap().to_json()).unwrap();
    assert!(valid(&written));
}

#[test]
fn the_styles_of_the_demonstration_are_read_and_meet_the_schema() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/styles");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let style = Style::from_json(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(valid(&serde_json::from_str(&text).unwrap()), "{}", path.display());
        assert_eq!(Style::from_json(&style.to_json()).unwrap(), style, "{}", path.display());
        count += 1;
    }
    assert!(count > 0);
}

/// Every place of the full document is broken in turn, in several ways: the schema and the reader give the same verdict.
#[test]
fn the_schema_and_the_reader_agree_on_broken_documents() {
    let document: Value = serde_json::from_str(EVERYTHING).unwrap();
    let mut pointers = Vec::new();
    places(&document, String::new(), &mut pointers);
    assert!(pointers.len() > 150);
    let mut refused = 0;
    for pointer in &pointers {
        for wrong in [json!(null), json!(-1), json!("?"), json!([]), json!({}), json!({"?": 1}), json!(true)] {
            let mut broken = document.clone();
            *broken.pointer_mut(pointer).unwrap() = wrong.clone();
            let read = Style::from_json(&broken.to_string());
            if knows_more(&read) {
                continue;
            }
            refused += usize::from(read.is_err());
            assert_eq!(valid(&broken), read.is_ok(), "{pointer} := {wrong}: {read:?}");
        }
    }
    assert!(refused > 500, "{refused}");
}

/// The reader also knows rules that a schema cannot say: order of stops, keys that exclude each other.
fn knows_more(read: &Result<Style>) -> bool {
    const BEYOND: [&str; 8] = [
        "ascend",
        "share a unit",
        "not all 0",
        "only for",
        "begins with its lesser",
        "one tag for each",
        "either a",
        "“interpolate”, “steps” or “match”",
    ];
    read.as_ref()
        .is_err_and(|error| BEYOND.iter().any(|words| error.say().contains(words)) || error.say().contains("brace"))
}

fn places(value: &Value, at: String, found: &mut Vec<String>) {
    if let Some(map) = value.as_object() {
        map.iter().for_each(|(key, each)| places(each, format!("{at}/{key}"), found));
    }
    if let Some(list) = value.as_array() {
        list.iter().enumerate().for_each(|(place, each)| places(each, format!("{at}/{place}"), found));
    }
    if !at.is_empty() {
        found.push(at);
    }
}

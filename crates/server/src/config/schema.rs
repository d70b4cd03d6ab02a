//! The JSON Schema of `terrane.toml`, made from the table of settings, for editors and for whoever writes the file by program.

use super::keys::{ALL, Allowed, Key, SECTIONS, Usual};
use serde_json::{Map, Value as Json, json};
use terrane_model::tiling::OWN_MATRICES_MAX;

/// The schema; draft 7 is what editors of TOML understand.
pub fn schema() -> Json {
    let sections: Map<String, Json> =
        SECTIONS.iter().map(|(name, says)| ((*name).to_owned(), section(name, says))).collect();
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "terrane.toml",
        "description": "Settings of a Terrane node. Everything about datasets is in its catalogue.",
        "type": "object",
        "additionalProperties": false,
        "properties": sections,
    })
}

fn section(name: &str, says: &str) -> Json {
    let own = ALL.iter().filter(|key| key.section == name);
    let keys: Map<String, Json> = own.map(|key| (key.name.to_owned(), property(key))).collect();
    json!({"description": says, "type": "object", "additionalProperties": false, "properties": keys})
}

fn property(key: &Key) -> Json {
    let mut property = kind(key.allowed);
    property["description"] = key.says.into();
    match key.usual {
        Usual::Nothing => {}
        Usual::Text(text) => property["default"] = text.into(),
        Usual::Number(number) => property["default"] = number.into(),
    }
    property
}

/// No control characters but line ends and tabs.
const CLEAN: &str = r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*$";
/// BCP 47 as far as it is used: a language of two or three letters, and subtags.
const LANGUAGE: &str = "^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$";
const WEB: &str =
    r#"^https?://[^/?#:@\s"<>\\^`{|}\u0000-\u001f\u007f-\u009f][^\s"<>\\^`{|}\u0000-\u001f\u007f-\u009f]*$"#;
const PUBLIC: &str =
    r#"^https?://[^/?#:@\s"<>\\^`{|}\u0000-\u001f\u007f-\u009f][^?#@\s"<>\\^`{|}\u0000-\u001f\u007f-\u009f]*$"#;
const EMAIL: &str = r#"^[^@<>",\s\u0000-\u001f\u007f-\u009f]+@[^@<>",\s\u0000-\u001f\u007f-\u009f]+$"#;
const SIZE: &str = r"^\s*[0-9]+(\.[0-9]{1,6})?\s*(([kKmMgGtT][iI]?)?[bB])?\s*$";

/// Addresses, each perhaps with a number of bits, by commas; the program looks closer.
const NETWORKS: &str = r"^\s*(([0-9A-Fa-f:.]+(/[0-9]{1,3})?)\s*(,\s*|$))*$";

/// Addresses, each perhaps with a number of bits or a port, by commas; the program looks closer.
const SERVERS: &str = r"^\s*((\[?[0-9A-Fa-f:.]+\]?(/[0-9]{1,3}|:[0-9]{1,5})?)\s*(,\s*|$))*$";

fn kind(allowed: Allowed) -> Json {
    match allowed {
        Allowed::Texts => json!({"oneOf": [
            {"type": "string", "pattern": CLEAN},
            {"type": "object", "minProperties": 1, "propertyNames": {"pattern": LANGUAGE},
             "additionalProperties": {"type": "string", "pattern": CLEAN}},
        ]}),
        Allowed::Email => json!({"type": "string", "pattern": EMAIL}),
        Allowed::Web => json!({"type": "string", "pattern": WEB}),
        Allowed::PublicUrl => json!({"type": "string", "pattern": PUBLIC}),
        Allowed::Listen => json!({"type": "string", "pattern": r"^(localhost|[0-9.]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}$"}),
        Allowed::Servers => json!({"type": "string", "pattern": SERVERS}),
        Allowed::Networks => json!({"type": "string", "pattern": NETWORKS}),
        Allowed::Whole(min, max) => json!({"type": "integer", "minimum": min, "maximum": max}),
        Allowed::Sets => json!({
            "type": "object",
            "propertyNames": {"pattern": "^[A-Za-z][A-Za-z0-9_-]{0,63}$"},
            "additionalProperties": own_set(),
        }),
        Allowed::Bytes(min, max) => json!({"oneOf": [
            {"type": "integer", "minimum": min, "maximum": max},
            {"type": "string", "pattern": SIZE},
        ]}),
    }
}

/// One tile matrix set.
fn own_set() -> Json {
    let numbers = |least: usize, most: usize, says: &str| json!({"type": "array", "items": {"type": "number"}, "minItems": least, "maxItems": most, "description": says});
    let side = json!({"type": "integer", "minimum": 1, "maximum": 2048});
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["crs", "origin", "extent"],
        "properties": {
            "title": {"type": "string", "description": "What it is called for people."},
            "crs": {"type": "string", "description": "The coordinate reference system, such as EPSG:32654."},
            "origin": numbers(2, 2, "The upper left corner: x (east), then y (north), whatever the order of the CRS."),
            "cell_sizes": numbers(1, OWN_MATRICES_MAX, "Units of a pixel at each scale, the largest first."),
            "scales": numbers(1, OWN_MATRICES_MAX, "In place of cell_sizes: scale denominators, the largest first."),
            "extent": numbers(4, 4, "The ground that the tiles cover: least x, least y, greatest x, greatest y."),
            "tile_size": {
                "description": "Pixels of a tile along its sides, or width and height; 256 when not given.",
                "oneOf": [side, {"type": "array", "items": side, "minItems": 2, "maxItems": 2}],
            },
        },
        "oneOf": [{"required": ["cell_sizes"]}, {"required": ["scales"]}],
    })
}

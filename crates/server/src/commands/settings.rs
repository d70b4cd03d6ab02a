//! The settings in force, and where each comes from.

use crate::config::{Config, FILE, Origin};
use serde_json::{Value as Json, json};

/// All settings; `served` says that a running server goes by them.
pub fn settings(config: &Config, served: bool) -> Json {
    let row = |(key, value): (&crate::config::keys::Key, Json)| {
        let from = match config.origin(key) {
            Origin::Usual => "usual".to_owned(),
            Origin::Line(line) => format!("{FILE}, line {line}"),
            Origin::Option(option) => option.to_owned(),
        };
        json!({"key": key.path(), "value": value, "from": from, "says": key.says})
    };
    json!({"served": served, "settings": config.rows().into_iter().map(row).collect::<Vec<_>>()})
}

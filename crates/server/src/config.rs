//! `terrane.toml`: who runs the node and where it listens. Everything about datasets is in the catalogue instead.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use terrane_model::about::Party;
use terrane_model::{Error, LocalText, Result};

/// The name of the file in the data folder.
pub const FILE: &str = "terrane.toml";

/// What `terrane init` writes.
pub const TEMPLATE: &str = r#"# Settings of this node. Everything about datasets is in the catalogue; see `terrane show`.

[site]
title = "Terrane"
# title = { en = "Geological Survey of …", ja = "…" }
description = "Maps and data of a geological survey."
# operator = "Geological Survey of …"
# operator_url = "https://…"
# operator_email = "…"

[server]
listen = "127.0.0.1:8080"
# The address that people use, when a proxy stands before this program: the only source of links.
# public_url = "https://maps.example.org"
"#;

/// The settings.
#[derive(Debug, Clone, PartialEq, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Who runs the node.
    pub site: SiteConfig,
    /// Where it listens.
    pub server: ServerConfig,
}

/// Who runs the node.
#[derive(Debug, Clone, PartialEq, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct SiteConfig {
    title: Option<Text>,
    description: Option<Text>,
    operator: Option<Text>,
    operator_url: Option<String>,
    operator_email: Option<String>,
}

/// Where it listens.
#[derive(Debug, Clone, PartialEq, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct ServerConfig {
    /// Address and port.
    pub listen: Option<String>,
    /// The address that people use.
    pub public_url: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
enum Text {
    Plain(String),
    Languages(BTreeMap<String, String>),
}

impl Text {
    fn local(&self) -> LocalText {
        match self {
            Self::Plain(text) => LocalText::one("und", text.as_str()),
            Self::Languages(texts) => texts.iter().map(|(tag, text)| (tag.clone(), text.clone())).collect(),
        }
    }
}

impl SiteConfig {
    /// The node's title.
    pub fn title(&self) -> LocalText {
        self.title.as_ref().map_or_else(|| LocalText::one("en", "Terrane"), Text::local)
    }
    /// What it is for.
    pub fn description(&self) -> LocalText {
        self.description.as_ref().map(Text::local).unwrap_or_default()
    }
    /// Who runs it.
    pub fn operator(&self) -> Party {
        Party {
            name: self.operator.as_ref().map(Text::local).unwrap_or_default(),
            url: self.operator_url.clone(),
            email: self.operator_email.clone(),
            role: None,
        }
    }
}

/// Reads the settings of a data folder; without a file all are as usual. An error names the line.
pub fn read(folder: &Path) -> Result<Config> {
    let path = folder.join(FILE);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Config::default()),
        Err(error) => return Err(Error::invalid(format!("“{}” cannot be read: {error}.", path.display()))),
    };
    toml::from_str(&text).map_err(|error| Error::invalid(format!("{}: {}", path.display(), error.to_string().trim())))
}

/// Checks a public address: http or https, a host, perhaps a path; given back without a slash at the end.
pub fn public_url(text: &str) -> Result<String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let plain =
        |rest: &&str| !rest.is_empty() && !rest.starts_with('/') && !rest.contains(['?', '#', ' ', '"', '<', '>']);
    match rest.filter(plain) {
        Some(_) => Ok(text.trim_end_matches('/').to_owned()),
        None => Err(Error::invalid(format!("“{text}” is no public address; write it like https://maps.example.org."))
            .at("--public-url")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_read_and_an_unknown_key_is_named_with_its_line() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(FILE), TEMPLATE).expect("written");
        let config = read(folder.path()).expect("the template is right");
        assert_eq!(config.server.listen.as_deref(), Some("127.0.0.1:8080"));
        std::fs::write(folder.path().join(FILE), "[server]\nlisten = \"x\"\nport = 1\n").expect("written");
        let error = read(folder.path()).expect_err("port is not a key").to_string();
        assert!(error.contains("line 3") && error.contains("port"), "{error}");
    }

    #[test]
    fn a_public_address_loses_its_last_slash_and_must_be_http() {
        assert_eq!(public_url("https://a.example/geo/").expect("right"), "https://a.example/geo");
        for wrong in ["a.example", "ftp://a", "http://", "https://a.example/?x=1"] {
            assert!(public_url(wrong).is_err(), "{wrong}");
        }
    }
}

//! `terrane.toml`: who runs the node, where it listens, what it may use. Everything about datasets is in the catalogue instead.

mod check;
pub mod keys;
mod live;
mod networks;
mod schema;
mod sets;
mod size;
mod value;

pub use check::Finding;
pub use live::{Live, Options};
pub use networks::Networks;
pub use schema::schema;

use crate::output;
use check::{Given, Values, line_at};
use keys::{Key, Usual};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::io::Read as _;
use std::net::SocketAddr;
use std::path::Path;
use terrane_engine::CachePolicy;
use terrane_model::about::Party;
use terrane_model::tiling::TileMatrixSet;
use terrane_model::{Error, LocalText, Result};
use value::Value;

/// The name of the file in the data folder.
pub const FILE: &str = "terrane.toml";

/// Bytes of the file; an honest one has a thousand.
const FILE_BYTES_MAX: u64 = 1_048_576;

/// What `terrane init` writes.
pub const TEMPLATE: &str = r#"# Settings of this node. Everything about datasets is in the catalogue; see "terrane show".
# "terrane config check" says whether this file is right; a running server reads it again on SIGHUP.

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
# trusted_proxies = "127.0.0.0/8, ::1"  # proxies that are believed when they say who asks

# [editions]
# keep = 2                    # editions of a dataset that are kept, the published one included

# [quota]
# bytes = "200 GB"            # what all datasets may take on the disk together

# [cache]                     # answers that are kept; 0 keeps nothing
# memory = "64 MiB"           # tiles in memory
# maps = "16 MiB"             # maps of any size and place in memory
# disk = "2 GB"               # tiles on the disk, in the folder "cache"

# [clients]                   # what one address may ask; 0 is no bound
# at_once = 64                # requests at the same time
# per_second = 100            # requests in a second, over time
# burst = 1000                # requests in one go
# connections = 256

# [tiles.sets.Plane9]         # a way of your own to cut the ground into tiles
# crs = "EPSG:6677"
# origin = [-200000, 200000]  # the upper left corner: x (east), then y (north)
# cell_sizes = [500, 100, 20] # metres of a pixel, the largest first; or scales = […], scale denominators
# extent = [-200000, -200000, 200000, 200000]

# [outgoing]                  # what this node asks of other servers: public ones only, and
# allow = "127.0.0.1:8081"    # these
# checks_per_hour = 30        # services that one client may have checked at /check; 0 closes that page

# [import]                    # what reading a file may use
# memory = "2 GB"
# time_seconds = 3600
# file_bytes = "20 GB"
"#;

/// The settings in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Who runs the node.
    pub site: SiteConfig,
    /// Where it listens.
    pub server: ServerConfig,
    /// How long earlier editions stay.
    pub editions: EditionsConfig,
    /// How much room the data may take.
    pub quota: QuotaConfig,
    /// How many answers are kept.
    pub cache: CachePolicy,
    /// How much one client may ask.
    pub clients: ClientsConfig,
    /// Tile matrix sets of the operator's own.
    pub tile_sets: Vec<TileMatrixSet>,
    /// Which other servers are asked.
    pub outgoing: OutgoingConfig,
    /// What reading a stranger's file may use.
    pub import: ImportConfig,
    /// The proxies as they were written.
    trusted_proxies: String,
    origins: BTreeMap<(&'static str, &'static str), Origin>,
}

/// Who runs the node.
#[derive(Debug, Clone, PartialEq)]
pub struct SiteConfig {
    /// The node's title.
    pub title: LocalText,
    /// What it is for.
    pub description: LocalText,
    /// Who runs it.
    pub operator: Party,
}

/// Where it listens.
#[derive(Debug, Clone, PartialEq)]
pub struct ServerConfig {
    /// Address and port.
    pub listen: SocketAddr,
    /// The address that people use, without a slash at the end.
    pub public_url: Option<String>,
}

/// How long earlier editions stay.
#[derive(Debug, Clone, PartialEq)]
pub struct EditionsConfig {
    /// Editions of a dataset that are kept, the published one included; 1 to 1 000.
    pub keep: usize,
}

/// How much room the data may take.
#[derive(Debug, Clone, PartialEq)]
pub struct QuotaConfig {
    /// Bytes of the folder `datasets`; no bound but the disk when absent.
    pub bytes: Option<u64>,
}

/// How much one client may ask; 0 is no bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientsConfig {
    /// Requests at once.
    pub at_once: usize,
    /// Requests in a second, over time.
    pub per_second: u64,
    /// Requests in one go.
    pub burst: u64,
    /// Connections at once.
    pub connections: usize,
    /// Proxies that are believed when they say who asks.
    pub trusted_proxies: Networks,
}

/// Which other servers are asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingConfig {
    /// Servers that are no public ones, by commas.
    pub allow: String,
    /// Services that one client may have checked in an hour.
    pub checks_per_hour: u64,
}

/// What reading a stranger's file may use.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportConfig {
    /// Memory of the reading process, bytes.
    pub memory_bytes: u64,
    /// Its time, seconds.
    pub time_seconds: u64,
    /// A file that it writes, bytes.
    pub file_bytes: u64,
}

/// Where a setting comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody gave it.
    Usual,
    /// A line of the file.
    Line(usize),
    /// An option of the command.
    Option(&'static str),
}

impl Config {
    fn of(values: &Values) -> Result<Self> {
        let read = Reader(values);
        Ok(Self {
            site: SiteConfig {
                title: read.texts(&keys::TITLE),
                description: read.texts(&keys::DESCRIPTION),
                operator: Party {
                    name: read.texts(&keys::OPERATOR),
                    url: read.text(&keys::OPERATOR_URL),
                    email: read.text(&keys::OPERATOR_EMAIL),
                    role: None,
                },
            },
            server: ServerConfig {
                listen: read.address(&keys::LISTEN)?,
                public_url: read.text(&keys::PUBLIC_URL).map(|url| url.trim_end_matches('/').to_owned()),
            },
            editions: EditionsConfig { keep: read.whole(&keys::EDITIONS_KEEP)? },
            quota: QuotaConfig { bytes: read.number(&keys::QUOTA_BYTES) },
            cache: CachePolicy {
                memory_bytes: read.whole(&keys::CACHE_MEMORY)?,
                maps_bytes: read.whole(&keys::CACHE_MAPS)?,
                disk_bytes: read.whole(&keys::CACHE_DISK)?,
            },
            clients: ClientsConfig {
                at_once: read.whole(&keys::CLIENTS_AT_ONCE)?,
                per_second: read.whole(&keys::CLIENTS_PER_SECOND)?,
                burst: read.whole(&keys::CLIENTS_BURST)?,
                connections: read.whole(&keys::CLIENTS_CONNECTIONS)?,
                trusted_proxies: read.networks(&keys::TRUSTED_PROXIES)?.0,
            },
            trusted_proxies: read.networks(&keys::TRUSTED_PROXIES)?.1,
            tile_sets: read.sets(&keys::TILE_SETS),
            outgoing: OutgoingConfig {
                allow: read.text(&keys::OUTGOING_ALLOW).unwrap_or_default(),
                checks_per_hour: read.whole(&keys::OUTGOING_CHECKS)?,
            },
            import: ImportConfig {
                memory_bytes: read.whole(&keys::IMPORT_MEMORY)?,
                time_seconds: read.whole(&keys::IMPORT_TIME)?,
                file_bytes: read.whole(&keys::IMPORT_FILE)?,
            },
            origins: values.iter().map(|(key, given)| (*key, Origin::Line(given.line))).collect(),
        })
    }

    /// All settings with what is in force, for machines; nothing where there is nothing.
    pub fn rows(&self) -> Vec<(&'static Key, Json)> {
        let (site, import, cache, clients) = (&self.site, &self.import, &self.cache, &self.clients);
        vec![
            (&keys::TITLE, texts(&site.title)),
            (&keys::DESCRIPTION, texts(&site.description)),
            (&keys::OPERATOR, texts(&site.operator.name)),
            (&keys::OPERATOR_URL, json!(site.operator.url)),
            (&keys::OPERATOR_EMAIL, json!(site.operator.email)),
            (&keys::LISTEN, json!(self.server.listen.to_string())),
            (&keys::PUBLIC_URL, json!(self.server.public_url)),
            (&keys::TRUSTED_PROXIES, json!(self.trusted_proxies)),
            (&keys::EDITIONS_KEEP, json!(self.editions.keep)),
            (&keys::QUOTA_BYTES, json!(self.quota.bytes)),
            (&keys::CACHE_MEMORY, json!(cache.memory_bytes)),
            (&keys::CACHE_MAPS, json!(cache.maps_bytes)),
            (&keys::CACHE_DISK, json!(cache.disk_bytes)),
            (&keys::CLIENTS_AT_ONCE, json!(clients.at_once)),
            (&keys::CLIENTS_PER_SECOND, json!(clients.per_second)),
            (&keys::CLIENTS_BURST, json!(clients.burst)),
            (&keys::CLIENTS_CONNECTIONS, json!(clients.connections)),
            (&keys::TILE_SETS, set_names(&self.tile_sets)),
            (&keys::OUTGOING_ALLOW, json!(self.outgoing.allow)),
            (&keys::OUTGOING_CHECKS, json!(self.outgoing.checks_per_hour)),
            (&keys::IMPORT_MEMORY, json!(import.memory_bytes)),
            (&keys::IMPORT_TIME, json!(import.time_seconds)),
            (&keys::IMPORT_FILE, json!(import.file_bytes)),
        ]
    }

    /// Where a setting comes from.
    pub fn origin(&self, key: &Key) -> Origin {
        self.origins.get(&(key.section, key.name)).cloned().unwrap_or(Origin::Usual)
    }
}

/// The names of sets; nothing when there are none.
fn set_names(sets: &[TileMatrixSet]) -> Json {
    let names: Vec<&str> = sets.iter().map(|set| set.id.as_str()).collect();
    if names.is_empty() { Json::Null } else { names.join(", ").into() }
}

/// Texts by language; a plain text when its language is not known.
fn texts(texts: &LocalText) -> Json {
    let all: Vec<(&str, &str)> = texts.iter().collect();
    match all.as_slice() {
        [] => Json::Null,
        [("und", text)] => json!(text),
        all => all.iter().map(|(tag, text)| ((*tag).to_owned(), json!(text))).collect::<serde_json::Map<_, _>>().into(),
    }
}

/// Takes what was given, else what is usual.
struct Reader<'a>(&'a Values);

impl Reader<'_> {
    fn given(&self, key: &Key) -> Option<&Value> {
        self.0.get(&(key.section, key.name)).map(|Given { value, .. }| value)
    }

    fn texts(&self, key: &Key) -> LocalText {
        match (self.given(key), key.usual) {
            (Some(Value::Texts(texts)), _) => texts.clone(),
            (_, Usual::Text(text)) => LocalText::one("en", text),
            _ => LocalText::default(),
        }
    }

    fn text(&self, key: &Key) -> Option<String> {
        match (self.given(key), key.usual) {
            (Some(Value::Text(text)), _) => Some(text.clone()),
            (_, Usual::Text(text)) => Some(text.to_owned()),
            _ => None,
        }
    }

    fn sets(&self, key: &Key) -> Vec<TileMatrixSet> {
        match self.given(key) {
            Some(Value::Sets(sets)) => sets.clone(),
            _ => Vec::new(),
        }
    }

    fn number(&self, key: &Key) -> Option<u64> {
        match (self.given(key), key.usual) {
            (Some(Value::Number(number)), _) => Some(*number),
            (_, Usual::Number(number)) => Some(number),
            _ => None,
        }
    }

    fn whole<T: TryFrom<u64>>(&self, key: &Key) -> Result<T> {
        self.number(key).and_then(|number| T::try_from(number).ok()).ok_or_else(|| nothing_usual(key))
    }

    fn networks(&self, key: &Key) -> Result<(Networks, String)> {
        match (self.given(key), key.usual) {
            (Some(Value::Networks(networks, text)), _) => Ok((networks.clone(), text.clone())),
            (_, Usual::Text(text)) => {
                Networks::parse(text).map(|networks| (networks, text.to_owned())).ok_or_else(|| nothing_usual(key))
            }
            _ => Err(nothing_usual(key)),
        }
    }

    fn address(&self, key: &Key) -> Result<SocketAddr> {
        match (self.given(key), key.usual) {
            (Some(Value::Address(address)), _) => Ok(*address),
            (_, Usual::Text(text)) => value::listen(text).ok_or_else(|| nothing_usual(key)),
            _ => Err(nothing_usual(key)),
        }
    }
}

/// A mistake in the table of settings, which a test would have found.
fn nothing_usual(key: &Key) -> Error {
    Error::internal(format!("the setting {} has no value that is usual", key.path()))
}

/// Reads the settings of a data folder; without a file all are as usual. An error names the line.
pub fn read(folder: &Path) -> Result<Config> {
    match check(folder)? {
        Ok(config) => Ok(config),
        Err(findings) => Err(refusal(folder, &findings)),
    }
}

/// Reads the settings, or says everything that is wrong with them.
pub fn check(folder: &Path) -> Result<std::result::Result<Config, Vec<Finding>>> {
    let values = match text_of(&folder.join(FILE)) {
        Ok(None) => Ok(Values::new()),
        Ok(Some(text)) => check::read(&text),
        Err(finding) => Err(vec![finding]),
    };
    values.map_or_else(|findings| Ok(Err(findings)), |values| Config::of(&values).map(Ok))
}

/// What is wrong as one error: the first in full, and how many more there are.
fn refusal(folder: &Path, findings: &[Finding]) -> Error {
    let path = folder.join(FILE);
    let first = findings.first().map_or_else(String::new, ToString::to_string);
    let more = match findings.len() {
        0 | 1 => String::new(),
        all => format!(" {} more are wrong; “terrane config check {}” lists them.", all - 1, folder.display()),
    };
    Error::invalid(format!("{first}{more}")).at(path.display().to_string())
}

/// The file's text; nothing when there is no file.
fn text_of(path: &Path) -> std::result::Result<Option<String>, Finding> {
    let cannot = |error: std::io::Error| {
        Finding::of_file(format!("it cannot be read ({error})"), "Look at its owner and rights.")
    };
    match std::fs::metadata(path) {
        // A link that leads nowhere was meant to lead somewhere.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && path.symlink_metadata().is_err() => {
            return Ok(None);
        }
        Err(error) => return Err(cannot(error)),
        // Opening a pipe or a device could wait for ever.
        Ok(about) if !about.is_file() => {
            return Err(Finding::of_file("it is no file", format!("Put a text file {FILE} in its place.")));
        }
        Ok(about) if about.len() > FILE_BYTES_MAX => {
            let what = format!("it is larger than {}", output::bytes(FILE_BYTES_MAX));
            return Err(Finding::of_file(what, "Settings are a few lines; look what was written into it."));
        }
        Ok(_) => {}
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(cannot)?;
    file.take(FILE_BYTES_MAX).read_to_end(&mut bytes).map_err(cannot)?;
    String::from_utf8(bytes).map(Some).map_err(|error| Finding {
        line: Some(line_at(error.as_bytes(), error.utf8_error().valid_up_to())),
        key: None,
        what: "this is not UTF-8 text".to_owned(),
        remedy: "Save the file as UTF-8.".to_owned(),
    })
}

/// Checks a public address that was typed; given back without a slash at the end.
pub fn public_url(text: &str) -> Result<String> {
    match value::is_public_url(text) {
        true => Ok(text.trim_end_matches('/').to_owned()),
        false => Err(Error::invalid(format!("“{text}” is no public address; write it like https://maps.example.org."))
            .at("--public-url")),
    }
}

/// Checks an address to listen at that was typed.
pub fn listen(text: &str) -> Result<SocketAddr> {
    value::listen(text).ok_or_else(|| {
        Error::invalid(format!("“{text}” is no address to listen at; write it like 127.0.0.1:8080.")).at("--listen")
    })
}

#[cfg(test)]
mod tests;

//! What goes between the program and the process that reads a file: one request, then lines of JSON.

use super::Bounds;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use terrane_engine::import::Reading;
use terrane_model::store::OpenOptions;
use terrane_model::{Crs, Error, Kind, Result};

/// What is to be read, and within which bounds.
#[derive(Debug, Serialize, Deserialize)]
pub struct Request {
    pub path: PathBuf,
    pub room: PathBuf,
    pub memory_bytes: u64,
    pub seconds: u64,
    pub file_bytes: u64,
    pub repair: bool,
    pub one_layer: bool,
    pub originals: Option<Vec<PathBuf>>,
    crs: Option<String>,
    encoding: Option<String>,
    layer: Option<String>,
    xy_columns: Option<(String, String)>,
    key: Option<String>,
    time: Option<String>,
}

impl Request {
    /// The request for a reading.
    pub fn new(reading: &Reading<'_>, room: &Path, bounds: Bounds) -> Result<Self> {
        let open = reading.open;
        Ok(Self {
            path: std::path::absolute(reading.path).map_err(Error::internal)?,
            room: std::path::absolute(room).map_err(Error::internal)?,
            memory_bytes: bounds.memory_bytes,
            seconds: bounds.seconds,
            file_bytes: bounds.file_bytes,
            repair: reading.repair,
            one_layer: reading.one_layer,
            originals: reading.originals.map(<[PathBuf]>::to_vec),
            crs: open.crs.as_ref().map(|crs| crs.name().to_owned()),
            encoding: open.encoding.clone(),
            layer: open.layer.clone(),
            xy_columns: open.xy_columns.clone(),
            key: open.key.clone(),
            time: open.time.clone(),
        })
    }

    /// How the file is to be opened.
    pub fn open(&self) -> OpenOptions {
        OpenOptions {
            crs: self.crs.as_deref().map(Crs::new),
            encoding: self.encoding.clone(),
            layer: self.layer.clone(),
            xy_columns: self.xy_columns.clone(),
            key: self.key.clone(),
            time: self.time.clone(),
        }
    }
}

/// A line of the answer.
#[derive(Debug, Serialize, Deserialize)]
pub enum Line {
    /// So far.
    Step { what: String, done: u64, of: u64 },
    /// A layer is in a draft of this name.
    Prepared { draft: String, found: String },
    /// The file cannot be read.
    Failed { kind: String, say: String, place: Option<String>, cause: Option<String> },
    /// That was all.
    Done,
}

const KINDS: [Kind; 10] = [
    Kind::Invalid,
    Kind::Unsupported,
    Kind::Unauthenticated,
    Kind::Forbidden,
    Kind::NotFound,
    Kind::Gone,
    Kind::Conflict,
    Kind::TooLarge,
    Kind::Busy,
    Kind::Internal,
];

impl Line {
    /// An error as a line.
    pub fn failed(error: &Error) -> Self {
        Self::Failed {
            kind: format!("{:?}", error.kind()),
            say: error.say().to_owned(),
            place: error.place().map(str::to_owned),
            cause: error.cause().map(ToString::to_string),
        }
    }
}

/// The kind of a line's error.
pub fn kind_of(name: &str) -> Kind {
    KINDS.into_iter().find(|known| format!("{known:?}") == name).unwrap_or(Kind::Internal)
}

//! How a layer lies in its table: the SQL names of what the schema names otherwise.

use std::sync::Arc;
use terrane_model::{Bbox, Schema};

/// A feature table, or a table without geometry, and the schema it stands for.
#[derive(Debug, Clone)]
pub struct Layer {
    /// The table.
    pub table: String,
    /// The integer primary key, which rows are walked by.
    pub fid: String,
    /// The column of geometry blobs.
    pub geometry: Option<String>,
    /// What identifies a row.
    pub identity: Identity,
    /// How each column of the schema is stored.
    pub columns: Vec<Stored>,
    /// The shape as the rest of the program sees it.
    pub schema: Arc<Schema>,
    /// Rows, when known without counting.
    pub rows: Option<u64>,
    /// Rows without geometry or with an empty one, when known without counting.
    pub without_place: Option<u64>,
    /// The box of all rows, when known.
    pub bbox: Option<Bbox>,
}

/// What identifies a row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// The integer primary key.
    Fid,
    /// Another column, of whole numbers.
    Numbers(String),
    /// Another column, of texts.
    Texts(String),
}

/// A stored column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its SQL name, unique whatever the case.
    pub name: String,
    /// How moments are spelt, for columns of time.
    pub time: Option<TimeStore>,
}

/// How a column of moments is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeStore {
    /// The spelling in the column itself.
    pub form: TimeForm,
    /// The columns that hold what the spelling does not, when needed.
    pub companions: Option<Companions>,
}

/// The spelling of moments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeForm {
    /// `2019-07-01T12:30:05.250Z`, always 24 characters in files of ours.
    DateTime,
    /// `2019-07-01`.
    Date,
    /// As finely as known: `-002150`, `2019-07`.
    Text,
}

/// SQL names of the companions of a time column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Companions {
    /// INTEGER, microseconds since 1970.
    pub earliest: String,
    /// INTEGER, microseconds since 1970.
    pub latest: String,
    /// INTEGER, `Precision as u8`.
    pub precision: String,
    /// TEXT.
    pub stated: Option<String>,
}

impl Identity {
    /// The SQL name of the identifying column.
    pub fn column<'a>(&'a self, fid: &'a str) -> &'a str {
        match self {
            Self::Fid => fid,
            Self::Numbers(name) | Self::Texts(name) => name,
        }
    }
}

impl Stored {
    /// The SQL names to read, in the order [`super::decode`] expects.
    pub fn reads(&self) -> impl Iterator<Item = &str> {
        let companions = self.time.as_ref().and_then(|time| time.companions.as_ref());
        let exact = companions.into_iter().flat_map(|names| {
            let always = [&names.earliest, &names.latest, &names.precision].map(String::as_str);
            always.into_iter().chain(names.stated.as_deref())
        });
        let plain = companions.is_none().then_some(self.name.as_str());
        plain.into_iter().chain(exact)
    }
}

/// A name as SQL: in double quotes, those within it doubled. The only way a name gets into a statement.
pub fn quoted(name: &str) -> String {
    let mut sql = String::with_capacity(name.len() + 2);
    sql.push('"');
    for character in name.chars() {
        if character == '"' {
            sql.push('"');
        }
        sql.push(character);
    }
    sql.push('"');
    sql
}

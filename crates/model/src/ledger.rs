//! The book of record: datasets, styles, maps, accounts, jobs, settings, each change whole and signed.
//!
//! A ledger keeps versioned records on named shelves and applies a [`Commit`] entirely or not at all. Bodies are text that
//! `formats::about` reads and writes; the ledger does not look inside.

use crate::error::Result;
use crate::time::Instant;

/// What a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Shelf {
    Dataset,
    Edition,
    Style,
    Map,
    Mapping,
    Organisation,
    User,
    Token,
    Agreement,
    Job,
    Feed,
    Subscription,
    Setting,
}

impl Shelf {
    /// The name on disk.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dataset => "dataset",
            Self::Edition => "edition",
            Self::Style => "style",
            Self::Map => "map",
            Self::Mapping => "mapping",
            Self::Organisation => "organisation",
            Self::User => "user",
            Self::Token => "token",
            Self::Agreement => "agreement",
            Self::Job => "job",
            Self::Feed => "feed",
            Self::Subscription => "subscription",
            Self::Setting => "setting",
        }
    }
}

/// A record as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// What it is.
    pub shelf: Shelf,
    /// Its name on its shelf.
    pub id: String,
    /// 1 when it was first written, one more with each change. A record that is written again after it was removed goes on from its
    /// last version, so that a version never means two contents.
    pub version: u64,
    /// Its content.
    pub body: String,
    /// When it last changed.
    pub changed: Instant,
}

/// One change of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What it is.
    pub shelf: Shelf,
    /// Its name on its shelf.
    pub id: String,
    /// What must be there for the change to be made.
    pub expect: Expect,
    /// The new content; `None` removes the record.
    pub body: Option<String>,
}

/// What must be there before a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Whatever.
    Anything,
    /// No such record.
    Nothing,
    /// Just this version.
    Version(u64),
}

/// Changes that are made together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The changes.
    pub changes: Vec<Change>,
    /// Who makes them, for the audit.
    pub who: String,
    /// Why, for the audit.
    pub why: String,
    /// When.
    pub at: Instant,
}

/// A line of the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// The number of the commit.
    pub sequence: u64,
    /// When.
    pub at: Instant,
    /// Who.
    pub who: String,
    /// Why.
    pub why: String,
    /// What changed: shelf, id and the version it got (0 when removed).
    pub changed: Vec<(Shelf, String, u64)>,
}

/// A book of record. Reads see only whole commits; a commit that returns is on the disk.
pub trait Ledger: Send + Sync {
    /// One record.
    fn read(&self, shelf: Shelf, id: &str) -> Result<Option<Record>>;
    /// All records of a shelf, by id.
    fn list(&self, shelf: Shelf) -> Result<Vec<Record>>;
    /// Makes all changes or none, and returns the number of the commit. What was expected and not there is `Conflict`.
    fn commit(&self, commit: &Commit) -> Result<u64>;
    /// The number of the last commit; 0 before the first.
    fn sequence(&self) -> Result<u64>;
    /// What was done after a commit, oldest first, at most `limit` lines.
    fn audit(&self, after: u64, limit: usize) -> Result<Vec<Audit>>;
}

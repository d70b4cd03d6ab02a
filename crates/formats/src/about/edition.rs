//! The record of an edition: a state of a dataset's data that was published, and is kept while it may still be wanted.

use super::dataset::{DatasetRecord, dataset_from_json, dataset_to_json};
use super::json::{self, Node, Object};
use super::parts;
use serde_json::Value;
use terrane_model::time::Instant;
use terrane_model::{Error, Result};

/// What the ledger keeps of an edition.
#[derive(Debug, Clone, PartialEq)]
pub struct EditionRecord {
    /// 1 for a dataset's first edition, one more with each publication.
    pub number: u64,
    /// The names of its revisions, the newest last: compaction writes the same rows again under a new name.
    pub revisions: Vec<RevisionRecord>,
    /// When it was published.
    pub published: Instant,
    /// By whom.
    pub who: String,
    /// Why: the command that published it.
    pub why: String,
    /// What a person calls it, such as `2nd edition, 2026`.
    pub label: String,
    /// Bytes that its data takes on the disk.
    pub bytes: u64,
    /// What the catalogue said of the dataset then.
    pub record: DatasetRecord,
}

/// A revision of an edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionRecord {
    /// Its name in the data folder.
    pub name: String,
    /// When another took its place.
    pub superseded: Option<Instant>,
}

impl EditionRecord {
    /// Its newest revision.
    pub fn revision(&self) -> &str {
        self.revisions.last().map_or("", |revision| revision.name.as_str())
    }

    /// When another edition took its place.
    pub fn superseded(&self) -> Option<Instant> {
        self.revisions.last().and_then(|revision| revision.superseded)
    }
}

/// The edition as JSON.
pub fn edition_to_json(edition: &EditionRecord) -> Result<String> {
    Ok(Object::default()
        .with("edition", edition.number)
        .with("revisions", edition.revisions.iter().map(write_revision).collect::<Vec<_>>())
        .with("published", parts::write_instant(edition.published))
        .with("who", edition.who.as_str())
        .with("why", edition.why.as_str())
        .unless_empty("label", &edition.label)
        .with("bytes", edition.bytes)
        .with("record", json::parse(&dataset_to_json(&edition.record))?)
        .into_text())
}

/// The edition of a JSON text.
pub fn edition_from_json(text: &str) -> Result<EditionRecord> {
    let document = json::parse(text)?;
    let mut members = Node::root(&document).members()?;
    let edition = EditionRecord {
        number: members.required("edition")?.count()?,
        revisions: members.list("revisions")?.iter().map(read_revision).collect::<Result<_>>()?,
        published: parts::read_instant(&members.required("published")?)?,
        who: members.required("who")?.text()?.to_owned(),
        why: members.required("why")?.text()?.to_owned(),
        label: members.text("label")?.unwrap_or_default(),
        bytes: members.required("bytes")?.count()?,
        record: dataset_from_json(&members.required("record")?.value.to_string())?,
    };
    members.finish()?;
    if edition.revisions.is_empty() {
        return Err(Error::invalid("An edition has no revision.").at("revisions"));
    }
    Ok(edition)
}

fn write_revision(revision: &RevisionRecord) -> Value {
    Object::default()
        .with("name", revision.name.as_str())
        .maybe("superseded", revision.superseded.map(parts::write_instant))
        .into()
}

fn read_revision(node: &Node<'_>) -> Result<RevisionRecord> {
    let mut members = node.members()?;
    let revision = RevisionRecord {
        name: members.required("name")?.text()?.to_owned(),
        superseded: members.read("superseded", parts::read_instant)?,
    };
    members.finish().map(|()| revision)
}

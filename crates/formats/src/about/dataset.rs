//! The record of a dataset: what it is about, which revision is published, and what was decided when it was.

use super::json::{self, Members, Node, Object};
use super::parts::{self, ColumnAbout};
use crate::check::Coverage;
use serde_json::Value;
use terrane_model::time::Instant;
use terrane_model::{About, Crs, DatasetId, Result};
use terrane_projection::Operation;

/// What the ledger keeps of a dataset.
#[derive(Debug, Clone, PartialEq)]
pub struct DatasetRecord {
    /// What it is about.
    pub about: About,
    /// The published revision.
    pub revision: String,
    /// What is said of columns beyond what the file says.
    pub columns: Vec<ColumnAbout>,
    /// How its coordinates get to WGS 84, as chosen when it was published.
    pub crs_operation: Option<PinnedOperation>,
    /// The column that identifies a row.
    pub key: Option<String>,
    /// The column that says when.
    pub time: Option<String>,
    /// How well its areas cover the ground together, as measured when it was published.
    pub coverage: Option<CoverageAbout>,
    /// When the dataset was first published.
    pub created: Instant,
}

/// How well areas cover the ground together: what a check measured and drawing needs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CoverageAbout {
    /// The share of the area of all rows that lies over another row; absent when it could not be measured.
    pub overlap_share: Option<f64>,
    /// The area of gaps as a share of the sum; absent when it could not be measured.
    pub gap_share: Option<f64>,
    /// The share of the length of all borders that exactly two rows have in common, position for position.
    pub shared_border_share: f64,
}

/// More than this share of the area over other areas, and areas are meant to lie over each other.
const OVERLAP_SHARE_MAX: f64 = 0.01;

impl CoverageAbout {
    /// Whether rows lie beside each other, so that drawing may add up what they cover. Where a few do overlap, drawing sees it.
    pub fn is_apart(&self) -> bool {
        self.overlap_share.is_some_and(|share| share <= OVERLAP_SHARE_MAX)
    }
}

impl From<Coverage> for CoverageAbout {
    fn from(measured: Coverage) -> Self {
        Self {
            overlap_share: measured.overlap_share,
            gap_share: measured.gap_share,
            shared_border_share: measured.shared_border_share,
        }
    }
}

/// The operation between two CRSs that was chosen for a dataset.
#[derive(Debug, Clone, PartialEq)]
pub struct PinnedOperation {
    /// From.
    pub from: Crs,
    /// To.
    pub to: Crs,
    /// What it is and how good.
    pub operation: Operation,
    /// As PROJ writes it, x then y.
    pub pipeline: String,
}

/// The record as JSON.
pub fn dataset_to_json(record: &DatasetRecord) -> String {
    Object::default()
        .with("about", write_about(&record.about))
        .with("revision", record.revision.as_str())
        .with("columns", record.columns.iter().map(parts::write_column).collect::<Vec<_>>())
        .maybe("crs_operation", record.crs_operation.as_ref().map(write_operation))
        .maybe("key", record.key.as_deref())
        .maybe("time", record.time.as_deref())
        .maybe("coverage", record.coverage.as_ref().map(write_coverage))
        .with("created", parts::write_instant(record.created))
        .into_text()
}

/// The record of a JSON text. An error names the place: `about.licence.url`.
pub fn dataset_from_json(text: &str) -> Result<DatasetRecord> {
    let document = json::parse(text)?;
    let mut members = Node::root(&document).members()?;
    let record = DatasetRecord {
        about: read_about(&members.required("about")?)?,
        revision: members.required("revision")?.text()?.to_owned(),
        columns: members.list("columns")?.iter().map(parts::read_column).collect::<Result<_>>()?,
        crs_operation: members.read("crs_operation", read_operation)?,
        key: members.text("key")?,
        time: members.text("time")?,
        coverage: members.read("coverage", read_coverage)?,
        created: parts::read_instant(&members.required("created")?)?,
    };
    members.finish().map(|()| record)
}

pub(super) fn write_coverage(coverage: &CoverageAbout) -> Value {
    Object::default()
        .maybe("overlap_share", coverage.overlap_share)
        .maybe("gap_share", coverage.gap_share)
        .with("shared_border_share", coverage.shared_border_share)
        .into()
}

pub(super) fn read_coverage(node: &Node<'_>) -> Result<CoverageAbout> {
    let mut members = node.members()?;
    let coverage = CoverageAbout {
        overlap_share: members.read("overlap_share", Node::number)?,
        gap_share: members.read("gap_share", Node::number)?,
        shared_border_share: members.required("shared_border_share")?.number()?,
    };
    members.finish().map(|()| coverage)
}

fn write_about(about: &About) -> Value {
    Object::default()
        .with("id", about.id.as_str())
        .maybe("title", parts::maybe_text(&about.title))
        .maybe("description", parts::maybe_text(&about.description))
        .with("keywords", about.keywords.clone())
        .with("topic", about.topic.as_str())
        .with("licence", parts::write_licence(&about.licence))
        .unless_empty("attribution", &about.attribution)
        .maybe("owner", about.owner.as_ref().map(parts::write_party))
        .with("contacts", about.contacts.iter().map(parts::write_party).collect::<Vec<_>>())
        .maybe("source", about.source.as_ref().map(parts::write_link))
        .unless_empty("lineage", &about.lineage)
        .maybe("extent", about.extent.as_ref().and_then(parts::write_bbox))
        .maybe("period", about.period.as_ref().map(parts::write_period))
        .maybe("rows", about.rows)
        .maybe("updated", about.updated.map(parts::write_instant))
        .maybe("default_style", about.default_style.as_deref())
        .maybe("stands_for", written_ids(&about.stands_for))
        .maybe("survey_map", parts::write_survey_map(&about.survey_map))
        .into()
}

fn written_ids(ids: &[DatasetId]) -> Option<Vec<String>> {
    (!ids.is_empty()).then(|| ids.iter().map(ToString::to_string).collect())
}

fn read_about(node: &Node<'_>) -> Result<About> {
    let mut members = node.members()?;
    let mut about = read_described(&mut members)?;
    about.owner = members.read("owner", parts::read_party)?;
    about.contacts = members.list("contacts")?.iter().map(parts::read_party).collect::<Result<_>>()?;
    about.extent = members.read("extent", parts::read_bbox)?;
    about.period = members.read("period", parts::read_period)?;
    about.rows = members.read("rows", Node::count)?;
    about.updated = members.read("updated", parts::read_instant)?;
    about.default_style = members.text("default_style")?;
    members.finish().map(|()| about)
}

/// The members that a person writes, in a record as in a manifest.
pub(super) fn read_described(members: &mut Members<'_>) -> Result<About> {
    let mut about = About::new(parts::read_id(&members.required("id")?)?);
    about.title = members.read("title", parts::read_text)?.unwrap_or_default();
    about.description = members.read("description", parts::read_text)?.unwrap_or_default();
    about.keywords = members.read("keywords", parts::read_texts)?.unwrap_or_default();
    about.topic = members.text("topic")?.unwrap_or(about.topic);
    about.licence = members.read("licence", parts::read_licence)?.unwrap_or_default();
    about.attribution = members.text("attribution")?.unwrap_or_default();
    about.source = members.read("source", parts::read_link)?;
    about.lineage = members.text("lineage")?.unwrap_or_default();
    about.stands_for = members.list("stands_for")?.iter().map(parts::read_id).collect::<Result<_>>()?;
    about.survey_map = members.read("survey_map", parts::read_survey_map)?.unwrap_or_default();
    Ok(about)
}

fn write_operation(pinned: &PinnedOperation) -> Value {
    Object::default()
        .with("from", pinned.from.name())
        .with("to", pinned.to.name())
        .with("title", pinned.operation.title.as_str())
        .maybe("accuracy_m", pinned.operation.accuracy_m)
        .with("ballpark", pinned.operation.ballpark)
        .with("pipeline", pinned.pipeline.as_str())
        .into()
}

fn read_operation(node: &Node<'_>) -> Result<PinnedOperation> {
    let mut members = node.members()?;
    let pinned = PinnedOperation {
        from: Crs::new(members.required("from")?.text()?),
        to: Crs::new(members.required("to")?.text()?),
        operation: Operation {
            title: members.required("title")?.text()?.to_owned(),
            accuracy_m: members.read("accuracy_m", Node::number)?,
            ballpark: members.required("ballpark")?.flag()?,
        },
        pipeline: members.required("pipeline")?.text()?.to_owned(),
    };
    members.finish().map(|()| pinned)
}

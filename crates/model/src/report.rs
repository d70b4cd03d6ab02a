//! What an import found: every remark says what, where, why and how to fix it, and nothing is left out silently.

use crate::crs::Crs;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing was changed.
    Note,
    /// Something was decided or changed that a person should look at.
    Warning,
    /// The data is refused.
    Refusal,
}

/// One remark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// The row, counted from 1, when it is about one.
    pub row: Option<u64>,
    /// The column, band or file member.
    pub field: Option<String>,
    /// What is so, and why it matters.
    pub what: String,
    /// What to do about it, often an option to give; empty when nothing needs doing.
    pub remedy: String,
    /// How many rows it is true of; the first is named in `row`.
    pub count: u64,
}

/// What an import found and did, for one layer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Report {
    /// The file as the person named it.
    pub file: String,
    /// The layer within it.
    pub layer: String,
    /// What the file was taken for (`GeoJSON`, `ESRI Shapefile`).
    pub format: String,
    /// The CRS, and how it is known.
    pub crs: Option<(Crs, String)>,
    /// The character encoding, and how it is known.
    pub encoding: Option<(String, String)>,
    /// Sample texts as decoded, up to 20, so that a person sees whether they are right.
    pub samples: Vec<String>,
    /// Rows read.
    pub rows_read: u64,
    /// Rows published.
    pub rows_kept: u64,
    /// Remarks, the grave ones first.
    pub findings: Vec<Finding>,
}

/// Different remarks kept; a file with more is wrong in a way that the first ones tell.
const FINDINGS_MAX: usize = 200;

impl Report {
    /// Adds a remark. The same remark about many rows is kept once, with a count, for each field.
    pub fn add(&mut self, finding: Finding) {
        let same = |known: &Finding| {
            known.severity == finding.severity && known.field == finding.field && known.what == finding.what
        };
        match self.findings.iter().position(same) {
            Some(at) => self.findings[at].count += finding.count,
            None if self.findings.len() < FINDINGS_MAX => self.findings.push(finding),
            None => {}
        }
        self.findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    }

    /// Whether anything refuses the data.
    pub fn is_refused(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Refusal)
    }
}

impl Finding {
    /// A remark that is not about one row.
    pub fn new(severity: Severity, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { severity, row: None, field: None, what: what.into(), remedy: remedy.into(), count: 1 }
    }
    /// About this row, counted from 1.
    #[must_use]
    pub fn at_row(mut self, row: u64) -> Self {
        self.row = Some(row);
        self
    }
    /// About this column, band or member.
    #[must_use]
    pub fn in_field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
}

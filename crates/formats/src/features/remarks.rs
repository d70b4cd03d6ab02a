//! Remarks gathered while rows are read: the same remark about many rows is kept once, and handed over when reading ends.

use std::sync::{Arc, Mutex, PoisonError};
use terrane_model::report::{Finding, Report, Severity};
use terrane_model::{Error, error};

/// Said by readers and by [`crate::check`] alike, so that it is said once.
pub const SHORT_RUN: &str = "A line has fewer than two positions, or a ring fewer than four.";
/// What to do about a geometry that only a person can put right.
pub const REPAIR_BY_HAND: &str = "Repair the geometry (in QGIS: “Fix geometries”) and add the file again.";
/// Said by readers and by [`crate::check`] alike, so that it is said once.
pub const DOUBLED_ROW: &str = "A row is equal to an earlier one in geometry and values; it is kept.";

/// Where remarks of a layer end up; see [`terrane_model::store::Opened::findings`].
pub type SharedFindings = Arc<Mutex<Vec<Finding>>>;

/// Remarks of one reading.
pub struct Remarks {
    kept: Report,
    shared: SharedFindings,
}

impl Remarks {
    /// Remarks that go to `shared` when this is dropped.
    pub fn new(shared: &SharedFindings) -> Self {
        Self { kept: Report::default(), shared: Arc::clone(shared) }
    }

    /// Adds a remark.
    pub fn add(&mut self, finding: Finding) {
        self.kept.add(finding);
    }

    /// A row, counted from 1, whose geometry cannot be used; it is kept without, unless its kind is not supported at all.
    pub fn no_geometry(&mut self, row: u64, error: &Error) {
        let finding = match error.kind() {
            error::Kind::Unsupported => Finding::new(Severity::Refusal, error.say(), ""),
            _ => Finding::new(
                Severity::Warning,
                format!("{} The row is kept without a geometry.", error.say()),
                REPAIR_BY_HAND,
            ),
        };
        self.add(finding.at_row(row));
    }

    /// What decoding put right in the geometry of a row.
    pub fn mended(&mut self, row: u64, notes: super::wkb::Notes) {
        let mut add = |when: bool, severity, what: &str, remedy: &str| {
            if when {
                self.add(Finding::new(severity, what, remedy).at_row(row));
            }
        };
        add(notes.measures, Severity::Note, "Positions carry measures (M), which are left out.", "");
        add(
            notes.closed_rings > 0,
            Severity::Warning,
            "A ring does not end where it begins; it was closed.",
            "Close the ring in the source when a position is missing.",
        );
        add(notes.short_runs > 0, Severity::Warning, SHORT_RUN, REPAIR_BY_HAND);
    }
}

impl Drop for Remarks {
    fn drop(&mut self) {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = Report { findings: std::mem::take(&mut shared), ..Report::default() };
        self.kept.findings.drain(..).for_each(|finding| all.add(finding));
        *shared = all.findings;
    }
}

//! Looks at every batch on its way from a file to where it is kept, and says what a person should know: with row numbers, and how to
//! put it right. It **is not** a reader and refuses next to nothing; memory is bounded whatever comes.

mod area;
mod border;
mod columns;
mod coverage;
mod doubles;
mod faults;
mod mended;
mod nesting;
mod repair;
mod shape;
mod sweep;
mod texts;
mod window;

pub use columns::ColumnProfile;
pub use coverage::Coverage;

use area::AreaCheck;
use columns::ColumnWatch;
use coverage::CoverageWatch;
use doubles::Seen;
use faults::{Fault, FaultCounts, say_once};
use mended::Mender;
use shape::ShapeCheck;
use std::borrow::Cow;
use std::sync::Arc;
use terrane_model::batch::Value;
use terrane_model::geometry::GeometryRef;
use terrane_model::limits::{CHECK_REPAIRS_FOR_COVERAGE_MAX, REPORT_SAMPLES_MAX};
use terrane_model::report::{Finding, Report, Severity};
use terrane_model::schema::ColumnKind;
use terrane_model::{Batch, Feature, Instant, Result, Schema};

/// Whether the areas of a geometry are what the standard calls valid. An area too intricate to be told is not.
pub fn are_areas_valid(geometry: &GeometryRef<'_>) -> bool {
    let faults = ShapeCheck::default().check(geometry);
    !faults.is_invalid_area() && !faults.has(Fault::Unchecked)
}

/// How to look.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckOptions {
    /// Make areas valid.
    pub repair: bool,
    /// Measure overlaps and gaps of areas.
    pub coverage: bool,
    /// The time now, to know what lies in the future; nothing does when it is absent.
    pub now: Option<Instant>,
    /// A repair that changes the area of a row by more than this share is told of.
    pub repair_area_share_max: f64,
}

impl Default for CheckOptions {
    fn default() -> Self {
        Self { repair: false, coverage: true, now: None, repair_area_share_max: 0.01 }
    }
}

/// What was found, for the record of a dataset.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Checked {
    /// Rows seen.
    pub rows: u64,
    /// Rows whose area is not valid as it came.
    pub invalid: u64,
    /// Each column.
    pub columns: Vec<ColumnProfile>,
    /// How areas cover the ground together; absent when there are none or nobody asked.
    pub coverage: Option<Coverage>,
    /// What was repaired.
    pub repaired: Repaired,
}

/// Rows that were repaired.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Repaired {
    /// How many.
    pub rows: u64,
    /// The first of them, counted from 1.
    pub first_rows: Vec<u64>,
    /// How many changed their area by more than the share asked.
    pub changed: u64,
}

/// Sees every batch of one layer, in order.
pub struct Inspector {
    schema: Arc<Schema>,
    options: CheckOptions,
    shapes: ShapeCheck,
    faults: FaultCounts,
    area: Option<AreaCheck>,
    coverage: CoverageWatch,
    columns: Vec<ColumnWatch>,
    contents: Seen,
    keys: Seen,
    mender: Mender,
    samples: Samples,
    rows: u64,
    invalid: u64,
    repairs_for_coverage: u64,
}

impl Inspector {
    /// For rows of a schema.
    pub fn new(schema: &Arc<Schema>, options: &CheckOptions) -> Self {
        Self {
            schema: mended::schema(schema, options.repair),
            shapes: ShapeCheck::default(),
            faults: FaultCounts::default(),
            area: schema.crs().map(AreaCheck::new),
            coverage: CoverageWatch::default(),
            columns: schema.columns.iter().map(|column| ColumnWatch::new(column, options.now)).collect(),
            contents: Seen::default(),
            keys: Seen::default(),
            mender: Mender::new(options.repair_area_share_max),
            samples: Samples::default(),
            options: options.clone(),
            rows: 0,
            invalid: 0,
            repairs_for_coverage: 0,
        }
    }

    /// The schema of the batches that [`Inspector::see`] returns: with repair, polygons are multi-polygons, since one that is
    /// repaired may have several parts.
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// Looks at a batch and returns it: as it is, or with repaired geometry.
    pub fn see(&mut self, batch: Batch) -> Result<Batch> {
        let mut rebuilt = self.options.repair.then(|| mended::Rebuilt::new(&batch));
        for (place, values) in batch.columns.iter().enumerate().take(self.columns.len()) {
            self.columns[place].see(values, batch.rows(), self.rows + 1);
        }
        for feature in batch.features() {
            self.rows += 1;
            self.row(&feature, rebuilt.as_mut());
        }
        Ok(match rebuilt {
            Some(rebuilt) => rebuilt.finish(batch, &self.schema),
            None => batch,
        })
    }

    fn row(&mut self, feature: &Feature<'_>, rebuilt: Option<&mut mended::Rebuilt>) {
        let row = self.rows;
        self.samples.add(feature);
        let is_double = self.contents.see(row, doubles::content(feature));
        if self.schema.key.is_some() {
            self.keys.see(row, doubles::hash(|hasher| std::hash::Hash::hash(&feature.id(), hasher)));
        }
        let Some(geometry) = feature.geometry() else { return };
        let faults = self.shapes.check(&geometry);
        self.faults.add(row, faults);
        if let Some(area) = self.area.as_mut().filter(|_| !faults.has(Fault::NotFinite) && !faults.has(Fault::Empty)) {
            area.see(row, geometry.bbox().to_array());
        }
        let invalid = mended::is_invalid(&geometry, faults);
        self.invalid += u64::from(invalid);
        let bounded = mended::is_bounded(&geometry, faults, self.shapes.meetings);
        let repair = match (invalid && bounded, rebuilt) {
            (true, None) if self.repairs_for_coverage < CHECK_REPAIRS_FOR_COVERAGE_MAX => {
                self.repairs_for_coverage += 1;
                repair::repair(&geometry)
            }
            (true, Some(rebuilt)) => self.mender.mend(row, feature, rebuilt),
            (_, Some(rebuilt)) => {
                self.mender.pass(row, faults, feature, rebuilt);
                None
            }
            _ => None,
        };
        // A row that is there twice would cover itself, which is said already.
        if self.options.coverage && !is_double && !faults.has(Fault::NotFinite) {
            match repair {
                Some(repair) => self.coverage.add_repaired(row, &repair.areas),
                None if !invalid => mended::cover(row, &geometry, &mut self.coverage),
                None => {}
            }
        }
    }

    /// Puts what was found into the report, which holds the remarks of the reader already: what it said is not said again.
    pub fn finish(self, report: &mut Report) -> Checked {
        self.faults.report(self.options.repair, report);
        if self.contents.again.count > 0 {
            say_once(report, self.contents.again.put(Fault::Doubled.finding(false)));
        }
        self.report_keys(report);
        self.area.iter().for_each(|area| area.report(report));
        let time = self.schema.time.as_ref().map(|time| time.start.as_str());
        for (column, watch) in self.schema.columns.iter().zip(&self.columns) {
            let is_key = self.schema.key.as_ref() == Some(&column.name);
            watch.report(time == Some(column.name.as_str()), is_key, report);
        }
        self.mender.report(report);
        self.samples.report(report);
        let coverage = if self.options.coverage { self.coverage.finish() } else { None };
        coverage.iter().for_each(|coverage| coverage.report(report));
        Checked {
            rows: self.rows,
            invalid: self.invalid,
            columns: self.columns.iter().map(ColumnWatch::profile).collect(),
            coverage,
            repaired: self.mender.repaired,
        }
    }

    fn report_keys(&self, report: &mut Report) {
        let Some(key) = self.schema.key.as_ref().filter(|_| self.keys.again.count > 0) else { return };
        let refused = report
            .findings
            .iter()
            .any(|known| known.severity == Severity::Refusal && known.field.as_ref() == Some(key));
        if !refused {
            let what = "A key is the same as in an earlier row, so it does not tell rows apart.";
            let finding = Finding::new(Severity::Refusal, what, "Choose another --key, or none.").in_field(key.clone());
            report.add(self.keys.again.put(finding));
        }
    }
}

/// Texts for a person to see whether they were read right: those beyond ASCII first.
#[derive(Default)]
struct Samples {
    telling: Vec<String>,
    plain: Vec<String>,
}

/// Characters of a sample.
const SAMPLE_CHARACTERS_MAX: usize = 100;

impl Samples {
    fn add(&mut self, feature: &Feature<'_>) {
        if self.telling.len() >= REPORT_SAMPLES_MAX {
            return;
        }
        for column in 0..feature.batch().columns.len() {
            if feature.batch().schema.columns[column].kind != ColumnKind::Text {
                continue;
            }
            if let Value::Text(text) = feature.value(column) {
                let list = if text.is_ascii() { &mut self.plain } else { &mut self.telling };
                let short: Cow<'_, str> = match text.char_indices().nth(SAMPLE_CHARACTERS_MAX) {
                    Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
                    None => Cow::Borrowed(text.trim()),
                };
                if list.len() < REPORT_SAMPLES_MAX && !short.is_empty() && !list.iter().any(|known| *known == short) {
                    list.push(short.into_owned());
                }
            }
        }
    }

    fn report(&self, report: &mut Report) {
        for sample in self.telling.iter().chain(&self.plain) {
            if report.samples.len() < REPORT_SAMPLES_MAX && !report.samples.contains(sample) {
                report.samples.push(sample.clone());
            }
        }
    }
}

//! The first half of publishing: a file is read, checked and written into drafts. Nothing is published here, and nothing of the
//! catalogue is needed, so that it can be done in a process of its own, with limits, which a stranger's file cannot leave.

use crate::extent::{ExtentWatch, of_box};
use crate::import::file_name;
use crate::pool::{Cancel, wait};
use crate::publish::now;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use terrane_drawing::style::Style;
use terrane_formats::about::LayerFound;
use terrane_formats::check::{CheckOptions, Inspector};
use terrane_model::grid::{GridQuery, Window};
use terrane_model::report::{Finding, Severity};
use terrane_model::store::{Draft, OpenOptions, Opened, Opener, Progress, Store};
use terrane_model::{Batch, Bbox, Error, FeatureQuery, FeatureSource, GridSource, Kind, Result, Schema};

/// What is to be read, and how.
#[derive(Debug, Clone)]
pub struct Reading<'a> {
    /// The file or folder.
    pub path: &'a Path,
    /// What the person says that the file does not.
    pub open: &'a OpenOptions,
    /// Put geometry right that is wrong.
    pub repair: bool,
    /// The files as they were given, when it is not those that are read.
    pub originals: Option<&'a [PathBuf]>,
    /// Refuse a file of many layers before any is written.
    pub one_layer: bool,
}

/// A layer in a draft, and what was found on the way.
pub struct Prepared<D: ?Sized = dyn Draft> {
    /// What was written.
    pub draft: Box<D>,
    /// What was found.
    pub found: LayerFound,
}

/// Reads files of strangers into drafts.
pub trait Preparer: Send + Sync {
    /// Every layer of a file in a draft of its own. A layer that is refused says so in its report.
    fn prepare(&self, reading: &Reading<'_>, store: &dyn Store, progress: &dyn Progress) -> Result<Vec<Prepared>>;
}

/// Reads files in this process.
pub struct LocalPreparer(pub Vec<Arc<dyn Opener>>);

impl Preparer for LocalPreparer {
    fn prepare(&self, reading: &Reading<'_>, store: &dyn Store, progress: &dyn Progress) -> Result<Vec<Prepared>> {
        prepare(&self.0, reading, || store.draft(), progress)
    }
}

/// Reads a file and writes its layers into drafts that `begin` makes.
pub fn prepare<D: Draft + ?Sized>(
    openers: &[Arc<dyn Opener>],
    reading: &Reading<'_>,
    begin: impl Fn() -> Result<Box<D>>,
    progress: &dyn Progress,
) -> Result<Vec<Prepared<D>>> {
    let layers = open_file(openers, reading.path, reading.open)?;
    check_layer(&layers, reading.open.layer.as_deref())?;
    if reading.one_layer && layers.len() > 1 {
        let names: Vec<&str> = layers.iter().map(|layer| layer.name.as_str()).collect();
        let say = format!(
            "The file has {} layers ({}); choose one with --layer, or leave --id out.",
            names.len(),
            names.join(", ")
        );
        return Err(Error::invalid(say).at("--layer"));
    }
    let write = |mut layer: Opened| {
        if let Some(originals) = reading.originals {
            layer.files = originals.to_vec();
        }
        write_layer(&layer, begin()?, reading.repair, progress)
    };
    layers.into_iter().map(write).collect()
}

fn open_file(openers: &[Arc<dyn Opener>], path: &Path, options: &OpenOptions) -> Result<Vec<Opened>> {
    let mut why_not = None;
    for opener in openers {
        match opener.open(path, options) {
            Err(error) if error.kind() == Kind::Unsupported => why_not = Some(error),
            outcome => return outcome,
        }
    }
    Err(why_not.unwrap_or_else(|| Error::unsupported("This program has no reader for files.")))
}

/// The layer that was asked for must be there: formats with one layer do not ask for its name.
fn check_layer(layers: &[Opened], wanted: Option<&str>) -> Result<()> {
    let Some(wanted) = wanted else { return Ok(()) };
    if layers.iter().any(|layer| layer.name == wanted || layer.report.layer == wanted) {
        return Ok(());
    }
    let names: Vec<&str> = layers.iter().map(|layer| layer.name.as_str()).collect();
    let say = format!("There is no layer “{wanted}” in the file; it has: {}.", names.join(", "));
    Err(Error::invalid(say).at("--layer"))
}

fn write_layer<D: Draft + ?Sized>(
    layer: &Opened,
    mut draft: Box<D>,
    repair: bool,
    progress: &dyn Progress,
) -> Result<Prepared<D>> {
    let mut found = LayerFound { name: layer.name.clone(), report: layer.report.clone(), ..LayerFound::default() };
    let (style, inspector) = match (&layer.views.features, &layer.views.grid) {
        (Some(source), _) => {
            let mut inspector = Inspector::new(source.schema(), &checks(repair));
            let progress = Expecting { progress, rows: layer.rows_expected.unwrap_or(0) };
            let style = write_features(&**source, &mut inspector, &mut *draft, &mut found, &progress)?;
            (style, Some(inspector))
        }
        (None, Some(grid)) => (write_grid(&**grid, &mut *draft, &mut found, progress)?, None),
        (None, None) => return Err(Error::unsupported("The file has neither rows nor a grid.")),
    };
    found.style = style.to_json();
    let remarks = std::mem::take(&mut *layer.findings.lock().map_err(|_| Error::internal("a reader panicked"))?);
    remarks.into_iter().for_each(|remark| found.report.add(remark));
    if let Some(inspector) = inspector {
        found.coverage = inspector.finish(&mut found.report).coverage.map(Into::into);
    }
    if !found.report.is_refused() {
        for file in &layer.files {
            draft.keep_original(&file_name(file), file)?;
        }
    }
    Ok(Prepared { draft, found })
}

fn checks(repair: bool) -> CheckOptions {
    CheckOptions { repair, now: Some(now()), ..CheckOptions::default() }
}

/// Progress of reading rows of which about so many are expected; 0 when nobody knows.
struct Expecting<'a> {
    progress: &'a dyn Progress,
    rows: u64,
}

impl Progress for Expecting<'_> {
    fn step(&self, what: &str, done: u64, of: u64) -> bool {
        let of = if what == ROWS && of == 0 && self.rows >= done { self.rows } else { of };
        self.progress.step(what, done, of)
    }
}

/// What is counted while rows are read.
const ROWS: &str = "rows";

/// Rows that are looked at to choose a style.
const STYLE_SAMPLE_ROWS: usize = 2_000;
/// Rows between two steps of progress.
const PROGRESS_ROWS: u64 = 10_000;

/// What is looked at while rows pass from a file to a draft.
struct Passing<'a> {
    watch: ExtentWatch,
    sample: Vec<Batch>,
    rows: u64,
    told: Option<u64>,
    progress: &'a dyn Progress,
}

impl Passing<'_> {
    fn see(&mut self, batch: Batch) -> Result<Batch> {
        self.watch.see(&batch);
        if self.sample.iter().map(Batch::len).sum::<usize>() < STYLE_SAMPLE_ROWS {
            self.sample.push(batch.clone());
        }
        self.rows += batch.len() as u64;
        if self.told.is_none_or(|told| self.rows >= told + PROGRESS_ROWS) {
            self.told = Some(self.rows);
            if !self.progress.step(ROWS, self.rows, 0) {
                return Err(Error::busy("Cancelled; nothing was published."));
            }
        }
        Ok(batch)
    }
}

fn write_features<D: Draft + ?Sized>(
    source: &dyn FeatureSource,
    inspector: &mut Inspector,
    draft: &mut D,
    found: &mut LayerFound,
    progress: &dyn Progress,
) -> Result<Style> {
    let scan = wait(source.scan(&FeatureQuery::default()))?;
    let rows = crate::finish::Filtered::new(scan, source.schema(), &Cancel::default())?;
    // With repair, polygons become multi-polygons.
    let schema = Arc::clone(inspector.schema());
    let sample = write_rows(&mut rows.map(|batch| inspector.see(batch?)), &schema, draft, found, progress)?;
    if found.extent.is_none() && found.rows != Some(0) && source.schema().crs().is_some() {
        let what = "No row has a place that can be shown on a map.";
        let remedy = "Look whether the CRS is right; --crs says another one.";
        found.report.add(Finding::new(Severity::Warning, what, remedy));
    }
    if found.rows == Some(0) {
        let remedy = "Look whether this is the right layer.";
        found.report.add(Finding::new(Severity::Warning, "There are no rows.", remedy));
    }
    Ok(Style::default_for_features(&schema, &sample))
}

/// Writes rows into a draft and notes what they are; returns the first ones.
pub(crate) fn write_rows<D: Draft + ?Sized>(
    rows: &mut dyn Iterator<Item = Result<Batch>>,
    schema: &Arc<Schema>,
    draft: &mut D,
    found: &mut LayerFound,
    progress: &dyn Progress,
) -> Result<Vec<Batch>> {
    let geographic = match schema.crs() {
        Some(crs) => terrane_projection::info(crs)?.geographic,
        None => false,
    };
    let watch = ExtentWatch::new(schema, geographic);
    let mut passing = Passing { watch, sample: Vec::new(), rows: 0, told: None, progress };
    let written = draft.write_features(schema, &mut rows.map(|batch| passing.see(batch?)), progress)?;
    found.report.rows_read = found.report.rows_read.max(passing.rows);
    found.report.rows_kept = written.rows;
    found.rows = Some(written.rows);
    found.period = passing.watch.period();
    found.extent = schema.crs().map(|crs| passing.watch.extent(crs)).transpose()?.flatten();
    Ok(passing.sample)
}

fn write_grid<D: Draft + ?Sized>(
    grid: &dyn GridSource,
    draft: &mut D,
    found: &mut LayerFound,
    progress: &dyn Progress,
) -> Result<Style> {
    let schema = grid.schema();
    let extent = of_box(&schema.bbox(), &schema.crs)?;
    draft.write_grid(grid, progress)?;
    found.extent = Some(extent);
    Ok(Style::default_for_grid(schema, &sample_of(grid)?))
}

/// Samples of a grid that are looked at to choose a style, each way.
const STYLE_SAMPLE_SIDE: f64 = 256.0;
/// Samples that are read at once to choose a style.
const STYLE_SAMPLES_MAX: u64 = 16_777_216;
/// Times that the part of a grid that is looked at is halved until it is small enough.
const HALVINGS_MAX: usize = 32;

/// A coarse window of the whole grid, or of its middle when it has no overviews and is large.
fn sample_of(grid: &dyn GridSource) -> Result<Window> {
    let schema = grid.schema();
    let mut bbox = schema.bbox();
    let step_max = (bbox.width().max(bbox.height()) / STYLE_SAMPLE_SIDE).max(schema.transform.step[0].abs());
    let mut outcome = Err(Error::internal("no window was asked for"));
    for _ in 0..HALVINGS_MAX {
        let (bands, slice) = (Vec::new(), vec![0; schema.axes.len()]);
        let query = GridQuery { step_max: Some(step_max), bbox, bands, slice, samples_max: STYLE_SAMPLES_MAX };
        outcome = wait(grid.window(&query));
        match &outcome {
            Err(error) if error.kind() == Kind::TooLarge => bbox = middle_half(&bbox),
            _ => break,
        }
    }
    outcome
}

/// The middle of a box, half as wide and half as high.
fn middle_half(bbox: &Bbox) -> Bbox {
    let ([x, y], [dx, dy]) = (bbox.centre(), [bbox.width() / 4.0, bbox.height() / 4.0]);
    Bbox { min: [x - dx, y - dy], max: [x + dx, y + dy] }
}

//! Publishing files: read with one source, write with another, say what was found, swap one pointer.

use crate::catalogue::{Catalogue, plain_layer};
use crate::extent::{ExtentWatch, normalised};
use crate::pool::{Cancel, wait};
use crate::publish::{dataset_change, map_change, now, style_change, style_ids};
use crate::{Caller, Engine};
use std::path::Path;
use std::sync::Arc;
use terrane_drawing::style::Style;
use terrane_formats::about::{DatasetRecord, PinnedOperation, dataset_from_json};
use terrane_model::about::Said;
use terrane_model::filter::Transformer as _;
use terrane_model::grid::{GridQuery, GridSchema, Window};
use terrane_model::ledger::{Change, Expect, Shelf};
use terrane_model::map::{Map, Node};
use terrane_model::report::{Finding, Report, Severity};
use terrane_model::store::{Draft, OpenOptions, Opened, Progress, Views, Written};
use terrane_model::{
    About, Batch, Bbox, Crs, DatasetId, Error, FeatureQuery, FeatureSource, GridSource, Kind, LocalText, Result, Schema,
};
use terrane_projection::Transform;

/// What a person says when adding a file.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    /// How to read it.
    pub open: OpenOptions,
    /// What the dataset is about; `id` and everything else are taken from the file where this is absent.
    pub about: Option<About>,
    /// What is said of every layer, whatever it is called.
    pub said: Said,
    /// What the columns mean.
    pub columns: Vec<terrane_formats::about::ColumnAbout>,
    /// Styles by name; a default one is made when there is none.
    pub styles: Vec<(String, Style)>,
    /// Publish over a dataset that has the same id.
    pub replace: bool,
    /// Only report.
    pub dry_run: bool,
    /// Who adds it, for the audit.
    pub who: String,
}

/// What became of one layer.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The dataset.
    pub id: DatasetId,
    /// What was found.
    pub report: Report,
    /// Whether it is published now.
    pub published: bool,
    /// What the catalogue says, with the extent, period and rows that were measured.
    pub about: About,
    /// The columns, when it has rows.
    pub schema: Option<Arc<Schema>>,
    /// The axes and bands, when it is a grid.
    pub grid: Option<Arc<GridSchema>>,
}

/// A layer that has been written and waits for its name on the disk and for the ledger. Dropped, it leaves nothing.
struct Staged {
    draft: Box<dyn Draft>,
    record: DatasetRecord,
    made: Style,
    imported: Imported,
}

/// Samples of a grid that are looked at to choose a style, each way.
const STYLE_SAMPLE_SIDE: f64 = 256.0;
/// Samples that are read at once to choose a style.
const STYLE_SAMPLES_MAX: u64 = 16_777_216;
/// Times that the part of a grid that is looked at is halved until it is small enough.
const HALVINGS_MAX: usize = 32;
/// Rows that are looked at to choose a style.
const STYLE_SAMPLE_ROWS: usize = 2_000;
/// Rows between two steps of progress.
const PROGRESS_ROWS: u64 = 10_000;

impl Engine {
    /// Publishes all layers of a file, or none. Blocks; run it on a thread of its own.
    ///
    /// A layer that is refused is in the answer with its report and is not published, and then neither are the others.
    pub fn import(&self, path: &Path, options: &ImportOptions, progress: &dyn Progress) -> Result<Vec<Imported>> {
        let layers = self.open_file(path, &options.open)?;
        check_layer(&layers, options.open.layer.as_deref())?;
        let many = layers.len() > 1;
        if many && options.about.is_some() {
            let names: Vec<&str> = layers.iter().map(|layer| layer.name.as_str()).collect();
            let say = format!(
                "The file has {} layers ({}); choose one with --layer, or leave --id out.",
                names.len(),
                names.join(", ")
            );
            return Err(Error::invalid(say).at("--layer"));
        }
        let mut staged: Vec<Staged> = Vec::new();
        for layer in layers {
            let taken: Vec<DatasetId> = staged.iter().map(|done| done.imported.id.clone()).collect();
            staged.push(self.write_layer(&layer, options, &taken, progress)?);
        }
        let imported: Vec<Imported> = staged.iter().map(|done| done.imported.clone()).collect();
        let refused = imported.iter().any(|done| done.report.is_refused());
        if refused || options.dry_run {
            return Ok(imported);
        }
        self.show(staged, path, options)?;
        Ok(imported.into_iter().map(|done| Imported { published: true, ..done }).collect())
    }

    /// Puts what was written in its place and into the ledger. When anything fails, nothing of it stays.
    fn show(&self, staged: Vec<Staged>, path: &Path, options: &ImportOptions) -> Result<()> {
        let _one_at_a_time = self.publishing();
        let ids: Vec<DatasetId> = staged.iter().map(|done| done.imported.id.clone()).collect();
        let before = ids.iter().map(|id| self.published_revision(id)).collect::<Result<Vec<_>>>()?;
        let outcome = self.finish_all(staged, path, options);
        for (id, before) in ids.iter().zip(&before) {
            self.tidy(id, before.as_deref());
        }
        outcome
    }

    fn finish_all(&self, staged: Vec<Staged>, path: &Path, options: &ImportOptions) -> Result<()> {
        let (mut changes, mut ids) = (Vec::new(), Vec::new());
        for mut done in staged {
            done.draft.keep_record(&terrane_formats::about::dataset_to_json(&done.record))?;
            done.record.revision = done.draft.finish()?;
            changes.extend(self.changes(&done.record, options, &done.made)?);
            ids.push(done.record.about.id);
        }
        let catalogue = self.catalogue();
        if ids.len() > 1 && !shown_together(&catalogue, &ids) {
            changes.push(map_change(&map_of_layers(&catalogue, path, &ids))?);
        }
        self.publish(changes, &options.who, &format!("add {}", file_name(path))).map(drop)
    }

    /// What the ledger says is published, also of a dataset that cannot be opened.
    fn published_revision(&self, id: &DatasetId) -> Result<Option<String>> {
        let record = self.store.ledger().read(Shelf::Dataset, id.as_str())?;
        record.map(|record| Ok(dataset_from_json(&record.body)?.revision)).transpose()
    }

    /// Removes revisions but the published one and the one before it, which requests that began earlier still read.
    fn tidy(&self, id: &DatasetId, before: Option<&str>) {
        let tidied = self.published_revision(id).and_then(|now| {
            let kept: Vec<&str> = before.into_iter().chain(now.as_deref()).collect();
            self.store.keep_only(id, &kept)
        });
        if let Err(error) = tidied {
            tracing::warn!(dataset = id.as_str(), ?error, "old revisions cannot be removed");
        }
    }

    /// The record's and the styles' changes.
    fn changes(&self, record: &DatasetRecord, options: &ImportOptions, made: &Style) -> Result<Vec<Change>> {
        let (ledger, id) = (self.store.ledger(), &record.about.id);
        if ledger.read(Shelf::Map, id.as_str())?.is_some() {
            return Err(Error::conflict(format!("“{id}” is the id of a map; choose another --id.")).at("--id"));
        }
        let expect = if options.replace { Expect::Anything } else { Expect::Nothing };
        let mut changes = vec![dataset_change(record, expect)];
        changes.extend(options.styles.iter().map(|(name, style)| style_change(id, name, style)));
        if options.styles.is_empty() && style_ids(ledger, id)?.is_empty() {
            changes.push(style_change(id, "default", made));
        }
        Ok(changes)
    }

    fn open_file(&self, path: &Path, options: &OpenOptions) -> Result<Vec<Opened>> {
        let mut why_not = None;
        for opener in &self.openers {
            match opener.open(path, options) {
                Err(error) if error.kind() == Kind::Unsupported => why_not = Some(error),
                outcome => return outcome,
            }
        }
        Err(why_not.unwrap_or_else(|| Error::unsupported("This program has no reader for files.")))
    }

    fn write_layer(
        &self,
        layer: &Opened,
        options: &ImportOptions,
        taken: &[DatasetId],
        progress: &dyn Progress,
    ) -> Result<Staged> {
        let about = self.about_of(layer, options, taken)?;
        let id = about.id.clone();
        let mut draft = self.store.draft(&id)?;
        let mut record = self.record_of(about, layer, options)?;
        check_styles(&layer.views, options)?;
        let mut report = layer.report.clone();
        let made = write_views(&layer.views, &mut *draft, &mut record, &mut report, progress)?;
        let found = std::mem::take(&mut *layer.findings.lock().map_err(|_| Error::internal("a reader panicked"))?);
        found.into_iter().for_each(|finding| report.add(finding));
        if !report.is_refused() && !options.dry_run {
            for file in &layer.files {
                draft.keep_original(&file_name(file), file)?;
            }
        }
        let imported = Imported {
            id,
            report,
            published: false,
            about: record.about.clone(),
            schema: layer.views.features.as_ref().map(|source| Arc::clone(source.schema())),
            grid: layer.views.grid.as_ref().map(|grid| Arc::clone(grid.schema())),
        };
        Ok(Staged { draft, record, made, imported })
    }

    /// What the catalogue says of a dataset that is replaced stays, but what is measured anew.
    fn record_of(&self, about: About, layer: &Opened, options: &ImportOptions) -> Result<DatasetRecord> {
        let catalogue = self.catalogue();
        let known = catalogue.entry(Caller::Operator, &about.id).ok().map(|entry| entry.record());
        let columns = match (options.columns.is_empty(), known) {
            (true, Some(known)) => known.columns.clone(),
            _ => options.columns.clone(),
        };
        Ok(DatasetRecord {
            about: About { rows: None, extent: None, period: None, ..about },
            revision: String::new(),
            columns,
            crs_operation: operation_of(&layer.views)?,
            key: options.open.key.clone(),
            time: options.open.time.clone(),
            created: known.map_or_else(now, |known| known.created),
        })
    }

    /// The record to begin with: what the person says, else what stands in the catalogue, else the file's name.
    fn about_of(&self, layer: &Opened, options: &ImportOptions, taken: &[DatasetId]) -> Result<About> {
        let catalogue = self.catalogue();
        let exists = |id: &DatasetId| catalogue.map(Caller::Operator, id).is_ok() || taken.contains(id);
        let mut about = match &options.about {
            Some(about) => about.clone(),
            None => {
                let mut about = About::new(free_id(&layer.name, |id| !options.replace && exists(id)));
                about.title = LocalText::one("und", layer.name.as_str());
                about
            }
        };
        if let Ok(entry) = catalogue.entry(Caller::Operator, &about.id) {
            if !options.replace {
                let say = format!("There is a dataset “{}” already; choose another --id, or give --replace.", about.id);
                return Err(Error::conflict(say).at("--id"));
            }
            if options.about.is_none() {
                about = entry.record().about.clone();
            }
        } else if exists(&about.id) {
            return Err(Error::conflict(format!("“{}” is taken; choose another --id.", about.id)).at("--id"));
        }
        about.amend(&options.said);
        about.updated = Some(now());
        Ok(about)
    }
}

/// Whether a map shows all these datasets: a new edition of a file does not make another one.
fn shown_together(catalogue: &Catalogue, ids: &[DatasetId]) -> bool {
    catalogue.maps(Caller::Operator).any(|map| {
        let layers = map.flat();
        ids.iter().all(|id| layers.iter().any(|layer| layer.dataset == *id))
    })
}

/// A map of all layers of a file, the first on top.
fn map_of_layers(before: &Catalogue, path: &Path, ids: &[DatasetId]) -> Map {
    let stem = path.file_stem().map_or_else(|| "map".to_owned(), |stem| stem.to_string_lossy().into_owned());
    let taken = |id: &DatasetId| before.map(Caller::Operator, id).is_ok() || ids.contains(id);
    Map {
        id: free_id(&stem, taken),
        title: LocalText::one("und", stem.as_str()),
        description: LocalText::default(),
        base: None,
        view: None,
        layers: ids.iter().map(|id| Node::Layer(plain_layer(id.clone()))).collect(),
    }
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

/// Styles that are given must fit what was read.
fn check_styles(views: &Views, options: &ImportOptions) -> Result<()> {
    for (name, style) in &options.styles {
        let fits = match (&views.features, &views.grid) {
            (Some(source), _) => style.check(source.schema()),
            (None, Some(grid)) => style.check_grid(grid.schema()),
            (None, None) => Ok(()),
        };
        fits.map_err(|error| Error::new(error.kind(), format!("Style “{name}” does not fit: {error}")).at("--style"))?;
    }
    Ok(())
}

/// How the coordinates get to WGS 84, chosen once and kept with the dataset; nothing when they are there already.
fn operation_of(views: &Views) -> Result<Option<PinnedOperation>> {
    let of_rows = views.features.as_ref().and_then(|source| source.schema().crs().cloned());
    let of_samples = views.grid.as_ref().map(|grid| grid.schema().crs.clone());
    let Some(from) = of_rows.or(of_samples) else { return Ok(None) };
    let transform = Transform::new(&from, &Crs::crs84())?;
    if transform.is_identity() {
        return Ok(None);
    }
    let (operation, pipeline) = (transform.operation().clone(), transform.pipeline().to_owned());
    Ok(Some(PinnedOperation { from, to: Crs::crs84(), operation, pipeline }))
}

/// Characters of an id that is numbered: the number must have room.
const STEM_CHARACTERS_MAX: usize = 50;

/// An id made of a name that is not taken.
fn free_id(name: &str, taken: impl Fn(&DatasetId) -> bool) -> DatasetId {
    let plain = DatasetId::from_name(name);
    let short: String = plain.as_str().chars().take(STEM_CHARACTERS_MAX).collect();
    let numbered = (2_u32..).map(|number| DatasetId::from_name(&format!("{short}-{number}")));
    std::iter::once(plain.clone()).chain(numbered).find(|id| !taken(id)).unwrap_or(plain)
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| "file".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// Writes what can be read, completes the record, and returns a style that suits it.
fn write_views(
    views: &Views,
    draft: &mut dyn Draft,
    record: &mut DatasetRecord,
    report: &mut Report,
    progress: &dyn Progress,
) -> Result<Style> {
    match (&views.features, &views.grid) {
        (Some(source), _) => write_features(&**source, draft, record, report, progress),
        (None, Some(grid)) => write_grid(&**grid, draft, record, progress),
        (None, None) => Err(Error::unsupported("The file has neither rows nor a grid.")),
    }
}

fn write_features(
    source: &dyn FeatureSource,
    draft: &mut dyn Draft,
    record: &mut DatasetRecord,
    report: &mut Report,
    progress: &dyn Progress,
) -> Result<Style> {
    let schema = Arc::clone(source.schema());
    check_time(record, &schema, report);
    let geographic = match schema.crs() {
        Some(crs) => terrane_projection::info(crs)?.geographic,
        None => false,
    };
    let mut watch = ExtentWatch::new(&schema, geographic);
    let mut sample: Vec<Batch> = Vec::new();
    let (mut rows_seen, mut rows_told) = (0_u64, None);
    let scan = wait(source.scan(&FeatureQuery::default()))?;
    let rows = crate::finish::Filtered::new(scan, &schema, &Cancel::default())?;
    let mut rows = rows.map(|batch| {
        let batch = batch?;
        watch.see(&batch);
        if sample.iter().map(Batch::len).sum::<usize>() < STYLE_SAMPLE_ROWS {
            sample.push(batch.clone());
        }
        rows_seen += batch.len() as u64;
        if rows_told.is_none_or(|told| rows_seen >= told + PROGRESS_ROWS) {
            rows_told = Some(rows_seen);
            if !progress.step("rows", rows_seen, 0) {
                return Err(Error::busy("Cancelled; nothing was published."));
            }
        }
        Ok(batch)
    });
    let Written { rows: kept, .. } = draft.write_features(&schema, &mut rows)?;
    report.rows_read = report.rows_read.max(rows_seen);
    report.rows_kept = kept;
    record.about.rows = Some(kept);
    record.about.period = watch.period();
    if let Some(crs) = schema.crs() {
        record.about.extent = watch.extent(crs)?;
        if record.about.extent.is_none() && kept > 0 {
            let what = "No row has a place that can be shown on a map.";
            report.add(Finding::new(Severity::Warning, what, "Look whether the CRS is right; --crs says another one."));
        }
    }
    if kept == 0 {
        report.add(Finding::new(Severity::Warning, "There are no rows.", "Look whether this is the right layer."));
    }
    Ok(Style::default_for_features(&schema, &sample))
}

/// Takes the time column from the schema, or says that the one named is no time.
fn check_time(record: &mut DatasetRecord, schema: &Schema, report: &mut Report) {
    let Some(name) = record.time.clone() else {
        record.time = schema.time.as_ref().map(|time| time.start.clone());
        return;
    };
    let fits = schema.column(&name).is_some_and(|(_, column)| column.kind == terrane_model::schema::ColumnKind::Time);
    if !fits {
        let what = format!("Column “{name}” does not hold dates or times that can be read, so the data has no time.");
        report.add(Finding::new(Severity::Warning, what, "Name another column with --time.").in_field(name));
        record.time = None;
    }
}

fn write_grid(
    grid: &dyn GridSource,
    draft: &mut dyn Draft,
    record: &mut DatasetRecord,
    progress: &dyn Progress,
) -> Result<Style> {
    let schema = grid.schema();
    let info = terrane_projection::info(&schema.crs)?;
    draft.write_grid(grid, progress)?;
    let bbox = schema.bbox();
    record.about.extent = Some(match info.geographic {
        true => normalised(bbox),
        false => Transform::new(&schema.crs, &Crs::crs84())?.bbox(&bbox)?,
    });
    Ok(Style::default_for_grid(schema, &sample_of(grid)?))
}

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

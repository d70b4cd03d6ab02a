//! Publishing files: read with one source, write with another, say what was found, swap one pointer.

mod prepare;

pub(crate) use prepare::write_rows;
pub use prepare::{LocalPreparer, Prepared, Preparer, Reading, prepare};

use crate::catalogue::{Catalogue, plain_layer};
use crate::foreign;
use crate::publish::{dataset_change, map_change, now, style_change, style_ids};
use crate::{Caller, Engine};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use terrane_drawing::style::Style;
use terrane_formats::about::{DatasetRecord, LayerFound, PinnedOperation};
use terrane_model::about::Said;
use terrane_model::grid::GridSchema;
use terrane_model::ledger::{Change, Expect, Shelf};
use terrane_model::map::{Map, Node};
use terrane_model::report::{Finding, Report, Severity};
use terrane_model::store::{Draft, OpenOptions, Progress, Views};
use terrane_model::{About, Crs, DatasetId, Error, LocalText, Result, Schema};
use terrane_projection::Transform;

/// What a person says when adding a file.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    /// How to read it.
    pub open: OpenOptions,
    /// Put geometry right that is wrong; the file as it was given is kept beside.
    pub repair: bool,
    /// The files as they were given, when it is not those that are read.
    pub originals: Option<Vec<PathBuf>>,
    /// What the dataset is about; `id` and everything else are taken from the file where this is absent.
    pub about: Option<About>,
    /// What is said of every layer, whatever it is called.
    pub said: Said,
    /// What the columns mean.
    pub columns: Vec<terrane_formats::about::ColumnAbout>,
    /// Styles by name; a default one is made when there is none.
    pub styles: Vec<(String, Style)>,
    /// The text of one more style, `default`, as JSON or SLD: it is read when the columns are known.
    pub style_text: Option<String>,
    /// Publish over a dataset that has the same id, as its next edition.
    pub replace: bool,
    /// What the edition is called, such as `2nd edition, 2026`.
    pub label: String,
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
    styles: Vec<(String, Style)>,
    imported: Imported,
}

impl Engine {
    /// Publishes all layers of a file, or none. Blocks; run it on a thread of its own.
    ///
    /// A layer that is refused is in the answer with its report and is not published, and then neither are the others.
    pub fn import(&self, path: &Path, options: &ImportOptions, progress: &dyn Progress) -> Result<Vec<Imported>> {
        if let Some(about) = &options.about {
            self.check_free(about, options.replace, &[])?;
        }
        let reading = Reading {
            path,
            open: &options.open,
            repair: options.repair,
            originals: options.originals.as_deref(),
            one_layer: options.about.is_some(),
        };
        let mut staged: Vec<Staged> = Vec::new();
        for layer in self.preparer.prepare(&reading, &*self.store, progress)? {
            let taken: Vec<DatasetId> = staged.iter().map(|done| done.imported.id.clone()).collect();
            staged.push(self.stage(layer, options, &taken)?);
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
        self.check_quota(&staged)?;
        let ids: Vec<DatasetId> = staged.iter().map(|done| done.imported.id.clone()).collect();
        let outcome = self.finish_all(staged, path, options);
        ids.iter().for_each(|id| self.tidy(id));
        outcome
    }

    /// Refuses what would take more room than the node may use.
    fn check_quota(&self, staged: &[Staged]) -> Result<()> {
        let Some(quota) = self.policy().quota_bytes else { return Ok(()) };
        let (used, more) = (self.store.bytes()?, staged.iter().map(|done| done.draft.bytes()).sum::<Result<u64>>()?);
        if used.saturating_add(more) <= quota {
            return Ok(());
        }
        let say = format!(
            "This needs {more} bytes, {used} bytes are taken and this node may use {quota} bytes; remove datasets or older editions, or raise [quota] in terrane.toml. Nothing was published."
        );
        Err(Error::too_large(say))
    }

    fn finish_all(&self, staged: Vec<Staged>, path: &Path, options: &ImportOptions) -> Result<()> {
        let why = format!("add {}", file_name(path));
        let (mut changes, mut ids) = (Vec::new(), Vec::new());
        for mut done in staged {
            done.draft.keep_record(&terrane_formats::about::dataset_to_json(&done.record))?;
            let bytes = done.draft.bytes()?;
            done.record.revision = done.draft.finish(&done.record.about.id)?;
            changes.extend(self.changes(&done.record, (&done.styles, &done.made), options)?);
            changes.extend(self.next_edition(&done.record, bytes, &options.who, (&why, &options.label))?);
            ids.push(done.record.about.id);
        }
        let catalogue = self.catalogue();
        if ids.len() > 1 && !shown_together(&catalogue, &ids) {
            changes.push(map_change(&map_of_layers(&catalogue, path, &ids))?);
        }
        self.publish(changes, &options.who, &why).map(drop)
    }

    /// The record's and the styles' changes.
    fn changes(
        &self,
        record: &DatasetRecord,
        (styles, made): (&[(String, Style)], &Style),
        options: &ImportOptions,
    ) -> Result<Vec<Change>> {
        let (ledger, id) = (self.store.ledger(), &record.about.id);
        if ledger.read(Shelf::Map, id.as_str())?.is_some() {
            return Err(Error::conflict(format!("“{id}” is the id of a map; choose another --id.")).at("--id"));
        }
        let expect = if options.replace { Expect::Anything } else { Expect::Nothing };
        let mut changes = vec![dataset_change(record, expect)];
        changes.extend(styles.iter().map(|(name, style)| style_change(id, name, style)));
        if styles.is_empty() && style_ids(ledger, id)?.is_empty() {
            changes.push(style_change(id, "default", made));
        }
        Ok(changes)
    }

    fn stage(&self, layer: Prepared, options: &ImportOptions, taken: &[DatasetId]) -> Result<Staged> {
        let Prepared { draft, mut found } = layer;
        let about = self.about_of(&found, options, taken)?;
        let views = draft.views()?;
        let mut styles = options.styles.clone();
        if let Some(text) = &options.style_text {
            let (style, fidelity) = foreign::style_of(text, &views).map_err(|error| at_style(&error))?;
            fidelity.iter().flat_map(foreign::findings).for_each(|finding| found.report.add(finding));
            styles.push(("default".to_owned(), style));
        }
        check_styles(&views, &styles)?;
        let record = self.record_of(about, &views, options, &mut found)?;
        let imported = Imported {
            id: record.about.id.clone(),
            report: found.report,
            published: false,
            about: record.about.clone(),
            schema: views.features.as_ref().map(|source| Arc::clone(source.schema())),
            grid: views.grid.as_ref().map(|grid| Arc::clone(grid.schema())),
        };
        Ok(Staged { draft, record, made: Style::from_json(&found.style)?, styles, imported })
    }

    /// What the catalogue says of a dataset that is replaced stays, but what is measured anew.
    fn record_of(
        &self,
        about: About,
        views: &Views,
        options: &ImportOptions,
        found: &mut LayerFound,
    ) -> Result<DatasetRecord> {
        let catalogue = self.catalogue();
        let known = catalogue.entry(Caller::Operator, &about.id).ok().map(|entry| entry.record());
        let columns = match (options.columns.is_empty(), known) {
            (true, Some(known)) => known.columns.clone(),
            _ => options.columns.clone(),
        };
        let time = match &views.features {
            Some(source) => time_column(options.open.time.clone(), source.schema(), &mut found.report),
            None => None,
        };
        Ok(DatasetRecord {
            about: About { rows: found.rows, extent: found.extent, period: found.period, ..about },
            revision: String::new(),
            columns,
            crs_operation: operation_of(views)?,
            key: options.open.key.clone(),
            time,
            coverage: found.coverage,
            created: known.map_or_else(now, |known| known.created),
        })
    }

    /// The record to begin with: what the person says, else what stands in the catalogue, else the file's name.
    fn about_of(&self, layer: &LayerFound, options: &ImportOptions, taken: &[DatasetId]) -> Result<About> {
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
        self.check_free(&about, options.replace, taken)?;
        if options.about.is_none()
            && let Ok(entry) = catalogue.entry(Caller::Operator, &about.id)
        {
            about = entry.record().about.clone();
        }
        about.amend(&options.said);
        about.updated = Some(now());
        Ok(about)
    }

    /// Refuses an id that another dataset or map has, unless it is a dataset that is to be replaced.
    fn check_free(&self, about: &About, replace: bool, taken: &[DatasetId]) -> Result<()> {
        let (catalogue, id) = (self.catalogue(), &about.id);
        let refused = |say: String| Err(Error::conflict(say).at("--id"));
        match catalogue.entry(Caller::Operator, id) {
            Ok(_) if !replace => {
                refused(format!("There is a dataset “{id}” already; choose another --id, or give --replace."))
            }
            Err(_) if catalogue.map(Caller::Operator, id).is_ok() || taken.contains(id) => {
                refused(format!("“{id}” is taken; choose another --id."))
            }
            _ => Ok(()),
        }
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

/// Styles that are given must fit what was read.
/// The error of a style with its place in the sentence.
fn at_style(error: &Error) -> Error {
    Error::new(error.kind(), error.to_string()).at("--style")
}

fn check_styles(views: &Views, styles: &[(String, Style)]) -> Result<()> {
    for (name, style) in styles {
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
pub(crate) fn operation_of(views: &Views) -> Result<Option<PinnedOperation>> {
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

/// The time column: the one of the schema, or the one that was named, or a remark that this one is no time.
fn time_column(named: Option<String>, schema: &Schema, report: &mut Report) -> Option<String> {
    let Some(name) = named else { return schema.time.as_ref().map(|time| time.start.clone()) };
    let fits = schema.column(&name).is_some_and(|(_, column)| column.kind == terrane_model::schema::ColumnKind::Time);
    if fits {
        return Some(name);
    }
    let what = format!("Column “{name}” does not hold dates or times that can be read, so the data has no time.");
    report.add(Finding::new(Severity::Warning, what, "Name another column with --time.").in_field(name));
    None
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

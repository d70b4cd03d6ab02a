//! What is published, as one immutable value: swapped whole at start-up and after every change.

use crate::caller::Caller;
use crate::extent;
use crate::geology::{self, MappingEntry};
use crate::lens::Described;
use crate::publish;
use std::collections::BTreeMap;
use std::sync::Arc;
use terrane_drawing::style::Style;
use terrane_formats::about::{self, DatasetRecord};
use terrane_geology::view::View;
use terrane_hazard::source::SourceTable;
use terrane_hazard::table::EventTable;
use terrane_model::ledger::{Record, Shelf};
use terrane_model::map::{Layer, Map, Node};
use terrane_model::schema::{Schema, TimeColumns};
use terrane_model::store::{Store, Views, Written};
use terrane_model::{About, Crs, Dataset, DatasetId, Error, Instant, Kind, Result};

/// Datasets, their styles, and maps.
pub struct Catalogue {
    sequence: u64,
    made: Instant,
    datasets: BTreeMap<DatasetId, Arc<Entry>>,
    maps: BTreeMap<DatasetId, Arc<Map>>,
    map_versions: BTreeMap<DatasetId, u64>,
    problems: Vec<Problem>,
}

/// A dataset as the catalogue holds it.
pub struct Entry {
    version: u64,
    record: DatasetRecord,
    /// As the store opened them, without the catalogue's titles and units.
    views: Views,
    dataset: Dataset,
    styles: BTreeMap<String, StyleEntry>,
    /// How its values are told in shared terms.
    mapping: Option<MappingEntry>,
    /// The view that it gathers the rows of all datasets in.
    view: Option<&'static View>,
    /// What its columns say of events, and all of them, when it is a table of events.
    events: Option<(Arc<EventTable>, Arc<Schema>)>,
    /// What its columns say of faults, volcanoes and the like, when it is a table of such.
    sources: Option<Arc<SourceTable>>,
    /// What caches know its data by.
    state: String,
}

/// A style of a dataset.
#[derive(Clone)]
pub struct StyleEntry {
    /// Its name in addresses.
    pub name: String,
    /// The style.
    pub style: Arc<Style>,
    /// Changes whenever the style does.
    pub version: u64,
    /// A hash of what it says: of two styles with one name and version, as in a catalogue that was built anew, too.
    pub digest: blake3::Hash,
    /// Whether it was made from the dataset's mapping and is kept nowhere.
    pub derived: bool,
}

impl Entry {
    /// The catalogue's record: of the data as it was published; see [`Entry::about`] for what amendments made of it.
    pub fn record(&self) -> &DatasetRecord {
        &self.record
    }
    /// What it is about, with the rows, the extent and the period that it has now, amendments included.
    pub fn about(&self) -> &About {
        &self.dataset.about
    }
    /// The state of its data: the revision, or the state that its amendments made. Changes whenever a row does.
    ///
    /// A mapping is part of it, for it says what derived columns hold.
    pub fn state(&self) -> &str {
        &self.state
    }
    /// How its values are told in shared terms, when a mapping says so.
    pub fn mapping(&self) -> Option<&MappingEntry> {
        self.mapping.as_ref()
    }
    /// What its columns say of events, and all its columns, when it is a table of events.
    pub fn events(&self) -> Option<&(Arc<EventTable>, Arc<Schema>)> {
        self.events.as_ref()
    }
    /// What its columns say of faults, volcanoes and the like, when it is a table of such.
    pub fn sources(&self) -> Option<&Arc<SourceTable>> {
        self.sources.as_ref()
    }
    /// The view that it is, when it gathers the rows of all mapped datasets: it is made of them and kept nowhere.
    pub fn view(&self) -> Option<&'static View> {
        self.view
    }
    /// A view over mapped datasets.
    pub(crate) fn of_view(
        view: &'static View,
        record: DatasetRecord,
        (views, dataset): (Views, Dataset),
        styles: BTreeMap<String, StyleEntry>,
    ) -> Self {
        let state = record.revision.clone();
        Self {
            version: 0,
            record,
            views,
            dataset,
            styles,
            mapping: None,
            view: Some(view),
            events: None,
            sources: None,
            state,
        }
    }
    /// The CRS that the data is kept in.
    pub fn crs(&self) -> Option<&Crs> {
        let of_rows = self.dataset.features.as_ref().and_then(|source| source.schema().crs());
        of_rows.or_else(|| self.dataset.grid.as_ref().map(|grid| &grid.schema().crs))
    }
    /// Whether it is drawn as rows.
    pub fn has_rows(&self) -> bool {
        self.dataset.features.is_some() && !self.is_grid()
    }
    /// Whether it is drawn as a grid.
    pub fn is_grid(&self) -> bool {
        self.dataset.grid.is_some()
    }
    /// All styles, the default one first.
    pub fn styles(&self) -> Vec<&StyleEntry> {
        let default = self.default_style();
        let mut all: Vec<&StyleEntry> = self.styles.values().collect();
        all.sort_by_key(|entry| default != Some(entry.name.as_str()));
        all
    }
    /// The name of the style used when none is asked for.
    pub fn default_style(&self) -> Option<&str> {
        let named = self.record.about.default_style.as_deref().filter(|name| self.styles.contains_key(*name));
        let usual = || self.styles.get_key_value("default").or(self.styles.first_key_value());
        named.or_else(|| usual().map(|(name, _)| name.as_str()))
    }
    /// A style by name; the default one when no name is given.
    pub fn style(&self, name: Option<&str>) -> Result<&StyleEntry> {
        let id = &self.record.about.id;
        let name = match name.filter(|name| !name.is_empty()) {
            Some(name) => name,
            None => self.default_style().ok_or_else(|| Error::not_found(format!("Dataset “{id}” has no style.")))?,
        };
        self.styles.get(name).ok_or_else(|| {
            let known = self.styles.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            Error::not_found(format!("Dataset “{id}” has no style “{name}”; it has: {known}."))
        })
    }
}

impl Catalogue {
    /// Reads the ledger and opens what has changed since `previous`.
    pub fn reconcile(store: &dyn Store, previous: Option<&Self>) -> Result<Self> {
        let ledger = store.ledger();
        let sequence = ledger.sequence()?;
        let mut shelves =
            Shelves { styles: ledger.list(Shelf::Style)?, mappings: geology::of_ledger(ledger)?, problems: Vec::new() };
        let mut datasets = BTreeMap::new();
        for record in ledger.list(Shelf::Dataset)? {
            match open_entry(store, &record, &mut shelves, previous) {
                Ok(entry) => drop(datasets.insert(entry.record.about.id.clone(), Arc::new(entry))),
                Err(error) => {
                    tracing::error!(dataset = record.id, ?error, "a dataset cannot be opened and is left out");
                    shelves.problems.push((record.id, error));
                }
            }
        }
        let mut problems = shelves.problems;
        for entry in geology::entries(datasets.values()) {
            datasets.entry(entry.record.about.id.clone()).or_insert_with(|| Arc::new(entry));
        }
        let (mut maps, mut map_versions) = (BTreeMap::new(), BTreeMap::new());
        for record in ledger.list(Shelf::Map)? {
            match about::map_from_json(&record.body) {
                Ok(map) => {
                    map_versions.insert(map.id.clone(), record.version);
                    maps.insert(map.id.clone(), Arc::new(map));
                }
                Err(error) => {
                    tracing::error!(map = record.id, ?error, "a map cannot be read and is left out");
                    problems.push((record.id, error));
                }
            }
        }
        Ok(Self { sequence, made: publish::now(), datasets, maps, map_versions, problems })
    }

    /// The same but for one dataset, which is not there.
    pub(crate) fn without(&self, id: &DatasetId) -> Self {
        let mut datasets = self.datasets.clone();
        datasets.remove(id);
        let (maps, map_versions) = (self.maps.clone(), self.map_versions.clone());
        Self { sequence: self.sequence, made: self.made, datasets, maps, map_versions, problems: Vec::new() }
    }

    /// The ledger's commit that this catalogue shows.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// When it was made: whatever it shows was as it is at that moment, and has been since.
    pub fn made(&self) -> Instant {
        self.made
    }

    /// All that this catalogue shows, in a word: changes with every commit and with every amendment.
    pub fn state(&self) -> String {
        let amended = self.datasets.values().filter(|entry| entry.state() != entry.record.revision);
        amended.fold(self.sequence.to_string(), |all, entry| all + " " + entry.state())
    }

    /// What the ledger names and cannot be opened: the rest is served without it.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The only way from an id to a dataset: as that caller may see it.
    pub fn open(&self, caller: Caller, id: &DatasetId) -> Result<Dataset> {
        self.entry(caller, id).map(|entry| entry.dataset.clone())
    }

    /// The catalogue's entry of a dataset that the caller may see.
    pub fn entry(&self, caller: Caller, id: &DatasetId) -> Result<&Arc<Entry>> {
        // Everything published is public until grants exist; the caller is asked for so that no path can forget it.
        let _ = caller;
        self.datasets.get(id).ok_or_else(|| Error::not_found(format!("There is no dataset “{id}” here.")))
    }

    /// All datasets that the caller may see, by id.
    pub fn entries(&self, caller: Caller) -> impl Iterator<Item = &Arc<Entry>> {
        let _ = caller;
        self.datasets.values()
    }

    /// What all datasets that the caller may see are about, by id.
    pub fn abouts(&self, caller: Caller) -> impl Iterator<Item = &Arc<About>> {
        self.entries(caller).map(|entry| &entry.dataset.about)
    }

    /// All maps that the caller may see, by id.
    pub fn maps(&self, caller: Caller) -> impl Iterator<Item = &Arc<Map>> {
        let _ = caller;
        self.maps.values()
    }

    /// A map, or the map that consists of one dataset when the id is a dataset's.
    pub fn map(&self, caller: Caller, id: &DatasetId) -> Result<Arc<Map>> {
        if let Some(map) = self.maps.get(id) {
            return Ok(Arc::clone(map));
        }
        let entry = self.entry(caller, id).map_err(|_| Error::not_found(format!("There is no map “{id}” here.")))?;
        let about = &entry.record.about;
        Ok(Arc::new(Map {
            id: about.id.clone(),
            title: about.title.clone(),
            description: about.description.clone(),
            base: self.base_map().filter(|base| base != id),
            view: about.extent,
            layers: vec![Node::Layer(plain_layer(about.id.clone()))],
        }))
    }

    /// The version of a map, for cache keys; 0 for a dataset's own map.
    pub fn map_version(&self, id: &DatasetId) -> u64 {
        self.map_versions.get(id).copied().unwrap_or(0)
    }

    /// The map that others are drawn upon, when there is one.
    fn base_map(&self) -> Option<DatasetId> {
        self.maps.values().find_map(|map| map.base.clone())
    }
}

/// A dataset drawn with its default style, opaque, at every scale.
pub fn plain_layer(dataset: DatasetId) -> Layer {
    Layer {
        dataset,
        style: None,
        title: None,
        filter: None,
        opacity: 1.0,
        visible: true,
        scale_min: None,
        scale_max: None,
    }
}

/// What the ledger names and cannot be opened: a dataset, a map, or a style (`dataset/style`), and why.
type Problem = (String, Error);

/// What datasets are opened with.
struct Shelves {
    styles: Vec<Record>,
    mappings: BTreeMap<String, Record>,
    problems: Vec<Problem>,
}

fn open_entry(
    store: &dyn Store,
    record: &Record,
    shelves: &mut Shelves,
    previous: Option<&Catalogue>,
) -> Result<Entry> {
    let parsed = about::dataset_from_json(&record.body)?;
    let id = &parsed.about.id;
    let known = previous.and_then(|catalogue| catalogue.datasets.get(id)).map(|entry| &**entry);
    let state = store.latest(id, &parsed.revision)?;
    let known = known.map(|entry| (entry, *entry.dataset.revision == *state));
    let views = match known {
        Some((entry, true)) => entry.views.clone(),
        _ => whole(&parsed, store.open(id, &state)?)?,
    };
    let mapping = shelves.mappings.get(id.as_str());
    let same_mapping =
        |entry: &Entry| entry.mapping.as_ref().map(|known| known.version) == mapping.map(|it| it.version);
    let (dataset, mapping) = match known {
        Some((entry, true)) if entry.version == record.version && same_mapping(entry) => {
            (entry.dataset.clone(), entry.mapping.clone())
        }
        _ => {
            let totals = store.totals(id, &state, parsed.about.rows.unwrap_or(0))?;
            let dataset = amended(dataset_of(&parsed, &views, &state), totals)?;
            with_mapping(dataset, mapping, &mut shelves.problems)
        }
    };
    let known = known.map(|(entry, _)| entry);
    let mut styles = styles_of(id, (&shelves.styles, &mut shelves.problems), known);
    let version = mapping.as_ref().map_or_else(String::new, |mapping| format!("+{}", mapping.version));
    for (view, mapping) in mapping.iter().flat_map(|mapping| mapping.views().map(move |view| (view, mapping))) {
        for style in geology::styles(view, &[mapping]).into_values() {
            geology::add_derived(&mut styles, style);
        }
    }
    let state = state + &version;
    let events = events_of(&dataset);
    let sources = if events.is_some() { None } else { sources_of(&dataset) };
    let version = record.version;
    Ok(Entry { version, record: parsed, views, dataset, styles, mapping, view: None, events, sources, state })
}

/// What the columns of a dataset say of events.
fn events_of(dataset: &Dataset) -> Option<(Arc<EventTable>, Arc<Schema>)> {
    let schema = dataset.features.as_ref()?.schema();
    EventTable::of(schema).map(|table| (Arc::new(table), Arc::clone(schema)))
}

/// What the columns of a dataset say of faults, volcanoes and the like.
fn sources_of(dataset: &Dataset) -> Option<Arc<SourceTable>> {
    SourceTable::of(dataset.features.as_ref()?.schema(), &dataset.about.keywords).map(Arc::new)
}

/// The dataset told by its mapping. One that does not fit is a problem of the mapping; the dataset is served as it is.
fn with_mapping(
    mut dataset: Dataset,
    record: Option<&Record>,
    problems: &mut Vec<Problem>,
) -> (Dataset, Option<MappingEntry>) {
    let Some(record) = record else { return (dataset, None) };
    match geology::laid_over(&mut dataset, record) {
        Ok(mapping) => (dataset, Some(mapping)),
        Err(error) => {
            tracing::error!(dataset = record.id, ?error, "a mapping does not fit its dataset and is left out");
            problems.push((record.id.clone(), error));
            (dataset, None)
        }
    }
}

/// The views, when what was published is among them: a file that is gone must not pass for a dataset without rows.
fn whole(record: &DatasetRecord, views: Views) -> Result<Views> {
    let (rows, nothing) = (views.features.is_some(), views.grid.is_none() && views.series.is_none());
    let gone = (record.about.rows.is_some() && !rows) || (record.about.extent.is_some() && !rows && nothing);
    match gone {
        false => Ok(views),
        true => {
            let say = format!(
                "The data of “{}” is gone from the folder; restore a backup, or add the data again.",
                record.about.id
            );
            Err(Error::new(Kind::Internal, say))
        }
    }
}

/// A dataset as its record and its views make it, in a state of its revision.
pub(crate) fn dataset_of(record: &DatasetRecord, views: &Views, state: &str) -> Dataset {
    let mut dataset = Dataset::new(record.about.clone(), state);
    dataset.features = views.features.as_ref().map(|source| {
        let schema = described_schema(source.schema(), record);
        Arc::new(Described::new(Arc::clone(source), schema)) as Arc<_>
    });
    dataset.grid.clone_from(&views.grid);
    dataset.series.clone_from(&views.series);
    dataset.files.clone_from(&views.files);
    dataset
}

/// The dataset with the rows, the extent and the period that its amendments made.
fn amended(mut dataset: Dataset, totals: Option<Written>) -> Result<Dataset> {
    let Some(totals) = totals else { return Ok(dataset) };
    let mut about = (*dataset.about).clone();
    about.rows = Some(totals.rows);
    let crs = dataset.features.as_ref().and_then(|source| source.schema().crs().cloned());
    if let (Some(bbox), Some(crs)) = (totals.bbox.filter(|bbox| !bbox.is_empty()), crs) {
        let bbox = extent::of_box(&bbox, &crs)?;
        about.extent = Some(about.extent.map_or(bbox, |before| before.union(&bbox)));
    }
    if let Some(period) = totals.period {
        about.period = Some(about.period.map_or(period, |before| extent::joined(&before, &period)));
    }
    dataset.about = Arc::new(about);
    Ok(dataset)
}

/// The file's schema with what the catalogue knows of its columns.
fn described_schema(schema: &Schema, record: &DatasetRecord) -> Schema {
    let mut schema = schema.clone();
    for known in &record.columns {
        if let Some(column) = schema.columns.iter_mut().find(|column| column.name == known.name) {
            column.title = known.title.clone();
            column.description = known.description.clone();
            column.unit = known.unit.clone();
        }
    }
    schema.key = record.key.clone().or(schema.key);
    if let Some(start) = &record.time {
        schema.time = Some(TimeColumns { start: start.clone(), end: None });
    }
    schema
}

/// The styles of one dataset; records on the shelf are called `dataset/style`. One that cannot be read is left out.
fn styles_of(
    id: &DatasetId,
    (records, problems): (&[Record], &mut Vec<Problem>),
    known: Option<&Entry>,
) -> BTreeMap<String, StyleEntry> {
    let mut styles = BTreeMap::new();
    for record in records {
        let Some((_, name)) = record.id.split_once('/').filter(|(dataset, _)| *dataset == id.as_str()) else {
            continue;
        };
        let same = known.and_then(|entry| entry.styles.get(name)).filter(|style| style.version == record.version);
        let style = match same {
            Some(entry) => Ok(Arc::clone(&entry.style)),
            None => Style::from_json(&record.body).map(Arc::new),
        };
        match style {
            Ok(style) => {
                let digest = blake3::hash(record.body.as_bytes());
                let (name, version) = (name.to_owned(), record.version);
                let entry = StyleEntry { name: name.clone(), style, version, digest, derived: false };
                styles.insert(name, entry);
            }
            Err(error) => {
                tracing::error!(style = record.id, ?error, "a style cannot be read and is left out");
                problems.push((record.id.clone(), error));
            }
        }
    }
    styles
}

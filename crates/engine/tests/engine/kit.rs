//! A store and an opener without a disk, and short ways to make rows, grids and questions.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use terrane_engine::import::{ImportOptions, Imported};
use terrane_engine::pool::wait;
use terrane_engine::{Engine, View};
use terrane_model::batch::{BatchBuilder, Value};
use terrane_model::grid::{Band, GridQuery, GridSchema, GridTransform, SampleKind};
use terrane_model::ledger::Ledger;
use terrane_model::limits::Limits;
use terrane_model::report::{Finding, Report};
use terrane_model::schema::{Column, ColumnKind, GeometryColumn, GeometryKind, Schema};
use terrane_model::store::{Draft, OpenOptions, Opened, Opener, Progress, Silent, Store, Views, Written};
use terrane_model::testing::{Effort, MemoryFeatures, MemoryGrid, MemoryLedger};
use terrane_model::{Batch, Bbox, Crs, DatasetId, Error, FeatureId, FeatureSource, GridSource, Result};

type Place = (String, String);

/// What is on the "disk".
#[derive(Default)]
pub struct Disk {
    pub revisions: Mutex<BTreeMap<Place, Views>>,
    /// Drafts that are neither finished nor dropped.
    pub drafts: AtomicUsize,
    /// How often a revision was opened.
    pub opened: AtomicUsize,
    /// Datasets that cannot be opened.
    pub broken: Mutex<HashSet<String>>,
    /// Datasets whose drafts cannot be finished.
    pub full: Mutex<HashSet<String>>,
    numbers: AtomicUsize,
}

impl Disk {
    pub fn places(&self) -> Vec<Place> {
        self.revisions.lock().expect("no panic").keys().cloned().collect()
    }
    pub fn open_drafts(&self) -> usize {
        self.drafts.load(Ordering::SeqCst)
    }
    pub fn times_opened(&self) -> usize {
        self.opened.load(Ordering::SeqCst)
    }
}

/// A store in memory. Its sources answer as much of a question as `effort` says.
pub struct MemoryStore {
    pub ledger: MemoryLedger,
    pub disk: Arc<Disk>,
    pub effort: Effort,
}

impl MemoryStore {
    pub fn new(effort: Effort) -> Self {
        Self { ledger: MemoryLedger::default(), disk: Arc::default(), effort }
    }
}

impl Store for MemoryStore {
    fn ledger(&self) -> &dyn Ledger {
        &self.ledger
    }
    fn open(&self, id: &DatasetId, revision: &str) -> Result<Views> {
        self.disk.opened.fetch_add(1, Ordering::SeqCst);
        if self.disk.broken.lock().expect("no panic").contains(id.as_str()) {
            return Err(Error::internal("a flipped bit"));
        }
        let place = (id.to_string(), revision.to_owned());
        let revisions = self.disk.revisions.lock().expect("no panic");
        revisions.get(&place).cloned().ok_or_else(|| Error::not_found("no such revision"))
    }
    fn draft(&self) -> Result<Box<dyn Draft>> {
        self.disk.drafts.fetch_add(1, Ordering::SeqCst);
        let draft = MemoryDraft { disk: Arc::clone(&self.disk), effort: self.effort, views: Views::default() };
        Ok(Box::new(draft))
    }
    fn keep_only(&self, id: &DatasetId, revisions: &[&str]) -> Result<()> {
        let keep = |place: &Place, _: &mut Views| place.0 != id.as_str() || revisions.contains(&place.1.as_str());
        self.disk.revisions.lock().expect("no panic").retain(keep);
        Ok(())
    }
    fn discard(&self, id: &DatasetId) -> Result<()> {
        self.keep_only(id, &[])
    }
}

struct MemoryDraft {
    disk: Arc<Disk>,
    effort: Effort,
    views: Views,
}

impl Drop for MemoryDraft {
    fn drop(&mut self) {
        self.disk.drafts.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Draft for MemoryDraft {
    fn write_features(
        &mut self,
        schema: &Arc<Schema>,
        rows: &mut dyn Iterator<Item = Result<Batch>>,
        _progress: &dyn Progress,
    ) -> Result<Written> {
        let batches = rows.collect::<Result<Vec<_>>>()?;
        let rows = batches.iter().map(|batch| batch.len() as u64).sum();
        self.views.features = Some(Arc::new(MemoryFeatures::new(Arc::clone(schema), batches, self.effort)));
        Ok(Written { rows, ..Written::default() })
    }
    fn write_grid(&mut self, grid: &dyn GridSource, progress: &dyn Progress) -> Result<()> {
        if !progress.step("samples", 0, 1) {
            return Err(Error::busy("Cancelled."));
        }
        self.views.grid = Some(Arc::new(copy_of(grid)));
        Ok(())
    }
    fn keep_original(&mut self, _name: &str, _path: &Path) -> Result<()> {
        Ok(())
    }
    fn keep_record(&mut self, _json: &str) -> Result<()> {
        Ok(())
    }
    fn views(&self) -> Result<Views> {
        Ok(self.views.clone())
    }
    fn bytes(&self) -> Result<u64> {
        Ok(1_000)
    }
    fn finish(self: Box<Self>, id: &DatasetId) -> Result<String> {
        if self.disk.full.lock().expect("no panic").contains(id.as_str()) {
            return Err(Error::internal("the disk is full"));
        }
        let revision = format!("r{}", self.disk.numbers.fetch_add(1, Ordering::SeqCst) + 1);
        let place = (id.to_string(), revision.clone());
        self.disk.revisions.lock().expect("no panic").insert(place, self.views.clone());
        Ok(revision)
    }
}

fn copy_of(grid: &dyn GridSource) -> MemoryGrid {
    let schema = grid.schema();
    let query =
        GridQuery { bbox: schema.bbox(), step_max: None, bands: Vec::new(), slice: Vec::new(), samples_max: u64::MAX };
    let window = wait(grid.window(&query)).expect("a grid in memory is read");
    let band = |samples: &terrane_model::grid::Samples| (0..samples.len()).map(|at| samples.get(at)).collect();
    MemoryGrid::new((**schema).clone(), window.bands.iter().map(band).collect())
}

/// Layers by the name of the file they are in.
#[derive(Default)]
pub struct MemoryFiles(pub BTreeMap<String, Vec<Layer>>);

/// A layer of a file.
#[derive(Clone)]
pub struct Layer {
    pub name: String,
    pub views: Views,
    pub findings: Vec<Finding>,
}

impl Layer {
    pub fn rows(name: &str, source: MemoryFeatures) -> Self {
        let views = Views { features: Some(Arc::new(source)), ..Views::default() };
        Self { name: name.to_owned(), views, findings: Vec::new() }
    }
    pub fn grid(name: &str, source: impl GridSource + 'static) -> Self {
        let views = Views { grid: Some(Arc::new(source)), ..Views::default() };
        Self { name: name.to_owned(), views, findings: Vec::new() }
    }
    pub fn finding(mut self, finding: Finding) -> Self {
        self.findings.push(finding);
        self
    }
}

impl Opener for MemoryFiles {
    fn open(&self, path: &Path, options: &OpenOptions) -> Result<Vec<Opened>> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let layers = self.0.get(&name).ok_or_else(|| Error::unsupported("This is no file that can be read."))?;
        let chosen = layers.iter().filter(|layer| options.layer.as_ref().is_none_or(|wanted| *wanted == layer.name));
        let opened = |layer: &Layer| Opened {
            rows_expected: None,
            name: layer.name.clone(),
            views: layer.views.clone(),
            report: Report { file: name.clone(), layer: layer.name.clone(), ..Report::default() },
            findings: Arc::new(Mutex::new(layer.findings.clone())),
            files: Vec::new(),
        };
        Ok(chosen.map(opened).collect())
    }
}

/// An engine, and the disk under it.
pub struct Node {
    pub engine: Engine,
    pub disk: Arc<Disk>,
}

/// A node whose sources answer as much as `effort` says, with files that can be imported.
pub fn node(effort: Effort, files: Vec<(&str, Vec<Layer>)>) -> Node {
    let store = MemoryStore::new(effort);
    let disk = Arc::clone(&store.disk);
    let files = files.into_iter().map(|(name, layers)| (name.to_owned(), layers)).collect();
    let opener: Arc<dyn Opener> = Arc::new(MemoryFiles(files));
    let engine = Engine::new(Arc::new(store), vec![opener], Limits::default(), [7; 32]).expect("the engine starts");
    Node { engine, disk }
}

/// A node with one dataset, `rows`.
pub fn node_of(effort: Effort, source: MemoryFeatures) -> Node {
    let node = node(effort, vec![("rows", vec![Layer::rows("rows", source)])]);
    node.import("rows", &ImportOptions::default()).expect("the rows are published");
    node
}

/// A node with one grid, `grid`.
pub fn node_of_grid(source: impl GridSource + 'static) -> Node {
    let node = node(Effort::Nothing, vec![("grid", vec![Layer::grid("grid", source)])]);
    node.import("grid", &ImportOptions::default()).expect("the grid is published");
    node
}

impl Node {
    pub fn import(&self, file: &str, options: &ImportOptions) -> Result<Vec<Imported>> {
        self.engine.import(Path::new(file), options, &Silent)
    }
}

pub fn id(text: &str) -> DatasetId {
    DatasetId::new(text).expect("a name of a dataset")
}

/// A schema with columns and a geometry of a kind.
pub fn schema(columns: &[(&str, ColumnKind)], kind: GeometryKind, crs: Crs) -> Arc<Schema> {
    Arc::new(Schema {
        columns: columns.iter().map(|&(name, kind)| Column::new(name, kind)).collect(),
        geometry: Some(GeometryColumn { name: "geometry".to_owned(), kind, crs, has_z: false }),
        time: None,
        key: None,
    })
}

/// Points with one column, `name`; identities from 1 on.
pub fn points(crs: Crs, places: &[(&str, [f64; 2])]) -> MemoryFeatures {
    let schema = schema(&[("name", ColumnKind::Text)], GeometryKind::Point, crs);
    let mut builder = BatchBuilder::new(Arc::clone(&schema));
    for (number, (name, place)) in places.iter().enumerate() {
        if let Some(geometry) = builder.geometry() {
            geometry.point(*place, None);
        }
        builder.value(&Value::Text(name));
        builder.end_row(FeatureId::Number(number as i64 + 1));
    }
    MemoryFeatures::new(schema, vec![builder.finish()], Effort::Nothing)
}

/// Areas of one ring each with one column, `name`; rings are closed here.
pub fn areas(crs: Crs, rings: &[(&str, &[[f64; 2]])]) -> MemoryFeatures {
    let schema = schema(&[("name", ColumnKind::Text)], GeometryKind::Polygon, crs);
    let mut builder = BatchBuilder::new(Arc::clone(&schema));
    for (number, (name, ring)) in rings.iter().enumerate() {
        if let Some(geometry) = builder.geometry() {
            geometry.begin(GeometryKind::Polygon);
            geometry.part(GeometryKind::Polygon);
            geometry.ring();
            geometry.positions(ring);
            geometry.positions(&ring[..1]);
        }
        builder.value(&Value::Text(name));
        builder.end_row(FeatureId::Number(number as i64 + 1));
    }
    MemoryFeatures::new(schema, vec![builder.finish()], Effort::Nothing)
}

pub fn rectangle(west: f64, south: f64, east: f64, north: f64) -> [[f64; 2]; 4] {
    [[west, south], [east, south], [east, north], [west, north]]
}

/// A grid of whole degrees whose sample is the longitude of its middle, rounded down.
pub fn longitudes(west: f64, east: f64) -> MemoryGrid {
    let (width, height) = ((east - west) as u32, 40);
    let band = Band {
        name: "longitude".to_owned(),
        description: None,
        unit: Some("deg".to_owned()),
        kind: SampleKind::F32,
        no_data: None,
        range: None,
    };
    let schema = GridSchema {
        crs: Crs::crs84(),
        transform: GridTransform::north_up([west, 20.0], [1.0, -1.0]),
        width,
        height,
        bands: vec![band],
        axes: Vec::new(),
        overviews: Vec::new(),
    };
    let samples = (0..height).flat_map(|_| (0..width).map(|column| west + f64::from(column))).collect();
    MemoryGrid::new(schema, vec![samples])
}

/// A view of a box, a pixel a sixth of a millimetre on no particular screen; the scale is of no importance.
pub fn view(crs: Crs, bbox: [f64; 4], width_px: u32, height_px: u32) -> View {
    let bbox = Bbox::from_array(bbox);
    let step = bbox.width() / f64::from(width_px);
    let scale_denominator = terrane_projection::scale::denominator(&crs, step).expect("the CRS has a scale");
    View { crs, bbox, width_px, height_px, pixel_mm: 0.28, scale_denominator }
}

/// The names of rows, in order.
pub fn names(batches: &[Batch]) -> Vec<String> {
    let of_row = |row: terrane_model::Feature<'_>| match row.get("name") {
        Value::Text(text) => text.to_owned(),
        other => format!("{other:?}"),
    };
    batches.iter().flat_map(|batch| batch.features().map(of_row).collect::<Vec<_>>()).collect()
}

/// The identities of rows, in order.
pub fn ids(batches: &[Batch]) -> Vec<FeatureId> {
    batches.iter().flat_map(|batch| batch.features().map(|row| row.id()).collect::<Vec<_>>()).collect()
}

/// The source of a dataset, as the engine opened it.
pub fn source(node: &Node, name: &str) -> Arc<dyn FeatureSource> {
    let dataset = node.engine.catalogue().open(terrane_engine::Caller::Public, &id(name)).expect("it is published");
    dataset.features.expect("it has rows")
}

/// A moment to come.
pub fn in_hours(hours: i64) -> terrane_model::Instant {
    terrane_model::Instant(terrane_engine::publish::now().0 + hours * 3_600_000_000)
}

//! Rows, amendments and folders for the tests of deltas.

use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use terrane_formats::features::geopackage::{self, GeoPackageSource};
use terrane_model::batch::{BatchBuilder, Value};
use terrane_model::schema::{Column, ColumnKind, GeometryColumn, GeometryKind, Schema, TimeColumns};
use terrane_model::testing::{Effort, MemoryFeatures, batches_of, ready, sample_features};
use terrane_model::{Amendment, Batch, Crs, FeatureId, FeatureQuery, FeatureSource, Instant, When};
use terrane_store_embedded::delta::Delta;

/// A folder and the delta in it.
pub struct Place {
    pub delta: Delta,
    pub folder: TempDir,
}

impl Place {
    pub fn new(base: Arc<dyn FeatureSource>) -> Self {
        let folder = quick_folder();
        let delta = Delta::create(&folder.path().join("r1.delta.gpkg"), base).expect("a delta is made");
        Self { delta, folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// A folder in memory where there is one: most tests are about what is read, and need not wait for a disk at each commit.
pub fn quick_folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder")
}

/// An event: what the tests change.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub id: FeatureId,
    pub at: Option<[f64; 2]>,
    pub time: Option<i64>,
    pub magnitude: Option<f64>,
    pub name: Option<String>,
}

pub fn event_schema() -> Arc<Schema> {
    Arc::new(Schema {
        columns: vec![
            Column::new("time", ColumnKind::Time),
            Column::new("magnitude", ColumnKind::Float),
            Column::new("name", ColumnKind::Text),
        ],
        geometry: Some(GeometryColumn {
            name: "geometry".to_owned(),
            kind: GeometryKind::Point,
            crs: Crs::crs84(),
            has_z: false,
        }),
        time: Some(TimeColumns { start: "time".to_owned(), end: None }),
        key: None,
    })
}

pub fn batches(schema: &Arc<Schema>, events: &[Event]) -> Vec<Batch> {
    let mut all = Vec::new();
    let mut builder = BatchBuilder::new(Arc::clone(schema));
    for event in events {
        if let (Some(at), Some(geometry)) = (event.at, builder.geometry()) {
            geometry.point(at, None);
        }
        builder.value(&event.time.map_or(Value::Null, |time| Value::Time(When::exactly(Instant(time)))));
        builder.value(&event.magnitude.map_or(Value::Null, Value::Float));
        builder.value(&event.name.as_deref().map_or(Value::Null, Value::Text));
        builder.end_row(event.id.clone());
        if builder.is_full() {
            all.push(builder.finish());
        }
    }
    if !builder.is_empty() {
        all.push(builder.finish());
    }
    all
}

pub fn event(id: i64, magnitude: f64) -> Event {
    Event {
        id: FeatureId::Number(id),
        at: Some([100.0 + id as f64 * 0.01, 5.0]),
        time: Some(1_700_000_000_000_000 + id * 60_000_000),
        magnitude: Some(magnitude),
        name: Some(format!("event {id}")),
    }
}

pub fn upsert(events: &[Event]) -> Amendment {
    Amendment { upserts: batches(&event_schema(), events), ..Amendment::default() }
}

pub fn delete(ids: &[i64]) -> Amendment {
    Amendment { deletes: ids.iter().map(|&id| FeatureId::Number(id)).collect(), ..Amendment::default() }
}

pub fn memory(events: &[Event], effort: Effort) -> Arc<dyn FeatureSource> {
    let schema = event_schema();
    Arc::new(MemoryFeatures::new(Arc::clone(&schema), batches(&schema, events), effort))
}

/// A stored file with these rows; the folder must outlive the source.
pub fn stored(folder: &TempDir, name: &str, schema: &Arc<Schema>, rows: Vec<Batch>) -> Arc<dyn FeatureSource> {
    let path = folder.path().join(name);
    geopackage::write(&path, "features", schema, &mut rows.into_iter().map(Ok)).expect("the base is written");
    Arc::new(GeoPackageSource::open(&path).expect("the base opens"))
}

/// Ten events, 1 to 10, each as strong as its number.
pub fn ten() -> Vec<Event> {
    (1..=10).map(|id| event(id, id as f64)).collect()
}

/// All rows of a source in its own order: identity and magnitude.
pub fn strengths(source: &dyn FeatureSource) -> Vec<(String, f64)> {
    let scan = ready(source.scan(&FeatureQuery::default())).expect("the source answers");
    assert!(scan.residual().is_none(), "nothing is left to filter when everything is asked");
    let batches = batches_of(scan.into_rows());
    let of = |batch: &Batch| -> Vec<(String, f64)> {
        batch.features().map(|row| (row.id().to_string(), row.get("magnitude").as_f64().unwrap_or(0.0))).collect()
    };
    batches.iter().flat_map(of).collect()
}

/// The rows of the sample of all kinds that are chosen by number, under new identities when `moved_by` is not 0.
pub fn sample_rows(choose: impl Fn(i64) -> bool, moved_by: i64) -> Vec<Batch> {
    let sample = sample_features(Effort::Nothing);
    let mut builder = BatchBuilder::new(Arc::clone(sample.schema()));
    let rows = sample.batches().iter().flat_map(|batch| batch.features().collect::<Vec<_>>());
    for (number, row) in rows.enumerate() {
        if choose(number as i64) {
            if let (Some(into), Some(geometry)) = (builder.geometry(), row.geometry()) {
                into.push(&geometry);
            }
            (0..row.batch().columns.len()).for_each(|column| builder.value(&row.value(column)));
            let FeatureId::Number(id) = row.id() else { panic!("the ids of the sample are numbers") };
            builder.end_row(FeatureId::Number(id + moved_by));
        }
    }
    vec![builder.finish()]
}

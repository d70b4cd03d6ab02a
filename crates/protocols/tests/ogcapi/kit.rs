//! A small survey in memory, and a client that asks its router.

use axum::body::Body;
use axum::http::{Request, Response, header};
use http_body_util::BodyExt as _;
use serde_json::Value;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex};
use terrane_engine::{Engine, Style};
use terrane_formats::about::{DatasetRecord, dataset_to_json};
use terrane_model::about::{Licence, Link, Party};
use terrane_model::batch::{BatchBuilder, Value as Cell};
use terrane_model::dataset::{FileEntry, FileSource};
use terrane_model::grid::{Band, GridQuery, GridSchema, GridTransform, SampleKind, Samples, Window};
use terrane_model::ledger::{Audit, Commit, Ledger, Record, Shelf};
use terrane_model::limits::Limits;
use terrane_model::map::{Layer, Map, Node};
use terrane_model::schema::{Column, ColumnKind, GeometryColumn, GeometryKind, Schema, TimeColumns};
use terrane_model::store::{Draft, Store, Views};
use terrane_model::time::Interval;
use terrane_model::{
    About, Batch, Bbox, BoxFuture, Crs, DatasetId, Error, FeatureId, FeatureQuery, FeatureScan, FeatureSource,
    GridSource, Instant, LocalText, Result, Rows, When,
};
use terrane_protocols::Site;
use terrane_protocols::common::site::SiteAbout;
use tower::ServiceExt as _;

/// The address that the site has in these tests, with a path prefix that the router does not see.
pub const URL: &str = "https://survey.example/geo";

/// What a client got.
pub struct Got {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Got {
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("answers are UTF-8")
    }
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// Asks with GET.
pub fn get(path: &str) -> Got {
    get_with(path, &[])
}

/// Asks with GET and headers.
pub fn get_with(path: &str, headers: &[(&str, &str)]) -> Got {
    ask("GET", path, headers)
}

/// Asks.
pub fn ask(method: &str, path: &str, headers: &[(&str, &str)]) -> Got {
    send(method, path, headers, &[])
}

/// Posts a document.
pub fn post(path: &str, body: &[u8]) -> Got {
    send("POST", path, &[("content-type", "text/xml")], body)
}

fn send(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Got {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(body.to_vec())).expect("the request is well formed");
    runtime().block_on(async {
        let response = router().oneshot(request).await.expect("the router always answers");
        collect(response).await
    })
}

async fn collect(response: Response<Body>) -> Got {
    let status = response.status().as_u16();
    let mut headers = BTreeMap::new();
    for (name, value) in response.headers() {
        headers.insert(name.to_string(), value.to_str().expect("headers are text").to_owned());
    }
    assert!(headers.contains_key(header::VARY.as_str()), "every answer says what it varies by");
    let body = response.into_body().collect().await.expect("the body is whole").to_bytes().to_vec();
    Got { status, headers, body }
}

fn runtime() -> &'static tokio::runtime::Runtime {
    static RUNTIME: std::sync::OnceLock<tokio::runtime::Runtime> = std::sync::OnceLock::new();
    RUNTIME.get_or_init(|| tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().expect("a runtime"))
}

/// The router over the survey.
pub fn router() -> axum::Router {
    static SITE: std::sync::OnceLock<Site> = std::sync::OnceLock::new();
    terrane_protocols::router(SITE.get_or_init(site).clone())
}

fn site() -> Site {
    let limits = Limits { page_rows_max: 50, ..Limits::default() };
    let engine = Engine::new(Arc::new(MemoryStore::survey()), Vec::new(), limits, [7; 32]).expect("an engine");
    let about = SiteAbout {
        public_url: URL.to_owned(),
        title: both("Geological Survey of Example", "例示地質調査所"),
        description: LocalText::one("en", "Maps & data for tests."),
        operator: Party { name: LocalText::one("en", "Example Survey"), ..Party::default() },
    };
    Site::new(Arc::new(engine), about)
}

fn both(english: &str, japanese: &str) -> LocalText {
    let mut text = LocalText::one("en", english);
    text.set("ja", japanese);
    text
}

/// Markup that must never reach a page as markup.
pub const MARKUP: &str = "<script>alert(1)</script>\"'&";

struct MemoryStore {
    ledger: MemoryLedger,
    views: BTreeMap<String, Views>,
}

impl MemoryStore {
    fn survey() -> Self {
        let mut store = Self { ledger: MemoryLedger::default(), views: BTreeMap::new() };
        store.add_quakes();
        store.add_units();
        store.add_grid();
        store.add_hostile();
        store.add_map();
        store
    }

    fn add(&mut self, about: About, views: Views, key: Option<&str>) {
        let style = match (&views.features, &views.grid) {
            (Some(source), _) => Style::default_for_features(source.schema(), &[]),
            (None, Some(grid)) => Style::default_for_grid(grid.schema(), &window_of(grid.schema())),
            (None, None) => panic!("a dataset has rows or samples"),
        };
        let id = about.id.to_string();
        let record = DatasetRecord {
            about,
            revision: "r1".to_owned(),
            columns: Vec::new(),
            crs_operation: None,
            key: key.map(str::to_owned),
            time: None,
            coverage: None,
            created: Instant(0),
        };
        let body = dataset_to_json(&record);
        terrane_formats::about::dataset_from_json(&body).expect("the record can be read again");
        Style::from_json(&style.to_json()).expect("the style can be read again");
        self.ledger.put(Shelf::Dataset, &id, body);
        self.ledger.put(Shelf::Style, &format!("{id}/default"), style.to_json());
        self.views.insert(id, views);
    }

    fn add_quakes(&mut self) {
        let mut about = about("quakes", both("Earthquakes of the dateline", "日付変更線の地震"));
        about.description = LocalText::one("en", "Five earthquakes, one without a place.");
        about.extent = Some(Bbox { min: [178.123_456_78, -20.0], max: [-178.5, 36.0] });
        let at = |text: &str| Some(Instant::parse(text).expect("a moment"));
        about.period = Some(Interval { start: at("2019-07-01"), end: at("2019-07-05T12:00:00Z") });
        about.rows = Some(5);
        let mut columns = vec![
            Column::new("number", ColumnKind::Int),
            Column::new("time", ColumnKind::Time),
            Column::new("magnitude", ColumnKind::Float),
            Column::new("depth", ColumnKind::Float),
            Column::new("place", ColumnKind::Text),
        ];
        columns[3].unit = Some("km".to_owned());
        columns[3].title = both("Depth", "深さ");
        let schema = Schema {
            columns,
            geometry: Some(geometry(GeometryKind::Point, Crs::crs84())),
            time: Some(TimeColumns { start: "time".to_owned(), end: None }),
            key: Some("number".to_owned()),
        };
        type Quake<'t> = (i64, Option<[f64; 2]>, &'t str, f64, f64, &'t str);
        let rows: [Quake<'_>; 5] = [
            (1, Some([178.5, -18.0]), "2019-07-01", 5.1, 10.0, "Fiji"),
            (2, Some([-179.0, -20.0]), "2019-07-02T03:04:05Z", 6.2, 33.5, "Tonga"),
            (3, Some([179.9, 36.0]), "2019-07-03", 4.9, 12.0, "Île d'été"),
            (4, None, "2019-07-04", 5.5, f64::NAN, "nowhere"),
            (5, Some([-178.5, 0.25]), "2019-07-05T12:00:00Z", 7.0, 600.0, "小笠原"),
        ];
        let mut builder = BatchBuilder::new(Arc::new(schema.clone()));
        for (number, position, time, magnitude, depth, place) in rows {
            if let (Some(xy), Some(geometry)) = (position, builder.geometry()) {
                geometry.point(xy, None);
            }
            builder.value(&Cell::Int(number));
            builder.value(&Cell::Time(When::parse(time).expect("a moment")));
            builder.value(&Cell::Float(magnitude));
            builder.value(&if depth.is_nan() { Cell::Null } else { Cell::Float(depth) });
            builder.value(&Cell::Text(place));
            builder.end_row(FeatureId::Number(number));
        }
        let files: Arc<dyn FileSource> = Arc::new(MemoryFiles);
        let source: Arc<dyn FeatureSource> =
            Arc::new(MemoryRows { schema: Arc::new(schema), batches: vec![builder.finish()] });
        self.add(about, Views { features: Some(source), files: Some(files), ..Views::default() }, Some("number"));
    }

    /// Two squares side by side in UTM zone 54 north, 10 km each.
    fn add_units(&mut self) {
        let mut about = about("units", both("Geological units", "地質単元"));
        about.extent = Some(Bbox { min: [140.95, 35.9], max: [141.3, 36.1] });
        about.rows = Some(2);
        let schema = Schema {
            columns: vec![Column::new("symbol", ColumnKind::Text), Column::new("map unit", ColumnKind::Text)],
            geometry: Some(geometry(GeometryKind::Polygon, Crs::epsg(32654))),
            time: None,
            key: None,
        };
        let mut builder = BatchBuilder::new(Arc::new(schema.clone()));
        for (name, x, symbol) in [("west-square", 500_000.0, "Js"), ("east-square", 510_000.0, "Kg")] {
            if let Some(geometry) = builder.geometry() {
                let y = 3_990_000.0;
                geometry.begin(GeometryKind::Polygon);
                geometry.part(GeometryKind::Polygon);
                geometry.ring();
                let ring = [[x, y], [x + 1e4, y], [x + 1e4, y + 1e4], [x, y + 1e4], [x, y]];
                geometry.positions(&ring);
            }
            builder.value(&Cell::Text(symbol));
            builder.value(&Cell::Text("sandstone"));
            builder.end_row(FeatureId::Text(name.to_owned()));
        }
        let source: Arc<dyn FeatureSource> =
            Arc::new(MemoryRows { schema: Arc::new(schema), batches: vec![builder.finish()] });
        self.add(about, Views { features: Some(source), ..Views::default() }, None);
    }

    fn add_grid(&mut self) {
        let mut about = about("relief", both("Relief", "地形"));
        about.extent = Some(Bbox { min: [130.0, 30.0], max: [140.0, 40.0] });
        let schema = GridSchema {
            crs: Crs::epsg(4326),
            transform: GridTransform::north_up([130.0, 40.0], [1.0, -1.0]),
            width: 10,
            height: 10,
            bands: vec![Band {
                name: "height".to_owned(),
                description: None,
                unit: Some("m".to_owned()),
                kind: SampleKind::F32,
                no_data: None,
                range: Some([-10.0, 89.0]),
            }],
            axes: Vec::new(),
            overviews: Vec::new(),
        };
        let grid: Arc<dyn GridSource> = Arc::new(MemoryGrid(Arc::new(schema)));
        self.add(about, Views { grid: Some(grid), ..Views::default() }, None);
    }

    /// A dataset in which everything that can hold text holds markup.
    fn add_hostile(&mut self) {
        let mut about = about("hostile", LocalText::one("en", MARKUP));
        about.description = LocalText::one("en", MARKUP);
        about.attribution = MARKUP.to_owned();
        about.lineage = MARKUP.to_owned();
        about.keywords = vec![MARKUP.to_owned()];
        about.licence = Licence { id: MARKUP.to_owned(), title: MARKUP.to_owned(), url: None };
        about.source = Some(Link { title: MARKUP.to_owned(), url: "https://example.org/?a=\"><b>".to_owned() });
        about.owner = Some(Party { name: LocalText::one("en", MARKUP), ..Party::default() });
        let mut column = Column::new(MARKUP, ColumnKind::Text);
        column.title = LocalText::one("en", MARKUP);
        column.unit = Some(MARKUP.to_owned());
        let schema = Schema {
            columns: vec![column, Column::new("limit", ColumnKind::Text)],
            geometry: None,
            time: None,
            key: None,
        };
        let mut builder = BatchBuilder::new(Arc::new(schema.clone()));
        for value in [MARKUP, "javascript:alert(3)", "https://example.org/?a=1&b=\"2\""] {
            builder.value(&Cell::Text(value));
            builder.end_row(FeatureId::Text(value.to_owned()));
        }
        let source: Arc<dyn FeatureSource> =
            Arc::new(MemoryRows { schema: Arc::new(schema), batches: vec![builder.finish()] });
        self.add(about, Views { features: Some(source), ..Views::default() }, None);
    }

    fn add_map(&mut self) {
        let layer = |id: &str, visible: bool| {
            Node::Layer(Layer {
                dataset: DatasetId::new(id).expect("an id"),
                style: None,
                title: None,
                filter: None,
                opacity: 0.5,
                visible,
                scale_min: None,
                scale_max: Some(1e6),
            })
        };
        let map = Map {
            id: DatasetId::new("all").expect("an id"),
            title: both("Everything", "すべて"),
            description: LocalText::one("en", "All layers."),
            base: None,
            view: None,
            layers: vec![
                Node::Group { title: both("Points", "点"), open: true, layers: vec![layer("quakes", true)] },
                Node::Wanted {
                    title: both("Ash falls", "降灰"),
                    text: both("Lines of equal thickness would fill it.", "等層厚線があれば表示できる。"),
                },
                layer("units", true),
                layer("units", false),
            ],
        };
        let body = terrane_formats::about::map_to_json(&map).expect("a map can be written");
        self.ledger.put(Shelf::Map, "all", body);
    }
}

fn about(id: &str, title: LocalText) -> About {
    let mut about = About::new(DatasetId::new(id).expect("an id"));
    about.title = title;
    about.licence = Licence {
        id: "CC-BY-4.0".to_owned(),
        title: "Creative Commons Attribution 4.0".to_owned(),
        url: Some("https://creativecommons.org/licenses/by/4.0/".to_owned()),
    };
    about.attribution = "Example Survey".to_owned();
    about.updated = Some(Instant::parse("2026-11-22T10:00:00Z").expect("a moment"));
    about
}

fn geometry(kind: GeometryKind, crs: Crs) -> GeometryColumn {
    GeometryColumn { name: "geometry".to_owned(), kind, crs, has_z: false }
}

fn window_of(schema: &GridSchema) -> Window {
    let samples: Vec<f32> = (0..schema.width * schema.height).map(|sample| sample as f32 - 10.0).collect();
    Window {
        crs: schema.crs.clone(),
        transform: schema.transform,
        width: schema.width,
        height: schema.height,
        bands: vec![Samples::F32(samples.into())],
        no_data: vec![None],
    }
}

struct MemoryRows {
    schema: Arc<Schema>,
    batches: Vec<Batch>,
}

impl FeatureSource for MemoryRows {
    fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }
    fn scan(&self, query: &FeatureQuery) -> BoxFuture<'_, Result<FeatureScan>> {
        let scan = FeatureScan::unfinished(Rows::ready(self.batches.clone()), query.whole_filter(&self.schema));
        Box::pin(async move { Ok(scan) })
    }
}

struct MemoryGrid(Arc<GridSchema>);

impl GridSource for MemoryGrid {
    fn schema(&self) -> &Arc<GridSchema> {
        &self.0
    }
    fn window(&self, _query: &GridQuery) -> BoxFuture<'_, Result<Window>> {
        let window = window_of(&self.0);
        Box::pin(async move { Ok(window) })
    }
}

/// One file with a name that breaks out of headers and pages when it is let.
struct MemoryFiles;

/// The name of the only file.
pub const FILE_NAME: &str = "quakes \"a\"<b>.csv";

impl FileSource for MemoryFiles {
    fn list(&self) -> BoxFuture<'_, Result<Vec<FileEntry>>> {
        let entry = FileEntry { name: FILE_NAME.to_owned(), media_type: "text/csv".to_owned(), bytes: 10 };
        Box::pin(async move { Ok(vec![entry]) })
    }
    fn read<'a>(&'a self, name: &'a str, range: Range<u64>) -> BoxFuture<'a, Result<Vec<u8>>> {
        let bytes = b"0123456789"[range.start as usize..range.end.min(10) as usize].to_vec();
        Box::pin(async move { if name == FILE_NAME { Ok(bytes) } else { Err(Error::not_found("no such file")) } })
    }
}

impl Store for MemoryStore {
    fn ledger(&self) -> &dyn Ledger {
        &self.ledger
    }
    fn open(&self, id: &DatasetId, _revision: &str) -> Result<Views> {
        self.views.get(id.as_str()).cloned().ok_or_else(|| Error::not_found("no such dataset"))
    }
    fn draft(&self) -> Result<Box<dyn Draft>> {
        Err(Error::unsupported("nothing is written in these tests"))
    }
    fn discard(&self, _id: &DatasetId) -> Result<()> {
        Ok(())
    }
}

#[derive(Default)]
struct MemoryLedger(Mutex<Vec<Record>>);

impl MemoryLedger {
    fn put(&mut self, shelf: Shelf, id: &str, body: String) {
        let record = Record { shelf, id: id.to_owned(), version: 1, body, changed: Instant(0) };
        self.0.lock().expect("nobody panicked").push(record);
    }
}

impl Ledger for MemoryLedger {
    fn read(&self, shelf: Shelf, id: &str) -> Result<Option<Record>> {
        Ok(self.list(shelf)?.into_iter().find(|record| record.id == id))
    }
    fn list(&self, shelf: Shelf) -> Result<Vec<Record>> {
        let mut all: Vec<Record> = self.0.lock().expect("nobody panicked").clone();
        all.retain(|record| record.shelf == shelf);
        all.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(all)
    }
    fn commit(&self, _commit: &Commit) -> Result<u64> {
        Err(Error::unsupported("nothing is written in these tests"))
    }
    fn sequence(&self) -> Result<u64> {
        Ok(1)
    }
    fn audit(&self, _after: u64, _limit: usize) -> Result<Vec<Audit>> {
        Ok(Vec::new())
    }
}

//! A survey whose layers have plain colours at places that are known, and a client that asks its WMS.
//!
//! Two squares of 10 km that overlap, a line, points on both sides of 180°, a grid, and a table without places.

use crate::kit::Got;
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt as _;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use terrane_engine::Engine;
use terrane_formats::about::{DatasetRecord, dataset_to_json, map_to_json};
use terrane_formats::filter::cql2_text;
use terrane_model::about::Party;
use terrane_model::batch::{BatchBuilder, Value};
use terrane_model::grid::{Band, GridSchema, GridTransform, SampleKind};
use terrane_model::ledger::{Change, Commit, Expect, Ledger, Shelf};
use terrane_model::limits::Limits;
use terrane_model::map::{Layer, Map, Node};
use terrane_model::schema::{Column, ColumnKind, GeometryColumn, GeometryKind, Schema};
use terrane_model::store::{Draft, Store, Views};
use terrane_model::testing::{Effort, MemoryFeatures, MemoryGrid, MemoryLedger};
use terrane_model::{
    About, Bbox, Crs, DatasetId, Error, FeatureId, FeatureSource, GridSource, Instant, LocalText, Result,
};
use terrane_protocols::Site;
use terrane_protocols::common::site::SiteAbout;
use tower::ServiceExt as _;

/// Lower left corner of the red square in UTM zone 54 north; it is 10 km wide, and the blue one begins 5 km further east.
pub const CORNER: [f64; 2] = [500_000.0, 3_990_000.0];
/// Where all of the squares is seen: 100 m per pixel of 400 × 300.
pub const UTM: &str = "CRS=EPSG:32654&BBOX=490000,3980000,530000,4010000&WIDTH=400&HEIGHT=300";

/// Asks the WMS of this survey.
pub fn get(query: &str) -> Got {
    get_with(query, &[])
}

/// Asks with headers.
pub fn get_with(query: &str, headers: &[(&str, &str)]) -> Got {
    let mut request = Request::builder().uri(format!("/wms?{query}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    sent(request.body(Body::empty()).expect("the request is well formed"))
}

/// Posts to an address of this survey.
pub fn post(path: &str, body: impl Into<Body>) -> Got {
    sent(Request::post(path).body(body.into()).expect("the request is well formed"))
}

fn sent(request: Request<Body>) -> Got {
    static RUNTIME: OnceLock<tokio::runtime::Runtime> = OnceLock::new();
    static ROUTER: OnceLock<axum::Router> = OnceLock::new();
    let router = ROUTER.get_or_init(|| terrane_protocols::router(site())).clone();
    let runtime = RUNTIME.get_or_init(|| tokio::runtime::Builder::new_multi_thread().build().expect("a runtime"));
    runtime.block_on(async {
        let response = router.oneshot(request).await.expect("the router always answers");
        let status = response.status().as_u16();
        let text = |value: &axum::http::HeaderValue| value.to_str().expect("headers are text").to_owned();
        let headers = response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        let body = response.into_body().collect().await.expect("the body is whole").to_bytes().to_vec();
        Got { status, headers, body }
    })
}

/// A map of layers, 1.3.0, transparent.
pub fn map(layers: &str, rest: &str) -> Got {
    get(&format!(
        "SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&STYLES=&FORMAT=image/png&TRANSPARENT=TRUE&LAYERS={layers}&{rest}"
    ))
}

struct Ground {
    ledger: MemoryLedger,
    views: HashMap<String, Views>,
}

impl Store for Ground {
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

/// Anything that can hold text holds this in the layer “hostile”.
pub const MARKUP: &str = "<script>alert(1)</script>\"'&]]>";

fn site() -> Site {
    let mut ground = Ground { ledger: MemoryLedger::default(), views: HashMap::new() };
    let fill = |colour: &str| format!(r#"{{"rules":[{{"symbolizers":[{{"type":"fill","colour":"{colour}"}}]}}]}}"#);
    let [x, y] = CORNER;
    ground.add("red", squares(x, y), &[("default", &fill("#ff0000")), ("green", &fill("#00ff00"))]);
    ground.add("blue", squares(x + 5_000.0, y), &[("default", &fill("#0000ff"))]);
    ground.add("line", line(), &[("default", LINE_STYLE), ("pixels", PIXEL_STYLE)]);
    ground.add("dateline", dateline("number", "name"), &[("default", MARK_STYLE)]);
    ground.add("hostile", dateline(MARKUP, MARKUP), &[("default", MARK_STYLE)]);
    ground.add("relief", relief(), &[("default", RAMP_STYLE)]);
    ground.add("table", table(), &[("default", MARK_STYLE)]);
    ground.add_maps();
    let engine = Engine::new(Arc::new(ground), Vec::new(), Limits::default(), [7; 32]).expect("an engine");
    let about = SiteAbout {
        public_url: "https://ground.example".to_owned(),
        title: LocalText::one("en", "Ground"),
        description: LocalText::one("en", "Plain colours."),
        operator: Party::default(),
    };
    Site::new(Arc::new(engine), about)
}

/// A line of 4 px: red at scales below 1:200 000, else blue.
const LINE_STYLE: &str = r##"{"rules":[
    {"max_scale":200000,"symbolizers":[{"type":"line","colour":"#ff0000","width":"4 px"}]},
    {"min_scale":200000,"symbolizers":[{"type":"line","colour":"#0000ff","width":"4 px"}]}]}"##;
const PIXEL_STYLE: &str = r##"{"title":{"en":"Thin","ja":"細い線"},"rules":[{"title":{"en":"A line","ja":"とても長い名前の線"},
    "symbolizers":[{"type":"line","colour":"#ff0000","width":"1 px"}]}]}"##;
const MARK_STYLE: &str =
    r##"{"rules":[{"symbolizers":[{"type":"mark","shape":"square","size":"20 px","fill":"#ff0000"}]}]}"##;
const RAMP_STYLE: &str = r##"{"rules":[{"title":{"en":"Height"},"symbolizers":[{"type":"raster","resampling":"nearest",
    "colour":{"interpolate":[[0,"#000000"],[100,"#ffffff"]]}}]}]}"##;

impl Ground {
    fn put(&self, shelf: Shelf, id: &str, body: String) {
        let change = Change { shelf, id: id.to_owned(), expect: Expect::Nothing, body: Some(body) };
        let commit = Commit { changes: vec![change], who: "tests".to_owned(), why: String::new(), at: Instant(0) };
        self.ledger.commit(&commit).expect("nothing is there yet");
    }

    fn add(&mut self, id: &str, views: Views, styles: &[(&str, &str)]) {
        let mut about = About::new(DatasetId::new(id).expect("an id"));
        about.title = LocalText::one("en", format!("The {id}"));
        about.title.set("ja", format!("{id}の地図"));
        if id == "hostile" {
            about.title = LocalText::one("en", MARKUP);
            about.attribution = MARKUP.to_owned();
        }
        about.extent = Some(match id {
            "dateline" | "hostile" => Bbox { min: [179.5, -5.0], max: [-179.5, 5.0] },
            _ => Bbox { min: [141.0, 36.0], max: [142.0, 37.0] },
        });
        let record = DatasetRecord {
            about,
            revision: "r1".to_owned(),
            columns: Vec::new(),
            crs_operation: None,
            key: None,
            time: None,
            coverage: None,
            created: Instant(0),
        };
        self.put(Shelf::Dataset, id, dataset_to_json(&record));
        for (name, style) in styles {
            self.put(Shelf::Style, &format!("{id}/{name}"), (*style).to_owned());
        }
        self.views.insert(id.to_owned(), views);
    }

    fn add_maps(&self) {
        let layer = |dataset: &str| Layer {
            dataset: DatasetId::new(dataset).expect("an id"),
            style: None,
            title: None,
            filter: None,
            opacity: 1.0,
            visible: true,
            scale_min: None,
            scale_max: None,
        };
        let node = |layer: Layer| Node::Layer(layer);
        let none = cql2_text::parse("name = 'nothing'", &Limits::default()).expect("a filter");
        let below = vec![
            node(Layer { style: Some("green".to_owned()), ..layer("red") }),
            node(Layer { scale_min: Some(10.0), scale_max: Some(100_000.0), ..layer("line") }),
        ];
        let title = LocalText::one("en", "Below");
        let layers = vec![
            node(Layer { opacity: 0.5, ..layer("blue") }),
            Node::Group { title, open: true, layers: below },
            Node::Wanted {
                title: LocalText::one("en", "Not there"),
                text: LocalText::one("en", "Areas would fill it."),
            },
            node(Layer { visible: false, ..layer("red") }),
            node(Layer { filter: Some(none), title: Some(LocalText::one("en", "None")), ..layer("red") }),
            node(layer("gone")),
            node(layer("table")),
        ];
        let map = Map {
            id: DatasetId::new("both").expect("an id"),
            title: LocalText::one("en", "Both squares"),
            description: LocalText::default(),
            base: None,
            view: None,
            layers,
        };
        self.put(Shelf::Map, "both", map_to_json(&map).expect("a map can be written"));
    }
}

fn rows(kind: GeometryKind, crs: Crs, columns: Vec<Column>, fill: impl FnOnce(&mut BatchBuilder)) -> Views {
    let geometry = GeometryColumn { name: "geometry".to_owned(), kind, crs, has_z: false };
    source(Schema { columns, geometry: Some(geometry), time: None, key: None }, fill)
}

fn source(schema: Schema, fill: impl FnOnce(&mut BatchBuilder)) -> Views {
    let schema = Arc::new(schema);
    let mut builder = BatchBuilder::new(Arc::clone(&schema));
    fill(&mut builder);
    let rows: Arc<dyn FeatureSource> = Arc::new(MemoryFeatures::new(schema, vec![builder.finish()], Effort::Nothing));
    Views { features: Some(rows), ..Views::default() }
}

fn squares(x: f64, y: f64) -> Views {
    let columns = vec![Column::new("name", ColumnKind::Text)];
    rows(GeometryKind::Polygon, Crs::epsg(32654), columns, |builder| {
        if let Some(geometry) = builder.geometry() {
            geometry.begin(GeometryKind::Polygon);
            geometry.part(GeometryKind::Polygon);
            geometry.ring();
            geometry.positions(&[[x, y], [x + 1e4, y], [x + 1e4, y + 1e4], [x, y + 1e4], [x, y]]);
        }
        builder.value(&Value::Text("square"));
        builder.end_row(FeatureId::Number(1));
    })
}

fn line() -> Views {
    rows(GeometryKind::LineString, Crs::epsg(32654), Vec::new(), |builder| {
        if let Some(geometry) = builder.geometry() {
            geometry.begin(GeometryKind::LineString);
            geometry.part(GeometryKind::LineString);
            geometry.ring();
            geometry.positions(&[[480_000.0, 3_995_000.0], [540_000.0, 3_995_000.0]]);
        }
        builder.end_row(FeatureId::Number(1));
    })
}

fn dateline(first: &str, second: &str) -> Views {
    let mut columns = vec![Column::new(first, ColumnKind::Int), Column::new(format!("{second}2"), ColumnKind::Text)];
    columns[0].unit = Some(MARKUP.to_owned());
    rows(GeometryKind::Point, Crs::crs84(), columns, |builder| {
        for (number, x) in [(1, 179.5), (2, -179.5)] {
            if let Some(geometry) = builder.geometry() {
                geometry.point([x, 0.0], None);
            }
            builder.value(&Value::Int(number));
            builder.value(&Value::Text(MARKUP));
            builder.end_row(FeatureId::Number(number));
        }
    })
}

fn table() -> Views {
    let columns = vec![Column::new("name", ColumnKind::Text)];
    source(Schema { columns, geometry: None, time: None, key: None }, |builder| {
        builder.value(&Value::Text("a row"));
        builder.end_row(FeatureId::Number(1));
    })
}

/// Ten by ten degrees from 140° east, 30° north; the cell in column c and row r from the top is 10 r + c.
fn relief() -> Views {
    let band = Band {
        name: "height".to_owned(),
        description: None,
        unit: Some("m".to_owned()),
        kind: SampleKind::F32,
        no_data: None,
        range: None,
    };
    let schema = GridSchema {
        crs: Crs::epsg(4326),
        transform: GridTransform::north_up([140.0, 40.0], [1.0, -1.0]),
        width: 10,
        height: 10,
        bands: vec![band],
        axes: Vec::new(),
        overviews: Vec::new(),
    };
    let grid: Arc<dyn GridSource> = Arc::new(MemoryGrid::new(schema, vec![(0..100).map(f64::from).collect()]));
    Views { grid: Some(grid), ..Views::default() }
}

//! Publishing: whole or not at all, with a report, under names that are free.

use crate::kit::{Layer, Node, areas, id, in_hours, longitudes, names, node, points, rectangle};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use terrane_engine::import::ImportOptions;
use terrane_engine::pool::wait;
use terrane_engine::{Caller, Engine, FeatureQuestion, Style};
use terrane_formats::about::{ColumnAbout, DatasetRecord};
use terrane_model::batch::{BatchBuilder, Value};
use terrane_model::limits::Limits;
use terrane_model::report::{Finding, Severity};
use terrane_model::schema::{ColumnKind, GeometryKind};
use terrane_model::store::{OpenOptions, Opened, Opener, Progress, Silent};
use terrane_model::testing::{Effort, MemoryFeatures, sample_features};
use terrane_model::{About, Bbox, Crs, FeatureId, Kind, LocalText};

fn one(name: &str) -> Vec<Layer> {
    vec![Layer::rows(name, points(Crs::crs84(), &[(name, [139.7, 35.7])]))]
}

fn refused(name: &str) -> Layer {
    let finding = Finding::new(Severity::Refusal, "The rows are not unique.", "Name another key with --key.");
    Layer::rows(name, points(Crs::crs84(), &[("a", [0.0, 0.0])])).finding(finding)
}

fn published(node: &Node) -> Vec<String> {
    node.engine.catalogue().abouts(Caller::Public).map(|about| about.id.to_string()).collect()
}

fn record(node: &Node, name: &str) -> DatasetRecord {
    node.engine.catalogue().entry(Caller::Public, &id(name)).expect("published").record().clone()
}

/// Nothing was published, and nothing lies around.
fn assert_untouched(node: &Node) {
    assert_eq!(published(node), [""; 0]);
    assert_eq!((node.disk.places(), node.disk.open_drafts()), (Vec::new(), 0));
    assert_eq!(node.engine.catalogue().maps(Caller::Public).count(), 0);
}

#[test]
fn a_report_says_what_was_found_and_the_catalogue_what_was_measured() {
    let layer = Layer::rows("rows", sample_features(Effort::Nothing))
        .finding(Finding::new(Severity::Note, "Found while reading.", "").at_row(3));
    let node = node(Effort::Nothing, vec![("rows", vec![layer])]);
    let done = node.import("rows", &ImportOptions::default()).expect("published");
    let [done] = done.as_slice() else { panic!("one layer") };
    assert!(done.published && done.id == id("rows"));
    assert_eq!((done.report.rows_read, done.report.rows_kept), (210, 210));
    let of_the_reader = done.report.findings.iter().filter(|finding| finding.what == "Found while reading.");
    assert_eq!(of_the_reader.map(|finding| (finding.row, finding.count)).collect::<Vec<_>>(), [(Some(3), 1)]);
    let record = record(&node, "rows");
    assert_eq!((record.about.rows, record.time.as_deref()), (Some(210), Some("seen")));
    assert!(record.about.period.is_some() && record.about.extent.is_some());
}

#[test]
fn a_dry_run_reports_the_same_and_changes_nothing() {
    let node = node(Effort::Nothing, vec![("rows", one("rows"))]);
    let done = node.import("rows", &ImportOptions { dry_run: true, ..ImportOptions::default() }).expect("read");
    assert_eq!((done[0].report.rows_kept, done[0].published), (1, false));
    assert_untouched(&node);
}

#[test]
fn when_one_layer_is_refused_no_layer_is_published_and_nothing_is_left() {
    let layers = [one("first"), vec![refused("second")], one("third")].concat();
    let node = node(Effort::Nothing, vec![("file.gpkg", layers)]);
    let done = node.import("file.gpkg", &ImportOptions::default()).expect("read");
    assert_eq!(done.iter().map(|done| done.published).collect::<Vec<_>>(), [false; 3]);
    assert_eq!(done.iter().map(|done| done.report.is_refused()).collect::<Vec<_>>(), [false, true, false]);
    assert_untouched(&node);
}

#[test]
fn when_the_disk_is_full_at_the_last_layer_nothing_of_the_others_is_left() {
    let node = node(Effort::Nothing, vec![("file.gpkg", [one("first"), one("second")].concat())]);
    node.disk.full.lock().expect("no panic").insert("second".to_owned());
    assert!(node.import("file.gpkg", &ImportOptions::default()).is_err());
    assert_untouched(&node);
}

#[test]
fn a_file_of_many_layers_becomes_datasets_and_a_map_with_names_of_their_own() {
    let layers = [one("Roads"), one("roads"), one("地質"), one("file")].concat();
    let node = node(Effort::Nothing, vec![("file.gpkg", layers)]);
    let done = node.import("file.gpkg", &ImportOptions::default()).expect("published");
    let found: Vec<&str> = done.iter().map(|done| done.id.as_str()).collect();
    assert_eq!(found, ["roads", "roads-2", "dataset", "file"]);
    let catalogue = node.engine.catalogue();
    let maps: Vec<_> = catalogue.maps(Caller::Public).collect();
    assert_eq!(maps[0].id, id("file-2"), "a map does not take the name of a dataset");
    assert_eq!(maps[0].flat().iter().map(|layer| layer.dataset.as_str()).collect::<Vec<_>>(), found);
    let again = ImportOptions { replace: true, ..ImportOptions::default() };
    node.import("file.gpkg", &again).expect("a new edition");
    assert_eq!(node.engine.catalogue().maps(Caller::Public).count(), 1, "a new edition makes no second map");
    assert_eq!(record(&node, "dataset").about.title.get(&[]), "地質", "the title keeps what the name cannot");
}

#[test]
fn names_that_are_as_long_as_can_be_are_numbered_too() {
    let long = "l".repeat(80);
    let node = node(Effort::Nothing, vec![("file", one(&long))]);
    for expected in ["l".repeat(64), format!("{}-2", "l".repeat(50)), format!("{}-3", "l".repeat(50))] {
        let done = node.import("file", &ImportOptions::default()).expect("published");
        assert_eq!(done[0].id.as_str(), expected);
    }
}

#[test]
fn a_name_for_many_layers_is_refused_and_one_layer_of_them_takes_it() {
    let node = node(Effort::Nothing, vec![("file.gpkg", [one("first"), one("second")].concat())]);
    let about = Some(About::new(id("mine")));
    let error = node.import("file.gpkg", &ImportOptions { about: about.clone(), ..Default::default() });
    let error = error.expect_err("one name, two layers");
    assert!(error.say().contains("first, second") && error.say().contains("--layer"), "{error}");
    let open = OpenOptions { layer: Some("second".to_owned()), ..OpenOptions::default() };
    node.import("file.gpkg", &ImportOptions { about, open, ..Default::default() }).expect("published");
    assert_eq!(published(&node), ["mine"]);
}

/// A format with one layer does not look at the name that was asked for.
struct OneLayer;

impl Opener for OneLayer {
    fn open(&self, path: &Path, _options: &OpenOptions) -> terrane_model::Result<Vec<Opened>> {
        crate::kit::MemoryFiles([("rows".to_owned(), one("rows"))].into()).open(path, &OpenOptions::default())
    }
}

#[test]
fn a_layer_that_is_not_in_the_file_is_refused_and_those_there_are_named() {
    let store = std::sync::Arc::new(crate::kit::MemoryStore::new(Effort::Nothing));
    let engine = Engine::new(store, vec![std::sync::Arc::new(OneLayer)], Limits::default(), [0; 32]).expect("starts");
    let open = |layer: &str| OpenOptions { layer: Some(layer.to_owned()), ..OpenOptions::default() };
    let import = |layer: &str| {
        engine.import(Path::new("rows"), &ImportOptions { open: open(layer), ..ImportOptions::default() }, &Silent)
    };
    let error = import("nowhere").expect_err("there is no such layer");
    assert_eq!((error.kind(), error.place()), (Kind::Invalid, Some("--layer")));
    assert!(error.say().contains("it has: rows"), "{error}");
    assert!(import("rows").is_ok());
}

#[test]
fn a_name_that_is_taken_is_a_conflict_unless_the_dataset_is_replaced() {
    let node = node(Effort::Nothing, vec![("rows", one("rows"))]);
    let mine = ImportOptions { about: Some(About::new(id("mine"))), ..ImportOptions::default() };
    node.import("rows", &mine).expect("published");
    assert_eq!(node.import("rows", &mine).err().map(|error| error.kind()), Some(Kind::Conflict));
    node.import("rows", &ImportOptions { replace: true, ..mine }).expect("replaced");
    assert_eq!(published(&node), ["mine"]);
}

#[test]
fn a_new_edition_keeps_styles_words_and_address_and_the_edition_before_stays_readable() {
    let two = points(Crs::crs84(), &[("a", [1.0, 1.0]), ("b", [2.0, 2.0])]);
    let files = vec![("rows", one("rows")), ("new", vec![Layer::rows("rows", two)])];
    let node = node(Effort::Everything, files);
    let column = ColumnAbout {
        name: "name".to_owned(),
        title: LocalText::one("en", "Name of the town"),
        description: LocalText::default(),
        unit: None,
    };
    node.import("rows", &ImportOptions { columns: vec![column], ..ImportOptions::default() }).expect("published");
    let title = |record: &mut DatasetRecord| record.about.title = LocalText::one("en", "Towns");
    node.engine.edit(&id("rows"), title, "test").expect("edited");
    let style =
        Style::from_json(r##"{"rules": [{"symbolizers": [{"type": "mark", "size": "2 mm", "fill": "#123456"}]}]}"##);
    node.engine.put_style(&id("rows"), "mine", &style.expect("a style"), "test").expect("written");
    let (before, old) = (record(&node, "rows"), node.engine.catalogue());
    let replace = ImportOptions { replace: true, ..ImportOptions::default() };
    node.import("new", &replace).expect("replaced");
    let after = record(&node, "rows");
    assert_ne!(after.revision, before.revision);
    assert_eq!((after.about.title.get(&[]), after.created), ("Towns", before.created));
    assert_eq!(after.columns[0].title.get(&["en"]), "Name of the town");
    assert_eq!((after.about.rows, after.about.extent), (Some(2), Some(Bbox { min: [1.0, 1.0], max: [2.0, 2.0] })));
    let catalogue = node.engine.catalogue();
    let entry = catalogue.entry(Caller::Public, &id("rows")).expect("there");
    assert_eq!(entry.styles().iter().map(|style| style.name.as_str()).collect::<Vec<_>>(), ["default", "mine"]);
    assert!(old.open(Caller::Public, &id("rows")).is_ok());
    assert_eq!(node.disk.places().len(), 2, "the edition before is kept for requests that read it");
    node.import("new", &replace).expect("replaced");
    let revisions = || node.disk.places().into_iter().map(|(_, revision)| revision).collect::<Vec<_>>();
    assert_eq!(revisions(), ["r1", "r2", "r3"], "superseded ones are kept for an hour");
    node.engine.tidy_all(in_hours(2));
    assert_eq!(revisions(), ["r2", "r3"], "older ones are removed");
    let page = wait(node.engine.features(Caller::Public, FeatureQuestion::new(id("rows")))).expect("answered");
    assert_eq!(names(&page.batches), ["a", "b"]);
}

/// Says stop at the `n`th step.
struct StopAt(usize, AtomicUsize);

impl Progress for StopAt {
    fn step(&self, _what: &str, _done: u64, _of: u64) -> bool {
        self.1.fetch_add(1, Ordering::SeqCst) + 1 < self.0
    }
}

#[test]
fn what_is_cancelled_at_any_step_leaves_nothing() {
    let schema = crate::kit::schema(&[("n", ColumnKind::Int)], GeometryKind::Point, Crs::crs84());
    let mut builder = BatchBuilder::new(std::sync::Arc::clone(&schema));
    let mut batches = Vec::new();
    for number in 0..25_000 {
        builder.value(&Value::Int(number));
        builder.end_row(FeatureId::Number(number));
        if builder.is_full() {
            batches.push(builder.finish());
        }
    }
    let large = MemoryFeatures::new(schema, batches, Effort::Nothing);
    let layers = vec![Layer::rows("large", large), Layer::grid("grid", longitudes(60.0, 200.0))];
    let node = node(Effort::Nothing, vec![("file", layers)]);
    for step in 1..=4 {
        let stop = StopAt(step, AtomicUsize::new(0));
        let cancelled = node.engine.import(Path::new("file"), &ImportOptions::default(), &stop);
        assert_eq!(cancelled.err().map(|error| error.kind()), Some(Kind::Busy), "at step {step}");
        assert_untouched(&node);
    }
    node.import("file", &ImportOptions::default()).expect("what was cancelled can be done again");
    assert_eq!(published(&node), ["grid", "large"]);
}

#[test]
fn a_style_that_names_a_column_that_is_not_there_is_refused_before_anything_is_written() {
    let node = node(Effort::Nothing, vec![("rows", one("rows"))]);
    let json = r##"{"rules": [{"filter": "age = 1", "symbolizers": [{"type": "fill", "colour": "#ff0000"}]}]}"##;
    let styles = vec![("default".to_owned(), Style::from_json(json).expect("a style"))];
    let error = node.import("rows", &ImportOptions { styles, ..ImportOptions::default() }).expect_err("no such column");
    assert!(error.to_string().contains("age"), "{error}");
    assert_untouched(&node);
}

#[test]
fn a_file_that_nobody_can_read_says_what_the_last_reader_said() {
    let node = node(Effort::Nothing, Vec::new());
    let error = node.import("thesis.docx", &ImportOptions::default()).expect_err("no file");
    assert_eq!((error.kind(), error.say()), (Kind::Unsupported, "This is no file that can be read."));
}

fn extent(source: MemoryFeatures) -> Option<Bbox> {
    let node = node(Effort::Nothing, vec![("rows", vec![Layer::rows("rows", source)])]);
    node.import("rows", &ImportOptions::default()).expect("published");
    record(&node, "rows").about.extent
}

fn extent_of_points(places: &[[f64; 2]]) -> [f64; 4] {
    let named: Vec<(&str, [f64; 2])> = places.iter().map(|&place| ("p", place)).collect();
    extent(points(Crs::crs84(), &named)).expect("an extent").to_array()
}

#[test]
fn data_on_both_sides_of_180_degrees_has_an_extent_that_crosses_it() {
    assert_eq!(extent_of_points(&[[166.5, -47.0], [178.5, -37.5], [-176.5, -44.0]]), [166.5, -47.0, -176.5, -37.5]);
    assert_eq!(
        extent_of_points(&[[179.0, 0.0], [180.0, 1.0], [-180.0, 1.0], [-179.0, 2.0]]),
        [179.0, 0.0, -179.0, 2.0]
    );
    // A country whose one multi-part area lies on both sides, as Fiji's does.
    let schema = crate::kit::schema(&[], GeometryKind::MultiPolygon, Crs::crs84());
    let mut builder = BatchBuilder::new(schema.clone());
    let geometry = builder.geometry().expect("there is geometry");
    geometry.begin(GeometryKind::MultiPolygon);
    for (west, east) in [(177.0, 180.0), (-180.0, -178.0)] {
        let [a, b, c, d] = rectangle(west, -20.0, east, -16.0);
        geometry.part(GeometryKind::Polygon);
        geometry.ring();
        geometry.positions(&[a, b, c, d, a]);
    }
    builder.end_row(FeatureId::Number(1));
    let fiji = MemoryFeatures::new(schema, vec![builder.finish()], Effort::Nothing);
    assert_eq!(extent(fiji).expect("an extent").to_array(), [177.0, -20.0, -178.0, -16.0]);
}

#[test]
fn data_around_the_globe_does_not_cross() {
    let around: Vec<[f64; 2]> = (-18..=18).map(|ten| [f64::from(ten) * 10.0, f64::from(ten)]).collect();
    assert_eq!(extent_of_points(&around), [-180.0, -18.0, 180.0, 18.0]);
    let wide: Vec<[f64; 2]> = (0..12).map(|thirty| [f64::from(thirty) * 30.0 - 165.0, 0.0]).collect();
    assert_eq!(extent_of_points(&wide), [-165.0, 0.0, 165.0, 0.0]);
    assert_eq!(extent_of_points(&[[100.25, 3.0]]), [100.25, 3.0, 100.25, 3.0]);
}

#[test]
fn longitudes_from_0_to_360_have_an_extent_within_180() {
    assert_eq!(extent_of_points(&[[165.0, 1.0], [200.0, 2.0]]), [165.0, 1.0, -160.0, 2.0]);
    assert_eq!(extent_of_points(&[[200.0, 1.0], [220.0, 2.0]]), [-160.0, 1.0, -140.0, 2.0]);
    let around: Vec<[f64; 2]> = (0..=36).map(|ten| [f64::from(ten) * 10.0, 0.0]).collect();
    assert_eq!(extent_of_points(&around), [-180.0, 0.0, 180.0, 0.0]);
    let grid = node(Effort::Nothing, vec![("grid", vec![Layer::grid("grid", longitudes(60.0, 200.0))])]);
    grid.import("grid", &ImportOptions::default()).expect("published");
    assert_eq!(record(&grid, "grid").about.extent.map(|bbox| bbox.to_array()), Some([60.0, -20.0, -160.0, 20.0]));
}

#[test]
fn coordinates_that_are_no_degrees_have_an_extent_all_the_same() {
    for places in [
        [[1e300, 5.0], [2e300, 6.0]],
        [[-1e9, 1e9], [500_000.0, 4_000_000.0]],
        [[f64::MAX, f64::MIN], [f64::MIN, f64::MAX]],
    ] {
        let [west, south, east, north] = extent_of_points(&places);
        assert!(west >= -180.0 && east <= 180.0 && south >= -90.0 && north <= 90.0, "{west} {south} {east} {north}");
    }
}

#[test]
fn rows_in_metres_that_are_nowhere_are_published_with_a_remark() {
    let source = points(Crs::epsg(32_654), &[("a", [1e30, 1e30])]);
    let node = node(Effort::Nothing, vec![("rows", vec![Layer::rows("rows", source)])]);
    let done = node.import("rows", &ImportOptions::default()).expect("published");
    assert_eq!(record(&node, "rows").about.extent, None);
    let found = done[0].report.findings.iter().any(|finding| finding.remedy.contains("--crs"));
    assert!(found, "{:?}", done[0].report.findings);
}

#[test]
fn a_dataset_whose_rows_are_in_metres_keeps_the_operation_that_was_chosen() {
    let source = areas(Crs::epsg(2193), &[("a", &rectangle(1_600_000.0, 5_400_000.0, 1_700_000.0, 5_500_000.0))]);
    let node = node(Effort::Nothing, vec![("rows", vec![Layer::rows("rows", source)])]);
    node.import("rows", &ImportOptions::default()).expect("published");
    let pinned = record(&node, "rows").crs_operation.expect("an operation");
    assert_eq!((pinned.from, pinned.to), (Crs::epsg(2193), Crs::crs84()));
    assert!(pinned.pipeline.contains("tmerc") || pinned.pipeline.contains("utm"), "{}", pinned.pipeline);
}

//! Display copies: what is built is read again, in order and as exactly; questions are answered as by the dataset's own file.

use crate::support::{Cell, OwnRow, Shape, all_rows, any_table, batches, rows_of_scan, schema};
use proptest::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use terrane_formats::display::{self, DisplayCache, DisplaySource, Generaliser, LevelMaker};
use terrane_formats::features::geopackage::{self, GeoPackageSource};
use terrane_formats::features::{csv, geojson};
use terrane_model::batch::{GeometryBuilder, Ids, Value};
use terrane_model::filter::{
    CompareOp, Expr, Filter, GeometryExpr, Literal, Predicate, SpatialOp, TemporalOp, TimeExpr,
};
use terrane_model::geometry::GeometryArrays;
use terrane_model::query::{Columns, Position, SortKey, compare_positions};
use terrane_model::schema::{ColumnKind, GeometryKind, TimeColumns};
use terrane_model::store::{OpenOptions, Silent};
use terrane_model::testing::{Effort, MemoryFeatures, check_features, ready, sample_features};
use terrane_model::time::Interval;
use terrane_model::{Bbox, FeatureId, FeatureQuery, FeatureSource, Instant, Matched, Rows, Schema, When};

fn cache() -> Arc<DisplayCache> {
    DisplayCache::new(1 << 26)
}

/// Builds and opens a display copy in a folder.
pub fn copy_of(source: &dyn FeatureSource, folder: &Path) -> DisplaySource {
    let path = folder.join("features.display");
    let built = display::build(source, &path, &Silent).unwrap();
    assert_eq!(built.bytes, std::fs::metadata(&path).unwrap().len());
    DisplaySource::open(&path, cache()).unwrap()
}

fn in_memory(schema: &Arc<Schema>, rows: &[OwnRow], rows_per_batch: usize) -> MemoryFeatures {
    MemoryFeatures::new(Arc::clone(schema), batches(schema, rows, rows_per_batch), Effort::Nothing)
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_rows_are_read_as_written((schema, rows) in any_table(), rows_per_batch in 1..7_usize) {
        let folder = folder();
        let copy = copy_of(&in_memory(&schema, &rows, rows_per_batch), folder.path());
        prop_assert_eq!(copy.schema(), &schema);
        prop_assert_eq!(all_rows(&copy), rows);
        prop_assert!(DisplaySource::verify(&folder.path().join("features.display")).is_ok());
    }
}

#[test]
fn a_copy_is_a_source_whatever_it_was_built_from() {
    for effort in [Effort::Nothing, Effort::Filter, Effort::Everything] {
        let folder = folder();
        check_features(&copy_of(&sample_features(effort), folder.path()));
    }
}

#[test]
fn a_copy_of_no_rows_is_a_source() {
    let folder = folder();
    let sample = sample_features(Effort::Everything);
    let empty = MemoryFeatures::new(Arc::clone(sample.schema()), Vec::new(), Effort::Nothing);
    check_features(&copy_of(&empty, folder.path()));
}

/// Points with many equal times, coarse times, gaps, a key that is the identity, and a few rows without a place.
fn events(count: i64) -> (Arc<Schema>, Vec<OwnRow>) {
    let columns = [
        ("key", ColumnKind::Text),
        ("depth", ColumnKind::Float),
        ("rank", ColumnKind::Int),
        ("seen", ColumnKind::Time),
        ("rock", ColumnKind::Text),
    ];
    let mut schema = (*schema(&columns, Some(GeometryKind::Point))).clone();
    schema.key = Some("key".to_owned());
    let row = |at: i64| {
        let key = format!("k{:05}", at * 7_919 % count);
        let or_null = |missing: i64, cell: Cell| if at % missing == 0 { Cell::Null } else { cell };
        let day = Instant::from_date(2000, 1, 1).unwrap().0 + at * 104_729 % 500 * 86_400_000_000;
        let when = if at % 50 == 0 { When::year(1990 + at % 37).unwrap() } else { When::exactly(Instant(day)) };
        OwnRow {
            id: FeatureId::Text(key.clone()),
            shape: (at % 211 != 0).then(|| Shape::point(100.0 + (at / 90) as f64 / 8.0, (at % 90) as f64 / 8.0)),
            cells: vec![
                Cell::Text(key),
                or_null(11, Cell::Float(at as f64 / 4.0)),
                Cell::Int(at % 10),
                or_null(101, Cell::Time(when)),
                or_null(7, Cell::Text(["mud", "Sand", "地层"][at as usize % 3].to_owned())),
            ],
        }
    };
    (Arc::new(schema), (0..count).map(row).collect())
}

#[test]
fn a_copy_of_many_blocks_and_index_pages_is_a_source() {
    let (schema, rows) = events(4_500);
    let folder = folder();
    check_features(&copy_of(&in_memory(&schema, &rows, 700), folder.path()));
}

#[test]
fn blocks_that_lie_in_a_period_hold_the_same_rows_as_those_that_are_judged() {
    let (schema, mut rows) = events(6_000);
    // Every row has a time, some of a year: then whole blocks in the order of time lie in a period.
    rows.retain(|row| matches!(row.cells[3], Cell::Time(_)));
    let time = Some(TimeColumns { start: "seen".to_owned(), end: None });
    let schema = Arc::new(Schema { time, ..(*schema).clone() });
    let folder = folder();
    let memory = in_memory(&schema, &rows, 500);
    let copy = copy_of(&memory, folder.path());
    let day = |year: i64, month: u8| Some(Instant::from_date(year, month, 1).unwrap());
    let sort = |descending: bool| vec![SortKey { column: "seen".to_owned(), descending }];
    for (start, end) in
        [(day(1989, 1), day(2003, 1)), (day(2000, 2), day(2001, 3)), (day(2000, 7), None), (None, day(2000, 9))]
    {
        let literal = |at: Option<Instant>| at.map(|at| Expr::Literal(Literal::Instant(at)));
        let starts = Filter::Temporal {
            op: TemporalOp::Intersects,
            left: TimeExpr::Moment(Expr::Column("seen".to_owned())),
            right: TimeExpr::Period(literal(start), literal(end)),
        };
        let period = FeatureQuery { time: Some(Interval { start, end }), ..FeatureQuery::default() };
        let filter = FeatureQuery { filter: Some(starts), ..FeatureQuery::default() };
        for query in [period, filter] {
            for order in [Vec::new(), sort(false), sort(true)] {
                let query = FeatureQuery { sort: order, limit: Some(2_500), ..query.clone() };
                let query = if query.sort.is_empty() { FeatureQuery { limit: None, ..query } } else { query };
                let (mut found, mut expected) = (finished(&copy, &query), finished(&memory, &query));
                if query.sort.is_empty() {
                    found.sort();
                    expected.sort();
                }
                assert!(!expected.is_empty() && found == expected, "{query:?}: {} and {}", found.len(), expected.len());
            }
        }
    }
}

#[test]
fn a_copy_of_a_stored_file_keeps_its_order() {
    let (schema, rows) = events(3_000);
    let folder = folder();
    let stored = stored(folder.path(), &in_memory(&schema, &rows, 512));
    let copy = copy_of(&stored, folder.path());
    assert_eq!(all_rows(&copy), all_rows(&stored));
}

fn stored(folder: &Path, source: &dyn FeatureSource) -> GeoPackageSource {
    let path = folder.join("features.gpkg");
    let scan = ready(source.scan(&FeatureQuery::default())).unwrap();
    let Rows::Local(mut rows) = scan.into_rows() else { panic!("a local source has local rows") };
    geopackage::write(&path, "rows", source.schema(), &mut rows).unwrap();
    GeoPackageSource::open(&path).unwrap()
}

fn demo(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/data").join(name)
}

/// The one layer of a demo file, stored as the program stores it.
fn published(folder: &Path, name: &str, time: Option<&str>) -> GeoPackageSource {
    let options = OpenOptions { time: time.map(str::to_owned), ..OpenOptions::default() };
    let opened = match name.ends_with(".csv") {
        true => csv::open(&demo(name), &options).unwrap(),
        false => geojson::open(&demo(name), &options).unwrap(),
    };
    stored(folder, &**opened.views.features.as_ref().unwrap())
}

#[test]
fn earthquakes_and_map_units_are_told_the_same_by_the_copy_and_by_the_file() {
    for (name, time) in [
        ("earthquakes_m5_2009_2019.csv", Some("time")),
        ("gsj_mino_units.geojson", None),
        ("china_active_faults.geojson", None),
    ] {
        let folder = folder();
        let stored = published(folder.path(), name, time);
        let copy = copy_of(&stored, folder.path());
        assert_eq!(copy.schema(), stored.schema(), "{name}");
        assert_eq!(all_rows(&copy), all_rows(&stored), "{name}");
        let questions = questions(&stored);
        assert!(questions.len() > 10, "{name}: {} questions", questions.len());
        for query in questions {
            assert_eq!(finished(&copy, &query), finished(&stored, &query), "{name}: {query:?}");
        }
    }
}

/// Windows, periods, filters and orders made from the rows of a source, one by one and together.
fn questions(source: &dyn FeatureSource) -> Vec<FeatureQuery> {
    let rows = all_rows(source);
    let middle = &rows[rows.len() / 2];
    let place = middle.shape.as_ref().unwrap().parts[0].1[0][0];
    let window = |half: f64| Bbox { min: [place[0] - half, place[1] - half], max: [place[0] + half, place[1] + half] };
    let boxes = [
        None,
        Some(window(0.02)),
        Some(window(1.0)),
        Some(window(20.0)),
        Some(Bbox { min: [place[0], -60.0], max: [place[0] - 90.0, 60.0] }),
    ];
    let mut filters = vec![None];
    for (column, cell) in source.schema().columns.iter().zip(&middle.cells).take(5) {
        let literal = match cell {
            Cell::Int(number) => Literal::Int(*number),
            Cell::Float(number) => Literal::Float(*number),
            Cell::Text(text) => Literal::Text(text.clone()),
            _ => continue,
        };
        let (left, right) = (Expr::Column(column.name.clone()), Expr::Literal(literal));
        filters.push(Some(Filter::Compare { op: CompareOp::GreaterOrEqual, left, right }));
    }
    let geometry = GeometryExpr::Column(source.schema().geometry.as_ref().unwrap().name.clone());
    let shape = GeometryExpr::Bbox(window(0.7));
    filters.push(Some(Filter::Spatial { op: SpatialOp::Intersects, left: geometry, right: shape }));
    filters.push(Some(Filter::Ids(rows.iter().step_by(rows.len() / 7 + 1).map(|row| row.id.clone()).collect())));
    let mut questions = Vec::new();
    for bbox in boxes {
        for filter in &filters {
            let query = FeatureQuery { bbox, filter: filter.clone(), ..FeatureQuery::default() };
            questions.extend(in_time(source.schema(), middle, &query));
            questions.push(query);
        }
    }
    // Every third of them mixes all windows, filters, periods and orders.
    questions.into_iter().step_by(3).collect()
}

/// The query within a period, and latest and oldest first.
fn in_time(schema: &Schema, row: &OwnRow, query: &FeatureQuery) -> Vec<FeatureQuery> {
    let Some(columns) = &schema.time else { return Vec::new() };
    let (at, _) = schema.column(&columns.start).unwrap();
    let Cell::Time(when) = &row.cells[at] else { panic!("the row has a time") };
    let until = Some(Instant(when.latest.0 + 3_600_000_000));
    let period = Interval { start: Some(when.earliest), end: until };
    let mut queries = vec![FeatureQuery { time: Some(period), ..query.clone() }];
    for descending in [false, true] {
        let sort = vec![SortKey { column: columns.start.clone(), descending }];
        for time in [None, Some(period), Some(Interval { start: None, end: until })] {
            queries.push(FeatureQuery { sort: sort.clone(), limit: Some(57), time, ..query.clone() });
        }
    }
    queries
}

/// Who answers a query, finished as the engine does, in order when one is asked.
fn finished(source: &dyn FeatureSource, query: &FeatureQuery) -> Vec<FeatureId> {
    let scan = ready(source.scan(query)).unwrap();
    let residual = scan.residual().map(|residual| Predicate::new(residual, source.schema()).unwrap());
    let is_paged = scan.is_paged();
    let Rows::Local(rows) = scan.into_rows() else { panic!("a local source has local rows") };
    let mut found: Vec<Position> = Vec::new();
    for batch in rows.map(Result::unwrap) {
        let kept = residual.as_ref().map_or_else(|| batch.clone(), |residual| residual.select(&batch));
        found.extend(kept.features().map(|row| Position::of(&row, &query.sort)));
    }
    if !is_paged || query.sort.is_empty() {
        found.sort_by(|a, b| compare_positions(&query.sort, a, b));
    }
    if !is_paged {
        found.truncate(query.limit.unwrap_or(usize::MAX));
    }
    found.into_iter().map(|position| position.id).collect()
}

#[test]
fn numbers_that_are_none_infinite_or_negative_zero_are_kept_bit_by_bit() {
    let schema = schema(&[("value", ColumnKind::Float)], None);
    let numbers = [f64::NAN, -f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, f64::MIN_POSITIVE / 4.0, f64::MAX];
    let row = |(at, number): (usize, &f64)| OwnRow {
        id: FeatureId::Number(at as i64),
        shape: None,
        cells: vec![Cell::Float(*number)],
    };
    let rows: Vec<OwnRow> = numbers.iter().enumerate().map(row).collect();
    let folder = folder();
    let copy = copy_of(&in_memory(&schema, &rows, 100), folder.path());
    let Rows::Local(batches) = ready(copy.scan(&FeatureQuery::default())).unwrap().into_rows() else { panic!() };
    let read: Vec<u64> = batches
        .flat_map(|batch| {
            let bits = |value: Value<'_>| if let Value::Float(number) = value { number.to_bits() } else { 0 };
            batch.unwrap().features().map(|row| bits(row.value(0))).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(read, numbers.map(f64::to_bits));
}

#[test]
fn periods_find_what_goes_on_and_what_never_began() {
    let schema = schema(&[("from", ColumnKind::Time), ("until", ColumnKind::Time)], None);
    let time = Some(TimeColumns { start: "from".to_owned(), end: Some("until".to_owned()) });
    let schema = Arc::new(Schema { time, ..(*schema).clone() });
    let year = |year: i64| Cell::Time(When::year(year).unwrap());
    let row = |at: i64| OwnRow {
        id: FeatureId::Number(at),
        shape: None,
        cells: match at % 1_500 {
            0 => vec![Cell::Null, year(1900)],
            1 => vec![year(1800), Cell::Null],
            since => vec![year(1000 + since % 400), year(1400 + since % 100)],
        },
    };
    let rows: Vec<OwnRow> = (0..6_000).map(row).collect();
    let folder = folder();
    let copy = copy_of(&in_memory(&schema, &rows, 1_000), folder.path());
    let from = Some(Instant::from_date(1950, 1, 1).unwrap());
    let query = FeatureQuery { time: Some(Interval { start: from, end: None }), ..FeatureQuery::default() };
    assert_eq!(finished(&copy, &query), [0, 1, 1_500, 1_501, 3_000, 3_001, 4_500, 4_501].map(FeatureId::Number));
}

#[test]
fn rows_that_have_neither_place_nor_time_meet_every_box_and_period() {
    let schema = schema(&[("rank", ColumnKind::Int)], None);
    let row = |at: i64| OwnRow { id: FeatureId::Number(at), shape: None, cells: vec![Cell::Int(at)] };
    let rows: Vec<OwnRow> = (0..10).map(row).collect();
    let folder = folder();
    let copy = copy_of(&in_memory(&schema, &rows, 100), folder.path());
    let query = FeatureQuery {
        bbox: Some(Bbox { min: [1.0, 1.0], max: [2.0, 2.0] }),
        time: Some(Interval { start: None, end: Some(Instant(0)) }),
        ..FeatureQuery::default()
    };
    let scan = ready(copy.scan(&query)).unwrap();
    assert_eq!(scan.matched(), Matched::Exact(10));
    assert_eq!(rows_of_scan(scan), rows);
}

#[test]
fn rows_are_counted_without_reading_them_where_boxes_tell() {
    let (schema, rows) = events(4_500);
    let folder = folder();
    let copy = copy_of(&in_memory(&schema, &rows, 700), folder.path());
    let matched = |query: &FeatureQuery| ready(copy.scan(query)).unwrap().matched();
    assert_eq!(matched(&FeatureQuery::default()), Matched::Exact(4_500));
    let query = FeatureQuery { bbox: Some(Bbox { min: [101.0, 1.0], max: [103.0, 9.0] }), ..FeatureQuery::default() };
    assert_eq!(matched(&query), Matched::Exact(finished(&copy, &query).len() as u64));
    let filter = Some(Filter::equals("rank", Literal::Int(3)));
    assert_eq!(matched(&FeatureQuery { filter, ..query }), Matched::Unknown);
}

#[test]
fn latest_first_reads_on_from_any_row() {
    let (schema, rows) = events(3_000);
    reads_on_from_any_row(&schema, &rows);
}

#[test]
fn latest_first_reads_on_where_rows_do_not_stand_in_the_order_of_time() {
    // Lines are not written a second time.
    let (schema, mut rows) = events(3_000);
    let line = (GeometryKind::LineString, vec![vec![[100.0, 0.0, 0.0], [101.0, 1.0, 0.0]]]);
    rows[17].shape = Some(Shape { kind: GeometryKind::LineString, parts: vec![line] });
    reads_on_from_any_row(&schema, &rows);
}

fn reads_on_from_any_row(schema: &Arc<Schema>, rows: &[OwnRow]) {
    let folder = folder();
    let copy = copy_of(&in_memory(schema, rows, 700), folder.path());
    let sort = vec![SortKey { column: "seen".to_owned(), descending: true }];
    let all = MemoryFeatures::new(Arc::clone(schema), batches(schema, rows, 700), Effort::Everything);
    for filter in [None, Some(Filter::equals("rank", Literal::Int(7)))] {
        let mut query =
            FeatureQuery { sort: sort.clone(), filter: filter.clone(), limit: Some(97), ..FeatureQuery::default() };
        let expected = rows_of_scan(ready(all.scan(&FeatureQuery { limit: None, ..query.clone() })).unwrap());
        let found = pages(&copy, &mut query);
        assert_eq!(found, expected, "{filter:?}");
    }
}

/// All pages of a query that is sorted by `seen`, one after the other.
fn pages(copy: &DisplaySource, query: &mut FeatureQuery) -> Vec<OwnRow> {
    let mut found: Vec<OwnRow> = Vec::new();
    loop {
        let scan = ready(copy.scan(query)).unwrap();
        assert!(scan.is_paged());
        let page = rows_of_scan(scan);
        let Some(last) = page.last() else { return found };
        let key = if let Cell::Time(when) = &last.cells[3] { Literal::Instant(when.earliest) } else { Literal::Null };
        query.after = Some(Position { key: vec![key], id: last.id.clone() });
        found.extend(page);
    }
}

#[test]
fn few_rows_of_very_many_come_in_order_too() {
    // So many that they are not sorted before an index was tried; one in two hundred matches.
    let (schema, rows) = events(80_000);
    let folder = folder();
    let copy = copy_of(&in_memory(&schema, &rows, 1_024), folder.path());
    let all = MemoryFeatures::new(Arc::clone(&schema), batches(&schema, &rows, 1_024), Effort::Everything);
    let (left, right) = (Expr::Column("depth".to_owned()), Expr::Literal(Literal::Float(19_900.0)));
    let filter = Some(Filter::Compare { op: CompareOp::GreaterOrEqual, left, right });
    for descending in [false, true] {
        let sort = vec![SortKey { column: "seen".to_owned(), descending }];
        let mut query = FeatureQuery { sort, filter: filter.clone(), limit: Some(150), ..FeatureQuery::default() };
        let expected = rows_of_scan(ready(all.scan(&FeatureQuery { limit: None, ..query.clone() })).unwrap());
        assert!((300..400).contains(&expected.len()), "{}", expected.len());
        assert_eq!(pages(&copy, &mut query), expected);
    }
}

/// Drops every other position of lines and rings whose ends stay; knows nothing of borders.
struct EveryOther {
    seen: u64,
}

/// Asks for two rounds of looking.
struct HalfLevel {
    looked: usize,
    rounds: usize,
    seen: u64,
}

impl Generaliser for EveryOther {
    fn expect(&mut self, _positions: u64) {
        self.seen = 0;
    }
    fn see(&mut self, rows: &GeometryArrays) {
        self.seen += rows.xy.len() as u64;
    }
    fn level(&mut self, _tolerance: f64) -> Box<dyn LevelMaker + '_> {
        Box::new(HalfLevel { looked: 0, rounds: 0, seen: self.seen })
    }
}

impl LevelMaker for HalfLevel {
    fn look(&mut self, blocks: &[GeometryArrays]) {
        self.looked += blocks.iter().map(|rows| rows.kinds.len()).sum::<usize>();
    }
    fn settle(&mut self) -> bool {
        self.rounds += 1;
        assert!(self.seen > 0 && self.looked == self.rounds * 600, "a round shows all rows");
        self.rounds == 2
    }
    fn simplify(&mut self, blocks: &[GeometryArrays]) -> Vec<GeometryArrays> {
        blocks.iter().map(every_other).collect()
    }
}

fn every_other(rows: &GeometryArrays) -> GeometryArrays {
    let mut builder = GeometryBuilder::new(false);
    for row in 0..rows.kinds.len() {
        if let Some(shape) = rows.view().get(row) {
            builder.begin(shape.kind());
            for part in shape.parts() {
                builder.part(part.kind());
                for ring in part.rings() {
                    builder.ring();
                    let last = ring.len().saturating_sub(1);
                    let kept = |at: usize| at == last || at.is_multiple_of(2) || ring.len() < 8;
                    (0..ring.len()).filter(|&at| kept(at)).for_each(|at| builder.position(ring[at], None));
                }
            }
        }
        builder.end_row(row + 1);
    }
    builder.finish()
}

/// Wavy rings of 400 positions in rows, and a point here and there.
fn rings(count: i64) -> (Arc<Schema>, Vec<OwnRow>) {
    let schema = schema(&[("rank", ColumnKind::Int)], Some(GeometryKind::Any));
    let ring = |at: i64| {
        let centre = [(at % 60) as f64, (at / 60) as f64];
        let corner = |turn: i64| {
            let angle = (turn % 400) as f64 / 400.0 * std::f64::consts::TAU;
            let radius = 0.4 + 0.02 * (angle * 40.0).sin();
            [centre[0] + radius * angle.cos(), centre[1] + radius * angle.sin(), 0.0]
        };
        let run: Vec<[f64; 3]> = (0..=400).map(corner).collect();
        Shape { kind: GeometryKind::Polygon, parts: vec![(GeometryKind::Polygon, vec![run])] }
    };
    let row = |at: i64| OwnRow {
        id: FeatureId::Number(at),
        shape: if at % 77 == 3 { Some(Shape::point(at as f64 / 60.0, 1.0)) } else { (at % 50 != 1).then(|| ring(at)) },
        cells: vec![Cell::Int(at % 3)],
    };
    (Arc::new((*schema).clone()), (0..count).map(row).collect())
}

#[test]
fn levels_return_the_same_rows_with_fewer_positions_and_never_change_which() {
    let (schema, rows) = rings(600);
    let folder = folder();
    let path = folder.path().join("features.display");
    let mut generaliser = EveryOther { seen: 0 };
    let source = in_memory(&schema, &rows, 100);
    let built = display::build_with(&source, &path, Some(&mut generaliser), &Silent).unwrap();
    let positions: usize =
        rows.iter().filter_map(|row| row.shape.as_ref()).map(|shape| shape.parts[0].1[0].len()).sum();
    assert_eq!(generaliser.seen, positions as u64, "all rows are seen before the first level");
    assert!(built.levels.len() >= 2 && built.levels.is_sorted(), "{:?}", built.levels);
    DisplaySource::verify(&path).unwrap();
    let copy = DisplaySource::open(&path, cache()).unwrap();
    assert_eq!(copy.levels(), built.levels);
    check_features(&copy);
    let mut before = positions;
    for &tolerance in &built.levels {
        // A level is taken from five quarters of its tolerance on: it may use four fifths of what is asked.
        let query = FeatureQuery { tolerance: Some(tolerance * 1.2501), ..FeatureQuery::default() };
        let found = rows_of_scan(ready(copy.scan(&query)).unwrap());
        let ids = |rows: &[OwnRow]| rows.iter().map(|row| (row.id.clone(), row.cells.clone())).collect::<Vec<_>>();
        assert_eq!(ids(&found), ids(&rows));
        let count: usize =
            found.iter().filter_map(|row| row.shape.as_ref()).map(|shape| shape.parts[0].1[0].len()).sum();
        assert!(count < before, "{count} positions at {tolerance}, {before} before");
        before = count;
    }
    let finer = FeatureQuery { tolerance: Some(built.levels[0] * 1.2), ..FeatureQuery::default() };
    assert_eq!(rows_of_scan(ready(copy.scan(&finer)).unwrap()), rows, "nothing is coarser than asked");
}

#[test]
fn rows_in_blocks_that_are_wanted_whole_are_lent_and_others_are_copied() {
    let (schema, rows) = events(4_500);
    let folder = folder();
    let copy = copy_of(&in_memory(&schema, &rows, 700), folder.path());
    let batches = |query: &FeatureQuery| {
        let Rows::Local(rows) = ready(copy.scan(query)).unwrap().into_rows() else { panic!() };
        rows.map(Result::unwrap).collect::<Vec<_>>()
    };
    let [first, again] = [batches(&FeatureQuery::default()), batches(&FeatureQuery::default())];
    let numbers = |batch: &terrane_model::Batch| batch.geometry.as_ref().unwrap().xy.as_slice().as_ptr();
    assert!(first.iter().zip(&again).all(|(a, b)| numbers(a) == numbers(b)), "two scans share their buffers");
    let few = FeatureQuery { bbox: Some(Bbox { min: [101.0, 1.0], max: [101.3, 1.3] }), ..FeatureQuery::default() };
    let held: usize = batches(&few).iter().map(terrane_model::Batch::height).sum();
    let counted: usize = batches(&few).iter().map(terrane_model::Batch::len).sum();
    assert!(counted > 0 && held == counted, "{counted} rows are wanted and {held} are held");
}

#[test]
fn identities_of_two_kinds_are_refused() {
    let schema = schema(&[("rank", ColumnKind::Int)], None);
    let row = |id: FeatureId| OwnRow { id, shape: None, cells: vec![Cell::Int(1)] };
    let rows = [row(FeatureId::Number(1)), row(FeatureId::Text("a".to_owned()))];
    let folder = folder();
    let outcome = display::build(&in_memory(&schema, &rows, 1), &folder.path().join("x.display"), &Silent);
    assert_eq!(outcome.unwrap_err().kind(), terrane_model::Kind::Unsupported);
    let path = folder.path().join("x.display");
    assert!(DisplaySource::open(&path, cache()).is_err(), "what was left unfinished is not taken for a copy");
}

#[test]
fn only_what_is_asked_is_returned() {
    let (schema, rows) = events(1_200);
    let folder = folder();
    let copy = copy_of(&in_memory(&schema, &rows, 700), folder.path());
    let query = FeatureQuery {
        columns: Columns::These { names: vec!["rank".to_owned()], geometry: false },
        filter: Some(Filter::equals("rock", Literal::Text("mud".to_owned()))),
        limit: Some(40),
        ..FeatureQuery::default()
    };
    let Rows::Local(batches) = ready(copy.scan(&query)).unwrap().into_rows() else { panic!() };
    let batches: Vec<_> = batches.map(Result::unwrap).collect();
    assert_eq!(batches.iter().map(terrane_model::Batch::len).sum::<usize>(), 40);
    for batch in batches {
        assert!(batch.geometry.is_none() && matches!(batch.ids, Ids::Texts(_)));
        assert_eq!(batch.schema.columns.len(), 1);
    }
}

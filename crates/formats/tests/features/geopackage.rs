//! GeoPackage: what is written is read again, by us and by GDAL; questions are answered as asked.

use crate::gdal;
use crate::support::{Cell, OwnRow, Shape, all_rows, any_table, batches, by_id, rows_of_scan, schema};
use proptest::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use terrane_formats::features::geopackage::{self, GeoPackageSource};
use terrane_model::filter::{CompareOp, Expr, Filter, Literal};
use terrane_model::query::{Columns, Position, SortKey};
use terrane_model::schema::{ColumnKind, GeometryKind};
use terrane_model::store::{OpenOptions, Written};
use terrane_model::testing::{check_features, ready};
use terrane_model::time::Interval;
use terrane_model::{Bbox, Crs, FeatureId, FeatureQuery, FeatureSource, Instant, Matched, Schema, When};

fn write(folder: &Path, schema: &Arc<Schema>, rows: &[OwnRow]) -> (PathBuf, Written) {
    let path = folder.join("features.gpkg");
    let mut rows = batches(schema, rows, 5).into_iter().map(Ok);
    let written = geopackage::write(&path, "layer", schema, &mut rows).unwrap();
    (path, written)
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// A grid of 40 × 25 points with values of several kinds, some missing.
fn grid() -> (Arc<Schema>, Vec<OwnRow>) {
    let schema = schema(
        &[
            ("name", ColumnKind::Text),
            ("depth", ColumnKind::Float),
            ("rank", ColumnKind::Int),
            ("seen", ColumnKind::Time),
        ],
        Some(GeometryKind::Point),
    );
    let row = |at: i64| {
        let (x, y) = (100.0 + (at % 40) as f64 / 10.0, (at / 40) as f64 / 10.0);
        let missing = at % 11 == 0;
        let or_null = |cell: Cell| if missing { Cell::Null } else { cell };
        OwnRow {
            id: FeatureId::Text(format!("p{}", (at * 7919) % 1000)),
            shape: (at % 97 != 0).then(|| match at % 89 {
                0 => Shape { kind: GeometryKind::Point, parts: vec![] },
                _ => Shape::point(x, y),
            }),
            cells: vec![
                or_null(Cell::Text(format!("{}-{at}", ["mud", "Sand", "地层"][at as usize % 3]))),
                or_null(Cell::Float(at as f64 / 4.0)),
                Cell::Int(at % 10),
                or_null(Cell::Time(When::year(1900 + at % 100).unwrap())),
            ],
        }
    };
    (schema, (0..1000).map(row).collect())
}

fn stored_grid(folder: &Path) -> (GeoPackageSource, Vec<OwnRow>) {
    let (schema, rows) = grid();
    let (path, _) = write(folder, &schema, &rows);
    (GeoPackageSource::open(&path).unwrap(), rows)
}

fn ids(rows: &[OwnRow]) -> Vec<FeatureId> {
    let mut ids: Vec<FeatureId> = rows.iter().map(|row| row.id.clone()).collect();
    ids.sort();
    ids
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_rows_are_read_as_written((schema, rows) in any_table()) {
        let folder = folder();
        let (path, written) = write(folder.path(), &schema, &rows);
        prop_assert_eq!(written.rows, rows.len() as u64);
        let source = GeoPackageSource::open(&path).unwrap();
        prop_assert_eq!(source.schema(), &schema);
        prop_assert_eq!(by_id(all_rows(&source)), by_id(rows.clone()));
        let opened = geopackage::open(&path, &OpenOptions::default()).unwrap();
        let again = opened[0].views.features.as_ref().unwrap();
        prop_assert_eq!(by_id(all_rows(&**again)), by_id(rows));
    }
}

#[test]
fn both_sources_are_sources() {
    let folder = folder();
    let (source, _) = stored_grid(folder.path());
    check_features(&source);
    let opened = geopackage::open(&folder.path().join("features.gpkg"), &OpenOptions::default()).unwrap();
    check_features(&**opened[0].views.features.as_ref().unwrap());
}

#[test]
fn a_box_is_answered_exactly_and_keeps_rows_without_a_place() {
    let folder = folder();
    let (source, rows) = stored_grid(folder.path());
    for bbox in [[100.05, 0.05, 101.0, 0.7], [101.0, 0.7, 101.0, 0.7], [90.0, -5.0, 120.0, 9.0], [1.0, 1.0, 2.0, 2.0]] {
        let bbox = Bbox::from_array(bbox);
        let query = FeatureQuery { bbox: Some(bbox), ..FeatureQuery::default() };
        let scan = ready(source.scan(&query)).unwrap();
        assert!(scan.residual().is_none() && scan.is_paged());
        let expected: Vec<OwnRow> = rows
            .iter()
            .filter(|row| match row.shape.as_ref().and_then(|shape| shape.parts.first()) {
                Some((_, runs)) => bbox.contains([runs[0][0][0], runs[0][0][1]]),
                None => true,
            })
            .cloned()
            .collect();
        assert_eq!(ids(&rows_of_scan(scan)), ids(&expected), "{bbox:?}");
    }
}

#[test]
fn a_box_that_crosses_the_antimeridian_has_both_sides() {
    let folder = folder();
    let schema = schema(&[], Some(GeometryKind::Point));
    let rows: Vec<OwnRow> = [179.5, -179.5, 0.0, 178.0]
        .iter()
        .zip(1..)
        .map(|(&x, id)| OwnRow { id: FeatureId::Number(id), shape: Some(Shape::point(x, 0.0)), cells: vec![] })
        .collect();
    let (path, _) = write(folder.path(), &schema, &rows);
    let source = GeoPackageSource::open(&path).unwrap();
    let bbox = Some(Bbox { min: [179.0, -1.0], max: [-179.0, 1.0] });
    let query = FeatureQuery { bbox, ..FeatureQuery::default() };
    let found = rows_of_scan(ready(source.scan(&query)).unwrap());
    assert_eq!(ids(&found), [FeatureId::Number(1), FeatureId::Number(2)]);
}

#[test]
fn what_sqlite_can_judge_is_judged_there_and_the_rest_is_left() {
    let folder = folder();
    let (source, rows) = stored_grid(folder.path());
    let number = |row: &OwnRow, at: usize| match row.cells[at] {
        Cell::Float(number) => Some(number),
        Cell::Int(number) => Some(number as f64),
        _ => None,
    };
    let compare = |op, column: &str, value: Literal| Filter::Compare {
        op,
        left: Expr::Column(column.into()),
        right: Expr::Literal(value),
    };
    let deep = compare(CompareOp::Greater, "depth", Literal::Float(100.0));
    let seventh = compare(CompareOp::Equal, "rank", Literal::Int(7));
    let query = |filter: Filter| FeatureQuery { filter: Some(filter), ..FeatureQuery::default() };

    let scan = ready(source.scan(&query(Filter::And(vec![deep.clone(), seventh.clone()])))).unwrap();
    assert!(scan.residual().is_none());
    let expected: Vec<OwnRow> =
        rows.iter().filter(|row| number(row, 1) > Some(100.0) && number(row, 2) == Some(7.0)).cloned().collect();
    assert_eq!(ids(&rows_of_scan(scan)), ids(&expected));

    let scan = ready(source.scan(&query(Filter::Not(Box::new(deep.clone()))))).unwrap();
    let expected: Vec<OwnRow> =
        rows.iter().filter(|row| number(row, 1).is_some_and(|depth| depth <= 100.0)).cloned().collect();
    assert_eq!(ids(&rows_of_scan(scan)), ids(&expected), "a missing value is neither deep nor not deep");

    let folded = Filter::Compare {
        op: CompareOp::Equal,
        left: Expr::CaseFolded(Box::new(Expr::Column("name".into()))),
        right: Expr::Literal(Literal::Text("sand-1".into())),
    };
    let scan = ready(source.scan(&query(Filter::And(vec![folded.clone(), seventh])))).unwrap();
    assert_eq!(scan.residual(), Some(&folded));
    assert!(!scan.is_paged());
    assert_eq!(rows_of_scan(scan).len(), 100);
}

#[test]
fn a_period_finds_rows_that_may_lie_in_it_and_rows_without_time() {
    let folder = folder();
    let (source, rows) = stored_grid(folder.path());
    let at = |text: &str| Some(Instant::parse(text).unwrap());
    let period = Interval { start: at("1950-06-01"), end: at("1952-01-01") };
    let query = FeatureQuery { time: Some(period), ..FeatureQuery::default() };
    let scan = ready(source.scan(&query)).unwrap();
    assert!(scan.residual().is_none());
    let expected: Vec<OwnRow> = rows
        .iter()
        .filter(|row| match &row.cells[3] {
            Cell::Time(when) => ["1950", "1951", "1952"].contains(&when.to_string().as_str()),
            _ => true,
        })
        .cloned()
        .collect();
    assert_eq!(ids(&rows_of_scan(scan)), ids(&expected));
}

#[test]
fn pages_follow_each_other_in_any_order_without_gap_or_repeat() {
    let folder = folder();
    let (source, rows) = stored_grid(folder.path());
    let sorts = [
        vec![],
        vec![SortKey::ascending("depth")],
        vec![SortKey { column: "name".into(), descending: true }],
        vec![SortKey { column: "seen".into(), descending: true }, SortKey::ascending("rank")],
    ];
    for sort in sorts {
        let mut query = FeatureQuery { sort: sort.clone(), limit: Some(83), ..FeatureQuery::default() };
        let mut seen: Vec<OwnRow> = Vec::new();
        loop {
            let scan = ready(source.scan(&query)).unwrap();
            assert!(scan.is_sorted() && scan.is_paged());
            let page = rows_of_scan(scan);
            let Some(last) = page.last() else { break };
            let key = sort
                .iter()
                .map(|key| match &last.cells[source.schema().column(&key.column).unwrap().0] {
                    Cell::Float(number) => Literal::Float(*number),
                    Cell::Int(number) => Literal::Int(*number),
                    Cell::Text(text) => Literal::Text(text.clone()),
                    Cell::Time(when) => Literal::Instant(when.earliest),
                    _ => Literal::Null,
                })
                .collect();
            query.after = Some(Position { key, id: last.id.clone() });
            seen.extend(page);
        }
        assert_eq!(seen.len(), rows.len(), "{sort:?}");
        assert_eq!(ids(&seen), ids(&rows), "{sort:?}");
        if sort.len() == 1 && sort[0].column == "depth" {
            let depths: Vec<f64> = seen
                .iter()
                .map(|row| if let Cell::Float(depth) = row.cells[1] { depth } else { f64::INFINITY })
                .collect();
            assert!(depths.is_sorted(), "missing values come last");
        }
    }
}

#[test]
fn only_the_columns_asked_are_read() {
    let folder = folder();
    let (source, rows) = stored_grid(folder.path());
    let columns = Columns::These { names: vec!["rank".into(), "name".into()], geometry: false };
    let scan = ready(source.scan(&FeatureQuery { columns, limit: Some(3), ..FeatureQuery::default() })).unwrap();
    let terrane_model::Rows::Local(mut batches) = scan.into_rows() else { panic!("local") };
    let batch = batches.next().unwrap().unwrap();
    let names: Vec<&str> = batch.schema.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!((names, batch.geometry.is_none(), batch.len()), (vec!["rank", "name"], true, 3));
    let id = batch.ids.get(0);
    let given = rows.iter().find(|row| row.id == id).unwrap();
    assert_eq!(Cell::of(&batch.feature(0).get("rank")), given.cells[2]);
}

#[test]
fn rows_are_found_by_their_ids_and_counted_without_reading() {
    let folder = folder();
    let (source, _) = stored_grid(folder.path());
    let wanted = vec![FeatureId::Text("p919".into()), FeatureId::Text("nobody".into()), FeatureId::Text("p0".into())];
    let query = FeatureQuery { filter: Some(Filter::Ids(wanted)), ..FeatureQuery::default() };
    let found = rows_of_scan(ready(source.scan(&query)).unwrap());
    assert_eq!(ids(&found), [FeatureId::Text("p0".into()), FeatureId::Text("p919".into())]);
    let scan = ready(source.scan(&FeatureQuery::default())).unwrap();
    assert_eq!(scan.matched(), Matched::Exact(1000));
}

#[test]
fn many_rows_with_numbers_for_ids_follow_the_curve_and_are_found_by_them() {
    let folder = folder();
    let schema = schema(&[("n", ColumnKind::Int)], Some(GeometryKind::Point));
    let row = |id: i64| {
        let at = (id * 7919 % 25_000) as f64;
        let shape = Shape::point((at * 0.618_034).fract() * 360.0 - 180.0, (at * 0.414_214).fract() * 180.0 - 90.0);
        OwnRow { id: FeatureId::Number(id), shape: Some(shape), cells: vec![Cell::Int(id % 5)] }
    };
    let rows: Vec<OwnRow> = (0..25_000).map(row).collect();
    let (path, _) = write(folder.path(), &schema, &rows);
    let source = GeoPackageSource::open(&path).unwrap();
    let bbox = Bbox { min: [-10.0, -20.0], max: [60.0, 40.0] };
    let fives = Filter::equals("n", Literal::Int(3));
    let inside = |row: &&OwnRow| {
        let [x, y, _] = row.shape.as_ref().unwrap().parts[0].1[0][0];
        bbox.contains([x, y])
    };
    for filter in [None, Some(fives)] {
        let mut query =
            FeatureQuery { bbox: Some(bbox), filter: filter.clone(), limit: Some(100), ..FeatureQuery::default() };
        let mut seen = Vec::new();
        loop {
            let page = rows_of_scan(ready(source.scan(&query)).unwrap());
            let Some(last) = page.last() else { break };
            assert!(page.len() <= 100);
            query.after = Some(Position { key: vec![], id: last.id.clone() });
            seen.extend(page);
        }
        let expected: Vec<OwnRow> = rows
            .iter()
            .filter(inside)
            .filter(|row| filter.is_none() || row.cells[0] == Cell::Int(3))
            .cloned()
            .collect();
        assert_eq!(by_id(seen), by_id(expected));
    }
    let wanted = Filter::Ids(vec![FeatureId::Number(24_999), FeatureId::Number(-1), FeatureId::Number(17)]);
    let query = FeatureQuery { filter: Some(wanted), limit: Some(1), ..FeatureQuery::default() };
    let first = rows_of_scan(ready(source.scan(&query)).unwrap());
    let after = Some(Position { key: vec![], id: first[0].id.clone() });
    let second = rows_of_scan(ready(source.scan(&FeatureQuery { after, ..query })).unwrap());
    assert_eq!(ids(&[first, second].concat()), [FeatureId::Number(17), FeatureId::Number(24_999)]);
}

#[test]
fn two_rows_with_one_id_are_a_conflict() {
    let schema = schema(&[], None);
    for id in [FeatureId::Number(3), FeatureId::Text("x".into())] {
        let row = OwnRow { id: id.clone(), shape: None, cells: vec![] };
        let folder = folder();
        let mut rows = batches(&schema, &[row.clone(), row], 5).into_iter().map(Ok);
        let error = geopackage::write(&folder.path().join("a.gpkg"), "a", &schema, &mut rows).unwrap_err();
        assert_eq!(error.kind(), terrane_model::Kind::Conflict);
        assert!(error.say().contains(&id.to_string()), "{error}");
    }
}

#[test]
fn gdal_sees_what_was_written() {
    if !gdal::present() {
        return;
    }
    let folder = folder();
    let (schema, rows) = grid();
    let (path, written) = write(folder.path(), &schema, &rows);
    let path = path.to_str().unwrap();
    let summary = gdal::run("ogrinfo", &["-so", path, "layer"]);
    assert!(summary.contains("Feature Count: 1000"), "{summary}");
    assert!(summary.contains("Geometry: Point"), "{summary}");
    assert!(summary.contains("ID[\"EPSG\",4326]"), "{summary}");
    let bbox = written.bbox.unwrap();
    let extent = format!("Extent: ({:.6}, {:.6}) - ({:.6}, {:.6})", bbox.min[0], bbox.min[1], bbox.max[0], bbox.max[1]);
    assert!(summary.contains(&extent), "{summary}");
    let document = gdal::as_geojson(Path::new(path), &[]);
    for feature in document["features"].as_array().unwrap() {
        let properties = &feature["properties"];
        let id = FeatureId::Text(properties["terrane_id"].as_str().unwrap().to_owned());
        let row = rows.iter().find(|row| row.id == id).unwrap();
        if let Cell::Text(name) = &row.cells[0] {
            assert_eq!(properties["name"], name.as_str());
        }
        match row.shape.as_ref().and_then(|shape| shape.parts.first()) {
            Some((_, runs)) => {
                let [x, y, _] = runs[0][0];
                assert_eq!(feature["geometry"]["coordinates"], serde_json::json!([x, y]));
            }
            None => {
                assert!(feature["geometry"].is_null() || feature["geometry"]["coordinates"] == serde_json::json!([]));
            }
        }
    }
    let edited = folder.path().join("edited.gpkg");
    std::fs::copy(path, &edited).unwrap();
    let edited = edited.to_str().unwrap();
    gdal::run("ogrinfo", &[edited, "-sql", "DELETE FROM layer WHERE rank = 7"]);
    let counted = gdal::run("ogrinfo", &["-so", edited, "layer"]);
    assert!(counted.contains("Feature Count: 900"), "the triggers keep the count: {counted}");
    let spatial = gdal::run("ogrinfo", &["-so", "-spat", "100", "0", "101", "1", edited, "layer"]);
    assert!(spatial.contains("Feature Count:"), "{spatial}");
}

#[test]
fn files_made_by_gdal_are_read_as_gdal_reads_them() {
    if !gdal::present() {
        return;
    }
    let folder = folder();
    let source = folder.path().join("in.geojson");
    std::fs::write(
        &source,
        r#"{"type":"FeatureCollection","features":[
        {"type":"Feature","id":4,"properties":{"名称":"石灰岩","n":3,"f":1.5,"ok":true,"day":"2019-07-01","at":"2019-07-01T10:00:00Z","list":"x"},
         "geometry":{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,4],[0,0]],[[1,0.5],[2,0.5],[2,1],[1,0.5]]]}},
        {"type":"Feature","id":9,"properties":{"名称":null,"n":null,"f":null,"ok":null,"day":null,"at":null,"list":null},
         "geometry":{"type":"MultiPolygon","coordinates":[[[[10,10],[11,10],[11,11],[10,10]]]]}},
        {"type":"Feature","id":12,"properties":{"名称":"x"},"geometry":null}]}"#,
    )
    .unwrap();
    let path = folder.path().join("made.gpkg");
    gdal::run("ogr2ogr", &["-f", "GPKG", path.to_str().unwrap(), source.to_str().unwrap(), "-nln", "units"]);
    let opened = geopackage::open(&path, &OpenOptions::default()).unwrap();
    let layer = &opened[0];
    assert_eq!(layer.name, "units");
    let features = layer.views.features.as_ref().unwrap();
    let schema = features.schema();
    assert_eq!(schema.crs(), Some(&Crs::epsg(4326)));
    assert_eq!(schema.geometry.as_ref().unwrap().kind, GeometryKind::MultiPolygon);
    let kinds: Vec<(&str, ColumnKind)> =
        schema.columns.iter().map(|column| (column.name.as_str(), column.kind)).collect();
    assert_eq!(kinds[0], ("名称", ColumnKind::Text));
    assert!(kinds.contains(&("ok", ColumnKind::Bool)) && kinds.contains(&("day", ColumnKind::Time)), "{kinds:?}");
    let rows = all_rows(&**features);
    assert_eq!(rows.len(), 3);
    let first = rows.iter().find(|row| row.cells[0] == Cell::Text("石灰岩".into())).unwrap();
    assert_eq!(first.shape.as_ref().unwrap().kind, GeometryKind::MultiPolygon);
    assert_eq!(first.shape.as_ref().unwrap().parts[0].1.len(), 2);
    let cell = |name: &str| &first.cells[schema.column(name).unwrap().0];
    assert_eq!(*cell("day"), Cell::Time(When::parse("2019-07-01").unwrap()));
    assert_eq!(*cell("at"), Cell::Time(When::parse("2019-07-01T10:00:00Z").unwrap()));
    assert_eq!((cell("n"), cell("f"), cell("ok")), (&Cell::Int(3), &Cell::Float(1.5), &Cell::Bool(true)));
}

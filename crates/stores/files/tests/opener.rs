//! Files of strangers through the one door they come in by: real ones, hostile ones, ones of kinds that are not read.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, missing_docs)]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use terrane_formats::check::{CheckOptions, Inspector};
use terrane_model::report::{Report, Severity};
use terrane_model::store::{OpenOptions, Opened, Opener as _};
use terrane_model::testing::{check_features, ready};
use terrane_model::{Error, FeatureQuery, FeatureSource, Kind, Rows};
use terrane_store_files::FileOpener;
use zip::write::SimpleFileOptions;

fn open(path: &Path) -> terrane_model::Result<Vec<Opened>> {
    FileOpener.open(path, &OpenOptions::default())
}

fn write(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn refused(path: &Path) -> Error {
    match open(path) {
        Ok(_) => panic!("{} was accepted", path.display()),
        Err(error) => error,
    }
}

fn count(source: &dyn FeatureSource) -> u64 {
    let scan = ready(source.scan(&FeatureQuery::default())).unwrap();
    let Rows::Local(rows) = scan.into_rows() else { panic!("a file has local rows") };
    rows.map(|batch| batch.unwrap().len() as u64).sum()
}

fn pack(folder: &Path, name: &str, members: &[(&str, &[u8])]) -> PathBuf {
    let path = folder.join(name);
    let mut archive = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    for (name, bytes) in members {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap();
    path
}

const POINTS: &str = "name,lon,lat\na,1,2\nb,3,4\n";

#[test]
fn every_file_of_the_demo_opens_and_keeps_its_promises() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../demo/data");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut layers = 0;
    for path in files {
        let opened = open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for layer in opened {
            layers += 1;
            let name = format!("{} {}", path.display(), layer.name);
            assert!(!layer.report.is_refused(), "{name}: {:#?}", layer.report.findings);
            assert!(
                layer.report.crs.is_some()
                    || layer.views.features.as_ref().is_some_and(|rows| rows.schema().geometry.is_none()),
                "{name}"
            );
            if let Some(features) = &layer.views.features {
                assert_eq!(count(&**features), layer.report.rows_read, "{name}");
                if layer.report.rows_read < 150 && std::fs::metadata(&path).unwrap().len() < 300_000 {
                    check_features(&**features);
                }
            } else {
                assert!(layer.views.grid.is_some(), "{name}");
            }
        }
    }
    assert!(layers > 20, "{layers} layers");
}

#[test]
fn an_archive_outlives_its_unpacking_as_long_as_its_rows_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = pack(
        folder.path(),
        "a.zip",
        &[("data/points.csv", POINTS.as_bytes()), ("data/readme.md", b"# hello"), ("__MACOSX/._x", b"x")],
    );
    let mut opened = open(&path).unwrap();
    assert_eq!(opened.len(), 1);
    let layer = opened.remove(0);
    assert_eq!((layer.name.as_str(), &layer.files), ("points", &vec![path]));
    assert!(layer.report.findings.iter().any(|finding| finding.what.contains("readme.md was left out")));
    let scan = ready(layer.views.features.as_ref().unwrap().scan(&FeatureQuery::default())).unwrap();
    drop(layer);
    let Rows::Local(rows) = scan.into_rows() else { panic!("local") };
    assert_eq!(rows.map(|batch| batch.unwrap().len()).sum::<usize>(), 2);
}

#[test]
fn a_folder_and_a_part_of_a_shapefile_give_the_whole_set() {
    let folder = tempfile::tempdir().unwrap();
    let mut shp = 9994_u32.to_be_bytes().to_vec();
    shp.resize(24, 0);
    shp.extend(64_u32.to_be_bytes());
    shp.resize(100, 0);
    shp.extend([0, 0, 0, 1, 0, 0, 0, 10, 1, 0, 0, 0]);
    shp.extend(1.0_f64.to_le_bytes());
    shp.extend(2.0_f64.to_le_bytes());
    let path = write(folder.path(), "Wells.SHP", &shp);
    write(folder.path(), "wells.shx", &shp[..100]);
    write(
        folder.path(),
        "Wells.prj",
        "GEOGCS[\"GCS_WGS_1984\",DATUM[\"D_WGS_1984\",SPHEROID[\"WGS_1984\",6378137.0,298.257223563]],PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]]",
    );
    write(folder.path(), "more.csv", POINTS);
    let set = open(&path).unwrap();
    assert_eq!((set.len(), set[0].files.len()), (1, 3));
    assert_eq!(set[0].report.crs.as_ref().unwrap().1, "the .prj file");
    let all = open(folder.path()).unwrap();
    let names: Vec<&str> = all.iter().map(|layer| layer.name.as_str()).collect();
    assert_eq!(names, ["Wells", "more"]);
    assert!(refused(&folder.path().join("wells.shx")).say().contains("add the .shp"));
}

#[test]
fn archives_that_reach_out_or_blow_up_are_refused_whole() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for name in ["../evil.csv", "a/../../evil.csv", "/evil.csv", "C:\\evil.csv", "..\\evil.csv"] {
        let path = pack(folder, "slip.zip", &[("a.csv", POINTS.as_bytes()), (name, POINTS.as_bytes())]);
        assert!(refused(&path).say().contains("leads out"), "{name}");
    }
    assert!(!folder.join("evil.csv").exists() && !folder.parent().unwrap().join("evil.csv").exists());

    let link = folder.join("link.zip");
    let mut archive = zip::ZipWriter::new(std::fs::File::create(&link).unwrap());
    archive.add_symlink("a.csv", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    archive.finish().unwrap();
    assert!(refused(&link).say().contains("link"));

    let zeros = vec![b'0'; 64_000_000];
    let bomb = pack(folder, "bomb.zip", &[("a.csv", &zeros)]);
    assert_eq!(refused(&bomb).kind(), Kind::TooLarge);

    let names: Vec<String> = (0..10_001).map(|number| format!("{number}.csv")).collect();
    let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"a"[..])).collect();
    assert!(refused(&pack(folder, "many.zip", &many)).say().contains("10001 members"));

    let inner = std::fs::read(pack(folder, "inner.zip", &[("a.csv", POINTS.as_bytes())])).unwrap();
    assert!(refused(&pack(folder, "nested.zip", &[("inner.zip", &inner)])).say().contains("within an archive"));

    let whole = std::fs::read(pack(folder, "whole.zip", &[("a.csv", POINTS.as_bytes())])).unwrap();
    for cut in [4, 30, whole.len() / 2, whole.len() - 3] {
        assert_eq!(refused(&write(folder, "cut.zip", &whole[..cut])).kind(), Kind::Invalid);
    }
    let twice = pack(folder, "twice.zip", &[("a.csv", POINTS.as_bytes()), ("A.csv", POINTS.as_bytes())]);
    assert!(refused(&twice).say().contains("one name"));
    let office = pack(folder, "sheet.zip", &[("[Content_Types].xml", b"<x/>"), ("xl/workbook.xml", b"<x/>")]);
    assert!(refused(&office).say().contains("save the sheet as CSV"));
}

#[test]
fn files_that_are_no_data_get_a_sentence_of_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes, word) in [
        ("a.gml", &b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x xmlns='http://www.opengis.net/gml'>&e;</x>"[..], "ogr2ogr"),
        ("a.kml", b"<kml><NetworkLink><href>http://127.0.0.1/</href></NetworkLink></kml>", "ogr2ogr"),
        ("a.vrt", b"<VRTDataset rasterXSize=\"1\"><SourceFilename>/etc/passwd</SourceFilename></VRTDataset>", "virtual"),
        ("a.xml", b"<GDAL_WMS><Service/></GDAL_WMS>", "service"),
        ("a.svg", b"<svg><script>alert(1)</script></svg>", "SVG"),
        ("a.gif.php", b"GIF89a\x01\0\x01\0<?php system('id') ?>\0\0\0", "none that is known"),
        ("a.nc", b"CDF\x01\xff\xff\xff\xff", "gdal_translate"),
        ("a.json", b"{\"type\":\"Topology\"}", "TopoJSON"),
        ("empty.csv", b"", "empty"),
    ] {
        let error = refused(&write(folder.path(), name, bytes));
        assert!(error.say().contains(word), "{name}: {error}");
        assert_eq!(error.place(), Some(name));
    }
    let html = "\"><img src=x onerror=alert(1)>.csv";
    let opened = open(&write(folder.path(), html, POINTS)).unwrap();
    assert_eq!(opened[0].report.file, html, "names are kept as they are; who shows them escapes them");
}

/// What sqlite3 makes of some statements, with a GeoPackage's mark.
fn database(folder: &Path, name: &str, sql: &str) -> PathBuf {
    let path = folder.join(name);
    let _ = std::fs::remove_file(&path);
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch("PRAGMA application_id = 1196444487; PRAGMA user_version = 10300;").unwrap();
    connection.execute_batch(sql).unwrap();
    path
}

const FRAME: &str = "
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY, organization TEXT, organization_coordsys_id INTEGER, definition TEXT, description TEXT);
INSERT INTO gpkg_spatial_ref_sys VALUES ('WGS 84', 4326, 'EPSG', 4326, 'undefined', NULL);
CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT, identifier TEXT, description TEXT, last_change TEXT, min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER);
CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT, srs_id INTEGER, z INTEGER, m INTEGER);
";

fn layer_of(table: &str) -> String {
    format!(
        "INSERT INTO gpkg_contents (table_name, data_type, srs_id) VALUES ('{table}', 'features', 4326);
         INSERT INTO gpkg_geometry_columns VALUES ('{table}', 'geom', 'POINT', 4326, 0, 0);"
    )
}

#[test]
fn geopackages_that_would_run_something_are_refused_or_harmless() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let endless = "CREATE VIEW v AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x AS fid, NULL AS geom FROM c;";
    let view = database(folder, "view.gpkg", &format!("{FRAME}{endless}{}", layer_of("v")));
    assert!(refused(&view).say().contains("view"));

    let contents = FRAME.replace("CREATE TABLE gpkg_contents", "CREATE TABLE real_contents")
        + "CREATE VIEW gpkg_contents AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x AS table_name, 'features' AS data_type FROM c;";
    assert!(refused(&database(folder, "contents.gpkg", &contents)).say().contains("no table gpkg_contents"));

    let fts = database(folder, "fts.gpkg", &format!("{FRAME}CREATE VIRTUAL TABLE f USING fts5(x);"));
    assert!(refused(&fts).say().contains("virtual table"));

    let odd = format!(
        "{FRAME}CREATE TABLE \"a\"\"; DROP TABLE gpkg_contents; --\" (fid INTEGER PRIMARY KEY, geom BLOB, \"x\"\"y\" TEXT);
         INSERT INTO \"a\"\"; DROP TABLE gpkg_contents; --\" VALUES (1, x'4750000100000000 0101000000 000000000000F03F 0000000000000040', '=1');
         CREATE TRIGGER t AFTER INSERT ON gpkg_contents BEGIN DELETE FROM gpkg_contents; END;",
    )
    .replace("4750000100000000 0101000000 000000000000F03F 0000000000000040", "47500001000000000101000000000000000000F03F0000000000000040");
    let odd = odd + &layer_of("a\"; DROP TABLE gpkg_contents; --").replace("DELETE", "");
    let path = database(
        folder,
        "odd.gpkg",
        &odd.replace("CREATE TRIGGER t AFTER INSERT ON gpkg_contents BEGIN DELETE FROM gpkg_contents; END;", ""),
    );
    let opened = open(&path).unwrap();
    let features = opened[0].views.features.as_ref().unwrap();
    assert_eq!((count(&**features), features.schema().columns[0].name.as_str()), (1, "x\"y"));
    check_features(&**features);

    let plain = database(folder, "plain.sqlite", "CREATE TABLE t (x);");
    assert!(refused(&plain).say().contains("not a GeoPackage"));
    let bytes = std::fs::read(&path).unwrap();
    for cut in [100, 4096, bytes.len() / 2] {
        let error = refused(&write(folder, "cut.gpkg", &bytes[..cut]));
        assert_eq!(error.kind(), Kind::Invalid, "{error}");
    }
}

#[test]
fn values_that_lie_about_their_kind_are_told_and_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let sql = format!(
        "{FRAME}CREATE TABLE t (fid INTEGER PRIMARY KEY, geom BLOB, n INTEGER, d DATE, s TEXT);
         INSERT INTO t VALUES (1, x'4750000100000000010100000000', 'many', 'soon', CAST(x'ff' AS TEXT));
         INSERT INTO t VALUES (2, 'nowhere', 7, '2019-07-01', 'x');{}",
        layer_of("t")
    );
    let opened = open(&database(folder.path(), "t.gpkg", &sql)).unwrap();
    assert_eq!(count(&**opened[0].views.features.as_ref().unwrap()), 2);
    let findings = opened[0].findings.lock().unwrap().clone();
    for word in ["kind that the column declares", "not a date", "not UTF-8", "cut short", "not a blob"] {
        let found = findings.iter().any(|finding| finding.severity == Severity::Warning && finding.what.contains(word));
        assert!(found, "nothing of “{word}” in {findings:#?}");
    }
}

#[test]
fn the_only_layer_of_a_geopackage_is_called_by_the_first_name_that_says_something() {
    let folder = tempfile::tempdir().unwrap();
    for (table, identifier, expected) in [
        ("wells", "NULL", "wells"),
        ("wells", "'Wells of 2019'", "Wells of 2019"),
        ("features", "'features'", "survey"),
        ("Layer_1", "''", "survey"),
        ("main", "'Boreholes'", "Boreholes"),
    ] {
        let sql = format!(
            "{FRAME}CREATE TABLE \"{table}\" (fid INTEGER PRIMARY KEY, geom BLOB); INSERT INTO \"{table}\" VALUES (1, NULL);{}
             UPDATE gpkg_contents SET identifier = {identifier};",
            layer_of(table)
        );
        let opened = open(&database(folder.path(), "survey.gpkg", &sql)).unwrap();
        assert_eq!((opened[0].name.as_str(), opened[0].rows_expected), (expected, Some(1)), "{table} {identifier}");
        assert_eq!(opened[0].report.layer, table, "the layer is still asked for by its own name");
    }
    let two = format!(
        "{FRAME}CREATE TABLE main (fid INTEGER PRIMARY KEY, geom BLOB); CREATE TABLE data (fid INTEGER PRIMARY KEY, geom BLOB);{}{}",
        layer_of("main"),
        layer_of("data")
    );
    let opened = open(&database(folder.path(), "two.gpkg", &two)).unwrap();
    assert_eq!(opened.iter().map(|layer| layer.name.as_str()).collect::<Vec<_>>(), ["main", "data"]);
}

#[test]
fn a_geological_map_is_measured_as_geos_measures_it() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../demo/data/gsj_mino_units.geojson");
    let layer = open(&path).unwrap().remove(0);
    let source = layer.views.features.unwrap();
    let mut inspector = Inspector::new(source.schema(), &CheckOptions::default());
    let Rows::Local(rows) = ready(source.scan(&FeatureQuery::default())).unwrap().into_rows() else { panic!("local") };
    rows.for_each(|batch| drop(inspector.see(batch.unwrap()).unwrap()));
    let checked = inspector.finish(&mut Report::default());
    // GEOS 3.14.1 by shapely 2.2.0: all valid; from the sum of areas, of their union, and of the union of its outer rings.
    let (area, overlap_share, gap_share) = (0.040_996_002_974_149_6, 0.003_031_467_145, 0.003_204_066_198);
    let coverage = checked.coverage.unwrap();
    assert_eq!((checked.invalid, coverage.polygons, coverage.measured_share > 0.999_999), (0, 54, true));
    assert!((coverage.area / area - 1.0).abs() < 1e-12, "{coverage:?}");
    assert!((coverage.overlap_share.unwrap() - overlap_share).abs() < 1e-8, "{coverage:?}");
    assert!((coverage.gap_share.unwrap() - gap_share).abs() < 1e-8, "{coverage:?}");
}

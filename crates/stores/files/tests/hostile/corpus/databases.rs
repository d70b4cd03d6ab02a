//! GeoPackages that would run something, never end, or are not what they say.

use super::{Corpus, Fate};
use rusqlite::Connection;
use std::fs;

const FRAME: &str = "
PRAGMA application_id = 1196444487; PRAGMA user_version = 10300;
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY, organization TEXT, organization_coordsys_id INTEGER, definition TEXT, description TEXT);
INSERT INTO gpkg_spatial_ref_sys VALUES ('WGS 84', 4326, 'EPSG', 4326, 'undefined', NULL);
CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT, identifier TEXT, description TEXT, last_change TEXT, min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER);
CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT, srs_id INTEGER, z INTEGER, m INTEGER);
";
const LAYER: &str = "
INSERT INTO gpkg_contents (table_name, data_type, srs_id) VALUES ('t', 'features', 4326);
INSERT INTO gpkg_geometry_columns VALUES ('t', 'geom', 'GEOMETRY', 4326, 0, 0);
";
const TABLE: &str = "CREATE TABLE t (fid INTEGER PRIMARY KEY, geom BLOB, name TEXT);";
const ENDLESS: &str = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)";

fn database(corpus: &mut Corpus, name: &str, sql: &str, fate: Fate) {
    let path = corpus.place(name, fate);
    let _ = fs::remove_file(&path);
    Connection::open(&path).unwrap().execute_batch(&format!("{FRAME}{sql}")).unwrap();
}

/// A blob of a GeoPackage around well-known binary.
fn blob(wkb: &[u8]) -> String {
    let bytes = [b"GP\0\x01\0\0\0\0".as_slice(), wkb].concat();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn point(x: f64, y: f64) -> Vec<u8> {
    [&[1, 1, 0, 0, 0][..], &x.to_le_bytes(), &y.to_le_bytes()].concat()
}

fn polygon(claimed: u32, positions: &[[f64; 2]]) -> Vec<u8> {
    let mut bytes = vec![1, 3, 0, 0, 0, 1, 0, 0, 0];
    bytes.extend(claimed.to_le_bytes());
    positions.as_flattened().iter().for_each(|number| bytes.extend(number.to_le_bytes()));
    bytes
}

fn row(wkb: &[u8]) -> String {
    format!("{TABLE}{LAYER}INSERT INTO t VALUES (1, x'{}', 'a');", blob(wkb))
}

pub fn add(corpus: &mut Corpus) {
    database(corpus, "gpkg_right.gpkg", &row(&point(100.0, 13.0)), Fate::Read);
    let triggers = "CREATE TRIGGER a AFTER INSERT ON t BEGIN DELETE FROM gpkg_contents; END; CREATE TRIGGER b INSTEAD OF INSERT ON v BEGIN DELETE FROM t; END;";
    let view = format!("CREATE VIEW v AS {ENDLESS} SELECT x AS fid, NULL AS geom FROM c;");
    database(corpus, "gpkg_trigger_view.gpkg", &format!("{}{view}{triggers}", row(&point(100.0, 13.0))), Fate::Read);
    let view = format!("CREATE VIEW t AS {ENDLESS} SELECT x AS fid, NULL AS geom FROM c;{LAYER}");
    database(corpus, "gpkg_view_layer.gpkg", &view, Fate::Refused("view"));
    let contents = format!(
        "DROP TABLE gpkg_contents; CREATE VIEW gpkg_contents AS {ENDLESS} SELECT x AS table_name, 'features' AS data_type FROM c;"
    );
    database(corpus, "gpkg_view_contents.gpkg", &contents, Fate::Refused("gpkg_contents"));
    let srs = format!(
        "DROP TABLE gpkg_spatial_ref_sys; CREATE VIEW gpkg_spatial_ref_sys AS {ENDLESS} SELECT x AS srs_id, 'EPSG' AS organization, 4326 AS organization_coordsys_id, '' AS definition FROM c;"
    );
    database(corpus, "gpkg_view_srs.gpkg", &format!("{srs}{}", row(&point(100.0, 13.0))), Fate::Refused(""));
    for module in ["fts5(x)", "fts4(x)", "dbstat"] {
        let name = format!("gpkg_virtual_{}.gpkg", module.split('(').next().unwrap());
        let path = corpus.folder.join(&name);
        let connection = Connection::open(&path).unwrap();
        connection.execute_batch(FRAME).unwrap();
        if connection.execute_batch(&format!("CREATE VIRTUAL TABLE f USING {module};")).is_ok() {
            corpus.place(&name, Fate::Refused("virtual table"));
        } else {
            drop(connection);
            fs::remove_file(path).unwrap();
        }
    }
    let generated = format!(
        "CREATE TABLE t (fid INTEGER PRIMARY KEY, geom BLOB, big TEXT AS (hex(zeroblob(5000000))) VIRTUAL);{LAYER}INSERT INTO t VALUES (1, NULL);"
    );
    database(corpus, "gpkg_generated_column.gpkg", &generated, Fate::Either);
    geometries(corpus);
    damaged(corpus);
    database(corpus, "gpkg_no_layers.gpkg", "", Fate::Refused("no layer"));
    database(corpus, "gpkg_missing_table.gpkg", LAYER, Fate::Refused("missing"));
    let without = format!("CREATE TABLE t (geom BLOB, rowid TEXT, oid TEXT, _rowid_ TEXT);{LAYER}");
    database(corpus, "gpkg_without_key.gpkg", &without, Fate::Refused("primary key"));
}

fn geometries(corpus: &mut Corpus) {
    let bow = [[0.0, 0.0], [4.0, 4.0], [4.0, 0.0], [0.0, 4.0], [0.0, 0.0]];
    let collections: Vec<u8> = std::iter::repeat_n([1_u8, 7, 0, 0, 0, 1, 0, 0, 0], 10_000).flatten().collect();
    for (name, wkb, fate) in [
        ("gpkg_nan.gpkg", polygon(4, &[[f64::NAN, 0.0]; 4]), Fate::Told("finite")),
        ("gpkg_infinite.gpkg", polygon(4, &[[f64::INFINITY, 0.0]; 4]), Fate::Told("finite")),
        ("gpkg_bow_tie.gpkg", polygon(5, &bow), Fate::Told("crosses itself")),
        ("gpkg_counts_lie.gpkg", polygon(u32::MAX, &bow), Fate::Told("cut short")),
        ("gpkg_deep_collection.gpkg", collections, Fate::Told("without a geometry")),
        ("gpkg_curve.gpkg", vec![1, 8, 0, 0, 0, 0, 0, 0, 0], Fate::Refused("")),
        ("gpkg_no_wkb.gpkg", Vec::new(), Fate::Told("without a geometry")),
        ("gpkg_huge_numbers.gpkg", polygon(5, &bow.map(|[x, y]| [x * 1e300, y * 1e300])), Fate::Told("outside")),
        ("gpkg_tiny.gpkg", polygon(5, &bow.map(|[x, y]| [x * 1e-310, y * 1e-310])), Fate::Either),
    ] {
        database(corpus, name, &row(&wkb), fate);
    }
    database(
        corpus,
        "gpkg_null.gpkg",
        &format!("{TABLE}{LAYER}INSERT INTO t VALUES (1, NULL, NULL);"),
        Fate::Told("no geometry"),
    );
    let text = format!("{TABLE}{LAYER}INSERT INTO t VALUES (1, 'nowhere', CAST(x'fffe' AS TEXT));");
    database(corpus, "gpkg_lying_kinds.gpkg", &text, Fate::Told("not UTF-8"));
}

fn damaged(corpus: &mut Corpus) {
    let right = fs::read(corpus.folder.join("gpkg_right.gpkg")).unwrap();
    corpus.add("sqlite_truncated.gpkg", &right[..right.len() / 2], Fate::Refused(""));
    for (name, at, value) in [
        ("gpkg_page_size.gpkg", 16, [0x00, 0x03]),
        ("gpkg_page_size_1.gpkg", 16, [0x00, 0x01]),
        ("gpkg_pages.gpkg", 30, [0xff, 0xff]),
    ] {
        let mut changed = right.clone();
        changed[at..at + 2].copy_from_slice(&value);
        corpus.add(name, changed, Fate::Either);
    }
    let mut encoding = right.clone();
    encoding[56..60].copy_from_slice(&2_u32.to_be_bytes());
    corpus.add("gpkg_text_encoding.gpkg", encoding, Fate::Either);
    corpus.cut_and_change("gpkg", "gpkg", &right);
}

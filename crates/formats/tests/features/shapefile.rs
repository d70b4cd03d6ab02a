//! Shapefiles: against GDAL, in every encoding, and with headers that lie.

use crate::gdal;
use crate::geojson_reading::{features, file, findings};
use crate::support::{Cell, Shape, all_rows};
use encoding_rs::*;
use std::path::Path;
use terrane_formats::features::shapefile::{self, FileSet};
use terrane_model::report::Severity;
use terrane_model::schema::{ColumnKind, GeometryKind};
use terrane_model::store::{OpenOptions, Opened};
use terrane_model::testing::check_features;
use terrane_model::{Crs, Kind, When};

fn open(path: &Path) -> terrane_model::Result<Opened> {
    shapefile::open(&FileSet::around(path), &OpenOptions::default())
}

/// A .dbf with one column of texts.
pub fn dbf(language: u8, texts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = vec![3, 126, 1, 1];
    bytes.extend((texts.len() as u32).to_le_bytes());
    bytes.extend(65_u16.to_le_bytes());
    let width = texts.iter().map(|text| text.len()).max().unwrap_or(0).max(40);
    bytes.extend((width as u16 + 1).to_le_bytes());
    bytes.resize(29, 0);
    bytes.push(language);
    bytes.resize(32, 0);
    bytes.extend(b"NAME\0\0\0\0\0\0\0C\0\0\0\0");
    bytes.push(width as u8);
    bytes.resize(64, 0);
    bytes.push(0x0d);
    for text in texts {
        let mut record = vec![b' '];
        record.extend_from_slice(text);
        record.resize(width + 1, b' ');
        bytes.extend(record);
    }
    bytes.push(0x1a);
    bytes
}

/// A .shp from the content of its records.
fn shp(records: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = 9994_u32.to_be_bytes().to_vec();
    bytes.resize(24, 0);
    let length: usize = 100 + records.iter().map(|record| record.len() + 8).sum::<usize>();
    bytes.extend((length as u32 / 2).to_be_bytes());
    bytes.extend(1000_u32.to_le_bytes());
    bytes.extend(1_u32.to_le_bytes());
    bytes.resize(100, 0);
    for (place, record) in records.iter().enumerate() {
        bytes.extend((place as u32 + 1).to_be_bytes());
        bytes.extend((record.len() as u32 / 2).to_be_bytes());
        bytes.extend(record);
    }
    bytes
}

fn point(x: f64, y: f64) -> Vec<u8> {
    [&1_u32.to_le_bytes()[..], &x.to_le_bytes(), &y.to_le_bytes()].concat()
}

const CASES: [(&Encoding, u8, [&str; 3]); 7] = [
    (SHIFT_JIS, 0x7b, ["第四紀堆積物", "花崗岩体の分布", "ジュラ紀付加体"]),
    (GBK, 0x4d, ["第四纪沉积物", "花岗岩分布", "侏罗纪砂岩"]),
    (BIG5, 0x78, ["第四紀沉積物", "花崗岩分布", "侏羅紀砂岩"]),
    (EUC_KR, 0x79, ["제4기 퇴적층", "화강암 분포", "쥐라기 사암"]),
    (WINDOWS_874, 0x7c, ["ตะกอนควอเทอร์นารี", "หินแกรนิต", "หินทราย"]),
    (WINDOWS_1258, 0x00, ["Đư\u{301}t ga\u{303}y sông", "Trâ\u{300}m tích", "Đá vôi"]),
    (WINDOWS_1252, 0x03, ["Sédiments", "Grès jurassique", "Córdoba"]),
];

#[test]
fn texts_are_right_by_cpg_or_language_driver_and_right_or_asked_about_without() {
    for (encoding, language, names) in CASES {
        let bytes: Vec<Vec<u8>> = names.iter().map(|name| encoding.encode(name).0.into_owned()).collect();
        let bytes: Vec<&[u8]> = bytes.iter().map(Vec::as_slice).collect();
        let expected: Vec<Cell> = names.iter().map(|name| Cell::Text((*name).to_owned())).collect();
        let read = |language: u8, cpg: Option<&str>| {
            let folder = tempfile::tempdir().unwrap();
            let path = file(folder.path(), "units.dbf", dbf(language, &bytes));
            if let Some(cpg) = cpg {
                file(folder.path(), "units.CPG", cpg);
            }
            let opened = open(&path).unwrap();
            let cells: Vec<Cell> = all_rows(&**features(&opened)).into_iter().map(|row| row.cells[0].clone()).collect();
            let warned = opened
                .report
                .findings
                .iter()
                .any(|finding| finding.severity >= Severity::Warning && finding.remedy.contains("--encoding"));
            (cells, warned, opened.report)
        };
        let (cells, warned, report) = read(0x57, Some(encoding.name()));
        assert_eq!((cells, warned), (expected.clone(), false), "{report:?}");
        assert_eq!(report.encoding.as_ref().unwrap().1, "the .cpg file");
        assert_eq!(report.samples.len(), 3);
        if language != 0 {
            let (cells, warned, report) = read(language, None);
            assert_eq!((cells, warned), (expected.clone(), false), "{report:?}");
        }
        for driver in [0x00, 0x57] {
            let (cells, warned, report) = read(driver, None);
            assert!(warned, "{report:?}");
            assert!(encoding == WINDOWS_1258 || cells == expected, "{}: {report:?}", encoding.name());
        }
        let (cells, warned, report) = read(0, Some("UTF-8"));
        assert!(warned && report.findings.iter().any(|finding| finding.what.contains("not valid")), "{report:?}");
        assert!(encoding == WINDOWS_1258 || cells == expected);
    }
}

#[test]
fn a_text_cut_within_a_character_does_not_spoil_the_encoding() {
    let long = "地".repeat(14);
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a.dbf", dbf(0, &[&long.as_bytes()[..40], "層".as_bytes()]));
    let opened = open(&path).unwrap();
    assert_eq!(opened.report.encoding.as_ref().unwrap().0, "UTF-8");
    assert_eq!(all_rows(&**features(&opened))[0].cells[0], Cell::Text("地".repeat(13)));
}

#[test]
fn points_and_null_shapes_are_paired_with_their_values() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a.shp", shp(&[point(1.0, 2.0), 0_u32.to_le_bytes().to_vec(), point(3.0, 4.0)]));
    file(folder.path(), "a.dbf", dbf(0, &[b"one", b"", b"three", b"four"]));
    let opened = open(&path).unwrap();
    let rows = all_rows(&**features(&opened));
    assert_eq!(rows.len(), 4);
    assert_eq!((&rows[0].shape, &rows[0].cells[0]), (&Some(Shape::point(1.0, 2.0)), &Cell::Text("one".into())));
    assert_eq!((&rows[1].shape, &rows[1].cells[0]), (&None, &Cell::Null));
    assert_eq!((&rows[3].shape, &rows[3].cells[0]), (&None, &Cell::Text("four".into())));
    assert!(opened.report.findings.iter().any(|finding| finding.what.contains("3 rows but the .dbf has 4")));
    assert!(opened.report.findings.iter().any(|finding| finding.remedy.contains("--crs")));
    check_features(&**features(&opened));
}

#[test]
fn headers_and_lengths_that_lie_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |name: &str, bytes: Vec<u8>| {
        let path = file(folder.path(), name, bytes);
        let error = open(&path).map(|opened| findings(&opened)).unwrap_err();
        std::fs::remove_file(path).unwrap();
        error
    };
    let mut long = shp(&[point(1.0, 2.0)]);
    long[24..28].copy_from_slice(&u32::MAX.to_be_bytes());
    assert!(refused("a.shp", long).say().contains("cut short"));
    let mut record = shp(&[point(1.0, 2.0), point(1.0, 2.0)]);
    record[104..108].copy_from_slice(&0x7fff_ffff_u32.to_be_bytes());
    assert!(refused("a.shp", record).say().contains("are left"));
    assert!(refused("a.shp", b"not a shapefile at all".to_vec()).say().contains("not a shapefile"));
    let mut rows = dbf(0, &[b"x"]);
    rows[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(refused("a.dbf", rows).say().contains("4294967295 records"));
    let mut wide = dbf(0, &[b"x"]);
    wide[48] = 200;
    assert!(refused("a.dbf", wide).say().contains("wider"));
    let mut seven = dbf(0, &[b"x"]);
    seven[0] = 4;
    assert_eq!(refused("a.dbf", seven).kind(), Kind::Unsupported);
}

#[test]
fn shapes_that_lie_about_their_parts_lose_their_place_and_say_so() {
    let polygon = |parts: u32, positions: u32| {
        let mut record = [&5_u32.to_le_bytes()[..], &[0; 32], &parts.to_le_bytes(), &positions.to_le_bytes()].concat();
        record.extend([0; 64]);
        record
    };
    let multipatch = [&31_u32.to_le_bytes()[..], &[0; 40]].concat();
    let folder = tempfile::tempdir().unwrap();
    let mut crossed = polygon(2, 2);
    crossed[44..48].copy_from_slice(&2_u32.to_le_bytes());
    crossed[48..52].copy_from_slice(&1_u32.to_le_bytes());
    let records = [polygon(u32::MAX, 3), polygon(1, u32::MAX), crossed, multipatch, point(f64::NAN, 1.0)];
    let path = file(folder.path(), "a.shp", shp(&records));
    let opened = open(&path).unwrap();
    let found = findings(&opened);
    assert!(all_rows(&**features(&opened)).iter().all(|row| row.shape.is_none()));
    assert!(found.iter().any(|finding| finding.what.contains("announces more") && finding.count >= 2), "{found:#?}");
    assert!(found.iter().any(|finding| finding.severity == Severity::Refusal && finding.what.contains("MultiPatch")));
}

#[test]
fn files_made_by_gdal_are_read_as_gdal_reads_them() {
    if !gdal::present() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let input = file(
        folder.path(),
        "in.geojson",
        r#"{"type":"FeatureCollection","features":[
        {"type":"Feature","properties":{"名":"石灰岩","n":3,"f":1.5,"day":"2019-07-01"},
         "geometry":{"type":"MultiPolygon","coordinates":[[[[0,0],[9,0],[9,9],[0,9],[0,0]],[[1,1],[1,8],[8,8],[8,1],[1,1]]],[[[3,3],[5,3],[5,5],[3,5],[3,3]],[[4,4],[4,4.5],[4.5,4.5],[4,4]]]]}},
        {"type":"Feature","properties":{"名":null,"n":null,"f":null,"day":null},
         "geometry":{"type":"Polygon","coordinates":[[[10,10],[11,10],[11,11],[10,10]]]}}]}"#,
    );
    for (name, more) in [("utf8", "ENCODING=UTF-8"), ("gbk", "ENCODING=GBK")] {
        let path = folder.path().join(format!("{name}.shp"));
        gdal::run("ogr2ogr", &["-f", "ESRI Shapefile", path.to_str().unwrap(), input.to_str().unwrap(), "-lco", more]);
        let opened = open(&path).unwrap();
        let schema = features(&opened).schema();
        assert_eq!(schema.crs(), Some(&Crs::epsg(4326)));
        assert_eq!(schema.geometry.as_ref().unwrap().kind, GeometryKind::MultiPolygon);
        let kinds: Vec<(&str, ColumnKind)> =
            schema.columns.iter().map(|column| (column.name.as_str(), column.kind)).collect();
        assert_eq!(
            kinds,
            [("名", ColumnKind::Text), ("n", ColumnKind::Int), ("f", ColumnKind::Float), ("day", ColumnKind::Time)]
        );
        let rows = all_rows(&**features(&opened));
        assert_eq!(
            rows[0].cells,
            [
                Cell::Text("石灰岩".into()),
                Cell::Int(3),
                Cell::Float(1.5),
                Cell::Time(When::parse("2019-07-01").unwrap())
            ]
        );
        assert_eq!(rows[1].cells, vec![Cell::Null; 4]);
        let rings: Vec<usize> = rows[0].shape.as_ref().unwrap().parts.iter().map(|(_, rings)| rings.len()).collect();
        assert_eq!(rings, [2, 2], "each island has its own hole");
    }
}

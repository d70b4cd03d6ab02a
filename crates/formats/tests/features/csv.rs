//! Tables of text as surveys have them: encodings, delimiters, codes that look like numbers, places by name.

use crate::geojson_reading::{features, file, findings};
use crate::support::{Cell, OwnRow, Shape, all_rows, batches, schema};
use terrane_formats::features::csv::{self, CsvWriter};
use terrane_model::report::Severity;
use terrane_model::schema::{ColumnKind, GeometryKind};
use terrane_model::store::{OpenOptions, Opened};
use terrane_model::testing::check_features;
use terrane_model::{Crs, FeatureId, Kind, When};

fn open_with(text: impl AsRef<[u8]>, options: &OpenOptions) -> (tempfile::TempDir, terrane_model::Result<Opened>) {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "table.csv", text);
    let opened = csv::open(&path, options);
    (folder, opened)
}

fn open(text: impl AsRef<[u8]>) -> (tempfile::TempDir, Opened) {
    let (folder, opened) = open_with(text, &OpenOptions::default());
    (folder, opened.unwrap())
}

fn kinds(opened: &Opened) -> Vec<(String, ColumnKind)> {
    features(opened).schema().columns.iter().map(|column| (column.name.clone(), column.kind)).collect()
}

#[test]
fn a_usual_table_is_understood() {
    let (_folder, opened) = open(
        "code,name,depth_m,seen,ok,Longitude,Latitude\n007,\"Mud, \"\"soft\"\"\",1.5,2019-07-01,true,101.5,15.25\n012,,2,2019-07-02T10:00:00Z,false,,\n",
    );
    use ColumnKind::{Bool, Float, Text, Time};
    let expected = [
        ("code", Text),
        ("name", Text),
        ("depth_m", Float),
        ("seen", Time),
        ("ok", Bool),
        ("Longitude", Float),
        ("Latitude", Float),
    ];
    assert_eq!(kinds(&opened), expected.map(|(name, kind)| (name.to_owned(), kind)));
    let rows = all_rows(&**features(&opened));
    assert_eq!(rows[0].shape, Some(Shape { ..Shape::point(101.5, 15.25) }));
    assert_eq!(rows[0].cells[..3], [Cell::Text("007".into()), Cell::Text("Mud, \"soft\"".into()), Cell::Float(1.5)]);
    assert_eq!((&rows[1].shape, &rows[1].cells[1]), (&None, &Cell::Null));
    assert_eq!(rows[1].cells[3], Cell::Time(When::parse("2019-07-02T10:00:00Z").unwrap()));
    let schema = features(&opened).schema();
    assert_eq!((schema.crs(), schema.time.as_ref().unwrap().start.as_str()), (Some(&Crs::crs84()), "seen"));
    assert!(opened.report.findings.iter().any(|finding| finding.what.contains("no geometry") && finding.count == 1));
    check_features(&**features(&opened));
}

#[test]
fn delimiters_decimal_commas_and_lines_before_the_table_are_found() {
    for (text, names) in [
        ("# made by hand\n\nx;y;v\n1,5;2,5;3\n", vec!["x", "y", "v"]),
        ("x\ty\tv\n1.5\t2.5\t3\n", vec!["x", "y", "v"]),
        ("#x|y|v\n1.5|2.5|3\n", vec!["x", "y", "v"]),
        ("x,y,\"a,b\",a,a,\n1.5,2.5,3,4,5,6\n", vec!["x", "y", "a,b", "a", "a_2", "column_6"]),
    ] {
        let (_folder, opened) = open(text);
        assert_eq!(kinds(&opened).iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), names, "{text:?}");
        let rows = all_rows(&**features(&opened));
        assert_eq!(rows.len(), 1, "{text:?}");
        assert_eq!(rows[0].shape, Some(Shape::point(1.5, 2.5)), "{text:?}");
    }
}

#[test]
fn places_come_from_text_or_from_the_columns_asked() {
    let (_folder, opened) = open(
        "id,WKT\n1,\"POLYGON ((0 0, 4 0, 4 4, 0 0), (1 0.5, 2 0.5, 2 1, 1 0.5))\"\n2,MULTIPOLYGON Z (((0 0 1,1 0 1,1 1 1,0 0 1)))\n3,\"CIRCLE(1)\"\n4,\n",
    );
    let schema = features(&opened).schema();
    assert_eq!(schema.geometry.as_ref().unwrap().kind, GeometryKind::MultiPolygon);
    let rows = all_rows(&**features(&opened));
    assert_eq!(rows[0].shape.as_ref().unwrap().parts[0].1.len(), 2);
    assert!(rows[2].shape.is_none() && rows[3].shape.is_none());
    assert!(findings(&opened).iter().any(|finding| finding.row == Some(3) && finding.what.contains("well-known text")));

    let options = OpenOptions {
        xy_columns: Some(("E".into(), "N".into())),
        crs: Some(Crs::epsg(32648)),
        key: Some("well".into()),
        ..OpenOptions::default()
    };
    let (_folder, opened) = open_with("well,E,N\nW1,500000,1500000\nW2,500100,x\n", &options);
    let opened = opened.unwrap();
    let rows = all_rows(&**features(&opened));
    assert_eq!(
        (&rows[0].id, &rows[0].shape),
        (&FeatureId::Text("W1".into()), &Some(Shape::point(500_000.0, 1_500_000.0)))
    );
    assert!(rows[1].shape.is_none());
    assert!(findings(&opened).iter().any(|finding| finding.row == Some(2) && finding.severity == Severity::Warning));
}

#[test]
fn metres_without_a_crs_are_refused_and_swapped_degrees_told() {
    let (_folder, opened) = open("x,y\n500000,1500000\n");
    assert!(opened.report.is_refused());
    let (_folder, opened) = open("lon,lat\n15,101.5\n");
    assert!(opened.report.findings.iter().any(|finding| finding.row == Some(1) && finding.remedy.contains("swapped")));
}

#[test]
fn numbers_stay_numbers_when_some_are_missing_and_odd_values_are_told() {
    let (_folder, opened) = open("a,b,c\n1,NaN,9223372036854775808\nNULL,2.5,1\n,,\n");
    assert_eq!(
        kinds(&opened).iter().map(|(_, kind)| *kind).collect::<Vec<_>>(),
        [ColumnKind::Int, ColumnKind::Float, ColumnKind::Text]
    );
    let rows = all_rows(&**features(&opened));
    assert_eq!(rows[1].cells[0], Cell::Null);
    let (_folder, opened) = open("a,b\n1,2,3\n4\n");
    assert!(opened.report.findings.iter().any(|finding| finding.what.contains("more or fewer") && finding.count == 2));
}

#[test]
fn every_encoding_is_read_right_or_with_a_warning() {
    let table = |names: [&str; 3]| format!("name,x,y\n{},1,2\n{},3,4\n{},5,6\n", names[0], names[1], names[2]);
    use encoding_rs::*;
    let cases: [(&'static Encoding, [&str; 3]); 8] = [
        (SHIFT_JIS, ["第四紀堆積物", "花崗岩体の分布", "ジュラ紀付加体"]),
        (GBK, ["第四纪沉积物", "花岗岩分布", "侏罗纪砂岩"]),
        (BIG5, ["第四紀沉積物", "花崗岩分布", "侏羅紀砂岩"]),
        (EUC_KR, ["제4기 퇴적층", "화강암 분포", "쥐라기 사암"]),
        (WINDOWS_874, ["ตะกอนควอเทอร์นารี", "หินแกรนิต", "หินทราย"]),
        (WINDOWS_1258, ["Đư\u{301}t ga\u{303}y sông", "Trâ\u{300}m tích", "Đá vôi"]),
        (WINDOWS_1252, ["Sédiments", "Grès jurassique", "Córdoba"]),
        (UTF_8, ["第四紀堆積物", "หินแกรนิต", "Grès"]),
    ];
    for (encoding, names) in cases {
        let text = table(names);
        let (bytes, _, wrong) = encoding.encode(&text);
        assert!(!wrong, "{}", encoding.name());
        let (_folder, opened) = open(&bytes);
        let rows = all_rows(&**features(&opened));
        let right = rows[0].cells[0] == Cell::Text(names[0].into());
        let warned = opened
            .report
            .findings
            .iter()
            .any(|finding| finding.severity == Severity::Warning && finding.remedy.contains("--encoding"));
        assert!(right || warned, "{}: {:?}", encoding.name(), opened.report);
        assert!(!opened.report.samples.is_empty());

        let asked = OpenOptions { encoding: Some(encoding.name().to_owned()), ..OpenOptions::default() };
        let (_folder, opened) = open_with(&bytes, &asked);
        let opened = opened.unwrap();
        assert_eq!(all_rows(&**features(&opened))[2].cells[0], Cell::Text(names[2].into()), "{}", encoding.name());
        assert!(!opened.report.findings.iter().any(|finding| finding.remedy.contains("--encoding")));
    }
}

#[test]
fn a_character_across_the_end_of_the_first_look_does_no_harm() {
    for shift in 0..3 {
        let text = format!("name,x,y\n{}", format!("{}地層地層,1,2\n", "a".repeat(shift)).repeat(6_000));
        let (_folder, opened) = open(&text);
        assert_eq!(opened.report.rows_read, 6_000);
        assert_eq!(kinds(&opened).len(), 3);
    }
}

#[test]
fn utf16_is_read_with_and_without_a_mark() {
    let text = "name,x,y\n地層,1,2\nmud and sand and silt,3,4\n";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = [0xfe, 0xff].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect();
    for bytes in [little, big] {
        let (_folder, opened) = open(&bytes);
        assert_eq!(all_rows(&**features(&opened))[0].cells[0], Cell::Text("地層".into()));
    }
}

#[test]
fn hostile_tables_are_refused_or_kept_as_text() {
    let refused = |text: &[u8]| open_with(text, &OpenOptions::default()).1.err();
    assert!(refused(b"").unwrap().say().contains("empty"));
    let columns = vec!["a"; 2_001].join(",");
    assert_eq!(refused(columns.as_bytes()).unwrap().kind(), Kind::TooLarge);
    let endless = [b"a,b\n\"".as_slice(), &vec![b'x'; 18_000_000]].concat();
    assert_eq!(refused(&endless).unwrap().kind(), Kind::TooLarge);
    let (_folder, opened) = open("a\"); DROP TABLE x; --,b\n=cmd|' /C calc'!A0,\"nul\0l\"\n");
    let rows = all_rows(&**features(&opened));
    assert_eq!(rows[0].cells, [Cell::Text("=cmd|' /C calc'!A0".into()), Cell::Text("nul\0l".into())]);
}

#[test]
fn what_is_written_is_read_again_and_formulas_are_disarmed() {
    let schema = schema(
        &[
            ("name", ColumnKind::Text),
            ("n", ColumnKind::Int),
            ("f", ColumnKind::Float),
            ("t", ColumnKind::Time),
            ("b", ColumnKind::Bool),
        ],
        Some(GeometryKind::Point),
    );
    let row = |id: i64, name: &str| OwnRow {
        id: FeatureId::Number(id),
        shape: (id != 2).then(|| Shape::point(100.125 + id as f64, -0.5)),
        cells: vec![
            Cell::Text(name.into()),
            Cell::Int(-id),
            Cell::Float(0.1 * id as f64),
            Cell::Time(When::parse("2019-07-01").unwrap()),
            Cell::Bool(id % 2 == 0),
        ],
    };
    let rows = [row(1, "a \"b\", c\nd"), row(2, " spaced "), row(3, "=1+1")];
    let mut writer = CsvWriter::new(&schema, 7);
    let mut out = Vec::new();
    writer.begin(&schema, ["longitude", "latitude"], &mut out);
    batches(&schema, &rows, 2).iter().for_each(|batch| writer.rows(batch, &mut out));
    let text = String::from_utf8(out.clone()).unwrap();
    assert!(text.starts_with("id,longitude,latitude,name,n,f,t,b\r\n1,101.125,-0.5,"), "{text}");
    assert!(text.contains(",'=1+1,-3,"), "{text}");
    let (_folder, opened) = open_with(&out, &OpenOptions { key: Some("id".into()), ..OpenOptions::default() });
    let read = all_rows(&**features(&opened.unwrap()));
    for (given, got) in rows.iter().zip(&read) {
        assert_eq!((&given.id, &given.shape), (&got.id, &got.shape));
        if given.id != FeatureId::Number(3) {
            assert_eq!(given.cells, got.cells[3..]);
        }
    }
}

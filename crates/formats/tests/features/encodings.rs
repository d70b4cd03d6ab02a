//! Texts in every encoding of the region, written by Python's codecs: read right, or asked about; never silently wrong.

use crate::geojson_reading::features;
use crate::shapefile::dbf;
use crate::support::{Cell, all_rows};
use std::fs;
use std::path::{Path, PathBuf};
use terrane_formats::features::csv;
use terrane_formats::features::encoding::Charset;
use terrane_formats::features::shapefile::{self, FileSet};
use terrane_model::report::Severity;
use terrane_model::store::{OpenOptions, Opened};

/// Languages, and the codecs of Python with the names that our option knows.
const LANGUAGES: [(&str, &[(&str, &str)]); 7] = [
    ("ja", &[("shift_jis", "Shift_JIS"), ("cp932", "932")]),
    ("zh-Hans", &[("gbk", "GBK"), ("gb18030", "936")]),
    ("zh-Hant", &[("big5", "Big5"), ("cp950", "950")]),
    ("ko", &[("euc_kr", "EUC-KR"), ("cp949", "949")]),
    ("th", &[("tis_620", "TIS-620"), ("cp874", "874")]),
    ("vi", &[("cp1258", "windows-1258")]),
    ("fr", &[("cp1252", "ANSI 1252"), ("latin_1", "ISO 8859-1")]),
];

/// What became of a file.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Right { told: bool },
    Asked,
}

struct Case {
    /// Language, length and codec.
    name: String,
    label: &'static str,
    expected: Vec<String>,
    bytes: Vec<Vec<u8>>,
}

fn lines(path: &Path) -> Vec<Vec<u8>> {
    let bytes = fs::read(path).unwrap();
    bytes.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect()
}

fn cases(length: &str) -> Vec<Case> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/encoding");
    let mut cases = Vec::new();
    for (language, codecs) in LANGUAGES {
        let text = |codec: &str| lines(&folder.join(format!("{language}-{length}.{codec}.txt")));
        let expected: Vec<String> = text("utf-8").into_iter().map(|line| String::from_utf8(line).unwrap()).collect();
        for (codec, label) in codecs {
            let name = format!("{language} {length} {codec}");
            cases.push(Case { name, label, expected: expected.clone(), bytes: text(codec) });
        }
        cases.push(Case { name: format!("{language} {length} utf-8"), label: "UTF-8", expected, bytes: text("utf-8") });
    }
    cases
}

/// The outcome of reading; panics when the texts are wrong and nobody was asked.
fn outcome((_folder, opened): &Kept, case: &Case, how: &str) -> Outcome {
    let asked = opened.report.findings.iter().find(|finding| finding.severity == Severity::Refusal);
    if let Some(asked) = asked {
        let truth = Charset::by_name(case.label).unwrap();
        let names: Vec<&str> =
            asked.remedy.split("--encoding ").skip(1).map(|rest| rest.split([',', '.']).next().unwrap()).collect();
        let reads_right = |name: &&str| {
            let charset = Charset::by_name(name).unwrap();
            case.bytes.iter().all(|text| charset.decode(text).0 == truth.decode(text).0)
        };
        assert!(names.iter().any(reads_right), "{} {how}: the right one is not offered: {asked:?}", case.name);
        assert!(names.len() > 1, "{} {how}: nothing to choose from: {asked:?}", case.name);
        return Outcome::Asked;
    }
    let rows = all_rows(&**features(opened));
    let found: Vec<&str> = rows
        .iter()
        .map(|row| match row.cells.last() {
            Some(Cell::Text(text)) => text.as_str(),
            other => panic!("{} {how}: {other:?}", case.name),
        })
        .collect();
    assert_eq!(found, case.expected, "{} {how}: silently wrong as {:?}", case.name, opened.report.encoding);
    let told = opened.report.findings.iter().any(|finding| finding.remedy.contains("--encoding"));
    Outcome::Right { told }
}

/// A layer, and the folder that it lives in.
type Kept = (tempfile::TempDir, Opened);

fn as_csv(case: &Case, encoding: Option<&str>) -> Kept {
    let mut table = b"id,name\n".to_vec();
    for (row, text) in case.bytes.iter().enumerate() {
        table.extend(format!("{row},").bytes().chain(text.iter().copied()).chain(*b"\n"));
    }
    open_csv(&table, encoding)
}

fn open_csv(bytes: &[u8], encoding: Option<&str>) -> Kept {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    fs::write(&path, bytes).unwrap();
    let options = OpenOptions { encoding: encoding.map(str::to_owned), ..OpenOptions::default() };
    let opened = csv::open(&path, &options).unwrap();
    (folder, opened)
}

fn as_dbf(case: &Case, cpg: Option<&str>, language: u8) -> Kept {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    let texts: Vec<&[u8]> = case.bytes.iter().map(Vec::as_slice).collect();
    fs::write(place.join("t.dbf"), dbf(language, &texts)).unwrap();
    if let Some(cpg) = cpg {
        fs::write(place.join("t.cpg"), cpg).unwrap();
    }
    let opened = shapefile::open(&FileSet::around(&place.join("t.dbf")), &OpenOptions::default()).unwrap();
    (folder, opened)
}

#[test]
fn a_word_from_the_file_or_the_person_that_is_true_is_enough() {
    for case in cases("short").into_iter().chain(cases("long")) {
        let outcomes = [
            outcome(&as_dbf(&case, Some(case.label), 0), &case, "true .cpg"),
            outcome(&as_csv(&case, Some(case.label)), &case, "asked"),
        ];
        for outcome in outcomes {
            assert_eq!(outcome, Outcome::Right { told: false }, "{}", case.name);
        }
    }
}

#[test]
fn without_a_word_short_texts_are_asked_about_and_long_ones_are_told() {
    for case in cases("long") {
        for (how, opened) in [("CSV", as_csv(&case, None)), (".dbf", as_dbf(&case, None, 0x57))] {
            let is_unicode = case.label == "UTF-8";
            assert_eq!(outcome(&opened, &case, how), Outcome::Right { told: !is_unicode }, "{} {how}", case.name);
        }
    }
    let mut asked = 0;
    for case in cases("short") {
        for (how, opened) in [("CSV", as_csv(&case, None)), (".dbf", as_dbf(&case, None, 0))] {
            asked += usize::from(outcome(&opened, &case, how) == Outcome::Asked);
        }
    }
    assert!(asked > 0, "two words cannot be certain in every encoding");
}

#[test]
fn a_cpg_or_language_driver_that_lies_raises_doubt() {
    let claims = ["UTF-8", "1252", "GBK", "932", "949", "950", "874", "1258", "437", "850"];
    for case in cases("long") {
        let truth = Charset::by_name(case.label).unwrap();
        for claim in claims {
            let claimed = Charset::by_name(claim).unwrap();
            if case.bytes.iter().all(|text| claimed.decode(text).0 == truth.decode(text).0) {
                continue;
            }
            let found = outcome(&as_dbf(&case, Some(claim), 0), &case, &format!(".cpg says {claim}"));
            assert_ne!(found, Outcome::Right { told: false }, "{}: nobody is told that {claim} is wrong", case.name);
        }
        for language in [0x03, 0x13, 0x4d, 0x4e, 0x4f, 0x01] {
            outcome(&as_dbf(&case, None, language), &case, &format!("language driver {language:#x}"));
        }
    }
}

#[test]
fn what_ascii_files_claim_does_not_matter() {
    let texts = vec!["basalt".to_owned(), "granite".to_owned()];
    let bytes = texts.iter().map(|text| text.clone().into_bytes()).collect();
    let case = Case { name: "ASCII".into(), label: "UTF-8", expected: texts, bytes };
    for cpg in [None, Some("UTF-8"), Some("932"), Some("874"), Some("437")] {
        assert_eq!(outcome(&as_dbf(&case, cpg, 0), &case, "ASCII"), Outcome::Right { told: false }, "{cpg:?}");
    }
}

#[test]
fn utf_16_is_read_with_a_mark_and_without() {
    for case in cases("long").into_iter().chain(cases("short")).filter(|case| case.label == "UTF-8") {
        let table: String = case
            .expected
            .iter()
            .enumerate()
            .fold("id,name\n".to_owned(), |table, (row, text)| format!("{table}{row},{text}\n"));
        for (mark, little) in [(true, true), (true, false), (false, true), (false, false)] {
            let units = mark.then_some(0xfeff).into_iter().chain(table.encode_utf16());
            let bytes: Vec<u8> =
                units.flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect();
            let opened = open_csv(&bytes, None);
            let found = outcome(&opened, &case, &format!("UTF-16, mark {mark}, little {little}"));
            assert_eq!(found, Outcome::Right { told: false }, "{}", case.name);
        }
    }
}

//! A mapping laid over a table: what rows say in derived columns, and that questions asked of the table find the same rows as the same
//! questions judged on the derived columns.

#![allow(clippy::panic)]

use std::collections::BTreeSet;
use std::sync::Arc;
use terrane_formats::filter::cql2_text;
use terrane_geology::ask;
use terrane_geology::mapping::Mapping;
use terrane_geology::reading::{Naming, Reading, Side};
use terrane_model::batch::{Batch, BatchBuilder, Value};
use terrane_model::filter::Predicate;
use terrane_model::limits::Limits;
use terrane_model::schema::{Column, ColumnKind, Schema};
use terrane_model::{FeatureId, Filter};

/// A sheet with ages in two columns, some of them absent, and values that the mapping does not know.
const MAPPING: &str = r#"{
  "mapping": 1, "chart": "2024-12", "language": "en",
  "layers": [{
    "view": "GeologicUnitView",
    "fields": {"name": {"column": "unit"}, "description": {"columns": ["period", "unit"]}, "source": {"text": "sheet 7"},
               "positionalAccuracy": {"column": "code"}},
    "terms": {
      "age": {"columns": ["period", "epoch"], "values": [
        {"when": ["Jurassic", null], "events": [{"process": "deposition", "older": "Jurassic"}]},
        {"when": ["Jurassic", "Late"], "events": [
          {"process": "accretion", "older": "UpperJurassic", "younger": "Berriasian"},
          {"process": "deposition", "older": "Permian", "younger": "MiddleJurassic"}]},
        {"when": ["Cretaceous", "Late"], "events": [{"process": "intrusion", "older": "UpperCretaceous"}]},
        {"when": ["Tertiary", null], "events": [{"older_ma": 66.0, "younger_ma": 2.58}]},
        {"when": [null, null], "leave_out": "Water."}
      ]},
      "lithology": {"columns": ["code"], "values": [
        {"when": ["1"], "parts": [{"lithology": "limestone"}]},
        {"when": ["2"], "parts": [{"lithology": "clastic_mudstone"}, {"lithology": "limestone"}, {"lithology": "basalt"}]},
        {"when": ["3"], "parts": [{"lithology": "granite"}]},
        {"when": ["4"]}
      ]}
    }
  }]
}"#;

/// Period, epoch, code, unit.
type Row = (Option<&'static str>, Option<&'static str>, Option<i64>, &'static str);

const ROWS: [Row; 9] = [
    (Some("Jurassic"), None, Some(1), "A"),
    (Some("Jurassic"), Some(""), Some(2), "B"),
    (Some("Jurassic"), Some("Late"), Some(2), "C"),
    (Some("Cretaceous"), Some("Late"), Some(3), "D"),
    (Some("Cretaceous"), None, Some(3), "E"),
    (Some("Tertiary"), None, None, "F"),
    (Some("Silurian?"), None, Some(9), "G"),
    (None, None, Some(4), "H"),
    (None, Some("Late"), Some(1), "I"),
];

fn table() -> Batch {
    let columns = vec![
        Column::new("period", ColumnKind::Text),
        Column::new("epoch", ColumnKind::Text),
        Column::new("code", ColumnKind::Int),
        Column::new("unit", ColumnKind::Text),
    ];
    let schema = Arc::new(Schema { columns, geometry: None, time: None, key: None });
    let mut builder = BatchBuilder::new(schema);
    for (number, (period, epoch, code, unit)) in ROWS.into_iter().enumerate() {
        let text = |value: Option<&'static str>| value.map_or(Value::Null, Value::Text);
        builder.value(&text(period));
        builder.value(&text(epoch));
        builder.value(&code.map_or(Value::Null, Value::Int));
        builder.value(&Value::Text(unit));
        builder.end_row(FeatureId::Number(number as i64));
    }
    builder.finish()
}

fn reading(table: &Batch) -> Reading {
    let mapping = Mapping::from_json(MAPPING).expect("the mapping is right");
    let naming = Naming { dataset: "sheet".into(), prefix: "urn:x:".into() };
    Reading::new((&mapping, &mapping.layers[0]), &table.schema, &naming, Side::View).expect("it fits the table")
}

/// All rows with all columns of the view.
fn told(reading: &Reading, table: &Batch) -> Batch {
    let schema = reading.view_schema();
    let columns = schema.columns.iter().map(|column| reading.read(&column.name, table)).collect();
    let kept = schema.columns.iter().map(|column| Column { derived: false, ..column.clone() }).collect();
    Batch { schema: Arc::new(Schema { columns: kept, ..schema }), columns, ..table.clone() }
}

fn units(batch: &Batch, column: &str) -> BTreeSet<String> {
    batch.features().map(|feature| feature.get(column).to_string()).collect()
}

fn parse(text: &str) -> Filter {
    let filter = cql2_text::parse(text, &Limits::default()).unwrap_or_else(|error| panic!("{text}: {}", error.say()));
    ask::told(&filter).unwrap_or_else(|error| panic!("{text}: {}", error.say()))
}

#[test]
fn rows_say_ages_and_rocks() {
    let table = table();
    let told = told(&reading(&table), &table);
    let row = |at: usize, column: &str| told.feature(at).get(column).to_string();
    let history = "Late Jurassic – Berriasian (accretion); Permian – Middle Jurassic (deposition)";
    assert_eq!(row(2, "geologicHistory"), history);
    assert_eq!(row(2, "numericOlderAge"), "161.5");
    assert_eq!(row(2, "depositionOlderAge"), "298.9");
    let ages = "http://resource.geosciml.org/classifier/ics/ischart/";
    let rocks = "http://resource.geosciml.org/classifier/cgi/lithology/";
    assert_eq!(row(1, "representativeAge_uri"), format!("{ages}Jurassic"));
    assert_eq!(row(1, "lithology"), "mudstone; limestone; basalt");
    assert_eq!(row(1, "representativeLithology_uri"), format!("{rocks}clastic_mudstone"));
    assert_eq!(row(4, "representativeAge_uri"), "http://www.opengis.net/def/nil/OGC/0/unknown");
    assert_eq!((row(4, "numericOlderAge"), row(4, "geologicHistory")), (String::new(), String::new()));
    assert_eq!((row(0, "identifier"), row(0, "description")), ("urn:x:0".into(), "Jurassic, A".into()));
    assert_eq!(row(0, "dataset"), "sheet");
    assert_eq!(row(5, "representativeAge_uri"), format!("{ages}Paleogene"), "which has the largest share of it");
}

#[test]
fn a_view_has_the_rows_that_nothing_leaves_out() {
    let table = table();
    let reading = reading(&table);
    let members = reading.members().expect("water is left out");
    let kept = Predicate::new(members, &table.schema).expect("it is asked of the table").select(&table);
    assert_eq!(units(&kept, "unit"), ["A", "B", "C", "D", "E", "F", "G", "I"].map(String::from).into());
}

#[test]
fn ages_overlap_lie_within_and_contain() {
    let table = table();
    let told = told(&reading(&table), &table);
    let found = |text: &str| {
        let kept = Predicate::new(&parse(text), &told.schema).expect("it fits").select(&told);
        units(&kept, "name").into_iter().collect::<String>()
    };
    assert_eq!(found("age_overlaps('Jurassic')"), "ABC");
    assert_eq!(found("age_overlaps('ジュラ紀')"), "ABC");
    assert_eq!(found("age_overlaps('侏罗纪')"), "ABC");
    assert_eq!(found("age_within('Jurassic')"), "AB");
    assert_eq!(found("age_overlaps('Cretaceous')"), "CD");
    assert_eq!(found("age_contains('Late Jurassic')"), "ABC");
    assert_eq!(found("age_overlaps('older than 251.9 Ma', 'deposition')"), "C");
    assert_eq!(found("age_overlaps('Mesozoic', 'intrusion')"), "D");
    assert_eq!(found("age_overlaps('66-23 Ma')"), "F");
    assert_eq!(found("lithology('limestone')"), "ABCI");
    assert_eq!(found("main_lithology('limestone')"), "AI");
    assert_eq!(found("lithology('carbonate_sedimentary_rock')"), "ABCI");
    assert_eq!(found("lithology('石灰岩') AND age_overlaps('Jurassic')"), "ABC");
    assert_eq!(found("NOT lithology('limestone')"), "DE");
    assert_eq!(found("age_overlaps('Jurassic') = true"), "ABC");
}

/// Conditions of every form, on one table of terms, on several, on plain columns, on constants, and mixed.
const QUESTIONS: [&str; 36] = [
    "representativeAge_uri = 'http://resource.geosciml.org/classifier/ics/ischart/Jurassic'",
    "representativeAge_uri <> 'http://resource.geosciml.org/classifier/ics/ischart/Jurassic'",
    "representativeAge_uri LIKE '%unknown'",
    "representativeAge_uri IS NULL",
    "geologicHistory IS NULL",
    "geologicHistory IS NOT NULL",
    "numericOlderAge > 100",
    "numericOlderAge BETWEEN 60 AND 170",
    "numericOlderAge IS NULL",
    "numericOlderAge - numericYoungerAge > 40",
    "numericOlderAge > 100 OR lithology = 'granite'",
    "numericOlderAge > 100 AND lithology = 'granite'",
    "lithology = geologicHistory",
    "lithology IN ('granite', 'limestone')",
    "lithology LIKE '%lime%'",
    "CASEI(lithology) = CASEI('GRANITE')",
    "name = 'B'",
    "name IN ('A', 'H') OR numericOlderAge < 100",
    "name > 'C' AND NOT numericOlderAge > 100",
    "description LIKE 'Jurassic%'",
    "description LIKE 'Jurassic%' OR name = 'I'",
    "positionalAccuracy = '2'",
    "source = 'sheet 7'",
    "source = 'sheet 8'",
    "source = 'sheet 7' AND name = 'A'",
    "dataset = 'sheet' OR name = 'A'",
    "identifier = 'urn:x:3'",
    "rank IS NULL",
    "metadata_uri = 'x' OR lithology = 'limestone'",
    "age_overlaps('Jurassic')",
    "age_within('Mesozoic', 'intrusion')",
    "lithology('limestone')",
    "NOT (lithology('limestone') AND age_overlaps('Jurassic'))",
    "NOT (name = 'A' OR lithology('basalt'))",
    "depositionOlderAge > 250 OR depositionOlderAge IS NULL",
    "NOT (numericOlderAge > 100 AND (lithology = 'limestone' OR name = 'C'))",
];

#[test]
fn questions_asked_of_the_table_find_what_the_derived_columns_say() {
    let table = table();
    let reading = reading(&table);
    let told = told(&reading, &table);
    let schema = reading.view_schema();
    for question in QUESTIONS.into_iter().flat_map(|text| [text.to_owned(), format!("NOT ({text})")]) {
        let filter = parse(&question);
        let expected = Predicate::new(&filter, &told.schema).expect("it fits the view").select(&told);
        let narrowed = reading.narrow(&filter, &schema, Side::View).expect("it can be taken apart");
        let asked = Predicate::new(&narrowed.asked, &table.schema)
            .unwrap_or_else(|error| panic!("{question}: {}", error.say()))
            .select(&table);
        let rest = Batch { selection: asked.selection.clone(), ..told.clone() };
        let found = match &narrowed.left {
            Some(left) => Predicate::new(left, &told.schema).expect("what is left fits the view").select(&rest),
            None => rest,
        };
        assert_eq!(units(&found, "name"), units(&expected, "name"), "{question}: {narrowed:?}");
    }
}

#[test]
fn terms_are_asked_of_the_table_alone() {
    let table = table();
    let reading = reading(&table);
    let all_of_it = ["age_overlaps('Jurassic')", "lithology('limestone') AND name = 'A'", "NOT numericOlderAge > 100"];
    for question in all_of_it {
        let narrowed = reading.narrow(&parse(question), &reading.view_schema(), Side::View).expect("it is taken apart");
        assert_eq!(narrowed.left, None, "{question}");
    }
    let narrowed = reading.narrow(&parse("lithology('granite')"), &reading.view_schema(), Side::View).expect("it is");
    assert_eq!(narrowed.asked.columns(), ["code"], "rocks are told by the code alone");
}

#[test]
fn beside_its_own_columns_a_table_has_terms() {
    let table = table();
    let reading = reading(&table);
    let names: Vec<String> = reading.beside().into_iter().map(|column| column.name).collect();
    for name in ["representativeAge_uri", "representativeLithology_uri", "numericOlderAge", "lithologyTerms"] {
        assert!(names.iter().any(|known| known == name), "{name}: {names:?}");
    }
    assert!(!names.iter().any(|name| name == "name" || name == "identifier" || name == "source"), "{names:?}");
}

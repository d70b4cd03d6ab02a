//! Values: columns as found, and a remark for each thing that a person should look at.

use super::support::*;
use proptest::prelude::*;
use std::sync::Arc;
use terrane_formats::check::{ColumnProfile, Inspector};
use terrane_model::batch::{BatchBuilder, Value};
use terrane_model::report::{Finding, Report, Severity};
use terrane_model::schema::{Column, ColumnKind};
use terrane_model::{FeatureId, Schema, When};

fn said_of_texts(texts: &[&str]) -> Vec<(u64, u64, String)> {
    let values: Vec<Value<'_>> = texts.iter().map(|text| Value::Text(text)).collect();
    said(&inspect(&[table("name", ColumnKind::Text, &values)], &options()).1)
}

#[test]
fn each_oddity_of_texts_is_told_with_its_row_and_nothing_else_is() {
    let clean = ["花崗岩", "Grès", "หินปูน", "Đá vôi", "basalt"];
    assert_eq!(said_of_texts(&clean), []);
    for (odd, words) in [
        ("a\u{fffd}b", "could not be read"),
        ("GrÃ¨s", "garbled before it came here: “GrÃ¨s” should probably be “Grès”"),
        ("x\u{8a}y", "characters that no text has"),
        ("????", "question marks"),
        (" basalt", "begins or ends with a space"),
    ] {
        let mut texts = clean.to_vec();
        texts.insert(3, odd);
        let said = said_of_texts(&texts);
        assert_eq!((said.len(), said[0].0, said[0].1), (1, 4, 1), "{odd}: {said:?}");
        assert!(said[0].2.contains(words), "{odd}: {said:?}");
    }
}

#[test]
fn numbers_and_dates_that_are_texts_are_told() {
    for (texts, row, count, words) in [
        (vec!["1", "2", "3", "4.5"], 1, 4, "All texts of the column are numbers"),
        (
            vec!["1"; 9].into_iter().chain(["<5"]).collect(),
            10,
            1,
            "Nearly all texts of the column are numbers, but some are not, such as “<5”",
        ),
        (vec!["01/02/2019", "03/04/2019", "05/06/2019", "7/8/2019"], 1, 4, "could have the day or the month first"),
        (vec!["01/02/2019", "13/04/2019", "05/06/2019", "7/8/2019"], 2, 4, "with the day first"),
        (vec!["01/02/2019", "12/31/2019", "05/06/2019", "7/8/2019"], 2, 4, "with the month first"),
        (vec!["01/02/2019", "12/31/2019", "05/06/2019", "31/8/2019"], 4, 1, "two orders"),
        (
            vec!["2019-01-02"; 19].into_iter().chain(["soon"]).collect(),
            20,
            1,
            "Nearly all texts of the column are dates",
        ),
    ] {
        let said = said_of_texts(&texts);
        let found =
            said.iter().find(|(_, _, what)| what.contains(words)).unwrap_or_else(|| panic!("{words}: {said:?}"));
        assert_eq!((found.0, found.1, said.len()), (row, count, 1), "{words}: {said:?}");
    }
    assert_eq!(said_of_texts(&["007", "008", "009", "010"]), [], "codes are no numbers");
    assert_eq!(said_of_texts(&["1", "a", "2", "b"]), []);
}

#[test]
fn times_to_come_long_ago_and_missing_ones_are_told() {
    let times = |years: &[Option<i64>]| {
        let value = |year: &Option<i64>| year.map_or(Value::Null, |year| Value::Time(When::year(year).unwrap()));
        let values: Vec<Value<'_>> = years.iter().map(value).collect();
        inspect(&[table("date", ColumnKind::Time, &values)], &options())
    };
    let (checked, report, _) = times(&[Some(1868), Some(2019)]);
    assert_eq!(said(&report), []);
    let profile = &checked.columns[1];
    assert_eq!(profile.times.map(|times| times.map(|time| time.civil().year)), Some([1868, 2019]));
    for (years, row, words) in [
        ([Some(2019), Some(2091)], 2, "future"),
        ([Some(219), Some(2019)], 1, "before the year 1000"),
        ([Some(2019), None], 2, "has no time"),
    ] {
        let said = said(&times(&years).1);
        assert!(said.len() == 1 && said[0].0 == row && said[0].2.contains(words), "{words}: {said:?}");
    }
    assert_eq!(said(&times(&[Some(999)]).1).len(), 1);
    assert_eq!(said(&times(&[Some(1000)]).1), []);
}

#[test]
fn rows_and_keys_that_come_twice_and_columns_without_values_are_told() {
    let columns = vec![Column::new("code", ColumnKind::Text), Column::new("empty", ColumnKind::Int)];
    let plain = Schema { columns, geometry: None, time: None, key: None };
    let keyed = Schema { key: Some("code".into()), ..plain.clone() };
    let rows = |schema: &Schema, codes: &[&str]| {
        let mut builder = BatchBuilder::new(Arc::new(schema.clone()));
        for code in codes {
            builder.value(&Value::Text(code));
            builder.value(&Value::Null);
            builder.end_row(FeatureId::Text((*code).to_owned()));
        }
        builder.finish()
    };
    let (checked, report, _) = inspect(&[rows(&plain, &["a", "b", "a", "c", "a"])], &options());
    let expected = ColumnProfile {
        name: "empty".into(),
        kind: ColumnKind::Int,
        values: 0,
        nulls: 5,
        numbers: None,
        times: None,
        longest_bytes: 0,
    };
    assert_eq!(checked.columns[1], expected);
    assert_eq!(said(&report).iter().map(|(row, count, _)| (*row, *count)).collect::<Vec<_>>(), [(3, 2), (0, 5)]);
    assert!(!report.is_refused());
    let (_, report, _) = inspect(&[rows(&keyed, &["a", "b", "a"])], &options());
    let refusal = &report.findings[0];
    assert_eq!((refusal.severity, refusal.row, refusal.field.as_deref()), (Severity::Refusal, Some(3), Some("code")));
    assert!(refusal.remedy.contains("--key"));
}

#[test]
fn what_a_reader_said_is_not_said_again_and_samples_are_filled_up() {
    let values = [Value::Text("花崗岩"), Value::Text("plain"), Value::Text("plain"), Value::Text("砂岩")];
    let batch = table("name", ColumnKind::Text, &values);
    let double = batch.sliced(1, 1);
    let mut inspector = Inspector::new(&batch.schema, &options());
    inspector.see(batch).unwrap();
    inspector.see(double).unwrap();
    let mut report = Report { samples: vec!["砂岩".into()], ..Report::default() };
    let what = "A row is equal to an earlier one in geometry and values; it is kept.";
    report.add(Finding::new(Severity::Note, what, "").at_row(5));
    let checked = inspector.finish(&mut report);
    assert_eq!((said(&report), checked.rows), (vec![(5, 1, what.to_owned())], 5));
    assert_eq!(report.samples, ["砂岩", "花崗岩", "plain"]);
}

proptest! {
    #[test]
    fn no_text_makes_the_inspector_fall(texts in prop::collection::vec("\\PC{0,20}|[0-9/.\\- :T]{0,14}", 1..40)) {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        for (row, count, what) in said_of_texts(&texts) {
            prop_assert!(row <= texts.len() as u64 && count as usize <= texts.len(), "{}", what);
        }
    }
}

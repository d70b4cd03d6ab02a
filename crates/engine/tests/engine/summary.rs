//! Rows in groups: the same whatever the source does of the work, within the limits, and whatever a stranger writes.

use crate::kit::{id, node_of, schema};
use proptest::prelude::*;
use std::sync::Arc;
use terrane_engine::pool::wait;
use terrane_engine::{Aggregate, Caller, GroupBy, Measure, Summary, SummaryQuestion};
use terrane_model::batch::{BatchBuilder, Value};
use terrane_model::filter::{CompareOp, Expr, Literal};
use terrane_model::schema::{ColumnKind, GeometryKind, Schema};
use terrane_model::testing::{Effort, MemoryFeatures};
use terrane_model::{Crs, FeatureId, Filter, Kind, Result};

const EFFORTS: [Effort; 3] = [Effort::Nothing, Effort::Filter, Effort::Everything];

/// A number, a name and a place.
type OwnRow = (Option<f64>, String, [f64; 2]);

fn columns() -> Arc<Schema> {
    schema(&[("size", ColumnKind::Float), ("name", ColumnKind::Text)], GeometryKind::Point, Crs::crs84())
}

/// Rows of a number, a name and a place, in batches of a hundred.
fn rows(values: &[OwnRow], effort: Effort) -> MemoryFeatures {
    let schema = columns();
    let batch = |(at, part): (usize, &[OwnRow])| {
        let mut builder = BatchBuilder::new(Arc::clone(&schema));
        for (row, (size, name, place)) in part.iter().enumerate() {
            if let Some(geometry) = builder.geometry() {
                geometry.point(*place, None);
            }
            builder.value(&size.map_or(Value::Null, Value::Float));
            builder.value(&Value::Text(name));
            builder.end_row(FeatureId::Number((at * 100 + row) as i64));
        }
        builder.finish()
    };
    MemoryFeatures::new(Arc::clone(&schema), values.chunks(100).enumerate().map(batch).collect(), effort)
}

fn ask(source: MemoryFeatures, by: &[&str], aggregates: &[&str], at_least: Option<f64>) -> Result<Summary> {
    let schema = columns();
    let mut question = SummaryQuestion::new(id("rows"));
    question.by = by.iter().map(|by| GroupBy::parse(by, &schema)).collect::<Result<_>>()?;
    question.aggregates = aggregates.iter().map(|one| Aggregate::parse(one, &schema)).collect::<Result<_>>()?;
    question.rows.query.filter = at_least.map(|least| Filter::Compare {
        op: CompareOp::GreaterOrEqual,
        left: Expr::Column("size".to_owned()),
        right: Expr::Literal(Literal::Float(least)),
    });
    wait(Arc::new(node_of(Effort::Nothing, source).engine).summary(Caller::Public, question))
}

fn cells(summary: &Summary) -> Vec<Vec<String>> {
    let width = summary.batch.schema.columns.len();
    summary.batch.features().map(|row| (0..width).map(|at| row.value(at).to_string()).collect()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn groups_are_the_same_whatever_the_source_does_and_hold_every_row_once(
        values in prop::collection::vec(
            (prop::option::weighted(0.9, -1e4..1e4_f64), "[a-c]{0,2}", [-180.0..180.0_f64, -90.0..90.0_f64]), 0..450),
        width in prop::sample::select(vec![0.1, 0.5, 3.0, 250.0]),
        at_least in prop::option::of(-5e3..5e3_f64),
    ) {
        let by = [format!("size:{width}"), "name".to_owned()];
        let by: Vec<&str> = by.iter().map(String::as_str).collect();
        let told = ["count", "min(size)", "max(size)", "median(size)", "distinct(name)", "mean(size)"];
        let all = EFFORTS.map(|effort| ask(rows(&values, effort), &by, &told, at_least).expect("answered"));
        prop_assert_eq!(cells(&all[0]), cells(&all[1]));
        prop_assert_eq!(cells(&all[0]), cells(&all[2]));
        let matching = values.iter().filter(|(size, ..)| at_least.is_none_or(|least| size.is_some_and(|it| it >= least)));
        let expected = matching.count() as u64;
        let number = |row: &terrane_model::Feature<'_>, at: usize| row.value(at).as_f64();
        let counted: f64 = all[0].batch.features().filter_map(|row| number(&row, 2)).sum();
        prop_assert_eq!((all[0].rows, counted as u64), (expected, expected));
        for row in all[0].batch.features() {
            let (Some(from), Some(least), Some(most)) = (number(&row, 0), number(&row, 3), number(&row, 4)) else { continue };
            let slack = width * 1e-6;
            prop_assert!(from - slack <= least && least <= most && most < from + width + slack, "{} {} {}", from, least, most);
            prop_assert!(number(&row, 5).is_some_and(|median| (least..=most).contains(&median)));
        }
    }

    #[test]
    fn whatever_is_written_is_read_or_refused(text in "\\PC{0,24}", column in "(size|name|geometry)[:.()\\-0-9eEa-z]{0,12}") {
        for text in [&text, &column] {
            let _ = GroupBy::parse(text, &columns());
            let _ = Aggregate::parse(text, &columns());
        }
    }
}

#[test]
fn more_groups_than_the_limit_are_refused_with_advice() {
    let many: Vec<OwnRow> = (0..10_001).map(|at| (Some(f64::from(at)), String::new(), [0.0, 0.0])).collect();
    let refused = ask(rows(&many, Effort::Nothing), &["size"], &["count"], None).expect_err("too many");
    assert_eq!((refused.kind(), refused.place()), (Kind::TooLarge, Some("by")));
    assert!(refused.say().contains("wider steps"), "{refused}");
    assert_eq!(ask(rows(&many, Effort::Nothing), &["size:2"], &["count"], None).expect("fewer").groups, 5_001);
}

#[test]
fn every_measure_can_be_asked_by_its_name() {
    let values: Vec<OwnRow> =
        [4.0, 4.1, 4.1, 4.1, 4.4, 4.4, 4.5, 5.0].map(|size| (Some(size), "x".to_owned(), [1.0, 2.0])).to_vec();
    let timeless = ["per_year", "return_years", "weichert"];
    for name in Measure::names() {
        let asked = ask(rows(&values, Effort::Nothing), &[], &[&format!("{name}(size)")], None);
        // Rates are of a time, which these rows have none of.
        match timeless.iter().any(|begin| name.starts_with(begin)) {
            true => assert!(asked.is_err(), "{name}"),
            false => assert_ne!(cells(&asked.expect("answered"))[0][0], "", "{name}"),
        }
    }
}

#[test]
fn a_column_may_be_called_like_a_measure() {
    let schema = schema(&[("count", ColumnKind::Int)], GeometryKind::Point, Crs::crs84());
    let mut builder = BatchBuilder::new(Arc::clone(&schema));
    for (row, count) in [7, 7, 9].into_iter().enumerate() {
        builder.value(&Value::Int(count));
        builder.end_row(FeatureId::Number(row as i64));
    }
    let source = MemoryFeatures::new(Arc::clone(&schema), vec![builder.finish()], Effort::Nothing);
    let mut question = SummaryQuestion::new(id("rows"));
    question.by = vec![GroupBy::parse("count", &schema).expect("a column")];
    question.aggregates = vec![Aggregate::parse("count()", &schema).expect("a measure")];
    let told =
        wait(Arc::new(node_of(Effort::Nothing, source).engine).summary(Caller::Public, question)).expect("answered");
    let names: Vec<&str> = told.batch.schema.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["count", "count()"]);
    assert_eq!(cells(&told), [["7", "2"], ["9", "1"]]);
}

#[test]
fn what_has_no_end_counts_but_is_not_reckoned_with() {
    let sizes = [1.0, 2.0, 3.0, f64::INFINITY, f64::NAN];
    let values: Vec<OwnRow> = sizes.map(|size| (Some(size), String::new(), [180.0, 90.0])).to_vec();
    let told =
        ask(rows(&values, Effort::Nothing), &[], &["count(size)", "median(size)", "mean(size)", "max(size)"], None);
    assert_eq!(cells(&told.expect("answered")), [["5", "2", "2", "3"]]);
    // The pole and the last meridian are in cells that have an area.
    let cell = ask(rows(&values, Effort::Nothing), &["geometry:7"], &["count"], None).expect("answered");
    assert_eq!(cells(&cell), [["-180", "84", "-175", "90", "5"]]);
}

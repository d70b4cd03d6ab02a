//! The suite of `FeatureSource`: whatever a source does itself must be true, and what it leaves must finish to the same rows.

use super::pages::check_pages;
use super::questions::{Question, questions};
use super::ready;
use super::shape::{check_same_row, check_shape};
use super::table::{Table, batches_of, finish};
use crate::dataset::FeatureSource;
use crate::filter::Predicate;
use crate::identity::FeatureId;
use crate::query::{Columns, FeatureQuery};
use crate::scan::{FeatureScan, Matched};
use std::collections::BTreeSet;

/// Checks everything that a `FeatureSource` promises, with questions made from its own rows. Panics with a sentence when
/// a promise is not kept.
pub fn check_features(source: &dyn FeatureSource) {
    let table = Table::read(source);
    check_shape(source, &table);
    check_again(source, &table);
    let questions = questions(&table, &source.schema().as_kept());
    for question in &questions {
        check_question(source, &table, question);
        check_limit(source, &table, question);
    }
    check_pages(source, &table, &questions);
    check_columns(source, &table);
    check_tolerance(source, &table);
    check_strange_questions(source);
}

/// The same rows with the same identities in the same order, whenever asked.
fn check_again(source: &dyn FeatureSource, table: &Table) {
    let again = Table::read(source);
    assert_eq!(again.ids(), table.ids(), "a second scan gives the same rows in the same order");
    table.rows().zip(again.rows()).for_each(|(first, second)| check_same_row(&first, &second, "a second scan"));
}

fn scan(source: &dyn FeatureSource, query: &FeatureQuery, what: &str) -> FeatureScan {
    let scan = ready(source.scan(query));
    assert!(scan.is_ok(), "{what}: the source answers, but it said {:?}", scan.err());
    scan.expect("asserted above")
}

fn ids_of(batches: &[crate::Batch]) -> Vec<FeatureId> {
    batches.iter().flat_map(|batch| batch.features().map(|row| row.id()).collect::<Vec<_>>()).collect()
}

pub(super) fn expected_ids(table: &Table, question: &Question) -> BTreeSet<FeatureId> {
    table.rows().filter(|row| (question.judge)(row) == Some(true)).map(|row| row.id()).collect()
}

/// The rows that a question is about, no more and no less, and the number that the source says.
fn check_question(source: &dyn FeatureSource, table: &Table, question: &Question) {
    let what = &question.what;
    let expected = expected_ids(table, question);
    let answer = scan(source, &question.query, what);
    if let Matched::Exact(count) = answer.matched() {
        assert_eq!(count, expected.len() as u64, "{what}: the source says how many rows match");
    }
    let claims_all = answer.residual().is_none();
    let residual = answer.residual().cloned();
    let batches = batches_of(answer.into_rows());
    let raw: BTreeSet<FeatureId> = ids_of(&batches).into_iter().collect();
    assert_eq!(raw.len(), ids_of(&batches).len(), "{what}: no row is given twice");
    let lost: Vec<_> = expected.difference(&raw).take(5).collect();
    assert!(lost.is_empty(), "{what}: rows that match are not given: {lost:?}");
    if claims_all {
        let surplus: Vec<_> = raw.difference(&expected).take(5).collect();
        assert!(surplus.is_empty(), "{what}: the source says that nothing is left to filter, but gives {surplus:?}");
    }
    if let Some(residual) = residual {
        let predicate = Predicate::new(&residual, source.schema()).expect("what is left to filter fits the schema");
        let kept: BTreeSet<FeatureId> = batches.iter().flat_map(|batch| ids_of(&[predicate.select(batch)])).collect();
        assert_eq!(kept, expected, "{what}: what is left to filter gives just the rows that match");
    }
    for batch in &batches {
        for row in batch.features() {
            let known = table.find(&row.id());
            assert!(known.is_some(), "{what}: row {} is among all rows", row.id());
            known.into_iter().for_each(|known| check_same_row(&known, &row, what));
        }
    }
}

/// A limit with a filter loses no row that matches (the classic mistake is to limit first).
fn check_limit(source: &dyn FeatureSource, table: &Table, question: &Question) {
    let expected = expected_ids(table, question);
    for limit in [1, expected.len().max(1)] {
        let query = FeatureQuery { limit: Some(limit), ..question.query.clone() };
        let found = ids_of(&finish(scan(source, &query, &question.what), source, &query));
        assert_eq!(found.len(), expected.len().min(limit), "{}: with a limit of {limit}", question.what);
        assert!(found.iter().all(|id| expected.contains(id)), "{}: with a limit of {limit}", question.what);
    }
}

/// Each column alone, in another order and without geometry has the same values.
fn check_columns(source: &dyn FeatureSource, table: &Table) {
    let schema = source.schema();
    let mut names: Vec<String> = schema.kept().map(|column| column.name.clone()).collect();
    names.reverse();
    let singles = names.iter().map(|name| vec![name.clone()]);
    for (names, geometry) in
        singles.map(|one| (one, false)).chain([(names.clone(), true), (Vec::new(), true), (Vec::new(), false)])
    {
        let what = format!("just the columns {names:?}{}", if geometry { " and geometry" } else { "" });
        let query =
            FeatureQuery { columns: Columns::These { names: names.clone(), geometry }, ..FeatureQuery::default() };
        let batches = batches_of(scan(source, &query, &what).into_rows());
        assert_eq!(ids_of(&batches), table.ids(), "{what}: the same rows");
        for row in batches.iter().flat_map(crate::Batch::features) {
            let known = table.find(&row.id()).expect("the identities are the same, as asserted above");
            for name in &names {
                assert!(row.batch().schema.column(name).is_some(), "{what}: the column is there");
                assert_eq!(row.get(name), known.get(name), "{what}: row {}", row.id());
            }
            if geometry && schema.geometry.is_some() {
                assert_eq!(
                    row.geometry().map(|place| place.to_geo()),
                    known.geometry().map(|place| place.to_geo()),
                    "{what}: row {}",
                    row.id()
                );
            }
        }
    }
}

/// A tolerance changes shapes, never which rows there are.
fn check_tolerance(source: &dyn FeatureSource, table: &Table) {
    let all = table
        .rows()
        .filter_map(|row| row.geometry().map(|place| place.bbox()))
        .fold(crate::Bbox::EMPTY, |all, one| all.union(&one));
    if all.is_empty() {
        return;
    }
    let tolerance = Some(all.width().max(all.height()) / 50.0);
    let quarter = crate::Bbox { min: all.min, max: all.centre() };
    for bbox in [None, Some(all), Some(quarter)] {
        let exact = FeatureQuery { bbox, ..FeatureQuery::default() };
        let coarse = FeatureQuery { tolerance, ..exact.clone() };
        let [exact, coarse] = [exact, coarse].map(|query| {
            let what = format!("with a tolerance of {:?}", query.tolerance);
            ids_of(&finish(scan(source, &query, &what), source, &query)).into_iter().collect::<BTreeSet<_>>()
        });
        assert_eq!(exact, coarse, "the rows in {bbox:?} are the same with a tolerance of {tolerance:?}");
    }
}

/// Questions that make no sense are refused or left to be finished; nothing panics.
fn check_strange_questions(source: &dyn FeatureSource) {
    let unknown = crate::Filter::equals("no such column \" ' ;--", crate::filter::Literal::Int(1));
    let strange = [
        FeatureQuery { filter: Some(unknown), ..FeatureQuery::default() },
        FeatureQuery {
            sort: vec![crate::query::SortKey::ascending("no such column \" ' ;--")],
            ..FeatureQuery::default()
        },
        FeatureQuery { limit: Some(0), ..FeatureQuery::default() },
        FeatureQuery { bbox: Some(crate::Bbox::EMPTY), ..FeatureQuery::default() },
        FeatureQuery { text: Some("\" OR 1=1 --".to_owned()), ..FeatureQuery::default() },
        FeatureQuery { tolerance: Some(f64::NAN), ..FeatureQuery::default() },
        FeatureQuery {
            columns: Columns::These { names: vec!["no such column".to_owned()], geometry: false },
            ..FeatureQuery::default()
        },
    ];
    for query in strange {
        if let Ok(crate::Rows::Local(rows)) = ready(source.scan(&query)).map(FeatureScan::into_rows) {
            rows.take(2).for_each(drop);
        }
    }
}

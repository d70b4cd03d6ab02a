//! Orders and pages: sorted rows are in order, pages follow each other without gap or overlap.

use super::features::expected_ids;
use super::questions::Question;
use super::ready;
use super::table::{Table, batches_of, finish};
use crate::dataset::FeatureSource;
use crate::identity::FeatureId;
use crate::query::{FeatureQuery, Position, SortKey, compare_positions};
use std::cmp::Ordering;

/// Checks the source's own order, each column's order both ways, and an order within some filters.
pub(super) fn check_pages(source: &dyn FeatureSource, table: &Table, questions: &[Question]) {
    let columns = &source.schema().as_kept().columns;
    let mut orders: Vec<Vec<SortKey>> = vec![Vec::new()];
    for column in columns.iter().take((400_000 / table.len().max(1)).clamp(1, 8)) {
        orders.push(vec![SortKey::ascending(&column.name)]);
        orders.push(vec![SortKey { column: column.name.clone(), descending: true }]);
    }
    if let [.., first, last] = columns.as_slice() {
        orders.push(vec![SortKey { column: last.name.clone(), descending: true }, SortKey::ascending(&first.name)]);
    }
    for sort in &orders {
        let query = FeatureQuery { sort: sort.clone(), ..FeatureQuery::default() };
        check_order(source, table, &query, &in_order(table, &|_| true, sort));
    }
    for question in questions.iter().step_by(7) {
        let expected = expected_ids(table, question);
        for sort in orders.iter().take(3) {
            let query = FeatureQuery { sort: sort.clone(), ..question.query.clone() };
            check_order(source, table, &query, &in_order(table, &|id| expected.contains(id), sort));
        }
    }
}

/// The rows asked for in the order asked for.
fn in_order(table: &Table, keep: &dyn Fn(&FeatureId) -> bool, sort: &[SortKey]) -> Vec<Position> {
    let mut positions: Vec<Position> =
        table.rows().filter(|row| keep(&row.id())).map(|row| Position::of(&row, sort)).collect();
    if !sort.is_empty() {
        positions.sort_by(|a, b| compare_positions(sort, a, b));
    }
    positions
}

fn check_order(source: &dyn FeatureSource, table: &Table, query: &FeatureQuery, expected: &[Position]) {
    let what = format!("sorted by {:?}, filtered by {:?}", query.sort, query.filter);
    check_claims(source, query, &what);
    let limit = expected.len().div_ceil(3).max(1);
    let mut query = FeatureQuery { limit: Some(limit), ..query.clone() };
    let mut found: Vec<FeatureId> = Vec::new();
    for page in 0..4 {
        check_claims(source, &query, &what);
        let scan = ready(source.scan(&query)).expect("the question was answered before");
        let rows: Vec<FeatureId> = finish(scan, source, &query)
            .iter()
            .flat_map(|batch| batch.features().map(|row| row.id()).collect::<Vec<_>>())
            .collect();
        assert!(rows.len() <= limit, "{what}: page {page} has no more rows than the limit");
        found.extend(rows);
        let Some(last) = found.last().and_then(|id| table.find(id)) else { break };
        query.after = Some(Position::of(&last, &query.sort));
    }
    let expected: Vec<FeatureId> = expected.iter().map(|position| position.id.clone()).collect();
    assert_eq!(found, expected, "{what}: the pages of {limit} rows, one after the other, are all rows in order");
}

/// A source that says "sorted" gives rows in order; one that says "paged" gives rows after the one asked, within the limit.
fn check_claims(source: &dyn FeatureSource, query: &FeatureQuery, what: &str) {
    let scan = ready(source.scan(query)).expect("the source answers a question for an order");
    let (sorted, paged) = (scan.is_sorted(), scan.is_paged());
    let mut positions: Vec<Position> = Vec::new();
    for batch in batches_of(scan.into_rows()) {
        positions.extend(batch.features().map(|row| Position::of(&row, &query.sort)));
    }
    let follows = |a: &Position, b: &Position| compare_positions(&query.sort, a, b) == Ordering::Less;
    if sorted && !query.sort.is_empty() {
        let wrong = positions.windows(2).find(|pair| !follows(&pair[0], &pair[1]));
        assert!(wrong.is_none(), "{what}: the source says that rows are sorted, but gives {wrong:?}");
    }
    if paged {
        assert!(query.limit.is_none_or(|limit| positions.len() <= limit), "{what}: a page is within the limit");
        let after = query.after.as_ref().filter(|_| !query.sort.is_empty());
        let early = after.and_then(|after| positions.iter().find(|position| !follows(after, position)));
        assert!(early.is_none(), "{what}: a page begins after {after:?}, but gives {early:?}");
    }
}

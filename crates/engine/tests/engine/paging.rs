//! Filter, sort, page, project: pages of random tables against a sort by hand.

use crate::kit::{ids, node_of, schema};
use proptest::prelude::*;
use std::cmp::Ordering;
use std::sync::Arc;
use terrane_engine::finish::Page;
use terrane_engine::pool::{Cancel, wait};
use terrane_engine::{Caller, Engine, FeaturePage, FeatureQuestion};
use terrane_model::batch::{BatchBuilder, Value};
use terrane_model::filter::{CompareOp, Expr, Literal};
use terrane_model::query::{Columns, Position, SortKey};
use terrane_model::schema::{ColumnKind, GeometryKind};
use terrane_model::testing::{Effort, MemoryFeatures};
use terrane_model::{Crs, FeatureId, FeatureQuery, FeatureScan, FeatureSource as _, Filter, Instant, Kind, When};

/// A row as a person would write it down.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    id: i64,
    rank: Option<i64>,
    depth: Option<f64>,
    name: Option<String>,
    seen: Option<i64>,
    open: Option<bool>,
}

const COLUMNS: [(&str, ColumnKind); 5] = [
    ("rank", ColumnKind::Int),
    ("depth", ColumnKind::Float),
    ("name", ColumnKind::Text),
    ("seen", ColumnKind::Time),
    ("open", ColumnKind::Bool),
];

/// Few values, so that there are ties, and holes.
fn row() -> impl Strategy<Value = Row> {
    let text = prop::sample::select(vec!["", "a", "B", "é", "花崗岩", "granite"]).prop_map(str::to_owned);
    let depth = prop::sample::select(vec![-0.0, 0.0, 1.5, -3.25, 1e300, f64::NEG_INFINITY, f64::NAN]);
    (
        prop::option::weighted(0.8, -2_i64..3),
        prop::option::weighted(0.8, depth),
        prop::option::weighted(0.8, text),
        prop::option::weighted(0.8, -2_i64..2),
        prop::option::weighted(0.8, any::<bool>()),
    )
        .prop_map(|(rank, depth, name, seen, open)| Row { id: 0, rank, depth, name, seen, open })
}

/// Rows with identities in no order, in batches of any size.
fn table() -> impl Strategy<Value = (Vec<Row>, usize)> {
    let numbered = |rows: Vec<Row>| {
        let count = rows.len() as i64;
        rows.into_iter()
            .enumerate()
            .map(move |(at, row)| Row { id: (at as i64 * 7 + 3) % (count * 7 + 1), ..row })
            .collect()
    };
    (prop::collection::vec(row(), 0..60).prop_map(numbered), 1_usize..20)
}

fn sort() -> impl Strategy<Value = Vec<SortKey>> {
    let key = (0..COLUMNS.len(), any::<bool>())
        .prop_map(|(column, descending)| SortKey { column: COLUMNS[column].0.to_owned(), descending });
    prop::collection::vec(key, 0..4)
}

fn source(rows: &[Row], batch_rows: usize, effort: Effort) -> MemoryFeatures {
    let schema = schema(&COLUMNS, GeometryKind::Point, Crs::crs84());
    let mut builder = BatchBuilder::new(Arc::clone(&schema));
    let mut batches = Vec::new();
    for row in rows {
        builder.value(&row.rank.map_or(Value::Null, Value::Int));
        builder.value(&row.depth.map_or(Value::Null, Value::Float));
        builder.value(&row.name.as_deref().map_or(Value::Null, Value::Text));
        builder.value(&row.seen.map_or(Value::Null, |seen| Value::Time(When::exactly(Instant(seen)))));
        builder.value(&row.open.map_or(Value::Null, Value::Bool));
        builder.end_row(FeatureId::Number(row.id));
        if builder.len() == batch_rows {
            batches.push(builder.finish());
        }
    }
    batches.push(builder.finish());
    MemoryFeatures::new(schema, batches, effort)
}

fn compare_some<T>(a: Option<T>, b: Option<T>, descending: bool, order: impl Fn(&T, &T) -> Ordering) -> Ordering {
    match (a, b) {
        (None, None) => Ordering::Equal,
        (None, _) => Ordering::Greater,
        (_, None) => Ordering::Less,
        (Some(a), Some(b)) if descending => order(&b, &a),
        (Some(a), Some(b)) => order(&a, &b),
    }
}

/// The order by hand: nothing (and a number that is none) last either way, texts by code point, ties by identity.
fn in_order(rows: &[Row], sort: &[SortKey]) -> Vec<i64> {
    let number = |value: Option<f64>| value.filter(|value| !value.is_nan());
    let by_key = |a: &Row, b: &Row, key: &SortKey| match key.column.as_str() {
        "rank" => compare_some(a.rank, b.rank, key.descending, i64::cmp),
        "depth" => compare_some(number(a.depth), number(b.depth), key.descending, |a, b| {
            a.partial_cmp(b).expect("numbers that are none are left out")
        }),
        "name" => compare_some(a.name.as_ref(), b.name.as_ref(), key.descending, |a, b| a.chars().cmp(b.chars())),
        "seen" => compare_some(a.seen, b.seen, key.descending, i64::cmp),
        _ => compare_some(a.open, b.open, key.descending, bool::cmp),
    };
    let mut rows = rows.to_vec();
    if !sort.is_empty() {
        rows.sort_by(|a, b| {
            let keys = sort.iter().map(|key| by_key(a, b, key));
            keys.fold(Ordering::Equal, Ordering::then).then(a.id.cmp(&b.id))
        });
    }
    rows.iter().map(|row| row.id).collect()
}

fn question(query: FeatureQuery) -> FeatureQuestion {
    FeatureQuestion { query, ..FeatureQuestion::new(crate::kit::id("rows")) }
}

fn ask(engine: &Engine, query: FeatureQuery) -> FeaturePage {
    wait(engine.features(Caller::Public, question(query))).expect("the question is answered")
}

/// Follows the pages to the end.
fn walk(engine: &Engine, query: &FeatureQuery, limit: usize) -> Vec<i64> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let query = FeatureQuery { limit: Some(limit), after: after.take(), ..query.clone() };
        let page = ask(engine, query);
        assert!(page.returned() <= limit, "a page has no more rows than asked");
        found.extend(ids(&page.batches).into_iter().map(|id| match id {
            FeatureId::Number(number) => number,
            FeatureId::Text(text) => panic!("“{text}” was not written"),
        }));
        match page.next {
            Some(next) => after = Some(next),
            None => return found,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn following_the_pages_gives_every_row_once_and_in_order(
        (rows, batch_rows) in table(), sort in sort(), limit in 1_usize..9,
    ) {
        for effort in [Effort::Nothing, Effort::Filter, Effort::Everything] {
            let node = node_of(effort, source(&rows, batch_rows, Effort::Nothing));
            let query = FeatureQuery { sort: sort.clone(), ..FeatureQuery::default() };
            prop_assert_eq!(walk(&node.engine, &query, limit), in_order(&rows, &sort), "{:?}", effort);
        }
    }

    #[test]
    fn a_filter_with_a_limit_loses_no_row_whatever_the_source_does_itself(
        (rows, batch_rows) in table(), sort in sort(), limit in 1_usize..9, least in -2_i64..3,
    ) {
        let filter = Filter::Compare {
            op: CompareOp::GreaterOrEqual,
            left: Expr::Column("rank".to_owned()),
            right: Expr::Literal(Literal::Int(least)),
        };
        let matching: Vec<Row> = rows.iter().filter(|row| row.rank.is_some_and(|rank| rank >= least)).cloned().collect();
        for effort in [Effort::Nothing, Effort::Filter, Effort::Everything] {
            let node = node_of(effort, source(&rows, batch_rows, Effort::Nothing));
            let query = FeatureQuery { sort: sort.clone(), filter: Some(filter.clone()), ..FeatureQuery::default() };
            prop_assert_eq!(walk(&node.engine, &query, limit), in_order(&matching, &sort), "{:?}", effort);
        }
    }
}

/// Rows that need more than one compaction: 60 000 rows in batches of a thousand, the wanted ones spread over all.
#[test]
fn the_first_rows_of_a_large_table_in_any_order_are_the_first_rows() {
    let shuffled = |at: i64| at * 7_919 % 60_013;
    let rows: Vec<Row> = (0..60_000)
        .map(|at| Row { id: at, rank: Some(shuffled(at)), depth: None, name: None, seen: None, open: None })
        .collect();
    let node = node_of(Effort::Nothing, source(&rows, 1_000, Effort::Nothing));
    for descending in [false, true] {
        let sort = vec![SortKey { column: "rank".to_owned(), descending }];
        let expected = in_order(&rows, &sort);
        let page =
            ask(&node.engine, FeatureQuery { sort: sort.clone(), limit: Some(2_500), ..FeatureQuery::default() });
        let found: Vec<FeatureId> = ids(&page.batches);
        let wanted: Vec<FeatureId> = expected[..2_500].iter().map(|&id| FeatureId::Number(id)).collect();
        assert_eq!(found, wanted, "descending: {descending}");
        let first =
            ask(&node.engine, FeatureQuery { sort, limit: Some(1), after: page.next, ..FeatureQuery::default() });
        assert_eq!(ids(&first.batches), [FeatureId::Number(expected[2_500])]);
    }
}

fn small() -> crate::kit::Node {
    let row = |id, rank| Row { id, rank, depth: Some(id as f64), name: Some(format!("n{id}")), seen: None, open: None };
    let rows = [row(1, Some(3)), row(2, None), row(3, Some(1)), row(4, Some(2)), row(5, Some(1))];
    node_of(Effort::Nothing, source(&rows, 2, Effort::Nothing))
}

#[test]
fn columns_that_only_order_the_rows_are_not_returned() {
    let node = small();
    let query = FeatureQuery {
        sort: vec![SortKey::ascending("rank")],
        columns: Columns::These { names: vec!["name".to_owned()], geometry: false },
        limit: Some(2),
        ..FeatureQuery::default()
    };
    let page = ask(&node.engine, query);
    assert_eq!(crate::kit::names(&page.batches), ["n3", "n5"]);
    for batch in &page.batches {
        let columns: Vec<&str> = batch.schema.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!((columns, batch.geometry.is_none()), (vec!["name"], true));
    }
    assert_eq!(page.next, Some(Position { key: vec![Literal::Int(1)], id: FeatureId::Number(5) }));
}

#[test]
fn a_limit_of_nothing_is_an_empty_page_and_one_past_the_most_is_capped() {
    let node = small();
    let page = ask(&node.engine, FeatureQuery { limit: Some(0), ..FeatureQuery::default() });
    assert_eq!(page.returned(), 0);
    let page = ask(&node.engine, FeatureQuery { limit: Some(usize::MAX), ..FeatureQuery::default() });
    assert_eq!((page.returned(), page.next), (5, None));
}

#[test]
fn an_order_by_a_column_that_is_not_there_names_the_columns_that_are() {
    let query = FeatureQuery { sort: vec![SortKey::ascending("age")], ..FeatureQuery::default() };
    let error = wait(small().engine.features(Caller::Public, question(query))).expect_err("there is no such column");
    assert_eq!((error.kind(), error.place()), (Kind::Invalid, Some("sortby")));
    assert!(error.say().contains("“age”") && error.say().contains("rank, depth, name"), "{error}");
}

/// A source may sort and leave the page to the engine; the place to go on from need not be a row that is still there.
#[test]
fn a_sorted_scan_that_is_not_paged_goes_on_after_the_place_even_when_its_row_is_gone() {
    let row = |id, rank| Row { id, rank: Some(rank), depth: None, name: None, seen: None, open: None };
    let rows: Vec<Row> = (0..10).map(|at| row(at, at / 2)).collect();
    let everything = source(&rows, 3, Effort::Everything);
    let query = FeatureQuery { sort: vec![SortKey::ascending("rank")], ..FeatureQuery::default() };
    let page_after = |after: Position| {
        let scan = wait(everything.scan(&query)).expect("scanned");
        let sorted = FeatureScan::filtered(scan.into_rows()).sorted();
        let query = FeatureQuery { after: Some(after), limit: Some(3), ..query.clone() };
        let cancel = Cancel::default();
        let mut page = Page::new(sorted, query, everything.schema(), &cancel).expect("filtered");
        let batches = std::iter::from_fn(|| page.batch(&cancel).expect("read"));
        ids(&batches.collect::<Vec<_>>())
    };
    let numbers = |ids: [i64; 3]| ids.map(FeatureId::Number);
    assert_eq!(page_after(Position { key: vec![Literal::Int(1)], id: FeatureId::Number(2) }), numbers([3, 4, 5]));
    assert_eq!(page_after(Position { key: vec![Literal::Int(1)], id: FeatureId::Number(99) }), numbers([4, 5, 6]));
}

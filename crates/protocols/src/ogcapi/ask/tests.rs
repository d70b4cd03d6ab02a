//! Questions from queries.

use super::*;
use crate::common::kvp::Pairs;
use std::sync::Arc;
use terrane_model::filter::{Expr, Literal};
use terrane_model::query::Position;
use terrane_model::schema::GeometryColumn;
use terrane_model::schema::GeometryKind;
use terrane_model::{About, BoxFuture, FeatureId, FeatureQuery, FeatureScan, FeatureSource, Filter, Rows};

struct Rowless(Arc<Schema>);

impl FeatureSource for Rowless {
    fn schema(&self) -> &Arc<Schema> {
        &self.0
    }
    fn scan(&self, _query: &FeatureQuery) -> BoxFuture<'_, Result<FeatureScan>> {
        Box::pin(async { Ok(FeatureScan::filtered(Rows::ready(Vec::new()))) })
    }
}

fn dataset() -> Dataset {
    let geometry =
        GeometryColumn { name: "geom".to_owned(), kind: GeometryKind::Point, crs: Crs::epsg(6668), has_z: false };
    let columns = vec![Column::new("name", ColumnKind::Text), Column::new("size", ColumnKind::Float)];
    let schema = Schema { columns, geometry: Some(geometry), time: None, key: None };
    let mut dataset = Dataset::new(About::new(DatasetId::new("x").expect("an id")), "r7");
    dataset.features = Some(Arc::new(Rowless(Arc::new(schema))));
    dataset
}

fn asked(query: &str) -> Result<FeatureQuestion> {
    let request = Request { query: Pairs::parse(query)?, ..Request::default() };
    items(&dataset(), &request, &Limits::default(), &CursorKey::new([1; 32]))
}

#[test]
fn the_crs_of_the_data_is_offered_and_others_are_not() {
    assert_eq!(asked("crs=http://www.opengis.net/def/crs/EPSG/0/6668").expect("it is listed").crs, Crs::epsg(6668));
    assert_eq!(asked("crs=EPSG:2449").expect_err("it is not").place(), Some("crs"));
    assert_eq!(asked("").expect("nothing is asked").crs, Crs::crs84());
}

#[test]
fn an_order_may_be_written_with_plus_minus_or_nothing() {
    let keys = asked("sortby=-size,+name,%2Bname").expect("an order").query.sort;
    let spelled: Vec<(String, bool)> = keys.into_iter().map(|key| (key.column, key.descending)).collect();
    assert_eq!(spelled, [("size".to_owned(), true), ("name".to_owned(), false), ("name".to_owned(), false)]);
}

#[test]
fn columns_as_parameters_become_typed_comparisons() {
    let filter = asked("size=2.5&name=2.5").expect("a question").query.filter.expect("a filter");
    let Filter::And(parts) = filter else { panic!("both must hold") };
    assert!(parts.contains(&Filter::equals("size", Literal::Float(2.5))));
    assert!(parts.contains(&Filter::Compare {
        op: terrane_model::filter::CompareOp::Equal,
        left: Expr::Column("name".to_owned()),
        right: Expr::Literal(Literal::Text("2.5".to_owned())),
    }));
}

#[test]
fn a_cursor_belongs_to_its_order_and_its_node() {
    let position = Position { key: vec![Literal::Float(1.0)], id: FeatureId::Number(3) };
    let cursor = CursorKey::new([1; 32]).seal("r7", &position);
    let question = asked(&format!("sortby=size&cursor={cursor}")).expect("it is of this node");
    assert_eq!((question.revision.as_deref(), question.query.after), (Some("r7"), Some(position.clone())));
    assert_eq!(asked(&format!("cursor={cursor}")).expect_err("another order").place(), Some("cursor"));
    let foreign = CursorKey::new([2; 32]).seal("r7", &position);
    assert_eq!(asked(&format!("sortby=size&cursor={foreign}")).expect_err("another node").place(), Some("cursor"));
}

//! Filters on rows: errors that help, logic in three values, times, texts, lists, places.

use proptest::prelude::*;
use std::sync::Arc;
use terrane_model::batch::{BatchBuilder, Bitmap, ColumnData, Value, Values};
use terrane_model::error::Kind;
use terrane_model::filter::*;
use terrane_model::schema::{Column, ColumnKind, GeometryColumn, GeometryKind, TimeColumns};
use terrane_model::testing::{Effort, MemoryFeatures, sample_features};
use terrane_model::time::Interval;
use terrane_model::{Batch, Bbox, Crs, FeatureId, FeatureSource, Instant, Schema, When};

fn column(name: &str) -> Expr {
    Expr::Column(name.to_owned())
}

fn text(text: &str) -> Expr {
    Expr::Literal(Literal::Text(text.to_owned()))
}

fn int(number: i64) -> Expr {
    Expr::Literal(Literal::Int(number))
}

fn compare(left: Expr, op: CompareOp, right: Expr) -> Filter {
    Filter::Compare { op, left, right }
}

fn schema() -> Schema {
    let columns = [
        ("name", ColumnKind::Text),
        ("rank", ColumnKind::Int),
        ("depth", ColumnKind::Float),
        ("seen", ColumnKind::Time),
        ("open", ColumnKind::Bool),
        ("tags", ColumnKind::Nested),
        ("blob", ColumnKind::Bytes),
    ];
    Schema {
        columns: columns.iter().map(|&(name, kind)| Column::new(name, kind)).collect(),
        geometry: Some(GeometryColumn {
            name: "geom".into(),
            kind: GeometryKind::Any,
            crs: Crs::crs84(),
            has_z: false,
        }),
        time: Some(TimeColumns { start: "seen".into(), end: None }),
        key: None,
    }
}

/// Rows of one column, numbered from 0, at (row, row).
fn rows(name: &str, values: &[Value<'_>]) -> Batch {
    let schema = schema();
    let mut builder = BatchBuilder::new(Arc::new(schema.clone()));
    for (row, value) in values.iter().enumerate() {
        builder.geometry().expect("the schema has geometry").point([row as f64, row as f64], None);
        for column in &schema.columns {
            builder.value(if column.name == name { value } else { &Value::Null });
        }
        builder.end_row(FeatureId::Number(row as i64));
    }
    builder.finish()
}

fn kept(filter: &Filter, batch: &Batch) -> Vec<usize> {
    let predicate = Predicate::new(filter, &batch.schema).expect("the filter fits the schema");
    predicate.select(batch).rows().collect()
}

fn refused(filter: &Filter) -> String {
    let error = Predicate::new(filter, &schema()).expect_err("the filter does not fit");
    assert!(matches!(error.kind(), Kind::Invalid | Kind::TooLarge), "{error}");
    error.say().to_owned()
}

#[test]
fn mistakes_are_explained() {
    use CompareOp::Equal;
    assert_eq!(refused(&compare(column("Rank"), Equal, int(1))), "There is no column “Rank”. Did you mean “rank”?");
    assert_eq!(refused(&compare(column("dept"), Equal, int(1))), "There is no column “dept”. Did you mean “depth”?");
    let say = refused(&compare(column("colour"), Equal, int(1)));
    assert_eq!(
        say,
        "There is no column “colour”. The columns are “name”, “rank”, “depth”, “seen”, “open”, “tags”, “blob”, “geom”."
    );
    assert_eq!(
        refused(&compare(column("name"), Equal, int(203))),
        "“name” is a text and 203 is a number; they cannot be compared. Texts stand between single quotes, numbers do not."
    );
    let call = |name: &str, arguments: Vec<Expr>| Expr::Call { name: name.into(), arguments };
    assert_eq!(refused(&Filter::Holds(call("uper", vec![]))), "There is no function “uper”. Did you mean “upper”?");
    for (filter, part) in [
        (compare(column("seen"), Equal, text("yesterday")), "is not a date or time"),
        (compare(column("open"), CompareOp::Less, Expr::Literal(Literal::Bool(true))), "have no order"),
        (compare(column("blob"), Equal, column("blob")), "cannot be compared"),
        (compare(column("geom"), Equal, int(1)), "is the geometry"),
        (compare(call("upper", vec![int(1)]), Equal, text("A")), "needs a text"),
        (compare(call("upper", vec![]), Equal, text("A")), "takes 1 arguments and was given 0"),
        (Filter::Holds(column("name")), "is a text, not a condition"),
        (
            Filter::Like {
                value: column("rank"),
                pattern: Pattern { pieces: vec![], fold_case: false, fold_accents: false },
            },
            "LIKE needs a text",
        ),
        (
            Filter::Spatial {
                op: SpatialOp::Within,
                left: GeometryExpr::Column("name".into()),
                right: GeometryExpr::Bbox(Bbox::WORLD),
            },
            "is called “geom”",
        ),
        (Filter::Bbox(Bbox { min: [0.0, 1.0], max: [1.0, 0.0] }), "lower corner comes first"),
        (Filter::Within { centre: [0.0, f64::NAN], distance_m: 1.0 }, "two finite numbers"),
        (
            Filter::Temporal {
                op: TemporalOp::After,
                left: TimeExpr::Moment(column("rank")),
                right: TimeExpr::Period(None, None),
            },
            "not a time",
        ),
        (
            Filter::Array { op: ArrayOp::Contains, left: column("name"), right: Expr::Literal(Literal::List(vec![])) },
            "not a list",
        ),
        (compare(column("rank"), Equal, Expr::Literal(Literal::List(vec![]))), "array functions"),
        (Filter::Or(vec![Filter::Literal(true); 200_000]), "parts"),
    ] {
        let say = refused(&filter);
        assert!(say.contains(part), "{say}");
    }
    let deep = (0..1_000).fold(Filter::Literal(true), |inner, _| Filter::Not(Box::new(inner)));
    assert!(refused(&deep).contains("levels deep"));
}

#[test]
fn logic_has_three_values() {
    let batch = rows("open", &[Value::Bool(true), Value::Bool(false), Value::Null]);
    let holds = || Filter::Holds(column("open"));
    let not = |filter: Filter| Filter::Not(Box::new(filter));
    assert_eq!(kept(&holds(), &batch), [0]);
    assert_eq!(kept(&not(holds()), &batch), [1]);
    assert_eq!(kept(&Filter::Or(vec![holds(), not(holds())]), &batch), [0, 1]);
    assert_eq!(kept(&not(Filter::And(vec![holds(), Filter::Literal(false)])), &batch), [0, 1, 2]);
    assert_eq!(kept(&Filter::Or(vec![holds(), Filter::IsNull(column("open"))]), &batch), [0, 2]);
    assert_eq!(kept(&Filter::And(vec![]), &batch), [0, 1, 2]);
    assert_eq!(kept(&Filter::Or(vec![]), &batch), [0_usize; 0]);
    let null = compare(column("open"), CompareOp::Equal, Expr::Literal(Literal::Null));
    assert_eq!(kept(&Filter::Or(vec![null.clone(), not(null)]), &batch), [0_usize; 0]);
}

#[test]
fn numbers_compare_exactly_and_what_is_no_number_is_no_value() {
    let large = (1_i64 << 53) + 1;
    let ints = rows("rank", &[Value::Int(1), Value::Int(2), Value::Int(large), Value::Null]);
    let float = |number| Expr::Literal(Literal::Float(number));
    assert_eq!(kept(&compare(column("rank"), CompareOp::Less, float(1.5)), &ints), [0]);
    assert_eq!(kept(&compare(column("rank"), CompareOp::Equal, float(9_007_199_254_740_992.0)), &ints), [0_usize; 0]);
    assert_eq!(kept(&compare(float(1.5), CompareOp::Less, column("rank")), &ints), [1, 2]);
    let floats = rows("depth", &[Value::Float(0.5), Value::Float(f64::NAN), Value::Float(-0.0), Value::Null]);
    assert_eq!(kept(&compare(column("depth"), CompareOp::NotEqual, int(7)), &floats), [0, 2]);
    assert_eq!(kept(&compare(column("depth"), CompareOp::Equal, int(0)), &floats), [2]);
    assert_eq!(kept(&Filter::IsNull(column("depth")), &floats), [1, 3]);
    let members = |list: Vec<Expr>| Filter::In { value: column("depth"), list };
    assert_eq!(kept(&members(vec![int(0), float(0.5)]), &floats), [0, 2]);
    let null = Expr::Literal(Literal::Null);
    assert_eq!(
        kept(&Filter::Not(Box::new(members(vec![int(0), null]))), &floats),
        [0_usize; 0],
        "perhaps the null is it"
    );
}

#[test]
fn arithmetic_and_functions_are_computed_for_each_row() {
    let batch = rows("rank", &[Value::Int(3), Value::Int(0), Value::Null, Value::Int(-4)]);
    let arithmetic = |op, left, right| Expr::Arithmetic { op, left: Box::new(left), right: Box::new(right) };
    let quotient = arithmetic(ArithmeticOp::Divide, int(12), column("rank"));
    assert_eq!(kept(&compare(quotient.clone(), CompareOp::LessOrEqual, int(4)), &batch), [0, 3]);
    assert_eq!(kept(&Filter::IsNull(quotient), &batch), [1, 2], "nothing is divided by zero");
    let absolute = Expr::Call { name: "abs".into(), arguments: vec![column("rank")] };
    assert_eq!(kept(&Filter::Between { value: absolute, low: int(1), high: int(4) }, &batch), [0, 3]);
    assert_eq!(kept(&compare(column("rank"), CompareOp::Equal, column("rank")), &batch), [0, 1, 3]);
}

#[test]
fn texts_fold_and_match_plain_and_coded() {
    let words = ["Straße", "STRASSE", "Débarqué", "x", "花崗岩"];
    let plain = rows("name", &words.map(Value::Text));
    let mut coded = plain.clone();
    coded.columns[0] = Values {
        data: ColumnData::Coded { codes: vec![0, 1, 2, 3, 4].into(), words: Arc::new(words.iter().collect()) },
        validity: Some([true, true, true, false, true].into_iter().collect::<Bitmap>()),
    };
    let folded = |expr: Expr| Expr::CaseFolded(Box::new(expr));
    let like = |pattern: &str, fold_case, fold_accents| Filter::Like {
        value: column("name"),
        pattern: Pattern { pieces: Piece::parse_like(pattern), fold_case, fold_accents },
    };
    for (batch, x) in [(&plain, vec![3_usize]), (&coded, vec![])] {
        assert_eq!(kept(&compare(folded(column("name")), CompareOp::Equal, folded(text("strasse"))), batch), [0, 1]);
        assert_eq!(kept(&like("deb%", true, true), batch), [2]);
        assert_eq!(kept(&like("deb%", true, false), batch), [0_usize; 0]);
        assert_eq!(kept(&like("_崗_", false, false), batch), [4]);
        assert_eq!(kept(&compare(column("name"), CompareOp::Equal, text("x")), batch), x);
        assert_eq!(kept(&Filter::In { value: column("name"), list: vec![text("x"), text("y")] }, batch), x);
        assert_eq!(kept(&compare(column("name"), CompareOp::Greater, text("x")), batch), [4], "by code point");
        assert_eq!(kept(&Filter::Text("RASS".into()), batch), [0, 1], "sharp s is folded");
        assert_eq!(kept(&Filter::Text("崗岩".into()), batch), [4], "within a text without blanks");
        assert_eq!(kept(&Filter::Text("strasse x".into()), batch), [0_usize; 0], "all words");
    }
}

#[test]
fn times_compare_as_well_as_they_are_known() {
    use CompareOp::*;
    let when = |text: &str| Value::Time(When::parse(text).expect(text));
    let batch = rows(
        "seen",
        &[when("2019"), when("2019-07-01"), when("2019-07-01T12:00:00Z"), when("2020-01-01T00:00:00Z"), Value::Null],
    );
    let seen = |op, right: &str| compare(column("seen"), op, text(right));
    assert_eq!(kept(&seen(Equal, "2019-07-01"), &batch), [0, 1, 2], "can have been that day");
    assert_eq!(kept(&seen(Equal, "2019-07-01T12:00:00Z"), &batch), [0, 1, 2]);
    assert_eq!(kept(&seen(Equal, "2019-07-01T13:00:00Z"), &batch), [0, 1]);
    assert_eq!(kept(&seen(Less, "2020"), &batch), [0, 1, 2]);
    assert_eq!(kept(&seen(LessOrEqual, "2019-06-30"), &batch), [0]);
    assert_eq!(kept(&seen(Greater, "2019"), &batch), [3]);
    assert_eq!(kept(&seen(NotEqual, "2019"), &batch), [3]);
    for other in ["2019", "2019-07-01", "2019-03-02T01:01:01Z", "2020-01-01"] {
        let all: Vec<usize> = [Less, Equal, Greater].iter().flat_map(|&op| kept(&seen(op, other), &batch)).collect();
        assert_eq!(all.len(), 4, "just one of before, equal and after is true: {other}");
    }
}

#[test]
fn periods_relate_with_open_ends() {
    let when = |text: &str| Value::Time(When::parse(text).expect(text));
    let batch = rows("seen", &[when("1969-07-16"), when("1969-07-20T20:17:40Z"), when("1970"), Value::Null]);
    let instant = |text: &str| Some(Expr::Literal(Literal::Instant(Instant::parse(text).expect(text))));
    let seen = |op, right| Filter::Temporal { op, left: TimeExpr::Moment(column("seen")), right };
    let flight = TimeExpr::Period(instant("1969-07-16T13:32:00Z"), instant("1969-07-24T16:50:35Z"));
    assert_eq!(kept(&seen(TemporalOp::Intersects, flight.clone()), &batch), [0, 1]);
    assert_eq!(kept(&seen(TemporalOp::During, flight.clone()), &batch), [1]);
    assert_eq!(kept(&seen(TemporalOp::After, flight), &batch), [2]);
    assert_eq!(kept(&seen(TemporalOp::Intersects, TimeExpr::Period(None, instant("1969-07-17"))), &batch), [0]);
    assert_eq!(kept(&seen(TemporalOp::Disjoint, TimeExpr::Period(instant("1969-07-17"), None)), &batch), [0]);
    let own = TimeExpr::Period(Some(column("seen")), None);
    let since = Filter::Temporal { op: TemporalOp::Intersects, left: own, right: TimeExpr::Moment(text("1975")) };
    assert_eq!(kept(&since, &batch), [0, 1, 2], "a period without an end goes on");
}

#[test]
fn lists_in_nested_columns_relate_as_sets() {
    let batch = rows("tags", &[Value::Nested(r#"["a","b"]"#), Value::Nested("[]"), Value::Nested("{}"), Value::Null]);
    let tags = |op, list: &[&str]| {
        let list = list.iter().map(|text| Literal::Text((*text).to_owned())).collect();
        Filter::Array { op, left: column("tags"), right: Expr::Literal(Literal::List(list)) }
    };
    assert_eq!(kept(&tags(ArrayOp::Contains, &["a"]), &batch), [0]);
    assert_eq!(kept(&tags(ArrayOp::ContainedBy, &["b", "a", "c"]), &batch), [0, 1]);
    assert_eq!(kept(&tags(ArrayOp::Equals, &["b", "a"]), &batch), [0]);
    assert_eq!(
        kept(&Filter::Not(Box::new(tags(ArrayOp::Overlaps, &["c"]))), &batch),
        [0, 1],
        "what is no list is unknown"
    );
}

#[test]
fn rows_without_geometry_pass_a_box_and_are_unknown_to_a_relation() {
    let schema = Arc::new(schema());
    let mut builder = BatchBuilder::new(Arc::clone(&schema));
    builder.geometry().expect("geometry").point([1.0, 1.0], None);
    builder.end_row(FeatureId::Number(1));
    builder.end_row(FeatureId::Number(2));
    let batch = builder.finish();
    let bbox = Bbox::plain([0.0, 0.0], [2.0, 2.0]).expect("a box");
    let relate =
        |op| Filter::Spatial { op, left: GeometryExpr::Column("geom".into()), right: GeometryExpr::Bbox(bbox) };
    assert_eq!(kept(&Filter::Bbox(bbox), &batch), [0, 1]);
    assert_eq!(kept(&relate(SpatialOp::Intersects), &batch), [0]);
    assert_eq!(kept(&Filter::Not(Box::new(relate(SpatialOp::Intersects))), &batch), [0_usize; 0]);
    assert_eq!(kept(&relate(SpatialOp::Disjoint), &batch), [0_usize; 0]);
    assert_eq!(kept(&Filter::IsNull(column("geom")), &batch), [1]);
    assert_eq!(kept(&Filter::Within { centre: [1.0, 1.0], distance_m: 0.0 }, &batch), [0]);
}

#[test]
fn distances_are_those_of_the_ellipsoid() {
    // Karney 2013, table 4 and GeographicLib's GeodSolve: JFK (40.6 N, 73.8 W) to LHR (51.6 N, 0.5 W) is 5 551 759.400 m.
    let mut batch = rows("rank", &[Value::Null]);
    let mut geometry = batch.geometry.take().expect("geometry");
    geometry = geometry.with_positions(vec![[-0.5, 51.6]]);
    batch.geometry = Some(geometry);
    let within = |distance_m| kept(&Filter::Within { centre: [-73.8, 40.6], distance_m }, &batch).len();
    assert_eq!((within(5_551_759.3), within(5_551_759.5)), (0, 1));
    // Across the antimeridian: 0.2° on the equator is 22 263.898 m.
    let geometry = batch.geometry.take().expect("geometry").with_positions(vec![[-179.9, 0.0]]);
    batch.geometry = Some(geometry);
    let within = |distance_m| kept(&Filter::Within { centre: [179.9, 0.0], distance_m }, &batch).len();
    assert_eq!((within(22_263.8), within(22_264.0)), (0, 1));
    // The same from a line that ends there, and from an area.
    let near = |shape: geo_types::Geometry<f64>, distance_m| {
        kept(&Filter::Near { shape: Arc::new(shape), distance_m }, &batch).len()
    };
    let line = || geo_types::LineString::from(vec![(170.0, 0.0), (179.9, 0.0)]);
    assert_eq!((near(line().into(), 22_263.8), near(line().into(), 22_264.0)), (0, 1));
    let area = || geo_types::Rect::new((175.0, -1.0), (179.9, 1.0)).to_polygon();
    assert_eq!((near(area().into(), 22_263.8), near(area().into(), 22_264.0)), (0, 1));
    let around = || geo_types::Rect::new((-180.0, -1.0), (-170.0, 1.0)).to_polygon();
    assert_eq!(near(around().into(), 0.0), 1, "what lies in an area is at no distance from it");
}

#[test]
fn identities_are_found_as_numbers_and_as_texts() {
    let batch = rows("rank", &[Value::Null, Value::Null, Value::Null]);
    let ids = |ids: &[&str]| Filter::Ids(ids.iter().map(|id| FeatureId::parse(id)).collect());
    assert_eq!(kept(&ids(&["2", "0", "x"]), &batch), [0, 2]);
    assert_eq!(kept(&ids(&[]), &batch), [0_usize; 0]);
    let mut builder = BatchBuilder::new(Arc::clone(&batch.schema));
    builder.end_row(FeatureId::Text("7".into()));
    builder.end_row(FeatureId::Text("x".into()));
    assert_eq!(kept(&ids(&["7"]), &builder.finish()), [0]);
}

#[test]
fn a_projected_batch_is_judged_by_names() {
    let sample = sample_features(Effort::Nothing);
    let filter = compare(column("rank"), CompareOp::Greater, int(3));
    let predicate = Predicate::new(&filter, sample.schema()).expect("the filter fits");
    assert_eq!(predicate.columns(), ["rank"]);
    assert!(!predicate.reads_geometry());
    for batch in sample.batches() {
        let projected = batch.projected(&["note".to_owned(), "rank".to_owned()], false);
        let whole: Vec<usize> = predicate.select(batch).rows().collect();
        assert_eq!(predicate.select(&projected).rows().collect::<Vec<_>>(), whole);
    }
}

#[test]
fn the_columns_of_a_filter_include_those_that_only_a_schema_knows() {
    let filter = Filter::Text("x".into()).and(Filter::Bbox(Bbox::WORLD)).and(Filter::IsNull(column("rank")));
    assert_eq!(filter.columns_of(&schema()), (vec!["name".to_owned(), "rank".to_owned()], true));
    let geometry = Filter::IsNull(column("geom"));
    assert_eq!(geometry.columns_of(&schema()), (vec![], true));
}

// Laws on rows of every kind.

fn simple() -> impl Strategy<Value = Filter> {
    let op = prop::sample::select(vec![
        CompareOp::Equal,
        CompareOp::NotEqual,
        CompareOp::Less,
        CompareOp::LessOrEqual,
        CompareOp::Greater,
        CompareOp::GreaterOrEqual,
    ]);
    let bbox = (-180.0..180.0_f64, -60.0..30.0_f64, -180.0..180.0_f64, 0.0..60.0_f64).prop_map(
        |(west, south, east, height)| Bbox::geographic([west, south], [east, south + height]).expect("a box"),
    );
    let spatial = prop::sample::select(vec![
        SpatialOp::Intersects,
        SpatialOp::Disjoint,
        SpatialOp::Within,
        SpatialOp::Contains,
        SpatialOp::Touches,
        SpatialOp::Overlaps,
        SpatialOp::Crosses,
        SpatialOp::Equals,
    ]);
    prop_oneof![
        (op.clone(), -8..14_i64).prop_map(|(op, number)| compare(column("rank"), op, int(number))),
        (op.clone(), -900.0..1_700.0_f64).prop_map(|(op, number)| compare(
            column("depth_m"),
            op,
            Expr::Literal(Literal::Float(number))
        )),
        (op.clone(), -2_000..2_100_i64).prop_map(|(op, year)| {
            let day = When::year(year).expect("a year").interval();
            compare(column("seen"), op, Expr::Literal(Literal::Day(day)))
        }),
        (op, "[A-Za-z花]{0,2}").prop_map(|(op, start)| compare(column("name"), op, text(&start))),
        "[%_a-z]{0,4}".prop_map(|pattern| Filter::Like {
            value: column("name"),
            pattern: Pattern { pieces: Piece::parse_like(&pattern), fold_case: true, fold_accents: true },
        }),
        prop::collection::vec(-6..12_i64, 0..4).prop_map(|list| Filter::In {
            value: column("rank"),
            list: list.into_iter().map(int).chain([Expr::Literal(Literal::Null)]).collect(),
        }),
        Just(Filter::Holds(column("is_open"))),
        Just(Filter::IsNull(column("until"))),
        bbox.clone().prop_map(Filter::Bbox),
        (spatial, bbox).prop_map(|(op, bbox)| Filter::Spatial {
            op,
            left: GeometryExpr::Column("geometry".into()),
            right: GeometryExpr::Bbox(bbox),
        }),
        (-180.0..180.0_f64, -60.0..60.0_f64, 0.0..5e6_f64)
            .prop_map(|(x, y, distance_m)| Filter::Within { centre: [x, y], distance_m }),
    ]
}

fn nested() -> impl Strategy<Value = Filter> {
    simple().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Filter::And),
            prop::collection::vec(inner.clone(), 0..3).prop_map(Filter::Or),
            inner.prop_map(|inner| Filter::Not(Box::new(inner))),
        ]
    })
}

fn ids(filter: &Filter, source: &MemoryFeatures) -> Vec<FeatureId> {
    let predicate = Predicate::new(filter, source.schema()).expect("the filter fits");
    source
        .batches()
        .iter()
        .flat_map(|batch| predicate.select(batch).features().map(|row| row.id()).collect::<Vec<_>>())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_is_the_intersection_and_either_is_the_union(a in nested(), b in nested()) {
        let source = sample_features(Effort::Nothing);
        let (left, right) = (ids(&a, &source), ids(&b, &source));
        let both: Vec<FeatureId> = left.iter().filter(|id| right.contains(id)).cloned().collect();
        prop_assert_eq!(ids(&Filter::And(vec![a.clone(), b.clone()]), &source), both.clone());
        prop_assert_eq!(ids(&a.clone().and(b.clone()), &source), both);
        let either = ids(&Filter::Or(vec![a, b]), &source);
        prop_assert!(left.iter().chain(&right).all(|id| either.contains(id)));
        prop_assert!(either.iter().all(|id| left.contains(id) || right.contains(id)));
    }

    #[test]
    fn negation_is_its_own_inverse_and_moves_into_both_and_either(a in nested(), b in nested()) {
        let source = sample_features(Effort::Nothing);
        let not = |filter: Filter| Filter::Not(Box::new(filter));
        prop_assert_eq!(ids(&not(not(a.clone())), &source), ids(&a, &source));
        prop_assert_eq!(
            ids(&not(Filter::And(vec![a.clone(), b.clone()])), &source),
            ids(&Filter::Or(vec![not(a.clone()), not(b.clone())]), &source)
        );
        let (yes, no) = (ids(&a, &source), ids(&not(a), &source));
        prop_assert!(yes.iter().all(|id| !no.contains(id)));
    }

    #[test]
    fn selecting_twice_is_selecting_both(a in nested(), b in nested()) {
        let source = sample_features(Effort::Nothing);
        let [first, second] = [&a, &b].map(|filter| Predicate::new(filter, source.schema()).expect("the filter fits"));
        let mut found = Vec::new();
        for batch in source.batches() {
            found.extend(second.select(&first.select(batch)).features().map(|row| row.id()));
        }
        prop_assert_eq!(found, ids(&Filter::And(vec![a, b]), &source));
    }

    #[test]
    fn no_row_that_matches_is_outside_the_implied_bounds(filter in nested()) {
        let source = sample_features(Effort::Nothing);
        let predicate = Predicate::new(&filter, source.schema()).expect("the filter fits");
        let bounds = [filter.implied_bbox(), filter.implied_bbox_in(source.schema())];
        let period: Option<Interval> = filter.implied_time("seen");
        for batch in source.batches() {
            for row in predicate.select(batch).features() {
                if let Some(place) = row.geometry() {
                    prop_assert!(bounds.iter().flatten().all(|bound| bound.intersects(&place.bbox())), "{:?}", bounds);
                }
                if let (Value::Time(when), Some(period)) = (row.get("seen"), &period) {
                    prop_assert!(when.interval().intersects(period));
                }
            }
        }
    }

    #[test]
    fn areas_that_cross_themselves_are_judged_without_panic(
        ring in prop::collection::vec((-180..180_i32, -60..60_i32), 3..12),
        op in 0..8_usize,
    ) {
        let source = sample_features(Effort::Nothing);
        let ops = [
            SpatialOp::Intersects, SpatialOp::Disjoint, SpatialOp::Equals, SpatialOp::Touches, SpatialOp::Crosses,
            SpatialOp::Within, SpatialOp::Contains, SpatialOp::Overlaps,
        ];
        let line = geo_types::LineString::from(ring.iter().map(|&(x, y)| (f64::from(x), f64::from(y))).collect::<Vec<_>>());
        let area = geo_types::Geometry::from(geo_types::Polygon::new(line, Vec::new()));
        let left = GeometryExpr::Column("geometry".into());
        let right = GeometryExpr::Literal(area.into());
        let filter = |op| Filter::Spatial { op, left: left.clone(), right: right.clone() };
        let all = ids(&filter(SpatialOp::Intersects), &source).len() + ids(&filter(SpatialOp::Disjoint), &source).len();
        prop_assert_eq!(all, source.batches().iter().flat_map(Batch::features).filter(|row| row.geometry().is_some()).count());
        ids(&filter(ops[op]), &source);
    }
}

//! CQL2 against the examples of its standard, and its two spellings against each other.

use proptest::prelude::*;
use serde_json::Value;
use terrane_formats::filter::{cql2_json, cql2_text, wkt};
use terrane_model::error::Kind;
use terrane_model::filter::*;
use terrane_model::limits::Limits;
use terrane_model::{Bbox, When};

struct Example {
    name: String,
    text: String,
    json: Value,
}

fn examples() -> Vec<Example> {
    let all: Vec<Value> = serde_json::from_str(include_str!("data/cql2/examples.json")).expect("JSON");
    let text = |value: &Value, key: &str| value[key].as_str().expect("a text").to_owned();
    all.into_iter()
        .map(|value| Example { name: text(&value, "name"), text: text(&value, "text"), json: value["json"].clone() })
        .collect()
}

/// Numbers without regard to how they are written, operators and names without regard to case.
fn plain(value: &Value) -> Value {
    match value {
        Value::Number(number) => Value::from(number.as_f64().expect("a number")),
        Value::Array(all) => all.iter().map(plain).collect(),
        Value::Object(object) => object
            .iter()
            .map(|(key, value)| match (key.as_str(), value) {
                ("op", Value::String(op)) => (key.clone(), Value::from(op.to_lowercase())),
                ("timestamp", Value::String(text)) => (key.clone(), Value::from(text.replace(".000000", ""))),
                _ => (key.clone(), plain(value)),
            })
            .collect(),
        other => other.clone(),
    }
}

#[test]
fn every_example_of_the_standard_means_the_same_in_text_and_json() {
    let limits = Limits::default();
    let mut read = 0;
    for Example { name, text, json } in examples() {
        let (from_text, from_json) = (cql2_text::parse(&text, &limits), cql2_json::from_value(&json, &limits));
        if name == "clause7_18" {
            // A function that gives a geometry: said to be unsupported, with its name.
            for error in [from_text.expect_err("unsupported"), from_json.expect_err("unsupported")] {
                assert_eq!(error.kind(), Kind::Unsupported);
                assert!(error.say().to_lowercase().contains("buffer"), "{error}");
            }
            continue;
        }
        let from_text = from_text.unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
        let from_json = from_json.unwrap_or_else(|error| panic!("{name}: {error}\n{json}"));
        // The examples write 10 in one spelling and 10.0 in the other, so what is written again is compared.
        let written = [&from_text, &from_json].map(|filter| plain(&cql2_json::to_value(filter).expect(&name)));
        assert_eq!(written[0], written[1], "{name}: {text}");
        assert_eq!(
            cql2_text::parse(&cql2_text::write(&from_text).expect(&name), &limits).expect(&name),
            from_text,
            "{name}"
        );
        assert_eq!(
            cql2_json::parse(&cql2_json::write(&from_json).expect(&name), &limits).expect(&name),
            from_json,
            "{name}"
        );
        read += 1;
    }
    assert!(read > 110, "{read} examples were read");
}

#[test]
fn what_is_written_as_json_is_what_the_standard_writes() {
    // Differences that are meant: heights are left out; a fold on the pattern alone is done at once.
    const CHANGED: [&str; 4] = ["example45", "example49", "example49-alt01", "example86"];
    for Example { name, json, .. } in examples() {
        if CHANGED.contains(&name.as_str()) || name == "clause7_18" {
            continue;
        }
        let filter = cql2_json::from_value(&json, &Limits::default()).expect(&name);
        assert_eq!(plain(&cql2_json::to_value(&filter).expect(&name)), plain(&json), "{name}");
    }
}

fn text_error(text: &str) -> String {
    cql2_text::parse(text, &Limits::default()).expect_err(text).say().to_owned()
}

#[test]
fn mistakes_are_told_with_their_place_and_what_was_expected() {
    assert_eq!(
        text_error("age = "),
        "The filter cannot be read at character 7: expected a column, a value or a function, found the end."
    );
    assert_eq!(
        text_error("岩石 = 'x' AND AND"),
        "The filter cannot be read at character 14: expected a column, a value or a function, found “AND”."
    );
    for (text, part) in [
        ("a = 'x", "has no end"),
        ("a != 1", "write <>"),
        ("a = NULL", "IS NULL"),
        ("a LIKE b", "a pattern between single quotes"),
        ("a IN ()", "expected a column, a value"),
        ("a IN (1", "or “,” in the list"),
        ("a BETWEEN 1 OR 2", "“AND” and the upper bound"),
        ("a NOT 1", "“LIKE”, “BETWEEN” or “IN”"),
        ("a IS 1", "“NULL”"),
        ("a = 1 b", "expected the end"),
        ("a + 1", "expected a comparison"),
        ("(a = 1) = 2", "expected a value, found a condition"),
        ("POINT(1 2) = a", "found a geometry"),
        ("S_INTERSECTS(a = 1, POINT(1 2))", "between the two arguments, found “=”"),
        ("S_INTERSECTS(geom)", "between the two arguments"),
        ("T_AFTER(t, DATE('2020-13-01'))", "There is no day"),
        ("T_AFTER(t, DATE('2020'))", "is not a date"),
        ("T_AFTER(t, TIMESTAMP('2020-01-01'))", "is not a timestamp"),
        ("S_WITHIN(g, BBOX(1,2,3))", "four or six numbers"),
        ("a = 1;", "has no meaning here"),
        ("", "found the end"),
    ] {
        let say = text_error(text);
        assert!(say.contains(part), "{text}: {say}");
    }
    let json = |text: &str| cql2_json::parse(text, &Limits::default()).expect_err(text).say().to_owned();
    assert_eq!(
        json(r#"{"op":"and","args":[true,{"op":"=","args":[1]}]}"#),
        "The filter cannot be read at args[1]: Expected 2 arguments, found 1."
    );
    assert!(json(r#"{"op":"=","args":[{"property":"a"},null]}"#).contains("args[1]: Use the operator “isNull”"));
    assert!(json("{").contains("line 1, column 1"));
    assert!(json("{}").contains("an operator"));
}

#[test]
fn names_and_texts_may_hold_anything_between_their_quotes() {
    let filter = cql2_text::parse(r#""select ""x"" from"='it''s; DROP TABLE'"#, &Limits::default()).expect("a filter");
    assert_eq!(filter, Filter::equals("select \"x\" from", Literal::Text("it's; DROP TABLE".into())));
    assert_eq!(cql2_text::write(&filter).expect("text"), r#""select ""x"" from" = 'it''s; DROP TABLE'"#);
}

#[test]
fn words_that_are_also_functions_can_be_columns() {
    for name in ["date", "point", "bbox", "casei", "t_after", "interval"] {
        let filter = cql2_text::parse(&format!("{name} > 5"), &Limits::default()).expect(name);
        assert_eq!(filter.columns(), [name]);
    }
}

#[test]
fn signs_bind_tightest_then_powers_then_products_then_sums() {
    let same = |left: &str, right: &str| {
        let read = |text: &str| cql2_text::parse(text, &Limits::default()).expect(text);
        assert_eq!(read(left), read(right), "{left}");
    };
    same("a + b * c ^ d ^ e > 1", "(a + (b * (c ^ (d ^ e)))) > 1");
    same("a - b - c > 1", "((a - b) - c) > 1");
    same("-a ^ 2 > 1", "((-1 * a) ^ 2) > 1");
    same("-2 ^ 2 > 1", "((-2) ^ 2) > 1");
    same("a DIV 2 % 3 = 1", "((a div 2) % 3) = 1");
    same("NOT a = 1 AND b = 2 OR c = 3", "((NOT (a = 1)) AND (b = 2)) OR (c = 3)");
    same("a BETWEEN 1 AND 2 AND b = 3", "(a BETWEEN 1 AND 2) AND (b = 3)");
    same("a = -9223372036854775808", "a = (-9223372036854775808)");
}

#[test]
fn deep_long_and_large_filters_are_refused_and_not_followed() {
    let refused = |text: &str| {
        assert_eq!(
            cql2_text::parse(text, &Limits::default()).expect_err("too large").kind(),
            Kind::TooLarge,
            "{text:.40}"
        );
    };
    refused(&"(".repeat(5_000));
    refused(&"NOT ".repeat(5_000));
    refused(&"-".repeat(5_000));
    refused(&format!("a = {}1", "1 + ".repeat(5_000)));
    refused(&format!("a = {}1", "2 ^ ".repeat(5_000)));
    refused(&format!("a LIKE {}'x'", "CASEI(".repeat(5_000)));
    refused(&"f(".repeat(5_000));
    refused(&format!("a IN ({}1)", "1,".repeat(20_000)));
    refused(&format!("a = '{}'", "x".repeat(70_000)));
    let nested = format!("{}true{}", r#"{"op":"not","args":["#.repeat(2_500), "]}".repeat(2_500));
    assert!(cql2_json::parse(&nested, &Limits::default()).is_err());
    let nested = format!("{}true{}", r#"{"op":"not","args":["#.repeat(70), "]}".repeat(70));
    assert!(cql2_json::parse(&nested, &Limits::default()).is_err());
    let wide = format!(r#"{{"op":"in","args":[{{"property":"a"}},[{}1]]}}"#, "1,".repeat(20_000));
    assert_eq!(cql2_json::parse(&wide, &Limits::default()).expect_err("too large").kind(), Kind::TooLarge);
}

#[test]
fn a_thousand_members_and_five_hundred_wildcards_are_read() {
    let members = (0..1_000).map(|number| number.to_string()).collect::<Vec<_>>().join(",");
    assert!(cql2_text::parse(&format!("a IN ({members})"), &Limits::default()).is_ok());
    assert!(cql2_text::parse(&format!("a LIKE '{}'", "%a".repeat(500)), &Limits::default()).is_ok());
}

#[test]
fn axes_are_exchanged_by_whoever_knows_the_filters_crs() {
    let filter =
        cql2_text::parse("S_INTERSECTS(geom, BBOX(-20, 170, -10, -170))", &Limits::default()).expect("a filter");
    let moved = filter.transformed(&ExchangedAxes).expect("moved");
    assert_eq!(moved.implied_bbox(), Bbox::geographic([170.0, -20.0], [-170.0, -10.0]).ok());
}

// Filters of every form, to be written and read again.

fn name() -> impl Strategy<Value = String> {
    prop_oneof![Just("age".to_owned()), Just("岩石".to_owned()), Just("or".to_owned()), "[a-z :.\"'0-9]{1,8}"]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zA-Z%_'\"é岩 ]{0,6}", Just("O'Neil".to_owned())]
}

fn day() -> impl Strategy<Value = Literal> {
    (0..9999_i64, 1..13_u8, 1..29_u8).prop_map(|(y, m, d)| Literal::Day(When::day(y, m, d).expect("a day").interval()))
}

fn moment() -> impl Strategy<Value = Literal> {
    prop_oneof![
        day(),
        (-4_000_000_000_000_000..200_000_000_000_000_000_i64)
            .prop_map(|at| Literal::Instant(terrane_model::Instant(at)))
    ]
}

fn scalar() -> impl Strategy<Value = Literal> {
    let float = prop::num::f64::NORMAL | prop::num::f64::ZERO;
    prop_oneof![
        any::<bool>().prop_map(Literal::Bool),
        any::<i64>().prop_map(Literal::Int),
        float.prop_map(Literal::Float),
        text().prop_map(Literal::Text),
        moment()
    ]
}

fn expr() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![name().prop_map(Expr::Column), scalar().prop_map(Expr::Literal)];
    leaf.prop_recursive(3, 8, 2, |inner| {
        let ops = prop::sample::select(vec![
            ArithmeticOp::Add,
            ArithmeticOp::Subtract,
            ArithmeticOp::Multiply,
            ArithmeticOp::Divide,
            ArithmeticOp::WholeDivide,
            ArithmeticOp::Modulo,
            ArithmeticOp::Power,
        ]);
        prop_oneof![
            (ops, inner.clone(), inner.clone()).prop_map(|(op, left, right)| Expr::Arithmetic {
                op,
                left: Box::new(left),
                right: Box::new(right)
            }),
            ("[a-z][a-z_]{0,5}x", prop::collection::vec(inner.clone(), 0..3))
                .prop_map(|(name, arguments)| Expr::Call { name, arguments }),
            inner.clone().prop_map(|inner| Expr::CaseFolded(Box::new(inner))),
            inner.prop_map(|inner| Expr::AccentFolded(Box::new(inner))),
        ]
    })
}

fn place() -> impl Strategy<Value = GeometryExpr> {
    let number = || -180.0..180.0_f64;
    prop_oneof![
        name().prop_map(GeometryExpr::Column),
        (number(), number(), number(), number())
            .prop_map(|(a, b, c, d)| GeometryExpr::Bbox(Bbox { min: [a, b], max: [c, d] })),
        (number(), number())
            .prop_map(|(x, y)| GeometryExpr::Literal(geo_types::Geometry::from(geo_types::Point::new(x, y)).into())),
        prop::collection::vec((number(), number()), 3..6).prop_map(|run| {
            let ring = geo_types::LineString::from(run);
            GeometryExpr::Literal(geo_types::Geometry::from(geo_types::Polygon::new(ring, Vec::new())).into())
        }),
    ]
}

fn time() -> impl Strategy<Value = TimeExpr> {
    let end = || prop::option::of(prop_oneof![moment().prop_map(Expr::Literal), name().prop_map(Expr::Column)]);
    prop_oneof![
        prop_oneof![moment().prop_map(Expr::Literal), name().prop_map(Expr::Column)].prop_map(TimeExpr::Moment),
        (end(), end()).prop_map(|(start, end)| TimeExpr::Period(start, end)),
    ]
}

fn predicate() -> impl Strategy<Value = Filter> {
    let compare =
        prop::sample::select(vec![CompareOp::Equal, CompareOp::NotEqual, CompareOp::Less, CompareOp::GreaterOrEqual]);
    let spatial = prop::sample::select(vec![SpatialOp::Within, SpatialOp::Intersects, SpatialOp::Touches]);
    let temporal = prop::sample::select(vec![TemporalOp::FinishedBy, TemporalOp::MetBy, TemporalOp::After]);
    let array = prop::sample::select(vec![ArrayOp::ContainedBy, ArrayOp::Equals]);
    let list = prop::collection::vec(scalar(), 0..4).prop_map(|list| Expr::Literal(Literal::List(list)));
    prop_oneof![
        any::<bool>().prop_map(Filter::Literal),
        (compare, expr(), expr()).prop_map(|(op, left, right)| Filter::Compare { op, left, right }),
        (expr(), expr(), expr()).prop_map(|(value, low, high)| Filter::Between { value, low, high }),
        (name(), text(), any::<bool>(), any::<bool>()).prop_map(|(name, text, fold_case, fold_accents)| Filter::Like {
            value: Expr::Column(name),
            pattern: Pattern { pieces: Piece::parse_like(&text), fold_case, fold_accents },
        }),
        (expr(), prop::collection::vec(expr(), 1..4)).prop_map(|(value, list)| Filter::In { value, list }),
        expr().prop_map(Filter::IsNull),
        name().prop_map(|name| Filter::Holds(Expr::Column(name))),
        (spatial, place(), place()).prop_map(|(op, left, right)| Filter::Spatial { op, left, right }),
        (temporal, time(), time()).prop_map(|(op, left, right)| Filter::Temporal { op, left, right }),
        (array, name(), list).prop_map(|(op, name, right)| Filter::Array { op, left: Expr::Column(name), right }),
    ]
}

fn filter() -> impl Strategy<Value = Filter> {
    predicate().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Filter::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Filter::Or),
            inner.prop_map(|inner| Filter::Not(Box::new(inner))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_filter_is_read_again_as_it_was_written(filter in filter()) {
        let limits = Limits::default();
        let text = cql2_text::write(&filter).expect("text");
        prop_assert_eq!(&cql2_text::parse(&text, &limits).map_err(|error| TestCaseError::fail(format!("{error}: {text}")))?, &filter, "{}", text);
        let json = cql2_json::write(&filter).expect("JSON");
        prop_assert_eq!(&cql2_json::parse(&json, &limits).map_err(|error| TestCaseError::fail(format!("{error}: {json}")))?, &filter, "{}", json);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[a-z0-9 ()\\[\\],.'\"=<>+*/^%-]{0,60}|\\PC{0,40}") {
        let _ = cql2_text::parse(&text, &Limits::default());
        let _ = cql2_json::parse(&text, &Limits::default());
        let _ = wkt::read(&text, &Limits::default());
    }

    #[test]
    fn any_mixture_of_keywords_is_read_or_refused(words in prop::collection::vec(prop::sample::select(vec![
        "a", "(", ")", ",", "=", "<>", "AND", "OR", "NOT", "IN", "LIKE", "BETWEEN", "IS", "NULL", "'x'", "1", "-", "+", "^", "div",
        "CASEI(", "S_INTERSECTS(", "T_AFTER(", "A_EQUALS(", "POINT(", "POLYGON((", "EMPTY", "Z", "BBOX(", "DATE(", "INTERVAL(", "'..'", "TRUE",
    ]), 0..20)) {
        let text = words.join(" ");
        if let Ok(filter) = cql2_text::parse(&text, &Limits::default()) {
            let again = cql2_text::write(&filter).expect("text");
            prop_assert_eq!(cql2_text::parse(&again, &Limits::default()).expect("read again"), filter);
        }
    }
}

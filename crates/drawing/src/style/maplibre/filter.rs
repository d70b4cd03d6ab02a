//! Filters as expressions: those that compare columns with values. Others have no words in MapLibre.

use serde_json::{Value, json};
use terrane_model::filter::{CompareOp, Expr, Filter, Literal};

/// The expression of a filter; `None` when there is none.
pub fn write(filter: &Filter) -> Option<Value> {
    let all = |name: &str, filters: &[Filter]| {
        let each = filters.iter().map(write);
        [Some(json!(name))].into_iter().chain(each).collect::<Option<Vec<Value>>>().map(Value::Array)
    };
    match filter {
        Filter::Literal(truth) => Some(json!(truth)),
        Filter::And(filters) => all("all", filters),
        Filter::Or(filters) => all("any", filters),
        // What is unknown stays unknown when it is denied, so that only rows that have the value count.
        Filter::Not(inner) => match &**inner {
            Filter::IsNull(Expr::Column(name)) => Some(json!(["has", name])),
            inner => {
                let mut all = vec![json!("all")];
                all.extend(inner.columns().into_iter().map(|name| json!(["has", name])));
                all.push(json!(["!", write(inner)?]));
                Some(Value::Array(all))
            }
        },
        Filter::Compare { op, left, right } => compare(*op, left, right),
        Filter::Between { value, low, high } => Some(json!([
            "all",
            compare(CompareOp::GreaterOrEqual, value, low)?,
            compare(CompareOp::LessOrEqual, value, high)?
        ])),
        Filter::In { value: Expr::Column(name), list } => {
            let values: Vec<Value> = list.iter().map(literal).collect::<Option<_>>()?;
            Some(json!(["in", ["get", name], ["literal", values]]))
        }
        Filter::IsNull(Expr::Column(name)) => Some(json!(["!", ["has", name]])),
        Filter::Holds(Expr::Column(name)) => Some(json!(["==", ["get", name], true])),
        _ => None,
    }
}

fn compare(op: CompareOp, left: &Expr, right: &Expr) -> Option<Value> {
    let (name, value, turned) = match (left, right) {
        (Expr::Column(name), value) => (name, literal(value)?, false),
        (value, Expr::Column(name)) => (name, literal(value)?, true),
        _ => return None,
    };
    let op = match (op, turned) {
        (CompareOp::Equal, _) => "==",
        (CompareOp::NotEqual, _) => "!=",
        (CompareOp::Less, false) | (CompareOp::Greater, true) => "<",
        (CompareOp::LessOrEqual, false) | (CompareOp::GreaterOrEqual, true) => "<=",
        (CompareOp::Greater, false) | (CompareOp::Less, true) => ">",
        (CompareOp::GreaterOrEqual, false) | (CompareOp::LessOrEqual, true) => ">=",
    };
    let kind = if value.is_string() { "string" } else { "number" };
    Some(match op {
        "==" => json!([op, ["get", name], value]),
        "!=" => json!(["all", ["has", name], [op, ["get", name], value]]),
        // A comparison of other kinds of values is an error in MapLibre, not false.
        _ => json!(["all", ["==", ["typeof", ["get", name]], kind], [op, ["get", name], value]]),
    })
}

fn literal(value: &Expr) -> Option<Value> {
    match value {
        Expr::Literal(Literal::Bool(truth)) => Some(json!(truth)),
        Expr::Literal(Literal::Int(number)) => Some(json!(number)),
        Expr::Literal(Literal::Float(number)) => Some(json!(number)),
        Expr::Literal(Literal::Text(text)) => Some(json!(text)),
        _ => None,
    }
}

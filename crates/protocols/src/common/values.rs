//! Values of rows as JSON.

use serde_json::{Value as Json, json};
use terrane_model::Feature;
use terrane_model::batch::Value;

/// The values of a row by the names of their columns.
pub fn object(row: &Feature<'_>) -> Json {
    let columns = row.batch().schema.columns.iter().enumerate();
    Json::Object(columns.map(|(at, column)| (column.name.clone(), value(&row.value(at)))).collect())
}

/// A value: trees as they are, moments as finely as they are known, bytes as their number.
pub fn value(value: &Value<'_>) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(truth) => json!(truth),
        Value::Int(number) => json!(number),
        Value::Float(number) => json!(number),
        Value::Nested(text) => serde_json::from_str(text).unwrap_or(Json::Null),
        other => json!(other.to_string()),
    }
}

/// A computed number for people: five figures, all those before the point.
pub fn figures(number: f64) -> String {
    let before = if number == 0.0 { 0 } else { number.abs().log10().floor() as i32 };
    let decimals = usize::try_from((FIGURES - 1 - before).clamp(0, 12)).unwrap_or(0);
    let text = format!("{number:.decimals$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// Figures of a computed number that mean something.
const FIGURES: i32 = 5;

#[cfg(test)]
mod tests {
    use super::figures;

    #[test]
    fn figures_before_the_point_all_count() {
        let told = [21.005_000_000_000_003, 1.095_951_8, 123_456.7, 0.000_489_474_3, 100.0, 0.0, -2.5].map(figures);
        assert_eq!(told, ["21.005", "1.096", "123457", "0.00048947", "100", "0", "-2.5"]);
    }
}

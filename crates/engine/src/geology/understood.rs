//! Filters as they are asked, made such that datasets can answer them.

use terrane_geology::ask;
use terrane_model::filter::Predicate;
use terrane_model::{Error, Filter, Result, Schema};

/// The filter with functions of geology told as conditions on derived columns, checked against a schema.
///
/// An error names the column or the function, and says what a dataset without a mapping lacks.
pub fn understood(filter: &Filter, schema: &Schema) -> Result<Filter> {
    if !ask::asks(filter) {
        Predicate::new(filter, schema)?;
        return Ok(filter.clone());
    }
    let told = ask::told(filter)?;
    if !schema.columns.iter().any(|column| ask::COLUMNS.contains(&column.name.as_str())) {
        return Err(Error::invalid(
            "Ages and rocks can be asked of datasets whose columns are mapped; this one has no mapping. The collection \
             “geologic-unit-view” holds all that have.",
        )
        .at("filter"));
    }
    Predicate::new(&told, schema)?;
    Ok(told)
}

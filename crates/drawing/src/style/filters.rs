//! Filters of rules as CQL2 text.

use terrane_formats::filter::cql2_text;
use terrane_model::Result;
use terrane_model::filter::Filter;
use terrane_model::limits::Limits;

/// From CQL2 text.
pub fn parse(text: &str) -> Result<Filter> {
    cql2_text::parse(text, &Limits::default())
}

/// As CQL2 text. Filters that CQL2 has no words for (identities, full text) cannot come from a style; one that somebody built so is
/// written as one that keeps nothing, which is the safe side.
pub fn write(filter: &Filter) -> String {
    cql2_text::write(filter).unwrap_or_else(|_| "FALSE".to_owned())
}

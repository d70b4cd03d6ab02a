//! Filters as text and JSON: CQL2.

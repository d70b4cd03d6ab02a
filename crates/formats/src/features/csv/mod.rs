//! Tables as text: any usual delimiter and encoding is read, columns are typed by all their values, and places are found by the
//! names of columns; comma-separated UTF-8 is written (RFC 4180).
//!
//! A written text that begins with `=`, `+`, `-`, `@`, a tab or a carriage return gets a `'` before it, because spreadsheets would run
//! it as a formula. Numbers and dates are left alone.

pub(crate) mod dialect;
mod parts;
mod places;
mod read;
mod write;

pub use read::open;
pub use write::CsvWriter;

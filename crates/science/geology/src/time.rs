//! Geologic time: the International Chronostratigraphic Chart, and ages as people write them.
//!
//! Ages are in millions of years before present (Ma); the older bound of a unit belongs to it, the younger to the next one.

mod chart;
mod dictionary;
mod name;
mod number;
mod read;
mod span;
mod symbol;
mod unit;

pub use chart::{Chart, chart};
pub use read::{Process, ReadAge, read_age};
pub use span::Age;
pub use symbol::read_symbol;
pub use unit::{Rank, Ratified, Unit};

//! Checks services of others and our own: asks a WMS or WFS what a user would, judges the answers, and says what to put right.
//!
//! What is asked of whom stands in `survey`; the judging (`rules`) knows no network and can be read and tested alone.

pub mod answer;
mod ask;
mod checker;
pub mod describe;
pub mod evidence;
mod names;
mod pictures;
pub mod report;
mod routes;
pub mod rules;
mod sld;
mod survey;

pub use ask::Target;
pub use checker::Checker;
pub use report::Report;
pub use routes::routes;
pub use survey::check;

//! Vocabularies and the chart of geologic time, for programs as SKOS and for people as pages that can be browsed.

mod answer;
mod ask;
mod describe;
mod page;
mod routes;

pub use routes::routes;

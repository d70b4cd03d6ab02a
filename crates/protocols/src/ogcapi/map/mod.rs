//! OGC API — Maps part 1 (20-058): any part of the ground as one picture.

pub mod answer;
pub mod ask;
mod ground;
mod region;
mod routes;
mod subset;
mod void;

pub use routes::routes;

//! Pages for people: complete without JavaScript, in the languages of [`words::LANGUAGES`], from the same questions that programs ask.

mod api;
mod dataset;
mod failure;
mod files;
mod format;
mod legend;
mod lists;
mod moments;
pub(crate) mod preview;
pub(crate) mod render;
mod routes;
mod summary;
mod table;
pub mod tiles;
pub(crate) mod words;

pub use api::{api, columns, conformance};
pub use dataset::dataset;
pub use failure::failure;
pub use legend::styles;
pub use lists::{collections, landing, map, maps};
pub(crate) use moments::when_in_words;
pub(crate) use render::{Page, render};
pub use routes::routes;
pub use summary::summary;
pub use table::{item, items};
pub(crate) use words::Words;

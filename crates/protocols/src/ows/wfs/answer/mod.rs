//! Rows → documents that are written while they are sent.

mod feed;
mod file;
mod gml;
mod json;
mod table;
mod values;

pub use feed::{Answering, Part, Totals, parts, written};
pub use file::{geopackage, shapefile};
pub use gml::{Collection, by_id};
pub use json::GeoJson;
pub use table::Table;
pub use values::Values;

use crate::common::site::Site;
use crate::common::xml::escape;
use terrane_model::About;

/// The terms of use of some datasets as a comment of XML.
pub fn comment<'a>(abouts: impl Iterator<Item = &'a About>) -> String {
    let said: Vec<String> = abouts.map(|about| format!("{}: {}", about.id, super::describe::terms(about))).collect();
    if said.is_empty() {
        return String::new();
    }
    // Comments must not hold two hyphens in a row, nor end with one.
    let mut text = String::new();
    for character in escape(&said.join(" | ")).chars() {
        if character == '-' && text.ends_with('-') {
            text.push(' ');
        }
        text.push(character);
    }
    format!("<!-- {text} -->\n")
}

/// What documents say around their rows.
#[derive(Clone)]
pub struct Frame {
    /// The site.
    pub site: Site,
    /// The time of the answer.
    pub time: String,
    /// Where the next features are, when there are more.
    pub next: Option<String>,
    /// Where the features before are.
    pub previous: Option<String>,
}

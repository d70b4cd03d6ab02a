//! What is fed: a table.

mod drawn;
mod events;
mod feeds;
mod files;
mod geology;
mod http;
mod sld;
mod texts;
mod wfs;

use crate::Target;

/// All targets.
pub const TARGETS: &[Target] = &[
    texts::CQL2_TEXT,
    texts::CQL2_JSON,
    texts::WKT,
    texts::TIME,
    texts::STYLE,
    sld::SLD,
    texts::ABOUT,
    texts::WKB,
    texts::PNG,
    texts::CAPABILITIES,
    texts::CONTEXT,
    files::GEOJSON,
    files::CSV,
    files::SHAPEFILE,
    files::GEOPACKAGE,
    files::GEOTIFF,
    files::ARCHIVE,
    files::DISPLAY,
    events::QUAKEML,
    events::FDSN_TEXT,
    events::NDK,
    events::ISF,
    events::USGS_GEOJSON,
    events::CAP,
    drawn::AREAS,
    drawn::LINES,
    drawn::MARKS,
    drawn::ENCODERS,
    geology::LEGEND,
    feeds::FEED,
    http::REQUEST,
    wfs::FES,
    wfs::POSTED,
];

/// A target by its name.
pub fn by_name(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

/// The bytes as text, with what is none replaced.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Texts as inputs.
fn inputs(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

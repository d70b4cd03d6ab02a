//! PMTiles 3 (<https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md>): all tiles of a set in one file that is read by range.
//! Knows nothing of what is in a tile.

mod directory;
mod header;
mod hilbert;
mod read;
mod write;

pub use header::{Header, TileType};
pub use hilbert::{number, place};
pub use read::Archive;
pub use write::ArchiveWriter;

use terrane_model::Error;

/// The error of an archive that is not what it should be.
fn damaged(what: &str) -> Error {
    Error::invalid(format!("The PMTiles archive cannot be read: {what}."))
}

//! Chunks of display copies that were read and checked lately, shared by all datasets of a node and bounded in bytes.

use super::index::{IdentityPage, TimePage};
use super::shapes::Places;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use terrane_model::batch::{Ids, Values};
use terrane_model::geometry::GeometryArrays;
use terrane_model::{Error, Result};

/// Chunks of any number of files, up to a number of bytes; share one among the datasets of a node.
pub struct DisplayCache {
    chunks: moka::sync::Cache<ChunkKey, Arc<Held>>,
    files: AtomicU32,
}

/// Which chunk: file and place in its table.
type ChunkKey = (u32, u32);

/// A chunk, and the bytes it takes.
pub struct Held {
    /// What it is.
    pub what: Loaded,
    /// Bytes in memory, roughly.
    pub bytes: usize,
}

/// A chunk made ready to be lent: batches share its buffers.
pub enum Loaded {
    /// Values of a column.
    Values(Values),
    /// Identities.
    Ids(Ids),
    /// Kinds and boxes.
    Places(Places),
    /// Shapes, exact or of a level.
    Shapes(GeometryArrays),
    /// A page of an index.
    IdentityPage(IdentityPage),
    /// A page of an index.
    TimePage(TimePage),
}

/// What an entry of the cache takes beside its chunk.
const ENTRY_BYTES: usize = 256;

impl DisplayCache {
    /// A cache of so many bytes; [`terrane_model::limits::DISPLAY_CACHE_BYTES`] is what a node gives it.
    pub fn new(bytes_max: u64) -> Arc<Self> {
        let weight = |_: &ChunkKey, held: &Arc<Held>| u32::try_from(held.bytes + ENTRY_BYTES).unwrap_or(u32::MAX);
        let chunks = moka::sync::Cache::builder().max_capacity(bytes_max).weigher(weight).build();
        Arc::new(Self { chunks, files: AtomicU32::new(0) })
    }

    /// A number under which a newly opened file keeps its chunks.
    pub(super) fn new_file(&self) -> u32 {
        self.files.fetch_add(1, Ordering::Relaxed)
    }

    /// The chunk, read by `read` when it is not here; several that ask at once wait for one.
    pub(super) fn get(&self, key: (u32, u32), read: impl FnOnce() -> Result<Held>) -> Result<Arc<Held>> {
        self.chunks.try_get_with(key, || read().map(Arc::new)).map_err(|error: Arc<Error>| again(&error))
    }

    /// Forgets the chunks of a file that was closed.
    pub(super) fn forget(&self, file: u32, chunks: usize) {
        (0..chunks as u32).for_each(|place| self.chunks.invalidate(&(file, place)));
    }
}

/// The same error once more: several may have waited for it.
fn again(error: &Arc<Error>) -> Error {
    let same = Error::new(error.kind(), error.say()).because(Arc::clone(error));
    match error.place() {
        Some(place) => same.at(place),
        None => same,
    }
}

//! Blocks that were unpacked lately, so that neighbouring questions do not unpack them again.

use crate::grid::tiff::block::Channels;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use terrane_model::{Error, Result};

/// Unpacked blocks of any number of files, up to a number of bytes; share one among the grids of a node.
pub struct BlockCache {
    blocks: moka::sync::Cache<BlockKey, Arc<Channels>>,
    files: AtomicU32,
}

/// Which block: file, level (0 is full resolution), plane, first column and first row.
pub(super) type BlockKey = (u32, u32, u32, u32, u32);

impl BlockCache {
    /// A cache of so many bytes.
    pub fn new(bytes_max: u64) -> Arc<Self> {
        let weight = |_: &BlockKey, channels: &Arc<Channels>| channels.iter().map(bytes_of).sum::<usize>() as u32;
        let blocks = moka::sync::Cache::builder().max_capacity(bytes_max).weigher(weight).build();
        Arc::new(Self { blocks, files: AtomicU32::new(0) })
    }

    /// A number under which a newly opened file keeps its blocks.
    pub(super) fn new_file(&self) -> u32 {
        self.files.fetch_add(1, Ordering::Relaxed)
    }

    /// The block, unpacked by `make` when it is not here; several that ask at once wait for one.
    pub(super) fn get(&self, key: BlockKey, make: impl FnOnce() -> Result<Channels>) -> Result<Arc<Channels>> {
        self.blocks.try_get_with(key, || make().map(Arc::new)).map_err(|error: Arc<Error>| {
            match Arc::try_unwrap(error) {
                Ok(error) => error,
                Err(shared) => Error::new(shared.kind(), shared.say()),
            }
        })
    }
}

fn bytes_of(samples: &terrane_model::grid::Samples) -> usize {
    samples.len() * crate::grid::sample::size_of_sample(samples.kind())
}

//! Answers that are kept as they were sent: in memory, and tiles also on the disk. Their names hold everything that they depend on, so
//! that nothing needs to be thrown away when data changes; what is not asked for any more goes by itself.

mod disk;
mod flights;
mod key;

pub use key::layers_state;
pub(crate) use key::{Key, map_key, tile_key};

use crate::pool::Pool;
use crate::tile::Encoded;
use bytes::Bytes;
use disk::Disk;
use flights::Flights;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use terrane_model::Result;

/// How much is kept; 0 keeps nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CachePolicy {
    /// Bytes of tiles in memory.
    pub memory_bytes: u64,
    /// Bytes of maps of any size and place in memory; never more than of tiles.
    pub maps_bytes: u64,
    /// Bytes that tiles take on the disk.
    pub disk_bytes: u64,
}

/// What kind of answer it is, and so where it may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shelf {
    /// One of a known number, likely to be asked for again.
    Tile,
    /// Of any size and place.
    Map,
}

/// Bytes that keeping an answer in memory takes beside its own.
const ENTRY_BYTES: usize = 160;

/// The folder of tiles in a data folder.
pub const FOLDER: &str = "cache/tiles";

/// Answers that are kept.
#[derive(Default)]
pub struct Cache {
    /// Where tiles are kept; nowhere for an engine that only looks at a data folder.
    folder: Option<PathBuf>,
    /// What makes them: another program may make others.
    program: String,
    tiers: RwLock<Arc<Tiers>>,
    flights: Flights,
}

type Memory = moka::sync::Cache<Key, Encoded>;

#[derive(Default)]
struct Tiers {
    policy: CachePolicy,
    tiles: Option<Memory>,
    maps: Option<Memory>,
    disk: Option<Disk>,
}

impl Cache {
    /// A cache with a place below a data folder, of what a program makes. It keeps nothing until it is [settled](Self::settle) how
    /// much.
    pub fn new(data: &Path, program: impl Into<String>) -> Self {
        Self { folder: Some(data.join(FOLDER)), program: program.into(), ..Self::default() }
    }

    /// Keeps so much from now on. A disk that cannot be written to keeps nothing, and nobody is told but the log.
    pub fn settle(&self, policy: CachePolicy) {
        let old = self.tiers();
        if old.policy == policy {
            return;
        }
        let disk = match (&old.disk, &self.folder) {
            (Some(disk), _) if policy.disk_bytes > 0 => Some(disk.with_quota(policy.disk_bytes)),
            (None, Some(folder)) if policy.disk_bytes > 0 => Disk::open(folder, policy.disk_bytes),
            (_, Some(folder)) => {
                disk::clear(folder);
                None
            }
            _ => None,
        };
        let maps_bytes = policy.maps_bytes.min(policy.memory_bytes);
        let tiers = Tiers { policy, tiles: memory(policy.memory_bytes), maps: memory(maps_bytes), disk };
        *self.tiers.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(tiers);
    }

    /// How much is kept.
    pub fn policy(&self) -> CachePolicy {
        self.tiers().policy
    }

    /// Bytes of tiles on the disk now.
    pub fn disk_bytes(&self) -> u64 {
        self.tiers().disk.as_ref().map_or(0, Disk::bytes)
    }

    /// Waits until everything that was made is written.
    pub fn flush(&self) {
        if let Some(disk) = &self.tiers().disk {
            disk.flush();
        }
    }

    /// What makes the answers.
    pub(crate) fn program(&self) -> &str {
        &self.program
    }

    /// Whether answers of a kind are kept anywhere.
    pub(crate) fn keeps(&self, shelf: Shelf) -> bool {
        let tiers = self.tiers();
        tiers.memory(shelf).is_some() || (shelf == Shelf::Tile && tiers.disk.is_some())
    }

    /// Whether a tile is on the disk.
    pub(crate) fn is_on_disk(&self, key: &Key) -> bool {
        self.tiers().disk.as_ref().is_some_and(|disk| disk.has(key))
    }

    /// The answer as it is kept, else as `make` makes it: once, however many ask at the same time.
    ///
    /// `is_current` tells whether the catalogue is still the one that the key was made from: what was made while it changed is not kept
    /// under a name that may be older than it.
    pub(crate) async fn answer<F>(
        &self,
        (shelf, key, media_type): (Shelf, Key, &'static str),
        pool: &Pool,
        is_current: impl FnOnce() -> bool,
        make: impl FnOnce() -> F,
    ) -> Result<Encoded>
    where
        F: Future<Output = Result<Encoded>>,
    {
        let tiers = self.tiers();
        let memory = tiers.memory(shelf);
        if let Some(kept) = memory.and_then(|memory| memory.get(&key)) {
            return Ok(kept);
        }
        let find_or_make = || async {
            if let Some(kept) = tiers.find_on_disk(shelf, key, media_type, pool).await {
                remember(memory, key, &kept);
                return Ok(kept);
            }
            let made = make().await?;
            if is_current() {
                remember(memory, key, &made);
                tiers.keep_on_disk(shelf, key, &made);
            }
            Ok(made)
        };
        self.flights.once(key, find_or_make).await
    }

    fn tiers(&self) -> Arc<Tiers> {
        Arc::clone(&self.tiers.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Tiers {
    fn memory(&self, shelf: Shelf) -> Option<&Memory> {
        match shelf {
            Shelf::Tile => self.tiles.as_ref(),
            Shelf::Map => self.maps.as_ref(),
        }
    }

    async fn find_on_disk(&self, shelf: Shelf, key: Key, media_type: &'static str, pool: &Pool) -> Option<Encoded> {
        let disk = self.disk.as_ref().filter(|disk| shelf == Shelf::Tile && disk.has(&key))?.clone();
        // A node that is too busy to look makes nothing either; whoever made it last is asked again later.
        pool.run_quick(move |_| Ok(disk.read(&key, media_type))).await.ok().flatten()
    }

    fn keep_on_disk(&self, shelf: Shelf, key: Key, made: &Encoded) {
        if let Some(disk) = self.disk.as_ref().filter(|_| shelf == Shelf::Tile) {
            disk.keep(key, made.clone());
        }
    }
}

fn memory(bytes: u64) -> Option<Memory> {
    let weigh = |_: &Key, kept: &Encoded| u32::try_from(kept.bytes.len() + ENTRY_BYTES).unwrap_or(u32::MAX);
    (bytes > 0).then(|| moka::sync::Cache::builder().max_capacity(bytes).weigher(weigh).build())
}

/// Keeps a copy that takes no more than its bytes.
fn remember(memory: Option<&Memory>, key: Key, made: &Encoded) {
    if let Some(memory) = memory {
        memory.insert(key, Encoded { bytes: Bytes::copy_from_slice(&made.bytes), ..made.clone() });
    }
}

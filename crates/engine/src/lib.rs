//! What happens to a question: the only place where a question meets a dataset.
//!
//! Protocols hand in questions that name datasets; the engine opens them for the caller, asks their sources, finishes
//! what a source left undone, and hands back rows, pictures or samples. It names no store and no protocol.

pub mod amend;
pub mod cache;
mod caller;
pub mod catalogue;
mod clip;
pub mod editions;
mod extent;
pub mod features;
pub mod finish;
mod foreign;
pub mod geology;
mod ground;
pub mod hazard;
pub mod import;
pub mod info;
pub mod legend;
mod lens;
pub mod looks;
mod message;
mod nearest;
pub mod picture;
pub mod policy;
pub mod pool;
pub mod publish;
pub mod summary;
pub mod tile;
mod vector_tile;
pub mod warm;

pub use cache::{Cache, CachePolicy};
pub use caller::Caller;
pub use catalogue::Catalogue;
pub use features::{FeaturePage, FeatureQuestion, FeatureStream};
pub use ground::Ground;
pub use info::{InfoHit, InfoQuestion};
pub use picture::{OwnStyle, PictureLayer, PictureQuestion};
pub use policy::Policy;
pub use pool::{Cancel, Pool};
pub use summary::{Aggregate, GroupBy, Measure, Summary, SummaryQuestion, TimeStep};
pub use terrane_drawing::view::{PIXEL_MM, View};
pub use terrane_drawing::{
    legend::Legend,
    style::{Style, TileSource, sld},
};
pub use tile::{Encoded, TileForm, TileQuestion, Warmed};
pub use vector_tile::tile_columns;

use import::{LocalPreparer, Preparer};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;
use terrane_drawing::text::Fonts;
use terrane_model::cursor::CursorKey;
use terrane_model::limits::Limits;
use terrane_model::store::{Opener, Store, Views};
use terrane_model::{DatasetId, Result};

/// A node's engine: a store, the openers of files, the pool, and the catalogue as it stands.
pub struct Engine {
    store: Arc<dyn Store>,
    preparer: Arc<dyn Preparer>,
    policy: RwLock<Policy>,
    pool: Pool,
    cache: Cache,
    limits: Limits,
    cursor_key: CursorKey,
    catalogue: RwLock<Arc<Catalogue>>,
    publishing: Mutex<()>,
    /// What feeds and those who follow them need to remember.
    live: hazard::feeds::Live,
    /// States of datasets that were superseded a short while ago and are still read.
    superseded: moka::sync::Cache<String, Views>,
    fonts: Arc<Fonts>,
    legends: moka::sync::Cache<String, Arc<Legend>>,
    legend_sizes: moka::sync::Cache<String, [u32; 2]>,
}

/// Superseded states kept open.
const SUPERSEDED_KEPT: u64 = 64;
/// How long a superseded state stays open that nobody reads.
const SUPERSEDED_IDLE: Duration = Duration::from_secs(60);
/// Legends kept ready.
const LEGENDS_KEPT: u64 = 256;
/// Sizes of legends kept ready, for capabilities.
const LEGEND_SIZES_KEPT: u64 = 65_536;

impl Engine {
    /// An engine over a store. Reads the whole catalogue; a dataset that cannot be opened is logged and left out, and the rest
    /// is served.
    pub fn new(store: Arc<dyn Store>, openers: Vec<Arc<dyn Opener>>, limits: Limits, key: [u8; 32]) -> Result<Self> {
        let catalogue = Catalogue::reconcile(&*store, None)?;
        let pool = Pool::new(&limits)?;
        Ok(Self {
            store,
            preparer: Arc::new(LocalPreparer(openers)),
            policy: RwLock::default(),
            pool,
            cache: Cache::default(),
            limits,
            cursor_key: CursorKey::new(key),
            catalogue: RwLock::new(Arc::new(catalogue)),
            publishing: Mutex::new(()),
            live: hazard::feeds::Live::default(),
            superseded: moka::sync::Cache::builder()
                .max_capacity(SUPERSEDED_KEPT)
                .time_to_idle(SUPERSEDED_IDLE)
                .build(),
            fonts: Arc::new(Fonts::built_in()),
            legends: moka::sync::Cache::new(LEGENDS_KEPT),
            legend_sizes: moka::sync::Cache::new(LEGEND_SIZES_KEPT),
        })
    }

    /// The same engine with the fonts of some folders and of the system beside those that are built in.
    #[must_use]
    pub fn with_fonts(mut self, folders: &[PathBuf]) -> Self {
        self.fonts = Arc::new(Fonts::new(folders));
        self
    }

    /// The same engine with another way to read strangers' files: in a process of its own, for one.
    #[must_use]
    pub fn with_preparer(mut self, preparer: Arc<dyn Preparer>) -> Self {
        self.preparer = preparer;
        self
    }

    /// The same engine with a cache of its answers.
    #[must_use]
    pub fn with_cache(mut self, cache: Cache) -> Self {
        self.cache = cache;
        self
    }

    /// Answers that are kept.
    pub fn cache(&self) -> &Cache {
        &self.cache
    }

    /// What the operator has settled.
    pub fn policy(&self) -> Policy {
        *self.policy.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Settles something else from now on.
    pub fn set_policy(&self, policy: Policy) {
        *self.policy.write().unwrap_or_else(PoisonError::into_inner) = policy;
    }

    /// The fonts of labels and legends.
    pub fn fonts(&self) -> &Arc<Fonts> {
        &self.fonts
    }

    /// The catalogue as it stands; a request keeps the one it began with.
    pub fn catalogue(&self) -> Arc<Catalogue> {
        Arc::clone(&self.catalogue.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The limits in force.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Signs and checks cursors.
    pub fn cursor_key(&self) -> &CursorKey {
        &self.cursor_key
    }

    /// The pool for drawing, encoding and reading.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Reads the ledger again and swaps the catalogue: the one path for start-up and for every change.
    pub fn refresh(&self) -> Result<Arc<Catalogue>> {
        let fresh = Arc::new(Catalogue::reconcile(&*self.store, Some(&self.catalogue()))?);
        *self.catalogue.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&fresh);
        Ok(fresh)
    }

    /// Opens the data of a dataset again, also when it is of the revision that is open.
    fn reopen(&self, id: &DatasetId) -> Result<()> {
        let without = self.catalogue().without(id);
        let fresh = Arc::new(Catalogue::reconcile(&*self.store, Some(&without))?);
        *self.catalogue.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// One change at a time. One that panicked has changed nothing but the ledger, which is whole or not changed at all.
    fn publishing(&self) -> MutexGuard<'_, ()> {
        self.publishing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

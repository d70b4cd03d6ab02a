//! Tiles made ahead of time, so that the first who asks need not wait: all tiles of some zooms that a dataset or a map has anything in.

use crate::tile::{TileForm, TileQuestion, Warmed};
use crate::{Caller, Catalogue, Engine, Ground, PictureLayer};
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use terrane_model::limits::WARM_TILES_MAX;
use terrane_model::map::Map;
use terrane_model::store::Progress;
use terrane_model::tiling::{TileAddress, TileMatrixSet};
use terrane_model::{DatasetId, Error, Kind, Result};

/// Tiles that are to be made.
#[derive(Debug, Clone)]
pub struct WarmQuestion {
    /// What they show: a dataset or a map.
    pub of: DatasetId,
    /// The set that they are of.
    pub set: Arc<TileMatrixSet>,
    /// The places of their matrices in the set.
    pub matrices: RangeInclusive<usize>,
    /// What they are made of.
    pub forms: Vec<TileForm>,
}

/// What was made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WarmReport {
    /// Tiles that were looked at.
    pub tiles: u64,
    /// Those that were made; the others were kept already.
    pub made: u64,
    /// Those that could not be made.
    pub failed: u64,
    /// Why the first of them could not.
    pub why: Option<String>,
}

/// Tiles that may fail before it is given up.
const FAILED_MAX: u64 = 100;

/// Tiles of one kind beside each other.
#[derive(Debug)]
struct Block {
    layers: Vec<PictureLayer>,
    set: Arc<TileMatrixSet>,
    form: TileForm,
    matrix: usize,
    columns: [u64; 2],
    rows: [u64; 2],
}

impl Engine {
    /// Makes all tiles of some questions that are not on the disk yet, beside whatever else the node does. `progress` counts them and
    /// may end it; what is made by then is kept.
    pub fn warm(&self, questions: &[WarmQuestion], progress: &dyn Progress) -> Result<WarmReport> {
        if self.cache().policy().disk_bytes == 0 {
            let say = "This node keeps no tiles on the disk; set “disk” in [cache] of terrane.toml.";
            return Err(Error::unsupported(say));
        }
        let catalogue = self.catalogue();
        let mut blocks = Vec::new();
        for question in questions {
            blocks.extend(blocks_of(&catalogue, question)?);
        }
        let of = blocks.iter().map(Block::tiles).fold(0, u64::saturating_add);
        if of > WARM_TILES_MAX {
            let say = format!("These are {of} tiles, and at most {WARM_TILES_MAX} are made at once; name fewer zooms.");
            return Err(Error::too_large(say).at("zoom"));
        }
        let work = Work::new(self, blocks.iter().flat_map(Block::questions), of, progress);
        std::thread::scope(|scope| {
            (0..self.pool().aside_threads()).for_each(|_| drop(scope.spawn(|| work.go_on())));
        });
        self.cache().flush();
        work.done()
    }
}

impl Catalogue {
    /// What a dataset or a map shows, bottom first: the dataset in its own style, or the visible layers of the map that are there and
    /// have places, under their names in the map.
    pub fn shown_layers(&self, caller: Caller, id: &DatasetId) -> Result<Vec<PictureLayer>> {
        if let Ok(entry) = self.entry(caller, id) {
            return Ok(entry.crs().map(|_| PictureLayer::new(id.clone(), None)).into_iter().collect());
        }
        Ok(self.map_layers(caller, &*self.map(caller, id)?))
    }

    /// Whether a layer is of rows.
    pub fn has_rows(&self, layer: &PictureLayer) -> bool {
        self.entry(Caller::Public, &layer.dataset).is_ok_and(|entry| entry.has_rows())
    }

    /// The visible layers of a map that are there and have places, bottom first, under their names in the map.
    pub fn map_layers(&self, caller: Caller, map: &Map) -> Vec<PictureLayer> {
        let placed = |dataset: &DatasetId| self.entry(caller, dataset).is_ok_and(|entry| entry.crs().is_some());
        let visible = map.named().into_iter().rev().filter(|(_, layer)| layer.visible && placed(&layer.dataset));
        visible.map(|(name, layer)| PictureLayer { name, ..PictureLayer::of_map(layer) }).collect()
    }
}

fn blocks_of(catalogue: &Catalogue, question: &WarmQuestion) -> Result<Vec<Block>> {
    let layers = catalogue.shown_layers(Caller::Public, &question.of)?;
    let mut blocks = Vec::new();
    for &form in &question.forms {
        let layers = layers_for(catalogue, &layers, form);
        let entries = layers.iter().map(|layer| catalogue.entry(Caller::Public, &layer.dataset));
        let entries: Vec<_> = entries.collect::<Result<_>>()?;
        let extents = entries.iter().filter_map(|entry| entry.about().extent.as_ref());
        let ground = Ground::of_all(&question.set.crs, extents);
        for matrix in question.matrices.clone() {
            let Some(cut) = question.set.matrices.get(matrix) else { continue };
            if let Some([columns, rows]) = ground.range(cut) {
                let (layers, set) = (layers.clone(), Arc::clone(&question.set));
                blocks.push(Block { layers, set, form, matrix, columns, rows });
            }
        }
    }
    Ok(blocks)
}

/// A vector tile has layers of rows only.
fn layers_for(catalogue: &Catalogue, layers: &[PictureLayer], form: TileForm) -> Vec<PictureLayer> {
    layers.iter().filter(|layer| form != TileForm::Vector || catalogue.has_rows(layer)).cloned().collect()
}

impl Block {
    fn tiles(&self) -> u64 {
        let count = |[first, last]: [u64; 2]| (last - first).saturating_add(1);
        count(self.columns).saturating_mul(count(self.rows))
    }

    /// The tiles as somebody asks for them who says nothing but what they are of.
    fn questions(&self) -> impl Iterator<Item = TileQuestion> + '_ {
        let places = (self.rows[0]..=self.rows[1])
            .flat_map(|row| (self.columns[0]..=self.columns[1]).map(move |column| (row, column)));
        places.map(move |(row, column)| TileQuestion {
            layers: self.layers.clone(),
            set: Arc::clone(&self.set),
            tile: TileAddress { matrix: self.matrix, column, row },
            form: self.form,
            sharpness: 1,
            background: self.form.background(),
            columns: None,
            gzip: true,
        })
    }
}

/// Tiles that are being made by several threads.
struct Work<'a, I> {
    engine: &'a Engine,
    progress: &'a dyn Progress,
    of: u64,
    left: Mutex<I>,
    report: Mutex<WarmReport>,
    ended: AtomicBool,
}

impl<'a, I: Iterator<Item = TileQuestion> + Send> Work<'a, I> {
    fn new(engine: &'a Engine, left: I, of: u64, progress: &'a dyn Progress) -> Self {
        let (left, report) = (Mutex::new(left), Mutex::default());
        Self { engine, progress, of, left, report, ended: AtomicBool::new(false) }
    }

    fn go_on(&self) {
        while !self.ended.load(Ordering::SeqCst)
            && let Some(question) = self.next()
        {
            let outcome = crate::pool::wait(self.engine.warm_tile(Caller::Public, question));
            if !self.count(outcome) {
                self.ended.store(true, Ordering::SeqCst);
            }
        }
    }

    fn next(&self) -> Option<TileQuestion> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner).next()
    }

    /// Whether to go on.
    fn count(&self, outcome: Result<Warmed>) -> bool {
        let mut report = self.report.lock().unwrap_or_else(PoisonError::into_inner);
        report.tiles += 1;
        match outcome {
            Ok(Warmed::Kept) => {}
            Ok(Warmed::Made) => report.made += 1,
            Err(error) => {
                report.failed += 1;
                report.why.get_or_insert_with(|| error.to_string());
                // What is not offered at all is not tried a thousand times.
                if error.kind() == Kind::Unsupported || report.failed > FAILED_MAX {
                    return false;
                }
            }
        }
        self.progress.step("tiles", report.tiles, self.of)
    }

    fn done(self) -> Result<WarmReport> {
        let report = self.report.into_inner().unwrap_or_else(PoisonError::into_inner);
        match (&report.why, report.tiles == self.of) {
            (Some(why), _) if report.failed == report.tiles || report.failed > FAILED_MAX => {
                Err(Error::new(Kind::Conflict, format!("Tiles cannot be made: {why}")))
            }
            (_, false) => Err(Error::busy("Making tiles was ended; those that were made are kept.")),
            _ => Ok(report),
        }
    }
}

//! Rows in the order of the file: block by block, each judged before more of it is read than judging needs.

use super::coarse::level_for;
use super::directory::Directory;
use super::file::DisplayFile;
use super::gather::Gatherer;
use super::plan::{Kept, Plan};
use super::walk::few_rows_in_time;
use crate::features::needs::Needs;
use std::collections::VecDeque;
use std::sync::Arc;
use terrane_model::batch::BatchBuilder;
use terrane_model::limits::BATCH_ROWS;
use terrane_model::{Batch, FeatureId, FeatureQuery, Result, Schema};

/// A file, which of its rows are wanted, and what of them.
pub struct Reader {
    /// The file.
    pub file: Arc<DisplayFile>,
    /// Which rows.
    pub plan: Plan,
    /// The columns returned, and whether geometry.
    schema: Arc<Schema>,
    columns: Vec<usize>,
    /// The level that shapes are taken from; exact when there is none.
    level: Option<usize>,
}

/// The part of the tolerance asked that a level may have. Half a pixel is asked for drawing; with 0.4 of a pixel, under 2 % of pixels
/// are visibly others than in the drawing of the exact shapes (measured in `server/tests/levels.rs`).
const LEVEL_SHARE: f64 = 0.8;

impl Reader {
    /// Reads what a query asks and `needs` names.
    pub fn new(file: &Arc<DisplayFile>, plan: Plan, needs: Needs, query: &FeatureQuery) -> Self {
        let Directory { schema, levels, .. } = &file.directory;
        let chosen = Schema {
            columns: needs.columns.iter().map(|&at| schema.columns[at].clone()).collect(),
            geometry: schema.geometry.clone().filter(|_| needs.geometry),
            ..(**schema).clone()
        };
        // Distances of the nearest rows are measured on what is returned.
        let tolerance = query.tolerance.map(|tolerance| tolerance * LEVEL_SHARE);
        let level = level_for(levels, tolerance).filter(|_| query.near.is_none());
        Self { file: Arc::clone(file), plan, schema: Arc::new(chosen), columns: needs.columns, level }
    }

    /// All rows of a block, sharing the buffers of the cache.
    pub fn batch(&self, block: usize) -> Result<Batch> {
        let file = &self.file;
        let geometry = match (&self.schema.geometry, self.level) {
            (None, _) => None,
            (Some(_), None) => Some(file.shapes(block)?),
            (Some(_), Some(level)) => Some(file.level(level, block)?),
        };
        let columns = self.columns.iter().map(|&column| file.values(block, column)).collect::<Result<_>>()?;
        Ok(Batch { schema: Arc::clone(&self.schema), ids: file.ids(block)?, geometry, columns, selection: None })
    }

    /// An empty gatherer of what is returned.
    pub fn gatherer(&self) -> Gatherer {
        Gatherer::new(&self.schema)
    }

    /// No rows: lets whoever pulls see whether anybody still waits.
    pub fn breath(&self) -> Batch {
        BatchBuilder::new(Arc::clone(&self.schema)).finish()
    }

    /// Rows that an index leaves to be judged, rising; nothing when that is most of them.
    fn candidates(&self) -> Result<Option<Vec<u32>>> {
        let Some(ids) = &self.plan.ids else { return few_rows_in_time(&self.file, &self.plan) };
        let mut rows = Vec::new();
        for id in ids {
            rows.extend(self.file.find(id)?.1);
            if let FeatureId::Number(number) = id {
                // An identity that is a text is also found by the number that it spells.
                rows.extend(self.file.find(&FeatureId::Text(number.to_string()))?.1);
            }
        }
        rows.sort_unstable();
        rows.dedup();
        Ok(Some(rows))
    }
}

/// Batches in the order of the file.
pub struct OwnOrder {
    reader: Reader,
    state: State,
    after: Option<FeatureId>,
    /// Rows still wanted.
    left: usize,
    /// Rows of blocks of which few are wanted.
    pending: Gatherer,
    ready: VecDeque<Batch>,
}

enum State {
    Fresh,
    /// The next block, and the first of its rows that counts.
    Blocks(usize, u32),
    /// Rows left to be judged.
    Rows(VecDeque<u32>),
    Done,
}

/// A block is copied from when at most one row in so many is wanted, else it is lent whole.
const ROWS_PER_COPY: usize = 4;

/// Blocks judged in vain before whoever pulls may look whether anybody still waits.
const BLOCKS_PER_BREATH: usize = 64;

impl OwnOrder {
    /// All rows wanted after a row, at most so many.
    pub fn new(reader: Reader, after: Option<FeatureId>, limit: usize) -> Self {
        let pending = reader.gatherer();
        Self { reader, state: State::Fresh, after, left: limit, pending, ready: VecDeque::new() }
    }

    fn begin(&self) -> Result<State> {
        let first = match &self.after {
            None => 0,
            Some(id) => match self.reader.file.find(id)?.1 {
                Some(row) => row + 1,
                None => return Ok(State::Done),
            },
        };
        if let Some(rows) = self.reader.candidates()? {
            return Ok(State::Rows(rows.into_iter().filter(|&row| row >= first).collect()));
        }
        let (block, row) = self.reader.file.directory.block_of(first);
        Ok(if first < self.reader.file.directory.rows { State::Blocks(block, row) } else { State::Done })
    }

    /// The next block that can hold wanted rows, and those of its rows that are to be judged.
    fn next_block(&mut self) -> Option<(usize, Kept)> {
        let directory = &self.reader.file.directory;
        match &mut self.state {
            State::Blocks(next, first) => loop {
                let block = *next;
                let entry = directory.own().get(block)?;
                let begin = std::mem::take(first);
                *next += 1;
                if self.reader.plan.may_hold(entry) {
                    let rows = || Kept::Rows((begin..entry.rows).collect());
                    return Some((block, if begin == 0 { Kept::All } else { rows() }));
                }
            },
            State::Rows(rows) => loop {
                let (block, _) = directory.block_of(*rows.front()?);
                let entry = &directory.blocks[block];
                let mut chosen = Vec::new();
                while let Some(row) = rows.front().map(|row| row - entry.first).filter(|&row| row < entry.rows) {
                    chosen.push(row);
                    rows.pop_front();
                }
                if self.reader.plan.may_hold(entry) {
                    return Some((block, Kept::Rows(chosen.into())));
                }
            },
            State::Fresh | State::Done => None,
        }
    }

    /// Reads on until a batch is ready; `None` after the last.
    fn step(&mut self) -> Result<Option<Batch>> {
        if matches!(self.state, State::Fresh) {
            self.state = self.begin()?;
        }
        for _block in 0..BLOCKS_PER_BREATH {
            if let Some(batch) = self.ready.pop_front() {
                return Ok(Some(batch));
            }
            let next = if self.left > 0 { self.next_block() } else { None };
            let Some((block, among)) = next else {
                self.state = State::Done;
                return Ok((self.pending.len() > 0).then(|| self.pending.finish()));
            };
            let kept = self.reader.plan.judge(&self.reader.file, block, among)?;
            self.take(block, kept)?;
        }
        Ok(Some(self.ready.pop_front().unwrap_or_else(|| self.reader.breath())))
    }

    /// Lends a block when most of it is wanted, else copies what is wanted.
    fn take(&mut self, block: usize, kept: Kept) -> Result<()> {
        let height = self.reader.file.directory.blocks[block].rows as usize;
        let selection: Option<Arc<[u32]>> = match kept {
            Kept::None => return Ok(()),
            Kept::All if height <= self.left => None,
            Kept::All => Some((0..self.left as u32).collect()),
            Kept::Rows(rows) if rows.len() <= self.left => Some(rows),
            Kept::Rows(rows) => Some(rows[..self.left].into()),
        };
        self.left -= selection.as_ref().map_or(height, |rows| rows.len());
        let batch = self.reader.batch(block)?;
        match selection {
            Some(rows) if rows.len() * ROWS_PER_COPY <= height => {
                self.pending.add(&batch, rows.iter().map(|&row| row as usize));
                if self.pending.len() >= BATCH_ROWS {
                    self.ready.push_back(self.pending.finish());
                }
            }
            selection => {
                if self.pending.len() > 0 {
                    self.ready.push_back(self.pending.finish());
                }
                self.ready.push_back(Batch { selection, ..batch });
            }
        }
        Ok(())
    }
}

impl Iterator for OwnOrder {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Self::Item> {
        let outcome = self.step();
        if outcome.is_err() {
            (self.state, self.left) = (State::Done, 0);
            self.pending = self.reader.gatherer();
        }
        outcome.transpose()
    }
}

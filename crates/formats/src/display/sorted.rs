//! Rows in the order of an index: candidates are collected until there are enough, judged block by block, then read block by block.

use super::directory::Numbering;
use super::few::Few;
use super::plan::Kept;
use super::scan::Reader;
use super::walk::{Order, Walk};
use std::collections::VecDeque;
use terrane_model::limits::{BATCH_ROWS, DISPLAY_GATHER_BYTES};
use terrane_model::query::Position;
use terrane_model::{Batch, Result};

/// Candidates judged at once: first a few for each row wanted, within bounds, then more and more.
const CANDIDATES_PER_ROW: usize = 4;
const FIRST_RUN_ROWS_MIN: usize = 256;
const FIRST_RUN_ROWS_MAX: usize = 4_096;
const RUN_ROWS_MAX: usize = 262_144;
/// Judging a row along an index costs as much as judging so many in the order of the file, unless the rows stand in its order.
const ROWS_PER_STEP: u64 = 8;

/// Batches in the order of an index.
pub struct InOrder {
    reader: Reader,
    order: Order,
    after: Option<Position>,
    walk: Option<Walk>,
    /// What the numbers of pending rows count.
    numbering: Numbering,
    is_over: bool,
    /// Rows wanted at first, and still.
    limit: usize,
    left: usize,
    /// Candidates to judge at once.
    run_rows: usize,
    /// Rows read together.
    group_rows: usize,
    /// Rows that are wanted, in order, not read yet.
    pending: VecDeque<u32>,
    ready: VecDeque<Batch>,
    /// Whether each block can hold rows that are wanted.
    may_hold: Vec<bool>,
}

impl InOrder {
    /// All rows wanted after a position, at most so many.
    pub fn new(reader: Reader, order: Order, after: Option<Position>, limit: usize) -> Self {
        let directory = &reader.file.directory;
        let group_rows = (DISPLAY_GATHER_BYTES / reader.file.bytes_per_row) as usize;
        let may_hold = directory.blocks.iter().map(|block| reader.plan.may_hold(block)).collect();
        Self {
            order,
            after,
            walk: None,
            numbering: Numbering::Own,
            is_over: false,
            limit,
            left: limit,
            run_rows: limit.saturating_mul(CANDIDATES_PER_ROW).clamp(FIRST_RUN_ROWS_MIN, FIRST_RUN_ROWS_MAX),
            group_rows: group_rows.clamp(BATCH_ROWS, RUN_ROWS_MAX),
            pending: VecDeque::new(),
            ready: VecDeque::new(),
            may_hold,
            reader,
        }
    }

    fn step(&mut self) -> Result<Option<Batch>> {
        if let Some(batch) = self.ready.pop_front() {
            return Ok(Some(batch));
        }
        let wanted = self.left.min(self.group_rows);
        if self.pending.len() < wanted && !self.is_over {
            self.collect(wanted)?;
            if self.pending.len() < wanted && !self.is_over {
                return Ok(Some(self.reader.breath()));
            }
        }
        let rows: Vec<u32> = self.pending.drain(..wanted.min(self.pending.len())).collect();
        self.left -= rows.len();
        if !rows.is_empty() {
            self.gather(&rows)?;
        }
        Ok(self.ready.pop_front())
    }

    /// Judges the next run of candidates.
    fn collect(&mut self, wanted: usize) -> Result<()> {
        if let (None, Some(few)) = (&self.walk, Few::of(&self.reader, &self.may_hold)?) {
            self.put_in_order(few);
            return Ok(());
        }
        let file = &self.reader.file;
        let mut walk = match self.walk.take() {
            Some(walk) => walk,
            None => Walk::begin(file, self.order, &self.reader.plan, self.after.as_ref())?,
        };
        self.numbering = walk.numbering;
        let keeps_all = self.reader.plan.keeps_all();
        let most = if keeps_all { wanted } else { self.run_rows };
        let mut run = Vec::new();
        while run.len() < most && !self.is_over {
            let first = run.len();
            self.is_over = !walk.next(file, &mut run)?;
            self.drop_ruled_out(&mut run, first);
        }
        self.walk = Some(walk);
        self.run_rows = (self.run_rows * 4).min(RUN_ROWS_MAX);
        let judged = run.len();
        let kept = if keeps_all { run } else { self.judge(run)? };
        if self.is_long_way(judged, kept.len(), wanted) {
            let few = Few::all(&self.reader, &self.may_hold)?;
            self.put_in_order(few);
        } else {
            self.pending.extend(kept);
        }
        Ok(())
    }

    fn put_in_order(&mut self, few: Few) {
        self.is_over = true;
        self.numbering = Numbering::Own;
        self.pending = few.in_order(self.order, self.after.as_ref()).collect();
    }

    /// Whether, by what a run has shown, so few rows match that it is less work to find all of them and sort them. Asked until
    /// rows have been handed out.
    fn is_long_way(&self, judged: usize, kept: usize, wanted: usize) -> bool {
        if self.is_over || self.left < self.limit || judged < FIRST_RUN_ROWS_MIN || kept == judged {
            return false;
        }
        let rows = Few::candidates(&self.reader, &self.may_hold);
        let (judged, kept) = (judged as u64, kept as u64);
        let along = (wanted as u64).saturating_mul(judged) / kept.max(1);
        let matching = rows.saturating_mul(kept) / judged;
        let per_step = if self.numbering == Numbering::Time { 1 } else { ROWS_PER_STEP };
        along.min(rows).saturating_mul(per_step) > rows && matching <= u64::from(Few::ROWS_MAX)
    }

    fn drop_ruled_out(&self, run: &mut Vec<u32>, first: usize) {
        if self.may_hold.iter().all(|&may| may) {
            return;
        }
        let directory = &self.reader.file.directory;
        let mut kept = first;
        for at in first..run.len() {
            if self.may_hold[directory.block_by(self.numbering, run[at])] {
                run[kept] = run[at];
                kept += 1;
            }
        }
        run.truncate(kept);
    }

    /// The rows of a run that are wanted, in its order.
    fn judge(&self, run: Vec<u32>) -> Result<Vec<u32>> {
        let mut wanted = vec![false; run.len()];
        for (block, places) in self.by_block(&run) {
            let first = self.reader.file.directory.blocks[block].first;
            let among = Kept::Rows(places.iter().map(|&place| run[place as usize] - first).collect());
            match self.reader.plan.judge(&self.reader.file, block, among)? {
                Kept::None => {}
                Kept::All => places.iter().for_each(|&place| wanted[place as usize] = true),
                Kept::Rows(rows) => {
                    let mut rows = rows.iter().peekable();
                    for &place in &places {
                        let is_next = |row: &&u32| **row == run[place as usize] - first;
                        wanted[place as usize] = rows.next_if(is_next).is_some();
                    }
                }
            }
        }
        Ok(run.into_iter().zip(wanted).filter(|&(_, wanted)| wanted).map(|(row, _)| row).collect())
    }

    /// Places in a list of rows, by the block that holds the row, rows rising.
    fn by_block(&self, rows: &[u32]) -> Vec<(usize, Vec<u32>)> {
        let directory = &self.reader.file.directory;
        let places = rising(rows);
        let mut groups = Vec::new();
        let mut rest = places.as_slice();
        while let Some(&first) = rest.first() {
            let block = directory.block_by(self.numbering, rows[first as usize]);
            let end = directory.blocks[block].first + directory.blocks[block].rows;
            let (group, others) = rest.split_at(rest.partition_point(|&place| rows[place as usize] < end));
            groups.push((block, group.to_vec()));
            rest = others;
        }
        groups
    }

    /// Reads rows, each block once, and lends them in the order given.
    fn gather(&mut self, rows: &[u32]) -> Result<()> {
        let mut gathered = self.reader.gatherer();
        let mut order = vec![0_u32; rows.len()];
        for (block, places) in self.by_block(rows) {
            let (batch, first) = (self.reader.batch(block)?, self.reader.file.directory.blocks[block].first);
            for (at, &place) in places.iter().enumerate() {
                order[place as usize] = (gathered.len() + at) as u32;
            }
            gathered.add(&batch, places.iter().map(|&place| (rows[place as usize] - first) as usize));
        }
        let all = gathered.finish();
        for selection in order.chunks(BATCH_ROWS) {
            self.ready.push_back(Batch { selection: Some(selection.into()), ..all.clone() });
        }
        Ok(())
    }
}

/// Places in a list of different rows, rows rising. Rows that lie close together, as those of a walk through time do, need no sorting: each
/// has a slot.
fn rising(rows: &[u32]) -> Vec<u32> {
    let (Some(least), Some(most)) = (rows.iter().min(), rows.iter().max()) else { return Vec::new() };
    let slots = (most - least) as usize + 1;
    if slots > rows.len() * SLOTS_PER_ROW {
        let mut places: Vec<u32> = (0..rows.len() as u32).collect();
        places.sort_unstable_by_key(|&place| rows[place as usize]);
        return places;
    }
    let mut places = vec![u32::MAX; slots];
    for (place, row) in rows.iter().enumerate() {
        places[(row - least) as usize] = place as u32;
    }
    places.retain(|&place| place != u32::MAX);
    places
}

/// Slots that are looked through for each row at most.
const SLOTS_PER_ROW: usize = 16;

impl Iterator for InOrder {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Self::Item> {
        let outcome = self.step();
        if outcome.is_err() {
            (self.is_over, self.left) = (true, 0);
            self.pending.clear();
        }
        outcome.transpose()
    }
}

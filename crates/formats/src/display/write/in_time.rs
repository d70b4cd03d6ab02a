//! The rows of points with a time once more, in blocks in the order of the index of times: who asks for the latest reads a few
//! blocks instead of some rows of every block.

use super::super::bytes::In;
use super::super::columns::{decode, decode_ids};
use super::super::directory::Part;
use super::super::gather::Gatherer;
use super::super::index::PAGE_ROWS;
use super::{Draft, cannot_hold};
use std::ops::Range;
use terrane_model::limits::{BATCH_ROWS, DISPLAY_GATHER_BYTES};
use terrane_model::{Batch, Result};

/// Fewer rows are all read about as fast as some of them.
const ROWS_MIN: usize = 2 * BATCH_ROWS;
/// How often all rows may be read to write them in another order, some of them each time.
const PASSES_MAX: usize = 16;

impl Draft<'_> {
    /// Writes all rows in an order, when there is one and they are points, and neither too few nor too many for it.
    pub(super) fn write_in_time(&mut self, order: &[u32]) -> Result<()> {
        let bytes = self.end as usize;
        let passes = bytes.div_ceil(DISPLAY_GATHER_BYTES as usize);
        if order.len() < ROWS_MIN || passes > PASSES_MAX || self.has_lines {
            return Ok(());
        }
        let pages = order.len().div_ceil(PAGE_ROWS);
        let mut entry_of = vec![0_u32; order.len()];
        order.iter().enumerate().for_each(|(entry, &row)| entry_of[row as usize] = entry as u32);
        for first in (0..pages).step_by(pages.div_ceil(passes)) {
            let end = (first + pages.div_ceil(passes)).min(pages);
            self.write_pages(&entry_of, first * PAGE_ROWS..(end * PAGE_ROWS).min(order.len()))?;
        }
        Ok(())
    }

    /// Picks the rows of some entries out of all blocks, and writes them in blocks in the order of the entries.
    fn write_pages(&mut self, entry_of: &[u32], entries: Range<usize>) -> Result<()> {
        let mut picked = Gatherer::new(&self.directory.schema);
        let mut place_of = vec![0; entries.len()];
        for block in 0..self.directory.own_blocks {
            let first = self.directory.blocks[block].first as usize;
            let of_block = &entry_of[first..first + self.directory.blocks[block].rows as usize];
            let wanted = |entry: u32| entries.contains(&(entry as usize));
            let rows: Vec<usize> = (0..of_block.len()).filter(|&row| wanted(of_block[row])).collect();
            for (at, &row) in rows.iter().enumerate() {
                place_of[of_block[row] as usize - entries.start] = picked.len() + at;
            }
            if !rows.is_empty() {
                picked.add(&self.read_block(block)?, rows.into_iter());
            }
        }
        let all = picked.finish();
        for (page, places) in place_of.chunks(PAGE_ROWS).enumerate() {
            let mut block = Gatherer::new(&self.directory.schema);
            block.add(&all, places.iter().copied());
            let first = entries.start + page * PAGE_ROWS;
            self.put_block(&block.finish(), first as u32)?;
            self.step("rows in the order of time", first as u64, entry_of.len() as u64)?;
        }
        Ok(())
    }

    /// A block of points, read back from the file.
    fn read_block(&self, block: usize) -> Result<Batch> {
        let rows = self.directory.blocks[block].rows as usize;
        let read = |part: Part| self.read(self.directory.chunk(part));
        let ids = decode_ids(&mut In::new(&read(Part::Ids(block))?), rows).map_err(cannot_hold)?;
        let schema = &self.directory.schema;
        let column = |(at, kind)| decode(&read(Part::Column(block, at))?, kind, rows).map_err(cannot_hold);
        let columns = schema.columns.iter().map(|column| column.kind).enumerate().map(column).collect::<Result<_>>()?;
        let geometry = schema.geometry.as_ref().map(|_| self.read_shapes(block, 0)).transpose()?;
        Ok(Batch { schema: schema.clone(), ids, geometry, columns, selection: None })
    }
}

//! A state of a delta: the last entry of each changed row up to an amendment, in memory, never changed.

use super::leaf::{Entry, Leaf, Placed, interval, placed};
use super::runs::{Order, order_of};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use terrane_formats::features::geopackage::Logged;
use terrane_model::batch::Ids;
use terrane_model::query::SortKey;
use terrane_model::store::Written;
use terrane_model::{Batch, Bbox, FeatureId, Schema};

/// What became of rows since the base, up to an amendment. States share what did not change between them.
#[derive(Debug)]
pub struct DeltaState {
    schema: Arc<Schema>,
    sequence: u64,
    /// By identity, without overlap.
    leaves: Vec<Arc<Leaf>>,
    counts: Counts,
    hidden: OnceLock<Hidden>,
    /// The orders asked for, made once: page after page is asked in one order.
    orders: Mutex<Vec<(Vec<SortKey>, Arc<Order>)>>,
}

/// Orders kept of one state.
const ORDERS_KEPT: usize = 4;

/// Bytes that an order takes for each row, roughly.
const ORDER_BYTES: usize = 128;

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    added: usize,
    replaced: usize,
    removed: usize,
    bytes: usize,
}

impl DeltaState {
    /// The base itself.
    pub(super) fn base(schema: &Arc<Schema>) -> Self {
        Self::of(schema, 0, Vec::new())
    }

    /// The state at an amendment, from the last entry of each row.
    pub(super) fn read(schema: &Arc<Schema>, sequence: u64, entries: &[Logged]) -> Self {
        Self::of(schema, sequence, Leaf::merged(schema, None, placed(entries)))
    }

    fn of(schema: &Arc<Schema>, sequence: u64, leaves: Vec<Arc<Leaf>>) -> Self {
        let mut counts = Counts::default();
        for entry in leaves.iter().flat_map(|leaf| &leaf.entries) {
            match (entry.in_base, entry.removed) {
                (true, true) => counts.removed += 1,
                (true, false) => counts.replaced += 1,
                (false, _) => counts.added += 1,
            }
        }
        counts.bytes = leaves.iter().map(|leaf| leaf.bytes).sum();
        Self { schema: Arc::clone(schema), sequence, leaves, counts, hidden: OnceLock::new(), orders: Mutex::default() }
    }

    /// The state after another amendment. Only the leaves that it touches are copied.
    pub(super) fn amended(&self, sequence: u64, entries: &[Logged]) -> Self {
        let mut news = placed(entries).into_iter().peekable();
        let mut leaves = Vec::with_capacity(self.leaves.len() + 1);
        for (at, leaf) in self.leaves.iter().enumerate() {
            let end = self.leaves.get(at + 1).map(|next| &next.entries[0].id);
            let mut mine: Vec<Placed<'_>> = Vec::new();
            while let Some(new) = news.next_if(|new| end.is_none_or(|end| new.id() < end)) {
                mine.push(new);
            }
            match mine.is_empty() {
                true => leaves.push(Arc::clone(leaf)),
                false => leaves.extend(Leaf::merged(&self.schema, Some(leaf), mine)),
            }
        }
        leaves.extend(Leaf::merged(&self.schema, None, news.collect()));
        Self::of(&self.schema, sequence, leaves)
    }

    /// The amendment that this is the state after; 0 of the base.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Whether it is just as the base.
    pub fn is_empty(&self) -> bool {
        self.leaves.is_empty()
    }

    /// Rows that the base does not have.
    pub fn rows_added(&self) -> usize {
        self.counts.added
    }

    /// Rows that take the place of one of the base.
    pub fn rows_replaced(&self) -> usize {
        self.counts.replaced
    }

    /// Rows of the base that went away.
    pub fn rows_removed(&self) -> usize {
        self.counts.removed
    }

    /// Rows of the base that are not to be seen.
    pub fn rows_hidden(&self) -> usize {
        self.counts.replaced + self.counts.removed
    }

    /// Bytes in memory, roughly.
    pub fn bytes(&self) -> usize {
        self.counts.bytes
    }

    /// Bytes in memory with the orders that were asked for, roughly.
    pub(super) fn bytes_with_orders(&self) -> usize {
        let orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        self.counts.bytes + orders.iter().map(|(_, order)| order.len() * ORDER_BYTES).sum::<usize>()
    }

    /// How many rows there are when the base has so many; box and period are of the rows of the delta alone, to be joined with the
    /// base's.
    pub fn totals(&self, base_rows: u64) -> Written {
        let bbox = self.leaves.iter().fold(Bbox::EMPTY, |all, leaf| all.union(&leaf.bbox));
        let periods = self.leaves.iter().filter_map(|leaf| leaf.period);
        let period = periods.reduce(|(start, end), (a, b)| (start.min(a), end.max(b)));
        Written {
            rows: base_rows.saturating_sub(self.counts.removed as u64) + self.counts.added as u64,
            bbox: (!bbox.is_empty()).then_some(bbox),
            period: period.map(interval),
        }
    }

    /// The rows that are there because of the delta, in the order of their identities, about a thousand at a time.
    pub fn batches(&self) -> impl Iterator<Item = &Batch> {
        self.leaves.iter().map(|leaf| &leaf.rows)
    }

    /// The rows of [`DeltaState::batches`] in an order.
    pub(super) fn order(&self, sort: &[SortKey]) -> Arc<Order> {
        let kept = || self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, order)) = kept().iter().find(|(keys, _)| keys == sort) {
            return Arc::clone(order);
        }
        let order = Arc::new(order_of(self.batches(), sort));
        let mut orders = kept();
        orders.truncate(ORDERS_KEPT - 1);
        orders.insert(0, (sort.to_vec(), Arc::clone(&order)));
        order
    }

    /// What is known of a changed row.
    pub(super) fn entry(&self, id: &FeatureId) -> Option<&Entry> {
        let after = self.leaves.partition_point(|leaf| leaf.entries[0].id <= *id);
        self.leaves.get(after.checked_sub(1)?)?.find(id)
    }

    /// Whether a row is there because of the delta.
    pub(super) fn has(&self, id: &FeatureId) -> bool {
        self.entry(id).is_some_and(|entry| !entry.removed)
    }

    /// The rows of a batch of the base that are still to be seen.
    pub(super) fn visible(&self, batch: Batch) -> Batch {
        if self.rows_hidden() == 0 {
            return batch;
        }
        let hidden = self.hidden.get_or_init(|| Hidden::new(self.leaves.iter().flat_map(|leaf| &leaf.entries)));
        let any_hidden = batch.rows().any(|row| hidden.has(&batch.ids, row));
        if any_hidden { batch.filtered(|row| !hidden.has(&batch.ids, row)) } else { batch }
    }
}

/// Identities of rows of the base that are not to be seen.
#[derive(Debug)]
struct Hidden {
    numbers: HashSet<i64>,
    texts: HashSet<String>,
}

impl Hidden {
    fn new<'a>(entries: impl Iterator<Item = &'a Entry>) -> Self {
        let mut hidden = Self { numbers: HashSet::new(), texts: HashSet::new() };
        for entry in entries.filter(|entry| entry.in_base) {
            match &entry.id {
                FeatureId::Number(number) => drop(hidden.numbers.insert(*number)),
                FeatureId::Text(text) => drop(hidden.texts.insert(text.clone())),
            }
        }
        hidden
    }

    fn has(&self, ids: &Ids, row: usize) -> bool {
        match ids {
            Ids::Numbers(numbers) => self.numbers.contains(&numbers[row]),
            Ids::Texts(texts) => self.texts.contains(texts.get(row)),
        }
    }
}

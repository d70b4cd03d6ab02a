//! A base and a state of its delta read as one source: the rows of the base that are not hidden, and the changed rows.
//!
//! The source's own order is that of the base, then the rows of the delta in the order of their identities: a row that was replaced
//! stands with these, not where it was. Within a state the order stays the same, and pages follow each other across the seam.

use super::runs::{Batches, Limited, Merge, Sorted, comes_after};
use super::state::DeltaState;
use std::sync::Arc;
use terrane_model::filter::Predicate;
use terrane_model::query::{Columns, Position};
use terrane_model::{Batch, BoxFuture, Error, FeatureQuery, FeatureScan, FeatureSource, Matched, Result, Rows, Schema};

/// Hidden rows of the base that the first question of a page reckons with; each further one reckons with four times as many.
const HIDDEN_AT_FIRST: usize = 16;

/// A base with what became of it.
#[derive(Clone)]
pub struct MergedSource {
    base: Arc<dyn FeatureSource>,
    state: Arc<DeltaState>,
}

impl MergedSource {
    /// The state must be one of the base's own delta.
    pub fn new(base: Arc<dyn FeatureSource>, state: Arc<DeltaState>) -> Self {
        Self { base, state }
    }

    /// The base.
    pub fn base(&self) -> &Arc<dyn FeatureSource> {
        &self.base
    }

    /// The state.
    pub fn state(&self) -> &Arc<DeltaState> {
        &self.state
    }

    /// All rows, for the next revision: batches that a draft can be written from.
    pub async fn compacted(&self) -> Result<Batches> {
        match self.scan(&FeatureQuery::default()).await?.into_rows() {
            Rows::Local(rows) => Ok(rows),
            Rows::Remote(_) => Err(remote()),
        }
    }

    async fn answer(&self, query: &FeatureQuery) -> Result<FeatureScan> {
        if self.state.is_empty() {
            return self.base.scan(query).await;
        }
        let changed = self.changed(query)?;
        if let Some(query) = self.goes_on_in_delta(query) {
            let rest = Sorted::new(changed, &self.state.order(&[]), &query);
            let rows = Merge::new(Box::new(std::iter::empty()), rest, &[]);
            return paged(Limited::new(Box::new(rows), query.limit));
        }
        let asked = Asked::new(query, &self.state);
        let scan = self.base.scan(&asked.query).await?;
        let matched = self.matched(query, scan.matched(), &changed);
        let in_order = query.near.is_none() && (scan.is_sorted() || query.sort.is_empty());
        let merged = match query.limit {
            _ if !in_order => {
                FeatureScan::filtered(Rows::Local(Box::new(self.own(scan, &asked)?.chain(some(changed)))))
            }
            Some(limit) if scan.is_paged() => {
                let page = self.page(scan, asked, limit).await?;
                paged(self.joined(some(page), changed, query))?
            }
            _ => {
                let begun = scan.is_paged();
                let own = self.own(scan, &asked)?;
                paged(self.joined(if begun { own } else { beginning_after(own, query) }, changed, query))?
            }
        };
        Ok(merged.matching(matched))
    }

    /// The question when, in the source's own order, it is to go on after a row of the delta: all rows of the base come before.
    fn goes_on_in_delta(&self, query: &FeatureQuery) -> Option<FeatureQuery> {
        let after = query.after.as_ref().filter(|after| self.state.has(&after.id))?;
        let after = Some(Position { key: Vec::new(), id: after.id.clone() });
        (query.sort.is_empty() && query.near.is_none()).then(|| FeatureQuery { after, ..query.clone() })
    }

    /// The changed rows that match: the batches of the state, by identity, with those selected and the columns asked.
    fn changed(&self, query: &FeatureQuery) -> Result<Vec<Batch>> {
        let schema = self.base.schema();
        let predicate = Predicate::new(&query.whole_filter(schema), schema)?;
        let columns = columns_to_ask(query);
        Ok(self.state.batches().map(|batch| projected(predicate.select(batch), &columns)).collect())
    }

    /// The rows of a scan of the base that match and are not hidden, with the columns asked.
    fn own(&self, scan: FeatureScan, asked: &Asked) -> Result<Batches> {
        let predicate = residual(&scan, self.base.schema())?;
        let Rows::Local(rows) = scan.into_rows() else { return Err(remote()) };
        let (state, columns) = (Arc::clone(&self.state), asked.query.columns.clone());
        let own = move |batch: Result<Batch>| batch.map(|batch| seen(&state, batch, predicate.as_ref(), &columns));
        Ok(Box::new(rows.map(own).filter(|batch| !matches!(batch, Ok(batch) if batch.is_empty()))))
    }

    /// The first `limit` rows of the base that are not hidden, from a source that pages: asked for again, for more hidden
    /// rows each time, until there are enough or no more.
    async fn page(&self, first: FeatureScan, mut asked: Asked, limit: usize) -> Result<Vec<Batch>> {
        let (mut page, mut found, mut scan) = (Vec::new(), 0, first);
        loop {
            let predicate = residual(&scan, self.base.schema())?;
            let mut rows = scan.into_rows();
            let (mut given, mut last) = (0, None);
            while found < limit
                && let Some(batch) = next(&mut rows).await
            {
                let batch = batch?;
                given += batch.len();
                last = batch.rows().last().map(|row| Position::of(&batch.feature(row), &asked.query.sort)).or(last);
                let batch = seen(&self.state, batch, predicate.as_ref(), &asked.query.columns);
                found += batch.len();
                page.push(batch);
            }
            let was_asked = asked.query.limit.unwrap_or(usize::MAX);
            if found >= limit || given < was_asked || last.is_none() {
                return Ok(page);
            }
            asked.go_on(last, limit - found, self.state.rows_hidden());
            scan = self.base.scan(&asked.query).await?;
        }
    }

    /// Rows of the base and changed rows in the order asked, not more than asked.
    fn joined(&self, base: Batches, changed: Vec<Batch>, query: &FeatureQuery) -> Limited {
        if query.sort.is_empty() {
            return Limited::new(Box::new(base.chain(some(changed))), query.limit);
        }
        let changed = Sorted::new(changed, &self.state.order(&query.sort), query);
        Limited::new(Box::new(Merge::new(base, changed, &query.sort)), query.limit)
    }

    /// How many rows match, when the base knows of its own.
    fn matched(&self, query: &FeatureQuery, base: Matched, changed: &[Batch]) -> Matched {
        let Matched::Exact(base) = base else { return Matched::Unknown };
        let changed: u64 = changed.iter().map(|batch| batch.len() as u64).sum();
        let hidden = self.state.rows_hidden() as u64;
        // Which of the hidden rows matched is not known; all of them when everything does, none when there are none.
        match hidden == 0 || query.narrows_nothing() {
            true => Matched::Exact(base.saturating_sub(hidden) + changed),
            false => Matched::Unknown,
        }
    }
}

impl FeatureSource for MergedSource {
    fn schema(&self) -> &Arc<Schema> {
        self.base.schema()
    }

    fn scan(&self, query: &FeatureQuery) -> BoxFuture<'_, Result<FeatureScan>> {
        let query = query.clone();
        Box::pin(async move { self.answer(&query).await })
    }
}

/// The question that the base is asked.
struct Asked {
    query: FeatureQuery,
    /// Hidden rows that it reckons with.
    reckoned: usize,
}

impl Asked {
    fn new(query: &FeatureQuery, state: &DeltaState) -> Self {
        let mut asked = query.clone();
        asked.columns = columns_to_ask(query);
        if query.near.is_some() {
            (asked.limit, asked.after) = (None, None);
        }
        let reckoned = HIDDEN_AT_FIRST.min(state.rows_hidden());
        asked.limit = asked.limit.map(|limit| limit.saturating_add(reckoned));
        Self { query: asked, reckoned }
    }

    /// Goes on after a row, for the rows still missing.
    fn go_on(&mut self, after: Option<Position>, missing: usize, hidden: usize) {
        self.reckoned = self.reckoned.saturating_mul(4).min(hidden);
        self.query.limit = Some(missing.saturating_add(self.reckoned));
        self.query.after = after;
    }
}

/// The columns asked, and those that order the rows.
fn columns_to_ask(query: &FeatureQuery) -> Columns {
    let Columns::These { names, geometry } = &query.columns else { return Columns::All };
    let mut names = names.clone();
    for key in &query.sort {
        if !names.contains(&key.column) {
            names.push(key.column.clone());
        }
    }
    Columns::These { names, geometry: *geometry || query.near.is_some() }
}

/// A batch with just the columns asked for, so that all batches of a scan are alike.
fn projected(batch: Batch, columns: &Columns) -> Batch {
    let Columns::These { names, geometry } = columns else { return batch };
    let place = batch.schema.geometry.as_ref().is_some_and(|place| names.contains(&place.name));
    batch.projected(names, *geometry || place)
}

/// The rows of a batch of the base that match and are not hidden, with the columns asked for.
fn seen(state: &DeltaState, batch: Batch, predicate: Option<&Predicate>, columns: &Columns) -> Batch {
    let matching = match predicate {
        Some(predicate) => predicate.select(&batch),
        None => batch,
    };
    projected(state.visible(matching), columns)
}

fn residual(scan: &FeatureScan, schema: &Schema) -> Result<Option<Predicate>> {
    scan.residual().map(|residual| Predicate::new(residual, schema)).transpose()
}

async fn next(rows: &mut Rows) -> Option<Result<Batch>> {
    match rows {
        Rows::Local(rows) => rows.next(),
        Rows::Remote(rows) => rows.next().await,
    }
}

fn remote() -> Error {
    Error::internal("a base behind a network cannot be merged without a limit")
}

fn paged(rows: Limited) -> Result<FeatureScan> {
    FeatureScan::filtered(Rows::Local(Box::new(rows))).sorted().paged()
}

/// Batches that are there, without those that have no row.
fn some(batches: Vec<Batch>) -> Batches {
    Box::new(batches.into_iter().filter(|batch| !batch.is_empty()).map(Ok))
}

/// The rows after the one asked, of a base that begins at its first.
fn beginning_after(rows: Batches, query: &FeatureQuery) -> Batches {
    let Some(after) = query.after.clone() else { return rows };
    let (sort, mut begun) = (query.sort.clone(), false);
    Box::new(rows.map(move |batch| {
        batch.map(|batch| match (begun, sort.is_empty()) {
            (true, _) => batch,
            (false, true) => {
                let at = batch.features().position(|row| row.id() == after.id);
                begun = at.is_some();
                batch.sliced(at.map_or(batch.len(), |at| at + 1), usize::MAX)
            }
            (false, false) => {
                let before = |row| !comes_after(&sort, &Position::of(&row, &sort), Some(&after));
                let skipped = batch.features().take_while(|row| before(*row)).count();
                begun = skipped < batch.len();
                batch.sliced(skipped, usize::MAX)
            }
        })
    }))
}

//! The rows of all queries of a request, one after the other, and the documents that they are written into.

use crate::common::flow::{PIECE_BYTES, Piecewise};
use crate::ows::wfs::ask::{Plan, Planned};
use std::collections::VecDeque;
use std::sync::Arc;
use terrane_engine::{Caller, Cancel, Engine, FeatureQuestion, FeatureStream};
use terrane_model::limits::WFS_ROWS_MAX;
use terrane_model::{Batch, Result, Schema};

/// How many features match in all, and how many of them come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Features that match.
    pub matched: u64,
    /// Features in the answer.
    pub returned: u64,
}

/// What one query has in the answer.
pub struct Part {
    /// The query.
    pub planned: Planned,
    /// The state of the data that its rows were counted in.
    pub state: Arc<str>,
    /// Rows passed over.
    pub skip: usize,
    /// Its numbers.
    pub totals: Totals,
}

/// Shares what is asked of the whole among the queries, in order.
pub fn parts(plan: &Plan, counted: Vec<(u64, Arc<str>)>, sort_rows_max: usize) -> (Vec<Part>, Totals) {
    let (mut start, mut left, mut totals) = (plan.start, plan.count, Totals::default());
    let mut all = Vec::new();
    for (planned, (matched, state)) in plan.queries.iter().zip(counted) {
        let here = usize::try_from(matched).unwrap_or(usize::MAX);
        let skip = start.min(here);
        let mut take = (here - skip).min(left);
        if !planned.question.query.sort.is_empty() {
            take = take.min(sort_rows_max.saturating_sub(skip));
        }
        start -= skip;
        left -= take;
        totals.matched += matched;
        totals.returned += take as u64;
        let own = Totals { matched, returned: take as u64 };
        all.push(Part { planned: planned.clone(), state, skip, totals: own });
    }
    (all, totals)
}

impl Part {
    /// The question for just these rows.
    pub fn question(&self) -> FeatureQuestion {
        let mut question = self.planned.question.clone();
        question.skip = self.skip;
        question.query.limit = usize::try_from(self.totals.returned).ok();
        question.rows_max = Some(WFS_ROWS_MAX);
        question.revision = Some(self.state.to_string());
        question
    }
}

/// A document of features.
pub trait Answering: Send + 'static {
    /// Before everything.
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<()>;
    /// Before the rows of a query.
    fn open(&mut self, part: &Part, schema: &Arc<Schema>, out: &mut Vec<u8>) -> Result<()>;
    /// Rows of that query.
    fn rows(&mut self, batch: &Batch, out: &mut Vec<u8>) -> Result<()>;
    /// After the rows of a query.
    fn close(&mut self, out: &mut Vec<u8>) -> Result<()>;
    /// After everything.
    fn end(&mut self, out: &mut Vec<u8>) -> Result<()>;
}

/// A document that is being written.
pub struct Writing<A> {
    engine: Arc<Engine>,
    document: A,
    parts: VecDeque<Part>,
    reading: Option<FeatureStream>,
    begun: bool,
}

/// A document of the rows of these parts.
pub fn written<A: Answering>(engine: Arc<Engine>, parts: Vec<Part>, document: A) -> Writing<A> {
    Writing { engine, document, parts: parts.into(), reading: None, begun: false }
}

impl<A: Answering> Writing<A> {
    /// Begins to read the next query; whether there is one.
    fn next_part(&mut self, cancel: &Cancel, out: &mut Vec<u8>) -> Result<bool> {
        let Some(part) = self.parts.pop_front() else { return Ok(false) };
        let stream = self.engine.feature_stream_here(Caller::Public, part.question(), cancel)?;
        self.document.open(&part, &stream.schema, out)?;
        self.reading = Some(stream);
        Ok(true)
    }
}

impl<A: Answering> Piecewise for Writing<A> {
    fn write_on(&mut self, cancel: &Cancel, out: &mut Vec<u8>) -> Result<bool> {
        if !std::mem::replace(&mut self.begun, true) {
            self.document.begin(out)?;
        }
        while out.len() < PIECE_BYTES {
            let Some(stream) = &mut self.reading else {
                if !self.next_part(cancel, out)? {
                    self.document.end(out)?;
                    return Ok(false);
                }
                continue;
            };
            match stream.batch(cancel)? {
                Some(batch) => self.document.rows(&batch, out)?,
                None => {
                    self.reading = None;
                    self.document.close(out)?;
                }
            }
        }
        Ok(true)
    }
}

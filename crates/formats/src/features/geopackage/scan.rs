//! Walking the rows of a stored file, a batch at a time; nothing is held between batches but the place reached.

use super::decode::{Pending, Reading};
use super::layer::{Layer, quoted};
use super::pushdown::Condition;
use super::source::StoredFile;
use crate::features::needs::Needs;
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension, params_from_iter};
use std::sync::Arc;
use terrane_model::limits::BATCH_ROWS;
use terrane_model::schema::GeometryKind;
use terrane_model::{Batch, Error, Result};

/// How rows are found.
pub enum Walk {
    /// Along the table, in the order of `fid`.
    Table,
    /// By the `fid`s that this query of the R-tree finds, in their order.
    Box(Condition),
    /// By a list of `fid`s in this order (` ORDER BY …`), made by the condition.
    Query {
        /// The clause.
        order: String,
    },
}

/// Which of the rows found are wanted.
pub struct Page {
    /// Those after the row with this identity, in the order of the file.
    pub after: Option<Sql>,
    /// So many at most.
    pub rows: usize,
}

/// The batches of a scan. Lists of `fid`s take 8 bytes a row.
pub struct Scan {
    file: Arc<StoredFile>,
    reading: Reading,
    condition: Condition,
    page: Page,
    state: State,
}

enum State {
    Fresh(Walk),
    /// Along the table after this `fid`.
    Table(i64),
    /// Rows to read, and how many are read.
    List(Vec<i64>, usize),
    Done,
}

impl Scan {
    pub(super) fn new(file: Arc<StoredFile>, needs: &Needs, (walk, condition): (Walk, Condition), page: Page) -> Self {
        let reading = Reading::new(&file.layer, &needs.columns, needs.geometry);
        Self { file, reading, condition, page, state: State::Fresh(walk) }
    }

    fn step(&mut self) -> Result<Option<Batch>> {
        let file = Arc::clone(&self.file);
        file.with(|connection| {
            let state = std::mem::replace(&mut self.state, State::Done);
            let state = match state {
                State::Fresh(walk) => self.begin(connection, &file.layer, walk)?,
                begun => begun,
            };
            match state {
                _ if self.page.rows == 0 => Ok(None),
                State::Table(after) => self.next_of_table(connection, &file.layer, after),
                State::List(fids, read) => self.next_of_list(connection, &file.layer, (fids, read)),
                State::Fresh(_) | State::Done => Ok(None),
            }
        })
    }

    fn begin(&mut self, connection: &Connection, layer: &Layer, walk: Walk) -> Result<State> {
        let after = match &self.page.after {
            None => i64::MIN,
            Some(id) => match fid_of(connection, layer, id)? {
                Some(fid) => fid,
                None => return Ok(State::Done),
            },
        };
        Ok(match walk {
            Walk::Table => State::Table(after),
            Walk::Box(query) => {
                let mut fids = list(connection, &query)?;
                fids.sort_unstable();
                fids.dedup();
                let first = fids.partition_point(|&fid| fid <= after);
                State::List(fids, first)
            }
            Walk::Query { order } => {
                // The list is made by the condition, which need not be asked of each row again: a list of identities in it would be
                // gone through for every row.
                let mut query = std::mem::take(&mut self.condition);
                let limited = self.page.rows < usize::MAX && self.page.after.is_none();
                let limit = if limited { format!(" LIMIT {}", self.page.rows) } else { String::new() };
                let (fid, table) = (quoted(&layer.fid), quoted(&layer.table));
                query.sql = format!("SELECT t.{fid} FROM {table} t{}{order}{limit}", query.clause());
                let mut fids = list(connection, &query)?;
                if self.page.after.is_some() {
                    fids.retain(|&fid| fid > after);
                }
                State::List(fids, 0)
            }
        })
    }

    fn next_of_table(&mut self, connection: &Connection, layer: &Layer, after: i64) -> Result<Option<Batch>> {
        let fid = quoted(&layer.fid);
        let mut condition = self.condition.clone();
        condition.and(Condition { sql: format!("t.{fid} > ?"), values: vec![Sql::Integer(after)] });
        condition.values.push(Sql::Integer(self.page.rows.min(BATCH_ROWS) as i64));
        let sql = format!("{} ORDER BY t.{fid} LIMIT ?", self.select(layer, &condition));
        let mut statement = connection.prepare_cached(&sql).map_err(Error::internal)?;
        let mut rows = statement.query(params_from_iter(&condition.values)).map_err(Error::internal)?;
        let mut pending = self.reading.begin(GeometryKind::Any);
        let mut last = None;
        while let Some(row) = rows.next().map_err(Error::internal)? {
            last = Some(self.reading.row(row, &mut pending, |_| {})?);
            if pending.is_full() {
                break;
            }
        }
        self.page.rows -= pending.len();
        Ok(last.map(|last| {
            self.state = State::Table(last);
            pending.finish()
        }))
    }

    fn select(&self, layer: &Layer, condition: &Condition) -> String {
        format!("SELECT {} FROM {} t{}", self.reading.select_list(layer), quoted(&layer.table), condition.clause())
    }

    /// The next rows of a list; rows of which the condition is not true are passed over.
    fn next_of_list(
        &mut self,
        connection: &Connection,
        layer: &Layer,
        list: (Vec<i64>, usize),
    ) -> Result<Option<Batch>> {
        let (fids, mut read) = list;
        let mut pending = self.reading.begin(GeometryKind::Any);
        while read < fids.len() && !self.is_enough(&pending) {
            let chunk = &fids[read..fids.len().min(read + BATCH_ROWS)];
            read += match is_dense(chunk) {
                true => self.read_run(connection, layer, chunk, &mut pending)?,
                false => self.read_each(connection, layer, chunk, &mut pending)?,
            };
        }
        self.page.rows -= pending.len();
        self.state = State::List(fids, read);
        Ok((pending.len() > 0).then(|| pending.finish()))
    }

    fn is_enough(&self, pending: &Pending) -> bool {
        pending.is_full() || pending.len() >= self.page.rows
    }

    /// Rows that lie nearly together are walked over; those not in the list are passed over. Returns how many of the list are done.
    fn read_run(&self, connection: &Connection, layer: &Layer, fids: &[i64], pending: &mut Pending) -> Result<usize> {
        let fid = quoted(&layer.fid);
        let mut condition = self.condition.clone();
        let ends = [fids[0], fids[fids.len() - 1]].map(Sql::Integer);
        condition.and(Condition { sql: format!("t.{fid} BETWEEN ? AND ?"), values: ends.to_vec() });
        let sql = format!("{} ORDER BY t.{fid}", self.select(layer, &condition));
        let mut statement = connection.prepare_cached(&sql).map_err(Error::internal)?;
        let mut rows = statement.query(params_from_iter(&condition.values)).map_err(Error::internal)?;
        let mut done = 0;
        while let Some(row) = rows.next().map_err(Error::internal)? {
            let fid: i64 = row.get(0).map_err(Error::internal)?;
            done += fids[done..].iter().take_while(|&&wanted| wanted < fid).count();
            if fids.get(done) == Some(&fid) {
                self.reading.row(row, pending, |_| {})?;
                done += 1;
                if self.is_enough(pending) {
                    return Ok(done);
                }
            }
        }
        Ok(fids.len())
    }

    fn read_each(&self, connection: &Connection, layer: &Layer, fids: &[i64], pending: &mut Pending) -> Result<usize> {
        let mut condition = self.condition.clone();
        condition.and(Condition { sql: format!("t.{} = ?", quoted(&layer.fid)), values: vec![Sql::Null] });
        let fid_at = condition.values.len();
        let mut statement = connection.prepare_cached(&self.select(layer, &condition)).map_err(Error::internal)?;
        for (place, value) in condition.values.iter().enumerate() {
            statement.raw_bind_parameter(place + 1, value).map_err(Error::internal)?;
        }
        for (place, fid) in fids.iter().enumerate() {
            statement.raw_bind_parameter(fid_at, fid).map_err(Error::internal)?;
            let mut rows = statement.raw_query();
            if let Some(row) = rows.next().map_err(Error::internal)? {
                self.reading.row(row, pending, |_| {})?;
            }
            if self.is_enough(pending) {
                return Ok(place + 1);
            }
        }
        Ok(fids.len())
    }
}

/// The `fid` of the row with an identity.
fn fid_of(connection: &Connection, layer: &Layer, id: &Sql) -> Result<Option<i64>> {
    let (fid, table, identity) = (quoted(&layer.fid), quoted(&layer.table), quoted(layer.identity.column(&layer.fid)));
    let sql = format!("SELECT {fid} FROM {table} WHERE {identity} = ?");
    let mut statement = connection.prepare_cached(&sql).map_err(Error::internal)?;
    statement.query_row([id], |row| row.get(0)).optional().map_err(Error::internal)
}

fn list(connection: &Connection, query: &Condition) -> Result<Vec<i64>> {
    let mut statement = connection.prepare_cached(&query.sql).map_err(Error::internal)?;
    let fids = statement.query_map(params_from_iter(&query.values), |row| row.get(0));
    fids.and_then(Iterator::collect).map_err(Error::internal)
}

/// Whether ascending numbers fill at least half of their span.
fn is_dense(fids: &[i64]) -> bool {
    let span = fids[fids.len() - 1].checked_sub(fids[0]);
    let short = span.is_some_and(|span| (0..2 * fids.len() as i64).contains(&span));
    short && fids.is_sorted_by(|a, b| a < b)
}

impl Iterator for Scan {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Self::Item> {
        let outcome = self.step();
        if outcome.is_err() {
            self.state = State::Done;
        }
        outcome.transpose()
    }
}

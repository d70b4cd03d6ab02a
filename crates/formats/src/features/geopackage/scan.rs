//! Walking the rows of a stored file, a batch at a time; nothing is held between batches but the place reached.

use super::decode::Reading;
use super::layer::{Layer, quoted};
use super::pushdown::Condition;
use super::source::StoredFile;
use crate::features::needs::Needs;
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, params_from_iter};
use std::sync::Arc;
use terrane_model::limits::BATCH_ROWS;
use terrane_model::schema::GeometryKind;
use terrane_model::{Batch, Error, Result};

/// How rows are found.
pub enum Walk {
    /// Along the table, in the order of `fid`.
    Table,
    /// Through an index or a sort: their `fid`s first (8 bytes a row), then the rows.
    List {
        /// ` ORDER BY …`.
        order: String,
    },
}

/// The batches of a scan.
pub struct Scan {
    file: Arc<StoredFile>,
    reading: Reading,
    condition: Condition,
    /// Rows still wanted.
    left: usize,
    state: State,
}

enum State {
    /// Along the table after this `fid`.
    Table(Option<i64>),
    /// The list is not made yet.
    Unlisted(String),
    /// Rows to read, and how many are.
    Listed(Vec<i64>, usize),
    Done,
}

impl Scan {
    pub(super) fn new(
        file: Arc<StoredFile>,
        needs: &Needs,
        (walk, condition): (Walk, Condition),
        limit: Option<usize>,
    ) -> Self {
        let reading = Reading::new(&file.layer, &needs.columns, needs.geometry);
        let state = match walk {
            Walk::Table => State::Table(None),
            Walk::List { order } => State::Unlisted(order),
        };
        Self { file, reading, condition, left: limit.unwrap_or(usize::MAX), state }
    }

    fn step(&mut self) -> Result<Option<Batch>> {
        let file = Arc::clone(&self.file);
        file.with(|connection| {
            if let State::Unlisted(order) = &self.state {
                self.state = State::Listed(self.list(connection, &file.layer, order)?, 0);
            }
            match std::mem::replace(&mut self.state, State::Done) {
                State::Table(after) => self.along_table(connection, &file.layer, after),
                State::Listed(fids, read) => self.from_list(connection, &file.layer, (fids, read)),
                State::Unlisted(_) | State::Done => Ok(None),
            }
        })
    }

    fn list(&self, connection: &Connection, layer: &Layer, order: &str) -> Result<Vec<i64>> {
        let limit = if self.left == usize::MAX { String::new() } else { format!(" LIMIT {}", self.left) };
        let sql = format!(
            "SELECT t.{} FROM {} t{}{order}{limit}",
            quoted(&layer.fid),
            quoted(&layer.table),
            self.condition.clause()
        );
        let mut statement = connection.prepare_cached(&sql).map_err(Error::internal)?;
        let fids = statement.query_map(params_from_iter(&self.condition.values), |row| row.get(0));
        fids.and_then(Iterator::collect).map_err(Error::internal)
    }

    fn along_table(&mut self, connection: &Connection, layer: &Layer, after: Option<i64>) -> Result<Option<Batch>> {
        if self.left == 0 {
            return Ok(None);
        }
        let fid = quoted(&layer.fid);
        let mut condition = self.condition.clone();
        if let Some(after) = after {
            condition.and(Condition { sql: format!("t.{fid} > ?"), values: vec![Sql::Integer(after)] });
        }
        condition.values.push(Sql::Integer(self.left.min(BATCH_ROWS) as i64));
        let sql = format!(
            "SELECT {} FROM {} t{} ORDER BY t.{fid} LIMIT ?",
            self.reading.select_list(layer),
            quoted(&layer.table),
            condition.clause()
        );
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
        self.left -= pending.len();
        if last.is_some() {
            self.state = State::Table(last);
        }
        Ok(last.map(|_| pending.finish()))
    }

    fn from_list(
        &mut self,
        connection: &Connection,
        layer: &Layer,
        (fids, read): (Vec<i64>, usize),
    ) -> Result<Option<Batch>> {
        let chunk = &fids[read..fids.len().min(read + BATCH_ROWS)];
        if chunk.is_empty() {
            return Ok(None);
        }
        let mut pending = self.reading.begin(GeometryKind::Any);
        match is_dense(chunk) {
            true => self.read_run(connection, layer, chunk, &mut pending)?,
            false => self.read_each(connection, layer, chunk, &mut pending)?,
        }
        let read = read + pending.len().max(1);
        self.state = State::Listed(fids, read);
        Ok(Some(pending.finish()))
    }

    /// Rows that lie nearly together are walked over; those not in the list are passed over.
    fn read_run(
        &self,
        connection: &Connection,
        layer: &Layer,
        fids: &[i64],
        pending: &mut super::decode::Pending,
    ) -> Result<()> {
        let fid = quoted(&layer.fid);
        let (list, table) = (self.reading.select_list(layer), quoted(&layer.table));
        let sql = format!("SELECT {list} FROM {table} t WHERE t.{fid} BETWEEN ? AND ? ORDER BY t.{fid}");
        let mut statement = connection.prepare_cached(&sql).map_err(Error::internal)?;
        let ends = [fids[0], fids[fids.len() - 1]];
        let mut rows = statement.query(ends).map_err(Error::internal)?;
        let mut wanted = fids.iter().peekable();
        while let Some(row) = rows.next().map_err(Error::internal)? {
            let fid: i64 = row.get(0).map_err(Error::internal)?;
            if wanted.next_if(|&&next| next == fid).is_some() {
                self.reading.row(row, pending, |_| {})?;
                if pending.is_full() {
                    break;
                }
            }
        }
        Ok(())
    }

    fn read_each(
        &self,
        connection: &Connection,
        layer: &Layer,
        fids: &[i64],
        pending: &mut super::decode::Pending,
    ) -> Result<()> {
        let (list, table) = (self.reading.select_list(layer), quoted(&layer.table));
        let sql = format!("SELECT {list} FROM {table} t WHERE t.{} = ?", quoted(&layer.fid));
        let mut statement = connection.prepare_cached(&sql).map_err(Error::internal)?;
        for fid in fids {
            let mut rows = statement.query([fid]).map_err(Error::internal)?;
            if let Some(row) = rows.next().map_err(Error::internal)? {
                self.reading.row(row, pending, |_| {})?;
            }
            if pending.is_full() {
                break;
            }
        }
        Ok(())
    }
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

//! Adding entries: all of a change in one transaction, which is on the disk when it returns.

use super::super::layer::{Layer, TimeForm, TimeStore, quoted};
use super::super::times;
use super::read::Query;
use super::{CHANGES, ChangeLog, Logged, failed};
use crate::features::wkb;
use rusqlite::types::ValueRef;
use rusqlite::{Statement, ToSql, TransactionBehavior};
use terrane_model::batch::Value;
use terrane_model::time::When;
use terrane_model::{Error, Feature, FeatureId, Result};

/// What becomes of one row.
#[derive(Debug, Clone)]
pub struct Change<'a> {
    /// Its identity.
    pub id: FeatureId,
    /// Whether the layer that the log belongs to has a row of this identity.
    pub in_base: bool,
    /// The row as it is now; `None` when it went away.
    pub row: Option<Feature<'a>>,
}

impl ChangeLog {
    /// Writes all changes under the next number or none, and returns the entries as they read now: what SQLite cannot hold (NaN, −0)
    /// is already what it will be. Columns are found by name.
    ///
    /// `Conflict` when the last number is not `after`: somebody else has written.
    pub fn append(&mut self, after: u64, changes: &[Change<'_>]) -> Result<Vec<Logged>> {
        self.append_series(after, &[changes.to_vec()])
    }

    /// As [`ChangeLog::append`], for changes of several numbers, one after the other, together.
    pub fn append_series(&mut self, after: u64, series: &[Vec<Change<'_>>]) -> Result<Vec<Logged>> {
        let query = Query::new(&self.layer, &self.marks);
        let insert = insert_statement(&self.layer, &self.marks);
        let found = self.sequence()?;
        if found != after {
            let cause = format!("the delta is at {found} and was expected at {after}");
            return Err(Error::conflict("Another program has changed this dataset meanwhile.").because(cause));
        }
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let mut statement = transaction.prepare_cached(&insert).map_err(failed)?;
        let (blob, text) = (Vec::new(), String::new());
        let mut writer = Writer { layer: &self.layer, srs_id: self.srs_id, sequence: after, blob, text };
        for changes in series {
            writer.sequence += 1;
            changes.iter().try_for_each(|change| writer.insert(&mut statement, change))?;
        }
        drop(statement);
        let written = query.after(&transaction, after)?;
        transaction.commit().map_err(failed)?;
        Ok(self.identified(written))
    }
}

fn insert_statement(layer: &Layer, marks: &super::Marks) -> String {
    let mut names = vec![layer.identity.column(&layer.fid), &marks.sequence, &marks.removed, &marks.in_base];
    names.extend(layer.geometry.as_deref());
    for stored in &layer.columns {
        // Columns of moments have companions here, which `reads` names without the column itself.
        names.extend(stored.time.is_some().then_some(stored.name.as_str()));
        names.extend(stored.reads());
    }
    let list = names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
    format!("INSERT INTO {} ({list}) VALUES ({})", quoted(CHANGES), vec!["?"; names.len()].join(", "))
}

struct Writer<'a> {
    layer: &'a Layer,
    srs_id: i32,
    sequence: u64,
    blob: Vec<u8>,
    text: String,
}

impl Writer<'_> {
    fn insert(&mut self, statement: &mut Statement<'_>, change: &Change<'_>) -> Result<()> {
        self.bind(statement, change).and_then(|()| statement.raw_execute()).map(drop).map_err(failed)
    }

    fn bind(&mut self, statement: &mut Statement<'_>, change: &Change<'_>) -> rusqlite::Result<()> {
        let mut binder = Binder { statement, at: 0 };
        binder.put(change.id.to_string())?;
        binder.put(self.sequence as i64)?;
        binder.put(change.row.is_none())?;
        binder.put(change.in_base)?;
        if self.layer.geometry.is_some() {
            self.bind_geometry(&mut binder, change.row.as_ref())?;
        }
        for (column, stored) in self.layer.schema.columns.iter().zip(&self.layer.columns) {
            let value = change.row.as_ref().map_or(Value::Null, |row| row.get(&column.name));
            match &stored.time {
                None => binder.put_value(&value)?,
                Some(store) => self.bind_time(&mut binder, store, &value)?,
            }
        }
        Ok(())
    }

    fn bind_geometry(&mut self, binder: &mut Binder<'_, '_>, row: Option<&Feature<'_>>) -> rusqlite::Result<()> {
        self.blob.clear();
        match row.and_then(Feature::geometry) {
            Some(geometry) => {
                wkb::write_blob(&geometry, self.srs_id, &mut self.blob);
                binder.put(self.blob.as_slice())
            }
            None => binder.put(rusqlite::types::Null),
        }
    }

    fn bind_time(&mut self, binder: &mut Binder<'_, '_>, store: &TimeStore, value: &Value<'_>) -> rusqlite::Result<()> {
        let when = if let Value::Time(when) = value { Some(when) } else { None };
        binder.put(when.map(|when| self.spelt(store.form, when)))?;
        binder.put(when.map(|when| when.earliest.0))?;
        binder.put(when.map(|when| when.latest.0))?;
        binder.put(when.map(|when| when.precision as i64))?;
        if store.companions.as_ref().is_some_and(|names| names.stated.is_some()) {
            binder.put(when.and_then(|when| when.stated_as.as_deref()))?;
        }
        Ok(())
    }

    /// Years that the spelling has no place for are spelt as finely as they are known.
    fn spelt(&mut self, form: TimeForm, when: &When) -> &str {
        let common = (1..=9999).contains(&when.earliest.civil().year);
        self.text.clear();
        times::spell(if common { form } else { TimeForm::Text }, when, &mut self.text);
        &self.text
    }
}

struct Binder<'s, 'c> {
    statement: &'s mut Statement<'c>,
    at: usize,
}

impl Binder<'_, '_> {
    fn put(&mut self, value: impl ToSql) -> rusqlite::Result<()> {
        self.at += 1;
        self.statement.raw_bind_parameter(self.at, value)
    }

    fn put_value(&mut self, value: &Value<'_>) -> rusqlite::Result<()> {
        match value {
            Value::Null | Value::Time(_) => self.put(rusqlite::types::Null),
            Value::Bool(truth) => self.put(*truth),
            Value::Int(number) => self.put(*number),
            Value::Float(number) => self.put(*number),
            Value::Text(text) | Value::Nested(text) => self.put(*text),
            Value::Bytes(bytes) => self.put(Raw(ValueRef::Blob(bytes))),
        }
    }
}

struct Raw<'a>(ValueRef<'a>);

impl ToSql for Raw<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        Ok(rusqlite::types::ToSqlOutput::Borrowed(self.0))
    }
}

//! Whether an amendment may be made: its rows fit the schema, what it expects is so, what it takes away is there.

use super::state::DeltaState;
use std::collections::{HashMap, HashSet};
use terrane_formats::features::geopackage::{Change, ChangeLog};
use terrane_model::batch::Value;
use terrane_model::limits::AMENDMENT_ROWS_MAX;
use terrane_model::query::Columns;
use terrane_model::schema::{Column, ColumnKind, GeometryColumn, GeometryKind};
use terrane_model::{
    Amendment, Batch, Error, Expected, Feature, FeatureId, FeatureQuery, FeatureSource, Filter, Result, Rows, Schema,
};

/// Identities that the base is asked for at once.
const IDS_AT_ONCE: usize = 1_000;

/// Checks what can be checked without looking at other rows: `Invalid` names the row, counted from 1, and the field.
pub fn check_rows(amendment: &Amendment, schema: &Schema) -> Result<()> {
    if amendment.rows() > AMENDMENT_ROWS_MAX {
        let say =
            format!("This changes {} rows; at most {AMENDMENT_ROWS_MAX} can be changed at once.", amendment.rows());
        return Err(Error::too_large(say));
    }
    let mut before = 0;
    for batch in &amendment.upserts {
        check_columns(batch, schema, before)?;
        for (at, row) in batch.features().enumerate() {
            check_row(&row, schema, before + at + 1)?;
        }
        before += batch.len();
    }
    Ok(())
}

fn place(row: usize, field: &str) -> String {
    format!("row {row}, field {field}")
}

fn check_columns(batch: &Batch, schema: &Schema, before: usize) -> Result<()> {
    for column in &batch.schema.columns {
        let Some((_, known)) = schema.column(&column.name) else {
            let names = schema.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ");
            let say = format!("“{}” is not a column of this dataset; its columns are {names}.", column.name);
            return Err(Error::invalid(say).at(place(before + 1, &column.name)));
        };
        let fits = column.kind == known.kind || (column.kind, known.kind) == (ColumnKind::Int, ColumnKind::Float);
        let given = (!fits).then(|| batch.features().position(|row| !row.get(&column.name).is_null())).flatten();
        if let Some(at) = given {
            return Err(wrong_kind(known, column.kind).at(place(before + at + 1, &column.name)));
        }
    }
    match (&batch.schema.geometry, &schema.geometry) {
        (Some(given), Some(known)) if given.crs != known.crs => Err(Error::invalid(format!(
            "The rows are in the coordinate reference system {} and the dataset is in {}.",
            given.crs.name(),
            known.crs.name()
        ))
        .at(place(before + 1, &known.name))),
        _ => Ok(()),
    }
}

fn wrong_kind(known: &Column, given: ColumnKind) -> Error {
    let name = |kind| match kind {
        ColumnKind::Bool => "true or false",
        ColumnKind::Int => "whole numbers",
        ColumnKind::Float => "numbers",
        ColumnKind::Text => "texts",
        ColumnKind::Time => "dates and times",
        ColumnKind::Bytes => "bytes",
        ColumnKind::Nested => "lists or records",
    };
    Error::invalid(format!("The column holds {}, and {} are given.", name(known.kind), name(given)))
}

fn check_row(row: &Feature<'_>, schema: &Schema, number: usize) -> Result<()> {
    let id = row.id();
    if id.to_string().is_empty() {
        return Err(Error::invalid("A row needs an id.").at(format!("row {number}")));
    }
    if let Some(key) = &schema.key
        && let value = row.get(key)
        && !value.is_null()
        && value.to_string() != id.to_string()
    {
        let say = format!("The column that identifies rows says “{value}”, but the id of the row is “{id}”.");
        return Err(Error::invalid(say).at(place(number, key)));
    }
    for column in row.batch().schema.columns.iter().filter(|column| column.kind == ColumnKind::Time) {
        if let Value::Time(when) = row.get(&column.name)
            && when.earliest > when.latest
        {
            return Err(Error::invalid("The time ends before it begins.").at(place(number, &column.name)));
        }
    }
    check_geometry(row, schema.geometry.as_ref(), number)
}

fn check_geometry(row: &Feature<'_>, column: Option<&GeometryColumn>, number: usize) -> Result<()> {
    let Some(geometry) = row.geometry() else { return Ok(()) };
    let Some(column) = column else {
        return Err(Error::invalid("The rows of this dataset have no place.").at(place(number, "geometry")));
    };
    let (kind, wanted) = (geometry.kind(), column.kind);
    if wanted != GeometryKind::Any && kind != wanted && kind.multi() != wanted {
        let say =
            format!("The geometry is a {}, and those of this dataset are of the kind {}.", kind.name(), wanted.name());
        return Err(Error::invalid(say).at(place(number, &column.name)));
    }
    if !geometry.positions().iter().flatten().all(|number| number.is_finite()) {
        let say = "A coordinate of the geometry is not a finite number.";
        return Err(Error::invalid(say).at(place(number, &column.name)));
    }
    Ok(())
}

/// What is known before an amendment is made.
pub struct Before<'a> {
    state: &'a DeltaState,
    /// Those of the rows named by the amendment and unchanged so far that are in the base.
    in_base: HashSet<FeatureId>,
}

impl<'a> Before<'a> {
    /// Looks the rows up that an amendment names.
    pub fn look_up(
        amendment: &Amendment,
        state: &'a DeltaState,
        base: &dyn FeatureSource,
        log: &ChangeLog,
    ) -> Result<Self> {
        let put = amendment.upserts.iter().flat_map(|batch| batch.features().map(|row| row.id()).collect::<Vec<_>>());
        let named =
            put.chain(amendment.deletes.iter().cloned()).chain(amendment.expect.iter().map(|(id, _)| id.clone()));
        let unknown: HashSet<FeatureId> =
            named.map(|id| log.identity(&id)).filter(|id| state.entry(id).is_none()).collect();
        let unknown: Vec<FeatureId> = unknown.into_iter().collect();
        let mut in_base = HashSet::new();
        for some in unknown.chunks(IDS_AT_ONCE) {
            in_base.extend(those_in(base, some)?);
        }
        Ok(Self { state, in_base })
    }

    fn in_base(&self, id: &FeatureId) -> bool {
        self.state.entry(id).map_or_else(|| self.in_base.contains(id), |entry| entry.in_base)
    }

    /// The amendment that changed a row last, 0 when none did; nothing when it is not there.
    pub fn changed(&self, id: &FeatureId) -> Option<u64> {
        match self.state.entry(id) {
            Some(entry) => (!entry.removed).then_some(entry.sequence),
            None => self.in_base.contains(id).then_some(0),
        }
    }

    /// The changes to be written, when all that is expected is so.
    pub fn changes<'r>(&self, amendment: &'r Amendment, log: &ChangeLog) -> Result<Vec<Change<'r>>> {
        for (id, expected) in &amendment.expect {
            self.check_expected(&log.identity(id), *expected)?;
        }
        let rows = amendment.upserts.iter().flat_map(Batch::features);
        let mut changes: Vec<Change<'r>> =
            rows.map(|row| Change { id: log.identity(&row.id()), in_base: false, row: Some(row) }).collect();
        for id in amendment.deletes.iter().map(|id| log.identity(id)) {
            if self.changed(&id).is_none() {
                return Err(Error::not_found(format!("There is no feature “{id}” to be removed.")).at(id.to_string()));
            }
            changes.push(Change { id, in_base: false, row: None });
        }
        let mut seen: HashMap<&FeatureId, ()> = HashMap::with_capacity(changes.len());
        if let Some(twice) = changes.iter().find(|change| seen.insert(&change.id, ()).is_some()) {
            let say = format!("The feature “{}” is named twice in one change.", twice.id);
            return Err(Error::invalid(say).at(twice.id.to_string()));
        }
        changes.iter_mut().for_each(|change| change.in_base = self.in_base(&change.id));
        Ok(changes)
    }

    fn check_expected(&self, id: &FeatureId, expected: Expected) -> Result<()> {
        let what = match (self.changed(id), expected) {
            (None, Expected::Absent) => return Ok(()),
            (Some(found), Expected::Sequence(wanted)) if found == wanted => return Ok(()),
            (Some(_), Expected::Absent) => "is there already".to_owned(),
            (None, Expected::Sequence(_)) => "is not there any more".to_owned(),
            (Some(_), Expected::Sequence(_)) => "was changed in the meantime; read it again first".to_owned(),
        };
        Err(Error::conflict(format!("The feature “{id}” {what}.")).at(id.to_string()))
    }
}

/// Those of these rows that a source has.
fn those_in(source: &dyn FeatureSource, ids: &[FeatureId]) -> Result<Vec<FeatureId>> {
    let columns = Columns::These { names: Vec::new(), geometry: false };
    let query = FeatureQuery { filter: Some(Filter::Ids(ids.to_vec())), columns, ..FeatureQuery::default() };
    let mut found = Vec::new();
    super::each_batch(source, &query, |batch| found.extend(batch.features().map(|row| row.id())))?;
    Ok(found)
}

/// Whether the identities of a source are texts. A source without rows has numbers until it gets others.
pub fn ids_are_texts(source: &dyn FeatureSource) -> Result<bool> {
    let columns = Columns::These { names: Vec::new(), geometry: false };
    let query = FeatureQuery { limit: Some(1), columns, ..FeatureQuery::default() };
    let mut texts = None;
    super::each_batch(source, &query, |batch| {
        texts = texts.or(batch.features().next().map(|row| matches!(row.id(), FeatureId::Text(_))));
    })?;
    Ok(texts.unwrap_or(false))
}

/// The rows of a scan of a source that is here and never waits.
pub fn local(rows: Rows) -> Result<super::runs::Batches> {
    match rows {
        Rows::Local(rows) => Ok(rows),
        Rows::Remote(_) => Err(Error::internal("the base of a delta is behind a network")),
    }
}

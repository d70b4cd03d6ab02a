//! Our own stored file as a feature source: what of a question SQLite can answer exactly, it answers; the rest is said to be left.

use super::layer::{Identity, Layer, quoted};
use super::open::{self, MEETS};
use super::pushdown::{self, Condition, Key};
use super::scan::{Page, Scan, Walk};
use super::{RECORD_URI, record, tables};
use crate::features::needs::Needs;
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use terrane_model::filter::Filter;
use terrane_model::{
    Bbox, BoxFuture, Error, FeatureId, FeatureQuery, FeatureScan, FeatureSource, Matched, Result, Rows, Schema,
};

/// Connections kept open when idle; more are opened while more are at work.
const IDLE_CONNECTIONS_MAX: usize = 8;

/// Identities that are looked up one by one; longer lists are left to the engine.
const IDS_MAX: usize = 2_000;

/// The layer of a file that [`super::write`] wrote. The file must not change while it is open.
pub struct GeoPackageSource {
    file: Arc<StoredFile>,
}

/// A file, its layer, and connections to it.
pub(super) struct StoredFile {
    path: PathBuf,
    pub(super) layer: Layer,
    idle: Mutex<Vec<Connection>>,
}

impl GeoPackageSource {
    /// Opens a file of ours. `Internal` when there is none or it has no record of ours.
    pub fn open(path: &Path) -> Result<Self> {
        let connection = open::own(path)?;
        let layer = own_layer(&connection)?.ok_or_else(|| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            Error::internal(format!("{name} has no record {RECORD_URI}"))
        })?;
        let file = StoredFile { path: path.to_owned(), layer, idle: Mutex::new(vec![connection]) };
        Ok(Self { file: Arc::new(file) })
    }
}

/// The layer that the record describes; `None` when there is no record or it does not fit the table.
fn own_layer(connection: &Connection) -> Result<Option<Layer>> {
    let found: Option<(String, String)> = connection
        .query_row(
            "SELECT r.table_name, m.metadata FROM gpkg_metadata m JOIN gpkg_metadata_reference r ON r.md_file_id = m.id
             WHERE m.md_standard_uri = ?1 AND r.reference_scope = 'table' LIMIT 1",
            [RECORD_URI],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()
        .map_err(Error::internal)?;
    let Some((table, text)) = found else { return Ok(None) };
    let names = super::stranger::column_names(connection, &table).map_err(Error::internal)?;
    Ok(record::read(&table, &text, |name| names.iter().any(|known| known == name)))
}

impl StoredFile {
    /// Lends a connection; what goes wrong in `work` closes it.
    pub(super) fn with<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => open::own(&self.path)?,
        };
        let outcome = work(&connection)?;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_CONNECTIONS_MAX {
            idle.push(connection);
        }
        Ok(outcome)
    }
}

impl FeatureSource for GeoPackageSource {
    fn schema(&self) -> &Arc<Schema> {
        &self.file.layer.schema
    }

    fn scan(&self, query: &FeatureQuery) -> BoxFuture<'_, Result<FeatureScan>> {
        let outcome = Plan::new(&self.file.layer, query).scan(&self.file, query);
        Box::pin(std::future::ready(outcome))
    }
}

/// How a question is answered.
struct Plan {
    /// What SQLite checks of each row.
    condition: Condition,
    /// The `fid`s that the R-tree finds, when a box is asked.
    boxed: Option<Condition>,
    /// Whether identities are asked, which have an index.
    identified: bool,
    /// What the engine checks.
    residual: Option<Filter>,
    /// The order, when SQLite keeps it; empty for the order of the file.
    keys: Option<Vec<Key>>,
}

impl Plan {
    fn new(layer: &Layer, query: &FeatureQuery) -> Self {
        let mut plan =
            Self { condition: Condition::default(), boxed: None, identified: false, residual: None, keys: None };
        let mut left = Vec::new();
        for filter in conjuncts(query.whole_filter(&layer.schema)) {
            if !plan.take(&filter, layer) {
                left.push(filter);
            }
        }
        if !left.is_empty() {
            let residual = Filter::all(left);
            if let Some(bbox) = residual.implied_bbox_in(&layer.schema) {
                plan.take_box(&bbox, layer);
            }
            plan.residual = Some(residual);
        }
        if query.near.is_none() {
            plan.keys = pushdown::keys(&query.sort, layer);
        }
        plan
    }

    /// Adds a filter to what SQLite checks; `false` when it cannot.
    fn take(&mut self, filter: &Filter, layer: &Layer) -> bool {
        match filter {
            Filter::Bbox(bbox) => {
                self.take_box(bbox, layer);
                return true;
            }
            Filter::Ids(ids) if ids.len() <= IDS_MAX => {
                self.condition.and(ids_condition(ids, layer));
                self.identified = true;
                return true;
            }
            _ => {}
        }
        let condition = pushdown::condition(filter, layer);
        let taken = condition.is_some();
        self.condition.and(condition.unwrap_or_default());
        taken
    }

    fn take_box(&mut self, bbox: &Bbox, layer: &Layer) {
        let holds_all = layer.bbox.is_some_and(|all| bbox.contains_box(&all));
        if let (Some(geometry), false) = (&layer.geometry, holds_all) {
            let another = self.boxed.replace(fids_in_box(bbox, layer, geometry));
            self.condition.and(another.map(|fids| among(fids, layer)).unwrap_or_default());
        }
    }

    fn scan(mut self, file: &Arc<StoredFile>, query: &FeatureQuery) -> Result<FeatureScan> {
        let layer = &file.layer;
        let (identity, sorted) = (layer.identity.column(&layer.fid), self.keys.is_some());
        let keys = self.keys.take().unwrap_or_default();
        let mut paged = sorted && self.residual.is_none();
        let mut after = None;
        if let (Some(position), true) = (&query.after, paged) {
            let id = id_value(&position.id, layer);
            if keys.is_empty() {
                after = Some(id);
            } else {
                let condition = pushdown::after(position, &keys, (identity, id));
                paged = condition.is_some();
                self.condition.and(condition.unwrap_or_default());
            }
        }
        let walk = self.walk(&keys, layer);
        let needs = Needs::of(query, self.residual.as_ref(), !sorted, &layer.schema);
        let page = Page { after, rows: query.limit.filter(|_| paged).unwrap_or(usize::MAX) };
        let rows = Rows::Local(Box::new(Scan::new(Arc::clone(file), &needs, (walk, self.condition), page)));
        let mut scan = match self.residual {
            Some(residual) => FeatureScan::unfinished(rows, residual),
            None => FeatureScan::filtered(rows),
        };
        if let (true, Some(rows)) = (query.narrows_nothing(), layer.rows) {
            scan = scan.matching(Matched::Exact(rows));
        }
        scan = if sorted { scan.sorted() } else { scan };
        if paged { scan.paged() } else { Ok(scan) }
    }

    fn walk(&mut self, keys: &[Key], layer: &Layer) -> Walk {
        let boxed = self.boxed.take();
        if keys.is_empty() && !self.identified {
            return boxed.map_or(Walk::Table, Walk::Box);
        }
        self.condition.and(boxed.map(|fids| among(fids, layer)).unwrap_or_default());
        let order = match keys.is_empty() {
            true => format!(" ORDER BY t.{}", quoted(&layer.fid)),
            false => pushdown::order_clause(keys, layer.identity.column(&layer.fid)),
        };
        Walk::Query { order }
    }
}

fn conjuncts(filter: Filter) -> Vec<Filter> {
    match filter {
        Filter::And(all) => all.into_iter().flat_map(conjuncts).collect(),
        Filter::Literal(true) => Vec::new(),
        other => vec![other],
    }
}

/// The `fid`s of rows whose box meets a box, and of rows without a place, which a box does not exclude (OGC API Features 7.15.3).
fn fids_in_box(bbox: &Bbox, layer: &Layer, geometry: &str) -> Condition {
    let (table, fid) = (quoted(&layer.table), quoted(&layer.fid));
    let (rtree, geometry) = (quoted(&tables::rtree_name(&layer.table, geometry)), quoted(geometry));
    let mut parts = Vec::new();
    let mut values = Vec::new();
    for part in bbox.parts() {
        // The R-tree's boxes are rounded outward; only those that stick out of the box asked need the exact look.
        parts.push(format!(
            "SELECT r.id FROM {rtree} r WHERE r.minx <= ? AND r.maxx >= ? AND r.miny <= ? AND r.maxy >= ? AND (
               (r.minx >= ? AND r.maxx <= ? AND r.miny >= ? AND r.maxy <= ?)
               OR {MEETS}((SELECT x.{geometry} FROM {table} x WHERE x.{fid} = r.id), ?, ?, ?, ?))"
        ));
        let [min_x, min_y, max_x, max_y] = part.to_array();
        let bounds = [max_x, min_x, max_y, min_y, min_x, max_x, min_y, max_y, min_x, min_y, max_x, max_y];
        values.extend(bounds.map(Sql::Real));
    }
    if layer.without_place != Some(0) {
        let without = tables::without_place(&format!("x.{geometry}"));
        parts.push(format!("SELECT x.{fid} FROM {table} x WHERE {without}"));
    }
    Condition { sql: parts.join(" UNION ALL "), values }
}

/// Rows whose `fid` is among those that a query finds.
fn among(fids: Condition, layer: &Layer) -> Condition {
    Condition { sql: format!("t.{} IN ({})", quoted(&layer.fid), fids.sql), values: fids.values }
}

fn ids_condition(ids: &[FeatureId], layer: &Layer) -> Condition {
    let values: Vec<Sql> = ids.iter().map(|id| id_value(id, layer)).filter(|value| *value != Sql::Null).collect();
    let marks = vec!["?"; values.len()].join(", ");
    Condition { sql: format!("t.{} IN ({marks})", quoted(layer.identity.column(&layer.fid))), values }
}

/// An identity as it is stored; null for one that no row can have.
fn id_value(id: &FeatureId, layer: &Layer) -> Sql {
    match (&layer.identity, id) {
        (Identity::Texts(_), id) => Sql::Text(id.to_string()),
        (_, FeatureId::Number(number)) => Sql::Integer(*number),
        (_, FeatureId::Text(_)) => Sql::Null,
    }
}

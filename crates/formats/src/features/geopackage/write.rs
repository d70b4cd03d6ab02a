//! Writing a layer: rows are gathered once, put in Hilbert order and inserted in that order, then indexed.

use super::aside::{GEOMETRY, NULL, Put, put_bytes, put_value, take, take_value};
use super::hilbert;
use super::layer::{Companions, Identity, Layer, Stored, TimeForm, TimeStore, quoted};
use super::spool::Spool;
use super::times::{self, TimeUse};
use super::{RECORD_URI, record, tables};
use crate::features::wkb;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, Statement, params};
use std::path::Path;
use std::sync::Arc;
use terrane_model::batch::Value;
use terrane_model::schema::{Column, ColumnKind, GeometryColumn};
use terrane_model::store::Written;
use terrane_model::time::{Instant, Interval};
use terrane_model::{Batch, Bbox, Crs, Error, Feature, FeatureId, Result, Schema};
use terrane_projection::WktKind;

/// Above this many rows with a place, ids that are numbers get a column of their own, so that `fid` can follow the curve.
const FID_IS_ID_ROWS_MAX: usize = 20_000;

/// Columns that one table may have (SQLite's own limit), those we add included.
const COLUMNS_MAX: usize = 2_000;

/// Writes a new GeoPackage with one layer; what rows must be like is said in [`super`]. `path` must not exist.
///
/// `Conflict` when two rows have one id.
pub fn write(
    path: &Path,
    table: &str,
    schema: &Arc<Schema>,
    rows: &mut dyn Iterator<Item = Result<Batch>>,
) -> Result<Written> {
    let table = safe_table_name(table);
    let mut gathered = Gathered::new(schema);
    for batch in rows {
        gathered.add(&batch?)?;
    }
    let layer = gathered.layer(&table)?;
    let mut connection = create(path)?;
    let transaction = connection.transaction().map_err(Error::internal)?;
    fill(&transaction, &layer, &mut gathered)?;
    transaction.commit().map_err(Error::internal)?;
    connection.close().map_err(|(_, error)| Error::internal(error))?;
    Ok(gathered.written())
}

/// Names that begin like the standard's own tables would be hidden by readers.
fn safe_table_name(name: &str) -> String {
    let lower = name.to_lowercase();
    let reserved = ["gpkg", "rtree_", "sqlite_"].iter().any(|prefix| lower.starts_with(prefix));
    if reserved || name.is_empty() { format!("layer_{name}") } else { name.to_owned() }
}

/// A file that is built under a temporary name needs no journal: it is whole or it is thrown away.
fn create(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path).map_err(Error::internal)?;
    connection
        .execute_batch(
            "PRAGMA application_id = 1196444487; PRAGMA user_version = 10300; PRAGMA journal_mode = OFF;
             PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;",
        )
        .map_err(Error::internal)?;
    Ok(connection)
}

/// All rows, put aside, and what they have in common.
struct Gathered {
    schema: Arc<Schema>,
    spool: Spool,
    rows: Vec<Row>,
    bbox: Bbox,
    period: Option<(Instant, Instant)>,
    without_place: u64,
    numbers_only: bool,
    no_negative: bool,
    times: Vec<TimeUse>,
}

/// Where a row is put aside, and the middle of its box.
struct Row {
    centre: [f32; 2],
    place: u64,
    bytes: u32,
}

impl Gathered {
    fn new(schema: &Arc<Schema>) -> Self {
        Self {
            schema: Arc::clone(schema),
            spool: Spool::default(),
            rows: Vec::new(),
            bbox: Bbox::EMPTY,
            period: None,
            without_place: 0,
            numbers_only: true,
            no_negative: true,
            times: vec![TimeUse::default(); schema.columns.len()],
        }
    }

    fn add(&mut self, batch: &Batch) -> Result<()> {
        let places: Vec<Option<usize>> =
            self.schema.columns.iter().map(|column| batch.schema.column(&column.name).map(|(at, _)| at)).collect();
        for feature in batch.features() {
            self.add_row(&feature, &places)?;
        }
        Ok(())
    }

    fn add_row(&mut self, feature: &Feature<'_>, places: &[Option<usize>]) -> Result<()> {
        let place = self.spool.place();
        let start = self.spool.tail().len();
        self.add_id(feature.id());
        let centre = self.add_geometry(feature);
        for (column, at) in places.iter().enumerate() {
            let value = at.map_or(Value::Null, |at| feature.value(at));
            if let Value::Time(when) = &value {
                self.times[column].add(when);
            }
            put_value(self.spool.tail(), &value);
        }
        self.add_period(feature);
        let bytes = u32::try_from(self.spool.tail().len() - start)
            .map_err(|_| Error::too_large("A row has more than 4 GiB.").at(format!("row {}", self.rows.len() + 1)))?;
        self.rows.push(Row { centre, place, bytes });
        self.spool.settle()
    }

    fn add_id(&mut self, id: FeatureId) {
        match id {
            FeatureId::Number(number) => {
                self.no_negative &= number >= 0;
                put_value(self.spool.tail(), &Value::Int(number));
            }
            FeatureId::Text(text) => {
                self.numbers_only = false;
                put_value(self.spool.tail(), &Value::Text(&text));
            }
        }
    }

    fn add_geometry(&mut self, feature: &Feature<'_>) -> [f32; 2] {
        let geometry = feature.geometry();
        let bbox = geometry.as_ref().map_or(Bbox::EMPTY, |geometry| geometry.bbox());
        let tail = self.spool.tail();
        tail.extend(bbox.to_array().iter().flat_map(|number| number.to_le_bytes()));
        match &geometry {
            Some(geometry) => put_bytes(tail, GEOMETRY, |tail| wkb::write_blob(geometry, 0, tail)),
            None => tail.push(NULL),
        }
        if bbox.is_empty() {
            self.without_place += 1;
            return [f32::INFINITY; 2];
        }
        self.bbox = self.bbox.union(&bbox);
        bbox.centre().map(|number| number as f32)
    }

    fn add_period(&mut self, feature: &Feature<'_>) {
        let Some(columns) = &self.schema.time else { return };
        for name in std::iter::once(&columns.start).chain(&columns.end) {
            if let Value::Time(when) = feature.get(name) {
                let (start, end) = self.period.unwrap_or((when.earliest, when.latest));
                self.period = Some((start.min(when.earliest), end.max(when.latest)));
            }
        }
    }

    fn written(&self) -> Written {
        Written {
            rows: self.rows.len() as u64,
            bbox: (!self.bbox.is_empty()).then_some(self.bbox),
            period: self.period.map(|(start, end)| Interval { start: Some(start), end: Some(end) }),
        }
    }

    fn fid_is_id(&self) -> bool {
        let few = self.schema.geometry.is_none() || self.rows.len() <= FID_IS_ID_ROWS_MAX;
        self.numbers_only && self.no_negative && few
    }

    fn layer(&self, table: &str) -> Result<Layer> {
        let mut names = Names::default();
        let fid = names.take("fid");
        let geometry = self.schema.geometry.as_ref().map(|_| names.take("geom"));
        let identity = match (self.fid_is_id(), self.numbers_only) {
            (true, _) => Identity::Fid,
            (false, true) => Identity::Numbers(names.take("terrane_id")),
            (false, false) => Identity::Texts(names.take("terrane_id")),
        };
        let columns =
            self.schema.columns.iter().zip(&self.times).map(|(column, seen)| names.store(column, seen)).collect();
        if names.0.len() > COLUMNS_MAX {
            return Err(Error::too_large(format!(
                "The table needs {} columns; {COLUMNS_MAX} are possible.",
                names.0.len()
            )));
        }
        Ok(Layer {
            table: table.to_owned(),
            fid,
            geometry,
            identity,
            columns,
            schema: Arc::clone(&self.schema),
            rows: Some(self.rows.len() as u64),
            without_place: Some(self.without_place),
            bbox: (!self.bbox.is_empty()).then_some(self.bbox),
        })
    }

    /// Puts the rows in the order in which they are inserted: by id when `fid` is the id, else along the curve.
    fn put_in_order(&mut self) {
        if self.fid_is_id() {
            return;
        }
        let bbox = self.bbox;
        self.rows.sort_by_cached_key(|row| match row.centre[0].is_finite() {
            true => (0, hilbert::rank(&bbox, row.centre.map(f64::from)), row.place),
            false => (1, 0, row.place),
        });
    }
}

/// SQL names that are taken, in lower case: SQLite does not tell `Name` from `name`.
#[derive(Default)]
struct Names(std::collections::HashSet<String>);

impl Names {
    fn take(&mut self, wanted: &str) -> String {
        let wanted = if wanted.is_empty() { "column" } else { wanted };
        let numbered = (1..).map(|number| format!("{wanted}_{number}"));
        let mut all = std::iter::once(wanted.to_owned()).chain(numbered);
        let free = all.find(|name| !self.0.contains(&name.to_lowercase())).unwrap_or_default();
        self.0.insert(free.to_lowercase());
        free
    }

    fn store(&mut self, column: &Column, seen: &TimeUse) -> Stored {
        let name = self.take(&column.name.replace('\0', ""));
        let companions = seen.needs_companions().then(|| Companions {
            earliest: self.take(&format!("{name}_earliest_us")),
            latest: self.take(&format!("{name}_latest_us")),
            precision: self.take(&format!("{name}_precision")),
            stated: seen.any_stated().then(|| self.take(&format!("{name}_stated_as"))),
        });
        let time = (column.kind == ColumnKind::Time).then(|| TimeStore { form: seen.form(), companions });
        Stored { name, time }
    }
}

fn fill(connection: &Connection, layer: &Layer, gathered: &mut Gathered) -> Result<()> {
    connection.execute_batch(tables::FRAME).map_err(Error::internal)?;
    let srs_id = match &layer.schema.geometry {
        Some(geometry) => put_crs(connection, &geometry.crs)?,
        None => 0,
    };
    connection.execute_batch(&create_table(layer)).map_err(Error::internal)?;
    insert_rows(connection, layer, gathered, srs_id)?;
    describe(connection, layer, srs_id).map_err(Error::internal)?;
    index(connection, layer)
}

/// The row of `gpkg_spatial_ref_sys` for a CRS, made when it is not there; CRS84 is 4326, whose order here is x then y as well.
fn put_crs(connection: &Connection, crs: &Crs) -> Result<i32> {
    if *crs == Crs::crs84() || *crs == Crs::epsg(4326) {
        return Ok(4326);
    }
    let code = crs.authority_code().and_then(|(authority, code)| Some((authority, code.parse::<i32>().ok()?)));
    let (organisation, srs_id) = match code {
        Some((authority, code)) => (authority.to_uppercase(), code),
        None => ("NONE".to_owned(), 100_000),
    };
    let wkt =
        terrane_projection::wkt(crs, WktKind::Wkt1Gdal).or_else(|_| terrane_projection::wkt(crs, WktKind::Wkt2))?;
    let title = terrane_projection::info(crs).map_or_else(|_| "Custom".to_owned(), |info| info.title.clone());
    connection
        .execute(
            "INSERT INTO gpkg_spatial_ref_sys VALUES (?1, ?2, ?3, ?2, ?4, NULL)",
            params![title, srs_id, organisation, wkt],
        )
        .map_err(Error::internal)?;
    Ok(srs_id)
}

fn create_table(layer: &Layer) -> String {
    let mut columns = vec![format!("{} INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL", quoted(&layer.fid))];
    if let (Some(name), Some(geometry)) = (&layer.geometry, &layer.schema.geometry) {
        columns.push(format!("{} {}", quoted(name), tables::geometry_type(geometry.kind)));
    }
    match &layer.identity {
        Identity::Fid => {}
        Identity::Numbers(name) => columns.push(format!("{} INTEGER", quoted(name))),
        Identity::Texts(name) => columns.push(format!("{} TEXT", quoted(name))),
    }
    for (column, stored) in layer.schema.columns.iter().zip(&layer.columns) {
        columns.push(format!("{} {}", quoted(&stored.name), sql_type(column.kind, stored)));
        if let Some(names) = stored.time.as_ref().and_then(|time| time.companions.as_ref()) {
            let numbers = [&names.earliest, &names.latest, &names.precision];
            columns.extend(numbers.map(|name| format!("{} INTEGER", quoted(name))));
            columns.extend(names.stated.iter().map(|name| format!("{} TEXT", quoted(name))));
        }
    }
    format!("CREATE TABLE {} ({})", quoted(&layer.table), columns.join(", "))
}

fn sql_type(kind: ColumnKind, stored: &Stored) -> &'static str {
    match (kind, stored.time.as_ref().map(|time| time.form)) {
        (ColumnKind::Bool, _) => "BOOLEAN",
        (ColumnKind::Int, _) => "INTEGER",
        (ColumnKind::Float, _) => "REAL",
        (ColumnKind::Bytes, _) => "BLOB",
        (ColumnKind::Time, Some(TimeForm::Date)) => "DATE",
        (ColumnKind::Time, Some(TimeForm::DateTime)) => "DATETIME",
        _ => "TEXT",
    }
}

fn insert_rows(connection: &Connection, layer: &Layer, gathered: &mut Gathered, srs_id: i32) -> Result<()> {
    gathered.put_in_order();
    let count = layer.columns.iter().flat_map(all_names).count()
        + 1
        + usize::from(layer.geometry.is_some())
        + usize::from(layer.identity != Identity::Fid);
    let marks = vec!["?"; count].join(", ");
    let mut insert = connection
        .prepare(&format!("INSERT INTO {} VALUES ({marks})", quoted(&layer.table)))
        .map_err(Error::internal)?;
    let mut insert_box = match &layer.geometry {
        Some(geometry) => Some(prepare_rtree(connection, &layer.table, geometry)?),
        None => None,
    };
    let rows = std::mem::take(&mut gathered.rows);
    let mut inserter = Inserter { layer, srs_id, fid: 0, text: String::new() };
    let mut bytes = Vec::new();
    for row in &rows {
        gathered.spool.read(row.place, row.bytes as usize, &mut bytes)?;
        inserter.fid += 1;
        let bbox = inserter.insert(&mut insert, &mut bytes)?;
        if let (Some(insert), false) = (&mut insert_box, bbox.is_empty()) {
            let fid = inserter.fid;
            insert
                .execute(params![fid, bbox.min[0], bbox.max[0], bbox.min[1], bbox.max[1]])
                .map_err(Error::internal)?;
        }
    }
    gathered.rows = rows;
    Ok(())
}

fn prepare_rtree<'c>(connection: &'c Connection, table: &str, geometry: &str) -> Result<Statement<'c>> {
    connection.execute_batch(&tables::create_rtree(table, geometry)).map_err(Error::internal)?;
    let rtree = quoted(&tables::rtree_name(table, geometry));
    connection.prepare(&format!("INSERT INTO {rtree} VALUES (?, ?, ?, ?, ?)")).map_err(Error::internal)
}

fn all_names(stored: &Stored) -> impl Iterator<Item = &str> {
    let companions = stored.time.as_ref().is_some_and(|time| time.companions.is_some());
    companions.then_some(stored.name.as_str()).into_iter().chain(stored.reads())
}

/// Binds a row that was put aside and inserts it.
struct Inserter<'a> {
    layer: &'a Layer,
    srs_id: i32,
    fid: i64,
    text: String,
}

impl Inserter<'_> {
    /// Returns the box of the row.
    fn insert(&mut self, insert: &mut Statement<'_>, bytes: &mut [u8]) -> Result<Bbox> {
        let mut rest = &*bytes;
        take_value(&mut rest);
        let bbox = Bbox::from_array([(); 4].map(|()| f64::from_le_bytes(take(&mut rest))));
        let geometry_at = bytes.len() - rest.len();
        if bytes[geometry_at] == GEOMETRY {
            // The blob follows a tag and a length; its own CRS follows four bytes.
            bytes[geometry_at + 9..geometry_at + 13].copy_from_slice(&self.srs_id.to_le_bytes());
        }
        self.bind(insert, bytes, geometry_at).map_err(Error::internal)?;
        insert.raw_execute().map_err(|error| clash(error, &take_value(&mut &*bytes)))?;
        Ok(bbox)
    }

    fn bind(&mut self, insert: &mut Statement<'_>, bytes: &[u8], geometry_at: usize) -> rusqlite::Result<()> {
        let id = take_value(&mut &*bytes);
        let mut rest = &bytes[geometry_at..];
        let mut binder = Binder { statement: insert, at: 0 };
        if let (Identity::Fid, Put::Int(number)) = (&self.layer.identity, &id) {
            self.fid = *number;
        }
        binder.put(ValueRef::Integer(self.fid))?;
        let geometry = take_value(&mut rest);
        if self.layer.geometry.is_some() {
            binder.put(geometry.as_sql())?;
        }
        match (&self.layer.identity, &id) {
            (Identity::Fid, _) => {}
            (Identity::Texts(_), Put::Int(number)) => binder.put(ValueRef::Text(number.to_string().as_bytes()))?,
            (_, id) => binder.put(id.as_sql())?,
        }
        for stored in &self.layer.columns {
            let value = take_value(&mut rest);
            match &stored.time {
                None => binder.put(value.as_sql())?,
                Some(time) => self.bind_time(&mut binder, time, &value)?,
            }
        }
        Ok(())
    }

    fn bind_time(&mut self, binder: &mut Binder<'_, '_>, store: &TimeStore, value: &Put<'_>) -> rusqlite::Result<()> {
        let when = if let Put::Time(when) = value { Some(when) } else { None };
        self.text.clear();
        match when {
            Some(when) => {
                times::spell(store.form, when, &mut self.text);
                binder.put(ValueRef::Text(self.text.as_bytes()))?;
            }
            None => binder.put(ValueRef::Null)?,
        }
        if let Some(names) = &store.companions {
            let number = |number: Option<i64>| number.map_or(ValueRef::Null, ValueRef::Integer);
            binder.put(number(when.map(|when| when.earliest.0)))?;
            binder.put(number(when.map(|when| when.latest.0)))?;
            binder.put(number(when.map(|when| when.precision as i64)))?;
            if names.stated.is_some() {
                let stated = when.and_then(|when| when.stated_as.as_deref());
                binder.put(stated.map_or(ValueRef::Null, |text| ValueRef::Text(text.as_bytes())))?;
            }
        }
        Ok(())
    }
}

fn clash(error: rusqlite::Error, id: &Put<'_>) -> Error {
    if error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation) {
        return two_rows(&id.to_string());
    }
    Error::internal(error)
}

fn two_rows(id: &str) -> Error {
    Error::conflict(format!(
        "Two rows have the id “{id}”, which must tell rows apart; name another column as key, or none."
    ))
}

struct Binder<'s, 'c> {
    statement: &'s mut Statement<'c>,
    at: usize,
}

impl Binder<'_, '_> {
    fn put(&mut self, value: ValueRef<'_>) -> rusqlite::Result<()> {
        self.at += 1;
        self.statement.raw_bind_parameter(self.at, Bound(value))
    }
}

struct Bound<'a>(ValueRef<'a>);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(self.0))
    }
}

fn describe(connection: &Connection, layer: &Layer, srs_id: i32) -> rusqlite::Result<()> {
    let geometry = layer.schema.geometry.as_ref();
    let extent = layer.bbox.map(|bbox| bbox.to_array());
    let side = |at: usize| extent.map(|extent| extent[at]);
    let (data_type, srs) = if geometry.is_some() { ("features", Some(srs_id)) } else { ("attributes", None) };
    connection.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, min_x, min_y, max_x, max_y, srs_id) VALUES (?1, ?2, ?1, ?3, ?4, ?5, ?6, ?7)",
        params![layer.table, data_type, side(0), side(1), side(2), side(3), srs],
    )?;
    connection.execute("INSERT INTO gpkg_ogr_contents VALUES (?1, ?2)", params![layer.table, layer.rows])?;
    if let (Some(name), Some(geometry)) = (&layer.geometry, geometry) {
        describe_geometry(connection, &layer.table, name, (geometry, srs_id))?;
    }
    for (column, stored) in layer.schema.columns.iter().zip(&layer.columns) {
        describe_column(connection, &layer.table, column, stored)?;
    }
    connection.execute(
        "INSERT INTO gpkg_metadata (id, md_scope, md_standard_uri, mime_type, metadata) VALUES (1, 'dataset', ?1, 'application/json', ?2)",
        params![RECORD_URI, record::write(layer)],
    )?;
    connection.execute(
        "INSERT INTO gpkg_metadata_reference (reference_scope, table_name, md_file_id) VALUES ('table', ?1, 1)",
        params![layer.table],
    )?;
    Ok(())
}

fn describe_geometry(
    connection: &Connection,
    table: &str,
    name: &str,
    (geometry, srs_id): (&GeometryColumn, i32),
) -> rusqlite::Result<()> {
    let z = if geometry.has_z { 2 } else { 0 };
    connection.execute(
        "INSERT INTO gpkg_geometry_columns VALUES (?1, ?2, ?3, ?4, ?5, 0)",
        params![table, name, tables::geometry_type(geometry.kind), srs_id, z],
    )?;
    connection.execute(
        "INSERT INTO gpkg_extensions VALUES (?1, ?2, 'gpkg_rtree_index', 'http://www.geopackage.org/spec130/#extension_rtree', 'write-only')",
        params![table, name],
    )?;
    Ok(())
}

/// Titles and descriptions for QGIS, and the mark by which GDAL knows JSON.
fn describe_column(connection: &Connection, table: &str, column: &Column, stored: &Stored) -> rusqlite::Result<()> {
    let text = |text: &terrane_model::LocalText| Some(text.get(&[]).to_owned()).filter(|text| !text.is_empty());
    let (title, description) = (text(&column.title), text(&column.description));
    let mime_type = (column.kind == ColumnKind::Nested).then_some("application/json");
    if title.is_some() || description.is_some() || mime_type.is_some() {
        connection.execute(
            "INSERT INTO gpkg_data_columns VALUES (?1, ?2, NULL, ?3, ?4, ?5, NULL)",
            params![table, stored.name, title, description, mime_type],
        )?;
    }
    Ok(())
}

fn index(connection: &Connection, layer: &Layer) -> Result<()> {
    let create = |unique: &str, column: &str| {
        let name = quoted(&format!("{}_{column}", layer.table));
        let sql = format!("CREATE {unique} INDEX {name} ON {} ({})", quoted(&layer.table), quoted(column));
        connection.execute_batch(&sql)
    };
    if let Identity::Numbers(name) | Identity::Texts(name) = &layer.identity {
        create("UNIQUE", name)
            .map_err(|error| first_duplicate(connection, layer, name).unwrap_or(Error::internal(error)))?;
    }
    if let Some(time) = layer.schema.time.as_ref().and_then(|time| layer.schema.column(&time.start)) {
        let stored = &layer.columns[time.0];
        create("", stored.reads().next().unwrap_or(&stored.name)).map_err(Error::internal)?;
    }
    if let (Some(geometry), Some(1..)) = (&layer.geometry, layer.without_place) {
        let name = quoted(&format!("{}_without_place", layer.table));
        let (table, fid) = (quoted(&layer.table), quoted(&layer.fid));
        let sql = format!("CREATE INDEX {name} ON {table} ({fid}) WHERE {}", tables::without_place(&quoted(geometry)));
        connection.execute_batch(&sql).map_err(Error::internal)?;
    }
    if let Some(geometry) = &layer.geometry {
        connection
            .execute_batch(&tables::rtree_triggers(&layer.table, &layer.fid, geometry))
            .map_err(Error::internal)?;
    }
    connection.execute_batch(&tables::count_triggers(&layer.table)).map_err(Error::internal)
}

fn first_duplicate(connection: &Connection, layer: &Layer, column: &str) -> Option<Error> {
    let (table, column) = (quoted(&layer.table), quoted(column));
    let sql = format!("SELECT CAST({column} AS TEXT) FROM {table} GROUP BY {column} HAVING count(*) > 1 LIMIT 1");
    connection.query_row(&sql, [], |row| row.get::<_, String>(0)).ok().map(|id| two_rows(&id))
}

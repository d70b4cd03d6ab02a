//! Writing a layer: rows are gathered once, put in Hilbert order and inserted in that order, then indexed.

use super::aside::{GEOMETRY, Put, take, take_value};
use super::gather::Gathered;
use super::layer::{Identity, Layer, Stored, TimeForm, TimeStore, quoted};
use super::rtree::Packer;
use super::{RECORD_URI, record, tables, times};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, Statement, params};
use std::path::Path;
use std::sync::Arc;
use terrane_model::schema::{Column, ColumnKind, GeometryColumn};
use terrane_model::store::Written;
use terrane_model::{Batch, Bbox, Crs, Error, Result, Schema};
use terrane_projection::WktKind;

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
pub(super) fn put_crs(connection: &Connection, crs: &Crs) -> Result<i32> {
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

pub(super) fn create_table(layer: &Layer) -> String {
    let mut columns = vec![format!("{} INTEGER PRIMARY KEY NOT NULL", quoted(&layer.fid))];
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
    let mut packer = match &layer.geometry {
        Some(geometry) => Some(Packer::create(connection, &layer.table, geometry).map_err(Error::internal)?),
        None => None,
    };
    let rows = std::mem::take(&mut gathered.rows);
    let mut inserter = Inserter { layer, srs_id, fid: 0, text: String::new() };
    let mut bytes = Vec::new();
    for row in &rows {
        gathered.spool.read(row.place, row.bytes as usize, &mut bytes)?;
        inserter.fid += 1;
        let bbox = inserter.insert(&mut insert, &mut bytes)?;
        if let (Some(packer), false) = (&mut packer, bbox.is_empty()) {
            packer.add(inserter.fid, &bbox).map_err(Error::internal)?;
        }
    }
    if let Some(packer) = packer {
        packer.finish().map_err(Error::internal)?;
    }
    gathered.rows = rows;
    Ok(())
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
pub(super) fn describe_column(
    connection: &Connection,
    table: &str,
    column: &Column,
    stored: &Stored,
) -> rusqlite::Result<()> {
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

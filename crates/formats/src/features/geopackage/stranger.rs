//! Somebody else's GeoPackage: its tables are read in the order of their rows, with every guard up and no question answered by it.

use super::decode::{Reading, Trouble};
use super::layer::{Identity, Layer, Stored, TimeForm, TimeStore, quoted};
use super::open::{self, Budget, damaged};
use super::{RECORD_URI, record};
use crate::features::mix::KindMix;
use crate::features::needs::Needs;
use crate::features::place;
use crate::features::remarks::{Remarks, SharedFindings};
use crate::features::times;
use crate::features::wkb;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, params};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use terrane_model::about::LocalText;
use terrane_model::limits::BATCH_ROWS;
use terrane_model::report::{Finding, Report, Severity};
use terrane_model::schema::{Column, ColumnKind, GeometryColumn, GeometryKind};
use terrane_model::store::{OpenOptions, Opened, Views};
use terrane_model::{
    Batch, Bbox, BoxFuture, Crs, Error, FeatureQuery, FeatureScan, FeatureSource, Result, Rows, Schema,
};

/// Opens the layers of any GeoPackage: its feature tables and its tables without geometry.
pub fn open(path: &Path, options: &OpenOptions) -> Result<Vec<Opened>> {
    let (connection, budget) = open::stranger(path)?;
    refuse_what_runs(&connection)?;
    let mut opened = Vec::new();
    let mut refused = None;
    let tables = tables_listed(&connection)?;
    let only = tables.len() == 1;
    for (table, data_type) in tables {
        if options.layer.as_ref().is_some_and(|wanted| *wanted != table) {
            continue;
        }
        budget.renew();
        match open_table(&connection, path, (&table, &data_type), options, &budget) {
            Ok(layer) if only => opened.push(Opened { name: name_of_only(&connection, path, &table), ..layer }),
            Ok(layer) => opened.push(layer),
            Err(error) => refused = Some(error.at(format!("layer {table}"))),
        }
    }
    match (opened.is_empty(), refused, &options.layer) {
        (false, None, _) => Ok(opened),
        (false, Some(error), _) => {
            let what = format!("{error} This layer is left out.");
            opened.iter_mut().for_each(|layer| layer.report.add(Finding::new(Severity::Warning, what.clone(), "")));
            Ok(opened)
        }
        (true, Some(error), _) => Err(error),
        (true, None, Some(wanted)) => Err(Error::not_found(format!("The GeoPackage has no layer “{wanted}”."))),
        (true, None, None) => Err(Error::invalid("The GeoPackage has no layer of features or attributes.")),
    }
}

/// Names that programs give to a table when nobody says one.
const NAMELESS: [&str; 14] = [
    "features",
    "feature",
    "layer",
    "layers",
    "main",
    "data",
    "table",
    "default",
    "export",
    "output",
    "merged",
    "untitled",
    "sql_statement",
    "ogrgeojson",
];

/// What the only layer of a file is called: by its title, by its table, or by the file when these say nothing.
fn name_of_only(connection: &Connection, path: &Path, table: &str) -> String {
    let title: Option<String> = connection
        .query_row("SELECT identifier FROM gpkg_contents WHERE table_name = ?1", [table], |row| row.get(0))
        .unwrap_or_default();
    let says_something = |name: &String| {
        let plain =
            name.trim().trim_end_matches(|last: char| last.is_ascii_digit() || "_ -".contains(last)).to_lowercase();
        !plain.is_empty() && !NAMELESS.contains(&plain.as_str())
    };
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let names = title.map(|title| title.trim().to_owned()).into_iter().chain([table.to_owned()]).chain(stem);
    names.into_iter().find(says_something).unwrap_or_else(|| table.to_owned())
}

/// Virtual tables run code when they are opened; only the R-tree's is known to be harmless.
fn refuse_what_runs(connection: &Connection) -> Result<()> {
    let mut statement = connection
        .prepare("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL%'")
        .map_err(damaged)?;
    let virtual_tables = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)));
    for entry in virtual_tables.map_err(damaged)? {
        let (name, sql) = entry.map_err(damaged)?;
        let words = sql.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        let module = words.split_once(" using ").map_or("", |(_, module)| module);
        if !module.trim_start().trim_start_matches('"').starts_with("rtree") {
            return Err(Error::unsupported(format!(
                "The GeoPackage holds the virtual table “{name}”, which could run code; save its layers to a new GeoPackage (in QGIS: Export → Save Features As…)."
            )));
        }
    }
    Ok(())
}

fn tables_listed(connection: &Connection) -> Result<Vec<(String, String)>> {
    let is_table: Option<String> = connection
        .query_row("SELECT type FROM sqlite_master WHERE name = 'gpkg_contents'", [], |row| row.get(0))
        .optional()
        .map_err(damaged)?;
    if is_table.as_deref() != Some("table") {
        return Err(Error::unsupported(
            "The file is an SQLite database but not a GeoPackage: it has no table gpkg_contents; convert it with ogr2ogr -f GPKG.",
        ));
    }
    let mut statement = connection
        .prepare(
            "SELECT table_name, data_type FROM gpkg_contents WHERE data_type IN ('features', 'attributes', 'aspatial') ORDER BY rowid LIMIT 1000",
        )
        .map_err(damaged)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    rows.and_then(Iterator::collect).map_err(damaged)
}

fn open_table(
    connection: &Connection,
    path: &Path,
    (table, data_type): (&str, &str),
    options: &OpenOptions,
    budget: &Budget,
) -> Result<Opened> {
    let kind: Option<String> = connection
        .query_row("SELECT type FROM sqlite_master WHERE name = ?1 COLLATE NOCASE", [table], |row| row.get(0))
        .optional()
        .map_err(damaged)?;
    match kind.as_deref() {
        Some("table") => {}
        Some("view") => {
            return Err(Error::unsupported(
                "The layer is a view, whose query is not run; save it to a table of its own first.",
            ));
        }
        _ => return Err(Error::invalid("The layer is listed but its table is missing.")),
    }
    let mut report = Report {
        file: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        layer: table.to_owned(),
        format: "GeoPackage".to_owned(),
        ..Report::default()
    };
    let layer = match own_record(connection, table)? {
        Some(layer) => layer,
        None => describe(connection, table, data_type == "features")?,
    };
    let survey = survey(connection, &layer, budget)?;
    let layer = finish(connection, layer, &survey, options, &mut report)?;
    let findings = SharedFindings::default();
    let source = StrangerSource { path: path.to_owned(), layer: Arc::new(layer), findings: Arc::clone(&findings) };
    Ok(Opened {
        name: table.to_owned(),
        views: Views { features: Some(Arc::new(source)), ..Views::default() },
        rows_expected: Some(report.rows_read),
        report,
        findings,
        files: vec![path.to_owned()],
    })
}

/// The names of a table's columns as they are written; generated ones are left out.
pub fn column_names(connection: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_info(?1)")?;
    let names = statement.query_map([table], |row| row.get(0))?;
    names.collect()
}

/// The layer as a record of ours describes it, when there is one that fits the table.
fn own_record(connection: &Connection, table: &str) -> Result<Option<Layer>> {
    let text: Option<String> = connection
        .query_row(
            "SELECT m.metadata FROM gpkg_metadata m JOIN gpkg_metadata_reference r ON r.md_file_id = m.id
             WHERE m.md_standard_uri = ?1 AND r.reference_scope = 'table' AND r.table_name = ?2 LIMIT 1",
            params![RECORD_URI, table],
            |row| row.get(0),
        )
        .optional()
        .unwrap_or(None);
    let Some(text) = text else { return Ok(None) };
    let names = column_names(connection, table).map_err(damaged)?;
    Ok(record::read(table, &text, |name| names.iter().any(|known| known == name)))
}

/// The layer as its table and the standard's tables describe it.
fn describe(connection: &Connection, table: &str, has_geometry: bool) -> Result<Layer> {
    let geometry = if has_geometry { geometry_of(connection, table)? } else { None };
    let mut statement = connection.prepare("SELECT name, type, pk FROM pragma_table_info(?1)").map_err(damaged)?;
    let entries = statement
        .query_map([table], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?)))
        .and_then(Iterator::collect::<rusqlite::Result<Vec<_>>>)
        .map_err(damaged)?;
    let is_key = |(_, kind, place): &&(String, String, i64)| *place > 0 && kind.eq_ignore_ascii_case("INTEGER");
    let one_key = entries.iter().filter(|(_, _, place)| *place > 0).count() == 1;
    let key = entries.iter().find(is_key).filter(|_| one_key).map(|(name, _, _)| name.clone());
    let fid = match key.clone() {
        Some(name) => name,
        None => row_number(connection, table, &entries)?,
    };
    let mut columns = Vec::new();
    let mut stored = Vec::new();
    for (name, declared, _) in &entries {
        if Some(name) == key.as_ref() || Some(name) == geometry.as_ref().map(|(name, _)| name) {
            continue;
        }
        let (column, store) = column_of(connection, table, name, declared);
        columns.push(column);
        stored.push(store);
    }
    let (geometry, geometry_column) = geometry.unzip();
    let schema = Schema { columns, geometry: geometry_column, time: None, key: None };
    Ok(Layer {
        table: table.to_owned(),
        fid,
        geometry,
        identity: Identity::Fid,
        columns: stored,
        schema: Arc::new(schema),
        rows: None,
        without_place: None,
        bbox: None,
    })
}

/// The name by which SQLite knows the number of a row in a table without an integer key.
fn row_number(connection: &Connection, table: &str, entries: &[(String, String, i64)]) -> Result<String> {
    let taken = |name: &str| entries.iter().any(|(known, _, _)| known.eq_ignore_ascii_case(name));
    let free = ["rowid", "_rowid_", "oid"].into_iter().find(|name| !taken(name));
    let free = free.filter(|name| {
        let sql = format!("SELECT {} FROM {} LIMIT 0", quoted(name), quoted(table));
        connection.prepare(&sql).is_ok()
    });
    free.map(str::to_owned).ok_or_else(|| {
        Error::unsupported(
            "The table has no integer primary key, which GeoPackage requires; save it to a new GeoPackage.",
        )
    })
}

fn geometry_of(connection: &Connection, table: &str) -> Result<Option<(String, GeometryColumn)>> {
    let found = connection
        .query_row(
            "SELECT column_name, geometry_type_name, z FROM gpkg_geometry_columns WHERE table_name = ?1 COLLATE NOCASE",
            [table],
            |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?)),
        )
        .optional()
        .map_err(damaged)?;
    Ok(found.map(|(name, _, z)| {
        let column = GeometryColumn { name: name.clone(), kind: GeometryKind::Any, crs: Crs::crs84(), has_z: z > 0 };
        (name, column)
    }))
}

fn column_of(connection: &Connection, table: &str, name: &str, declared: &str) -> (Column, Stored) {
    let described = connection
        .query_row(
            "SELECT title, description, mime_type FROM gpkg_data_columns WHERE table_name = ?1 AND column_name = ?2",
            params![table, name],
            |row| {
                Ok((
                    row.get::<_, Option<String>>(0)?,
                    row.get::<_, Option<String>>(1)?,
                    row.get::<_, Option<String>>(2)?,
                ))
            },
        )
        .unwrap_or_default();
    let (title, description, mime_type) = described;
    let (mut kind, form) = kind_of(declared);
    if kind == ColumnKind::Text && mime_type.as_deref() == Some("application/json") {
        kind = ColumnKind::Nested;
    }
    let local = |text: Option<String>| text.map_or_else(LocalText::default, |text| LocalText::one("und", text));
    let column = Column { title: local(title), description: local(description), ..Column::new(name, kind) };
    let time = form.map(|form| TimeStore { form, companions: None });
    (column, Stored { name: name.to_owned(), time })
}

/// The kind that a declared type means: GeoPackage's types first, then SQLite's rules of affinity.
fn kind_of(declared: &str) -> (ColumnKind, Option<TimeForm>) {
    let upper = declared.to_uppercase();
    let name = upper.split('(').next().unwrap_or("").trim();
    let has = |part: &str| name.contains(part);
    match name {
        "BOOLEAN" | "BOOL" => (ColumnKind::Bool, None),
        "DATE" => (ColumnKind::Time, Some(TimeForm::Date)),
        "DATETIME" | "TIMESTAMP" => (ColumnKind::Time, Some(TimeForm::DateTime)),
        _ if has("INT") => (ColumnKind::Int, None),
        _ if has("CHAR") || has("CLOB") || has("TEXT") => (ColumnKind::Text, None),
        _ if has("BLOB") || has("GEOMETRY") || has("POINT") || has("POLYGON") || has("LINESTRING") => {
            (ColumnKind::Bytes, None)
        }
        _ if has("REAL") || has("FLOA") || has("DOUB") || has("NUMERIC") || has("DECIMAL") => (ColumnKind::Float, None),
        _ => (ColumnKind::Text, None),
    }
}

/// What a look at every geometry's first bytes tells.
struct Survey {
    rows: u64,
    mix: KindMix,
    bbox: Bbox,
    has_z: bool,
}

fn survey(connection: &Connection, layer: &Layer, budget: &Budget) -> Result<Survey> {
    let mut survey = Survey { rows: 0, mix: KindMix::default(), bbox: Bbox::EMPTY, has_z: false };
    let Some(geometry) = &layer.geometry else {
        let sql = format!("SELECT count(*) FROM {}", quoted(&layer.table));
        survey.rows = connection.query_row(&sql, [], |row| row.get(0)).map_err(damaged)?;
        return Ok(survey);
    };
    let sql = format!("SELECT {} FROM {}", quoted(geometry), quoted(&layer.table));
    let mut statement = connection.prepare(&sql).map_err(damaged)?;
    let mut rows = statement.query([]).map_err(damaged)?;
    while let Some(row) = rows.next().map_err(damaged)? {
        if survey.rows.is_multiple_of(BATCH_ROWS as u64) {
            budget.renew();
        }
        survey.rows += 1;
        match row.get_ref(0) {
            Ok(ValueRef::Blob(blob)) => {
                let (kind, has_z) = wkb::kind_of_blob(blob).unwrap_or((GeometryKind::Any, false));
                survey.mix.add(kind);
                survey.has_z |= has_z;
                if let Some(bbox) = wkb::envelope(blob) {
                    survey.bbox = survey.bbox.union(&Bbox::from_array(bbox));
                }
            }
            _ => survey.mix.add(GeometryKind::Any),
        }
    }
    Ok(survey)
}

/// Completes the schema by what the survey and the person say.
fn finish(
    connection: &Connection,
    mut layer: Layer,
    survey: &Survey,
    options: &OpenOptions,
    report: &mut Report,
) -> Result<Layer> {
    let mut schema = (*layer.schema).clone();
    report.rows_read = survey.rows;
    if let Some(geometry) = &mut schema.geometry {
        // Only a record of ours says how many rows there are, and it says what the geometry is.
        let declared = match layer.rows {
            Some(_) => Some((geometry.crs.clone(), "the record of the layer".to_owned())),
            None => {
                (geometry.kind, geometry.has_z) = (survey.mix.kind(), survey.has_z);
                declared_crs(connection, &layer.table, report)?
            }
        };
        geometry.crs = place::decide(options.crs.as_ref(), declared, &survey.bbox, report);
        survey.mix.findings().into_iter().for_each(|finding| report.add(finding));
    }
    if let Some(key) = &options.key {
        layer.identity = identity_of(connection, &layer, &schema, key, report)?;
        schema.key = Some(key.clone());
    }
    if let Some(place) = times::choose(&mut schema, options.time.as_deref(), report)? {
        layer.columns[place].time = Some(TimeStore { form: TimeForm::Text, companions: None });
    }
    layer.rows = Some(survey.rows);
    layer.without_place = Some(survey.mix.without());
    layer.schema = Arc::new(schema);
    Ok(layer)
}

fn declared_crs(connection: &Connection, table: &str, report: &mut Report) -> Result<Option<(Crs, String)>> {
    let found = connection
        .query_row(
            "SELECT g.srs_id, s.organization, s.organization_coordsys_id, s.definition
             FROM gpkg_geometry_columns g LEFT JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id
             WHERE g.table_name = ?1 COLLATE NOCASE",
            [table],
            |row| {
                let text = |at: usize| row.get::<_, Option<String>>(at).map(Option::unwrap_or_default);
                Ok((row.get::<_, i64>(0)?, text(1)?, row.get::<_, Option<i64>>(2)?, text(3)?))
            },
        )
        .optional()
        .map_err(damaged)?;
    let Some((srs_id, organisation, code, definition)) = found else { return Ok(None) };
    if matches!(srs_id, -1 | 0) {
        return Ok(None);
    }
    let named = code
        .filter(|_| !organisation.eq_ignore_ascii_case("NONE"))
        .and_then(|code| terrane_projection::parse(&format!("{}:{code}", organisation.to_uppercase())).ok());
    if let Some(crs) = named {
        return Ok(Some((crs, format!("srs_id {srs_id} of the GeoPackage"))));
    }
    match terrane_projection::identify(&definition) {
        Ok(crs) => Ok(Some((crs, format!("the definition of srs_id {srs_id} in the GeoPackage")))),
        Err(error) => {
            let what =
                format!("The coordinate reference system of the layer (srs_id {srs_id}) is not understood: {error}");
            report.add(Finding::new(Severity::Warning, what, "Say it with --crs, for example --crs EPSG:4326."));
            Ok(None)
        }
    }
}

/// Checks that a column identifies rows.
fn identity_of(
    connection: &Connection,
    layer: &Layer,
    schema: &Schema,
    key: &str,
    report: &mut Report,
) -> Result<Identity> {
    let Some((at, column)) = schema.column(key) else {
        return Err(Error::invalid(format!("The layer has no column “{key}” to identify rows by.")).at("key"));
    };
    if !matches!(column.kind, ColumnKind::Int | ColumnKind::Text) {
        let say = format!("The column “{key}” holds neither whole numbers nor texts, so it cannot identify rows.");
        return Err(Error::invalid(say).at("key"));
    }
    let name = layer.columns[at].name.clone();
    let (sql_name, table) = (quoted(&name), quoted(&layer.table));
    let sql =
        format!("SELECT count(*) - count({sql_name}), count({sql_name}) - count(DISTINCT {sql_name}) FROM {table}");
    let (missing, doubled): (u64, u64) =
        connection.query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?))).map_err(damaged)?;
    if missing + doubled > 0 {
        let what =
            format!("The column “{key}” cannot identify rows: {missing} rows have no value and {doubled} repeat one.");
        report.add(Finding::new(Severity::Refusal, what, "Choose another --key, or none.").in_field(key));
    }
    Ok(if column.kind == ColumnKind::Int { Identity::Numbers(name) } else { Identity::Texts(name) })
}

/// Rows of a stranger's table, unfiltered.
struct StrangerSource {
    path: PathBuf,
    layer: Arc<Layer>,
    findings: SharedFindings,
}

impl FeatureSource for StrangerSource {
    fn schema(&self) -> &Arc<Schema> {
        &self.layer.schema
    }

    fn scan(&self, query: &FeatureQuery) -> BoxFuture<'_, Result<FeatureScan>> {
        let residual = query.whole_filter(&self.layer.schema);
        let needs = Needs::of(query, Some(&residual), true, &self.layer.schema);
        let scan =
            StrangerScan::new(self, &needs).map(|rows| FeatureScan::unfinished(Rows::Local(Box::new(rows)), residual));
        Box::pin(std::future::ready(scan))
    }
}

struct StrangerScan {
    connection: Connection,
    budget: Budget,
    reading: Reading,
    layer: Arc<Layer>,
    kind: GeometryKind,
    remarks: Remarks,
    last: Option<i64>,
    rows_read: u64,
    done: bool,
}

impl StrangerScan {
    fn new(source: &StrangerSource, needs: &Needs) -> Result<Self> {
        let (connection, budget) = open::stranger(&source.path)?;
        Ok(Self {
            connection,
            budget,
            reading: Reading::new(&source.layer, &needs.columns, needs.geometry),
            layer: Arc::clone(&source.layer),
            kind: source.layer.schema.geometry.as_ref().map_or(GeometryKind::Any, |geometry| geometry.kind),
            remarks: Remarks::new(&source.findings),
            last: None,
            rows_read: 0,
            done: false,
        })
    }

    fn step(&mut self) -> Result<Option<Batch>> {
        self.budget.renew();
        let fid = quoted(&self.layer.fid);
        let sql = format!(
            "SELECT {} FROM {} t WHERE ?1 IS NULL OR t.{fid} > ?1 ORDER BY t.{fid} LIMIT {BATCH_ROWS}",
            self.reading.select_list(&self.layer),
            quoted(&self.layer.table),
        );
        let sql = if self.last.is_some() { sql.replace("?1 IS NULL OR ", "") } else { sql };
        let mut statement = self.connection.prepare_cached(&sql).map_err(damaged)?;
        let mut rows = statement.query([self.last]).map_err(damaged)?;
        let mut pending = self.reading.begin(self.kind);
        let (before, floor) = (self.rows_read, self.last);
        while let Some(row) = rows.next().map_err(damaged)? {
            self.rows_read += 1;
            let (number, schema, remarks) = (self.rows_read, &self.reading.schema, &mut self.remarks);
            let fid = self.reading.row(row, &mut pending, |trouble| remark(remarks, schema, number, trouble))?;
            if floor.is_some_and(|floor| fid <= floor) {
                return Err(not_rising(number));
            }
            self.last = Some(fid);
            if pending.is_full() {
                break;
            }
        }
        self.done = self.rows_read == before;
        Ok((!self.done).then(|| pending.finish()))
    }
}

impl Iterator for StrangerScan {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let outcome = self.step();
        self.done |= outcome.is_err();
        outcome.transpose()
    }
}

/// A table whose pages are damaged can give the rows that were asked for before, again and again, without end.
fn not_rising(row: u64) -> Error {
    let say = "The GeoPackage is damaged: it gives the same rows again. Ask its maker for a whole copy and add that.";
    Error::invalid(say).at(format!("row {row}"))
}

fn remark(remarks: &mut Remarks, schema: &Schema, row: u64, trouble: Trouble) {
    let (column, what, remedy) = match trouble {
        Trouble::Geometry(notes) => return remarks.mended(row, notes),
        Trouble::NoGeometry(error) => return remarks.no_geometry(row, &error),
        Trouble::WrongKind(column) => (
            column,
            "A value is not of the kind that the column declares; it is left out.",
            "Correct the value or the column's type.",
        ),
        Trouble::NotText(column) => (
            column,
            "A text is not UTF-8; what cannot be read is marked with “\u{fffd}”.",
            "Save the layer again as UTF-8.",
        ),
        Trouble::NotTime(column) => (
            column,
            "A text in a column of dates is not a date; it is left out.",
            "Write dates like 2019-07-01 or 2019-07-01T12:30:00Z.",
        ),
    };
    let name = schema.columns.get(column).map_or("", |column| column.name.as_str());
    remarks.add(Finding::new(Severity::Warning, what, remedy).at_row(row).in_field(name));
}

//! Making an empty log, all or nothing in one transaction.

use super::super::gather::Names;
use super::super::layer::{Identity, Layer, Stored, TimeForm, TimeStore, quoted};
use super::super::{record, tables, write};
use super::{CHANGES, CHANGES_URI, ChangeLog, LATEST, Marks, failed};
use rusqlite::{Connection, params};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use terrane_model::schema::{Column, ColumnKind};
use terrane_model::{Result, Schema};

impl ChangeLog {
    /// Makes an empty log for a layer of this schema. `texts` says that the identities of the layer are texts. `path` must not exist;
    /// to be seen whole or not at all, it is built under another name and renamed by the caller.
    pub fn create(path: &Path, schema: &Arc<Schema>, texts: bool) -> Result<()> {
        let (layer, marks) = layer_of(schema);
        let mut connection = Connection::open(path).map_err(failed)?;
        let settings = "PRAGMA application_id = 1196444487; PRAGMA user_version = 10300;
                        PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;";
        connection.execute_batch(settings).map_err(failed)?;
        let transaction = connection.transaction().map_err(failed)?;
        transaction.execute_batch(tables::FRAME).map_err(failed)?;
        let srs_id = match &schema.geometry {
            Some(geometry) => write::put_crs(&transaction, &geometry.crs)?,
            None => 0,
        };
        fill(&transaction, &layer, &marks, srs_id).map_err(failed)?;
        put_record(&transaction, &layer, &marks, texts).map_err(failed)?;
        transaction.commit().map_err(failed)?;
        connection.close().map_err(|(_, error)| failed(error))
    }
}

/// How the layer lies in the table of changes. Every moment has its companions: what later ones need is not known.
fn layer_of(schema: &Arc<Schema>) -> (Layer, Marks) {
    let mut names = Names::default();
    let fid = names.take("fid");
    let geometry = schema.geometry.as_ref().map(|_| names.take("geom"));
    let identity = Identity::Texts(names.take("terrane_id"));
    let marks = Marks {
        sequence: names.take("terrane_sequence"),
        removed: names.take("terrane_removed"),
        in_base: names.take("terrane_in_base"),
    };
    let columns = schema.columns.iter().map(|column| stored(&mut names, column)).collect();
    let layer = Layer {
        table: CHANGES.to_owned(),
        fid,
        geometry,
        identity,
        columns,
        schema: Arc::clone(schema),
        rows: None,
        without_place: None,
        bbox: None,
    };
    (layer, marks)
}

fn stored(names: &mut Names, column: &Column) -> Stored {
    let name = names.take(&column.name.replace('\0', ""));
    let time = (column.kind == ColumnKind::Time)
        .then(|| TimeStore { form: TimeForm::DateTime, companions: Some(names.companions(&name, true)) });
    Stored { name, time }
}

fn fill(connection: &Connection, layer: &Layer, marks: &Marks, srs_id: i32) -> rusqlite::Result<()> {
    let (changes, latest) = (quoted(CHANGES), quoted(LATEST));
    let id = quoted(layer.identity.column(&layer.fid));
    let [sequence, removed, in_base] = [&marks.sequence, &marks.removed, &marks.in_base].map(|name| quoted(name));
    connection.execute_batch(&write::create_table(layer))?;
    connection.execute_batch(&format!(
        "ALTER TABLE {changes} ADD COLUMN {sequence} INTEGER NOT NULL DEFAULT 0;
         ALTER TABLE {changes} ADD COLUMN {removed} BOOLEAN NOT NULL DEFAULT 0;
         ALTER TABLE {changes} ADD COLUMN {in_base} BOOLEAN NOT NULL DEFAULT 0;
         CREATE UNIQUE INDEX changes_by_id ON {changes} ({id}, {sequence});
         CREATE INDEX changes_by_sequence ON {changes} ({sequence});
         CREATE VIEW {latest} AS SELECT c.* FROM {changes} c WHERE c.{removed} = 0
           AND c.{sequence} = (SELECT max(x.{sequence}) FROM {changes} x WHERE x.{id} = c.{id});"
    ))?;
    let data_type = if layer.geometry.is_some() { "features" } else { "attributes" };
    let srs = layer.geometry.is_some().then_some(srs_id);
    for (table, identifier) in [(CHANGES, "all changes"), (LATEST, "latest state of changed rows")] {
        let contents = "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES (?1, ?2, ?3, ?4)";
        connection.execute(contents, params![table, data_type, identifier, srs])?;
        if let (Some(name), Some(geometry)) = (&layer.geometry, &layer.schema.geometry) {
            let z = if geometry.has_z { 2 } else { 0 };
            let kind = tables::geometry_type(geometry.kind);
            let columns = "INSERT INTO gpkg_geometry_columns VALUES (?1, ?2, ?3, ?4, ?5, 0)";
            connection.execute(columns, params![table, name, kind, srs_id, z])?;
        }
        for (column, stored) in layer.schema.columns.iter().zip(&layer.columns) {
            write::describe_column(connection, table, column, stored)?;
        }
    }
    Ok(())
}

fn put_record(connection: &Connection, layer: &Layer, marks: &Marks, texts: bool) -> rusqlite::Result<()> {
    let layer_record: Value = serde_json::from_str(&record::write(layer)).unwrap_or_default();
    let record = json!({
        "layer": layer_record, "sequence": marks.sequence, "removed": marks.removed, "in_base": marks.in_base,
        "ids": if texts { "texts" } else { "numbers" },
    });
    connection.execute(
        "INSERT INTO gpkg_metadata (id, md_scope, md_standard_uri, mime_type, metadata) VALUES (1, 'dataset', ?1, 'application/json', ?2)",
        params![CHANGES_URI, record.to_string()],
    )?;
    let refer = "INSERT INTO gpkg_metadata_reference (reference_scope, table_name, md_file_id) VALUES ('table', ?1, 1)";
    connection.execute(refer, [CHANGES]).map(drop)
}

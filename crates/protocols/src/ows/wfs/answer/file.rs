//! Rows as files that cannot be written while they are sent: made in a temporary place, then sent piece by piece.

use super::Part;
use super::table::projected;
use crate::common::flow::{PIECE_BYTES, Piecewise};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use terrane_engine::{Caller, Cancel, Engine};
use terrane_formats::features::{geopackage as geopackage_format, shapefile as shapefile_format};
use terrane_model::{Error, Result, Schema};

/// A file that is sent and then forgotten.
pub struct Sent {
    file: File,
    _place: TempDir,
}

impl Piecewise for Sent {
    fn write_on(&mut self, cancel: &Cancel, out: &mut Vec<u8>) -> Result<bool> {
        cancel.check()?;
        let most = PIECE_BYTES as u64;
        let read = (&mut self.file).take(most).read_to_end(out).map_err(Error::internal)?;
        Ok(read as u64 == most)
    }
}

/// The rows as a GeoPackage of one layer, called after the dataset.
pub fn geopackage(engine: &Engine, part: &Part, cancel: &Cancel) -> Result<Sent> {
    let place = tempfile::tempdir().map_err(Error::internal)?;
    let path = place.path().join("features.gpkg");
    let mut stream = engine.feature_stream_here(Caller::Public, part.question(), cancel)?;
    let schema = answer_schema(part, &stream.schema);
    let mut rows = std::iter::from_fn(|| stream.batch(cancel).transpose());
    geopackage_format::write(&path, part.planned.feature_type.entry.about().id.as_str(), &Arc::new(schema), &mut rows)?;
    Sent::of(&path, place)
}

/// The rows as a Shapefile, packed. They are read twice, in the same state.
pub fn shapefile(engine: &Engine, part: &Part, cancel: &Cancel) -> Result<Sent> {
    let place = tempfile::tempdir().map_err(Error::internal)?;
    let path = place.path().join("features.zip");
    let stream = || engine.feature_stream_here(Caller::Public, part.question(), cancel);
    let (mut first, mut second) = (stream()?, stream()?);
    let schema = answer_schema(part, &first.schema);
    let mut measuring = std::iter::from_fn(|| first.batch(cancel).transpose());
    let mut rows = std::iter::from_fn(|| second.batch(cancel).transpose());
    let name = part.planned.feature_type.entry.about().id.as_str();
    shapefile_format::write(&path, name, &schema, &mut measuring, &mut rows)?;
    Sent::of(&path, place)
}

impl Sent {
    fn of(path: &Path, place: TempDir) -> Result<Self> {
        Ok(Self { file: File::open(path).map_err(Error::internal)?, _place: place })
    }
}

/// The schema of the answer: the columns asked, in its CRS.
fn answer_schema(part: &Part, schema: &Schema) -> Schema {
    let mut schema = projected(schema, &part.planned.question.query.columns);
    if let Some(geometry) = &mut schema.geometry {
        geometry.crs = part.planned.question.crs.clone();
    }
    schema
}

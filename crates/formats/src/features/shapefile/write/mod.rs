//! Writing a Shapefile, packed: rows are looked at once for the widths of fields and written the second time.
//!
//! Heights are left out, texts are cut at 254 bytes, and names at 10: that is all that the format holds.

mod fields;
mod shapes;

use fields::Fields;
use shapes::ShapeFiles;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use terrane_model::{Batch, Error, Result, Schema};
use terrane_projection::WktKind;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Bytes that a part of a Shapefile may have; readers use signed numbers of 32 bits.
const PART_BYTES_MAX: u64 = 2_147_483_647;

/// Writes a new zip file with the parts of a Shapefile of this name. Both passes must give the same rows.
///
/// Refuses rows of points, lines and areas together, which one Shapefile cannot hold, and more than 2 GB.
pub fn write(
    path: &Path,
    name: &str,
    schema: &Schema,
    measuring: &mut dyn Iterator<Item = Result<Batch>>,
    rows: &mut dyn Iterator<Item = Result<Batch>>,
) -> Result<()> {
    let mut fields = Fields::new(schema);
    let mut kind = shapes::Kind::default();
    let mut count = 0_usize;
    for batch in measuring {
        let batch = batch?;
        fields.measure(&batch);
        kind.see(&batch)?;
        count += batch.len();
    }
    let folder = tempfile::tempdir().map_err(Error::internal)?;
    let place = |ending: &str| folder.path().join(format!("part.{ending}"));
    let mut table = BufWriter::new(File::create(place("dbf")).map_err(Error::internal)?);
    table.write_all(&fields.header(count)?).map_err(Error::internal)?;
    let mut shapes = match &schema.geometry {
        Some(_) => Some(ShapeFiles::create(&place("shp"), &place("shx"), kind)?),
        None => None,
    };
    let mut record = Vec::new();
    for batch in rows {
        for feature in batch?.features() {
            record.clear();
            fields.record(&feature, &mut record);
            table.write_all(&record).map_err(Error::internal)?;
            if let Some(shapes) = &mut shapes {
                shapes.add(&feature)?;
            }
        }
    }
    table.write_all(&[0x1a]).and_then(|()| table.flush()).map_err(Error::internal)?;
    let mut endings = vec!["dbf"];
    if let Some(shapes) = shapes {
        shapes.finish()?;
        endings.extend(["shp", "shx"]);
    }
    let texts = [("cpg", Some("UTF-8".to_owned())), ("prj", projection(schema))];
    let files: Vec<(&str, PathBuf)> = endings.into_iter().map(|ending| (ending, place(ending))).collect();
    pack(path, name, &files, &texts)
}

/// The CRS as Esri writes it.
fn projection(schema: &Schema) -> Option<String> {
    terrane_projection::wkt(schema.crs()?, WktKind::Wkt1Esri).ok()
}

fn pack(path: &Path, name: &str, files: &[(&str, PathBuf)], texts: &[(&str, Option<String>)]) -> Result<()> {
    let mut zip = ZipWriter::new(File::create(path).map_err(Error::internal)?);
    let options = SimpleFileOptions::default();
    for (ending, part) in files {
        zip.start_file(format!("{name}.{ending}"), options).map_err(Error::internal)?;
        let mut part = File::open(part).map_err(Error::internal)?;
        std::io::copy(&mut part, &mut zip).map_err(Error::internal)?;
    }
    for (ending, text) in texts {
        if let Some(text) = text {
            zip.start_file(format!("{name}.{ending}"), options).map_err(Error::internal)?;
            zip.write_all(text.as_bytes()).map_err(Error::internal)?;
        }
    }
    zip.finish().map(drop).map_err(Error::internal)
}

/// The error for what does not fit into the format.
fn too_large() -> Error {
    Error::too_large("A Shapefile holds 2 GB in each of its parts; ask for less, or for a GeoPackage.")
}

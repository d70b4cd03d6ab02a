//! The `.shp` and `.shx` parts (Esri 1998): null shapes, points, lines, areas.

use super::{PART_BYTES_MAX, too_large};
use crate::features::geojson::is_clockwise;
use std::fs::File;
use std::io::{BufWriter, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use terrane_model::geometry::GeometryRef;
use terrane_model::schema::GeometryKind;
use terrane_model::{Batch, Bbox, Error, Feature, Result};

/// What the rows are: shapes of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Kind {
    /// Points, lines or areas, by the kind of their parts.
    part: Option<GeometryKind>,
    /// Whether some row has more than one part.
    many: bool,
}

impl Kind {
    /// Looks at rows; refuses a mixture.
    pub(super) fn see(&mut self, batch: &Batch) -> Result<()> {
        let mixed =
            || Error::unsupported("A Shapefile holds points, lines or areas, not a mixture; ask for a GeoPackage.");
        for feature in batch.features() {
            let Some(geometry) = feature.geometry() else { continue };
            self.many |= geometry.kind() != geometry.kind().part();
            for part in geometry.parts() {
                if *self.part.get_or_insert(part.kind()) != part.kind() {
                    return Err(mixed().at("outputFormat"));
                }
            }
        }
        Ok(())
    }

    fn number(self) -> i32 {
        match (self.part, self.many) {
            (None, _) => 0,
            (Some(GeometryKind::Point), false) => 1,
            (Some(GeometryKind::LineString), _) => 3,
            (Some(GeometryKind::Polygon), _) => 5,
            (Some(_), _) => 8,
        }
    }
}

/// Both files while they are written.
pub(super) struct ShapeFiles {
    shapes: BufWriter<File>,
    index: BufWriter<File>,
    kind: Kind,
    bbox: Bbox,
    /// Bytes of the shapes so far, their header included.
    bytes: u64,
    rows: u64,
}

const HEADER_BYTES: u64 = 100;

impl ShapeFiles {
    pub(super) fn create(shapes: &Path, index: &Path, kind: Kind) -> Result<Self> {
        let new = |path: &Path| {
            let mut file = BufWriter::new(File::create(path).map_err(Error::internal)?);
            file.write_all(&[0; HEADER_BYTES as usize]).map_err(Error::internal)?;
            Ok::<_, Error>(file)
        };
        Ok(Self { shapes: new(shapes)?, index: new(index)?, kind, bbox: Bbox::EMPTY, bytes: HEADER_BYTES, rows: 0 })
    }

    pub(super) fn add(&mut self, feature: &Feature<'_>) -> Result<()> {
        let content = match feature.geometry().filter(|geometry| !geometry.is_empty()) {
            Some(geometry) => {
                self.bbox = self.bbox.union(&geometry.bbox());
                content(&geometry, self.kind.number())
            }
            None => 0_i32.to_le_bytes().to_vec(),
        };
        self.rows += 1;
        let whole = self.bytes + 8 + content.len() as u64;
        let (Ok(offset), Ok(length), true) =
            (i32::try_from(self.bytes / 2), i32::try_from(content.len() / 2), whole <= PART_BYTES_MAX)
        else {
            return Err(too_large());
        };
        let number = i32::try_from(self.rows).map_err(|_| too_large())?;
        let write = |out: &mut BufWriter<File>, parts: [&[u8]; 3]| {
            parts.into_iter().try_for_each(|part| out.write_all(part)).map_err(Error::internal)
        };
        write(&mut self.shapes, [&number.to_be_bytes(), &length.to_be_bytes(), &content])?;
        write(&mut self.index, [&offset.to_be_bytes(), &length.to_be_bytes(), &[]])?;
        self.bytes = whole;
        Ok(())
    }

    /// Writes the headers, which tell what is known only now.
    pub(super) fn finish(self) -> Result<()> {
        let Self { shapes, index, kind, bbox, bytes, rows } = self;
        for (mut file, length) in [(shapes, bytes), (index, HEADER_BYTES + 8 * rows)] {
            let mut header = 9_994_i32.to_be_bytes().to_vec();
            header.resize(24, 0);
            header.extend_from_slice(&i32::try_from(length / 2).map_err(|_| too_large())?.to_be_bytes());
            header.extend_from_slice(&1_000_i32.to_le_bytes());
            header.extend_from_slice(&kind.number().to_le_bytes());
            let corners = if bbox.is_empty() { [0.0; 4] } else { bbox.to_array() };
            corners.iter().for_each(|number| header.extend_from_slice(&number.to_le_bytes()));
            header.resize(HEADER_BYTES as usize, 0);
            file.seek(SeekFrom::Start(0))
                .and_then(|_| file.write_all(&header))
                .and_then(|()| file.flush())
                .map_err(Error::internal)?;
        }
        Ok(())
    }
}

/// The content of a record.
fn content(geometry: &GeometryRef<'_>, number: i32) -> Vec<u8> {
    let mut out = number.to_le_bytes().to_vec();
    let put =
        |out: &mut Vec<u8>, position: [f64; 2]| position.iter().for_each(|at| out.extend_from_slice(&at.to_le_bytes()));
    if number == 1 {
        put(&mut out, geometry.positions().first().copied().unwrap_or([0.0; 2]));
        return out;
    }
    geometry.bbox().to_array().iter().for_each(|at| out.extend_from_slice(&at.to_le_bytes()));
    let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX).to_le_bytes();
    let runs = runs(geometry, number == 5);
    let total: usize = runs.iter().map(Vec::len).sum();
    if number != 8 {
        out.extend_from_slice(&count(runs.len()));
    }
    out.extend_from_slice(&count(total));
    if number != 8 {
        let mut from = 0;
        for run in &runs {
            out.extend_from_slice(&count(from));
            from += run.len();
        }
    }
    runs.iter().flatten().for_each(|&position| put(&mut out, position));
    out
}

/// Lines or rings. Outer rings run with the clock here, holes against it.
fn runs(geometry: &GeometryRef<'_>, areas: bool) -> Vec<Vec<[f64; 2]>> {
    let mut all = Vec::new();
    for part in geometry.parts() {
        for (place, ring) in part.rings().enumerate() {
            let mut run = ring.to_vec();
            if areas && is_clockwise(ring) != (place == 0) {
                run.reverse();
            }
            all.push(run);
        }
    }
    all
}

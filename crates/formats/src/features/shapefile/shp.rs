//! The `.shp` part: records of shapes, one after the other.

use super::rings;
use crate::features::wkb::Notes;
use std::fs::File;
use std::io::{BufReader, Read};
use std::ops::Range;
use std::path::Path;
use terrane_model::batch::GeometryBuilder;
use terrane_model::limits::Limits;
use terrane_model::schema::GeometryKind;
use terrane_model::{Error, Result};

const HEADER_BYTES: u64 = 100;

/// Reads shapes in the order of the file.
pub struct Shapes {
    input: BufReader<File>,
    /// Bytes of records still to come.
    left: u64,
    /// Bytes after the length that the header gives.
    pub surplus: u64,
    record: Vec<u8>,
}

/// A shape, decoded; reused from record to record.
#[derive(Debug)]
pub struct Shape {
    /// What it is; `Any` for a null shape.
    pub kind: GeometryKind,
    positions: Vec<[f64; 2]>,
    heights: Vec<f64>,
    /// For each part its runs of positions.
    parts: Vec<Vec<Range<usize>>>,
    measures: bool,
}

impl Default for Shape {
    fn default() -> Self {
        Self { kind: GeometryKind::Any, positions: Vec::new(), heights: Vec::new(), parts: Vec::new(), measures: false }
    }
}

impl Shapes {
    /// Opens the file and checks its header.
    pub fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(unreadable)?;
        let actual = file.metadata().map_err(unreadable)?.len();
        let mut input = BufReader::with_capacity(65_536, file);
        let mut header = [0; HEADER_BYTES as usize];
        input.read_exact(&mut header).map_err(|_| not_a_shapefile())?;
        let claimed = u64::from(big_endian(&header[24..])) * 2;
        if big_endian(&header) != 9994 {
            return Err(not_a_shapefile());
        }
        if claimed > actual || claimed < HEADER_BYTES {
            return Err(Error::invalid(format!(
                "The .shp says that it has {claimed} bytes but has {actual}; it is cut short, copy it again."
            )));
        }
        Ok(Self { input, left: claimed - HEADER_BYTES, surplus: actual - claimed, record: Vec::new() })
    }

    /// Reads the next shape; `false` when there is none. A shape that cannot be understood is an error in `shape`'s stead and the
    /// next one can be read; a length that cannot be true ends the reading.
    pub fn next(&mut self, shape: &mut Shape) -> Result<Option<Result<()>>> {
        if self.left < 8 {
            return Ok(None);
        }
        let mut head = [0; 8];
        self.input.read_exact(&mut head).map_err(unreadable)?;
        self.left -= 8;
        let bytes = u64::from(big_endian(&head[4..])) * 2;
        let most = (Limits::default().import_vertices_max as u64) * 32 + 1_024;
        if bytes > self.left || bytes < 4 {
            return Err(Error::invalid(format!(
                "A record of the .shp says that it has {bytes} bytes; {} are left.",
                self.left
            )));
        }
        if bytes > most {
            return Err(Error::too_large(format!("A record of the .shp has {bytes} bytes; {most} are the limit.")));
        }
        self.record.clear();
        let read = self.input.by_ref().take(bytes).read_to_end(&mut self.record).map_err(unreadable)?;
        if (read as u64) < bytes {
            return Err(Error::invalid("The .shp ends within a record; copy it again."));
        }
        self.left -= bytes;
        Ok(Some(shape.decode(&self.record)))
    }
}

fn unreadable(error: std::io::Error) -> Error {
    Error::invalid("The .shp cannot be read to its end.").because(error)
}

fn not_a_shapefile() -> Error {
    Error::invalid("The .shp is not a shapefile: its first bytes are others.")
}

fn big_endian(bytes: &[u8]) -> u32 {
    bytes.first_chunk::<4>().map_or(0, |bytes| u32::from_be_bytes(*bytes))
}

fn number(bytes: &[u8]) -> Result<u32> {
    bytes.first_chunk::<4>().map(|bytes| u32::from_le_bytes(*bytes)).ok_or_else(too_short)
}

fn too_short() -> Error {
    Error::invalid("The shape is cut short: it announces more than its record holds.")
}

fn float(bytes: &[u8], place: usize) -> Result<f64> {
    let bytes = bytes.get(place * 8..).and_then(|bytes| bytes.first_chunk::<8>());
    bytes.map(|bytes| f64::from_le_bytes(*bytes)).ok_or_else(too_short)
}

impl Shape {
    fn decode(&mut self, record: &[u8]) -> Result<()> {
        self.kind = GeometryKind::Any;
        self.positions.clear();
        self.heights.clear();
        self.parts.clear();
        let code = number(record)?;
        // 10 + n has heights and perhaps measures, 20 + n has measures.
        let (base, has_z) = (code % 10, (10..20).contains(&code));
        self.measures = code >= 20;
        match (code, base) {
            (0, _) => Ok(()),
            (31, _) => Err(Error::unsupported(
                "The shape is a MultiPatch, which is not supported; convert it to polygons first.",
            )),
            (1..=28, 1) => self.decode_point(&record[4..], has_z),
            (1..=28, 8) => self.decode_multipoint(&record[4..], has_z),
            (1..=28, 3 | 5) => self.decode_runs(&record[4..], base == 5, has_z),
            _ => Err(Error::invalid(format!("The shape has the unknown type {code}."))),
        }
    }

    fn decode_point(&mut self, body: &[u8], has_z: bool) -> Result<()> {
        let position = finite([float(body, 0)?, float(body, 1)?])?;
        self.positions.push(position);
        if has_z {
            self.heights.push(float(body, 2)?);
        }
        self.parts.push(std::iter::once(0..1).collect());
        self.kind = GeometryKind::Point;
        Ok(())
    }

    fn decode_multipoint(&mut self, body: &[u8], has_z: bool) -> Result<()> {
        let count = number(body.get(32..).ok_or_else(too_short)?)? as usize;
        self.read_positions(&body[36..], count, has_z)?;
        self.parts.extend((0..count).map(|at| std::iter::once(at..at + 1).collect::<Vec<_>>()));
        self.kind = GeometryKind::MultiPoint;
        Ok(())
    }

    fn decode_runs(&mut self, body: &[u8], is_area: bool, has_z: bool) -> Result<()> {
        let counts = body.get(32..40).ok_or_else(too_short)?;
        let (runs, count) = (number(counts)? as usize, number(&counts[4..])? as usize);
        let rest = &body[40..];
        if runs > rest.len() / 4 {
            return Err(too_short());
        }
        let starts: Vec<usize> =
            rest[..runs * 4].as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes) as usize).collect();
        self.read_positions(&rest[runs * 4..], count, has_z)?;
        let mut ranges = Vec::with_capacity(runs);
        for (place, &start) in starts.iter().enumerate() {
            let end = starts.get(place + 1).copied().unwrap_or(count);
            if start > end || end > count {
                return Err(Error::invalid("The parts of the shape do not follow one another."));
            }
            ranges.push(start..end);
        }
        ranges.retain(|range| !range.is_empty());
        self.parts = match is_area {
            _ if ranges.is_empty() => Vec::new(),
            true => rings::areas(&self.positions, ranges),
            false => ranges.into_iter().map(|range| vec![range]).collect(),
        };
        let single = if is_area { GeometryKind::Polygon } else { GeometryKind::LineString };
        self.kind = if self.parts.len() > 1 { single.multi() } else { single };
        Ok(())
    }

    fn read_positions(&mut self, bytes: &[u8], count: usize, has_z: bool) -> Result<()> {
        if count > bytes.len() / 16 {
            return Err(too_short());
        }
        let (plane, rest) = bytes.split_at(count * 16);
        for pair in plane.as_chunks::<16>().0 {
            self.positions.push(finite([float(pair, 0)?, float(pair, 1)?])?);
        }
        if has_z {
            // The least and the greatest height come first.
            let heights = rest.get(16..16 + count * 8).ok_or_else(too_short)?;
            self.heights.extend(heights.as_chunks::<8>().0.iter().map(|bytes| f64::from_le_bytes(*bytes)));
            self.measures = rest.len() >= 16 + count * 8 + 16 + count * 8;
        }
        Ok(())
    }

    /// All positions.
    pub fn positions(&self) -> &[[f64; 2]] {
        &self.positions
    }

    /// Whether there are heights.
    pub fn has_heights(&self) -> bool {
        !self.heights.is_empty()
    }

    /// Builds the geometry as the row that `into` is building, called `kind` when it is the single of that kind.
    pub fn build(&self, kind: GeometryKind, into: &mut GeometryBuilder) -> Notes {
        let own = self.kind;
        let mut notes = Notes { measures: self.measures, ..Notes::default() };
        if own == GeometryKind::Any {
            return Notes::default();
        }
        into.begin(if own.multi() == kind { kind } else { own });
        for runs in &self.parts {
            into.part(own.part());
            for run in runs {
                self.build_run(run.clone(), own.part(), into, &mut notes);
            }
        }
        notes
    }

    fn build_run(&self, run: Range<usize>, part: GeometryKind, into: &mut GeometryBuilder, notes: &mut Notes) {
        let height = |at: usize| self.heights.get(at).copied().filter(|height| height.is_finite());
        let is_ring = part == GeometryKind::Polygon;
        let open = is_ring && self.positions[run.start] != self.positions[run.end - 1];
        into.ring();
        let closing = open.then_some(run.start);
        for at in run.clone().chain(closing) {
            into.position(self.positions[at], height(at));
        }
        notes.closed_rings += u32::from(open);
        let least = match part {
            GeometryKind::Polygon => 4,
            GeometryKind::LineString => 2,
            _ => 1,
        };
        notes.short_runs += u32::from(run.len() + usize::from(open) < least);
    }
}

fn finite(position: [f64; 2]) -> Result<[f64; 2]> {
    // Numbers below −10³⁸ are the format's way to write "no value".
    let is_place = position.iter().all(|number| number.is_finite() && number.abs() < 1e38);
    if is_place { Ok(position) } else { Err(Error::invalid("A coordinate of the shape is not a finite number.")) }
}

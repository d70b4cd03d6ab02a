//! Well-known binary (ISO 13249-3 and PostGIS's EWKB) and the GeoPackage geometry blob around it, decoded straight into a
//! batch and encoded straight from one.
//!
//! Measures (M) are passed over and noted; curves and surfaces of curves are refused. No count in the bytes is believed
//! beyond the bytes that are there.

use terrane_model::batch::GeometryBuilder;
use terrane_model::geometry::{GeometryRef, PartRef};
use terrane_model::limits::GEOMETRY_DEPTH_MAX;
use terrane_model::schema::GeometryKind;
use terrane_model::{Error, Result};

/// What was passed over or put right while decoding one geometry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Notes {
    /// Positions carried a measure, which is left out.
    pub measures: bool,
    /// Rings that did not end where they began and were closed.
    pub closed_rings: u32,
    /// Lines of fewer than two positions and rings of fewer than four.
    pub short_runs: u32,
}

/// Decodes one geometry as the row that `into` is building. On an error the row has no geometry.
pub fn read(bytes: &[u8], into: &mut GeometryBuilder) -> Result<Notes> {
    let mut reader = Reader { rest: bytes, notes: Notes::default(), into };
    let outcome = reader.top();
    let notes = reader.notes;
    if outcome.is_err() {
        into.abandon();
    }
    outcome.map(|()| notes)
}

/// Decodes a GeoPackage geometry blob (GeoPackage 1.3, clause 2.1.3.1.1) as the row that `into` is building.
pub fn read_blob(blob: &[u8], into: &mut GeometryBuilder) -> Result<Notes> {
    read(&blob[header(blob)?.bytes..], into)
}

/// As [`read_blob`], and calls a geometry of the single kind by the kind with many parts when that is `kind`.
pub fn read_blob_as(blob: &[u8], kind: GeometryKind, into: &mut GeometryBuilder) -> Result<Notes> {
    let bytes = &blob[header(blob)?.bytes..];
    let notes = read(bytes, into)?;
    if kind.part() != kind && kind_of_wkb(bytes).is_some_and(|(own, _)| own.multi() == kind) {
        into.begin(kind);
    }
    Ok(notes)
}

/// The kind of geometry in a GeoPackage blob, and whether it has heights; `None` when it cannot be told or is not supported.
pub fn kind_of_blob(blob: &[u8]) -> Option<(GeometryKind, bool)> {
    kind_of_wkb(&blob[header(blob).ok()?.bytes..])
}

fn kind_of_wkb(bytes: &[u8]) -> Option<(GeometryKind, bool)> {
    let code = four(bytes.get(1..)?, *bytes.first()? == 1)?;
    let (kind, has_z, _) = parse_code(code).ok()?;
    Some((kind, has_z))
}

/// Kind, heights and measures of a type code, ISO's or EWKB's.
fn parse_code(code: u32) -> Result<(GeometryKind, bool, bool)> {
    let plain = code & 0x0fff_ffff;
    let has_z = code & 0x8000_0000 != 0 || matches!(plain / 1000, 1 | 3);
    let has_m = code & 0x4000_0000 != 0 || matches!(plain / 1000, 2 | 3);
    let kind = if plain < 4000 { kind_of(plain % 1000)? } else { kind_of(plain)? };
    Ok((kind, has_z, has_m))
}

/// The box of a GeoPackage blob: `[min x, min y, max x, max y]` from its header, or from the position of a point; `None`
/// when the blob does not say or is empty.
pub fn envelope(blob: &[u8]) -> Option<[f64; 4]> {
    let header = header(blob).ok()?;
    if header.envelope {
        let number = |at: usize| eight(blob.get(8 + at * 8..)?, header.little);
        return Some([number(0)?, number(2)?, number(1)?, number(3)?]);
    }
    let body = &blob[header.bytes..];
    let (kind, _) = kind_of_wkb(body)?;
    let little = *body.first()? == 1;
    let after_srid = if four(body.get(1..)?, little)? & HAS_SRID != 0 { 9 } else { 5 };
    let [x, y] = position(body.get(after_srid..after_srid + 16)?, little);
    (kind == GeometryKind::Point && x.is_finite() && y.is_finite()).then_some([x, y, x, y])
}

/// EWKB's mark of a CRS that follows the type.
const HAS_SRID: u32 = 0x2000_0000;

struct Header {
    bytes: usize,
    little: bool,
    envelope: bool,
}

fn header(blob: &[u8]) -> Result<Header> {
    const ENVELOPE_BYTES: [usize; 5] = [0, 32, 48, 48, 64];
    let flags = match blob {
        [b'G', b'P', _, flags, ..] => *flags,
        _ => return Err(Error::invalid("The value is not a GeoPackage geometry: it does not begin with “GP”.")),
    };
    if flags & 0b10_0000 != 0 {
        return Err(Error::unsupported(
            "The geometry is of an extended GeoPackage type; export the layer again without it.",
        ));
    }
    let indicator = usize::from(flags >> 1 & 0b111);
    let envelope = ENVELOPE_BYTES.get(indicator).copied();
    match envelope {
        Some(envelope) if 8 + envelope <= blob.len() => {
            Ok(Header { bytes: 8 + envelope, little: flags & 1 == 1, envelope: envelope > 0 })
        }
        _ => Err(Error::invalid("The geometry's header is cut short or names an unknown envelope.")),
    }
}

fn four(bytes: &[u8], little: bool) -> Option<u32> {
    let four = bytes.first_chunk::<4>()?;
    Some(if little { u32::from_le_bytes(*four) } else { u32::from_be_bytes(*four) })
}

fn eight(bytes: &[u8], little: bool) -> Option<f64> {
    let eight = bytes.first_chunk::<8>()?;
    Some(if little { f64::from_le_bytes(*eight) } else { f64::from_be_bytes(*eight) })
}

fn cut_short() -> Error {
    Error::invalid("The geometry is cut short: it announces more than it holds.")
}

/// What precedes the coordinates of each geometry.
#[derive(Clone, Copy)]
struct Shape {
    kind: GeometryKind,
    little: bool,
    has_z: bool,
    /// Numbers per position.
    dimensions: usize,
}

struct Reader<'a> {
    rest: &'a [u8],
    notes: Notes,
    into: &'a mut GeometryBuilder,
}

impl<'a> Reader<'a> {
    fn top(&mut self) -> Result<()> {
        let shape = self.shape()?;
        self.into.begin(shape.kind);
        self.body(shape, 0)
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (head, tail) = self.rest.split_at_checked(count).ok_or_else(cut_short)?;
        self.rest = tail;
        Ok(head)
    }

    fn shape(&mut self) -> Result<Shape> {
        let little = match self.take(1)?[0] {
            0 => false,
            1 => true,
            other => return Err(Error::invalid(format!("The geometry has the unknown byte order {other}."))),
        };
        let code = four(self.take(4)?, little).ok_or_else(cut_short)?;
        if code & HAS_SRID != 0 {
            self.take(4)?;
        }
        let (kind, has_z, has_m) = parse_code(code)?;
        self.notes.measures |= has_m;
        Ok(Shape { kind, little, has_z, dimensions: 2 + usize::from(has_z) + usize::from(has_m) })
    }

    /// A count of things that take at least `least_bytes` each.
    fn count(&mut self, shape: Shape, least_bytes: usize) -> Result<usize> {
        let count = four(self.take(4)?, shape.little).ok_or_else(cut_short)? as usize;
        if count > self.rest.len() / least_bytes { Err(cut_short()) } else { Ok(count) }
    }

    fn body(&mut self, shape: Shape, depth: usize) -> Result<()> {
        match shape.kind {
            GeometryKind::Point => self.point(shape),
            GeometryKind::LineString => self.line(shape),
            GeometryKind::Polygon => self.polygon(shape),
            _ => self.many(shape, depth),
        }
    }

    /// A point of NaNs is the way to write an empty one.
    fn point(&mut self, shape: Shape) -> Result<()> {
        let bytes = self.take(shape.dimensions * 8)?;
        let [x, y] = position(bytes, shape.little);
        if x.is_nan() && y.is_nan() {
            return Ok(());
        }
        finite(x.is_finite() && y.is_finite())?;
        let z = if shape.has_z { eight(&bytes[16..], shape.little) } else { None };
        self.into.part(GeometryKind::Point);
        self.into.ring();
        self.into.position([x, y], z);
        Ok(())
    }

    fn line(&mut self, shape: Shape) -> Result<()> {
        let count = self.count(shape, shape.dimensions * 8)?;
        if count == 0 {
            return Ok(());
        }
        self.notes.short_runs += u32::from(count < 2);
        self.into.part(GeometryKind::LineString);
        self.run(shape, count, false)
    }

    fn polygon(&mut self, shape: Shape) -> Result<()> {
        let rings = self.count(shape, 4)?;
        if rings == 0 {
            return Ok(());
        }
        self.into.part(GeometryKind::Polygon);
        for _ in 0..rings {
            let count = self.count(shape, shape.dimensions * 8)?;
            self.run(shape, count, true)?;
        }
        Ok(())
    }

    /// A run of positions; a ring that is open is closed.
    fn run(&mut self, shape: Shape, count: usize, is_ring: bool) -> Result<()> {
        let stride = shape.dimensions * 8;
        let bytes = self.take(count * stride)?;
        self.into.ring();
        self.positions(shape, bytes)?;
        let open = is_ring && count > 0 && bytes[..16] != bytes[bytes.len() - stride..][..16];
        if open {
            self.positions(shape, &bytes[..stride])?;
            self.notes.closed_rings += 1;
        }
        self.notes.short_runs += u32::from(is_ring && count + usize::from(open) < 4);
        Ok(())
    }

    fn positions(&mut self, shape: Shape, bytes: &[u8]) -> Result<()> {
        let mut all_finite = true;
        let stride = shape.dimensions * 8;
        if shape.has_z {
            for bytes in bytes.chunks_exact(stride) {
                let [x, y] = position(bytes, shape.little);
                all_finite &= x.is_finite() && y.is_finite();
                self.into.position([x, y], eight(&bytes[16..], shape.little));
            }
        } else if shape.little && stride == 16 {
            self.into.positions_from(bytes.as_chunks::<16>().0.iter().map(|bytes| {
                let [x, y] = position(bytes, true);
                all_finite &= x.is_finite() && y.is_finite();
                [x, y]
            }));
        } else {
            self.into.positions_from(bytes.chunks_exact(stride).map(|bytes| {
                let [x, y] = position(bytes, shape.little);
                all_finite &= x.is_finite() && y.is_finite();
                [x, y]
            }));
        }
        finite(all_finite)
    }

    /// A multi-geometry or a collection; what is nested in a collection is laid flat.
    fn many(&mut self, shape: Shape, depth: usize) -> Result<()> {
        if depth > GEOMETRY_DEPTH_MAX {
            return Err(Error::too_large(format!("The geometry is nested more than {GEOMETRY_DEPTH_MAX} deep.")));
        }
        for _ in 0..self.count(shape, 5)? {
            let part = self.shape()?;
            if shape.kind != GeometryKind::Collection && part.kind != shape.kind.part() {
                return Err(Error::invalid(format!("A {} holds a {}.", shape.kind.name(), part.kind.name())));
            }
            self.body(part, depth + 1)?;
        }
        Ok(())
    }
}

fn position(bytes: &[u8], little: bool) -> [f64; 2] {
    match bytes.first_chunk::<16>().map(|chunk| chunk.as_chunks::<8>().0) {
        Some([x, y]) if little => [f64::from_le_bytes(*x), f64::from_le_bytes(*y)],
        Some([x, y]) => [f64::from_be_bytes(*x), f64::from_be_bytes(*y)],
        _ => [f64::NAN; 2],
    }
}

fn finite(all: bool) -> Result<()> {
    if all { Ok(()) } else { Err(Error::invalid("A coordinate of the geometry is not a finite number.")) }
}

fn kind_of(code: u32) -> Result<GeometryKind> {
    match code {
        1..=7 => Ok(GeometryKind::from_u8(code as u8)),
        8..=14 => Err(Error::unsupported(
            "The geometry holds curves, which are not supported; turn them into lines first (in QGIS: “Convert to straight segments”).",
        )),
        15..=17 => Err(Error::unsupported(
            "The geometry is a surface of triangles or faces, which is not supported; export it as MultiPolygon first.",
        )),
        other => Err(Error::invalid(format!("The geometry has the unknown type {other}."))),
    }
}

/// Appends ISO WKB, little-endian, with heights where the row has any.
pub fn write(geometry: &GeometryRef<'_>, out: &mut Vec<u8>) {
    let has_z = geometry.parts().any(|part| part.heights().flatten().flatten().any(|height| !height.is_nan()));
    let kind = geometry.kind();
    let mut writer = Writer { out, has_z };
    match kind {
        GeometryKind::Point | GeometryKind::LineString | GeometryKind::Polygon => match geometry.parts().next() {
            Some(part) => writer.part(&part),
            None => writer.empty(kind),
        },
        _ => {
            writer.code(kind);
            writer.count(geometry.parts().len());
            geometry.parts().for_each(|part| writer.part(&part));
        }
    }
}

/// Appends a GeoPackage blob: little-endian, with an envelope unless it is a point or empty.
pub fn write_blob(geometry: &GeometryRef<'_>, srs_id: i32, out: &mut Vec<u8>) {
    let empty = geometry.is_empty();
    let envelope = !empty && geometry.kind() != GeometryKind::Point;
    let flags = 1 | u8::from(envelope) << 1 | u8::from(empty) << 4;
    out.extend_from_slice(&[b'G', b'P', 0, flags]);
    out.extend_from_slice(&srs_id.to_le_bytes());
    if envelope {
        let bbox = geometry.bbox();
        [bbox.min[0], bbox.max[0], bbox.min[1], bbox.max[1]]
            .iter()
            .for_each(|number| out.extend_from_slice(&number.to_le_bytes()));
    }
    write(geometry, out);
}

struct Writer<'a> {
    out: &'a mut Vec<u8>,
    has_z: bool,
}

impl Writer<'_> {
    fn code(&mut self, kind: GeometryKind) {
        let code = kind as u32 + if self.has_z { 1000 } else { 0 };
        self.out.push(1);
        self.out.extend_from_slice(&code.to_le_bytes());
    }

    fn count(&mut self, count: usize) {
        self.out.extend_from_slice(&(count as u32).to_le_bytes());
    }

    fn empty(&mut self, kind: GeometryKind) {
        self.code(kind);
        if kind != GeometryKind::Point {
            return self.count(0);
        }
        let numbers = if self.has_z { 3 } else { 2 };
        (0..numbers).for_each(|_| self.out.extend_from_slice(&f64::NAN.to_le_bytes()));
    }

    fn part(&mut self, part: &PartRef<'_>) {
        let kind = part.kind();
        self.code(kind);
        if kind == GeometryKind::Polygon {
            self.count(part.rings().len());
        }
        for (ring, heights) in part.rings().zip(part.heights()) {
            if kind != GeometryKind::Point {
                self.count(ring.len());
            }
            self.positions(ring, heights);
        }
    }

    fn positions(&mut self, ring: &[[f64; 2]], heights: Option<&[f64]>) {
        self.out.reserve(ring.len() * if self.has_z { 24 } else { 16 });
        for (at, [x, y]) in ring.iter().enumerate() {
            self.out.extend_from_slice(&x.to_le_bytes());
            self.out.extend_from_slice(&y.to_le_bytes());
            if self.has_z {
                let height = heights.and_then(|heights| heights.get(at)).copied().unwrap_or(f64::NAN);
                self.out.extend_from_slice(&height.to_le_bytes());
            }
        }
    }
}

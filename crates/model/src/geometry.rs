//! Geometry of many rows as one run of positions with offsets, and views of one row of it.

use crate::bbox::Bbox;
use crate::buffer::Buffer;
use crate::schema::GeometryKind;

/// The geometry of a batch.
///
/// Row `f` is made of parts `feature_offsets[f]..feature_offsets[f + 1]`; part `p` of rings
/// `part_offsets[p]..part_offsets[p + 1]`; ring `r` of positions `ring_offsets[r]..ring_offsets[r + 1]`. A point is a part of
/// one ring with one position, a line a part of one ring. Rings of areas are closed and the outer one comes first.
#[derive(Debug, Clone, Default)]
pub struct GeometryArrays {
    /// `GeometryKind as u8` of each row; 0 where it has none.
    pub kinds: Buffer<u8>,
    /// `GeometryKind as u8` of each part; present only when some row is a collection.
    pub part_kinds: Option<Buffer<u8>>,
    /// Positions, x then y.
    pub xy: Buffer<[f64; 2]>,
    /// Heights, one per position; NaN where there is none.
    pub z: Option<Buffer<f64>>,
    /// Offsets of rings into positions.
    pub ring_offsets: Buffer<u32>,
    /// Offsets of parts into rings.
    pub part_offsets: Buffer<u32>,
    /// Offsets of rows into parts.
    pub feature_offsets: Buffer<u32>,
    /// `[min x, min y, max x, max y]` of each row; infinite and inverted where it has no position.
    pub bboxes: Buffer<[f64; 4]>,
}

impl GeometryArrays {
    /// Borrowed once, read often.
    pub fn view(&self) -> GeometryView<'_> {
        GeometryView {
            kinds: &self.kinds,
            part_kinds: self.part_kinds.as_deref(),
            xy: &self.xy,
            z: self.z.as_deref(),
            ring_offsets: &self.ring_offsets,
            part_offsets: &self.part_offsets,
            feature_offsets: &self.feature_offsets,
            bboxes: &self.bboxes,
        }
    }

    /// Recomputes the box of each row from its positions.
    pub fn measure(&mut self) {
        let view = self.view();
        let bboxes: Vec<[f64; 4]> =
            (0..view.kinds.len()).map(|row| Bbox::of(view.positions_of(row)).to_array()).collect();
        self.bboxes = bboxes.into();
    }

    /// The same shape with other positions, as a projection makes them. The count must be the same.
    #[must_use]
    pub fn with_positions(&self, xy: Vec<[f64; 2]>) -> Self {
        debug_assert_eq!(xy.len(), self.xy.len());
        let mut moved = Self { xy: xy.into(), ..self.clone() };
        moved.measure();
        moved
    }
}

/// All slices of [`GeometryArrays`].
#[derive(Debug, Clone, Copy)]
pub struct GeometryView<'a> {
    /// See [`GeometryArrays::kinds`].
    pub kinds: &'a [u8],
    /// See [`GeometryArrays::part_kinds`].
    pub part_kinds: Option<&'a [u8]>,
    /// See [`GeometryArrays::xy`].
    pub xy: &'a [[f64; 2]],
    /// See [`GeometryArrays::z`].
    pub z: Option<&'a [f64]>,
    /// See [`GeometryArrays::ring_offsets`].
    pub ring_offsets: &'a [u32],
    /// See [`GeometryArrays::part_offsets`].
    pub part_offsets: &'a [u32],
    /// See [`GeometryArrays::feature_offsets`].
    pub feature_offsets: &'a [u32],
    /// See [`GeometryArrays::bboxes`].
    pub bboxes: &'a [[f64; 4]],
}

impl<'a> GeometryView<'a> {
    /// The geometry of a row; `None` when it has none.
    pub fn get(self, row: usize) -> Option<GeometryRef<'a>> {
        let kind = GeometryKind::from_u8(*self.kinds.get(row)?);
        (kind != GeometryKind::Any).then_some(GeometryRef { view: self, row, kind })
    }

    /// All positions of a row, whatever the parts.
    pub fn positions_of(&self, row: usize) -> &'a [[f64; 2]] {
        let ring_at = |part: u32| self.part_offsets[part as usize];
        let position_at = |ring: u32| self.ring_offsets[ring as usize] as usize;
        let first = position_at(ring_at(self.feature_offsets[row]));
        let last = position_at(ring_at(self.feature_offsets[row + 1]));
        &self.xy[first..last]
    }
}

/// The geometry of one row.
#[derive(Debug, Clone, Copy)]
pub struct GeometryRef<'a> {
    view: GeometryView<'a>,
    row: usize,
    kind: GeometryKind,
}

impl<'a> GeometryRef<'a> {
    /// What it is; never `Any`.
    pub fn kind(&self) -> GeometryKind {
        self.kind
    }
    /// Its box.
    pub fn bbox(&self) -> Bbox {
        Bbox::from_array(self.view.bboxes[self.row])
    }
    /// Its parts: positions, lines or areas.
    pub fn parts(&self) -> impl ExactSizeIterator<Item = PartRef<'a>> + use<'a> {
        let (view, kind) = (self.view, self.kind.part());
        let parts = view.feature_offsets[self.row] as usize..view.feature_offsets[self.row + 1] as usize;
        parts.map(move |part| PartRef { view, part, kind })
    }
    /// All its positions, whatever the parts.
    pub fn positions(&self) -> &'a [[f64; 2]] {
        self.view.positions_of(self.row)
    }
    /// Whether it has no position at all.
    pub fn is_empty(&self) -> bool {
        self.positions().is_empty()
    }
    /// As a geometry of the `geo` crates, for predicates and measurements. Heights are left out.
    pub fn to_geo(&self) -> geo_types::Geometry<f64> {
        to_geo(self)
    }
}

/// One part of a geometry.
#[derive(Debug, Clone, Copy)]
pub struct PartRef<'a> {
    view: GeometryView<'a>,
    part: usize,
    kind: GeometryKind,
}

impl<'a> PartRef<'a> {
    /// `Point`, `LineString` or `Polygon`.
    pub fn kind(&self) -> GeometryKind {
        match (self.kind, self.view.part_kinds) {
            (GeometryKind::Collection, Some(kinds)) => GeometryKind::from_u8(kinds[self.part]),
            _ => self.kind,
        }
    }
    /// Its runs of positions.
    pub fn rings(&self) -> impl ExactSizeIterator<Item = &'a [[f64; 2]]> + use<'a> {
        let view = self.view;
        ring_ranges(view, self.part).map(move |range| &view.xy[range])
    }
    /// The heights of each run, when there are any.
    pub fn heights(&self) -> impl ExactSizeIterator<Item = Option<&'a [f64]>> + use<'a> {
        let view = self.view;
        ring_ranges(view, self.part).map(move |range| view.z.map(|heights| &heights[range]))
    }
}

fn ring_ranges(view: GeometryView<'_>, part: usize) -> impl ExactSizeIterator<Item = std::ops::Range<usize>> {
    let rings = view.part_offsets[part] as usize..view.part_offsets[part + 1] as usize;
    rings.map(move |ring| view.ring_offsets[ring] as usize..view.ring_offsets[ring + 1] as usize)
}

fn to_geo(geometry: &GeometryRef<'_>) -> geo_types::Geometry<f64> {
    use geo_types::{Geometry, GeometryCollection, MultiLineString, MultiPoint, MultiPolygon};
    let parts = geometry.parts();
    match geometry.kind() {
        GeometryKind::MultiPoint => {
            Geometry::MultiPoint(MultiPoint(parts.filter_map(|part| part_point(&part)).collect()))
        }
        GeometryKind::MultiLineString => {
            Geometry::MultiLineString(MultiLineString(parts.map(|part| part_line(&part)).collect()))
        }
        GeometryKind::MultiPolygon => {
            Geometry::MultiPolygon(MultiPolygon(parts.map(|part| part_area(&part)).collect()))
        }
        _ => {
            let mut all: Vec<Geometry<f64>> = parts.filter_map(|part| part_geometry(&part)).collect();
            match (geometry.kind(), all.pop()) {
                (GeometryKind::Collection, last) => {
                    all.extend(last);
                    Geometry::GeometryCollection(GeometryCollection(all))
                }
                (_, Some(only)) => only,
                (_, None) => Geometry::GeometryCollection(GeometryCollection(all)),
            }
        }
    }
}

fn part_geometry(part: &PartRef<'_>) -> Option<geo_types::Geometry<f64>> {
    match part.kind() {
        GeometryKind::Point => part_point(part).map(geo_types::Geometry::Point),
        GeometryKind::LineString => Some(geo_types::Geometry::LineString(part_line(part))),
        _ => Some(geo_types::Geometry::Polygon(part_area(part))),
    }
}

fn part_point(part: &PartRef<'_>) -> Option<geo_types::Point<f64>> {
    part.rings().next()?.first().map(|&[x, y]| geo_types::Point::new(x, y))
}

fn part_line(part: &PartRef<'_>) -> geo_types::LineString<f64> {
    part.rings().next().map_or_else(|| geo_types::LineString(Vec::new()), ring_line)
}

fn part_area(part: &PartRef<'_>) -> geo_types::Polygon<f64> {
    let mut rings = part.rings().map(ring_line);
    let outer = rings.next().unwrap_or_else(|| geo_types::LineString(Vec::new()));
    geo_types::Polygon::new(outer, rings.collect())
}

fn ring_line(ring: &[[f64; 2]]) -> geo_types::LineString<f64> {
    geo_types::LineString(ring.iter().map(|&[x, y]| geo_types::Coord { x, y }).collect())
}

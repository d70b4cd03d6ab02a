//! The places of a block (kinds and boxes, or whole points) and its shapes (positions with offsets): how they are written and read.

use super::bytes::{Decoded, In, Out, offsets};
use terrane_model::buffer::Buffer;
use terrane_model::geometry::{GeometryArrays, GeometryView};
use terrane_model::schema::GeometryKind;

const BOXES: u32 = 0;
const POINTS: u32 = 1;

const HAS_PART_KINDS: u32 = 1;
const HAS_Z: u32 = 2;
const HAS_KINDS: u32 = 4;

/// What is known of the places of rows without their shapes.
#[derive(Debug, Clone)]
pub struct Places {
    /// As in [`GeometryArrays`].
    pub kinds: Buffer<u8>,
    /// As in [`GeometryArrays`].
    pub bboxes: Buffer<[f64; 4]>,
    /// Everything, when each row is one point.
    pub points: Option<GeometryArrays>,
}

/// Whether each row is one point, so that its position tells all.
pub fn all_points(arrays: &GeometryArrays) -> bool {
    let rows = arrays.kinds.len();
    let steps = |offsets: &[u32]| {
        offsets.len() == rows + 1 && offsets.iter().enumerate().all(|(at, &offset)| offset as usize == at)
    };
    arrays.kinds.iter().all(|&kind| kind == GeometryKind::Point as u8)
        && steps(&arrays.feature_offsets)
        && steps(&arrays.part_offsets)
        && steps(&arrays.ring_offsets)
        && arrays.xy.len() == rows
}

/// Whether arrays are those of so many rows and hold together; what a writer asks before it trusts a source.
pub fn fits(arrays: &GeometryArrays, rows: usize) -> bool {
    let whole = |offsets: &[u32], end: usize| {
        offsets.first() == Some(&0) && offsets.last() == Some(&(end as u32)) && offsets.is_sorted()
    };
    let (parts, rings) = (arrays.part_offsets.len().wrapping_sub(1), arrays.ring_offsets.len().wrapping_sub(1));
    arrays.kinds.len() == rows
        && arrays.bboxes.len() == rows
        && arrays.feature_offsets.len() == rows + 1
        && whole(&arrays.feature_offsets, parts)
        && whole(&arrays.part_offsets, rings)
        && whole(&arrays.ring_offsets, arrays.xy.len())
        && arrays.z.as_ref().is_none_or(|heights| heights.len() == arrays.xy.len())
        && arrays.part_kinds.as_ref().is_none_or(|kinds| kinds.len() == parts)
}

/// Writes the places.
pub fn encode_places(arrays: &GeometryArrays, out: &mut Out) {
    if all_points(arrays) {
        out.number(POINTS);
        out.number(if arrays.z.is_some() { HAS_Z } else { 0 });
        out.list(&arrays.xy);
        arrays.z.iter().for_each(|heights| out.list(heights));
    } else {
        out.number(BOXES);
        out.number(0_u32);
        out.list(&arrays.kinds);
        out.list(&arrays.bboxes);
    }
}

/// Reads the places. `steps` counts from 0 for at least as long as there are rows.
pub fn decode_places(bytes: &[u8], rows: usize, steps: &Buffer<u32>) -> Decoded<Places> {
    let mut input = In::new(bytes);
    let (encoding, flags): (u32, u32) = (input.number()?, input.number()?);
    let places = match encoding {
        BOXES => {
            let kinds = input.list(rows)?.into();
            Places { kinds, bboxes: input.list(rows)?.into(), points: None }
        }
        POINTS => {
            let xy = input.list(rows)?;
            let z = if flags & HAS_Z != 0 { Some(input.list(rows)?.into()) } else { None };
            points(xy, z, steps)?
        }
        _ => return Err("its places are of no known form"),
    };
    input.end()?;
    Ok(places)
}

fn points(xy: Vec<[f64; 2]>, z: Option<Buffer<f64>>, steps: &Buffer<u32>) -> Decoded<Places> {
    let rows = xy.len();
    let offsets = steps.slice(0..rows + 1);
    if offsets.len() != rows + 1 {
        return Err("it has too many rows");
    }
    let mut arrays = GeometryArrays {
        kinds: vec![GeometryKind::Point as u8; rows].into(),
        part_kinds: None,
        xy: xy.into(),
        z,
        ring_offsets: offsets.clone(),
        part_offsets: offsets.clone(),
        feature_offsets: offsets,
        bboxes: Buffer::default(),
    };
    arrays.measure();
    Ok(Places { kinds: arrays.kinds.clone(), bboxes: arrays.bboxes.clone(), points: Some(arrays) })
}

/// Writes the shapes. Exact ones leave kinds to the places; those of a level bring their own.
pub fn encode_shapes(arrays: &GeometryArrays, with_kinds: bool, out: &mut Out) {
    let flag = |is: bool, flag: u32| if is { flag } else { 0 };
    let (has_parts, has_z) = (arrays.part_kinds.is_some(), arrays.z.is_some());
    out.number(flag(has_parts, HAS_PART_KINDS) | flag(has_z, HAS_Z) | flag(with_kinds, HAS_KINDS));
    for count in [arrays.part_offsets.len() - 1, arrays.ring_offsets.len() - 1, arrays.xy.len()] {
        out.number(count as u32);
    }
    out.list(&arrays.feature_offsets);
    out.list(&arrays.part_offsets);
    out.list(&arrays.ring_offsets);
    out.list(&arrays.xy);
    arrays.z.iter().for_each(|heights| out.list(heights));
    arrays.part_kinds.iter().for_each(|kinds| out.list(kinds));
    if with_kinds {
        out.list(&arrays.kinds);
    }
}

/// Reads the shapes of so many rows; kinds and boxes come from the places, or are found when the shapes bring kinds.
pub fn decode_shapes(bytes: &[u8], rows: usize, places: Option<&Places>) -> Decoded<GeometryArrays> {
    let mut input = In::new(bytes);
    let flags: u32 = input.number()?;
    let (parts, rings, positions) = (input.count()?, input.count()?, input.count()?);
    let feature_offsets = offsets(&mut input, rows, parts)?.into();
    let part_offsets = offsets(&mut input, parts, rings)?.into();
    let ring_offsets = offsets(&mut input, rings, positions)?.into();
    let xy = input.list(positions)?.into();
    let z = if flags & HAS_Z != 0 { Some(input.list(positions)?.into()) } else { None };
    let part_kinds = if flags & HAS_PART_KINDS != 0 { Some(input.list(parts)?.into()) } else { None };
    let (kinds, bboxes) = match places {
        Some(places) => (places.kinds.clone(), places.bboxes.clone()),
        None if flags & HAS_KINDS != 0 => (input.list(rows)?.into(), Buffer::default()),
        None => return Err("its shapes have no kinds"),
    };
    input.end()?;
    let mut arrays = GeometryArrays { kinds, part_kinds, xy, z, ring_offsets, part_offsets, feature_offsets, bboxes };
    if places.is_none() {
        arrays.measure();
    }
    Ok(arrays)
}

/// Bytes that arrays take in memory, roughly.
pub fn bytes_held(view: &GeometryView<'_>) -> usize {
    let offsets = view.feature_offsets.len() + view.part_offsets.len() + view.ring_offsets.len();
    view.xy.len() * 16 + view.z.map_or(0, <[f64]>::len) * 8 + offsets * 4 + view.kinds.len() * 33
}

//! Copies the blocks that a part of a level touches into one run of samples for each band.

use super::GeoTiffSource;
use super::window::Part;
use crate::grid::sample::Sample;
use std::ops::Range;
use terrane_model::Result;
use terrane_model::grid::Samples;

/// A rectangle of samples to copy: where it begins in the block and in the window, and its width and height.
struct Piece {
    from: [u32; 2],
    to: [u32; 2],
    size: [u32; 2],
}

/// Samples of a part of a level, one run for each band asked.
pub(super) fn read_bands<T: Sample>(
    source: &GeoTiffSource,
    level: usize,
    part: &Part,
    bands: &[usize],
) -> Result<Vec<Samples>> {
    let count = (part.columns.end - part.columns.start) as usize * (part.rows.end - part.rows.start) as usize;
    let mut filled = vec![vec![T::from_number(source.unwritten); count]; bands.len()];
    let image = &source.levels[level].image;
    let channels = image.encoding.channels;
    for plane in 0..image.planes() {
        // Each channel of the plane goes to the answers that asked for its band.
        let channel_of = |band: usize| (band / channels == plane).then_some(band % channels);
        let wanted = bands.iter().zip(&mut filled).filter_map(|(&band, run)| Some((channel_of(band)?, run)));
        let mut wanted: Vec<_> = wanted.collect();
        if !wanted.is_empty() {
            copy_plane(source, [level, plane], part, &mut wanted)?;
        }
    }
    Ok(filled.into_iter().map(|run| T::wrap(run.into())).collect())
}

fn copy_plane<T: Sample>(
    source: &GeoTiffSource,
    [level, plane]: [usize; 2],
    part: &Part,
    wanted: &mut [(usize, &mut Vec<T>)],
) -> Result<()> {
    let image = &source.levels[level].image;
    let [columns, rows] = [&part.columns, &part.rows].map(|range| range.start as u32..range.end as u32);
    let mut row = rows.start;
    while row < rows.end {
        let mut column = columns.start;
        let mut next_row = rows.end;
        while column < columns.end {
            let place = image.block(plane, column, row);
            next_row = rows.end.min(place.first_row + place.rows);
            let next_column = columns.end.min(place.first_column + place.columns);
            // A block that was never written (a sparse file) is all "no data".
            if place.offset != 0 {
                let piece = Piece {
                    from: [column - place.first_column, row - place.first_row],
                    to: [column - columns.start, row - rows.start],
                    size: [next_column - column, next_row - row],
                };
                let block = source.block(level, plane, &place)?;
                for (channel, run) in wanted.iter_mut() {
                    let samples = T::unwrap(&block[*channel]).unwrap_or_default();
                    copy((samples, place.columns), (run, width_of(&columns)), &piece);
                }
            }
            column = next_column;
        }
        row = next_row;
    }
    Ok(())
}

fn width_of(columns: &Range<u32>) -> u32 {
    columns.end - columns.start
}

/// Copies a rectangle between two runs of samples, each given with its width.
fn copy<T: Sample>((source, source_width): (&[T], u32), (target, target_width): (&mut [T], u32), piece: &Piece) {
    let at = |[column, row]: [u32; 2], down: u32, width: u32| (row + down) as usize * width as usize + column as usize;
    let count = piece.size[0] as usize;
    for down in 0..piece.size[1] {
        let (from, to) = (at(piece.from, down, source_width), at(piece.to, down, target_width));
        target[to..to + count].copy_from_slice(&source[from..from + count]);
    }
}

//! A block of samples: from its bytes to one run of samples for each channel, and back.

use super::codec::{self, Compression};
use super::layout::{Encoding, Storage};
use super::predictor::{self, Predictor};
use crate::grid::sample::{Sample, for_kind};
use terrane_model::Result;
use terrane_model::grid::Samples;

/// The channels of a block, each row by row, as wide as the block is stored.
pub(in crate::grid) type Channels = Vec<Samples>;

/// Unpacks a block of `columns` × `rows` places.
pub(in crate::grid) fn decode(encoding: &Encoding, packed: &[u8], columns: usize, rows: usize) -> Result<Channels> {
    for_kind!(encoding.storage.kind(), decode_kind(encoding, packed, columns, rows))
}

fn decode_kind<T: Sample>(encoding: &Encoding, packed: &[u8], columns: usize, rows: usize) -> Result<Channels> {
    let channels = decode_channels::<T>(encoding, packed, columns, rows)?;
    Ok(channels.into_iter().map(|channel| T::wrap(channel.into())).collect())
}

/// Unpacks a block whose samples are known to be of type `T`.
pub(in crate::grid) fn decode_channels<T: Sample>(
    encoding: &Encoding,
    packed: &[u8],
    columns: usize,
    rows: usize,
) -> Result<Vec<Vec<T>>> {
    let width = columns * encoding.channels;
    let samples = match encoding.storage {
        Storage::Whole(_) => decode_whole(encoding, packed, width, rows)?,
        Storage::Packed { bits } => {
            let mut bytes = vec![0; encoding.storage.row_bytes(width) * rows];
            codec::unpack(encoding.compression, packed, &mut bytes)?;
            spread_bits(&bytes, bits, width)
        }
        Storage::SignedByte => {
            let bytes: Vec<u8> = decode_whole(encoding, packed, width, rows)?;
            bytes.into_iter().map(|byte| T::from_number(f64::from(byte as i8))).collect()
        }
    };
    Ok(part_channels(samples, encoding.channels))
}

fn decode_whole<T: Sample>(encoding: &Encoding, packed: &[u8], width: usize, rows: usize) -> Result<Vec<T>> {
    let mut samples = vec![T::zeroed(); width * rows];
    match encoding.predictor {
        Predictor::Float => {
            let mut bytes = vec![0; size_of_val(samples.as_slice())];
            codec::unpack(encoding.compression, packed, &mut bytes)?;
            let row_bytes = width * size_of::<T>();
            for (row, bytes) in samples.chunks_exact_mut(width).zip(bytes.chunks_exact_mut(row_bytes)) {
                predictor::undo_float(bytes, row, encoding.channels);
            }
        }
        _ => {
            codec::unpack(encoding.compression, packed, bytemuck::cast_slice_mut(&mut samples))?;
            to_native_order(&mut samples, encoding.big_endian);
            if encoding.predictor == Predictor::Horizontal {
                samples.chunks_exact_mut(width).for_each(|row| predictor::undo_horizontal(row, encoding.channels));
            }
        }
    }
    Ok(samples)
}

fn to_native_order<T: Sample>(samples: &mut [T], big_endian: bool) {
    const NATIVE_IS_BIG: bool = u16::from_ne_bytes([0, 1]) == 1;
    if size_of::<T>() > 1 && big_endian != NATIVE_IS_BIG {
        samples.iter_mut().for_each(|sample| *sample = sample.swapped());
    }
}

/// Each row begins at a whole byte; the first sample is in the high bits.
fn spread_bits<T: Sample>(bytes: &[u8], bits: usize, width: usize) -> Vec<T> {
    let mask = (1_u16 << bits) as u8 - 1;
    let row_bytes = (width * bits).div_ceil(8);
    let sample = |row: &[u8], at: usize| row[at * bits / 8] >> (8 - bits - at * bits % 8) & mask;
    let spread = |row| (0..width).map(move |at| T::from_number(f64::from(sample(row, at))));
    bytes.chunks_exact(row_bytes).flat_map(spread).collect()
}

fn part_channels<T: Sample>(samples: Vec<T>, channels: usize) -> Vec<Vec<T>> {
    match channels {
        1 => vec![samples],
        3 => part_constant::<T, 3>(&samples),
        4 => part_constant::<T, 4>(&samples),
        _ => (0..channels).map(|channel| samples[channel..].iter().step_by(channels).copied().collect()).collect(),
    }
}

/// One pass over the samples for the usual numbers of channels.
fn part_constant<T: Sample, const CHANNELS: usize>(samples: &[T]) -> Vec<Vec<T>> {
    let (places, _) = samples.as_chunks::<CHANNELS>();
    (0..CHANNELS).map(|channel| places.iter().map(|place| place[channel]).collect()).collect()
}

/// Packs the channels of a block with deflate; the inverse of [`decode_channels`] for whole samples in native order.
pub(in crate::grid) fn encode<T: Sample>(encoding: &Encoding, channels: &[Vec<T>], columns: usize) -> Result<Vec<u8>> {
    debug_assert_eq!(encoding.compression, Compression::Deflate);
    let mut samples = join_channels(channels);
    let width = columns * channels.len();
    match encoding.predictor {
        Predictor::Float => {
            let rows = samples.chunks_exact(width).flat_map(|row| predictor::apply_float(row, channels.len()));
            codec::deflate(&rows.collect::<Vec<u8>>())
        }
        Predictor::Horizontal => {
            samples.chunks_exact_mut(width).for_each(|row| predictor::apply_horizontal(row, channels.len()));
            to_native_order(&mut samples, encoding.big_endian);
            codec::deflate(bytemuck::cast_slice(&samples))
        }
        Predictor::None => {
            to_native_order(&mut samples, encoding.big_endian);
            codec::deflate(bytemuck::cast_slice(&samples))
        }
    }
}

fn join_channels<T: Sample>(channels: &[Vec<T>]) -> Vec<T> {
    let count = channels.len();
    let mut samples = vec![T::zeroed(); channels.iter().map(Vec::len).sum()];
    for (at, channel) in channels.iter().enumerate() {
        samples[at..].iter_mut().step_by(count).zip(channel).for_each(|(to, from)| *to = *from);
    }
    samples
}

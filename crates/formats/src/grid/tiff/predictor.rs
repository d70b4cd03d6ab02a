//! TIFF predictors: what is stored are differences between neighbours, which pack better.
//!
//! Sources: TIFF 6.0, section 14 (horizontal differences); Adobe Photoshop TIFF Technical Note 3 (floating point).

use bytemuck::Pod;

/// What was done to the samples before packing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::grid) enum Predictor {
    None,
    /// Each sample less its left neighbour of the same channel.
    Horizontal,
    /// The bytes of a row sorted by significance, then each less its left neighbour.
    Float,
}

/// An unsigned integer that wraps around.
trait Wrapping: Pod {
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
}

macro_rules! wrapping {
    ($($type:ty),*) => {$(
        impl Wrapping for $type {
            fn plus(self, other: Self) -> Self { self.wrapping_add(other) }
            fn minus(self, other: Self) -> Self { self.wrapping_sub(other) }
        }
    )*};
}
wrapping!(u8, u16, u32, u64);

/// Undoes horizontal differences of one row of samples of any kind.
pub(in crate::grid) fn undo_horizontal<T: Pod>(row: &mut [T], channels: usize) {
    match size_of::<T>() {
        1 => accumulate::<u8>(bytemuck::cast_slice_mut(row), channels),
        2 => accumulate::<u16>(bytemuck::cast_slice_mut(row), channels),
        4 => accumulate::<u32>(bytemuck::cast_slice_mut(row), channels),
        _ => accumulate::<u64>(bytemuck::cast_slice_mut(row), channels),
    }
}

/// Makes horizontal differences of one row.
pub(in crate::grid) fn apply_horizontal<T: Pod>(row: &mut [T], channels: usize) {
    match size_of::<T>() {
        1 => difference::<u8>(bytemuck::cast_slice_mut(row), channels),
        2 => difference::<u16>(bytemuck::cast_slice_mut(row), channels),
        4 => difference::<u32>(bytemuck::cast_slice_mut(row), channels),
        _ => difference::<u64>(bytemuck::cast_slice_mut(row), channels),
    }
}

fn accumulate<W: Wrapping>(row: &mut [W], channels: usize) {
    match channels {
        1 if size_of::<W>() == 1 => accumulate_bytes(bytemuck::cast_slice_mut(row)),
        1 => accumulate_channels::<W, 1>(row),
        3 => accumulate_channels::<W, 3>(row),
        4 => accumulate_channels::<W, 4>(row),
        _ => (channels..row.len()).for_each(|at| row[at] = row[at].plus(row[at - channels])),
    }
}

/// Running sums of bytes, eight at a time: each doubling of the distance adds the sums of as many bytes before.
fn accumulate_bytes(row: &mut [u8]) {
    let (eights, rest) = row.as_chunks_mut::<8>();
    let mut carried = 0_u8;
    for eight in eights {
        let mut sums = u64::from_le_bytes(*eight);
        for distance in [8, 16, 32] {
            sums = add_bytes(sums, sums << distance);
        }
        sums = add_bytes(sums, u64::from(carried) * 0x0101_0101_0101_0101);
        carried = (sums >> 56) as u8;
        *eight = sums.to_le_bytes();
    }
    for byte in rest {
        carried = carried.wrapping_add(*byte);
        *byte = carried;
    }
}

/// Adds eight bytes to eight bytes, none of which spills into its neighbour.
fn add_bytes(a: u64, b: u64) -> u64 {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    ((a & !HIGH) + (b & !HIGH)) ^ ((a ^ b) & HIGH)
}

/// The running sums are kept in registers, which is several times as fast as reading them back.
fn accumulate_channels<W: Wrapping, const CHANNELS: usize>(row: &mut [W]) {
    let mut sums = [W::zeroed(); CHANNELS];
    for pixel in row.as_chunks_mut::<CHANNELS>().0 {
        for channel in 0..CHANNELS {
            sums[channel] = sums[channel].plus(pixel[channel]);
        }
        *pixel = sums;
    }
}

fn difference<W: Wrapping>(row: &mut [W], channels: usize) {
    for at in (channels..row.len()).rev() {
        row[at] = row[at].minus(row[at - channels]);
    }
}

/// Undoes the floating-point predictor of one row: `packed` holds its bytes as stored and is used up.
pub(in crate::grid) fn undo_float<T: Pod>(packed: &mut [u8], row: &mut [T], channels: usize) {
    accumulate::<u8>(packed, channels);
    match size_of::<T>() {
        4 => {
            let [a, b, c, d] = planes::<4>(packed, row.len());
            let join = |at: usize| u32::from_be_bytes([a[at], b[at], c[at], d[at]]);
            let row: &mut [u32] = bytemuck::cast_slice_mut(row);
            row.iter_mut().enumerate().for_each(|(at, sample)| *sample = join(at));
        }
        _ => {
            let planes = planes::<8>(packed, row.len());
            let row: &mut [u64] = bytemuck::cast_slice_mut(row);
            let join = |at: usize| u64::from_be_bytes(planes.map(|plane| plane[at]));
            row.iter_mut().enumerate().for_each(|(at, sample)| *sample = join(at));
        }
    }
}

/// The bytes of one significance each, from the most significant.
fn planes<const SIZE: usize>(packed: &[u8], count: usize) -> [&[u8]; SIZE] {
    std::array::from_fn(|significance| &packed[significance * count..][..count])
}

/// The bytes of one row as the floating-point predictor stores them.
pub(in crate::grid) fn apply_float<T: Pod>(row: &[T], channels: usize) -> Vec<u8> {
    let (count, size) = (row.len(), size_of::<T>());
    let bytes: &[u8] = bytemuck::cast_slice(row);
    let mut packed = vec![0; bytes.len()];
    for (significance, plane) in packed.chunks_exact_mut(count).enumerate() {
        let place = place_of(significance, size);
        plane.iter_mut().zip(bytes.chunks_exact(size)).for_each(|(byte, sample)| *byte = sample[place]);
    }
    difference::<u8>(&mut packed, channels);
    packed
}

/// Where in memory the byte of a significance is, the most significant being 0.
fn place_of(significance: usize, size: usize) -> usize {
    const BIG_ENDIAN: bool = u16::from_ne_bytes([0, 1]) == 1;
    if BIG_ENDIAN { significance } else { size - 1 - significance }
}

//! The seven kinds of samples as one trait, so that reading, cropping and averaging are written once.

use terrane_model::buffer::Buffer;
use terrane_model::grid::{SampleKind, Samples};

/// A number that a grid can store.
pub(super) trait Sample: bytemuck::Pod + Default + PartialOrd + Send + Sync {
    /// Which one it is.
    const KIND: SampleKind;
    /// As a double; exact.
    fn number(self) -> f64;
    /// From a double: rounded to the nearest and kept within the kind's range.
    fn from_number(number: f64) -> Self;
    /// With its bytes in the other order.
    fn swapped(self) -> Self;
    /// Wraps a buffer.
    fn wrap(buffer: Buffer<Self>) -> Samples;
    /// The samples, if they are of this kind.
    fn unwrap(samples: &Samples) -> Option<&[Self]>;
}

macro_rules! sample {
    ($type:ty, $variant:ident, $from:expr, $swap:expr) => {
        impl Sample for $type {
            const KIND: SampleKind = SampleKind::$variant;
            fn number(self) -> f64 {
                self as f64
            }
            fn from_number(number: f64) -> Self {
                $from(number)
            }
            fn swapped(self) -> Self {
                $swap(self)
            }
            fn wrap(buffer: Buffer<Self>) -> Samples {
                Samples::$variant(buffer)
            }
            fn unwrap(samples: &Samples) -> Option<&[Self]> {
                match samples {
                    Samples::$variant(buffer) => Some(buffer),
                    _ => None,
                }
            }
        }
    };
}

sample!(u8, U8, |number: f64| number.round() as u8, u8::swap_bytes);
sample!(i16, I16, |number: f64| number.round() as i16, i16::swap_bytes);
sample!(u16, U16, |number: f64| number.round() as u16, u16::swap_bytes);
sample!(i32, I32, |number: f64| number.round() as i32, i32::swap_bytes);
sample!(u32, U32, |number: f64| number.round() as u32, u32::swap_bytes);
sample!(f32, F32, |number: f64| number as f32, |value: f32| f32::from_bits(value.to_bits().swap_bytes()));
sample!(f64, F64, |number: f64| number, |value: f64| f64::from_bits(value.to_bits().swap_bytes()));

/// Calls a generic function with the Rust type of a sample kind.
macro_rules! for_kind {
    ($kind:expr, $function:ident ( $($argument:expr),* )) => {
        match $kind {
            terrane_model::grid::SampleKind::U8 => $function::<u8>($($argument),*),
            terrane_model::grid::SampleKind::I16 => $function::<i16>($($argument),*),
            terrane_model::grid::SampleKind::U16 => $function::<u16>($($argument),*),
            terrane_model::grid::SampleKind::I32 => $function::<i32>($($argument),*),
            terrane_model::grid::SampleKind::U32 => $function::<u32>($($argument),*),
            terrane_model::grid::SampleKind::F32 => $function::<f32>($($argument),*),
            terrane_model::grid::SampleKind::F64 => $function::<f64>($($argument),*),
        }
    };
}
pub(super) use for_kind;

/// Bytes of one sample.
pub(super) fn size_of_sample(kind: SampleKind) -> usize {
    fn size<T>() -> usize {
        size_of::<T>()
    }
    for_kind!(kind, size())
}

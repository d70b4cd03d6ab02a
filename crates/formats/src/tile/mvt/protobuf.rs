//! The few pieces of protocol buffers that tiles are made of (<https://protobuf.dev/programming-guides/encoding/>).

/// Varints.
pub const VARINT: u32 = 0;
/// Eight bytes.
pub const FIXED_64: u32 = 1;
/// Bytes after their count.
pub const COUNTED: u32 = 2;

/// A number, seven bits a byte, the lowest first.
#[inline]
pub fn varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// The number of a field with the kind of what follows.
pub fn key(out: &mut Vec<u8>, field: u32, wire: u32) {
    varint(out, u64::from(field << 3 | wire));
}

/// A field that is a number.
pub fn number(out: &mut Vec<u8>, field: u32, value: u64) {
    key(out, field, VARINT);
    varint(out, value);
}

/// A field that is bytes.
pub fn counted(out: &mut Vec<u8>, field: u32, bytes: &[u8]) {
    key(out, field, COUNTED);
    varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// A signed number with small ones of either sign first (0, −1, 1, −2, …).
pub fn zigzag(number: i64) -> u64 {
    (number << 1 ^ number >> 63) as u64
}

/// Bytes that a number takes.
pub fn varint_length(number: u64) -> usize {
    (64 - (number | 1).leading_zeros() as usize).div_ceil(7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_the_encoding_guide_has_them() {
        let written = |number| {
            let mut out = Vec::new();
            varint(&mut out, number);
            assert_eq!(varint_length(number), out.len(), "{number}");
            out
        };
        assert_eq!(written(150), [0x96, 0x01]);
        assert_eq!(written(0), [0]);
        assert_eq!(written(u64::MAX).len(), 10);
        assert_eq!([0, -1, 1, -2, 2].map(zigzag), [0, 1, 2, 3, 4]);
        assert_eq!(zigzag(i64::MIN), u64::MAX);
    }
}

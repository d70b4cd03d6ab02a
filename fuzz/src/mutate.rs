//! Changes good inputs by chance: bits, bytes, numbers, words, pieces taken out, doubled, swapped or taken from another input.

/// Bytes of an input at most.
const LENGTH_MAX: usize = 1 << 20;
/// Numbers at the ends of what fits.
const NUMBERS: [u64; 16] = [
    0,
    1,
    2,
    3,
    7,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0x8000,
    0xFFFF,
    0x7FFF_FFFF,
    0x8000_0000,
    0xFFFF_FFFF,
    u64::MAX / 2,
    u64::MAX,
];
/// The same in letters.
const LETTERS: [&str; 14] = [
    "0",
    "-1",
    "1e308",
    "-1e-308",
    "NaN",
    "Infinity",
    "9223372036854775808",
    "-9223372036854775809",
    "4294967296",
    "1e999",
    "0.1",
    "180",
    "-90",
    "99999999999999999999999999",
];

/// Chance that follows from a seed alone (Vigna, "xorshift64*", 2014).
pub struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A number below another; 0 when there is none.
    fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { (self.next() >> 16) as usize % end }
    }

    fn one<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        all.get(self.below(all.len())).copied()
    }
}

/// One number of two (the finaliser of SplitMix64).
pub fn mixed(seed: u64, number: u64) -> u64 {
    let mut mixed = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(number.wrapping_mul(0xD1B5_4A32_D192_ED03));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// A changed copy of one of the good inputs.
pub fn input(seeds: &[Vec<u8>], words: &[&str], seed: u64) -> Vec<u8> {
    let mut chance = Chance(seed | 1);
    let mut bytes = seeds.get(chance.below(seeds.len())).cloned().unwrap_or_default();
    let times = [1, 1, 1, 2, 2, 4, 8, 24];
    for _ in 0..chance.one(&times).unwrap_or(1) {
        change(&mut bytes, seeds, words, &mut chance);
    }
    bytes.truncate(LENGTH_MAX);
    bytes
}

fn change(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], words: &[&str], chance: &mut Chance) {
    let at = place(bytes, chance);
    let longest = if chance.below(4) == 0 { bytes.len() } else { 16 };
    let piece = at..(at + 1 + chance.below(longest)).min(bytes.len());
    match chance.below(10) {
        0 if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
        1 if at < bytes.len() => bytes[at] = chance.next() as u8,
        2 => number(bytes, at, chance),
        3 => replace(bytes, at, chance.one(words).or(chance.one(&LETTERS)).unwrap_or_default().as_bytes(), chance),
        4 => replace(bytes, at, chance.one(&LETTERS).unwrap_or_default().as_bytes(), chance),
        5 => drop(bytes.drain(piece)),
        6 => {
            let copy = bytes[piece].to_vec();
            let most = if chance.below(8) == 0 { 200 } else { 2 };
            let times = 1 + chance.below(most);
            let copies = copy.repeat(times.min(LENGTH_MAX / copy.len().max(1)));
            bytes.splice(at..at, copies).for_each(drop);
        }
        7 => bytes.truncate(at),
        8 => {
            let other = seeds.get(chance.below(seeds.len())).map(Vec::as_slice).unwrap_or_default();
            let from = chance.below(other.len() + 1);
            let count = chance.below(other.len() - from + 1).min(4_096);
            let end = (at + chance.below(count + 1)).min(bytes.len());
            bytes.splice(at..end, other[from..from + count].iter().copied()).for_each(drop);
        }
        _ => {
            let noise: Vec<u8> = (0..1 + chance.below(8)).map(|_| chance.next() as u8).collect();
            replace(bytes, at, &noise, chance);
        }
    }
}

/// Mostly near the beginning, where headers are.
fn place(bytes: &[u8], chance: &mut Chance) -> usize {
    let end = if chance.below(3) == 0 { bytes.len().min(256) } else { bytes.len() };
    chance.below(end + 1).min(bytes.len())
}

/// Puts bytes in, or over what is there.
fn replace(bytes: &mut Vec<u8>, at: usize, with: &[u8], chance: &mut Chance) {
    let end = if chance.below(2) == 0 { at } else { (at + with.len()).min(bytes.len()) };
    bytes.splice(at..end, with.iter().copied()).for_each(drop);
}

/// Writes a number over one, two, four or eight bytes, in either order.
fn number(bytes: &mut [u8], at: usize, chance: &mut Chance) {
    let number = chance.one(&NUMBERS).unwrap_or(0).wrapping_add(chance.below(3) as u64);
    let size = 1 << chance.below(4);
    let little = number.to_le_bytes();
    let mut written = little[..size].to_vec();
    if chance.below(2) == 0 {
        written.reverse();
    }
    bytes.iter_mut().skip(at).zip(written).for_each(|(byte, new)| *byte = new);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_follows_from_its_number_and_differs_from_its_neighbours() {
        let seeds = vec![b"{\"type\": \"Point\", \"coordinates\": [1, 2]}".to_vec(), b"POINT (1 2)".to_vec()];
        let make = |number| input(&seeds, &["null"], mixed(7, number));
        let all: std::collections::HashSet<Vec<u8>> = (0..500).map(make).collect();
        assert!(all.len() > 400, "{}", all.len());
        assert!((0..500).all(|number| make(number) == make(number)));
        assert!(all.iter().any(|input| input.len() > 400) && all.iter().any(|input| input.len() < 10));
    }
}

//! The colours of a picture, when they are few enough for a palette.

use ::png::BitDepth;

/// Colours in a PNG palette.
pub(super) const COLOURS_MAX: usize = 256;
/// Slots of the hash table; a power of two, at most a quarter full.
const SLOTS: usize = 1_024;
/// No colour in this slot yet.
const FREE: u16 = u16::MAX;

/// Colours in the order in which a file lists them: translucent ones first, since only their alphas need writing.
pub(super) struct Palette(Vec<[u8; 4]>);

impl Palette {
    /// The palette and an index per pixel; `None` when there are more than 256 colours. What shows through entirely keeps its colour:
    /// nothing is lost.
    pub fn of(rgba: &[u8]) -> Option<(Self, Vec<u8>)> {
        let mut found = Found::default();
        let mut indices = Vec::with_capacity(rgba.len() / 4);
        for (colour, count) in runs(rgba) {
            let index = found.index(colour)?;
            indices.resize(indices.len() + count, index);
        }
        Some(found.into_palette(indices))
    }

    /// How many colours.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Red, green and blue of each colour.
    pub fn colours(&self) -> Vec<u8> {
        self.0.iter().flat_map(|colour| [colour[0], colour[1], colour[2]]).collect()
    }

    /// The alphas of the translucent colours, which come first; `None` when all are opaque.
    pub fn alphas(&self) -> Option<Vec<u8>> {
        let alphas: Vec<u8> = self.0.iter().map(|colour| colour[3]).take_while(|alpha| *alpha < 255).collect();
        (!alphas.is_empty()).then_some(alphas)
    }
}

/// Colours in the order in which they were met. A colour is the bytes of a pixel as one number.
#[derive(Clone)]
pub(super) struct Found {
    colours: Vec<u32>,
    slots: [u16; SLOTS],
}

impl Default for Found {
    fn default() -> Self {
        Self { colours: Vec::with_capacity(COLOURS_MAX), slots: [FREE; SLOTS] }
    }
}

impl Found {
    /// The index of a colour, which may be new; `None` when it would be one too many.
    pub fn index(&mut self, colour: u32) -> Option<u8> {
        let slot = self.slot(colour);
        match self.slots[slot] {
            FREE if self.colours.len() == COLOURS_MAX => None,
            FREE => {
                self.slots[slot] = self.colours.len() as u16;
                self.colours.push(colour);
                Some((self.colours.len() - 1) as u8)
            }
            known => Some(known as u8),
        }
    }

    /// The index of a colour that was met before.
    pub fn known(&self, colour: u32) -> Option<u8> {
        let known = self.slots[self.slot(colour)];
        (known != FREE).then_some(known as u8)
    }

    /// How many colours were met.
    pub fn len(&self) -> usize {
        self.colours.len()
    }

    /// Where a colour is, or would be.
    fn slot(&self, colour: u32) -> usize {
        // Fibonacci hashing (Knuth, TAOCP 6.4): the golden ratio spreads neighbouring colours.
        let mut slot = (colour.wrapping_mul(0x9E37_79B9) >> 22) as usize;
        while self.slots[slot] != FREE && self.colours[usize::from(self.slots[slot])] != colour {
            slot = (slot + 1) % SLOTS;
        }
        slot
    }

    /// The palette of these colours, and indices of theirs made indices of the palette.
    pub fn into_palette(self, mut indices: Vec<u8>) -> (Palette, Vec<u8>) {
        let colours: Vec<[u8; 4]> = self.colours.iter().map(|colour| colour.to_ne_bytes()).collect();
        let opaque = |at: &u8| colours[usize::from(*at)][3] == 255;
        let mut order: Vec<u8> = (0..=u8::MAX).take(colours.len()).collect();
        order.sort_by_key(opaque);
        if !order.is_sorted() {
            let mut places = [0u8; COLOURS_MAX];
            order.iter().zip(0u8..=u8::MAX).for_each(|(old, new)| places[usize::from(*old)] = new);
            indices.iter_mut().for_each(|index| *index = places[usize::from(*index)]);
        }
        (Palette(order.iter().map(|at| colours[usize::from(*at)]).collect()), indices)
    }
}

/// Indices packed into rows of whole bytes, the leftmost pixel in the highest bits, in the fewest bits that hold the colours.
pub(super) fn packed(indices: Vec<u8>, width: usize, colours: usize) -> (BitDepth, Vec<u8>) {
    let (depth, bits) = match colours {
        0..=2 => (BitDepth::One, 1),
        3..=4 => (BitDepth::Two, 2),
        5..=16 => (BitDepth::Four, 4),
        _ => return (BitDepth::Eight, indices),
    };
    let per_byte = 8 / bits;
    let pack = |pixels: &[u8]| {
        let byte = pixels.iter().fold(0, |byte, index| byte << bits | index);
        byte << (bits * (per_byte - pixels.len()))
    };
    (depth, indices.chunks_exact(width).flat_map(|row| row.chunks(per_byte).map(pack)).collect())
}

/// Colours, the bytes of a pixel as one number, with how many pixels of them there are beside one another: maps are made of runs.
pub(super) fn runs(rgba: &[u8]) -> Runs<'_> {
    Runs { pixels: rgba.as_chunks().0 }
}

/// See [`runs`].
pub(super) struct Runs<'a> {
    pixels: &'a [[u8; 4]],
}

impl Iterator for Runs<'_> {
    type Item = (u32, usize);

    #[inline]
    fn next(&mut self) -> Option<(u32, usize)> {
        let (&first, rest) = self.pixels.split_first()?;
        let mut count = 0;
        let four = u128::from_ne_bytes(*[first; 4].as_flattened().first_chunk()?);
        for next in rest.as_flattened().as_chunks::<16>().0 {
            if u128::from_ne_bytes(*next) != four {
                break;
            }
            count += 4;
        }
        count += rest[count..].iter().take(4).take_while(|&&next| next == first).count();
        self.pixels = &rest[count..];
        Some((u32::from_ne_bytes(first), count + 1))
    }
}

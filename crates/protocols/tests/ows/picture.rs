//! Pictures as properties: what is where, in which colour.

use crate::kit::Got;

/// A picture that was answered, decoded by another library than the one that wrote it.
#[derive(PartialEq, Eq)]
pub struct Shown {
    pub width: u32,
    pub height: u32,
    rgba: Vec<u8>,
}

impl Shown {
    /// Decodes an answer.
    #[track_caller]
    pub fn of(got: &Got) -> Self {
        assert_eq!(
            (got.status, got.header("content-type")),
            (200, "image/png"),
            "{}",
            String::from_utf8_lossy(&got.body)
        );
        let mut decoder = png::Decoder::new(std::io::Cursor::new(&got.body));
        decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::ALPHA);
        let mut reader = decoder.read_info().expect("it is a PNG");
        let mut bytes = vec![0; reader.output_buffer_size().expect("it fits into memory")];
        let frame = reader.next_frame(&mut bytes).expect("it is whole");
        bytes.truncate(frame.buffer_size());
        let rgba = match frame.color_type {
            png::ColorType::GrayscaleAlpha => bytes.chunks(2).flat_map(|at| [at[0], at[0], at[0], at[1]]).collect(),
            _ => bytes,
        };
        Self { width: frame.width, height: frame.height, rgba }
    }

    /// The colour of a pixel.
    pub fn at(&self, x: u32, y: u32) -> [u8; 4] {
        let at = (y as usize * self.width as usize + x as usize) * 4;
        [self.rgba[at], self.rgba[at + 1], self.rgba[at + 2], self.rgba[at + 3]]
    }

    /// Whether all pixels have one colour.
    pub fn is_all(&self, colour: [u8; 4]) -> bool {
        self.rgba.chunks(4).all(|pixel| pixel == colour)
    }

    /// The box of the pixels that are like this: left, top, right, bottom, the last two just outside.
    pub fn box_of(&self, like: impl Fn([u8; 4]) -> bool) -> Option<[u32; 4]> {
        let mut found: Option<[u32; 4]> = None;
        for y in 0..self.height {
            for x in (0..self.width).filter(|&x| like(self.at(x, y))) {
                let [left, top, right, bottom] = found.unwrap_or([x, y, x + 1, y + 1]);
                found = Some([left.min(x), top.min(y), right.max(x + 1), bottom.max(y + 1)]);
            }
        }
        found
    }
}

/// Red, green or blue by more than half.
pub fn is_red([red, green, blue, alpha]: [u8; 4]) -> bool {
    alpha >= 128 && red > 128 && green < 128 && blue < 128
}

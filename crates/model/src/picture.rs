//! A drawn picture: what a renderer makes and an encoder writes.

/// Pixels, row by row from the top, four bytes each: red, green, blue, alpha, not premultiplied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels from left to right.
    pub width_px: u32,
    /// Pixels from top to bottom.
    pub height_px: u32,
    /// `width_px × height_px × 4` bytes.
    pub rgba: Vec<u8>,
}

impl Picture {
    /// A picture of one colour.
    pub fn filled(width_px: u32, height_px: u32, colour: [u8; 4]) -> Self {
        let pixels = width_px as usize * height_px as usize;
        Self { width_px, height_px, rgba: colour.repeat(pixels) }
    }

    /// The colour of a pixel inside the picture.
    pub fn pixel(&self, x: u32, y: u32) -> [u8; 4] {
        let at = (y as usize * self.width_px as usize + x as usize) * 4;
        [self.rgba[at], self.rgba[at + 1], self.rgba[at + 2], self.rgba[at + 3]]
    }
}

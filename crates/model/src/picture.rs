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

/// A form in which a picture is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PictureFormat {
    /// PNG, without loss.
    Png,
    /// PNG of at most 256 colours.
    Png8,
    /// WebP, without loss.
    Webp,
    /// JPEG, opaque, for imagery.
    Jpeg,
}

impl PictureFormat {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Png, Self::Png8, Self::Webp, Self::Jpeg];

    /// As HTTP names it.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Png8 => "image/png; mode=8bit",
            Self::Webp => "image/webp",
            Self::Jpeg => "image/jpeg",
        }
    }

    /// As addresses and files name it.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Png8 => "png8",
            Self::Webp => "webp",
            Self::Jpeg => "jpg",
        }
    }
}

//! Colours: eight bits each of red, green, blue and alpha, not premultiplied; read from `#rrggbb`, `#rrggbbaa` or a CSS name.

use std::fmt;

/// A colour: red, green, blue, alpha.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Colour(pub [u8; 4]);

/// The CSS names that styles may use; more would be a table to maintain for nothing.
const NAMES: [(&str, u32); 24] = [
    ("black", 0x0000_00ff),
    ("white", 0xffff_ffff),
    ("transparent", 0x0000_0000),
    ("red", 0xff00_00ff),
    ("green", 0x0080_00ff),
    ("blue", 0x0000_ffff),
    ("yellow", 0xffff_00ff),
    ("orange", 0xffa5_00ff),
    ("purple", 0x8000_80ff),
    ("brown", 0xa52a_2aff),
    ("pink", 0xffc0_cbff),
    ("grey", 0x8080_80ff),
    ("gray", 0x8080_80ff),
    ("silver", 0xc0c0_c0ff),
    ("lightgrey", 0xd3d3_d3ff),
    ("darkgrey", 0xa9a9_a9ff),
    ("navy", 0x0000_80ff),
    ("teal", 0x0080_80ff),
    ("olive", 0x8080_00ff),
    ("maroon", 0x8000_00ff),
    ("lime", 0x00ff_00ff),
    ("cyan", 0x00ff_ffff),
    ("magenta", 0xff00_ffff),
    ("gold", 0xffd7_00ff),
];

impl Colour {
    /// Fully opaque black.
    pub const BLACK: Self = Self([0, 0, 0, 255]);
    /// Fully opaque white.
    pub const WHITE: Self = Self([255; 4]);

    /// An opaque colour from `0xrrggbb`.
    pub const fn rgb(hex: u32) -> Self {
        Self([(hex >> 16) as u8, (hex >> 8) as u8, hex as u8, 255])
    }

    /// From `#rrggbb`, `#rrggbbaa`, `#rgb`, the same without `#` when all six or eight digits are there, or a CSS name.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        match text.strip_prefix('#') {
            Some(digits) => from_digits(digits),
            None => from_name(text).or_else(|| from_digits(text).filter(|_| text.len() >= 6)),
        }
    }

    /// The colour between two at `t` from 0 to 1, channel by channel.
    #[must_use]
    pub fn between(self, other: Self, t: f64) -> Self {
        let mix = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * t).round().clamp(0.0, 255.0) as u8;
        Self(std::array::from_fn(|channel| mix(self.0[channel], other.0[channel])))
    }

    /// Whether nothing shows through.
    pub fn is_opaque(self) -> bool {
        self.0[3] == 255
    }

    /// Relative luminance, 0 to 1 (WCAG 2.2, section "relative luminance").
    pub fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0[0]) + 0.7152 * linear(self.0[1]) + 0.0722 * linear(self.0[2])
    }
}

fn from_name(text: &str) -> Option<Colour> {
    let (_, packed) = NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text))?;
    Some(Colour(packed.to_be_bytes()))
}

fn from_digits(digits: &str) -> Option<Colour> {
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let number = u32::from_str_radix(digits, 16).ok()?;
    match digits.len() {
        8 => Some(Colour(number.to_be_bytes())),
        6 => Some(Colour((number << 8 | 0xff).to_be_bytes())),
        3 => {
            let wide = |shift: u32| ((number >> shift & 0xf) * 17) as u8;
            Some(Colour([wide(8), wide(4), wide(0), 255]))
        }
        _ => None,
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue, alpha] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")?;
        if alpha == 255 { Ok(()) } else { write!(f, "{alpha:02x}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_in_every_spelling_and_written_in_one() {
        for (text, written) in [
            ("#A0b1C2", "#a0b1c2"),
            ("#a0b1c280", "#a0b1c280"),
            ("#fff", "#ffffff"),
            ("a0b1c2", "#a0b1c2"),
            ("Orange", "#ffa500"),
            ("transparent", "#00000000"),
        ] {
            assert_eq!(Colour::parse(text).map(|colour| colour.to_string()).as_deref(), Some(written), "{text}");
        }
        for text in ["", "#", "#12", "#12345", "+12345", "#+12345", "fff", "oránge", "#1234567890"] {
            assert_eq!(Colour::parse(text), None, "{text}");
        }
    }

    #[test]
    fn half_way_between_black_and_white_is_grey() {
        assert_eq!(Colour::BLACK.between(Colour::WHITE, 0.5), Colour::rgb(0x80_8080));
    }
}

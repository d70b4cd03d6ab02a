//! Colours to begin with: distinct ones for categories, ramps for numbers.

use super::Colour;

/// From low to high, light enough to keep lines and names readable (ColorBrewer YlGnBu, light end first).
pub const SEQUENTIAL: [Colour; 5] = [
    Colour::rgb(0xff_ffcc),
    Colour::rgb(0xa1_dab4),
    Colour::rgb(0x41_b6c4),
    Colour::rgb(0x2c_7fb8),
    Colour::rgb(0x25_3494),
];

/// From low to high for marks and lines, each step strong enough to be seen on land and sea.
pub const STRONG: [Colour; 5] = [
    Colour::rgb(0xf2_a93b),
    Colour::rgb(0xe8_743b),
    Colour::rgb(0xc9_3a4f),
    Colour::rgb(0x8c_2981),
    Colour::rgb(0x3b_0f70),
];

/// Depth of earthquakes, km: red when shallow, blue when deep, as is the custom.
pub const DEPTH_KM: [(f64, Colour); 4] = [
    (0.0, Colour::rgb(0xd7_301f)),
    (70.0, Colour::rgb(0xf2_9b3e)),
    (300.0, Colour::rgb(0x3d_7fb8)),
    (700.0, Colour::rgb(0x2d_2a7a)),
];

/// Perceptually even, for grids (viridis, CC0).
pub const EVEN: [Colour; 9] = [
    Colour::rgb(0x44_0154),
    Colour::rgb(0x47_2c7a),
    Colour::rgb(0x3b_518b),
    Colour::rgb(0x2c_718e),
    Colour::rgb(0x21_908d),
    Colour::rgb(0x27_ad81),
    Colour::rgb(0x5c_c863),
    Colour::rgb(0xaa_dc32),
    Colour::rgb(0xfd_e725),
];

/// Below and above a middle that matters (ColorBrewer RdBu, blue for low).
pub const DIVERGING: [Colour; 9] = [
    Colour::rgb(0x21_66ac),
    Colour::rgb(0x43_93c3),
    Colour::rgb(0x92_c5de),
    Colour::rgb(0xd1_e5f0),
    Colour::rgb(0xf7_f7f7),
    Colour::rgb(0xfd_dbc7),
    Colour::rgb(0xf4_a582),
    Colour::rgb(0xd6_604d),
    Colour::rgb(0xb2_182b),
];

/// Heights of land and sea, metres: the sea ends and the land begins at 0.
pub const RELIEF: [(f64, Colour); 11] = [
    (-8000.0, Colour::rgb(0x0b_2a4a)),
    (-5000.0, Colour::rgb(0x1f_4e79)),
    (-3000.0, Colour::rgb(0x3f_7ba6)),
    (-1000.0, Colour::rgb(0x7f_b2cf)),
    (-0.001, Colour::rgb(0xd0_e6ec)),
    (0.0, Colour::rgb(0x9d_b98a)),
    (300.0, Colour::rgb(0xc9_d0a0)),
    (1000.0, Colour::rgb(0xe3_d3a5)),
    (2500.0, Colour::rgb(0xb9_9774)),
    (4500.0, Colour::rgb(0xa3_8a80)),
    (6500.0, Colour::rgb(0xfa_f8f5)),
];

/// The quiet fill of areas, lines and marks about which nothing is known.
pub const QUIET_FILL: Colour = Colour::rgb(0xd9_d2c3);
/// A line or a mark about which nothing is known.
pub const QUIET_MARK: Colour = Colour::rgb(0x0b_6e6e);
/// Outlines of areas.
pub const OUTLINE: Colour = Colour::rgb(0x4a_4a4a);

/// A colour for the n-th of some categories. Neighbours in number differ in hue by the golden angle, and lightness changes in
/// turn. `strong` is for marks and lines, which cover little; areas are paler.
pub fn category(place: usize, strong: bool) -> Colour {
    const GOLDEN_ANGLE: f64 = 137.507_764;
    let hue = (25.0 + GOLDEN_ANGLE * place as f64) % 360.0;
    let lightness = [0.0, 0.09, -0.09, 0.045, -0.045][place % 5] + if strong { 0.55 } else { 0.81 };
    from_oklch(lightness, if strong { 0.14 } else { 0.075 }, hue)
}

/// OKLCH to sRGB (Björn Ottosson, "A perceptual color space for image processing", 2020).
fn from_oklch(lightness: f64, chroma: f64, hue: f64) -> Colour {
    let (a, b) = (chroma * hue.to_radians().cos(), chroma * hue.to_radians().sin());
    let l = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let m = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let s = (lightness - 0.089_484_177_5 * a - 1.291_485_548_0 * b).powi(3);
    let linear = [
        4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
        -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
        -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701_0 * s,
    ];
    let [red, green, blue] = linear.map(encode);
    Colour([red, green, blue, 255])
}

/// The transfer function of sRGB (IEC 61966-2-1).
fn encode(linear: f64) -> u8 {
    let value = if linear <= 0.003_130_8 { linear * 12.92 } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
    (value * 255.0).round().clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_and_a_known_red_come_out_right() {
        assert_eq!(from_oklch(1.0, 0.0, 0.0), Colour::WHITE);
        // sRGB red is OKLCH 0.62796 0.25768 29.234.
        assert_eq!(from_oklch(0.627_96, 0.257_68, 29.234), Colour::rgb(0xff_0000));
    }

    #[test]
    fn thirty_categories_are_all_told_apart() {
        for strong in [false, true] {
            let colours: Vec<[u8; 4]> = (0..30).map(|place| category(place, strong).0).collect();
            for (at, a) in colours.iter().enumerate() {
                for b in &colours[..at] {
                    let distance: i32 = (0..3).map(|c| (i32::from(a[c]) - i32::from(b[c])).pow(2)).sum();
                    assert!(distance > 200, "{strong} {distance} {a:?} {b:?}");
                }
            }
        }
    }
}

//! Pictures written and read back, and files that must be refused.

use super::*;
use proptest::prelude::*;
use terrane_model::Kind;

const PIXELS_MAX: u64 = 1_000_000;

/// A picture whose pixels are the colours in turn.
fn cycle(width_px: u32, height_px: u32, colours: &[[u8; 4]]) -> Picture {
    let rgba = colours.iter().cycle().take((width_px * height_px) as usize).flatten().copied().collect();
    Picture { width_px, height_px, rgba }
}

/// That many colours, all different.
fn colours(count: usize, alpha: u8) -> Vec<[u8; 4]> {
    (0..count).map(|at| [(at % 256) as u8, (at / 256) as u8, 77, alpha]).collect()
}

/// The bits of a sample and PNG's number of the colour type, from the header.
fn kind_of(bytes: &[u8]) -> (u8, u8) {
    (bytes[24], bytes[25])
}

/// The data of the first chunk of a name.
fn chunk<'a>(bytes: &'a [u8], name: &[u8; 4]) -> Option<&'a [u8]> {
    let mut at = 8;
    while at + 8 <= bytes.len() {
        let length = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        if &bytes[at + 4..at + 8] == name {
            return Some(&bytes[at + 8..at + 8 + length]);
        }
        at += length + 12;
    }
    None
}

#[test]
fn the_number_of_colours_chooses_the_bits() {
    let cases = [(1, 1), (2, 1), (3, 2), (4, 2), (5, 4), (16, 4), (17, 8), (256, 8)];
    for (count, bits) in cases {
        let picture = cycle(33, 31, &colours(count, 255));
        let bytes = write(&picture).unwrap();
        assert_eq!(kind_of(&bytes), (bits, 3), "{count} colours");
        assert_eq!(chunk(&bytes, b"PLTE").unwrap().len(), count * 3);
        assert_eq!(chunk(&bytes, b"tRNS"), None);
        assert_eq!(read(&bytes, PIXELS_MAX).unwrap(), picture);
    }
}

#[test]
fn with_257_colours_there_is_no_palette() {
    for (alpha, colour_type) in [(255, 2), (254, 6)] {
        let picture = cycle(20, 20, &colours(257, alpha));
        let bytes = write(&picture).unwrap();
        assert_eq!(kind_of(&bytes), (8, colour_type));
        assert_eq!(read(&bytes, PIXELS_MAX).unwrap(), picture);
    }
}

#[test]
fn opacity_is_said_only_up_to_the_last_colour_that_has_some() {
    let picture = cycle(9, 1, &[[1, 2, 3, 255], [0, 0, 0, 0], [1, 2, 3, 40], [9, 9, 9, 255], [8, 8, 8, 255]]);
    let bytes = write(&picture).unwrap();
    assert_eq!(chunk(&bytes, b"tRNS"), Some(&[255, 0, 40][..]));
    assert_eq!(read(&bytes, PIXELS_MAX).unwrap(), picture);
}

#[test]
fn colours_that_nobody_sees_come_back_too() {
    let picture = cycle(4, 1, &[[255, 0, 0, 0], [0, 0, 255, 0]]);
    assert_eq!(read(&write(&picture).unwrap(), PIXELS_MAX).unwrap(), picture);
}

#[test]
fn a_map_of_one_colour_is_tiny() {
    let bytes = write(&Picture::filled(256, 256, [241, 239, 233, 255])).unwrap();
    assert!(bytes.len() < 200, "{} bytes", bytes.len());
}

#[test]
fn pictures_that_do_not_add_up_are_refused() {
    for (width_px, height_px, bytes) in [(0, 3, 0), (3, 0, 0), (2, 2, 15), (2, 2, 17), (u32::MAX, u32::MAX, 4)] {
        let error = write(&Picture { width_px, height_px, rgba: vec![0; bytes] }).unwrap_err();
        assert_eq!(error.kind(), Kind::Invalid);
    }
}

#[test]
fn more_pixels_than_may_be_are_refused_by_the_header() {
    let bytes = write(&Picture::filled(100, 100, [0; 4])).unwrap();
    assert!(read(&bytes, 10_000).is_ok());
    let error = read(&bytes, 9_999).unwrap_err();
    assert_eq!(error.kind(), Kind::TooLarge);
    assert!(error.say().contains("100 × 100") && error.say().contains("9999"), "{error}");
}

/// A file's beginning: the signature, a header of 8-bit RGBA, the beginning of image data.
fn claims(width_px: u32, height_px: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, width_px, height_px);
    encoder.set_color(ColorType::Rgba);
    drop(encoder.write_header().unwrap());
    bytes
}

#[test]
fn a_short_file_that_claims_much_is_refused() {
    let error = read(&claims(30_000, 30_000), u64::MAX).unwrap_err();
    assert_eq!(error.kind(), Kind::Invalid);
    assert!(error.say().contains("too short"), "{error}");
    assert_eq!(read(&claims(i32::MAX as u32, i32::MAX as u32), u64::MAX).unwrap_err().kind(), Kind::Invalid);
    assert_eq!(read(&claims(30_000, 30_000), PIXELS_MAX).unwrap_err().kind(), Kind::TooLarge);
}

#[test]
fn what_is_cut_short_or_no_png_is_refused() {
    let whole = write(&cycle(16, 16, &colours(200, 128))).unwrap();
    for length in 0..whole.len() - 16 {
        assert!(read(&whole[..length], PIXELS_MAX).is_err(), "{length} of {} bytes", whole.len());
    }
    assert_eq!(read(b"GIF89a", PIXELS_MAX).unwrap_err().kind(), Kind::Invalid);
}

#[test]
fn grey_and_sixteen_bit_pictures_of_others_are_read() {
    let cases: [(ColorType, BitDepth, &[u8], [u8; 8]); 4] = [
        (ColorType::Grayscale, BitDepth::Eight, &[7, 200], [7, 7, 7, 255, 200, 200, 200, 255]),
        (ColorType::Grayscale, BitDepth::One, &[0b0100_0000], [0, 0, 0, 255, 255, 255, 255, 255]),
        (ColorType::GrayscaleAlpha, BitDepth::Eight, &[7, 1, 9, 2], [7, 7, 7, 1, 9, 9, 9, 2]),
        (ColorType::Rgb, BitDepth::Sixteen, &[1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0], [1, 2, 3, 255, 4, 5, 6, 255]),
    ];
    for (colour, depth, samples, rgba) in cases {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, 2, 1);
        encoder.set_color(colour);
        encoder.set_depth(depth);
        encoder.write_header().unwrap().write_image_data(samples).unwrap();
        assert_eq!(read(&bytes, PIXELS_MAX).unwrap().rgba, rgba, "{colour:?} {depth:?}");
    }
}

/// Pictures of one to 400 colours in runs, some of them not opaque.
fn pictures() -> impl Strategy<Value = Picture> {
    (1..40_u32, 1..40_u32, 1..400_usize, any::<bool>()).prop_flat_map(|(width_px, height_px, count, opaque)| {
        let alpha = if opaque { Just(255).boxed() } else { any::<u8>().boxed() };
        let colour = (any::<[u8; 3]>(), alpha).prop_map(|([red, green, blue], alpha)| [red, green, blue, alpha]);
        let pixels = prop::collection::vec(any::<prop::sample::Index>(), (width_px * height_px) as usize);
        (prop::collection::vec(colour, count), pixels).prop_map(move |(colours, pixels)| {
            let rgba = pixels.iter().flat_map(|index| colours[index.index(colours.len())]).collect();
            Picture { width_px, height_px, rgba }
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn every_picture_comes_back_as_it_was(picture in pictures()) {
        let bytes = write(&picture).unwrap();
        prop_assert_eq!(read(&bytes, PIXELS_MAX).unwrap(), picture);
    }

    #[test]
    fn damaged_files_never_panic(picture in pictures(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = write(&picture).unwrap();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(read) = read(&bytes, PIXELS_MAX) {
            prop_assert_eq!(read.rgba.len() as u64, u64::from(read.width_px) * u64::from(read.height_px) * 4);
        }
    }
}

//! PNG files: every picture comes back as it was, in the smallest kind of pixel that holds it, and strangers' files are bounded.

use proptest::prelude::*;
use terrane_formats::picture::png::{read, write};
use terrane_model::Kind;
use terrane_model::limits::Limits;
use terrane_model::picture::Picture;

/// Pixels with at most so many colours; alpha below 255 only when asked.
fn pictures() -> impl Strategy<Value = Picture> {
    (1..40u32, 1..20u32, 1..600usize, any::<bool>(), any::<u64>()).prop_map(
        |(width_px, height_px, colours, opaque, seed)| {
            let mut state = seed | 1;
            let mut next = move || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 33) as u32
            };
            let palette: Vec<[u8; 4]> = (0..colours)
                .map(|_| next().to_le_bytes())
                .map(|[r, g, b, a]| [r, g, b, if opaque { 255 } else { a }])
                .collect();
            let rgba = (0..width_px * height_px).flat_map(|_| palette[next() as usize % colours]).collect();
            Picture { width_px, height_px, rgba }
        },
    )
}

/// Colour type and bits from the header (ISO/IEC 15948, 11.2.2).
fn kind(file: &[u8]) -> (u8, u8) {
    (file[25], file[24])
}

proptest! {
    #[test]
    fn a_picture_is_read_as_it_was_written(picture in pictures()) {
        let file = write(&picture).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let again = read(&file, &Limits::default()).map_err(|error| TestCaseError::fail(format!("{error:?}")))?;
        prop_assert_eq!(again, picture);
    }

    #[test]
    fn a_file_with_bytes_changed_is_read_or_refused(picture in pictures(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut file = write(&picture).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let place = at.index(file.len());
        file[place] = byte;
        let _ = read(&file, &Limits::default());
        file.truncate(place);
        let _ = read(&file, &Limits::default());
    }
}

#[test]
fn the_fewest_bits_that_hold_the_colours_are_used() {
    let striped = |colours: u32| {
        let pixels = (0..4_800u32).flat_map(|at| [(at % colours % 256) as u8, (at % colours / 256) as u8, 7, 255]);
        write(&Picture { width_px: 80, height_px: 60, rgba: pixels.collect() }).unwrap()
    };
    for (colours, expected) in [
        (1, (3, 1)),
        (2, (3, 1)),
        (3, (3, 2)),
        (4, (3, 2)),
        (5, (3, 4)),
        (16, (3, 4)),
        (17, (3, 8)),
        (256, (3, 8)),
        (257, (2, 8)),
    ] {
        assert_eq!(kind(&striped(colours)), expected, "{colours} colours");
    }
}

#[test]
fn many_colours_with_a_translucent_one_are_written_with_alpha() {
    let mut rgba: Vec<u8> = (0..1_000u32).flat_map(|at| [(at % 256) as u8, (at / 256) as u8, 0, 255]).collect();
    rgba[3] = 254;
    assert_eq!(kind(&write(&Picture { width_px: 100, height_px: 10, rgba }).unwrap()), (6, 8));
}

#[test]
fn only_the_alphas_of_translucent_colours_are_in_the_file() {
    let mut picture = Picture::filled(64, 64, [10, 20, 30, 255]);
    picture.rgba[..4].copy_from_slice(&[1, 2, 3, 255]);
    picture.rgba[4..8].copy_from_slice(&[9, 9, 9, 128]);
    let file = write(&picture).unwrap();
    let at = file.windows(4).position(|chunk| chunk == b"tRNS").unwrap();
    assert_eq!(file[at - 4..at], 1u32.to_be_bytes());
    assert_eq!(file[at + 4], 128);
    assert_eq!(read(&file, &Limits::default()).unwrap(), picture);
    assert!(!write(&Picture::filled(4, 4, [1, 2, 3, 255])).unwrap().windows(4).any(|chunk| chunk == b"tRNS"));
}

#[test]
fn a_blank_map_is_tiny() {
    let file = write(&Picture::filled(1_024, 1_024, [0, 0, 0, 0])).unwrap();
    assert!(file.len() < 400, "{} bytes", file.len());
}

#[test]
fn a_header_that_claims_too_much_is_refused_before_anything_is_unpacked() {
    let mut file = write(&Picture::filled(8, 8, [1, 2, 3, 255])).unwrap();
    file[16..20].copy_from_slice(&2_000_000_000u32.to_be_bytes());
    let checksum = crc(&file[12..29]);
    file[29..33].copy_from_slice(&checksum.to_be_bytes());
    assert_eq!(read(&file, &Limits::default()).unwrap_err().kind(), Kind::TooLarge);
    let small = Limits { picture_pixels_max: 63, ..Limits::default() };
    assert_eq!(
        read(&write(&Picture::filled(8, 8, [1, 2, 3, 255])).unwrap(), &small).unwrap_err().kind(),
        Kind::TooLarge
    );
}

#[test]
fn a_short_file_that_claims_much_is_refused() {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 8_000, 4_000);
    encoder.set_color(png::ColorType::Rgba);
    drop(encoder.write_header().unwrap());
    let error = read(&file, &Limits::default()).unwrap_err();
    assert!(error.kind() == Kind::Invalid && error.say().contains("too short"), "{error}");
}

#[test]
fn what_is_cut_short_or_no_png_is_refused() {
    let rgba = (0..256u32).flat_map(|at| [(at % 200) as u8, 1, 2, 128]).collect();
    let whole = write(&Picture { width_px: 16, height_px: 16, rgba }).unwrap();
    for length in 0..whole.len() - 16 {
        assert!(read(&whole[..length], &Limits::default()).is_err(), "{length} of {} bytes", whole.len());
    }
    assert_eq!(read(b"GIF89a", &Limits::default()).unwrap_err().kind(), Kind::Invalid);
}

#[test]
fn colours_that_nobody_sees_come_back_too() {
    let rgba = vec![255, 0, 0, 0, 0, 0, 255, 0];
    let picture = Picture { width_px: 2, height_px: 1, rgba };
    assert_eq!(read(&write(&picture).unwrap(), &Limits::default()).unwrap(), picture);
}

/// The checksum of a chunk (ISO/IEC 15948, annex D).
fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 };
    !bytes.iter().fold(!0u32, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}

#[test]
fn a_picture_whose_bytes_do_not_fit_its_size_is_an_error() {
    let wrong = Picture { width_px: 2, height_px: 2, rgba: vec![0; 15] };
    assert_eq!(write(&wrong).unwrap_err().kind(), Kind::Internal);
    assert!(write(&Picture { width_px: 0, height_px: 2, rgba: Vec::new() }).is_err());
}

#[test]
fn grey_sixteen_bit_and_interlaced_files_are_read_too() {
    for (colour, depth) in [
        (png::ColorType::Grayscale, png::BitDepth::Two),
        (png::ColorType::GrayscaleAlpha, png::BitDepth::Sixteen),
        (png::ColorType::Rgb, png::BitDepth::Eight),
    ] {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, 4, 1);
        encoder.set_color(colour);
        encoder.set_depth(depth);
        let row = match colour {
            png::ColorType::Grayscale => vec![0b0001_1011],
            png::ColorType::GrayscaleAlpha => {
                [[0u8, 0, 255, 255], [85, 85, 255, 255], [170, 170, 255, 255], [255; 4]].concat()
            }
            _ => [[0u8; 3], [85; 3], [170; 3], [255; 3]].concat(),
        };
        encoder.write_header().unwrap().write_image_data(&row).unwrap();
        let picture = read(&file, &Limits::default()).unwrap();
        let expected: Vec<u8> = [0u8, 85, 170, 255].into_iter().flat_map(|grey| [grey, grey, grey, 255]).collect();
        assert_eq!(picture.rgba, expected, "{colour:?}");
    }
}

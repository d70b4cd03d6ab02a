//! Pictures in each form: what comes back is what was drawn, within what the form allows; PNG has tests of its own.
#![allow(clippy::panic)]

use image_webp::WebPDecoder;
use std::collections::HashSet;
use std::io::Cursor;
use terrane_formats::picture::{png, write};
use terrane_model::Kind;
use terrane_model::limits::Limits;
use terrane_model::picture::{Picture, PictureFormat};
use zune_jpeg::JpegDecoder;

const WIDTH: u32 = 200;
const HEIGHT: u32 = 150;

fn picture(pixel: impl Fn(u32, u32) -> [u8; 4]) -> Picture {
    let rgba = (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| (x, y))).flat_map(|(x, y)| pixel(x, y)).collect();
    Picture { width_px: WIDTH, height_px: HEIGHT, rgba }
}

/// Discs of a few colours on another, with every tone between at their edges.
fn discs(ground: [u8; 4]) -> Picture {
    picture(|x, y| {
        let (column, row) = (x / 50, y / 50);
        let distance = (f64::from(x % 50) - 24.3).hypot(f64::from(y % 50) - 23.8);
        let share = (20.5 + f64::from(column) / 7.0 + f64::from(row) / 5.0 - distance).clamp(0.0, 1.0);
        let disc = [60 * column as u8 + 31, 200 - 40 * column as u8, 97, 255];
        let mix = |channel: usize| {
            let (a, b) = (f64::from(ground[channel]), f64::from(disc[channel]));
            (a + (b - a) * share).round() as u8
        };
        if ground[3] == 0 { [disc[0], disc[1], disc[2], (share * 255.0).round() as u8] } else { [0, 1, 2, 3].map(mix) }
    })
}

/// A smooth picture of many colours.
fn slopes() -> Picture {
    picture(|x, y| [(x * 255 / WIDTH) as u8, (y * 255 / HEIGHT) as u8, ((x + y) * 255 / (WIDTH + HEIGHT)) as u8, 255])
}

fn colours(picture: &Picture) -> usize {
    picture.rgba.chunks_exact(4).collect::<HashSet<_>>().len()
}

fn apart(a: &Picture, b: &Picture) -> u8 {
    assert_eq!((a.width_px, a.height_px), (b.width_px, b.height_px));
    a.rgba.iter().zip(&b.rgba).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0)
}

fn read_png(file: &[u8]) -> Picture {
    png::read(file, &Limits::default()).unwrap_or_else(|error| panic!("{error:?}"))
}

/// Colour type in a PNG header (ISO/IEC 15948, 11.2.2): 3 of a palette.
fn has_palette(file: &[u8]) -> bool {
    file[25] == 3
}

#[test]
fn tones_of_a_map_are_rounded_and_its_areas_are_exact() {
    for ground in [[255, 255, 255, 255], [0, 0, 0, 0]] {
        let map = discs(ground);
        assert!(colours(&map) > 256, "{}", colours(&map));
        let file = write(&map, PictureFormat::Png).unwrap();
        assert!(has_palette(&file));
        let again = read_png(&file);
        let error = apart(&map, &again);
        assert!((1..=png::TONE_ERROR_MAX).contains(&error), "{error}");
        for (drawn, read) in map.rgba.chunks_exact(4).zip(again.rgba.chunks_exact(4)) {
            let is_tone = drawn != ground && !(drawn[3] == 255 && drawn[2] == 97);
            assert!(is_tone || drawn == read, "{drawn:?} became {read:?}");
            assert_eq!((drawn[3] == 255, drawn[3] == 0), (read[3] == 255, read[3] == 0), "{drawn:?} became {read:?}");
        }
        assert_eq!(read_png(&png::write(&map).unwrap()), map, "the exact way rounds nothing");
    }
}

#[test]
fn a_picture_of_slopes_is_not_rounded() {
    let file = write(&slopes(), PictureFormat::Png).unwrap();
    assert!(!has_palette(&file));
    assert_eq!(read_png(&file), slopes());
}

#[test]
fn a_tone_is_rounded_alike_in_every_picture() {
    let map = discs([255; 4]);
    let half = Picture {
        width_px: WIDTH,
        height_px: HEIGHT / 3,
        rgba: map.rgba[..(WIDTH * HEIGHT / 3 * 4) as usize].to_vec(),
    };
    let [whole, part] = [&map, &half].map(|picture| read_png(&write(picture, PictureFormat::Png).unwrap()));
    assert!(colours(&half) > 256);
    assert!(part.rgba == whole.rgba[..part.rgba.len()]);
}

#[test]
fn pictures_are_reduced_to_a_palette_with_little_loss() {
    for (picture, mean_max) in [(slopes(), 6.0), (discs([255; 4]), 0.5), (discs([0; 4]), 0.5)] {
        let file = write(&picture, PictureFormat::Png8).unwrap();
        assert!(has_palette(&file));
        let again = read_png(&file);
        assert!(colours(&again) <= 256 && colours(&again) > 100, "{}", colours(&again));
        let total: f64 = picture.rgba.iter().zip(&again.rgba).map(|(a, b)| f64::from(a.abs_diff(*b))).sum();
        let mean = total / picture.rgba.len() as f64;
        assert!(mean < mean_max, "{mean}");
    }
}

#[test]
fn what_is_seen_through_stays_so_when_reduced() {
    let mut picture = slopes();
    picture.rgba.chunks_exact_mut(4).enumerate().for_each(|(at, pixel)| pixel[3] = if at < 6_000 { 0 } else { 255 });
    let again = read_png(&write(&picture, PictureFormat::Png8).unwrap());
    for (drawn, read) in picture.rgba.chunks_exact(4).zip(again.rgba.chunks_exact(4)) {
        assert_eq!(drawn[3], read[3]);
    }
}

#[test]
fn webp_comes_back_as_it_was() {
    for (picture, alpha) in [(slopes(), false), (discs([255; 4]), false), (discs([0; 4]), true)] {
        let file = write(&picture, PictureFormat::Webp).unwrap();
        assert_eq!(&file[8..16], b"WEBPVP8L");
        let mut decoder = WebPDecoder::new(Cursor::new(&file)).unwrap();
        assert_eq!((decoder.dimensions(), decoder.has_alpha()), ((WIDTH, HEIGHT), alpha));
        let mut pixels = vec![0; decoder.output_buffer_size().unwrap()];
        decoder.read_image(&mut pixels).unwrap();
        let expected: Vec<u8> =
            picture.rgba.chunks_exact(4).flat_map(|pixel| &pixel[..if alpha { 4 } else { 3 }]).copied().collect();
        assert_eq!(pixels, expected);
    }
}

#[test]
fn jpeg_comes_back_nearly_and_on_white() {
    for (picture, mean_max) in [(slopes(), 1.5), (discs([0; 4]), 4.0)] {
        let file = write(&picture, PictureFormat::Jpeg).unwrap();
        let mut decoder = JpegDecoder::new(zune_core::bytestream::ZCursor::new(&file));
        let pixels = decoder.decode().unwrap();
        let info = decoder.info().unwrap();
        assert_eq!((u32::from(info.width), u32::from(info.height)), (WIDTH, HEIGHT));
        let white = |pixel: &[u8]| {
            let share = f64::from(pixel[3]) / 255.0;
            [0, 1, 2].map(|channel| f64::from(pixel[channel]) * share + 255.0 * (1.0 - share))
        };
        let drawn: Vec<f64> = picture.rgba.chunks_exact(4).flat_map(white).collect();
        assert_eq!(drawn.len(), pixels.len());
        let total: f64 = drawn.iter().zip(&pixels).map(|(a, b)| (a - f64::from(*b)).abs()).sum();
        assert!(total / drawn.len() as f64 <= mean_max, "{}", total / drawn.len() as f64);
        assert!(pixels[..3].iter().all(|&channel| picture.rgba[3] == 255 || channel > 240), "{:?}", &pixels[..3]);
    }
}

#[test]
fn the_same_picture_gives_the_same_bytes() {
    for format in PictureFormat::ALL {
        for picture in [slopes(), discs([0; 4])] {
            assert_eq!(write(&picture, format).unwrap(), write(&picture.clone(), format).unwrap());
        }
    }
}

#[test]
fn a_size_that_a_form_does_not_have_is_refused_in_words() {
    let wide = |width_px: u32| Picture::filled(width_px, 1, [1, 2, 3, 255]);
    assert_eq!(write(&wide(16_385), PictureFormat::Webp).unwrap_err().kind(), Kind::TooLarge);
    assert_eq!(write(&wide(65_536), PictureFormat::Jpeg).unwrap_err().kind(), Kind::TooLarge);
    for format in PictureFormat::ALL {
        assert!(write(&wide(1), format).is_ok());
        assert!(write(&Picture { width_px: 2, height_px: 2, rgba: vec![0; 15] }, format).is_err());
        assert!(write(&Picture { width_px: 0, height_px: 2, rgba: Vec::new() }, format).is_err());
    }
}

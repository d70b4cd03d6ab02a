//! TIFF files whose tags lie, and pictures that are no grids.

use super::{Corpus, Fate};

/// Tags as (number, type, count, value or offset), in a little-endian classic TIFF whose directory begins at 8.
fn tiff(tags: &[(u16, u16, u32, u32)], next: u32, rest: &[u8]) -> Vec<u8> {
    let mut bytes = b"II*\0\x08\0\0\0".to_vec();
    bytes.extend((tags.len() as u16).to_le_bytes());
    for (tag, kind, count, value) in tags {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend(value.to_le_bytes());
    }
    bytes.extend(next.to_le_bytes());
    bytes.resize(DATA as usize, 0);
    bytes.extend(rest);
    bytes
}

/// Where the data begins: scale (24 bytes), tie point (48), keys (32), then samples.
const DATA: u32 = 512;
const SHORT: u16 = 3;
const LONG: u16 = 4;
const DOUBLE: u16 = 12;

fn place() -> Vec<u8> {
    let numbers = [30.0, 30.0, 0.0, 0.0, 0.0, 0.0, 300_000.0, 1_600_000.0, 0.0_f64];
    let keys = [1_u16, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32648];
    numbers
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .chain(keys.iter().flat_map(|key| key.to_le_bytes()))
        .collect()
}

/// The tags of a small file that would be right, with one changed.
fn with(changed: &[(u16, u16, u32, u32)]) -> Vec<(u16, u16, u32, u32)> {
    let samples = DATA + 104;
    let mut tags = vec![
        (256, LONG, 1, 16),
        (257, LONG, 1, 16),
        (258, SHORT, 1, 8),
        (259, SHORT, 1, 1),
        (262, SHORT, 1, 1),
        (273, LONG, 1, samples),
        (277, SHORT, 1, 1),
        (278, LONG, 1, 16),
        (279, LONG, 1, 256),
        (33_550, DOUBLE, 3, DATA),
        (33_922, DOUBLE, 6, DATA + 24),
        (34_735, SHORT, 16, DATA + 72),
    ];
    for tag in changed {
        tags.retain(|known| known.0 != tag.0);
        tags.push(*tag);
    }
    tags.sort_unstable();
    tags
}

fn with_samples(changed: &[(u16, u16, u32, u32)], next: u32) -> Vec<u8> {
    let samples: Vec<u8> = (0..256).map(|at| at as u8).collect();
    tiff(&with(changed), next, &[place(), samples].concat())
}

pub fn add(corpus: &mut Corpus) {
    let right = with_samples(&[], 0);
    corpus.add("tiff_right.tif", &right, Fate::Read);
    for (name, changed) in [
        ("tiff_huge_dims.tif", vec![(256, LONG, 1, u32::MAX), (257, LONG, 1, u32::MAX)]),
        ("tiff_offset_past_end.tif", vec![(273, LONG, 1, 4_000_000_000)]),
        ("tiff_strip_count_huge.tif", vec![(273, LONG, 1_000_000_000, DATA), (279, LONG, 1_000_000_000, DATA)]),
        ("tiff_bits_0.tif", vec![(258, SHORT, 1, 0)]),
        ("tiff_bits_65535.tif", vec![(258, SHORT, 1, 65_535)]),
        ("tiff_samples_65535.tif", vec![(277, SHORT, 1, 65_535)]),
        ("tiff_width_0.tif", vec![(256, LONG, 1, 0)]),
        (
            "tiff_tiles_huge.tif",
            vec![(322, LONG, 1, 0x7fff_fff0), (323, LONG, 1, 0x7fff_fff0), (324, LONG, 1, DATA), (325, LONG, 1, 16)],
        ),
        ("tiff_compression_odd.tif", vec![(259, SHORT, 1, 34_712)]),
        ("tiff_lzw_noise.tif", vec![(259, SHORT, 1, 5)]),
        ("tiff_no_place.tif", vec![(33_550, DOUBLE, 0, 0), (33_922, DOUBLE, 0, 0)]),
    ] {
        corpus.add(name, with_samples(&changed, 0), Fate::Refused(""));
    }
    // What is needed of the strip is there, and no more of it is read.
    corpus.add("tiff_strip_bytes_huge.tif", with_samples(&[(279, LONG, 1, u32::MAX)], 0), Fate::Read);
    corpus.add("tiff_ifd_loop.tif", with_samples(&[], 8), Fate::Refused(""));
    corpus.add("tiff_rows_per_strip_0.tif", with_samples(&[(278, LONG, 1, 0)], 0), Fate::Either);
    deflate_bomb(corpus);
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\xea\x60\0\0\xea\x60\x08\x06\0\0\0\0\0\0\0";
    corpus.add("png_bomb.png", png, Fate::Refused("PNG"));
    corpus.cut_and_change("tiff", "tif", &right);
}

/// One strip of deflated zeros that says it is 16 × 16 samples, and one that says 60 000 × 60 000.
fn deflate_bomb(corpus: &mut Corpus) {
    // A stored block of zlib, cut off: what is claimed is not there.
    let stream = [b"\x78\x9c".as_slice(), &[0xec, 0xc1], &[0x01; 1_000]].concat();
    let bytes = [place(), stream].concat();
    let tags = with(&[
        (256, LONG, 1, 60_000),
        (257, LONG, 1, 60_000),
        (259, SHORT, 1, 8),
        (278, LONG, 1, 60_000),
        (279, LONG, 1, 1_004),
    ]);
    corpus.add("tiff_deflate_bomb.tif", tiff(&tags, 0, &bytes), Fate::Refused(""));
}

//! Files that lie, loop or burst: each is refused with a sentence, or read within the limits; nothing panics or hangs.

use super::*;
use crate::grid::tiff::codec::deflate;
use crate::grid::tiff::tags;
use crate::grid::tiff::write::{Field, Fields, Size};
use terrane_model::{Error, Kind};

fn short(value: u16) -> Field {
    Field::Shorts(vec![value])
}

/// The tags of a file of one strip of bytes that would be right.
pub(super) fn fields(width: u32, height: u32, place: (u64, u64)) -> Fields {
    vec![
        (tags::WIDTH, Field::Longs(vec![width])),
        (tags::HEIGHT, Field::Longs(vec![height])),
        (tags::BITS_PER_SAMPLE, short(8)),
        (tags::COMPRESSION, short(1)),
        (tags::PHOTOMETRIC, short(1)),
        (tags::STRIP_OFFSETS, Field::Places(vec![place.0])),
        (tags::SAMPLES_PER_PIXEL, short(1)),
        (tags::ROWS_PER_STRIP, Field::Longs(vec![height])),
        (tags::STRIP_BYTE_COUNTS, Field::Places(vec![place.1])),
        (tags::MODEL_PIXEL_SCALE, Field::Doubles(vec![30.0, 30.0, 0.0])),
        (tags::MODEL_TIEPOINT, Field::Doubles(vec![0.0, 0.0, 0.0, 300_000.0, 4_100_000.0, 0.0])),
        (tags::GEO_KEY_DIRECTORY, Field::Shorts(vec![1, 1, 0, 2, 1024, 0, 1, 1, 3072, 0, 1, 32654])),
    ]
}

fn with(mut fields: Fields, tag: u16, field: Field) -> Fields {
    match fields.iter_mut().find(|(known, _)| *known == tag) {
        Some(known) => known.1 = field,
        None => fields.push((tag, field)),
    }
    fields.sort_by_key(|(tag, _)| *tag);
    fields
}

/// A file of one directory and then the data, which begins at [`DATA`].
fn file(fields: &Fields, next: u64, data: &[u8]) -> Vec<u8> {
    let mut bytes = Size::Classic.header(8);
    bytes.extend(Size::Classic.directory(fields, 8, next));
    assert!(bytes.len() <= DATA as usize);
    bytes.resize(DATA as usize, 0);
    bytes.extend(data);
    bytes
}

const DATA: u64 = 1024;

/// Opens and reads everything; whatever goes wrong must be an error.
fn read(bytes: &[u8]) -> Result<Window, Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hostile.tif");
    std::fs::write(&path, bytes).unwrap();
    let source = super::super::open(&path)?;
    source.read(&everything(&source))
}

fn refused(bytes: &[u8]) -> Error {
    read(bytes).expect_err("the file must be refused")
}

#[test]
fn the_file_that_the_hostile_ones_are_made_from_is_right() {
    let window = read(&file(&fields(4, 3, (DATA, 12)), 0, &[7; 12])).unwrap();
    assert_eq!(numbers(&window, 0), [7.0; 12]);
}

#[test]
fn huge_sizes_are_refused_from_the_tags() {
    let huge = refused(&file(&fields(2_000_000, 2_000_000_000, (DATA, 12)), 0, &[7; 12]));
    assert_eq!(huge.place(), Some("StripOffsets"), "{huge}");
    let packed = with(fields(2_000_000_000, 2_000_000_000, (DATA, 12)), tags::COMPRESSION, short(8));
    assert_eq!(refused(&file(&packed, 0, &[7; 12])).kind(), Kind::TooLarge);
    let beyond = refused(&file(&fields(u32::MAX, u32::MAX, (DATA, 12)), 0, &[7; 12]));
    assert!(beyond.say().contains("4294967295 samples of width"), "{beyond}");
    assert!(refused(&file(&fields(0, 3, (DATA, 12)), 0, &[7; 12])).say().contains("0 samples of width"));
}

#[test]
fn a_chain_of_images_that_comes_back_is_refused() {
    assert!(refused(&file(&fields(4, 3, (DATA, 12)), 8, &[7; 12])).say().contains("comes back to itself"));
}

#[test]
fn blocks_past_the_end_of_the_file_are_refused_by_name() {
    let past = refused(&file(&fields(4, 3, (1 << 30, 12)), 0, &[7; 12]));
    assert_eq!(past.place(), Some("StripOffsets"));
    let packed = with(fields(4, 3, (DATA, 1 << 31)), tags::COMPRESSION, short(8));
    assert_eq!(refused(&file(&packed, 0, &[7; 12])).place(), Some("StripOffsets"));
}

#[test]
fn a_count_of_strips_that_the_file_cannot_hold_is_refused() {
    let mut bytes = file(&fields(4, 3, (DATA, 12)), 0, &[7; 12]);
    let tag = bytes.windows(2).position(|pair| pair == tags::STRIP_OFFSETS.to_le_bytes()).unwrap();
    bytes[tag + 4..tag + 8].copy_from_slice(&u32::MAX.to_le_bytes());
    assert_eq!(refused(&bytes).place(), Some("TIFF tag 273"));
    let few = with(fields(4, 3, (DATA, 12)), tags::ROWS_PER_STRIP, Field::Longs(vec![1]));
    assert!(refused(&file(&few, 0, &[7; 12])).say().contains("needs 3 blocks, but 1 are listed"));
}

#[test]
fn samples_of_no_bits_and_of_unknown_kinds_are_refused() {
    let none = with(fields(4, 3, (DATA, 12)), tags::BITS_PER_SAMPLE, short(0));
    assert_eq!(refused(&file(&none, 0, &[7; 12])).place(), Some("BitsPerSample"));
    let odd = with(fields(4, 3, (DATA, 12)), tags::BITS_PER_SAMPLE, short(24));
    assert_eq!(refused(&file(&odd, 0, &[7; 12])).kind(), Kind::Unsupported);
    let jpeg = with(fields(4, 3, (DATA, 12)), tags::COMPRESSION, short(7));
    assert!(refused(&file(&jpeg, 0, &[7; 12])).say().contains("JPEG"));
    let bands = with(fields(4, 3, (DATA, 12)), tags::SAMPLES_PER_PIXEL, short(u16::MAX));
    assert_eq!(refused(&file(&bands, 0, &[7; 12])).kind(), Kind::Invalid);
}

#[test]
fn a_bomb_unpacks_to_no_more_than_its_block_has() {
    // 200 MB of zeros pack into 200 kB; the file claims 4 × 3 samples, so twelve bytes come out.
    let bomb = deflate(&vec![0; 200_000_000]).unwrap();
    let packed = with(fields(4, 3, (DATA, bomb.len() as u64)), tags::COMPRESSION, short(8));
    assert_eq!(numbers(&read(&file(&packed, 0, &bomb)).unwrap(), 0), [0.0; 12]);
    // Claiming a block of 2 GB is refused before anything is unpacked.
    let packed = with(fields(50_000, 40_000, (DATA, bomb.len() as u64)), tags::COMPRESSION, short(8));
    assert_eq!(refused(&file(&packed, 0, &bomb)).kind(), Kind::TooLarge);
}

#[test]
fn data_that_is_cut_off_is_refused_in_every_compression() {
    for (compression, name) in [(5, "LZW"), (8, "deflate"), (32773, "PackBits"), (50000, "Zstandard")] {
        for data in [&[][..], &[0x80], &[3, 1, 2], &[0xff; 12], &[0x78, 0x9c, 1, 2], &[0x28, 0xb5, 0x2f, 0xfd, 0, 0]] {
            let fields = with(fields(40, 30, (DATA, data.len() as u64)), tags::COMPRESSION, short(compression));
            let error = refused(&file(&fields, 0, data));
            assert!(error.say().contains("cannot be unpacked"), "{name} {data:?}: {error}");
        }
    }
}

#[test]
fn keys_and_transforms_that_make_no_sense_are_refused() {
    let flat = with(fields(4, 3, (DATA, 12)), tags::MODEL_PIXEL_SCALE, Field::Doubles(vec![0.0, 30.0, 0.0]));
    assert!(refused(&file(&flat, 0, &[7; 12])).say().contains("no size on the ground"));
    let nan = with(fields(4, 3, (DATA, 12)), tags::MODEL_PIXEL_SCALE, Field::Doubles(vec![f64::NAN, 30.0, 0.0]));
    assert_eq!(refused(&file(&nan, 0, &[7; 12])).kind(), Kind::Invalid);
    let keys = Field::Shorts(vec![1, 1, 0, 500, 1026, 34737, 60000, 60000]);
    let nowhere = with(fields(4, 3, (DATA, 12)), tags::GEO_KEY_DIRECTORY, keys);
    assert!(refused(&file(&nowhere, 0, &[7; 12])).say().contains("key 1026 points nowhere"));
    let unknown = Field::Shorts(vec![1, 1, 0, 1, 3072, 0, 1, 1]);
    let unknown = with(fields(4, 3, (DATA, 12)), tags::GEO_KEY_DIRECTORY, unknown);
    assert_eq!(refused(&file(&unknown, 0, &[7; 12])).place(), Some("--crs"));
}

#[test]
fn metadata_with_a_document_type_is_left_out_with_a_remark() {
    let xml = "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><GDALMetadata><Item name=\"DESCRIPTION\" sample=\"0\" \
               role=\"description\">&b;</Item></GDALMetadata>";
    let hostile = with(fields(4, 3, (DATA, 12)), tags::GDAL_METADATA, Field::Text(xml.to_owned()));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hostile.tif");
    std::fs::write(&path, file(&hostile, 0, &[7; 12])).unwrap();
    let source = open(&path);
    assert_eq!(source.schema.bands[0].name, "band1");
    assert!(source.remarks()[0].what.contains("not readable XML"));
}

#[test]
fn a_value_for_no_data_that_cannot_occur_is_left_out_with_a_remark() {
    let odd = with(fields(4, 3, (DATA, 12)), tags::GDAL_NO_DATA, Field::Text("-9999".to_owned()));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("odd.tif");
    std::fs::write(&path, file(&odd, 0, &[7; 12])).unwrap();
    let source = open(&path);
    assert_eq!(source.schema.bands[0].no_data, None);
    assert!(source.remarks()[0].what.contains("-9999"));
}

#[test]
fn files_that_are_no_tiff_files_are_told_apart() {
    for bytes in [&b""[..], b"II", b"PNG.....", b"II*\0", b"MM\0*\0\0\0\0", b"II+\0\x08\0\0\0"] {
        assert!(read(bytes).is_err(), "{bytes:?}");
    }
    assert_eq!(refused(b"<html>not a grid</html>").kind(), Kind::Unsupported);
}

#[test]
fn no_cut_and_no_changed_byte_makes_the_reader_panic() {
    let packed = deflate(&[7; 12]).unwrap();
    let honest = with(fields(4, 3, (DATA, packed.len() as u64)), tags::COMPRESSION, short(8));
    let honest =
        with(honest, tags::GDAL_METADATA, Field::Text("<GDALMetadata><Item sample=\"0\"/></GDALMetadata>".to_owned()));
    let bytes = file(&honest, 0, &packed);
    for end in 0..bytes.len() {
        let _ = read(&bytes[..end]);
    }
    let used = bytes.len().min(DATA as usize - 400);
    for at in 0..used {
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            let mut changed = bytes.clone();
            changed[at] = value;
            let _ = read(&changed);
        }
    }
}

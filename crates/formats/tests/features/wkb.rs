//! Well-known binary: published examples, every flavour, and bytes that lie.

use crate::support::{Shape, any_shape};
use proptest::prelude::*;
use terrane_formats::features::wkb::{self, Notes};
use terrane_model::batch::GeometryBuilder;
use terrane_model::geometry::GeometryArrays;
use terrane_model::schema::GeometryKind;

fn bytes_of(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn decode(bytes: &[u8], has_z: bool) -> (terrane_model::Result<Notes>, GeometryArrays) {
    let mut builder = GeometryBuilder::new(has_z);
    let notes = wkb::read(bytes, &mut builder);
    builder.end_row(1);
    (notes, builder.finish())
}

fn shape(bytes: &[u8], has_z: bool) -> Shape {
    let (notes, arrays) = decode(bytes, has_z);
    notes.unwrap();
    Shape::of(&arrays.view().get(0).unwrap())
}

/// What PostGIS 3 prints for ST_AsEWKB and ST_AsBinary of these texts.
#[test]
fn published_examples_of_every_flavour_are_read() {
    let point = Shape::point(1.0, 2.0);
    for hex in [
        "0101000000 000000000000F03F 0000000000000040",
        "0000000001 3FF0000000000000 4000000000000000",
        "0101000020E6100000 000000000000F03F 0000000000000040",
        "0101000080 000000000000F03F 0000000000000040 0000000000000840",
        "01E9030000 000000000000F03F 0000000000000040 0000000000000840",
        "01D1070000 000000000000F03F 0000000000000040 0000000000000840",
        "01B90B0000 000000000000F03F 0000000000000040 0000000000000840 0000000000001040",
        "01010000E0E6100000 000000000000F03F 0000000000000040 0000000000000840 0000000000001040",
    ] {
        assert_eq!(shape(&bytes_of(hex), false), point, "{hex}");
    }
    let z = shape(&bytes_of("0101000080 000000000000F03F 0000000000000040 0000000000000840"), true);
    assert_eq!(z.parts[0].1[0][0], [1.0, 2.0, 3.0]);
    let (notes, _) = decode(&bytes_of("01D1070000 000000000000F03F 0000000000000040 0000000000000840"), false);
    assert!(notes.unwrap().measures);
}

#[test]
fn curves_and_faces_are_refused_by_name() {
    for (code, word) in [(8_u8, "curves"), (10, "curves"), (12, "curves"), (15, "faces"), (16, "faces"), (17, "faces")]
    {
        let bytes = [1, code, 0, 0, 0, 0, 0, 0, 0];
        let (notes, arrays) = decode(&bytes, false);
        let error = notes.unwrap_err();
        assert_eq!(error.kind(), terrane_model::Kind::Unsupported);
        assert!(error.say().contains(word), "{error}");
        assert!(arrays.view().get(0).is_none());
    }
}

#[test]
fn claimed_counts_are_not_believed() {
    for kind in 2..=7_u8 {
        let bytes = [&[1, kind, 0, 0, 0, 0xff, 0xff, 0xff, 0xff][..], &[0; 64]].concat();
        let error = decode(&bytes, false).0.unwrap_err();
        assert!(error.say().contains("more than it holds"), "kind {kind}: {error}");
    }
}

#[test]
fn collections_within_collections_end_somewhere() {
    let mut bytes = Vec::new();
    for _ in 0..100_000 {
        bytes.extend_from_slice(&[1, 7, 0, 0, 0, 1, 0, 0, 0]);
    }
    bytes.extend_from_slice(&[0; 16]);
    let error = decode(&bytes, false).0.unwrap_err();
    assert_eq!(error.kind(), terrane_model::Kind::TooLarge);
}

#[test]
fn open_rings_are_closed_and_short_ones_noted() {
    let mut bytes = bytes_of("0103000000 02000000 03000000");
    for number in [0.0, 0.0, 4.0, 0.0, 4.0, 3.0] {
        bytes.extend_from_slice(&f64::to_le_bytes(number));
    }
    bytes.extend_from_slice(&2_u32.to_le_bytes());
    for number in [1.0, 1.0, 1.0, 1.0] {
        bytes.extend_from_slice(&f64::to_le_bytes(number));
    }
    let (notes, arrays) = decode(&bytes, false);
    assert_eq!(notes.unwrap(), Notes { measures: false, closed_rings: 1, short_runs: 1 });
    let geometry = Shape::of(&arrays.view().get(0).unwrap());
    assert_eq!(geometry.parts[0].1[0].len(), 4);
    assert_eq!(geometry.parts[0].1[0][3], [0.0, 0.0, 0.0]);
}

#[test]
fn a_coordinate_that_is_no_number_is_refused_and_an_empty_point_is_empty() {
    let nan = f64::NAN.to_le_bytes();
    let empty = [&[1, 1, 0, 0, 0][..], &nan, &nan].concat();
    let (notes, arrays) = decode(&empty, false);
    assert!(notes.is_ok() && arrays.view().get(0).unwrap().is_empty());
    let infinite = [&[1, 1, 0, 0, 0][..], &f64::INFINITY.to_le_bytes(), &1.0_f64.to_le_bytes()].concat();
    assert!(decode(&infinite, false).0.is_err());
}

#[test]
fn a_multipoint_does_not_hold_a_line() {
    let bytes = bytes_of("0104000000 01000000 0102000000 00000000");
    assert!(decode(&bytes, false).0.unwrap_err().say().contains("MultiPoint holds a LineString"));
}

proptest! {
    #[test]
    fn any_geometry_survives((has_z, given) in any::<bool>().prop_flat_map(|has_z| (Just(has_z), any_shape(has_z)))) {
        let mut builder = GeometryBuilder::new(has_z);
        given.build(&mut builder);
        builder.end_row(1);
        let arrays = builder.finish();
        let geometry = arrays.view().get(0).unwrap();
        let mut bytes = Vec::new();
        wkb::write(&geometry, &mut bytes);
        prop_assert_eq!(&shape(&bytes, has_z), &given);

        let mut blob = Vec::new();
        wkb::write_blob(&geometry, 4326, &mut blob);
        prop_assert_eq!(wkb::envelope(&blob).unwrap(), geometry.bbox().to_array());
        let mut builder = GeometryBuilder::new(has_z);
        wkb::read_blob(&blob, &mut builder).unwrap();
        builder.end_row(1);
        prop_assert_eq!(&Shape::of(&builder.finish().view().get(0).unwrap()), &given);
    }

    #[test]
    fn no_bytes_do_harm(mut bytes in prop::collection::vec(any::<u8>(), 0..200), kind in 1..8_u8) {
        let _ = wkb::envelope(&bytes);
        let mut builder = GeometryBuilder::new(true);
        let _ = wkb::read_blob(&bytes, &mut builder);
        if bytes.len() > 8 {
            bytes[..5].copy_from_slice(&[1, kind, 0, 0, 0]);
            bytes[6..8].fill(0);
        }
        let (outcome, arrays) = decode(&bytes, false);
        prop_assert!(outcome.is_ok() || arrays.view().get(0).is_none());
    }

    #[test]
    fn a_geometry_cut_anywhere_is_refused(given in any_shape(true), cut in any::<prop::sample::Index>()) {
        let mut builder = GeometryBuilder::new(true);
        given.build(&mut builder);
        builder.end_row(1);
        let arrays = builder.finish();
        let mut bytes = Vec::new();
        wkb::write(&arrays.view().get(0).unwrap(), &mut bytes);
        bytes.truncate(cut.index(bytes.len()));
        prop_assert!(decode(&bytes, true).0.is_err());
        let _ = GeometryKind::Any;
    }
}

//! Shapefiles whose headers and records lie.

use super::archives::pack;
use super::{Corpus, Fate};

const WGS84: &str = "GEOGCS[\"GCS_WGS_1984\",DATUM[\"D_WGS_1984\",SPHEROID[\"WGS_1984\",6378137.0,298.257223563]],PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]]";

/// A .shp of records as they are given, with the length that the header should have.
fn shp(kind: u32, records: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = 9994_u32.to_be_bytes().to_vec();
    bytes.resize(24, 0);
    let length: usize = 100 + records.iter().map(|record| record.len() + 8).sum::<usize>();
    bytes.extend((length as u32 / 2).to_be_bytes());
    bytes.extend(1000_u32.to_le_bytes());
    bytes.extend(kind.to_le_bytes());
    bytes.resize(100, 0);
    for (place, record) in records.iter().enumerate() {
        bytes.extend((place as u32 + 1).to_be_bytes());
        bytes.extend((record.len() as u32 / 2).to_be_bytes());
        bytes.extend(record);
    }
    bytes
}

fn point(x: f64, y: f64) -> Vec<u8> {
    [&1_u32.to_le_bytes()[..], &x.to_le_bytes(), &y.to_le_bytes()].concat()
}

/// A polygon of these rings, whatever its counts say.
fn polygon(parts: u32, points: u32, starts: &[u32], positions: &[[f64; 2]]) -> Vec<u8> {
    let mut bytes = 5_u32.to_le_bytes().to_vec();
    bytes.extend([0; 32]);
    bytes.extend(parts.to_le_bytes());
    bytes.extend(points.to_le_bytes());
    starts.iter().for_each(|start| bytes.extend(start.to_le_bytes()));
    positions.as_flattened().iter().for_each(|number| bytes.extend(number.to_le_bytes()));
    bytes
}

/// A .dbf of columns of four characters.
fn dbf(rows: u32, columns: usize, held: usize) -> Vec<u8> {
    let (header, record) = (33 + columns * 32, 1 + columns * 4);
    let mut bytes = vec![3, 126, 1, 1];
    bytes.extend(rows.to_le_bytes());
    bytes.extend((header as u16).to_le_bytes());
    bytes.extend((record as u16).to_le_bytes());
    bytes.resize(32, 0);
    for column in 0..columns {
        let mut field = format!("C{column}").into_bytes();
        field.resize(11, 0);
        field.extend(*b"C\0\0\0\0\x04");
        field.resize(32, 0);
        bytes.extend(field);
    }
    bytes.push(0x0d);
    for _ in 0..held {
        let mut row = b" ".to_vec();
        (0..columns).for_each(|_| row.extend(*b"abc "));
        bytes.extend(row);
    }
    bytes.push(0x1a);
    bytes
}

/// Packs the parts of a shapefile.
fn set(corpus: &mut Corpus, name: &str, (shp, dbf): (&[u8], &[u8]), fate: Fate) {
    let members = [("a.shp", shp), ("a.dbf", dbf), ("a.prj", WGS84.as_bytes())];
    corpus.add(name, pack(&members), fate);
}

const BOW: [[f64; 2]; 5] = [[0.0, 0.0], [4.0, 4.0], [4.0, 0.0], [0.0, 4.0], [0.0, 0.0]];
const SQUARE: [[f64; 2]; 5] = [[0.0, 0.0], [0.0, 4.0], [4.0, 4.0], [4.0, 0.0], [0.0, 0.0]];

pub fn add(corpus: &mut Corpus) {
    let one = dbf(1, 1, 1);
    let right = shp(1, &[point(100.0, 13.0)]);
    set(corpus, "shp_right.zip", (&right, &one), Fate::Read);
    let mut long = right.clone();
    long[24..28].copy_from_slice(&0x7fff_ffff_u32.to_be_bytes());
    set(corpus, "shp_bad_length.zip", (&long, &one), Fate::Refused("cut short"));
    let mut huge = right.clone();
    huge[104..108].copy_from_slice(&0x7fff_ffff_u32.to_be_bytes());
    set(corpus, "shp_record_huge.zip", (&huge, &one), Fate::Refused("are left"));
    let mut negative = right.clone();
    negative[104..108].copy_from_slice(&u32::MAX.to_be_bytes());
    set(corpus, "shp_record_negative.zip", (&negative, &one), Fate::Refused("are left"));
    let bad = [("a.shp", right.as_slice()), ("a.dbf", &one), ("a.prj", &[b'['; 60_000])];
    corpus.add("shp_prj_bad.zip", pack(&bad), Fate::Told(".prj file is not understood"));
    let shapes: [(&str, Vec<u8>, Fate); 9] = [
        ("shp_parts_huge.zip", polygon(u32::MAX, 5, &[0], &SQUARE), Fate::Told("cut short")),
        ("shp_points_huge.zip", polygon(1, u32::MAX, &[0], &SQUARE), Fate::Told("cut short")),
        ("shp_parts_backwards.zip", polygon(2, 5, &[4, 0], &SQUARE), Fate::Told("do not follow")),
        ("shp_part_past_end.zip", polygon(2, 5, &[0, 99], &SQUARE), Fate::Told("do not follow")),
        ("shp_bow_tie.zip", polygon(1, 5, &[0], &BOW), Fate::Told("crosses itself")),
        ("shp_nan.zip", polygon(1, 5, &[0], &[[f64::NAN, 0.0]; 5]), Fate::Told("finite")),
        ("shp_null.zip", 0_u32.to_le_bytes().to_vec(), Fate::Told("no geometry")),
        ("shp_multipatch.zip", 31_u32.to_le_bytes().to_vec(), Fate::Refused("MultiPatch")),
        ("shp_unknown_type.zip", 77_u32.to_le_bytes().to_vec(), Fate::Told("unknown type")),
    ];
    for (name, shape, fate) in shapes {
        set(corpus, name, (&shp(5, &[shape]), &one), fate);
    }
    tables(corpus, &right);
    corpus.cut_and_change("shp_alone", "shp", &shp(5, &[polygon(1, 5, &[0], &SQUARE)]));
    corpus.cut_and_change("dbf_alone", "dbf", &dbf(3, 2, 3));
}

fn tables(corpus: &mut Corpus, right: &[u8]) {
    set(corpus, "dbf_300_columns.zip", (right, &dbf(1, 300, 1)), Fate::Read);
    set(corpus, "dbf_rows_lie.zip", (right, &dbf(u32::MAX, 1, 1)), Fate::Refused("copy it again"));
    set(corpus, "dbf_rows_fewer.zip", (right, &dbf(0, 1, 0)), Fate::Told("has 1 rows but"));
    let mut narrow = dbf(1, 2, 1);
    narrow[10..12].copy_from_slice(&1_u16.to_le_bytes());
    set(corpus, "dbf_record_narrow.zip", (right, &narrow), Fate::Refused("wider than"));
    let mut none = dbf(1_000_000, 1, 0);
    none[10..12].copy_from_slice(&0_u16.to_le_bytes());
    set(corpus, "dbf_record_0.zip", (right, &none), Fate::Refused(""));
    let mut header = dbf(1, 1, 1);
    header[8..10].copy_from_slice(&u16::MAX.to_le_bytes());
    set(corpus, "dbf_header_long.zip", (right, &header), Fate::Refused("copy it again"));
    let mut header = dbf(1, 1, 1);
    header[8..10].copy_from_slice(&2_u16.to_le_bytes());
    set(corpus, "dbf_header_short.zip", (right, &header), Fate::Refused(""));
    corpus.add("dbf_many_columns.dbf", dbf(1, 2_040, 1), Fate::Refused("columns"));
    corpus.add("lone.shp", right, Fate::Told("no .dbf"));
    corpus.beside("lone.cpg", "klingon");
}

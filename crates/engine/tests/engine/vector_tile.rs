//! Vector tiles, read back by a reader that knows nothing of the writer: columns, identities, copies of the world, limits.

use crate::kit::{areas, id, longitudes, node_of, node_of_grid, points, rectangle};
use std::collections::BTreeMap;
use std::io::Read as _;
use std::sync::Arc;
use terrane_engine::pool::wait;
use terrane_engine::{Caller, Encoded, Engine, PictureLayer, TileForm, TileQuestion};
use terrane_model::testing::Effort;
use terrane_model::tiling::{TileAddress, TileMatrixSet};
use terrane_model::{Crs, Kind};

/// A feature as it is read: its identity, its tags, what it is, its numbers.
#[derive(Debug, Default, PartialEq)]
struct Read {
    id: Option<u64>,
    tags: BTreeMap<String, String>,
    kind: u64,
    geometry: Vec<u64>,
}

/// Fields of a message: number, and a number or bytes.
fn fields(mut bytes: &[u8]) -> Vec<(u64, u64, &[u8])> {
    let mut all = Vec::new();
    while !bytes.is_empty() {
        let key = varint(&mut bytes);
        match key & 7 {
            0 => all.push((key >> 3, varint(&mut bytes), &[][..])),
            1 => {
                let (eight, rest) = bytes.split_at(8);
                all.push((key >> 3, u64::from_le_bytes(eight.try_into().expect("eight")), &[][..]));
                bytes = rest;
            }
            2 => {
                let length = varint(&mut bytes) as usize;
                let (part, rest) = bytes.split_at(length);
                all.push((key >> 3, 0, part));
                bytes = rest;
            }
            other => panic!("wire type {other}"),
        }
    }
    all
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let (mut number, mut shift) = (0, 0);
    loop {
        let byte = bytes[0];
        *bytes = &bytes[1..];
        number |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte < 0x80 {
            return number;
        }
    }
}

fn packed(mut bytes: &[u8]) -> Vec<u64> {
    std::iter::from_fn(|| (!bytes.is_empty()).then(|| varint(&mut bytes))).collect()
}

fn value(bytes: &[u8]) -> String {
    match fields(bytes)[0] {
        (1, _, text) => String::from_utf8(text.to_vec()).expect("UTF-8"),
        (3, bits, _) => f64::from_bits(bits).to_string(),
        (_, number, _) => number.to_string(),
    }
}

/// The features of the only layer.
fn read(tile: &Encoded) -> Vec<Read> {
    let mut plain = Vec::new();
    match tile.gzip {
        true => drop(flate2::read::GzDecoder::new(&tile.bytes[..]).read_to_end(&mut plain).expect("unpacked")),
        false => plain.extend_from_slice(&tile.bytes),
    }
    let Some(&(3, _, layer)) = fields(&plain).first() else { return Vec::new() };
    let of = |field: u64| fields(layer).into_iter().filter(move |part| part.0 == field);
    let keys: Vec<String> = of(3).map(|part| String::from_utf8(part.2.to_vec()).expect("UTF-8")).collect();
    let values: Vec<String> = of(4).map(|part| value(part.2)).collect();
    let feature = |bytes| {
        let mut feature = Read::default();
        for (field, number, part) in fields(bytes) {
            match field {
                1 => feature.id = Some(number),
                2 => {
                    let tag = |pair: &[u64]| (keys[pair[0] as usize].clone(), values[pair[1] as usize].clone());
                    feature.tags = packed(part).chunks(2).map(tag).collect();
                }
                3 => feature.kind = number,
                _ => feature.geometry = packed(part),
            }
        }
        feature
    };
    of(2).map(|part| feature(part.2)).collect()
}

fn question(set: TileMatrixSet, matrix: usize, column: u64, row: u64) -> TileQuestion {
    TileQuestion {
        layers: vec![PictureLayer::new(id("rows"), None)],
        set: Arc::new(set),
        tile: TileAddress { matrix, column, row },
        form: TileForm::Vector,
        sharpness: 1,
        background: [0; 4],
        columns: None,
        gzip: false,
    }
}

fn tile(engine: &Engine, question: TileQuestion) -> Encoded {
    wait(engine.tile(Caller::Public, question)).expect("a tile")
}

#[test]
fn a_point_is_where_the_formula_of_web_mercator_puts_it() {
    let node = node_of(Effort::Nothing, points(Crs::crs84(), &[("fuji", [138.727_4, 35.360_6])]));
    let asked = TileQuestion {
        columns: Some(vec!["name".to_owned()]),
        ..question(TileMatrixSet::web_mercator_quad(), 0, 0, 0)
    };
    let rows = read(&tile(&node.engine, asked));
    // x = (λ + 180) / 360, y = (1 − asinh(tan φ) / π) / 2, times 4096: 3626.4 and 1617.4.
    let zigzag = |number: u64| number << 1;
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].id, rows[0].kind, &rows[0].geometry), (Some(1), 1, &vec![9, zigzag(3_626), zigzag(1_617)]));
    assert_eq!(rows[0].tags.get("name").map(String::as_str), Some("fuji"));
}

#[test]
fn columns_are_those_asked_for_and_gzip_changes_nothing_else() {
    let node = node_of(Effort::Everything, areas(Crs::crs84(), &[("a", &rectangle(10.0, 10.0, 20.0, 20.0))]));
    let plain = question(TileMatrixSet::web_mercator_quad(), 2, 2, 1);
    let none = TileQuestion { columns: Some(Vec::new()), ..plain.clone() };
    assert!(read(&tile(&node.engine, none)).iter().all(|row| row.tags.is_empty()));
    let packed = tile(&node.engine, TileQuestion { gzip: true, ..plain.clone() });
    assert!(packed.gzip);
    assert_eq!(read(&packed), read(&tile(&node.engine, plain)));
}

#[test]
fn a_tile_without_rows_has_no_bytes_and_one_that_is_not_there_is_an_error() {
    let node = node_of(Effort::Nothing, points(Crs::crs84(), &[("a", [10.0, 10.0])]));
    let empty =
        tile(&node.engine, TileQuestion { gzip: true, ..question(TileMatrixSet::web_mercator_quad(), 4, 0, 0) });
    assert_eq!((empty.bytes.len(), empty.gzip), (0, false));
    let beyond = question(TileMatrixSet::web_mercator_quad(), 1, 2, 0);
    let error = wait(node.engine.tile(Caller::Public, beyond)).expect_err("there is no such tile");
    assert_eq!(error.kind(), Kind::NotFound);
    let grid = node_of_grid(longitudes(0.0, 10.0));
    let mut of_grid = question(TileMatrixSet::web_mercator_quad(), 0, 0, 0);
    of_grid.layers = vec![PictureLayer::new(id("grid"), None)];
    assert!(wait(grid.engine.tile(Caller::Public, of_grid)).is_err());
}

#[test]
fn rows_just_across_180_degrees_are_in_the_margin_of_the_other_side() {
    let node = node_of(Effort::Nothing, points(Crs::crs84(), &[("west", [-179.99, 0.1]), ("east", [179.99, 0.1])]));
    for set in [TileMatrixSet::web_mercator_quad(), TileMatrixSet::world_crs84_quad()] {
        let (matrix, row) = if set.id == "WorldCRS84Quad" { (2, 1) } else { (3, 3) };
        for column in [0, 7] {
            let rows = read(&tile(&node.engine, question(set.clone(), matrix, column, row)));
            assert_eq!(rows.len(), 2, "{} {column}", set.id);
        }
    }
}

#[test]
fn a_tile_with_too_many_points_says_for_how_many_each_stands() {
    let places: Vec<(String, [f64; 2])> = (0..70_000)
        .map(|number| (format!("p{number}"), [f64::from(number % 300) * 0.001, f64::from(number / 300) * 0.001]))
        .collect();
    let places: Vec<(&str, [f64; 2])> = places.iter().map(|(name, place)| (name.as_str(), *place)).collect();
    let node = node_of(Effort::Nothing, points(Crs::crs84(), &places));
    let asked = question(TileMatrixSet::web_mercator_quad(), 8, 128, 127);
    let answer = tile(&node.engine, asked);
    assert!(answer.coarsened > 0);
    let rows = read(&answer);
    let count = |row: &Read| row.tags.get("point_count").map_or(1, |count| count.parse::<u64>().expect("a number"));
    assert!(rows.len() < 65_536, "{}", rows.len());
    assert_eq!(rows.iter().map(count).sum::<u64>(), 70_000);
}

#[test]
fn a_tile_with_too_many_small_areas_gathers_them_without_a_gap() {
    // A little more than a unit of the tile, so that each is there as long as there is room.
    let side = 0.0015;
    let rings: Vec<[[f64; 2]; 4]> = (0..70_000)
        .map(|number| [f64::from(number % 300) * side, f64::from(number / 300) * side])
        .map(|[x, y]| rectangle(x, y, x + side, y + side))
        .collect();
    let rings: Vec<(&str, &[[f64; 2]])> = rings.iter().map(|ring| ("a", ring.as_slice())).collect();
    let node = node_of(Effort::Nothing, areas(Crs::crs84(), &rings));
    let asked = TileQuestion { columns: Some(Vec::new()), ..question(TileMatrixSet::web_mercator_quad(), 6, 32, 31) };
    let answer = tile(&node.engine, asked);
    let rows = read(&answer);
    assert!(answer.coarsened > 0 && rows.len() == 1, "{} rows", rows.len());
    // One area without a hole: one ring, closed once.
    assert_eq!(rows[0].geometry.iter().filter(|&&number| number == 15).count(), 1, "{:?}", rows[0].geometry);
}

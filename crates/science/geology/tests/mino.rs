//! A printed sheet read as a geologist reads it: the legend of the 1:50 000 geological map Mino of the Geological Survey of Japan,
//! each line in Japanese and in English. What is expected was written from the text of the legend.
#![allow(clippy::panic)]

use std::collections::BTreeMap;
use terrane_geology::time::{Process, read_age};
use terrane_geology::vocabulary::{Role, lithologies_in, named};

const LEGEND: &str = include_str!("data/mino_legend.md");

/// Rows by their number: cells of the table.
fn rows() -> BTreeMap<u32, Vec<&'static str>> {
    let rows = LEGEND.lines().filter_map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        Some((cells.get(1)?.parse().ok()?, cells))
    });
    rows.collect()
}

const TUFF: &str = "ash_tuff_lapillistone_and_lapilli_tuff";
const CHERT: &str = "non_clastic_siliceous_sedimentary_rock";
const BEDDED_CHERT: &str = "biogenic_silica_sedimentary_rock";
const SANDSTONE: &str = "clastic_sandstone";
const MUDSTONE: &str = "clastic_mudstone";
const CONGLOMERATE: &str = "clastic_conglomerate";
const TUFF_BRECCIA: &str = "tuff_breccia_agglomerate_or_pyroclastic_breccia";

/// What a line is about, what that is made of, what comes with it, and what is in it as pieces.
struct Expected {
    codes: &'static [u32],
    main: &'static [&'static str],
    made_of: &'static [&'static str],
    with: &'static [&'static str],
    pieces: &'static [&'static str],
}

const fn only(codes: &'static [u32], main: &'static [&'static str]) -> Expected {
    Expected { codes, main, made_of: &[], with: &[], pieces: &[] }
}

const EXPECTED: [Expected; 26] = [
    only(&[1, 2, 3, 4], &["gravel", "sand", "mud"]),
    only(&[5], &["andesite"]),
    only(&[6], &[CONGLOMERATE, SANDSTONE]),
    // Quartz porphyry and granite porphyry are porphyries; felsite is an acidic rock without a term of its own.
    only(&[7], &["porphyry", "acidic_igneous_rock"]),
    only(&[8], &["tonalite", "porphyry"]),
    only(&[9], &["granite", "porphyry"]),
    only(&[10], &["rhyolite"]),
    only(&[11], &[MUDSTONE, TUFF]),
    Expected { codes: &[12, 13, 15, 18], main: &[TUFF], made_of: &["rhyolite"], with: &[], pieces: &[] },
    Expected {
        codes: &[14],
        main: &[SANDSTONE, MUDSTONE],
        made_of: &[],
        with: &[CONGLOMERATE, TUFF, "dacite"],
        pieces: &[],
    },
    Expected { codes: &[16], main: &[TUFF], made_of: &["rhyolite"], with: &[MUDSTONE, CONGLOMERATE], pieces: &[] },
    Expected {
        codes: &[17],
        main: &[TUFF],
        made_of: &["rhyolite", "dacite"],
        with: &[TUFF_BRECCIA, SANDSTONE, MUDSTONE],
        pieces: &[],
    },
    Expected {
        codes: &[19, 32],
        main: &[MUDSTONE],
        made_of: &[],
        with: &[],
        pieces: &[SANDSTONE, CHERT, "limestone", "basalt"],
    },
    only(&[20, 21, 23, 24, 33, 40, 48], &[SANDSTONE, MUDSTONE]),
    Expected { codes: &[22], main: &[SANDSTONE, CONGLOMERATE], made_of: &[], with: &[], pieces: &[CHERT] },
    only(&[25, 41], &[MUDSTONE, SANDSTONE]),
    only(&[26, 42, 49], &[MUDSTONE]),
    only(&[27], &[CHERT, "limestone"]),
    only(&[28, 34, 43, 50], &[BEDDED_CHERT]),
    only(&[29, 44, 51], &["claystone"]),
    only(&[30, 36, 45, 52], &["limestone"]),
    only(&[31, 37, 46, 53], &["basalt"]),
    only(&[35], &["limestone", CHERT]),
    Expected { codes: &[38, 39], main: &[MUDSTONE], made_of: &[], with: &[], pieces: &[SANDSTONE, CHERT] },
    only(&[47], &[CONGLOMERATE]),
    only(&[88], &[]),
];

#[test]
fn every_line_names_its_rocks_in_both_languages() {
    let rows = rows();
    let expected: usize = EXPECTED.iter().map(|line| line.codes.len()).sum();
    assert_eq!((rows.len(), expected), (54, 54));
    for line in &EXPECTED {
        for code in line.codes {
            let row = &rows[code];
            for text in [row[17], row[18]] {
                check(text, line);
            }
        }
    }
}

fn check(text: &str, line: &Expected) {
    let found = lithologies_in(text);
    let of = |role: Role| {
        found.iter().filter(|rock| rock.role == role).map(|rock| rock.concept.id.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(of(Role::Main), line.main, "main in {text}");
    assert_eq!(of(Role::Composition), line.made_of, "made of in {text}");
    assert_eq!(of(Role::Subordinate), line.with, "with in {text}");
    let mut pieces = of(Role::Clast);
    // The English line 19 says siliceous shale where the Japanese says siliceous mudstone.
    pieces.retain(|id| !(*id == "shale" && text.contains("siliceous shale")));
    assert_eq!(pieces, line.pieces, "pieces in {text}");
    assert!(found.iter().all(|rock| rock.score >= 0.9), "{text}");
}

#[test]
fn every_line_has_its_age_in_both_languages() {
    for (code, row) in rows() {
        let (older, younger, process) = match code {
            1..=3 => (0.0117, 0.0, None),
            4 => (2.58, 0.0117, None),
            5 => (66.0, 2.58, None),
            6 => (23.03, 15.98, None),
            7..=18 => (100.5, 66.0, None),
            88 => continue,
            _ => (174.7, 137.05, Some("accretion")),
        };
        for (period, epoch) in [(row[4], row[6]), (row[5], row[7])] {
            let text = if epoch.is_empty() { period } else { epoch };
            let read = read_age(text).unwrap_or_else(|| panic!("no age in {text}"));
            assert_eq!((read.age.older_ma, read.age.younger_ma), (older, younger), "{text}");
            assert_eq!(read.process.map(Process::id), process, "{text}");
            assert!(read.score >= 0.9 && read.rest.is_empty(), "{text}: {} {}", read.score, read.rest);
        }
    }
}

#[test]
fn lines_and_points_of_the_sheet_have_their_terms() {
    let cases = [
        ("contacttype", "地質境界線", "contact"),
        ("contacttype", "Geologic boundary", "contact"),
        ("contacttype", "岩相境界", "lithogenetic_contact"),
        ("contacttype", "Lithological boundary", "lithogenetic_contact"),
        ("faulttype", "断層", "fault"),
        ("faulttype", "Fault", "fault"),
        ("faulttype", "伏在断層", "fault"),
        ("faulttype", "Concealed fault", "fault"),
        ("MineStatus", "休廃止鉱山", "closed"),
        ("MineStatus", "Closed mine", "closed"),
        ("MineStatus", "稼行鉱山", "operating"),
        ("CommodityCode", "マンガン", "manganese"),
        ("CommodityCode", "Manganese", "manganese"),
        ("CommodityCode", "銅", "copper"),
        ("CommodityCode", "鉛", "lead"),
        ("CommodityCode", "亜鉛", "zinc"),
        ("CommodityCode", "Zinc", "zinc"),
    ];
    for (vocabulary, text, id) in cases {
        let found = named(vocabulary).unwrap().find(text, 1);
        let found = found.first().unwrap_or_else(|| panic!("nothing for {text}"));
        assert_eq!(found.concept.id, id, "{text}");
        assert!(found.score >= 0.9, "{text} {}", found.score);
    }
}

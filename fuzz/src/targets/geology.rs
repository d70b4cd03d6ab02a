//! Legends as people write them: ages, symbols, rocks, and words to search for. Each reading must be within the chart, and honest.

use super::{inputs, text};
use crate::Target;
use terrane_geology::time::{read_age, read_symbol};
use terrane_geology::vocabulary::{lithologies_in, named};

pub const LEGEND: Target = Target {
    name: "legend",
    seeds: || {
        inputs(&[
            "Middle Jurassic-earliest Cretaceous (Age of accretion)",
            "ジュラ紀中期-白亜紀最前期（付加年代）",
            "early to late Miocene, 66±0.5-23 Ma",
            "older than 1億2000万年前",
            "ยุคครีเทเชียสตอนปลาย ถึง ไทรแอสซิก",
            "J3K1",
            "Rhyolite-Dacite tuff (partly welded), with clasts of siliceous shales and chert",
            "泥岩，主に砂岩・珪質泥岩・チャートの礫・岩塊を含む",
            "หินปูน หินดินดาน และหินทราย",
            "cát kết, bột kết xen đá vôi",
        ])
    },
    words: &[
        "-",
        "to",
        "pre-",
        "(",
        ")",
        "early",
        "後期",
        "質",
        "を含む",
        "互層",
        "with",
        "Ma",
        "万年前",
        "±",
        ",",
        "tuff",
        "岩",
    ],
    run: |bytes| {
        let text = text(bytes);
        if let Some(read) = read_age(&text) {
            assert!(
                read.age.older_ma >= read.age.younger_ma && read.age.younger_ma >= 0.0 && read.age.older_ma.is_finite()
            );
            assert!(read.score > 0.0 && read.score <= 1.0, "{}", read.score);
            let _ = (read.age.representative(), read.age.smallest_containing());
        }
        let _ = read_symbol(&text);
        assert!(lithologies_in(&text).iter().all(|found| found.score > 0.0 && found.score <= 1.0));
        if text.len() < 64 {
            let found = named("faulttype").map(|vocabulary| vocabulary.find(&text, 5)).unwrap_or_default();
            assert!(found.len() <= 5);
        }
    },
};

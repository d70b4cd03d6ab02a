//! Ages as people write them, in the languages of the surveys that will ask.
#![allow(clippy::panic)]

use terrane_geology::time::{Process, read_age, read_symbol};

/// Text, older and younger bound in Ma, and the least score.
const READ: [(&str, f64, f64, f32); 66] = [
    ("Jurassic", 201.4, 143.1, 1.0),
    ("TRIASSIC", 251.902, 201.4, 1.0),
    ("Middle Jurassic-earliest Cretaceous (Age of accretion)", 174.7, 137.05, 0.9),
    ("ジュラ紀中期-白亜紀最前期（付加年代）", 174.7, 137.05, 0.9),
    ("Late Cretaceous to Paleogene", 100.5, 23.04, 1.0),
    ("J2-K1", 174.7, 100.5, 0.8),
    ("Permian–Triassic", 298.9, 201.4, 1.0),
    ("older than 251.9 Ma", 4567.0, 251.9, 0.9),
    ("younger than 2.6 Ma", 2.6, 0.0, 0.9),
    ("66-23 Ma", 66.0, 23.0, 1.0),
    ("between 66 and 23 Ma", 66.0, 23.0, 1.0),
    ("120 ka", 0.12, 0.12, 1.0),
    ("1.2 Ga", 1200.0, 1200.0, 1.0),
    ("120±5 Ma", 125.0, 115.0, 1.0),
    ("6,600万年前", 66.0, 66.0, 1.0),
    ("約1億2000万年前", 120.0, 120.0, 1.0),
    ("Tertiary", 66.0, 2.58, 1.0),
    ("第三紀", 66.0, 2.58, 1.0),
    ("Tersier", 66.0, 2.58, 1.0),
    ("前期中新世", 23.03, 15.98, 1.0),
    ("中新世前期", 23.03, 15.98, 1.0),
    ("Early Miocene", 23.03, 15.98, 1.0),
    ("完新世", 0.0117, 0.0, 1.0),
    ("更新世", 2.58, 0.0117, 1.0),
    ("沖積世", 0.0117, 0.0, 0.9),
    ("晚侏罗世", 161.5, 143.1, 1.0),
    ("侏罗纪晚期", 161.5, 143.1, 1.0),
    ("早白垩世-古近纪", 143.1, 23.04, 1.0),
    ("侏羅紀", 201.4, 143.1, 1.0),
    ("ยุคจูแรสซิก", 201.4, 143.1, 1.0),
    ("ยุคครีเทเชียสตอนปลาย", 100.5, 66.0, 1.0),
    ("ไทรแอสซิก ถึง จูแรสซิก", 251.902, 143.1, 1.0),
    ("ยุคเพอร์เมียน", 298.9, 251.902, 1.0),
    ("ยุคคาร์บอนิเฟอรัส", 358.86, 298.9, 1.0),
    ("쥐라기", 201.4, 143.1, 1.0),
    ("후기 백악기", 100.5, 66.0, 1.0),
    ("Kapur Akhir", 100.5, 66.0, 1.0),
    ("Jura Akhir - Kapur Awal", 161.5, 100.5, 1.0),
    ("Đệ tứ", 2.58, 0.0, 1.0),
    ("Jura sớm-giữa", 201.4, 161.5, 1.0),
    ("доод цэрд", 143.1, 100.5, 1.0),
    ("Поздний мел", 100.5, 66.0, 1.0),
    ("Jurásico Superior", 161.5, 143.1, 1.0),
    ("Jurassique supérieur", 161.5, 143.1, 1.0),
    ("Oberkreide", 100.5, 66.0, 1.0),
    ("Early to Middle Jurassic", 201.4, 161.5, 1.0),
    ("Lower-Middle Ordovician", 486.85, 458.2, 1.0),
    ("ジュラ紀前期-中期", 201.4, 161.5, 1.0),
    ("Lower Carboniferous", 358.86, 323.4, 1.0),
    ("Upper Paleozoic", 419.62, 251.902, 0.9),
    ("Palaeozoic", 538.8, 251.902, 1.0),
    ("Plio-Pleistocene", 5.333, 0.0117, 0.9),
    ("Permo-Triassic", 298.9, 201.4, 0.9),
    ("Pre-Cambrian", 4567.0, 538.8, 1.0),
    ("pre-Tertiary", 4567.0, 66.0, 0.9),
    ("先第三紀", 4567.0, 66.0, 0.9),
    ("Late Cretaceous (Maastrichtian)", 72.2, 66.0, 1.0),
    ("Cenozoic, Quaternary, Holocene", 0.0117, 0.0, 1.0),
    ("新生代第四紀更新世", 2.58, 0.0117, 1.0),
    ("latest Permian", 254.14, 251.902, 0.9),
    ("Recent", 0.0117, 0.0, 0.9),
    ("Anthropocene", 0.0117, 0.0, 0.9),
    ("Neocene", 23.04, 2.58, 0.9),
    ("三畳紀～ジュラ紀", 251.902, 143.1, 1.0),
    ("石炭紀およびペルム紀", 358.86, 251.902, 1.0),
    ("Cretaceous?", 143.1, 66.0, 1.0),
];

#[test]
fn ages_are_read_in_many_languages() {
    for (text, older, younger, least) in READ {
        let read = read_age(text).unwrap_or_else(|| panic!("no age in {text}"));
        assert_eq!((read.age.older_ma, read.age.younger_ma), (older, younger), "{text}");
        assert!(read.score >= least - 0.001 && read.rest.is_empty(), "{text}: {} {:?}", read.score, read.rest);
    }
}

#[test]
fn what_is_less_sure_says_so() {
    let thirds = read_age("Middle Cretaceous").unwrap();
    assert!(
        thirds.score < 0.75
            && (thirds.age.older_ma - 117.4).abs() < 0.01
            && (thirds.age.younger_ma - 91.7).abs() < 0.01
    );
    let sinian = read_age("震旦纪").unwrap();
    assert!(sinian.score < 0.85);
    // A stage in Finnish, a word in English.
    assert!(read_age("Word").unwrap().score <= 0.5);
    let noise = read_age("Sedimentary rocks of Cretaceous age").unwrap();
    assert!(noise.score < 0.6 && noise.rest == "sedimentary rocks");
}

#[test]
fn what_is_no_age_is_none() {
    for text in [
        "",
        "Limestone",
        "In other words",
        "Q",
        "1:50 000",
        "花崗岩",
        "Upper",
        "early",
        "-",
        "((((",
        "999999999999 Ma",
        "a road",
        "water",
    ] {
        assert!(read_age(text).is_none(), "{text} {:?}", read_age(text).map(|read| read.age));
    }
}

#[test]
fn ends_are_named_and_processes_told() {
    let read = read_age("Middle Jurassic-earliest Cretaceous (Age of accretion)").unwrap();
    assert_eq!(read.age.older.map(|unit| unit.id.as_str()), Some("MiddleJurassic"));
    assert_eq!(read.age.younger.map(|unit| unit.id.as_str()), Some("Berriasian"));
    assert_eq!(read.process.and_then(Process::concept).map(|concept| concept.id.as_str()), Some("accretion"));
    for (text, process) in [
        ("白亜紀（変成年代）", "metamorphic_process"),
        ("Late Triassic (intrusion)", "intrusion"),
        ("白亜紀後期（貫入）", "intrusion"),
        ("Eocene deposition", "deposition"),
    ] {
        let read = read_age(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(read.process.map(Process::id), Some(process), "{text}");
        assert!(read.process.and_then(Process::concept).is_some(), "{text}");
    }
}

#[test]
fn symbols_are_read_when_asked() {
    let bounds = |text: &str| read_symbol(text).map(|age| (age.older_ma, age.younger_ma));
    assert_eq!(bounds("Q"), Some((2.58, 0.0)));
    assert_eq!(bounds("K1"), Some((143.1, 100.5)));
    assert_eq!(bounds("J₃"), Some((161.5, 143.1)));
    assert_eq!(bounds("J3K1"), Some((161.5, 100.5)));
    assert_eq!(bounds("P-T"), Some((298.9, 201.4)));
    assert_eq!(bounds("Є"), Some((538.8, 486.85)));
    assert_eq!(bounds("Qh"), Some((0.0117, 0.0)));
    assert_eq!(bounds("xyz"), None);
    assert_eq!(bounds(""), None);
}

#[test]
fn every_label_of_the_chart_leads_back_to_its_unit() {
    let chart = terrane_geology::time::chart();
    let (mut right, mut all) = (0, 0);
    for unit in chart.units() {
        for (language, label) in unit.labels() {
            all += 1;
            let read = read_age(label);
            let same = read
                .as_ref()
                .is_some_and(|read| (read.age.older_ma, read.age.younger_ma) == (unit.older_ma, unit.younger_ma));
            right += i32::from(same);
            let asian = ["en", "ja", "zh", "ko"].contains(&language.as_str());
            assert!(same || !asian, "{language} {label} is {} and was read as {read:?}", unit.id);
        }
    }
    // The others are the same word as another unit's in a second language, or misspelt in the chart.
    assert!(right * 1000 >= all * 995, "{right} of {all}");
}

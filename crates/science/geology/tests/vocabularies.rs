//! The vocabularies: all there, linked both ways, found by address, by label in every script, by plural and by likeness.
#![allow(clippy::panic)]

use terrane_geology::vocabulary::{Role, Vocabulary, all, by_uri, lithologies_in, named};

fn lithology() -> &'static Vocabulary {
    named("simplelithology").unwrap_or_else(|| panic!("no simplelithology"))
}

#[test]
fn all_vocabularies_are_there() {
    assert_eq!(all().len(), 71);
    assert_eq!(all().iter().map(|vocabulary| vocabulary.concepts().len()).sum::<usize>(), 2214);
    assert_eq!(lithology().concepts().len(), 265);
    for vocabulary in all() {
        assert!(
            !vocabulary.title("en").is_empty()
                && vocabulary.licence == "CC-BY-4.0"
                && !vocabulary.attribution.is_empty()
        );
        assert!(!vocabulary.tops().is_empty(), "{}", vocabulary.id);
        for concept in vocabulary.concepts() {
            for above in &concept.broader {
                let above = vocabulary.concept(above).unwrap_or_else(|| panic!("{} of {}", above, concept.id));
                assert!(above.narrower.contains(&concept.id));
            }
            assert_eq!(vocabulary.by_uri(&concept.uri).map(|found| &found.id), Some(&concept.id));
        }
    }
    for name in
        ["faulttype", "contact-type", "CommodityCode", "commodity-code", "MineralOccurrenceType", "heat-flow-method"]
    {
        assert!(named(name).is_some(), "{name}");
    }
    let mut ids: Vec<_> = all().iter().map(|vocabulary| &vocabulary.id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 71);
}

#[test]
fn terms_know_what_they_are_within() {
    assert!(lithology().is_within("syenogranite", "granitoid"));
    assert!(lithology().is_within("granite", "granite"));
    assert!(lithology().is_within("biogenic_silica_sedimentary_rock", "sedimentary_material"));
    assert!(!lithology().is_within("granitoid", "granite"));
    assert!(!lithology().is_within("no_such_rock", "no_such_rock"));
    assert!(lithology().descendants("granite").iter().any(|concept| concept.id == "monzogranite"));
    assert_eq!(lithology().tops().iter().map(|concept| concept.id.as_str()).collect::<Vec<_>>(), ["compound_material"]);
}

#[test]
fn terms_are_found_by_address() {
    for uri in [
        "http://resource.geosciml.org/classifier/cgi/lithology/granite",
        "https://resource.geosciml.org/classifier/cgi/lithology/granite/",
        "http://inspire.ec.europa.eu/codelist/LithologyValue/granite",
    ] {
        assert_eq!(lithology().by_uri(uri).map(|concept| concept.id.as_str()), Some("granite"), "{uri}");
        assert_eq!(by_uri(uri).map(|(vocabulary, _)| vocabulary.id.as_str()), Some("simplelithology"));
    }
    assert!(by_uri("http://example.org/granite").is_none());
    assert!(by_uri("https://heatflow.world/vocabularies/heat-flow-method#bullard").is_some());
}

#[test]
fn labels_fall_back_to_english_and_never_to_another_sense() {
    let label = |id: &str, language: &str| lithology().concept(id).unwrap().label(language).to_owned();
    assert_eq!(label("granite", "ja"), "花崗岩");
    assert_eq!(label("granite", "zh-Hans"), "花岗岩");
    assert_eq!(label("basalt", "ja"), "玄武岩");
    assert_eq!(label("basalt", "th"), "หินบะซอลต์");
    assert_eq!(label("granodiorite", "ja"), "花崗閃緑岩");
    assert_eq!(label("granofels", "ja"), "granofels");
    // The source says "orthogenesis".
    assert_eq!(label("orthogneiss", "ko"), "정편마암");
}

#[test]
fn words_find_their_term() {
    let best = |text: &str| lithology().find(text, 3).first().map(|found| (found.concept.id.clone(), found.score));
    for (text, id, least) in [
        ("granite", "granite", 1.0),
        ("Granite", "granite", 1.0),
        ("花岗岩", "granite", 1.0),
        ("หินแกรนิต", "granite", 1.0),
        ("화강암", "granite", 1.0),
        ("đá vôi", "limestone", 1.0),
        ("หินปูน", "limestone", 1.0),
        ("batugamping", "limestone", 0.9),
        ("limestones", "limestone", 0.9),
        ("basalts", "basalt", 0.9),
        ("olivine alkali basalt", "alkali-olivine_basalt", 0.8),
        ("ignimbrite", "ash_tuff_lapillistone_and_lapilli_tuff", 0.9),
        ("вулкан", "", 0.0),
    ] {
        let found = best(text);
        if id.is_empty() {
            assert!(found.is_none_or(|(_, score)| score < 0.7), "{text}");
        } else {
            let (found, score) = found.unwrap_or_else(|| panic!("nothing for {text}"));
            assert!(found == id && score >= least, "{text}: {found} {score}");
        }
    }
    let (misspelt, score) = best("granodiorit rock").or_else(|| best("granodiorrite")).unwrap();
    assert!(misspelt.contains("granodiorite") && score < 0.9, "{misspelt} {score}");
    assert!(best("").is_none() && best("zzzzzzzz").is_none() && best("a").is_none());
}

#[test]
fn legends_of_other_countries() {
    for (text, main, others) in [
        ("หินปูน หินดินดาน และหินทราย", &["limestone", "shale", "clastic_sandstone"][..], &[][..]),
        ("หินแกรนิต", &["granite"], &[]),
        ("石灰岩夹泥岩", &["limestone"], &["clastic_mudstone"]),
        ("砂岩与泥岩互层", &["clastic_sandstone", "clastic_mudstone"], &[]),
        ("黑云母花岗岩", &["granite"], &[]),
        ("玄武岩、安山岩", &["basalt", "andesite"], &[]),
        ("流纹质凝灰岩", &["ash_tuff_lapillistone_and_lapilli_tuff"], &[]),
        ("사암과 이암의 호층", &["clastic_sandstone", "clastic_mudstone"], &[]),
        ("batupasir, batulempung dan batugamping", &["clastic_sandstone", "claystone", "limestone"], &[]),
        ("cát kết, bột kết xen đá vôi", &["clastic_sandstone", "siltstone"], &["limestone"]),
        ("известняк, песчаник", &["limestone", "clastic_sandstone"], &[]),
        ("Shales and sandstones with minor limestones", &["shale", "clastic_sandstone"], &["limestone"]),
        ("石灰岩を伴う泥岩", &["clastic_mudstone"], &["limestone"]),
        ("Limestone", &["limestone"], &[]),
        ("set of cat and bot", &[], &[]),
        ("Water area", &[], &[]),
    ] {
        let found = lithologies_in(text);
        let of = |role: Role| {
            found.iter().filter(|rock| rock.role == role).map(|rock| rock.concept.id.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(of(Role::Main), main, "{text}");
        assert_eq!(of(Role::Subordinate), others, "{text}");
    }
}

#[test]
fn no_text_is_too_odd() {
    for text in ["", "(", ")))", "質質質", "を含む", "互層", "-", "、、、", "with with", "\u{0}", "🪨", "の礫"]
    {
        assert!(lithologies_in(text).is_empty(), "{text}");
    }
    let long = "泥岩と".repeat(100_000);
    assert_eq!(lithologies_in(&long)[0].concept.id, "clastic_mudstone");
    let _ = terrane_geology::time::read_age(&"ジュラ紀-".repeat(100_000));
}

//! Mapped datasets and the views over them: rows, identities, pages, pictures, trees and areas, however little the sources do.

use crate::kit::{Layer, Node, areas, id, ids, names, node, rectangle, source, view};
use std::collections::BTreeSet;
use terrane_drawing::style::Style;
use terrane_engine::geology::{AreaQuestion, TreeQuestion, colourings, understood};
use terrane_engine::import::ImportOptions;
use terrane_engine::pool::wait;
use terrane_engine::{Caller, FeatureQuestion, PictureLayer, PictureQuestion};
use terrane_formats::filter::cql2_text;
use terrane_geology::mapping::Mapping;
use terrane_model::limits::Limits;
use terrane_model::query::SortKey;
use terrane_model::testing::{Effort, check_features};
use terrane_model::{Bbox, Crs, Error, FeatureId, Kind, Result};

/// Two sheets of one survey, in degrees and in metres, told by one mapping.
const MAPPING: &str = r#"{
  "mapping": 1,
  "layers": [{
    "view": "GeologicUnitView", "geometry": "area", "fields": {"name": {"column": "name"}},
    "terms": {
      "age": {"columns": ["name"], "values": [
        {"when": ["หินปูนยุคเพอร์เมียน"], "events": [{"process": "deposition", "older": "Permian"}]},
        {"when": ["หินแกรนิตยุคไทรแอสซิก"], "events": [{"process": "intrusion", "older": "Triassic"}]},
        {"when": ["侏罗纪砂岩"], "events": [{"process": "deposition", "older": "Jurassic"}]},
        {"when": ["水域"], "leave_out": "Water."}]},
      "lithology": {"columns": ["name"], "values": [
        {"when": ["หินปูนยุคเพอร์เมียน"], "parts": [{"lithology": "limestone"}]},
        {"when": ["หินแกรนิตยุคไทรแอสซิก"], "parts": [{"lithology": "granite"}]},
        {"when": ["侏罗纪砂岩"], "parts": [{"lithology": "clastic_sandstone"}]}]}
    }
  }]
}"#;

fn sheets(effort: Effort) -> Node {
    let thai = areas(
        Crs::crs84(),
        &[
            ("หินปูนยุคเพอร์เมียน", &rectangle(100.0, 15.0, 101.0, 16.0)),
            ("หินแกรนิตยุคไทรแอสซิก", &rectangle(101.0, 15.0, 102.0, 16.0)),
            ("ไม่ทราบ", &rectangle(102.0, 15.0, 103.0, 16.0)),
        ],
    );
    let chinese = areas(
        Crs::epsg(32654),
        &[
            ("侏罗纪砂岩", &rectangle(400_000.0, 3_900_000.0, 410_000.0, 3_905_000.0)),
            ("水域", &rectangle(410_000.0, 3_900_000.0, 420_000.0, 3_905_000.0)),
        ],
    );
    let node = node(
        effort,
        vec![("thai", vec![Layer::rows("thai", thai)]), ("chinese", vec![Layer::rows("chinese", chinese)])],
    );
    for file in ["thai", "chinese"] {
        node.import(file, &ImportOptions::default()).expect("the sheet is published");
    }
    let mapping = Mapping::from_json(MAPPING).expect("the mapping is right");
    let done = node.engine.put_mapping(&[id("thai"), id("chinese")], &mapping, "test").expect("it fits");
    assert_eq!(done, [id("thai"), id("chinese")]);
    node
}

const EFFORTS: [Effort; 3] = [Effort::Nothing, Effort::Filter, Effort::Everything];

fn found(node: &Node, dataset: &str, filter: &str) -> Result<BTreeSet<String>> {
    let mut question = FeatureQuestion::new(id(dataset));
    let filter = cql2_text::parse(filter, &Limits::default())?;
    question.query.filter = Some(understood(&filter, source(node, dataset).schema())?);
    question.count = true;
    let page = wait(node.engine.features(Caller::Public, question))?;
    assert_eq!(page.matched, Some(page.returned() as u64));
    Ok(names(&page.batches).into_iter().collect())
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn one_question_finds_rows_of_all_sheets_in_their_own_languages() {
    for effort in EFFORTS {
        let node = sheets(effort);
        let all = |filter: &str| found(&node, "geologic-unit-view", filter).expect(filter);
        let (limestone, granite, sandstone) = ("หินปูนยุคเพอร์เมียน", "หินแกรนิตยุคไทรแอสซิก", "侏罗纪砂岩");
        assert_eq!(all("age_overlaps('Mesozoic')"), set(&[granite, sandstone]));
        assert_eq!(all("age_overlaps('中生代')"), set(&[granite, sandstone]));
        assert_eq!(all("age_within('older than 251.902 Ma')"), set(&[limestone]));
        assert_eq!(all("lithology('sedimentary_rock')"), set(&[limestone, sandstone]));
        assert_eq!(all("lithology('花崗岩') OR dataset = 'chinese'"), set(&[granite, sandstone]));
        assert_eq!(all("NOT lithology('sedimentary_rock')"), set(&[granite]), "what is not known is neither");
        assert_eq!(all("numericOlderAge IS NULL"), set(&["ไม่ทราบ"]), "water is left out");
        assert_eq!(all("S_INTERSECTS(shape, BBOX(139, 35, 141, 36))"), set(&[sandstone]));
        assert_eq!(found(&node, "thai", "age_overlaps('Permian')").expect("its own table too"), set(&[limestone]));
    }
}

#[test]
fn every_source_that_a_mapping_makes_keeps_its_promises() {
    for effort in EFFORTS {
        let node = sheets(effort);
        for name in ["thai", "chinese", "geologic-unit-view"] {
            check_features(&*source(&node, name));
        }
    }
}

#[test]
fn rows_of_a_view_are_found_again_by_their_identity() {
    let node = sheets(Effort::Filter);
    let page = wait(node.engine.features(Caller::Public, FeatureQuestion::new(id("geologic-unit-view")))).expect("all");
    let all = ids(&page.batches);
    let expected = ["chinese.1", "thai.1", "thai.2", "thai.3"].map(|text| FeatureId::Text(text.to_owned()));
    assert_eq!(all, expected, "sheets by name, water left out");
    for known in expected {
        let one = wait(node.engine.feature(Caller::Public, id("geologic-unit-view"), &known.to_string(), Crs::crs84()));
        assert_eq!(ids(&one.expect("it is there").batches), [known]);
    }
    let water = wait(node.engine.feature(Caller::Public, id("geologic-unit-view"), "chinese.2", Crs::crs84()));
    assert_eq!(water.expect_err("water is no unit").kind(), Kind::NotFound);
}

#[test]
fn pages_of_a_view_are_the_whole_in_any_order() {
    for (effort, sort) in EFFORTS.into_iter().flat_map(|effort| [(effort, None), (effort, Some("numericOlderAge"))]) {
        let node = sheets(effort);
        let (mut seen, mut after) = (Vec::new(), None);
        for _ in 0..10 {
            let mut question = FeatureQuestion::new(id("geologic-unit-view"));
            question.query.limit = Some(1);
            question.query.sort =
                sort.map(|column| SortKey { column: column.to_owned(), descending: true }).into_iter().collect();
            question.query.after = after;
            let page = wait(node.engine.features(Caller::Public, question)).expect("a page");
            seen.extend(names(&page.batches));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let by_age = ["หินปูนยุคเพอร์เมียน", "หินแกรนิตยุคไทรแอสซิก", "侏罗纪砂岩", "ไม่ทราบ"];
        let by_sheet = ["侏罗纪砂岩", "หินปูนยุคเพอร์เมียน", "หินแกรนิตยุคไทรแอสซิก", "ไม่ทราบ"];
        assert_eq!(seen, if sort.is_some() { by_age } else { by_sheet }, "{effort:?}");
    }
}

#[test]
fn a_style_of_the_surveys_own_stands_beside_the_one_that_the_mapping_makes() {
    let node = sheets(Effort::Filter);
    let offered = |node: &Node| {
        let catalogue = node.engine.catalogue();
        let entry = catalogue.entry(Caller::Public, &id("thai")).expect("it is published");
        let all = colourings(entry).into_iter().map(|it| (it.by, it.style.name.clone()));
        all.collect::<Vec<(&str, String)>>()
    };
    assert_eq!(offered(&node), [("age", "age".to_owned()), ("lithology", "lithology".to_owned())]);
    let own = r##"{"name":"age","rules":[{"symbolizers":[{"type":"fill","colour":"#123456"}]}]}"##;
    let own = Style::from_json(own).expect("the style is right");
    node.engine.put_style(&id("thai"), "age", &own, "test").expect("it fits");
    assert_eq!(offered(&node), [("age", "age-mapped".to_owned()), ("lithology", "lithology".to_owned())]);
}

#[test]
fn a_mapped_dataset_is_drawn_in_the_colours_of_the_cgmw() {
    let node = sheets(Effort::Filter);
    let pixel = |dataset: &str, style: &str, at: [f64; 2]| {
        let layer = PictureLayer::new(id(dataset), Some(style.to_owned()));
        let bbox = [at[0] - 0.01, at[1] - 0.01, at[0] + 0.01, at[1] + 0.01];
        let view = view(Crs::crs84(), bbox, 8, 8);
        let question = PictureQuestion { layers: vec![layer], view, background: [255; 4], tiled: false };
        let picture = wait(node.engine.picture(Caller::Public, question)).expect("drawn");
        <[u8; 3]>::try_from(&picture.rgba[4 * (8 * 4 + 4)..][..3]).expect("three bytes")
    };
    assert_eq!(pixel("thai", "age", [100.5, 15.5]), [0xF0, 0x40, 0x28], "Permian");
    assert_eq!(pixel("thai", "age", [101.5, 15.5]), [0x81, 0x2B, 0x92], "Triassic");
    assert_eq!(pixel("geologic-unit-view", "age", [139.95, 35.25]), [0x34, 0xB2, 0xC9], "Jurassic");
    let [red, green, blue] = pixel("thai", "lithology", [100.5, 15.5]);
    assert!(blue > red && blue > green, "limestone is blue: {red} {green} {blue}");
}

#[test]
fn a_tree_shows_what_is_in_the_box_below_the_terms_above_it() {
    let node = sheets(Effort::Filter);
    let question = TreeQuestion {
        dataset: id("geologic-unit-view"),
        by: "age".to_owned(),
        bbox: Some(Bbox::from_array([100.2, 15.2, 101.8, 15.8])),
        filter: None,
    };
    let tree = wait(node.engine.geology_tree(Caller::Public, question)).expect("a tree");
    let [top] = &tree.branches[..] else { panic!("one top: {:?}", tree.branches) };
    assert_eq!((top.term.id.as_str(), top.rows_below), ("Phanerozoic", 2));
    let eras: Vec<(&str, u64)> = top.below.iter().map(|era| (era.term.id.as_str(), era.rows_below)).collect();
    assert_eq!(eras, [("Mesozoic", 1), ("Paleozoic", 1)]);
    assert_eq!(top.below[0].below[0].term.id, "Triassic");
}

/// As PROJ's geod measures the areas and Shapely their intersections: `python3 -c "Geod(ellps='WGS84').geometry_area_perimeter(…)"`.
#[test]
fn areas_are_those_of_an_independent_computation() {
    let node = sheets(Effort::Filter);
    let measure = |within: Option<geo_types::Geometry<f64>>, by: &str| {
        let dataset = id("geologic-unit-view");
        let question =
            AreaQuestion { dataset, by: by.to_owned(), rank: None, filter: None, within: within.map(Into::into) };
        let areas = wait(node.engine.geology_areas(Caller::Public, question)).expect("measured");
        let row = |row: &terrane_engine::geology::AreaRow| {
            (row.class.as_ref().map_or_else(String::new, |class| class.id.clone()), row.area_km2)
        };
        areas.rows.iter().map(row).collect::<Vec<_>>()
    };
    let near = |found: &[(String, f64)], expected: &[(&str, f64)]| {
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for ((id, area), (known, km2)) in found.iter().zip(expected) {
            assert_eq!(id, known);
            assert!((area / km2 - 1.0).abs() < 1e-6, "{id}: {area} is not {km2}");
        }
    };
    let degree = 11_872.837_185_481_14;
    let all = [("Jurassic", 50.028_882_676_338_675), ("Triassic", degree), ("Permian", degree), ("", degree)];
    near(&measure(None, "age"), &all);
    let window = geo_types::Geometry::Rect(geo_types::Rect::new((100.5, 15.25), (101.5, 15.75)));
    let part = 2_968.192_280_790_191_5;
    near(&measure(Some(window), "age"), &[("Triassic", part), ("Permian", part)]);
}

#[test]
fn a_mapping_comes_and_goes_without_touching_the_data() {
    let node = sheets(Effort::Filter);
    let before = node.engine.catalogue().entry(Caller::Public, &id("thai")).expect("it is there").state().to_owned();
    node.engine.remove_mapping(&[id("thai"), id("chinese")], "test").expect("both had one");
    let catalogue = node.engine.catalogue();
    assert!(catalogue.entry(Caller::Public, &id("geologic-unit-view")).is_err(), "nothing is left to gather");
    assert_ne!(catalogue.entry(Caller::Public, &id("thai")).expect("it is there").state(), before);
    let refused = found(&node, "thai", "age_overlaps('Permian')").expect_err("it has no mapping any more");
    assert!(refused.say().contains("no mapping"), "{}", refused.say());
    let error = node.engine.remove_mapping(&[id("thai")], "test").expect_err("it is gone");
    assert_eq!(error.kind(), Kind::NotFound);
}

#[test]
fn wrong_mappings_and_questions_are_refused_in_words() {
    let node = sheets(Effort::Filter);
    let say = |error: Error| error.say().to_owned();
    let wrong =
        |from: &str, to: &str| say(Mapping::from_json(&MAPPING.replacen(from, to, 1)).expect_err("it is wrong"));
    assert!(wrong("\"Permian\"", "\"Permean\"").contains("has no unit “Permean”"));
    assert!(wrong("\"limestone\"", "\"limestoen\"").contains("has no term “limestoen”"));
    assert!(wrong("GeologicUnitView", "GeologicalUnitView").contains("There is no view"));
    assert!(wrong("\"name\": {", "\"nome\": {").contains("has no field “nome”"));
    let other = Mapping::from_json(&MAPPING.replace("[\"name\"]", "[\"NAME\"]")).expect("it is right by itself");
    let error = node.engine.put_mapping(&[id("thai")], &other, "test").expect_err("no such column");
    assert!(say(error).contains("No layer of the mapping fits thai"));
    let ask = |filter: &str| say(found(&node, "thai", filter).expect_err("it is wrong"));
    assert!(ask("age_overlaps('Jurrasic Park')").contains("is not an age"));
    assert!(ask("age_overlaps('Jurassic', 'birthday')").contains("is not a role"));
    assert!(ask("lithology('cheese')").contains("is no rock"));
    assert!(ask("lithology()").contains("takes lithology"));
}

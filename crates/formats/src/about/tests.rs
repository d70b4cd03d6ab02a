//! Records, maps and the demonstration's manifest, read and written.

use super::*;
use terrane_model::about::{Licence, Link, Party};
use terrane_model::map::{Layer, Node};
use terrane_model::time::Interval;
use terrane_model::{Bbox, DatasetId, Kind};

fn id(text: &str) -> DatasetId {
    DatasetId::new(text).unwrap()
}

fn text(entries: &[(&str, &str)]) -> LocalText {
    entries.iter().map(|(tag, text)| ((*tag).to_owned(), (*text).to_owned())).collect()
}

fn full_record() -> DatasetRecord {
    let party = |role: &str| Party {
        name: text(&[("en", "Survey"), ("ja", "調査所")]),
        url: Some("https://example.org/".into()),
        email: Some("a@example.org".into()),
        role: Some(role.into()),
    };
    let about = About {
        title: text(&[("ja", "地質図"), ("en", "Geological map")]),
        description: text(&[("en", "Units.")]),
        keywords: vec!["geology".into(), "“quoted” \"\\".into()],
        topic: "oceans".into(),
        licence: Licence { id: "CC-BY-4.0".into(), title: "CC BY".into(), url: Some("https://example.org/l".into()) },
        attribution: "© Survey".into(),
        owner: Some(party("owner")),
        contacts: vec![party("pointOfContact"), Party { name: text(&[("en", "B")]), ..Party::default() }],
        source: Some(Link { title: "Sheet".into(), url: "https://example.org/s".into() }),
        lineage: "Drawn.".into(),
        extent: Some(Bbox { min: [170.5, -10.25], max: [-170.5, 10.0] }),
        period: Some(Interval { start: Some(Instant::parse("-002149-01-01").unwrap()), end: None }),
        rows: Some(u64::MAX),
        updated: Some(Instant::parse("2024-02-29T12:30:05.000250Z").unwrap()),
        default_style: Some("age".into()),
        ..About::new(id("units"))
    };
    DatasetRecord {
        columns: vec![
            ColumnAbout { name: "age".into(), title: text(&[("en", "Age")]), unit: Some("Ma".into()), ..Default::default() },
            ColumnAbout { name: "".into(), description: text(&[("en", "No name.")]), ..Default::default() },
        ],
        crs_operation: Some(CrsOperation { title: "JGD2000 to WGS 84 (1)".into(), accuracy_m: Some(1.0) }),
        key: Some("id".into()),
        time: Some("when".into()),
        created: Some(Instant::parse("2020-01-01").unwrap()),
        ..DatasetRecord::new(about, "r-7".into())
    }
}

#[test]
fn a_full_record_comes_back_as_it_was() {
    let record = full_record();
    let json = dataset_to_json(&record);
    assert_eq!(dataset_from_json(&json).unwrap(), record);
    assert_eq!(dataset_to_json(&dataset_from_json(&json).unwrap()), json);
}

#[test]
fn a_record_that_says_little_is_short_and_comes_back() {
    let record = DatasetRecord::new(About::new(id("a")), "1".into());
    let json = dataset_to_json(&record);
    assert_eq!(json, r#"{"id":"a","title":{"und":"a"},"topic":"geoscientificInformation","revision":"1"}"#);
    assert_eq!(dataset_from_json(&json).unwrap(), record);
}

#[test]
fn dates_boxes_and_languages_are_written_as_documented() {
    let json: serde_json::Value = serde_json::from_str(&dataset_to_json(&full_record())).unwrap();
    assert_eq!(json["extent"], serde_json::json!([170.5, -10.25, -170.5, 10.0]));
    assert_eq!(json["period"], serde_json::json!(["-002149-01-01T00:00:00Z", null]));
    assert_eq!(json["updated"], "2024-02-29T12:30:05.000250Z");
    assert_eq!(json["title"].to_string(), r#"{"ja":"地質図","en":"Geological map"}"#);
    assert_eq!(json["owner"]["role"], "owner");
}

#[test]
fn an_extent_that_holds_nothing_is_left_out() {
    let about = About { extent: Some(Bbox::EMPTY), ..About::new(id("a")) };
    let json = dataset_to_json(&DatasetRecord::new(about, "1".into()));
    assert_eq!(dataset_from_json(&json).unwrap().about.extent, None);
}

#[test]
fn a_plain_string_is_a_text_whose_language_is_not_known() {
    let record = dataset_from_json(r#"{"id":"a","title":"Sheet","revision":"1"}"#).unwrap();
    assert_eq!(record.about.title, LocalText::one("und", "Sheet"));
    assert!(dataset_to_json(&record).contains(r#""title":{"und":"Sheet"}"#));
}

#[test]
fn errors_of_records_name_the_place_and_the_fault() {
    let cases = [
        (r#"{"id":"a","title":"t","revision":"1","licnce":{}}"#, "the document", "“licnce” is not known"),
        (r#"{"id":"a","title":"t","revision":"1","licence":{"uri":"x"}}"#, "licence", "“uri” is not known"),
        (r#"{"id":"a","title":"t"}"#, "the document", "“revision” is missing"),
        (r#"{"id":"A b","title":"t","revision":"1"}"#, "id", "cannot be an identifier"),
        (r#"{"id":"a","title":{"en":7},"revision":"1"}"#, "title.en", "a string is expected, and a number is found"),
        (r#"{"id":"a","title":"t","revision":"1","contacts":[{"name":"n"},{"name":[]}]}"#, "contacts[1].name", "a list"),
        (r#"{"id":"a","title":"t","revision":"1","extent":[1,2,3]}"#, "extent", "four numbers"),
        (r#"{"id":"a","title":"t","revision":"1","extent":[1,5,3,4]}"#, "extent", "lower corner"),
        (r#"{"id":"a","title":"t","revision":"1","period":["2020-13-01",null]}"#, "period[0]", "13"),
        (r#"{"id":"a","title":"t","revision":"1","period":["2021","2020"]}"#, "period", "ends before it begins"),
        (r#"{"id":"a","title":"t","revision":"1","rows":-1}"#, "rows", "whole number"),
        (r#"{"id":"a","title":{"a.b":1},"revision":"1"}"#, "title[\"a.b\"]", "a string"),
        ("[]", "the document", "an object is expected, and a list is found"),
        ("{\n  \"id\": }", "line 2, column 9", "not JSON"),
    ];
    for (json, place, say) in cases {
        let error = dataset_from_json(json).unwrap_err();
        assert_eq!((error.kind(), error.place()), (Kind::Invalid, Some(place)), "{json}: {error}");
        assert!(error.say().contains(say), "{json}: {error}");
    }
}

const MAP: &str = r#"{"id":"m","title":{"en":"M"},"base":"basemap","bbox":[88.0,-20.0,-172.0,60.0],"layers":[{"group":{"title":{"en":"G"},"open":false,"layers":[{"group":{"title":{"en":"H"},"open":true,"layers":[]}},{"dataset":"quakes","style":"default","title":{"en":"Great"},"filter":"mag >= 6.5","opacity":0.5,"visible":false,"min_scale_denominator":1000.0,"max_scale_denominator":60000000.0}]}},{"dataset":"sea","opacity":1.0,"visible":true}]}"#;

#[test]
fn a_map_is_read_and_written_the_same() {
    let map = map_from_json(MAP).unwrap();
    assert_eq!(map_to_json(&map), MAP);
    assert_eq!(map.flat().iter().map(|layer| layer.dataset.as_str()).collect::<Vec<_>>(), ["quakes", "sea"]);
    let Node::Group { open: false, layers, .. } = &map.layers[0] else { panic!("{:?}", map.layers[0]) };
    let Node::Layer(Layer { opacity, scale_min, scale_max, .. }) = &layers[1] else { panic!("{layers:?}") };
    assert_eq!((*opacity, *scale_min, *scale_max), (0.5, Some(1000.0), Some(6e7)));
}

#[test]
fn a_layer_that_says_only_its_dataset_is_visible_and_opaque() {
    let map = map_from_json(r#"{"id":"m","title":"M","base":null,"layers":[{"dataset":"sea"}]}"#).unwrap();
    let layer = map.flat()[0];
    assert!(layer.visible && layer.opacity == 1.0 && layer.filter.is_none() && layer.scale_max.is_none());
    assert_eq!((map.base.as_ref(), map.view), (None, None));
}

#[test]
fn a_view_beyond_180_degrees_is_brought_back() {
    let view = |bbox: &str| {
        map_from_json(&format!(r#"{{"id":"m","title":"M","layers":[],"bbox":{bbox}}}"#)).map(|map| map.view.unwrap())
    };
    let expected = |west, east| Bbox { min: [west, -20.0], max: [east, 60.0] };
    assert_eq!(view("[88,-20,188,60]").unwrap(), expected(88.0, -172.0));
    assert_eq!(view("[-190,-20,-170,60]").unwrap(), expected(170.0, -170.0));
    assert_eq!(view("[170,-20,-170,60]").unwrap(), expected(170.0, -170.0));
    assert_eq!(view("[60,-20,180,60]").unwrap(), expected(60.0, 180.0));
    assert_eq!(view("[0,-20,360,60]").unwrap(), expected(-180.0, 180.0));
    assert_eq!(view("[0,-20,5000,60]").unwrap_err().place(), Some("bbox"));
    assert_eq!(view("[0,-91,5,60]").unwrap_err().place(), Some("bbox"));
}

#[test]
fn errors_of_maps_name_the_place_and_the_fault() {
    let cases = [
        (r#"{"dataset":"a","opacty":1}"#, "layers[0]", "“opacty” is not known"),
        (r#"{"dataset":"a","opacity":1.5}"#, "layers[0].opacity", "1.5"),
        (r#"{"dataset":"a","min_scale_denominator":9,"max_scale_denominator":3}"#, "layers[0]", "never be drawn"),
        (r#"{"dataset":"a","max_scale_denominator":-3}"#, "layers[0].max_scale_denominator", "-3"),
        (r#"{"style":"a"}"#, "layers[0]", "“dataset” is missing"),
        (r#"{"group":{"title":"t","layers":[]},"dataset":"a"}"#, "layers[0]", "“dataset” is not known"),
        (r#"{"group":{"title":"t","layers":[{"dataset":1}]}}"#, "layers[0].group.layers[0].dataset", "a number"),
    ];
    for (layer, place, say) in cases {
        let error = map_from_json(&format!(r#"{{"id":"m","title":"M","layers":[{layer}]}}"#)).unwrap_err();
        assert_eq!((error.kind(), error.place()), (Kind::Invalid, Some(place)), "{layer}: {error}");
        assert!(error.say().contains(say), "{layer}: {error}");
    }
    let broken = r#"{"id":"m","title":"M","layers":[{"dataset":"a","filter":"mag >="}]}"#;
    let error = map_from_json(broken).unwrap_err();
    assert!(error.place().unwrap().starts_with("layers[0].filter"), "{error}");
}

#[test]
fn groups_within_groups_without_end_are_refused() {
    let many = 100_000;
    let json = format!(
        r#"{{"id":"m","title":"M","layers":[{}{}]}}"#,
        r#"{"group":{"title":"t","layers":["#.repeat(many),
        "]}}".repeat(many)
    );
    assert_eq!(map_from_json(&json).unwrap_err().kind(), Kind::Invalid);
}

fn demo() -> manifest::Manifest {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../demo/demo.json");
    manifest::from_json(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn the_demonstration_is_read_whole() {
    let demo = demo();
    assert_eq!((demo.datasets.len(), demo.maps.len()), (29, 6));
    let maps: Vec<&str> = demo.maps.iter().map(|map| map.id.as_str()).collect();
    assert_eq!(maps, ["asia", "mino", "hazards", "magnetics", "relief", "basemap"]);
    assert_eq!(demo.maps[4].view, Some(Bbox { min: [88.0, -20.0], max: [-172.0, 60.0] }));
    let filtered: Vec<&Layer> = demo.maps[0].flat().into_iter().filter(|layer| layer.filter.is_some()).collect();
    assert_eq!(filtered.len(), 1);
    assert!(map_to_json(&demo.maps[0]).contains(r#""filter":"mag >= 6.5""#));
    for map in &demo.maps {
        assert_eq!(map_from_json(&map_to_json(map)).unwrap(), *map);
    }
}

#[test]
fn datasets_of_the_demonstration_say_what_the_manifest_says() {
    let demo = demo();
    let find = |id: &str| demo.datasets.iter().find(|dataset| dataset.about.id.as_str() == id).unwrap();
    let quakes = find("earthquakes");
    assert_eq!(quakes.xy_columns, Some(("longitude".into(), "latitude".into())));
    assert_eq!((quakes.key.as_deref(), quakes.time.as_deref(), &quakes.crs), (Some("id"), Some("time"), &None));
    assert_eq!(quakes.about.owner.as_ref().unwrap().name.get(&["ja"]), "アメリカ地質調査所");
    let land = find("land");
    assert_eq!((land.layer.as_deref(), land.about.topic.as_str()), (Some("land"), "imageryBaseMapsEarthCover"));
    assert_eq!((land.columns.len(), land.columns[0].name.as_str()), (1, "part"));
    assert_eq!(land.about.licence.id, "CC0-1.0");
    assert_eq!(find("countries").styles[1], manifest::ManifestStyle { id: "ja".into(), file: "styles/countries_ja.json".into() });
    assert_eq!(find("emag2").columns[0].unit.as_deref(), Some("nT"));
}

#[test]
fn manifests_that_cannot_be_meant_are_refused() {
    let cases = [
        (r#"{"format":2,"datasets":[]}"#, "format", "format 1 only"),
        (r#"{"format":1}"#, "the document", "“datasets” is missing"),
        (r#"{"format":1,"datasets":[{"id":"a","title":"t","file":"f","owner":"x"}]}"#, "datasets[0].owner", "“x”"),
        (r#"{"format":1,"datasets":[{"id":"a","title":"t","file":"f","crs":"EPSG:x y"}]}"#, "datasets[0].crs", "EPSG:x y"),
        (
            r#"{"format":1,"datasets":[{"id":"a","title":"t","file":"f"}],"maps":[{"id":"a","title":"t","layers":[]}]}"#,
            "the document",
            "“a” is there twice",
        ),
    ];
    for (json, place, say) in cases {
        let error = manifest::from_json(json).unwrap_err();
        assert_eq!(error.place(), Some(place), "{json}: {error}");
        assert!(error.say().contains(say), "{json}: {error}");
    }
}

#[test]
fn a_manifest_passes_over_what_it_does_not_know_and_reads_a_crs() {
    let json = r#"{"format":1,"more":1,"datasets":[{"id":"a","title":"t","file":"f","crs":"EPSG:4612","more":{}}],
        "maps":[{"id":"m","title":"t","more":1,"layers":[{"dataset":"a","more":2}]}]}"#;
    let manifest = manifest::from_json(json).unwrap();
    assert_eq!(manifest.datasets[0].crs.as_ref().unwrap().name(), "EPSG:4612");
    assert_eq!(manifest.maps[0].flat().len(), 1);
}

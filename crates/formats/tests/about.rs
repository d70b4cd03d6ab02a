//! Records and manifests: what is written is read again the same, and what is wrong is named with its place.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use terrane_formats::about::{
    ColumnAbout, CoverageAbout, DatasetRecord, PinnedOperation, dataset_from_json, dataset_to_json, manifest,
    map_from_json, map_to_json,
};
use terrane_model::about::{Licence, Link, Party, SurveyMap};
use terrane_model::filter::Literal;
use terrane_model::map::{Layer, Map, Node};
use terrane_model::time::{Instant, Interval};
use terrane_model::{About, Bbox, Crs, DatasetId, Filter, Kind, LocalText};
use terrane_projection::Operation;

fn texts() -> impl Strategy<Value = LocalText> {
    let tag = prop_oneof![Just("und"), Just("en"), Just("ja"), Just("zh-Hant"), Just("th")];
    vec((tag, ".{0,20}"), 0..4).prop_map(|entries| {
        let mut text = LocalText::default();
        entries.into_iter().for_each(|(tag, words)| text.set(tag, words));
        text
    })
}

fn ids() -> impl Strategy<Value = DatasetId> {
    "[a-z0-9][a-z0-9_-]{0,20}".prop_map(|text| DatasetId::new(text).expect("the pattern is that of identifiers"))
}

fn instants() -> impl Strategy<Value = Instant> {
    prop_oneof![
        (Instant::MIN.0..Instant::MAX.0).prop_map(Instant),
        (0..2_000_000_000i64).prop_map(|s| Instant(s * 1_000_000))
    ]
}

fn boxes() -> impl Strategy<Value = Bbox> {
    let degree = |limit: i64| (-limit * 10_000_000..=limit * 10_000_000).prop_map(|number| number as f64 / 1e7);
    (degree(180), degree(180), degree(90), degree(90))
        .prop_map(|(west, east, a, b)| Bbox { min: [west, a.min(b)], max: [east, a.max(b)] })
}

fn urls() -> impl Strategy<Value = String> {
    "https?://[a-z]{1,8}\\.org/[a-z0-9%?=&#]{0,12}"
}

fn parties() -> impl Strategy<Value = Party> {
    (texts(), of(urls()), of("[a-z]{1,5}@[a-z]{1,5}"), of("[a-zA-Z]{1,9}")).prop_map(|(name, url, email, role)| Party {
        name,
        url,
        email,
        role,
    })
}

fn abouts() -> impl Strategy<Value = About> {
    let words = (ids(), texts(), texts(), vec(".{0,9}", 0..4), "[a-zA-Z]{1,20}", ".{0,30}", ".{0,30}");
    let people = (of(parties()), vec(parties(), 0..3), of((".{0,9}", urls())), (".{0,9}", ".{0,9}", of(urls())));
    let facts = (of(boxes()), of((of(instants()), of(instants()))), of(any::<u64>()), of(instants()), of("[a-z]{1,9}"));
    (words, people, facts).prop_map(|(words, people, facts)| About {
        id: words.0,
        title: words.1,
        description: words.2,
        keywords: words.3,
        topic: words.4,
        attribution: words.5,
        lineage: words.6,
        owner: people.0,
        contacts: people.1,
        source: people.2.map(|(title, url)| Link { title, url }),
        licence: Licence { id: people.3.0, title: people.3.1, url: people.3.2 },
        extent: facts.0,
        period: facts.1.map(|(start, end)| Interval { start, end }),
        rows: facts.2,
        updated: facts.3,
        default_style: facts.4.clone(),
        stands_for: facts.2.iter().filter_map(|rows| DatasetId::new(format!("other-{rows}")).ok()).collect(),
        survey_map: SurveyMap {
            country: facts.4.clone(),
            owner_code: None,
            scale_denominator: facts.2,
            theme: facts.4,
            language: None,
        },
    })
}

fn columns() -> impl Strategy<Value = ColumnAbout> {
    (".{0,9}", texts(), texts(), of(".{0,5}")).prop_map(|(name, title, description, unit)| ColumnAbout {
        name,
        title,
        description,
        unit,
    })
}

fn records() -> impl Strategy<Value = DatasetRecord> {
    let operation = (".{0,20}", of((0..100_000u32).prop_map(|mm| f64::from(mm) / 1e3)), any::<bool>(), ".{0,40}")
        .prop_map(|(title, accuracy_m, ballpark, pipeline)| PinnedOperation {
            from: Crs::epsg(4301),
            to: Crs::epsg(4326),
            operation: Operation { title, accuracy_m, ballpark },
            pipeline,
        });
    let percent = || (0..=100u32).prop_map(|percent| f64::from(percent) / 100.0);
    let coverage = (of(percent()), of(percent()), percent()).prop_map(|(overlap_share, gap_share, shared)| {
        CoverageAbout { overlap_share, gap_share, shared_border_share: shared }
    });
    let words = (of(".{0,9}"), of(".{0,9}"));
    (abouts(), ".{1,9}", vec(columns(), 0..3), of(operation), words, of(coverage), instants()).prop_map(
        |(about, revision, columns, crs_operation, (key, time), coverage, created)| DatasetRecord {
            about,
            revision,
            columns,
            crs_operation,
            key,
            time,
            coverage,
            created,
        },
    )
}

fn layers() -> impl Strategy<Value = Node> {
    let percent = (0..=100u32).prop_map(|percent| f64::from(percent) / 100.0);
    let filter = ("[a-z]{1,9}", any::<i64>()).prop_map(|(column, value)| Filter::equals(column, Literal::Int(value)));
    let scales = (of(0..1_000_000u32), of(1_000_000..100_000_000u32));
    (ids(), of("[a-z]{1,9}"), of(texts()), of(filter), percent, any::<bool>(), scales).prop_map(
        |(dataset, style, title, filter, opacity, visible, scales)| {
            let (scale_min, scale_max) = (scales.0.map(f64::from), scales.1.map(f64::from));
            Node::Layer(Layer { dataset, style, title, filter, opacity, visible, scale_min, scale_max })
        },
    )
}

fn maps() -> impl Strategy<Value = Map> {
    let group = |inner| {
        (texts(), any::<bool>(), vec(inner, 0..4)).prop_map(|(title, open, layers)| Node::Group { title, open, layers })
    };
    let wanted = (texts(), texts()).prop_map(|(title, text)| Node::Wanted { title, text });
    let nodes = prop_oneof![4 => layers(), 1 => wanted].prop_recursive(3, 12, 4, group);
    (ids(), texts(), texts(), of(ids()), of(boxes()), vec(nodes, 0..4))
        .prop_map(|(id, title, description, base, view, layers)| Map { id, title, description, base, view, layers })
}

proptest! {
    #[test]
    fn a_dataset_record_is_read_as_it_was_written(record in records()) {
        let text = dataset_to_json(&record);
        let again = dataset_from_json(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        prop_assert_eq!(&again, &record, "{}", text);
        prop_assert_eq!(dataset_to_json(&again), text);
    }

    #[test]
    fn a_map_is_read_as_it_was_written(map in maps()) {
        let text = map_to_json(&map).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let again = map_from_json(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        prop_assert_eq!(&again, &map, "{}", text);
        prop_assert_eq!(map_to_json(&again).ok(), Some(text));
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,200}") {
        let _ = (dataset_from_json(&text), map_from_json(&text), manifest(&text));
    }

    #[test]
    fn a_record_with_a_piece_missing_or_doubled_is_read_or_refused(record in records(), at in any::<prop::sample::Index>(), len in 0usize..40) {
        let text = dataset_to_json(&record);
        let cut: String = text.chars().enumerate().filter(|(place, _)| { let from = at.index(text.len()); *place < from || *place >= from + len }).map(|(_, c)| c).collect();
        let _ = dataset_from_json(&cut);
    }
}

fn demo() -> String {
    std::fs::read_to_string("../../demo/demo.json").expect("the demonstration is part of the repository")
}

#[test]
fn the_demonstrations_manifest_is_read_whole() {
    let text = demo();
    let manifest = manifest(&text).unwrap();
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(manifest.datasets.len(), document["datasets"].as_array().unwrap().len());
    assert_eq!(manifest.organisations.len(), document["organisations"].as_array().unwrap().len());
    assert_eq!(manifest.maps.len(), document["maps"].as_array().unwrap().len());
    for dataset in &manifest.datasets {
        assert!(std::path::Path::new("../../demo").join(&dataset.file).is_file(), "{}", dataset.file);
        assert!(!dataset.about.title.get(&["ja"]).is_empty() && dataset.about.owner.is_some());
        assert!(dataset.styles.iter().all(|style| std::path::Path::new("../../demo").join(&style.file).is_file()));
    }
    for map in &manifest.maps {
        assert_eq!(&map_from_json(&map_to_json(map).unwrap()).unwrap(), map);
        assert!(map.view.is_some() && !map.flat().is_empty());
    }
}

#[test]
fn what_is_wrong_in_a_manifest_is_named_with_its_place() {
    let good = r#"{"format":1,"organisations":[{"id":"gsj","name":{"en":"GSJ"}}],"datasets":[{"id":"faults","file":"data/faults.gpkg","title":{"en":"Faults"},"owner":"gsj","styles":[{"id":"default","file":"styles/f.json"}],"columns":{"x":"lon","y":"lat"},"crs":"EPSG:4612"}],"maps":[{"id":"asia","layers":[{"group":{"title":"A","layers":[{"dataset":"faults","style":"default","opacity":0.5,"filter":"slip > 3"}]}}],"bbox":[100,-10,190,40]}]}"#;
    let read = manifest(good).unwrap();
    assert!(read.maps[0].view.unwrap().crosses());
    assert_eq!(read.datasets[0].options.crs, Some(Crs::epsg(4612)));
    let cases = [
        (r#""format":1"#, r#""format":2"#, "format", "format 1"),
        (r#""crs":"EPSG:4612""#, r#""crs":"EPSG:999999""#, "datasets[0].crs", "not known"),
        (r#""crs":"#, r#""src":"#, "datasets[0]", "“src”"),
        (r#""owner":"gsj""#, r#""owner":"bgs""#, "datasets[0].owner", "organisations"),
        (r#""id":"faults""#, r#""id":"Faults!""#, "datasets[0].id", "identifier"),
        ("data/faults.gpkg", "../faults.gpkg", "datasets[0].file", "below the manifest"),
        ("data/faults.gpkg", "/etc/passwd", "datasets[0].file", "below the manifest"),
        ("data/faults.gpkg", "C:\\\\x", "datasets[0].file", "below the manifest"),
        (r#"{"x":"lon","y":"lat"}"#, r#"{"x":"lon"}"#, "datasets[0].columns", "“y” is missing"),
        (r#""opacity":0.5"#, r#""opacity":1.5"#, "maps[0].layers[0].group.layers[0].opacity", "0 to 1"),
        ("slip > 3", "slip >", "maps[0].layers[0].group.layers[0].filter", "CQL2"),
        (r#""style":"default""#, r#""style":"other""#, "maps[0]", "“other”"),
        (r#""dataset":"faults""#, r#""dataset":"folds""#, "maps[0]", "“folds”"),
        (r#""id":"asia""#, r#""id":"asia","base":"world""#, "maps[0]", "“world”"),
        ("[100,-10,190,40]", "[100,-10,190]", "maps[0].bbox", "west, south, east, north"),
        ("[100,-10,190,40]", "[100,40,190,-10]", "maps[0].bbox", "south not above north"),
        (
            r#""title":"A""#,
            r#""title":{"en":"A","Burmese language":"b"}"#,
            "maps[0].layers[0].group.title.Burmese language",
            "language",
        ),
        (r#""title":"A""#, r#""title":7"#, "maps[0].layers[0].group.title", "7 should be a text"),
    ];
    for (was, is, place, words) in cases {
        let text = good.replacen(was, is, 1);
        assert_ne!(text, good, "{was}");
        let error = manifest(&text).expect_err(is);
        assert_eq!(error.place(), Some(place), "{is}: {error}");
        assert!(error.say().contains(words), "{is}: {error}");
    }
    assert_eq!(manifest(&good.replace(r#""id":"asia""#, r#""id":"faults""#)).unwrap_err().kind(), Kind::Conflict);
}

#[test]
fn broken_json_is_named_by_line_and_column() {
    let error = map_from_json("{\n  \"id\": \"a\",,\n}").unwrap_err();
    assert_eq!(error.place(), Some("line 2, column 13"), "{error}");
}

#[test]
fn links_that_are_not_of_the_web_are_refused() {
    let record = |url: &str| {
        format!(
            r#"{{"about":{{"id":"a","source":{{"title":"x","url":"{url}"}}}},"revision":"1","created":"2026-01-01T00:00:00Z"}}"#
        )
    };
    assert!(dataset_from_json(&record("https://example.org/a")).is_ok());
    for url in
        ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "//example.org", "https://a b", " https://a"]
    {
        let error = dataset_from_json(&record(url)).expect_err(url);
        assert_eq!(error.place(), Some("about.source.url"));
    }
}

#[test]
fn members_are_written_in_one_order_and_moments_as_rfc_3339() {
    let mut about = About::new(DatasetId::new("faults").unwrap());
    about.title = LocalText::one("ja", "断層");
    about.updated = Some(Instant::parse("2026-01-02T03:04:05Z").unwrap());
    let record = DatasetRecord {
        about,
        revision: "r1".to_owned(),
        columns: Vec::new(),
        crs_operation: None,
        key: None,
        time: None,
        coverage: None,
        created: Instant::parse("2025-12-31").unwrap(),
    };
    let expected = r#"{"about":{"id":"faults","title":{"ja":"断層"},"keywords":[],"topic":"geoscientificInformation","licence":{},"contacts":[],"updated":"2026-01-02T03:04:05Z"},"revision":"r1","columns":[],"created":"2025-12-31T00:00:00Z"}"#;
    let squeezed: String = dataset_to_json(&record).lines().map(|line| line.trim().replacen(": ", ":", 1)).collect();
    assert_eq!(squeezed, expected);
}

#[test]
fn groups_nested_without_end_are_refused() {
    let deep = format!(r#"{{"id":"a","layers":{}"#, r#"[{"group":{"layers":"#.repeat(100_000));
    assert!(map_from_json(&deep).is_err());
}

//! A geological map is told in shared terms: proposed, looked through, laid over, asked, exported and taken away.

use crate::kit::{Desk, demo};
use serde_json::Value;

const SHEET: [&str; 3] = ["gsj_mino_units", "gsj_mino_lines", "gsj_mino_points"];

/// A folder with the sheet Mino, not mapped.
fn sheet() -> Desk {
    let folder = Desk::new();
    for name in SHEET {
        let file = demo().join(format!("data/{name}.geojson")).display().to_string();
        folder.run(&["add", "survey", &file, "--id", name]).ok();
    }
    folder
}

fn geology(folder: &Desk, more: &[&str]) -> crate::kit::Run {
    folder.run(&[&["geology", "survey"], &SHEET[..], more].concat())
}

fn state(report: &Value, dataset: &str, kind: &str) -> [u64; 3] {
    let datasets = report["datasets"].as_array().expect("datasets").iter();
    let dataset = datasets.into_iter().find(|one| one["dataset"] == dataset).expect("the dataset");
    let mut all = dataset["coverage"].as_array().expect("coverage").iter();
    let coverage = all.find(|one| one["kind"] == kind).expect("the kind");
    ["told", "left_out", "open"].map(|key| coverage[key].as_u64().expect("a number"))
}

#[test]
fn a_proposal_tells_the_sheet_and_can_be_laid_over_it() {
    let folder = sheet();
    let file = folder.path("mino.json").display().to_string();
    let proposed = geology(&folder, &["--propose", &file]).ok();
    assert!(proposed.out.contains("GeologicUnitView · age from LEGEND01E, LEGEND02E, LEGEND03E: 53 of 54 rows told"));
    assert!(proposed.out.contains("--mapping"), "it says what comes next: {}", proposed.out);
    let report = geology(&folder, &["--mapping", &file, "--json"]).ok().json();
    assert_eq!(state(&report, "gsj_mino_units", "lithology"), [53, 0, 1]);
    assert_eq!(state(&report, "gsj_mino_lines", "faultType"), [2, 0, 3]);
    let listed = folder.listed();
    for view in ["geologic-unit-view", "shear-displacement-structure-view", "contact-view", "mineral-occurrence-view"] {
        assert!(listed.iter().any(|id| id == view), "{view} is not in {listed:?}");
    }
    geology(&folder, &["--remove"]).ok();
    assert!(!folder.listed().iter().any(|id| id.ends_with("-view")), "{:?}", folder.listed());
}

#[test]
fn one_mapping_file_tells_the_whole_sheet_and_accounts_for_every_row() {
    let folder = sheet();
    let file = demo().join("mappings/gsj_mino.json").display().to_string();
    let report = geology(&folder, &["--mapping", &file, "--json"]).ok().json();
    for (dataset, kind, told) in [
        ("gsj_mino_units", "age", 53),
        ("gsj_mino_units", "lithology", 53),
        ("gsj_mino_lines", "faultType", 2),
        ("gsj_mino_lines", "contactType", 2),
        ("gsj_mino_points", "commodity", 35),
        ("gsj_mino_points", "mineStatus", 35),
    ] {
        let [found, _, open] = state(&report, dataset, kind);
        assert_eq!((found, open), (told, 0), "{dataset} {kind}");
    }
}

#[test]
fn a_server_answers_by_age_and_rock_and_says_what_it_understood() {
    let folder = sheet();
    let file = demo().join("mappings/gsj_mino.json").display().to_string();
    let server = folder.serve(&[]);
    // The server shows at once what a command lays over its data.
    geology(&folder, &["--mapping", &file]).ok();
    let items = |filter: &str| {
        let path = format!("/collections/geologic-unit-view/items?f=json&limit=100&filter={filter}");
        let answer = server.get(&path);
        assert_eq!(answer.status, 200, "{filter}: {}", answer.text());
        answer.json()["features"].as_array().expect("features").clone()
    };
    let jurassic = items("age_overlaps(%27%E3%82%B8%E3%83%A5%E3%83%A9%E7%B4%80%27,%27accretion%27)");
    assert_eq!(jurassic.len(), 35, "the accretionary complex");
    assert!(
        jurassic.iter().all(|unit| unit["properties"]["geologicHistory"] == "Middle Jurassic – Berriasian (accretion)")
    );
    assert_eq!(items("main_lithology(%27limestone%27)").len(), 5);
    assert_eq!(items("representativeAge_uri%20LIKE%20%27%25Holocene%27").len(), 3);
    let asked = server.get("/geology/ask?age=Late+Cretaceous").json();
    assert_eq!(asked["age"]["unit"]["id"], "UpperCretaceous");
    assert_eq!((&asked["relation"], &asked["role"]), (&"overlaps".into(), &"representative".into()));
    assert_eq!(asked["defaults"], serde_json::json!(["collection", "relation", "role", "main"]));
    let areas = server.get("/geology/areas?by=age&rank=Period").json();
    let sum: f64 =
        areas["rows"].as_array().expect("rows").iter().map(|row| row["area_km2"].as_f64().expect("km²")).sum();
    assert!((sum - areas["total_km2"].as_f64().expect("km²")).abs() < 1e-9 && sum > 400.0, "{areas}");
    for (path, place) in [
        ("/geology/ask?age=Jurrasic+Park", "age"),
        ("/geology/ask?lithology=cheese", "lithology"),
        ("/geology/ask?relation=near", "relation"),
        ("/geology/areas?within=POINT(1+2)", "within"),
        ("/geology/tree?by=colour", "by"),
        ("/geology/tree?collection=nowhere", "collection"),
        ("/geology/mapping", "collection"),
    ] {
        let answer = server.get(path);
        assert_eq!((answer.status / 100, answer.json()["parameter"].as_str()), (4, Some(place)), "{path}");
    }
}

#[test]
fn a_mapping_goes_along_when_everything_is_exported() {
    let folder = sheet();
    let file = demo().join("mappings/gsj_mino.json").display().to_string();
    geology(&folder, &["--mapping", &file]).ok();
    let before = geology(&folder, &["--json"]).ok().json();
    folder.run(&["export", "survey", "out"]).ok();
    assert!(!folder.path("out/datasets/geologic-unit-view").exists(), "views are made of the datasets");
    folder.run(&["init", "copy", "--from", "out"]).ok();
    let after = folder.run(&[&["geology", "copy"], &SHEET[..], &["--json"]].concat()).ok().json();
    assert_eq!(after["datasets"], before["datasets"]);
}

#[test]
fn what_is_wrong_with_a_mapping_is_said_with_its_place() {
    let folder = sheet();
    let write = |text: &str| folder.file("wrong.json", text);
    let refused = |file: &str| {
        let run = geology(&folder, &["--mapping", file]);
        assert_ne!(run.code, 0);
        run.err
    };
    assert!(refused(&write("{")).contains("This is not a mapping"));
    let layer =
        |terms: &str| format!(r#"{{"mapping":1,"layers":[{{"view":"GeologicUnitView","terms":{{{terms}}}}}]}}"#);
    let unit =
        layer(r#""age":{"columns":["LEGEND02E"],"values":[{"when":["Tertiary"],"events":[{"older":"Tertiary"}]}]}"#);
    let said = refused(&write(&unit));
    assert!(said.contains("layers[0] (GeologicUnitView): terms.age: “Tertiary”: The chart"), "{said}");
    let columns = layer(r#""age":{"columns":["ERA"],"values":[]}"#);
    assert!(refused(&write(&columns)).contains("reads ERA"));
    assert!(refused(&folder.path("absent.json").display().to_string()).contains("cannot be read"));
    let view = folder.run(&["geology", "survey", "nothing"]);
    assert!(view.code != 0 && view.err.contains("nothing"), "{}", view.err);
}

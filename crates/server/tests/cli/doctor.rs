//! The doctor: finds what is broken, names it, and changes nothing.

use crate::kit::Desk;
use std::path::PathBuf;

fn data_file(desk: &Desk) -> PathBuf {
    let revision =
        std::fs::read_dir(desk.path("survey/datasets/units")).expect("there").next().expect("one").expect("read");
    revision.path().join("features.gpkg")
}

fn published() -> Desk {
    let desk = Desk::new();
    let file = desk.units();
    desk.run(&["add", "survey", &file]).ok();
    desk
}

#[test]
fn a_sound_folder_is_well_with_and_without_a_server() {
    let desk = published();
    let checked = desk.run(&["doctor", "survey"]).ok();
    for words in [
        "catalogue.sqlite is whole",
        "PROJ",
        "free",
        "units: files are whole",
        "units: data can be read",
        "nothing wrong",
    ] {
        assert!(checked.out.contains(words), "{words}: {}", checked.out);
    }
    let server = desk.serve(&[]);
    let checked = desk.run(&["doctor", "survey"]).ok();
    assert!(
        checked.out.contains("a server is running") && checked.out.contains("units: data can be read"),
        "{}",
        checked.out
    );
    assert_eq!(server.get("/healthz").status, 200, "the server is not disturbed");
}

#[test]
fn a_file_that_is_cut_off_is_named_and_the_code_is_1() {
    let desk = published();
    let path = data_file(&desk);
    let bytes = std::fs::read(&path).expect("read");
    std::fs::write(&path, &bytes[..bytes.len() / 2]).expect("written");
    let checked = desk.run(&["doctor", "survey"]);
    assert_eq!(checked.code, 1, "{checked:?}");
    let wrong: Vec<&str> = checked.out.lines().filter(|line| line.starts_with("WRONG")).collect();
    assert!(!wrong.is_empty() && wrong.iter().all(|line| line.contains("units")), "{}", checked.out);
}

#[test]
fn data_that_is_gone_is_named_and_the_others_are_served() {
    let desk = published();
    desk.run(&["add", "survey", &desk.file("other.geojson", crate::kit::UNITS)]).ok();
    std::fs::remove_dir_all(desk.path("survey/datasets/units")).expect("removed");
    let checked = desk.run(&["doctor", "survey", "--json"]);
    assert_eq!((checked.code, &checked.json()["wrong"]), (1, &1.into()));
    let server = desk.serve(&[]);
    assert_eq!(server.get("/collections/other").status, 200);
    assert_eq!(server.get("/collections/units").status, 404);
    let listed = desk.run(&["list", "survey", "--json"]).ok().json();
    assert_eq!(listed["problems"][0]["id"], "units");
    drop(server);
    desk.run(&["remove", "survey", "units"]).ok();
    desk.run(&["doctor", "survey"]).ok();
}

#[test]
fn what_a_killed_publication_left_is_a_note_and_stays_until_the_next_start() {
    let desk = published();
    std::fs::create_dir_all(desk.path("survey/drafts/0199")).expect("made");
    let checked = desk.run(&["doctor", "survey"]).ok();
    assert!(checked.out.contains("1 unfinished drafts"), "{}", checked.out);
    assert!(desk.path("survey/drafts/0199").exists(), "the doctor changes nothing");
    desk.run(&["list", "survey"]).ok();
    assert!(!desk.path("survey/drafts/0199").exists());
}

#[test]
fn letters_that_no_font_has_are_a_note() {
    let desk = published();
    desk.run(&["edit", "survey", "units", "--title", "ja=\u{10ffff}\u{e000}"]).ok();
    let checked = desk.run(&["doctor", "survey"]).ok();
    assert!(checked.out.lines().any(|line| line.starts_with("note   fonts: ")), "{}", checked.out);
}

#[test]
fn a_catalogue_that_is_no_database_is_named() {
    let desk = published();
    std::fs::remove_file(desk.path("survey/catalogue.sqlite-wal")).ok();
    std::fs::remove_file(desk.path("survey/catalogue.sqlite-shm")).ok();
    desk.file("survey/catalogue.sqlite", "this is a text and no database, though it is long enough for a header");
    for arguments in [["doctor", "survey"], ["serve", "survey"], ["list", "survey"]] {
        let wrong = desk.run(&arguments);
        assert_eq!(wrong.code, 1, "{wrong:?}");
        assert!(wrong.err.contains("catalogue.sqlite is damaged"), "{}", wrong.err);
    }
}

#[test]
fn a_dataset_whose_rows_are_gone_is_left_out_and_does_not_pass_for_one_without_rows() {
    let desk = published();
    desk.run(&["add", "survey", &desk.file("other.geojson", crate::kit::UNITS)]).ok();
    std::fs::remove_file(data_file(&desk)).expect("removed");
    let checked = desk.run(&["doctor", "survey"]);
    let wrong = checked.out.lines().find(|line| line.starts_with("WRONG")).unwrap_or("").to_owned();
    assert!(checked.code == 1 && wrong.contains("units"), "{checked:?}");
    let server = desk.serve(&[]);
    assert_eq!(server.get("/collections/units").status, 404);
    assert_eq!(server.get("/collections/other/items").status, 200);
}

#[test]
fn data_that_no_dataset_has_is_named_and_nothing_is_wrong() {
    let desk = published();
    std::fs::create_dir_all(desk.path("survey/datasets/ghost/0197")).expect("made");
    std::fs::write(desk.path("survey/datasets/ghost/0197/features.gpkg"), "x".repeat(5_000)).expect("written");
    let checked = desk.run(&["doctor", "survey", "--json"]).ok().json();
    let all = checked["checks"].as_array().expect("a list");
    let ghost = all.iter().find(|check| check["what"] == "datasets/ghost").expect("it is named");
    assert_eq!(ghost["state"], "note");
    assert!(ghost["say"].as_str().is_some_and(|say| say.contains("5.0 kB")), "{ghost}");
}

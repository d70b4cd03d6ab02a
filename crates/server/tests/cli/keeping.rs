//! What keeps data: rows changed one by one, backups, exports, a catalogue that is built anew.

use crate::kit::{Desk, Server, run};

/// Events with an identity, a place, a time and a size.
fn events(numbers: impl IntoIterator<Item = u32>, magnitude: &str) -> String {
    let row = |number| {
        format!("e{number},{}.25,{}.5,2026-01-01T00:00:{:02}Z,{magnitude}\n", number % 60, number % 40, number % 60)
    };
    format!("id,longitude,latitude,time,magnitude\n{}", numbers.into_iter().map(row).collect::<String>())
}

fn desk() -> Desk {
    let desk = Desk::new();
    desk.file("events.csv", events(1..=50, "4.5"));
    desk.run(&["add", "survey", "events.csv", "--key", "id", "--licence", "CC0-1.0"]).ok();
    desk
}

fn matched(server: &Server, query: &str) -> usize {
    let page = server.get(&format!("/collections/events/items?f=json&limit=1000{query}"));
    let page: serde_json::Value = serde_json::from_slice(&page.body).expect("JSON");
    page["features"].as_array().unwrap_or_else(|| panic!("{page}")).len()
}

#[test]
fn rows_are_put_and_taken_away_while_the_server_answers() {
    let desk = desk();
    let server = desk.serve(&[]);
    let before = server.get("/collections/events/items?f=json");
    desk.file("more.csv", events(41..=60, "6.5"));
    let put = desk.run(&["amend", "survey", "events", "more.csv", "--delete", "e1", "--json"]).ok().json();
    assert_eq!((put["put"].as_u64(), put["deleted"].as_u64()), (Some(20), Some(1)));
    assert_eq!((matched(&server, ""), matched(&server, "&magnitude=6.5")), (59, 20));
    assert_eq!(server.get("/collections/events/items/e1").status, 404);
    let etag = before.header("etag").expect("a tag");
    let again = server.ask("GET", "/collections/events/items?f=json", &[("If-None-Match", etag)]);
    assert_eq!(again.status, 200, "what was cached before is not taken for what is now");
    desk.run(&["compact", "survey", "events"]).ok();
    assert_eq!((matched(&server, ""), matched(&server, "&magnitude=6.5")), (59, 20));
    drop(server);
    let server = desk.serve(&[]);
    assert_eq!((matched(&server, ""), matched(&server, "&magnitude=6.5")), (59, 20));
}

#[test]
fn a_change_that_does_not_fit_is_refused_whole() {
    let desk = desk();
    desk.file("odd.csv", "id,longitude,latitude,depth_km\ne1,1,2,3\n");
    let odd = desk.run(&["amend", "survey", "events", "odd.csv"]);
    assert!(odd.code == 2 && odd.err.contains("no column “depth_km”"), "{odd:?}");
    desk.file("kind.csv", "id,longitude,latitude,time,magnitude\ne1,1,2,2026-01-01T00:00:00Z,large\n");
    let kind = desk.run(&["amend", "survey", "events", "kind.csv"]);
    assert!(kind.code == 2 && kind.err.contains("magnitude"), "{kind:?}");
    let missing = desk.run(&["amend", "survey", "events", "--delete", "e1", "--delete", "e999"]);
    assert!(missing.code == 1 && missing.err.contains("e999"), "{missing:?}");
    let nothing = desk.run(&["amend", "survey", "events"]);
    assert_eq!(nothing.code, 2, "{nothing:?}");
    let server = desk.serve(&[]);
    assert_eq!((matched(&server, ""), matched(&server, "&magnitude=4.5")), (50, 50));
}

#[test]
fn of_two_who_change_the_same_row_one_is_told_that_the_other_was_faster() {
    let desk = desk();
    let _server = desk.serve(&[]);
    desk.file("first.csv", events([7], "5.0"));
    desk.file("second.csv", events([7], "5.1"));
    desk.run(&["amend", "survey", "events", "first.csv", "--expect", "e7=0"]).ok();
    let late = desk.run(&["amend", "survey", "events", "second.csv", "--expect", "e7=0"]);
    assert!(late.code == 1 && late.err.contains("e7"), "{late:?}");
    desk.run(&["amend", "survey", "events", "second.csv", "--expect", "e7=1"]).ok();
    let taken = desk.run(&["amend", "survey", "events", "second.csv", "--expect", "e7=none"]);
    assert_eq!(taken.code, 1, "{taken:?}");
}

#[test]
fn a_backup_of_a_served_folder_is_verified_and_restored() {
    let desk = desk();
    let server = desk.serve(&[]);
    desk.file("more.csv", events(51..=60, "6.5"));
    desk.run(&["amend", "survey", "events", "more.csv"]).ok();
    desk.run(&["backup", "survey", "survey.tar"]).ok();
    let again = desk.run(&["backup", "survey", "survey.tar"]);
    assert!(again.code == 1 && again.err.contains("survey.tar"), "{again:?}");
    let found = desk.run(&["backup", "--verify", "survey.tar", "--json"]).ok().json();
    assert_eq!(found["datasets"], 1);
    drop(server);
    std::fs::rename(desk.path("survey"), desk.path("lost")).expect("renamed");
    desk.run(&["restore", "survey.tar", "survey"]).ok();
    let server = desk.serve(&[]);
    assert_eq!((matched(&server, ""), matched(&server, "&magnitude=6.5")), (60, 10));
    drop(server);
    let bytes = std::fs::read(desk.path("survey.tar")).expect("read");
    desk.file("cut.tar", &bytes[..bytes.len() - 2_000]);
    for arguments in [vec!["backup", "--verify", "cut.tar"], vec!["restore", "cut.tar", "new"]] {
        let cut = desk.run(&arguments);
        assert!(cut.code != 0 && !desk.path("new").exists(), "{cut:?}");
    }
}

#[test]
fn what_is_exported_makes_the_same_node_again() {
    let desk = desk();
    let style = r##"{"rules":[{"symbolizers":[{"type":"mark","size":"2 mm","fill":"#cc0000"}]}]}"##;
    desk.file("red.json", style);
    desk.run(&["edit", "survey", "events", "--title", "ja=地震", "--style", "red.json", "--style-name", "red"]).ok();
    desk.run(&["add", "survey", &desk.units(), "--id", "units"]).ok();
    desk.run(&["amend", "survey", "events", "--delete", "e50"]).ok();
    desk.run(&["compact", "survey", "events"]).ok();
    desk.run(&["export", "survey", "out"]).ok();
    let mut sums = std::process::Command::new("sha256sum");
    let sums = sums.args(["--quiet", "-c", "SHA256SUMS"]).current_dir(desk.path("out")).status();
    assert!(sums.expect("coreutils are there").success());
    let (out, copy) = (desk.path("out"), desk.path("copy"));
    run(&["init".as_ref(), copy.as_os_str(), "--from".as_ref(), out.as_os_str()]).ok();
    let shown = |folder: &str, id: &str| {
        let mut shown = desk.run(&["show", folder, id, "--json"]).ok().json();
        for own in ["revision", "created"] {
            shown[own] = serde_json::Value::Null;
        }
        shown["about"]["updated"] = serde_json::Value::Null;
        shown["about"]["rows"] = serde_json::Value::Null;
        shown
    };
    for id in ["events", "units"] {
        assert_eq!(shown("survey", id), shown("copy", id));
    }
    let first = what_is_answered(&desk.serve(&[]));
    assert_eq!(first.1, 49);
    std::fs::rename(desk.path("survey"), desk.path("aside")).expect("renamed");
    std::fs::rename(desk.path("copy"), desk.path("survey")).expect("renamed");
    assert_eq!(what_is_answered(&desk.serve(&[])), first);
}

/// The rows, how many there are, and how often the page of the dataset names its original.
fn what_is_answered(server: &Server) -> (serde_json::Value, serde_json::Value, usize) {
    let page = server.get("/collections/events/items?f=json&limit=1000&sortby=time").body;
    let page: serde_json::Value = serde_json::from_slice(&page).expect("JSON");
    let originals = server.get("/d/events").text().matches("events.csv").count();
    assert!(originals > 0, "the original is offered");
    (page["features"].clone(), page["numberMatched"].clone(), originals)
}

#[test]
fn a_catalogue_that_was_lost_is_built_anew_from_the_data() {
    let desk = desk();
    for name in ["catalogue.sqlite", "catalogue.sqlite-wal", "catalogue.sqlite-shm", "catalogue.copy.sqlite"] {
        std::fs::remove_file(desk.path("survey").join(name)).ok();
    }
    let lost = desk.run(&["list", "survey"]);
    assert!(lost.code != 0 && lost.err.contains("--recover"), "{lost:?}");
    desk.run(&["doctor", "survey", "--recover"]).ok();
    assert_eq!(desk.listed(), ["events"]);
    desk.run(&["doctor", "survey"]).ok();
    let whole = desk.run(&["doctor", "survey", "--recover"]);
    assert!(whole.code == 1 && whole.err.contains("whole"), "{whole:?}");
}

#[test]
fn the_doctor_names_the_file_whose_bytes_have_changed() {
    let desk = desk();
    let revision =
        std::fs::read_dir(desk.path("survey/datasets/events")).expect("there").flatten().next().expect("one");
    let original = revision.path().join("original/events.csv");
    let text = std::fs::read_to_string(&original).expect("read");
    std::fs::write(&original, text.replace("4.5", "4.6")).expect("written");
    let checked = desk.run(&["doctor", "survey"]);
    assert!(checked.code == 1 && checked.out.contains("original/events.csv"), "{}", checked.out);
}

#[test]
fn a_display_copy_that_is_missing_or_damaged_is_named_and_made_again() {
    let desk = desk();
    let revision =
        std::fs::read_dir(desk.path("survey/datasets/events")).expect("there").flatten().next().expect("one");
    let copy = revision.path().join("display/features.display");
    let well = || desk.run(&["doctor", "survey"]).ok().out;
    assert!(!well().contains("display copy"), "{}", well());
    let bytes = std::fs::read(&copy).expect("a revision has a copy");
    std::fs::write(&copy, &bytes[..bytes.len() / 2]).expect("written");
    assert!(well().contains("display copy"), "{}", well());
    assert_eq!(matched(&desk.serve(&[]), ""), 50, "a copy that is cut off is not used");
    std::fs::remove_dir_all(revision.path().join("display")).expect("removed");
    let made = desk.run(&["doctor", "survey", "--rebuild"]).ok();
    assert!(made.out.contains("1 display copies"), "{}", made.out);
    assert!(std::fs::read(&copy).expect("it is there again") == bytes, "it is the same, byte by byte");
    assert!(!well().contains("display copy"), "{}", well());
}

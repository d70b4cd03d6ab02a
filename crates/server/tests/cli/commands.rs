//! Commands without a server: what they do, what they say, which code they end with.

use crate::kit::{Desk, run};

#[test]
fn help_begins_with_examples_everywhere() {
    for arguments in [vec![], vec!["add"], vec!["serve"], vec!["edit"], vec!["list"], vec!["doctor"], vec!["demo"]] {
        let help = run(&[arguments.as_slice(), &["--help"]].concat()).ok();
        assert!(help.out.starts_with("Examples:\n  terrane "), "{arguments:?}: {}", help.out);
        assert!(help.err.is_empty());
    }
}

#[test]
fn what_cannot_be_understood_is_wrong_usage() {
    for arguments in
        [vec![], vec!["publish"], vec!["add"], vec!["add", "survey"], vec!["list", "a", "b"], vec!["--no-such"]]
    {
        let wrong = run(&arguments);
        assert_eq!((wrong.code, wrong.out.as_str()), (2, ""), "{arguments:?}");
        assert!(wrong.err.contains("Usage") || wrong.err.contains("Examples"), "{arguments:?}: {}", wrong.err);
    }
}

#[test]
fn the_version_and_completions_are_printed() {
    assert!(run(&["--version"]).ok().out.starts_with("terrane 0."));
    for shell in ["bash", "zsh", "fish"] {
        assert!(run(&["completions", shell]).ok().out.contains("doctor"), "{shell}");
    }
    assert_eq!(run(&["completions", "tcsh"]).code, 2);
}

#[test]
fn a_closed_pipe_is_no_failure() {
    use std::process::Stdio;
    let mut child = crate::kit::terrane().args(["completions", "bash"]).stdout(Stdio::piped()).spawn().expect("starts");
    drop(child.stdout.take());
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn a_file_is_published_listed_shown_edited_and_removed() {
    let desk = Desk::new();
    let file = desk.units();
    let added =
        desk.run(&["add", "survey", &file, "--title", "Units", "--licence", "CC-BY-4.0", "--owner", "Survey"]).ok();
    for words in
        ["units  published", "GeoJSON", "name (text)", "age_ma (number)", "Polygon", "OGC:CRS84", "136° E to 139° E"]
    {
        assert!(added.out.contains(words), "{words}: {}", added.out);
    }
    assert!(added.out.trim_end().ends_with("terrane serve survey"), "the next step is told: {}", added.out);
    let list = desk.run(&["list", "survey"]).ok().out;
    let lines: Vec<&str> = list.lines().collect();
    assert!(
        lines[0].starts_with("DATASET") && lines[1].starts_with("units") && lines[1].contains("CC-BY-4.0"),
        "{list}"
    );
    let shown = desk.run(&["show", "survey", "units", "--json"]).ok().json();
    assert_eq!(
        (&shown["about"]["rows"], &shown["about"]["licence"]["id"]),
        (&2.into(), &"CC-BY-4.0".into()),
        "{shown}"
    );
    desk.run(&["edit", "survey", "units", "--title", "ja=地質", "--keyword", "geology"]).ok();
    let shown = desk.run(&["show", "survey", "units", "--json"]).ok().json();
    assert_eq!(
        (&shown["about"]["title"]["ja"], &shown["about"]["keywords"][0]),
        (&"地質".into(), &"geology".into()),
        "{shown}"
    );
    let text = desk.run(&["show", "survey", "units"]).ok().out;
    assert!(text.lines().any(|line| line.starts_with("about.title.ja") && line.ends_with("地質")), "{text}");
    assert_eq!(desk.run(&["remove", "survey", "units"]).ok().out, "Removed: units.\n");
    assert!(
        desk.run(&["list", "survey"]).ok().out.contains("terrane add survey FILE"),
        "an empty list teaches the next step"
    );
}

#[test]
fn json_is_json_for_every_command_also_when_it_fails() {
    let desk = Desk::new();
    let file = desk.units();
    let added = desk.run(&["add", "survey", &file, "--json"]).ok().json();
    assert_eq!(added["datasets"][0]["published"], true);
    assert_eq!(added["datasets"][0]["extent"], serde_json::json!([136.0, 35.0, 139.0, 36.0]));
    assert_eq!(desk.run(&["list", "survey", "--json"]).ok().json()["datasets"][0]["rows"], 2);
    assert_eq!(desk.run(&["doctor", "survey", "--json"]).ok().json()["wrong"], 0);
    assert_eq!(desk.run(&["init", "other", "--json"]).ok().json()["folder"], "other");
    let failed = desk.run(&["show", "survey", "nowhere", "--json"]);
    assert_eq!((failed.code, &failed.json()["error"]["kind"]), (1, &"NotFound".into()));
    assert_eq!(desk.run(&["remove", "survey", "units", "--json"]).ok().json()["removed"][0], "units");
}

#[test]
fn a_dry_run_says_what_would_be_and_changes_nothing() {
    let desk = Desk::new();
    let file = desk.units();
    let would = desk.run(&["add", "survey", &file, "--dry-run"]).ok();
    assert!(would.out.starts_with("units  would be published\n"), "{}", would.out);
    assert_eq!(desk.listed(), [""; 0]);
    assert!(!desk.path("survey/datasets/units").exists());
}

#[test]
fn a_new_edition_takes_the_place_of_the_old_one_and_keeps_its_words() {
    let desk = Desk::new();
    let file = desk.units();
    desk.run(&["add", "survey", &file, "--id", "units", "--title", "Units"]).ok();
    let again = desk.run(&["add", "survey", &file, "--id", "units"]);
    assert_eq!(again.code, 1);
    assert!(again.err.contains("--replace"), "{}", again.err);
    desk.file("units.geojson", crate::kit::UNITS.replace("basalt", "dacite"));
    for _ in 0..3 {
        desk.run(&["add", "survey", &file, "--id", "units", "--replace"]).ok();
    }
    let shown = desk.run(&["show", "survey", "units", "--json"]).ok().json();
    assert_eq!(shown["about"]["title"], "Units");
    let listed = desk.run(&["editions", "survey", "units", "--json"]).ok().json();
    let numbers: Vec<u64> =
        listed["editions"].as_array().expect("a list").iter().filter_map(|it| it["edition"].as_u64()).collect();
    assert_eq!(numbers, [1, 2, 3, 4], "what was superseded a moment ago is still read");
    let compared = desk.run(&["editions", "survey", "units", "--compare", "1", "2"]).ok();
    assert!(compared.out.contains("changed  1"), "{}", compared.out);
    desk.run(&["editions", "survey", "units", "--restore", "1"]).ok();
    let compared = desk.run(&["editions", "survey", "units", "--compare", "1", "5", "--json"]).ok().json();
    assert_eq!(compared["rows"]["changed"]["count"], 0);
    let missing = desk.run(&["editions", "survey", "units", "--restore", "77"]);
    assert!(missing.code == 1 && missing.err.contains("kept are: 1, 2, 3, 4, 5"), "{}", missing.err);
}

#[test]
fn without_a_name_a_second_file_of_the_same_name_gets_a_number() {
    let desk = Desk::new();
    let file = desk.units();
    desk.run(&["add", "survey", &file]).ok();
    desk.run(&["add", "survey", &file]).ok();
    assert_eq!(desk.listed(), ["units", "units-2"]);
}

#[test]
fn one_bad_file_does_not_keep_the_others_from_being_published() {
    let desk = Desk::new();
    let (good, bad) = (desk.units(), desk.file("page.tif", "<!DOCTYPE html><html><body>404</body></html>"));
    let added = desk.run(&["add", "survey", &bad, &good]);
    assert_eq!(added.code, 3);
    assert!(added.err.contains("page.tif: not published."), "{}", added.err);
    assert!(added.out.contains("units  published"), "{}", added.out);
    assert_eq!(desk.listed(), ["units"]);
}

#[test]
fn options_that_are_wrong_are_named() {
    let desk = Desk::new();
    let file = desk.units();
    for (option, value, words) in [
        ("--crs", "EPSG:999999", "EPSG:999999"),
        ("--id", "Not A Name", "lower-case"),
        ("--style", "nowhere.json", "nowhere.json"),
    ] {
        let wrong = desk.run(&["add", "survey", &file, option, value]);
        assert_eq!(wrong.code, 2, "{option}: {wrong:?}");
        assert!(wrong.err.contains(option) && wrong.err.contains(words), "{option}: {}", wrong.err);
    }
    let table = desk.file("wells.csv", "well,depth\nA,12\n");
    for (options, words) in [
        (["--x", "lon", "--y", "lat"], "well, depth"),
        (["--encoding", "klingon", "--key", "well"], "UTF-8"),
        (["--key", "number", "--time", "well"], "number"),
        (["--layer", "deep", "--key", "well"], "wells"),
    ] {
        let wrong = desk.run(&[["add", "survey", &table].as_slice(), &options].concat());
        assert_eq!(wrong.code, 2, "{options:?}: {wrong:?}");
        assert!(wrong.err.contains(words), "{options:?}: {}", wrong.err);
    }
    let style = desk.file(
        "style.json",
        r##"{"rules": [{"filter": "depth > 3", "symbolizers": [{"type": "fill", "colour": "#fff"}]}]}"##,
    );
    let wrong = desk.run(&["add", "survey", &file, "--style", &style]);
    assert_eq!(wrong.code, 2, "{wrong:?}");
    assert!(wrong.err.contains("depth"), "{}", wrong.err);
    assert_eq!(desk.listed(), [""; 0]);
}

#[test]
fn folders_and_files_that_are_not_there_say_what_to_do() {
    let desk = Desk::new();
    let file = desk.units();
    std::fs::create_dir(desk.path("plain")).expect("made");
    for folder in ["plain", "nowhere"] {
        for arguments in
            [vec!["add", folder, &file], vec!["list", folder], vec!["serve", folder], vec!["doctor", folder]]
        {
            let wrong = desk.run(&arguments);
            assert_eq!((wrong.code, wrong.out.as_str()), (1, ""), "{arguments:?}");
            assert!(wrong.err.contains("terrane init"), "{arguments:?}: {}", wrong.err);
        }
    }
    assert_eq!(std::fs::read_dir(desk.path("plain")).expect("there").count(), 0, "nothing is written there");
    let wrong = desk.run(&["add", "survey", "wells.csv"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("wells.csv") && wrong.err.contains("no such file"), "{}", wrong.err);
    let again = desk.run(&["init", "survey"]);
    assert_eq!(again.code, 1);
    assert!(again.err.contains("already"), "{}", again.err);
}

#[test]
fn settings_that_are_wrong_are_named_with_their_line() {
    let desk = Desk::new();
    for (settings, words) in [
        ("[server]\nlisten = \"127.0.0.1:0\"\nport = 1\n", "line 3"),
        ("[site\n", "line 1"),
        ("[site]\ntitle = 7\n", "line 2"),
        ("[server]\npublic_url = \"maps.example.org\"\n", "https://maps.example.org"),
        ("[server]\nlisten = \"here\"\n", "127.0.0.1:8080"),
    ] {
        desk.file("survey/terrane.toml", settings);
        let wrong = desk.run(&["serve", "survey"]);
        assert_eq!((wrong.code, wrong.out.as_str()), (2, ""), "{settings}: {wrong:?}");
        assert!(wrong.err.contains(words), "{settings}: {}", wrong.err);
    }
    std::fs::remove_file(desk.path("survey/terrane.toml")).expect("removed");
    desk.serve(&[]);
}

#[test]
fn commands_say_nothing_on_standard_error_when_all_is_well() {
    let desk = Desk::new();
    let file = desk.units();
    for arguments in [
        vec!["add", "survey", &file],
        vec!["list", "survey"],
        vec!["show", "survey", "units"],
        vec!["doctor", "survey"],
    ] {
        assert_eq!(desk.run(&arguments).ok().err, "", "{arguments:?}");
    }
}

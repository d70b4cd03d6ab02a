//! A server and the commands beside it: live changes, one at a time, clean and unclean ends.

use crate::kit::{Desk, UNITS, terrane};
use rustix::process::Signal;
use std::net::TcpListener;

#[test]
fn files_are_live_the_moment_they_are_added_and_gone_the_moment_they_are_removed() {
    let desk = Desk::new();
    let server = desk.serve(&[]);
    assert_eq!(server.get("/collections/units").status, 404);
    let added = desk.run(&["add", "survey", &desk.units(), "--title", "Units"]).ok();
    assert!(added.out.contains(&format!("See it:\n  {}/d/units\n", server.url)), "the address is told: {}", added.out);
    assert_eq!(server.get("/collections/units?f=json").json()["title"], "Units");
    desk.run(&["edit", "survey", "units", "--title", "Rocks"]).ok();
    assert_eq!(server.get("/collections/units?f=json").json()["title"], "Rocks");
    assert_eq!(desk.listed(), ["units"]);
    desk.run(&["remove", "survey", "units"]).ok();
    assert_eq!(server.get("/collections/units").status, 404);
}

#[test]
fn codes_and_sentences_are_the_same_beside_a_server() {
    let desk = Desk::new();
    let file = desk.units();
    let _server = desk.serve(&[]);
    desk.run(&["add", "survey", &file, "--id", "units"]).ok();
    assert_eq!(desk.run(&["add", "survey", &file, "--id", "units"]).code, 1, "taken");
    assert_eq!(desk.run(&["add", "survey", &file, "--id", "Not a name"]).code, 2, "no name");
    assert_eq!(desk.run(&["show", "survey", "nowhere"]).code, 1, "not there");
    let refused = desk.run(&["add", "survey", &desk.file("page.tif", "<html>"), "--json"]);
    assert_eq!((refused.code, &refused.json()["failed"][0]["file"]), (3, &"page.tif".into()));
}

#[test]
fn two_commands_at_once_are_both_done() {
    let desk = Desk::new();
    let _server = desk.serve(&[]);
    let names: Vec<String> = (0..8).map(|number| desk.file(&format!("u{number}.geojson"), UNITS)).collect();
    std::thread::scope(|scope| {
        let runs: Vec<_> = names.iter().map(|name| scope.spawn(|| desk.run(&["add", "survey", name]))).collect();
        runs.into_iter().for_each(|run| drop(run.join().expect("no panic").ok()));
    });
    assert_eq!(desk.listed(), ["u0", "u1", "u2", "u3", "u4", "u5", "u6", "u7"]);
}

#[test]
fn a_second_server_on_the_folder_is_refused_and_names_the_first() {
    let desk = Desk::new();
    let server = desk.serve(&[]);
    let second = desk.run(&["serve", "survey", "--listen", "127.0.0.1:0"]);
    assert_eq!((second.code, second.out.as_str()), (1, ""));
    assert!(second.err.contains(&format!("process {}", server.process())), "{}", second.err);
    assert_eq!(server.get("/healthz").status, 200, "the first goes on");
    desk.run(&["list", "survey"]).ok();
}

#[test]
fn a_port_that_is_taken_is_told_and_the_folder_is_free_again() {
    let desk = Desk::new();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("bound").to_string();
    let failed = desk.run(&["serve", "survey", "--listen", &address]);
    assert_eq!(failed.code, 1);
    assert!(failed.err.contains(&address) && failed.err.contains("--listen"), "{}", failed.err);
    desk.serve(&[]);
    for wrong in ["8080", "here:80", "127.0.0.1:99999", ""] {
        assert_eq!(desk.run(&["serve", "survey", "--listen", wrong]).code, 2, "“{wrong}”");
    }
}

#[test]
fn told_to_stop_it_ends_well_and_takes_its_socket_away() {
    for signal in [Signal::TERM, Signal::INT] {
        let desk = Desk::new();
        let server = desk.serve(&[]);
        assert!(desk.path("survey/terrane.sock").exists());
        assert_eq!(server.end(signal), 0);
        assert!(!desk.path("survey/terrane.sock").exists());
        desk.run(&["list", "survey"]).ok();
    }
}

#[test]
fn after_a_kill_the_folder_is_served_again_and_commands_work() {
    let desk = Desk::new();
    desk.run(&["add", "survey", &desk.units()]).ok();
    let server = desk.serve(&[]);
    assert_eq!(server.end(Signal::KILL), -1);
    assert!(desk.path("survey/terrane.sock").exists(), "a kill leaves it");
    assert_eq!(desk.listed(), ["units"]);
    let server = desk.serve(&[]);
    assert_eq!(server.get("/collections/units").status, 200);
    assert_eq!(desk.listed(), ["units"]);
}

/// Wherever a kill strikes, the dataset is there whole or not at all, and the next start is clean.
#[test]
fn a_kill_at_any_moment_of_a_publication_leaves_all_or_nothing() {
    let desk = Desk::new();
    let row = |number: u32| {
        format!(
            r#"{{"type":"Feature","properties":{{"n":{number}}},"geometry":{{"type":"Point","coordinates":[{}.5,35]}}}}"#,
            number % 170
        )
    };
    let rows: Vec<String> = (0..4_000).map(row).collect();
    let file = desk.file("rows.geojson", format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, rows.join(",")));
    for number in 0..12_u64 {
        let mut command = terrane();
        command.current_dir(desk.0.path()).args(["add", "survey", &file, "--id", "rows", "--replace"]);
        let mut child =
            command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().expect("starts");
        std::thread::sleep(std::time::Duration::from_millis(number * 35));
        let _ = child.kill();
        child.wait().expect("it ends");
        let listed = desk.run(&["list", "survey", "--json"]).ok().json();
        let datasets = listed["datasets"].as_array().expect("a list");
        assert!(datasets.iter().all(|dataset| dataset["rows"] == 4_000), "{listed}");
        assert_eq!(listed["problems"], serde_json::json!([]));
        assert!(!desk.path("survey/drafts").exists(), "no draft is left after a start");
    }
    desk.run(&["add", "survey", &file, "--id", "rows", "--replace"]).ok();
    let checked = desk.run(&["doctor", "survey"]).ok();
    assert!(checked.out.contains("rows: data can be read"), "{}", checked.out);
}

#[test]
fn a_folder_that_lies_deep_is_served_and_reached_by_commands() {
    let desk = Desk::new();
    let deep = ["a-rather-long-name-of-a-folder"; 8].join("/");
    std::fs::create_dir_all(desk.path(&deep)).expect("made");
    std::fs::rename(desk.path("survey"), desk.path(&format!("{deep}/survey"))).expect("moved");
    let file = desk.units();
    let server = crate::kit::Server::start(&desk.path(&deep), &[]);
    let folder = format!("{deep}/survey");
    let added = desk.run(&["add", &folder, &file]).ok();
    assert!(added.out.contains("/d/units"), "it went to the server: {}", added.out);
    assert_eq!(server.get("/collections/units").status, 200);
    assert_eq!(server.end(Signal::TERM), 0);
    assert!(!desk.path(&format!("{folder}/terrane.sock")).exists());
}

#[test]
fn only_the_owner_may_use_the_socket() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = Desk::new();
    let _server = desk.serve(&[]);
    let mode = std::fs::metadata(desk.path("survey/terrane.sock")).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn nonsense_at_the_socket_is_answered_and_the_server_lives() {
    use std::io::{Read as _, Write as _};
    let desk = Desk::new();
    let server = desk.serve(&[]);
    for nonsense in ["{}\n", "\n", "{\"Add\": 7}\n", "\u{0}\u{1}\n", "[[[[[[[[\n"] {
        let mut socket = std::os::unix::net::UnixStream::connect(desk.path("survey/terrane.sock")).expect("connected");
        socket.write_all(nonsense.as_bytes()).expect("sent");
        let mut answer = String::new();
        socket.read_to_string(&mut answer).expect("answered");
        assert!(answer.starts_with("{\"Failed\""), "{nonsense:?}: {answer}");
    }
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn the_demo_fills_a_folder_and_goes_on_where_it_was_cut_off() {
    // Two datasets of the demo's manifest are enough here; the whole demo is served by other tests.
    let desk = Desk::new();
    let manifest: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(crate::kit::demo().join("demo.json")).expect("read"))
            .expect("JSON");
    let mut small = manifest.clone();
    let chosen: Vec<_> = manifest["datasets"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|it| it["id"] == "sea" || it["id"] == "land")
        .cloned()
        .collect();
    assert_eq!(chosen.len(), 2, "the demo has both");
    small["datasets"] = chosen.into();
    small["maps"] = serde_json::json!([]);
    let from = desk.path("demo");
    std::fs::create_dir(&from).expect("made");
    for name in ["data", "styles"] {
        std::os::unix::fs::symlink(crate::kit::demo().join(name), from.join(name)).expect("linked");
    }
    std::fs::write(from.join("demo.json"), small.to_string()).expect("written");
    let made = desk.run(&["demo", "--from", "demo", "--data", "show", "--no-serve"]).ok();
    assert!(made.out.contains("terrane serve show"), "{}", made.out);
    desk.run(&["remove", "show", "land"]).ok();
    desk.run(&["demo", "--from", "demo", "--data", "show", "--no-serve"]).ok();
    assert_eq!(desk.run(&["list", "show", "--json"]).ok().json()["datasets"].as_array().map(Vec::len), Some(2));
}

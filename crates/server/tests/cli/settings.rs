//! Settings of the real program: files that are wrong at the start and while it serves, and changes that it takes.

use crate::kit::{Desk, Server, until};
use rustix::process::Signal;

/// Files that are wrong, and what is said of each.
const BROKEN: [(&str, &str); 26] = [
    ("[site]\ntitle = \"x\"\ntitel = \"y\"\n", "line 3: site.titel"),
    ("[server]\nport = 80\n", "line 2: server.port"),
    ("[servers]\nlisten = \"127.0.0.1:1\"\n", "line 1: servers"),
    ("\n\nlisten = \"127.0.0.1:1\"\n", "line 3: listen"),
    ("[server]\nlisten = 8080\n", "line 2: server.listen"),
    ("[server]\nlisten = \"8080\"\n", "line 2: server.listen"),
    ("[server]\nlisten = \"example.org:80\"\n", "line 2: server.listen"),
    ("[server]\nlisten = \"127.0.0.1:99999\"\n", "line 2: server.listen"),
    ("[server]\n# why\npublic_url = \"maps.example.org\"\n", "line 3: server.public_url"),
    ("[server]\npublic_url = [\"https://a.example\"]\n", "line 2: server.public_url"),
    ("[site]\ntitle = 5\n", "line 2: site.title"),
    ("[site]\ntitle = { en = 5 }\n", "line 2: site.title"),
    ("[site.title]\nGerman = \"Geologie\"\n", "line 1: site.title"),
    ("[site]\noperator_email = \"x\"\n", "line 2: site.operator_email"),
    ("[editions]\nkeep = 0\n", "line 2: editions.keep"),
    ("[editions]\nkeep = \"2\"\n", "line 2: editions.keep"),
    ("[quota]\nbytes = \"much\"\n", "line 2: quota.bytes"),
    ("[import]\nmemory = -5\n", "line 2: import.memory"),
    ("[import]\ntime_seconds = 1.5\n", "line 2: import.time_seconds"),
    ("site = 1\n", "line 1: site"),
    ("[[site]]\ntitle = \"x\"\n", "line 1: site"),
    ("[site\ntitle = \"x\"\n", "line 1"),
    ("[site]\ntitle = \"x\n", "line 2"),
    ("[site]\ntitle = \"x\"\n\ntitle = \"y\"\n", "line 4"),
    ("[site]\ntitle = x\n", "line 2"),
    ("{\"site\": {\"title\": \"JSON\"}}\n", "line 1"),
];

/// Writes something wrong into the data folder that is more than a text.
fn odd(desk: &Desk, what: &str) -> &'static str {
    let path = desk.path("survey/terrane.toml");
    let _ = std::fs::remove_dir(&path);
    let _ = std::fs::remove_file(&path);
    match what {
        "rubbish" => {
            std::fs::write(&path, b"[site]\n\xff\xfe\x00\x01\x80binary").expect("written");
            "line 2"
        }
        "a folder" => {
            std::fs::create_dir(&path).expect("made");
            "it is no file"
        }
        "a pipe" => {
            let mode = rustix::fs::Mode::RUSR;
            rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, mode, 0).expect("made");
            "it is no file"
        }
        "a link to nowhere" => {
            std::os::unix::fs::symlink("nowhere", &path).expect("linked");
            "it cannot be read"
        }
        _ => {
            std::fs::write(&path, "# too much\n".repeat(200_000)).expect("written");
            "it is larger than"
        }
    }
}

const ODD: [&str; 5] = ["rubbish", "a folder", "a pipe", "a link to nowhere", "too much"];

/// Calls `check` with every broken file in place: what it is, and what must be said.
fn with_each(desk: &Desk, mut check: impl FnMut(&str, &str)) {
    for (text, said) in BROKEN {
        std::fs::write(desk.path("survey/terrane.toml"), text).expect("written");
        check(text, said);
    }
    for what in ODD {
        let said = odd(desk, what);
        check(what, said);
    }
}

#[test]
fn with_a_broken_file_the_server_does_not_start_and_the_line_is_named() {
    let desk = Desk::new();
    with_each(&desk, |what, said| {
        let run = desk.run(&["serve", "survey", "--listen", "127.0.0.1:0"]);
        assert!(run.code > 0 && run.out.is_empty(), "{what}: {run:?}");
        assert!(run.err.contains("terrane.toml") && run.err.contains(said), "{what}: {run:?}");
        let check = desk.run(&["config", "check", "survey", "--json"]);
        assert_eq!((check.code, &check.json()["right"]), (1, &false.into()), "{what}");
        let finding = &check.json()["findings"][0];
        let text = |key: &str| finding[key].as_str().is_some_and(|text| !text.is_empty());
        assert!(text("what") && text("remedy"), "{what}: {finding}");
        assert_eq!(finding["line"].is_u64(), said.starts_with("line"), "{what}: {finding}");
    });
}

#[test]
fn a_broken_file_while_serving_keeps_the_old_settings_and_logs_the_line() {
    let desk = Desk::new();
    desk.file("survey/terrane.toml", "[site]\ntitle = \"As it was\"\n");
    let server = desk.serve(&[]);
    let kept = |server: &Server| server.log().matches("the settings stay as they were").count();
    let mut times = 0;
    let mut hang_up = |what: &str, said: &str| {
        server.signal(Signal::HUP);
        times += 1;
        until(what, || kept(&server) == times);
        let log = server.log();
        let last = log.lines().rfind(|line| line.contains("stay as they were")).unwrap_or("");
        assert!(last.contains("terrane.toml") && last.contains(said), "{what}: {last}");
        assert_eq!(server.get("/?f=json").json()["title"], "As it was", "{what}");
    };
    with_each(&desk, &mut hang_up);
    odd(&desk, "rubbish");
    std::fs::remove_file(desk.path("survey/terrane.toml")).expect("removed");
    hang_up("no file", "gone");
    desk.file("survey/terrane.toml", "");
    server.signal(Signal::HUP);
    until("an empty file is right", || server.get("/?f=json").json()["title"] == "Terrane");
}

#[test]
fn a_change_is_taken_without_a_restart_and_nobody_is_told_that_nothing_changed() {
    let desk = Desk::new();
    desk.run(&["add", "survey", &desk.units()]).ok();
    desk.file("survey/terrane.toml", "[site]\ntitle = \"Old\"\n");
    let server = desk.serve(&[]);
    let old = server.get("/?f=json");
    let tag = old.header("etag").expect("a tag").to_owned();
    let again = server.ask("GET", "/?f=json", &[("If-None-Match", &tag)]);
    assert_eq!((old.json()["title"].as_str(), again.status), (Some("Old"), 304));
    let settings = "[site]\ntitle = \"New\"\n[server]\nlisten = \"127.0.0.1:9\"\npublic_url = \"https://maps.example.org/geo\"\n[editions]\nkeep = 9\n";
    desk.file("survey/terrane.toml", settings);
    server.signal(Signal::HUP);
    until("the new title", || server.ask("GET", "/?f=json", &[("If-None-Match", &tag)]).status == 200);
    let new = server.get("/geo/?f=json");
    assert_eq!(new.json()["title"], "New");
    assert!(new.text().contains("https://maps.example.org/geo/collections"), "links and the path are new");
    assert!(server.log().contains("editions.keep from 2 to 9"), "{}", server.log());
    let said = server.log().lines().filter(|line| line.contains("server.listen") && line.contains("restart")).count();
    assert_eq!(said, 0, "--listen goes before the file");
    let shown = desk.run(&["config", "show", "survey", "--json"]).ok().json();
    let of = |key: &str| shown["settings"].as_array().expect("a list").iter().find(|it| it["key"] == key).cloned();
    assert_eq!(of("server.listen").expect("there")["from"], "--listen");
    assert_eq!(of("editions.keep").expect("there")["from"], "terrane.toml, line 7");
    assert_eq!((of("quota.bytes").expect("there")["value"].is_null(), &shown["served"]), (true, &true.into()));
    let added = desk.run(&["add", "survey", &desk.units(), "--id", "more"]).ok();
    assert!(added.out.contains("https://maps.example.org/geo/d/more"), "commands know it too: {}", added.out);
}

#[test]
fn settings_are_shown_and_checked_without_a_server() {
    let desk = Desk::new();
    let shown = desk.run(&["config", "show", "survey"]).ok().out;
    let line = |key: &str| shown.lines().find(|line| line.starts_with(key)).unwrap_or("").to_owned();
    assert!(line("server.listen").contains("127.0.0.1:8080") && line("server.listen").contains("terrane.toml, line"));
    assert!(line("editions.keep").ends_with("usual"), "{shown}");
    assert!(desk.run(&["config", "check", "survey"]).ok().out.contains("is right"));
    std::fs::remove_file(desk.path("survey/terrane.toml")).expect("removed");
    assert!(desk.run(&["config", "check", "survey"]).ok().out.contains("There is no"));
    assert_eq!(desk.run(&["config", "check", "nowhere"]).code, 1);
    let schema = desk.run(&["config", "schema"]).ok().json();
    assert_eq!(schema["properties"]["editions"]["properties"]["keep"]["maximum"], 1_000);
}

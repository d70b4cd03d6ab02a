//! Tiles without a server: what is written, what is refused, and that nothing stays of what was stopped.

use crate::kit::{Desk, terrane};
use rustix::process::{Pid, Signal, kill_process};
use std::process::Stdio;
use std::time::Duration;

fn desk() -> Desk {
    let desk = Desk::new();
    let units = desk.units();
    let said = ["--licence", "CC-BY-4.0", "--attribution", "A survey", "--title", "Units"];
    desk.run(&[&["add", "survey", &units], &said[..]].concat()).ok();
    desk
}

fn json(desk: &Desk, name: &str) -> serde_json::Value {
    let text = std::fs::read_to_string(desk.path(name)).expect("written");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn a_folder_of_tiles_says_what_it_is_and_whose() {
    let desk = desk();
    let said = desk
        .run(&[
            "tiles",
            "survey",
            "units",
            "--to",
            "site",
            "--zoom",
            "0-3",
            "--url",
            "https://example.org/t/",
            "--json",
        ])
        .ok()
        .json();
    assert!(said["tiles"].as_u64().is_some_and(|tiles| tiles >= 4), "{said}");
    assert!(desk.path("site/0/0/0.mvt").is_file());
    let (tilejson, style) = (json(&desk, "site/tilejson.json"), json(&desk, "site/style.json"));
    assert_eq!(tilejson["tiles"][0], "https://example.org/t/{z}/{x}/{y}.mvt");
    assert_eq!((&tilejson["maxzoom"], &tilejson["vector_layers"][0]["id"]), (&3.into(), &"units".into()));
    assert_eq!(style["sources"]["tiles"]["attribution"], "A survey");
    assert_eq!(style["layers"][0]["source-layer"], "units");
    let readme = std::fs::read_to_string(desk.path("site/README.txt")).expect("written");
    assert!(readme.contains("A survey") && readme.contains("Creative Commons"), "{readme}");
}

#[test]
fn what_cannot_be_written_is_refused_before_anything_is() {
    let desk = desk();
    desk.file("taken.pmtiles", "mine");
    for (arguments, code, word) in [
        (&["--to", "taken.pmtiles"][..], 1, "there already"),
        (&["--to", "a.pmtiles", "--zoom", "5-2"], 2, "0-8"),
        (&["--to", "a.pmtiles", "--zoom", "x"], 2, "0-8"),
        (&["--to", "a.pmtiles", "--format", "gif"], 2, "png"),
        (&["--to", "a.pmtiles", "--set", "WorldCRS84Quad"], 2, "WebMercatorQuad"),
        (&["--to", "a.pmtiles", "--zoom", "0-24", "--bbox", "0,0,180,80"], 1, "tiles"),
        (&["--to", "a.pmtiles", "--bbox", "1,2,3"], 2, "four"),
    ] {
        let run = desk.run(&[&["tiles", "survey", "units"], arguments].concat());
        assert!(run.code == code && run.err.contains(word), "{arguments:?}: {run:?}");
    }
    assert_eq!(std::fs::read_to_string(desk.path("taken.pmtiles")).expect("there"), "mine");
    assert!(!desk.path("a.pmtiles").exists() && !desk.path("a.pmtiles.part").exists());
    assert_eq!(desk.run(&["tiles", "survey", "nothing", "--to", "b.pmtiles"]).code, 1);
}

#[test]
fn ctrl_c_leaves_nothing_behind() {
    let desk = desk();
    for to in ["stopped.pmtiles", "stopped"] {
        let part = desk.path(&format!("{to}.part"));
        let mut child = terrane()
            .current_dir(desk.path(""))
            .args(["tiles", "survey", "units", "--to", to, "--zoom", "0-11", "--bbox", "-170,-80,170,80"])
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        while !part.exists() {
            assert!(child.try_wait().expect("asked").is_none(), "it ended before it could be stopped");
            std::thread::sleep(Duration::from_millis(5));
        }
        kill_process(Pid::from_child(&child), Signal::INT).expect("it runs");
        let code = child.wait().expect("it ends").code();
        assert_eq!(code, Some(1), "it ends by itself, with an exit code");
        assert!(!part.exists() && !desk.path(to).exists(), "{to}");
    }
}

//! Much at once: clients that go away, read slowly, or ask for everything, and tiles made ahead of time.

use crate::kit::{Desk, Server, terrane, until};
use rustix::process::Signal;
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// A map that takes long: the same areas upon each other, many times, in a picture of 16 million pixels.
fn large_map() -> String {
    let layers = vec!["units"; 100].join(",");
    format!(
        "/wms?service=WMS&version=1.3.0&request=GetMap&layers={layers}&styles=&crs=CRS:84&bbox=130,30,145,45&width=4000&height=4000&format=image/png"
    )
}

fn begin(server: &Server, path: &str) -> TcpStream {
    server.begin(&format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"))
}

/// A server that logs everything.
fn talkative(desk: &Desk) -> Server {
    Server::start_with(desk.0.path(), &[], &[("TERRANE_LOG", "debug")])
}

#[test]
fn the_work_for_a_client_that_has_gone_ends_and_its_place_is_free() {
    let desk = Desk::new();
    desk.run(&["add", "survey", &desk.units()]).ok();
    let server = talkative(&desk);
    let ended = || server.log().matches("a task ended early").count();
    for wanted in 1..=3 {
        // A request that had not begun leaves the queue without a word, so it is asked until one has, and longer each time.
        let mut patience = Duration::from_millis(300);
        until("the drawing ends", || {
            let client = begin(&server, &large_map());
            std::thread::sleep(patience);
            drop(client);
            std::thread::sleep(patience / 3);
            patience = (patience * 3 / 2).min(Duration::from_secs(6));
            ended() >= wanted
        });
    }
    assert_eq!(server.get("/readyz").status, 200);
    assert_eq!(server.get(&large_map().replace("4000", "40")).status, 200);
    assert_eq!(server.end(Signal::TERM), 0);
}

#[test]
fn one_address_may_ask_so_much_and_no_more_and_others_are_served() {
    let desk = Desk::new();
    desk.run(&["add", "survey", &desk.units()]).ok();
    std::fs::write(desk.path("survey/terrane.toml"), "[clients]\nper_second = 1\nburst = 5\n").expect("written");
    let server = desk.serve(&[]);
    let ask = |who: &str, path: &str| server.ask("GET", path, &[("X-Forwarded-For", who)]);
    let begun = Instant::now();
    // A slow machine is owed more, one for each second that it takes.
    let mut served = 0;
    let refused = loop {
        let answer = ask("198.51.100.1", "/collections/units/items");
        if answer.status == 429 {
            break answer;
        }
        assert_eq!(answer.status, 200);
        served += 1;
        let owed = 5 + begun.elapsed().as_secs() + 1;
        assert!(served <= owed, "{served} of {owed}");
    };
    assert!(served >= 5, "{served}");
    assert!(refused.header("retry-after").is_some_and(|wait| wait.parse::<u32>().is_ok_and(|wait| wait > 0)));
    assert_eq!(refused.json()["status"], 429);
    assert_eq!(ask("198.51.100.2", "/collections/units/items").status, 200);
    assert_eq!(ask("198.51.100.1", "/healthz").status, 200);
    assert_eq!(server.get("/collections/units/items").status, 200, "a proxy that names nobody is not counted");
    std::fs::write(desk.path("survey/terrane.toml"), "[clients]\nper_second = 0\n").expect("written");
    server.signal(Signal::HUP);
    until("the new bound holds", || ask("198.51.100.1", "/collections/units/items").status == 200);
    assert!((0..50).all(|_| ask("198.51.100.1", "/collections/units/items").status == 200));
}

#[test]
fn with_few_descriptors_idle_connections_leave_room_for_files() {
    let desk = Desk::new();
    desk.run(&["add", "survey", &desk.units()]).ok();
    let program = terrane().get_program().to_owned();
    let line = "ulimit -n 256; exec \"$0\" serve survey --listen 127.0.0.1:0 --json";
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", line]).arg(&program).current_dir(desk.0.path());
    let server = Server::of(shell, desk.0.path());
    let idle: Vec<_> = (0..400).filter_map(|_| TcpStream::connect(("127.0.0.1", server.port)).ok()).collect();
    assert!(idle.len() > 200, "{}", idle.len());
    // Those that say nothing are closed after a while, which makes room for one that does; most of the others are still there.
    let answer = server.get("/collections/units/items?limit=1");
    assert!(answer.status == 200 && answer.text().contains("numberReturned"), "files are still opened: {answer:?}");
    drop(idle);
    until("new connections are served", || server.get("/collections/units/items").status == 200);
    assert!(!server.log().contains("cannot be accepted"), "{}", server.log());
    assert_eq!(server.end(Signal::TERM), 0);
}

#[test]
fn tiles_are_made_ahead_of_time_once_survive_a_restart_and_are_no_part_of_a_backup() {
    let desk = Desk::new();
    desk.run(&["add", "survey", &desk.units()]).ok();
    let warm = |more: &[&str]| desk.run(&[&["warm", "survey", "units", "--json"], more].concat()).ok().json();
    let counts = |value: &serde_json::Value| [&value["tiles"], &value["made"]].map(|it| it.as_u64().expect("a number"));
    let server = desk.serve(&[]);
    let [tiles, made] = counts(&warm(&["--zoom", "0-5"]));
    assert!(tiles > 5 && made == tiles, "{made} of {tiles}");
    assert_eq!(counts(&warm(&["--zoom", "0-5"])), [tiles, 0]);
    desk.run(&["edit", "survey", "units", "--style", &desk.file("red.json", RED)]).ok();
    assert_eq!(counts(&warm(&["--zoom", "0-5"])), [tiles, tiles], "another style makes other tiles");
    desk.run(&["amend", "survey", "units", "--delete", "2"]).ok();
    let [left, made] = counts(&warm(&["--zoom", "0-5"]));
    assert!(left > 5 && made == left, "another state of the data makes other tiles: {made} of {left}");
    assert_eq!(server.end(Signal::KILL), -1);
    let [again, made] = counts(&warm(&["--zoom", "0-5"]));
    assert_eq!((again, made), (left, 0), "what was written is there without a server");
    let doctor = desk.run(&["doctor", "survey"]).ok();
    assert!(doctor.out.contains("tiles that are kept"), "{}", doctor.out);
    desk.run(&["backup", "survey", "survey.tar"]).ok();
    let backup = std::fs::read(desk.path("survey.tar")).expect("there");
    assert!(!backup.windows(11).any(|name| name == b"cache/tiles"));
    std::fs::remove_dir_all(desk.path("survey/cache")).expect("deleted");
    assert_eq!(counts(&warm(&["--zoom", "0-5"])), [again, again], "it may be deleted at any time");
}

#[test]
fn warming_says_what_is_wrong() {
    let desk = Desk::new();
    desk.run(&["add", "survey", &desk.units()]).ok();
    for (more, code, words) in [
        (&["nowhere"] as &[&str], 1, "no dataset or map “nowhere”"),
        (&["units", "--zoom", "8-0"], 2, "no zooms"),
        (&["units", "--zoom", "0-99"], 2, "no zooms"),
        (&["units", "--set", "Mars"], 2, "no tile matrix set"),
        (&["units", "--format", "bmp"], 2, "no form of tiles"),
        (&[], 2, "<IDS>"),
    ] {
        let run = desk.run(&[&["warm", "survey"], more].concat());
        assert!(run.code == code && run.err.contains(words), "{more:?}: {run:?}");
    }
    std::fs::write(desk.path("survey/terrane.toml"), "[cache]\ndisk = 0\n").expect("written");
    let run = desk.run(&["warm", "survey", "--all"]);
    assert!(run.code == 1 && run.err.contains("keeps no tiles"), "{run:?}");
}

const RED: &str = r##"{"rules": [{"symbolizers": [{"type": "fill", "colour": "#ff0000"}]}]}"##;

//! Strangers' files are read in a process of its own: bounded, without the network, and gone when nobody waits for it.

use crate::kit::{Desk, Server, terrane};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::Duration;

/// Processes that read a file for a program.
fn readers_of(parent: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").expect("there").flatten();
    let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let status = |process: u32, key: &str| field(process, key).and_then(|value| value.parse::<u32>().ok());
    numbers.filter(|&process| status(process, "PPid:") == Some(parent)).collect()
}

/// A line of what the system says of a process.
fn field(process: u32, key: &str) -> Option<String> {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    text.lines().find_map(|line| line.strip_prefix(key)).map(|value| value.trim().to_owned())
}

/// Tries until something is so, for at most a minute.
fn until<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    for _ in 0..6_000 {
        if let Some(found) = found() {
            return found;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("{what} did not happen");
}

/// A table that never ends: rows come as long as somebody reads, slowly.
struct Endless {
    path: PathBuf,
}

impl Endless {
    fn new(desk: &Desk) -> Self {
        let path = desk.path("endless.csv");
        mknodat(CWD, &path, FileType::Fifo, Mode::RWXU, 0).expect("a pipe");
        let name = path.clone();
        std::thread::spawn(move || {
            // Opened for reading too, so that it opens at once and stays open between readers.
            let mut pipe = OpenOptions::new().read(true).write(true).custom_flags(0).open(&name).expect("opened");
            let _ = pipe.write_all(b"lon,lat,name\n");
            for number in 0_u64.. {
                if pipe.write_all(format!("100.0,{}.5,row {number}\n", number % 80).as_bytes()).is_err() {
                    break;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        Self { path }
    }
}

fn add(desk: &Desk, file: &str) -> Child {
    let mut command = terrane();
    command.current_dir(desk.0.path()).args(["add", "survey", file]).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("the program starts")
}

fn reader_of_server(server: &Server) -> u32 {
    until("a reader", || readers_of(server.process()).first().copied())
}

#[test]
fn the_reader_has_bounds_and_no_network_and_ends_when_nobody_waits_for_it() {
    let desk = Desk::new();
    desk.file("survey/terrane.toml", "[import]\nmemory = \"1 GB\"\nfile_bytes = \"3 GB\"\ntime_seconds = 500\n");
    let server = desk.serve(&[]);
    let endless = Endless::new(&desk);
    let mut client = add(&desk, "endless.csv");
    let reader = reader_of_server(&server);
    until("confinement", || field(reader, "Seccomp:").filter(|mode| mode == "2"));
    assert_eq!(field(reader, "NoNewPrivs:").as_deref(), Some("1"));
    let limits = std::fs::read_to_string(format!("/proc/{reader}/limits")).expect("it runs");
    let bound = |name: &str| limits.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
    assert!(bound("Max data size").contains("1000000000"), "{limits}");
    assert!(bound("Max file size").contains("3000000000"), "{limits}");
    assert!(bound("Max cpu time").contains("500"), "{limits}");
    assert!(bound("Max core file size").contains(" 0 "), "{limits}");
    assert_eq!(server.get("/healthz").status, 200, "the server answers meanwhile");
    client.kill().expect("it runs");
    client.wait().expect("it ends");
    until("the end of the reader", || readers_of(server.process()).is_empty().then_some(()));
    until("an empty room", || {
        let left = std::fs::read_dir(desk.path("survey/drafts")).map_or(0, Iterator::count);
        (left == 0).then_some(())
    });
    assert_eq!(desk.listed(), [""; 0]);
    drop(endless.path);
}

#[test]
fn a_reader_that_is_killed_is_told_and_nothing_else_is_touched() {
    let desk = Desk::new();
    desk.run(&["add", "survey", &desk.units()]).ok();
    let server = desk.serve(&[]);
    let _endless = Endless::new(&desk);
    let mut command = terrane();
    command.current_dir(desk.0.path()).args(["add", "survey", "endless.csv"]);
    let client = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let reader = reader_of_server(&server);
    until("confinement", || field(reader, "Seccomp:").filter(|mode| mode == "2"));
    let reader = rustix::process::Pid::from_raw(i32::try_from(reader).expect("a number")).expect("not nothing");
    rustix::process::kill_process(reader, rustix::process::Signal::KILL).expect("it runs");
    let told = client.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&told.stderr).into_owned();
    assert_eq!(told.status.code(), Some(3), "{said}");
    assert!(said.contains("endless.csv: not published") && said.contains("memory"), "{said}");
    assert_eq!(server.get("/collections/units/items").status, 200);
    assert_eq!(desk.listed(), ["units"]);
}

#[test]
fn a_file_that_takes_too_long_or_too_much_is_refused_by_name() {
    let desk = Desk::new();
    let _endless = Endless::new(&desk);
    let settings = |text: &str| drop(desk.file("survey/terrane.toml", text));
    settings("[import]\ntime_seconds = 2\n");
    let slow = desk.run(&["add", "survey", "endless.csv"]);
    assert!(slow.code == 3 && slow.err.contains("time_seconds"), "{slow:?}");
    settings("[import]\nfile_bytes = \"1 MB\"\n");
    let rows: String = (0..60_000).map(|row| format!("100.0,{}.5,row {row}\n", row % 80)).collect();
    desk.file("large.csv", format!("lon,lat,name\n{rows}"));
    let large = desk.run(&["add", "survey", "large.csv"]);
    assert!(large.code == 3 && large.err.contains("file_bytes"), "{large:?}");
    settings("[quota]\nbytes = \"1 MB\"\n");
    let full = desk.run(&["add", "survey", "large.csv"]);
    assert!(full.code == 3 && full.err.contains("[quota]"), "{full:?}");
    settings("");
    desk.run(&["add", "survey", "large.csv"]).ok();
    assert_eq!(desk.listed(), ["large"]);
}

#[test]
fn the_reader_takes_no_request_from_a_person() {
    let desk = Desk::new();
    let typed = desk.run(&["read-file"]);
    assert!(typed.code != 0 && typed.out.contains("terrane add"), "{typed:?}");
}

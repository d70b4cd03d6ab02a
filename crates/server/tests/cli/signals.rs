//! What the system tells the program, and a log that cannot be written.

use crate::kit::{Answer, Desk, Server, terrane, until};
use rustix::process::Signal;
use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};

/// Samples of a grid each way: its file is more than the system buffers between two programs.
const SIDE: u32 = 2_048;

/// A little-endian TIFF of floats, with its place on the earth, written byte by byte.
fn tiff() -> Vec<u8> {
    let samples = (SIDE * SIDE * 4) as usize;
    let entries: [(u16, u16, u32, u32); 13] = [
        (256, 4, 1, SIDE),
        (257, 4, 1, SIDE),
        (258, 3, 1, 32),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, 8 + 2 + 13 * 12 + 4 + 24 + 48 + 24),
        (277, 3, 1, 1),
        (278, 4, 1, SIDE),
        (279, 4, 1, SIDE * SIDE * 4),
        (339, 3, 1, 3),
        (33550, 12, 3, 8 + 2 + 13 * 12 + 4),
        (33922, 12, 6, 8 + 2 + 13 * 12 + 4 + 24),
        (34735, 3, 12, 8 + 2 + 13 * 12 + 4 + 24 + 48),
    ];
    let mut file = b"II*\0\x08\0\0\0\x0d\0".to_vec();
    for (tag, kind, count, value) in entries {
        file.extend(tag.to_le_bytes().into_iter().chain(kind.to_le_bytes()));
        file.extend(count.to_le_bytes().into_iter().chain(value.to_le_bytes()));
    }
    file.extend([0; 4]);
    for number in [0.001, 0.001, 0.0, 0.0, 0.0, 0.0, 130.0, 40.0, 0.0_f64] {
        file.extend(number.to_le_bytes());
    }
    for key in [1_u16, 1, 0, 2, 1024, 0, 1, 2, 2048, 0, 1, 4326] {
        file.extend(key.to_le_bytes());
    }
    // Noise, so that nothing makes it small on its way.
    let noise = (0..samples / 4).flat_map(|at| ((at as u32).wrapping_mul(2_654_435_761) as f32).to_le_bytes());
    file.extend(noise);
    file
}

/// A server, and a client that has read the beginning of a long answer and nothing more.
fn with_a_slow_client() -> (Desk, Server, TcpStream, Vec<u8>) {
    let desk = Desk::new();
    let file = desk.file("relief.tif", tiff());
    desk.run(&["add", "survey", &file]).ok();
    let server = desk.serve(&[]);
    let mut client = server.begin("GET /d/relief/files/relief.tif HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let mut begin = vec![0; 1_000];
    client.read_exact(&mut begin).expect("the answer begins");
    assert!(begin.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&begin));
    (desk, server, client, begin)
}

/// Whether a new connection hears so; one that came in at the last moment hears nothing.
fn is_stopping(server: &Server) -> bool {
    let answer = server.bytes(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    answer.starts_with(b"HTTP/1.1 503")
}

#[test]
fn told_to_stop_it_is_not_ready_at_once_finishes_what_it_began_and_ends_well() {
    let (desk, server, mut client, mut answer) = with_a_slow_client();
    server.signal(Signal::TERM);
    until("readiness is 503", || is_stopping(&server));
    assert_eq!(server.get("/collections").status, 503);
    let add = desk.run(&["list", "survey"]);
    assert!(add.code > 0 && add.err.contains("stopping"), "{add:?}");
    client.read_to_end(&mut answer).expect("the rest comes");
    assert!(Answer::of(&answer).body == tiff(), "the whole file came");
    assert_eq!(server.wait(), 0);
    assert!(!desk.path("survey/terrane.sock").exists());
}

#[test]
fn told_twice_it_stops_at_once() {
    let (desk, server, client, _) = with_a_slow_client();
    server.signal(Signal::INT);
    until("it is stopping", || is_stopping(&server));
    server.signal(Signal::INT);
    let log = desk.path("server.log");
    assert_eq!(server.wait(), 0);
    let log = std::fs::read_to_string(log).expect("there");
    assert!(log.contains("told to stop a second time") && !log.contains("not finished"), "{log}");
    drop(client);
}

#[test]
fn a_broken_pipe_is_no_reason_to_stop() {
    let desk = Desk::new();
    let server = desk.serve(&[]);
    for _ in 0..20 {
        server.signal(Signal::PIPE);
        assert_eq!(server.get("/healthz").status, 200);
    }
    assert_eq!(server.end(Signal::TERM), 0);
}

/// Starts a server that cannot say where it listens. Another program may take a port that was free a moment ago: then the server
/// ends, and is started on another.
fn on_a_free_port(what: &str, start: impl Fn(u16) -> Ended) -> (Ended, u16) {
    for _ in 0..5 {
        let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("bound").port();
        let mut server = start(port);
        let mut has_ended = false;
        until(what, || {
            has_ended = server.0.try_wait().expect("asked").is_some();
            has_ended || TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        if !has_ended {
            return (server, port);
        }
    }
    panic!("it does not start: {what}");
}

/// Ends a child however the test ends.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_log_that_cannot_be_written_is_no_reason_to_fail() {
    let program = terrane().get_program().to_owned();
    for log in ["2>&-", "2>/dev/full", ">&- 2>&-", ">/dev/full 2>/dev/full", "2>&1 | true"] {
        let desk = Desk::new();
        desk.run(&["add", "survey", &desk.units()]).ok();
        let piped = if log.contains('|') { "" } else { "exec " };
        let start = |port: u16| {
            let line = format!("{piped}\"$0\" serve survey --listen 127.0.0.1:{port} {log}");
            let mut shell = std::process::Command::new("sh");
            shell.args(["-c", &line]).arg(&program).current_dir(desk.0.path()).env("TERRANE_LOG", "trace");
            Ended(shell.stdin(Stdio::null()).spawn().expect("sh starts"))
        };
        let (_server, port) = on_a_free_port(log, start);
        for path in ["/", "/nowhere", "/collections/units/items?limit=x", "/d/units", "/collections/units/items"] {
            let status = status(port, path);
            assert!(status == 200 || (400..500).contains(&status), "{log} {path}: {status}");
        }
        if log.contains('|') {
            // The shell has no process number for us; the server is told to stop through its lock file.
            let lock = std::fs::read_to_string(desk.path("survey/terrane.lock")).expect("there");
            let number = lock.trim().trim_start_matches("process ").parse().expect("a number");
            let process = rustix::process::Pid::from_raw(number).expect("a number");
            rustix::process::kill_process(process, Signal::TERM).expect("it runs");
        }
    }
}

fn status(port: u16, path: &str) -> u16 {
    use std::io::Write as _;
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("connected");
    write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("read");
    answer.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0)
}

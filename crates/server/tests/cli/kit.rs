//! Runs the program, a server of it, and speaks HTTP without a library, so that every byte is seen.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

/// The program with a clean environment.
pub fn terrane() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_terrane"));
    command.env_remove("TERRANE_LOG").env_remove("TERRANE_LOG_JSON").stdin(Stdio::null());
    command
}

/// What a run came to.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Run {
    pub fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program writes UTF-8");
        Self { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }

    /// The JSON on standard output, member by member: `/datasets/0/id`.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }
}

/// Runs the program with arguments to its end.
pub fn run<S: AsRef<std::ffi::OsStr>>(arguments: &[S]) -> Run {
    Run::of(terrane().args(arguments).output().expect("the program starts"))
}

/// A folder with a data folder `survey` in it.
pub struct Desk(pub TempDir);

impl Desk {
    pub fn new() -> Self {
        let desk = Self(tempfile::tempdir().expect("a folder"));
        desk.run(&["init", "survey"]).ok();
        desk
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        std::fs::write(self.path(name), content).expect("written");
        name.to_owned()
    }

    /// A file with two areas and a title with a letter that is not ASCII.
    pub fn units(&self) -> String {
        self.file("units.geojson", UNITS)
    }

    /// Runs the program in this folder.
    pub fn run(&self, arguments: &[&str]) -> Run {
        Run::of(terrane().current_dir(self.0.path()).args(arguments).output().expect("the program starts"))
    }

    pub fn serve(&self, more: &[&str]) -> Server {
        Server::start(self.0.path(), more)
    }

    /// The datasets that the program lists.
    pub fn listed(&self) -> Vec<String> {
        let listed = self.run(&["list", "survey", "--json"]).ok().json();
        let ids = listed["datasets"].as_array().expect("a list").iter();
        ids.map(|dataset| dataset["id"].as_str().expect("a name").to_owned()).collect()
    }
}

pub const UNITS: &str = r#"{"type": "FeatureCollection", "features": [
  {"type": "Feature", "id": 1, "properties": {"name": "花崗岩", "age_ma": 65.5},
   "geometry": {"type": "Polygon", "coordinates": [[[136, 35], [137, 35], [137, 36], [136, 36], [136, 35]]]}},
  {"type": "Feature", "id": 2, "properties": {"name": "basalt", "age_ma": null},
   "geometry": {"type": "Polygon", "coordinates": [[[138, 35], [139, 35], [139, 36], [138, 36], [138, 35]]]}}
]}"#;

/// A server of the data folder `survey`; ended when dropped.
pub struct Server {
    child: Child,
    log: PathBuf,
    /// The address that it says, without the slash at the end.
    pub url: String,
    pub port: u16,
}

impl Server {
    pub fn start(folder: &Path, more: &[&str]) -> Self {
        Self::start_with(folder, more, &[])
    }

    /// The same with variables of the environment.
    pub fn start_with(folder: &Path, more: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = terrane();
        command.current_dir(folder).args(["serve", "survey", "--listen", "127.0.0.1:0", "--json"]).args(more);
        command.envs(variables.iter().copied());
        Self::of(command, folder)
    }

    /// What a command starts, once it says where it listens.
    pub fn of(mut command: Command, folder: &Path) -> Self {
        let log = folder.join("server.log");
        let written = std::fs::File::create(&log).expect("made");
        let mut child = command.stdout(Stdio::piped()).stderr(written).spawn().expect("the program starts");
        let mut said = String::new();
        let mut lines = BufReader::new(child.stdout.take().expect("piped"));
        while !said.trim_end().ends_with('}') {
            let bytes = lines.read_line(&mut said).expect("read");
            if bytes == 0 {
                panic!("the server ended: {said} {}", std::fs::read_to_string(&log).expect("there"));
            }
        }
        let about: serde_json::Value = serde_json::from_str(&said).expect("JSON");
        let url = about["url"].as_str().expect("an address").trim_end_matches('/').to_owned();
        let port = about["listen"].as_str().and_then(|listen| listen.rsplit(':').next()).expect("a port");
        Self { child, log, url, port: port.parse().expect("a port") }
    }

    /// What it has written to standard error.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).expect("there")).into_owned()
    }

    /// Sends a signal and goes on.
    pub fn signal(&self, signal: rustix::process::Signal) {
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), signal).expect("it runs");
    }

    /// Waits for its end and returns the exit code.
    pub fn wait(mut self) -> i32 {
        self.child.wait().expect("it ends").code().unwrap_or(-1)
    }

    /// Sends bytes and gives the connection back before anything is read.
    pub fn begin(&self, request: &str) -> TcpStream {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("connected");
        stream.write_all(request.as_bytes()).expect("sent");
        stream
    }

    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal and returns the exit code, -1 when a signal ended it.
    pub fn end(mut self, signal: rustix::process::Signal) -> i32 {
        self.signal(signal);
        self.child.wait().expect("it ends").code().unwrap_or(-1)
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[])
    }

    /// One request on a connection of its own.
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{more}\r\n");
        Answer::of(&self.bytes(head.as_bytes()))
    }

    /// What comes back for these bytes, until the connection is closed.
    pub fn bytes(&self, request: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("connected");
        // The server may answer and close before all is sent.
        let _ = stream.write_all(request);
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        bytes
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An answer taken apart.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// Takes apart what came; a body that was cut off is no answer.
    pub fn of(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or_else(|| {
            panic!("no answer: {:?}", String::from_utf8_lossy(bytes));
        });
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
        let split = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()));
        let headers: Vec<(String, String)> = lines.filter_map(split).collect();
        let mut answer = Self { status: status.expect("a status"), headers, body: bytes[end + 4..].to_vec() };
        if answer.header("transfer-encoding") == Some("chunked") {
            answer.body = unchunked(&answer.body);
        }
        answer
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let length = usize::from_str_radix(&String::from_utf8_lossy(&rest[..end]), 16).unwrap_or(0);
        if length == 0 {
            break;
        }
        whole.extend(&rest[end + 2..end + 2 + length]);
        rest = &rest[end + 4 + length..];
    }
    whole
}

/// The folder with the demo's data.
pub fn demo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo")
}

/// Looks again and again, for as long as a slow machine may take (two minutes), until it is so.
#[track_caller]
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..2_400 {
        if is_so() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("it did not come to this: {what}");
}

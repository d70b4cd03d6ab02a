//! The socket in the data folder: commands go to the running server, so that a change is live without a restart.
//!
//! One request is one line of JSON; the answer is lines of JSON, progress first, the outcome last. Who may write to the
//! data folder may use the socket; nobody else can reach it.

use crate::commands::{self, Command, Here, Outcome};
use crate::config::Live;
use serde::{Deserialize, Serialize};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;
use terrane_engine::Engine;
use terrane_model::outgoing::Outgoing;
use terrane_model::store::Progress;
use terrane_model::{Error, Kind, Result};
use terrane_protocols::check::Checker;

const SOCKET: &str = "terrane.sock";
/// Bytes of one request.
const REQUEST_BYTES_MAX: u64 = 16_777_216;

#[derive(Debug, Serialize, Deserialize)]
enum Line {
    Step { what: String, done: u64, of: u64 },
    Done(Outcome),
    Failed { say: String, place: Option<String>, cause: Option<String>, usage: bool },
}

/// What commands that come in are done with.
pub struct Server {
    /// The engine.
    pub engine: Arc<Engine>,
    /// What checks services for people.
    pub checker: Arc<Checker>,
    /// The one way out.
    pub outgoing: Arc<dyn Outgoing>,
    /// The settings in force.
    pub settings: Arc<Live>,
    /// The address that people use when the settings do not say.
    pub own_url: String,
}

impl Server {
    /// The address that people use now.
    pub fn public_url(&self) -> String {
        self.settings.now().server.public_url.clone().unwrap_or_else(|| self.own_url.clone())
    }
}

/// The commands that are being done.
#[derive(Default)]
pub struct Running {
    commands: AtomicUsize,
    stopping: AtomicBool,
}

/// How often to look whether commands are done, once told to stop.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

impl Running {
    /// Takes no more commands and waits for those that run.
    pub async fn finish(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        while self.commands.load(Ordering::SeqCst) > 0 {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// Counts a command until what is returned is dropped; nothing when no more are taken.
    fn begin(self: &Arc<Self>) -> Option<Begun> {
        self.commands.fetch_add(1, Ordering::SeqCst);
        let begun = Begun(Arc::clone(self));
        (!self.stopping.load(Ordering::SeqCst)).then_some(begun)
    }
}

/// A command that is being done.
struct Begun(Arc<Running>);

impl Drop for Begun {
    fn drop(&mut self) {
        self.0.commands.fetch_sub(1, Ordering::SeqCst);
    }
}

/// How long to wait after a connection could not be taken, as when there are too many open files.
const AFTER_FAILURE: Duration = Duration::from_millis(200);

/// Listens for commands on a thread of its own, for as long as the program runs.
pub fn listen(folder: &Path, server: Arc<Server>) -> Result<Arc<Running>> {
    let path = folder.join(SOCKET);
    // The folder's lock is held, so a socket that is there belongs to nobody.
    let _ = std::fs::remove_file(&path);
    let failed = |error: std::io::Error| {
        let say = format!("“{}”, through which commands reach this server, cannot be made: {error}.", path.display());
        Error::new(Kind::Internal, say).because(error)
    };
    let listener = UnixListener::bind(Short::of(folder).map_err(failed)?.path()).map_err(failed)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).map_err(failed)?;
    let running = Arc::<Running>::default();
    let counted = Arc::clone(&running);
    let serve = move || {
        for stream in listener.incoming() {
            let taken = stream.and_then(|stream| take(stream, &server, &counted));
            if let Err(error) = taken {
                tracing::warn!(?error, "a local command cannot be taken");
                std::thread::sleep(AFTER_FAILURE);
            }
        }
    };
    std::thread::Builder::new().name("local".to_owned()).spawn(serve).map_err(Error::internal)?;
    Ok(running)
}

/// Does a command on a thread of its own.
fn take(stream: UnixStream, server: &Arc<Server>, running: &Arc<Running>) -> std::io::Result<()> {
    let (server, running) = (Arc::clone(server), Arc::clone(running));
    let work = move || {
        let (config, public_url) = (server.settings.now(), server.public_url());
        let outgoing = &*server.outgoing;
        let here = Here { engine: &server.engine, public_url: Some(&public_url), config: &config, outgoing };
        if let Err(error) = answer(&stream, &here, &running) {
            tracing::warn!(?error, "a local command was cut off");
        }
    };
    std::thread::Builder::new().name("command".to_owned()).spawn(work).map(drop)
}

/// The address of the socket, made short: the system takes about a hundred bytes, and a data folder may lie deep.
struct Short {
    path: PathBuf,
    _folder: Option<std::fs::File>,
}

/// Bytes of a socket's address that every system takes.
const ADDRESS_BYTES_MAX: usize = 100;

impl Short {
    fn of(folder: &Path) -> std::io::Result<Self> {
        let path = folder.join(SOCKET);
        if path.as_os_str().len() <= ADDRESS_BYTES_MAX || !Path::new("/proc/self/fd").exists() {
            return Ok(Self { path, _folder: None });
        }
        let folder = std::fs::File::open(folder)?;
        let path = PathBuf::from(format!("/proc/self/fd/{}/{SOCKET}", folder.as_raw_fd()));
        Ok(Self { path, _folder: Some(folder) })
    }

    fn path(&self) -> &Path {
        &self.path
    }
}

/// Removes the socket, when the server stops.
pub fn close(folder: &Path) {
    let _ = std::fs::remove_file(folder.join(SOCKET));
}

/// Whether a server answers at the socket of a data folder.
pub fn is_served(folder: &Path) -> bool {
    Short::of(folder).and_then(|address| UnixStream::connect(address.path())).is_ok()
}

fn answer(stream: &UnixStream, here: &Here<'_>, running: &Arc<Running>) -> std::io::Result<()> {
    let mut request = String::new();
    BufReader::new(stream.take(REQUEST_BYTES_MAX)).read_line(&mut request)?;
    if request.is_empty() {
        // Somebody only wanted to know whether a server is here.
        return Ok(());
    }
    let writer = Writer { stream: Mutex::new(stream), ends_with: OnceLock::new() };
    let Some(_begun) = running.begin() else {
        let say = "The server is stopping; try again when it has stopped or started anew.".to_owned();
        return writer.write(&Line::Failed { say, place: None, cause: None, usage: false });
    };
    let outcome = match serde_json::from_str::<Command>(&request) {
        Ok(command) => {
            if matches!(command, Command::Warm { .. }) {
                // What is only made ahead of time keeps nobody from stopping.
                let _ = writer.ends_with.set(Arc::clone(running));
            }
            // A stranger's file that makes a reader panic must not end in silence.
            let work = std::panic::AssertUnwindSafe(|| commands::execute(here, &command, &writer));
            std::panic::catch_unwind(work).unwrap_or_else(|_| Err(Error::internal("a command panicked")))
        }
        Err(error) => Err(Error::invalid("The command is of another version of this program.").because(error)),
    };
    writer.write(&match outcome {
        Ok(outcome) => Line::Done(outcome),
        Err(error) => {
            tracing::info!(?error, "a local command failed");
            let usage = error.kind() == Kind::Invalid;
            let cause = error.cause().map(ToString::to_string);
            Line::Failed { say: error.say().to_owned(), place: error.place().map(str::to_owned), cause, usage }
        }
    })
}

struct Writer<'a> {
    stream: Mutex<&'a UnixStream>,
    /// The command ends when no more commands are taken.
    ends_with: OnceLock<Arc<Running>>,
}

impl Writer<'_> {
    fn write(&self, line: &Line) -> std::io::Result<()> {
        let text = serde_json::to_string(line).map_err(std::io::Error::other)?;
        let mut stream = self.stream.lock().map_err(|_| std::io::Error::other("a writer panicked"))?;
        writeln!(stream, "{text}")
    }
}

impl Progress for Writer<'_> {
    /// A client that has gone cancels its command.
    fn step(&self, what: &str, done: u64, of: u64) -> bool {
        let ended = self.ends_with.get().is_some_and(|running| running.stopping.load(Ordering::SeqCst));
        !ended && self.write(&Line::Step { what: what.to_owned(), done, of }).is_ok()
    }
}

/// Sends a command to the server of a data folder; `None` when no server runs there.
pub fn send(folder: &Path, command: &Command, progress: &dyn Progress) -> Result<Option<Outcome>> {
    let Ok(mut stream) = Short::of(folder).and_then(|address| UnixStream::connect(address.path())) else {
        return Ok(None);
    };
    let request = serde_json::to_string(command).map_err(Error::internal)?;
    writeln!(stream, "{request}").map_err(Error::internal)?;
    for line in BufReader::new(stream).lines() {
        let line = line.map_err(Error::internal)?;
        match serde_json::from_str(&line).map_err(Error::internal)? {
            Line::Step { what, done, of } => drop(progress.step(&what, done, of)),
            Line::Done(outcome) => return Ok(Some(outcome)),
            Line::Failed { say, place, cause, usage } => {
                let kind = if usage { Kind::Invalid } else { Kind::Conflict };
                return Err(Error::told(kind, say, place, cause));
            }
        }
    }
    Err(Error::new(Kind::Busy, "The server stopped before it answered; look whether the change was made."))
}

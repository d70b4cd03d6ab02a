//! Watches the process that reads a file: hands on its progress, ends it when it is cancelled or takes too long, and says in
//! words why it ended when it did not say so itself.

use super::wire::{Line, Request, kind_of};
use crate::output::bytes;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use terrane_model::store::Progress;
use terrane_model::{Error, Kind, Result};

/// How often it is asked whether to go on while nothing is heard.
const HEARTBEAT: Duration = Duration::from_millis(500);
/// Bytes of what the process says on its standard error that are kept.
const COMPLAINT_BYTES_MAX: u64 = 65_536;

/// Bytes of the whole answer; a reader that says more is no reader of ours any more.
const ANSWER_BYTES_MAX: u64 = 134_217_728;

/// A process that ends with its owner.
struct Reader(Child);

impl Drop for Reader {
    fn drop(&mut self) {
        // One that has ended already cannot be killed, and need not be.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs the process and returns the drafts it made with what it found.
pub fn run(mut command: Command, request: &Request, progress: &dyn Progress) -> Result<Vec<(String, String)>> {
    let mut reader = Reader(command.spawn().map_err(Error::internal)?);
    let text = serde_json::to_vec(request).map_err(Error::internal)?;
    let (Some(mut input), Some(output), Some(complaints)) =
        (reader.0.stdin.take(), reader.0.stdout.take(), reader.0.stderr.take())
    else {
        return Err(Error::internal("a process has no pipes"));
    };
    // One that ended before it took its request says why below.
    let _ = input.write_all(&text);
    drop(input);
    let (lines, complaints) = (listen(output), keep(complaints));
    let mut told = Told::default();
    let heard = hear(&lines, &mut told, progress, Duration::from_secs(request.seconds));
    if heard.is_err() {
        let _ = reader.0.kill();
    }
    let status = reader.0.wait().map_err(Error::internal)?;
    let complaint = complaints.join().unwrap_or_default();
    heard?;
    match (told.failed, told.done) {
        (Some(error), _) => Err(error),
        (None, true) => Ok(told.prepared),
        (None, false) => Err(ended(status, &complaint, request)),
    }
}

/// What the process has said so far.
#[derive(Default)]
struct Told {
    prepared: Vec<(String, String)>,
    failed: Option<Error>,
    done: bool,
}

fn hear(lines: &Receiver<Line>, told: &mut Told, progress: &dyn Progress, time: Duration) -> Result<()> {
    let began = Instant::now();
    let mut last = ("reading".to_owned(), 0, 0);
    loop {
        match lines.recv_timeout(HEARTBEAT) {
            Ok(Line::Step { what, done, of }) => last = (what, done, of),
            Ok(Line::Prepared { draft, found }) => told.prepared.push((draft, found)),
            Ok(Line::Failed { kind, say, place, cause }) => {
                told.failed = Some(Error::told(kind_of(&kind), say, place, cause));
            }
            Ok(Line::Done) => told.done = true,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
        if !progress.step(&last.0, last.1, last.2) {
            return Err(Error::busy("Cancelled; nothing was published."));
        }
        if began.elapsed() > time {
            return Err(too_long(time.as_secs()));
        }
    }
}

fn too_long(seconds: u64) -> Error {
    let say = format!(
        "Reading the file takes more than {seconds} seconds; split it, or raise time_seconds in [import] of terrane.toml. Nothing was published."
    );
    Error::too_large(say)
}

/// Reads the lines of the process on a thread of its own. What is no line of ours is passed over.
fn listen(output: ChildStdout) -> Receiver<Line> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        let lines = BufReader::new(output.take(ANSWER_BYTES_MAX)).lines().map_while(std::io::Result::ok);
        let mut ours = lines.filter_map(|line| serde_json::from_str(&line).ok());
        // Nobody listens any more when the reading was given up.
        let _ = ours.try_for_each(|line| sender.send(line));
    });
    lines
}

/// Keeps the end of what the process complains of.
fn keep(complaints: ChildStderr) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        let mut complaints = complaints;
        let _ = complaints.by_ref().take(COMPLAINT_BYTES_MAX).read_to_end(&mut kept);
        let _ = std::io::copy(&mut complaints, &mut std::io::sink());
        String::from_utf8_lossy(&kept).into_owned()
    })
}

/// Signals by their numbers on Linux: processor time and file size used up, killed.
const SIGXCPU: i32 = 24;
const SIGXFSZ: i32 = 25;
const SIGKILL: i32 = 9;

/// Why the process ended without a word.
fn ended(status: ExitStatus, complaint: &str, request: &Request) -> Error {
    let out_of_memory = complaint.contains("memory allocation") || complaint.contains("out of memory");
    let error = match status.signal() {
        Some(SIGXCPU) => too_long(request.seconds),
        Some(SIGXFSZ) => Error::too_large(format!(
            "What the file unpacks to has more than {}; raise file_bytes in [import] of terrane.toml when that is right. Nothing was published.",
            bytes(request.file_bytes)
        )),
        _ if out_of_memory || status.signal() == Some(SIGKILL) => Error::too_large(format!(
            "Reading the file needs more than {} of memory; split it, or raise memory in [import] of terrane.toml. Nothing was published.",
            bytes(request.memory_bytes)
        )),
        _ => Error::new(
            Kind::Unsupported,
            "The file stopped its reader, which is a mistake of this program; please report it with the file. Nothing was published, and everything else goes on.",
        ),
    };
    // The first lines say what happened; what follows is for those who build the program.
    let complaint: Vec<&str> =
        complaint.trim().lines().take_while(|line| !line.starts_with("stack backtrace")).collect();
    error.because(format!("{status}: {}", complaint.join(" ")))
}

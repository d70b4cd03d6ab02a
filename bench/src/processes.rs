//! The server under measurement: starting and stopping it, and what its processes used.

use crate::Result;
use crate::measure::Connection;
use std::collections::HashMap;
use std::fs::File;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Ticks of processor time in a second, fixed in Linux's interface to programs (USER_HZ).
const TICKS_PER_S: f64 = 100.0;
/// How long a server may take to answer first.
const START_SECONDS_MAX: u64 = 120;

/// A server that answers.
pub(crate) struct Server {
    /// Host and port.
    pub(crate) address: String,
    /// The path before all paths; usually empty.
    pub(crate) prefix: String,
    /// Milliseconds from start to the first answer, when it was started here.
    pub(crate) start_ms: Option<f64>,
    pid: u32,
    child: Option<Child>,
}

impl Server {
    /// One that runs already.
    pub(crate) fn running(url: &str, pid: u32) -> Result<Self> {
        let rest = url.strip_prefix("http://").ok_or("Only http:// addresses are measured.")?;
        let (address, prefix) =
            rest.trim_end_matches('/').split_once('/').map_or((rest, String::new()), |(a, b)| (a, format!("/{b}")));
        Ok(Self { address: address.trim_end_matches('/').to_owned(), prefix, start_ms: None, pid, child: None })
    }

    /// Starts one on a free port and waits until it answers.
    pub(crate) fn start(program: &Path, data: &Path, scratch: &Path) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|free| free.local_addr())
            .map_err(|error| error.to_string())?
            .port();
        let address = format!("127.0.0.1:{port}");
        let log = File::create(scratch.join("server.log")).map_err(|error| error.to_string())?;
        let mut command = Command::new(program);
        command.arg("serve").arg(data).args(["--listen", &address]).stdout(Stdio::null()).stderr(log);
        let began = Instant::now();
        let child = command.spawn().map_err(|error| format!("{} cannot be started: {error}", program.display()))?;
        let mut server = Self { address, prefix: String::new(), start_ms: None, pid: child.id(), child: Some(child) };
        while !server.is_ready() {
            let ended = server.child.as_mut().is_some_and(|child| !matches!(child.try_wait(), Ok(None)));
            if ended || began.elapsed() > Duration::from_secs(START_SECONDS_MAX) {
                let said = std::fs::read_to_string(scratch.join("server.log")).unwrap_or_default();
                return Err(format!("The server does not answer. It said: {said}"));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        server.start_ms = Some(began.elapsed().as_secs_f64() * 1000.0);
        Ok(server)
    }

    fn is_ready(&self) -> bool {
        let answer = Connection::open(&self.address)
            .and_then(|mut connection| connection.get(&format!("{}/readyz", self.prefix), "*/*"));
        answer.is_ok_and(|answer| answer.status == 200)
    }

    /// Seconds of processor time of the process and all that it started.
    pub(crate) fn cpu_s(&self) -> f64 {
        let table = processes();
        let own: u64 = tree(self.pid, &table).iter().map(|pid| table[pid].ticks).sum();
        let ended = table.get(&self.pid).map_or(0, |process| process.ticks_of_ended_children);
        (own + ended) as f64 / TICKS_PER_S
    }

    /// Megabytes of memory, shared pages counted by share.
    pub(crate) fn memory_mb(&self) -> f64 {
        let kilobytes = |pid: &u32| {
            let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
            let line = text.lines().find(|line| line.starts_with("Pss:")).unwrap_or_default().to_owned();
            line.split_whitespace().nth(1).and_then(|number| number.parse::<f64>().ok()).unwrap_or(0.0)
        };
        tree(self.pid, &processes()).iter().map(kilobytes).sum::<f64>() / 1000.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

struct Process {
    parent: u32,
    ticks: u64,
    ticks_of_ended_children: u64,
}

/// All processes of the machine (proc(5): the fields of `stat` after the name in brackets).
fn processes() -> HashMap<u32, Process> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| process(entry.file_name().to_str()?.parse().ok()?)).collect()
}

fn process(pid: u32) -> Option<(u32, Process)> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields: Vec<&str> = text.get(text.rfind(')')? + 2..)?.split_whitespace().collect();
    let number = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok());
    let process = Process {
        parent: number(1)? as u32,
        ticks: number(11)? + number(12)?,
        ticks_of_ended_children: number(13)? + number(14)?,
    };
    Some((pid, process))
}

/// A process and its descendants that are alive.
fn tree(root: u32, table: &HashMap<u32, Process>) -> Vec<u32> {
    let mut found: Vec<u32> = table.contains_key(&root).then_some(root).into_iter().collect();
    let mut at = 0;
    while at < found.len() {
        let parent = found[at];
        found.extend(table.iter().filter(|(_, process)| process.parent == parent).map(|(pid, _)| *pid));
        at += 1;
    }
    found
}

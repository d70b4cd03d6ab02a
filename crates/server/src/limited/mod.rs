//! Strangers' files are read in a process of its own, with limits on memory, time and files, and without the network.
//!
//! The process gets a request on its standard input, writes drafts into a room, and answers in lines of JSON. Whatever it does,
//! this process goes on; whatever it leaves in the room goes away with the room.

mod bounds;
mod child;
#[cfg(target_os = "linux")]
#[path = "confine_linux.rs"]
mod confine;
#[cfg(not(target_os = "linux"))]
#[path = "confine_elsewhere.rs"]
mod confine;
mod watch;
mod wire;

pub use child::run as run_child;

use crate::output;
use std::process::{Command, Stdio};
use std::sync::RwLock;
use terrane_engine::import::{Prepared, Preparer, Reading};
use terrane_formats::about::found_from_json;
use terrane_model::store::{Progress, Store};
use terrane_model::{Error, Result};
use wire::Request;

/// The command by which the program runs itself as the reader of a file.
pub const COMMAND: &str = "read-file";

/// What the process that reads a file may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes of memory.
    pub memory_bytes: u64,
    /// Seconds, by the clock and by the processor.
    pub seconds: u64,
    /// Bytes of a file that is read, and of one that is written.
    pub file_bytes: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { memory_bytes: 2_000_000_000, seconds: 3_600, file_bytes: 20_000_000_000 }
    }
}

/// Reads files in a process of its own.
#[derive(Default)]
pub struct LimitedPreparer {
    bounds: RwLock<Bounds>,
}

impl LimitedPreparer {
    /// Other bounds, for files that are read from now on.
    pub fn set_bounds(&self, bounds: Bounds) {
        *self.bounds.write().unwrap_or_else(std::sync::PoisonError::into_inner) = bounds;
    }

    fn bounds(&self) -> Bounds {
        *self.bounds.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Preparer for LimitedPreparer {
    fn prepare(&self, reading: &Reading<'_>, store: &dyn Store, progress: &dyn Progress) -> Result<Vec<Prepared>> {
        let bounds = self.bounds();
        check_size(reading.path, bounds.file_bytes)?;
        let room = store.room()?;
        let request = Request::new(reading, room.path(), bounds)?;
        let program = std::env::current_exe().map_err(Error::internal)?;
        let mut command = Command::new(program);
        // Readers put much aside in temporary files, which belong into the room. The allocator is not to set memory aside that it
        // does not use, because that counts.
        command.arg(COMMAND).env("TMPDIR", room.path()).env("MIMALLOC_ARENA_EAGER_COMMIT", "0");
        // The registry of coordinate systems is within the program; another program's would not fit.
        command.env_remove("PROJ_DATA").env_remove("PROJ_LIB");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let lines = watch::run(command, &request, progress)?;
        let prepared = |(draft, found): (String, String)| {
            Ok(Prepared { draft: store.take_up(&room, &draft)?, found: found_from_json(&found)? })
        };
        lines.into_iter().map(prepared).collect()
    }
}

/// Refuses a file that is larger than the reader may read, before anything is begun.
fn check_size(path: &std::path::Path, bytes_max: u64) -> Result<()> {
    let bytes = std::fs::metadata(path).map_or(0, |about| about.len());
    if bytes <= bytes_max {
        return Ok(());
    }
    let say = format!(
        "The file has {} and at most {} are read; split it, or raise file_bytes in [import] of terrane.toml.",
        output::bytes(bytes),
        output::bytes(bytes_max)
    );
    Err(Error::too_large(say))
}

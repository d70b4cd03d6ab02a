//! What the system tells the program: stop, stop at once, read the settings again.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use terrane_model::{Error, Result};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;

/// Signals to stop that are kept until somebody listens; the second means "at once".
const STOPS_KEPT: usize = 2;

/// Each message is one signal to stop, from Ctrl-C or a service manager. They are listened for from now on, not only once somebody
/// waits for one.
pub fn told_to_stop() -> Result<mpsc::Receiver<()>> {
    let mut interrupted = signal(SignalKind::interrupt()).map_err(Error::internal)?;
    let mut terminated = signal(SignalKind::terminate()).map_err(Error::internal)?;
    let (told, stops) = mpsc::channel(STOPS_KEPT);
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = interrupted.recv() => {}
                _ = terminated.recv() => {}
            }
            // Who has been told twice needs no third time.
            let _ = told.try_send(());
        }
    });
    Ok(stops)
}

/// Signals to read the settings again.
pub fn told_to_reload() -> Result<Signal> {
    signal(SignalKind::hangup()).map_err(Error::internal)
}

/// From now on a file that may not grow further (`ulimit -f`) is an error of its write, not the end of the program: a signal that
/// somebody listens for ends nothing.
pub fn outlive_file_limits() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().map_err(Error::internal)?;
    let _inside = runtime.enter();
    let kind = SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw());
    // The system keeps listening when the listener here is gone.
    signal(kind).map(drop).map_err(Error::internal)
}

/// Descriptors of files that are kept for everything but connections, at least.
const DESCRIPTORS_KEPT: u64 = 64;

/// From now on this program may have as many files and connections open as the system lets it have.
pub fn open_as_many_as_possible() {
    let limit = getrlimit(Resource::Nofile);
    let wanted = Rlimit { current: limit.maximum, maximum: limit.maximum };
    // Where that is not allowed, it stays as it is.
    let _ = setrlimit(Resource::Nofile, wanted);
}

/// Connections that leave descriptors for the files of data.
pub fn connections_possible() -> usize {
    let most = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let possible = (most / 2).min(most.saturating_sub(DESCRIPTORS_KEPT)).max(1);
    usize::try_from(possible).unwrap_or(usize::MAX)
}

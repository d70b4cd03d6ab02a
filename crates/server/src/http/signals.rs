//! What the system tells the program: stop, stop at once, read the settings again.

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

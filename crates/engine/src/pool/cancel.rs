//! How a task learns that nobody waits for it any more, and, when it is done aside, that others need the processors.

use super::queue::{Job, Queue};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use terrane_model::store::Progress;
use terrane_model::{Error, Result};

/// Tells a task whether anybody still waits for it.
#[derive(Debug, Clone, Default)]
pub struct Cancel {
    set: Arc<AtomicBool>,
    pace: Option<Arc<Pace>>,
}

impl Cancel {
    /// Of a task that is done aside.
    pub(super) fn paced(pace: Pace) -> Self {
        Self { set: Arc::default(), pace: Some(Arc::new(pace)) }
    }

    /// An error when nobody waits any more; loops ask between batches. A task that is done aside holds still here while others need
    /// the processors.
    pub fn check(&self) -> Result<()> {
        if let Some(pace) = &self.pace {
            pace.keep();
        }
        match self.is_set() {
            true => Err(Error::busy("The client went away.")),
            false => Ok(()),
        }
    }

    /// Whether nobody waits any more.
    pub fn is_set(&self) -> bool {
        self.set.load(Ordering::Relaxed)
    }
}

/// Work that tells its progress looks so whether to go on.
impl Progress for Cancel {
    fn step(&self, _: &str, _: u64, _: u64) -> bool {
        self.check().is_ok()
    }
}

/// Time that a task aside works before it looks whether others need the processors.
const SLICE: Duration = Duration::from_millis(10);
/// Time that it holds still at most, so that it comes to its end on a machine that is never idle.
const PAUSE_MAX: Duration = Duration::from_millis(50);

/// Keeps a task aside out of the way.
pub(super) struct Pace {
    queue: Arc<Queue>,
    since: Mutex<Option<Instant>>,
}

impl Pace {
    pub(super) fn new(queue: Arc<Queue>) -> Self {
        Self { queue, since: Mutex::default() }
    }

    fn keep(&self) {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        if since.is_none_or(|since| since.elapsed() >= SLICE) {
            self.queue.wait_until_free(PAUSE_MAX);
            *since = Some(Instant::now());
        }
    }
}

impl fmt::Debug for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pace")
    }
}

/// Cancels its task when dropped, which is what happens to a request whose client has gone. One that still waits leaves the queue.
pub(super) struct CancelOnDrop {
    cancel: Cancel,
    waiting: Option<(Arc<Queue>, Arc<Job>)>,
}

impl CancelOnDrop {
    pub(super) fn new(cancel: Cancel) -> Self {
        Self { cancel, waiting: None }
    }

    pub(super) fn of_job(cancel: Cancel, queue: Arc<Queue>, job: Arc<Job>) -> Self {
        Self { cancel, waiting: Some((queue, job)) }
    }
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.cancel.set.store(true, Ordering::Relaxed);
        if let Some((queue, job)) = &self.waiting {
            queue.forget(job);
        }
    }
}

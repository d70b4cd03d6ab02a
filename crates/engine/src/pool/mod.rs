//! The one pool for work that needs a processor or a disk: questions that people wait for go first, work that nobody waits for goes
//! aside. Queues are bounded: past them the answer is "busy", not a pile.

mod cancel;
mod queue;

pub use cancel::Cancel;

use cancel::{CancelOnDrop, Pace};
use queue::{Fate, Job, Queue, Size};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Instant;
use terrane_model::limits::Limits;
use terrane_model::{Error, Result};
use tokio::sync::oneshot;

/// Threads that draw, encode and read.
pub struct Pool {
    threads: rayon::ThreadPool,
    aside: rayon::ThreadPool,
    queue: Arc<Queue>,
    aside_pending: Arc<AtomicUsize>,
    pending_max: usize,
}

impl Pool {
    /// One thread per processor for questions, and one less for what is done aside, which holds still while all processors are
    /// needed.
    pub fn new(limits: &Limits) -> Result<Self> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            threads: threads("work", cores)?,
            aside: threads("aside", aside_threads(cores))?,
            queue: Arc::new(Queue::new(cores, limits)),
            aside_pending: Arc::default(),
            pending_max: limits.waiting_tasks_max,
        })
    }

    /// Runs a task that somebody waits for. `Busy` when too many wait already, or when it has waited too long while others did too;
    /// a task that panics is an internal error, and the pool lives on.
    pub async fn run<T: Send + 'static>(&self, task: impl FnOnce(&Cancel) -> Result<T> + Send + 'static) -> Result<T> {
        self.run_sized(0, task).await
    }

    /// The same for a task that is about so many pixels: the queue is bounded by their sum too.
    pub async fn run_sized<T: Send + 'static>(
        &self,
        pixels: u64,
        task: impl FnOnce(&Cancel) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.ask(Size::Usual { pixels }, task).await
    }

    /// The same for a task that takes no time to speak of, such as reading an answer that is kept: it goes before all others.
    pub async fn run_quick<T: Send + 'static>(
        &self,
        task: impl FnOnce(&Cancel) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.ask(Size::Quick, task).await
    }

    /// Runs a task that nobody waits for, such as filling a cache. Whenever it checks its [`Cancel`] and has worked for a slice of
    /// time, it holds still until a processor is free.
    pub async fn run_aside<T: Send + 'static>(
        &self,
        task: impl FnOnce(&Cancel) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let pending = Pending::one_more(&self.aside_pending, self.pending_max)?;
        let cancel = Cancel::paced(Pace::new(Arc::clone(&self.queue)));
        let _guard = CancelOnDrop::new(cancel.clone());
        let (sender, receiver) = oneshot::channel();
        self.aside.spawn_fifo(move || {
            let outcome = outcome_of(task, &cancel);
            drop(pending);
            let _ = sender.send(outcome);
        });
        receiver.await.map_err(Error::internal)?
    }

    /// Threads for work that nobody waits for.
    pub fn aside_threads(&self) -> usize {
        self.aside.current_num_threads()
    }

    /// Questions that are being answered or wait.
    pub fn pending(&self) -> usize {
        self.queue.pending()
    }

    /// Questions that were begun until now, whatever came of them.
    pub fn served(&self) -> u64 {
        self.queue.served()
    }

    async fn ask<T: Send + 'static>(
        &self,
        size: Size,
        task: impl FnOnce(&Cancel) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let cancel = Cancel::default();
        let (sender, receiver) = oneshot::channel();
        let theirs = cancel.clone();
        let work = move |fate: Fate| {
            let outcome = match fate {
                Fate::Run => outcome_of(task, &theirs),
                Fate::Refused => Err(queue::busy()),
            };
            // Nobody listens when the client has gone.
            let _ = sender.send(outcome);
        };
        let job = Arc::new(Job::new(size, Box::new(work), Instant::now()));
        self.queue.push(&job)?;
        let _guard = CancelOnDrop::of_job(cancel, Arc::clone(&self.queue), job);
        let queue = Arc::clone(&self.queue);
        // Each question brings one turn of a thread; which question gets it is settled when the thread is free.
        self.threads.spawn_fifo(move || take_turn(queue));
        receiver.await.map_err(Error::internal)?
    }
}

/// Does the next job, on a thread of the pool, and hands on a turn that is due.
fn take_turn(queue: Arc<Queue>) {
    if queue.serve_one() {
        rayon::spawn_fifo(move || take_turn(queue));
    }
}

fn threads(name: &'static str, count: usize) -> Result<rayon::ThreadPool> {
    let builder = rayon::ThreadPoolBuilder::new().num_threads(count);
    builder.thread_name(move |number| format!("{name}-{number}")).build().map_err(Error::internal)
}

/// One processor is left to those who wait for an answer, where there is more than one.
fn aside_threads(cores: usize) -> usize {
    cores.saturating_sub(1).max(1)
}

/// What a task comes to; nothing is begun that nobody waits for.
fn outcome_of<T>(task: impl FnOnce(&Cancel) -> Result<T>, cancel: &Cancel) -> Result<T> {
    let work = std::panic::AssertUnwindSafe(|| cancel.check().and_then(|()| task(cancel)));
    let outcome = std::panic::catch_unwind(work).unwrap_or_else(|_| Err(Error::internal("a task panicked")));
    if outcome.is_err() && cancel.is_set() {
        tracing::debug!("a task ended early: nobody waits for it any more");
    }
    outcome
}

/// Counts itself as long as it lives.
struct Pending(Arc<AtomicUsize>);

impl Pending {
    fn one_more(count: &Arc<AtomicUsize>, most: usize) -> Result<Self> {
        let pending = Self(Arc::clone(count));
        if count.fetch_add(1, Ordering::SeqCst) >= most {
            return Err(queue::busy());
        }
        Ok(pending)
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Waits for a future on this thread: in the pool, where local sources do their blocking work.
pub fn wait<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(std::thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = std::pin::pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}

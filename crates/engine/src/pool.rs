//! The one pool for work that needs a processor or a disk. Its queue is bounded: past it the answer is "busy", not a pile.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use terrane_model::{Error, Result};
use tokio::sync::oneshot;

/// Threads that draw, encode and read.
pub struct Pool {
    threads: rayon::ThreadPool,
    waiting: Arc<AtomicUsize>,
    waiting_max: usize,
}

/// Tells a task whether anybody still waits for it.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// An error when nobody waits any more; loops ask between batches.
    pub fn check(&self) -> Result<()> {
        if self.0.load(Ordering::Relaxed) {
            return Err(Error::busy("The client went away."));
        }
        Ok(())
    }
}

/// Cancels its task when dropped, which is what happens to a request whose client has gone.
struct CancelOnDrop(Cancel);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

impl Pool {
    /// One thread per processor.
    pub fn new(waiting_max: usize) -> Result<Self> {
        let threads = rayon::ThreadPoolBuilder::new()
            .thread_name(|number| format!("work-{number}"))
            .build()
            .map_err(Error::internal)?;
        Ok(Self { threads, waiting: Arc::default(), waiting_max })
    }

    /// Runs a task in the pool. `Busy` when too many wait already; a task that panics is an internal error, and the pool lives on.
    pub async fn run<T: Send + 'static>(&self, task: impl FnOnce(&Cancel) -> Result<T> + Send + 'static) -> Result<T> {
        if self.waiting.fetch_add(1, Ordering::SeqCst) >= self.waiting_max {
            self.waiting.fetch_sub(1, Ordering::SeqCst);
            return Err(Error::busy("This node has all the work it can do; ask again in a few seconds."));
        }
        let guard = CancelOnDrop(Cancel::default());
        let (cancel, waiting) = (guard.0.clone(), Arc::clone(&self.waiting));
        let (sender, receiver) = oneshot::channel();
        self.threads.spawn_fifo(move || {
            let work = std::panic::AssertUnwindSafe(|| cancel.check().and_then(|()| task(&cancel)));
            let outcome = std::panic::catch_unwind(work).unwrap_or_else(|_| Err(Error::internal("a task panicked")));
            waiting.fetch_sub(1, Ordering::SeqCst);
            // Nobody listens when the client has gone.
            let _ = sender.send(outcome);
        });
        receiver.await.map_err(Error::internal)?
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

//! A long answer that is made while it is sent: the next piece when the one before has gone, so that a slow client costs no memory.

use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt as _, once, unfold};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use terrane_engine::{Cancel, Engine};
use terrane_model::{Error, Kind, Result};

/// Bytes that are written before they are sent; an answer that ends before is sent whole, with its length.
pub const PIECE_BYTES: usize = 262_144;

/// Something that is written piece by piece.
pub trait Piecewise: Send + Sized + 'static {
    /// Writes on until there are [`PIECE_BYTES`] or it ends; whether there is more.
    fn write_on(&mut self, cancel: &Cancel, out: &mut Vec<u8>) -> Result<bool>;
}

/// What there is after the first piece was written.
pub enum Begun<T> {
    /// All of it.
    Whole(Bytes),
    /// The first piece, and what writes the others.
    Part(Bytes, T),
}

/// Writes the first piece.
pub fn begun<T: Piecewise>(mut writing: T, cancel: &Cancel) -> Result<Begun<T>> {
    // The last row goes a little beyond.
    let mut out = Vec::with_capacity(PIECE_BYTES + PIECE_BYTES / 4);
    Ok(match writing.write_on(cancel, &mut out)? {
        true => Begun::Part(out.into(), writing),
        false => Begun::Whole(out.into()),
    })
}

/// Pieces of an answer, in order.
pub struct Flow(BoxStream<'static, io::Result<Bytes>>);

impl Flow {
    /// The first piece, then those that are written in the engine's pool when there is room for them. What fails breaks the answer
    /// off, so that nobody takes a part for the whole.
    pub fn new<T: Piecewise>(engine: Arc<Engine>, first: Bytes, rest: T) -> Self {
        let rest = unfold(Some((engine, rest)), |state| async {
            let (engine, writing) = state?;
            match next_piece(&engine, writing).await {
                Ok(Begun::Part(piece, writing)) => Some((Ok(piece), Some((engine, writing)))),
                Ok(Begun::Whole(piece)) => Some((Ok(piece), None)),
                Err(error) => {
                    tracing::error!(?error, "an answer cannot be written to its end");
                    Some((Err(io::Error::other(error.to_string())), None))
                }
            }
        });
        // Whoever compresses it asks once more after the end.
        Self(once(std::future::ready(Ok(first))).chain(rest).fuse().boxed())
    }

    /// As a stream.
    pub fn into_stream(self) -> BoxStream<'static, io::Result<Bytes>> {
        self.0
    }
}

/// How long a piece waits before it asks a busy pool again.
const AGAIN_AFTER: Duration = Duration::from_millis(250);
/// How often it asks: an answer that has begun should end, but not be held for ever.
const ASKS_MAX: usize = 120;

/// Writes the next piece. An answer that has begun is not refused because the pool is busy: it waits.
async fn next_piece<T: Piecewise>(engine: &Engine, writing: T) -> Result<Begun<T>> {
    let held = Arc::new(Mutex::new(Some(writing)));
    for _ in 1..ASKS_MAX {
        let taken = Arc::clone(&held);
        let task = move |cancel: &Cancel| match taken.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(writing) => begun(writing, cancel),
            None => Err(Error::internal("a piece was written twice")),
        };
        let outcome = engine.pool().run(task).await;
        let refused = held.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        match outcome {
            Err(error) if refused && error.kind() == Kind::Busy => tokio::time::sleep(AGAIN_AFTER).await,
            outcome => return outcome,
        }
    }
    Err(Error::busy("This node had no room to write on."))
}

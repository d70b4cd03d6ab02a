//! The rest of a long answer: piece after piece, each made when the one before has gone, so that a client that reads slowly holds one
//! piece and no thread, and one that has gone holds nothing.

use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt as _, unfold};
use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use terrane_model::{Error, Result};

type Pieces = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// What follows the first bytes of an answer. It can be sent once; copies are the same pieces.
#[derive(Clone)]
pub struct More(Arc<Mutex<Option<Pieces>>>);

impl More {
    /// Pieces that `next` makes from where the one before ended, until it makes none. One that fails or takes longer than `most` breaks
    /// the answer off, so that nobody takes a part for the whole.
    ///
    /// `next` should ask the engine for one page or a few thousand rows at a time and keep nothing open between two pieces: a client
    /// may let minutes pass.
    pub fn new<S, F, Fut>(begin: S, most: Duration, next: F) -> Self
    where
        S: Send + 'static,
        F: FnMut(S) -> Fut + Send + 'static,
        Fut: Future<Output = Result<Option<(Bytes, S)>>> + Send + 'static,
    {
        let pieces = unfold((Some(begin), next), move |(state, mut next)| async move {
            let made = tokio::time::timeout(most, next(state?)).await;
            match made.unwrap_or_else(|_| Err(Error::busy("A piece of the answer took too long."))) {
                Ok(made) => made.map(|(piece, state)| (Ok(piece), (Some(state), next))),
                Err(error) => {
                    tracing::error!(?error, "an answer cannot be made to its end");
                    Some((Err(io::Error::other(error.to_string())), (None, next)))
                }
            }
        });
        Self(Arc::new(Mutex::new(Some(Box::pin(pieces)))))
    }

    /// The first bytes, then the pieces.
    pub fn after(self, first: Bytes) -> impl Stream<Item = io::Result<Bytes>> + Send + use<> {
        let pieces = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let first = (!first.is_empty()).then_some(Ok(first));
        stream::iter(first).chain(pieces.unwrap_or_else(|| Box::pin(stream::empty())))
    }
}

impl PartialEq for More {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for More {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("More")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    const MINUTE: Duration = Duration::from_secs(60);

    /// Numbers from 0, counted as they are made.
    fn numbers(end: usize, made: &Arc<AtomicUsize>) -> More {
        let made = Arc::clone(made);
        More::new(0, MINUTE, move |at: usize| {
            let made = Arc::clone(&made);
            async move {
                made.fetch_add(1, Ordering::SeqCst);
                Ok((at < end).then(|| (Bytes::from(format!("{at} ")), at + 1)))
            }
        })
    }

    #[tokio::test]
    async fn pieces_come_after_the_first_bytes_in_order() {
        let all: Vec<Bytes> = numbers(3, &Arc::default()).after(Bytes::from_static(b"[ ")).map(|it| it.expect("made")).collect().await;
        assert_eq!(all.concat(), b"[ 0 1 2 ");
    }

    #[tokio::test]
    async fn a_piece_is_made_when_the_one_before_has_been_taken_and_no_sooner() {
        let made = Arc::new(AtomicUsize::new(0));
        let mut stream = Box::pin(numbers(1_000, &made).after(Bytes::new()));
        for taken in 1..=3 {
            stream.next().await.expect("there").expect("made");
            assert_eq!(made.load(Ordering::SeqCst), taken);
        }
        drop(stream);
        assert_eq!(made.load(Ordering::SeqCst), 3, "who has gone has nothing made");
    }

    #[tokio::test(start_paused = true)]
    async fn a_piece_that_fails_or_takes_too_long_breaks_the_answer_off() {
        let failing = More::new((), MINUTE, |()| async { Err(Error::internal("a flipped bit")) });
        let slow = More::new((), MINUTE, |()| std::future::pending());
        for broken in [failing, slow] {
            let all: Vec<_> = broken.after(Bytes::from_static(b"{")).collect().await;
            assert!(all.len() == 2 && all[0].is_ok() && all[1].is_err(), "{all:?}");
        }
    }
}

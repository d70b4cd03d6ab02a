//! One answer made for all who ask for it at the same time. When whoever makes it gives up, the next who waits makes it.

use super::key::Key;
use crate::tile::Encoded;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use terrane_model::{Error, Result};
use tokio::sync::OnceCell;

type Cell = OnceCell<Result<Encoded, Error>>;

/// Answers that are being made.
#[derive(Default)]
pub(super) struct Flights(Mutex<HashMap<Key, Arc<Cell>>>);

impl Flights {
    /// What `make` makes, or what somebody else is making.
    pub(super) async fn once<F>(&self, key: Key, make: impl FnOnce() -> F) -> Result<Encoded>
    where
        F: Future<Output = Result<Encoded>>,
    {
        let seat = Seat { flights: self, key, cell: Arc::clone(self.all().entry(key).or_default()) };
        match seat.cell.get_or_init(make).await {
            Ok(made) => Ok(made.clone()),
            Err(error) => Err(same(error)),
        }
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Key, Arc<Cell>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The error for one more who asked.
fn same(error: &Error) -> Error {
    let cause = error.cause().map(ToString::to_string);
    Error::told(error.kind(), error.say().to_owned(), error.place().map(str::to_owned), cause)
}

/// Somebody who waits; the last to leave takes the answer off the list.
struct Seat<'a> {
    flights: &'a Flights,
    key: Key,
    cell: Arc<Cell>,
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        let mut all = self.flights.all();
        // Seats are taken under the same lock: the list and this one mean that nobody else waits. An answer that is there is kept
        // elsewhere, if at all.
        if self.cell.initialized() || Arc::strong_count(&self.cell) <= 2 {
            let own = all.get(&self.key).is_some_and(|listed| Arc::ptr_eq(listed, &self.cell));
            if own {
                all.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use std::pin::pin;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Waker};
    use tokio::sync::Semaphore;

    fn encoded(text: &'static str) -> Encoded {
        Encoded { bytes: Bytes::from_static(text.as_bytes()), media_type: "text/plain", gzip: false, coarsened: 0 }
    }

    fn key() -> Key {
        Key::of_text("a")
    }

    #[tokio::test]
    async fn many_who_ask_at_once_get_what_was_made_once() {
        let (flights, made, gate) = (Flights::default(), AtomicUsize::new(0), Semaphore::new(0));
        let ask = || {
            flights.once(key(), || async {
                made.fetch_add(1, Ordering::SeqCst);
                let _open = gate.acquire().await.expect("open");
                Ok(encoded("tile"))
            })
        };
        let mut waiting: Vec<_> = (0..100).map(|_| Box::pin(ask())).collect();
        let mut context = Context::from_waker(Waker::noop());
        waiting.iter_mut().for_each(|one| assert!(one.as_mut().poll(&mut context).is_pending()));
        gate.add_permits(1);
        for one in waiting {
            assert_eq!(one.await.expect("made"), encoded("tile"));
        }
        assert_eq!(made.load(Ordering::SeqCst), 1);
        assert!(flights.all().is_empty(), "nothing is left behind");
    }

    #[tokio::test]
    async fn when_the_one_who_makes_it_leaves_the_next_makes_it() {
        let flights = Flights::default();
        let mut context = Context::from_waker(Waker::noop());
        let mut second = pin!(flights.once(key(), || async { Ok(encoded("second")) }));
        {
            let mut first = pin!(flights.once(key(), std::future::pending));
            assert!(first.as_mut().poll(&mut context).is_pending());
            assert!(second.as_mut().poll(&mut context).is_pending(), "the first is at it");
        }
        assert_eq!(second.await.expect("made"), encoded("second"));
        assert!(flights.all().is_empty());
    }

    #[tokio::test]
    async fn all_who_asked_are_told_what_went_wrong_and_the_next_tries_again() {
        let (flights, gate) = (Flights::default(), Semaphore::new(0));
        let fail = || {
            flights.once(key(), || async {
                let _open = gate.acquire().await.expect("open");
                Err(Error::not_found("There is no such tile."))
            })
        };
        let (mut first, mut second) = (Box::pin(fail()), Box::pin(fail()));
        let mut context = Context::from_waker(Waker::noop());
        assert!(first.as_mut().poll(&mut context).is_pending() && second.as_mut().poll(&mut context).is_pending());
        gate.add_permits(1);
        for one in [first, second] {
            assert_eq!(one.await.expect_err("it failed").say(), "There is no such tile.");
        }
        assert!(flights.once(key(), || async { Ok(encoded("again")) }).await.is_ok());
    }
}

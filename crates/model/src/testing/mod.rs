//! One suite per trait, run by every implementation: what a source, a grid, a ledger, a store must do to be one.
//!
//! These are ordinary functions that panic with a sentence, for use in tests only. [`MemoryFeatures`], [`MemoryGrid`] and
//! [`MemoryLedger`] are implementations without a disk that pass them; [`sample_features`] has a row of every kind.

mod features;
mod grid;
mod ledger;
mod memory;
mod pages;
mod questions;
mod sample;
mod shape;
mod store;
mod table;

pub use features::check_features;
pub use grid::check_grid;
pub use ledger::check_ledger;
pub use memory::{Effort, MemoryFeatures, MemoryGrid, MemoryLedger};
pub use sample::{sample_features, sample_grid};
pub use store::check_store;
pub use table::{Table, batches_of};

use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// Waits for a future of a local source, which never truly waits.
pub fn ready<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        std::thread::yield_now();
    }
}

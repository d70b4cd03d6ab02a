//! Display copies: the fast, derived, columnar copy of a dataset's rows. Never the truth: that is the dataset's own file, from which a
//! copy can always be made again.
//!
//! Blocks of rows in the source's own order, one checked chunk per column, indexes by identity and by time, and levels of
//! detail. The layout, byte by byte, is in `README.md` beside this file; why it is read by block and not mapped, in ADR 10.

mod bytes;
mod cache;
mod coarse;
mod columns;
mod directory;
mod few;
mod file;
mod gather;
mod index;
mod measure;
mod plan;
mod record;
mod scan;
mod shapes;
mod sorted;
mod source;
mod walk;
mod write;

pub use cache::DisplayCache;
pub use coarse::{Generaliser, LevelMaker};
pub use source::DisplaySource;
pub use write::{Built, build, build_with};

use std::task::{Context, Poll, Waker};
use terrane_model::{BoxFuture, Error, Result};

/// Numbers are written as this machine holds them.
const IS_LITTLE_ENDIAN: bool = cfg!(target_endian = "little");

/// What a local source answers, which never truly waits.
fn now<T>(mut future: BoxFuture<'_, Result<T>>) -> Result<T> {
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => Err(Error::unsupported("A display copy is built from data on this machine; import it first.")),
    }
}

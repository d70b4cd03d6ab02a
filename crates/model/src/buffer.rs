//! A run of values that is either owned or a slice of somebody else's bytes, such as a memory-mapped file.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;

/// Immutable values, cheap to clone and to slice.
///
/// The owner can be a vector or anything that lends a slice, so that a display copy is read without copying.
pub struct Buffer<T: 'static> {
    owner: Owner<T>,
    range: Range<usize>,
}

enum Owner<T: 'static> {
    Vector(Arc<Vec<T>>),
    Lent(Arc<dyn AsRef<[T]> + Send + Sync>),
}

impl<T> Buffer<T> {
    /// Values that something else keeps alive.
    pub fn lent(owner: Arc<dyn AsRef<[T]> + Send + Sync>) -> Self {
        let range = 0..(*owner).as_ref().len();
        Self { owner: Owner::Lent(owner), range }
    }

    /// A part of this buffer, sharing its owner. A range past the end is cut at the end.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        let end = (self.range.start + range.end).min(self.range.end);
        let start = (self.range.start + range.start).min(end);
        Self { owner: self.owner.clone(), range: start..end }
    }

    /// The values.
    pub fn as_slice(&self) -> &[T] {
        let all = match &self.owner {
            Owner::Vector(vector) => vector.as_slice(),
            Owner::Lent(lent) => (**lent).as_ref(),
        };
        &all[self.range.clone()]
    }
}

impl<T> Clone for Owner<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Vector(vector) => Self::Vector(Arc::clone(vector)),
            Self::Lent(lent) => Self::Lent(Arc::clone(lent)),
        }
    }
}

impl<T> Clone for Buffer<T> {
    fn clone(&self) -> Self {
        Self { owner: self.owner.clone(), range: self.range.clone() }
    }
}

impl<T> From<Vec<T>> for Buffer<T> {
    fn from(vector: Vec<T>) -> Self {
        let range = 0..vector.len();
        Self { owner: Owner::Vector(Arc::new(vector)), range }
    }
}

impl<T> Default for Buffer<T> {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl<T> Deref for Buffer<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        self.as_slice()
    }
}

impl<T: fmt::Debug> fmt::Debug for Buffer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_slice().fmt(f)
    }
}

impl<T: PartialEq> PartialEq for Buffer<T> {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

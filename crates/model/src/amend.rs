//! Changes to the rows of a dataset that are made together: rows put, rows taken away, and what must be there before.
//!
//! This is what a protocol hands down and a store makes last. It says nothing of how changes are kept.

use crate::batch::Batch;
use crate::identity::FeatureId;

/// Changes that are made together or not at all.
///
/// A row is named at most once among `upserts` and `deletes`. Ids that print alike are the same feature.
#[derive(Debug, Clone, Default)]
pub struct Amendment {
    /// Whole rows, in the CRS of the dataset's schema: each takes the place of the row with its identity, or is added when there is
    /// none. A column that a batch does not have is without value.
    pub upserts: Vec<Batch>,
    /// Rows that go away; each must be there.
    pub deletes: Vec<FeatureId>,
    /// What must be so before any of it is made, also of rows that are not changed.
    pub expect: Vec<(FeatureId, Expected)>,
}

/// What must be so of a feature before a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Expected {
    /// There is none.
    Absent,
    /// It is there, and this amendment of the revision changed it last; 0 when none did.
    Sequence(u64),
}

impl Amendment {
    /// Rows put and rows taken away.
    pub fn rows(&self) -> usize {
        self.upserts.iter().map(Batch::len).sum::<usize>() + self.deletes.len()
    }
}

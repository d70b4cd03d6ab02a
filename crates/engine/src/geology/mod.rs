//! Geology: tables that mappings tell in shared terms, and the views that gather them over the whole node.

mod areas;
mod manage;
mod mapped;
mod styles;
mod tree;
mod understood;
mod views;

pub use areas::{AreaQuestion, AreaRow, Areas, within_feature};
pub use manage::MappingReport;
pub use mapped::MappingEntry;
pub(crate) use mapped::{laid_over, of_ledger};
pub use styles::{Colouring, colourings};
pub(crate) use styles::{add_derived, styles};
pub use tree::{Node, Tree, TreeQuestion};
pub use understood::understood;
pub(crate) use views::entries;

//! WFS 2.0 (OGC 09-025r2) and 1.1.0 (04-094), reading: every dataset with rows is a feature type.

mod answer;
pub mod ask;
mod codes;
pub mod describe;
mod looked_up;
mod serve;
pub mod standard;
pub mod types;

pub use serve::{answer, answer_posted, is_wfs, too_long};
pub use types::own_namespace;

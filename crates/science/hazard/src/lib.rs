//! Earthquakes, eruptions, tsunamis and landslides: what the columns of a table say of events, and what is computed from many.
//!
//! Pure: no clock, no files, no network; what is by chance takes its seed as an argument.

pub mod association;
pub mod declustering;
pub mod event;
pub mod frequency;
pub mod geodesy;
pub mod kind;
pub mod live;
pub mod magnitude;
pub mod mechanism;
pub mod recurrence;
pub mod shaking;
pub mod source;
pub mod table;

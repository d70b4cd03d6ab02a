//! Questions about events: what has happened where, by all tables of events that the caller may see.
//!
//! A table of events is an ordinary dataset (see [`terrane_hazard::table`]); a question about events is put to each of them in the
//! columns that it has, and what comes back is put in one order.

mod charts;
mod contributors;
mod events;
mod faults;
pub mod feeds;
mod felt;
mod merge;
mod place;
mod points;
mod question;
mod report;
mod section;
mod sources;
mod tables;

pub use charts::{BIN_WIDTH, ChartOptions, Charts, EarthquakeCharts};
pub(crate) use charts::{mainshocks, refuse_too_many_shocks, years};
pub use events::{Event, EventPage, EventRows};
pub use faults::NearFault;
pub use felt::Felt;
pub use merge::{MergePair, MergeQuestion, Merged};
pub use place::{PlaceCount, PlaceQuestion, PlaceReport};
pub use points::{EventPoint, EventPoints};
pub(crate) use question::believed;
pub use question::{EventOrder, EventPlace, EventQuestion, Range};
pub use report::{EventReport, SECTION_WIDTH_KM};
pub use section::{Section, SectionEvent};
pub use sources::{NearSource, SlabDepth};
pub use tables::{EventSource, is_stood_for};

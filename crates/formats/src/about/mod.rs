//! The catalogue's records as JSON: what a ledger keeps, and the manifest that lists datasets and maps to publish.
//!
//! One dialect throughout: a text in several languages is `{"en": …, "ja": …}`, or a plain string when its language is not known;
//! moments are RFC 3339; boxes are `[west, south, east, north]` in degrees, west greater than east across the antimeridian.
//! Writers always use the same order of members; readers refuse members that they do not know, naming them and their place.

mod dataset;
mod edition;
mod feed;
mod json;
mod manifest;
mod map;
mod parts;
mod report;

pub use dataset::{CoverageAbout, DatasetRecord, PinnedOperation, dataset_from_json, dataset_to_json};
pub use edition::{EditionRecord, RevisionRecord, edition_from_json, edition_to_json};
pub use feed::{Feed, FeedKind, FeedState, Mark, Subscription, SubscriptionState, record_from_json, record_to_json};
pub use manifest::{Manifest, ManifestDataset, StyleFile, manifest};
pub use map::{map_from_json, map_to_json};
pub use parts::ColumnAbout;
pub use report::{LayerFound, found_from_json, found_to_json, write_finding};

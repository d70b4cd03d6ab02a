//! An event with all its solutions: a tree of JSON whose keys are the elements of QuakeML's Basic Event Description 1.2.
//!
//! Elements that may come more than once are lists (`origin`, `magnitude`, `description`, …), attributes are keys like elements, units
//! are QuakeML's (depths in metres), moments are texts as [`Instant`](terrane_model::time::Instant) writes them. Beside QuakeML's keys
//! the tree of an event may have ours ([`OURS`]): `eruption`, `tsunami`, `impact`, `identifier`, `revision`. Names of foreign
//! namespaces keep their prefix (`catalog:eventid`): a text is an attribute, a list of texts are elements; what the prefixes stand for
//! is told by the key `xmlns` of the event.

pub mod ids;
pub mod schema;
pub mod value;
mod view;
pub mod words;

pub use view::{Event, Identifier, Impact, Made, Magnitude, Mechanism, Origin, Plane, Quantity};

/// Keys of an event that QuakeML does not have.
///
/// - `eruption`: `{volcano, volcanoNumber, vei, phases: [{start, end, vei, description}]}`
/// - `tsunami`: `{source, maxWaterHeight, runUps: [{place, longitude, latitude, height, distance}]}`, metres
/// - `impact`: `[{cause, deaths: {min, best, max}, missing, injured, damageMillionUsd, houses, source}]`
/// - `identifier`: `[{catalogue, id}]`
/// - `revision`: `[{time, source, what}]`, the oldest first
pub const OURS: [&str; 5] = ["eruption", "tsunami", "impact", "identifier", "revision"];

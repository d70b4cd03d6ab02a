//! Levels of detail: geometry with fewer positions for drawing, in which neighbours still fit. Computation only, no files.
//!
//! A geological map is a tessellation: each border belongs to two areas. Simplified area by area, the two copies of a border
//! part and slivers open. Here each border is simplified once, by its own positions alone, so that both owners get the same
//! numbers, bit by bit, without ever meeting:
//!
//! 1. [`BorderFinder`] looks at the exact geometry and finds the junctions, where it is not always the same two positions
//!    that stand beside a position: where three areas meet, where a line ends. [`Borders`] remembers them.
//! 2. Rings and lines are cut at junctions into arcs, as in TopoJSON (Bostock 2012) and in GEOS' coverage simplification
//!    (Davis 2023). An arc is simplified in a direction that follows from its positions (Douglas & Peucker 1973).
//! 3. [`LevelBuilder::look`] finds arcs that, so simplified, would cross in a ring or take away what an area weighs; they are
//!    simplified less, wherever they occur. Rounds of looking end with [`LevelBuilder::settle`].
//! 4. [`LevelBuilder::simplify`] makes the level.
//!
//! A level can be made from the level before it: positions that are kept are never moved, so junctions stay what they are and
//! the borders of the exact geometry serve all levels. Finding them anew in the level before costs little and leaves fewer:
//! those of areas that became triangles, and of borders that once differed a little, are gone. What a level lost does add
//! up: with tolerances that double, a border of the last level is nowhere farther than twice its tolerance from the exact one.
//!
//! Neighbours must have been given the same positions. Where one side of a border has positions that the other lacks, the
//! two are simplified apart, and gaps of up to a pixel can open where there were none that one saw.

mod borders;
mod crossings;
mod douglas_peucker;
mod level;
mod outline;
mod position;
mod shape;
mod small;
mod stages;
mod table;

pub use borders::{BorderFinder, Borders};
pub use level::{Findings, LevelBuilder};

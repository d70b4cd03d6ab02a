//! The vocabulary as others use it: laws that hold for any value, filters on rows, and suites that catch sources that lie.

mod boxes;
mod filters;
mod laws;
mod liars;
mod rows;
mod times;

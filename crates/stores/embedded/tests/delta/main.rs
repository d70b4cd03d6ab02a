//! Datasets that change by the minute: a base with a delta answers as a plain table with the same rows would, at every state.

#![allow(clippy::panic)]

mod amending;
mod carrying;
mod files;
mod kills;
mod law;
mod merging;
mod support;

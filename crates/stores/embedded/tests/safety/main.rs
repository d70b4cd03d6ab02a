//! The data folder under what can go wrong: cut-off files, flipped bits, killed programs, full disks, damaged catalogues.
#![allow(clippy::panic, clippy::print_stderr, missing_docs)]

mod backup;
mod checksums;
mod damage;
mod full;
mod hold;
mod kill;
mod kit;
mod layouts;
mod recover;

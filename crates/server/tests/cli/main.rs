//! The built program as people and machines use it: commands, a server, HTTP, and files that mean harm.

#![allow(clippy::panic)]

mod carried;
mod check;
mod commands;
mod doctor;
mod events;
mod feeds;
mod geology;
mod hostile;
mod http;
mod keeping;
mod kit;
mod limited;
mod links;
mod load;
mod serving;
mod settings;
mod signals;
mod tiles;

//! How it is asked: each protocol turns a request into a question for the engine and the answer into bytes.
//!
//! Every protocol folder has the same four files: `ask` (request → question, pure), `answer` (answer → document or bytes,
//! pure), `describe` (catalogue → capabilities, pure), `routes` (the only one that knows axum).

pub mod common;

pub use common::site::Site;

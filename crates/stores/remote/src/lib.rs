//! What is asked of other servers: one client that asks public addresses only, within limits (ADR 20). It is no store yet.

mod address;
mod body;
mod client;
mod connect;
mod rules;

pub use client::Client;
pub use connect::{Resolve, SystemNames};
pub use rules::Rules;

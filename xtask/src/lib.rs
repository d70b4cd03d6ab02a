//! The house rules, as code: one module a rule, run on the working tree by `tests/house_rules.rs`.
//!
//! A rule is a pure function from a [`Repo`] to [`Finding`]s. It is not a linter for Rust in general: what the
//! compiler, clippy and rustfmt can check is left to them.

pub mod exceptions;
pub mod finding;
pub mod manifest;
pub mod mask;
pub mod repo;
pub mod rules;
pub mod source;
pub mod stats;

pub use exceptions::Exceptions;
pub use finding::Finding;
pub use repo::Repo;

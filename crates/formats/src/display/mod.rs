//! Display copies: what drawing reads instead of the exact geometry. Not a format that is handed out.

pub mod levels;

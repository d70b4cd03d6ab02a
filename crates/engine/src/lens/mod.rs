//! Views of sources: what the catalogue knows of them, laid over what they say themselves.

mod described;
mod mapped;
mod rows;
mod union;

pub use described::Described;
pub use mapped::Mapped;
pub use union::{Member, Union};

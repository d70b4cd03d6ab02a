//! How things look: typed styles, and a renderer that draws batches of rows and windows of samples with them.
//!
//! This crate **is** cartography on pixels. It **is not** a data reader: it is handed rows that are already in the CRS of the
//! view, and it never asks for more.

mod canvas;
pub mod legend;
pub mod render;
pub mod style;
pub mod text;
pub mod tile;
pub mod view;

pub use legend::Legend;
pub use render::{Canvas, Painter};
pub use style::Style;
pub use view::View;

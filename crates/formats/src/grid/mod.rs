//! Grids: values on axes.

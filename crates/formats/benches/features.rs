//! How fast features are written and read: GeoJSON from batches, GeoPackage scans.

fn main() {}

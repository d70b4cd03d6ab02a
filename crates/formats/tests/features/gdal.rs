//! GDAL as an independent witness. Tests that need it say loudly when it is missing; in CI they fail.

use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// Whether GDAL's programs are there.
pub fn present() -> bool {
    let found = Command::new("ogrinfo").arg("--version").output().is_ok_and(|output| output.status.success());
    assert!(found || std::env::var_os("CI").is_none(), "CI needs GDAL's ogrinfo and ogr2ogr");
    if !found {
        eprintln!("SKIPPED: ogrinfo is not on the PATH, so nothing was compared with GDAL");
    }
    found
}

/// Runs a program of GDAL and returns what it printed; warnings and errors fail the test.
pub fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).env("OGR_GEOJSON_MAX_OBJ_SIZE", "0").output().unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && complaints.trim().is_empty(), "{program} {arguments:?}: {complaints}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A layer as GDAL sees it, as GeoJSON with full precision.
pub fn as_geojson(path: &Path, more: &[&str]) -> Value {
    let mut arguments = vec!["-f", "GeoJSON", "-lco", "COORDINATE_PRECISION=15", "/vsistdout/", path.to_str().unwrap()];
    arguments.extend(more);
    serde_json::from_str(&run("ogr2ogr", &arguments)).unwrap()
}

//! GeoTIFF held against GDAL, against numbers that are known, and against hostile files.

mod damaged;
mod levels;
mod reading;
mod real;
mod writing;

use crate::grid::sample::Sample;
use std::path::{Path, PathBuf};
use std::process::Command;
use terrane_model::Bbox;
use terrane_model::grid::{GridQuery, Window};

use super::GeoTiffSource;

/// A question for everything at full resolution.
fn everything(source: &dyn terrane_model::GridSource) -> GridQuery {
    question(source.schema().bbox(), None)
}

fn question(bbox: Bbox, step_max: Option<f64>) -> GridQuery {
    GridQuery { bbox, step_max, bands: Vec::new(), slice: Vec::new(), samples_max: 100_000_000 }
}

fn numbers(window: &Window, band: usize) -> Vec<f64> {
    (0..window.bands[band].len()).map(|at| window.bands[band].get(at)).collect()
}

fn open(path: &Path) -> GeoTiffSource {
    super::open(path).unwrap_or_else(|error| panic!("{}: {error:?}", path.display()))
}

/// Whether GDAL's programs are here; says so loudly when not, and fails where they must be.
fn gdal_is_here() -> bool {
    let here = Command::new("gdal_translate").arg("--version").output().is_ok_and(|output| output.status.success());
    if !here {
        assert!(std::env::var_os("CI").is_none(), "CI needs GDAL's programs (Debian package gdal-bin)");
        eprintln!(
            "SKIPPED: GDAL's programs are not installed (Debian package gdal-bin), so nothing was compared with GDAL"
        );
    }
    here
}

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().expect("the program can be started");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("temporary paths are UTF-8")
}

/// Numbers that are neither smooth nor random, with the extremes of the kind among them.
fn pattern<T: Sample>(width: usize, height: usize, band: usize) -> Vec<T> {
    let mut state = 12_345_u64 + band as u64;
    let mut sample = |at: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let noise = (state >> 33) as f64 / f64::from(1_u32 << 31);
        let (x, y) = ((at % width) as f64, (at / width) as f64);
        match at % 997 {
            0 => T::from_number(f64::from(u32::MAX)),
            1 => T::from_number(f64::from(i32::MIN)),
            _ => T::from_number(100.0 + 50.0 * (x / 17.0).sin() + 40.0 * (y / 23.0).cos() + noise * 9.0 + band as f64),
        }
    };
    (0..width * height).map(&mut sample).collect()
}

/// Writes bands as a raw ENVI file, which GDAL reads without any codec; UTM zone 54 north, 30 m.
fn raw_file<T: Sample>(folder: &Path, width: usize, height: usize, bands: &[Vec<T>]) -> PathBuf {
    use terrane_model::grid::SampleKind::*;
    let code = match T::KIND {
        U8 => 1,
        I16 => 2,
        I32 => 3,
        F32 => 4,
        F64 => 5,
        U16 => 12,
        U32 => 13,
    };
    let header = format!(
        "ENVI\nsamples = {width}\nlines = {height}\nbands = {}\nheader offset = 0\nfile type = ENVI Standard\ndata type = {code}\n\
         interleave = bsq\nbyte order = 0\nmap info = {{UTM, 1, 1, 300000, 4100000, 30, 30, 54, North, WGS-84, units=Meters}}\n",
        bands.len()
    );
    let path = folder.join(format!("raw{code}.bin"));
    let bytes: Vec<u8> = bands.iter().flat_map(|band| bytemuck::cast_slice::<T, u8>(band)).copied().collect();
    std::fs::write(&path, bytes).unwrap();
    std::fs::write(path.with_extension("hdr"), header).unwrap();
    path
}

/// The samples of a file as GDAL reads them, band after band.
fn by_gdal<T: Sample>(folder: &Path, path: &Path) -> Vec<T> {
    let raw = folder.join("by_gdal.bin");
    run("gdal_translate", &["-q", "-of", "ENVI", "-co", "INTERLEAVE=BSQ", text(path), text(&raw)]);
    let bytes = std::fs::read(&raw).unwrap();
    bytes.chunks_exact(size_of::<T>()).map(bytemuck::pod_read_unaligned).collect()
}

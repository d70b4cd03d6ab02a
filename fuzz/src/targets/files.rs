//! Files: each input is written to a folder of its own, opened by its content and read to the end, as an import does.

use super::inputs;
use crate::Target;
use std::path::{Path, PathBuf};
use terrane_formats::check::{CheckOptions, Inspector};
use terrane_formats::display::{DisplayCache, DisplaySource, build};
use terrane_model::grid::GridQuery;
use terrane_model::report::Report;
use terrane_model::store::{OpenOptions, Opened, Opener as _, Silent};
use terrane_model::testing::ready;
use terrane_model::{FeatureQuery, FeatureSource, GridSource, Result, Rows};
use terrane_store_files::FileOpener;

#[allow(dead_code, missing_docs, clippy::unwrap_used, clippy::panic)]
#[path = "../../../crates/stores/files/tests/hostile/corpus/mod.rs"]
mod corpus;

/// Good files are changed when they are no longer than this, so that many are tried.
const SEED_BYTES_MAX: u64 = 60_000;

const TEXT_WORDS: &[&str] = &[",", "\"", "\n", "null", "NaN", "[", "{", "é", "\u{FEFF}", "\0", "POINT (1 2)"];

pub const GEOJSON: Target = Target {
    name: "geojson",
    seeds: || of_ending("geojson"),
    words: TEXT_WORDS,
    run: |bytes| read("x.geojson", bytes),
};
pub const CSV: Target =
    Target { name: "csv", seeds: || of_ending("csv"), words: TEXT_WORDS, run: |bytes| read("x.csv", bytes) };
pub const GEOPACKAGE: Target = Target {
    name: "geopackage",
    seeds: || of_ending("gpkg"),
    words: &["gpkg_contents", "CREATE TABLE", "rtree", "GP", "SELECT", "SQLite format 3"],
    run: |bytes| read("x.gpkg", bytes),
};
pub const GEOTIFF: Target = Target {
    name: "geotiff",
    seeds: || of_ending("tif"),
    words: &["II*\0", "MM\0*", "\x01\x01", "\x44\x01", "\x53\x01"],
    run: |bytes| read("x.tif", bytes),
};
pub const ARCHIVE: Target = Target {
    name: "archive",
    seeds: || of_ending("zip"),
    words: &["PK\x01\x02", "PK\x03\x04", "../", "/"],
    run: |bytes| read("x.zip", bytes),
};

/// A `.shp`, a `.shx` and a `.dbf`, one behind the other, each with its length before it.
pub const SHAPEFILE: Target = Target {
    name: "shapefile",
    seeds: || {
        let folder = tempfile::tempdir().expect("a temporary folder can be written");
        let cases = corpus::write(folder.path()).into_iter().map(|case| case.path);
        let shapes = cases.filter(|path| path.extension().is_some_and(|ending| ending == "shp"));
        let part = |path: PathBuf| {
            let bytes = std::fs::read(path).unwrap_or_default();
            [&(bytes.len() as u32).to_le_bytes()[..], &bytes].concat()
        };
        shapes.map(|path| ["shp", "shx", "dbf"].map(|ending| part(path.with_extension(ending))).concat()).collect()
    },
    words: &["C", "N", "D", "20200101", "*"],
    run: |bytes| {
        let folder = tempfile::tempdir().expect("a temporary folder can be written");
        let mut rest = bytes;
        for ending in ["shp", "shx", "dbf"] {
            let Some((length, behind)) = rest.split_first_chunk::<4>() else { break };
            let (part, behind) = behind.split_at(behind.len().min(u32::from_le_bytes(*length) as usize));
            std::fs::write(folder.path().join("x").with_extension(ending), part)
                .expect("a temporary folder can be written");
            rest = behind;
        }
        read_all(&folder.path().join("x.shp"));
    },
};

/// The fast derived copy of a dataset's rows: not a stranger's, but it may be damaged.
pub const DISPLAY: Target = Target {
    name: "display",
    seeds: || {
        let folder = tempfile::tempdir().expect("a temporary folder can be written");
        let (from, to) = (folder.path().join("x.csv"), folder.path().join("x.display"));
        let rows = (0..40).map(|at| format!("{at},{},{},name {},2020-01-{:02}\n", at % 9, at % 7, at % 5, 1 + at % 28));
        std::fs::write(&from, format!("id,lon,lat,name,time\n{}", rows.collect::<String>()))
            .expect("a temporary folder can be written");
        let layers = FileOpener.open(&from, &OpenOptions::default()).expect("a temporary folder can be written");
        build(&**layers[0].views.features.as_ref().expect("a temporary folder can be written"), &to, &Silent)
            .expect("a temporary folder can be written");
        vec![std::fs::read(to).expect("a temporary folder can be written")]
    },
    words: &[],
    run: |bytes| {
        let folder = tempfile::tempdir().expect("a temporary folder can be written");
        let path = folder.path().join("x.display");
        std::fs::write(&path, bytes).expect("a temporary folder can be written");
        let _ = DisplaySource::verify(&path);
        if let Ok(source) = DisplaySource::open(&path, DisplayCache::new(1 << 20)) {
            let _ = ready(source.scan(&FeatureQuery::default())).map(|scan| drain(scan.into_rows()));
        }
    },
};

/// The files of the hostile corpus with an ending, and of the demo where they are small.
fn of_ending(ending: &str) -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir().expect("a temporary folder can be written");
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo/data");
    let mut paths: Vec<PathBuf> = corpus::write(folder.path()).into_iter().map(|case| case.path).collect();
    paths.extend(std::fs::read_dir(demo).into_iter().flatten().flatten().map(|entry| entry.path()));
    paths.retain(|path| path.extension().is_some_and(|found| found == ending));
    paths.retain(|path| path.metadata().is_ok_and(|facts| facts.is_file() && facts.len() < SEED_BYTES_MAX));
    paths.sort();
    let mut all = inputs(&[]);
    all.extend(paths.iter().filter_map(|path| std::fs::read(path).ok()));
    all
}

/// Writes bytes to a file of a name and reads it as an import does.
pub fn read(name: &str, bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a temporary folder can be written");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("a temporary folder can be written");
    read_all(&path);
}

/// Reads everything there is.
fn read_all(path: &Path) {
    let Ok(layers) = FileOpener.open(path, &OpenOptions::default()) else { return };
    for layer in layers {
        let _ = read_layer(layer);
    }
}

fn read_layer(layer: Opened) -> Result<()> {
    let mut report: Report = layer.report;
    if let Some(features) = &layer.views.features {
        let mut inspector =
            Inspector::new(features.schema(), &CheckOptions { repair: true, ..CheckOptions::default() });
        if let Rows::Local(rows) = ready(features.scan(&FeatureQuery::default()))?.into_rows() {
            for batch in rows {
                inspector.see(batch?)?;
            }
        }
        inspector.finish(&mut report);
    }
    layer.views.grid.as_deref().map_or(Ok(()), window)
}

fn window(grid: &dyn GridSource) -> Result<()> {
    let bbox = grid.schema().bbox();
    let slice = vec![0; grid.schema().axes.len()];
    let query = GridQuery { bbox, step_max: None, bands: Vec::new(), slice, samples_max: 1_000_000 };
    ready(grid.window(&query)).map(drop)
}

fn drain(rows: Rows) {
    if let Rows::Local(rows) = rows {
        rows.take_while(Result::is_ok).for_each(drop);
    }
}

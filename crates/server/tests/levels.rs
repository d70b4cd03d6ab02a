//! Maps drawn from display copies are the maps drawn from the exact data: pixel by pixel, at every scale.

#![allow(clippy::panic)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use terrane_engine::pool::wait;
use terrane_engine::{Caller, Engine, PictureLayer, PictureQuestion, View};
use terrane_model::limits::Limits;
use terrane_model::picture::Picture;
use terrane_model::{Bbox, Crs, DatasetId};
use terrane_store_embedded::EmbeddedStore;

/// Of the pixels of a map, those that may be visibly others: the bound that levels of detail are made for.
const DIFFERENT_SHARE_MAX: f64 = 0.02;
/// A difference of a channel that is seen.
const VISIBLE: u8 = 32;

fn demo(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/data").join(file)
}

fn terrane(folder: &Path, arguments: &[&str]) {
    let ran =
        Command::new(env!("CARGO_BIN_EXE_terrane")).args(arguments).current_dir(folder).output().expect("it runs");
    assert!(ran.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
}

fn engine(data: &Path) -> Engine {
    let store = EmbeddedStore::open_reading(data).expect("it opens");
    Engine::new(Arc::new(store), Vec::new(), Limits::default(), [0; 32]).expect("an engine")
}

fn draw(engine: &Engine, id: &DatasetId, bbox: Bbox, side: u32) -> Picture {
    let step = bbox.width() / f64::from(side);
    let scale_denominator = terrane_projection::scale::denominator(&Crs::crs84(), step).expect("a scale");
    let view = View { crs: Crs::crs84(), bbox, width_px: side, height_px: side, pixel_mm: 0.28, scale_denominator };
    let layers = vec![PictureLayer::new(id.clone(), None)];
    let question = PictureQuestion { layers, view, background: [255; 4], tiled: false };
    wait(engine.picture(Caller::Public, question)).expect("drawn")
}

/// The share of pixels that a person would see to be others, and the share that is drawn at all.
fn compare(one: &Picture, other: &Picture) -> (f64, f64) {
    let pixels = || (0..one.height_px).flat_map(|y| (0..one.width_px).map(move |x| (x, y)));
    let differs = |&(x, y): &(u32, u32)| {
        let pairs = one.pixel(x, y).into_iter().zip(other.pixel(x, y));
        pairs.into_iter().any(|(a, b)| a.abs_diff(b) > VISIBLE)
    };
    let all = f64::from(one.width_px) * f64::from(one.height_px);
    let drawn = pixels().filter(|&(x, y)| one.pixel(x, y) != [255; 4]).count();
    (pixels().filter(differs).count() as f64 / all, drawn as f64 / all)
}

/// A square of the middle of an extent, `part` of its greater side.
fn square(extent: &Bbox, part: f64) -> Bbox {
    let ([x, y], half) = (extent.centre(), extent.width().max(extent.height()) * part / 2.0);
    Bbox { min: [x - half, y - half], max: [x + half, y + half] }
}

#[test]
fn maps_from_display_copies_differ_from_exact_ones_in_under_two_per_cent_of_pixels() {
    let folder = tempfile::tempdir().expect("a folder");
    terrane(folder.path(), &["init", "survey"]);
    let layers = ["gsj_mino_units.geojson", "slab2_contours.geojson", "china_active_faults.geojson"];
    for file in layers {
        let (path, id) = (demo(file), file.split('.').next().expect("a name").replace('_', "-"));
        terrane(folder.path(), &["add", "survey", path.to_str().expect("a path"), "--id", &id]);
    }
    let data = folder.path().join("survey");
    let fast = engine(&data);
    let exact_data = folder.path().join("exact");
    terrane(folder.path(), &["backup", "survey", "survey.tar"]);
    terrane(folder.path(), &["restore", "survey.tar", "exact"]);
    let exact = engine(&exact_data);
    for file in layers {
        let id = DatasetId::new(file.split('.').next().expect("a name").replace('_', "-")).expect("an id");
        let catalogue = fast.catalogue();
        let entry = catalogue.entry(Caller::Operator, &id).expect("published");
        let revision = data.join("datasets").join(id.as_str()).join(&entry.record().revision);
        assert!(revision.join("display/features.display").is_file(), "it has a display copy");
        let extent = entry.record().about.extent.expect("an extent");
        for (part, side) in [(1.0, 256), (1.0, 600), (0.3, 600), (0.05, 600)] {
            let bbox = square(&extent, part);
            let (different, drawn) = compare(&draw(&exact, &id, bbox, side), &draw(&fast, &id, bbox, side));
            assert!(drawn > 0.005, "{id} at {part}: a map that shows nothing proves nothing ({drawn})");
            assert!(different < DIFFERENT_SHARE_MAX, "{id} at {part} of its extent, {side} px: {different}");
        }
    }
}

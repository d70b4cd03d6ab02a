//! Answers that are kept: made once for many, right after every change, there after a restart, and within their bounds.

use crate::kit::{Layer, Node, areas, id, node, rectangle, view};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use terrane_engine::import::ImportOptions;
use terrane_engine::pool::wait;
use terrane_engine::warm::WarmQuestion;
use terrane_engine::{Cache, CachePolicy, Caller, Encoded, Engine, PictureLayer, PictureQuestion, Style};
use terrane_engine::{TileForm, TileQuestion};
use terrane_model::picture::PictureFormat;
use terrane_model::store::{Progress, Silent};
use terrane_model::testing::{Effort, MemoryFeatures};
use terrane_model::tiling::{TileAddress, TileMatrixSet};
use terrane_model::{Crs, Kind};

const POLICY: CachePolicy = CachePolicy { memory_bytes: 1_000_000, maps_bytes: 1_000_000, disk_bytes: 10_000_000 };

fn style(colour: &str) -> Style {
    let json = format!(r##"{{"rules": [{{"symbolizers": [{{"type": "fill", "colour": "{colour}"}}]}}]}}"##);
    Style::from_json(&json).expect("a style")
}

fn area(west: f64, south: f64, east: f64, north: f64) -> MemoryFeatures {
    areas(Crs::crs84(), &[("a", &rectangle(west, south, east, north))])
}

/// A node with a red area that keeps its answers below a folder.
fn keeping(folder: &tempfile::TempDir, policy: CachePolicy) -> Node {
    let files = vec![
        ("first", vec![Layer::rows("rows", area(-150.0, 10.0, -30.0, 80.0))]),
        ("second", vec![Layer::rows("rows", area(-150.0, -80.0, 30.0, -10.0))]),
    ];
    let node = node(Effort::Nothing, files);
    let options = ImportOptions { styles: vec![("default".to_owned(), style("#ff0000"))], ..ImportOptions::default() };
    node.import("first", &options).expect("published");
    let cache = Cache::new(folder.path(), "a program");
    cache.settle(policy);
    Node { engine: node.engine.with_cache(cache), ..node }
}

fn tile_at(matrix: usize, column: u64, row: u64) -> TileQuestion {
    TileQuestion {
        layers: vec![PictureLayer::new(id("rows"), None)],
        set: Arc::new(TileMatrixSet::web_mercator_quad()),
        tile: TileAddress { matrix, column, row },
        form: TileForm::Picture(PictureFormat::Png),
        sharpness: 1,
        background: [255, 255, 255, 0],
        columns: None,
        gzip: false,
    }
}

fn tile(engine: &Engine, question: TileQuestion) -> Encoded {
    wait(engine.tile(Caller::Public, question)).expect("a tile")
}

/// How many tasks a piece of work took.
fn tasks<T>(engine: &Engine, work: impl FnOnce() -> T) -> (u64, T) {
    let before = engine.pool().served();
    let made = work();
    (engine.pool().served() - before, made)
}

#[test]
fn two_hundred_who_ask_for_a_cold_tile_at_once_make_one_drawing() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = keeping(&folder, POLICY);
    let engine = &node.engine;
    let ask = || {
        std::thread::scope(|scope| {
            let asked: Vec<_> = (0..200).map(|_| scope.spawn(|| tile(engine, tile_at(1, 0, 0)))).collect();
            asked.into_iter().map(|one| one.join().expect("no panic")).collect::<Vec<_>>()
        })
    };
    let (drawn, answers) = tasks(engine, ask);
    assert_eq!(drawn, 1);
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(tasks(engine, || tile(engine, tile_at(1, 0, 0))), (0, answers[0].clone()), "from memory");
}

#[test]
fn with_nothing_kept_each_question_is_answered_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = keeping(&folder, CachePolicy::default());
    let (drawn, _) = tasks(&node.engine, || (0..3).for_each(|_| drop(tile(&node.engine, tile_at(1, 0, 0)))));
    assert_eq!(drawn, 3);
    assert!(!folder.path().join("cache").exists());
}

#[test]
fn a_tile_is_right_after_a_new_edition_a_new_style_and_back_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = keeping(&folder, POLICY);
    // What a node answers that keeps nothing is right.
    let right = |question: TileQuestion| {
        let policy = node.engine.cache().policy();
        let view = question.view().expect("there");
        let picture = PictureQuestion { layers: question.layers, view, background: question.background, tiled: true };
        assert_eq!(policy, POLICY);
        let picture = wait(node.engine.picture(Caller::Public, picture)).expect("drawn");
        terrane_formats::picture::write(&picture, PictureFormat::Png).expect("written")
    };
    let mut seen = Vec::new();
    let mut look = |what: &str| {
        for (column, row) in [(0, 0), (0, 1)] {
            let kept = tile(&node.engine, tile_at(1, column, row));
            assert_eq!(kept.bytes, right(tile_at(1, column, row)), "{what}");
            assert_eq!(kept, tile(&node.engine, tile_at(1, column, row)), "{what}, once more");
            seen.push(kept.bytes);
        }
    };
    look("as it was published");
    let again = ImportOptions { replace: true, ..ImportOptions::default() };
    node.import("second", &again).expect("published");
    look("another edition");
    let edit = |colour: &str| {
        let style = style(colour);
        node.engine.edit_with_style(&id("rows"), |_| (), Some(("default", &style)), "tester").expect("edited");
    };
    edit("#00ff00");
    look("another style");
    edit("#ff0000");
    look("the style that was");
    // The tile in the north, then the tile in the south, of each look.
    assert!(seen[0] != seen[2] && seen[3] != seen[5] && seen[5] != seen[7], "each change is seen");
}

#[test]
fn tiles_survive_a_restart_and_those_of_another_program_are_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = keeping(&folder, POLICY);
    let first = tile(&node.engine, tile_at(1, 0, 0));
    node.engine.cache().flush();
    let restarted = |node: Node, program: &str| {
        let cache = Cache::new(folder.path(), program);
        cache.settle(POLICY);
        Node { engine: node.engine.with_cache(cache), ..node }
    };
    let node = restarted(node, "a program");
    assert!(node.engine.cache().policy() == POLICY && tile(&node.engine, tile_at(1, 0, 0)) == first);
    let warm = wait(node.engine.warm_tile(Caller::Public, tile_at(1, 0, 0))).expect("looked");
    assert_eq!(warm, terrane_engine::Warmed::Kept);
    let node = restarted(node, "another program");
    let warm = wait(node.engine.warm_tile(Caller::Public, tile_at(1, 0, 0))).expect("looked");
    assert_eq!(warm, terrane_engine::Warmed::Made);
}

#[test]
fn every_part_of_a_question_makes_another_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = keeping(&folder, POLICY);
    let base = tile_at(1, 0, 0);
    let layer = |change: fn(&mut PictureLayer)| {
        let mut layer = base.layers[0].clone();
        change(&mut layer);
        TileQuestion { layers: vec![layer], ..base.clone() }
    };
    let set = Arc::new(TileMatrixSet::world_crs84_quad());
    let others = [
        TileQuestion { background: [0, 0, 0, 255], ..base.clone() },
        TileQuestion { sharpness: 2, ..base.clone() },
        TileQuestion { set, ..base.clone() },
        TileQuestion { tile: TileAddress { matrix: 1, column: 0, row: 1 }, ..base.clone() },
        TileQuestion { tile: TileAddress { matrix: 2, column: 0, row: 0 }, ..base.clone() },
        TileQuestion { layers: vec![base.layers[0].clone(); 2], ..base.clone() },
        layer(|layer| layer.opacity = 0.5),
        layer(|layer| layer.scale_max = Some(1.0)),
        layer(|layer| layer.filter = Some(terrane_model::Filter::Or(Vec::new()))),
    ];
    tile(&node.engine, base.clone());
    for other in others {
        assert_eq!(tasks(&node.engine, || tile(&node.engine, other.clone())).0, 1, "{other:?}");
    }
    // What the layer is called is not in a picture; a style may be named or not.
    let same =
        [layer(|layer| layer.name = "other".to_owned()), layer(|layer| layer.style = Some("default".to_owned()))];
    for same in same {
        assert_eq!(tasks(&node.engine, || tile(&node.engine, same.clone())).0, 0, "{same:?}");
    }
}

#[test]
fn maps_are_kept_in_memory_only_when_wanted_and_never_for_the_operator() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = keeping(&folder, POLICY);
    let ask = |caller| {
        let view = view(Crs::crs84(), [-180.0, -90.0, 180.0, 90.0], 100, 50);
        let layers = vec![PictureLayer::new(id("rows"), None)];
        let question = PictureQuestion { layers, view, background: [255; 4], tiled: false };
        wait(node.engine.map(caller, question, PictureFormat::Png)).expect("drawn")
    };
    let twice = |caller| tasks(&node.engine, || drop((ask(caller), ask(caller)))).0;
    assert_eq!([twice(Caller::Public), twice(Caller::Operator)], [1, 2]);
    node.engine.cache().flush();
    assert_eq!(node.engine.cache().disk_bytes(), 0);
    node.engine.cache().settle(CachePolicy { maps_bytes: 0, ..POLICY });
    assert_eq!(twice(Caller::Public), 2);
}

/// Ends the work after so many steps.
struct Until(AtomicU64);

impl Progress for Until {
    fn step(&self, _: &str, _: u64, _: u64) -> bool {
        self.0.fetch_sub(1, Ordering::SeqCst) > 1
    }
}

#[test]
fn warming_makes_each_tile_that_shows_something_once_and_can_be_ended() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = keeping(&folder, POLICY);
    let set = Arc::new(TileMatrixSet::web_mercator_quad());
    let forms = vec![TileForm::Picture(PictureFormat::Png)];
    let question = WarmQuestion { of: id("rows"), set, matrices: 0..=3, forms };
    let ended = node.engine.warm(std::slice::from_ref(&question), &Until(AtomicU64::new(3)));
    assert_eq!(ended.expect_err("it was ended").kind(), Kind::Busy);
    let report = node.engine.warm(std::slice::from_ref(&question), &Silent).expect("made");
    // 150° W to 30° W, 10° N to 80° N, with a quarter of a tile around: columns and rows of each zoom.
    let [columns, rows] = [[1, 2, 2, 4], [1, 2, 3, 5]];
    assert_eq!(report.tiles, (0..4).map(|at| columns[at] * rows[at]).sum::<u64>(), "{report:?}");
    assert!(report.made < report.tiles && report.failed == 0, "{report:?}");
    let again = node.engine.warm(&[question], &Silent).expect("looked");
    assert_eq!((again.tiles, again.made), (report.tiles, 0));
    assert_eq!(tasks(&node.engine, || tile(&node.engine, tile_at(3, 2, 3))).0, 0, "the one who asks gets what is kept");
    node.engine.cache().settle(CachePolicy::default());
    assert!(node.engine.warm(&[], &Silent).is_err(), "nothing would be kept");
}

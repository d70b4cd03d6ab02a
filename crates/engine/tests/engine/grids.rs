//! Pictures of grids: tiles that are one map, opacity, and relief that is as steep as its ground is small.

use crate::kit::{Layer, Node, id, node, view};
use terrane_engine::import::ImportOptions;
use terrane_engine::pool::wait;
use terrane_engine::{Caller, PictureLayer, PictureQuestion, Style, View};
use terrane_model::Crs;
use terrane_model::grid::{Band, GridSchema, GridTransform, SampleKind};
use terrane_model::picture::Picture;
use terrane_model::testing::{Effort, MemoryGrid};

const GREYS: &str = r##""colour": {"interpolate": [[-120, "#000000"], [120, "#ffffff"]]}"##;

/// Hills of 60 × 40 degrees, with a piece missing.
fn hills(height: impl Fn(f64, f64) -> f64) -> MemoryGrid {
    let (width, rows, step) = (600, 400, 0.1);
    let band = Band {
        name: "height".to_owned(),
        description: None,
        unit: Some("m".to_owned()),
        kind: SampleKind::F32,
        no_data: Some(-9999.0),
        range: None,
    };
    let schema = GridSchema {
        crs: Crs::crs84(),
        transform: GridTransform::north_up([100.0, 62.0], [step, -step]),
        width,
        height: rows,
        bands: vec![band],
        axes: Vec::new(),
        overviews: Vec::new(),
    };
    let place = |at: u32| (100.05 + f64::from(at % width) * step, 61.95 - f64::from(at / width) * step);
    let samples = (0..width * rows).map(place).map(|(x, y)| height(x, y)).collect();
    MemoryGrid::new(schema, vec![samples])
}

fn waves(x: f64, y: f64) -> f64 {
    if (x - 121.0).hypot(y - 47.0) < 1.7 { -9999.0 } else { 100.0 * (x * 2.1).sin() * (y * 1.7).cos() }
}

fn published(grid: MemoryGrid, raster: &str) -> Node {
    let style = format!(r#"{{"rules": [{{"symbolizers": [{raster}]}}]}}"#);
    let style = Style::from_json(&style).expect("a style");
    let node = node(Effort::Nothing, vec![("grid", vec![Layer::grid("grid", grid)])]);
    let options = ImportOptions { styles: vec![("default".to_owned(), style)], ..ImportOptions::default() };
    node.import("grid", &options).expect("published");
    node
}

fn draw(node: &Node, view: View, opacity: f64) -> Picture {
    let layers = vec![PictureLayer { opacity, ..PictureLayer::new(id("grid"), None) }];
    let question = PictureQuestion { layers, view, background: [255; 4], tiled: true };
    wait(node.engine.picture(Caller::Public, question)).expect("drawn")
}

/// Four by four tiles of 64 pixels, put together.
fn stitched(node: &Node, crs: &Crs, corner: [f64; 2], side: f64) -> Picture {
    let mut whole = Picture::filled(256, 256, [0; 4]);
    for at in 0..16_u32 {
        let (column, row) = (at % 4, at / 4);
        let (west, north) =
            (corner[0] + f64::from(column) * side / 4.0, corner[1] + side - f64::from(row) * side / 4.0);
        let tile = draw(node, view(crs.clone(), [west, north - side / 4.0, west + side / 4.0, north], 64, 64), 1.0);
        for y in 0..64_usize {
            let to = ((row as usize * 64 + y) * 256 + column as usize * 64) * 4;
            whole.rgba[to..to + 256].copy_from_slice(&tile.rgba[y * 256..(y + 1) * 256]);
        }
    }
    whole
}

#[test]
fn four_by_four_tiles_are_one_map_to_the_last_bit() {
    let settings = [
        (Crs::web_mercator(), [12_600_000.0, 4_400_000.0], 2_000_000.0),
        (Crs::web_mercator(), [13_300_000.0, 5_800_000.0], 300_000.0),
        (Crs::crs84(), [112.0, 36.0], 16.0),
    ];
    for extra in [
        r#""resampling": "nearest""#,
        r#""resampling": "bilinear""#,
        r#""resampling": "cubic""#,
        r#""resampling": "average""#,
        r#""hillshade": {"exaggeration": 500}"#,
    ] {
        let node = published(hills(waves), &format!(r#"{{"type": "raster", {GREYS}, {extra}}}"#));
        for (crs, corner, side) in &settings {
            let bbox = [corner[0], corner[1], corner[0] + side, corner[1] + side];
            let whole = draw(&node, view(crs.clone(), bbox, 256, 256), 1.0);
            let tiles = stitched(&node, crs, *corner, *side);
            let differ = (0..256 * 256).filter(|at| whole.pixel(at % 256, at / 256) != tiles.pixel(at % 256, at / 256));
            let colours: std::collections::HashSet<[u8; 4]> =
                (0..256 * 256).map(|at| whole.pixel(at % 256, at / 256)).collect();
            // Samples are a degree wide: in the smallest view only those between them are many.
            let least = if extra.contains("nearest") || extra.contains("average") { 4 } else { 20 };
            assert!(colours.len() > least, "{extra}: {}", colours.len());
            let differ: Vec<u32> = differ.collect();
            assert!(differ.is_empty(), "{extra} {crs:?} {side}: {} pixels, {:?}", differ.len(), differ.first());
        }
    }
}

#[test]
fn opacity_fades_a_grid() {
    let node = published(hills(|_, _| 0.0), r##"{"type": "raster", "colour": {"steps": [[-1, "#ff0000"]]}}"##);
    let over = view(Crs::crs84(), [110.0, 30.0, 120.0, 40.0], 8, 8);
    assert_eq!(draw(&node, over.clone(), 1.0).pixel(4, 4), [255, 0, 0, 255]);
    let [red, green, blue, alpha] = draw(&node, over, 0.5).pixel(4, 4);
    assert!(red == 255 && (126..=129).contains(&green) && green == blue && alpha == 255, "{green}");
}

#[test]
fn relief_is_the_same_in_every_crs_and_at_every_latitude() {
    // A slope of 2 % to the east on the ground, wherever it is: 111 195 m a degree times the cosine of the latitude.
    let slope = hills(|x, y| (x - 100.0) * 111_195.08 * 0.02 * y.to_radians().cos());
    let relief = r##"{"type": "raster", "colour": {"steps": [[-1, "#808080"]]}, "hillshade": {"azimuth": 90, "altitude": 45, "exaggeration": 10, "strength": 1}}"##;
    let node = published(slope, relief);
    // The ground rises to the east, where the light comes from, by 1 in 5: it is darker than level ground by (1 − 0.2) ÷ √1.04.
    let expected = 128.0 * 0.8 / 1.04_f64.sqrt();
    for latitude in [25.0, 45.0, 60.0] {
        let metres = |degrees: f64| 6_378_137.0 * degrees.to_radians();
        let y = |latitude: f64| 6_378_137.0 * latitude.to_radians().tan().asinh();
        let geographic = view(Crs::crs84(), [120.0, latitude - 0.5, 121.0, latitude + 0.5], 32, 32);
        let mercator =
            view(Crs::web_mercator(), [metres(120.0), y(latitude - 0.2), metres(121.0), y(latitude + 0.2)], 32, 24);
        let utm = view(
            Crs::epsg(32651),
            [300_000.0, latitude * 110_700.0, 340_000.0, latitude * 110_700.0 + 40_000.0],
            32,
            32,
        );
        for view in [geographic, mercator, utm] {
            let crs = view.crs.clone();
            let grey = f64::from(draw(&node, view, 1.0).pixel(16, 12)[0]);
            assert!((grey - expected).abs() < 3.0, "{crs:?} at {latitude}: {grey}, expected {expected}");
        }
    }
}

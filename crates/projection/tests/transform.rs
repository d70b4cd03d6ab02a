//! What a transform promises: same places as PROJ, one operation, no wrapping about Greenwich, boxes that know 180° and the poles.

use proj::Proj;
use std::f64::consts::PI;
use terrane_model::filter::Transformer;
use terrane_model::{Bbox, Crs};
use terrane_projection::{Transform, domain, info};

const PAIRS: [(u32, u32, [f64; 4]); 17] = [
    (4326, 3857, [-180.0, -85.0, 180.0, 85.0]),
    (4326, 32654, [125.0, -80.0, 157.0, 84.0]),
    (4326, 32748, [90.0, -80.0, 120.0, 10.0]),
    (4326, 6676, [120.0, 20.0, 150.0, 50.0]),
    (6668, 6676, [120.0, 20.0, 150.0, 50.0]),
    (4326, 3405, [100.0, 5.0, 112.0, 25.0]),
    (4326, 5179, [120.0, 30.0, 135.0, 42.0]),
    (4326, 3826, [117.0, 20.0, 124.0, 27.0]),
    (4326, 28355, [140.0, -50.0, 156.0, -8.0]),
    (4326, 3832, [-29.0, -80.0, 180.0, 80.0]),
    (4326, 3395, [-179.0, -80.0, 179.0, 80.0]),
    (4301, 4326, [120.0, 20.0, 155.0, 46.0]),
    (4240, 4326, [97.0, 5.0, 106.0, 21.0]),
    (4253, 4326, [116.0, 4.0, 127.0, 20.0]),
    (4756, 4326, [102.0, 8.0, 110.0, 24.0]),
    (4283, 7844, [93.0, -60.0, 173.0, -8.0]),
    (4326, 4087, [-180.0, -90.0, 180.0, 90.0]),
];

/// Positions spread evenly over a box without a pattern (the R2 sequence).
fn spread(area: [f64; 4], count: usize) -> Vec<[f64; 2]> {
    let place = |at: usize, step: f64, low: f64, high: f64| low + (at as f64 * step).fract() * (high - low);
    (0..count)
        .map(|at| [place(at, 0.754_877_666, area[0], area[2]), place(at, 0.569_840_291, area[1], area[3])])
        .collect()
}

fn by_proj(proj: &Proj, [x, y]: [f64; 2]) -> [f64; 2] {
    proj.convert((x, y)).map_or([f64::NAN; 2], |(x, y)| [x, y])
}

fn moved(transform: &Transform, position: [f64; 2]) -> [f64; 2] {
    let mut one = [position];
    transform.apply(&mut one);
    one[0]
}

#[test]
fn kernels_are_within_a_micrometre_of_proj_over_wide_areas() {
    for (from, to, area) in PAIRS {
        let (from, to) = (Crs::epsg(from), Crs::epsg(to));
        let there = Transform::new(&from, &to).unwrap();
        assert!(there.is_kernel(), "{from} to {to}");
        let proj = Proj::new(there.pipeline()).unwrap();
        let back = there.inverse().unwrap();
        let proj_back = Proj::new(back.pipeline()).unwrap();
        let metres = info(&to).unwrap().metres_per_unit;
        for position in spread(area, 5_000) {
            let (ours, theirs) = (moved(&there, position), by_proj(&proj, position));
            let off_m = (ours[0] - theirs[0]).hypot(ours[1] - theirs[1]) * metres;
            assert!(off_m < 1e-6, "{from} to {to}: {position:?} → {ours:?}, PROJ {theirs:?}, {off_m} m");
            let (home, proj_home) = (moved(&back, ours), by_proj(&proj_back, ours));
            let off_degrees = (home[0] - proj_home[0]).hypot(home[1] - proj_home[1]);
            assert!(off_degrees < 1e-11, "{to} to {from}: {ours:?} → {home:?}, PROJ {proj_home:?}");
        }
    }
}

#[test]
fn far_from_the_central_meridian_transverse_mercator_still_agrees_and_then_has_no_place() {
    let utm = Transform::new(&Crs::epsg(4326), &Crs::epsg(32654)).unwrap();
    let proj = Proj::new(utm.pipeline()).unwrap();
    for position in spread([141.0 - 70.0, -89.0, 141.0 + 70.0, 89.0], 5_000) {
        let (ours, theirs) = (moved(&utm, position), by_proj(&proj, position));
        assert!((ours[0] - theirs[0]).hypot(ours[1] - theirs[1]) < 0.001, "{position:?} → {ours:?}, PROJ {theirs:?}");
    }
    assert!(moved(&utm, [141.0 + 90.0, 0.0])[0].is_nan());
}

#[test]
fn web_mercator_is_a_square_whose_poles_are_finite() {
    let web = Transform::new(&Crs::crs84(), &Crs::web_mercator()).unwrap();
    let half = 6_378_137.0 * PI;
    assert!((moved(&web, [180.0, 0.0])[0] - half).abs() < 1e-6);
    assert!((moved(&web, [0.0, 85.051_128_779_806_6])[1] - half).abs() < 1e-6);
    assert_eq!(moved(&web, [0.0, 90.0]), moved(&web, [0.0, 85.06]));
    assert_eq!(moved(&web, [0.0, -90.0])[1], -moved(&web, [0.0, 90.0])[1]);
    assert!(moved(&web, [f64::NAN, 0.0])[0].is_nan() && moved(&web, [0.0, f64::NAN])[0].is_nan());
}

#[test]
fn web_mercator_does_not_wrap_so_that_shapes_across_180_degrees_stay_whole() {
    let web = Transform::new(&Crs::crs84(), &Crs::web_mercator()).unwrap();
    let [west, east] = [moved(&web, [179.0, 10.0]), moved(&web, [181.0, 10.0])];
    assert!((east[0] - west[0] - 2.0 * 111_319.490_793).abs() < 1e-3);
    assert!((moved(&web.inverse().unwrap(), east)[0] - 181.0).abs() < 1e-9);
}

#[test]
fn a_mercator_about_the_pacific_wraps_at_its_own_edge() {
    let pacific = Transform::new(&Crs::crs84(), &Crs::epsg(3832)).unwrap();
    let [fiji_west, fiji_east] = [moved(&pacific, [179.0, -18.0]), moved(&pacific, [-179.0, -18.0])];
    assert!((fiji_east[0] - fiji_west[0] - 2.0 * 111_319.490_793).abs() < 1e-3);
}

#[test]
fn positions_without_a_place_become_nan_in_both_coordinates() {
    for code in [32654, 3832, 3035, 3857] {
        let transform = Transform::new(&Crs::crs84(), &Crs::epsg(code)).unwrap();
        for position in [[f64::NAN, 0.0], [f64::INFINITY, 0.0], [0.0, f64::NEG_INFINITY], [f64::NAN; 2]] {
            let image = moved(&transform, position);
            assert!(image[0].is_nan() && image[1].is_nan(), "{code} {position:?} → {image:?}");
        }
    }
    let far = moved(&Transform::new(&Crs::crs84(), &Crs::epsg(3832)).unwrap(), [150.0, 90.0]);
    assert!(far[0].is_nan() && far[1].is_nan());
}

#[test]
fn two_names_of_the_same_coordinates_are_one() {
    assert!(Transform::new(&Crs::crs84(), &Crs::epsg(4326)).unwrap().is_identity());
    assert!(Transform::new(&Crs::epsg(6668), &Crs::epsg(4326)).unwrap().is_identity());
    assert!(Transform::new(&Crs::epsg(3857), &Crs::epsg(3857)).unwrap().is_identity());
    assert!(!Transform::new(&Crs::epsg(4301), &Crs::epsg(4326)).unwrap().is_identity());
}

#[test]
fn a_shift_that_nobody_knows_is_told_as_ballpark() {
    let operation = Transform::new(&Crs::epsg(4490), &Crs::epsg(4326)).unwrap().operation().clone();
    assert!(operation.ballpark && operation.accuracy_m.is_none(), "{operation:?}");
    let known = Transform::new(&Crs::epsg(4131), &Crs::epsg(4326)).unwrap().operation().clone();
    assert!(!known.ballpark, "{known:?}");
}

#[test]
fn the_extent_of_a_dataset_picks_its_countrys_operation() {
    let [tokyo, wgs84] = [Crs::epsg(4301), Crs::epsg(4326)];
    let everywhere = Transform::new(&tokyo, &wgs84).unwrap();
    assert!(everywhere.operation().title.contains("Tokyo to WGS 84 (108)"));
    let seoul = Bbox::from_array([126.5, 36.0, 128.5, 38.0]);
    let korea = Transform::within(&tokyo, &wgs84, &seoul).unwrap();
    assert!(!korea.operation().title.contains("(108)"), "{:?}", korea.operation());
    let there_and_back = moved(&korea.inverse().unwrap(), moved(&korea, [127.0, 37.0]));
    assert!((there_and_back[0] - 127.0).abs() < 1e-6 && (there_and_back[1] - 37.0).abs() < 1e-6);
}

#[test]
fn one_operation_holds_for_all_positions_of_a_pair() {
    // Far outside the operation's own area PROJ by itself would change to another or to none.
    let transform = Transform::new(&Crs::epsg(4301), &Crs::epsg(4326)).unwrap();
    let shift = |position: [f64; 2]| {
        let image = moved(&transform, position);
        [image[0] - position[0], image[1] - position[1]]
    };
    let [a, b] = [shift([139.0, 36.0]), shift([139.0, 20.0])];
    assert!((a[0] - b[0]).abs() < 0.001 && (a[1] - b[1]).abs() < 0.003, "{a:?} {b:?}");
}

#[test]
fn a_transform_works_from_many_threads() {
    let transform = Transform::new(&Crs::crs84(), &Crs::epsg(3035)).unwrap();
    let expected = moved(&transform, [10.0, 52.0]);
    assert!((expected[0] - 4_321_000.0).abs() < 1e-3 && (expected[1] - 3_210_000.0).abs() < 1e-3, "{expected:?}");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            let transform = transform.clone();
            scope.spawn(move || (0..200).for_each(|_| assert_eq!(moved(&transform, [10.0, 52.0]), expected)));
        }
    });
}

#[test]
fn the_box_of_an_identity_is_the_box() {
    let transform = Transform::new(&Crs::crs84(), &Crs::epsg(4326)).unwrap();
    let fiji = Bbox::geographic([176.0, -20.0], [-178.0, -15.0]).unwrap();
    assert_eq!(transform.bbox(&fiji).unwrap(), fiji);
}

#[test]
fn a_moved_box_holds_every_moved_position() {
    for (from, to, area) in PAIRS {
        let [west, south, east, north] = area;
        let middle = [(west + east) / 2.0, (south + north) / 2.0];
        let quarter = [(east - west) / 8.0, (north - south) / 8.0];
        let source = Bbox::from_array([
            middle[0] - quarter[0],
            middle[1] - quarter[1],
            middle[0] + quarter[0],
            middle[1] + quarter[1],
        ]);
        let transform = Transform::new(&Crs::epsg(from), &Crs::epsg(to)).unwrap();
        let target = transform.bbox(&source).unwrap();
        let slack = 1e-4 * (target.width() + target.height());
        let back = transform.inverse().unwrap().bbox(&target).unwrap();
        for position in spread(source.to_array(), 2_000) {
            assert!(
                target.grown(slack).contains(moved(&transform, position)),
                "{from} to {to}: {position:?} is outside {target:?}"
            );
        }
        let back_slack = 1e-4 * (back.width() + back.height());
        assert!(back.grown(back_slack).contains_box(&source), "{from} to {to}: {source:?} → {target:?} → {back:?}");
        let growth = back.width() / source.width();
        assert!(growth < 2.0, "{from} to {to}: the box grew {growth} times");
    }
}

#[test]
fn a_projected_box_across_180_degrees_becomes_a_crossing_box() {
    let transform = Transform::new(&Crs::epsg(3832), &Crs::crs84()).unwrap();
    let fiji = Bbox::geographic([176.0, -20.0], [-178.0, -15.0]).unwrap();
    let projected = transform.inverse().unwrap().bbox(&fiji).unwrap();
    assert!(!projected.crosses() && projected.width() < 700_000.0, "{projected:?}");
    let again = transform.bbox(&projected).unwrap();
    assert!(again.crosses(), "{again:?}");
    for (ours, expected) in again.to_array().iter().zip(fiji.to_array()) {
        assert!((ours - expected).abs() < 1e-6, "{again:?}");
    }
}

#[test]
fn a_web_mercator_view_past_180_degrees_becomes_a_crossing_box() {
    let transform = Transform::new(&Crs::web_mercator(), &Crs::crs84()).unwrap();
    let view = Bbox::from_array([19_500_000.0, -2_500_000.0, 20_800_000.0, -1_500_000.0]);
    let degrees = transform.bbox(&view).unwrap();
    assert!(degrees.crosses() && (degrees.width() - 11.678).abs() < 0.001, "{degrees:?}");
}

#[test]
fn a_crossing_box_goes_into_web_mercator_as_a_box_of_both_ends() {
    let transform = Transform::new(&Crs::crs84(), &Crs::web_mercator()).unwrap();
    let fiji = Bbox::geographic([176.0, -20.0], [-178.0, -15.0]).unwrap();
    let both = transform.bbox(&fiji).unwrap();
    assert!(!both.crosses());
    for longitude in [177.0, 180.0, -180.0, -179.0] {
        assert!(both.contains(moved(&transform, [longitude, -17.0])), "{longitude}");
    }
}

#[test]
fn a_box_around_a_pole_reaches_it_and_goes_all_around() {
    for (code, pole) in [(3995, 90.0), (3031, -90.0)] {
        let transform = Transform::new(&Crs::epsg(code), &Crs::crs84()).unwrap();
        let degrees = transform.bbox(&Bbox::from_array([-1e6, -1e6, 1e6, 1e6])).unwrap();
        assert_eq!(degrees.width(), 360.0, "{degrees:?}");
        assert!(degrees.contains([0.0, pole]), "{degrees:?}");
        assert!(degrees.height() > 8.0 && degrees.height() < 15.0, "{degrees:?}");
        let beside = transform.bbox(&Bbox::from_array([1e6, 1e6, 2e6, 2e6])).unwrap();
        assert!(!beside.contains([beside.centre()[0], pole]) && beside.width() < 90.0, "{beside:?}");
    }
}

#[test]
fn a_box_with_no_place_in_the_target_is_empty_and_one_partly_without_keeps_the_rest() {
    let transform = Transform::new(&Crs::crs84(), &Crs::epsg(32654)).unwrap();
    assert!(transform.bbox(&Bbox::from_array([-131.0, -2.0, -127.0, 2.0])).unwrap().is_empty());
    let world = transform.bbox(&Bbox::WORLD).unwrap();
    assert!(!world.is_empty() && world.to_array().iter().all(|edge| edge.is_finite()), "{world:?}");
    assert!(transform.bbox(&Bbox::EMPTY).unwrap().is_empty());
}

#[test]
fn domains_hold_the_area_of_use_and_project_to_finite_places() {
    for entry in
        terrane_projection::registry::entries().filter(|entry| entry.authority == "EPSG" && entry.projected).step_by(97)
    {
        let crs = entry.crs();
        let Some(domain) = domain(&crs) else { continue };
        let area = info(&crs).unwrap().area.unwrap();
        let clipped = Bbox { min: [area.min[0], area.min[1].max(-85.06)], max: [area.max[0], area.max[1].min(85.06)] };
        assert!(domain.grown(1e-6).contains_box(&clipped) || domain.width() >= 359.0, "{crs} {area:?} {domain:?}");
    }
    let utm = domain(&Crs::epsg(32654)).unwrap();
    assert_eq!(utm, Bbox::from_array([111.0, -90.0, 171.0, 90.0]));
    assert!(domain(&Crs::epsg(32660)).unwrap().crosses());
    assert_eq!(domain(&Crs::web_mercator()).unwrap(), Bbox::from_array([-180.0, -85.06, 180.0, 85.06]));
    let pacific = domain(&Crs::epsg(3832)).unwrap();
    assert!(pacific.crosses() && pacific.contains([-170.0, 0.0]) && (pacific.width() - 360.0).abs() < 1e-6);
    assert_eq!(domain(&Crs::epsg(3995)).unwrap(), Bbox::from_array([-180.0, 30.0, 180.0, 90.0]));
    assert_eq!(domain(&Crs::epsg(4301)), Some(Bbox::WORLD));
}

#[test]
fn scale_denominators_are_those_of_the_standards() {
    use terrane_projection::scale;
    // OGC Two Dimensional Tile Matrix Set, WebMercatorQuad level 0 and WorldCRS84Quad level 0.
    let web = scale::denominator(&Crs::web_mercator(), 156_543.033_928_040_97).unwrap();
    assert!((web - 559_082_264.028_717).abs() < 1e-3, "{web}");
    let geographic = scale::denominator(&Crs::crs84(), 0.703_125).unwrap();
    assert!((geographic - 279_541_132.014_358).abs() < 1e-3, "{geographic}");
    let feet = scale::ground_resolution(&Crs::epsg(2263), 1.0).unwrap();
    assert!((feet - 1200.0 / 3937.0).abs() < 1e-12);
    assert!((scale::units_per_pixel(&Crs::epsg(6676), 50_000.0).unwrap() - 14.0).abs() < 1e-9);
}

#[test]
fn init_says_which_proj_is_in_use() {
    assert_eq!(terrane_projection::init(None).unwrap(), "9.6.2");
}

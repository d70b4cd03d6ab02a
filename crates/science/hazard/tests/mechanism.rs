//! Mechanisms against GeoNet's and Global CMT's published planes and axes, and the geometry of beachballs.
#![allow(clippy::panic)]

use proptest::prelude::*;
use std::collections::HashMap;
use terrane_hazard::mechanism::{
    Axis, Beachball, Faulting, MomentTensor, NodalPlane, Polarity, moment_magnitude, nodal_line,
};

/// The angle between the normals and the slips of two planes, degrees: the greater of the two.
fn apart(one: &NodalPlane, other: &NodalPlane) -> f64 {
    // The angle of the rotation that takes one double couple into the other is bounded by those of its axes.
    let (one, other) = (one.axes(1.0), other.axes(1.0));
    angle(&one.tension, &other.tension).max(angle(&one.pressure, &other.pressure))
}

fn angle(one: &Axis, other: &Axis) -> f64 {
    let direction = |axis: &Axis| {
        let (azimuth, plunge) = (axis.azimuth.to_radians(), axis.plunge.to_radians());
        [plunge.cos() * azimuth.cos(), plunge.cos() * azimuth.sin(), plunge.sin()]
    };
    let product: f64 = direction(one).iter().zip(direction(other)).map(|(one, other)| one * other).sum();
    product.abs().min(1.0).acos().to_degrees()
}

/// Degrees by which two planes of one mechanism differ from two others, in whichever order.
fn planes_apart(found: [NodalPlane; 2], expected: [NodalPlane; 2]) -> f64 {
    let same = |one: &NodalPlane, other: &NodalPlane| normal_apart(one, other);
    let straight = same(&found[0], &expected[0]).max(same(&found[1], &expected[1]));
    let crossed = same(&found[0], &expected[1]).max(same(&found[1], &expected[0]));
    straight.min(crossed)
}

/// The angle between the normals of two planes, degrees.
fn normal_apart(one: &NodalPlane, other: &NodalPlane) -> f64 {
    let normal = |plane: &NodalPlane| Axis { moment_n_m: 1.0, azimuth: plane.strike + 90.0, plunge: plane.dip - 90.0 };
    angle(&normal(one), &normal(other))
}

fn geonet() -> Vec<HashMap<String, String>> {
    let path = std::env::var("GEONET_MOMENT_TENSORS").unwrap_or("tests/reference/geonet_nz_moment_tensors.csv".into());
    let mut reader = csv::Reader::from_path(path).expect("the table");
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

/// A row's numbers under names, if all are told.
fn numbers<const N: usize>(row: &HashMap<String, String>, names: [&str; N]) -> Option<[f64; N]> {
    let mut found = [0.0; N];
    for (at, name) in names.iter().enumerate() {
        found[at] = row[*name].trim().parse().ok()?;
    }
    Some(found)
}

fn geonet_tensor(row: &HashMap<String, String>) -> Option<MomentTensor> {
    // Units of 1e20 dyne cm.
    let elements = numbers(row, ["Mxx", "Mxy", "Mxz", "Myy", "Myz", "Mzz"])?;
    Some(MomentTensor::of_north_east_down(elements.map(|it| it * 1e13)))
}

#[test]
fn planes_axes_and_sizes_are_those_of_geonet() {
    let rows = geonet();
    let mut off = Vec::new();
    let mut seen = 0;
    for row in &rows {
        let (Some(tensor), Some(planes)) =
            (geonet_tensor(row), numbers(row, ["strike1", "dip1", "rake1", "strike2", "dip2", "rake2"]))
        else {
            continue;
        };
        let expected = [
            NodalPlane { strike: planes[0], dip: planes[1], rake: planes[2] },
            NodalPlane { strike: planes[3], dip: planes[4], rake: planes[5] },
        ];
        let axes = tensor.axes();
        let [moment, couple] = numbers(row, ["Mo", "DC"]).expect("a moment and its couple");
        let [azimuth, plunge] = numbers(row, ["Taz", "Tpl"]).expect("an axis");
        // Their first method gives the moment of the best double couple, their second that of the whole tensor.
        let sizes = [tensor.scalar_moment_n_m(), tensor.total_moment_n_m()];
        let sized = sizes.iter().any(|size| (size / (moment * 1e-7) - 1.0).abs() < 0.02);
        let coupled = (tensor.shares().expect("a moment").double_couple * 100.0 - couple).abs() < 1.5;
        let apart = [
            planes_apart(axes.nodal_planes(), expected),
            apart(&axes.nodal_planes()[0], &expected[0]),
            angle(&axes.tension, &Axis { moment_n_m: 1.0, azimuth, plunge }),
        ];
        seen += 1;
        if apart.iter().any(|angle| *angle > 2.0) || !sized || !coupled {
            off.push((row["PublicID"].clone(), apart.map(f64::round), sized, coupled));
        }
    }
    println!("{seen} rows, {} off: {:?}", off.len(), &off[..off.len().min(12)]);
    assert!(seen * 10 > rows.len() * 9, "{seen} of {}", rows.len());
    assert!(off.len() * 100 <= seen, "{} of {seen}: {:?}", off.len(), &off[..off.len().min(20)]);
}

#[test]
fn magnitudes_are_those_of_geonet() {
    for row in geonet() {
        let Some([moment, magnitude]) = numbers(&row, ["Mo", "Mw"]) else { continue };
        // Dyne centimetres, and a magnitude rounded to a tenth, by some of their programs downwards.
        let found = moment_magnitude(moment * 1e-7);
        assert!((found - magnitude).abs() < 0.11, "{found} {magnitude} {}", row["PublicID"]);
    }
}

/// The mechanisms of an NDK file: tensor, axes (T, N, P), scalar moment, planes.
fn ndk() -> Vec<(MomentTensor, [Axis; 3], f64, [NodalPlane; 2])> {
    let text = std::fs::read_to_string("tests/reference/gcmt_multiple_events.ndk").expect("the file");
    let lines: Vec<&str> = text.lines().collect();
    let event = |lines: &[&str]| {
        let row = |line: &str| line.split_whitespace().filter_map(|it| it.parse().ok()).collect::<Vec<f64>>();
        let (elements, axes) = (row(lines[3]), row(&lines[4][3..]));
        let unit = 10_f64.powf(elements[0]) * 1e-7;
        let m = |at: usize| elements[1 + 2 * at] * unit;
        let tensor = MomentTensor { mrr: m(0), mtt: m(1), mpp: m(2), mrt: m(3), mrp: m(4), mtp: m(5) };
        let axis =
            |at: usize| Axis { moment_n_m: axes[3 * at] * unit, plunge: axes[3 * at + 1], azimuth: axes[3 * at + 2] };
        let plane = |at: usize| NodalPlane { strike: axes[at], dip: axes[at + 1], rake: axes[at + 2] };
        (tensor, [axis(0), axis(1), axis(2)], axes[9] * unit, [plane(10), plane(13)])
    };
    lines.chunks(5).map(event).collect()
}

#[test]
fn planes_axes_and_moments_are_those_of_global_cmt() {
    let events = ndk();
    assert_eq!(events.len(), 6);
    for (tensor, [tension, null, pressure], moment, planes) in events {
        let axes = tensor.axes();
        for (found, expected) in [(axes.tension, tension), (axes.null, null), (axes.pressure, pressure)] {
            assert!(angle(&found, &expected) < 1.0, "{found:?} {expected:?}");
            assert!((found.moment_n_m - expected.moment_n_m).abs() < 0.01 * moment, "{found:?} {expected:?}");
        }
        assert!((tensor.scalar_moment_n_m() / moment - 1.0).abs() < 2e-3);
        assert!(planes_apart(axes.nodal_planes(), planes) < 1.0);
        for expected in planes {
            let closest = axes
                .nodal_planes()
                .into_iter()
                .min_by(|one, other| normal_apart(one, &expected).total_cmp(&normal_apart(other, &expected)));
            let rake = closest.map(|plane| (plane.rake - expected.rake + 540.0).rem_euclid(360.0) - 180.0);
            assert!(rake.is_some_and(|it| it.abs() < 1.5), "{closest:?} {expected:?}");
        }
    }
}

#[test]
fn styles_are_those_of_known_earthquakes() {
    let style = |strike, dip, rake| Faulting::of(&NodalPlane { strike, dip, rake }.axes(1.0));
    assert_eq!(style(203.0, 10.0, 88.0), Faulting::Thrust); // Tohoku 2011
    assert_eq!(style(110.0, 45.0, -90.0), Faulting::Normal);
    assert_eq!(style(51.0, 90.0, 1.0), Faulting::StrikeSlip);
    assert_eq!(style(0.0, 90.0, 45.0), Faulting::Odd);
}

fn planes() -> impl Strategy<Value = NodalPlane> {
    let angle = |low: i32, high: i32| prop_oneof![(low..=high).prop_map(f64::from), f64::from(low)..f64::from(high)];
    (angle(0, 359), angle(0, 90), angle(-179, 180)).prop_map(|(strike, dip, rake)| NodalPlane { strike, dip, rake })
}

fn tensors() -> impl Strategy<Value = MomentTensor> {
    prop::array::uniform6(prop_oneof![-1.0..1.0_f64, Just(0.0)]).prop_map(MomentTensor::of_north_east_down)
}

/// Whether a point of the disc pushes, by the tensor itself.
fn pushes(tensor: &MomentTensor, [east, north]: [f64; 2]) -> f64 {
    let radius = east.hypot(north);
    let from_down = 2.0 * (radius / std::f64::consts::SQRT_2).asin();
    let level = if radius > 0.0 { from_down.sin() / radius } else { 0.0 };
    let (south, east, up) = (-north * level, east * level, -from_down.cos());
    tensor.mrr * up * up
        + tensor.mtt * south * south
        + tensor.mpp * east * east
        + 2.0 * (tensor.mrt * up * south + tensor.mrp * up * east + tensor.mtp * south * east)
}

/// Whether a point is inside of outlines by the even-odd rule.
fn inside(outlines: &[Vec<[f64; 2]>], [x, y]: [f64; 2]) -> bool {
    let mut inside = false;
    for outline in outlines {
        for (one, other) in outline.iter().zip(outline.iter().cycle().skip(1)) {
            if (one[1] > y) != (other[1] > y) && x < one[0] + (y - one[1]) / (other[1] - one[1]) * (other[0] - one[0]) {
                inside = !inside;
            }
        }
    }
    inside
}

/// A lattice inside of the unit circle.
fn lattice() -> impl Iterator<Item = [f64; 2]> {
    let step = |at: i32| f64::from(at) / 23.0 + 0.003;
    (-23..=23).flat_map(move |x| (-23..=23).map(move |y| [step(x), step(y)])).filter(|[x, y]| x.hypot(*y) < 0.985)
}

proptest! {
    #[test]
    fn the_auxiliary_of_the_auxiliary_is_the_plane(plane in planes()) {
        let back = plane.auxiliary().auxiliary();
        prop_assert!(apart(&plane, &back) < 1e-4, "{plane:?} {back:?}");
        prop_assert!(apart(&plane, &plane.auxiliary()) < 1e-4);
        prop_assert!(plane.dip < 1e-3 || normal_apart(&plane, &back) < 1e-4, "{plane:?} {back:?}");
        let auxiliary = plane.auxiliary();
        prop_assert!((0.0..360.0).contains(&auxiliary.strike) && (0.0..=90.0).contains(&auxiliary.dip));
        prop_assert!(auxiliary.rake > -180.0 - 1e-9 && auxiliary.rake <= 180.0);
    }

    #[test]
    fn the_planes_of_a_tensor_are_those_it_was_made_of(plane in planes()) {
        let tensor = plane.tensor(3e18);
        prop_assert!((tensor.scalar_moment_n_m() / 3e18 - 1.0).abs() < 1e-9);
        prop_assert!((tensor.total_moment_n_m() / 3e18 - 1.0).abs() < 1e-9);
        let shares = tensor.shares().expect("a moment");
        prop_assert!((shares.double_couple - 1.0).abs() < 1e-6 && shares.isotropic.abs() < 1e-9);
        let found = tensor.axes().nodal_planes();
        prop_assert!(planes_apart(found, [plane, plane.auxiliary()]) < 1e-3, "{plane:?} {found:?}");
        prop_assert!(found.iter().all(|it| apart(it, &plane) < 1e-3));
    }

    #[test]
    fn half_of_a_double_couple_pushes(plane in planes()) {
        let ball = Beachball::of_plane(&plane).expect("a mechanism");
        prop_assert!((ball.compression_share() - 0.5).abs() < 2e-3, "{plane:?} {}", ball.compression_share());
    }

    #[test]
    fn every_point_of_a_beachball_is_of_the_tensors_polarity(tensor in tensors()) {
        prop_assume!(tensor.is_known());
        let ball = Beachball::of_tensor(&tensor).expect("a mechanism");
        let outlines = ball.compression();
        prop_assert!(outlines.iter().flatten().all(|[x, y]| x.is_finite() && x.hypot(*y) < 1.0 + 1e-9));
        let size = tensor.total_moment_n_m();
        for point in lattice() {
            let push = pushes(&tensor, point);
            // Near the nodal line the corners of the outline are cut.
            if push.abs() > 6e-3 * size {
                prop_assert_eq!(inside(&outlines, point), push > 0.0, "{:?} {:?} {}", tensor, point, push / size);
            }
        }
    }

    #[test]
    fn nodal_lines_are_where_nothing_moves_first(plane in planes()) {
        let tensor = plane.tensor(1.0);
        for point in nodal_line(&plane) {
            prop_assert!(pushes(&tensor, point).abs() < 1e-6);
        }
    }
}

#[test]
fn explosions_are_full_and_implosions_empty() {
    let tensor = |size: f64| MomentTensor { mrr: size, mtt: size, mpp: size, mrt: 0.0, mrp: 0.0, mtp: 0.0 };
    let full = Beachball::of_tensor(&tensor(1.0)).expect("a mechanism");
    assert_eq!((full.disc, full.areas.len(), full.compression_share()), (Polarity::Compression, 0, 1.0));
    assert_eq!(Beachball::of_tensor(&tensor(-1.0)).expect("a mechanism").compression_share(), 0.0);
    assert_eq!(Beachball::of_tensor(&tensor(0.0)), None);
    assert_eq!(Beachball::of_tensor(&tensor(f64::NAN)), None);
    let shares = tensor(2.0).shares().expect("a moment");
    assert!((shares.isotropic - 1.0).abs() < 1e-9 && shares.double_couple == 0.0 && shares.clvd == 0.0);
}

#[test]
fn a_vertical_dipole_has_no_double_couple() {
    let dipole = MomentTensor { mrr: 2.0, mtt: -1.0, mpp: -1.0, mrt: 0.0, mrp: 0.0, mtp: 0.0 };
    let shares = dipole.shares().expect("a moment");
    assert!((shares.clvd - 1.0).abs() < 1e-9 && shares.double_couple.abs() < 1e-9);
    let ball = Beachball::of_tensor(&dipole).expect("a mechanism");
    assert_eq!((ball.disc, ball.areas.len()), (Polarity::Dilatation, 1));
    // The cone of 54.7 degrees about the vertical: 1 - cos 54.7 of the hemisphere.
    assert!((ball.compression_share() - (1.0 - 1.0 / 3.0_f64.sqrt())).abs() < 1e-3);
}

//! Wide lines as areas: a quadrangle per segment, a wedge per corner, a cap per end, all wound the same way.

use super::accumulator::Accumulator;
use super::path::{Run, normal};
use crate::style::{Cap, Join};

/// How wide and how cornered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pen {
    /// Pixels.
    pub width: f64,
    /// At the ends.
    pub cap: Cap,
    /// At the corners.
    pub join: Join,
}

/// A pointed corner is cut where it would be longer than this many widths.
const MITER_LIMIT: f64 = 2.0;
/// How far an arc may be from its chords, pixels.
const ARC_ERROR: f64 = 0.05;

/// Adds the area of a run to what is gathered.
pub fn stroke(run: &Run, pen: Pen, accumulator: &mut Accumulator) {
    let half = pen.width / 2.0;
    let points = &run.positions;
    let count = points.len();
    let segments = if run.closed { count } else { count.saturating_sub(1) };
    let point = |at: usize| points[at % count];
    for at in 0..segments {
        let (from, to) = (point(at), point(at + 1));
        let Some([nx, ny]) = normal(from, to) else { continue };
        let side = [nx * half, ny * half];
        accumulator.ring(&[add(from, side), add(to, side), sub(to, side), sub(from, side)], 1.0);
        if at + 1 < segments || run.closed {
            corner([from, to, point(at + 2)], half, pen.join, accumulator);
        }
    }
    if !run.closed && segments > 0 {
        cap(point(1), point(0), half, pen.cap, accumulator);
        cap(point(count - 2), point(count - 1), half, pen.cap, accumulator);
    }
}

fn add(a: [f64; 2], b: [f64; 2]) -> [f64; 2] {
    [a[0] + b[0], a[1] + b[1]]
}

fn sub(a: [f64; 2], b: [f64; 2]) -> [f64; 2] {
    [a[0] - b[0], a[1] - b[1]]
}

/// Fills the gap on the outer side of a corner.
fn corner([before, at, after]: [[f64; 2]; 3], half: f64, join: Join, accumulator: &mut Accumulator) {
    let (Some(a), Some(b)) = (normal(before, at), normal(at, after)) else { return };
    let turn = a[0] * b[1] - a[1] * b[0];
    // The outer side is the right when the line turns left, and the reverse.
    let outer = if turn > 0.0 { -half } else { half };
    let (from, to) = ([a[0] * outer, a[1] * outer], [b[0] * outer, b[1] * outer]);
    let cosine = (a[0] * b[0] + a[1] * b[1]).clamp(-1.0, 1.0);
    let mut fan = vec![at, add(at, from)];
    match join {
        Join::Bevel => {}
        Join::Round => arc(at, from, cosine.acos() * -outer.signum(), &mut fan),
        Join::Miter => {
            // The point lies half the width / cos(turn / 2) away, along the bisector of the two normals.
            let bisector = 1.0 / (1.0 + cosine);
            if (bisector * 2.0).sqrt() <= MITER_LIMIT {
                fan.push(add(at, [(from[0] + to[0]) * bisector, (from[1] + to[1]) * bisector]));
            }
        }
    }
    fan.push(add(at, to));
    accumulator.ring(&fan, 1.0);
}

/// Positions on an arc around a centre, from an arm turned by an angle, without its ends.
fn arc(centre: [f64; 2], arm: [f64; 2], angle: f64, positions: &mut Vec<[f64; 2]>) {
    let radius = arm[0].hypot(arm[1]);
    let steps = arc_steps(radius, angle);
    for step in 1..steps {
        let (sine, cosine) = (angle * step as f64 / steps as f64).sin_cos();
        positions.push(add(centre, [arm[0] * cosine - arm[1] * sine, arm[0] * sine + arm[1] * cosine]));
    }
}

fn arc_steps(radius: f64, angle: f64) -> usize {
    let step = 2.0 * (1.0 - ARC_ERROR / radius.max(ARC_ERROR * 2.0)).acos();
    ((angle.abs() / step).ceil()).clamp(1.0, 512.0) as usize
}

fn cap(inner: [f64; 2], end: [f64; 2], half: f64, cap: Cap, accumulator: &mut Accumulator) {
    let Some([nx, ny]) = normal(inner, end) else { return };
    let side = [nx * half, ny * half];
    let ahead = [ny * half, -nx * half];
    match cap {
        Cap::Butt => {}
        Cap::Square => {
            let (left, right) = (sub(end, side), add(end, side));
            accumulator.ring(&[left, add(left, ahead), add(right, ahead), right], 1.0);
        }
        Cap::Round => {
            let mut disc = vec![add(end, side)];
            arc(end, side, -std::f64::consts::PI, &mut disc);
            disc.push(sub(end, side));
            accumulator.ring(&disc, 1.0);
        }
    }
}

/// A circle as a ring, its chords within a twentieth of a pixel.
pub fn circle(centre: [f64; 2], radius: f64) -> Vec<[f64; 2]> {
    let steps = arc_steps(radius, std::f64::consts::TAU).max(8);
    let at = |step: usize| {
        let (sine, cosine) = (std::f64::consts::TAU * step as f64 / steps as f64).sin_cos();
        [centre[0] + radius * cosine, centre[1] + radius * sine]
    };
    (0..steps).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    fn area(run: &Run, pen: Pen) -> f64 {
        let mut accumulator = Accumulator::new(60, 60);
        stroke(run, pen, &mut accumulator);
        let mut total = 0.0;
        accumulator.sweep(|_, _, covered| total += covered.iter().map(|&share| f64::from(share)).sum::<f64>());
        total
    }

    fn line(positions: &[[f64; 2]], closed: bool) -> Run {
        Run { positions: positions.to_vec(), start: 0.0, closed }
    }

    #[test]
    fn caps_add_what_they_should() {
        let run = line(&[[20.0, 30.0], [40.0, 30.0]], false);
        let pen = |cap| Pen { width: 6.0, cap, join: Join::Round };
        assert!((area(&run, pen(Cap::Butt)) - 120.0).abs() < 0.01);
        assert!((area(&run, pen(Cap::Square)) - 156.0).abs() < 0.01);
        let round = area(&run, pen(Cap::Round));
        assert!((round - (120.0 + PI * 9.0)).abs() < 0.8, "{round}");
    }

    #[test]
    fn joins_fill_the_outer_corner_whichever_way_the_line_turns() {
        for y in [10.0, 50.0] {
            let run = line(&[[10.0, 30.0], [30.0, 30.0], [30.0, y]], false);
            let of = |join| area(&run, Pen { width: 8.0, cap: Cap::Butt, join });
            // Two bars of 20 × 8 share a quarter of the corner's 8 × 8; the outer quarter is the join's.
            let bare = 320.0 - 16.0;
            assert!((of(Join::Bevel) - (bare + 8.0)).abs() < 0.05, "{}", of(Join::Bevel));
            assert!((of(Join::Miter) - (bare + 16.0)).abs() < 0.05, "{}", of(Join::Miter));
            assert!((of(Join::Round) - (bare + PI * 4.0)).abs() < 0.4, "{}", of(Join::Round));
        }
    }

    #[test]
    fn a_ring_has_no_ends() {
        let run = line(&[[10.0, 10.0], [50.0, 10.0], [50.0, 50.0], [10.0, 50.0]], true);
        let covered = area(&run, Pen { width: 4.0, cap: Cap::Butt, join: Join::Miter });
        assert!((covered - (44.0 * 44.0 - 36.0 * 36.0)).abs() < 0.1, "{covered}");
    }

    #[test]
    fn a_circle_has_its_area() {
        let mut accumulator = Accumulator::new(60, 60);
        accumulator.ring(&circle([30.0, 30.0], 20.0), 1.0);
        let mut total = 0.0;
        accumulator.sweep(|_, _, covered| total += covered.iter().map(|&share| f64::from(share)).sum::<f64>());
        assert!((total / (PI * 400.0) - 1.0).abs() < 0.004, "{total}");
    }
}

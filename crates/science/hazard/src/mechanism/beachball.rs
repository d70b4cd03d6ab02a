//! The beachball of a mechanism: where the first waves push and where they pull, on the lower half of the focal sphere.
//!
//! In Schmidt's equal-area projection, in a circle of radius 1 with x east and y north. A tensor that is no double couple is drawn
//! as it is. What of the sphere pulls or pushes is a double cone about the axis whose moment has a sign of its own, so that one or
//! two outlines on a disc of the other colour are the whole picture.

use super::{MomentTensor, NodalPlane, Vector, dot, scaled, sum};
use serde::{Deserialize, Serialize};
use std::f64::consts::{PI, SQRT_2, TAU};

/// Points around the rim, and of a nodal line.
const STEPS: usize = 180;
/// Corners of an outline are nearer to each other than 2.5°: the cosine.
const NEAR: f64 = 0.999_05;
/// An angle about a cone's axis that is not halved any more, radians.
const ANGLE_LEAST: f64 = 1e-7;
/// A moment smaller than this share of the greatest counts as none: measured tensors are not known better.
const NOTHING: f64 = 1e-6;
/// Directions so little above or below the horizon are on it: the planes of a vertical fault shall not waver.
const ON_HORIZON: f64 = 1e-7;

/// Which way the first waves move the ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Polarity {
    /// Outwards, which is filled by custom.
    Compression,
    /// Inwards, which is left white.
    Dilatation,
}

/// A disc of one polarity with areas of the other upon it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Beachball {
    /// The polarity of the disc.
    pub disc: Polarity,
    /// Closed outlines (the last point is not repeated) of the areas of the other polarity, in the unit circle, x east, y north.
    pub areas: Vec<Vec<[f64; 2]>>,
}

impl Beachball {
    /// The beachball of a moment tensor, changes of volume and dipoles included; `None` for zeros or what is no number.
    pub fn of_tensor(tensor: &MomentTensor) -> Option<Self> {
        tensor.is_known().then(|| Self::of_principal(tensor.principal()))
    }

    /// The beachball of the double couple on a plane.
    pub fn of_plane(plane: &NodalPlane) -> Option<Self> {
        Self::of_tensor(&plane.tensor(1.0))
    }

    fn of_principal(mut principal: [(f64, Vector); 3]) -> Self {
        let greatest = principal.iter().fold(0.0_f64, |greatest, (moment, _)| greatest.max(moment.abs()));
        for (moment, _) in &mut principal {
            *moment = if moment.abs() < NOTHING * greatest { 0.0 } else { *moment / greatest };
        }
        let [tension, null, pressure] = principal;
        let (odd, pair, areas_push) = match (tension.0 > 0.0, null.0 > 0.0, pressure.0 < 0.0) {
            (true, _, false) => return Self { disc: Polarity::Compression, areas: Vec::new() },
            (false, ..) => return Self { disc: Polarity::Dilatation, areas: Vec::new() },
            (true, true, true) => (pressure, [tension, null], false),
            (true, false, true) => (tension, [null, pressure], true),
        };
        let cone = Cone { axis: odd, pair };
        let areas = [1.0, -1.0].into_iter().filter_map(|way| cone.outline(way)).collect();
        Self { disc: if areas_push { Polarity::Dilatation } else { Polarity::Compression }, areas }
    }

    /// The outlines of what pushes: filled by the even-odd rule they are the beachball's dark part.
    pub fn compression(&self) -> Vec<Vec<[f64; 2]>> {
        match self.disc {
            Polarity::Dilatation => self.areas.clone(),
            Polarity::Compression => std::iter::once(circle()).chain(self.areas.iter().cloned()).collect(),
        }
    }

    /// The share of the disc, and so of the lower half of the sphere, that pushes: 0.5 for every double couple.
    pub fn compression_share(&self) -> f64 {
        let areas: f64 = self.areas.iter().map(|outline| area(outline).abs()).sum::<f64>() / PI;
        if self.disc == Polarity::Dilatation { areas } else { 1.0 - areas }
    }
}

/// A double cone on which the waves have no first motion: one axis, and the two whose moments have the other sign.
struct Cone {
    axis: (f64, Vector),
    pair: [(f64, Vector); 2],
}

impl Cone {
    /// The outline of one half of the double cone in the lower hemisphere; `None` when none of it is there.
    fn outline(&self, way: f64) -> Option<Vec<[f64; 2]>> {
        let around = self.around(way);
        let count = around.len();
        let below = |direction: &Vector| direction[2] >= 0.0;
        // What only touches the horizon, with its edge or its tips, has nothing below it.
        if !around.iter().any(|direction| direction[2] > 0.0) {
            return None;
        }
        if around.iter().all(below) {
            return Some(around.into_iter().map(projected).collect());
        }
        // Begins where the outline comes down through the horizon.
        let start = (0..count).find(|&at| !below(&around[at]) && below(&around[(at + 1) % count]))?;
        let mut outline = Vec::with_capacity(2 * count);
        let mut left: Option<Vector> = None;
        for step in 0..count {
            let (from, to) = (around[(start + step) % count], around[(start + step + 1) % count]);
            match (below(&from), below(&to)) {
                (false, true) => {
                    let entered = on_horizon(from, to);
                    self.along_rim(way, left, entered, &mut outline);
                    outline.extend([projected(entered), projected(to)]);
                }
                (true, true) => outline.push(projected(to)),
                (true, false) => {
                    left = Some(on_horizon(from, to));
                    outline.extend(left.map(projected));
                }
                (false, false) => {}
            }
        }
        self.along_rim(way, left, on_horizon(around[start], around[(start + 1) % count]), &mut outline);
        Some(outline)
    }

    /// The corners of the outline around one half of the double cone.
    fn around(&self, way: f64) -> Vec<Vector> {
        let corner = |quarter: usize| {
            let angle = TAU * quarter as f64 / 4.0;
            (angle, self.direction(way, angle))
        };
        let mut corners = Vec::new();
        (0..4).for_each(|quarter| self.bend(way, corner(quarter), corner(quarter + 1), &mut corners));
        corners
    }

    /// Adds corners from one angle about the axis to another within the same quarter, where the outline goes one way only: halves the
    /// angle until the corners are near to each other.
    fn bend(&self, way: f64, from: (f64, Vector), to: (f64, Vector), corners: &mut Vec<Vector>) {
        if dot(from.1, to.1) > NEAR || to.0 - from.0 < ANGLE_LEAST {
            return corners.push(to.1);
        }
        let angle = f64::midpoint(from.0, to.0);
        let middle = (angle, self.direction(way, angle));
        self.bend(way, from, middle, corners);
        self.bend(way, middle, to, corners);
    }

    /// Where the cone is at an angle about its axis.
    fn direction(&self, way: f64, angle: f64) -> Vector {
        let [(one, one_axis), (other, other_axis)] = self.pair;
        let (sin, cos) = angle.sin_cos();
        let spread = (one.abs() * cos * cos + other.abs() * sin * sin).sqrt();
        // tan θ = √|axis| / spread; a pair without moment opens the cone to a right angle.
        let opening = self.axis.0.abs().sqrt().atan2(spread);
        let level = sum(scaled(one_axis, cos), other_axis, sin);
        let [north, east, down] = sum(scaled(self.axis.1, way * opening.cos()), level, opening.sin());
        [north, east, if down.abs() < ON_HORIZON { 0.0 } else { down }]
    }

    /// The way along the rim from one direction on the horizon to another, inside of the cone.
    fn along_rim(&self, way: f64, from: Option<Vector>, to: Vector, outline: &mut Vec<[f64; 2]>) {
        let Some(from) = from else { return };
        let start = from[1].atan2(from[0]);
        let mut turn = (to[1].atan2(to[0]) - start).rem_euclid(TAU);
        if turn.min(TAU - turn) < ON_HORIZON {
            return;
        }
        // The middles of the two ways around are opposite to each other: one of them faces the cone.
        if !self.faces(way, start + turn / 2.0) {
            turn -= TAU;
        }
        let steps = (turn.abs() / TAU * STEPS as f64).ceil() as usize;
        outline.extend((1..steps).map(|step| {
            let (east, north) = (start + turn * step as f64 / steps as f64).sin_cos();
            [east, north]
        }));
    }

    /// Whether an azimuth is on the side of this half of the double cone.
    fn faces(&self, way: f64, azimuth: f64) -> bool {
        way * dot(self.axis.1, [azimuth.cos(), azimuth.sin(), 0.0]) > 0.0
    }
}

/// Where the way from one direction to another crosses the horizon.
fn on_horizon(from: Vector, to: Vector) -> Vector {
    let share = if from[2] == to[2] { 0.0 } else { from[2] / (from[2] - to[2]) };
    let middle = sum(scaled(from, 1.0 - share), to, share);
    let length = middle[0].hypot(middle[1]).max(f64::MIN_POSITIVE);
    [middle[0] / length, middle[1] / length, 0.0]
}

/// Schmidt's equal-area projection of a direction of the lower hemisphere.
fn projected(direction: Vector) -> [f64; 2] {
    let level = direction[0].hypot(direction[1]);
    if level == 0.0 {
        return [0.0, 0.0];
    }
    let radius = (SQRT_2 * (level.atan2(direction[2]) / 2.0).sin()).min(1.0);
    [radius * direction[1] / level, radius * direction[0] / level]
}

fn circle() -> Vec<[f64; 2]> {
    (0..2 * STEPS).map(|step| (PI * step as f64 / STEPS as f64).sin_cos().into()).collect()
}

fn area(outline: &[[f64; 2]]) -> f64 {
    let next = outline.iter().cycle().skip(1);
    outline.iter().zip(next).map(|(one, other)| one[0] * other[1] - other[0] * one[1]).sum::<f64>() / 2.0
}

/// The line of a nodal plane across the beachball, from rim to rim, x east, y north.
pub fn nodal_line(plane: &NodalPlane) -> Vec<[f64; 2]> {
    let along = NodalPlane { rake: 0.0, ..*plane }.slip();
    let down = scaled(NodalPlane { rake: 90.0, ..*plane }.slip(), -1.0);
    (0..=STEPS)
        .map(|step| {
            let (sin, cos) = (PI * step as f64 / STEPS as f64).sin_cos();
            projected(sum(scaled(along, cos), down, sin))
        })
        .collect()
}

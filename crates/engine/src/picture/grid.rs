//! The grids of a picture: which part of a grid the view shows, and where its pixels lie in it.

use super::{GLOBE_DEG, OpenLayer, period};
use crate::pool::{Cancel, wait};
use terrane_drawing::render::{Canvas, GridPainter, GroundLookup};
use terrane_drawing::view::View;
use terrane_model::filter::Transformer as _;
use terrane_model::grid::{GridQuery, GridSchema, GridTransform};
use terrane_model::limits::Limits;
use terrane_model::{Bbox, Crs, GridSource, Result};
use terrane_projection::Transform;

/// Of the mean sphere of GRS 80, radius 6 371 008.8 m.
const METRES_PER_DEGREE: f64 = 111_195.079_734_632;

struct Lookup {
    view: Crs,
    transform: Transform,
    /// The grid's west and east, and its globe, when its x are degrees.
    around: Option<[f64; 2]>,
}

impl GroundLookup for Lookup {
    fn to_window(&self, positions: &mut [[f64; 2]]) {
        self.transform.apply(positions);
        let Some([west, east]) = self.around else { return };
        for position in positions {
            if position[0] < west && position[0] + GLOBE_DEG <= east {
                position[0] += GLOBE_DEG;
            } else if position[0] > east && position[0] - GLOBE_DEG >= west {
                position[0] -= GLOBE_DEG;
            }
        }
    }

    fn pixels_m(&self, positions: &[[f64; 2]], [step_x, step_y]: [f64; 2]) -> Vec<[f64; 2]> {
        let corners = positions.iter().flat_map(|&[x, y]| [[x, y], [x + step_x, y], [x, y + step_y]]);
        let mut corners: Vec<[f64; 2]> = corners.collect();
        if let Ok(transform) = Transform::new(&self.view, &Crs::crs84()) {
            transform.apply(&mut corners);
        }
        corners.chunks_exact(3).map(|corner| [apart_m(corner[0], corner[1]), apart_m(corner[0], corner[2])]).collect()
    }
}

/// How far two near places in degrees are apart on a sphere, metres.
fn apart_m(a: [f64; 2], b: [f64; 2]) -> f64 {
    // Across the antimeridian the difference is a globe too many.
    let east = (b[0] - a[0] + 540.0).rem_euclid(GLOBE_DEG) - 180.0;
    let level = ((a[1] + b[1]) / 2.0).to_radians().cos();
    (east * level).hypot(b[1] - a[1]) * METRES_PER_DEGREE
}

/// Draws a layer that is a grid: what its style needs of it, nothing when the view shows none of it.
pub(super) fn draw_grid(
    open: &OpenLayer,
    grid: &dyn GridSource,
    limits: &Limits,
    canvas: &mut Canvas,
    cancel: &Cancel,
) -> Result<()> {
    let (schema, view) = (grid.schema(), canvas.view().clone());
    let mut painter = GridPainter::new(&open.style, schema, &view)?;
    if painter.bands().is_empty() {
        return Ok(());
    }
    let extent = schema.bbox();
    let around = period(&schema.crs).filter(|globe| *globe == GLOBE_DEG).map(|_| [extent.min[0], extent.max[0]]);
    let lookup = Lookup { view: view.crs.clone(), transform: Transform::new(&view.crs, &schema.crs)?, around };
    let [step_x, step_y] = view.step();
    let seen = view.bbox.grown(painter.reach_px() * step_x.max(step_y));
    // A box without an image in the grid's CRS, or wholly beyond it, shows nothing of the grid.
    let whole = if lookup.transform.is_identity() { Ok(seen) } else { lookup.transform.bbox(&seen) };
    let Ok(whole) = whole else { return Ok(()) };
    let step = grid_step(&whole, &view);
    let reach = painter.reach_samples() * step.max(coarsest(schema));
    for bbox in grid_boxes(&whole, reach, &lookup, &extent) {
        cancel.check()?;
        let query = GridQuery {
            step_max: Some(step),
            bbox,
            bands: painter.bands().to_vec(),
            slice: Vec::new(),
            samples_max: limits.window_samples_max,
        };
        let window = wait(grid.window(&query))?;
        if window.width > 0 && window.height > 0 {
            painter.add(&window, &lookup)?;
        }
    }
    painter.paint(canvas, open.layer.opacity);
    Ok(())
}

/// The longer side of a sample at full resolution, ground units.
fn coarsest(schema: &GridSchema) -> f64 {
    let GridTransform { step, shear, .. } = schema.transform;
    step[0].hypot(shear[1]).max(step[1].hypot(shear[0]))
}

/// The parts of the grid that the view shows, with what is near them; more than one when the view goes around the globe.
fn grid_boxes(whole: &Bbox, reach: f64, lookup: &Lookup, extent: &Bbox) -> Vec<Bbox> {
    let shifts: &[f64] = if lookup.around.is_some() { &[0.0, GLOBE_DEG, -GLOBE_DEG] } else { &[0.0] };
    let mut boxes = Vec::new();
    for part in whole.parts() {
        for shift in shifts {
            let moved = Bbox { min: [part.min[0] + shift, part.min[1]], max: [part.max[0] + shift, part.max[1]] };
            // What only touches the grid shows nothing of it, and what is near that would be drawn over what is shown.
            let seen = moved.intersection(extent).filter(|seen| seen.width() > 0.0 && seen.height() > 0.0);
            boxes.extend(seen.and_then(|seen| seen.grown(reach).intersection(extent)));
        }
    }
    boxes
}

/// A pixel's ground, the shorter side, so that the stored overview is never coarser than what is drawn.
fn grid_step(ground: &Bbox, view: &View) -> f64 {
    (ground.width() / f64::from(view.width_px)).min(ground.height() / f64::from(view.height_px))
}

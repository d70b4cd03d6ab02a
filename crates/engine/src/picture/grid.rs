//! The grids of a picture: which part of a grid the view shows, and where its pixels lie in it.

use super::{GLOBE_DEG, OpenLayer, period};
use crate::pool::wait;
use terrane_drawing::render::{Canvas, GroundLookup, paint_window};
use terrane_drawing::view::View;
use terrane_model::filter::Transformer as _;
use terrane_model::grid::GridQuery;
use terrane_model::limits::Limits;
use terrane_model::{Bbox, GridSource, Result};
use terrane_projection::Transform;

struct Lookup {
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
}

/// Draws a layer that is a grid: what its style needs of it, nothing when the view shows none of it.
pub(super) fn draw_grid(
    open: &OpenLayer,
    grid: &dyn GridSource,
    view: &View,
    limits: &Limits,
    canvas: &mut Canvas,
) -> Result<()> {
    let schema = grid.schema();
    let transform = Transform::new(&view.crs, &schema.crs)?;
    let extent = schema.bbox();
    let around = period(&schema.crs).filter(|globe| *globe == GLOBE_DEG).map(|_| [extent.min[0], extent.max[0]]);
    let lookup = Lookup { transform, around };
    // A box without an image in the grid's CRS, or wholly beyond it, shows nothing of the grid.
    let whole = if lookup.transform.is_identity() { Ok(view.bbox) } else { lookup.transform.bbox(&view.bbox) };
    let Ok(whole) = whole else { return Ok(()) };
    let step = grid_step(&whole, view);
    for bbox in grid_boxes(&whole, &lookup, &extent) {
        let query = GridQuery {
            step_max: Some(step),
            bbox,
            bands: Vec::new(),
            slice: Vec::new(),
            samples_max: limits.window_samples_max,
        };
        let window = wait(grid.window(&query))?;
        if window.width > 0 && window.height > 0 {
            paint_window(&open.style, schema, &window, &lookup, canvas)?;
        }
    }
    Ok(())
}

/// The parts of the grid that the view shows; more than one when the view goes around the globe.
fn grid_boxes(whole: &Bbox, lookup: &Lookup, extent: &Bbox) -> Vec<Bbox> {
    let shifts: &[f64] = if lookup.around.is_some() { &[0.0, GLOBE_DEG, -GLOBE_DEG] } else { &[0.0] };
    let mut boxes = Vec::new();
    for part in whole.parts() {
        for shift in shifts {
            let moved = Bbox { min: [part.min[0] + shift, part.min[1]], max: [part.max[0] + shift, part.max[1]] };
            boxes.extend(moved.intersection(extent));
        }
    }
    boxes
}

/// A pixel's ground, the shorter side, so that the stored overview is never coarser than what is drawn.
fn grid_step(ground: &Bbox, view: &View) -> f64 {
    (ground.width() / f64::from(view.width_px)).min(ground.height() / f64::from(view.height_px))
}

//! What is at a point: rows near it and samples under it, layer by layer from the top.

use crate::Engine;
use crate::caller::Caller;
use crate::features::moved;
use crate::finish::Filtered;
use crate::picture::{OpenLayer, PictureLayer, check_size, open_layers, period};
use crate::pool::{Cancel, wait};
use std::collections::HashSet;
use std::sync::Arc;
use terrane_drawing::view::View;
use terrane_model::filter::{GeometryExpr, SpatialOp};
use terrane_model::grid::{Band, GridQuery};
use terrane_model::schema::GeometryKind;
use terrane_model::{About, Batch, Bbox, Crs, Error, FeatureQuery, FeatureSource, Filter, GridSource, Result, Schema};
use terrane_projection::Transform;

/// A point that is asked about.
#[derive(Debug, Clone, PartialEq)]
pub struct InfoQuestion {
    /// The layers, bottom first, as they are drawn.
    pub layers: Vec<PictureLayer>,
    /// The picture that was looked at.
    pub view: View,
    /// The pixel, from the upper left corner; its middle is meant.
    pub at_px: [u32; 2],
    /// Rows per layer at most.
    pub count: usize,
    /// The CRS of geometry in the answer.
    pub crs: Crs,
}

/// What one layer has there.
#[derive(Debug, Clone)]
pub struct InfoHit {
    /// The layer's name as it was asked.
    pub layer: String,
    /// What the dataset is about.
    pub about: Arc<About>,
    /// What was found.
    pub found: Found,
}

/// Rows or samples.
#[derive(Debug, Clone)]
pub enum Found {
    /// Rows, with all columns, geometry in the CRS asked.
    Rows {
        /// All columns, with titles and units.
        schema: Arc<Schema>,
        /// The rows.
        batches: Vec<Batch>,
    },
    /// Samples.
    Samples {
        /// Where, in the CRS asked.
        position: [f64; 2],
        /// Each band with its value, or nothing where there is no data.
        values: Vec<(Band, Option<f64>)>,
    },
}

/// How near points and lines must be to be found, pixels.
const REACH_PX: f64 = 5.0;

impl Engine {
    /// What is at a point, top layer first; layers without anything there are left out.
    pub async fn info(&self, caller: Caller, question: InfoQuestion) -> Result<Vec<InfoHit>> {
        check_size(&question.view, self.limits())?;
        let view = &question.view;
        if question.at_px[0] >= view.width_px || question.at_px[1] >= view.height_px {
            let say = format!("The pixel is outside the picture of {} × {}.", view.width_px, view.height_px);
            return Err(Error::invalid(say).at("point"));
        }
        let mut layers = open_layers(&self.catalogue(), caller, question.layers.clone())?;
        layers.retain(|open| open.layer.is_drawn_at(view.scale_denominator));
        layers.reverse();
        let count = question.count.clamp(1, self.limits().info_features_max);
        self.pool().run(move |cancel| look(&layers, &question, count, cancel)).await
    }
}

fn look(layers: &[OpenLayer], question: &InfoQuestion, count: usize, cancel: &Cancel) -> Result<Vec<InfoHit>> {
    let mut hits = Vec::new();
    for open in layers {
        let found = match (&open.dataset.grid, &open.dataset.features) {
            (Some(grid), _) => samples_at(&**grid, question)?,
            (None, Some(source)) => rows_at(open, &**source, question, count, cancel)?,
            (None, None) => None,
        };
        let (layer, about) = (open.layer.name.clone(), Arc::clone(&open.dataset.about));
        hits.extend(found.map(|found| InfoHit { layer, about, found }));
    }
    Ok(hits)
}

fn rows_at(
    open: &OpenLayer,
    source: &dyn FeatureSource,
    question: &InfoQuestion,
    count: usize,
    cancel: &Cancel,
) -> Result<Option<Found>> {
    let schema = Arc::clone(source.schema());
    let Some(geometry) = &schema.geometry else { return Ok(None) };
    let area = matches!(geometry.kind, GeometryKind::Polygon | GeometryKind::MultiPolygon);
    let Some(place) = place(question, if area { 0.0 } else { REACH_PX }, &geometry.crs)? else { return Ok(None) };
    let own = match &open.layer.filter {
        Some(filter) => filter.transformed(&Transform::new(&open.layer.filter_crs, &geometry.crs)?)?,
        None => Filter::Literal(true),
    };
    let (mut batches, mut seen) = (Vec::new(), HashSet::new());
    for ring in copies(&place, &geometry.crs) {
        let (bbox, here) = meets(&ring, &geometry.name);
        let query = FeatureQuery { bbox: Some(bbox), filter: Some(own.clone().and(here)), ..FeatureQuery::default() };
        for batch in Filtered::new(wait(source.scan(&query))?, &schema, cancel)? {
            let batch = batch?;
            // A row that goes all around is met in more than one copy of the world.
            let fresh = batch.filtered(|row| seen.len() < count && seen.insert(batch.ids.get(row)));
            if !fresh.is_empty() {
                batches.push(fresh);
            }
            if seen.len() >= count {
                break;
            }
        }
    }
    let batches = moved(batches, &schema, &question.crs)?;
    Ok((!batches.is_empty()).then_some(Found::Rows { schema, batches }))
}

/// The pixel's middle, or the corners of the square around it, in the CRS of a source. Nothing when that CRS has no such place.
fn place(question: &InfoQuestion, reach_px: f64, crs: &Crs) -> Result<Option<Vec<[f64; 2]>>> {
    let middle = question.at_px.map(|pixel| f64::from(pixel) + 0.5);
    let around: &[[f64; 2]] = match reach_px > 0.0 {
        true => &[[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]],
        false => &[[0.0, 0.0]],
    };
    let at = |[dx, dy]: &[f64; 2]| ground_of(&question.view, [middle[0] + dx * reach_px, middle[1] + dy * reach_px]);
    let mut ground: Vec<[f64; 2]> = around.iter().map(at).collect();
    Transform::new(&question.view.crs, crs)?.apply(&mut ground);
    Ok(ground.iter().flatten().all(|number| number.is_finite()).then_some(ground))
}

/// The place in each copy of the world that rows may be in: −180° to 180°, 0° to 360°, or past either.
fn copies(place: &[[f64; 2]], crs: &Crs) -> Vec<Vec<[f64; 2]>> {
    let Some(globe) = period(crs) else { return vec![place.to_vec()] };
    // The corners stay together where they were turned to different sides of 180°.
    let first = wrapped(place[0][0], globe);
    let near_first = |x: f64| first + wrapped(x - place[0][0], globe);
    let copy = |turn: f64| place.iter().map(|&[x, y]| [near_first(x) + turn, y]).collect();
    [0.0, globe, -globe].map(copy).to_vec()
}

/// The same x between half a globe west and half a globe east.
fn wrapped(x: f64, globe: f64) -> f64 {
    (x + globe / 2.0).rem_euclid(globe) - globe / 2.0
}

/// The box of a position or ring, and the filter for rows that meet it.
fn meets(ring: &[[f64; 2]], column: &str) -> (Bbox, Filter) {
    let bbox = Bbox::of(ring);
    let geometry = match ring {
        [[x, y]] => geo_types::Geometry::Point(geo_types::Point::new(*x, *y)),
        ring => {
            let ring = ring.iter().map(|&[x, y]| geo_types::Coord { x, y }).collect();
            geo_types::Geometry::Polygon(geo_types::Polygon::new(geo_types::LineString(ring), Vec::new()))
        }
    };
    let left = GeometryExpr::Column(column.to_owned());
    let right = GeometryExpr::Literal(Arc::new(geometry));
    (bbox, Filter::Spatial { op: SpatialOp::Intersects, left, right })
}

fn ground_of(view: &View, pixel: [f64; 2]) -> [f64; 2] {
    let [step_x, step_y] = view.step();
    [view.bbox.min[0] + pixel[0] * step_x, view.bbox.max[1] - pixel[1] * step_y]
}

fn samples_at(grid: &dyn GridSource, question: &InfoQuestion) -> Result<Option<Found>> {
    let schema = grid.schema();
    let Some(place) = place(question, 0.0, &schema.crs)? else { return Ok(None) };
    let extent = schema.bbox();
    let positions = copies(&place, &schema.crs).into_iter().flatten();
    let Some(position) = positions.into_iter().find(|&position| extent.contains(position)) else { return Ok(None) };
    // The middle of the sample's cell: a position on an edge belongs to one sample only.
    let cell = |place: f64, count: u32| place.floor().clamp(0.0, f64::from(count.saturating_sub(1))) + 0.5;
    let [column, row] = schema.transform.place(position);
    let middle = schema.transform.ground(cell(column, schema.width), cell(row, schema.height));
    let query = GridQuery {
        bbox: Bbox { min: middle, max: middle },
        step_max: None,
        bands: Vec::new(),
        slice: Vec::new(),
        samples_max: SAMPLES_AT_POINT_MAX,
    };
    let window = wait(grid.window(&query))?;
    let [column, row] = window.transform.place(middle);
    let value = |band: usize| window.sample(band, column.max(0.0) as u32, row.max(0.0) as u32);
    let values = schema.bands.iter().enumerate().map(|(band, about)| (about.clone(), value(band))).collect();
    let Some(shown) = self::place(question, 0.0, &question.crs)? else { return Ok(None) };
    let x = period(&question.crs).map_or(shown[0][0], |globe| wrapped(shown[0][0], globe));
    Ok(Some(Found::Samples { position: [x, shown[0][1]], values }))
}

/// Samples that a source may read around one point.
const SAMPLES_AT_POINT_MAX: u64 = 4_194_304;

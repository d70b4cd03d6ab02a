//! What is at a point: rows near it and samples under it, layer by layer from the top.

use crate::Engine;
use crate::caller::Caller;
use crate::features::moved;
use crate::finish::Filtered;
use crate::picture::{OpenLayer, PictureLayer, check_size, open_layers};
use crate::pool::{Cancel, wait};
use std::sync::Arc;
use terrane_drawing::view::View;
use terrane_model::filter::{GeometryExpr, SpatialOp, Transformer as _};
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
    let reach_px = if area { 0.0 } else { REACH_PX };
    let around = around(question, reach_px, &geometry.crs)?;
    let here = Filter::Spatial {
        op: SpatialOp::Intersects,
        left: GeometryExpr::Column(geometry.name.clone()),
        right: GeometryExpr::Literal(Arc::new(around.clone())),
    };
    let own = match &open.layer.filter {
        Some(filter) => filter.transformed(&Transform::new(&open.layer.filter_crs, &geometry.crs)?)?,
        None => Filter::Literal(true),
    };
    let bbox = box_of(&around);
    let query = FeatureQuery { bbox: Some(bbox), filter: Some(own.and(here)), ..FeatureQuery::default() };
    let (mut batches, mut left) = (Vec::new(), count);
    for batch in Filtered::new(wait(source.scan(&query))?, &schema, cancel)? {
        let batch = batch?.sliced(0, left);
        left -= batch.len();
        batches.push(batch);
        if left == 0 {
            break;
        }
    }
    let batches = moved(batches, &schema, &question.crs)?;
    Ok((!batches.is_empty()).then_some(Found::Rows { schema, batches }))
}

/// The pixel's middle, or the square around it, in the CRS of a source.
fn around(question: &InfoQuestion, reach_px: f64, crs: &Crs) -> Result<geo_types::Geometry<f64>> {
    let transform = Transform::new(&question.view.crs, crs)?;
    let [x, y] = question.at_px.map(|pixel| f64::from(pixel) + 0.5);
    let corners = match reach_px > 0.0 {
        true => [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]]
            .map(|[dx, dy]| [x + dx * reach_px, y + dy * reach_px])
            .to_vec(),
        false => vec![[x, y]],
    };
    let mut ground: Vec<[f64; 2]> = corners.into_iter().map(|place| ground_of(&question.view, place)).collect();
    transform.positions(&mut ground)?;
    if ground.iter().flatten().any(|number| !number.is_finite()) {
        return Ok(geo_types::Geometry::MultiPoint(geo_types::MultiPoint(Vec::new())));
    }
    Ok(match ground.as_slice() {
        [only] => geo_types::Geometry::Point(geo_types::Point::new(only[0], only[1])),
        ring => {
            let ring = ring.iter().map(|&[x, y]| geo_types::Coord { x, y }).collect();
            geo_types::Geometry::Polygon(geo_types::Polygon::new(geo_types::LineString(ring), Vec::new()))
        }
    })
}

fn ground_of(view: &View, pixel: [f64; 2]) -> [f64; 2] {
    let [step_x, step_y] = view.step();
    let x = view.bbox.min[0] + pixel[0] * step_x;
    let globe = terrane_projection::info(&view.crs).is_ok_and(|info| info.geographic);
    let x = if globe { (x + 180.0).rem_euclid(360.0) - 180.0 } else { x };
    [x, view.bbox.max[1] - pixel[1] * step_y]
}

fn box_of(geometry: &geo_types::Geometry<f64>) -> Bbox {
    match geometry {
        geo_types::Geometry::Point(point) => Bbox { min: [point.x(), point.y()], max: [point.x(), point.y()] },
        geo_types::Geometry::Polygon(polygon) => {
            Bbox::of(&polygon.exterior().coords().map(|at| [at.x, at.y]).collect::<Vec<_>>())
        }
        _ => Bbox::EMPTY,
    }
}

fn samples_at(grid: &dyn GridSource, question: &InfoQuestion) -> Result<Option<Found>> {
    let schema = grid.schema();
    let ground = ground_of(&question.view, question.at_px.map(|pixel| f64::from(pixel) + 0.5));
    let mut place = [ground];
    Transform::new(&question.view.crs, &schema.crs)?.apply(&mut place);
    let extent = schema.bbox();
    let [x, y] = place[0];
    let geographic = terrane_projection::info(&schema.crs).is_ok_and(|info| info.geographic);
    let turns: &[f64] = if geographic { &[0.0, 360.0, -360.0] } else { &[0.0] };
    let Some(x) = turns.iter().map(|turn| x + turn).find(|&x| extent.contains([x, y])) else { return Ok(None) };
    let query = GridQuery {
        bbox: Bbox { min: [x, y], max: [x, y] },
        step_max: None,
        bands: Vec::new(),
        slice: Vec::new(),
        samples_max: SAMPLES_AT_POINT_MAX,
    };
    let window = wait(grid.window(&query))?;
    let [column, row] = window.transform.place([x, y]);
    let value = |band: usize| window.sample(band, column.max(0.0) as u32, row.max(0.0) as u32);
    let values = schema.bands.iter().enumerate().map(|(band, about)| (about.clone(), value(band))).collect();
    let mut position = [ground];
    Transform::new(&question.view.crs, &question.crs)?.apply(&mut position);
    Ok(Some(Found::Samples { position: position[0], values }))
}

/// Samples that a source may read around one point.
const SAMPLES_AT_POINT_MAX: u64 = 4_194_304;

//! Maps as pictures: opens each layer, reads what the view needs, draws from bottom to top.

mod grid;

use self::grid::draw_grid;
use crate::Engine;
use crate::caller::Caller;
use crate::catalogue::Catalogue;
use crate::clip::clipped;
use crate::features::moved_batch;
use crate::finish::Filtered;
use crate::pool::{Cancel, wait};
use std::sync::Arc;
use terrane_drawing::render::{Canvas, Painter};
use terrane_drawing::style::Style;
use terrane_drawing::text::Fonts;
use terrane_drawing::view::View;
use terrane_model::filter::Transformer as _;
use terrane_model::limits::Limits;
use terrane_model::map::Layer;
use terrane_model::picture::Picture;
use terrane_model::query::Columns;
use terrane_model::{Batch, Bbox, Crs, Dataset, DatasetId, Error, FeatureQuery, FeatureSource, Filter, Result};
use terrane_projection::Transform;

/// One layer of a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct PictureLayer {
    /// What whoever asks calls it; answers about the layer say it back.
    pub name: String,
    /// The dataset.
    pub dataset: DatasetId,
    /// The style; the dataset's default when not named.
    pub style: Option<String>,
    /// A style that the question itself brings, in the place of one of the dataset's.
    pub own_style: Option<OwnStyle>,
    /// Only these rows; geometry in it is in `filter_crs`.
    pub filter: Option<Filter>,
    /// The CRS of geometry in the filter.
    pub filter_crs: Crs,
    /// 0 to 1.
    pub opacity: f64,
    /// Drawn only at scale denominators from this…
    pub scale_min: Option<f64>,
    /// …to this.
    pub scale_max: Option<f64>,
}

impl PictureLayer {
    /// A dataset with a style, opaque, at every scale.
    pub fn new(dataset: DatasetId, style: Option<String>) -> Self {
        Self {
            name: dataset.to_string(),
            dataset,
            style,
            own_style: None,
            filter: None,
            filter_crs: Crs::crs84(),
            opacity: 1.0,
            scale_min: None,
            scale_max: None,
        }
    }

    /// A layer of a map as it is set there.
    pub fn of_map(layer: &Layer) -> Self {
        Self {
            filter: layer.filter.clone(),
            opacity: layer.opacity,
            scale_min: layer.scale_min,
            scale_max: layer.scale_max,
            ..Self::new(layer.dataset.clone(), layer.style.clone())
        }
    }

    /// Whether it is drawn at a scale denominator.
    pub fn is_drawn_at(&self, scale_denominator: f64) -> bool {
        self.scale_min.is_none_or(|least| scale_denominator >= least)
            && self.scale_max.is_none_or(|most| scale_denominator < most)
    }
}

/// A style that a question brings, with a digest of everything in it: answers are kept by that, never by its name.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnStyle {
    style: Arc<Style>,
    digest: blake3::Hash,
}

impl OwnStyle {
    /// A style that a question brings.
    pub fn new(style: Style) -> Self {
        // Its JSON would not do: filters that CQL2 has no words for are alike there.
        let digest = blake3::hash(format!("{style:?}").as_bytes());
        Self { style: Arc::new(style), digest }
    }

    /// The style.
    pub fn style(&self) -> &Arc<Style> {
        &self.style
    }

    /// Names it.
    pub fn digest(&self) -> blake3::Hash {
        self.digest
    }

    /// Refuses a style that does not fit the dataset; the error names the rule and the column or band.
    pub fn check(&self, dataset: &Dataset) -> Result<()> {
        match (&dataset.grid, &dataset.features) {
            (Some(grid), _) => self.style.check_grid(grid.schema()),
            (None, Some(source)) => self.style.check(source.schema()),
            (None, None) => Ok(()),
        }
    }
}

/// A picture that is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct PictureQuestion {
    /// The layers, bottom first.
    pub layers: Vec<PictureLayer>,
    /// The ground and the size.
    pub view: View,
    /// Red, green, blue, alpha behind everything.
    pub background: [u8; 4],
    /// Whether it is a tile of many, whose words must agree with its neighbours'.
    pub tiled: bool,
}

/// A layer that has been opened for the caller, with its style.
pub(crate) struct OpenLayer {
    pub dataset: Dataset,
    pub style: Arc<Style>,
    pub layer: PictureLayer,
    /// Whether its areas were found to lie beside each other.
    pub apart: bool,
}

/// How far symbols may reach beyond their position, pixels: rows this far outside the view are read too.
const SYMBOL_REACH_PX: f64 = 64.0;
/// Box margin when geometry is cut before it is projected, as a share of the view.
const CLIP_MARGIN: f64 = 0.5;
/// Layers of this many positions are drawn by several threads…
const SHARED_POSITIONS_MIN: usize = 500_000;
/// …and so are pictures of this many pixels.
const SHARED_PIXELS_MIN: u64 = 2_000_000;
/// Longitudes repeat after this, degrees.
const GLOBE_DEG: f64 = 360.0;
/// Web Mercator repeats after this, metres (2π × 6 378 137).
const GLOBE_MERCATOR_M: f64 = 40_075_016.685_578_49;

impl Engine {
    /// Draws a picture.
    pub async fn picture(&self, caller: Caller, question: PictureQuestion) -> Result<Picture> {
        let pixels = pixels(&question.view);
        let task = self.picture_task(caller, question)?;
        self.pool().run_sized(pixels, task).await
    }

    /// What draws a picture: everything is opened and checked, nothing is read yet.
    pub(crate) fn picture_task(
        &self,
        caller: Caller,
        question: PictureQuestion,
    ) -> Result<impl FnOnce(&Cancel) -> Result<Picture> + Send + use<>> {
        check_size(&question.view, self.limits())?;
        if question.layers.len() > self.limits().picture_layers_max {
            let say = format!("A picture has at most {} layers.", self.limits().picture_layers_max);
            return Err(Error::too_large(say).at("layers"));
        }
        let layers = open_layers(&self.catalogue(), caller, question.layers)?;
        let fonts = Arc::clone(self.fonts());
        let tools = Tools { limits: self.limits().clone(), fonts, tiled: question.tiled };
        Ok(move |cancel: &Cancel| draw(&layers, &question.view, question.background, &tools, cancel))
    }
}

/// How many pixels a view has.
pub(crate) fn pixels(view: &View) -> u64 {
    u64::from(view.width_px) * u64::from(view.height_px)
}

/// Refuses a size past the limits before anything is read or allocated.
pub(crate) fn check_size(view: &View, limits: &Limits) -> Result<()> {
    let side = limits.picture_side_px_max;
    for (name, pixels) in [("width", view.width_px), ("height", view.height_px)] {
        if pixels == 0 || pixels > side {
            return Err(Error::invalid(format!("{pixels} pixels is not a size; use 1 to {side}.")).at(name));
        }
    }
    if u64::from(view.width_px) * u64::from(view.height_px) > limits.picture_pixels_max {
        let say =
            format!("The picture would have more than {} pixels; ask for a smaller one.", limits.picture_pixels_max);
        return Err(Error::too_large(say).at("width"));
    }
    Ok(())
}

/// Opens the layers for the caller; the error of a layer names it.
pub(crate) fn open_layers(catalogue: &Catalogue, caller: Caller, layers: Vec<PictureLayer>) -> Result<Vec<OpenLayer>> {
    let open = |layer: PictureLayer| {
        let entry = catalogue.entry(caller, &layer.dataset)?;
        let dataset = catalogue.open(caller, &layer.dataset)?;
        let style = match &layer.own_style {
            Some(own) => {
                own.check(&dataset)?;
                Arc::clone(own.style())
            }
            None => Arc::clone(&entry.style(layer.style.as_deref())?.style),
        };
        let apart = entry.record().coverage.is_some_and(|coverage| coverage.is_apart());
        Ok(OpenLayer { dataset, style, layer, apart })
    };
    layers.into_iter().map(open).collect()
}

/// What drawing needs beside layers and a view.
struct Tools {
    limits: Limits,
    fonts: Arc<Fonts>,
    tiled: bool,
}

fn draw(layers: &[OpenLayer], view: &View, background: [u8; 4], tools: &Tools, cancel: &Cancel) -> Result<Picture> {
    let mut canvas = Canvas::new(view, background);
    for layer in layers.iter().filter(|open| open.layer.is_drawn_at(view.scale_denominator)) {
        cancel.check()?;
        if let Some(grid) = &layer.dataset.grid {
            draw_grid(layer, &**grid, &tools.limits, &mut canvas, cancel)?;
        } else if let Some(source) = &layer.dataset.features {
            let painter = painter_of(layer, &**source, view, cancel)?;
            if let Some(painter) = painter {
                let shared = is_worth_sharing(&painter, view);
                let painter = painter.with_fonts(Arc::clone(&tools.fonts)).for_tiles(tools.tiled);
                painter.of_areas_apart(layer.apart).on_all_processors(shared).paint(&mut canvas, layer.layer.opacity);
            }
        }
    }
    Ok(canvas.into_picture())
}

/// Whether a layer takes so long to draw that the other threads of the pool should help.
fn is_worth_sharing(painter: &Painter, view: &View) -> bool {
    painter.positions() >= SHARED_POSITIONS_MIN
        || u64::from(view.width_px) * u64::from(view.height_px) >= SHARED_PIXELS_MIN
}

/// A painter that has gathered all rows that the view shows; nothing for rows without a place.
fn painter_of(open: &OpenLayer, source: &dyn FeatureSource, view: &View, cancel: &Cancel) -> Result<Option<Painter>> {
    let schema = source.schema();
    let Some(crs) = schema.crs() else { return Ok(None) };
    let to_view = Transform::new(crs, &view.crs)?;
    let from_view = Transform::new(&view.crs, crs)?;
    let filter = match &open.layer.filter {
        Some(filter) => Some(filter.transformed(&Transform::new(&open.layer.filter_crs, crs)?)?),
        None => None,
    };
    let names = open.style.columns_at(view.scale_denominator);
    let mut painter = Painter::new(&open.style, schema, view)?;
    for shift in world_copies(view) {
        let Some(bbox) = ground_box(view, SYMBOL_REACH_PX, shift, &from_view) else { continue };
        // Of what is shown alone, so that tiles and the map that they make up take the same level of detail.
        let shown = ground_box(view, 0.0, shift, &from_view).unwrap_or(bbox);
        let query = FeatureQuery {
            bbox: Some(bbox),
            filter: filter.clone(),
            columns: Columns::These { names: names.clone(), geometry: true },
            tolerance: Some(half_pixel(&shown, view)),
            ..FeatureQuery::default()
        };
        for batch in Filtered::new(wait(source.scan(&query))?, schema, cancel)? {
            painter.add(&placed(batch?, &to_view, &bbox, shift, period(&view.crs).is_some()))?;
        }
    }
    Ok(Some(painter))
}

/// Rows in the CRS of the view, moved over to the copy of the world that is looked at.
fn placed(batch: Batch, to_view: &Transform, bbox: &Bbox, shift: f64, repeats: bool) -> Batch {
    let batch = if repeats || to_view.is_identity() { batch } else { clipped(batch, &margin(bbox)) };
    let batch = moved_batch(batch, to_view);
    if shift == 0.0 {
        return batch;
    }
    let Some(geometry) = &batch.geometry else { return batch };
    let positions = geometry.xy.iter().map(|&[x, y]| [x + shift, y]).collect();
    let geometry = geometry.with_positions(positions);
    Batch { geometry: Some(geometry), ..batch }
}

/// How far around a box geometry is kept that is cut before it is projected.
pub(crate) fn margin(bbox: &Bbox) -> Bbox {
    bbox.grown(bbox.width().max(bbox.height()) * CLIP_MARGIN)
}

/// After which distance the world repeats itself in a CRS, when it does.
pub(crate) fn period(crs: &Crs) -> Option<f64> {
    if *crs == Crs::web_mercator() {
        return Some(GLOBE_MERCATOR_M);
    }
    let geographic = terrane_projection::info(crs).is_ok_and(|info| info.geographic);
    geographic.then_some(GLOBE_DEG)
}

/// By how much rows are moved east so that they are seen in the view: 0, and a globe either way where the world repeats.
pub(crate) fn world_copies(view: &View) -> Vec<f64> {
    match period(&view.crs) {
        Some(globe) => vec![0.0, globe, -globe],
        None => vec![0.0],
    }
}

/// The part of the source's ground that the view and a margin around it show, when they show any.
fn ground_box(view: &View, margin_px: f64, shift: f64, from_view: &Transform) -> Option<Bbox> {
    let [step_x, step_y] = view.step();
    let mut bbox = view.bbox.grown(margin_px * step_x.max(step_y));
    bbox.min[0] -= shift;
    bbox.max[0] -= shift;
    if from_view.is_identity() {
        return Some(bbox);
    }
    from_view.bbox(&bbox).ok().filter(|ground| !ground.is_empty())
}

fn half_pixel(bbox: &Bbox, view: &View) -> f64 {
    (bbox.width() / f64::from(view.width_px)).min(bbox.height() / f64::from(view.height_px)) / 2.0
}

//! Draws windows of grids: where each pixel is in the window, what the value is there, which colour that has.

mod hillshade;
mod positions;
mod ramp;
mod sampling;

use self::hillshade::Relief;
use self::positions::{Line, Positions};
use self::ramp::Ramp;
use self::sampling::Sampler;
use crate::canvas::Canvas;
use crate::canvas::pixels::{Ink, Pixels, ink};
use crate::style::columns;
use crate::style::{Colour, Mapping, Raster, RasterSource, Resampling, Style, Symbolizer};
use crate::view::View;
use terrane_model::grid::{GridSchema, Window};
use terrane_model::{Error, Result};

/// How to find the sample under each pixel of the view when the window is in another CRS.
pub trait GroundLookup {
    /// Moves positions of the view's CRS to the window's CRS, in place; NaN where there is none.
    fn to_window(&self, positions: &mut [[f64; 2]]);

    /// The width and the height, metres on the ground, of pixels of a size at positions, both in the view's CRS; relief is shaded by
    /// it. As it stands, that of a view in metres without distortion.
    fn pixels_m(&self, positions: &[[f64; 2]], step: [f64; 2]) -> Vec<[f64; 2]> {
        vec![step; positions.len()]
    }
}

/// Draws one layer that is a grid: give it windows of the grid, then put it on a canvas.
///
/// A pixel has the value at its centre, or the mean of the samples under it where these are smaller.
pub struct GridPainter<'a> {
    view: View,
    schema: &'a GridSchema,
    bands: Vec<usize>,
    rasters: Vec<(&'a Raster, Pixels)>,
}

impl<'a> GridPainter<'a> {
    /// A painter of what a style draws of a grid at the scale of a view. Errors when the style names a band that is not there.
    pub fn new(style: &'a Style, schema: &'a GridSchema, view: &View) -> Result<Self> {
        let rules = style.rules.iter().filter(|rule| rule.draws_at(view.scale_denominator));
        let rasters = rules.flat_map(|rule| &rule.symbolizers).filter_map(|symbolizer| match symbolizer {
            Symbolizer::Raster(raster) => Some(raster),
            _ => None,
        });
        let clear = || Pixels::clear(view.width_px as usize, view.height_px as usize);
        let rasters: Vec<_> = rasters.map(|raster| (raster, clear())).collect();
        for band in rasters.iter().flat_map(|(raster, _)| columns::band_names(&raster.source)) {
            columns::band_place(band, schema).ok_or_else(|| {
                Error::invalid(format!("The style draws band {band}, which this grid does not have."))
            })?;
        }
        let bands = style.bands_at(view.scale_denominator, schema);
        Ok(Self { view: view.clone(), schema, bands, rasters })
    }

    /// The bands that are drawn, by place in the schema; none when nothing is. Windows hold these in this order, or all.
    pub fn bands(&self) -> &[usize] {
        &self.bands
    }

    /// How far beyond the view values matter, pixels.
    pub fn reach_px(&self) -> f64 {
        self.rasters.iter().map(|(raster, _)| margin(raster)).max().unwrap_or(0) as f64
    }

    /// How far around a pixel's centre samples matter, samples.
    pub fn reach_samples(&self) -> f64 {
        let reach = |raster: &Raster| if resampling(raster) == Resampling::Cubic { 2.0 } else { 1.0 };
        self.rasters.iter().map(|(raster, _)| reach(raster)).fold(1.0, f64::max)
    }

    /// Draws what a window has of the view. Where windows overlap the later one is seen.
    pub fn add(&mut self, window: &Window, lookup: &dyn GroundLookup) -> Result<()> {
        for (raster, layer) in &mut self.rasters {
            let positions = Positions::of(&self.view, margin(raster), window, lookup);
            let held = columns::band_names(&raster.source).iter().map(|band| {
                let place = columns::band_place(band, self.schema)
                    .and_then(|place| held(window, &self.bands, self.schema, place));
                place.ok_or_else(|| Error::internal(format!("a window of a grid came without band {band}")))
            });
            let samplers = held.map(|place| Ok(Sampler::new(window, place?, resampling(raster))));
            let samplers = samplers.collect::<Result<Vec<_>>>()?;
            let relief = paint(raster, &samplers, &positions, layer);
            if let (Some(light), Some(values)) = (raster.hillshade, relief) {
                let pixel_m = pixels_m(&self.view, lookup);
                Relief { width: positions.width(), values, pixel_m }.shade(light, layer);
            }
        }
        Ok(())
    }

    /// Puts what was drawn on a canvas, faded as one to an opacity of 0 to 1.
    pub fn paint(self, canvas: &mut Canvas, opacity: f64) {
        match &self.rasters[..] {
            [] => {}
            [(raster, layer)] => canvas.pixels.put_layer(layer, raster.opacity * opacity),
            many if opacity >= 1.0 => {
                many.iter().for_each(|(raster, layer)| canvas.pixels.put_layer(layer, raster.opacity));
            }
            many => {
                let mut group = Pixels::clear(canvas.pixels.width(), canvas.pixels.height());
                many.iter().for_each(|(raster, layer)| group.put_layer(layer, raster.opacity));
                canvas.pixels.put_layer(&group, opacity);
            }
        }
    }
}

/// Draws one window of a grid at full opacity: a [`GridPainter`] for whoever has one window.
pub fn paint_window(
    style: &Style,
    schema: &GridSchema,
    window: &Window,
    lookup: &dyn GroundLookup,
    canvas: &mut Canvas,
) -> Result<()> {
    let mut painter = GridPainter::new(style, schema, canvas.view())?;
    painter.add(window, lookup)?;
    painter.paint(canvas, 1.0);
    Ok(())
}

/// Pixels around a view whose values are needed: slopes are measured across three.
fn margin(raster: &Raster) -> usize {
    usize::from(raster.hillshade.is_some())
}

/// Classes are not mixed.
fn resampling(raster: &Raster) -> Resampling {
    match &raster.source {
        RasterSource::Coloured { colour: Mapping::Match(_), .. } => Resampling::Nearest,
        _ => raster.resampling,
    }
}

/// The place in a window of a band of the schema.
fn held(window: &Window, bands: &[usize], schema: &GridSchema, place: usize) -> Option<usize> {
    let held = match window.bands.len() == schema.bands.len() {
        true => Some(place),
        false => bands.iter().position(|band| *band == place),
    };
    held.filter(|held| *held < window.bands.len())
}

/// The size of a pixel on the ground, metres, in the middle of each row of a view.
fn pixels_m(view: &View, lookup: &dyn GroundLookup) -> Vec<[f64; 2]> {
    let [step_x, step_y] = view.step();
    let x = (view.bbox.min[0] + view.bbox.max[0]) / 2.0;
    let middles: Vec<[f64; 2]> =
        (0..view.height_px).map(|row| [x, view.bbox.max[1] - (f64::from(row) + 0.5) * step_y]).collect();
    lookup.pixels_m(&middles, [step_x, step_y])
}

/// Colours pixels row by row; gives back the values of the first band, margin included, when relief is to be shaded.
fn paint(raster: &Raster, samplers: &[Sampler<'_>], positions: &Positions, layer: &mut Pixels) -> Option<Vec<f32>> {
    let margin = positions.margin();
    let mut colourist = Colourist::of(&raster.source);
    let mut relief = raster.hillshade.map(|_| Vec::with_capacity(positions.width() * positions.height()));
    let mut line = Line::default();
    let mut channels = vec![Vec::new(); samplers.len()];
    for row in 0..positions.height() {
        positions.line(row, &mut line);
        samplers.iter().zip(&mut channels).for_each(|(sampler, values)| sampler.values(&line, values));
        if let (Some(relief), Some(values)) = (&mut relief, channels.first()) {
            relief.extend_from_slice(values);
        }
        if (margin..positions.height() - margin).contains(&row) {
            let inner: Vec<&[f32]> =
                channels.iter().map(|values| &values[margin..positions.width() - margin]).collect();
            colourist.colour(&inner, layer.row(row - margin));
        }
    }
    relief
}

/// How values become inks.
enum Colourist {
    Ramp { ramp: Ramp, last: usize },
    Composite([Stretch; 4]),
}

/// From a value to 0–255.
#[derive(Clone, Copy)]
struct Stretch {
    low: f32,
    scale: f32,
}

impl Stretch {
    #[inline]
    fn of(self, value: f32) -> u8 {
        // A cast stays within 0 and 255, and makes 0 of what is not a number.
        ((value - self.low) * self.scale + 0.5) as u8
    }
}

impl Colourist {
    fn of(source: &RasterSource) -> Self {
        match source {
            RasterSource::Coloured { colour, .. } => Self::Ramp { ramp: Ramp::of(colour), last: 0 },
            RasterSource::Composite { ranges, .. } => {
                let range = |channel: usize| match &ranges[..] {
                    [] => [0.0, 255.0],
                    _ if channel > 2 => [0.0, 255.0],
                    [one] => *one,
                    many => many.get(channel).copied().unwrap_or([0.0, 255.0]),
                };
                Self::Composite([0, 1, 2, 3].map(|channel| {
                    let [low, high] = range(channel);
                    Stretch { low: low as f32, scale: (255.0 / (high - low)) as f32 }
                }))
            }
        }
    }

    /// Colours a row of pixels by the values of each band. A pixel without any value keeps what it has; one without some of red, green
    /// and blue has nothing of these.
    fn colour(&mut self, channels: &[&[f32]], pixels: &mut [Ink]) {
        match (self, channels) {
            (Self::Ramp { ramp, last }, [values]) => {
                for (pixel, &value) in pixels.iter_mut().zip(*values) {
                    if let Some(ink) = ramp.ink(value, last) {
                        *pixel = ink;
                    }
                }
            }
            (Self::Composite(stretch), [red, green, blue, alpha @ ..]) => {
                let alpha = alpha.first();
                for (at, pixel) in pixels.iter_mut().enumerate() {
                    let values = [red[at], green[at], blue[at]];
                    if values.iter().all(|value| value.is_nan()) {
                        continue;
                    }
                    let [red, green, blue] = [0, 1, 2].map(|channel| stretch[channel].of(values[channel]));
                    *pixel = match alpha.map(|alpha| stretch[3].of(alpha[at])) {
                        None | Some(255) => [red, green, blue, 255],
                        Some(alpha) => ink(Colour([red, green, blue, alpha]), 1.0),
                    };
                }
            }
            _ => {}
        }
    }
}

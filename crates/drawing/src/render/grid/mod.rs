//! Draws windows of grids: where each pixel is in the window, what the value is there, which colour that has.

mod hillshade;
mod positions;
mod ramp;
mod sampling;

use self::positions::Positions;
use self::ramp::Ramp;
use crate::canvas::Canvas;
use crate::canvas::pixels::{Ink, Pixels, ink};
use crate::style::{BandName, Colour, Mapping, Raster, RasterSource, Resampling, Style, Symbolizer};
use crate::view::View;
use terrane_model::grid::{GridSchema, Window};
use terrane_model::{Error, Result};

/// How to find the sample under each pixel of the view when the window is in another CRS.
pub trait GroundLookup {
    /// Moves positions of the view's CRS to the window's CRS, in place; NaN where there is none.
    fn to_window(&self, positions: &mut [[f64; 2]]);
}

/// Draws one layer that is a grid: resamples the window to the view's pixels and colours it.
///
/// The window holds all bands of the schema, or just those of [`Style::bands_at`] in that order. A pixel has the value at its
/// centre. Errors when the style names a band that is not there.
pub fn paint_window(
    style: &Style,
    schema: &GridSchema,
    window: &Window,
    lookup: &dyn GroundLookup,
    canvas: &mut Canvas,
) -> Result<()> {
    let view = canvas.view().clone();
    let bands = Bands { schema, window, held: style.bands_at(view.scale_denominator, schema) };
    let rules = style.rules.iter().filter(|rule| rule.draws_at(view.scale_denominator));
    let rasters = rules.flat_map(|rule| &rule.symbolizers).filter_map(|symbolizer| match symbolizer {
        Symbolizer::Raster(raster) => Some(raster),
        _ => None,
    });
    for raster in rasters {
        let margin = usize::from(raster.hillshade.is_some());
        let positions = Positions::of(&view, margin, window, lookup);
        let mut layer = Pixels::clear(canvas.pixels.width(), canvas.pixels.height());
        paint_raster(raster, &bands, &positions, &view, &mut layer)?;
        canvas.pixels.put_layer(&layer, raster.opacity);
    }
    Ok(())
}

fn paint_raster(
    raster: &Raster,
    bands: &Bands<'_>,
    positions: &Positions,
    view: &View,
    layer: &mut Pixels,
) -> Result<()> {
    match &raster.source {
        RasterSource::Coloured { band, colour } => {
            let classes = matches!(colour, Mapping::Match(_));
            let resampling = if classes { Resampling::Nearest } else { raster.resampling };
            let values = sampling::values(bands.window, bands.place(band)?, positions, resampling);
            colour_pixels(&values, &Ramp::of(colour), positions, layer);
            if let Some(shade) = raster.hillshade {
                hillshade::shade(&values, positions, metres_per_pixel(view), shade, layer);
            }
        }
        RasterSource::Composite { bands: names, ranges } => {
            let channels = names
                .iter()
                .map(|name| Ok(sampling::values(bands.window, bands.place(name)?, positions, raster.resampling)))
                .collect::<Result<Vec<_>>>()?;
            composite_pixels(&channels, ranges, positions, layer);
            if let (Some(shade), Some(values)) = (raster.hillshade, channels.first()) {
                hillshade::shade(values, positions, metres_per_pixel(view), shade, layer);
            }
        }
    }
    Ok(())
}

/// Ground metres that a device pixel shows at the scale of the view.
fn metres_per_pixel(view: &View) -> f64 {
    view.scale_denominator * view.pixel_mm / 1000.0
}

/// Which bands a window holds.
struct Bands<'a> {
    schema: &'a GridSchema,
    window: &'a Window,
    held: Vec<usize>,
}

impl Bands<'_> {
    /// The place in the window of a band of the style.
    fn place(&self, band: &BandName) -> Result<usize> {
        let wanted = match band {
            BandName::Place(place) => Some(*place),
            BandName::Name(name) => self.schema.bands.iter().position(|band| band.name == *name),
        };
        let count = self.window.bands.len();
        let place = wanted.and_then(|wanted| match count == self.schema.bands.len() {
            true => Some(wanted),
            false => self.held.iter().position(|held| *held == wanted),
        });
        place
            .filter(|place| *place < count)
            .ok_or_else(|| Error::invalid(format!("The style draws band {band}, which this grid does not have.")))
    }
}

fn colour_pixels(values: &[f64], ramp: &Ramp, positions: &Positions, layer: &mut Pixels) {
    for y in 0..layer.height() {
        let row = positions.row(values, y);
        for (pixel, &value) in layer.row(y).iter_mut().zip(row) {
            if let Some(ink) = ramp.ink(value) {
                *pixel = ink;
            }
        }
    }
}

/// Red, green, blue and perhaps alpha. A pixel without any colour is transparent; one without some of them has nothing of these.
fn composite_pixels(channels: &[Vec<f64>], ranges: &[[f64; 2]], positions: &Positions, layer: &mut Pixels) {
    let range = |channel: usize| match ranges {
        [] => [0.0, 255.0],
        [one] => *one,
        many => many.get(channel).copied().unwrap_or([0.0, 255.0]),
    };
    let stretched = |channel: usize, value: f64| {
        let [low, high] = if channel < 3 { range(channel) } else { [0.0, 255.0] };
        ((value - low) / (high - low) * 255.0 + 0.5).clamp(0.0, 255.0) as u8
    };
    for y in 0..layer.height() {
        let rows: Vec<&[f64]> = channels.iter().map(|channel| positions.row(channel, y)).collect();
        for (x, pixel) in layer.row(y).iter_mut().enumerate() {
            if rows.iter().take(3).all(|row| row[x].is_nan()) {
                continue;
            }
            let channel = |at: usize| stretched(at, rows[at][x]);
            let alpha = if rows.len() > 3 { channel(3) } else { 255 };
            *pixel = composite_ink([channel(0), channel(1), channel(2), alpha]);
        }
    }
}

fn composite_ink(colour: [u8; 4]) -> Ink {
    if colour[3] == 255 { colour } else { ink(Colour(colour), 1.0) }
}

//! `bbox`, `subset`, `center`, `width`, `height`, `scale-denominator`, `mm-per-pixel` → the ground and the size of a picture.

use super::ground::metres_per_unit;
use super::subset::{Span, Subset};
use crate::common::request::Request;
use crate::ogcapi::ask;
use terrane_engine::Ground;
use terrane_engine::{PIXEL_MM, View};
use terrane_model::filter::Transformer as _;
use terrane_model::limits::Limits;
use terrane_model::{Bbox, Crs, Error, Result};
use terrane_projection::Transform;

/// The longer side of a picture whose size is not asked, pixels.
const SIDE_PX: f64 = 1_024.0;
/// Web Mercator repeats after this, metres (2π × 6 378 137).
const GLOBE_MERCATOR_M: f64 = 40_075_016.685_578_49;

/// What a request says of the ground and the size.
pub struct Region<'a> {
    /// The request.
    pub request: &'a Request,
    /// The CRS of the picture.
    pub crs: &'a Crs,
    /// The CRS of `subset`.
    pub subset_crs: &'a Crs,
    /// What `subset` says.
    pub subset: &'a Subset,
    /// Where the data is, degrees.
    pub extent: Bbox,
    /// The limits of pictures.
    pub limits: &'a Limits,
}

/// The size as it is asked.
struct Size {
    width: Option<u32>,
    height: Option<u32>,
    scale: Option<f64>,
    pixel_mm: f64,
}

impl Region<'_> {
    /// The view; `None` when all of the ground that is asked for lies outside the CRS of the picture.
    pub fn view(&self) -> Result<Option<View>> {
        let size = self.size()?;
        let centre = self.centre()?;
        let asked = self.bbox()?;
        let has_subset = self.subset.x.is_some() || self.subset.y.is_some();
        if usize::from(asked.is_some()) + usize::from(has_subset) + usize::from(centre.is_some()) > 1 {
            return Err(Error::invalid("Give one of “bbox”, “subset” of the ground, and “center”.").at("bbox"));
        }
        if (asked.is_some() || has_subset) && size.scale.is_some() && (size.width.is_some() || size.height.is_some()) {
            let say = "With a box, give either “scale-denominator” or “width” and “height”.";
            return Err(Error::invalid(say).at("scale-denominator"));
        }
        if has_subset {
            return self.subset_box()?.map(|bbox| self.sized(&bbox, &size, false)).transpose();
        }
        match asked {
            Some(place) => place.map(|bbox| self.sized(&bbox, &size, false)).transpose(),
            None => self.around(centre, &size),
        }
    }

    fn size(&self) -> Result<Size> {
        Ok(Size {
            width: self.side("width")?,
            height: self.side("height")?,
            scale: self.number("scale-denominator", [1e-3, 1e12])?,
            pixel_mm: self.number("mm-per-pixel", [0.01, 10.0])?.unwrap_or(PIXEL_MM),
        })
    }

    fn side(&self, key: &str) -> Result<Option<u32>> {
        let most = self.limits.picture_side_px_max;
        let Some(text) = self.request.query.once(key)? else { return Ok(None) };
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse::<u32>().ok().filter(|side| digits && *side > 0) {
            Some(side) if side <= most => Ok(Some(side)),
            None if !digits || text.bytes().all(|byte| byte == b'0') => {
                Err(Error::invalid(format!("“{key}” is a whole number of pixels from 1 to {most}.")).at(key))
            }
            _ => Err(Error::too_large(format!("“{key}” is at most {most} pixels.")).at(key)),
        }
    }

    fn number(&self, key: &str, [least, most]: [f64; 2]) -> Result<Option<f64>> {
        let Some(text) = self.request.query.once(key)? else { return Ok(None) };
        let number = text.parse().ok().filter(|number: &f64| (least..=most).contains(number));
        let say = || Error::invalid(format!("“{key}” is a number from {least} to {most}.")).at(key);
        number.map(Some).ok_or_else(say)
    }

    /// `center`, in the CRS of the picture.
    fn centre(&self) -> Result<Option<[f64; 2]>> {
        let Some(text) = self.request.query.once("center")? else { return Ok(None) };
        let crs = ask::any_crs(self.request, "center-crs")?.unwrap_or_else(Crs::crs84);
        let wrong = || Error::invalid("“center” is two numbers in the axis order of its CRS.").at("center");
        let (first, second) = text.split_once(',').ok_or_else(wrong)?;
        let number = |text: &str| text.trim().parse().ok().filter(|number: &f64| number.is_finite()).ok_or_else(wrong);
        let (first, second) = (number(first)?, number(second)?);
        let mut place = [if crate::common::crs::y_first(&crs)? { [second, first] } else { [first, second] }];
        Transform::new(&crs, self.crs)?.apply(&mut place);
        let [place] = place;
        let there = place.iter().all(|number| number.is_finite());
        let say = || Error::invalid(format!("“center” has no place in {}.", self.crs)).at("center");
        there.then_some(Some(place)).ok_or_else(say)
    }

    /// `bbox` in the CRS of the picture; `Some(None)` when it has no place there.
    fn bbox(&self) -> Result<Option<Option<Bbox>>> {
        let crs = ask::any_crs(self.request, "bbox-crs")?.unwrap_or_else(Crs::crs84);
        let Some(bbox) = ask::bbox(self.request, &crs)? else { return Ok(None) };
        if bbox.width() == 0.0 || bbox.height() == 0.0 {
            return Err(Error::invalid("The box is empty: its corners must differ along both axes.").at("bbox"));
        }
        self.moved(&bbox, &crs).map(Some)
    }

    /// A box of some CRS in that of the picture, where it reaches it.
    fn moved(&self, bbox: &Bbox, from: &Crs) -> Result<Option<Bbox>> {
        if from == self.crs && !bbox.crosses() {
            return Ok(Some(*bbox));
        }
        if from.is_geographic() {
            return Ok(self.of_degrees(bbox));
        }
        let moved = Transform::new(from, self.crs)?.bbox(bbox).ok();
        Ok(moved.filter(|bbox| !bbox.is_empty() && bbox.to_array().iter().all(|number| number.is_finite())))
    }

    /// A box in degrees in the CRS of the picture; one across 180° goes on past it where the world repeats.
    fn of_degrees(&self, bbox: &Bbox) -> Option<Bbox> {
        let of = |part: Bbox| Ground::new(self.crs, &part).bbox();
        if !bbox.crosses() {
            return of(*bbox);
        }
        let mut parts = bbox.parts();
        let west = parts.next().and_then(of);
        let east = parts.next().and_then(of);
        let globe = if self.crs.is_geographic() { 360.0 } else { GLOBE_MERCATOR_M };
        let repeats = self.crs.is_geographic() || *self.crs == Crs::web_mercator();
        match (west, east) {
            (Some(west), Some(east)) if repeats => Some(
                west.union(&Bbox { min: [east.min[0] + globe, east.min[1]], max: [east.max[0] + globe, east.max[1]] }),
            ),
            (Some(west), Some(east)) => Some(west.union(&east)),
            (one, other) => one.or(other),
        }
    }

    /// The box that `subset` names; what it leaves open is that of the data.
    fn subset_box(&self) -> Result<Option<Bbox>> {
        let crs = self.subset_crs;
        let extent = Ground::new(crs, &self.extent).bbox().unwrap_or(self.extent);
        let along = |span: Option<Span>, axis: usize| {
            let [low, high] = span.unwrap_or([None, None]);
            [low.unwrap_or(extent.min[axis]), high.unwrap_or(extent.max[axis])]
        };
        let ([west, east], [south, north]) = (along(self.subset.x, 0), along(self.subset.y, 1));
        let (min, max) = ([west, south], [east, north]);
        let bbox = if crs.is_geographic() { Bbox::geographic(min, max) } else { Bbox::plain(min, max) };
        let bbox = bbox.map_err(|error| error.at("subset"))?;
        if bbox.width() == 0.0 || bbox.height() == 0.0 {
            return Err(Error::invalid("The subset is empty: each axis needs two different values.").at("subset"));
        }
        self.moved(&bbox, crs)
    }

    /// Where nothing or only the middle is asked: all of the data, or a scale around a place.
    fn around(&self, centre: Option<[f64; 2]>, size: &Size) -> Result<Option<View>> {
        let Some(all) = self.of_degrees(&self.extent).map(|bbox| widened(&bbox, self.crs)) else { return Ok(None) };
        let has_size = size.width.is_some() || size.height.is_some();
        let Some(scale) = size.scale.filter(|_| centre.is_some() || has_size) else {
            return match centre {
                None => self.sized(&all, size, true).map(Some),
                Some(centre) => {
                    let metres = metres_per_unit(self.crs, &all)?;
                    let most = (all.width() * metres[0]).max(all.height() * metres[1]);
                    let scale = most / SIDE_PX / (size.pixel_mm / 1_000.0);
                    self.at_scale(centre, scale, size).map(Some)
                }
            };
        };
        self.at_scale(centre.unwrap_or(all.centre()), scale, size).map(Some)
    }

    fn at_scale(&self, centre: [f64; 2], scale: f64, size: &Size) -> Result<View> {
        let [width, height] = match (size.width, size.height) {
            (Some(width), Some(height)) => [width, height],
            (Some(side), None) | (None, Some(side)) => [side, side],
            (None, None) => [SIDE_PX as u32; 2],
        };
        // What a metre is in units is asked near the place.
        let unit_m = terrane_projection::scale::metres_per_unit(self.crs)?;
        let near = 1_000.0 / unit_m;
        let around = Bbox { min: centre, max: centre }.grown(near);
        let metres = metres_per_unit(self.crs, &around)?;
        let step_m = scale * size.pixel_mm / 1_000.0;
        let half = [f64::from(width) * step_m / metres[0] / 2.0, f64::from(height) * step_m / metres[1] / 2.0];
        let bbox =
            Bbox { min: [centre[0] - half[0], centre[1] - half[1]], max: [centre[0] + half[0], centre[1] + half[1]] };
        self.of(bbox, [width, height], size.pixel_mm)
    }

    /// The view of a box in the size asked; one in the shape of the ground where the size is left open.
    fn sized(&self, bbox: &Bbox, size: &Size, may_grow: bool) -> Result<View> {
        let metres = metres_per_unit(self.crs, bbox)?;
        let ground = [bbox.width() * metres[0], bbox.height() * metres[1]];
        let pixels = |ground_m: f64, step_m: f64| (ground_m / step_m).round().max(1.0);
        let [width, height] = match (size.width, size.height, size.scale) {
            (Some(width), Some(height), _) => {
                let shaped = if may_grow { grown(bbox, &ground, [width, height]) } else { *bbox };
                return self.of(shaped, [width, height], size.pixel_mm);
            }
            (_, _, Some(scale)) => ground.map(|side| pixels(side, scale * size.pixel_mm / 1_000.0)),
            (Some(width), None, None) => [f64::from(width), pixels(ground[1], ground[0] / f64::from(width))],
            (None, Some(height), None) => [pixels(ground[0], ground[1] / f64::from(height)), f64::from(height)],
            (None, None, None) => {
                let step = ground[0].max(ground[1]) / SIDE_PX;
                ground.map(|side| pixels(side, step))
            }
        };
        let most = f64::from(self.limits.picture_side_px_max);
        if width > most || height > most {
            let say = format!("The map would be {width} × {height} pixels; at most {most} are drawn along a side.");
            return Err(Error::too_large(say).at(if size.scale.is_some() { "scale-denominator" } else { "width" }));
        }
        self.of(*bbox, [width as u32, height as u32], size.pixel_mm)
    }

    fn of(&self, bbox: Bbox, [width_px, height_px]: [u32; 2], pixel_mm: f64) -> Result<View> {
        let [east, north] = [bbox.width(), bbox.height()];
        if !(east > 0.0 && north > 0.0 && east.is_finite() && north.is_finite()) {
            return Err(Error::invalid("The ground that is asked for is nothing in the CRS of the map.").at("bbox"));
        }
        // Rules of styles are chosen as WMS and tiles choose them: by the CRS's own word.
        let step_m = terrane_projection::scale::ground_resolution(self.crs, bbox.width() / f64::from(width_px))?;
        let scale_denominator = step_m / (pixel_mm / 1_000.0);
        Ok(View { crs: self.crs.clone(), bbox, width_px, height_px, pixel_mm, scale_denominator })
    }
}

/// A box with some ground, for data that is one place.
fn widened(bbox: &Bbox, crs: &Crs) -> Bbox {
    let least = if crs.is_geographic() { 0.01 } else { 1_000.0 };
    let [x, y] = [bbox.width(), bbox.height()].map(|side| ((least - side) / 2.0).max(0.0));
    Bbox { min: [bbox.min[0] - x, bbox.min[1] - y], max: [bbox.max[0] + x, bbox.max[1] + y] }
}

/// The box, made larger so that it has the shape of the picture on the ground.
fn grown(bbox: &Bbox, ground: &[f64; 2], pixels: [u32; 2]) -> Bbox {
    let step = (ground[0] / f64::from(pixels[0])).max(ground[1] / f64::from(pixels[1]));
    let times = [step * f64::from(pixels[0]) / ground[0], step * f64::from(pixels[1]) / ground[1]];
    let [x, y] = [bbox.width() * (times[0] - 1.0) / 2.0, bbox.height() * (times[1] - 1.0) / 2.0];
    Bbox { min: [bbox.min[0] - x, bbox.min[1] - y], max: [bbox.max[0] + x, bbox.max[1] + y] }
}

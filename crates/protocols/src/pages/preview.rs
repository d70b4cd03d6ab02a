//! Small map pictures of datasets, maps and rows: addresses of WMS pictures.

use crate::common::kvp::encode;
use terrane_engine::Caller;
use terrane_engine::catalogue::Catalogue;
use terrane_model::filter::Transformer as _;
use terrane_model::{Bbox, Crs, DatasetId};
use terrane_projection::Transform;

/// The ground shown at least, degrees each way.
const GROUND_DEG_MIN: f64 = 0.05;
/// Web Mercator is shown to this latitude, degrees.
const LATITUDE_DEG_MAX: f64 = 83.0;
/// Room left around what is shown.
const MARGIN: f64 = 0.06;
/// The globe in Web Mercator, metres.
const GLOBE_M: f64 = 40_075_016.685_578_49;

/// A picture that is asked for.
pub struct Preview<'a> {
    /// What is drawn, bottom first.
    pub layers: Vec<&'a str>,
    /// What it must show, degrees.
    pub ground: Bbox,
    /// Width and height, pixels.
    pub size: [u32; 2],
}

impl Preview<'_> {
    /// The path of the picture; `None` when nothing can be shown.
    pub fn path(&self) -> Option<String> {
        let ground = fitted(&self.ground, self.size)?;
        let layers: Vec<String> = self.layers.iter().map(|layer| encode(layer)).collect();
        let [west, south, east, north] = ground.to_array().map(|number| format!("{number:.2}"));
        Some(format!(
            "/wms?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS={}&STYLES={}&CRS=EPSG:3857&BBOX={west},{south},{east},{north}&WIDTH={}&HEIGHT={}&FORMAT=image/png",
            layers.join(","),
            ",".repeat(layers.len().saturating_sub(1)),
            self.size[0],
            self.size[1],
        ))
    }
}

/// The base map that is drawn under a dataset or map, when there is one.
pub fn base(catalogue: &Catalogue, id: &DatasetId) -> Option<DatasetId> {
    catalogue.map(Caller::Public, id).ok().and_then(|map| map.base.clone()).filter(|base| base != id)
}

/// The ground in Web Mercator with a margin, in the shape of the picture.
fn fitted(ground: &Bbox, [width, height]: [u32; 2]) -> Option<Bbox> {
    let [mut west, mut east] = [ground.min[0], ground.min[0] + ground.width()];
    let [south, north] = [ground.min[1], ground.max[1]].map(|y| y.clamp(-LATITUDE_DEG_MAX, LATITUDE_DEG_MAX));
    if !(east - west).is_finite() || ground.is_empty() {
        return None;
    }
    let grow = ((GROUND_DEG_MIN - (east - west)) / 2.0).max(0.0);
    west -= grow;
    east += grow;
    let grow = ((GROUND_DEG_MIN - (north - south)) / 2.0).max(0.0);
    let corners = Bbox { min: [0.0, south - grow], max: [0.0, north + grow] };
    let moved = Transform::new(&Crs::crs84(), &Crs::web_mercator()).ok()?.bbox(&corners).ok()?;
    let metres = GLOBE_M / 360.0;
    let (mut half_x, mut half_y) = ((east - west) / 2.0 * metres, moved.height() / 2.0);
    let shape = f64::from(width) / f64::from(height);
    half_x = half_x.max(half_y * shape) * (1.0 + MARGIN);
    half_x = half_x.min(GLOBE_M / 2.0);
    half_y = half_x / shape;
    let [x, y] = [(west + east) / 2.0 * metres, moved.centre()[1]];
    Some(Bbox { min: [x - half_x, y - half_y], max: [x + half_x, y + half_y] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_shows_all_of_the_ground_in_its_own_shape() {
        let ground = Bbox { min: [136.0, 35.0], max: [137.0, 35.5] };
        let fitted = fitted(&ground, [640, 400]).expect("it can be shown");
        assert!((fitted.width() / fitted.height() - 1.6).abs() < 1e-9);
        let metres = GLOBE_M / 360.0;
        assert!(fitted.min[0] < 136.0 * metres && fitted.max[0] > 137.0 * metres);
    }

    #[test]
    fn ground_across_180_degrees_goes_on_past_it() {
        let ground = Bbox { min: [170.0, -20.0], max: [-170.0, 0.0] };
        let fitted = fitted(&ground, [400, 250]).expect("it can be shown");
        assert!(fitted.min[0] < fitted.max[0] && fitted.max[0] > GLOBE_M / 2.0);
    }

    #[test]
    fn a_single_point_has_ground_around_it() {
        let ground = Bbox { min: [140.0, 36.0], max: [140.0, 36.0] };
        assert!(fitted(&ground, [400, 250]).expect("it can be shown").width() > 5_000.0);
    }
}

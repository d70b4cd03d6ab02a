//! Scales: what a unit is on the ground, and which scale denominator a picture has.

use crate::facts::info;
use terrane_model::{Crs, Result};

/// The standard's pixel, metres (OGC SLD 1.0, WMS 1.3.0 7.2.4.6.9).
pub const STANDARD_PIXEL_M: f64 = 0.000_28;

/// Metres per unit of x and y; of geographic CRSs per degree on the equator (WMS 1.3.0: 111 319.490 8 m on WGS 84).
pub fn metres_per_unit(crs: &Crs) -> Result<f64> {
    info(crs).map(|info| info.metres_per_unit)
}

/// Metres on the ground that one pixel is wide, from its width in units of the CRS. Like the standards, this takes the CRS by its
/// word: Web Mercator's metres are those at the equator.
pub fn ground_resolution(crs: &Crs, units_per_pixel: f64) -> Result<f64> {
    metres_per_unit(crs).map(|metres| metres * units_per_pixel)
}

/// The scale denominator of a picture with pixels of the standard's size, from the width of one in units of the CRS.
pub fn denominator(crs: &Crs, units_per_pixel: f64) -> Result<f64> {
    ground_resolution(crs, units_per_pixel).map(|metres| metres / STANDARD_PIXEL_M)
}

/// The reverse: units of the CRS per pixel of the standard's size at a scale denominator.
pub fn units_per_pixel(crs: &Crs, denominator: f64) -> Result<f64> {
    metres_per_unit(crs).map(|metres| denominator * STANDARD_PIXEL_M / metres)
}

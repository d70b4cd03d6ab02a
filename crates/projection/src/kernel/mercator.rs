//! Cylindrical projections: Web Mercator, Mercator on the ellipsoid, plate carrée.

use super::ellipsoid::{Ellipsoid, FromConformal, inverse_sinh};
use super::wrap;
use crate::pipeline::Step;
use std::f64::consts::FRAC_PI_2;

/// Latitudes beyond this are taken as this in Web Mercator (EPSG's area of use of 3857), so that the poles stay finite.
pub(crate) const WEB_LATITUDE_MAX: f64 = 85.06;

/// How latitudes become northings.
#[derive(Debug, Clone)]
enum Kind {
    /// On a sphere, latitudes clamped (EPSG guidance note 7-2, 1024 "Popular Visualisation Pseudo Mercator").
    Web,
    /// Conformal on the ellipsoid (Snyder 1987, eq. 7-7 and 7-9).
    Ellipsoidal(Ellipsoid, FromConformal),
    /// Equal steps on a sphere of the semi-major axis, as PROJ has it (Snyder 1987, eq. 12-1).
    PlateCarree,
}

/// One projection.
#[derive(Debug, Clone)]
pub(crate) struct Cylindrical {
    kind: Kind,
    central_meridian: f64,
    /// Metres per radian of longitude.
    radius_m: f64,
    /// Metres per radian of latitude, at the equator.
    radius_north_m: f64,
    offset_m: [f64; 2],
}

impl Cylindrical {
    /// From PROJ's `webmerc`, `merc` and `eqc`; `None` when a parameter is not known here.
    pub fn of(step: &Step) -> Option<Self> {
        let ellipsoid = Ellipsoid::of(step)?;
        let known = [&Ellipsoid::KEYS[..], &["lon_0", "lat_0", "x_0", "y_0", "k", "k_0", "lat_ts"]].concat();
        let origin = step.number_or("lat_0", 0.0)?;
        let true_latitude = step.number_or("lat_ts", 0.0)?.to_radians();
        let scale = step.number_or("k", 1.0)? * step.number_or("k_0", 1.0)?;
        let (sine, cosine) = true_latitude.sin_cos();
        let (kind, factor, factor_north) = match step.name() {
            "webmerc" if scale == 1.0 && true_latitude == 0.0 => (Kind::Web, 1.0, 1.0),
            "merc" => {
                let factor = scale * cosine / (1.0 - ellipsoid.e2() * sine * sine).sqrt();
                (Kind::Ellipsoidal(ellipsoid, FromConformal::new(&ellipsoid)), factor, factor)
            }
            "eqc" if scale == 1.0 => (Kind::PlateCarree, cosine, 1.0),
            _ => return None,
        };
        let plain = step.only(&known) && origin == 0.0;
        plain.then_some(Self {
            kind,
            central_meridian: step.number_or("lon_0", 0.0)?.to_radians(),
            radius_m: ellipsoid.a * factor,
            radius_north_m: ellipsoid.a * factor_north,
            offset_m: [step.number_or("x_0", 0.0)?, step.number_or("y_0", 0.0)?],
        })
    }

    /// About Greenwich longitudes are not wrapped: shapes across the antimeridian go on past it and stay whole.
    fn turned(&self, longitude: f64) -> f64 {
        if self.central_meridian == 0.0 { longitude } else { wrap(longitude) }
    }

    /// From radians to metres.
    pub fn project(&self, [longitude, latitude]: [f64; 2]) -> [f64; 2] {
        let north = match &self.kind {
            Kind::PlateCarree => latitude,
            Kind::Web => {
                let bound = WEB_LATITUDE_MAX.to_radians();
                let clamped = if latitude.is_finite() { latitude.clamp(-bound, bound) } else { f64::NAN };
                // atanh(sin φ), faster than ln tan(π/4 + φ/2) and the same on both hemispheres.
                let sine = clamped.abs().sin();
                (0.5 * ((1.0 + sine) / (1.0 - sine)).ln()).copysign(clamped)
            }
            Kind::Ellipsoidal(ellipsoid, _) if latitude.abs() < FRAC_PI_2 - 1e-10 => {
                let (sine, cosine) = latitude.sin_cos();
                inverse_sinh(ellipsoid.conformal_tangent(sine, cosine))
            }
            Kind::Ellipsoidal(..) => f64::NAN,
        };
        let east = self.turned(longitude - self.central_meridian);
        [self.offset_m[0] + self.radius_m * east, self.offset_m[1] + self.radius_north_m * north]
    }

    /// From metres to radians.
    pub fn unproject(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let north = (y - self.offset_m[1]) / self.radius_north_m;
        let latitude = match &self.kind {
            Kind::PlateCarree => north,
            Kind::Web => 2.0 * north.exp().atan() - FRAC_PI_2,
            Kind::Ellipsoidal(_, from_conformal) => {
                let conformal = 2.0 * north.exp().atan() - FRAC_PI_2;
                let (sine, cosine) = conformal.sin_cos();
                from_conformal.latitude(conformal, sine, cosine)
            }
        };
        [self.turned((x - self.offset_m[0]) / self.radius_m + self.central_meridian), latitude]
    }
}

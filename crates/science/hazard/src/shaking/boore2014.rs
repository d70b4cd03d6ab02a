//! The ground-motion model of Boore, Stewart, Seyhan and Atkinson (2014) for shallow crustal earthquakes.
//!
//! Earthquake Spectra 30, 1057–1085, doi:10.1193/070113EQS184M: its base model, without basins and without the regional attenuation
//! of Japan, China or Turkey. The coefficients are those of its electronic supplement.

use super::Style;

/// What of the shaking is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Peak ground acceleration, in g.
    Acceleration,
    /// Peak ground velocity, cm/s.
    Velocity,
    /// Spectral acceleration at 0.2 s and 5 % damping, in g.
    Spectral02,
    /// Spectral acceleration at 1 s, in g.
    Spectral10,
    /// Spectral acceleration at 3 s, in g.
    Spectral30,
}

/// Where the shaking is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Site {
    /// Kilometres to the surface projection of the rupture.
    pub distance_km: f64,
    /// The mean shear-wave velocity of the upper 30 m, m/s.
    pub vs30_m_s: f64,
}

/// A lognormal distribution of ground motion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroundMotion {
    /// The natural logarithm of the median.
    pub ln_median: f64,
    /// The standard deviation between earthquakes, of the natural logarithm.
    pub tau: f64,
    /// The standard deviation within an earthquake.
    pub phi: f64,
}

impl GroundMotion {
    /// The median, in the measure's unit.
    pub fn median(&self) -> f64 {
        self.ln_median.exp()
    }

    /// The standard deviation of the natural logarithm.
    pub fn sigma(&self) -> f64 {
        self.tau.hypot(self.phi)
    }
}

/// The coefficients of a measure, in the paper's order and names.
struct Coefficients {
    /// e0 to e3: the constant for an unspecified, strike-slip, normal and reverse fault.
    style: [f64; 4],
    /// e4 to e6 and Mh: scaling with magnitude and where it bends.
    magnitude: [f64; 4],
    /// c1 to c3 and h: scaling with distance and the depth that saturates it.
    path: [f64; 4],
    /// c and Vc: linear scaling with the ground and where it ends.
    linear: [f64; 2],
    /// f4 and f5: how soft ground yields.
    yielding: [f64; 2],
    /// R1, R2, ΔφR and ΔφV.
    phi_site: [f64; 4],
    /// φ1, φ2, τ1 and τ2: below magnitude 4.5 and above 5.5.
    scatter: [f64; 4],
}

const ACCELERATION: Coefficients = Coefficients {
    style: [0.4473, 0.4856, 0.2459, 0.4539],
    magnitude: [1.431, 0.05053, -0.1662, 5.5],
    path: [-1.134, 0.1917, -0.008088, 4.5],
    linear: [-0.6, 1500.0],
    yielding: [-0.15, -0.00701],
    phi_site: [110.0, 270.0, 0.1, 0.07],
    scatter: [0.695, 0.495, 0.398, 0.348],
};

const VELOCITY: Coefficients = Coefficients {
    style: [5.037, 5.078, 4.849, 5.033],
    magnitude: [1.073, -0.1536, 0.2252, 6.2],
    path: [-1.243, 0.1489, -0.00344, 5.3],
    linear: [-0.84, 1300.0],
    yielding: [-0.1, -0.00844],
    phi_site: [105.0, 272.0, 0.082, 0.08],
    scatter: [0.644, 0.552, 0.401, 0.346],
};

const SPECTRAL_02: Coefficients = Coefficients {
    style: [1.3255, 1.359, 1.122, 1.3414],
    magnitude: [1.1349, -0.11096, -0.15852, 5.92],
    path: [-1.0607, 0.14489, -0.007717, 4.61],
    linear: [-0.68762, 1392.61],
    yielding: [-0.24658, -0.00614],
    phi_site: [90.91, 270.0, 0.136, 0.045],
    scatter: [0.711, 0.539, 0.344, 0.309],
};

const SPECTRAL_10: Coefficients = Coefficients {
    style: [0.3932, 0.4218, 0.207, 0.4124],
    magnitude: [1.5004, -0.18983, 0.17895, 6.2],
    path: [-1.193, 0.10248, -0.00121, 5.74],
    linear: [-1.05, 1109.95],
    yielding: [-0.10521, -0.00844],
    phi_site: [116.39, 270.0, 0.098, 0.02],
    scatter: [0.553, 0.625, 0.498, 0.298],
};

const SPECTRAL_30: Coefficients = Coefficients {
    style: [-1.1898, -1.142, -1.23, -1.2664],
    magnitude: [2.1323, -0.04332, 0.62694, 6.2],
    path: [-1.2179, 0.097638, 0.0, 6.93],
    linear: [-1.0112, 922.43],
    yielding: [-0.013577, -0.00183],
    phi_site: [130.36, 195.0, 0.088, 0.0],
    scatter: [0.534, 0.619, 0.537, 0.344],
};

impl Measure {
    fn coefficients(self) -> &'static Coefficients {
        match self {
            Self::Acceleration => &ACCELERATION,
            Self::Velocity => &VELOCITY,
            Self::Spectral02 => &SPECTRAL_02,
            Self::Spectral10 => &SPECTRAL_10,
            Self::Spectral30 => &SPECTRAL_30,
        }
    }
}

/// The ground motion of an earthquake of a moment magnitude and style at a site. Made for magnitudes 3 to 8.5 (normal faults to 7),
/// 0 to 400 km and Vs30 of 150 to 1500 m/s; beyond those it extrapolates.
pub fn boore2014(measure: Measure, mw: f64, style: Style, site: Site) -> GroundMotion {
    let coefficients = measure.coefficients();
    let rock_g = ACCELERATION.ln_rock(mw, style, site.distance_km).exp();
    GroundMotion {
        ln_median: coefficients.ln_rock(mw, style, site.distance_km) + coefficients.ln_site(site.vs30_m_s, rock_g),
        tau: between(mw, coefficients.scatter[2], coefficients.scatter[3]),
        phi: coefficients.phi(mw, site),
    }
}

impl Coefficients {
    /// Equations 2 to 4: source and path, for ground of 760 m/s.
    fn ln_rock(&self, mw: f64, style: Style, distance_km: f64) -> f64 {
        let [linear, quadratic, above, bend] = self.magnitude;
        let [c1, c2, c3, depth_km] = self.path;
        let past = mw - bend;
        let source = if past <= 0.0 { linear * past + quadratic * past * past } else { above * past };
        let away_km = (distance_km * distance_km + depth_km * depth_km).sqrt();
        self.style[style as usize] + source + (c1 + c2 * (mw - 4.5)) * away_km.ln() + c3 * (away_km - 1.0)
    }

    /// Equations 5 to 8: the ground, which amplifies, and yields when the rock beneath shakes strongly (`rock_g`, in g).
    fn ln_site(&self, vs30_m_s: f64, rock_g: f64) -> f64 {
        self.ground(vs30_m_s).ln_site(rock_g)
    }

    /// What of the ground does not depend on the earthquake.
    fn ground(&self, vs30_m_s: f64) -> Amplification {
        let ([slope, ends_m_s], [f4, f5]) = (self.linear, self.yielding);
        Amplification {
            linear: slope * (vs30_m_s.min(ends_m_s) / 760.0).ln(),
            yields: f4 * ((f5 * (vs30_m_s.min(760.0) - 360.0)).exp() - (f5 * 400.0).exp()),
        }
    }

    /// Equations 15 to 17: scatter within an earthquake.
    fn phi(&self, mw: f64, site: Site) -> f64 {
        let [near_km, far_km, by_distance, by_ground] = self.phi_site;
        let distance = share(site.distance_km, near_km, far_km);
        let soft = 1.0 - share(site.vs30_m_s, 225.0, 300.0);
        between(mw, self.scatter[0], self.scatter[1]) + by_distance * distance - by_ground * soft
    }
}

/// How far a value is from one bound to another in its logarithm, 0 to 1.
fn share(value: f64, low: f64, high: f64) -> f64 {
    ((value / low).ln() / (high / low).ln()).clamp(0.0, 1.0)
}

/// The value for magnitude 4.5 and below, that for 5.5 and above, and between them a straight line.
fn between(mw: f64, small: f64, great: f64) -> f64 {
    small + (great - small) * (mw - 4.5).clamp(0.0, 1.0)
}

/// How a ground amplifies a measure.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Amplification {
    linear: f64,
    yields: f64,
}

impl Amplification {
    fn ln_site(&self, rock_g: f64) -> f64 {
        self.linear + self.yields * ((rock_g + 0.1) / 0.1).ln()
    }
}

/// The ground of a place, prepared for many earthquakes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ground {
    /// The mean shear-wave velocity of the upper 30 m, m/s.
    vs30_m_s: f64,
    acceleration: Amplification,
    velocity: Amplification,
}

impl Ground {
    /// The ground with a mean shear-wave velocity of the upper 30 m: 760 m/s is rock, 300 firm soil.
    pub fn of_vs30(vs30_m_s: f64) -> Self {
        let (acceleration, velocity) = (ACCELERATION.ground(vs30_m_s), VELOCITY.ground(vs30_m_s));
        Self { vs30_m_s, acceleration, velocity }
    }

    /// The mean shear-wave velocity of the upper 30 m, m/s.
    pub fn vs30_m_s(&self) -> f64 {
        self.vs30_m_s
    }

    /// The natural logarithms of the median peak acceleration (g) and velocity (cm/s): what [`boore2014`] says of both.
    pub(super) fn ln_medians(&self, mw: f64, style: Style, distance_km: f64) -> (f64, f64) {
        let ln_rock = ACCELERATION.ln_rock(mw, style, distance_km);
        let rock_g = ln_rock.exp();
        let ln_velocity = VELOCITY.ln_rock(mw, style, distance_km);
        (ln_rock + self.acceleration.ln_site(rock_g), ln_velocity + self.velocity.ln_site(rock_g))
    }
}

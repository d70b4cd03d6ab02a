//! Intensities from peak ground motion.

/// Modified Mercalli intensity from peak ground acceleration in cm/s² (Worden et al. 2012, BSSA 102, 204–221, without the terms of
/// magnitude and distance). Not held to 1 to 10.
pub fn mmi_of_acceleration(pga_cm_s2: f64) -> f64 {
    let log = pga_cm_s2.log10();
    if log <= 1.57 { 1.78 + 1.55 * log } else { -1.60 + 3.70 * log }
}

/// Modified Mercalli intensity from peak ground velocity in cm/s (Worden et al. 2012). Not held to 1 to 10.
pub fn mmi_of_velocity(pgv_cm_s: f64) -> f64 {
    let log = pgv_cm_s.log10();
    if log <= 0.53 { 3.78 + 1.47 * log } else { 2.89 + 3.16 * log }
}

/// Instrumental intensity of the Japan Meteorological Agency from peak ground velocity in cm/s (Midorikawa, Fujimoto & Muramatsu
/// 1999, J. Inst. Social Safety Sci. 1, 51–56): made for 4 to 7.
pub fn jma_of_velocity(pgv_cm_s: f64) -> f64 {
    2.68 + 1.72 * pgv_cm_s.log10()
}

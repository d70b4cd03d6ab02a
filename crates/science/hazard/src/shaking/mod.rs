//! How strongly a past earthquake shook a place: peak ground motion by a published model, and the intensities that go with it.

mod boore2014;
mod intensity;

pub use boore2014::{Ground, GroundMotion, Measure, Site, boore2014};
pub use intensity::{jma_of_velocity, mmi_of_acceleration, mmi_of_velocity};

use serde::{Deserialize, Serialize};

/// Standard gravity, cm/s².
const GRAVITY_CM_S2: f64 = 980.665;

/// How the fault moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Style {
    /// Not known.
    #[default]
    Unspecified,
    /// Sideways.
    StrikeSlip,
    /// The hanging wall down.
    Normal,
    /// The hanging wall up.
    Reverse,
}

impl Style {
    /// The style for a rake in degrees, as the NGA-West2 models class it: strike-slip within 30° of the horizontal.
    pub fn of_rake(rake: f64) -> Self {
        let rake = (rake + 180.0).rem_euclid(360.0) - 180.0;
        match rake.abs() {
            steep if steep > 30.0 && steep < 150.0 && rake > 0.0 => Self::Reverse,
            steep if steep > 30.0 && steep < 150.0 => Self::Normal,
            flat if flat.is_finite() => Self::StrikeSlip,
            _ => Self::Unspecified,
        }
    }
}

/// An earthquake as the cause of shaking.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// Moment magnitude.
    pub mw: f64,
    /// Kilometres below sea level; not a number when unknown.
    pub depth_km: f64,
    /// How the fault moved.
    pub style: Style,
}

/// Why an estimate of shaking is to be taken with care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Caution {
    /// The distance to the epicentre stands for that to the rupture; a great rupture may have come much nearer.
    PointSource,
    /// Further than the 400 km of the model's data.
    Distance,
    /// Smaller than magnitude 3 or greater than 8.5.
    Magnitude,
    /// Deeper than 70 km: the model is not for deep earthquakes.
    Depth,
    /// The ground is outside of the model's Vs30 of 150 to 1500 m/s.
    Ground,
    /// The intensity is below what the relation to the Japanese scale was made for (4 to 7).
    JapaneseScale,
}

/// A set of cautions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cautions(u8);

impl Cautions {
    const ALL: [Caution; 6] = [
        Caution::PointSource,
        Caution::Distance,
        Caution::Magnitude,
        Caution::Depth,
        Caution::Ground,
        Caution::JapaneseScale,
    ];

    /// Whether one is in it.
    pub fn has(self, caution: Caution) -> bool {
        self.0 & (1 << caution as u8) != 0
    }

    /// All that are in it.
    pub fn iter(self) -> impl Iterator<Item = Caution> {
        Self::ALL.into_iter().filter(move |caution| self.has(*caution))
    }

    fn with(self, caution: Caution, holds: bool) -> Self {
        Self(self.0 | (u8::from(holds) << caution as u8))
    }
}

impl Serialize for Cautions {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

/// How strongly the ground of a place probably shook: medians, half of such shakings are stronger.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Shaking {
    /// Peak ground acceleration, in g.
    pub pga_g: f64,
    /// Peak ground velocity, cm/s.
    pub pgv_cm_s: f64,
    /// Modified Mercalli intensity 1 to 10: the mean of those from acceleration and velocity (Worden et al. 2012).
    pub mmi: f64,
    /// Instrumental intensity of the Japan Meteorological Agency from the velocity (Midorikawa et al. 1999), 0 or above.
    pub jma: f64,
    /// Why to take it with care.
    pub cautions: Cautions,
}

/// The probable shaking of a place at a distance from an epicentre, by Boore et al. (2014) for crustal earthquakes.
///
/// The distance in kilometres along the surface stands for the model's distance to the surface projection of the rupture (Joyner
/// and Boore), which is exact for a point and up to half a rupture too long beyond; above magnitude 6.5 the result says so.
/// Some tens of nanoseconds: a page may ask it for every earthquake of a catalogue.
pub fn estimated_shaking(source: &Source, distance_km: f64, ground: &Ground) -> Shaking {
    let distance_km = distance_km.max(0.0);
    let (ln_pga, ln_pgv) = ground.ln_medians(source.mw, source.style, distance_km);
    let (pga_g, pgv_cm_s) = (ln_pga.exp(), ln_pgv.exp());
    let mmi = f64::midpoint(mmi_of_acceleration(pga_g * GRAVITY_CM_S2), mmi_of_velocity(pgv_cm_s)).clamp(1.0, 10.0);
    let jma = jma_of_velocity(pgv_cm_s).max(0.0);
    let cautions = cautions(source, distance_km, ground.vs30_m_s());
    let cautions = cautions.with(Caution::JapaneseScale, !(4.0..=7.0).contains(&jma));
    Shaking { pga_g, pgv_cm_s, mmi, jma, cautions }
}

fn cautions(source: &Source, distance_km: f64, vs30_m_s: f64) -> Cautions {
    Cautions::default()
        .with(Caution::PointSource, source.mw > 6.5)
        .with(Caution::Distance, distance_km > 400.0)
        .with(Caution::Magnitude, !(3.0..=8.5).contains(&source.mw))
        .with(Caution::Depth, source.depth_km > 70.0)
        .with(Caution::Ground, !(150.0..=1500.0).contains(&vs30_m_s))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_follow_the_rake() {
        for (rake, style) in [
            (0.0, Style::StrikeSlip),
            (30.0, Style::StrikeSlip),
            (90.0, Style::Reverse),
            (150.0, Style::StrikeSlip),
            (-170.0, Style::StrikeSlip),
            (-90.0, Style::Normal),
            (270.0, Style::Normal),
            (f64::NAN, Style::Unspecified),
        ] {
            assert_eq!(Style::of_rake(rake), style, "{rake}");
        }
    }

    #[test]
    fn what_is_out_of_range_is_said() {
        let source = Source { mw: 9.1, depth_km: 100.0, style: Style::Reverse };
        let found = estimated_shaking(&source, 500.0, &Ground::of_vs30(760.0));
        let said: Vec<_> = found.cautions.iter().collect();
        let expected = [Caution::PointSource, Caution::Distance, Caution::Magnitude, Caution::Depth];
        assert_eq!(said.iter().filter(|it| **it != Caution::JapaneseScale).copied().collect::<Vec<_>>(), expected);
        let near = estimated_shaking(
            &Source { mw: 6.0, depth_km: 10.0, style: Style::StrikeSlip },
            10.0,
            &Ground::of_vs30(760.0),
        );
        assert!(near.cautions.iter().all(|caution| caution == Caution::JapaneseScale));
        assert_eq!(serde_json::to_string(&found.cautions).expect("JSON").matches('"').count(), 2 * said.len());
    }

    #[test]
    fn the_short_way_is_the_model() {
        for (mw, distance_km, vs30_m_s) in
            [(4.2, 3.0, 180.0), (6.1, 55.0, 300.0), (7.7, 0.0, 760.0), (8.4, 390.0, 1400.0)]
        {
            let found = estimated_shaking(
                &Source { mw, depth_km: 5.0, style: Style::Normal },
                distance_km,
                &Ground::of_vs30(vs30_m_s),
            );
            let model = |measure| boore2014(measure, mw, Style::Normal, Site { distance_km, vs30_m_s }).median();
            assert!((found.pga_g / model(Measure::Acceleration) - 1.0).abs() < 1e-12);
            assert!((found.pgv_cm_s / model(Measure::Velocity) - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn shaking_fades_with_distance_and_grows_with_magnitude() {
        let at = |mw, distance_km| {
            let source = Source { mw, depth_km: 10.0, style: Style::Unspecified };
            estimated_shaking(&source, distance_km, &Ground::of_vs30(400.0)).mmi
        };
        assert!(at(7.0, 10.0) > at(7.0, 50.0) && at(7.0, 50.0) > at(7.0, 200.0));
        assert!(at(7.0, 30.0) > at(6.0, 30.0) && at(6.0, 30.0) > at(5.0, 30.0));
    }
}

//! Ground motion against OpenQuake, intensities against their formulas evaluated elsewhere.
#![allow(clippy::panic)]

use std::collections::HashMap;
use terrane_hazard::shaking::{Measure, Site, Style, boore2014, jma_of_velocity, mmi_of_acceleration, mmi_of_velocity};

fn rows(table: &str) -> Vec<HashMap<String, String>> {
    let mut reader = csv::Reader::from_path(format!("tests/reference/{table}.csv")).expect("the table");
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

fn measure(name: &str) -> Measure {
    match name {
        "PGA" => Measure::Acceleration,
        "PGV" => Measure::Velocity,
        "SA(0.2)" => Measure::Spectral02,
        "SA(1.0)" => Measure::Spectral10,
        "SA(3.0)" => Measure::Spectral30,
        other => panic!("the reference names a measure {other}"),
    }
}

#[test]
fn ground_motion_is_that_of_openquake() {
    let rows = rows("boore2014");
    assert_eq!(rows.len(), 300);
    for row in &rows {
        let number = |name: &str| row[name].parse::<f64>().expect("a number");
        let site = Site { distance_km: number("rjb"), vs30_m_s: number("vs30") };
        let found = boore2014(measure(&row["imt"]), number("mag"), Style::of_rake(number("rake")), site);
        for (found, name) in [
            (found.ln_median, "mean_ln"),
            (found.sigma(), "sigma_total"),
            (found.tau, "tau_inter"),
            (found.phi, "phi_intra"),
        ] {
            let expected = number(name);
            // The reference has eight digits; a logarithm near zero is compared as the ratio it stands for.
            assert!((found - expected).abs() < 1e-5 * expected.abs().max(1e-1), "{name} {found} {row:?}");
        }
    }
}

#[test]
fn intensities_are_those_of_their_formulas() {
    let rows = rows("intensity_conversion");
    assert_eq!(rows.len(), 12);
    for row in &rows {
        let number = |name: &str| row[name].parse::<f64>().expect("a number");
        let (pga, pgv) = (number("PGA_cm_s2"), number("PGV_cm_s"));
        for (found, name) in [
            (mmi_of_acceleration(pga), "MMI_Worden2012_PGA"),
            (mmi_of_velocity(pgv), "MMI_Worden2012_PGV"),
            (jma_of_velocity(pgv), "JMA_Midorikawa1999_PGV"),
        ] {
            assert!((found / number(name) - 1.0).abs() < 1e-5, "{name} {found} {row:?}");
        }
    }
}

//! b-values and rates against the Hazard Modeller's Toolkit of OpenQuake.
#![allow(clippy::panic)]

use std::collections::HashMap;
use std::f64::consts::LN_10;
use terrane_hazard::frequency::{
    Completeness, Histogram, Period, gutenberg_richter, kijko_smit, maximum_curvature, weichert,
};

const TOLERANCE: f64 = 1e-4;

/// The subsets of the reference: decimal year of the day and magnitude.
fn subset(name: &str) -> Vec<(f64, f64)> {
    let mut reader = csv::Reader::from_path("tests/reference/catalogue_declustered.csv").expect("the table");
    let rows = reader.deserialize::<HashMap<String, String>>().map(|row| row.expect("a row"));
    rows.filter(|row| name == "all" || row["gk74_fs01_flag"] == "0")
        .map(|row| (row["time_utc"][..4].parse::<f64>().expect("a year") + 0.5, row["mag"].parse().expect("a number")))
        .collect()
}

/// The numbers that the reference gives for a subset and method.
fn reference(subset: &str, method: &str) -> Vec<f64> {
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).from_path("tests/reference/catalogue_bvalues.csv").expect("the table");
    let rows = reader.records().map(|row| row.expect("a row"));
    let row = rows.into_iter().find(|row| &row[0] == subset && &row[1] == method).expect("a row of the reference");
    row.iter().skip(3).filter(|cell| !cell.is_empty()).map(|cell| cell.parse().expect("a number")).collect()
}

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < TOLERANCE * expected.abs().max(1.0), "{found} is not {expected}");
}

fn counts(events: &[(f64, f64)]) -> Histogram {
    Histogram::of(events.iter().map(|(_, magnitude)| *magnitude), 0.1).expect("magnitudes")
}

fn completeness() -> Completeness {
    Completeness::new(vec![(2000.0, 4.0), (1985.0, 4.6), (1965.0, 5.2)], 2025.0).expect("a table")
}

#[test]
fn b_values_by_aki_and_utsu_are_those_of_the_toolkit() {
    for name in ["all", "gk74_fs01_mainshocks"] {
        let found = gutenberg_richter(&counts(&subset(name)), 4.0).expect("many events");
        let expected = reference(name, "aki_utsu_formula");
        close(found.b, expected[0]);
        close(found.sigma_aki, expected[1]);
        assert_eq!(found.count as f64, expected[3]);
        let toolkit = reference(name, "aki_ml");
        close(found.b, toolkit[0]);
        // The toolkit takes ln 10 where the formula's 2.30 is rounded.
        close(found.sigma_shi_bolt, toolkit[1]);
        close(found.sigma_shi_bolt / LN_10 * 2.30, expected[2]);
    }
}

#[test]
fn completeness_by_maximum_curvature_is_the_fullest_bin() {
    for name in ["all", "gk74_fs01_mainshocks"] {
        let found = maximum_curvature(&counts(&subset(name))).expect("many events");
        close(found.maximum_curvature, reference(name, "mc_maxcurvature")[0]);
        close(found.corrected, found.maximum_curvature + 0.2);
    }
}

#[test]
fn rates_by_weichert_are_those_of_the_toolkit() {
    for name in ["all", "gk74_fs01_mainshocks"] {
        let bins = completeness().bins(&completeness().periods_of(&subset(name), 0.1).expect("magnitudes"));
        let found = weichert(&bins).expect("a solution");
        let expected = reference(name, "weichert");
        close(found.b, expected[0]);
        close(found.sigma_b, expected[1]);
        close(found.rate, expected[2]);
        close(found.sigma_rate, expected[3]);
    }
}

#[test]
fn b_values_by_kijko_and_smit_are_those_of_the_toolkit() {
    for name in ["all", "gk74_fs01_mainshocks"] {
        let periods = completeness().periods_of(&subset(name), 0.1).expect("magnitudes");
        let found = kijko_smit(&periods).expect("a solution");
        let expected = reference(name, "kijko_smit");
        close(found.b, expected[0]);
        close(found.sigma_b, expected[1]);
        // The toolkit's rate has b in the exponent where equation 10 has b ln 10: ours is the paper's, and the toolkit's is told from it.
        let years =
            |beta: f64| periods.iter().map(|Period { mc, years, .. }| years * (-beta * (mc - 4.0)).exp()).sum::<f64>();
        close(found.rate * years(found.b * LN_10) / years(found.b), expected[2]);
        close(found.rate * years(found.b * LN_10), found.count as f64);
    }
}

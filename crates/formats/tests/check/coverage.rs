//! How areas cover the ground together: numbers that can be reckoned by hand.

use super::support::*;
use terrane_formats::check::{CheckOptions, Coverage};
use terrane_model::Crs;
use terrane_model::report::Report;
use terrane_model::schema::GeometryKind;

/// Squares side by side, `across` × `across`, each changed by `change`.
fn squares(across: usize, mut change: impl FnMut(usize, Ring) -> Option<Ring>) -> Vec<Shape> {
    let all = (0..across * across).map(|at| (at, square((at % across) as f64, (at / across) as f64, 1.0)));
    all.filter_map(|(at, ring)| change(at, ring).map(|ring| vec![vec![ring]])).collect()
}

fn measured(shapes: &[Shape]) -> (Coverage, Report) {
    let schema = schema_in(Crs::epsg(3857), GeometryKind::MultiPolygon, false);
    let batches: Vec<_> = shapes.chunks(1_000).map(|some| batch(&schema, some)).collect();
    let (checked, report, _) = inspect(&batches, &CheckOptions { coverage: true, ..options() });
    (checked.coverage.unwrap(), report)
}

#[test]
fn a_clean_tessellation_has_neither_gaps_nor_overlaps() {
    let (coverage, report) = measured(&squares(20, |_, ring| Some(ring)));
    assert_eq!((coverage.polygons, coverage.area, coverage.measured_share), (400, 400.0, 1.0));
    assert_eq!((coverage.overlap_share, coverage.gap_share, coverage.overlapping), (Some(0.0), Some(0.0), None));
    // 2 × 20 × 19 inner edges, 80 outer ones.
    assert!((coverage.shared_border_share - 760.0 / 840.0).abs() < 1e-6, "{coverage:?}");
    assert!(report.findings.iter().all(|finding| finding.what.contains("look like degrees")), "{report:?}");
}

#[test]
fn one_overlap_and_one_gap_are_measured_and_the_row_is_named() {
    // Square 45 reaches half a unit to the right, over square 46; square 211 is missing.
    let shapes = squares(20, |at, ring| match at {
        45 => Some(ring.into_iter().map(|[x, y]| [if x > 5.5 { x + 0.5 } else { x }, y]).collect()),
        211 => None,
        _ => Some(ring),
    });
    let (coverage, report) = measured(&shapes);
    let area = 399.5;
    assert!((coverage.overlap_share.unwrap() - 0.5 / area).abs() < 1e-9, "{coverage:?}");
    assert!((coverage.gap_share.unwrap() - 1.0 / area).abs() < 1e-9, "{coverage:?}");
    assert_eq!(coverage.overlapping, Some((47, 1)));
    let said = said(&report);
    assert!(
        said.iter().any(|(row, _, what)| *row == 47 && what.starts_with("0.13 % of the area lies under")),
        "{said:?}"
    );
    assert!(said.iter().any(|(_, _, what)| what.contains("gaps of 0.25 %")), "{said:?}");
}

#[test]
fn more_than_fits_into_memory_is_measured_in_a_sample_that_tells_as_much() {
    // 90 000 squares of five positions; every tenth one is a quarter too wide.
    let wide = |at: usize, ring: Ring| {
        let right = ring[1][0];
        let reach = if at.is_multiple_of(10) && at % 300 != 299 { 0.25 } else { 0.0 };
        Some(ring.into_iter().map(|[x, y]| [if x == right { x + reach } else { x }, y]).collect())
    };
    let (coverage, _) = measured(&squares(300, wide));
    assert!(coverage.measured_share > 0.05 && coverage.measured_share < 0.9, "{coverage:?}");
    let expected = 0.025 / 1.025;
    assert!((coverage.overlap_share.unwrap() / expected - 1.0).abs() < 0.1, "{coverage:?} for {expected}");
    assert_eq!(coverage.gap_share, Some(0.0));
}

#[test]
fn scattered_areas_and_islands_in_lakes_are_no_gaps() {
    let (coverage, _) = measured(&[vec![vec![square(0.0, 0.0, 1.0)]], vec![vec![square(5.0, 5.0, 1.0)]]]);
    assert_eq!((coverage.gap_share, coverage.shared_border_share), (Some(0.0), 0.0));
    let ground = vec![vec![square(0.0, 0.0, 10.0), square(2.0, 2.0, 6.0)]];
    let island = vec![vec![square(4.0, 4.0, 2.0)]];
    let (coverage, _) = measured(&[ground, island]);
    assert!((coverage.gap_share.unwrap() - 32.0 / 68.0).abs() < 1e-9, "the lake less its island: {coverage:?}");
}

#[test]
fn areas_that_are_not_valid_are_measured_as_they_would_be_repaired() {
    let bow = vec![vec![ring(&[(0.0, 0.0), (4.0, 4.0), (4.0, 0.0), (0.0, 4.0)])]];
    let under = vec![vec![square(0.0, 0.0, 4.0)]];
    let (coverage, _) = measured(&[bow, under]);
    assert!(
        (coverage.area - 24.0).abs() < 1e-6 && (coverage.overlap_share.unwrap() - 8.0 / 24.0).abs() < 1e-7,
        "{coverage:?}"
    );
}

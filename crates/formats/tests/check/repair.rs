//! Repair: what comes out is valid, covers what GEOS' MakeValid covers, and keeps positions, heights and values.

use super::geometry::cases;
use super::support::*;
use geo::{Area as _, Validation as _};
use terrane_formats::check::CheckOptions;
use terrane_model::batch::Value;
use terrane_model::schema::GeometryKind;
use terrane_model::{Batch, Crs};

fn repairing() -> CheckOptions {
    CheckOptions { repair: true, ..options() }
}

fn area_of(batch: &Batch) -> f64 {
    batch.feature(0).geometry().map_or(0.0, |geometry| geometry.to_geo().unsigned_area())
}

#[test]
fn areas_become_valid_and_as_large_as_geos_makes_them() {
    let schema = schema_in(Crs::crs84(), GeometryKind::MultiPolygon, false);
    let mut wrong = Vec::new();
    for (row, (shape, valid, reason, fixed_area)) in cases().into_iter().enumerate() {
        let given = batch(&schema, &[shape]);
        let (checked, _, through) = inspect(std::slice::from_ref(&given), &repairing());
        assert_eq!(checked.repaired.rows, u64::from(!valid));
        let area = area_of(&through[0]);
        let again = inspect(&through, &options()).0;
        let is_valid = through[0].feature(0).geometry().is_none_or(|geometry| geometry.to_geo().is_valid());
        if again.invalid > 0 || !is_valid || (area - fixed_area).abs() > 1e-6 * fixed_area.max(1.0) {
            wrong.push(format!(
                "case {row} ({reason}): area {area} for {fixed_area}, valid {is_valid}, {}",
                again.invalid
            ));
        }
    }
    assert!(wrong.is_empty(), "{}: {}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_bow_tie_becomes_two_triangles_and_everything_else_stays() {
    let schema = schema_in(Crs::crs84(), GeometryKind::Polygon, true);
    let bow = vec![vec![ring(&[(0.0, 0.0), (4.0, 4.0), (4.0, 0.0), (0.0, 4.0)])]];
    let fine = vec![vec![square(20.25, 1.125, 3.0)]];
    let given = batch(&schema, &[fine, bow]);
    let (checked, report, through) = inspect(std::slice::from_ref(&given), &repairing());
    assert_eq!((checked.repaired.rows, checked.repaired.first_rows), (1, vec![2]));
    let through = &through[0];
    assert_eq!(through.schema.geometry.as_ref().unwrap().kind, GeometryKind::MultiPolygon);
    let (kept, mended) = (through.feature(0).geometry().unwrap(), through.feature(1).geometry().unwrap());
    assert_eq!(kept.positions(), given.feature(0).geometry().unwrap().positions());
    assert_eq!((kept.kind(), mended.kind()), (GeometryKind::MultiPolygon, GeometryKind::MultiPolygon));
    assert_eq!((mended.parts().len(), mended.to_geo().unsigned_area()), (2, 8.0));
    for (position, height) in mended.parts().flat_map(|part| {
        let heights = part.heights().flatten().flatten().copied().collect::<Vec<_>>();
        part.rings().flatten().copied().zip(heights).collect::<Vec<_>>()
    }) {
        let is_new = position == [2.0, 2.0];
        assert_eq!(height.is_nan(), is_new, "only the crossing has no height: {position:?}");
    }
    assert_eq!(through.feature(1).value(0), Value::Int(1));
    let changed = report.findings.iter().find(|finding| finding.what.contains("changes the area")).unwrap();
    assert_eq!(changed.row, Some(2), "programs that do not look measure 0 for a bow tie");
    let crossing = report.findings.iter().find(|finding| finding.what.contains("crosses itself")).unwrap();
    assert!(crossing.remedy.starts_with("Repaired"), "{crossing:?}");
}

#[test]
fn rows_that_nothing_is_left_of_or_that_are_no_numbers_are_kept_without_a_geometry() {
    let schema = schema_in(Crs::crs84(), GeometryKind::MultiPolygon, false);
    let flat = vec![vec![ring(&[(0.0, 0.0), (4.0, 0.0), (2.0, 0.0)])]];
    let nowhere = vec![vec![ring(&[(0.0, 0.0), (f64::NAN, 0.0), (2.0, 1.0)])]];
    let fine = vec![vec![square(0.0, 0.0, 3.0)]];
    let (_, report, through) = inspect(&[batch(&schema, &[flat, nowhere, fine])], &repairing());
    let there: Vec<bool> = through[0].features().map(|feature| feature.geometry().is_some()).collect();
    assert_eq!(there, [false, false, true]);
    assert!(report.findings.iter().any(|finding| finding.what.contains("Nothing was left") && finding.row == Some(1)));
}

#[test]
fn rows_that_do_not_count_do_not_come_back() {
    let schema = schema_in(Crs::crs84(), GeometryKind::MultiPolygon, false);
    let bow = || vec![vec![ring(&[(0.0, 0.0), (4.0, 4.0), (4.0, 0.0), (0.0, 4.0)])]];
    let some = batch(&schema, &[bow(), bow(), bow()]).filtered(|row| row != 1);
    let (checked, _, through) = inspect(&[some], &repairing());
    assert_eq!((checked.rows, checked.repaired.rows, through[0].len()), (2, 2, 2));
    let numbers: Vec<Value<'_>> = through[0].features().map(|feature| feature.value(0)).collect();
    assert_eq!(numbers, [Value::Int(0), Value::Int(2)]);
}

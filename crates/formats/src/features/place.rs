//! Which CRS a file's coordinates are in, and how that is known: what the person says, what the file says, or what the numbers allow.

use terrane_model::report::{Finding, Report, Severity};
use terrane_model::{Bbox, Crs};

/// Decides the CRS and notes in the report how it is known. Without any word and with numbers that cannot be degrees the data is
/// refused by a finding; the CRS returned is then only a stand-in.
pub fn decide(asked: Option<&Crs>, declared: Option<(Crs, String)>, bbox: &Bbox, report: &mut Report) -> Crs {
    if let Some(asked) = asked {
        if let Some((crs, how)) = declared.filter(|(crs, _)| crs != asked) {
            let what = format!("The file says {crs} ({how}), but {asked} was asked for and is used.");
            report.add(Finding::new(Severity::Note, what, ""));
        }
        report.crs = Some((asked.clone(), "as asked".to_owned()));
        return asked.clone();
    }
    if let Some((crs, how)) = declared {
        report.crs = Some((crs.clone(), how));
        return crs;
    }
    let degrees = bbox.is_empty() || Bbox { min: [-180.0, -90.0], max: [360.0, 90.0] }.contains_box(bbox);
    if degrees {
        report.crs = Some((Crs::crs84(), "guessed from the coordinates".to_owned()));
        report.add(Finding::new(
            Severity::Warning,
            "The file does not say which coordinate reference system it is in; its coordinates look like longitude and latitude and are taken as WGS 84.",
            "Say it with --crs, for example --crs EPSG:4326.",
        ));
    } else {
        report.add(Finding::new(
            Severity::Refusal,
            format!(
                "The file does not say which coordinate reference system it is in, and its coordinates (x {} to {}, y {} to {}) are not degrees.",
                bbox.min[0], bbox.max[0], bbox.min[1], bbox.max[1]
            ),
            "Say it with --crs, for example --crs EPSG:32648 for WGS 84 / UTM zone 48N.",
        ));
    }
    Crs::crs84()
}

/// A remark on degrees that no place on the Earth has; `row` is the first such row.
pub fn beyond_the_earth(row: u64, count: u64) -> Finding {
    let mut finding = Finding::new(
        Severity::Warning,
        "A position is outside −180 to 180 degrees of longitude or −90 to 90 of latitude.",
        "Check that x and y are not swapped and that --crs is right.",
    )
    .at_row(row);
    finding.count = count;
    finding
}

/// Whether a position in degrees is on the Earth, allowing longitudes to 360.
pub fn on_earth([x, y]: [f64; 2]) -> bool {
    (-180.000_001..=360.0).contains(&x) && (-90.000_001..=90.000_001).contains(&y)
}

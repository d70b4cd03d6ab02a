//! Whether rows lie where their CRS is meant for, and what is likely wrong when they do not: degrees for metres, x for y.

use super::faults::{Tally, say_once};
use crate::features::place;
use terrane_model::filter::Transformer as _;
use terrane_model::report::{Finding, Report, Severity};
use terrane_model::{Bbox, Crs};
use terrane_projection::Transform;

/// An area of use is grown by this share of itself on each side before rows are called outside: people work across borders.
const GROWTH: f64 = 0.25;

/// Where rows may be, and how many are elsewhere.
pub struct AreaCheck {
    crs: Crs,
    geographic: bool,
    /// In the CRS; `None` when nothing is known.
    allowed: Option<Bbox>,
    outside: Tally,
    /// Rows outside that would be inside with x and y swapped.
    swapped: u64,
    /// Rows that could be degrees.
    like_degrees: Tally,
    placed: u64,
    bbox: Bbox,
}

impl AreaCheck {
    /// For rows of a CRS; nothing is checked of one that is not known.
    pub fn new(crs: &Crs) -> Self {
        let info = terrane_projection::info(crs).ok();
        let geographic = info.as_ref().is_some_and(|info| info.geographic);
        let allowed = match &info {
            Some(info) if !geographic => info.area.and_then(|area| projected(crs, &area)),
            _ => None,
        };
        Self {
            crs: crs.clone(),
            geographic,
            allowed,
            outside: Tally::default(),
            swapped: 0,
            like_degrees: Tally::default(),
            placed: 0,
            bbox: Bbox::EMPTY,
        }
    }

    /// Looks at the box of a row, which has finite positions.
    pub fn see(&mut self, row: u64, [min_x, min_y, max_x, max_y]: [f64; 4]) {
        self.placed += 1;
        self.bbox = self.bbox.union(&Bbox { min: [min_x, min_y], max: [max_x, max_y] });
        let fits = |min: [f64; 2], max: [f64; 2]| match (&self.allowed, self.geographic) {
            (_, true) => place::on_earth(min) && place::on_earth(max),
            (Some(allowed), _) => allowed.contains(min) && allowed.contains(max),
            (None, false) => true,
        };
        let is_inside = fits([min_x, min_y], [max_x, max_y]);
        let is_swapped = !is_inside && fits([min_y, min_x], [max_y, max_x]);
        let like_degrees = !self.geographic && min_x >= -180.0 && max_x <= 360.0 && min_y >= -90.0 && max_y <= 90.0;
        if like_degrees {
            self.like_degrees.add(row);
        }
        if !is_inside {
            self.outside.add(row);
            self.swapped += u64::from(is_swapped);
        }
    }

    /// Remarks.
    pub fn report(&self, report: &mut Report) {
        if self.allowed.is_some() && self.placed > 0 && self.like_degrees.count == self.placed {
            let what = format!(
                "The coordinates look like degrees (x {} to {}, y {} to {}), but {} counts in metres or feet.",
                self.bbox.min[0], self.bbox.max[0], self.bbox.min[1], self.bbox.max[1], self.crs
            );
            let remedy = "Say the right one with --crs, for example --crs EPSG:4326.";
            return say_once(report, self.like_degrees.put(Finding::new(Severity::Warning, what, remedy)));
        }
        if self.outside.count == 0 {
            return;
        }
        let mut finding = match self.geographic {
            true => place::beyond_the_earth(self.outside.first, self.outside.count),
            false => self.outside.put(Finding::new(Severity::Warning, self.beyond(), "")),
        };
        finding.remedy = self.remedy();
        say_or_better(report, finding);
    }

    fn beyond(&self) -> String {
        let area = terrane_projection::info(&self.crs).ok().and_then(|info| info.area);
        let area = area.map_or_else(String::new, |area| {
            format!(
                " (longitude {:.1} to {:.1}, latitude {:.1} to {:.1})",
                area.min[0], area.max[0], area.min[1], area.max[1]
            )
        });
        format!("A position is far outside the area{area} that {} is meant for.", self.crs)
    }

    fn remedy(&self) -> String {
        let mostly = |count: u64| count * 2 > self.outside.count;
        let say = if mostly(self.swapped) {
            "Seen the other way round they would fit: x and y seem swapped. Swap them (in QGIS: “Swap X and Y coordinates”; of a table: --x and --y)."
        } else if self.geographic && self.bbox.max[0].abs().max(self.bbox.max[1].abs()) > 1_000.0 {
            "The coordinates look like metres: say the right CRS with --crs, for example --crs EPSG:32648."
        } else {
            "Check that --crs is right and the coordinates are not mistyped."
        };
        say.to_owned()
    }
}

/// A remark that a reader may have made already with a plainer remedy.
fn say_or_better(report: &mut Report, finding: Finding) {
    match report.findings.iter_mut().find(|known| known.what == finding.what) {
        Some(known) => known.remedy = finding.remedy,
        None => report.add(finding),
    }
}

/// The area of use in the CRS itself, grown.
fn projected(crs: &Crs, area: &Bbox) -> Option<Bbox> {
    let there = Transform::new(&Crs::crs84(), crs).ok()?;
    let bbox = there
        .bbox(area)
        .ok()
        .filter(|bbox| !bbox.is_empty() && bbox.min.iter().chain(&bbox.max).all(|number| number.is_finite()))?;
    let [wider, higher] = [bbox.width() * GROWTH, bbox.height() * GROWTH];
    Some(Bbox { min: [bbox.min[0] - wider, bbox.min[1] - higher], max: [bbox.max[0] + wider, bbox.max[1] + higher] })
}

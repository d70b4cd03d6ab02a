//! Batches with repaired geometry in the place of what is not valid, and an account of it.

use super::Repaired;
use super::coverage::CoverageWatch;
use super::faults::{Fault, Faults, Tally, say_once};
use super::repair::{self, Places, Repair};
use super::shape::ShapeCheck;
use std::sync::Arc;
use terrane_model::batch::GeometryBuilder;
use terrane_model::geometry::GeometryRef;
use terrane_model::limits::{REPAIR_MEETINGS_MAX, REPAIR_POSITIONS_MAX, REPORT_SAMPLES_MAX};
use terrane_model::report::{Finding, Report, Severity};
use terrane_model::schema::{GeometryColumn, GeometryKind};
use terrane_model::{Batch, Feature, Schema};

/// The schema of repaired rows: polygons may come to have several parts.
pub fn schema(given: &Arc<Schema>, repair: bool) -> Arc<Schema> {
    match &given.geometry {
        Some(geometry) if repair && geometry.kind == GeometryKind::Polygon => {
            let geometry = GeometryColumn { kind: GeometryKind::MultiPolygon, ..geometry.clone() };
            Arc::new(Schema { geometry: Some(geometry), ..(**given).clone() })
        }
        _ => Arc::clone(given),
    }
}

/// Whether a geometry has areas that are not valid.
pub fn is_invalid(geometry: &GeometryRef<'_>, faults: Faults) -> bool {
    faults.is_invalid_area() && geometry.kind().part() != GeometryKind::LineString
}

/// Whether repairing a geometry is work that is known to end soon.
pub fn is_bounded(geometry: &GeometryRef<'_>, faults: Faults, meetings: u64) -> bool {
    let few = geometry.positions().len() <= REPAIR_POSITIONS_MAX && meetings <= REPAIR_MEETINGS_MAX;
    few && !faults.has(Fault::Unchecked) && geometry.kind() != GeometryKind::Collection
}

/// Adds the areas of a valid geometry.
pub fn cover(row: u64, geometry: &GeometryRef<'_>, coverage: &mut CoverageWatch) {
    let is_area = |kind: GeometryKind| kind == GeometryKind::Polygon;
    if geometry.parts().any(|part| is_area(part.kind())) {
        let areas = geometry.parts().filter(|part| is_area(part.kind()));
        coverage.add(row, areas.map(|part| part.rings()));
    }
}

/// The geometry of a batch being rebuilt. Rows that do not count are left without.
pub struct Rebuilt {
    builder: GeometryBuilder,
    kind: GeometryKind,
    rows: usize,
    has_geometry: bool,
}

impl Rebuilt {
    /// Nothing rebuilt yet.
    pub fn new(batch: &Batch) -> Self {
        let column = batch.schema.geometry.as_ref();
        Self {
            builder: GeometryBuilder::new(column.is_some_and(|column| column.has_z)),
            kind: column.map_or(GeometryKind::Any, |column| column.kind),
            rows: 0,
            has_geometry: batch.geometry.is_some(),
        }
    }

    /// Ends all rows before this one, so that the row itself is the next.
    fn reach(&mut self, row: usize) {
        while self.rows < row {
            self.rows += 1;
            self.builder.end_row(self.rows);
        }
    }

    fn keep(&mut self, feature: &Feature<'_>) {
        self.reach(feature.row());
        if let Some(geometry) = feature.geometry() {
            self.builder.push(&geometry);
            self.builder.begin(self.named(geometry.kind()));
        }
    }

    /// A layer of polygons becomes one of multi-polygons.
    fn named(&self, own: GeometryKind) -> GeometryKind {
        let single = self.kind == GeometryKind::Polygon && own == GeometryKind::Polygon;
        if single { GeometryKind::MultiPolygon } else { own }
    }

    /// The batch with the geometry that was built.
    pub fn finish(mut self, batch: Batch, schema: &Arc<Schema>) -> Batch {
        if !self.has_geometry {
            return batch;
        }
        self.reach(batch.height());
        Batch { schema: Arc::clone(schema), geometry: Some(self.builder.finish()), ..batch }
    }
}

/// Repairs rows and remembers which.
pub struct Mender {
    /// The account.
    pub repaired: Repaired,
    area_share_max: f64,
    changed: Tally,
    emptied: Tally,
    beyond: Tally,
    check: ShapeCheck,
}

impl Mender {
    /// Tells of changes of the area by more than a share.
    pub fn new(area_share_max: f64) -> Self {
        Self {
            repaired: Repaired::default(),
            area_share_max,
            changed: Tally::default(),
            emptied: Tally::default(),
            beyond: Tally::default(),
            check: ShapeCheck::default(),
        }
    }

    /// Repairs a row; what cannot be repaired stays as it is.
    pub fn mend(&mut self, row: u64, feature: &Feature<'_>, rebuilt: &mut Rebuilt) -> Option<Repair> {
        let geometry = feature.geometry()?;
        let Some(repair) = repair::repair(&geometry) else {
            self.beyond.add(row);
            rebuilt.keep(feature);
            return None;
        };
        self.repaired.rows += 1;
        if self.repaired.first_rows.len() < REPORT_SAMPLES_MAX {
            self.repaired.first_rows.push(row);
        }
        rebuilt.reach(feature.row());
        if repair.areas.is_empty() {
            self.emptied.add(row);
            return Some(repair);
        }
        if repair.change() > self.area_share_max {
            self.changed.add(row);
        }
        let own = geometry.kind();
        let kind = if repair.areas.len() > 1 { GeometryKind::MultiPolygon } else { rebuilt.named(own) };
        let places = Places::of(&geometry);
        let places = Some(&places).filter(|places| self.stays_valid(&repair, places));
        repair::build(&repair.areas, kind, places, &mut rebuilt.builder);
        Some(repair)
    }

    /// Whether the areas are still valid when their positions are put back to where they were given: they lay on a grid.
    fn stays_valid(&mut self, repair: &Repair, places: &Places) -> bool {
        let mut trial = GeometryBuilder::new(true);
        repair::build(&repair.areas, GeometryKind::MultiPolygon, Some(places), &mut trial);
        trial.end_row(1);
        let arrays = trial.finish();
        arrays.view().get(0).is_some_and(|geometry| !self.check.check(&geometry).is_invalid_area())
    }

    /// Copies a row that is not repaired: it is valid, or beyond repair, or has no place that numbers tell.
    pub fn pass(&mut self, row: u64, faults: Faults, feature: &Feature<'_>, rebuilt: &mut Rebuilt) {
        if feature.geometry().is_some_and(|geometry| is_invalid(&geometry, faults)) {
            self.beyond.add(row);
        }
        match faults.has(Fault::NotFinite) {
            true => rebuilt.reach(feature.row()),
            false => rebuilt.keep(feature),
        }
    }

    /// Remarks.
    pub fn report(&self, report: &mut Report) {
        let mut say = |tally: Tally, what: String, remedy: &str| {
            if tally.count > 0 {
                say_once(report, tally.put(Finding::new(Severity::Warning, what, remedy)));
            }
        };
        let percent = self.area_share_max * 100.0;
        let what = format!("The repair changes the area of a polygon by more than {percent} %.");
        say(self.changed, what, "Look at the row; when it is wrong, repair the source by hand.");
        let what = "Nothing was left of a polygon without any extent; the row is kept without a geometry.".to_owned();
        say(self.emptied, what, "Draw the polygon again in the source.");
        let what = format!(
            "A geometry could not be repaired: it mixes kinds, has more than {REPAIR_POSITIONS_MAX} positions, or crosses itself too often."
        );
        say(self.beyond, what, "Repair it in QGIS (“Fix geometries”).");
    }
}

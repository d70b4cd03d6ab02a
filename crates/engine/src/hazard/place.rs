//! What has happened around a place, and what it is near to: "my place".

use super::events::{Event, EventPage};
use super::felt::Felt;
use super::question::{EventOrder, EventPlace, EventQuestion, Range};
use super::sources::{NearSource, SlabDepth};
use crate::Engine;
use crate::caller::Caller;
use crate::pool::Cancel;
use std::sync::Arc;
use terrane_hazard::kind::Kind;
use terrane_hazard::shaking::Ground;
use terrane_hazard::source::{SourceKind, SourceRole};
use terrane_hazard::table::Role;
use terrane_model::time::Interval;
use terrane_model::{Instant, Result};

/// Faults and volcanoes that are named.
const NEAREST: usize = 5;
/// How far faults and volcanoes are looked for, metres.
const SOURCE_REACH_M: f64 = 500_000.0;
/// How far run-ups are looked for, metres.
const COAST_REACH_M: f64 = 100_000.0;
/// Earthquakes, tsunamis and eruptions that are named of each.
const NAMED: usize = 10;
/// Run-ups that the highest are chosen from.
const RUN_UPS_LOOKED_AT: usize = 500;
/// Earthquakes are counted from this year on: before it no catalogue is complete anywhere on Earth.
const COUNTED_SINCE: i64 = 1900;
/// Magnitudes that are counted from.
const COUNTED: [f64; 4] = [5.0, 6.0, 7.0, 8.0];

/// Which place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlaceQuestion {
    /// The place, degrees.
    pub at: [f64; 2],
    /// Around it, kilometres.
    pub radius_km: f64,
    /// The ground there: the mean shear-wave velocity of its upper 30 m, m/s.
    pub vs30_m_s: f64,
}

/// What there is around a place.
pub struct PlaceReport {
    /// The place, degrees.
    pub at: [f64; 2],
    /// Around it, kilometres.
    pub radius_km: f64,
    /// The nearest active faults.
    pub faults: Vec<NearSource>,
    /// The nearest volcanoes.
    pub volcanoes: Vec<NearSource>,
    /// Where tsunamis came ashore nearby.
    pub run_ups: Vec<NearSource>,
    /// The slab below.
    pub slab: Option<SlabDepth>,
    /// The largest earthquakes around, each once.
    pub earthquakes: EventPage,
    /// The earthquakes that shook the place most, as a model estimates it.
    pub felt: Vec<Felt>,
    /// The ground that the estimates are for: the mean shear-wave velocity of its upper 30 m, m/s.
    pub vs30_m_s: f64,
    /// The eruptions around, the newest first.
    pub eruptions: EventPage,
    /// The sources of tsunamis around, the highest first.
    pub tsunamis: EventPage,
    /// Counts of earthquakes around.
    pub counts: Vec<PlaceCount>,
}

/// The highest run-ups; those without a height last.
fn highest(mut run_ups: Vec<NearSource>) -> Vec<NearSource> {
    let height = |near: &NearSource| near.number(SourceRole::Height).unwrap_or(f64::MIN);
    run_ups.sort_by(|left, right| height(right).total_cmp(&height(left)));
    run_ups.truncate(NEAREST);
    run_ups
}

/// How many earthquakes one table tells around a place.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaceCount {
    /// The table.
    pub table: String,
    /// From this magnitude on.
    pub min_magnitude: f64,
    /// How many.
    pub count: u64,
    /// From when to when the table tells earthquakes.
    pub period: [Instant; 2],
}

impl Engine {
    /// What there is around a place, degrees.
    pub async fn place_report(self: &Arc<Self>, caller: Caller, question: PlaceQuestion) -> Result<PlaceReport> {
        let engine = Arc::clone(self);
        self.pool().run(move |cancel: &Cancel| engine.place_here(caller, question, cancel)).await
    }

    fn place_here(&self, caller: Caller, question: PlaceQuestion, cancel: &Cancel) -> Result<PlaceReport> {
        let PlaceQuestion { at, radius_km, vs30_m_s } = question;
        let nearest = |kind, reach_m| self.nearest_sources((caller, cancel), kind, at, (NEAREST, reach_m));
        let around = |kind, by| EventQuestion {
            kinds: vec![kind],
            place: Some(EventPlace::Ring { centre: at, min_m: 0.0, max_m: radius_km * 1000.0 }),
            order: EventOrder { by, descending: true },
            // Several catalogues tell the same event.
            limit: NAMED * 3,
            ..EventQuestion::default()
        };
        let roles: Vec<Role> = Role::flat().collect();
        let events = |question: EventQuestion| {
            Ok(self.events_here((caller, cancel), &question, &roles, false)?.each_once().first(NAMED))
        };
        Ok(PlaceReport {
            at,
            radius_km,
            faults: nearest(SourceKind::Fault, SOURCE_REACH_M)?,
            volcanoes: nearest(SourceKind::Volcano, SOURCE_REACH_M)?,
            run_ups: highest(self.nearest_sources(
                (caller, cancel),
                SourceKind::RunUp,
                at,
                (RUN_UPS_LOOKED_AT, COAST_REACH_M),
            )?),
            slab: self.slab_below(caller, at, cancel)?,
            earthquakes: events(around(Kind::Earthquake, Role::Magnitude))?,
            felt: self.felt_at(caller, at, (NAMED, &Ground::of_vs30(vs30_m_s)), cancel)?,
            vs30_m_s,
            eruptions: events(around(Kind::Eruption, Role::Time))?,
            tsunamis: events(around(Kind::Tsunami, Role::WaterHeight))?,
            counts: self.place_counts(caller, &around(Kind::Earthquake, Role::Time), cancel)?,
        })
    }

    /// Counts by magnitude, table by table: each has its own completeness, and they tell the same earthquakes.
    fn place_counts(&self, caller: Caller, around: &EventQuestion, cancel: &Cancel) -> Result<Vec<PlaceCount>> {
        let mut all = Vec::new();
        let since = Instant::from_date(COUNTED_SINCE, 1, 1)?;
        for (_, source) in self.asked_sources(caller, around) {
            let period = source.entry.about().period.and_then(|period| Some([period.start?.max(since), period.end?]));
            let Some(period) = period.filter(|[start, end]| start < end) else { continue };
            let magnitude = Range { min: Some(COUNTED[0]), max: None };
            let question =
                EventQuestion { magnitude, period: Interval { start: Some(since), end: None }, ..around.clone() };
            let mut counts = [0_u64; COUNTED.len()];
            self.each_event((caller, cancel), &question, (&source, &[Role::Magnitude]), |event: &Event<'_>| {
                let magnitude = event.number(Role::Magnitude).unwrap_or(f64::MIN);
                let above = COUNTED.iter().zip(&mut counts).filter(|(least, _)| magnitude >= **least);
                above.for_each(|(_, count)| *count += 1);
            })?;
            let table = source.id().to_string();
            let count =
                |(min_magnitude, count): (f64, u64)| PlaceCount { table: table.clone(), min_magnitude, count, period };
            all.extend(COUNTED.into_iter().zip(counts).map(count));
        }
        Ok(all)
    }
}

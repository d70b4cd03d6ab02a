//! One event and what belongs to it: the data of its page, made when it is asked for.

use super::charts::{ChartOptions, Charts};
use super::events::{EventPage, SAME_M, SAME_MICROS};
use super::question::{EventOrder, EventPlace, EventQuestion};
use super::section::Section;
use super::sources::{NearSource, SlabDepth};
use super::tables::EventSource;
use crate::Engine;
use crate::caller::Caller;
use crate::pool::Cancel;
use std::sync::Arc;
use terrane_hazard::geodesy::{Position, destination};
use terrane_hazard::kind::Kind;
use terrane_hazard::source::SourceKind;
use terrane_hazard::table::Role;
use terrane_model::time::Interval;
use terrane_model::{DatasetId, Error, Instant, Result};

/// Faults, volcanoes and events that are named.
const NAMED: usize = 10;
/// What counts as around an event, metres.
const AROUND_M: f64 = 300_000.0;
/// How far faults and volcanoes are looked for, metres.
const SOURCE_REACH_M: f64 = 200_000.0;
/// What an event may have caused: within this time and distance.
const CAUSED_TIME_MICROS: i64 = 24 * 3_600 * 1_000_000;
/// Half the length and the width of the section through an event, kilometres.
const SECTION_HALF_KM: f64 = 250.0;
/// See [`SECTION_HALF_KM`].
pub const SECTION_WIDTH_KM: f64 = 100.0;

/// One event and what belongs to it.
pub struct EventReport {
    /// Its table.
    pub source: EventSource,
    /// The event alone, with all that its table says.
    pub event: EventPage,
    /// Where it was, when that is known.
    pub at: Option<[f64; 2]>,
    /// Records of other tables that may be of the same event.
    pub elsewhere: EventPage,
    /// Tsunamis that it may have made.
    pub tsunamis: EventPage,
    /// The largest earthquakes around.
    pub largest: EventPage,
    /// All events around, in numbers.
    pub around: Charts,
    /// The nearest active faults.
    pub faults: Vec<NearSource>,
    /// The nearest volcanoes.
    pub volcanoes: Vec<NearSource>,
    /// The slab below.
    pub slab: Option<SlabDepth>,
    /// The line of the section and what is in it.
    pub section: Option<([[f64; 2]; 2], Section)>,
}

impl Engine {
    /// One event of a table by its identifier, and what belongs to it.
    pub async fn event_report(self: &Arc<Self>, caller: Caller, table: DatasetId, id: String) -> Result<EventReport> {
        let engine = Arc::clone(self);
        self.pool().run(move |cancel: &Cancel| engine.report_here(caller, &table, &id, cancel)).await
    }

    fn report_here(&self, caller: Caller, table: &DatasetId, id: &str, cancel: &Cancel) -> Result<EventReport> {
        let source = self.event_source(caller, table)?;
        let all: Vec<Role> = Role::all().collect();
        let asked = EventQuestion {
            catalogs: vec![table.clone()],
            ids: vec![id.to_owned()],
            limit: 1,
            ..EventQuestion::default()
        };
        let event = self.events_here((caller, cancel), &asked, &all, false)?;
        let Some(found) = event.events().next() else {
            let shown: String = id.chars().take(80).collect();
            return Err(Error::not_found(format!("The table “{table}” has no event “{shown}”.")));
        };
        let (at, when, kind) = (found.position(), found.time(), found.kind());
        let report = Around { engine: self, caller, at, when: when.map(|when| when.interval()), cancel };
        let is_itself = |other: &super::events::Event<'_>| other.rows.source.id() == table && other.id() == id;
        let same = EventQuestion { kinds: vec![kind], every_table: true, ..report.within(SAME_MICROS, SAME_M) };
        let elsewhere = report.events(&same)?.without(|other| other.rows.source.id() == table);
        let caused = EventQuestion { kinds: vec![Kind::Tsunami], ..report.within(CAUSED_TIME_MICROS, AROUND_M) };
        let largest = EventQuestion {
            kinds: vec![Kind::Earthquake],
            catalogs: if kind == Kind::Earthquake { vec![table.clone()] } else { Vec::new() },
            order: EventOrder { by: Role::Magnitude, descending: true },
            ..report.around()
        };
        Ok(EventReport {
            elsewhere,
            tsunamis: if kind == Kind::Tsunami { EventPage::default() } else { report.events(&caused)? },
            around: report.charts(&largest)?,
            largest: report.events(&largest)?.without(is_itself),
            faults: report.nearest(SourceKind::Fault)?,
            volcanoes: report.nearest(SourceKind::Volcano)?,
            slab: at.map(|at| self.slab_below(caller, at, cancel)).transpose()?.flatten(),
            section: report.section(&largest)?,
            source,
            event,
            at,
        })
    }
}

/// Questions about what is around an event; without a place nothing is.
struct Around<'a> {
    engine: &'a Engine,
    caller: Caller,
    at: Option<[f64; 2]>,
    when: Option<Interval>,
    cancel: &'a Cancel,
}

impl Around<'_> {
    fn around(&self) -> EventQuestion {
        let ring = |centre| EventPlace::Ring { centre, min_m: 0.0, max_m: AROUND_M };
        EventQuestion { place: self.at.map(ring), limit: NAMED, ..EventQuestion::default() }
    }

    /// Events so near in time and place; nothing where the time is not known.
    fn within(&self, micros: i64, distance_m: f64) -> EventQuestion {
        let ring = |centre| EventPlace::Ring { centre, min_m: 0.0, max_m: distance_m };
        let wider = |period: Interval| Interval {
            start: period.start.map(|start| Instant(start.0.saturating_sub(micros))),
            end: period.end.map(|end| Instant(end.0.saturating_add(micros))),
        };
        EventQuestion { place: self.at.map(ring), period: self.when.map(wider).unwrap_or_default(), ..self.around() }
    }

    fn events(&self, question: &EventQuestion) -> Result<EventPage> {
        if self.at.is_none() || self.when.is_none() {
            return Ok(EventPage::default());
        }
        let roles: Vec<Role> = Role::flat().collect();
        self.engine.events_here((self.caller, self.cancel), question, &roles, false)
    }

    fn charts(&self, question: &EventQuestion) -> Result<Charts> {
        match self.at {
            Some(_) => self.engine.event_charts_here(self.caller, question, &ChartOptions::default(), self.cancel),
            None => Ok(Charts::default()),
        }
    }

    fn nearest(&self, kind: SourceKind) -> Result<Vec<NearSource>> {
        let Some(at) = self.at else { return Ok(Vec::new()) };
        self.engine.nearest_sources((self.caller, self.cancel), kind, at, (NAMED, SOURCE_REACH_M))
    }

    /// From west to east through the event.
    fn section(&self, question: &EventQuestion) -> Result<Option<([[f64; 2]; 2], Section)>> {
        let Some([lon, lat]) = self.at else { return Ok(None) };
        let end = |azimuth| {
            let end = destination(Position::new(lon, lat), azimuth, SECTION_HALF_KM * 1000.0);
            [end.longitude, end.latitude]
        };
        let line = [end(270.0), end(90.0)];
        let section =
            self.engine.section_here(self.caller, question.clone(), (&line, SECTION_WIDTH_KM), self.cancel)?;
        Ok(Some((line, section)))
    }
}

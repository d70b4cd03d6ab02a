//! Many events in numbers: what charts draw.

use super::events::Event;
use super::question::EventQuestion;
use crate::Engine;
use crate::caller::Caller;
use crate::pool::Cancel;
use std::collections::BTreeMap;
use std::sync::Arc;
use terrane_hazard::declustering::{Part, Shock, Window, gardner_knopoff};
use terrane_hazard::frequency::{
    Completeness, GutenbergRichter, Histogram, Mc, Weichert, gutenberg_richter, maximum_curvature, weichert,
};
use terrane_hazard::geodesy::Position;
use terrane_hazard::kind::Kind;
use terrane_hazard::recurrence::SECONDS_PER_YEAR;
use terrane_hazard::table::Role;
use terrane_model::limits::Limits;
use terrane_model::{DatasetId, Error, Instant, Result};

/// What charts are made of.
const ROLES: [Role; 7] =
    [Role::Time, Role::Magnitude, Role::Depth, Role::Vei, Role::WaterHeight, Role::Deaths, Role::TotalDeaths];
/// The width of a bin of magnitudes.
pub const BIN_WIDTH: f64 = 0.1;
/// Columns of the chart of magnitude against time.
const TIME_CELLS: usize = 160;
/// Steps of the chart of the cumulative number.
const STEPS: usize = 240;
/// The thickness of a bin of depths, kilometres.
const DEPTH_BIN_KM: f64 = 20.0;
/// The deepest bin begins here, kilometres.
const DEEPEST_KM: f64 = 700.0;

/// How charts of earthquakes are counted.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ChartOptions {
    /// Fore- and aftershocks are left out by these windows.
    pub declustered: Option<Window>,
    /// Since which year (decimal) which magnitude is complete: the law is fitted to that as well (Weichert 1980).
    pub completeness: Vec<(f64, f64)>,
}

/// Many events in numbers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Charts {
    /// Events that match.
    pub matched: u64,
    /// Tables that they are from.
    pub tables: usize,
    /// Earthquakes with a magnitude, of the table that tells most of those that match: several tables tell the same ones, each
    /// complete from another magnitude on.
    pub earthquakes: Option<EarthquakeCharts>,
    /// Deaths by decade and kind of event: the decade's first year, deaths, and events that have some.
    pub deaths: BTreeMap<(i64, Kind), (f64, u64)>,
    /// Eruptions by VEI.
    pub eruptions: BTreeMap<i64, u64>,
    /// Tsunamis by the highest water: whole metres up to which, in doubling steps.
    pub tsunamis: BTreeMap<u64, u64>,
}

/// Earthquakes in numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct EarthquakeCharts {
    /// The table.
    pub catalog: DatasetId,
    /// How many have a time and a magnitude.
    pub count: u64,
    /// Counts per bin of magnitude.
    pub histogram: Histogram,
    /// From which magnitude on they are complete.
    pub mc: Option<Mc>,
    /// The law of Gutenberg and Richter above that, when there are enough.
    pub law: Option<GutenbergRichter>,
    /// Fore- and aftershocks that were left out.
    pub left_out: u64,
    /// The law for magnitudes that are complete for unequal times, when a table of completeness was given.
    pub weichert: Option<Weichert>,
    /// Years from the first to the last.
    pub years: f64,
    /// The first and the last moment.
    pub period: [Instant; 2],
    /// Column in time, bin of magnitude, count.
    pub cells: Vec<[u32; 3]>,
    /// Columns in time.
    pub columns: usize,
    /// The number up to each of equal steps in time.
    pub cumulative: Vec<u64>,
    /// Counts per bin of depth, from the surface.
    pub depths: Vec<u64>,
}

impl EarthquakeCharts {
    /// The moment at the beginning of a step, of so many equal ones.
    pub fn edge(&self, step: usize, steps: usize) -> Instant {
        let [first, last] = self.period;
        let share = step as f64 / steps.max(1) as f64;
        Instant(first.0 + ((last.0 - first.0) as f64 * share) as i64)
    }

    /// A bin of depths, kilometres.
    pub fn depth_bin_km(at: usize) -> [f64; 2] {
        [at as f64 * DEPTH_BIN_KM, (at + 1) as f64 * DEPTH_BIN_KM]
    }
}

/// What is kept of one earthquake.
struct Quake {
    at: Instant,
    magnitude: f32,
    depth_km: f32,
    position: [f32; 2],
}

impl Engine {
    /// All events that match, in numbers.
    pub async fn event_charts(
        self: &Arc<Self>,
        caller: Caller,
        question: EventQuestion,
        options: ChartOptions,
    ) -> Result<Charts> {
        let engine = Arc::clone(self);
        self.pool().run(move |cancel: &Cancel| engine.event_charts_here(caller, &question, &options, cancel)).await
    }

    pub(super) fn event_charts_here(
        &self,
        caller: Caller,
        question: &EventQuestion,
        options: &ChartOptions,
        cancel: &Cancel,
    ) -> Result<Charts> {
        let question = &*self.with_faults((caller, cancel), question)?;
        let (mut charts, mut most) = (Charts::default(), (None, Vec::new()));
        for (_, source) in self.asked_sources(caller, question) {
            let (before, mut quakes) = (charts.matched, Vec::new());
            self.each_event((caller, cancel), question, (&source, &ROLES), |event| {
                charts.matched += 1;
                charts.count(event);
                if event.kind() == Kind::Earthquake && quakes.len() <= self.limits().chart_events_max {
                    quakes.extend(quake(event, options.declustered.is_some()));
                }
            })?;
            refuse_too_many(quakes.len(), self.limits())?;
            charts.tables += usize::from(charts.matched > before);
            if quakes.len() > most.1.len() {
                most = (Some(source.id().clone()), quakes);
            }
        }
        if let (Some(catalog), quakes) = most {
            let all = quakes.len();
            let quakes = match options.declustered {
                Some(window) => declustered(quakes, window, self.limits())?,
                None => quakes,
            };
            charts.earthquakes = earthquakes(catalog, &quakes)?
                .map(|charts| EarthquakeCharts { left_out: (all - quakes.len()) as u64, ..charts });
            if let Some(charts) = charts.earthquakes.as_mut().filter(|_| !options.completeness.is_empty()) {
                charts.weichert = Some(complete(&quakes, &options.completeness)?);
            }
        }
        Ok(charts)
    }
}

fn refuse_too_many(count: usize, limits: &Limits) -> Result<()> {
    match count > limits.chart_events_max {
        true => Err(Error::too_large(format!(
            "Charts are made of at most {} earthquakes; ask for a shorter time, a smaller area or larger magnitudes.",
            limits.chart_events_max
        ))),
        false => Ok(()),
    }
}

impl Charts {
    fn count(&mut self, event: &Event<'_>) {
        let deaths = event.number(Role::Deaths).filter(|deaths| *deaths > 0.0);
        if let (Some(deaths), Some(time)) = (deaths, event.time()) {
            let decade = time.earliest.civil().year.div_euclid(10) * 10;
            let known = self.deaths.entry((decade, event.kind())).or_default();
            *known = (known.0 + deaths, known.1 + 1);
        }
        match event.kind() {
            Kind::Eruption => {
                if let Some(vei) = event.number(Role::Vei) {
                    *self.eruptions.entry(vei as i64).or_default() += 1;
                }
            }
            Kind::Tsunami => {
                if let Some(height_m) = event.number(Role::WaterHeight).filter(|height_m| *height_m > 0.0) {
                    *self.tsunamis.entry((height_m.ceil() as u64).next_power_of_two()).or_default() += 1;
                }
            }
            Kind::Earthquake | Kind::Landslide => {}
        }
    }
}

/// Where it was is read only where clusters are to be found.
fn quake(event: &Event<'_>, is_placed: bool) -> Option<Quake> {
    let position = if is_placed { event.position() } else { None };
    Some(Quake {
        at: event.earliest()?,
        magnitude: event.number(Role::Magnitude)? as f32,
        depth_km: event.number(Role::Depth).map_or(f32::NAN, |depth| depth as f32),
        position: position.map_or([f32::NAN; 2], |at| at.map(|degrees| degrees as f32)),
    })
}

/// The earthquakes that stand for themselves, as [`mainshocks`] finds them.
fn declustered(mut quakes: Vec<Quake>, window: Window, limits: &Limits) -> Result<Vec<Quake>> {
    let shock = |quake: &Quake| Shock {
        time_days: quake.at.0 as f64 / 86_400e6,
        position: Position::new(f64::from(quake.position[0]), f64::from(quake.position[1])),
        depth_km: f64::from(quake.depth_km),
        magnitude: f64::from(quake.magnitude),
    };
    let shocks: Vec<Shock> = quakes.iter().take(limits.declustered_events_max + 1).map(shock).collect();
    let mut stands = mainshocks(&shocks, window, limits)?.into_iter();
    quakes.retain(|_| stands.next() == Some(true));
    Ok(quakes)
}

/// Which earthquakes stand for themselves. The work grows with the square of those in one window, so their number is bounded.
pub(crate) fn mainshocks(shocks: &[Shock], window: Window, limits: &Limits) -> Result<Vec<bool>> {
    refuse_too_many_shocks(shocks.len(), limits)?;
    Ok(gardner_knopoff(shocks, window, 1.0).part.into_iter().map(|part| part == Part::Mainshock).collect())
}

pub(crate) fn refuse_too_many_shocks(count: usize, limits: &Limits) -> Result<()> {
    if count > limits.declustered_events_max {
        let say = format!(
            "At most {} earthquakes are sorted into clusters; ask for a shorter time, a smaller area or larger magnitudes.",
            limits.declustered_events_max
        );
        return Err(Error::too_large(say).at("decluster"));
    }
    Ok(())
}

/// A moment as a decimal year: the middle of 2024 is 2024.5, and each year begins at a whole number.
pub(crate) fn years(at: Instant) -> f64 {
    let year = at.civil().year;
    let begins = |year: i64| Instant::from_date(year, 1, 1).map_or(0, |instant| instant.0);
    let (begin, next) = (begins(year), begins(year + 1));
    year as f64 + (at.0 - begin) as f64 / (next - begin).max(1) as f64
}

/// The law for magnitudes that are complete for unequal times. The catalogue ends with its last earthquake.
fn complete(quakes: &[Quake], steps: &[(f64, f64)]) -> Result<Weichert> {
    let events: Vec<(f64, f64)> =
        quakes.iter().map(|quake| (years(quake.at), (f64::from(quake.magnitude) * 1e4).round() / 1e4)).collect();
    let end = events.iter().map(|(year, _)| *year).fold(f64::MIN, f64::max) + 1e-6;
    let table = Completeness::new(steps.to_vec(), end)?;
    weichert(&table.bins(&table.periods_of(&events, BIN_WIDTH)?))
}

fn earthquakes(catalog: DatasetId, quakes: &[Quake]) -> Result<Option<EarthquakeCharts>> {
    let times = || quakes.iter().map(|quake| quake.at);
    let (Some(first), Some(last)) = (times().min(), times().max()) else { return Ok(None) };
    // f32 holds a magnitude of two decimals; 4.9500003 must not fall into another bin than 4.95.
    let histogram =
        Histogram::of(quakes.iter().map(|quake| (f64::from(quake.magnitude) * 1e4).round() / 1e4), BIN_WIDTH)?;
    let mc = maximum_curvature(&histogram);
    let law = mc.and_then(|mc| gutenberg_richter(&histogram, mc.corrected).ok());
    let lowest = histogram.bins().next().map_or(0.0, |(centre, _)| centre);
    let span = (last.0 - first.0).max(1) as f64;
    let share = |at: Instant| (at.0 - first.0) as f64 / span;
    // One slot for each cell that there can be: a map of a million entries would take longer than reading them.
    let bins = histogram.bins().count() + 1;
    let mut cells = vec![0_u32; TIME_CELLS * bins];
    let mut steps = vec![0_u64; STEPS];
    let mut depths = vec![0_u64; (DEEPEST_KM / DEPTH_BIN_KM) as usize + 1];
    for quake in quakes {
        let column = step(share(quake.at), TIME_CELLS);
        let bin = ((f64::from(quake.magnitude) - lowest) / BIN_WIDTH + 0.5 + 1e-4).max(0.0) as usize;
        cells[column * bins + bin.min(bins - 1)] += 1;
        steps[step(share(quake.at), STEPS)] += 1;
        if quake.depth_km.is_finite() {
            let bin = (f64::from(quake.depth_km.max(0.0)) / DEPTH_BIN_KM) as usize;
            let last = depths.len() - 1;
            depths[bin.min(last)] += 1;
        }
    }
    Ok(Some(EarthquakeCharts {
        catalog,
        count: quakes.len() as u64,
        histogram,
        mc,
        law,
        left_out: 0,
        weichert: None,
        years: span / 1e6 / SECONDS_PER_YEAR,
        period: [first, last],
        cells: filled(&cells, bins),
        columns: TIME_CELLS,
        cumulative: summed(&steps),
        depths,
    }))
}

/// Column, bin and count of the cells that have some.
fn filled(cells: &[u32], bins: usize) -> Vec<[u32; 3]> {
    let all = cells.iter().enumerate().filter(|(_, count)| **count > 0);
    all.map(|(at, count)| [(at / bins) as u32, (at % bins) as u32, *count]).collect()
}

fn step(share: f64, steps: usize) -> usize {
    ((share * steps as f64) as usize).min(steps - 1)
}

fn summed(steps: &[u64]) -> Vec<u64> {
    let add = |sum: &mut u64, step: &u64| {
        *sum += step;
        Some(*sum)
    };
    steps.iter().scan(0, add).collect()
}

//! The chart as a whole: read once from its table, asked by name, address, age and span.

use super::name;
use super::unit::{ADDRESS, Rank, Ratified, Unit};
use std::collections::HashMap;
use std::sync::OnceLock;

const TABLE: &str = include_str!("../../data/chart.txt");

/// The International Chronostratigraphic Chart.
#[derive(Debug)]
pub struct Chart {
    version: String,
    units: Vec<Unit>,
    places: HashMap<String, usize>,
}

/// The chart this program was built with.
pub fn chart() -> &'static Chart {
    static CHART: OnceLock<Chart> = OnceLock::new();
    CHART.get_or_init(|| read(TABLE))
}

impl Chart {
    /// Its edition, year and month: `2024-12`.
    pub fn version(&self) -> &str {
        &self.version
    }
    /// How to cite it.
    pub fn attribution(&self) -> &'static str {
        "Cohen, K.M., Harper, D.A.T., Gibbard, P.L., Car, N. (2025). The ICS International Chronostratigraphic Chart this decade. \
         Episodes 48: 105-115. https://doi.org/10.18814/epiiugs/2025/025001. Colours: Commission for the Geological Map of the World"
    }
    /// The licence of its data.
    pub fn licence(&self) -> &'static str {
        "CC-BY-4.0"
    }
    /// The address of the chart as a vocabulary.
    pub fn uri(&self) -> &'static str {
        ADDRESS.trim_end_matches('/')
    }
    /// All units in the order the chart gives them, from its top: younger stages before older ones.
    pub fn units(&self) -> &[Unit] {
        &self.units
    }
    /// The unit of an id: `Jurassic`, `UpperJurassic`. Capitals do not matter.
    pub fn unit(&self, id: &str) -> Option<&Unit> {
        self.places.get(&id.to_ascii_lowercase()).map(|place| &self.units[*place])
    }
    /// The unit of an address, with `http` or `https`.
    pub fn by_uri(&self, uri: &str) -> Option<&Unit> {
        let id = crate::vocabulary::without_scheme(uri).strip_prefix(crate::vocabulary::without_scheme(ADDRESS))?;
        self.unit(id.trim_end_matches('/'))
    }
    /// The unit of a rank at a time; `None` where the chart has no unit of that rank then.
    pub fn at(&self, age_ma: f64, rank: Rank) -> Option<&Unit> {
        self.units.iter().find(|unit| unit.is(rank) && unit.contains(age_ma))
    }
    /// The shortest unit a span lies in, bounds included. A span over both halves of the chart has none, and gets the one with the
    /// larger share of it; a time before the first unit gets the first.
    pub fn smallest_containing(&self, older_ma: f64, younger_ma: f64) -> &Unit {
        let (older_ma, younger_ma) = (older_ma.max(younger_ma), older_ma.min(younger_ma));
        let inside = self.units.iter().filter(|unit| holds(unit, older_ma, younger_ma)).min_by(|a, b| a.by_length(b));
        let whole = || self.largest_share(older_ma, younger_ma, |unit| unit.parent.is_none());
        inside.or_else(whole).unwrap_or(&self.units[self.units.len() - 1])
    }
    /// The unit whose colour a map maker would use for a span: a unit it is equal to; else the shortest unit that holds all but a
    /// fiftieth of it if that is a period or shorter, or of the Precambrian; else the epoch with more than half of it; else the period
    /// with the largest share, of equal shares the younger one. What reaches into the Precambrian from outside counts from the Cambrian.
    pub fn representative(&self, older_ma: f64, younger_ma: f64) -> &Unit {
        let (older_ma, younger_ma) = (older_ma.max(younger_ma), older_ma.min(younger_ma));
        let smallest = self.smallest_containing(older_ma, younger_ma);
        if older_ma == younger_ma || (smallest.older_ma == older_ma && smallest.younger_ma == younger_ma) {
            return smallest;
        }
        let enough = (older_ma - younger_ma) * 0.98;
        let holding = self
            .units
            .iter()
            .filter(|unit| unit.share_ma(older_ma, younger_ma) >= enough)
            .min_by(|a, b| a.by_length(b));
        match holding {
            Some(unit) if unit.rank >= Rank::Period || self.is_precambrian(unit) => unit,
            _ => self.largest(older_ma.min(self.phanerozoic_ma()), younger_ma).unwrap_or(smallest),
        }
    }
    fn is_precambrian(&self, unit: &Unit) -> bool {
        unit.younger_ma >= self.phanerozoic_ma()
    }
    fn phanerozoic_ma(&self) -> f64 {
        self.unit("Phanerozoic").map_or(f64::INFINITY, |unit| unit.older_ma)
    }
    /// The epoch with more than half of a span, or the period with the largest share.
    fn largest(&self, older_ma: f64, younger_ma: f64) -> Option<&Unit> {
        let half = (older_ma - younger_ma) / 2.0;
        let epoch = self.largest_share(older_ma, younger_ma, |unit| unit.is(Rank::Epoch));
        let epoch = epoch.filter(|unit| unit.share_ma(older_ma, younger_ma) > half);
        epoch.or_else(|| self.largest_share(older_ma, younger_ma, |unit| unit.is(Rank::Period)))
    }
    fn largest_share(&self, older_ma: f64, younger_ma: f64, choose: impl Fn(&Unit) -> bool) -> Option<&Unit> {
        let mut best: Option<(&Unit, f64)> = None;
        for unit in self.units.iter().filter(|unit| choose(unit)) {
            let share = unit.share_ma(older_ma, younger_ma);
            if share > best.map_or(0.0, |(_, most)| most) {
                best = Some((unit, share));
            }
        }
        best.map(|(unit, _)| unit)
    }
    /// The start of the oldest unit, Ma.
    pub fn oldest_ma(&self) -> f64 {
        self.units.iter().fold(0.0, |oldest, unit| unit.older_ma.max(oldest))
    }
}

/// Whether a unit contains a span; a single time follows the rule of boundaries.
fn holds(unit: &Unit, older_ma: f64, younger_ma: f64) -> bool {
    if older_ma == younger_ma { unit.contains(older_ma) } else { unit.covers(older_ma, younger_ma) }
}

fn read(table: &str) -> Chart {
    let mut chart = Chart { version: String::new(), units: Vec::new(), places: HashMap::new() };
    for line in table.lines() {
        let mut cells = line.split('\t');
        match cells.next() {
            Some("V") => chart.version = cells.next().unwrap_or_default().to_owned(),
            Some("U") => chart.units.extend(unit(&cells.collect::<Vec<_>>())),
            Some("l") => {
                if let (Some(unit), Some(language), Some(text)) = (chart.units.last_mut(), cells.next(), cells.next()) {
                    unit.stated.push((language.to_owned(), text.to_owned()));
                }
            }
            _ => {}
        }
    }
    let places = chart.units.iter().enumerate().map(|(place, unit)| (unit.id.to_ascii_lowercase(), place));
    chart.places = places.collect();
    name::give(&mut chart.units);
    chart
}

fn unit(cells: &[&str]) -> Option<Unit> {
    let [id, ranks, older, older_error, younger, younger_error, colour, order, parent, gssp, symbol] = cells else {
        return None;
    };
    let mut ranks = ranks.split('+').filter_map(Rank::named);
    Some(Unit {
        id: (*id).to_owned(),
        rank: ranks.next()?,
        longer_rank: ranks.next(),
        older_ma: older.parse().ok()?,
        older_error_ma: older_error.parse().ok(),
        younger_ma: younger.parse().ok()?,
        younger_error_ma: younger_error.parse().ok(),
        colour: hex(colour)?,
        parent: (!parent.is_empty()).then(|| (*parent).to_owned()),
        order: order.parse().ok()?,
        gssp: match *gssp {
            "GSSP" => Some(Ratified::Gssp),
            "GSSA" => Some(Ratified::Gssa),
            _ => None,
        },
        symbol: (*symbol).to_owned(),
        stated: Vec::new(),
        labels: Vec::new(),
    })
}

fn hex(text: &str) -> Option<[u8; 3]> {
    let number = u32::from_str_radix(text.strip_prefix('#')?, 16).ok()?;
    let [_, red, green, blue] = number.to_be_bytes();
    Some([red, green, blue])
}

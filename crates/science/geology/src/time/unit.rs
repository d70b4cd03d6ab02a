//! One unit of the chart.

use super::chart::chart;
use std::cmp::Ordering;

/// Where the addresses of the units begin.
pub(super) const ADDRESS: &str = "http://resource.geosciml.org/classifier/ics/ischart/";

/// The rank of a unit, from the longest to the shortest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Rank {
    SuperEon,
    Eon,
    Era,
    Period,
    SubPeriod,
    Epoch,
    Age,
}

impl Rank {
    /// All ranks, the longest first.
    pub const ALL: [Self; 7] =
        [Self::SuperEon, Self::Eon, Self::Era, Self::Period, Self::SubPeriod, Self::Epoch, Self::Age];

    /// The name in the chart's vocabulary: `Period`, `Sub-Period`.
    pub fn name(self) -> &'static str {
        match self {
            Self::SuperEon => "Super-Eon",
            Self::Eon => "Eon",
            Self::Era => "Era",
            Self::Period => "Period",
            Self::SubPeriod => "Sub-Period",
            Self::Epoch => "Epoch",
            Self::Age => "Age",
        }
    }
    /// The rank of a name, written as [`Self::name`] writes it.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rank| rank.name().eq_ignore_ascii_case(name))
    }
    /// Its address in the GTS ontology.
    pub fn uri(self) -> String {
        format!("http://resource.geosciml.org/ontology/timescale/rank/{}", self.name())
    }
}

/// How the older boundary is fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ratified {
    /// A Global Boundary Stratotype Section and Point.
    Gssp,
    /// A Global Standard Stratigraphic Age.
    Gssa,
}

/// A unit of the chart.
#[derive(Debug)]
pub struct Unit {
    /// As in the chart's addresses: `Jurassic`, `UpperJurassic`.
    pub id: String,
    /// Its rank; the shorter one where the chart gives two.
    pub rank: Rank,
    /// Its longer rank, where the chart gives two (the Pridoli is an age and an epoch).
    pub longer_rank: Option<Rank>,
    /// Where it begins, millions of years before present.
    pub older_ma: f64,
    /// Uncertainty of where it begins, Ma.
    pub older_error_ma: Option<f64>,
    /// Where it ends, millions of years before present.
    pub younger_ma: f64,
    /// Uncertainty of where it ends, Ma.
    pub younger_error_ma: Option<f64>,
    /// The colour of the Commission for the Geological Map of the World: red, green, blue.
    pub colour: [u8; 3],
    /// The id of the unit it is part of; `None` for the Phanerozoic and the Precambrian.
    pub parent: Option<String>,
    /// Place on the chart, from the top.
    pub order: u16,
    /// How its older boundary is fixed; `None` where that is not ratified.
    pub gssp: Option<Ratified>,
    /// The short code of the CGMW.
    pub symbol: String,
    /// Labels as the chart writes them: language and text.
    pub stated: Vec<(String, String)>,
    /// Labels as a reader wants them: language and text.
    pub(super) labels: Vec<(String, String)>,
}

impl Unit {
    /// Its address.
    pub fn uri(&self) -> String {
        format!("{ADDRESS}{}", self.id)
    }
    /// The name of the time in a language (`ja`, `pt-BR`), in English where there is none. Units of the chart that have only an
    /// address are named from it: `Late Jurassic`, 後期ジュラ紀.
    pub fn label(&self, language: &str) -> &str {
        crate::vocabulary::in_language(&self.labels, language).unwrap_or(&self.id)
    }
    /// Language and name of the time, in all languages, ordered by language.
    pub fn labels(&self) -> &[(String, String)] {
        &self.labels
    }
    /// What the chart itself calls it in a language, with the names of rocks and time as it prints them: `ジュラ系／紀`.
    pub fn stated_label(&self, language: &str) -> Option<&str> {
        self.stated.iter().find(|(tag, _)| tag.eq_ignore_ascii_case(language)).map(|(_, text)| text.as_str())
    }
    /// The unit it is part of.
    pub fn parent_unit(&self) -> Option<&'static Unit> {
        self.parent.as_deref().and_then(|id| chart().unit(id))
    }
    /// The units it consists of, the youngest first.
    pub fn children(&self) -> impl Iterator<Item = &'static Unit> {
        let id = self.id.clone();
        chart().units().iter().filter(move |unit| unit.parent.as_deref() == Some(id.as_str()))
    }
    /// Whether it is of a rank; the Pridoli is of two.
    pub fn is(&self, rank: Rank) -> bool {
        self.rank == rank || self.longer_rank == Some(rank)
    }
    /// Whether a time is in it: from the older bound, which belongs to it, to the younger, which does not; the present belongs to the
    /// units that last.
    pub fn contains(&self, age_ma: f64) -> bool {
        age_ma <= self.older_ma && (age_ma > self.younger_ma || (age_ma == 0.0 && self.younger_ma == 0.0))
    }
    /// Whether a span lies in it, bounds included, Ma.
    pub fn covers(&self, older_ma: f64, younger_ma: f64) -> bool {
        self.older_ma >= older_ma && self.younger_ma <= younger_ma
    }
    /// How long it lasted, millions of years.
    pub fn duration_ma(&self) -> f64 {
        self.older_ma - self.younger_ma
    }
    /// `#34B2C9`.
    pub fn colour_hex(&self) -> String {
        let [red, green, blue] = self.colour;
        format!("#{red:02X}{green:02X}{blue:02X}")
    }
    /// How much of a span lies in it, millions of years.
    pub(super) fn share_ma(&self, older_ma: f64, younger_ma: f64) -> f64 {
        (self.older_ma.min(older_ma) - self.younger_ma.max(younger_ma)).max(0.0)
    }
    /// The shorter unit first; of two as long, the one of the lower rank.
    pub(super) fn by_length(&self, other: &Self) -> Ordering {
        self.duration_ma().total_cmp(&other.duration_ma()).then(other.rank.cmp(&self.rank))
    }
}

//! What can be wrong with a geometry, how it is said to a person, and a count of the rows of which it is true.

use crate::features::remarks::{DOUBLED_ROW, REPAIR_BY_HAND, SHORT_RUN};
use std::collections::BTreeMap;
use terrane_model::report::{Finding, Report, Severity};

/// One thing that can be wrong with the geometry of a row. `repr` is the bit in [`Faults`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Fault {
    /// A coordinate is NaN or infinite.
    NotFinite,
    /// There is a geometry but no position in it.
    Empty,
    /// A ring does not end where it begins.
    Unclosed,
    /// A line of fewer than two positions, a ring of fewer than four.
    Short,
    /// A position twice in a row.
    Repeated,
    /// A ring that runs back along itself.
    Spike,
    /// A ring that crosses itself.
    Crosses,
    /// A ring that touches itself in a point.
    Touches,
    /// A hole that crosses another ring of its polygon or runs along it.
    HoleCrosses,
    /// A hole outside its outer ring.
    HoleOutside,
    /// Holes within each other.
    HolesNested,
    /// Holes that cut the area in two by touching.
    Disconnected,
    /// Parts of a multi-polygon that overlap or share a border.
    PartsOverlap,
    /// Heights of some positions only.
    HeightsMissing,
    /// Too intricate to be checked within the limits.
    Unchecked,
    /// A row equal to an earlier one.
    Doubled,
}

/// The faults of one row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Faults(u16);

/// Every fault.
pub const ALL: [Fault; 16] = [
    Fault::NotFinite,
    Fault::Empty,
    Fault::Unclosed,
    Fault::Short,
    Fault::Repeated,
    Fault::Spike,
    Fault::Crosses,
    Fault::Touches,
    Fault::HoleCrosses,
    Fault::HoleOutside,
    Fault::HolesNested,
    Fault::Disconnected,
    Fault::PartsOverlap,
    Fault::HeightsMissing,
    Fault::Unchecked,
    Fault::Doubled,
];

impl Faults {
    /// Adds one.
    pub fn add(&mut self, fault: Fault) {
        self.0 |= 1 << fault as u8;
    }

    /// Whether it is there.
    pub fn has(self, fault: Fault) -> bool {
        self.0 & (1 << fault as u8) != 0
    }

    /// Takes one away.
    pub fn remove(&mut self, fault: Fault) {
        self.0 &= !(1 << fault as u8);
    }

    /// Those that are there.
    pub fn list(self) -> impl Iterator<Item = Fault> {
        ALL.into_iter().filter(move |fault| self.has(*fault))
    }

    /// Whether an area is not what the standard calls valid (OGC 06-103r4, 6.1.11.1).
    pub fn is_invalid_area(self) -> bool {
        self.list().any(|fault| (Fault::Unclosed..=Fault::PartsOverlap).contains(&fault) && fault != Fault::Repeated)
    }
}

impl Fault {
    /// What is so.
    pub fn what(self) -> &'static str {
        match self {
            Self::NotFinite => "A coordinate is not a finite number.",
            Self::Empty => "A geometry has no position at all.",
            Self::Unclosed => "A ring does not end where it begins.",
            Self::Short => SHORT_RUN,
            Self::Repeated => "A position comes twice in a row, which does no harm.",
            Self::Spike => "A ring runs back along itself (a spike or a cut).",
            Self::Crosses => "A ring crosses itself (a bow tie).",
            Self::Touches => "A ring touches itself in a point.",
            Self::HoleCrosses => "A hole crosses another ring of its polygon, or runs along it.",
            Self::HoleOutside => "A hole lies outside the outer ring of its polygon.",
            Self::HolesNested => "A hole lies within another hole.",
            Self::Disconnected => "Holes touch rings so that they cut the area in two.",
            Self::PartsOverlap => "Parts of a multi-polygon overlap or share a border.",
            Self::HeightsMissing => "Some positions have a height and some have none.",
            Self::Unchecked => "A geometry is too intricate to be checked within the limits.",
            Self::Doubled => DOUBLED_ROW,
        }
    }

    fn severity(self) -> Severity {
        match self {
            Self::Empty | Self::Repeated | Self::HeightsMissing | Self::Unchecked | Self::Doubled => Severity::Note,
            _ => Severity::Warning,
        }
    }

    fn remedy(self, repair: bool) -> &'static str {
        match self {
            Self::NotFinite if repair => "The row was kept without a geometry; correct the coordinate in the source.",
            Self::NotFinite => {
                "Correct the coordinate, or add the file with --repair to keep the row without a geometry."
            }
            Self::Empty | Self::Repeated | Self::Unchecked => "",
            Self::HeightsMissing => "Give all positions a height, or none, when heights matter.",
            Self::Doubled => "Remove doubled rows from the source.",
            Self::Short => REPAIR_BY_HAND,
            _ if repair => "Repaired; the file is kept as it was given.",
            _ => "Add the file again with --repair, or repair it first (in QGIS: “Fix geometries”).",
        }
    }

    /// The remark on it.
    pub fn finding(self, repair: bool) -> Finding {
        Finding::new(self.severity(), self.what(), self.remedy(repair))
    }
}

/// How often something is true, and of which row first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// The first row, counted from 1; 0 when there is none.
    pub first: u64,
    /// How many rows.
    pub count: u64,
}

impl Tally {
    /// Counts a row.
    pub fn add(&mut self, row: u64) {
        if self.count == 0 {
            self.first = row;
        }
        self.count += 1;
    }

    /// The same remark with this row and count.
    pub fn put(self, mut finding: Finding) -> Finding {
        finding.count = self.count;
        if self.first > 0 { finding.at_row(self.first) } else { finding }
    }
}

/// Faults of all rows.
#[derive(Debug, Default)]
pub struct FaultCounts {
    counts: BTreeMap<Fault, Tally>,
}

impl FaultCounts {
    /// Counts the faults of a row.
    pub fn add(&mut self, row: u64, faults: Faults) {
        faults.list().for_each(|fault| self.counts.entry(fault).or_default().add(row));
    }

    /// Puts a remark for each into the report.
    pub fn report(&self, repair: bool, report: &mut Report) {
        for (fault, tally) in &self.counts {
            say_once(report, tally.put(fault.finding(repair)));
        }
    }
}

/// Adds a remark unless a reader has made the same one of the same field already.
pub fn say_once(report: &mut Report, finding: Finding) {
    let known = report.findings.iter().any(|known| known.what == finding.what && known.field == finding.field);
    if !known {
        report.add(finding);
    }
}

//! A stretch of time with the units that name its ends, and the parts of a unit.

use super::chart::chart;
use super::dictionary::{Part, dictionary};
use super::unit::{Rank, Unit};

/// An age: from its older to its younger bound.
#[derive(Debug, Clone, Copy)]
pub struct Age {
    /// The older bound, millions of years before present.
    pub older_ma: f64,
    /// The younger bound, millions of years before present.
    pub younger_ma: f64,
    /// The unit that names the older bound; `None` where a number does.
    pub older: Option<&'static Unit>,
    /// The unit that names the younger bound; `None` where a number does.
    pub younger: Option<&'static Unit>,
}

impl Age {
    /// All of a unit.
    pub fn of(unit: &'static Unit) -> Self {
        Self { older_ma: unit.older_ma, younger_ma: unit.younger_ma, older: Some(unit), younger: Some(unit) }
    }
    /// A span of numbers, whose order does not matter.
    pub fn between(older_ma: f64, younger_ma: f64) -> Self {
        Self { older_ma: older_ma.max(younger_ma), younger_ma: older_ma.min(younger_ma), older: None, younger: None }
    }
    /// From the older of two ages to the younger.
    pub fn hull(self, other: Self) -> Self {
        let (older_ma, older) =
            if self.older_ma >= other.older_ma { (self.older_ma, self.older) } else { (other.older_ma, other.older) };
        let (younger_ma, younger) = if self.younger_ma <= other.younger_ma {
            (self.younger_ma, self.younger)
        } else {
            (other.younger_ma, other.younger)
        };
        Self { older_ma, younger_ma, older, younger }
    }
    /// Whether another age lies in it, bounds included.
    pub fn covers(&self, other: &Self) -> bool {
        self.older_ma >= other.older_ma && self.younger_ma <= other.younger_ma
    }
    /// The unit it is, if it is one.
    pub fn unit(&self) -> Option<&'static Unit> {
        self.older
            .zip(self.younger)
            .and_then(|(older, younger)| std::ptr::eq(older, younger).then_some(older))
            .filter(|unit| unit.older_ma == self.older_ma && unit.younger_ma == self.younger_ma)
    }
    /// The shortest unit it lies in.
    pub fn smallest_containing(&self) -> &'static Unit {
        chart().smallest_containing(self.older_ma, self.younger_ma)
    }
    /// The unit whose colour a map maker would use: see [`super::Chart::representative`].
    pub fn representative(&self) -> &'static Unit {
        chart().representative(self.older_ma, self.younger_ma)
    }
}

/// A part of an age, and how sure it is that it is meant so: 1 where the chart or custom has a unit for it, less where it is a share
/// of the time. The early, middle and late part are thirds then; the earliest and latest the oldest and youngest stage, or a sixth.
pub fn part(age: Age, part: Part) -> (Age, f32) {
    if let Some(found) = age.unit().and_then(|unit| of_unit(unit, part)) {
        return found;
    }
    let length = age.older_ma - age.younger_ma;
    let (start, end) = match part {
        Part::Early => (0.0, 1.0 / 3.0),
        Part::Middle => (1.0 / 3.0, 2.0 / 3.0),
        Part::Late => (2.0 / 3.0, 1.0),
        Part::Earliest => (0.0, 1.0 / 6.0),
        Part::Latest => (5.0 / 6.0, 1.0),
    };
    let (older_ma, younger_ma) = (age.older_ma - length * start, age.older_ma - length * end);
    let named = age.unit();
    (Age { older_ma, younger_ma, older: named.or(age.older), younger: named.or(age.younger) }, 0.7)
}

fn of_unit(unit: &'static Unit, part: Part) -> Option<(Age, f32)> {
    match part {
        Part::Earliest => Some((Age::of(stages(unit).max_by(|a, b| a.older_ma.total_cmp(&b.older_ma))?), 0.9)),
        Part::Latest => Some((Age::of(stages(unit).min_by(|a, b| a.younger_ma.total_cmp(&b.younger_ma))?), 0.9)),
        _ => dictionary().subdivision(unit, part).or_else(|| {
            let prefix = match part {
                Part::Early => "Lower",
                Part::Middle => "Middle",
                _ => "Upper",
            };
            chart().unit(&format!("{prefix}{}", unit.id)).map(|found| (Age::of(found), 1.0))
        }),
    }
}

/// The stages of a unit that is longer than one.
fn stages(unit: &'static Unit) -> impl Iterator<Item = &'static Unit> {
    let inside = chart()
        .units()
        .iter()
        .filter(move |other| other.is(Rank::Age) && unit.covers(other.older_ma, other.younger_ma));
    inside.filter(move |_| unit.rank < Rank::Age && unit.rank >= Rank::Period)
}

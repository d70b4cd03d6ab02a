//! Chooses, once for a pair of CRSs, the one operation that all positions go through, and says how good it is.
//!
//! PROJ by itself chooses anew for every position, so that neighbouring positions may go different ways and nobody can say which.
//! Here PROJ is asked at sample positions over the area that both CRSs are for; of the operations that it names those that do
//! shift the datum come first, then those that hold for at least half as much of the area as the widest one, then the most
//! accurate. Indian 1975 → WGS 84 so becomes "Indian 1975 to WGS 84 (4)", 3 m, everywhere.

use crate::facts::info;
use crate::library;
use proj::Proj;
use terrane_model::{Bbox, Crs, Error, Result};

/// Sample positions along each side of the area.
const SAMPLES_PER_SIDE: usize = 9;

/// How a transform gets from one datum to the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// Its name for people.
    pub title: String,
    /// How far off it may be, metres; `None` when nobody says.
    pub accuracy_m: Option<f64>,
    /// Whether PROJ had no datum shift at all and passed coordinates through.
    pub ballpark: bool,
}

/// An operation and the pipeline that PROJ writes for it, x then y in the units of both CRSs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Chosen {
    pub operation: Operation,
    pub pipeline: String,
    /// How many samples it was named for.
    votes: usize,
}

/// Sample positions in the source CRS, over the area that both are for or the area given, degrees.
pub(crate) fn samples(from: &Crs, to: &Crs, area: Option<&Bbox>) -> Result<Vec<[f64; 2]>> {
    let (source, target) = (info(from)?, info(to)?);
    let areas = [area.copied(), source.area, target.area];
    let mut parts: Vec<Bbox> = vec![Bbox::WORLD];
    for area in areas.into_iter().flatten() {
        let shared: Vec<Bbox> = area
            .parts()
            .flat_map(|a| parts.iter().filter_map(move |b| a.intersection(b)).collect::<Vec<_>>())
            .collect();
        if !shared.is_empty() {
            parts = shared;
        }
    }
    let positions: Vec<[f64; 2]> = parts.iter().flat_map(lattice).collect();
    if source.geographic && source.unit == "degree" {
        return Ok(positions);
    }
    let into_source = library::pair_object(&Crs::epsg(4326), from)?;
    let convert = |[x, y]: [f64; 2]| into_source.convert((x, y)).ok().map(|(x, y)| [x, y]);
    Ok(positions.into_iter().filter_map(convert).collect())
}

/// Positions inside a box, evenly.
fn lattice(area: &Bbox) -> Vec<[f64; 2]> {
    let place = |at: usize, axis: usize| {
        let share = (at as f64 + 0.5) / SAMPLES_PER_SIDE as f64;
        area.min[axis] + share * (area.max[axis] - area.min[axis])
    };
    (0..SAMPLES_PER_SIDE * SAMPLES_PER_SIDE)
        .map(|number| [place(number % SAMPLES_PER_SIDE, 0), place(number / SAMPLES_PER_SIDE, 1)])
        .collect()
}

/// The operation for a pair.
pub(crate) fn choose(from: &Crs, to: &Crs, samples: &[[f64; 2]]) -> Result<Chosen> {
    let object = library::pair_object(from, to)?;
    if let Some(only) = named_by(&object) {
        return Ok(only);
    }
    let mut candidates: Vec<Chosen> = Vec::new();
    for &[x, y] in samples {
        let _ = object.convert((x, y));
        let Some(chosen) = named_by(&object) else { continue };
        match candidates
            .iter_mut()
            .find(|known| known.pipeline == chosen.pipeline && known.operation == chosen.operation)
        {
            Some(known) => known.votes += 1,
            None => candidates.push(chosen),
        }
    }
    best(candidates).ok_or_else(|| {
        Error::unsupported(format!("There is no operation from {} to {}.", library::short(from), library::short(to)))
    })
}

fn best(candidates: Vec<Chosen>) -> Option<Chosen> {
    let shifting = candidates.iter().any(|one| !one.operation.ballpark);
    let eligible: Vec<Chosen> = candidates.into_iter().filter(|one| !(shifting && one.operation.ballpark)).collect();
    let widest = eligible.iter().map(|one| one.votes).max()?;
    let accuracy = |one: &Chosen| one.operation.accuracy_m.unwrap_or(f64::INFINITY);
    eligible
        .into_iter()
        .filter(|one| one.votes * 2 >= widest)
        .min_by(|a, b| accuracy(a).total_cmp(&accuracy(b)).then(b.votes.cmp(&a.votes)))
}

/// The operation that PROJ used last, or the only one that it has.
fn named_by(object: &Proj) -> Option<Chosen> {
    let info = object.proj_info();
    let pipeline = info.definition?;
    if !pipeline.contains("proj=") {
        return None;
    }
    let description = info.description.unwrap_or_default();
    let ballpark = description.contains("Ballpark") || description.contains("ballpark");
    let accuracy_m = (info.accuracy >= 0.0).then_some(info.accuracy);
    Some(Chosen { operation: Operation { title: title(&description), accuracy_m, ballpark }, pipeline, votes: 1 })
}

/// PROJ's description without the steps that only turn axes.
fn title(description: &str) -> String {
    let steps: Vec<&str> = description
        .split(" + ")
        .filter(|step| !step.contains("axis order change"))
        .filter(|step| !step.is_empty())
        .collect();
    if steps.is_empty() { "The same coordinates".to_owned() } else { steps.join(" + ") }
}

//! What events come from and leave behind: the nearest faults, volcanoes and run-ups to a place, and the slab below it.

use crate::Engine;
use crate::caller::Caller;
use crate::catalogue::Entry;
use crate::features::FeatureQuestion;
use crate::pool::Cancel;
use std::sync::Arc;
use terrane_hazard::geodesy::{Polyline, Position, distance_and_azimuth};
use terrane_hazard::source::{SourceKind, SourceRole, SourceTable};
use terrane_model::query::Near;
use terrane_model::{Feature, Result};

/// Something that is near a place.
#[derive(Debug, Clone, PartialEq)]
pub struct NearSource {
    /// What it is.
    pub kind: SourceKind,
    /// The dataset and the feature.
    pub feature: (String, String),
    /// Its name, when it has one.
    pub name: Option<String>,
    /// What else is told of it.
    pub facts: Vec<(SourceRole, String)>,
    /// How far it is, kilometres on the ellipsoid.
    pub distance_km: f64,
    /// In which direction, degrees from north over east.
    pub azimuth: f64,
    /// How to name the source.
    pub attribution: String,
}

/// The depth of a slab below a place.
#[derive(Debug, Clone, PartialEq)]
pub struct SlabDepth {
    /// The slab.
    pub name: Option<String>,
    /// Kilometres below the surface, between the two lines of equal depth on either side.
    pub depth_km: f64,
    /// How to name the source.
    pub attribution: String,
}

/// Lines of equal depth of one slab that are compared at most.
const SLAB_LINES: usize = 40;
/// How far the lines of a slab may be from a place that is above it, metres.
const SLAB_REACH_M: f64 = 150_000.0;

impl Engine {
    /// The tables of sources that the caller may see.
    pub fn source_tables(&self, caller: Caller) -> Vec<(Arc<Entry>, Arc<SourceTable>)> {
        let of = |entry: &Arc<Entry>| Some((Arc::clone(entry), Arc::clone(entry.sources()?)));
        self.catalogue().entries(caller).filter_map(of).collect()
    }

    /// The nearest sources of a kind to a place (degrees), the nearest first, at most so many and not farther than so far.
    pub(super) fn nearest_sources(
        &self,
        (caller, cancel): (Caller, &Cancel),
        kind: SourceKind,
        at: [f64; 2],
        (count, within_m): (usize, f64),
    ) -> Result<Vec<NearSource>> {
        let mut found = self.sources_near((caller, cancel), kind, at, (count, within_m))?;
        // A fault of many pieces is one fault; the same place reached by many tsunamis is told many times.
        if kind != SourceKind::RunUp {
            found.dedup_by(|later, kept| {
                later.name.is_some() && later.name == kept.name && later.feature.0 == kept.feature.0
            });
        }
        found.truncate(count);
        Ok(found)
    }

    /// How deep the slab below a place is; nothing when the place is not between two of its lines.
    pub(super) fn slab_below(&self, caller: Caller, at: [f64; 2], cancel: &Cancel) -> Result<Option<SlabDepth>> {
        let lines = self.sources_near((caller, cancel), SourceKind::Slab, at, (SLAB_LINES, SLAB_REACH_M))?;
        let Some((first, first_depth)) = lines.iter().find_map(|line| Some((line, depth_km(line)?))) else {
            return Ok(None);
        };
        let opposite = |line: &&NearSource| {
            let turn = (line.azimuth - first.azimuth).rem_euclid(360.0);
            line.name == first.name
                && (90.0..=270.0).contains(&turn)
                && depth_km(line).is_some_and(|it| it != first_depth)
        };
        let Some(other) = lines.iter().find(opposite) else { return Ok(None) };
        let other_depth = depth_km(other).unwrap_or(first_depth);
        let share = first.distance_km / (first.distance_km + other.distance_km).max(1e-9);
        Ok(Some(SlabDepth {
            name: first.name.clone(),
            depth_km: first_depth + (other_depth - first_depth) * share,
            attribution: first.attribution.clone(),
        }))
    }

    /// The nearest rows of each table of sources of a kind, the nearest first.
    fn sources_near(
        &self,
        (caller, cancel): (Caller, &Cancel),
        kind: SourceKind,
        at: [f64; 2],
        (count, within_m): (usize, f64),
    ) -> Result<Vec<NearSource>> {
        let mut found = Vec::new();
        for (entry, table) in self.source_tables(caller).into_iter().filter(|(_, table)| table.kind == kind) {
            let mut question = FeatureQuestion::new(entry.about().id.clone());
            question.query.near = Some(Near { centre: at, count, within_m: Some(within_m) });
            question.rows_max = Some(count);
            question.query.limit = Some(count);
            let mut stream = self.feature_stream_here(caller, question, cancel)?;
            while let Some(batch) = stream.batch(cancel)? {
                found.extend(batch.features().filter_map(|feature| near_source(&entry, &table, &feature, at)));
            }
        }
        found.sort_by(|left, right| left.distance_km.total_cmp(&right.distance_km));
        Ok(found)
    }
}

impl NearSource {
    /// A fact that is a number.
    pub(super) fn number(&self, role: SourceRole) -> Option<f64> {
        let fact = self.facts.iter().find(|(known, _)| *known == role);
        fact.and_then(|(_, text)| text.parse().ok())
    }
}

fn depth_km(line: &NearSource) -> Option<f64> {
    line.number(SourceRole::Depth).map(f64::abs)
}

fn near_source(entry: &Entry, table: &SourceTable, feature: &Feature<'_>, at: [f64; 2]) -> Option<NearSource> {
    let (distance_m, azimuth) = nearest_of(feature, at)?;
    let said = |name: &str| {
        let value = feature.get(name);
        (!value.is_null()).then(|| value.to_string()).filter(|text| !text.trim().is_empty())
    };
    let facts = table.columns().filter(|(role, _)| *role != SourceRole::Name);
    Some(NearSource {
        kind: table.kind,
        feature: (entry.about().id.to_string(), feature.id().to_string()),
        name: table.column(SourceRole::Name).and_then(said),
        facts: facts.filter_map(|(role, name)| Some((role, said(name)?))).collect(),
        distance_km: distance_m / 1000.0,
        azimuth,
        attribution: entry.about().attribution.clone(),
    })
}

/// How far the nearest part of a feature is, metres, and in which direction.
fn nearest_of(feature: &Feature<'_>, at: [f64; 2]) -> Option<(f64, f64)> {
    let here = Position::new(at[0], at[1]);
    let geometry = feature.geometry()?;
    let of_ring = |ring: &[[f64; 2]]| -> Option<(f64, f64)> {
        let positions: Vec<Position> = ring.iter().map(|[lon, lat]| Position::new(*lon, *lat)).collect();
        match positions.as_slice() {
            [] => None,
            [one] => Some(distance_and_azimuth(here, *one)),
            _ => Polyline::new(&positions).map(|line| line.nearest(here)).map(|near| (near.distance_m, near.azimuth)),
        }
    };
    let rings = geometry.parts().flat_map(|part| part.rings().filter_map(of_ring).collect::<Vec<_>>());
    rings.min_by(|left, right| left.0.total_cmp(&right.0))
}

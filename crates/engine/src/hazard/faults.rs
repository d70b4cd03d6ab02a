//! Events near a fault that is named: the name becomes lines that distances are measured from.

use super::question::{EventQuestion, contains};
use crate::Engine;
use crate::caller::Caller;
use crate::catalogue::Entry;
use crate::features::FeatureQuestion;
use crate::pool::Cancel;
use crate::summary::shown;
use geo_types::{Coord, Geometry, LineString, MultiLineString};
use std::borrow::Cow;
use std::sync::Arc;
use terrane_hazard::source::{SourceKind, SourceRole, SourceTable};
use terrane_model::limits::DISTANCE_VERTICES_MAX;
use terrane_model::query::Columns;
use terrane_model::{Error, Feature, Filter, Result};

/// A fault, and how far from it.
#[derive(Debug, Clone, PartialEq)]
pub struct NearFault {
    /// A part of its name, in any case.
    pub name: String,
    /// Kilometres on the ellipsoid from its trace at the surface.
    pub within_km: f64,
}

impl Engine {
    /// The question with the lines of the faults that it names.
    ///
    /// # Errors
    /// When no fault that the caller may see is called so, or so many that distances cannot be measured from all of them.
    pub(super) fn with_faults<'q>(
        &self,
        (caller, cancel): (Caller, &Cancel),
        question: &'q EventQuestion,
    ) -> Result<Cow<'q, EventQuestion>> {
        let Some(fault) = question.fault.as_ref().filter(|_| question.fault_lines.is_none()) else {
            return Ok(Cow::Borrowed(question));
        };
        let mut lines = Vec::new();
        for (entry, table) in
            self.source_tables(caller).into_iter().filter(|(_, table)| table.kind == SourceKind::Fault)
        {
            self.add_lines((caller, cancel), (&entry, &table), &fault.name, &mut lines)?;
        }
        let corners: usize = lines.iter().map(|line: &LineString<f64>| line.0.len()).sum();
        if corners == 0 {
            let say = format!("No active fault of this node has “{}” in its name.", shown(&fault.name));
            return Err(Error::invalid(say).at("fault"));
        }
        if corners > DISTANCE_VERTICES_MAX {
            let say = format!(
                "“{}” is in the names of faults with {corners} corners, and distances are measured from at most {DISTANCE_VERTICES_MAX}; \
                 write more of the name.",
                shown(&fault.name)
            );
            return Err(Error::invalid(say).at("fault"));
        }
        let shape = Arc::new(Geometry::MultiLineString(MultiLineString(lines)));
        let fault_lines = Some((shape, fault.within_km * 1000.0));
        Ok(Cow::Owned(EventQuestion { fault_lines, ..question.clone() }))
    }

    fn add_lines(
        &self,
        (caller, cancel): (Caller, &Cancel),
        (entry, table): (&Entry, &SourceTable),
        name: &str,
        lines: &mut Vec<LineString<f64>>,
    ) -> Result<()> {
        let columns = [SourceRole::Name, SourceRole::OtherName].into_iter().filter_map(|role| table.column(role));
        let named: Vec<Filter> = columns.map(|column| contains(column, name)).collect();
        if named.is_empty() {
            return Ok(());
        }
        let mut question = FeatureQuestion::new(entry.about().id.clone());
        question.query.filter = Some(Filter::Or(named));
        question.query.columns = Columns::These { names: Vec::new(), geometry: true };
        question.query.limit = Some(DISTANCE_VERTICES_MAX);
        question.rows_max = Some(DISTANCE_VERTICES_MAX);
        let mut stream = self.feature_stream_here(caller, question, cancel)?;
        while let Some(batch) = stream.batch(cancel)? {
            batch.features().for_each(|feature| lines.extend(lines_of(&feature)));
        }
        Ok(())
    }
}

fn lines_of(feature: &Feature<'_>) -> Vec<LineString<f64>> {
    let Some(geometry) = feature.geometry() else { return Vec::new() };
    let line = |ring: &[[f64; 2]]| LineString(ring.iter().map(|&[x, y]| Coord { x, y }).collect());
    geometry.parts().flat_map(|part| part.rings().map(line).collect::<Vec<_>>()).collect()
}

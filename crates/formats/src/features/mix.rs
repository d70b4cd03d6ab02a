//! Which kinds of geometry the rows of a layer have, and the one kind that the layer is said to have.

use terrane_model::report::{Finding, Severity};
use terrane_model::schema::GeometryKind;

/// How many rows have each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KindMix {
    counts: [u64; 8],
}

impl KindMix {
    /// Counts a row; `Any` is a row without geometry.
    pub fn add(&mut self, kind: GeometryKind) {
        self.counts[kind as usize] += 1;
    }

    /// Rows without geometry.
    pub fn without(&self) -> u64 {
        self.counts[0]
    }

    /// The kind of the layer: the one kind there is; the kind with many parts when single and many are mixed, in which case
    /// readers call every row that; `Any` when they differ or there is none.
    pub fn kind(&self) -> GeometryKind {
        let mut kinds = (1..8).map(GeometryKind::from_u8).filter(|kind| self.counts[*kind as usize] > 0);
        let Some(first) = kinds.next() else { return GeometryKind::Any };
        match (kinds.next(), kinds.next()) {
            (None, _) => first,
            (Some(second), None) if second == first.multi() => second,
            _ => GeometryKind::Any,
        }
    }

    /// Remarks on a mixture and on rows without geometry.
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let kinds: Vec<String> = (1..8)
            .filter(|&kind| self.counts[kind] > 0)
            .map(|kind| format!("{} {}", self.counts[kind], GeometryKind::from_u8(kind as u8).name()))
            .collect();
        if kinds.len() > 1 {
            let what = match self.kind() {
                GeometryKind::Any => format!("Rows have different kinds of geometry: {}.", kinds.join(", ")),
                kind => format!("Rows have {}; all are published as {}.", kinds.join(" and "), kind.name()),
            };
            let severity = if self.kind() == GeometryKind::Any { Severity::Warning } else { Severity::Note };
            let remedy = if severity == Severity::Warning {
                "Give each kind a file of its own if styles or clients need one kind."
            } else {
                ""
            };
            findings.push(Finding::new(severity, what, remedy));
        }
        if self.without() > 0 {
            let mut finding =
                Finding::new(Severity::Note, "Rows have no geometry; they are kept and shown in tables only.", "");
            finding.count = self.without();
            findings.push(finding);
        }
        findings
    }
}

#[cfg(test)]
mod tests {
    use super::KindMix;
    use terrane_model::schema::GeometryKind::{self, Any, LineString, MultiPolygon, Point, Polygon};

    fn kind_of(kinds: &[GeometryKind]) -> GeometryKind {
        let mut mix = KindMix::default();
        kinds.iter().for_each(|&kind| mix.add(kind));
        mix.kind()
    }

    #[test]
    fn single_and_many_make_many_and_strangers_make_any() {
        assert_eq!(kind_of(&[Polygon, Any, Polygon]), Polygon);
        assert_eq!(kind_of(&[Polygon, MultiPolygon]), MultiPolygon);
        assert_eq!(kind_of(&[Point, MultiPolygon]), Any);
        assert_eq!(kind_of(&[Point, LineString, Polygon]), Any);
        assert_eq!(kind_of(&[Any]), Any);
    }
}

//! Batches that are what they say: columns as in the schema, offsets that hold together, boxes that fit.

use super::table::Table;
use crate::batch::{Batch, ColumnData, Feature, Values};
use crate::bbox::Bbox;
use crate::dataset::FeatureSource;
use crate::geometry::GeometryArrays;
use crate::schema::{ColumnKind, GeometryKind};

/// Checks every batch of a table against the schema of its source.
pub(super) fn check_shape(source: &dyn FeatureSource, table: &Table) {
    let schema = source.schema().as_kept();
    for batch in table.batches() {
        let names = |columns: &[crate::schema::Column]| -> Vec<(String, ColumnKind)> {
            columns.iter().map(|column| (column.name.clone(), column.kind)).collect()
        };
        assert_eq!(names(&batch.schema.columns), names(&schema.columns), "a batch has the columns of the schema");
        assert_eq!(batch.columns.len(), schema.columns.len(), "a batch has values for each column");
        for (column, values) in schema.columns.iter().zip(&batch.columns) {
            check_values(values, column.kind, batch.height(), &column.name);
        }
        assert_eq!(batch.geometry.is_some(), schema.geometry.is_some(), "a batch has geometry when the schema has");
        if let Some(arrays) = &batch.geometry {
            check_arrays(arrays, batch.height());
        }
        check_kinds(batch, schema.geometry.as_ref().map_or(GeometryKind::Any, |geometry| geometry.kind));
    }
    if let Some(columns) = &schema.time {
        let names = std::iter::once(&columns.start).chain(&columns.end);
        for name in names {
            let kind = schema.column(name).map(|(_, column)| column.kind);
            assert_eq!(kind, Some(ColumnKind::Time), "the time column {name} is a column of times");
        }
    }
    if let Some(key) = &schema.key {
        assert!(schema.column(key).is_some(), "the key {key} is a column");
    }
}

fn check_values(values: &Values, kind: ColumnKind, rows: usize, name: &str) {
    let (found, length) = match &values.data {
        ColumnData::Bool(values) => (ColumnKind::Bool, values.len()),
        ColumnData::Int(values) => (ColumnKind::Int, values.len()),
        ColumnData::Float(values) => (ColumnKind::Float, values.len()),
        ColumnData::Text(texts) => (ColumnKind::Text, texts.len()),
        ColumnData::Coded { codes, words } => {
            let known =
                codes.iter().enumerate().all(|(row, &code)| !values.is_valid(row) || (code as usize) < words.len());
            assert!(known, "the codes of {name} are those of its words");
            (ColumnKind::Text, codes.len())
        }
        ColumnData::Time(times) => {
            assert_eq!(times.earliest.len(), times.latest.len(), "the times of {name} have two ends");
            let in_order =
                (0..times.earliest.len()).all(|row| !values.is_valid(row) || times.earliest[row] <= times.latest[row]);
            assert!(in_order, "the times of {name} do not end before they begin");
            (ColumnKind::Time, times.earliest.len())
        }
        ColumnData::Bytes { offsets, .. } => (ColumnKind::Bytes, offsets.len().saturating_sub(1)),
        ColumnData::Nested(texts) => (ColumnKind::Nested, texts.len()),
    };
    assert_eq!(found, kind, "the values of {name} are of its kind");
    assert_eq!(length, rows, "{name} has a value for each row");
}

fn check_arrays(arrays: &GeometryArrays, rows: usize) {
    let rises_to = |offsets: &[u32], end: usize, what: &str| {
        assert!(offsets.is_sorted(), "the offsets of {what} rise");
        assert_eq!(offsets.last().map(|&last| last as usize), Some(end), "the offsets of {what} reach the end");
    };
    assert_eq!(arrays.kinds.len(), rows, "each row has a kind of geometry");
    assert_eq!(arrays.bboxes.len(), rows, "each row has a box");
    assert_eq!(arrays.feature_offsets.len(), rows + 1, "each row has parts");
    rises_to(&arrays.feature_offsets, arrays.part_offsets.len() - 1, "rows");
    rises_to(&arrays.part_offsets, arrays.ring_offsets.len() - 1, "parts");
    rises_to(&arrays.ring_offsets, arrays.xy.len(), "rings");
    if let Some(heights) = &arrays.z {
        assert_eq!(heights.len(), arrays.xy.len(), "each position has a height");
    }
}

fn check_kinds(batch: &Batch, kind: GeometryKind) {
    for row in batch.features() {
        let Some(place) = row.geometry() else { continue };
        let fits = kind == GeometryKind::Any || place.kind() == kind || place.kind().multi() == kind;
        assert!(fits, "row {} is a {}, but the schema says {}", row.id(), place.kind().name(), kind.name());
        assert_eq!(
            place.bbox(),
            Bbox::of(place.positions()),
            "the box of row {} holds its positions and no more",
            row.id()
        );
        for part in place.parts().filter(|part| part.kind() == GeometryKind::Polygon) {
            let closed = part.rings().all(|ring| ring.is_empty() || ring.first() == ring.last());
            assert!(closed, "the rings of row {} are closed", row.id());
        }
    }
}

/// Whether a row is what it was, in all columns that it still has.
pub(super) fn check_same_row(known: &Feature<'_>, row: &Feature<'_>, what: &str) {
    for column in &row.batch().schema.columns {
        assert_eq!(row.get(&column.name), known.get(&column.name), "{what}: {} of row {}", column.name, row.id());
    }
    if row.batch().geometry.is_some() {
        let places = [known, row].map(|row| row.geometry().map(|place| place.to_geo()));
        assert_eq!(places[1], places[0], "{what}: the geometry of row {}", row.id());
    }
}

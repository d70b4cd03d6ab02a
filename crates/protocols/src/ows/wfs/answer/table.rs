//! Comma-separated values of WFS: points as two columns, x before y; other geometry as well-known text.

use super::{Answering, Part};
use std::sync::Arc;
use terrane_formats::features::csv::CsvWriter;
use terrane_formats::features::geojson::{DEGREE_DECIMALS, METRE_DECIMALS};
use terrane_model::query::Columns;
use terrane_model::schema::Column;
use terrane_model::{Batch, Result, Schema};

/// A table being written.
#[derive(Default)]
pub struct Table {
    writer: Option<CsvWriter>,
}

impl Answering for Table {
    fn begin(&mut self, _: &mut Vec<u8>) -> Result<()> {
        Ok(())
    }

    fn open(&mut self, part: &Part, schema: &Arc<Schema>, out: &mut Vec<u8>) -> Result<()> {
        let schema = projected(schema, &part.planned.question.query.columns);
        let geographic = terrane_projection::info(&part.planned.question.crs)?.geographic;
        let mut writer = CsvWriter::new(&schema, if geographic { DEGREE_DECIMALS } else { METRE_DECIMALS });
        writer.begin(&schema, if geographic { ["longitude", "latitude"] } else { ["x", "y"] }, out);
        self.writer = Some(writer);
        Ok(())
    }

    fn rows(&mut self, batch: &Batch, out: &mut Vec<u8>) -> Result<()> {
        if let Some(writer) = &mut self.writer {
            writer.rows(batch, out);
        }
        Ok(())
    }

    fn close(&mut self, _: &mut Vec<u8>) -> Result<()> {
        Ok(())
    }

    fn end(&mut self, _: &mut Vec<u8>) -> Result<()> {
        Ok(())
    }
}

/// The schema with just the columns asked; all are those that are kept.
pub(super) fn projected(schema: &Schema, columns: &Columns) -> Schema {
    let Columns::These { names, geometry } = columns else {
        let kept = schema.columns.iter().filter(|column| !column.derived).cloned().collect();
        return Schema { columns: kept, ..schema.clone() };
    };
    let kept: Vec<Column> = names.iter().filter_map(|name| Some(schema.column(name)?.1.clone())).collect();
    Schema { columns: kept, geometry: schema.geometry.clone().filter(|_| *geometry), ..schema.clone() }
}

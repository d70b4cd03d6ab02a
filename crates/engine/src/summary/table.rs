//! Groups as rows of an answer: in order, cut to the limit, with columns that say what they are.

use super::gather::{Gathered, Looked, Told};
use super::group::{GroupBy, Grouper, Key};
use super::measure::{Aggregate, Measure, no_column};
use super::{Groups, Summary, SummaryQuestion};
use crate::hazard::years;
use std::sync::Arc;
use terrane_hazard::recurrence::SECONDS_PER_YEAR;
use terrane_model::batch::{BatchBuilder, Value};
use terrane_model::filter::Literal;
use terrane_model::query::{Position, SortKey, compare_positions};
use terrane_model::schema::{Column, ColumnKind, GeometryColumn, GeometryKind, Schema};
use terrane_model::time::When;
use terrane_model::{Batch, Crs, Dataset, Error, FeatureId, Instant, Result};

/// What the last row of a catalogue needs to be within it, years.
const LAST_YEARS: f64 = 1e-6;

/// Groups that were gathered, and what is told of them.
pub(super) struct Table<'a> {
    question: &'a SummaryQuestion,
    groups: Groups,
    /// The first and the last moment that rows could be of.
    period: Option<[Instant; 2]>,
}

/// One row of the answer before it is written.
struct Line<'a> {
    key: Key,
    by: Vec<Value<'a>>,
    told: Vec<Told>,
    position: Position,
}

impl<'a> Table<'a> {
    /// The period is the one asked for; an end that was left open is that of the dataset, else of the rows.
    pub fn new(question: &'a SummaryQuestion, groups: Groups, periods: [[Option<Instant>; 2]; 2]) -> Self {
        let [asked, told] = periods;
        let rows = groups.period.map_or([None; 2], |period| period.map(Some));
        let end = |side: usize| asked[side].or(told[side]).or(rows[side]);
        let period = groups.time.as_ref().and_then(|_| Some([end(0)?, end(1)?]));
        Self { question, groups, period }
    }

    /// The answer.
    pub fn told(self, dataset: Dataset, left_out: u64) -> Result<Summary> {
        let source = dataset.features.as_ref().ok_or_else(|| Error::internal("a summary of no rows"))?;
        let schema = Arc::new(self.schema(source.schema()));
        let order = self.order(&schema)?;
        let mut lines = self.lines(&schema, &order);
        lines.sort_by(|a, b| compare_positions(&order, &a.position, &b.position));
        lines.truncate(self.question.limit);
        Ok(Summary {
            about: dataset.about,
            revision: dataset.revision,
            batch: self.batch(schema, &lines),
            by: self.question.by.clone(),
            aggregates: self.question.aggregates.clone(),
            rows: self.groups.rows,
            left_out,
            groups: self.groups.found.len().max(usize::from(self.question.by.is_empty())),
            period: self.period,
        })
    }

    fn schema(&self, own: &Schema) -> Schema {
        let by: Vec<Column> = self.question.by.iter().flat_map(|by| by.columns(own)).collect();
        let told = self.question.aggregates.iter().map(|aggregate| {
            let told = column(aggregate, own);
            // A table may have a column that is called `count`.
            let is_taken = by.iter().any(|column| column.name == told.name);
            if is_taken { Column { name: format!("{}()", told.name), ..told } } else { told }
        });
        let told: Vec<Column> = told.collect();
        let geometry = self.cells().map(|_| GeometryColumn {
            name: "geometry".to_owned(),
            kind: GeometryKind::Polygon,
            crs: Crs::crs84(),
            has_z: false,
        });
        Schema { columns: by.into_iter().chain(told).collect(), geometry, time: None, key: None }
    }

    /// The grouper of cells, and its place.
    fn cells(&self) -> Option<(usize, &Grouper)> {
        self.groups.groupers.iter().enumerate().find(|(_, grouper)| matches!(grouper.by(), GroupBy::Cell { .. }))
    }

    /// What was asked, then what groups are put together by.
    fn order(&self, schema: &Schema) -> Result<Vec<SortKey>> {
        if let Some(key) = self.question.order.iter().find(|key| schema.column(&key.column).is_none()) {
            return Err(no_column(&key.column, schema).at("sortby"));
        }
        let by = schema.columns.len() - self.question.aggregates.len();
        let own = schema.columns[..by].iter().map(|column| SortKey::ascending(column.name.as_str()));
        Ok(self.question.order.iter().cloned().chain(own).collect())
    }

    fn lines(&self, schema: &Schema, order: &[SortKey]) -> Vec<Line<'_>> {
        let empty;
        let found = match self.groups.found.is_empty() && self.question.by.is_empty() {
            true => {
                // All rows are one group, also when there are none.
                let nothing = self.groups.gatherers.iter().map(|one| Gathered::new(one.family)).collect();
                empty = vec![(Key::default(), nothing)];
                &empty
            }
            false => &self.groups.found,
        };
        let places: Vec<usize> = order.iter().filter_map(|key| schema.column(&key.column).map(|(at, _)| at)).collect();
        let line = |(at, (key, gathered)): (usize, &(Key, Vec<Gathered>))| {
            let by = self.by(key, schema);
            let told = self.measured(key, gathered);
            let sorted = |place: &usize| match by.get(*place) {
                Some(value) => Literal::of(value),
                None => told[*place - by.len()].literal(),
            };
            let position = Position { key: places.iter().map(sorted).collect(), id: FeatureId::Number(at as i64) };
            Line { key: *key, by, told, position }
        };
        found.iter().enumerate().map(line).collect()
    }

    fn by(&self, key: &Key, schema: &Schema) -> Vec<Value<'_>> {
        let mut values = Vec::new();
        for (grouper, code) in self.groups.groupers.iter().zip(key) {
            let kind = schema.columns.get(values.len()).map_or(ColumnKind::Text, |column| column.kind);
            values.extend(grouper.values(*code, kind));
        }
        values
    }

    fn measured(&self, key: &Key, gathered: &[Gathered]) -> Vec<Told> {
        let span = self.span(key);
        let one = |(aggregate, from): (&Aggregate, &usize)| {
            let looked = Looked {
                years: span.map(|[begins, ends]| (ends.0 - begins.0) as f64 / 1e6 / SECONDS_PER_YEAR),
                span: span.map(|[begins, ends]| [years(begins), years(ends) + LAST_YEARS]),
                declustered: self.question.declustered.is_some(),
                mc: self.question.mc,
                completeness: &self.question.completeness,
            };
            gathered[*from].told(aggregate.measure, &looked)
        };
        self.question.aggregates.iter().zip(&self.groups.from).map(one).collect()
    }

    /// In which the rows of a group could be: its own step of the calendar within the period, else the period.
    fn span(&self, key: &Key) -> Option<[Instant; 2]> {
        let ([first, last], time) = (self.period?, self.groups.time.as_deref()?);
        let step = self.groups.groupers.iter().zip(key).find_map(|(grouper, code)| grouper.period(*code, time));
        let [begins, ends] = step.unwrap_or([first, last]);
        let (begins, ends) = (begins.max(first), ends.min(last));
        (begins < ends).then_some([begins, ends])
    }

    fn batch(&self, schema: Arc<Schema>, lines: &[Line<'_>]) -> Batch {
        let cells = self.cells();
        let mut builder = BatchBuilder::new(schema);
        for (at, line) in lines.iter().enumerate() {
            let cell = cells.and_then(|(place, grouper)| grouper.cell(line.key[place]?));
            if let (Some(geometry), Some([west, south, east, north])) = (builder.geometry(), cell) {
                geometry.begin(GeometryKind::Polygon);
                geometry.part(GeometryKind::Polygon);
                geometry.ring();
                geometry.positions(&[[west, south], [east, south], [east, north], [west, north], [west, south]]);
            }
            line.by.iter().for_each(|value| builder.value(value));
            line.told.iter().for_each(|told| match told {
                Told::Plain(literal) => builder.value(&value(literal)),
                Told::Time(when) => builder.value(&Value::Time(when.clone())),
            });
            builder.end_row(FeatureId::Number(at as i64 + 1));
        }
        builder.finish()
    }
}

/// The column of a measure: its kind, and its unit where that is the column's.
fn column(aggregate: &Aggregate, schema: &Schema) -> Column {
    let own = aggregate.column.as_deref().and_then(|name| schema.column(name)).map(|(_, column)| column);
    let own_kind = own.map_or(ColumnKind::Int, |column| column.kind);
    let own_unit = own.and_then(|column| column.unit.clone());
    let per_year = || Some("1/a".to_owned());
    let (kind, unit) = match aggregate.measure {
        Measure::Count | Measure::Distinct | Measure::Complete => (ColumnKind::Int, None),
        Measure::Min | Measure::Max | Measure::Sum => (own_kind, own_unit),
        Measure::Mean | Measure::Deviation | Measure::Median => (ColumnKind::Float, own_unit),
        Measure::PerYear | Measure::PerYearLow | Measure::PerYearHigh | Measure::WeichertRate => {
            (ColumnKind::Float, per_year())
        }
        Measure::ReturnYears => (ColumnKind::Float, Some("a".to_owned())),
        Measure::Completeness
        | Measure::BValue
        | Measure::BError
        | Measure::AValue
        | Measure::WeichertB
        | Measure::WeichertError => (ColumnKind::Float, None),
    };
    Column { unit, ..Column::new(aggregate.name.as_str(), kind) }
}

fn value(literal: &Literal) -> Value<'_> {
    match literal {
        Literal::Bool(truth) => Value::Bool(*truth),
        Literal::Int(number) => Value::Int(*number),
        Literal::Float(number) => Value::Float(*number),
        Literal::Text(text) => Value::Text(text),
        Literal::Instant(at) => Value::Time(When::exactly(*at)),
        Literal::Null | Literal::Day(_) | Literal::List(_) => Value::Null,
    }
}

//! A filter taken apart for blocks: what rules a whole block out, and stages that read as little of a block as they can.

use super::directory::{Block, Directory};
use super::file::DisplayFile;
use std::sync::Arc;
use terrane_model::batch::Ids;
use terrane_model::filter::{Expr, Filter, Literal, Predicate, TemporalOp, TimeExpr};
use terrane_model::query::time_filter;
use terrane_model::schema::ColumnKind;
use terrane_model::time::Interval;
use terrane_model::{Batch, Bbox, FeatureId, FeatureQuery, Instant, Result, Schema};

/// Rows of a block.
#[derive(Debug, Clone)]
pub enum Kept {
    /// None of them.
    None,
    /// All of them.
    All,
    /// These, by number, rising.
    Rows(Arc<[u32]>),
}

/// How rows are judged.
pub struct Plan {
    stages: Vec<Stage>,
    /// Boxes each of which a row that has a place must meet.
    boxes: Vec<Bbox>,
    /// What the time of a row's start must meet, when it has one.
    pub start: Option<Interval>,
    /// What the time from a row's start to its end must meet, when it has a start.
    span: Option<Interval>,
    /// Identities, one of which a row must have.
    pub ids: Option<Vec<FeatureId>>,
    /// Whether no row can match.
    is_never: bool,
}

/// What tells of all rows of a block at once that they meet a stage.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Met {
    /// Nothing does.
    Never,
    /// The block lies in the boxes.
    InBoxes,
    /// Its rows have a time, and all start in this period.
    Within(Interval),
}

/// Conditions that read the same things.
struct Stage {
    /// What saves judging them.
    met: Met,
    predicate: Predicate,
    /// The columns that they read, and their places in the schema.
    schema: Arc<Schema>,
    columns: Vec<usize>,
    reads: Reads,
}

/// What a condition reads beside columns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Reads {
    ids: bool,
    shapes: bool,
}

impl Plan {
    /// Takes everything that narrows a query; an error names what does not fit the schema.
    pub fn new(query: &FeatureQuery, schema: &Schema) -> Result<Self> {
        let whole = query.whole_filter(schema);
        let conditions = conjuncts(whole.clone());
        let ids = conditions.iter().find_map(|one| if let Filter::Ids(ids) = one { Some(ids.clone()) } else { None });
        let is_time = |name: &str| schema.column(name).is_some_and(|(_, column)| column.kind == ColumnKind::Time);
        let time = schema.time.as_ref().filter(|time| is_time(&time.start));
        let mut plan = Self {
            stages: Vec::new(),
            boxes: boxes(&whole, &conditions, schema),
            start: time.and_then(|time| whole.implied_time(&time.start)),
            span: query.time.filter(|_| time.is_some()),
            ids,
            is_never: conditions.contains(&Filter::Literal(false)),
        };
        plan.add_stages(conditions, schema)?;
        Ok(plan)
    }

    /// First what boxes tell, then periods, then what other columns tell, last what needs shapes.
    fn add_stages(&mut self, conditions: Vec<Filter>, schema: &Schema) -> Result<()> {
        let mut stages: [Vec<Filter>; 3] = Default::default();
        let mut periods = Vec::new();
        for condition in conditions {
            let reads = reads_of(&condition);
            let columns = !condition.columns_of(schema).0.is_empty();
            match period_of(&condition, self.span, schema) {
                Some(period) => periods.push((condition, period)),
                None => stages[if reads.shapes { 2 } else { usize::from(columns || reads.ids) }].push(condition),
            }
        }
        if !stages[2].is_empty() && schema.geometry.is_some() {
            // Shapes are read only of rows whose box can meet; rows without a place pass to the last stage.
            stages[0].extend(self.boxes.last().copied().map(Filter::Bbox));
        }
        let is_box = |filter: &Filter| matches!(filter, Filter::Bbox(_));
        let [boxes, columns, shapes] = stages;
        let of_boxes = if boxes.iter().all(is_box) { Met::InBoxes } else { Met::Never };
        let periods = periods.into_iter().map(|(condition, period)| (vec![condition], Met::Within(period)));
        let all = std::iter::once((boxes, of_boxes)).chain(periods);
        for (conditions, met) in all.chain([(columns, Met::Never), (shapes, Met::Never)]) {
            if !conditions.is_empty() {
                self.stages.push(Stage::new(conditions, schema, met)?);
            }
        }
        Ok(())
    }

    /// Whether every row is wanted.
    pub fn keeps_all(&self) -> bool {
        self.stages.is_empty() && !self.is_never
    }

    /// Whether boxes alone decide.
    pub fn is_only_boxes(&self) -> bool {
        matches!(self.stages.as_slice(), [Stage { met: Met::InBoxes, .. }])
    }

    /// Whether a block can hold a row that is wanted.
    pub fn may_hold(&self, block: &Block) -> bool {
        let meets = |bbox: &Bbox| bbox.intersects(&block.bbox);
        let in_place = block.has_unplaced || self.boxes.iter().all(meets);
        let period = |start: i64, end: i64| {
            let instant = |at: i64| Some(Instant(at));
            Interval { start: instant(start), end: instant(end) }
        };
        let starts = self.start.is_none_or(|asked| asked.intersects(&period(block.start_min, block.start_max)));
        let spans = self.span.is_none_or(|asked| asked.intersects(&period(block.start_min, block.end_max)));
        !self.is_never && in_place && (block.has_untimed || (starts && spans))
    }

    /// Whether all rows of a block meet the boxes.
    pub fn boxes_hold(&self, block: &Block) -> bool {
        self.boxes.iter().all(|bbox| bbox.contains_box(&block.bbox))
    }

    fn is_met(&self, met: Met, block: &Block) -> bool {
        match met {
            Met::Never => false,
            Met::InBoxes => self.boxes_hold(block),
            Met::Within(Interval { start, end }) => {
                !block.has_untimed
                    && start.is_none_or(|first| first.0 <= block.start_min)
                    && end.is_none_or(|last| block.start_max <= last.0)
            }
        }
    }

    /// The starts, microseconds, that rows with a start can have: no earlier and no later than these.
    pub fn starts(&self, directory: &Directory) -> (Option<i64>, Option<i64>) {
        let ends_of = |interval: &Option<Interval>| interval.and_then(|asked| asked.end).map(|end| end.0);
        let first = self.start.and_then(|asked| asked.start);
        let last = ends_of(&self.start).into_iter().chain(ends_of(&self.span)).min();
        (first.map(|start| start.0.saturating_sub(directory.uncertainty_us_max)), last)
    }

    /// The rows of a block that are wanted, among some.
    pub fn judge(&self, file: &DisplayFile, block: usize, among: Kept) -> Result<Kept> {
        let entry = &file.directory.blocks[block];
        let mut kept = among;
        for stage in self.stages.iter().filter(|stage| !self.is_met(stage.met, entry)) {
            let selection = match kept {
                Kept::None => return Ok(Kept::None),
                Kept::All => None,
                Kept::Rows(rows) => Some(rows),
            };
            let batch = stage.batch(file, block, selection)?;
            let judged = stage.predicate.select(&batch);
            kept = match judged.selection {
                None => Kept::All,
                Some(rows) if rows.is_empty() => Kept::None,
                Some(rows) => Kept::Rows(rows),
            };
        }
        Ok(kept)
    }
}

impl Stage {
    fn new(conditions: Vec<Filter>, schema: &Schema, met: Met) -> Result<Self> {
        let filter = Filter::all(conditions);
        let predicate = Predicate::new(&filter, schema)?;
        let columns: Vec<usize> =
            predicate.columns().iter().filter_map(|name| schema.column(name).map(|(at, _)| at)).collect();
        let chosen = Schema {
            columns: columns.iter().map(|&at| schema.columns[at].clone()).collect(),
            geometry: schema.geometry.clone().filter(|_| predicate.reads_geometry()),
            ..schema.clone()
        };
        Ok(Self { met, predicate, schema: Arc::new(chosen), columns, reads: reads_of(&filter) })
    }

    /// What the conditions read of a block.
    fn batch(&self, file: &DisplayFile, block: usize, selection: Option<Arc<[u32]>>) -> Result<Batch> {
        let geometry = match (&self.schema.geometry, self.reads.shapes) {
            (None, _) => None,
            (Some(_), true) => Some(file.shapes(block)?),
            (Some(_), false) => Some(file.boxes(block)?),
        };
        let ids = if self.reads.ids { file.ids(block)? } else { Ids::Numbers(file.numbers(block)) };
        let columns = self.columns.iter().map(|&column| file.values(block, column)).collect::<Result<_>>()?;
        Ok(Batch { schema: Arc::clone(&self.schema), ids, geometry, columns, selection })
    }
}

/// The conditions that must all hold.
fn conjuncts(filter: Filter) -> Vec<Filter> {
    match filter {
        Filter::And(all) => all.into_iter().flat_map(conjuncts).collect(),
        Filter::Literal(true) => Vec::new(),
        other => vec![other],
    }
}

/// The period of a condition that every row meets whose start lies in it: the one that the query asks for, or one that the start alone is
/// asked to meet.
fn period_of(condition: &Filter, asked: Option<Interval>, schema: &Schema) -> Option<Interval> {
    if let Some(asked) = asked.filter(|asked| time_filter(asked, schema).as_ref() == Some(condition)) {
        return Some(asked);
    }
    let start = schema.time.as_ref().map(|time| time.start.as_str());
    let Filter::Temporal { op: TemporalOp::Intersects, left, right: TimeExpr::Period(first, last) } = condition else {
        return None;
    };
    match left {
        TimeExpr::Moment(Expr::Column(name)) if Some(name.as_str()) == start => {
            Some(Interval { start: bound(first.as_ref())?, end: bound(last.as_ref())? })
        }
        _ => None,
    }
}

/// An end of a period: none when it is open, nothing when it is not a moment as it is written.
fn bound(end: Option<&Expr>) -> Option<Option<Instant>> {
    match end {
        None => Some(None),
        Some(Expr::Literal(Literal::Instant(at))) => Some(Some(*at)),
        Some(_) => None,
    }
}

/// The boxes that rows with a place must meet, the one that the whole filter implies last; none when rows have no places.
fn boxes(whole: &Filter, conditions: &[Filter], schema: &Schema) -> Vec<Bbox> {
    if schema.geometry.is_none() {
        return Vec::new();
    }
    let is_finite = |bbox: &Bbox| bbox.to_array().iter().all(|number| number.is_finite());
    let given = conditions.iter().filter_map(box_of);
    given.chain(whole.implied_bbox_in(schema).filter(is_finite)).collect()
}

fn box_of(filter: &Filter) -> Option<Bbox> {
    if let Filter::Bbox(bbox) = filter { Some(*bbox) } else { None }
}

fn reads_of(filter: &Filter) -> Reads {
    match filter {
        Filter::And(all) | Filter::Or(all) => all
            .iter()
            .map(reads_of)
            .fold(Reads::default(), |a, b| Reads { ids: a.ids || b.ids, shapes: a.shapes || b.shapes }),
        Filter::Not(one) => reads_of(one),
        Filter::Ids(_) => Reads { ids: true, shapes: false },
        Filter::Spatial { .. } | Filter::Within { .. } | Filter::Near { .. } => Reads { ids: false, shapes: true },
        _ => Reads::default(),
    }
}

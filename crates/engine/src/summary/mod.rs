//! Rows put into groups, and numbers told of each: what `GROUP BY` is in a database, and the statistics of catalogues of earthquakes.
//!
//! The rows are those of any [`FeatureQuestion`]; the answer is rows again, so that whatever writes rows can write it.

mod gather;
mod group;
mod mainshocks;
mod measure;
mod table;

pub use group::{GroupBy, TimeStep};
pub(crate) use measure::shown;
pub use measure::{Aggregate, Measure};

use crate::Engine;
use crate::caller::Caller;
use crate::features::{FeatureQuestion, Moving, feature_source, in_source_crs};
use crate::finish::Filtered;
use crate::hazard::{EventSource, believed, years};
use crate::pool::{Cancel, wait};
use gather::{Family, Gathered};
use group::{BY_MAX, Grouper, Key, Words};
use std::collections::HashMap;
use std::sync::Arc;
use table::Table;
use terrane_hazard::declustering::Window;
use terrane_hazard::frequency::Completeness;
use terrane_hazard::table::Role;
use terrane_model::batch::Value;
use terrane_model::limits::Limits;
use terrane_model::query::{Columns, SortKey};
use terrane_model::{
    About, Batch, Crs, Dataset, DatasetId, Error, Feature, FeatureQuery, FeatureSource, Filter, Instant, Result, Schema,
};

/// Which rows of which dataset, put into groups by what, and what is told of each group.
#[derive(Debug, Clone, PartialEq)]
pub struct SummaryQuestion {
    /// The rows. Their order, page, columns and CRS do not count.
    pub rows: FeatureQuestion,
    /// What they are put into groups by; all are one group when it is empty.
    pub by: Vec<GroupBy>,
    /// What is told of each group.
    pub aggregates: Vec<Aggregate>,
    /// The order of the groups by columns of the answer; ties, and all without it, by what they are put together by.
    pub order: Vec<SortKey>,
    /// Groups at most; the others are counted.
    pub limit: usize,
    /// Fore- and aftershocks are left out by these windows, with rows that lack a time, a place or a magnitude.
    pub declustered: Option<Window>,
    /// The magnitude of completeness, for the law of Gutenberg and Richter; found by maximum curvature when absent.
    pub mc: Option<f64>,
    /// Since which decimal year which magnitude is complete, for the measures of Weichert.
    pub completeness: Vec<(f64, f64)>,
}

impl SummaryQuestion {
    /// How many rows a dataset has.
    pub fn new(dataset: DatasetId) -> Self {
        Self {
            rows: FeatureQuestion::new(dataset),
            by: Vec::new(),
            aggregates: vec![Aggregate::count()],
            order: Vec::new(),
            limit: usize::MAX,
            declustered: None,
            mc: None,
            completeness: Vec::new(),
        }
    }

    /// Names of columns that must be read.
    fn columns(&self, schema: &Schema) -> Vec<String> {
        let by = self.by.iter().filter_map(GroupBy::column);
        let told = self.aggregates.iter().filter_map(|aggregate| aggregate.column.as_deref());
        let time = self.needs_years().then_some(schema.time.as_ref()).flatten().map(|time| time.start.as_str());
        let mut names: Vec<String> = by.chain(told).chain(time).map(str::to_owned).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Refuses more than an answer can hold, and what would be told twice under one name.
    fn check(&self) -> Result<()> {
        let by: Vec<&str> = self.by.iter().map(|by| by.column().unwrap_or("geometry")).collect();
        let told: Vec<&str> = self.aggregates.iter().map(|aggregate| aggregate.name.as_str()).collect();
        if self.aggregates.iter().any(|aggregate| aggregate.measure.family() == Family::Dated) {
            self.check_completeness()?;
        }
        for (names, most, what, place) in
            [(by, BY_MAX, "Rows are grouped by", "by"), (told, AGGREGATES_MAX, "Of a group are told", "aggregates")]
        {
            if names.len() > most {
                return Err(Error::invalid(format!("{what} at most {most} things, not {}.", names.len())).at(place));
            }
            let again = names.iter().enumerate().find(|(at, name)| names[..*at].contains(name));
            if let Some((_, name)) = again {
                return Err(Error::invalid(format!("“{name}” is asked for twice; take one away.")).at(place));
            }
        }
        Ok(())
    }

    fn check_completeness(&self) -> Result<()> {
        if self.completeness.is_empty() {
            let say =
                "Weichert's law needs to know since when which magnitude is complete: completeness=1965:5.2,1985:4.6.";
            return Err(Error::invalid(say).at("completeness"));
        }
        let checked = Completeness::new(self.completeness.clone(), f64::MAX);
        checked.map(drop).map_err(|error| Error::invalid(error.say().to_owned()).at("completeness"))
    }

    fn needs_years(&self) -> bool {
        self.aggregates.iter().any(|aggregate| aggregate.measure.needs_years())
    }

    fn needs_place(&self) -> bool {
        self.by.iter().any(|by| matches!(by, GroupBy::Cell { .. }))
    }
}

/// Measures of one answer at most.
const AGGREGATES_MAX: usize = 40;

/// Groups and what is told of them.
#[derive(Debug, Clone)]
pub struct Summary {
    /// What the dataset is about.
    pub about: Arc<About>,
    /// Its revision.
    pub revision: Arc<str>,
    /// The groups: first what they are put together by, then what is told of them. Cells of degrees are areas in CRS84.
    pub batch: Batch,
    /// What they are put together by.
    pub by: Vec<GroupBy>,
    /// What is told of them: the last columns of the answer.
    pub aggregates: Vec<Aggregate>,
    /// Rows that were put into groups.
    pub rows: u64,
    /// Fore- and aftershocks and what could not be judged, when they were asked to be left out.
    pub left_out: u64,
    /// Groups that there are.
    pub groups: usize,
    /// The first and the last moment that rates are of.
    pub period: Option<[Instant; 2]>,
}

impl Engine {
    /// Rows in groups, and numbers of each.
    ///
    /// # Errors
    /// As [`Engine::features`]; when there are more groups, or more values to keep, than the limits bear.
    pub async fn summary(self: &Arc<Self>, caller: Caller, question: SummaryQuestion) -> Result<Summary> {
        let engine = Arc::clone(self);
        self.pool().run(move |cancel: &Cancel| engine.summary_here(caller, &question, cancel)).await
    }

    /// As [`Engine::summary`], for a task that runs in the pool already, or for a program without one.
    ///
    /// # Errors
    /// As there.
    pub fn summary_here(&self, caller: Caller, question: &SummaryQuestion, cancel: &Cancel) -> Result<Summary> {
        let dataset = self.catalogue().open(caller, &question.rows.dataset)?;
        let mut rows = Asked::new(&dataset, question)?;
        rows.leave_out_withdrawn(self.event_source(caller, &question.rows.dataset).ok().as_ref(), question);
        let kept = question
            .declustered
            .map(|window| self.mainshock_rows((caller, cancel), &question.rows.dataset, &rows, window))
            .transpose()?;
        let mut groups = Groups::new(question, &rows.schema, self.limits());
        let mut passed = 0;
        rows.each(&question.columns(&rows.schema), question.needs_place(), cancel, |batch| {
            let first = passed;
            passed += batch.len();
            groups.take(batch, |at| kept.as_ref().is_none_or(|kept| kept.get(first + at) == Some(&true)))
        })?;
        let left_out = passed as u64 - groups.rows;
        let told = dataset.about.period.map_or([None; 2], |period| [period.start, period.end]);
        Table::new(question, groups, [asked_period(&question.rows), told]).told(dataset, left_out)
    }
}

/// The rows that are asked for, to be read once or more: always in the same order.
struct Asked {
    source: Arc<dyn FeatureSource>,
    schema: Arc<Schema>,
    query: FeatureQuery,
}

impl Asked {
    fn new(dataset: &Dataset, question: &SummaryQuestion) -> Result<Self> {
        let source = feature_source(dataset)?;
        let schema = Arc::clone(source.schema());
        question.check()?;
        let rows = &question.rows;
        let asked = FeatureQuery { sort: Vec::new(), limit: None, after: None, ..rows.query.clone() };
        let query = in_source_crs(asked, &schema, &rows.bbox_crs, &rows.filter_crs)?;
        Ok(Self { source, schema, query })
    }

    /// Live tables keep what was withdrawn and what is not believed yet: it counts only for who asks for states.
    fn leave_out_withdrawn(&mut self, events: Option<&EventSource>, question: &SummaryQuestion) {
        let Some((source, filter)) = events.and_then(|source| Some((source, believed(source)?))) else { return };
        let status = source.table.column(Role::Status);
        let asked = self.query.filter.as_ref().map(|filter| filter.columns_of(&self.schema).0).unwrap_or_default();
        let is_asked = |name: &str| {
            question.by.iter().any(|by| by.column() == Some(name)) || asked.iter().any(|known| *known == name)
        };
        if !status.is_some_and(is_asked) {
            self.query.filter = Some(Filter::all(self.query.filter.take().into_iter().chain([filter])));
        }
    }

    /// Hands over all rows with just these columns; places are in degrees.
    fn each(
        &self,
        columns: &[String],
        place: bool,
        cancel: &Cancel,
        mut take: impl FnMut(&Batch) -> Result<()>,
    ) -> Result<()> {
        let columns = Columns::These { names: columns.to_vec(), geometry: place };
        let scan = wait(self.source.scan(&FeatureQuery { columns, ..self.query.clone() }))?;
        let mut moving = if place { Moving::new(&self.schema, &Crs::crs84())? } else { None };
        for batch in Filtered::new(scan, &self.schema, cancel)? {
            match &mut moving {
                Some(moving) => take(&moving.moved(batch?))?,
                None => take(&batch?)?,
            }
        }
        Ok(())
    }
}

/// The period that was asked for.
fn asked_period(rows: &FeatureQuestion) -> [Option<Instant>; 2] {
    rows.query.time.map_or([None; 2], |period| [period.start, period.end])
}

/// Columns of which something is kept, and what.
struct Gatherer {
    column: Option<String>,
    family: Family,
}

/// Rows as they are put into groups.
struct Groups {
    groupers: Vec<Grouper>,
    gatherers: Vec<Gatherer>,
    /// For each aggregate, the gatherer that it is told from.
    from: Vec<usize>,
    time: Option<String>,
    places: HashMap<Key, usize>,
    found: Vec<(Key, Vec<Gathered>)>,
    last: usize,
    words: Words,
    rows: u64,
    kept: usize,
    period: Option<[Instant; 2]>,
    limits: [usize; 2],
}

impl Groups {
    fn new(question: &SummaryQuestion, schema: &Schema, limits: &Limits) -> Self {
        let mut gatherers: Vec<Gatherer> = Vec::new();
        let mut from = Vec::new();
        for Aggregate { measure, column, .. } in &question.aggregates {
            let family = measure.family();
            let known = gatherers.iter().position(|one| one.family == family && one.column == *column);
            from.push(known.unwrap_or_else(|| {
                gatherers.push(Gatherer { column: column.clone(), family });
                gatherers.len() - 1
            }));
        }
        Self {
            groupers: question.by.iter().cloned().map(Grouper::new).collect(),
            gatherers,
            from,
            time: question.needs_years().then_some(schema.time.as_ref()).flatten().map(|time| time.start.clone()),
            places: HashMap::new(),
            found: Vec::new(),
            last: 0,
            words: Words::default(),
            rows: 0,
            kept: 0,
            period: None,
            limits: [limits.summary_groups_max, limits.summary_values_max],
        }
    }

    /// Takes the rows of a batch that are wanted; `wanted` is asked by their number among those that count.
    fn take(&mut self, batch: &Batch, wanted: impl Fn(usize) -> bool) -> Result<()> {
        let place = |name: &str| batch.schema.column(name).map(|(at, _)| at);
        let by: Vec<Option<usize>> =
            self.groupers.iter().map(|grouper| grouper.by().column().and_then(place)).collect();
        let told: Vec<Option<usize>> = self.gatherers.iter().map(|one| one.column.as_deref().and_then(place)).collect();
        let time = self.time.as_deref().and_then(place);
        for (_, feature) in batch.features().enumerate().filter(|(at, _)| wanted(*at)) {
            self.rows += 1;
            let year = time.and_then(|at| self.moment(&feature.value(at)));
            let group = self.group(&feature, &by)?;
            self.gather(group, &feature, &told, year)?;
        }
        Ok(())
    }

    /// Widens the period that the rows are of and tells the decimal year.
    fn moment(&mut self, value: &Value<'_>) -> Option<f64> {
        let Value::Time(when) = value else { return None };
        let [first, last] = self.period.unwrap_or([when.earliest; 2]);
        self.period = Some([first.min(when.earliest), last.max(when.earliest)]);
        Some(years(when.earliest))
    }

    /// The place of a row's group. Rows often come in the order of their groups.
    fn group(&mut self, feature: &Feature<'_>, by: &[Option<usize>]) -> Result<usize> {
        let mut key: Key = [None; BY_MAX];
        for ((code, grouper), column) in key.iter_mut().zip(&mut self.groupers).zip(by) {
            *code = grouper.code(&column.map_or(Value::Null, |at| feature.value(at)), feature);
        }
        if self.found.get(self.last).is_some_and(|(last, _)| *last == key) {
            return Ok(self.last);
        }
        self.last = match self.places.get(&key) {
            Some(place) => *place,
            None => self.begin(key)?,
        };
        Ok(self.last)
    }

    fn begin(&mut self, key: Key) -> Result<usize> {
        if self.found.len() >= self.limits[0] {
            let say = format!(
                "There are more than {} groups; take wider steps, or ask for fewer rows by a box, a period or a filter.",
                self.limits[0]
            );
            return Err(Error::too_large(say).at("by"));
        }
        let place = self.found.len();
        self.places.insert(key, place);
        self.found.push((key, self.gatherers.iter().map(|one| Gathered::new(one.family)).collect()));
        Ok(place)
    }

    fn gather(&mut self, group: usize, feature: &Feature<'_>, told: &[Option<usize>], year: Option<f64>) -> Result<()> {
        let Self { found, groupers, gatherers, words, kept, limits, .. } = self;
        for ((gathered, gatherer), column) in found[group].1.iter_mut().zip(gatherers).zip(told) {
            // Without a column it is the row itself that counts.
            let value = match (column, &gatherer.column) {
                (Some(at), _) => feature.value(*at),
                (None, None) => Value::Bool(true),
                (None, Some(_)) => Value::Null,
            };
            if !value.is_null() {
                *kept += gathered.add(&value, year, words);
            }
        }
        let texts: usize = groupers.iter().map(Grouper::as_numbers).sum::<usize>() + words.as_numbers();
        match *kept + texts > limits[1] {
            true => Err(Error::too_large(format!(
                "At most {} values, or texts as long, are kept for medians, different values and the law of magnitudes; ask for fewer rows.",
                limits[1]
            ))
            .at("aggregates")),
            false => Ok(()),
        }
    }
}

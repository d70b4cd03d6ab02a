//! Events of several tables in one order.

use super::question::EventQuestion;
use super::tables::EventSource;
use crate::Engine;
use crate::caller::Caller;
use crate::features::{FeatureQuestion, FeatureStream};
use crate::pool::Cancel;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;
use terrane_formats::events::EventRow;
use terrane_hazard::geodesy::{Position, sphere_distance_m};
use terrane_hazard::kind::Kind;
use terrane_hazard::table::Role;
use terrane_model::batch::{ColumnData, Value, Values};
use terrane_model::{Batch, FeatureQuery, Instant, Result, Schema, When};

/// Places of roles in an array.
const ROLES_MAX: usize = 64;

/// A page of events.
#[derive(Default)]
pub struct EventPage {
    /// The rows of each table that has some.
    pub tables: Vec<EventRows>,
    /// Table, batch and row of each event, in order.
    order: Vec<[u32; 3]>,
    /// How many there are in all, when that was asked.
    pub matched: Option<u64>,
    /// Whether there are more after these.
    pub more: bool,
}

/// Rows of one table.
pub struct EventRows {
    /// The table.
    pub source: EventSource,
    /// The state of its data.
    pub state: Arc<str>,
    /// The rows.
    pub batches: Vec<Batch>,
    columns: [Option<u16>; ROLES_MAX],
    /// The same as a list.
    told: Vec<(Role, u16)>,
    /// The schema that those places are of.
    schema: Option<Arc<Schema>>,
    depth_unit_km: f64,
}

impl EventRows {
    /// Rows whose batches hold these columns.
    pub(super) fn new(source: EventSource, state: Arc<str>, batches: Vec<Batch>) -> Self {
        let depth_unit_km = source.depth_unit_km();
        let mut rows = Self {
            source,
            state,
            batches: Vec::new(),
            columns: [None; ROLES_MAX],
            told: Vec::new(),
            schema: None,
            depth_unit_km,
        };
        if let Some(batch) = batches.first() {
            rows.look_at(batch);
        }
        Self { batches, ..rows }
    }

    /// Finds the columns of a batch; those of one scan are alike.
    pub(super) fn look_at(&mut self, batch: &Batch) {
        if self.schema.as_ref().is_some_and(|known| Arc::ptr_eq(known, &batch.schema)) {
            return;
        }
        self.told.clear();
        for (role, name) in self.source.table.columns() {
            let place = batch.schema.column(name).and_then(|(place, _)| u16::try_from(place).ok());
            if let Some(slot) = self.columns.get_mut(role as usize) {
                *slot = place;
            }
            self.told.extend(place.map(|place| (role, place)));
        }
        self.schema = Some(Arc::clone(&batch.schema));
    }

    /// The event in a row of a batch.
    pub fn event<'a>(&'a self, batch: &'a Batch, row: usize) -> Event<'a> {
        Event { rows: self, batch, row }
    }
}

/// One event: a row of a table, read by what its columns say.
#[derive(Clone, Copy)]
pub struct Event<'a> {
    /// The rows that it is among.
    pub rows: &'a EventRows,
    batch: &'a Batch,
    row: usize,
}

impl<'a> Event<'a> {
    /// What has happened.
    pub fn kind(&self) -> Kind {
        self.rows.source.table.kind
    }

    /// The value that says something; null when the table has no such column.
    pub fn value(&self, role: Role) -> Value<'a> {
        self.values(role).map_or(Value::Null, |values| values.get(self.row))
    }

    /// The column that says something.
    fn values(&self, role: Role) -> Option<&'a Values> {
        let place = self.rows.columns.get(role as usize).copied().flatten()?;
        self.batch.columns.get(usize::from(place))
    }

    /// What identifies it in its table.
    pub fn id(&self) -> String {
        match self.value(Role::Id) {
            Value::Null => self.batch.feature(self.row).id().to_string(),
            value => value.to_string(),
        }
    }

    /// When it was, as well as that is known.
    pub fn time(&self) -> Option<When> {
        self.moment(Role::Time)
    }

    /// A moment.
    pub fn moment(&self, role: Role) -> Option<When> {
        match self.value(role) {
            Value::Time(when) => Some(when),
            _ => None,
        }
    }

    /// The first moment it can have been.
    pub fn earliest(&self) -> Option<Instant> {
        let values = self.values(Role::Time).filter(|values| values.is_valid(self.row))?;
        match &values.data {
            ColumnData::Time(times) => times.earliest.get(self.row).copied().map(Instant),
            _ => None,
        }
    }

    /// Where it was, longitude then latitude.
    pub fn position(&self) -> Option<[f64; 2]> {
        self.batch.feature(self.row).geometry()?.positions().first().copied()
    }

    /// A number; the depth in kilometres whatever the unit of the table.
    pub fn number(&self, role: Role) -> Option<f64> {
        let number = self.value(role).as_f64().filter(|number| number.is_finite());
        if role == Role::Depth { number.map(|depth| depth * self.rows.depth_unit_km) } else { number }
    }

    /// All that was read of it, as writers take it.
    pub fn row(&self) -> EventRow<'a> {
        let mut row = EventRow { kind: self.kind(), ..EventRow::default() };
        for (role, place) in &self.rows.told {
            if let Some(values) = self.batch.columns.get(usize::from(*place)) {
                row.set(*role, values.get(self.row));
            }
        }
        if row.id.is_empty() {
            row.id = Cow::Owned(self.id());
        }
        if let Some([lon, lat]) = self.position() {
            (row.lon_deg, row.lat_deg) = (Some(lon), Some(lat));
        }
        row.depth_km = row.depth_km.map(|depth| depth * self.rows.depth_unit_km);
        row
    }

    /// A text that is not empty.
    pub fn text(&self, role: Role) -> Option<&'a str> {
        match self.value(role) {
            Value::Text(text) | Value::Nested(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }
}

impl EventPage {
    /// The events in order.
    pub fn events(&self) -> impl Iterator<Item = Event<'_>> {
        self.order.iter().filter_map(|[table, batch, row]| {
            let rows = self.tables.get(*table as usize)?;
            Some(rows.event(rows.batches.get(*batch as usize)?, *row as usize))
        })
    }

    /// How many events are on the page.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The same page without some events.
    pub(super) fn without(mut self, mut is_left_out: impl FnMut(&Event<'_>) -> bool) -> Self {
        let kept: Vec<bool> = self.events().map(|event| !is_left_out(&event)).collect();
        let mut kept = kept.into_iter();
        self.order.retain(|_| kept.next().unwrap_or(true));
        self
    }

    /// The same page with each event once: of records so near in time and place that they are of one, the first stays.
    pub(super) fn each_once(self) -> Self {
        let mut seen: Vec<(Option<When>, Option<[f64; 2]>)> = Vec::new();
        self.without(|event| {
            let (time, at) = (event.time(), event.position());
            let known = seen.iter().any(|(other, place)| is_same((&time, at), (other, *place)));
            if !known {
                seen.push((time, at));
            }
            known
        })
    }

    /// The first so many.
    pub(super) fn first(mut self, count: usize) -> Self {
        self.order.truncate(count);
        self
    }

    /// Puts the rows of all tables, each in order, in one.
    fn merged(tables: Vec<EventRows>, question: &EventQuestion) -> Self {
        let mut order = Vec::new();
        for (table, rows) in tables.iter().enumerate() {
            for (batch, events) in rows.batches.iter().enumerate() {
                order.extend(events.rows().map(|row| [table as u32, batch as u32, row as u32]));
            }
        }
        let mut page = Self { tables, order, matched: None, more: false };
        if page.tables.len() > 1 {
            page.sort(question);
        }
        let skipped = question.skip.min(page.order.len());
        page.order.drain(..skipped);
        page.more = page.order.len() > question.limit;
        page.order.truncate(question.limit);
        page
    }

    /// A stable sort, so that ties stay in the order of their table.
    fn sort(&mut self, question: &EventQuestion) {
        let order = question.order;
        let key = |event: Event<'_>| match event.value(order.by) {
            Value::Time(when) => Some(when.earliest.0 as f64),
            value => value.as_f64().filter(|number| !number.is_nan()),
        };
        let mut keyed: Vec<(Option<f64>, [u32; 3])> = self.events().map(key).zip(self.order.iter().copied()).collect();
        keyed.sort_by(|(left, _), (right, _)| match (left, right) {
            (Some(left), Some(right)) if order.descending => right.total_cmp(left),
            (Some(left), Some(right)) => left.total_cmp(right),
            (left, right) => right.is_some().cmp(&left.is_some()).then(Ordering::Equal),
        });
        self.order = keyed.into_iter().map(|(_, place)| place).collect();
    }
}

/// Records of different catalogues are of one event when they may be within this time, microseconds, and are within [`SAME_M`].
pub(super) const SAME_MICROS: i64 = 60 * 1_000_000;
/// See [`SAME_MICROS`]; metres.
pub(super) const SAME_M: f64 = 150_000.0;

/// Whether two records may be of one event.
pub(super) fn is_same(
    (time, at): (&Option<When>, Option<[f64; 2]>),
    (other_time, other_at): (&Option<When>, Option<[f64; 2]>),
) -> bool {
    let (Some(time), Some(other_time), Some(at), Some(other_at)) = (time, other_time, at, other_at) else {
        return false;
    };
    let apart = (time.earliest.0 - other_time.latest.0).max(other_time.earliest.0 - time.latest.0);
    let position = |at: [f64; 2]| Position::new(at[0], at[1]);
    apart <= SAME_MICROS && sphere_distance_m(position(at), position(other_at)) <= SAME_M
}

impl Engine {
    /// A page of events with the columns of some roles, from all tables that the question is put to.
    pub async fn events(
        self: &Arc<Self>,
        caller: Caller,
        question: EventQuestion,
        roles: Vec<Role>,
        count: bool,
    ) -> Result<EventPage> {
        let engine = Arc::clone(self);
        let task = move |cancel: &Cancel| engine.events_here((caller, cancel), &question, &roles, count);
        self.pool().run(task).await
    }

    /// As [`Engine::events`], for a task that runs in the pool already.
    pub fn events_here(
        &self,
        (caller, cancel): (Caller, &Cancel),
        question: &EventQuestion,
        roles: &[Role],
        count: bool,
    ) -> Result<EventPage> {
        let question = &*self.with_faults((caller, cancel), question)?;
        let mut tables = Vec::new();
        let mut matched = 0;
        for id in &question.catalogs {
            // A catalogue that is named and is none is the asker's mistake, not an empty answer.
            self.event_source(caller, id)?;
        }
        let wanted = question.skip.saturating_add(question.limit).saturating_add(1);
        let mut roles = roles.to_vec();
        roles.push(question.order.by);
        for (_, source) in self.asked_sources(caller, question) {
            let Some(stream) = self.event_stream((caller, cancel), question, &source, (&roles, wanted))? else {
                continue;
            };
            let (rows, all) = read(stream, source, count, cancel)?;
            matched += all;
            if !rows.batches.is_empty() {
                tables.push(rows);
            }
        }
        let mut page = EventPage::merged(tables, question);
        page.matched = count.then_some(matched);
        Ok(page)
    }

    /// The rows of one table, in order; nothing when it cannot hold what is asked for.
    pub(super) fn event_stream(
        &self,
        (caller, cancel): (Caller, &Cancel),
        question: &EventQuestion,
        source: &EventSource,
        (roles, wanted): (&[Role], usize),
    ) -> Result<Option<FeatureStream>> {
        let Some(mut query) = question.query(source, roles) else { return Ok(None) };
        query.limit = Some(wanted);
        self.whole_stream((caller, cancel), source, query)
    }

    /// The rows of one table by a query, as many as the query says.
    pub(super) fn whole_stream(
        &self,
        (caller, cancel): (Caller, &Cancel),
        source: &EventSource,
        mut query: FeatureQuery,
    ) -> Result<Option<FeatureStream>> {
        query.limit = query.limit.or(Some(usize::MAX - 1));
        let asked =
            FeatureQuestion { query, rows_max: Some(usize::MAX - 1), ..FeatureQuestion::new(source.id().clone()) };
        self.feature_stream_here(caller, asked, cancel).map(Some)
    }
}

/// All rows of a stream, and how many match in all when that is wanted.
fn read(mut stream: FeatureStream, source: EventSource, count: bool, cancel: &Cancel) -> Result<(EventRows, u64)> {
    let mut batches = Vec::new();
    while let Some(batch) = stream.batch(cancel)? {
        batches.push(batch);
    }
    let all = if count { stream.count_all(cancel)? } else { 0 };
    Ok((EventRows::new(source, Arc::clone(&stream.revision), batches), all))
}

//! A table told in shared terms: derived columns beside its own, or the view alone.

use super::rows::{Done, passed_on};
use std::sync::Arc;
use terrane_geology::reading::{Reading, Side};
use terrane_model::filter::Predicate;
use terrane_model::query::Columns;
use terrane_model::schema::Column;
use terrane_model::{Batch, BoxFuture, FeatureQuery, FeatureScan, FeatureSource, Filter, Result, Schema};

/// A source whose values a mapping tells in shared terms.
#[derive(Clone)]
pub struct Mapped {
    inner: Arc<dyn FeatureSource>,
    readings: Arc<[Reading]>,
    side: Side,
    schema: Arc<Schema>,
}

impl Mapped {
    /// A table with derived columns beside its own.
    pub fn beside(inner: Arc<dyn FeatureSource>, readings: Arc<[Reading]>) -> Self {
        let mut schema = (**inner.schema()).clone();
        for column in readings.iter().flat_map(Reading::beside) {
            if schema.column(&column.name).is_none() {
                schema.columns.push(column);
            }
        }
        Self { inner, readings, side: Side::Beside, schema: Arc::new(schema) }
    }

    /// A table as one view shows it.
    pub fn view(inner: Arc<dyn FeatureSource>, reading: Reading) -> Self {
        let schema = Arc::new(reading.view_schema());
        Self { inner, readings: Arc::new([reading]), side: Side::View, schema }
    }

    /// A question taken apart: what the table is asked, and what is judged here. Of a view, only its own rows.
    fn taken_apart(&self, query: &FeatureQuery) -> Result<(Filter, Option<Filter>)> {
        let text = query.text.clone().filter(|_| self.side == Side::View).map(Filter::Text);
        let whole = Filter::all(query.filter.clone().into_iter().chain(text));
        let mut asked = Vec::new();
        let mut left = (whole != Filter::Literal(true)).then_some(whole);
        for reading in self.readings.iter() {
            if self.side == Side::View {
                asked.extend(reading.members().cloned());
            }
            if let Some(filter) = left.take() {
                let narrowed = reading.narrow(&filter, &self.schema, self.side)?;
                asked.push(narrowed.asked);
                left = narrowed.left;
            }
        }
        Ok((Filter::all(asked), left))
    }

    /// The columns that are read of the table, and how its rows are told.
    fn plan(&self, query: &FeatureQuery, left: Option<&Filter>) -> Result<(Columns, Telling)> {
        let (mut names, geometry) = match &query.columns {
            Columns::All => (self.schema.kept().map(|column| column.name.clone()).collect(), true),
            Columns::These { names, geometry } => (names.clone(), *geometry),
        };
        let wanted = names.clone();
        let mut reads_geometry = geometry;
        if let Some(left) = left {
            let (read, of_geometry) = left.columns_of(&self.schema);
            reads_geometry |= of_geometry;
            names.extend(read);
        }
        names.dedup();
        let (own, derived): (Vec<String>, Vec<String>) = names.into_iter().partition(|name| self.is_own(name));
        let mut needed = own;
        for name in &derived {
            self.readings.iter().for_each(|reading| reading.needs(name, &mut needed));
        }
        let telling = Telling {
            lens: self.clone(),
            derived,
            predicate: left.map(|left| Predicate::new(left, &self.schema)).transpose()?,
            only: left.map(|_| (wanted, geometry)),
        };
        Ok((Columns::These { names: needed, geometry: reads_geometry }, telling))
    }

    fn is_own(&self, name: &str) -> bool {
        self.side == Side::Beside && self.inner.schema().column(name).is_some()
    }

    /// Whether nothing that is asked is derived, so that the table itself can answer.
    fn is_plain(&self, query: &FeatureQuery) -> bool {
        let own = |name: &String| self.is_own(name) || self.schema.column(name).is_none();
        let columns = match &query.columns {
            Columns::All => true,
            Columns::These { names, .. } => names.iter().all(own),
        };
        let filter = query.filter.iter().all(|filter| filter.columns().iter().all(own));
        self.side == Side::Beside && columns && filter && query.sort.iter().all(|key| own(&key.column))
    }

    fn asked(&self, query: &FeatureQuery) -> Result<(FeatureQuery, Telling, Done)> {
        let (asked, left) = self.taken_apart(query)?;
        let (columns, telling) = self.plan(query, left.as_ref())?;
        let in_order = query.sort.iter().all(|key| self.is_own(&key.column));
        let in_pages = in_order && left.is_none();
        let inner = FeatureQuery {
            filter: (asked != Filter::Literal(true)).then_some(asked),
            text: query.text.clone().filter(|_| self.side == Side::Beside),
            time: query.time.filter(|_| self.side == Side::Beside),
            columns,
            sort: if in_order { query.sort.clone() } else { Vec::new() },
            limit: query.limit.filter(|_| in_pages),
            after: query.after.clone().filter(|_| in_pages),
            ..query.clone()
        };
        Ok((inner, telling, Done { in_order, in_pages, all_match: left.is_none() }))
    }
}

impl FeatureSource for Mapped {
    fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    fn scan(&self, query: &FeatureQuery) -> BoxFuture<'_, Result<FeatureScan>> {
        if self.is_plain(query) {
            return self.inner.scan(query);
        }
        let asked = self.asked(query);
        Box::pin(async move {
            let (inner, telling, done) = asked?;
            let scan = self.inner.scan(&inner).await?;
            passed_on(scan, self.inner.schema(), &done, Box::new(move |batch| Ok(telling.told(batch))))
        })
    }
}

/// How rows of the table are told.
struct Telling {
    lens: Mapped,
    /// The columns that are derived for the answer or for what is judged here.
    derived: Vec<String>,
    predicate: Option<Predicate>,
    /// The columns asked, when more were needed.
    only: Option<(Vec<String>, bool)>,
}

impl Telling {
    fn told(&self, batch: Batch) -> Batch {
        let batch = self.widened(batch);
        let batch = match &self.predicate {
            Some(predicate) => predicate.select(&batch),
            None => batch,
        };
        match &self.only {
            Some((names, geometry)) => batch.projected(names, *geometry),
            None => batch,
        }
    }

    /// The rows with the derived columns: beside their own, or in their place.
    fn widened(&self, batch: Batch) -> Batch {
        let lens = &self.lens;
        let told = |name: &String| {
            let reading = lens.readings.iter().find(|reading| reading.has(name))?;
            let (_, column) = lens.schema.column(name)?;
            let column = Column { derived: false, ..column.clone() };
            Some((column, reading.read(name, &batch)))
        };
        let (columns, values): (Vec<_>, Vec<_>) = self.derived.iter().filter_map(told).unzip();
        let is_view = lens.side == Side::View;
        let own = |schema: &Schema| if is_view { Vec::new() } else { schema.columns.clone() };
        let geometry = if is_view { lens.schema.geometry.clone() } else { batch.schema.geometry.clone() };
        let schema = Schema {
            columns: own(&batch.schema).into_iter().chain(columns).collect(),
            geometry: geometry.filter(|_| batch.geometry.is_some() || batch.schema.geometry.is_some()),
            ..(*batch.schema).clone()
        };
        let kept = if is_view { Vec::new() } else { batch.columns.clone() };
        Batch { schema: Arc::new(schema), columns: kept.into_iter().chain(values).collect(), ..batch }
    }
}

//! Several tables that one view shows, as one.

use super::mapped::Mapped;
use crate::features::{Moving, in_source_crs};
use crate::finish::Filtered;
use crate::pool::Cancel;
use std::sync::Arc;
use terrane_model::batch::{Ids, Strings};
use terrane_model::schema::GeometryKind;
use terrane_model::{
    Batch, BoxFuture, Crs, DatasetId, FeatureId, FeatureQuery, FeatureScan, FeatureSource, Filter, Matched, Result,
    Rows, Schema,
};

/// A table of a union.
#[derive(Clone)]
pub struct Member {
    /// The dataset that it is.
    pub dataset: DatasetId,
    /// The table as the view shows it.
    pub source: Mapped,
}

/// The rows of all members, one member after the other, in degrees. A row is called `dataset.row`.
pub struct Union {
    members: Vec<Member>,
    schema: Arc<Schema>,
}

impl Union {
    /// Members that show the same view.
    pub fn new(members: Vec<Member>) -> Self {
        let mut schema = members.first().map_or_else(empty, |member| (**member.source.schema()).clone());
        for column in members.iter().flat_map(|member| member.source.schema().columns.iter()) {
            if schema.column(&column.name).is_none() {
                schema.columns.push(column.clone());
            }
        }
        let mut kinds = members.iter().filter_map(|member| member.source.schema().geometry.as_ref());
        let first = kinds.next().map(|geometry| geometry.kind.multi());
        let same = kinds.all(|geometry| Some(geometry.kind.multi()) == first);
        if let Some(geometry) = &mut schema.geometry {
            geometry.crs = Crs::crs84();
            geometry.kind = if same { first.unwrap_or(GeometryKind::Any) } else { GeometryKind::Any };
        }
        Self { members, schema: Arc::new(schema) }
    }

    async fn opened(&self, query: &FeatureQuery) -> Result<(Vec<Opened>, Matched)> {
        let (mut opened, mut matched) = (Vec::with_capacity(self.members.len()), Matched::Exact(0));
        for member in &self.members {
            let asked = member_question(member, query)?;
            if asked.filter == Some(Filter::Literal(false)) {
                continue;
            }
            let scan = member.source.scan(&asked).await?;
            matched = match (matched, scan.matched()) {
                (Matched::Exact(before), Matched::Exact(more)) => Matched::Exact(before + more),
                _ => Matched::Unknown,
            };
            let schema = member.source.schema();
            opened.push(Opened {
                rows: Filtered::new(scan, schema, &Cancel::default())?,
                moving: Moving::new(schema, &Crs::crs84())?,
                dataset: member.dataset.clone(),
            });
        }
        Ok((opened, matched))
    }
}

fn empty() -> Schema {
    Schema { columns: Vec::new(), geometry: None, time: None, key: None }
}

impl FeatureSource for Union {
    fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    fn scan(&self, query: &FeatureQuery) -> BoxFuture<'_, Result<FeatureScan>> {
        let query = query.clone();
        Box::pin(async move {
            let (opened, matched) = self.opened(&query).await?;
            let rows = opened.into_iter().flatten();
            let scan = FeatureScan::filtered(Rows::Local(Box::new(rows))).matching(matched);
            Ok(if query.sort.is_empty() { scan.sorted() } else { scan })
        })
    }
}

/// The question in the member's CRS and with its own identities. Order and page are for the one who asks.
fn member_question(member: &Member, query: &FeatureQuery) -> Result<FeatureQuery> {
    let degrees = Crs::crs84();
    let asked = FeatureQuery {
        filter: query.filter.as_ref().map(|filter| with_own_ids(filter, &member.dataset)),
        sort: Vec::new(),
        limit: query.limit.filter(|_| query.sort.is_empty() && query.after.is_none()),
        after: None,
        tolerance: None,
        ..query.clone()
    };
    let mut asked = in_source_crs(asked, member.source.schema(), &degrees, &degrees)?;
    if member.source.schema().crs() == Some(&degrees) {
        asked.tolerance = query.tolerance;
    }
    Ok(asked)
}

/// `dataset.row` is `row` in its own table, and nothing in another.
fn with_own_ids(filter: &Filter, dataset: &DatasetId) -> Filter {
    let each = |all: &[Filter]| all.iter().map(|one| with_own_ids(one, dataset)).collect();
    let own = |id: &FeatureId| {
        let text = id.to_string();
        let rest = text.strip_prefix(dataset.as_str())?.strip_prefix('.')?;
        Some([FeatureId::parse(rest), FeatureId::Text(rest.to_owned())])
    };
    match filter {
        Filter::And(all) => Filter::And(each(all)),
        Filter::Or(all) => Filter::Or(each(all)),
        Filter::Not(one) => Filter::Not(Box::new(with_own_ids(one, dataset))),
        Filter::Ids(ids) => match ids.iter().filter_map(own).flatten().collect::<Vec<_>>() {
            none if none.is_empty() => Filter::Literal(false),
            own => Filter::Ids(own),
        },
        other => other.clone(),
    }
}

/// A member being read.
struct Opened {
    rows: Filtered,
    moving: Option<Moving>,
    dataset: DatasetId,
}

impl Iterator for Opened {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Result<Batch>> {
        let batch = match self.rows.next()? {
            Ok(batch) => batch,
            Err(error) => return Some(Err(error)),
        };
        let batch = match &mut self.moving {
            Some(moving) => moving.moved(batch),
            None => batch,
        };
        let name = |row: usize| format!("{}.{}", self.dataset, batch.ids.get(row));
        let ids: Strings = (0..batch.height()).map(name).collect();
        Some(Ok(Batch { ids: Ids::Texts(ids), ..batch }))
    }
}

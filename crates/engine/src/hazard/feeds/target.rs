//! The dataset of a feed: a table of events like any other, made empty.

use crate::Engine;
use crate::caller::Caller;
use crate::publish::{dataset_change, now, style_change};
use std::sync::Arc;
use terrane_drawing::style::Style;
use terrane_formats::about::{DatasetRecord, Feed, dataset_to_json};
use terrane_formats::events::EventRow;
use terrane_hazard::table::Role;
use terrane_model::about::Licence;
use terrane_model::ledger::Expect;
use terrane_model::schema::{Column, ColumnKind, GeometryColumn, GeometryKind, TimeColumns};
use terrane_model::store::Silent;
use terrane_model::{About, Crs, DatasetId, Error, LocalText, Result, Schema};

/// The columns of a live table.
const COLUMNS: [Role; 23] = [
    Role::Id,
    Role::Time,
    Role::Depth,
    Role::Magnitude,
    Role::MagnitudeType,
    Role::EventType,
    Role::Place,
    Role::Status,
    Role::Updated,
    Role::Author,
    Role::Catalog,
    Role::Contributor,
    Role::MagnitudeAuthor,
    Role::HorizontalError,
    Role::DepthError,
    Role::MagnitudeError,
    Role::Stations,
    Role::Gap,
    Role::Rms,
    Role::Intensity,
    Role::Aliases,
    Role::Sequence,
    Role::Event,
];

impl Engine {
    /// Makes the dataset of a feed when it is not there; says whether it was made. One that is there must have the columns of a live
    /// table.
    pub fn make_target(&self, feed: &Feed, who: &str) -> Result<bool> {
        let id = DatasetId::new(feed.dataset.as_str()).map_err(|error| error.at("dataset"))?;
        if self.catalogue().entry(Caller::Operator, &id).is_ok() {
            return self.live_table(&id).map(|_| false);
        }
        let _one_at_a_time = self.publishing();
        if self.catalogue().map(Caller::Operator, &id).is_ok() {
            return Err(Error::conflict(format!("“{id}” is the id of a map; choose another dataset.")).at("dataset"));
        }
        let schema = Arc::new(schema());
        let mut draft = self.store.draft()?;
        let written = draft.write_features(&schema, &mut std::iter::empty(), &Silent)?;
        let about = About { rows: Some(written.rows), ..about(feed, id.clone()) };
        let mut record = DatasetRecord {
            about,
            revision: String::new(),
            columns: Vec::new(),
            crs_operation: None,
            key: schema.key.clone(),
            time: schema.time.as_ref().map(|time| time.start.clone()),
            coverage: None,
            created: now(),
        };
        draft.keep_record(&dataset_to_json(&record))?;
        let bytes = draft.bytes()?;
        record.revision = draft.finish(&id)?;
        let why = format!("feed {}", feed.id);
        let mut changes = vec![dataset_change(&record, Expect::Nothing)];
        changes.push(style_change(&id, "default", &Style::default_for_features(&schema, &[])));
        changes.extend(self.next_edition(&record, bytes, who, (&why, ""))?);
        self.publish(changes, who, &why).map(|_| true)
    }

    /// A table that feeds can be put into.
    pub(super) fn live_table(&self, id: &DatasetId) -> Result<super::super::EventSource> {
        let source = self.event_source(Caller::Operator, id)?;
        let missing = [Role::Id, Role::Status, Role::Aliases, Role::Sequence, Role::Event]
            .into_iter()
            .find(|role| source.table.column(*role).is_none());
        match missing {
            None => Ok(source),
            Some(role) => Err(Error::conflict(format!(
                "“{id}” has no column “{}”, which a live table needs; choose a dataset that is not there yet.",
                role.column_name()
            ))
            .at("dataset")),
        }
    }
}

fn about(feed: &Feed, id: DatasetId) -> About {
    let title = if feed.title.is_empty() { id.as_str() } else { &feed.title };
    About {
        title: LocalText::one("und", title),
        licence: Licence { id: feed.licence.clone(), title: feed.licence.clone(), url: None },
        attribution: feed.attribution.clone(),
        updated: Some(now()),
        ..About::new(id)
    }
}

fn schema() -> Schema {
    let column = |role: Role| {
        let kind = match role {
            Role::Aliases => ColumnKind::Text,
            Role::Sequence => ColumnKind::Int,
            role => EventRow::column_kind(role),
        };
        let mut column = Column::new(role.column_name(), kind);
        column.unit = matches!(role, Role::Depth | Role::DepthError | Role::HorizontalError).then(|| "km".to_owned());
        column
    };
    Schema {
        columns: COLUMNS.into_iter().map(column).collect(),
        geometry: Some(GeometryColumn {
            name: "geometry".to_owned(),
            kind: GeometryKind::Point,
            crs: Crs::crs84(),
            has_z: false,
        }),
        time: Some(TimeColumns { start: Role::Time.column_name().to_owned(), end: None }),
        key: Some(Role::Id.column_name().to_owned()),
    }
}

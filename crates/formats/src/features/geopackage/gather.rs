//! Rows gathered before they are written: put aside, measured, counted, then put in the order of the curve.

use super::aside::{GEOMETRY, NULL, put_bytes, put_value};
use super::hilbert;
use super::layer::{Companions, Identity, Layer, Stored, TimeStore};
use super::spool::Spool;
use super::times::TimeUse;
use crate::features::wkb;
use std::sync::Arc;
use terrane_model::batch::Value;
use terrane_model::geometry::GeometryRef;
use terrane_model::schema::{Column, ColumnKind};
use terrane_model::store::Written;
use terrane_model::time::{Instant, Interval};
use terrane_model::{Batch, Bbox, Error, Feature, FeatureId, Result, Schema};

/// Above this many rows with a place, ids that are numbers get a column of their own, so that `fid` can follow the curve.
const FID_IS_ID_ROWS_MAX: usize = 20_000;

/// Columns that one table may have (SQLite's own limit), those we add included.
const COLUMNS_MAX: usize = 2_000;

/// All rows, put aside, and what they have in common.
pub struct Gathered {
    schema: Arc<Schema>,
    /// The rows.
    pub spool: Spool,
    /// Where each row is.
    pub rows: Vec<Row>,
    bbox: Bbox,
    period: Option<(Instant, Instant)>,
    without_place: u64,
    numbers_only: bool,
    no_negative: bool,
    times: Vec<TimeUse>,
}

/// Where a row is put aside, and the middle of its box.
pub struct Row {
    centre: [f32; 2],
    /// Where it begins.
    pub place: u64,
    /// How long it is.
    pub bytes: u32,
}

impl Gathered {
    /// Nothing yet.
    pub fn new(schema: &Arc<Schema>) -> Self {
        Self {
            schema: Arc::clone(schema),
            spool: Spool::default(),
            rows: Vec::new(),
            bbox: Bbox::EMPTY,
            period: None,
            without_place: 0,
            numbers_only: true,
            no_negative: true,
            times: vec![TimeUse::default(); schema.columns.len()],
        }
    }

    /// Puts the rows of a batch aside.
    pub fn add(&mut self, batch: &Batch) -> Result<()> {
        let places: Vec<Option<usize>> =
            self.schema.columns.iter().map(|column| batch.schema.column(&column.name).map(|(at, _)| at)).collect();
        for feature in batch.features() {
            self.add_row(&feature, &places)?;
        }
        Ok(())
    }

    fn add_row(&mut self, feature: &Feature<'_>, places: &[Option<usize>]) -> Result<()> {
        let place = self.spool.place();
        let start = self.spool.tail().len();
        self.add_id(feature.id());
        let centre = self.add_geometry(feature);
        for (column, at) in places.iter().enumerate() {
            let value = at.map_or(Value::Null, |at| feature.value(at));
            if let Value::Time(when) = &value {
                self.times[column].add(when);
            }
            put_value(self.spool.tail(), &value);
        }
        self.add_period(feature);
        let bytes = u32::try_from(self.spool.tail().len() - start)
            .map_err(|_| Error::too_large("A row has more than 4 GiB.").at(format!("row {}", self.rows.len() + 1)))?;
        self.rows.push(Row { centre, place, bytes });
        self.spool.settle()
    }

    fn add_id(&mut self, id: FeatureId) {
        match id {
            FeatureId::Number(number) => {
                self.no_negative &= number >= 0;
                put_value(self.spool.tail(), &Value::Int(number));
            }
            FeatureId::Text(text) => {
                self.numbers_only = false;
                put_value(self.spool.tail(), &Value::Text(&text));
            }
        }
    }

    fn add_geometry(&mut self, feature: &Feature<'_>) -> [f32; 2] {
        let geometry = feature.geometry();
        let bbox = geometry.as_ref().map_or(Bbox::EMPTY, GeometryRef::bbox);
        let tail = self.spool.tail();
        tail.extend(bbox.to_array().iter().flat_map(|number| number.to_le_bytes()));
        match &geometry {
            Some(geometry) => put_bytes(tail, GEOMETRY, |tail| wkb::write_blob(geometry, 0, tail)),
            None => tail.push(NULL),
        }
        if bbox.is_empty() {
            self.without_place += 1;
            return [f32::INFINITY; 2];
        }
        self.bbox = self.bbox.union(&bbox);
        bbox.centre().map(|number| number as f32)
    }

    fn add_period(&mut self, feature: &Feature<'_>) {
        let Some(columns) = &self.schema.time else { return };
        for name in std::iter::once(&columns.start).chain(&columns.end) {
            if let Value::Time(when) = feature.get(name) {
                let (start, end) = self.period.unwrap_or((when.earliest, when.latest));
                self.period = Some((start.min(when.earliest), end.max(when.latest)));
            }
        }
    }

    /// What was gathered.
    pub fn written(&self) -> Written {
        Written {
            rows: self.rows.len() as u64,
            bbox: (!self.bbox.is_empty()).then_some(self.bbox),
            period: self.period.map(|(start, end)| Interval { start: Some(start), end: Some(end) }),
        }
    }

    fn fid_is_id(&self) -> bool {
        let few = self.schema.geometry.is_none() || self.rows.len() <= FID_IS_ID_ROWS_MAX;
        self.numbers_only && self.no_negative && few
    }

    /// How the rows are stored.
    pub fn layer(&self, table: &str) -> Result<Layer> {
        let mut names = Names::default();
        let fid = names.take("fid");
        let geometry = self.schema.geometry.as_ref().map(|_| names.take("geom"));
        let identity = match (self.fid_is_id(), self.numbers_only) {
            (true, _) => Identity::Fid,
            (false, true) => Identity::Numbers(names.take("terrane_id")),
            (false, false) => Identity::Texts(names.take("terrane_id")),
        };
        let columns =
            self.schema.columns.iter().zip(&self.times).map(|(column, seen)| names.store(column, seen)).collect();
        if names.0.len() > COLUMNS_MAX {
            return Err(Error::too_large(format!(
                "The table needs {} columns; {COLUMNS_MAX} are possible.",
                names.0.len()
            )));
        }
        Ok(Layer {
            table: table.to_owned(),
            fid,
            geometry,
            identity,
            columns,
            schema: Arc::clone(&self.schema),
            rows: Some(self.rows.len() as u64),
            without_place: Some(self.without_place),
            bbox: (!self.bbox.is_empty()).then_some(self.bbox),
        })
    }

    /// Puts the rows in the order in which they are inserted: along the curve, those without a place last.
    pub fn put_in_order(&mut self) {
        let bbox = self.bbox;
        self.rows.sort_by_cached_key(|row| match row.centre[0].is_finite() {
            true => (0, hilbert::rank(&bbox, row.centre.map(f64::from)), row.place),
            false => (1, 0, row.place),
        });
    }
}

/// SQL names that are taken, in lower case: SQLite does not tell `Name` from `name`.
#[derive(Default)]
pub struct Names(std::collections::HashSet<String>);

impl Names {
    /// The name wanted, or one like it that is free.
    pub fn take(&mut self, wanted: &str) -> String {
        let wanted = if wanted.is_empty() { "column" } else { wanted };
        let numbered = (1..).map(|number| format!("{wanted}_{number}"));
        let mut all = std::iter::once(wanted.to_owned()).chain(numbered);
        let free = all.find(|name| !self.0.contains(&name.to_lowercase())).unwrap_or_default();
        self.0.insert(free.to_lowercase());
        free
    }

    /// The companions of a column of moments.
    pub fn companions(&mut self, name: &str, stated: bool) -> Companions {
        Companions {
            earliest: self.take(&format!("{name}_earliest_us")),
            latest: self.take(&format!("{name}_latest_us")),
            precision: self.take(&format!("{name}_precision")),
            stated: stated.then(|| self.take(&format!("{name}_stated_as"))),
        }
    }

    fn store(&mut self, column: &Column, seen: &TimeUse) -> Stored {
        let name = self.take(&column.name.replace('\0', ""));
        let companions = seen.needs_companions().then(|| self.companions(&name, seen.any_stated()));
        let time = (column.kind == ColumnKind::Time).then(|| TimeStore { form: seen.form(), companions });
        Stored { name, time }
    }
}

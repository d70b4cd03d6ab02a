//! A GeoJSON file as a feature source: one pass to learn its columns, then a pass for each scan.

use super::parse::{Features, RawFeature, RawValue};
use crate::features::file::{Batches, FileSource, Identity};
use crate::features::guess::{self, Guess};
use crate::features::mix::KindMix;
use crate::features::place;
use crate::features::remarks::{Remarks, SharedFindings};
use crate::features::times;
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use terrane_model::batch::{BatchBuilder, Value};
use terrane_model::limits::Limits;
use terrane_model::report::{Finding, Report, Severity};
use terrane_model::schema::{Column, ColumnKind, GeometryColumn, GeometryKind};
use terrane_model::store::{OpenOptions, Opened};
use terrane_model::time::When;
use terrane_model::{Batch, Bbox, Crs, Error, FeatureId, Result, Schema};

/// Opens a GeoJSON file of any size: a FeatureCollection, a Feature, a geometry, or a run of those.
pub fn open(path: &Path, options: &OpenOptions) -> Result<Opened> {
    let survey = Survey::of(path)?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut report = Report {
        file: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        layer: stem.clone(),
        format: "GeoJSON".to_owned(),
        rows_read: survey.rows,
        ..Report::default()
    };
    let mut schema = survey.schema(options, &mut report);
    times::choose(&mut schema, options.time.as_deref(), &mut report)?;
    let offered = if survey.ids_identify(&mut report) { Identity::AsRead } else { Identity::Content };
    let identity = Identity::choose(options.key.as_deref(), &mut schema, offered)?;
    let findings = SharedFindings::default();
    let reader = Reader {
        path: path.to_owned(),
        columns: schema.columns.iter().enumerate().map(|(place, column)| (column.name.clone(), place)).collect(),
        schema: Arc::new(schema),
        findings: Arc::clone(&findings),
    };
    let source = FileSource {
        schema: Arc::clone(&reader.schema),
        identity,
        findings,
        reopen: Box::new(move || Ok(Box::new(reader.rows()?) as Batches)),
    };
    Ok(source.opened(stem, report, vec![path.to_owned()]))
}

fn open_file(path: &Path) -> Result<File> {
    File::open(path).map_err(|error| Error::invalid("The file cannot be opened for reading.").because(error))
}

/// What all features have in common.
#[derive(Default)]
struct Survey {
    rows: u64,
    names: Vec<String>,
    places: HashMap<String, usize>,
    guesses: Vec<Guess>,
    mix: KindMix,
    bbox: Option<Bbox>,
    has_z: bool,
    off_earth: Option<(u64, u64)>,
    ids: HashSet<u64>,
    ids_given: u64,
    hasher: RandomState,
    crs: Option<String>,
    foreign: Vec<String>,
}

impl Survey {
    fn of(path: &Path) -> Result<Self> {
        let mut features = Features::new(open_file(path)?);
        let mut feature = RawFeature::default();
        let mut survey = Self::default();
        while features.next(&mut feature)? {
            survey.add(&feature)?;
        }
        survey.crs = features.crs;
        survey.foreign = features.foreign;
        Ok(survey)
    }

    fn add(&mut self, feature: &RawFeature) -> Result<()> {
        self.rows += 1;
        for (name, value) in &feature.properties {
            let place = self.place(feature.text(name))?;
            let guess = &mut self.guesses[place];
            match value {
                RawValue::Null => {}
                RawValue::Bool(_) => guess.add_bool(),
                RawValue::Number(text) => {
                    let text = feature.text(text);
                    if text.parse::<f64>().is_ok_and(f64::is_infinite) {
                        let place = format!("row {}, field {}", self.rows, self.names[place]);
                        return Err(Error::invalid(format!("{text} is too large for a number.")).at(place));
                    }
                    guess.add_number(text);
                }
                RawValue::Text(text) => guess.add_text(feature.text(text)),
                RawValue::Nested(_) => guess.add_nested(),
            }
        }
        self.add_geometry(feature);
        self.add_id(feature);
        Ok(())
    }

    fn place(&mut self, name: &str) -> Result<usize> {
        if let Some(&place) = self.places.get(name) {
            return Ok(place);
        }
        let most = Limits::default().import_columns_max;
        if self.names.len() == most {
            return Err(Error::too_large(format!("Features have more than {most} different properties.")));
        }
        self.places.insert(name.to_owned(), self.names.len());
        self.names.push(name.to_owned());
        self.guesses.push(Guess::named(name));
        Ok(self.names.len() - 1)
    }

    fn add_geometry(&mut self, feature: &RawFeature) {
        self.mix.add(if feature.placed { feature.shape.kind() } else { GeometryKind::Any });
        let bbox = feature.shape.bbox();
        if bbox.is_empty() {
            return;
        }
        self.has_z |= feature.shape.has_heights();
        if !place::on_earth(bbox.min) || !place::on_earth(bbox.max) {
            let (first, count) = self.off_earth.unwrap_or((self.rows, 0));
            self.off_earth = Some((first, count + 1));
        }
        self.bbox = Some(self.bbox.unwrap_or(Bbox::EMPTY).union(&bbox));
    }

    fn add_id(&mut self, feature: &RawFeature) {
        if let Some(RawValue::Number(text) | RawValue::Text(text)) = &feature.id {
            self.ids_given += 1;
            self.ids.insert(self.hasher.hash_one(feature.text(text)));
        }
    }

    /// Whether every feature has an id of its own.
    fn ids_identify(&self, report: &mut Report) -> bool {
        if self.ids_given == 0 || self.rows == 0 {
            return false;
        }
        let all = self.ids_given == self.rows && self.ids.len() as u64 == self.rows;
        if !all {
            let missing = self.rows - self.ids_given;
            let doubled = self.ids_given - self.ids.len() as u64;
            let what = format!(
                "The ids of features do not tell them apart ({missing} have none, {doubled} repeat one), so ids are made from the content."
            );
            report.add(Finding::new(Severity::Note, what, "Name a column that identifies rows with --key."));
        }
        all
    }

    fn schema(&self, options: &OpenOptions, report: &mut Report) -> Schema {
        let columns = self.names.iter().zip(&self.guesses).map(|(name, guess)| {
            guess.remark(name, report);
            Column::new(name.clone(), guess.kind())
        });
        let columns: Vec<Column> = columns.collect();
        let placed = self.mix.without() < self.rows || self.rows == 0;
        let crs = self.crs(options, report);
        self.mix.findings().into_iter().for_each(|finding| report.add(finding));
        if let (Some((row, count)), true) = (self.off_earth, crs == Crs::crs84() && !report.is_refused()) {
            report.add(place::beyond_the_earth(row, count));
        }
        if !self.foreign.is_empty() {
            let what = format!("Members that GeoJSON does not define are left out: {}.", self.foreign.join(", "));
            report.add(Finding::new(Severity::Note, what, ""));
        }
        let name = if columns.iter().any(|column| column.name == "geometry") { "geometry_1" } else { "geometry" };
        let geometry =
            placed.then(|| GeometryColumn { name: name.to_owned(), kind: self.mix.kind(), crs, has_z: self.has_z });
        Schema { columns, geometry, time: None, key: None }
    }

    /// WGS 84 by RFC 7946, unless the person or the member `crs` of older files says otherwise.
    fn crs(&self, options: &OpenOptions, report: &mut Report) -> Crs {
        let rule = (Crs::crs84(), "by the rule of GeoJSON (RFC 7946)".to_owned());
        let declared = match self.crs.as_deref().map(legacy_crs) {
            None => rule,
            Some(Ok(None)) => rule,
            Some(Ok(Some(crs))) => {
                if crs != Crs::crs84() && crs != Crs::epsg(4326) {
                    let what = format!(
                        "The member “crs” says {crs}; GeoJSON has no such member since 2016, but it is believed."
                    );
                    report.add(Finding::new(
                        Severity::Note,
                        what,
                        "Say --crs OGC:CRS84 when coordinates are longitude and latitude.",
                    ));
                }
                let crs = if crs == Crs::epsg(4326) { Crs::crs84() } else { crs };
                (crs, "the member “crs” of the file".to_owned())
            }
            Some(Err(error)) => {
                let what = format!(
                    "The member “crs” of the file is not understood ({error}), so coordinates are taken as WGS 84."
                );
                report.add(Finding::new(Severity::Warning, what, "Say it with --crs, for example --crs EPSG:3857."));
                rule
            }
        };
        place::decide(options.crs.as_ref(), Some(declared), &self.bbox.unwrap_or(Bbox::EMPTY), report)
    }
}

/// The CRS that a `crs` member names; `None` for null.
fn legacy_crs(json: &str) -> Result<Option<Crs>> {
    let value: serde_json::Value = serde_json::from_str(json).unwrap_or_default();
    if value.is_null() {
        return Ok(None);
    }
    match value["properties"]["name"].as_str() {
        Some(name) => terrane_projection::parse(name).map(Some),
        None => Err(Error::invalid("it gives no name")),
    }
}

/// What each pass needs to know.
struct Reader {
    path: PathBuf,
    schema: Arc<Schema>,
    columns: HashMap<String, usize>,
    findings: SharedFindings,
}

impl Reader {
    fn rows(&self) -> Result<ReaderRows> {
        Ok(ReaderRows {
            features: Features::new(open_file(&self.path)?),
            feature: RawFeature::default(),
            schema: Arc::clone(&self.schema),
            kind: self.schema.geometry.as_ref().map_or(GeometryKind::Any, |geometry| geometry.kind),
            columns: self.columns.clone(),
            order: Vec::new(),
            remarks: Remarks::new(&self.findings),
            done: false,
        })
    }
}

struct ReaderRows {
    features: Features<File>,
    feature: RawFeature,
    schema: Arc<Schema>,
    kind: GeometryKind,
    columns: HashMap<String, usize>,
    /// For each column the place of its value in the feature.
    order: Vec<Option<usize>>,
    remarks: Remarks,
    done: bool,
}

impl Iterator for ReaderRows {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let mut builder = BatchBuilder::new(Arc::clone(&self.schema));
        while !builder.is_full() {
            match self.features.next(&mut self.feature) {
                Ok(true) => self.add(&mut builder),
                Ok(false) => {
                    self.done = true;
                    break;
                }
                Err(error) => {
                    self.done = true;
                    return Some(Err(error));
                }
            }
        }
        (!builder.is_empty()).then(|| Ok(builder.finish()))
    }
}

impl ReaderRows {
    fn add(&mut self, builder: &mut BatchBuilder) {
        let row = self.features.count;
        if let (Some(geometry), true) = (builder.geometry(), self.feature.placed) {
            match self.feature.shape.build(self.kind, geometry) {
                Ok(notes) => self.remarks.mended(row, notes),
                Err(error) => self.remarks.no_geometry(row, &error),
            }
        }
        self.arrange();
        for (place, column) in self.schema.columns.iter().enumerate() {
            let value = match self.order[place] {
                Some(at) => cell(&self.feature, &self.feature.properties[at].1, column, row, &mut self.remarks),
                None => Owned::Borrowed(Value::Null),
            };
            value.give(builder);
        }
        builder.end_row(id_of(&self.feature, row));
    }

    /// Finds the value of each column; of a name that comes twice the last value counts.
    fn arrange(&mut self) {
        self.order.clear();
        self.order.resize(self.schema.columns.len(), None);
        for (at, (name, _)) in self.feature.properties.iter().enumerate() {
            let name = self.feature.text(name);
            let expected = self.schema.columns.get(at).filter(|column| column.name == name).map(|_| at);
            if let Some(place) = expected.or_else(|| self.columns.get(name).copied()) {
                self.order[place] = Some(at);
            }
        }
    }
}

/// A value that borrows from the feature, or a text made for it.
enum Owned<'a> {
    Borrowed(Value<'a>),
    Nested(String),
}

impl Owned<'_> {
    fn give(&self, builder: &mut BatchBuilder) {
        match self {
            Self::Borrowed(value) => builder.value(value),
            Self::Nested(json) => builder.value(&Value::Nested(json)),
        }
    }
}

fn cell<'a>(feature: &'a RawFeature, value: &RawValue, column: &Column, row: u64, remarks: &mut Remarks) -> Owned<'a> {
    let text: &'a str = match value {
        RawValue::Null => return Owned::Borrowed(Value::Null),
        RawValue::Bool(truth) if column.kind == ColumnKind::Bool => return Owned::Borrowed(Value::Bool(*truth)),
        RawValue::Bool(true) => "true",
        RawValue::Bool(false) => "false",
        RawValue::Nested(range) => return Owned::Borrowed(Value::Nested(feature.text(range))),
        RawValue::Text(range) if column.kind == ColumnKind::Nested => {
            let mut json = Vec::new();
            super::write_string(feature.text(range), &mut json);
            return Owned::Nested(String::from_utf8_lossy(&json).into_owned());
        }
        RawValue::Number(range) if column.kind == ColumnKind::Time => {
            let year = feature.text(range).parse().ok().and_then(|year| When::year(year).ok());
            return Owned::Borrowed(year.map_or(Value::Null, Value::Time));
        }
        RawValue::Text(range) | RawValue::Number(range) => feature.text(range),
    };
    Owned::Borrowed(guess::value_of(text, column.kind, (row, &column.name), remarks))
}

fn id_of(feature: &RawFeature, row: u64) -> FeatureId {
    match &feature.id {
        Some(RawValue::Text(text)) => FeatureId::Text(feature.text(text).to_owned()),
        Some(RawValue::Number(text)) => match feature.text(text).parse() {
            Ok(number) => FeatureId::Number(number),
            Err(_) => FeatureId::Text(feature.text(text).to_owned()),
        },
        _ => FeatureId::Number(row as i64),
    }
}

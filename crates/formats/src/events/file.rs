//! A file of events as a feature source: a pass to learn which columns there are, then a pass for each scan.

use super::lines::Lines;
use super::quakeml::{QuakemlReader, looks_like_quakeml};
use super::{EventRow, Record, fdsn_text, isf, ndk, row_of, usgs_geojson};
use crate::features::csv::dialect::learn_charset;
use crate::features::encoding::Charset;
use crate::features::file::{Batches, FileSource, Identity};
use crate::features::remarks::SharedFindings;
use crate::features::times;
use crate::features::transcode::Transcoder;
use std::collections::{BTreeSet, HashSet};
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use terrane_hazard::table::Role;
use terrane_model::batch::{BatchBuilder, Value};
use terrane_model::report::{Finding, Report, Severity};
use terrane_model::schema::{Column, GeometryColumn, GeometryKind, TimeColumns};
use terrane_model::store::{OpenOptions, Opened};
use terrane_model::{Batch, Crs, Error, FeatureId, Result, Schema};

/// Formats that hold events and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// QuakeML.
    Quakeml,
    /// The text format of FDSN's event service.
    FdsnText,
    /// The format of the Global CMT catalogue.
    Ndk,
    /// Bulletins in IMS 1.0:short.
    Isf,
    /// The GeoJSON of the USGS's feeds.
    UsgsGeojson,
}

/// Whether the beginning of a file is that of a format.
type LooksLike = fn(&[u8]) -> bool;

impl Format {
    /// The format of a file that begins so; `None` when it is none of these.
    pub fn of(head: &[u8]) -> Option<Self> {
        let all: [(LooksLike, Self); 5] = [
            (looks_like_quakeml, Self::Quakeml),
            (fdsn_text::looks_like_fdsn_text, Self::FdsnText),
            (ndk::looks_like_ndk, Self::Ndk),
            (isf::looks_like_isf, Self::Isf),
            (usgs_geojson::looks_like_usgs_geojson, Self::UsgsGeojson),
        ];
        all.into_iter().find(|(looks_like, _)| looks_like(head)).map(|(_, format)| format)
    }

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Quakeml => "QuakeML",
            Self::FdsnText => "FDSN event text",
            Self::Ndk => "NDK",
            Self::Isf => "IMS 1.0 bulletin",
            Self::UsgsGeojson => "USGS GeoJSON",
        }
    }
}

/// Roles in the order of their columns.
pub(super) const ROLES: [Role; 45] = [
    Role::Id,
    Role::Time,
    Role::Depth,
    Role::Magnitude,
    Role::MagnitudeType,
    Role::EventType,
    Role::Place,
    Role::Country,
    Role::Status,
    Role::End,
    Role::Vei,
    Role::Volcano,
    Role::WaterHeight,
    Role::RunUps,
    Role::Cause,
    Role::Validity,
    Role::Intensity,
    Role::Deaths,
    Role::TotalDeaths,
    Role::Missing,
    Role::Injuries,
    Role::Damage,
    Role::Houses,
    Role::Author,
    Role::Catalog,
    Role::Contributor,
    Role::ContributorId,
    Role::MagnitudeAuthor,
    Role::Updated,
    Role::Strike,
    Role::Dip,
    Role::Rake,
    Role::Strike2,
    Role::Dip2,
    Role::Rake2,
    Role::HorizontalError,
    Role::DepthError,
    Role::MagnitudeError,
    Role::Stations,
    Role::Gap,
    Role::Rms,
    Role::TsunamiId,
    Role::EruptionId,
    Role::EarthquakeId,
    Role::Event,
];

/// Columns that every table of earthquakes has, whether a file fills them or not.
const ALWAYS: [Role; 4] = [Role::Id, Role::Time, Role::Depth, Role::Magnitude];

/// Opens a file of events.
pub fn open(path: &Path, format: Format, options: &OpenOptions) -> Result<Opened> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut report = Report {
        file: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        layer: stem.clone(),
        format: format.name().to_owned(),
        crs: Some((Crs::crs84(), format!("{} is in longitude and latitude", format.name()))),
        ..Report::default()
    };
    let charset = charset_of(path, format, options.encoding.as_deref(), &mut report)?;
    let file = EventFile { path: path.to_owned(), format, charset };
    let survey = Survey::of(&file, &mut report)?;
    let mut schema = survey.schema();
    times::choose(&mut schema, options.time.as_deref(), &mut report)?;
    let otherwise = survey.identity(&mut schema, &mut report);
    let identity = Identity::choose(options.key.as_deref(), &mut schema, otherwise)?;
    let schema = Arc::new(schema);
    let roles: Vec<Role> = survey.roles().collect();
    let shared = Arc::clone(&schema);
    let reopen = Box::new(move || Ok(Box::new(Rows::new(&file, &roles, &shared)?) as Batches));
    let source = FileSource { schema, identity, findings: SharedFindings::default(), reopen };
    Ok(source.opened(stem, report, vec![path.to_owned()]))
}

/// The encoding: XML says its own.
fn charset_of(path: &Path, format: Format, asked: Option<&str>, report: &mut Report) -> Result<Charset> {
    if format != Format::Quakeml || asked.is_some() {
        return learn_charset(path, asked, report);
    }
    let mut head = Vec::new();
    let read = opened(path)?.take(256).read_to_end(&mut head);
    read.map_err(|error| Error::invalid("The file cannot be read.").because(error))?;
    if let Some(charset) = crate::features::encoding::of_first_bytes(&head) {
        return Ok(charset);
    }
    let text = String::from_utf8_lossy(&head);
    let declared = text.split("?>").next().filter(|it| it.contains("<?xml")).unwrap_or_default();
    let name = declared.split("encoding").nth(1).and_then(|rest| rest.split(['"', '\'']).nth(1)).unwrap_or("utf-8");
    Charset::by_name(name)
        .ok_or_else(|| Error::unsupported("The XML is in an encoding that is not known here; say it with --encoding."))
}

fn opened(path: &Path) -> Result<File> {
    File::open(path).map_err(|error| Error::invalid("The file cannot be opened for reading.").because(error))
}

/// What is needed to read the events of a file.
struct EventFile {
    path: PathBuf,
    format: Format,
    charset: Charset,
}

type Records = Box<dyn Iterator<Item = Result<Record>> + Send>;

impl EventFile {
    fn records(&self) -> Result<Records> {
        let file = opened(&self.path)?;
        Ok(match self.format {
            Format::Quakeml => Box::new(QuakemlReader::new(file, self.charset).map(|read| {
                read.map(|event| Record { row: row_of(&event.tree), tree: Some(event.tree), remarks: event.remarks })
            })),
            Format::FdsnText => Box::new(fdsn_text::Reader::new(Lines::new(file, self.charset))),
            Format::Ndk => Box::new(ndk::Reader::new(Lines::new(file, self.charset))),
            Format::Isf => Box::new(isf::Reader::new(Lines::new(file, self.charset))),
            Format::UsgsGeojson => Box::new(usgs_geojson::Reader::new(Transcoder::new(file, self.charset))),
        })
    }
}

/// What all events of a file have in common.
#[derive(Default)]
struct Survey {
    used: BTreeSet<Role>,
    ids: HashSet<u64>,
    hasher: RandomState,
    /// The first event without an id, or with one that came before.
    not_unique: Option<u64>,
}

impl Survey {
    fn of(file: &EventFile, report: &mut Report) -> Result<Self> {
        let mut survey = Self { used: ALWAYS.into(), ..Self::default() };
        for record in file.records()? {
            let record = record?;
            report.rows_read += 1;
            survey.add(&record, report);
        }
        if report.rows_read == 0 {
            report.add(Finding::new(Severity::Warning, "The file holds no events.", ""));
        }
        Ok(survey)
    }

    fn add(&mut self, record: &Record, report: &mut Report) {
        let (row, number) = (&record.row, report.rows_read);
        self.used.extend(ROLES.into_iter().filter(|role| !row.value(*role).is_null()));
        if record.tree.is_some() {
            self.used.insert(Role::Event);
        }
        let is_new = !row.id.is_empty() && self.ids.insert(self.hasher.hash_one(&row.id));
        if !is_new && self.not_unique.is_none() {
            self.not_unique = Some(number);
        }
        record.remarks.iter().cloned().for_each(|finding| report.add(finding));
        let mut missing = |is_missing: bool, what: &str| {
            if is_missing {
                let remedy = "Look the event up in its catalogue, if it matters.";
                report.add(Finding::new(Severity::Warning, what, remedy).at_row(number));
            }
        };
        missing(position(row).is_none(), "An event has no place; it is kept without a geometry.");
        missing(row.time.is_none(), "An event has no time.");
    }

    fn roles(&self) -> impl Iterator<Item = Role> + '_ {
        ROLES.into_iter().filter(|role| self.used.contains(role))
    }

    fn schema(&self) -> Schema {
        let column = |role: Role| {
            let mut column = Column::new(role.column_name(), EventRow::column_kind(role));
            column.unit = unit_of(role).map(str::to_owned);
            column
        };
        let geometry =
            GeometryColumn { name: "geometry".to_owned(), kind: GeometryKind::Point, crs: Crs::crs84(), has_z: false };
        Schema {
            columns: self.roles().map(column).collect(),
            geometry: Some(geometry),
            time: Some(TimeColumns { start: Role::Time.column_name().to_owned(), end: None }),
            key: None,
        }
    }

    /// Events are identified by their ids, when each has its own.
    fn identity(&self, schema: &mut Schema, report: &mut Report) -> Identity {
        if let Some(row) = self.not_unique {
            let what = "An event has no id or that of an earlier one, so ids do not identify the rows.";
            let remedy = "Keep one event for each id, or publish versions of events as a feed.";
            report.add(Finding::new(Severity::Warning, what, remedy).at_row(row));
            return Identity::Content;
        }
        schema.key = Some(Role::Id.column_name().to_owned());
        Identity::Column(0)
    }
}

fn unit_of(role: Role) -> Option<&'static str> {
    Some(match role {
        Role::Depth | Role::HorizontalError | Role::DepthError => "km",
        Role::WaterHeight => "m",
        Role::Strike | Role::Dip | Role::Rake | Role::Strike2 | Role::Dip2 | Role::Rake2 | Role::Gap => "deg",
        Role::Rms => "s",
        _ => return None,
    })
}

fn position(row: &EventRow<'_>) -> Option<[f64; 2]> {
    let on_earth = |lon: f64, lat: f64| (-360.0..=360.0).contains(&lon) && (-90.0..=90.0).contains(&lat);
    let (lon, lat) = (row.lon_deg?, row.lat_deg?);
    on_earth(lon, lat).then_some([if lon > 180.0 { lon - 360.0 } else { lon }, lat])
}

/// Batches of events.
struct Rows {
    records: Records,
    roles: Vec<Role>,
    schema: Arc<Schema>,
    count: i64,
    done: bool,
}

impl Rows {
    fn new(file: &EventFile, roles: &[Role], schema: &Arc<Schema>) -> Result<Self> {
        let records = file.records()?;
        Ok(Self { records, roles: roles.to_vec(), schema: Arc::clone(schema), count: 0, done: false })
    }

    fn add(&mut self, record: &Record, builder: &mut BatchBuilder) {
        self.count += 1;
        if let (Some(position), Some(geometry)) = (position(&record.row), builder.geometry()) {
            geometry.point(position, None);
        }
        for role in &self.roles {
            match (role, &record.tree) {
                (Role::Event, Some(tree)) => builder.value(&Value::Nested(&tree.to_string())),
                _ => builder.value(&record.row.value(*role)),
            }
        }
        builder.end_row(FeatureId::Number(self.count));
    }
}

impl Iterator for Rows {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let mut builder = BatchBuilder::new(Arc::clone(&self.schema));
        while !builder.is_full() {
            match self.records.next() {
                Some(Ok(record)) => self.add(&record, &mut builder),
                Some(Err(error)) => {
                    self.done = true;
                    return Some(Err(error));
                }
                None => {
                    self.done = true;
                    break;
                }
            }
        }
        (!builder.is_empty()).then(|| Ok(builder.finish()))
    }
}

//! A text table as a feature source: a pass to learn its columns, then a pass for each scan.

use super::dialect::{self, Dialect, Records};
use super::parts::Parts;
use super::places::Places;
use crate::features::file::{Batches, FileSource, Identity};
use crate::features::guess::{self, Guess};
use crate::features::mix::KindMix;
use crate::features::place;
use crate::features::remarks::{Remarks, SharedFindings};
use crate::features::times;
use crate::features::wkt;
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use terrane_model::batch::{BatchBuilder, Value};
use terrane_model::report::{Finding, Report, Severity};
use terrane_model::schema::{Column, ColumnKind, GeometryColumn, GeometryKind};
use terrane_model::store::{OpenOptions, Opened};
use terrane_model::time::When;
use terrane_model::{Batch, Bbox, Crs, Error, FeatureId, Result, Schema};

/// Opens a table of text.
pub fn open(path: &Path, options: &OpenOptions) -> Result<Opened> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut report = Report {
        file: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        layer: stem.clone(),
        format: "CSV".to_owned(),
        ..Report::default()
    };
    let dialect = dialect::learn(path, options.encoding.as_deref(), &mut report)?;
    let (places, declared) = Places::find(&dialect.names, options.xy_columns.as_ref())?;
    let survey = Survey::of(path, &dialect, &places)?;
    survey.remark(&dialect, &mut report);
    let parts = Parts::find(&dialect.names);
    let mut layout = Layout { dialect, places, parts, kinds: Vec::new(), first_numbers: false };
    let mut schema = survey.schema(&mut layout, options.crs.as_ref(), declared, &mut report);
    times::choose(&mut schema, options.time.as_deref(), &mut report)?;
    layout.kinds = schema.columns.iter().map(|column| column.kind).collect();
    let identity = Identity::choose(options.key.as_deref(), &mut schema, Identity::Content)?;
    let schema = Arc::new(schema);
    let findings = SharedFindings::default();
    let reader = Reader { path: path.to_owned(), layout, schema: Arc::clone(&schema), findings: Arc::clone(&findings) };
    let source =
        FileSource { schema, identity, findings, reopen: Box::new(move || Ok(Box::new(reader.rows()?) as Batches)) };
    Ok(source.opened(stem, report, vec![path.to_owned()]))
}

/// How records become rows.
#[derive(Debug, Clone)]
struct Layout {
    dialect: Dialect,
    places: Places,
    /// Columns that tell the time in parts; they make one column.
    parts: Option<Parts>,
    kinds: Vec<ColumnKind>,
    first_numbers: bool,
}

/// The column that is made of the parts of a time.
const TIME_OF_PARTS: &str = "time";

impl Layout {
    /// Fields of the record that are columns: all but the one that is the geometry, those that are parts of a time, and what was
    /// asked for.
    fn fields(&self) -> impl Iterator<Item = usize> + '_ {
        let geometry = if let Places::Wkt(place) = self.places { Some(place) } else { None };
        let first = usize::from(self.dialect.has_search_parameters());
        let is_part = |place: usize| self.parts.is_some_and(|parts| parts.has(place));
        (first..self.dialect.names.len()).filter(move |&place| Some(place) != geometry && !is_part(place))
    }
}

/// A number as Rust reads it: where fields are separated by semicolons, a comma is the decimal mark.
fn plain_number(text: &str, delimiter: u8) -> Cow<'_, str> {
    let text = text.trim();
    let one_comma = delimiter == b';' && text.bytes().filter(|&byte| byte == b',').count() == 1 && !text.contains('.');
    if one_comma { Cow::Owned(text.replace(',', ".")) } else { Cow::Borrowed(text) }
}

/// Whether a text is a number and not a code: digits, but none of `007` and `1e400`.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let bytes = digits.as_bytes();
    let starts_well = bytes.first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'.');
    let is_code = bytes.first() == Some(&b'0') && bytes.get(1).is_some_and(u8::is_ascii_digit);
    starts_well && !is_code && text.parse::<f64>().is_ok_and(f64::is_finite)
}

/// Words for "no number" in columns of numbers.
fn is_absent(text: &str) -> bool {
    matches!(text, "" | "NaN" | "nan" | "NAN" | "NULL" | "null" | "NA" | "N/A" | "n/a" | "-" | "--")
}

/// What all records have in common.
struct Survey {
    rows: u64,
    guesses: Vec<Guess>,
    /// Words for "no number" that are texts when the column is not of numbers.
    absent: Vec<u64>,
    mix: KindMix,
    bbox: Bbox,
    off_earth: Option<(u64, u64)>,
    uneven: Option<(u64, u64)>,
    wrong_bytes: bool,
}

impl Survey {
    fn of(path: &Path, dialect: &Dialect, places: &Places) -> Result<Self> {
        let count = dialect.names.len();
        let mut survey = Self {
            rows: 0,
            guesses: dialect.names.iter().map(|name| Guess::named(name)).collect(),
            absent: vec![0; count],
            mix: KindMix::default(),
            bbox: Bbox::EMPTY,
            off_earth: None,
            uneven: None,
            wrong_bytes: false,
        };
        let mut records = Records::open(path, dialect)?;
        while records.next()? {
            survey.add(&records, dialect, places);
        }
        survey.wrong_bytes = records.any_wrong();
        Ok(survey)
    }

    fn add(&mut self, records: &Records, dialect: &Dialect, places: &Places) {
        self.rows = records.count;
        let record = &records.record;
        if record.len() != dialect.names.len() {
            count_row(&mut self.uneven, self.rows);
        }
        for (place, text) in record.iter().enumerate().take(dialect.names.len()) {
            let number = plain_number(text, dialect.delimiter);
            let guess = &mut self.guesses[place];
            if number.is_empty() {
                continue;
            }
            if is_absent(&number) {
                self.absent[place] += 1;
            } else if guess::bool_of(&number).is_some() {
                guess.add_bool();
            } else if is_number(&number) {
                guess.add_number(&number);
            } else {
                guess.add_text(text);
            }
        }
        self.add_place(record, dialect, places);
    }

    fn add_place(&mut self, record: &csv::StringRecord, dialect: &Dialect, places: &Places) {
        match places {
            Places::Nowhere => self.mix.add(GeometryKind::Any),
            Places::Wkt(place) => self.mix.add(record.get(*place).map_or(GeometryKind::Any, wkt::kind)),
            Places::Xy(x, y) => match position(record, (*x, *y), dialect.delimiter) {
                Ok(Some(position)) => {
                    self.mix.add(GeometryKind::Point);
                    self.bbox.include(position);
                    if !place::on_earth(position) {
                        count_row(&mut self.off_earth, self.rows);
                    }
                }
                _ => self.mix.add(GeometryKind::Any),
            },
        }
    }

    fn remark(&self, dialect: &Dialect, report: &mut Report) {
        report.rows_read = self.rows;
        if let Some((row, count)) = self.uneven {
            let what = format!(
                "A row has more or fewer fields than the {} columns; missing ones are empty, further ones left out.",
                dialect.names.len()
            );
            let remedy = "Put quotation marks around texts that hold the delimiter.";
            let mut finding = Finding::new(Severity::Warning, what, remedy).at_row(row);
            finding.count = count;
            report.add(finding);
        }
        if self.wrong_bytes {
            let what = format!("Some bytes are not valid {}; they are marked with “\u{fffd}”.", dialect.charset.name());
            report.add(Finding::new(Severity::Warning, what, "Say the right encoding with --encoding."));
        }
        if dialect.has_search_parameters() {
            let what = "The row of search parameters is no data and is passed over.";
            report.add(Finding::new(Severity::Note, what, ""));
        }
        if self.rows == 0 {
            report.add(Finding::new(Severity::Warning, "The table has a header but no rows.", ""));
        }
    }

    fn schema(
        &self,
        layout: &mut Layout,
        asked_crs: Option<&Crs>,
        declared: Option<(Crs, String)>,
        report: &mut Report,
    ) -> Schema {
        if layout.parts.is_some() {
            let what = "Columns of year, month, day and so on are read as one column “time”, known as finely as they tell; years below 0 are years BCE.";
            report.add(Finding::new(Severity::Note, what, ""));
        }
        let time = layout.parts.map(|_| Column::new(TIME_OF_PARTS, ColumnKind::Time));
        let columns: Vec<Column> = time
            .into_iter()
            .chain(layout.fields().map(|field| {
                let (name, guess) = (&layout.dialect.names[field], &self.guesses[field]);
                guess.remark(name, report);
                let kind = guess.kind();
                if self.absent[field] > 0 && matches!(kind, ColumnKind::Int | ColumnKind::Float) {
                    let mut finding = Finding::new(
                        Severity::Note,
                        "Words such as NaN or NULL in a column of numbers mean that there is none.",
                        "",
                    )
                    .in_field(name);
                    finding.count = self.absent[field];
                    report.add(finding);
                }
                Column::new(name.clone(), kind)
            }))
            .collect();
        let all_numbers = layout.dialect.has_header && layout.dialect.names.iter().all(|name| is_number(name));
        layout.first_numbers = all_numbers;
        if all_numbers {
            report.add(Finding::new(
                Severity::Warning,
                "The first row looks like data, not like names of columns, but it was taken for the names.",
                "Put a row of names on top.",
            ));
        }
        let geometry = self.geometry(layout, asked_crs, declared, report);
        Schema { columns, geometry, time: None, key: None }
    }

    fn geometry(
        &self,
        layout: &Layout,
        asked_crs: Option<&Crs>,
        declared: Option<(Crs, String)>,
        report: &mut Report,
    ) -> Option<GeometryColumn> {
        if layout.places == Places::Nowhere {
            report.add(Finding::new(
                Severity::Note,
                "No columns of coordinates were found, so rows have no geometry.",
                "If there are any, name them with --x and --y.",
            ));
            return None;
        }
        let crs = place::decide(asked_crs, declared, &self.bbox, report);
        if let (Some((row, count)), true) = (self.off_earth, crs == Crs::crs84() && !report.is_refused()) {
            report.add(place::beyond_the_earth(row, count));
        }
        self.mix.findings().into_iter().for_each(|finding| report.add(finding));
        let taken = |name: &&str| layout.fields().any(|field| layout.dialect.names[field] == **name);
        let name = ["geometry", "geom", "place"].into_iter().find(|name| !taken(name)).unwrap_or("geometry_1");
        Some(GeometryColumn { name: name.to_owned(), kind: self.mix.kind(), crs, has_z: false })
    }
}

/// The time that parts tell; a remark when they name no day of the calendar.
fn time_of(told: Option<std::result::Result<When, ()>>, row: u64, remarks: &mut Remarks) -> Value<'static> {
    match told {
        None => Value::Null,
        Some(Ok(when)) => Value::Time(when),
        Some(Err(())) => {
            let what = "The parts of a time name no moment of the calendar; it is left out.";
            remarks
                .add(Finding::new(Severity::Warning, what, "Correct the parts.").at_row(row).in_field(TIME_OF_PARTS));
            Value::Null
        }
    }
}

/// Counts a row of which something is true; the first is kept.
fn count_row(seen: &mut Option<(u64, u64)>, row: u64) {
    let (first, count) = seen.unwrap_or((row, 0));
    *seen = Some((first, count + 1));
}

/// The position of a record; `None` when it has none.
fn position(record: &csv::StringRecord, (x, y): (usize, usize), delimiter: u8) -> Result<Option<[f64; 2]>> {
    let field = |place: usize| plain_number(record.get(place).unwrap_or(""), delimiter);
    let (x, y) = (field(x), field(y));
    if is_absent(&x) || is_absent(&y) {
        return Ok(None);
    }
    let number = |text: &str| {
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        number.ok_or_else(|| Error::invalid("A coordinate is not a number; write decimal degrees or metres."))
    };
    Ok(Some([number(&x)?, number(&y)?]))
}

/// What each pass needs to know.
struct Reader {
    path: PathBuf,
    layout: Layout,
    schema: Arc<Schema>,
    findings: SharedFindings,
}

impl Reader {
    fn rows(&self) -> Result<ReaderRows> {
        Ok(ReaderRows {
            records: Records::open(&self.path, &self.layout.dialect)?,
            layout: self.layout.clone(),
            fields: self.layout.fields().collect(),
            schema: Arc::clone(&self.schema),
            remarks: Remarks::new(&self.findings),
            done: false,
        })
    }
}

struct ReaderRows {
    records: Records,
    layout: Layout,
    fields: Vec<usize>,
    schema: Arc<Schema>,
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
            match self.records.next() {
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
        let row = self.records.count;
        self.add_geometry(row, builder);
        let record = &self.records.record;
        let delimiter = self.layout.dialect.delimiter;
        let made = usize::from(self.layout.parts.is_some());
        if let Some(parts) = self.layout.parts {
            let told = parts.when(|place| record.get(place).unwrap_or(""));
            builder.value(&time_of(told, row, &mut self.remarks));
        }
        for (place, column) in self.schema.columns.iter().enumerate().skip(made) {
            let text = record.get(self.fields[place - made]).unwrap_or("");
            match column.kind {
                ColumnKind::Text if text.is_empty() => builder.value(&Value::Null),
                ColumnKind::Int | ColumnKind::Float => {
                    let number = plain_number(text, delimiter);
                    let number = if is_absent(&number) { "" } else { &number };
                    builder.value(&guess::value_of(number, column.kind, (row, &column.name), &mut self.remarks));
                }
                ColumnKind::Time if text.trim().parse::<i64>().is_ok() => {
                    let year = || text.trim().parse().ok().and_then(|year| When::year(year).ok());
                    let when = guess::compact_date(text.trim()).or_else(year);
                    builder.value(&when.map_or(Value::Null, Value::Time));
                }
                kind => builder.value(&guess::value_of(text, kind, (row, &column.name), &mut self.remarks)),
            }
        }
        builder.end_row(FeatureId::Number(row as i64));
    }

    fn add_geometry(&mut self, row: u64, builder: &mut BatchBuilder) {
        let kind = self.schema.geometry.as_ref().map_or(GeometryKind::Any, |geometry| geometry.kind);
        let Some(geometry) = builder.geometry() else { return };
        let record = &self.records.record;
        match self.layout.places {
            Places::Nowhere => {}
            Places::Xy(x, y) => match position(record, (x, y), self.layout.dialect.delimiter) {
                Ok(Some(position)) => geometry.point(position, None),
                Ok(None) => {}
                Err(error) => self.remarks.no_geometry(row, &error),
            },
            Places::Wkt(place) => {
                let text = record.get(place).unwrap_or("");
                if !text.trim().is_empty() {
                    match wkt::read(text, kind, geometry) {
                        Ok(notes) => self.remarks.mended(row, notes),
                        Err(error) => self.remarks.no_geometry(row, &error),
                    }
                }
            }
        }
    }
}

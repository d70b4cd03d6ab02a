//! A set of shapefile parts as a feature source.

use super::dbf::{self, Layout};
use super::shp::{Shape, Shapes};
use crate::features::encoding::{self, Charset};
use crate::features::file::{Batches, FileSource, Identity};
use crate::features::mix::KindMix;
use crate::features::place;
use crate::features::remarks::{Remarks, SharedFindings};
use crate::features::times;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use terrane_model::batch::{BatchBuilder, Value};
use terrane_model::report::{Finding, Report, Severity};
use terrane_model::schema::{Column, ColumnKind, GeometryColumn, GeometryKind};
use terrane_model::store::{OpenOptions, Opened};
use terrane_model::time::When;
use terrane_model::{Batch, Bbox, Crs, Error, FeatureId, Result, Schema};

/// Bytes of texts beyond ASCII that are kept to tell the encoding.
const TELLING_BYTES_MAX: usize = 262_144;
/// Bytes of a `.prj` or `.cpg` that are read.
const SIDE_BYTES_MAX: u64 = 65_536;

/// The files of one shapefile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileSet {
    /// Places.
    pub shp: Option<PathBuf>,
    /// Values.
    pub dbf: Option<PathBuf>,
    /// The CRS as WKT.
    pub prj: Option<PathBuf>,
    /// The encoding's name.
    pub cpg: Option<PathBuf>,
    /// Others of the same name (`.shx`, `.sbn`, `.shp.xml`), which are not needed.
    pub others: Vec<PathBuf>,
}

impl FileSet {
    /// The files beside a `.shp` or `.dbf` that have its name, whatever the case of their endings.
    pub fn around(path: &Path) -> Self {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
            .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
            .unwrap_or_default();
        files.sort();
        let mut set = Self::default();
        for file in files {
            let name = file.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
            let Some(ending) = name.strip_prefix(&stem).and_then(|rest| rest.strip_prefix('.')) else { continue };
            match ending {
                "shp" => set.shp = Some(file),
                "dbf" => set.dbf = Some(file),
                "prj" => set.prj = Some(file),
                "cpg" | "cst" => set.cpg = Some(file),
                "shx" | "sbn" | "sbx" | "shp.xml" | "qix" | "fbn" | "fbx" => set.others.push(file),
                _ => {}
            }
        }
        set
    }

    /// All files there are.
    pub fn files(&self) -> Vec<PathBuf> {
        [&self.shp, &self.dbf, &self.prj, &self.cpg].into_iter().flatten().chain(&self.others).cloned().collect()
    }
}

/// Opens a shapefile, or a `.dbf` alone as a table without geometry.
pub fn open(set: &FileSet, options: &OpenOptions) -> Result<Opened> {
    let Some(main) = set.shp.as_ref().or(set.dbf.as_ref()) else {
        return Err(Error::invalid("There is neither a .shp nor a .dbf."));
    };
    let stem = main.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let format = if set.shp.is_some() { "ESRI Shapefile" } else { "dBASE table" };
    let mut report = Report {
        file: main.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        layer: stem.clone(),
        format: format.to_owned(),
        ..Report::default()
    };
    let table =
        set.dbf.as_deref().map(|dbf| Table::learn(dbf, set.cpg.as_deref(), options, &mut report)).transpose()?;
    if set.dbf.is_none() {
        report.add(Finding::new(
            Severity::Warning,
            "There is no .dbf, so rows have no values.",
            "Add the .dbf if there is one.",
        ));
    }
    let survey = set.shp.as_deref().map(|shp| Survey::of(shp, &mut report)).transpose()?;
    let mut schema = schema_of(set, table.as_ref(), survey.as_ref(), options, &mut report);
    compare_counts(table.as_ref(), survey.as_ref(), &mut report);
    let years = times::choose(&mut schema, options.time.as_deref(), &mut report)?;
    let identity = Identity::choose(options.key.as_deref(), &mut schema, Identity::Content)?;
    let schema = Arc::new(schema);
    let findings = SharedFindings::default();
    let reader =
        Reader { set: set.clone(), table, years, schema: Arc::clone(&schema), findings: Arc::clone(&findings) };
    let source =
        FileSource { schema, identity, findings, reopen: Box::new(move || Ok(Box::new(reader.rows()?) as Batches)) };
    Ok(source.opened(stem, report, set.files()))
}

/// The values' side: layout, encoding and names.
#[derive(Debug, Clone)]
struct Table {
    layout: Layout,
    charset: Charset,
    /// Fields that are columns, and the columns' names.
    columns: Vec<(dbf::Field, String)>,
    deleted: u64,
}

impl Table {
    fn learn(path: &Path, cpg: Option<&Path>, options: &OpenOptions, report: &mut Report) -> Result<Self> {
        let layout = Layout::read(path)?;
        let (texts, deleted) = telling_texts(path, &layout)?;
        let texts: Vec<&[u8]> = texts.iter().map(Vec::as_slice).collect();
        let mut claims = Vec::new();
        if let Some(name) = cpg.and_then(read_side) {
            match Charset::by_name(&name) {
                Some(charset) => claims.push(("the .cpg file".to_owned(), charset)),
                None => {
                    let what = format!(
                        "The .cpg file says “{}”, which is not an encoding known here.",
                        name.trim().chars().take(40).collect::<String>()
                    );
                    report.add(Finding::new(Severity::Warning, what, "Say the encoding with --encoding."));
                }
            }
        }
        if let Some(charset) = layout.charset() {
            claims.push((format!("the language driver 0x{:02x} of the .dbf", layout.language), charset));
        }
        let decision = encoding::decide(options.encoding.as_deref(), &claims, &texts)?;
        decision.report(&texts, report);
        let columns = columns_of(&layout, decision.charset, report);
        Ok(Self { layout, charset: decision.charset, columns, deleted })
    }
}

/// Names and text values with bytes beyond ASCII, each once, up to a limit; and how many records are deleted.
fn telling_texts(path: &Path, layout: &Layout) -> Result<(Vec<Vec<u8>>, u64)> {
    let mut texts: Vec<Vec<u8>> =
        layout.fields.iter().map(|field| field.name.clone()).filter(|name| !name.is_ascii()).collect();
    let mut known: HashSet<Vec<u8>> = HashSet::new();
    let (mut bytes, mut deleted) = (0, 0);
    let mut records = dbf::Records::open(path, layout)?;
    while records.next()? {
        deleted += u64::from(records.is_deleted());
        for field in layout.fields.iter().filter(|field| field.kind == Some(ColumnKind::Text)) {
            let text = whole_characters(records.bytes(field));
            if bytes < TELLING_BYTES_MAX && !text.is_ascii() && known.insert(text.to_vec()) {
                bytes += text.len();
                texts.push(text.to_vec());
            }
        }
    }
    Ok((texts, deleted))
}

/// A text that fills its field may be cut within a character of UTF-8; the piece of it says nothing.
fn whole_characters(text: &[u8]) -> &[u8] {
    match std::str::from_utf8(text) {
        Err(error) if error.error_len().is_none() => &text[..error.valid_up_to()],
        _ => text,
    }
}

fn read_side(path: &Path) -> Option<String> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    std::fs::File::open(path).ok()?.take(SIDE_BYTES_MAX).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}').to_owned())
}

fn columns_of(layout: &Layout, charset: Charset, report: &mut Report) -> Vec<(dbf::Field, String)> {
    let mut taken = HashSet::new();
    let mut columns = Vec::new();
    for field in &layout.fields {
        let given = charset.decode(&field.name).0.trim().to_owned();
        if field.kind.is_none() {
            if field.letter != b'0' {
                let what = format!(
                    "Fields of type “{}” (memos and the like) are not supported; the column is left out.",
                    char::from(field.letter)
                );
                report.add(
                    Finding::new(Severity::Warning, what, "Save the table with texts of up to 254 characters.")
                        .in_field(given),
                );
            }
            continue;
        }
        let wanted = if given.is_empty() { format!("column_{}", columns.len() + 1) } else { given };
        let numbered = (2..).map(|number| format!("{wanted}_{number}"));
        let name =
            std::iter::once(wanted.clone()).chain(numbered).find(|name| !taken.contains(name)).unwrap_or_default();
        if name != wanted {
            let what = format!("The name “{wanted}” comes twice; the column is called “{name}”.");
            report.add(Finding::new(Severity::Warning, what, "").in_field(name.clone()));
        }
        taken.insert(name.clone());
        columns.push((field.clone(), name));
    }
    columns
}

/// What a look at all shapes tells.
struct Survey {
    rows: u64,
    mix: KindMix,
    bbox: Bbox,
    has_z: bool,
    off_earth: Option<(u64, u64)>,
}

impl Survey {
    fn of(path: &Path, report: &mut Report) -> Result<Self> {
        let mut survey = Self { rows: 0, mix: KindMix::default(), bbox: Bbox::EMPTY, has_z: false, off_earth: None };
        let mut shapes = Shapes::open(path)?;
        if shapes.surplus > 0 {
            let what = format!("The .shp has {} bytes after its end, which are left out.", shapes.surplus);
            report.add(Finding::new(Severity::Warning, what, "Compare the number of rows with the source."));
        }
        let mut shape = Shape::default();
        loop {
            let read = shapes.next(&mut shape).map_err(|error| error.at(format!("row {}", survey.rows + 1)))?;
            let Some(understood) = read else { return Ok(survey) };
            survey.rows += 1;
            match understood {
                Ok(()) => survey.add(&shape),
                Err(_) => survey.mix.add(GeometryKind::Any),
            }
        }
    }

    fn add(&mut self, shape: &Shape) {
        self.mix.add(shape.kind);
        self.has_z |= shape.has_heights();
        let bbox = Bbox::of(shape.positions());
        if !bbox.is_empty() && (!place::on_earth(bbox.min) || !place::on_earth(bbox.max)) {
            let (first, count) = self.off_earth.unwrap_or((self.rows, 0));
            self.off_earth = Some((first, count + 1));
        }
        self.bbox = self.bbox.union(&bbox);
    }
}

fn schema_of(
    set: &FileSet,
    table: Option<&Table>,
    survey: Option<&Survey>,
    options: &OpenOptions,
    report: &mut Report,
) -> Schema {
    let columns: Vec<Column> = table
        .iter()
        .flat_map(|table| &table.columns)
        .map(|(field, name)| Column::new(name.clone(), field.kind.unwrap_or(ColumnKind::Text)))
        .collect();
    let geometry = survey.map(|survey| {
        let declared = declared_crs(set.prj.as_deref(), report);
        let crs = place::decide(options.crs.as_ref(), declared, &survey.bbox, report);
        if let (Some((row, count)), true) = (survey.off_earth, crs.is_geographic() && !report.is_refused()) {
            report.add(place::beyond_the_earth(row, count));
        }
        survey.mix.findings().into_iter().for_each(|finding| report.add(finding));
        let taken = |name: &str| columns.iter().any(|column| column.name == name);
        let name = ["geometry", "geom", "shape"].into_iter().find(|name| !taken(name)).unwrap_or("geometry_1");
        GeometryColumn { name: name.to_owned(), kind: survey.mix.kind(), crs, has_z: survey.has_z }
    });
    Schema { columns, geometry, time: None, key: None }
}

fn declared_crs(prj: Option<&Path>, report: &mut Report) -> Option<(Crs, String)> {
    let wkt = prj.and_then(read_side)?;
    match terrane_projection::identify(wkt.trim()) {
        Ok(crs) => Some((crs, "the .prj file".to_owned())),
        Err(error) => {
            let what = format!("The .prj file is not understood: {error}");
            report.add(Finding::new(Severity::Warning, what, "Say the CRS with --crs, for example --crs EPSG:4326."));
            None
        }
    }
}

fn compare_counts(table: Option<&Table>, survey: Option<&Survey>, report: &mut Report) {
    let shapes = survey.map(|survey| survey.rows);
    let values = table.map(|table| table.layout.rows);
    report.rows_read = shapes.unwrap_or(0).max(values.unwrap_or(0));
    if let (Some(shapes), Some(values)) = (shapes, values)
        && shapes != values
    {
        let what = format!("The .shp has {shapes} rows but the .dbf has {values}; what is missing is left empty.");
        report.add(Finding::new(Severity::Warning, what, "The two may not belong together; copy both again."));
    }
    if let Some(deleted) = table.map(|table| table.deleted).filter(|&deleted| deleted > 0) {
        let mut finding = Finding::new(Severity::Note, "Rows are marked as deleted in the .dbf and left out.", "");
        finding.count = deleted;
        report.add(finding);
    }
}

/// What each pass needs to know.
struct Reader {
    set: FileSet,
    table: Option<Table>,
    /// A column of texts or years that was asked to be time.
    years: Option<usize>,
    schema: Arc<Schema>,
    findings: SharedFindings,
}

impl Reader {
    fn rows(&self) -> Result<ReaderRows> {
        let records = match (&self.set.dbf, &self.table) {
            (Some(path), Some(table)) => Some(dbf::Records::open(path, &table.layout)?),
            _ => None,
        };
        Ok(ReaderRows {
            shapes: self.set.shp.as_deref().map(Shapes::open).transpose()?,
            records,
            table: self.table.clone(),
            years: self.years,
            shape: Shape::default(),
            schema: Arc::clone(&self.schema),
            remarks: Remarks::new(&self.findings),
            row: 0,
            done: false,
        })
    }
}

struct ReaderRows {
    shapes: Option<Shapes>,
    records: Option<dbf::Records>,
    table: Option<Table>,
    years: Option<usize>,
    shape: Shape,
    schema: Arc<Schema>,
    remarks: Remarks,
    row: u64,
    done: bool,
}

impl Iterator for ReaderRows {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut builder = BatchBuilder::new(Arc::clone(&self.schema));
        while !self.done && !builder.is_full() {
            match self.add(&mut builder) {
                Ok(more) => self.done = !more,
                Err(error) => {
                    self.done = true;
                    return Some(Err(error.at(format!("row {}", self.row))));
                }
            }
        }
        (!builder.is_empty()).then(|| Ok(builder.finish()))
    }
}

impl ReaderRows {
    /// Adds the next row; `false` when there is none.
    fn add(&mut self, builder: &mut BatchBuilder) -> Result<bool> {
        self.row += 1;
        let understood = match &mut self.shapes {
            Some(shapes) => shapes.next(&mut self.shape)?,
            None => None,
        };
        let has_values = match &mut self.records {
            Some(records) => records.next()?,
            None => false,
        };
        if understood.is_none() && !has_values {
            return Ok(false);
        }
        if has_values && self.records.as_ref().is_some_and(dbf::Records::is_deleted) {
            return Ok(true);
        }
        let kind = self.schema.geometry.as_ref().map_or(GeometryKind::Any, |geometry| geometry.kind);
        match (understood, builder.geometry()) {
            (Some(Ok(())), Some(geometry)) => self.remarks.mended(self.row, self.shape.build(kind, geometry)),
            (Some(Err(error)), _) => self.remarks.no_geometry(self.row, &error),
            _ => {}
        }
        if has_values {
            self.add_values(builder);
        }
        builder.end_row(FeatureId::Number(self.row as i64));
        Ok(true)
    }

    fn add_values(&mut self, builder: &mut BatchBuilder) {
        let (Some(records), Some(table)) = (&self.records, &self.table) else { return };
        for (place, (field, name)) in table.columns.iter().enumerate() {
            if field.letter == b'C' {
                let (text, wrong) = table.charset.decode(records.bytes(field));
                // Half a character at the end of a full field is not worth a mark.
                let text = if wrong { text.trim_end_matches('\u{fffd}') } else { &text };
                match text {
                    "" => builder.value(&Value::Null),
                    text if self.years == Some(place) => {
                        builder.value(&crate::features::guess::value_of(
                            text,
                            ColumnKind::Time,
                            (self.row, name),
                            &mut self.remarks,
                        ));
                    }
                    text => builder.value(&Value::Text(text)),
                }
                continue;
            }
            match records.value(field) {
                Ok(Value::Int(year)) if self.years == Some(place) => {
                    builder.value(&When::year(year).map_or(Value::Null, Value::Time));
                }
                Ok(value) => builder.value(&value),
                Err(_) => {
                    let what = "A value is not what its column holds otherwise; it is left out.";
                    self.remarks.add(
                        Finding::new(Severity::Warning, what, "Correct the value in the table.")
                            .at_row(self.row)
                            .in_field(name),
                    );
                    builder.value(&Value::Null);
                }
            }
        }
    }
}

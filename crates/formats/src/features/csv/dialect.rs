//! How a text table is laid out: its encoding, the lines before it, what separates its fields, the names of its columns.

use crate::features::encoding::{self, Charset, Decision};
use crate::features::transcode::{Bounded, Transcoder, by_first_bytes};
use csv::{Reader, ReaderBuilder, StringRecord};
use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use terrane_model::limits::Limits;
use terrane_model::report::{Finding, Report, Severity};
use terrane_model::{Error, Result};

/// Bytes that are looked at for the delimiter.
const HEAD_BYTES: usize = 65_536;
/// Bytes of lines beyond ASCII that are kept to tell the encoding.
const TELLING_BYTES_MAX: usize = 262_144;
/// Records that are compared for each delimiter.
const COMPARED_RECORDS: usize = 50;
/// Buffers between the file and a record may run ahead by this much.
const AHEAD_BYTES: usize = 262_144;

/// What is needed to read the table's records.
#[derive(Debug, Clone)]
pub struct Dialect {
    /// The encoding.
    pub charset: Charset,
    /// What separates fields.
    pub delimiter: u8,
    /// Lines before the header, or before the first record when the header was one of them.
    pub lines_before: usize,
    /// Whether the first record is the header.
    pub has_header: bool,
    /// The names of columns.
    pub names: Vec<String>,
}

impl Dialect {
    /// Whether the first column holds what was asked for, in a row of its own, as NOAA's tables have it.
    pub fn has_search_parameters(&self) -> bool {
        self.names.first().is_some_and(|name| name == "Search Parameters")
    }
}

/// Learns the layout of a file.
pub fn learn(path: &Path, asked_encoding: Option<&str>, report: &mut Report) -> Result<Dialect> {
    let charset = learn_charset(path, asked_encoding, report)?;
    let mut bytes = Vec::new();
    let text = BufReader::new(Transcoder::new(open_file(path)?, charset));
    text.take(HEAD_BYTES as u64).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() == HEAD_BYTES && !bytes.contains(&b'\n') {
        return Err(Error::too_large(format!("The first line has more than {HEAD_BYTES} bytes.")));
    }
    // The head may end within a character.
    let head = String::from_utf8_lossy(&bytes);
    if head.trim().is_empty() {
        return Err(Error::invalid("The file is empty."));
    }
    let before: Vec<&str> = head.lines().take_while(|line| line.starts_with('#') || line.trim().is_empty()).collect();
    let table: String = head.split_inclusive('\n').skip(before.len()).collect();
    let last_comment = before.iter().rev().find(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#'));
    let delimiter = delimiter_of(if table.is_empty() { &head } else { &table });
    let mut dialect = Dialect { charset, delimiter, lines_before: before.len(), has_header: true, names: Vec::new() };
    let first = first_record(&table, delimiter)?;
    let comment = last_comment.map(|line| first_record(line, delimiter)).transpose()?;
    // Some services write the header as a comment (FDSN text).
    let header = match comment.filter(|comment| comment.len() == first.len() && first.len() > 1) {
        Some(comment) => {
            dialect.has_header = false;
            comment
        }
        None => first,
    };
    let most = Limits::default().import_columns_max;
    if header.len() > most {
        return Err(Error::too_large(format!("The table has {} columns; {most} are the limit.", header.len())));
    }
    dialect.names = clean_names(&header, report);
    Ok(dialect)
}

fn open_file(path: &Path) -> Result<File> {
    File::open(path).map_err(unreadable)
}

fn unreadable(error: std::io::Error) -> Error {
    if error.kind() == std::io::ErrorKind::FileTooLarge {
        let most = Limits::default().import_line_bytes_max;
        return Error::too_large(format!("A record has more than {most} bytes; a quotation mark may not be closed."));
    }
    Error::invalid("The file cannot be read to its end.").because(error)
}

/// The encoding asked for, else the one that the bytes tell.
pub fn learn_charset(path: &Path, asked: Option<&str>, report: &mut Report) -> Result<Charset> {
    let mut file = open_file(path)?;
    let mut head = vec![0; 1_024];
    let read = file.read(&mut head).map_err(unreadable)?;
    head.truncate(read);
    let marked = by_first_bytes(&head).filter(|_| asked.is_none());
    if let Some((charset, how)) = marked {
        Decision::known(charset, how).report(&[], report);
        return Ok(charset);
    }
    file.rewind().map_err(unreadable)?;
    let telling = telling_lines(file)?;
    let texts: Vec<&[u8]> = telling.split(|&byte| byte == b'\n').collect();
    let decision = encoding::decide(asked, &[], &texts)?;
    decision.report(&texts, report);
    Ok(decision.charset)
}

/// Lines with bytes beyond ASCII, up to a limit; those that are not UTF-8 take the place of those that are.
fn telling_lines(file: File) -> Result<Vec<u8>> {
    let mut reader = BufReader::with_capacity(65_536, file);
    let (mut valid, mut wrong) = (Vec::new(), Vec::new());
    let mut line = Vec::new();
    loop {
        line.clear();
        // A line longer than this is cut; it is refused later, by the limit on records.
        let read = reader.by_ref().take(65_536).read_until(b'\n', &mut line).map_err(unreadable)?;
        if read == 0 {
            break;
        }
        if line.is_ascii() {
            continue;
        }
        let is_cut = line.last() != Some(&b'\n');
        let is_valid = match std::str::from_utf8(&line) {
            Ok(_) => true,
            Err(error) => is_cut && error.error_len().is_none(),
        };
        let kept: &mut Vec<u8> = if is_valid { &mut valid } else { &mut wrong };
        if kept.len() < TELLING_BYTES_MAX && !(is_valid && is_cut) {
            kept.extend_from_slice(&line);
        }
    }
    Ok(if wrong.is_empty() { valid } else { wrong })
}

/// The delimiter by which records have the most fields, all the same number of them.
fn delimiter_of(text: &str) -> u8 {
    let score = |&delimiter: &u8| {
        let mut reader =
            ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes());
        let counts: Vec<usize> = reader
            .records()
            .take(COMPARED_RECORDS)
            .filter_map(|record| record.ok().map(|record| record.len()))
            .collect();
        let first = counts.first().copied().unwrap_or(0);
        let same = counts.iter().filter(|&&count| count == first).count();
        if first < 2 { 0 } else { same * 1_000 / counts.len().max(1) * 1_000 + first.min(999) }
    };
    // A file whose last record is cut off by the look has at least all others alike.
    b",;\t|".iter().copied().rev().max_by_key(score).unwrap_or(b',')
}

fn first_record(text: &str, delimiter: u8) -> Result<StringRecord> {
    let mut reader =
        ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let first = reader.records().next();
    first
        .transpose()
        .map(Option::unwrap_or_default)
        .map_err(|error| Error::invalid("The first record cannot be read.").because(error))
}

/// Names without space around them, none empty and none twice.
fn clean_names(header: &StringRecord, report: &mut Report) -> Vec<String> {
    let mut taken: HashSet<String> = HashSet::new();
    let mut names = Vec::new();
    for (place, given) in header.iter().enumerate() {
        let clean: String = given.trim().chars().filter(|character| !character.is_control()).collect();
        let wanted = if clean.is_empty() { format!("column_{}", place + 1) } else { clean };
        let numbered = (2..).map(|number| format!("{wanted}_{number}"));
        let mut all = std::iter::once(wanted.clone()).chain(numbered);
        let name = all.find(|name| !taken.contains(name)).unwrap_or_default();
        if name != given.trim() {
            let what = match given.trim().is_empty() {
                true => format!("Column {} has no name and is called “{name}”.", place + 1),
                false => {
                    format!("The name “{}” comes twice or cannot be used; the column is called “{name}”.", given.trim())
                }
            };
            report.add(
                Finding::new(Severity::Warning, what, "Give each column a name of its own.").in_field(name.clone()),
            );
        }
        taken.insert(name.clone());
        names.push(name);
    }
    names
}

/// The records of a table, one at a time.
pub struct Records {
    reader: Reader<Bounded<BufReader<Transcoder<File>>>>,
    counter: Arc<AtomicU64>,
    wrong: Arc<AtomicBool>,
    /// The record read last.
    pub record: StringRecord,
    /// Records read.
    pub count: u64,
    /// Whether rows that fill the first column alone are passed over.
    skips_first_column: bool,
}

impl Records {
    /// Begins at the first record after the header.
    pub fn open(path: &Path, dialect: &Dialect) -> Result<Self> {
        let transcoder = Transcoder::new(open_file(path)?, dialect.charset);
        let wrong = Arc::clone(&transcoder.wrong);
        let mut text = BufReader::with_capacity(65_536, transcoder);
        let mut line = Vec::new();
        for _ in 0..dialect.lines_before {
            line.clear();
            text.by_ref().take(HEAD_BYTES as u64).read_until(b'\n', &mut line).map_err(unreadable)?;
        }
        let bounded = Bounded::new(text, Limits::default().import_line_bytes_max + AHEAD_BYTES);
        let counter = bounded.counter();
        let reader = ReaderBuilder::new()
            .delimiter(dialect.delimiter)
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(65_536)
            .from_reader(bounded);
        let mut records =
            Self { reader, counter, wrong, record: StringRecord::new(), count: 0, skips_first_column: false };
        if dialect.has_header {
            records.next()?;
            records.count = 0;
        }
        records.skips_first_column = dialect.has_search_parameters();
        Ok(records)
    }

    /// Reads the next record; `false` when there is none. Rows of search parameters are passed over.
    pub fn next(&mut self) -> Result<bool> {
        loop {
            let found = self.next_of_any_kind()?;
            let is_asked = found && self.skips_first_column && self.fills_first_alone();
            if !is_asked {
                self.count += u64::from(found);
                return Ok(found);
            }
        }
    }

    fn fills_first_alone(&self) -> bool {
        let mut fields = self.record.iter();
        fields.next().is_some_and(|first| !first.is_empty()) && fields.all(str::is_empty)
    }

    fn next_of_any_kind(&mut self) -> Result<bool> {
        self.counter.store(0, Ordering::Relaxed);
        let row = self.count + 1;
        self.reader.read_record(&mut self.record).map_err(|error| {
            let error = match error.into_kind() {
                csv::ErrorKind::Io(error) => unreadable(error),
                other => Error::invalid("The record cannot be read.").because(format!("{other:?}")),
            };
            error.at(format!("row {row}"))
        })
    }

    /// Whether bytes were met that are not of the encoding.
    pub fn any_wrong(&self) -> bool {
        self.wrong.load(Ordering::Relaxed)
    }
}

//! From the text of `terrane.toml` to values, or to everything that is wrong with it: line, key, what is allowed, what to do.

use super::keys::{ALL, Key, SECTIONS};
use super::value::{Value, kind_of, shown};
use std::collections::BTreeMap;
use std::fmt;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The line, from 1; none when it is about the file.
    pub line: Option<usize>,
    /// The key, `section.name`.
    pub key: Option<String>,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

impl Finding {
    /// About the file as a whole.
    pub fn of_file(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { line: None, key: None, what: what.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if let Some(key) = &self.key {
            write!(f, "{key}: ")?;
        }
        write!(f, "{}. {}", self.what, self.remedy)
    }
}

/// A value and the line that it stands in.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// The value.
    pub value: Value,
    /// The line, from 1.
    pub line: usize,
}

/// What a file gives, by section and name.
pub type Values = BTreeMap<(&'static str, &'static str), Given>;

/// Reads a text; everything that is wrong is found at once, but for what is no TOML at all.
pub fn read(text: &str) -> Result<Values, Vec<Finding>> {
    let (document, broken) = DeTable::parse_recoverable(text);
    let lines = Lines(text);
    if let Some(first) = broken.iter().min_by_key(|error| error.span().map_or(usize::MAX, |span| span.start)) {
        return Err(vec![lines.broken(first)]);
    }
    let (mut values, mut findings) = (Values::new(), Vec::new());
    for (name, section) in document.get_ref() {
        match known_section(name.get_ref(), section.get_ref()) {
            Ok((section, table)) => read_section(section, table, &lines, (&mut values, &mut findings)),
            Err((what, remedy)) => {
                let key = Some(shown(name.get_ref()));
                findings.push(Finding { line: Some(lines.of(name)), key, what, remedy });
            }
        }
    }
    findings.sort_by_key(|finding| finding.line);
    if findings.is_empty() { Ok(values) } else { Err(findings) }
}

fn read_section(
    section: &'static str,
    table: &DeTable<'_>,
    lines: &Lines<'_>,
    (values, findings): (&mut Values, &mut Vec<Finding>),
) {
    for (name, value) in table {
        let known = ALL.iter().find(|key| key.section == section && key.name == name.get_ref());
        let outcome = match known {
            Some(key) => key.allowed.read(value.get_ref()).map(|value| (key, value)),
            None => Err(unknown_key(section, name.get_ref())),
        };
        match outcome {
            Ok((key, value)) => {
                values.insert((section, key.name), Given { value, line: lines.of(name) });
            }
            Err((what, remedy)) => {
                let key = Some(format!("{section}.{}", shown(name.get_ref())));
                findings.push(Finding { line: Some(lines.of(name)), key, what, remedy });
            }
        }
    }
}

/// A section by its name, or why there is none.
fn known_section<'a, 'i>(
    name: &str,
    value: &'a DeValue<'i>,
) -> Result<(&'static str, &'a DeTable<'i>), (String, String)> {
    match (SECTIONS.iter().find(|(known, _)| *known == name), value.as_table()) {
        (Some((section, _)), Some(table)) => Ok((section, table)),
        (Some((section, _)), None) => {
            let what = format!("{} stands where a section belongs", kind_of(value));
            Err((what, format!("Write [{section}] on a line of its own and the keys below it.")))
        }
        (None, _) => Err(unknown_section(name, value)),
    }
}

fn unknown_section(name: &str, value: &DeValue<'_>) -> (String, String) {
    let key = (!value.is_table()).then(|| ALL.iter().find(|key| key.name == name)).flatten();
    if let Some(Key { section, .. }) = key {
        return (format!("this key belongs in [{section}]"), format!("Write it below a line [{section}]."));
    }
    let names: Vec<&str> = SECTIONS.iter().map(|(known, _)| *known).collect();
    let what = if value.is_table() { "there is no such section" } else { "there is no such key" };
    (what.to_owned(), hint(name, &names, "The sections are"))
}

fn unknown_key(section: &str, name: &str) -> (String, String) {
    let names: Vec<&str> = ALL.iter().filter(|key| key.section == section).map(|key| key.name).collect();
    let elsewhere = ALL.iter().find(|key| key.name == name);
    let remedy = match elsewhere {
        Some(key) => format!("“{name}” belongs in [{}].", key.section),
        None => hint(name, &names, &format!("In [{section}] there can be")),
    };
    ("there is no such key".to_owned(), remedy)
}

/// How alike two names are, from 0 to 1, for one to be taken for a slip of the other.
const ALIKE_MIN: f64 = 0.8;

fn hint(name: &str, names: &[&str], begin: &str) -> String {
    let alike = names.iter().map(|known| (strsim::jaro_winkler(&name.to_lowercase(), known), known));
    match alike.filter(|(alike, _)| *alike >= ALIKE_MIN).max_by(|left, right| left.0.total_cmp(&right.0)) {
        Some((_, known)) => format!("Did you mean “{known}”?"),
        None => format!("{begin} {}.", names.join(", ")),
    }
}

/// Places in a text as people count them.
struct Lines<'a>(&'a str);

impl Lines<'_> {
    fn of<T>(&self, spanned: &Spanned<T>) -> usize {
        line_at(self.0.as_bytes(), spanned.span().start)
    }

    fn broken(&self, error: &toml::de::Error) -> Finding {
        let start = error.span().map(|span| span.start);
        let what = format!("this is not TOML: {}", error.message().trim_end_matches('.').replace('\n', ", "));
        let remedy = "A line is [section], key = value, or # and a remark; texts stand in quotes.".to_owned();
        Finding { line: start.map(|at| line_at(self.0.as_bytes(), at)), key: None, what, remedy }
    }
}

/// The line of a byte, from 1.
pub fn line_at(bytes: &[u8], at: usize) -> usize {
    bytes.iter().take(at).filter(|&&byte| byte == b'\n').count() + 1
}

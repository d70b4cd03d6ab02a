//! `SHA256SUMS` of a revision: written once when it is finished, and what differs from it later. `sha256sum -c` reads it too.

use crate::{DISPLAY, cannot, sums::Steps, sums::sum_file};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use terrane_model::store::{Progress, Silent};
use terrane_model::{Error, Result};

/// The list of a revision's files and their SHA-256, as `sha256sum` writes it.
pub const SUMS: &str = "SHA256SUMS";
/// A list of sums is not longer; it protects memory when another file stands in its place.
const SUMS_BYTES_MAX: u64 = 67_108_864;

/// Something about a file that is not as it was when the data was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The file, below the folder that was looked at.
    pub file: String,
    /// What is wrong.
    pub kind: FaultKind,
}

/// What is wrong with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// It is in the list and not in the folder.
    Missing,
    /// It is in the folder and not in the list.
    Extra,
    /// Its content is another one.
    Changed,
    /// The disk does not give it out, or it is no plain file.
    Unreadable,
    /// There is no list.
    Unlisted,
}

impl fmt::Display for Fault {
    /// What is wrong and what to do, as a sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let say = match self.kind {
            FaultKind::Missing => "is missing; take it from a backup, or publish the dataset again",
            FaultKind::Extra => {
                "was not there when the data was published; delete it, unless it is yours (QGIS leaves -wal and -shm behind)"
            }
            FaultKind::Changed => "is not what was published; take it from a backup, or publish the dataset again",
            FaultKind::Unreadable => {
                "cannot be read; the disk may be failing: copy what can be read, then take this file from a backup"
            }
            FaultKind::Unlisted => {
                "is not there, so the files cannot be checked; publishing the dataset again writes it"
            }
        };
        write!(f, "“{}” {say}.", self.file)
    }
}

/// Writes the list of a folder's files: all but itself and `display/`, sorted, with relative names.
pub fn write_checksums(folder: &Path) -> Result<()> {
    write_list(folder, &BTreeMap::new())
}

/// Adds the files to the list of a folder that are not in it yet.
pub(crate) fn complete_checksums(folder: &Path) -> Result<()> {
    write_list(folder, &read_checksums(folder)?.unwrap_or_default())
}

fn write_list(folder: &Path, known: &BTreeMap<String, String>) -> Result<()> {
    let mut lines = String::new();
    let mut steps = Steps::new(&Silent, "checksums", 0);
    for file in list_files(folder)? {
        let path = folder.join(&file);
        let sum = match known.get(&file) {
            Some(sum) => sum.clone(),
            None => sum_file(&path, &mut steps)?.map_err(|error| cannot(&path, "read", error))?.0,
        };
        lines.push_str(&sum_line(&file, &sum));
    }
    let path = folder.join(SUMS);
    std::fs::write(&path, lines).map_err(|error| cannot(&path, "written", error))
}

/// What differs between a revision's files and their list; empty when nothing does. Nothing is changed.
pub fn verify_revision(folder: &Path, progress: &dyn Progress) -> Result<Vec<Fault>> {
    let Some(mut listed) = read_checksums(folder)? else {
        return Ok(vec![Fault { file: SUMS.to_owned(), kind: FaultKind::Unlisted }]);
    };
    let mut faults = Vec::new();
    let mut steps = Steps::new(progress, "bytes checked", bytes_of(folder)?);
    for file in list_files(folder)? {
        let expected = listed.remove(&file);
        let kind = match (expected, sum_file(&folder.join(&file), &mut steps)?) {
            (None, _) => FaultKind::Extra,
            (Some(_), Err(_)) => FaultKind::Unreadable,
            (Some(expected), Ok((sum, _))) if sum != expected => FaultKind::Changed,
            _ => continue,
        };
        faults.push(Fault { file, kind });
    }
    faults.extend(listed.into_keys().map(|file| Fault { file, kind: FaultKind::Missing }));
    Ok(faults)
}

/// The sums of a revision by file; `None` when there is no list that can be read as one.
pub(crate) fn read_checksums(folder: &Path) -> Result<Option<BTreeMap<String, String>>> {
    let path = folder.join(SUMS);
    match std::fs::symlink_metadata(&path) {
        Ok(about) if about.is_file() && about.len() <= SUMS_BYTES_MAX => {}
        _ => return Ok(None),
    }
    let Ok(text) = std::fs::read_to_string(&path) else { return Ok(None) };
    Ok(text.lines().map(parse_line).collect())
}

/// Files below a folder with `/` between folders, sorted; what is no folder counts as a file.
pub(crate) fn list_files(folder: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(below) = folders.pop() {
        let path = folder.join(&below);
        let failed = |error: std::io::Error| cannot(&path, "read", error);
        for entry in std::fs::read_dir(&path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name().into_string().map_err(|name| no_name(&path, &name))?;
            let whole = if below.is_empty() { name } else { format!("{below}/{name}") };
            match entry.file_type().map_err(failed)?.is_dir() {
                true if whole == DISPLAY => {}
                true => folders.push(whole),
                false if whole == SUMS => {}
                false => files.push(whole),
            }
        }
    }
    files.sort();
    Ok(files)
}

fn bytes_of(folder: &Path) -> Result<u64> {
    let length = |file: &String| std::fs::symlink_metadata(folder.join(file)).map_or(0, |about| about.len());
    Ok(list_files(folder)?.iter().map(length).sum())
}

fn no_name(folder: &Path, name: &std::ffi::OsString) -> Error {
    let say = format!("“{}” has a file whose name is no text: {name:?}; give it another name.", folder.display());
    Error::invalid(say)
}

/// A line as GNU coreutils writes it: a name with a line break or backslash is escaped, and the line says so with a backslash.
fn sum_line(file: &str, sum: &str) -> String {
    if !file.contains(['\\', '\n', '\r']) {
        return format!("{sum}  {file}\n");
    }
    let escaped = file.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r");
    format!("\\{sum}  {escaped}\n")
}

fn parse_line(line: &str) -> Option<(String, String)> {
    let (escaped, line) = line.strip_prefix('\\').map_or((false, line), |line| (true, line));
    let (sum, file) = line.split_at_checked(64)?;
    let file = file.strip_prefix("  ").or_else(|| file.strip_prefix(" *"))?;
    if file.is_empty() || !sum.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)) {
        return None;
    }
    let file = if escaped { unescape(file)? } else { file.to_owned() };
    Some((file, sum.to_owned()))
}

fn unescape(text: &str) -> Option<String> {
    let mut plain = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        plain.push(match character {
            '\\' => match characters.next()? {
                'n' => '\n',
                'r' => '\r',
                '\\' => '\\',
                _ => return None,
            },
            character => character,
        });
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_the_name_it_was_written_for() {
        let sum = "0".repeat(64);
        for name in ["a.csv", "original/地質 図.shp", "two  spaces", "back\\slash", "line\nbreak", "\\n"] {
            let line = sum_line(name, &sum);
            assert_eq!(parse_line(line.trim_end_matches('\n')), Some((name.to_owned(), sum.clone())), "{line:?}");
        }
        for line in ["", "abc  x", &"0".repeat(64), &format!("{sum} x"), &format!("{}  x", "Z".repeat(64))] {
            assert_eq!(parse_line(line), None, "{line:?}");
        }
    }
}

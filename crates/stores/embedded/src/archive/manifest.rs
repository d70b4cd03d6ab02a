//! `manifest.json`: what is in a backup, with a sum for everything before it and one for itself.

use super::BackupSummary;
use crate::sums::sum_of;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use terrane_model::{Error, Result};

/// The only edition there is.
pub(crate) const FORMAT: u64 = 1;
/// The member whose value is the sum of the text with this value empty.
const OWN_SUM: &str = "sha256_of_this";

/// A member of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BackupFile {
    /// Its name in the data folder and in the backup.
    pub(crate) path: String,
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
}

/// What is in a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) format: u64,
    pub(crate) program: String,
    pub(crate) made: String,
    /// The catalogue's last commit and the layout of its tables.
    pub(crate) sequence: u64,
    pub(crate) layout: i64,
    pub(crate) datasets: u64,
    pub(crate) rows: u64,
    /// What is rebuilt and therefore not in it.
    pub(crate) left_out: String,
    pub(crate) remarks: Vec<String>,
    /// Every byte of the file before this member's header.
    pub(crate) bytes_before: u64,
    pub(crate) sha256_before: String,
    /// In the order of the file.
    pub(crate) files: Vec<BackupFile>,
}

impl Manifest {
    pub(crate) fn summary(&self) -> BackupSummary {
        BackupSummary {
            program: self.program.clone(),
            made: self.made.clone(),
            sequence: self.sequence,
            datasets: self.datasets,
            rows: self.rows,
            files: self.files.len() as u64,
            bytes: self.files.iter().map(|file| file.bytes).sum(),
            remarks: self.remarks.clone(),
        }
    }

    /// The text, with its own sum.
    pub(crate) fn to_text(&self) -> Result<String> {
        let mut value = serde_json::to_value(self).map_err(Error::internal)?;
        let sum = sum_of(&with_sum(&mut value, "")?);
        with_sum(&mut value, &sum)
    }

    /// The manifest of a text; one that is not as it was written, to the last byte, is refused.
    pub(crate) fn from_text(text: &str) -> Result<Self> {
        let mut value: Value = serde_json::from_str(text).map_err(|error| broken().because(error))?;
        let sum = value.get(OWN_SUM).and_then(Value::as_str).ok_or_else(broken)?.to_owned();
        if with_sum(&mut value, &sum)? != text || sum_of(&with_sum(&mut value, "")?) != sum {
            return Err(broken());
        }
        let format = value.get("format").and_then(Value::as_u64).ok_or_else(broken)?;
        if format != FORMAT {
            let say = format!(
                "The backup has format {format} and this program reads format {FORMAT}; use the program that made it, or a newer one."
            );
            return Err(Error::unsupported(say));
        }
        serde_json::from_value(value).map_err(|error| broken().because(error))
    }
}

fn with_sum(value: &mut Value, sum: &str) -> Result<String> {
    let members = value.as_object_mut().ok_or_else(broken)?;
    members.insert(OWN_SUM.to_owned(), Value::from(sum));
    serde_json::to_string_pretty(value).map_err(Error::internal)
}

fn broken() -> Error {
    Error::invalid("This is not a whole backup: its list of contents is damaged. Use another backup.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        Manifest {
            format: FORMAT,
            program: "terrane 0".to_owned(),
            made: "2026-01-01T00:00:00Z".to_owned(),
            sequence: 7,
            layout: 2,
            datasets: 1,
            rows: 3,
            left_out: "x".to_owned(),
            remarks: Vec::new(),
            bytes_before: 1,
            sha256_before: "a".to_owned(),
            files: vec![BackupFile { path: "catalogue.sqlite".to_owned(), bytes: 1, sha256: "b".to_owned() }],
        }
    }

    #[test]
    fn a_manifest_is_read_as_it_was_written_and_no_byte_of_it_can_change() {
        let text = manifest().to_text().expect("written");
        assert_eq!(Manifest::from_text(&text).expect("read"), manifest());
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            let flipped = String::from_utf8(bytes).expect("still ASCII");
            assert!(Manifest::from_text(&flipped).is_err(), "byte {at}: {flipped}");
        }
    }

    #[test]
    fn a_manifest_of_a_newer_program_says_so() {
        let text = Manifest { format: 2, ..manifest() }.to_text().expect("written");
        let error = Manifest::from_text(&text).expect_err("it is newer");
        assert!(error.to_string().contains("format 2"), "{error}");
    }
}

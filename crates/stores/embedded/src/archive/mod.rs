//! A backup as one plain tar: the members of a data folder by their names there, and `manifest.json` last, so that a file that was cut
//! off is never taken for a whole one.

mod contents;
mod manifest;
mod reader;
mod writer;

pub(crate) use contents::{Item, Named, delta_of, named_revisions, revision_items};
pub(crate) use manifest::{FORMAT, Manifest};
pub(crate) use reader::{peek, read_through};
pub(crate) use writer::Writer;

use terrane_model::DatasetId;

/// The last member.
pub(crate) const MANIFEST: &str = "manifest.json";
/// The settings.
pub(crate) const SETTINGS: &str = "terrane.toml";
/// Fonts of the survey's own.
pub(crate) const FONTS: &str = "fonts";
/// Folders below a revision that a backup follows.
const DEPTH_MAX: usize = 8;

/// What is in a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupSummary {
    /// The program that made it, with its version.
    pub program: String,
    /// When, RFC 3339 in UTC.
    pub made: String,
    /// The number of the last commit in it: everything up to that line of the audit is in the backup, and nothing after it.
    pub sequence: u64,
    /// Datasets.
    pub datasets: u64,
    /// Rows of all datasets.
    pub rows: u64,
    /// Files.
    pub files: u64,
    /// Bytes of all files.
    pub bytes: u64,
    /// What was not in order when it was made, as sentences: data that was missing, files that were not as they were published.
    pub remarks: Vec<String>,
}

/// Whether a member may lie in a data folder under this name, so that nothing is unpacked elsewhere or under an unknown name.
pub(crate) fn is_member(name: &str) -> bool {
    let parts: Vec<&str> = name.split('/').collect();
    if parts.iter().any(|part| !is_plain_part(part)) {
        return false;
    }
    match parts[..] {
        [crate::CATALOGUE | SETTINGS] | [FONTS, _] => true,
        [crate::DATASETS, dataset, revision, ..] if DatasetId::new(dataset).is_ok() => match parts.len() {
            3 => revision.strip_suffix(DELTA).is_some_and(crate::is_revision),
            4..=DEPTH_MAX => crate::is_revision(revision),
            _ => false,
        },
        _ => false,
    }
}

/// How the name of a delta ends; it begins with the revision's.
const DELTA: &str = ".delta.gpkg";

fn is_plain_part(part: &str) -> bool {
    !matches!(part, "" | "." | "..") && part.len() <= 255 && !part.contains(['\0', '\\'])
}

#[cfg(test)]
mod tests {
    use super::is_member;

    #[test]
    fn only_names_of_a_data_folder_are_members() {
        for name in [
            "catalogue.sqlite",
            "terrane.toml",
            "fonts/Noto.ttf",
            "datasets/units/0197/features.gpkg",
            "datasets/units/0197/original/地質 図.shp",
            "datasets/units/0197.delta.gpkg",
        ] {
            assert!(is_member(name), "{name}");
        }
        for name in [
            "",
            "/etc/passwd",
            "../catalogue.sqlite",
            "datasets/../catalogue.sqlite",
            "datasets/units/0197/../x",
            "datasets/units/0197",
            "datasets/units/0197.delta.gpkg/x",
            "datasets/UNITS/0197/x",
            "datasets/units//x",
            "datasets/units/0197/a/b/c/d/e/f/g",
            "fonts/a/b",
            "drafts/x",
            "manifest.json",
            "terrane.lock",
            "catalogue.sqlite/",
            "datasets/units/0197/a\\b",
        ] {
            assert!(!is_member(name), "{name}");
        }
    }
}

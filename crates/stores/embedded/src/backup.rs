//! Copies a data folder, which may be in use, into one file: the catalogue as it stands at one moment, and what that catalogue names.

use crate::archive::{BackupSummary, FONTS, Item, Manifest, SETTINGS, Writer, named_revisions};
use crate::archive::{Named, delta_of, revision_items};
use crate::place::{PartFile, check_room, folder_of};
use crate::sums::Steps;
use crate::{CATALOGUE, EmbeddedStore, SqliteLedger, layout};
use rusqlite::Connection;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};
use terrane_model::store::Progress;
use terrane_model::{Error, Instant, Result};

/// What is not in a backup.
const LEFT_OUT: &str = "display copies, which are made anew from the data; drafts; superseded revisions";

/// Writes a backup to a file that is not there yet; only its owner may read it. The store may be in use meanwhile: the backup holds
/// the state of one commit. Display copies are left out, since they are made anew. When anything fails, nothing stays.
pub fn backup(store: &EmbeddedStore, to: &Path, progress: &dyn Progress) -> Result<BackupSummary> {
    let part = PartFile::claim(to)?;
    let _hold = store.hold();
    let made = now();
    let mut plan = Plan::of(store, &part.work, folder_of(to))?;
    check_room(folder_of(to), plan.bytes(), "The backup")?;
    let mut writer = Writer::new(part.file()?, to, made);
    let mut steps = Steps::new(progress, "bytes", plan.bytes());
    for item in &plan.items {
        if !writer.add(item, &mut steps)? {
            plan.remarks
                .push(format!("“{}” was not as it was published; an older backup may have it whole.", item.name));
        }
    }
    let manifest = writer.finish(plan.manifest(made))?;
    part.finish()?;
    Ok(manifest.summary())
}

/// What is to be copied.
struct Plan {
    items: Vec<Item>,
    named: Vec<Named>,
    sequence: u64,
    remarks: Vec<String>,
}

impl Plan {
    /// The catalogue first and the deltas right after it: a delta may be ahead of its catalogue, never behind.
    fn of(store: &EmbeddedStore, work: &Path, disk: &Path) -> Result<Self> {
        let data = store.folder();
        let bytes = std::fs::metadata(data.join(CATALOGUE)).map_or(0, |about| about.len());
        check_room(disk, bytes, "The copy of the catalogue")?;
        let snapshot = work.join(CATALOGUE);
        let sequence = store.sqlite_ledger().snapshot(&snapshot)?;
        let ledger = SqliteLedger::open_reading(&snapshot)?;
        let mut plan = Self { items: Vec::new(), named: named_revisions(&ledger)?, sequence, remarks: Vec::new() };
        plan.add(CATALOGUE, &snapshot);
        plan.add_deltas(data, work)?;
        if data.join(SETTINGS).is_file() {
            plan.add(SETTINGS, &data.join(SETTINGS));
        }
        plan.add_fonts(&data.join(FONTS))?;
        for named in &plan.named {
            plan.items.extend(revision_items(data, named, &mut plan.remarks)?);
        }
        Ok(plan)
    }

    fn add(&mut self, name: &str, path: &Path) {
        self.items.push(Item { name: name.to_owned(), path: path.to_owned(), sum: None });
    }

    fn add_deltas(&mut self, data: &Path, work: &Path) -> Result<()> {
        for (number, name) in self.named.iter().filter_map(|named| delta_of(data, named)).enumerate() {
            let copy = work.join(format!("{number}.gpkg"));
            copy_database(&data.join(&name), &copy)?;
            self.items.push(Item { name, path: copy, sum: None });
        }
        Ok(())
    }

    fn add_fonts(&mut self, folder: &Path) -> Result<()> {
        let Ok(entries) = std::fs::read_dir(folder) else { return Ok(()) };
        let mut names: Vec<String> = entries
            .flatten()
            .filter(|it| it.path().is_file())
            .filter_map(|it| it.file_name().into_string().ok())
            .collect();
        names.sort();
        for name in names {
            self.add(&format!("{FONTS}/{name}"), &folder.join(&name));
        }
        Ok(())
    }

    /// Bytes of the file, headers included.
    fn bytes(&self) -> u64 {
        let of = |item: &Item| std::fs::symlink_metadata(&item.path).map_or(0, |about| about.len());
        self.items.iter().map(|item| of(item) + 2 * 1_024).sum::<u64>()
    }

    fn manifest(self, made: Instant) -> Manifest {
        Manifest {
            format: crate::archive::FORMAT,
            program: format!("terrane {}", env!("CARGO_PKG_VERSION")),
            made: made.to_string(),
            sequence: self.sequence,
            layout: layout::LAYOUT,
            datasets: self.named.iter().filter(|named| named.rows.is_some()).count() as u64,
            rows: self.named.iter().filter_map(|named| named.rows).sum(),
            left_out: LEFT_OUT.to_owned(),
            remarks: self.remarks,
            bytes_before: 0,
            sha256_before: String::new(),
            files: Vec::new(),
        }
    }
}

/// A copy of a database that may be written to meanwhile, as it stands at one moment.
fn copy_database(from: &Path, to: &Path) -> Result<()> {
    let failed = |error: rusqlite::Error| {
        let say = format!("“{}” cannot be copied; “terrane doctor” says what is wrong with it.", from.display());
        Error::new(terrane_model::Kind::Internal, say).because(error)
    };
    let source = crate::ledger::open_to_read(from)?;
    let mut target = Connection::open(to).map_err(failed)?;
    let copy = rusqlite::backup::Backup::new(&source, &mut target).map_err(failed)?;
    // All at once: a writer has to wait for it only when the source has no log of its own.
    match copy.step(-1).map_err(failed)? {
        rusqlite::backup::StepResult::Done => Ok(()),
        _ => Err(Error::busy(format!("“{}” is being written to; try again.", from.display()))),
    }
}

pub(crate) fn now() -> Instant {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Instant(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

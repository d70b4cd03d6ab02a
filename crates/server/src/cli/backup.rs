//! `terrane backup`, `restore`: a data folder in one file, and back.

use crate::output::{self, Terminal};
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};
use terrane_model::{Error, Result};
use terrane_store_embedded::{self as embedded, BackupSummary, EmbeddedStore};

/// What is copied, and where to.
#[derive(clap::Args)]
pub struct Backup {
    /// The data folder, and the file to make; only the file with --verify
    #[arg(required = true, num_args = 1..=2, value_names = ["FOLDER", "FILE"])]
    paths: Vec<PathBuf>,
    /// Only look whether a backup is whole
    #[arg(long)]
    verify: bool,
}

/// What is unpacked, and where to.
#[derive(clap::Args)]
pub struct Restore {
    /// The backup
    file: PathBuf,
    /// The data folder to make
    #[arg(required_unless_present = "verify")]
    folder: Option<PathBuf>,
    /// Read the new folder once more from the disk; without a folder, only look whether the backup is whole
    #[arg(long)]
    verify: bool,
}

/// Copies a data folder, or looks at a copy.
pub fn run(backup: &Backup, json: bool) -> Result<u8> {
    match (backup.paths.as_slice(), backup.verify) {
        ([file], true) => verify(file, json),
        ([folder, file], false) => {
            let store = EmbeddedStore::open_reading(folder)?;
            let terminal = Terminal::new("copying");
            let made = embedded::backup(&store, file, &terminal);
            terminal.clear();
            let made = made?;
            told(&made, json, &format!("“{}” holds all of “{}”", file.display(), folder.display()));
            // What was damaged is in the remarks; whoever runs this every night must hear of it.
            Ok(if made.remarks.is_empty() { 0 } else { output::FAILED })
        }
        (_, true) => Err(Error::invalid("With --verify, name only the backup.").at("--verify")),
        (_, false) => Err(Error::invalid("Name the data folder and the file to make.").at("FILE")),
    }
}

fn verify(file: &Path, json: bool) -> Result<u8> {
    let terminal = Terminal::new("reading");
    let found = embedded::verify_backup(file, &terminal);
    terminal.clear();
    told(&found?, json, &format!("“{}” is whole", file.display()));
    Ok(0)
}

/// Makes a data folder of a backup.
pub fn restore(restore: &Restore, json: bool) -> Result<u8> {
    let Some(folder) = &restore.folder else { return verify(&restore.file, json) };
    let terminal = Terminal::new("unpacking");
    let done = embedded::restore(&restore.file, folder, &terminal)
        .and_then(|done| if restore.verify { read_again(folder, &terminal).map(|()| done) } else { Ok(done) });
    terminal.clear();
    told(&done?, json, &format!("“{}” is as it was", folder.display()));
    if !json {
        output::line(&format!("Serve it:\n  terrane serve {}", folder.display()));
    }
    Ok(0)
}

/// Reads all of a folder and compares it with its checksums.
fn read_again(folder: &Path, terminal: &Terminal) -> Result<()> {
    let faults = embedded::verify_folder(folder, terminal)?.faults;
    match faults.first() {
        None => Ok(()),
        Some(fault) => {
            let say = format!("{} files of “{}” are not as they were: {fault}", faults.len(), folder.display());
            Err(Error::new(terrane_model::Kind::Internal, say))
        }
    }
}

fn told(summary: &BackupSummary, json: bool, what: &str) {
    if json {
        return output::json(&for_machines(summary));
    }
    output::line(&format!(
        "{what}: {} datasets, {} rows, {} files, {}; made {} by {}, commit {}.",
        output::number(summary.datasets),
        output::number(summary.rows),
        output::number(summary.files),
        output::bytes(summary.bytes),
        summary.made,
        summary.program,
        summary.sequence
    ));
    summary.remarks.iter().for_each(|remark| output::paragraph("note   ", remark));
}

fn for_machines(summary: &BackupSummary) -> Json {
    json!({
        "program": summary.program, "made": summary.made, "sequence": summary.sequence, "datasets": summary.datasets,
        "rows": summary.rows, "files": summary.files, "bytes": summary.bytes, "remarks": summary.remarks,
    })
}

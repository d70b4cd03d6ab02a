//! A data folder to try things on, a source of chance that can be repeated, and child processes that can be killed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;
use terrane_formats::about::{DatasetRecord, dataset_to_json};
use terrane_model::ledger::{Change, Commit, Expect, Ledger, Record, Shelf};
use terrane_model::store::Store as _;
use terrane_model::testing::{Effort, sample_features};
use terrane_model::{About, DatasetId, FeatureSource as _, Instant};
use terrane_store_embedded::EmbeddedStore;

/// A folder with a data folder `data` in it, which is closed.
pub fn folder() -> TempDir {
    let outer = tempfile::tempdir().expect("a folder");
    EmbeddedStore::create(&data(&outer)).expect("a data folder is made");
    outer
}

/// A folder in memory where there is plenty: for many small writes of which none is to outlive the test.
pub fn in_memory() -> TempDir {
    let plenty = rustix::fs::statvfs("/dev/shm").is_ok_and(|room| room.f_bavail * room.f_frsize > 1 << 30);
    let memory = plenty.then(|| tempfile::tempdir_in("/dev/shm").ok()).flatten();
    memory.unwrap_or_else(|| tempfile::tempdir().expect("a folder"))
}

pub fn data(outer: &TempDir) -> PathBuf {
    outer.path().join("data")
}

pub fn open(outer: &TempDir) -> EmbeddedStore {
    EmbeddedStore::open(&data(outer)).expect("the data folder opens")
}

pub fn id(text: &str) -> DatasetId {
    DatasetId::new(text).expect("a name of a dataset")
}

/// A record whose text is longer than a page of the catalogue for some datasets.
pub fn record(name: &str, revision: &str) -> DatasetRecord {
    let mut about = About::new(id(name));
    about.lineage = "Mapped at 1:50 000. ".repeat(10 + name.bytes().map(usize::from).sum::<usize>() % 400);
    about.rows = Some(sample_features(Effort::Nothing).batches().iter().map(|batch| batch.len() as u64).sum());
    DatasetRecord {
        about,
        revision: revision.to_owned(),
        columns: Vec::new(),
        crs_operation: None,
        key: None,
        time: None,
        coverage: None,
        created: Instant(0),
    }
}

/// Writes a revision with rows, an original and its record, and does not publish it.
pub fn write(store: &EmbeddedStore, name: &str, original: &[u8]) -> String {
    let sample = sample_features(Effort::Nothing);
    let outer = tempfile::tempdir().expect("a folder");
    let mut draft = store.draft().expect("a draft is begun");
    let mut rows = sample.batches().to_vec().into_iter().map(Ok);
    draft.write_features(sample.schema(), &mut rows, &terrane_model::store::Silent).expect("rows are written");
    let path = outer.path().join("given");
    std::fs::write(&path, original).expect("written");
    draft.keep_original("地質 図.csv", &path).expect("the original is kept");
    draft.keep_record(&dataset_to_json(&record(name, ""))).expect("the record is kept");
    draft.finish(&id(name)).expect("the draft is finished")
}

pub fn publish(store: &EmbeddedStore, name: &str, original: &[u8]) -> String {
    let revision = write(store, name, original);
    put(store.ledger(), Shelf::Dataset, name, &dataset_to_json(&record(name, &revision)));
    store.keep_only(&id(name), &[&revision]).expect("the one before is removed");
    revision
}

pub fn put(ledger: &dyn Ledger, shelf: Shelf, name: &str, body: &str) -> u64 {
    change(ledger, shelf, name, Some(body))
}

pub fn take_away(ledger: &dyn Ledger, shelf: Shelf, name: &str) -> u64 {
    change(ledger, shelf, name, None)
}

fn change(ledger: &dyn Ledger, shelf: Shelf, name: &str, body: Option<&str>) -> u64 {
    let change = Change { shelf, id: name.to_owned(), expect: Expect::Anything, body: body.map(str::to_owned) };
    let commit = Commit { changes: vec![change], who: "test".to_owned(), why: "test".to_owned(), at: Instant(1) };
    ledger.commit(&commit).expect("committed")
}

/// Everything a ledger has.
pub fn everything(ledger: &dyn Ledger) -> terrane_model::Result<(Vec<Record>, u64, usize)> {
    let mut records = Vec::new();
    for shelf in [Shelf::Dataset, Shelf::Style, Shelf::Map, Shelf::Setting] {
        records.extend(ledger.list(shelf)?);
    }
    Ok((records, ledger.sequence()?, ledger.audit(0, usize::MAX)?.len()))
}

/// The files below a folder with their content, but those that say who holds it.
pub fn files_below(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(at) = folders.pop() {
        for entry in std::fs::read_dir(&at).expect("read") {
            let path = entry.expect("an entry").path();
            let name = path.strip_prefix(folder).expect("below").to_string_lossy().into_owned();
            match path.is_dir() {
                true => folders.push(path),
                false if name.starts_with("terrane.lock") || name.starts_with("terrane.hold") => {}
                false => drop(files.insert(name, std::fs::read(&path).expect("read"))),
            }
        }
    }
    files
}

pub fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("read");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("made");
    for (name, content) in files_below(from) {
        let place = to.join(name);
        std::fs::create_dir_all(place.parent().expect("a parent")).expect("made");
        std::fs::write(place, content).expect("written");
    }
}

/// Numbers that look like chance and are the same each time. Source: Marsaglia 2003, Xorshift RNGs (triple 13, 7, 17).
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % most as u64) as usize
    }

    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.below(256) as u8).collect()
    }
}

/// Runs one of the ignored tests of this program as a process of its own.
pub fn child(test: &str, settings: &[(&str, &str)]) -> Child {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(["--exact", test, "--ignored", "--nocapture", "--test-threads=1"]);
    command.envs(settings.iter().copied()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("it starts")
}

/// What a child was told; `None` when the test was not started as one.
pub fn told(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).map(PathBuf::from)
}

/// A small disk of its own; `None`, said aloud, where this user may not have one.
pub struct SmallDisk(pub PathBuf);

impl SmallDisk {
    pub fn mount(at: &Path, size: &str) -> Option<Self> {
        std::fs::create_dir_all(at).expect("made");
        let options = format!("size={size}");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(at).status();
        if mounted.is_ok_and(|status| status.success()) {
            return Some(Self(at.to_owned()));
        }
        eprintln!("SKIPPED: this user may not mount a small disk, so a full one was not tried");
        None
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

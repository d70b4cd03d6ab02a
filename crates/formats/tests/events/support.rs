//! Where real files are.

use std::path::{Path, PathBuf};

/// A file of the folder that TERRANE_DATA names, when it is there.
pub fn data(name: &str) -> Option<PathBuf> {
    let path = Path::new(&std::env::var_os("TERRANE_DATA")?).join(name);
    path.exists().then_some(path)
}

/// Files of a folder there whose names end so.
pub fn all(folder: &str, ending: &str) -> Vec<PathBuf> {
    let entries = data(folder).and_then(|folder| std::fs::read_dir(folder).ok());
    let paths = entries.into_iter().flatten().flatten().map(|entry| entry.path());
    let mut found: Vec<PathBuf> = paths.filter(|path| path.to_string_lossy().ends_with(ending)).collect();
    found.sort();
    found
}

/// Keeps what was written where other programs can be asked about it.
pub fn keep(name: &str, bytes: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("events");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

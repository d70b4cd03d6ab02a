//! The working tree in memory: every text file that is not ignored. Rules read it and never touch the disk.

use crate::manifest::Manifest;
use crate::source::Source;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Files above this size are known by name only.
const READ_AT_MOST_BYTES: u64 = 4 << 20;

/// The project's files.
#[derive(Debug, Default)]
pub struct Repo {
    /// Path from the root, with `/`, to the text; `None` for what is not text or too large.
    pub files: BTreeMap<String, Option<String>>,
    /// The Rust files among them.
    pub sources: Vec<Source>,
    /// The `Cargo.toml` of every package.
    pub manifests: Vec<Manifest>,
}

impl Repo {
    /// The folder of this workspace.
    pub fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
    }

    /// Reads the tree below `root`.
    pub fn open(root: &Path) -> Result<Self, String> {
        let ignored = Ignored::read(root);
        let mut files = BTreeMap::new();
        let mut folders = vec![PathBuf::new()];
        while let Some(folder) = folders.pop() {
            let full = root.join(&folder);
            let entries = fs::read_dir(&full).map_err(|error| format!("{}: {error}", full.display()))?;
            for entry in entries.flatten() {
                let path = folder.join(entry.file_name());
                let name = path.to_string_lossy().replace('\\', "/");
                let Ok(kind) = entry.file_type() else {
                    continue;
                };
                if ignored.covers(&name) || (kind.is_dir() && ignores_itself(&entry.path())) {
                    continue;
                }
                if kind.is_dir() {
                    folders.push(path);
                } else if kind.is_file() {
                    files.insert(name, read_text(&entry.path()));
                }
            }
        }
        Ok(Self::of_files(files))
    }

    /// A tree made of the given paths and texts, for tests of the rules.
    pub fn of(files: &[(&str, &str)]) -> Self {
        Self::of_files(files.iter().map(|(path, text)| ((*path).to_owned(), Some((*text).to_owned()))).collect())
    }

    fn of_files(files: BTreeMap<String, Option<String>>) -> Self {
        let texts = || files.iter().filter_map(|(path, text)| Some((path, text.as_deref()?)));
        let rust = texts().filter(|(path, _)| path.ends_with(".rs"));
        let mut sources: Vec<Source> = rust.map(|(path, text)| Source::new(path, text)).collect();
        mark_test_modules(&mut sources);
        let cargo = texts().filter(|(path, _)| path.ends_with("/Cargo.toml"));
        let manifests = cargo.filter_map(|(path, text)| Manifest::parse(path, text)).collect();
        Self { files, sources, manifests }
    }

    /// The text of a file.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path)?.as_deref()
    }

    /// Whether there is a file or a folder of this name.
    pub fn has(&self, path: &str) -> bool {
        let inside = format!("{path}/");
        self.files.contains_key(path)
            || self.files.range(inside.clone()..).next().is_some_and(|(name, _)| name.starts_with(&inside))
    }

    /// Every text file with its text.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().filter_map(|(path, text)| Some((path.as_str(), text.as_deref()?)))
    }
}

/// `#[cfg(test)] mod name;` makes `name.rs` or `name/…` beside it test code.
fn mark_test_modules(sources: &mut [Source]) {
    let mut marked = Vec::new();
    for source in sources.iter() {
        let folder = source.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let stem = source.path.strip_suffix(".rs").unwrap_or_default();
        let owner = ["/lib", "/main", "/mod"].iter().any(|end| stem.ends_with(end));
        let below = if owner { folder } else { stem };
        marked.extend(source.test_modules().iter().map(|name| format!("{below}/{name}")));
    }
    for source in sources {
        let path = source.path.clone();
        let covers =
            |stem: &String| path.strip_prefix(stem.as_str()).is_some_and(|rest| rest == ".rs" || rest.starts_with('/'));
        if marked.iter().any(covers) {
            source.mark_as_test();
        }
    }
}

fn read_text(path: &Path) -> Option<String> {
    let small = fs::metadata(path).ok()?.len() <= READ_AT_MOST_BYTES;
    let bytes = if small {
        fs::read(path).ok()?
    } else {
        return None;
    };
    String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

/// A folder whose own `.gitignore` says `*` (the tools folder, a Python environment).
fn ignores_itself(folder: &Path) -> bool {
    fs::read_to_string(folder.join(".gitignore")).is_ok_and(|text| text.lines().any(|line| line.trim() == "*"))
}

/// The patterns of the root `.gitignore`: `/path`, `name` and `*.ending`.
#[derive(Debug, Default)]
struct Ignored {
    patterns: Vec<String>,
}

impl Ignored {
    fn read(root: &Path) -> Self {
        Self::of(&fs::read_to_string(root.join(".gitignore")).unwrap_or_default())
    }

    fn of(text: &str) -> Self {
        let kept = text
            .lines()
            .map(|line| line.trim().trim_end_matches('/'))
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        Self { patterns: kept.map(str::to_owned).collect() }
    }

    fn covers(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        let hit = |pattern: &String| match pattern.strip_prefix('*') {
            Some(ending) => name.ends_with(ending),
            None if pattern.contains('/') => pattern.trim_start_matches('/') == path,
            None => name == pattern,
        };
        name == ".git" || self.patterns.iter().any(hit)
    }
}

#[cfg(test)]
mod tests {
    use super::{Ignored, Repo};

    #[test]
    fn ignored_files_are_known_by_path_name_and_ending() {
        let ignored = Ignored::of("# build\n/target\n/portal/dist/\nnode_modules\n*.tmp\n");
        let covered = ["target", "portal/dist", "a/node_modules", "a/b.tmp", ".git"];
        assert!(covered.iter().all(|path| ignored.covers(path)), "{covered:?}");
        assert!(!ignored.covers("a/target") && !ignored.covers("portal"));
    }

    #[test]
    fn a_folder_is_there_when_a_file_is_in_it() {
        let repo = Repo::of(&[("docs/adr/001-a.md", "# 1")]);
        assert!(repo.has("docs") && repo.has("docs/adr") && repo.has("docs/adr/001-a.md"));
        assert!(!repo.has("doc") && !repo.has("docs/ad"));
    }

    #[test]
    fn a_module_declared_as_test_is_test_wherever_it_lies() {
        let repo = Repo::of(&[
            ("crates/a/src/lib.rs", "#[cfg(test)]\nmod probes;\nmod real;\n"),
            ("crates/a/src/probes.rs", "fn a() {}\n"),
            ("crates/a/src/real.rs", "#[cfg(test)]\nmod deep;\n"),
            ("crates/a/src/real/deep.rs", "fn a() {}\n"),
        ]);
        let tests: Vec<&str> =
            repo.sources.iter().filter(|source| source.is_test()).map(|source| source.path.as_str()).collect();
        assert_eq!(tests, ["crates/a/src/probes.rs", "crates/a/src/real/deep.rs"]);
    }

    #[test]
    fn the_working_tree_is_read_without_what_is_ignored() {
        let repo = Repo::open(&Repo::root()).unwrap();
        assert!(repo.text("Cargo.toml").is_some() && repo.has("crates/model"));
        assert!(!repo.files.keys().any(|path| path.starts_with("target/") || path.starts_with(".git/")));
    }
}

//! The code in numbers: how long functions and files are, crate by crate, tests left out.

use crate::repo::Repo;
use crate::source::Source;
use std::collections::BTreeMap;
use std::fmt::Write;

const LONGEST_SHOWN: usize = 10;

/// Lengths of functions, sorted.
#[derive(Debug, Default, Clone)]
pub struct Lengths(Vec<usize>);

impl Lengths {
    /// Lengths of all functions outside tests.
    pub fn of(repo: &Repo) -> Self {
        Self::from_sources(&repo.sources.iter().collect::<Vec<_>>())
    }

    fn from_sources(sources: &[&Source]) -> Self {
        let functions = sources.iter().flat_map(|source| source.functions());
        let mut lengths: Vec<usize> =
            functions.filter(|function| !function.test).map(|function| function.lines).collect();
        lengths.sort_unstable();
        Self(lengths)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The length that `percent` of the functions do not exceed.
    pub fn percentile(&self, percent: usize) -> usize {
        let rank = (self.0.len() * percent).div_ceil(100).max(1);
        self.0.get(rank - 1).copied().unwrap_or(0)
    }
}

/// The whole report as text.
pub fn report(repo: &Repo) -> String {
    let mut text =
        format!("{:<26}{:>6}{:>8}{:>8}{:>8}{:>6}{:>6}\n", "", "files", "lines", "fns", "median", "p90", "max");
    let mut crates: BTreeMap<&str, Vec<&Source>> = BTreeMap::new();
    for source in repo.sources.iter().filter(|source| !source.is_test()) {
        crates.entry(owner(repo, &source.path)).or_default().push(source);
    }
    for (name, sources) in &crates {
        row(&mut text, name, sources);
    }
    let all: Vec<&Source> = crates.into_values().flatten().collect();
    row(&mut text, "all", &all);
    text.push_str("\nlongest functions\n");
    longest(&mut text, all.iter().flat_map(|source| function_lines(source)).collect());
    text.push_str("\nlongest files (lines outside tests)\n");
    longest(&mut text, all.iter().map(|source| (source.lines_of_code(), source.path.clone())).collect());
    text
}

fn owner<'a>(repo: &'a Repo, path: &str) -> &'a str {
    let inside = |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    repo.manifests
        .iter()
        .map(|manifest| manifest.folder.as_str())
        .find(|folder| inside(folder))
        .unwrap_or("(no package)")
}

fn row(text: &mut String, name: &str, sources: &[&Source]) {
    let lengths = Lengths::from_sources(sources);
    let lines: usize = sources.iter().map(|source| source.lines_of_code()).sum();
    let [median, p90, max] = [50, 90, 100].map(|percent| lengths.percentile(percent));
    let _ = writeln!(text, "{name:<26}{:>6}{lines:>8}{:>8}{median:>8}{p90:>6}{max:>6}", sources.len(), lengths.count());
}

fn function_lines(source: &Source) -> Vec<(usize, String)> {
    let functions = source.functions().into_iter().filter(|function| !function.test);
    functions.map(|function| (function.lines, format!("{}:{} {}", source.path, function.line, function.name))).collect()
}

fn longest(text: &mut String, mut all: Vec<(usize, String)>) {
    all.sort_by(|one, other| other.cmp(one));
    for (lines, name) in all.into_iter().take(LONGEST_SHOWN) {
        let _ = writeln!(text, "{lines:>6}  {name}");
    }
}

#[cfg(test)]
mod tests {
    use super::{Lengths, report};
    use crate::Repo;

    #[test]
    fn percentiles_are_lengths_that_occur() {
        let lengths = Lengths(vec![1, 2, 3, 4, 50]);
        assert_eq!([50, 90, 100].map(|percent| lengths.percentile(percent)), [3, 50, 50]);
        assert_eq!(Lengths::default().percentile(50), 0);
    }

    #[test]
    fn the_report_has_a_row_for_each_crate_and_one_for_all() {
        let repo =
            Repo::of(&[("crates/a/Cargo.toml", "[package]\nname = \"a\"\n"), ("crates/a/src/lib.rs", "fn f() {\n}\n")]);
        let text = report(&repo);
        assert!(text.contains("crates/a") && text.contains("\nall") && text.contains("src/lib.rs:1 f"), "{text}");
    }
}

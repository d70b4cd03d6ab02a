//! `exceptions.txt`: the places that may break a rule for now. The list may only shrink.
//!
//! A line is `rule place ceiling # reason`. The ceiling is the size that is tolerated, or for rules without a size
//! the number of findings; it must be the size of today, so that what gets better stays better.

use crate::finding::Finding;
use crate::repo::Repo;
use std::collections::BTreeMap;

/// Where the list lies.
pub const PATH: &str = "xtask/exceptions.txt";

/// The list, read.
#[derive(Debug, Default)]
pub struct Exceptions {
    entries: Vec<Entry>,
    complaints: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    line: usize,
    rule: String,
    place: String,
    ceiling: usize,
}

impl Exceptions {
    /// The list of a tree; empty when the file is not there.
    pub fn of(repo: &Repo) -> Self {
        Self::parse(repo.text(PATH).unwrap_or_default())
    }

    fn parse(text: &str) -> Self {
        let mut read = Self::default();
        for (index, line) in text.lines().enumerate() {
            let line_number = index + 1;
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            match entry(line, line_number) {
                Some(entry) => read.entries.push(entry),
                None => read.complaints.push(format!("{PATH}:{line_number}: write `rule place ceiling # reason`")),
            }
        }
        read
    }

    /// Lines that cannot be read.
    pub fn complaints(&self) -> &[String] {
        &self.complaints
    }

    /// Names of rules used in the list, with their lines.
    pub fn rules(&self) -> impl Iterator<Item = (usize, &str)> {
        self.entries.iter().map(|entry| (entry.line, entry.rule.as_str()))
    }

    /// What is left to complain about once the list is taken into account, entries that are no longer needed included.
    pub fn judge(&self, rule: &str, findings: &[Finding]) -> Vec<String> {
        let sizes = sizes(findings);
        let entries: Vec<&Entry> = self.entries.iter().filter(|entry| entry.rule == rule).collect();
        let excused = |finding: &&Finding| {
            let size = sizes[finding.place.as_str()];
            entries.iter().any(|entry| entry.place == finding.place && size <= entry.ceiling)
        };
        let mut left: Vec<String> = findings.iter().filter(|finding| !excused(finding)).map(Finding::show).collect();
        left.extend(entries.iter().filter_map(|entry| stale(entry, sizes.get(entry.place.as_str()).copied())));
        left
    }
}

fn stale(entry: &Entry, today: Option<usize>) -> Option<String> {
    let Entry { line, place, ceiling, .. } = entry;
    match today {
        None => Some(format!("{PATH}:{line}: {place} keeps the rule now: delete this line")),
        Some(size) if size < *ceiling => {
            Some(format!("{PATH}:{line}: {place} is at {size} now: lower the ceiling from {ceiling}"))
        }
        Some(_) => None,
    }
}

fn sizes(findings: &[Finding]) -> BTreeMap<&str, usize> {
    let mut sizes = BTreeMap::new();
    for finding in findings {
        let size: &mut usize = sizes.entry(finding.place.as_str()).or_default();
        *size = finding.size.map_or(*size + 1, |measured| measured.max(*size));
    }
    sizes
}

fn entry(text: &str, line: usize) -> Option<Entry> {
    let (entry, reason) = text.split_once(" # ")?;
    let [rule, place, ceiling] = entry.split_whitespace().collect::<Vec<_>>().try_into().ok()?;
    let ceiling = ceiling.parse().ok()?;
    (!reason.trim().is_empty()).then(|| Entry { line, rule: rule.to_owned(), place: place.to_owned(), ceiling })
}

#[cfg(test)]
mod tests {
    use super::{Exceptions, Finding};

    fn long(size: usize) -> Vec<Finding> {
        vec![Finding::line("a.rs::f", 3, format!("f has {size} lines")).sized(size)]
    }

    #[test]
    fn an_exception_excuses_up_to_its_ceiling() {
        let list = Exceptions::parse("# list\n\nfunctions a.rs::f 80 # a table in disguise\n");
        assert!(list.complaints().is_empty());
        assert!(list.judge("functions", &long(80)).is_empty());
        assert_eq!(list.judge("functions", &long(81)), ["a.rs:3: f has 81 lines"]);
    }

    #[test]
    fn the_list_may_only_shrink() {
        let list = Exceptions::parse("functions a.rs::f 80 # reason\n");
        assert!(list.judge("functions", &long(75))[0].contains("lower the ceiling from 80"));
        assert!(list.judge("functions", &[])[0].contains("delete this line"));
        assert!(list.judge("panics", &[]).is_empty());
    }

    #[test]
    fn findings_without_a_size_are_counted() {
        let list = Exceptions::parse("panics a.rs 2 # the allocator may fail\n");
        let two = [Finding::line("a.rs", 1, "unwrap"), Finding::line("a.rs", 2, "unwrap")];
        assert!(list.judge("panics", &two).is_empty());
        assert_eq!(list.judge("panics", &two[..1]).len(), 1);
    }

    #[test]
    fn an_entry_without_a_reason_is_refused() {
        assert_eq!(Exceptions::parse("functions a.rs::f 80\n").complaints().len(), 1);
        assert_eq!(Exceptions::parse("functions a.rs::f # why\n").complaints().len(), 1);
    }
}

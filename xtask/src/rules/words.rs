//! The project speaks of itself alone: no paths of somebody's machine, no registry's host, no tool that typed the text.
//!
//! The words are kept in halves, so that this file keeps its own rule.

use crate::{Finding, Repo};

const PATHS: [(&str, &str); 3] = [("/wo", "rk/"), ("/ro", "ot/"), ("/ho", "me/")];

const HOSTS: [(&str, &str); 7] = [
    ("registry.", "npmjs.org"),
    ("pypi.", "org/simple"),
    ("files.python", "hosted.org"),
    ("index.", "crates.io"),
    ("static.", "crates.io"),
    ("deb.", "debian.org"),
    ("proxy.", "golang.org"),
];

const TOOLS: [(&str, &str); 8] = [
    ("clau", "de"),
    ("anth", "ropic"),
    ("open", "ai"),
    ("chat", "gpt"),
    ("copi", "lot"),
    ("language", " model"),
    ("code", "x cli"),
    ("generated with", " "),
];

/// Folders of other people's words (data, licences, lock files): only paths are looked for there.
const QUOTED: [&str; 4] = ["demo/", "conformance/data/", "Cargo.lock", "package-lock.json"];

/// Forbidden words in text files and in the names of files.
pub fn check(repo: &Repo) -> Vec<Finding> {
    let lists = [PATHS.as_slice(), HOSTS.as_slice(), TOOLS.as_slice()].map(joined);
    let mut found = Vec::new();
    for path in repo.files.keys() {
        let named = lists[2].iter().find(|word| has_word(&path.to_lowercase(), word));
        found.extend(named.map(|word| Finding::file(path, format!("its name says \"{word}\""))));
    }
    for (path, text) in repo.texts() {
        let quoted = QUOTED.iter().any(|part| path.starts_with(part) || path.ends_with(part));
        let lists = if quoted { &lists[..1] } else { &lists[..] };
        found.extend(lists.iter().flatten().flat_map(|word| lines_with(path, text, word)));
    }
    found
}

fn joined(halves: &[(&str, &str)]) -> Vec<String> {
    halves.iter().map(|(first, second)| format!("{first}{second}")).collect()
}

fn lines_with(path: &str, text: &str, word: &str) -> Vec<Finding> {
    if !contains_any_case(text, word) {
        return Vec::new();
    }
    let hits = text.lines().enumerate().filter(|(_, line)| has_word(&line.to_lowercase(), word));
    hits.map(|(index, _)| {
        Finding::line(path, index + 1, format!("says \"{word}\": the project speaks of itself alone"))
    })
    .collect()
}

/// A quick look at a whole file before its lines are taken apart. `word` is lower case.
fn contains_any_case(text: &str, word: &str) -> bool {
    let word = word.as_bytes();
    let first = [word[0], word[0].to_ascii_uppercase()];
    let last = text.len().saturating_sub(word.len() - 1);
    let bytes = text.as_bytes();
    (0..last).any(|at| first.contains(&bytes[at]) && bytes[at..at + word.len()].eq_ignore_ascii_case(word))
}

/// Whether `word` stands in `line` on its own. A path has nothing name-like on its left (`https://a.org/home/` is an address).
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let joined = |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_' | '*' | '}' | '/');
        let goes_on = word.ends_with(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric);
        !goes_on && (word.starts_with(char::is_alphanumeric) || before.is_none_or(|letter| !joined(letter)))
    })
}

#[cfg(test)]
mod tests {
    use super::{HOSTS, PATHS, TOOLS, check};
    use crate::rules::shown;

    #[test]
    fn every_forbidden_word_is_found_in_any_case() {
        for (first, second) in PATHS.iter().chain(&HOSTS).chain(&TOOLS) {
            let word = format!("{first}{second}");
            for text in [format!("see {word} x"), format!("\"{}\"", word.to_uppercase())] {
                assert_eq!(shown(check, &[("docs/a.md", &text)]).len(), 1, "{text}");
            }
        }
    }

    #[test]
    fn addresses_and_longer_words_are_good() {
        let longer = format!("{}{}tte lives here", TOOLS[0].0, TOOLS[0].1);
        let texts = ["https://example.org/home/a", "crates/root/a", "the working copy", "page cursor", &longer];
        for text in texts {
            assert!(shown(check, &[("docs/a.md", text)]).is_empty(), "{text}");
        }
    }

    #[test]
    fn data_may_name_people_but_no_paths() {
        let (name, path) = (TOOLS[0].0.to_owned() + TOOLS[0].1, PATHS[0].0.to_owned() + PATHS[0].1);
        assert!(shown(check, &[("demo/faults.csv", &name)]).is_empty());
        assert_eq!(shown(check, &[("demo/faults.csv", &path)]).len(), 1);
    }

    #[test]
    fn file_names_count_too() {
        let name = format!("{}{}.md", TOOLS[0].0, TOOLS[0].1).to_uppercase();
        assert_eq!(shown(check, &[(&name, "")]).len(), 1);
    }
}

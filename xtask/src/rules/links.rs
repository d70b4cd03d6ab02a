//! A link in a document leads to a file that is there, and to a heading that is there.

use crate::{Finding, Repo};

/// Local links that lead nowhere.
pub fn check(repo: &Repo) -> Vec<Finding> {
    let documents = repo.texts().filter(|(path, _)| path.ends_with(".md"));
    documents.flat_map(|(path, text)| dead_links(repo, path, text)).collect()
}

fn dead_links(repo: &Repo, path: &str, text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    for (line, target) in links(text) {
        let outside = target.contains("://") || target.starts_with("mailto:") || target.starts_with('<');
        if outside || target.is_empty() {
            continue;
        }
        let (file, heading) = target.split_once('#').unwrap_or((target, ""));
        let full = if file.is_empty() { path.to_owned() } else { beside(path, file) };
        if !full.is_empty() && !repo.has(&full) {
            found.push(Finding::line(path, line, format!("links to {file}, which is not there")));
        } else if !heading.is_empty() && !has_heading(repo, &full, heading) {
            found.push(Finding::line(path, line, format!("links to #{heading}, which is no heading of {full}")));
        }
    }
    found
}

/// `](target)` outside code, with line numbers.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut in_code = false;
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        for (at, _) in line.match_indices("](") {
            let in_backticks = line[..at].matches('`').count() % 2 == 1;
            let target = line[at + 2..].split([')', ' ']).next().unwrap_or_default();
            if !in_backticks {
                found.push((index + 1, target));
            }
        }
    }
    found
}

/// The path of `link` as seen from the document `from`.
fn beside(from: &str, link: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    if let Some(rooted) = link.strip_prefix('/') {
        return rooted.trim_end_matches('/').to_owned();
    }
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    parts.join("/")
}

fn has_heading(repo: &Repo, path: &str, heading: &str) -> bool {
    let Some(text) = repo.text(path) else {
        return false;
    };
    !path.ends_with(".md") || text.lines().any(|line| line.starts_with('#') && slug(line) == heading)
}

fn slug(line: &str) -> String {
    let words = line.trim_start_matches('#').trim().to_lowercase();
    let kept = words.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
    kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::rules::shown;

    #[track_caller]
    fn verdict(text: &str) -> Vec<String> {
        shown(check, &[("docs/a.md", text), ("README.md", "# Top\n\n## Set up, twice\n"), ("docs/adr/001-a.md", "")])
    }

    #[test]
    fn links_that_lead_somewhere_are_good() {
        for text in [
            "[a](../README.md)",
            "[a](adr/)",
            "[a](adr/001-a.md)",
            "[a](/docs/adr)",
            "[a](https://example.org/x)",
            "[a](../README.md#set-up-twice)",
            "# Here\n[a](#here)",
            "[up](..)",
        ] {
            assert!(verdict(text).is_empty(), "{text}: {:?}", verdict(text));
        }
    }

    #[test]
    fn links_that_lead_nowhere_are_found() {
        for text in ["[a](README.md)", "[a](../READ.md \"title\")", "[a](../README.md#set-up)", "[a](#nowhere)"] {
            assert_eq!(verdict(text).len(), 1, "{text}");
        }
    }

    #[test]
    fn code_is_no_link() {
        assert!(verdict("```\n[a](nowhere)\n```\n`[a](nowhere)`\n").is_empty());
    }
}

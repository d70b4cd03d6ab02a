//! Decisions in `docs/adr/` are numbered without a gap, carry their number in the title, and fit on a page.

use crate::{Finding, Repo};

const FOLDER: &str = "docs/adr/";
const LINES_AT_MOST: usize = 60;
const HEADINGS: [&str; 3] = ["## Context", "## Decision", "## What becomes harder"];

/// Decisions that are out of order or out of shape.
pub fn check(repo: &Repo) -> Vec<Finding> {
    let all = repo
        .texts()
        .filter(|(path, _)| path.starts_with(FOLDER) && path.ends_with(".md") && !path.ends_with("/README.md"));
    let mut found = Vec::new();
    for (expected, (path, text)) in all.enumerate() {
        let number = number(path);
        if number != Some(expected) {
            found.push(Finding::file(path, format!("should be number {expected:03}: numbers have no gap and no twin")));
        }
        if expected > 0 && !text.starts_with(&format!("# {}. ", number.unwrap_or_default())) {
            found.push(Finding::line(path, 1, "begin with `# number. title`"));
        }
        let missing = HEADINGS.iter().filter(|heading| !text.lines().any(|line| line == **heading));
        found.extend(missing.map(|heading| Finding::file(path, format!("has no `{heading}`"))));
        let lines = text.lines().count();
        if lines > LINES_AT_MOST {
            found.push(Finding::file(path, format!("has {lines} lines, a page is {LINES_AT_MOST}")));
        }
    }
    found
}

fn number(path: &str) -> Option<usize> {
    let (digits, _) = path.strip_prefix(FOLDER)?.split_once('-')?;
    (digits.len() == 3).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::rules::shown;

    const BODY: &str = "\n## Context\n\n## Decision\n\n## What becomes harder\n";

    fn page(title: &str) -> String {
        format!("# {title}\n{BODY}")
    }

    #[test]
    fn pages_in_order_are_good() {
        let (template, first) = (page("Number. Title"), page("1. Rows"));
        assert!(shown(check, &[("docs/adr/000-template.md", &template), ("docs/adr/001-rows.md", &first)]).is_empty());
    }

    #[test]
    fn gaps_wrong_titles_and_missing_headings_are_found() {
        let (template, second) = (page("Number. Title"), page("2. Rows"));
        assert_eq!(
            shown(check, &[("docs/adr/000-template.md", &template), ("docs/adr/002-rows.md", &second)]).len(),
            1
        );
        assert_eq!(
            shown(check, &[("docs/adr/000-template.md", &template), ("docs/adr/001-rows.md", &second)]).len(),
            1
        );
        assert_eq!(shown(check, &[("docs/adr/000-template.md", "# T\n")]).len(), 3);
    }
}

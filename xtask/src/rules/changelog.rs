//! There is a change log, and it has a place for the next change.

use crate::{Finding, Repo};

const PATH: &str = "CHANGELOG.md";

/// A missing log or a missing heading.
pub fn check(repo: &Repo) -> Vec<Finding> {
    match repo.text(PATH) {
        None => vec![Finding::file(PATH, "is missing")],
        Some(text) if !text.lines().any(|line| line.trim() == "## Unreleased") => {
            vec![Finding::file(PATH, "has no heading `## Unreleased`")]
        }
        Some(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::rules::shown;

    #[test]
    fn the_next_change_has_a_place() {
        assert!(shown(check, &[("CHANGELOG.md", "# Changes\n\n## Unreleased\n")]).is_empty());
        assert_eq!(shown(check, &[("CHANGELOG.md", "# Changes\n")]).len(), 1);
        assert_eq!(shown(check, &[]).len(), 1);
    }
}

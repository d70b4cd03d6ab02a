//! Every module opens with a few `//!` words that say what it is.

use crate::{Finding, Repo};

const WORDS_AT_LEAST: usize = 2;

/// Files whose first lines say nothing.
pub fn check(repo: &Repo) -> Vec<Finding> {
    let silent = repo.sources.iter().filter(|source| header_words(&source.text) < WORDS_AT_LEAST);
    silent
        .map(|source| {
            Finding::line(&source.path, 1, "open with a `//!` sentence: what this module is, and what it is not")
        })
        .collect()
}

fn header_words(text: &str) -> usize {
    let lines = text.lines().skip_while(|line| line.trim().is_empty() || line.starts_with("#!"));
    let header = lines.map_while(|line| line.strip_prefix("//!"));
    header.flat_map(str::split_whitespace).count()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::rules::shown;

    #[test]
    fn a_sentence_at_the_top_is_enough() {
        assert!(shown(check, &[("a/src/b.rs", "//! Boxes that know the antimeridian.\n\nuse a;\n")]).is_empty());
        assert!(
            shown(check, &[("a/src/b.rs", "#![allow(x)]\n//! Boxes that\n//! know the antimeridian.\n")]).is_empty()
        );
    }

    #[test]
    fn nothing_or_a_placeholder_is_not() {
        for text in
            ["", "use a;\n//! Too late to say anything.\n", "//! Placeholder.\n", "/// Not a module's words at all.\n"]
        {
            assert_eq!(shown(check, &[("a/src/b.rs", text)]).len(), 1, "{text:?}");
        }
    }
}

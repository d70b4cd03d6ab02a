//! Matches texts against patterns in time proportional to text × pattern, without backtracking over more than one wildcard.

use super::fold::{fold_accents, fold_case};
use super::{Pattern, Piece};
use std::borrow::Cow;

/// A pattern made ready: what stands between its `Any` wildcards.
#[derive(Debug, Clone)]
pub(super) struct Matcher {
    runs: Vec<Run>,
    fold_case: bool,
    fold_accents: bool,
}

/// Texts and single wildcards that follow each other.
#[derive(Debug, Clone, Default)]
struct Run {
    /// `None` is one character, whichever.
    characters: Vec<Option<char>>,
    /// The same as a text, when there is no wildcard in it.
    plain: Option<String>,
}

impl Matcher {
    pub(super) fn new(pattern: &Pattern) -> Self {
        let mut runs = vec![Vec::new()];
        for piece in &pattern.pieces {
            match piece {
                Piece::Any => runs.push(Vec::new()),
                Piece::One => push(&mut runs, [None]),
                Piece::Text(text) => push(&mut runs, pattern.folded(text).chars().map(Some)),
            }
        }
        let runs = runs.into_iter().map(Run::new).collect();
        Self { runs, fold_case: pattern.fold_case, fold_accents: pattern.fold_accents }
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        let text = folded(text, self.fold_case, self.fold_accents);
        let Some((first, rest)) = self.runs.split_first() else { return text.is_empty() };
        let Some(mut left) = first.prefix(&text) else { return false };
        let Some((last, middle)) = rest.split_last() else { return left.is_empty() };
        for run in middle {
            match run.find(left) {
                Some(after) => left = after,
                None => return false,
            }
        }
        last.ends(left)
    }
}

fn push(runs: &mut [Vec<Option<char>>], more: impl IntoIterator<Item = Option<char>>) {
    if let Some(run) = runs.last_mut() {
        run.extend(more);
    }
}

fn folded(text: &str, case: bool, accents: bool) -> Cow<'_, str> {
    let text = if accents { fold_accents(text) } else { Cow::Borrowed(text) };
    match (case, text) {
        (false, text) => text,
        (true, Cow::Borrowed(text)) => fold_case(text),
        (true, Cow::Owned(text)) => Cow::Owned(fold_case(&text).into_owned()),
    }
}

impl Pattern {
    /// A text as the pattern compares it: with case and accents folded away when they do not matter.
    pub fn folded<'a>(&self, text: &'a str) -> Cow<'a, str> {
        folded(text, self.fold_case, self.fold_accents)
    }

    /// Whether a text matches.
    pub fn matches(&self, text: &str) -> bool {
        Matcher::new(self).matches(text)
    }
}

impl Run {
    fn new(characters: Vec<Option<char>>) -> Self {
        Self { plain: characters.iter().copied().collect(), characters }
    }

    /// What follows the run when the text begins with it.
    fn prefix<'a>(&self, text: &'a str) -> Option<&'a str> {
        if let Some(plain) = &self.plain {
            return text.strip_prefix(plain.as_str());
        }
        let mut left = text.chars();
        let fits = |wanted: &Option<char>| left.next().is_some_and(|found| wanted.is_none_or(|wanted| wanted == found));
        self.characters.iter().all(fits).then_some(left.as_str())
    }

    /// What follows the first place where the run occurs.
    fn find<'a>(&self, text: &'a str) -> Option<&'a str> {
        if let Some(plain) = &self.plain {
            return text.find(plain.as_str()).map(|at| &text[at + plain.len()..]);
        }
        text.char_indices().find_map(|(at, _)| self.prefix(&text[at..]))
    }

    /// Whether the text ends with the run.
    fn ends(&self, text: &str) -> bool {
        if let Some(plain) = &self.plain {
            return text.ends_with(plain.as_str());
        }
        let mut left = text.chars().rev();
        self.characters
            .iter()
            .rev()
            .all(|wanted| left.next().is_some_and(|found| wanted.is_none_or(|wanted| wanted == found)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn like(text: &str, pattern: &str) -> bool {
        Pattern { pieces: Piece::parse_like(pattern), fold_case: false, fold_accents: false }.matches(text)
    }

    #[test]
    fn patterns_match_as_in_sql() {
        assert!(
            like("granite", "gran%")
                && like("granite", "%ite")
                && like("granite", "%ani%")
                && like("granite", "g_anite")
        );
        assert!(like("granite", "granite") && like("", "%") && like("", "") && like("ab", "%_%_%"));
        assert!(!like("granite", "Gran%") && !like("a", "%_%_%") && !like("granite", "granit") && !like("x", ""));
        assert!(like("100%", r"100\%") && !like("1000", r"100\%") && like("aXbXc", "a%b%c"));
        assert!(!like("ab", "ab%b"), "a run is not used twice");
        assert!(like("花崗岩", "_崗_"), "one wildcard is one character, not one byte");
    }

    #[test]
    fn many_wildcards_do_not_backtrack() {
        let pattern = "a%".repeat(500) + "b";
        assert!(!like(&"a".repeat(20_000), &pattern));
    }

    #[test]
    fn case_and_accents_are_folded_on_both_sides() {
        let pattern = Pattern { pieces: Piece::parse_like("%CALCÚTTA%"), fold_case: true, fold_accents: true };
        assert!(pattern.matches("Survey of Calcutta, 1851"));
    }
}

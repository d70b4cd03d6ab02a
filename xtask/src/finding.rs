//! What a rule says when it is broken: where, what, and how to put it right.

/// One place where a rule is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file, or `file::function`; the name used in `exceptions.txt`.
    pub place: String,
    /// The line to open, counted from 1; 0 when the whole file is meant.
    pub line: usize,
    /// The measured size, for rules about length; `None` for the others.
    pub size: Option<usize>,
    /// What is wrong and what to do.
    pub say: String,
}

impl Finding {
    /// A finding about a whole file.
    pub fn file(path: &str, say: impl Into<String>) -> Self {
        Self { place: path.to_owned(), line: 0, size: None, say: say.into() }
    }

    /// A finding about one line.
    pub fn line(path: &str, line: usize, say: impl Into<String>) -> Self {
        Self { place: path.to_owned(), line, size: None, say: say.into() }
    }

    /// The same finding with a measured size, which an exception may cap.
    #[must_use]
    pub fn sized(mut self, size: usize) -> Self {
        self.size = Some(size);
        self
    }

    /// `path:line: say`, so that an editor can jump there.
    pub fn show(&self) -> String {
        let path = self.place.split("::").next().unwrap_or(&self.place);
        match self.line {
            0 => format!("{path}: {}", self.say),
            line => format!("{path}:{line}: {}", self.say),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Finding;

    #[test]
    fn a_finding_is_shown_the_way_editors_understand() {
        assert_eq!(Finding::file("a.md", "is empty").show(), "a.md: is empty");
        assert_eq!(Finding::line("a.rs::f", 7, "is long").show(), "a.rs:7: is long");
    }
}

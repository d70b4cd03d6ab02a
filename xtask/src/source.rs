//! One Rust file as the rules see it: its text, the code without literals, which lines are tests, its functions.

use crate::mask::{is_name, mask};
use std::ops::Range;

/// A Rust source file.
#[derive(Debug, Clone)]
pub struct Source {
    /// Path from the root, with `/`.
    pub path: String,
    /// The text as written.
    pub text: String,
    /// The text with comments and literals blanked; same length.
    pub code: String,
    starts: Vec<usize>,
    tests: Vec<Range<usize>>,
}

/// A function with a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its bare name.
    pub name: String,
    /// Line of the word `fn`, counted from 1.
    pub line: usize,
    /// Lines from `fn` to the closing brace.
    pub lines: usize,
    /// The code from `fn` up to the opening brace.
    pub signature: String,
    /// Whether it is test code.
    pub test: bool,
}

/// Folders and crates whose Rust files are tests from the first line to the last.
const TEST_FOLDERS: [&str; 4] = ["tests", "benches", "testing", "fixtures"];
const TEST_CRATES: [&str; 2] = ["conformance/", "bench/"];

impl Source {
    /// Reads a file's text.
    pub fn new(path: &str, text: &str) -> Self {
        let code = mask(text);
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let tests = if is_test_path(path) { vec![Range { start: 0, end: text.len() }] } else { test_spans(&code) };
        Self { path: path.to_owned(), text: text.to_owned(), code, starts, tests }
    }

    /// Declares the whole file to be test code (`#[cfg(test)] mod name;` in another file).
    pub fn mark_as_test(&mut self) {
        self.tests = vec![Range { start: 0, end: self.text.len() }];
    }

    /// Whether the whole file is test code.
    pub fn is_test(&self) -> bool {
        self.tests.iter().any(|span| span.start == 0 && span.end >= self.text.len())
    }

    /// The line of a byte, counted from 1.
    pub fn line_of(&self, at: usize) -> usize {
        self.starts.partition_point(|&start| start <= at)
    }

    /// Number of lines.
    pub fn lines(&self) -> usize {
        self.text.lines().count()
    }

    /// Number of lines outside tests.
    pub fn lines_of_code(&self) -> usize {
        self.text.lines().zip(&self.starts).filter(|(_, start)| !self.in_test(**start)).count()
    }

    /// Whether a byte belongs to test code.
    pub fn in_test(&self, at: usize) -> bool {
        self.tests.iter().any(|span| span.contains(&at))
    }

    /// Where `word` stands in the code as a whole word.
    pub fn words<'a>(&'a self, word: &'a str) -> impl Iterator<Item = usize> + 'a {
        words(&self.code, word)
    }

    /// Every function with a body, in order; one inside another counts on its own as well.
    pub fn functions(&self) -> Vec<Function> {
        self.words("fn").filter_map(|at| self.function(at)).collect()
    }

    fn function(&self, at: usize) -> Option<Function> {
        let rest = &self.code[at + 2..];
        let name: String = rest.trim_start().bytes().take_while(|&byte| is_name(byte)).map(char::from).collect();
        if name.is_empty() {
            return None;
        }
        let open = at + 2 + body_or_end(rest)?;
        if self.code.as_bytes()[open] != b'{' {
            return None;
        }
        let close = matching_brace(&self.code, open);
        let (first, last) = (self.line_of(at), self.line_of(close));
        let signature = self.code[at..open].to_owned();
        Some(Function { name, line: first, lines: last - first + 1, signature, test: self.in_test(at) })
    }

    /// Attributes outside tests: the byte of `#` and the text between the brackets.
    pub fn attributes(&self) -> Vec<(usize, &str)> {
        attributes(&self.code).into_iter().filter(|(at, _)| !self.in_test(*at)).collect()
    }

    /// Names of the modules that this file declares as tests kept in another file.
    pub fn test_modules(&self) -> Vec<String> {
        let spans = self.tests.iter().map(|span| self.code[span.clone()].trim_end());
        spans.filter_map(|item| item.strip_suffix(';')).filter_map(last_word_of_module).collect()
    }
}

fn last_word_of_module(item: &str) -> Option<String> {
    let (head, name) = item.trim_end().rsplit_once(char::is_whitespace)?;
    head.ends_with("mod").then(|| name.to_owned())
}

fn is_test_path(path: &str) -> bool {
    let in_folder = path.split('/').any(|part| TEST_FOLDERS.contains(&part));
    let in_crate = TEST_CRATES.iter().any(|folder| path.starts_with(folder));
    in_folder || in_crate || path.ends_with("/tests.rs") || path.ends_with("_tests.rs")
}

/// Where `word` stands in `code` with nothing name-like on either side.
pub fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let bytes = code.as_bytes();
    code.match_indices(word).map(|(at, _)| at).filter(move |&at| {
        let before = at > 0 && is_name(bytes[at - 1]);
        let after = bytes.get(at + word.len()).is_some_and(|&byte| is_name(byte));
        !before && !after
    })
}

/// `#[…]` and `#![…]`: the byte of `#` and the inside of the brackets.
fn attributes(code: &str) -> Vec<(usize, &str)> {
    let bytes = code.as_bytes();
    let mut found = Vec::new();
    for (at, _) in code.match_indices('#') {
        let open = at + 1 + usize::from(bytes.get(at + 1) == Some(&b'!'));
        if bytes.get(open) == Some(&b'[') {
            found.push((at, &code[open + 1..closing(code, open, b'[', b']')]));
        }
    }
    found
}

fn is_test_attribute(inside: &str) -> bool {
    let tight: String = inside.chars().filter(|letter| !letter.is_whitespace()).collect();
    let name = tight.split('(').next().unwrap_or_default();
    tight == "cfg(test)" || tight.starts_with("cfg(all(test,") || name == "test" || name.ends_with("::test")
}

fn test_spans(code: &str) -> Vec<Range<usize>> {
    let mut spans: Vec<Range<usize>> = Vec::new();
    for (at, inside) in attributes(code) {
        if !is_test_attribute(inside) || spans.last().is_some_and(|span| span.contains(&at)) {
            continue;
        }
        let whole_file = code.as_bytes()[at + 1] == b'!';
        let end = if whole_file { code.len() } else { end_of_item(code, at + inside.len() + 3) };
        spans.push(if whole_file { 0..end } else { at..end });
    }
    spans
}

/// The byte after the item that begins at `from`, further attributes included.
fn end_of_item(code: &str, from: usize) -> usize {
    let mut at = from;
    while let Some(hash) = code[at..].trim_start().strip_prefix("#[") {
        let open = code.len() - hash.len() - 1;
        at = closing(code, open, b'[', b']') + 1;
    }
    match body_or_end(&code[at..]) {
        Some(by) if code.as_bytes()[at + by] == b'{' => matching_brace(code, at + by) + 1,
        Some(by) => at + by + 1,
        None => code.len(),
    }
}

/// Offset of the first `{` or `;` that is not inside parentheses or brackets.
fn body_or_end(code: &str) -> Option<usize> {
    let mut depth = 0_i32;
    code.bytes().position(|byte| {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth -= 1,
            _ => {}
        }
        depth == 0 && (byte == b'{' || byte == b';')
    })
}

fn matching_brace(code: &str, open: usize) -> usize {
    closing(code, open, b'{', b'}')
}

/// The byte of the bracket that closes the one at `open`; the end of the code when there is none.
fn closing(code: &str, open: usize, opening: u8, ending: u8) -> usize {
    let mut depth = 0_i32;
    for (by, byte) in code.as_bytes()[open..].iter().enumerate() {
        if *byte == opening {
            depth += 1;
        } else if *byte == ending {
            depth -= 1;
            if depth == 0 {
                return open + by;
            }
        }
    }
    code.len().saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::Source;

    fn lengths(text: &str) -> Vec<(String, usize, bool)> {
        let source = Source::new("crates/a/src/b.rs", text);
        source.functions().into_iter().map(|found| (found.name, found.lines, found.test)).collect()
    }

    #[test]
    fn a_function_runs_from_fn_to_its_closing_brace() {
        let text = "pub fn one() -> [u8; 2] {\n    [1, 2]\n}\n\ntrait T {\n    fn two(&self);\n    fn three() {}\n}\n";
        assert_eq!(lengths(text), [("one".to_owned(), 3, false), ("three".to_owned(), 1, false)]);
    }

    #[test]
    fn braces_in_literals_and_function_pointers_do_not_count() {
        let text = "fn a(f: fn(u8) -> u8) {\n    let _ = (\"}\", '}'); // }\n}\n";
        assert_eq!(lengths(text), [("a".to_owned(), 3, false)]);
    }

    #[test]
    fn inner_functions_count_on_their_own() {
        let text = "fn outer() {\n    fn inner() {\n    }\n}\n";
        assert_eq!(lengths(text), [("outer".to_owned(), 4, false), ("inner".to_owned(), 2, false)]);
    }

    #[test]
    fn test_code_is_known_by_attribute_and_by_place() {
        let text = "fn a() {}\n#[cfg(test)]\n#[allow(x)]\nmod tests {\n    fn b() {}\n}\nfn c() {}\n#[tokio::test(flavor = \"x\")]\nasync fn d() {}\n";
        let test: Vec<bool> = lengths(text).into_iter().map(|(_, _, test)| test).collect();
        assert_eq!(test, [false, true, false, true]);
        assert!(Source::new("crates/a/tests/b.rs", "fn a() {}").is_test());
        assert!(Source::new("crates/a/src/b.rs", "//! x\n#![cfg(test)]\nfn a() {}").is_test());
        assert!(!Source::new("crates/a/src/b.rs", "#[cfg(not(test))]\nfn a() {}").is_test());
    }

    #[test]
    fn a_test_module_in_another_file_is_found_by_name() {
        let source = Source::new("crates/a/src/lib.rs", "#[cfg(test)]\nmod probes;\n#[cfg(test)]\nuse a::b;\n");
        assert_eq!(source.test_modules(), ["probes"]);
    }

    #[test]
    fn lines_and_words_are_counted_from_one_and_whole() {
        let source = Source::new("a.rs", "fn a() {}\nlet unwrapped = x.unwrap();\n");
        assert_eq!(source.words("unwrap").map(|at| source.line_of(at)).collect::<Vec<_>>(), [2]);
        assert_eq!(source.lines(), 2);
    }

    #[test]
    fn lines_of_code_leave_tests_out() {
        let source = Source::new("crates/a/src/b.rs", "fn a() {}\n#[cfg(test)]\nmod tests {\n}\n");
        assert_eq!(source.lines_of_code(), 1);
    }
}

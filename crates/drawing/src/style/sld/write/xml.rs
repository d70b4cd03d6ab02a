//! XML that grows, indented; text is escaped.

use std::fmt::Write as _;
use terrane_formats::xml::escape;

/// A document, or a piece of one.
#[derive(Debug, Default)]
pub struct Xml {
    text: String,
    open: Vec<String>,
    outer: usize,
}

impl Xml {
    /// A document.
    pub fn new() -> Self {
        Self::default()
    }

    /// A piece that is appended later, so deep.
    pub fn inside(outer: usize) -> Self {
        Self { outer, ..Self::default() }
    }

    /// How deep an element would stand that came next.
    pub fn depth(&self) -> usize {
        self.outer + self.open.len()
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Puts a piece at the end.
    pub fn append(&mut self, piece: &Self) {
        self.text.push_str(&piece.text);
    }

    fn begin(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.text.extend(std::iter::repeat_n("  ", self.depth()));
        let _ = write!(self.text, "<{name}");
        for (key, value) in attributes {
            let _ = write!(self.text, " {key}=\"{}\"", escape(value));
        }
    }

    /// Opens an element.
    pub fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.begin(name, attributes);
        self.text.push_str(">\n");
        self.open.push(name.to_owned());
    }

    /// Closes the element opened last.
    pub fn close(&mut self) {
        if let Some(name) = self.open.pop() {
            self.text.extend(std::iter::repeat_n("  ", self.depth()));
            let _ = writeln!(self.text, "</{name}>");
        }
    }

    /// Closes all that is open.
    pub fn close_all(&mut self) {
        while !self.open.is_empty() {
            self.close();
        }
    }

    /// An element with text.
    pub fn leaf(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        self.begin(name, attributes);
        let _ = writeln!(self.text, ">{}</{name}>", escape(text));
    }

    /// An element with nothing in it.
    pub fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.begin(name, attributes);
        self.text.push_str("/>\n");
    }

    /// The document with its declaration and remarks.
    pub fn with_comment(&self, remarks: &[String]) -> String {
        let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
        if !remarks.is_empty() {
            text.push_str("<!-- Not as drawn by its own server:\n");
            for remark in remarks {
                let _ = writeln!(text, "  {}", remark.replace("--", "- -"));
            }
            text.push_str("-->\n");
        }
        text + &self.text
    }
}

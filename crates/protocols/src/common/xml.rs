//! Writing XML safely: everything that is not markup of ours is escaped.

use std::fmt::Write as _;

pub use terrane_formats::xml::escape;

/// A document that grows; elements are closed in the order they were opened.
#[derive(Debug, Default)]
pub struct XmlWriter {
    text: String,
    open: Vec<&'static str>,
}

impl XmlWriter {
    /// Begins with the XML declaration.
    pub fn new() -> Self {
        Self { text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(), open: Vec::new() }
    }

    /// Adds markup of ours as it is, such as a document type.
    pub fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.text.push_str(markup);
        self
    }

    /// Opens an element.
    pub fn open(&mut self, name: &'static str, attributes: &[(&str, &str)]) -> &mut Self {
        self.begin(name, attributes);
        self.text.push_str(">\n");
        self.open.push(name);
        self
    }

    /// Closes the element opened last.
    pub fn close(&mut self) -> &mut Self {
        if let Some(name) = self.open.pop() {
            self.indent();
            let _ = writeln!(self.text, "</{name}>");
        }
        self
    }

    /// An element with text.
    pub fn element(&mut self, name: &'static str, attributes: &[(&str, &str)], text: &str) -> &mut Self {
        self.begin(name, attributes);
        let _ = writeln!(self.text, ">{}</{name}>", escape(text));
        self
    }

    /// An element with nothing in it.
    pub fn empty(&mut self, name: &'static str, attributes: &[(&str, &str)]) -> &mut Self {
        self.begin(name, attributes);
        self.text.push_str("/>\n");
        self
    }

    fn begin(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.indent();
        let _ = write!(self.text, "<{name}");
        for (key, value) in attributes {
            let _ = write!(self.text, " {key}=\"{}\"", escape(value));
        }
    }

    fn indent(&mut self) {
        self.text.extend(std::iter::repeat_n("  ", self.open.len()));
    }

    /// The document; whatever is still open is closed.
    pub fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.text
    }
}

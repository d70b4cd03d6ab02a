//! QuakeML 1.2 (Basic Event Description): read with tolerance, written as the schema wants it.

mod extras;
mod flat;
mod frame;
mod namespaces;
mod read;
mod tree;

pub use flat::write_flat;
pub use read::{EventRead, Parameters, QuakemlReader, looks_like_quakeml};
pub use tree::{TreeOptions, write_tree};

use crate::xml::write_escaped;
use terrane_hazard::event::ids;

/// What is told of a document as a whole.
#[derive(Debug, Clone, Copy, Default)]
pub struct Head<'a> {
    /// What identifies the document; encoded when it breaks the pattern of QuakeML.
    pub public_id: &'a str,
    /// What it holds, in words: licence and attribution have their place here.
    pub description: &'a str,
    /// Who answers.
    pub agency: &'a str,
    /// When it was made, RFC 3339.
    pub created: &'a str,
}

/// Begins a document.
pub fn begin(head: &Head<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<q:quakeml xmlns:q=\"");
    out.extend_from_slice(namespaces::QUAKEML.as_bytes());
    out.extend_from_slice(b"\" xmlns=\"");
    out.extend_from_slice(namespaces::BED.as_bytes());
    out.extend_from_slice(b"\"><eventParameters publicID=\"");
    write_escaped(&ids::encoded(head.public_id), out);
    out.extend_from_slice(b"\">");
    if !head.description.is_empty() {
        element("description", head.description, out);
    }
    if !(head.agency.is_empty() && head.created.is_empty()) {
        out.extend_from_slice(b"<creationInfo>");
        if !head.agency.is_empty() {
            element("agencyID", cut(head.agency, 64), out);
        }
        if !head.created.is_empty() {
            element("creationTime", head.created, out);
        }
        out.extend_from_slice(b"</creationInfo>");
    }
    out.push(b'\n');
}

/// Ends a document.
pub fn end(out: &mut Vec<u8>) {
    out.extend_from_slice(b"</eventParameters></q:quakeml>\n");
}

/// An element that holds a text.
fn element(name: &str, text: &str, out: &mut Vec<u8>) {
    out.push(b'<');
    out.extend_from_slice(name.as_bytes());
    out.push(b'>');
    write_escaped(text, out);
    out.extend_from_slice(b"</");
    out.extend_from_slice(name.as_bytes());
    out.push(b'>');
}

/// So many characters of a text at most.
fn cut(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).map_or(text, |(end, _)| &text[..end])
}

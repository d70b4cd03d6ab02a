//! XML: that of strangers, looked at before it is read, and texts of ours, escaped.
//!
//! Nothing that a document names is ever fetched: document types, and so entities, are refused; schema locations are not looked at.

pub mod tree;

use quick_xml::Reader;
use quick_xml::events::Event;
use roxmltree::{Document, ParsingOptions};
use terrane_model::limits::{XML_DEPTH_MAX, XML_NODES_MAX};
use terrane_model::{Error, Result};

/// The text of a document in UTF-8, without a byte order mark. Other encodings are refused: they are what filters are evaded with.
pub fn text(bytes: &[u8]) -> Result<&str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| Error::invalid("The document is not UTF-8 text."))?;
    if text.contains('\0') {
        return Err(Error::invalid("The document is not UTF-8 text."));
    }
    Ok(text)
}

/// A document of a stranger. Refuses document types, other encodings than UTF-8, and what is deeper or longer than the limits.
pub fn parse(text: &str) -> Result<Document<'_>> {
    check(text, is_plain)?;
    document(text, XML_NODES_MAX)
}

/// A document that was checked.
fn document(text: &str, nodes: u32) -> Result<Document<'_>> {
    let options = ParsingOptions { nodes_limit: nodes, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).map_err(|cause| match cause {
        roxmltree::Error::NodesLimitReached => Error::too_large(format!("The document has more than {nodes} nodes.")),
        cause => malformed(&cause),
    })
}

/// One pass without memory, before a tree is built; `reads` says which encodings a declaration may name.
fn check(text: &str, reads: fn(&str) -> bool) -> Result<()> {
    let mut reader = Reader::from_str(text);
    let mut depth = 0_usize;
    loop {
        match reader.read_event().map_err(|cause| malformed(&cause))? {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::DocType(_) => {
                return Err(Error::invalid("A document type (DOCTYPE) is not read here; leave it out."));
            }
            Event::Decl(declaration) => match declaration.encoding() {
                None => {}
                Some(Ok(name)) if reads(&name) => {}
                Some(_) => return Err(Error::invalid("Only documents in UTF-8 are read here.")),
            },
            Event::Eof => return Ok(()),
            _ => {}
        }
        if depth > XML_DEPTH_MAX {
            return Err(Error::too_large(format!("The document is nested more than {XML_DEPTH_MAX} levels deep.")));
        }
    }
}

fn is_plain(name: &str) -> bool {
    ["utf-8", "utf8", "us-ascii"].iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn malformed(cause: &dyn std::error::Error) -> Error {
    let what: String = cause.to_string().chars().take(160).collect();
    Error::invalid(format!("The document is not well-formed XML: {what}."))
}

/// Text with `& < > " '` escaped and characters that XML 1.0 forbids left out.
pub fn escape(text: &str) -> String {
    let mut escaped = Vec::with_capacity(text.len());
    write_escaped(text, &mut escaped);
    String::from_utf8(escaped).unwrap_or_default()
}

/// Appends a text as [`escape`] writes it.
pub fn write_escaped(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    let mut plain_from = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        let (instead, length): (&[u8], usize) = match byte {
            b'&' => (b"&amp;", 1),
            b'<' => (b"&lt;", 1),
            b'>' => (b"&gt;", 1),
            b'"' => (b"&quot;", 1),
            b'\'' => (b"&#39;", 1),
            b'\t' | b'\n' | b'\r' => continue,
            0..=0x1f => (b"", 1),
            // U+FFFE and U+FFFF.
            0xef if bytes[at..].starts_with(b"\xef\xbf\xbe") || bytes[at..].starts_with(b"\xef\xbf\xbf") => (b"", 3),
            _ => continue,
        };
        out.extend_from_slice(&bytes[plain_from..at]);
        out.extend_from_slice(instead);
        plain_from = at + length;
    }
    out.extend_from_slice(&bytes[plain_from..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn document_types_depth_and_other_encodings_are_refused() {
        let refused = |text: &str| parse(text).map(|_| ()).expect_err(text).say().to_owned();
        assert!(refused("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>").contains("DOCTYPE"));
        assert!(refused("<?xml version=\"1.0\" encoding=\"UTF-7\"?><a/>").contains("UTF-8"));
        let deep = "<a>".repeat(20_000) + &"</a>".repeat(20_000);
        assert!(refused(&deep).contains("levels deep"));
        assert!(refused("<a>&nothing;</a>").contains("not well-formed"));
        assert!(refused("<a><b></a>").contains("not well-formed"));
        assert!(text(b"\xfe\xff\x00<\x00a").is_err());
        assert!(parse(text(b"\xef\xbb\xbf<?xml version='1.0' encoding='utf-8'?><a/>").expect("text")).is_ok());
    }

    #[test]
    fn what_is_escaped_reads_back_without_what_xml_forbids() {
        let given = "a<b>&\"'\u{1}\u{fffe}\u{ffff}é\u{fffd}地\n";
        let text = format!("<a>{}</a>", escape(given));
        let read = parse(&text).expect("well formed");
        assert_eq!(read.root_element().text(), Some("a<b>&\"'é\u{fffd}地\n"));
    }
}

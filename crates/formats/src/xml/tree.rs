//! Documents of other servers and of people as trees: in the encodings that they are written in, with document types passed over where a
//! standard has them.

use super::{check, document};
use crate::features::encoding::Charset;
use roxmltree::Node;
use terrane_model::limits::{XML_BYTES_MAX, XML_DOCUMENT_NODES_MAX};
use terrane_model::{Error, Result};

/// What is done about a document type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doctype {
    /// The document is refused.
    Refused,
    /// One that declares no entity is passed over unread, as the documents of WMS 1.1.1 have it.
    PassedOver,
}

/// Reads a document and hands it to `take`.
pub fn read<T>(bytes: &[u8], doctype: Doctype, take: impl FnOnce(Node<'_, '_>) -> Result<T>) -> Result<T> {
    if bytes.len() > XML_BYTES_MAX {
        return Err(Error::too_large(format!("An XML document may have {XML_BYTES_MAX} bytes.")));
    }
    let text = text_of(bytes)?;
    let text = match (doctype_of(&text)?, doctype) {
        (None, _) => text,
        (Some(range), Doctype::PassedOver) => {
            let blank: String = text[range.clone()].chars().map(|it| if it == '\n' { '\n' } else { ' ' }).collect();
            format!("{}{blank}{}", &text[..range.start], &text[range.end..])
        }
        (Some(_), Doctype::Refused) => {
            return Err(Error::invalid("A document type (DOCTYPE) is not read here; leave it out."));
        }
    };
    // What it declares no longer holds: it is decoded.
    check(&text, |_| true)?;
    take(document(&text, XML_DOCUMENT_NODES_MAX)?.root_element())
}

/// The text in the encoding that its first bytes or its declaration name, else UTF-8.
fn text_of(bytes: &[u8]) -> Result<String> {
    let head = &bytes[..bytes.len().min(200)];
    let utf16 = [[0xfe, 0xff], [0xff, 0xfe]].iter().any(|mark| head.starts_with(mark))
        || head.iter().take(4).any(|it| *it == 0);
    if utf16 {
        return Err(Error::unsupported("XML is read in UTF-8 and in encodings of one byte, not in UTF-16."));
    }
    let declared = String::from_utf8_lossy(head);
    let declared =
        declared.split("?>").next().filter(|it| it.trim_start_matches('\u{feff}').starts_with("<?xml")).unwrap_or("");
    let name = declared.split("encoding").nth(1).and_then(|rest| rest.split(['"', '\'']).nth(1)).unwrap_or("utf-8");
    if name.eq_ignore_ascii_case("utf-8") || name.eq_ignore_ascii_case("us-ascii") {
        let text =
            std::str::from_utf8(bytes).map_err(|_| Error::invalid("The XML says that it is UTF-8 and is not."))?;
        return Ok(text.trim_start_matches('\u{feff}').to_owned());
    }
    let charset = Charset::by_name(name)
        .ok_or_else(|| Error::unsupported("The XML is in an encoding that is not known here."))?;
    let (text, is_damaged) = charset.decode(bytes);
    match is_damaged {
        true => Err(Error::invalid(format!("The XML says that it is {} and is not.", charset.name()))),
        // The declaration no longer holds once the text is decoded; the parser does not look at it.
        false => Ok(text.into_owned()),
    }
}

/// Where the document type stands, when there is one. One with entities is always refused.
fn doctype_of(text: &str) -> Result<Option<std::ops::Range<usize>>> {
    let mut at = 0;
    loop {
        let rest = &text[at..];
        let skipped = rest.len() - rest.trim_start().len();
        let rest = rest.trim_start();
        let end = match rest {
            _ if rest.starts_with("<?") => rest.find("?>").map(|end| end + 2),
            _ if rest.starts_with("<!--") => rest.find("-->").map(|end| end + 3),
            _ if rest.get(..9).is_some_and(|it| it.eq_ignore_ascii_case("<!doctype")) => {
                let end = doctype_end(rest).ok_or_else(|| Error::invalid("The document type has no end."))?;
                if rest[..end].to_ascii_uppercase().contains("<!ENTITY") {
                    return Err(Error::invalid("A document type with entities is not read here; leave it out."));
                }
                return Ok(Some(at + skipped..at + skipped + end));
            }
            _ => return Ok(None),
        };
        at += skipped + end.ok_or_else(|| Error::invalid("The XML ends before it begins."))?;
    }
}

fn doctype_end(text: &str) -> Option<usize> {
    let (mut quote, mut inside) = (None, false);
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(character),
            (None, '[') => inside = true,
            (None, ']') => inside = false,
            (None, '>') if !inside => return Some(at + 1),
            (None, _) => {}
        }
    }
    None
}

/// The first child element of a local name, whatever its namespace.
pub fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    children(node, name).next()
}

/// Child elements of a local name, whatever their namespace.
pub fn children<'a, 'i, 'n>(node: Node<'a, 'i>, name: &'n str) -> impl Iterator<Item = Node<'a, 'i>> + use<'a, 'i, 'n> {
    node.children().filter(move |child| child.is_element() && child.tag_name().name() == name)
}

/// The element that a path of local names leads to.
pub fn at<'a, 'i>(node: Node<'a, 'i>, path: &[&str]) -> Option<Node<'a, 'i>> {
    path.iter().try_fold(node, |node, name| child(node, name))
}

/// All text of an element, with white space drawn together; empty when there is none.
pub fn text(node: Node<'_, '_>) -> String {
    let all: String = node.descendants().filter(Node::is_text).filter_map(|node| node.text()).collect();
    all.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text of the element that a path leads to.
pub fn text_at(node: Node<'_, '_>, path: &[&str]) -> String {
    at(node, path).map_or_else(String::new, text)
}

/// An attribute by its local name, whatever its namespace.
pub fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.attributes().find(|attribute| attribute.name() == name).map(|attribute| attribute.value())
}

#[cfg(test)]
mod tests {
    use super::*;
    use terrane_model::limits::XML_DEPTH_MAX;

    fn name(text: &str, doctype: Doctype) -> Result<String> {
        read(text.as_bytes(), doctype, |root| Ok(root.tag_name().name().to_owned()))
    }

    #[test]
    fn a_document_type_is_passed_over_where_a_standard_has_one_and_refused_elsewhere() {
        let with =
            "<?xml version='1.0'?><!-- x > y -->\n<!DOCTYPE a SYSTEM \"http://x/y.dtd\" [<!ELEMENT b EMPTY>]>\n<a/>";
        assert_eq!(name(with, Doctype::PassedOver).expect("it is passed over"), "a");
        assert!(name(with, Doctype::Refused).is_err());
        assert!(name("<!doctype html><a/>", Doctype::Refused).is_err());
    }

    #[test]
    fn entities_are_refused_in_every_disguise() {
        let bombs = [
            "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>",
            "<!DOCTYPE a [<!entity % b SYSTEM 'http://x/'> %b;]><a/>",
            "<?xml version='1.0'?> <!-- --> <!DOCTYPE a PUBLIC \"]>\" 'x' [ <!ELEMENT a ANY> <!ENTITY b \"c\"> ]><a>&b;</a>",
            "<a>&b;</a>",
            "<a><!DOCTYPE a [<!ENTITY b 'c'>]>&b;</a>",
            "<!DOCTYPE a [<a/>",
        ];
        for bomb in bombs {
            assert!(name(bomb, Doctype::PassedOver).is_err(), "{bomb}");
        }
        let wide: Vec<u8> =
            [0xff, 0xfe].into_iter().chain("<!DOCTYPE a><a/>".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert!(
            read(&wide, Doctype::Refused, |_| Ok(())).is_err()
                && read(&wide[2..], Doctype::PassedOver, |_| Ok(())).is_err()
        );
    }

    #[test]
    fn depth_is_bounded_before_a_tree_is_made() {
        let deep = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        assert!(name(&deep(XML_DEPTH_MAX), Doctype::Refused).is_ok());
        assert_eq!(
            name(&deep(XML_DEPTH_MAX + 1), Doctype::Refused).expect_err("too deep").kind(),
            terrane_model::Kind::TooLarge
        );
        assert!(name(&deep(1_000_000), Doctype::Refused).is_err());
        let flat = format!("<a>{}</a>", "<b c='>'/><!-- <x> --><![CDATA[<y>]]><d></d>".repeat(1_000));
        assert!(name(&flat, Doctype::Refused).is_ok());
    }

    #[test]
    fn encodings_of_one_byte_are_read_as_they_are_declared() {
        let latin = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>G\xe9ologie</a>";
        assert_eq!(read(latin, Doctype::Refused, |root| Ok(text(root))).expect("it is read"), "Géologie");
        assert!(read(b"<a>G\xe9ologie</a>", Doctype::Refused, |_| Ok(())).is_err());
    }
}

//! Moments and periods of GML (14.2) as filters have them.

use super::child;
use roxmltree::Node;
use terrane_model::{Error, Result, When};

/// A time in a document: a moment, or a period whose ends may be open.
#[derive(Debug, Clone, PartialEq)]
pub enum Period {
    /// A moment, as well as it is known.
    Moment(When),
    /// A period.
    Between(Option<When>, Option<When>),
}

/// Reads `TimeInstant` or `TimePeriod`; `None` for other elements.
pub fn period(node: Node<'_, '_>) -> Result<Option<Period>> {
    Ok(match node.tag_name().name() {
        "TimeInstant" => {
            let position = child(node, "timePosition").ok_or_else(|| wrong("A TimeInstant has no timePosition."))?;
            Some(Period::Moment(
                moment(position)?.ok_or_else(|| wrong("The timePosition of a TimeInstant is not known."))?,
            ))
        }
        "TimePeriod" => {
            Some(Period::Between(end(node, ["beginPosition", "begin"])?, end(node, ["endPosition", "end"])?))
        }
        _ => None,
    })
}

fn end(node: Node<'_, '_>, [position, whole]: [&str; 2]) -> Result<Option<When>> {
    if let Some(position) = child(node, position) {
        return moment(position);
    }
    let instant = child(node, whole).and_then(|whole| child(whole, "TimeInstant"));
    let position = instant.and_then(|instant| child(instant, "timePosition"));
    moment(position.ok_or_else(|| wrong("A TimePeriod needs beginPosition and endPosition."))?)
}

/// A position in time; nothing where it says that it is not known.
fn moment(node: Node<'_, '_>) -> Result<Option<When>> {
    let text: String = node.descendants().filter(Node::is_text).filter_map(|text| text.text()).collect();
    match (text.trim(), node.attribute("indeterminatePosition")) {
        ("", Some("unknown" | "before" | "after")) => Ok(None),
        ("", Some(other)) => {
            Err(wrong(&format!("The position “{}” is not understood; write the time.", shortened(other))))
        }
        (text, _) => When::parse(text).map(Some),
    }
}

fn wrong(say: &str) -> Error {
    Error::invalid(say)
}

fn shortened(text: &str) -> String {
    text.chars().take(64).collect()
}

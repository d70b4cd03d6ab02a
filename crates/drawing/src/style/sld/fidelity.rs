//! What became of a foreign style: exact, approximated, left out.

use roxmltree::Node;
use std::fmt;
use terrane_model::limits::SLD_REMARKS_MAX;

/// What became of a document.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fidelity {
    /// Symbolizers that were read.
    pub symbolizers: usize,
    /// Of those, the ones about which there is nothing to remark.
    pub exact: usize,
    /// What was approximated or left out, each once with its first place.
    pub remarks: Vec<Remark>,
}

/// How faithful.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Drawn in another way.
    Approximated,
    /// Not drawn.
    LeftOut,
}

/// One thing that is not as the document says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// How it is instead.
    pub how: How,
    /// Where it is first: the line and the element.
    pub place: String,
    /// What it is.
    pub say: String,
    /// How often it is there.
    pub times: usize,
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = if self.how == How::LeftOut { "left out" } else { "approximated" };
        write!(f, "{how}: {} ({}", self.say, self.place)?;
        if self.times > 1 { write!(f, ", {} times)", self.times) } else { f.write_str(")") }
    }
}

impl Fidelity {
    /// Whether all is as the document says.
    pub fn is_exact(&self) -> bool {
        self.remarks.is_empty()
    }

    /// What was read, in a sentence.
    pub fn summary(&self) -> String {
        format!("{} of {} symbolizers were read exactly.", self.exact, self.symbolizers)
    }

    pub(super) fn approximated(&mut self, node: Node<'_, '_>, say: impl Into<String>) {
        self.add(How::Approximated, node, say.into());
    }

    pub(super) fn left_out(&mut self, node: Node<'_, '_>, say: impl Into<String>) {
        self.add(How::LeftOut, node, say.into());
    }

    fn add(&mut self, how: How, node: Node<'_, '_>, say: String) {
        if let Some(known) = self.remarks.iter_mut().find(|known| known.how == how && known.say == say) {
            known.times += 1;
        } else if self.remarks.len() < SLD_REMARKS_MAX {
            self.remarks.push(Remark { how, place: place(node), say, times: 1 });
        }
    }

    /// How many remarks were made so far, repeated ones included.
    pub(super) fn count(&self) -> usize {
        self.remarks.iter().map(|remark| remark.times).sum()
    }
}

/// Elements that a place names.
const PLACES: [&str; 11] = [
    "NamedLayer",
    "UserStyle",
    "FeatureTypeStyle",
    "CoverageStyle",
    "Rule",
    "Filter",
    "PolygonSymbolizer",
    "LineSymbolizer",
    "PointSymbolizer",
    "TextSymbolizer",
    "RasterSymbolizer",
];

/// Where a node is: `line 41, Rule 3 “Jurassic”, PolygonSymbolizer/Fill/GraphicFill`.
pub fn place(node: Node<'_, '_>) -> String {
    let line = node.document().text_pos_at(node.range().start).row;
    let mut path: Vec<String> = Vec::new();
    for around in node.ancestors().filter(Node::is_element) {
        let name = around.tag_name().name();
        if name == "Rule" {
            let number = 1 + around.prev_siblings().skip(1).filter(|other| other.tag_name().name() == "Rule").count();
            path.push(format!("Rule {number}"));
            break;
        }
        if path.is_empty() || PLACES.contains(&name) {
            path.push(name.chars().take(64).collect());
        }
    }
    path.reverse();
    format!("line {line}, {}", path.join("/"))
}

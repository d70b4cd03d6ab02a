//! Documents → styles. Elements are known by their local names, so that both versions, and mixtures of them, are read.

mod expressions;
mod mappings;
mod marks;
mod places;
mod raster;
mod rules;
mod symbolizers;
mod values;

pub(super) use places::ANCHORS;
pub(super) use raster::RELIEF_FACTOR;

use super::fidelity::{Fidelity, place};
use super::{Sld, SldLayer, SldStyle, Subject};
use crate::style::{Rule, Style};
use roxmltree::Node;
use terrane_formats::xml;
use terrane_model::limits::{PICTURE_STYLES_MAX, STYLE_BYTES_MAX, STYLE_RULES_MAX};
use terrane_model::{Error, Filter, LocalText, Result, Schema};

/// Tells what the layer of a name draws; `None` when it is of no interest.
pub type Look<'a> = &'a dyn Fn(&str) -> Result<Option<Subject>>;

/// Whether a text is meant to be XML.
pub fn is_sld(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').trim_start().starts_with('<')
}

/// Reads a `StyledLayerDescriptor`, or a `UserStyle`, `FeatureTypeStyle` or `CoverageStyle` alone. `subject` tells what the layer of
/// a name draws: filters need to know what columns hold.
///
/// Refuses documents that are not XML of this kind, numbers that are none, layers that the document brings itself (`UserLayer`),
/// and what is past the limits. The error names the line and the element.
pub fn read(text: &str, subject: Look<'_>) -> Result<Sld> {
    if text.len() > STYLE_BYTES_MAX {
        return Err(Error::too_large(format!("A style has at most {STYLE_BYTES_MAX} bytes.")));
    }
    let document = xml::parse(text)?;
    read_node(document.root_element(), subject)
}

/// Reads a node of a document that was parsed by [`terrane_formats::xml`].
pub fn read_node(root: Node<'_, '_>, subject: Look<'_>) -> Result<Sld> {
    let mut fidelity = Fidelity::default();
    let layers = match root.tag_name().name() {
        "StyledLayerDescriptor" => named_layers(root, subject, &mut fidelity)?,
        // A request that is posted has its styles within.
        "GetMap" => match child(root, "StyledLayerDescriptor") {
            Some(within) => named_layers(within, subject, &mut fidelity)?,
            None => return Err(Error::invalid("The document has no StyledLayerDescriptor.")),
        },
        "UserStyle" | "FeatureTypeStyle" | "CoverageStyle" => {
            let subject = subject("")?.unwrap_or(Subject::Several);
            let mut reader = Reader { subject: &subject, fidelity: &mut fidelity };
            let style = SldStyle::Own { style: reader.style(root)?, is_default: true };
            vec![SldLayer { name: String::new(), filter: None, styles: vec![style] }]
        }
        other => {
            let say = format!("“{}” is not the begin of a style; it begins with StyledLayerDescriptor.", short(other));
            return Err(Error::invalid(say));
        }
    };
    Ok(Sld { layers, fidelity })
}

fn named_layers(root: Node<'_, '_>, subject: Look<'_>, fidelity: &mut Fidelity) -> Result<Vec<SldLayer>> {
    let (mut layers, mut styles) = (Vec::new(), 0);
    for node in children(root) {
        match node.tag_name().name() {
            "NamedLayer" => {
                let name = child(node, "Name").map(text_of).unwrap_or_default();
                let Some(subject) = subject(&name)? else { continue };
                let mut reader = Reader { subject: &subject, fidelity };
                layers.push(reader.layer(node, name)?);
                styles += layers.last().map_or(0, |layer| layer.styles.len().max(1));
            }
            "UserLayer" => {
                let say = "Layers with data of their own (UserLayer) are not drawn here; name a layer of this service.";
                return Err(Error::unsupported(say).at(place(node)));
            }
            "UseSLDLibrary" => fidelity.left_out(node, "styles at another address are never fetched"),
            _ => {}
        }
        if styles > PICTURE_STYLES_MAX {
            return Err(Error::too_large(format!("A document has at most {PICTURE_STYLES_MAX} layers and styles.")));
        }
    }
    match child(root, "NamedLayer") {
        None => Err(Error::invalid("The document has no NamedLayer.")),
        Some(_) => Ok(layers),
    }
}

/// Reads the styles of one layer.
struct Reader<'a> {
    subject: &'a Subject,
    fidelity: &'a mut Fidelity,
}

impl Reader<'_> {
    fn schema(&self) -> Option<&Schema> {
        if let Subject::Rows(schema) = self.subject { Some(schema) } else { None }
    }

    fn layer(&mut self, node: Node<'_, '_>, name: String) -> Result<SldLayer> {
        let mut layer = SldLayer { name, filter: None, styles: Vec::new() };
        for part in children(node) {
            match part.tag_name().name() {
                "NamedStyle" => {
                    layer.styles.push(SldStyle::Named(child(part, "Name").map(text_of).unwrap_or_default()));
                }
                "UserStyle" => {
                    let is_default =
                        child(part, "IsDefault").map(text_of).is_some_and(|text| text == "1" || text == "true");
                    layer.styles.push(SldStyle::Own { style: self.style(part)?, is_default });
                }
                "LayerFeatureConstraints" | "LayerCoverageConstraints" => layer.filter = self.constraints(part)?,
                _ => {}
            }
        }
        Ok(layer)
    }

    /// The rows that a layer is narrowed to: those of any of its constraints.
    fn constraints(&mut self, node: Node<'_, '_>) -> Result<Option<Filter>> {
        let mut any = Vec::new();
        for constraint in children(node) {
            if let Some(extent) = child(constraint, "Extent") {
                self.fidelity.left_out(extent, "an Extent does not narrow a layer");
            }
            match child(constraint, "Filter") {
                Some(filter) => any.push(self.filter(filter)?),
                None => return Ok(None),
            }
        }
        Ok(match any.len() {
            0 | 1 => any.pop(),
            _ => Some(Filter::Or(any)),
        })
    }

    fn style(&mut self, node: Node<'_, '_>) -> Result<Style> {
        let parts: Vec<Vec<Rule>> = match node.tag_name().name() {
            "UserStyle" => {
                let parts = children(node).filter(|part| is_type_style(*part));
                parts.map(|part| self.type_style(part)).collect::<Result<_>>()?
            }
            _ => vec![self.type_style(node)?],
        };
        let count: usize = parts.iter().map(Vec::len).sum();
        if count > STYLE_RULES_MAX {
            return Err(Error::too_large(format!("A style has at most {STYLE_RULES_MAX} rules.")).at(place(node)));
        }
        let name = child(node, "Name").map(text_of).filter(|name| !name.is_empty());
        let mut style = rules::joined(parts, node, self.fidelity);
        style.name = name;
        style.title = title(node);
        Ok(style)
    }

    fn type_style(&mut self, node: Node<'_, '_>) -> Result<Vec<Rule>> {
        let mut rules = Vec::new();
        for part in children(node) {
            match part.tag_name().name() {
                "Rule" => rules.push(self.rule(part)?),
                "OnlineResource" => self.fidelity.left_out(part, "styles at another address are never fetched"),
                "Transformation" => {
                    self.fidelity.left_out(part, "data are drawn as they are, without a Transformation");
                }
                "VendorOption" => self.vendor_option(part),
                _ => {}
            }
        }
        Ok(rules)
    }

    fn vendor_option(&mut self, node: Node<'_, '_>) {
        self.fidelity.left_out(node, format!("the vendor option “{}”", short(node.attribute("name").unwrap_or(""))));
    }
}

fn is_type_style(node: Node<'_, '_>) -> bool {
    matches!(node.tag_name().name(), "FeatureTypeStyle" | "CoverageStyle")
}

/// The title of a style or a rule: in `Title`, within `Description` in the newer version; `Localized` has other languages.
fn title(node: Node<'_, '_>) -> LocalText {
    let found = child(node, "Title").or_else(|| child(child(node, "Description")?, "Title"));
    let mut title = LocalText::default();
    let Some(found) = found else { return title };
    let own: String = found.children().filter_map(|part| part.text().filter(|_| part.is_text())).collect();
    if !own.trim().is_empty() {
        title.set("und", own.trim());
    }
    for other in children(found).filter(|part| part.tag_name().name() == "Localized") {
        title.set(other.attribute("lang").unwrap_or("und"), text_of(other));
    }
    title
}

/// The element children of a node.
fn children<'a, 'i>(node: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(Node::is_element)
}

/// The first child with a local name, whatever its namespace.
fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    children(node).find(|child| child.tag_name().name() == name)
}

/// All text of an element, without blanks around.
fn text_of(node: Node<'_, '_>) -> String {
    let all: String = node.descendants().filter(Node::is_text).filter_map(|text| text.text()).collect();
    all.trim().to_owned()
}

/// As much of a stranger's text as is said back.
fn short(text: &str) -> String {
    text.chars().take(64).collect()
}

fn invalid(node: Node<'_, '_>, say: impl Into<String>) -> Error {
    Error::invalid(say.into()).at(place(node))
}

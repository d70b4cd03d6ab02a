//! What other servers say of their services: capabilities of WMS and WFS, read into one form. Nothing in them is fetched.

mod wfs;
mod wms;

use crate::xml::tree::{self as xml, Doctype};
use roxmltree::Node;
use terrane_model::limits::{SERVICE_LAYERS_MAX, SERVICE_TEXT_CHARACTERS_MAX};
use terrane_model::{Error, Result};

/// A kind of service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceKind {
    /// Maps.
    Wms,
    /// Features.
    Wfs,
}

impl ServiceKind {
    /// As it is named in requests.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wms => "WMS",
            Self::Wfs => "WFS",
        }
    }
}

/// A service as it describes itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// What it is.
    pub kind: ServiceKind,
    /// The version of the description.
    pub version: String,
    /// The name in it: `WMS`, `OGC:WMS`.
    pub name: String,
    /// Its title.
    pub title: String,
    /// What it offers.
    pub description: String,
    /// Words to find it by.
    pub keywords: Vec<String>,
    /// What its use costs.
    pub fees: String,
    /// Who may use it, and for what.
    pub constraints: String,
    /// The page of whoever offers it.
    pub page: String,
    /// Whom to ask.
    pub contact: Contact,
    /// What can be asked.
    pub operations: Vec<Operation>,
    /// Whether styles can be sent with a request (SLD).
    pub takes_styles: bool,
    /// Layers or feature types, groups without a name left out.
    pub layers: Vec<Layer>,
}

/// Whom to ask.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Contact {
    pub organisation: String,
    pub person: String,
    pub email: String,
    pub telephone: String,
    pub address: String,
}

/// Something that can be asked of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// `GetMap`, `GetFeature` and so on.
    pub name: String,
    /// Where it is asked with GET.
    pub url: String,
    /// Forms of the answer.
    pub formats: Vec<String>,
}

/// A layer, or a feature type.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Layer {
    /// Its name in requests.
    pub name: String,
    /// Its title.
    pub title: String,
    /// What it shows.
    pub description: String,
    /// Words to find it by.
    pub keywords: Vec<String>,
    /// CRSs in which it can be asked, inherited ones included.
    pub crs: Vec<String>,
    /// West, south, east and north in degrees.
    pub degrees: Option<[f64; 4]>,
    /// Boxes as they stand, with their CRS: the axes are the CRS's own in 1.3.0.
    pub boxes: Vec<(String, [f64; 4])>,
    /// Styles.
    pub styles: Vec<Style>,
    /// Whether features can be asked for at a place.
    pub is_queryable: bool,
    /// Whether it holds other layers.
    pub is_group: bool,
    /// Addresses of metadata: type and address.
    pub metadata: Vec<(String, String)>,
}

/// A style of a layer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Style {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// The picture of its legend.
    pub legend: Option<String>,
}

impl Service {
    /// An operation by its name.
    pub fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.name == name)
    }
}

/// Reads what a service says of itself, of WMS 1.1.1 and 1.3.0 or WFS 1.1.0 and 2.0.
pub fn read(bytes: &[u8]) -> Result<Service> {
    xml::read(bytes, Doctype::PassedOver, |root| match root.tag_name().name() {
        "WMS_Capabilities" | "WMT_MS_Capabilities" => wms::read(root),
        "WFS_Capabilities" => wfs::read(root),
        _ => Err(refusal(root)),
    })
}

/// What a document says that is not what was asked for.
fn refusal(root: Node<'_, '_>) -> Error {
    match exception_of(root) {
        Some(said) => Error::invalid(format!("The server answered with an error: “{said}”.")),
        None => Error::invalid(format!(
            "The document is a “{}”, which is no description of a WMS or WFS.",
            shown(root.tag_name().name(), 60)
        )),
    }
}

/// The words of an exception of WMS or OWS, when a document is one; empty words when it gives none.
pub fn exception(bytes: &[u8]) -> Option<String> {
    xml::read(bytes, Doctype::PassedOver, |root| Ok(exception_of(root))).ok().flatten()
}

fn exception_of(root: Node<'_, '_>) -> Option<String> {
    let named = ["ServiceExceptionReport", "ExceptionReport", "ServiceException"];
    named.contains(&root.tag_name().name()).then(|| shown(&xml::text(root), 300))
}

fn shown(text: &str, characters: usize) -> String {
    text.chars().filter(|it| !it.is_control()).take(characters).collect()
}

/// A text of a description, cut where it is longer than anybody reads.
fn words(node: Node<'_, '_>, path: &[&str]) -> String {
    let text = xml::text_at(node, path);
    if text.len() <= SERVICE_TEXT_CHARACTERS_MAX { text } else { shown(&text, SERVICE_TEXT_CHARACTERS_MAX) }
}

/// The words of a list of keywords, each once.
fn keywords(list: Option<Node<'_, '_>>) -> Vec<String> {
    let elements = list.into_iter().flat_map(|list| xml::children(list, "Keyword"));
    elements.map(xml::text).filter(|word| !word.is_empty()).collect()
}

fn check_count(layers: &[Layer]) -> Result<()> {
    match layers.len() > SERVICE_LAYERS_MAX {
        true => Err(Error::too_large(format!("More than {SERVICE_LAYERS_MAX} layers of a service are not looked at."))),
        false => Ok(()),
    }
}

/// Four numbers that are numbers.
fn numbers(texts: [Option<&str>; 4]) -> Option<[f64; 4]> {
    let mut all = [0.0; 4];
    for (place, text) in all.iter_mut().zip(texts) {
        *place = text?.trim().parse().ok().filter(|it: &f64| it.is_finite())?;
    }
    Some(all)
}

//! Capabilities of WMS 1.1.1 and 1.3.0 (OGC 01-068r3, 06-042).

use super::{Contact, Layer, Operation, Service, ServiceKind, Style, check_count, keywords, numbers, words};
use crate::xml::tree::{at, attribute, child, children, text, text_at};
use roxmltree::Node;
use terrane_model::{Error, Result};

pub(super) fn read(root: Node<'_, '_>) -> Result<Service> {
    let service = child(root, "Service").ok_or_else(|| missing("Service"))?;
    let capability = child(root, "Capability").ok_or_else(|| missing("Capability"))?;
    let mut layers = Vec::new();
    for layer in children(capability, "Layer") {
        take(layer, &Layer::default(), &mut layers)?;
    }
    Ok(Service {
        kind: ServiceKind::Wms,
        version: attribute(root, "version").unwrap_or("").to_owned(),
        name: text_at(service, &["Name"]),
        title: words(service, &["Title"]),
        description: words(service, &["Abstract"]),
        keywords: keywords(child(service, "KeywordList")),
        fees: words(service, &["Fees"]),
        constraints: words(service, &["AccessConstraints"]),
        page: link(child(service, "OnlineResource")),
        contact: contact(child(service, "ContactInformation")),
        operations: child(capability, "Request").map(operations).unwrap_or_default(),
        takes_styles: takes_styles(capability),
        layers,
    })
}

fn missing(element: &str) -> Error {
    Error::invalid(format!("The capabilities have no “{element}”."))
}

/// `UserDefinedSymbolization` of 1.1.1, and of 1.3.0 in the namespace of SLD.
fn takes_styles(capability: Node<'_, '_>) -> bool {
    child(capability, "UserDefinedSymbolization").is_some_and(|it| attribute(it, "SupportSLD") == Some("1"))
}

fn link(resource: Option<Node<'_, '_>>) -> String {
    resource.and_then(|it| attribute(it, "href")).unwrap_or("").trim().to_owned()
}

fn contact(information: Option<Node<'_, '_>>) -> Contact {
    let Some(information) = information else { return Contact::default() };
    Contact {
        organisation: words(information, &["ContactPersonPrimary", "ContactOrganization"]),
        person: words(information, &["ContactPersonPrimary", "ContactPerson"]),
        email: words(information, &["ContactElectronicMailAddress"]),
        telephone: words(information, &["ContactVoiceTelephone"]),
        address: words(information, &["ContactAddress"]),
    }
}

fn operations(request: Node<'_, '_>) -> Vec<Operation> {
    let one = |node: Node<'_, '_>| Operation {
        name: node.tag_name().name().to_owned(),
        url: link(at(node, &["DCPType", "HTTP", "Get", "OnlineResource"])),
        formats: children(node, "Format").map(text).collect(),
    };
    request.children().filter(Node::is_element).map(one).collect()
}

/// A layer and those within it; what a layer does not say it has of the one around it (06-042, 7.2.4.8).
fn take(node: Node<'_, '_>, around: &Layer, layers: &mut Vec<Layer>) -> Result<()> {
    let within: Vec<_> = children(node, "Layer").collect();
    let own = Layer {
        name: text_at(node, &["Name"]),
        title: words(node, &["Title"]),
        description: words(node, &["Abstract"]),
        keywords: keywords(child(node, "KeywordList")),
        crs: crs_of(node, around),
        degrees: degrees(node).or(around.degrees),
        boxes: boxes(node, around),
        styles: children(node, "Style").map(style).chain(around.styles.iter().cloned()).collect(),
        is_queryable: attribute(node, "queryable").map_or(around.is_queryable, |it| matches!(it.trim(), "1" | "true")),
        is_group: !within.is_empty(),
        metadata: children(node, "MetadataURL")
            .map(|it| (attribute(it, "type").unwrap_or("").to_owned(), link(child(it, "OnlineResource"))))
            .collect(),
    };
    if !own.name.is_empty() {
        layers.push(own.clone());
        check_count(layers)?;
    }
    within.into_iter().try_for_each(|layer| take(layer, &own, layers))
}

/// Old servers write several in one element.
fn crs_of(node: Node<'_, '_>, around: &Layer) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let own = children(node, "CRS").chain(children(node, "SRS")).map(text).collect::<Vec<_>>();
    let names = own.iter().flat_map(|names| names.split_whitespace().map(str::to_owned));
    for name in names.chain(around.crs.iter().cloned()) {
        if !all.contains(&name) {
            all.push(name);
        }
    }
    all
}

fn degrees(node: Node<'_, '_>) -> Option<[f64; 4]> {
    if let Some(whole) = child(node, "EX_GeographicBoundingBox") {
        let sides = ["westBoundLongitude", "southBoundLatitude", "eastBoundLongitude", "northBoundLatitude"];
        let texts = sides.map(|side| text_at(whole, &[side]));
        return numbers([0, 1, 2, 3].map(|side| Some(texts[side].as_str())));
    }
    child(node, "LatLonBoundingBox").and_then(corners)
}

fn corners(node: Node<'_, '_>) -> Option<[f64; 4]> {
    numbers(["minx", "miny", "maxx", "maxy"].map(|side| attribute(node, side)))
}

fn boxes(node: Node<'_, '_>, around: &Layer) -> Vec<(String, [f64; 4])> {
    let named = |it: Node<'_, '_>| attribute(it, "CRS").or_else(|| attribute(it, "SRS")).unwrap_or("").to_owned();
    let own: Vec<_> = children(node, "BoundingBox").filter_map(|it| Some((named(it), corners(it)?))).collect();
    let inherited = around.boxes.iter().filter(|(crs, _)| !own.iter().any(|(known, _)| known == crs)).cloned();
    own.iter().cloned().chain(inherited).collect()
}

fn style(node: Node<'_, '_>) -> Style {
    Style {
        name: text_at(node, &["Name"]),
        title: words(node, &["Title"]),
        legend: at(node, &["LegendURL", "OnlineResource"]).map(|it| link(Some(it))).filter(|it| !it.is_empty()),
    }
}

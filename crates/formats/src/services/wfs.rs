//! Capabilities of WFS 1.1.0 and 2.0 (OGC 04-094, 09-025r2), which share OWS Common.

use super::{Contact, Layer, Operation, Service, ServiceKind, check_count, keywords, numbers, words};
use crate::xml::tree::{at, attribute, child, children, text, text_at};
use roxmltree::Node;
use terrane_model::{Error, Result};

pub(super) fn read(root: Node<'_, '_>) -> Result<Service> {
    let about = child(root, "ServiceIdentification").ok_or_else(|| {
        Error::invalid(
            "The capabilities have no “ServiceIdentification”; WFS 1.0.0 is not looked at, ask for 1.1.0 or 2.0.0.",
        )
    })?;
    let provider = child(root, "ServiceProvider");
    let types = child(root, "FeatureTypeList");
    let layers: Vec<Layer> = types.into_iter().flat_map(|list| children(list, "FeatureType")).map(layer).collect();
    check_count(&layers)?;
    Ok(Service {
        kind: ServiceKind::Wfs,
        version: attribute(root, "version").unwrap_or("").to_owned(),
        name: text_at(about, &["ServiceType"]),
        title: words(about, &["Title"]),
        description: words(about, &["Abstract"]),
        keywords: keywords(child(about, "Keywords")),
        fees: words(about, &["Fees"]),
        constraints: words(about, &["AccessConstraints"]),
        page: provider
            .and_then(|it| child(it, "ProviderSite"))
            .and_then(|it| attribute(it, "href"))
            .unwrap_or("")
            .to_owned(),
        contact: provider.map(contact).unwrap_or_default(),
        operations: child(root, "OperationsMetadata").map(operations).unwrap_or_default(),
        takes_styles: false,
        layers,
    })
}

fn contact(provider: Node<'_, '_>) -> Contact {
    let person = |path: &[&str]| words(provider, &[&["ServiceContact"], path].concat());
    Contact {
        organisation: words(provider, &["ProviderName"]),
        person: person(&["IndividualName"]),
        email: person(&["ContactInfo", "Address", "ElectronicMailAddress"]),
        telephone: person(&["ContactInfo", "Phone", "Voice"]),
        address: person(&["ContactInfo", "Address"]),
    }
}

fn operations(list: Node<'_, '_>) -> Vec<Operation> {
    let one = |node: Node<'_, '_>| Operation {
        name: attribute(node, "name").unwrap_or("").to_owned(),
        url: at(node, &["DCP", "HTTP", "Get"]).and_then(|it| attribute(it, "href")).unwrap_or("").to_owned(),
        formats: children(node, "Parameter")
            .filter(|it| attribute(*it, "name").is_some_and(|name| name.eq_ignore_ascii_case("outputFormat")))
            .flat_map(|it| it.descendants().filter(|value| value.tag_name().name() == "Value").map(text))
            .collect(),
    };
    children(list, "Operation").map(one).collect()
}

fn layer(node: Node<'_, '_>) -> Layer {
    let reference = ["DefaultCRS", "DefaultSRS", "OtherCRS", "OtherSRS"];
    Layer {
        name: text_at(node, &["Name"]),
        title: words(node, &["Title"]),
        description: words(node, &["Abstract"]),
        keywords: keywords(child(node, "Keywords")),
        crs: reference.iter().flat_map(|name| children(node, name).map(text)).collect(),
        degrees: child(node, "WGS84BoundingBox").and_then(degrees),
        is_queryable: true,
        metadata: children(node, "MetadataURL")
            .map(|it| (String::new(), attribute(it, "href").map_or_else(|| text(it), str::to_owned)))
            .collect(),
        ..Layer::default()
    }
}

fn degrees(node: Node<'_, '_>) -> Option<[f64; 4]> {
    let (lower, upper) = (text_at(node, &["LowerCorner"]), text_at(node, &["UpperCorner"]));
    let (mut lower, mut upper) = (lower.split_whitespace(), upper.split_whitespace());
    numbers([lower.next(), lower.next(), upper.next(), upper.next()])
}

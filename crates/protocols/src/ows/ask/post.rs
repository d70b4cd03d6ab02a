//! Requests that are posted: forms of key-value pairs, and `GetMap` documents (05-078r4, GetMap.xsd, and the older ones of 02-070).

use crate::common::kvp::Pairs;
use roxmltree::{Document, Node};
use terrane_formats::xml;
use terrane_model::{Error, Result};

/// The pairs of a request whose body was posted; those of its address count as well.
pub fn posted(query: &str, body: &[u8]) -> Result<Pairs> {
    let text = xml::text(body)?;
    let address = Pairs::parse(query)?;
    let posted = match text.trim_start().starts_with('<') {
        true => document(text)?,
        false => Pairs::parse(text.trim_end_matches(['\r', '\n']))?,
    };
    Ok(posted.iter().chain(address.iter()).map(|(key, value)| (key.to_owned(), value.to_owned())).collect())
}

/// Whether what was posted to an address of several services is for WMS.
pub fn is_wms(query: &str, body: &[u8]) -> bool {
    let Ok(text) = xml::text(body) else { return false };
    if text.trim_start().starts_with('<') {
        let root = xml::parse(text).map(|document| document.root_element().tag_name().name().to_owned());
        return root.is_ok_and(|root| root == "GetMap" || root == "StyledLayerDescriptor");
    }
    let service = |pairs: Pairs| pairs.any_case("service").map(str::to_ascii_lowercase);
    let service = posted(query, body).ok().and_then(service);
    service.as_deref() == Some("wms")
}

fn document(text: &str) -> Result<Pairs> {
    let document: Document<'_> = xml::parse(text)?;
    let root = document.root_element();
    match root.tag_name().name() {
        "GetMap" => Ok(get_map(root, text)),
        // A style alone: the rest is in the address.
        "StyledLayerDescriptor" => Ok([("sld_body".to_owned(), text.to_owned())].into_iter().collect()),
        "GetCapabilities" => Ok([("request", "GetCapabilities"), ("service", "WMS")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into_iter()
            .collect()),
        other => {
            let shown: String = other.chars().take(64).collect();
            let say = format!("“{shown}” is not read here; post a GetMap, or a form of key-value pairs.");
            Err(Error::unsupported(say).at("request"))
        }
    }
}

/// A `GetMap` document as pairs; its styles are read from the document itself.
fn get_map(root: Node<'_, '_>, text: &str) -> Pairs {
    let mut pairs =
        vec![("request", "GetMap".to_owned()), ("service", "WMS".to_owned()), ("sld_body", text.to_owned())];
    let version = root.attribute("version").unwrap_or("1.3.0");
    pairs.push(("version", version.to_owned()));
    let crs_key = if version.starts_with("1.3") { "crs" } else { "srs" };
    let bounds = child(root, "BoundingBox");
    let crs = text_of(child(root, "CRS")).or_else(|| text_of(child(root, "SRS")));
    let of_bounds = bounds.and_then(|bounds| bounds.attribute("crs").or_else(|| bounds.attribute("srsName")));
    pairs.extend(crs.or_else(|| of_bounds.map(crs_name)).map(|crs| (crs_key, crs)));
    pairs.extend(bounds.and_then(bbox).map(|bbox| ("bbox", bbox)));
    let output = child(root, "Output");
    let size = output.and_then(|output| child(output, "Size"));
    let parts = [
        ("width", size, "Width"),
        ("height", size, "Height"),
        ("format", output, "Format"),
        ("transparent", output, "Transparent"),
        ("bgcolor", output, "BGcolor"),
        ("bgcolor", output, "BGColor"),
        ("exceptions", Some(root), "Exceptions"),
        ("time", Some(root), "Time"),
        ("elevation", Some(root), "Elevation"),
    ];
    for (key, within, name) in parts {
        pairs.extend(within.and_then(|node| text_of(child(node, name))).map(|text| (key, text)));
    }
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// `http://www.opengis.net/gml/srs/epsg.xml#4326` as WMS spells it.
fn crs_name(name: &str) -> String {
    match name.rsplit_once("epsg.xml#") {
        Some((_, code)) => format!("EPSG:{code}"),
        None => name.to_owned(),
    }
}

/// Two corners, in whichever of the spellings, as four numbers.
fn bbox(node: Node<'_, '_>) -> Option<String> {
    let words =
        |text: String| text.split([' ', ',', '\n', '\t']).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    let corners = || Some([text_of(child(node, "LowerCorner"))?, text_of(child(node, "UpperCorner"))?]);
    let numbers: Vec<String> = match corners() {
        Some(corners) => corners.into_iter().flat_map(words).collect(),
        None => match text_of(child(node, "coordinates")) {
            Some(coordinates) => words(coordinates),
            None => node
                .children()
                .filter(|part| part.tag_name().name() == "coord")
                .flat_map(|coord| ["X", "Y"].map(|axis| text_of(child(coord, axis))))
                .collect::<Option<_>>()?,
        },
    };
    (numbers.len() == 4).then(|| numbers.join(","))
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|child| child.is_element() && child.tag_name().name() == name)
}

fn text_of(node: Option<Node<'_, '_>>) -> Option<String> {
    node?.text().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value<'a>(pairs: &'a Pairs, key: &str) -> &'a str {
        pairs.any_case(key).unwrap_or("")
    }

    #[test]
    fn a_document_says_what_pairs_say() {
        let new = "<GetMap xmlns='http://www.opengis.net/sld' xmlns:ows='http://www.opengis.net/ows' version='1.3.0'>\
            <StyledLayerDescriptor version='1.1.0'/><CRS>EPSG:4326</CRS><BoundingBox crs='x'>\
            <ows:LowerCorner>35 136</ows:LowerCorner><ows:UpperCorner>36 137</ows:UpperCorner></BoundingBox>\
            <Output><Size><Width>100</Width><Height>50</Height></Size><Format>image/png</Format><Transparent>true</Transparent></Output></GetMap>";
        let pairs = posted("service=WMS", new.as_bytes()).expect("it is read");
        let all = ["request", "crs", "bbox", "width", "height", "format", "transparent"].map(|key| value(&pairs, key));
        assert_eq!(all, ["GetMap", "EPSG:4326", "35,136,36,137", "100", "50", "image/png", "true"]);
        let old = "<ogc:GetMap xmlns:ogc='http://www.opengis.net/ows' xmlns:gml='http://www.opengis.net/gml' version='1.1.1'>\
            <BoundingBox srsName='http://www.opengis.net/gml/srs/epsg.xml#4326'><gml:coord><gml:X>136</gml:X><gml:Y>35</gml:Y></gml:coord>\
            <gml:coord><gml:X>137</gml:X><gml:Y>36</gml:Y></gml:coord></BoundingBox></ogc:GetMap>";
        let pairs = posted("", old.as_bytes()).expect("it is read");
        assert_eq!(["srs", "bbox", "version"].map(|key| value(&pairs, key)), ["EPSG:4326", "136,35,137,36", "1.1.1"]);
    }

    #[test]
    fn forms_are_pairs_and_other_documents_are_refused() {
        assert_eq!(value(&posted("request=GetMap", b"LAYERS=a%2Cb").expect("a form"), "layers"), "a,b");
        assert!(posted("", b"<GetFeature/>").is_err());
        let bomb = b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><GetMap>&x;</GetMap>";
        assert!(posted("", bomb).expect_err("refused").say().contains("DOCTYPE"));
    }
}

//! Web Map Context 1.1.0, written and read (1.0 is read too).

use super::{Context, ContextLayer, check, is_web};
use crate::xml::escape;
use crate::xml::tree::{self as xml, Doctype, at, attribute, child, children, text_at};
use roxmltree::Node;
use terrane_model::{Error, Result};

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<ViewContext version="1.1.0" xmlns="http://www.opengis.net/context" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:ol="http://openlayers.org/context" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.opengis.net/context http://schemas.opengis.net/context/1.1.0/context.xsd""#;

/// The document; its layers are listed bottom first, as the standard has it. The window is 4 to 3.
pub fn write(context: &Context) -> String {
    let [west, south, east, north] = context.bbox_deg.unwrap_or([-180.0, -90.0, 180.0, 90.0]);
    let id = if context.id.is_empty() { "map" } else { &context.id };
    let mut out = format!(
        "{HEAD} id=\"{}\">\n<General><Window width=\"800\" height=\"600\"/><BoundingBox SRS=\"EPSG:4326\" minx=\"{west}\" miny=\"{south}\" maxx=\"{east}\" maxy=\"{north}\"/><Title>{}</Title><Abstract>{}</Abstract></General>\n<LayerList>\n",
        escape(id),
        escape(&context.title),
        escape(&context.description)
    );
    context.layers.iter().rev().for_each(|layer| out.push_str(&write_layer(layer)));
    out.push_str("</LayerList>\n</ViewContext>\n");
    out
}

fn write_layer(layer: &ContextLayer) -> String {
    let style = layer.style.as_deref().map_or_else(String::new, |style| {
        let style = escape(style);
        format!("<StyleList><Style current=\"1\"><Name>{style}</Name><Title>{style}</Title></Style></StyleList>")
    });
    format!(
        "<Layer queryable=\"1\" hidden=\"{}\"><Server service=\"OGC:{}\" version=\"{}\" title=\"{}\"><OnlineResource xlink:type=\"simple\" xlink:href=\"{}\"/></Server><Name>{}</Name><Title>{}</Title><Abstract>{}</Abstract><SRS>EPSG:4326 EPSG:3857</SRS><FormatList><Format current=\"1\">{}</Format></FormatList>{style}<Extension><ol:opacity>{}</ol:opacity></Extension></Layer>\n",
        u8::from(layer.is_hidden),
        escape(&layer.service),
        escape(&layer.version),
        escape(&layer.title),
        escape(&layer.url),
        escape(&layer.name),
        escape(&layer.title),
        escape(&layer.attribution),
        escape(&layer.format),
        layer.opacity
    )
}

/// Reads a document. Layers without an address of the web are left out; nothing is fetched.
pub fn read(bytes: &[u8]) -> Result<Context> {
    xml::read(bytes, Doctype::Refused, |root| {
        if root.tag_name().name() != "ViewContext" {
            return Err(Error::invalid("This XML is no Web Map Context: it does not begin with “ViewContext”."));
        }
        let general = child(root, "General").ok_or_else(|| Error::invalid("The Web Map Context has no “General”."))?;
        let list = child(root, "LayerList");
        let mut layers: Vec<ContextLayer> =
            list.into_iter().flat_map(|list| children(list, "Layer")).filter_map(layer).collect();
        layers.reverse();
        check(Context {
            title: text_at(general, &["Title"]),
            description: text_at(general, &["Abstract"]),
            id: attribute(root, "id").unwrap_or("").to_owned(),
            bbox_deg: child(general, "BoundingBox").and_then(degrees),
            layers,
        })
    })
}

/// The box in degrees, when it is given in degrees or in Web Mercator.
fn degrees(node: Node<'_, '_>) -> Option<[f64; 4]> {
    let side = |name: &str| attribute(node, name)?.trim().parse::<f64>().ok().filter(|it| it.is_finite());
    let corners = [side("minx")?, side("miny")?, side("maxx")?, side("maxy")?];
    let crs = attribute(node, "SRS").unwrap_or("");
    match crs.rsplit(':').next().unwrap_or("") {
        "4326" | "84" => Some(corners),
        "3857" | "900913" | "3785" => {
            let [west, south] = from_mercator(corners[0], corners[1]);
            let [east, north] = from_mercator(corners[2], corners[3]);
            Some([west, south, east, north])
        }
        _ => None,
    }
}

/// Web Mercator, metres, to degrees (EPSG method 1024, reversed).
fn from_mercator(x: f64, y: f64) -> [f64; 2] {
    const RADIUS_M: f64 = 6_378_137.0;
    [(x / RADIUS_M).to_degrees(), (2.0 * (y / RADIUS_M).exp().atan() - std::f64::consts::FRAC_PI_2).to_degrees()]
}

fn layer(node: Node<'_, '_>) -> Option<ContextLayer> {
    let server = child(node, "Server")?;
    let url = child(server, "OnlineResource")
        .and_then(|it| attribute(it, "href"))
        .map(str::trim)
        .filter(|url| is_web(url))?;
    let styles = child(node, "StyleList");
    let current = |list: Node<'_, '_>, name: &str| {
        children(list, name).find(|it| attribute(*it, "current") == Some("1")).map(|it| it.id())
    };
    let style = styles.and_then(|list| {
        let chosen = current(list, "Style");
        children(list, "Style").find(|it| chosen.is_none_or(|id| id == it.id()))
    });
    let format = child(node, "FormatList").and_then(|list| {
        let chosen = current(list, "Format");
        children(list, "Format").find(|it| chosen.is_none_or(|id| id == it.id()))
    });
    let opacity = child(node, "Extension").and_then(|it| child(it, "opacity")).map(xml::text);
    Some(ContextLayer {
        service: attribute(server, "service").unwrap_or("OGC:WMS").trim_start_matches("OGC:").to_ascii_uppercase(),
        version: attribute(server, "version").unwrap_or("").to_owned(),
        url: url.to_owned(),
        name: text_at(node, &["Name"]),
        title: text_at(node, &["Title"]),
        style: style.and_then(|it| at(it, &["Name"])).map(xml::text).filter(|name| !name.is_empty()),
        format: format.map(xml::text).filter(|it| !it.is_empty()).unwrap_or_else(|| "image/png".to_owned()),
        opacity: opacity
            .and_then(|text| text.parse().ok())
            .filter(|it: &f64| it.is_finite())
            .unwrap_or(1.0)
            .clamp(0.0, 1.0),
        is_hidden: attribute(node, "hidden").is_some_and(|it| matches!(it, "1" | "true")),
        attribution: text_at(node, &["Abstract"]),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let layer = |name: &str| ContextLayer {
            url: "https://maps.test/wms?map=a&b=c".to_owned(),
            name: name.to_owned(),
            title: "Géologie <1:1M> & \"more\"".to_owned(),
            style: Some("age".to_owned()),
            opacity: 0.5,
            is_hidden: name == "b",
            attribution: "BRGM".to_owned(),
            ..ContextLayer::default()
        };
        let context = Context {
            title: "地質".to_owned(),
            description: "two layers".to_owned(),
            id: "m".to_owned(),
            bbox_deg: Some([100.5, -10.0, 110.0, 16.0]),
            layers: vec![layer("a"), layer("b")],
        };
        assert_eq!(read(write(&context).as_bytes()).expect("it is read"), context);
    }

    #[test]
    fn addresses_that_a_browser_would_run_are_left_out() {
        let of = |url: &str| {
            format!(
                "<ViewContext xmlns:x='http://www.w3.org/1999/xlink'><General><BoundingBox SRS='EPSG:3857' minx='0' miny='0' maxx='111319.49' maxy='111325.14'/></General><LayerList><Layer><Server><OnlineResource x:href='{url}'/></Server><Name>a</Name></Layer></LayerList></ViewContext>"
            )
        };
        for url in ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", ""] {
            assert!(read(of(url).as_bytes()).expect("it is read").layers.is_empty(), "{url}");
        }
        let read = read(of("HTTPS://a.test/").as_bytes()).expect("it is read");
        assert_eq!(read.layers.len(), 1);
        assert!(read.bbox_deg.is_some_and(|sides| (sides[2] - 1.0).abs() < 1e-6 && (sides[3] - 1.0).abs() < 1e-4));
    }
}

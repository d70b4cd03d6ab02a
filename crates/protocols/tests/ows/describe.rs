//! Capabilities promise only what is kept: every layer, style, CRS, legend and link that they name is there.

use crate::ground;
use crate::kit;
use crate::picture::Shown;
use roxmltree::{Document, Node};

fn plain(text: &str) -> String {
    // The document type of 1.1.1 is two lines; it is checked against its DTD in conformance/.
    text.lines().filter(|line| !line.starts_with("<!")).collect::<Vec<_>>().join("\n")
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|child| child.tag_name().name() == name)
}

fn text<'a>(node: Node<'a, '_>, name: &str) -> &'a str {
    child(node, name).and_then(|found| found.text()).unwrap_or("")
}

fn all<'a, 'i>(root: Node<'a, 'i>, name: &'a str) -> impl Iterator<Item = Node<'a, 'i>> + 'a
where
    'i: 'a,
{
    root.descendants().filter(move |node| node.tag_name().name() == name)
}

fn href<'a>(node: Node<'a, '_>) -> &'a str {
    let resource = child(node, "OnlineResource").expect("a link has an address");
    resource.attribute(("http://www.w3.org/1999/xlink", "href")).expect("it is an xlink")
}

const VERSIONS: [(&str, &str); 2] = [("1.3.0", "CRS"), ("1.1.1", "SRS")];

fn capabilities(version: &str) -> String {
    plain(&ground::get(&format!("SERVICE=WMS&REQUEST=GetCapabilities&VERSION={version}")).text())
}

#[test]
fn every_layer_named_can_be_drawn_with_each_of_its_styles_and_asked() {
    for (version, crs) in VERSIONS {
        let document = capabilities(version);
        let document = Document::parse(&document).expect("it is well formed");
        let mut names = Vec::new();
        for layer in all(document.root_element(), "Layer").filter(|layer| child(*layer, "Name").is_some()) {
            let name = text(layer, "Name");
            names.push(name.to_owned());
            // Styles are inherited from the layers above.
            let styles =
                layer.ancestors().flat_map(|above| above.children()).filter(|node| node.tag_name().name() == "Style");
            for style in styles.map(|style| text(style, "Name")).chain([""]) {
                let view = format!("{crs}=EPSG:3857&BBOX=0,0,100,100&WIDTH=8&HEIGHT=8&STYLES={style}");
                let asked = format!("VERSION={version}&LAYERS={name}&{view}");
                Shown::of(&ground::get(&format!("{asked}&REQUEST=GetMap&FORMAT=image/png")));
                let info = ground::get(&format!("{asked}&REQUEST=GetFeatureInfo&QUERY_LAYERS={name}&X=1&Y=1"));
                assert_eq!(info.status, 200, "{name}");
            }
        }
        for name in ["both", "both/blue", "both/red", "both/line", "both/red-3", "red", "dateline", "relief"] {
            assert!(names.iter().any(|known| known == name), "{version}: {name} of {names:?}");
        }
        for name in ["table", "both/gone", "both/table"] {
            assert!(!names.iter().any(|known| known == name), "{version}: {name} cannot be drawn");
        }
    }
}

#[test]
fn every_crs_listed_can_be_drawn() {
    for (version, key) in VERSIONS {
        let document = capabilities(version);
        let document = Document::parse(&document).expect("it is well formed");
        let listed: Vec<&str> = all(document.root_element(), key).filter_map(|node| node.text()).collect();
        assert!(listed.len() > 120);
        for crs in listed {
            let rest = format!("VERSION={version}&REQUEST=GetMap&LAYERS=red&FORMAT=image/png&WIDTH=4&HEIGHT=4");
            Shown::of(&ground::get(&format!("{rest}&{key}={crs}&BBOX=10,10,20,20")));
        }
    }
}

#[test]
fn legends_are_as_large_as_they_are_said_to_be_in_every_language() {
    for (language, version) in [("", "1.3.0"), ("&LANGUAGE=ja", "1.3.0"), ("", "1.1.1"), ("&LANG=ja-JP", "1.1.1")] {
        let query = format!("SERVICE=WMS&REQUEST=GetCapabilities&VERSION={version}{language}");
        let document = plain(&ground::get(&query).text());
        let document = Document::parse(&document).expect("it is well formed");
        let mut count = 0;
        for legend in all(document.root_element(), "LegendURL") {
            let query = href(legend).strip_prefix("https://ground.example/wms?").expect("an address of this site");
            let shown = Shown::of(&ground::get(query));
            let said = ["width", "height"].map(|side| legend.attribute(side).and_then(|text| text.parse().ok()));
            assert_eq!(said, [Some(shown.width), Some(shown.height)], "{query}");
            count += 1;
        }
        assert!(count >= 8, "{count}");
    }
}

#[test]
fn links_answer_with_the_type_that_is_said() {
    for (version, _) in VERSIONS {
        let got = kit::get(&format!("/wms?SERVICE=WMS&REQUEST=GetCapabilities&VERSION={version}"));
        let document = plain(&got.text());
        let document = Document::parse(&document).expect("it is well formed");
        let links: Vec<Node<'_, '_>> = ["MetadataURL", "DataURL", "LegendURL"]
            .into_iter()
            .flat_map(|name| all(document.root_element(), name))
            .collect();
        assert!(links.len() >= 9, "{}", links.len());
        for link in links {
            let path = href(link).strip_prefix(kit::URL).expect("an address of this site");
            let answer = kit::get(path);
            let media_type = answer.header("content-type").split(';').next().unwrap_or("");
            assert_eq!((answer.status, media_type), (200, text(link, "Format")), "{path}");
        }
    }
}

#[test]
fn boxes_hold_the_data_in_the_axis_order_of_the_version() {
    let numbers = |node: Node<'_, '_>| {
        ["minx", "miny", "maxx", "maxy"].map(|side| node.attribute(side).and_then(|text| text.parse::<f64>().ok()))
    };
    for (version, key) in VERSIONS {
        let document = capabilities(version);
        let document = Document::parse(&document).expect("it is well formed");
        let layer = |name: &str| {
            all(document.root_element(), "Layer").find(|layer| text(*layer, "Name") == name).expect("it is listed")
        };
        let degrees = |name: &str| {
            let boxes = layer(name).children().filter(|node| node.tag_name().name() == "BoundingBox");
            let degrees = boxes.filter(|node| node.attribute(key) == Some("EPSG:4326")).map(numbers).next();
            degrees.expect("it has a box in degrees").map(|side| side.expect("it has all sides"))
        };
        let [a, b, c, d] = degrees("red");
        let [west, south, east, north] = if version == "1.3.0" { [b, a, d, c] } else { [a, b, c, d] };
        assert!(west < 141.0 && south < 36.0 && east > 142.0 && north > 37.0, "rounded outwards: {west} {south}");
        assert!(west > 140.999 && north < 37.001);
        let [a, b, c, d] = degrees("dateline");
        let [west, _, east, _] = if version == "1.3.0" { [b, a, d, c] } else { [a, b, c, d] };
        assert!((west - 179.5).abs() < 1e-6 && (east - 180.5).abs() < 1e-6, "across 180°: {west} {east}");
    }
}

#[test]
fn scales_of_layers_of_maps_are_told() {
    let document = capabilities("1.3.0");
    assert!(document.contains("<MinScaleDenominator>10</MinScaleDenominator>"));
    assert!(document.contains("<MaxScaleDenominator>100000</MaxScaleDenominator>"));
    // The diagonal of a pixel of 28 m is 39.6 m.
    let old = capabilities("1.1.1");
    let hint = old.split("<ScaleHint").nth(1).and_then(|rest| rest.split("/>").next()).expect("a hint");
    assert!(hint.contains("max=\"39.59"), "{hint}");
}

#[test]
fn capabilities_are_known_again_by_their_tag() {
    let path = "/wms?SERVICE=WMS&REQUEST=GetCapabilities";
    let got = kit::get(path);
    let tag = got.header("etag").to_owned();
    assert_eq!(kit::get_with(path, &[("if-none-match", &tag)]).status, 304);
    assert_eq!(kit::get_with(&format!("{path}&LANGUAGE=ja"), &[("if-none-match", &tag)]).status, 200);
}

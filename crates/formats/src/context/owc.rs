//! OWS Context as GeoJSON (OGC 14-055r2), written and read.

use super::{Context, ContextLayer, check, is_web};
use serde_json::{Value, json};
use terrane_model::limits::{JSON_DEPTH_MAX, XML_BYTES_MAX};
use terrane_model::{Error, Result};

const PROFILE: &str = "http://www.opengis.net/spec/owc-geojson/1.0/req/core";

/// The document; `updated` is when it was made, RFC 3339.
pub fn write(context: &Context, updated: &str) -> String {
    let features: Vec<Value> = context.layers.iter().map(|layer| write_layer(layer, updated)).collect();
    let mut document = json!({
        "type": "FeatureCollection",
        "id": if context.id.is_empty() { "map" } else { &context.id },
        "properties": {
            "lang": "en", "title": context.title, "subtitle": context.description, "updated": updated,
            "generator": {"title": "Terrane", "version": env!("CARGO_PKG_VERSION")},
            "links": {"profiles": [{"href": PROFILE}]},
        },
        "features": features,
    });
    if let Some(bbox) = context.bbox_deg {
        document["bbox"] = json!(bbox);
    }
    format!("{document:#}\n")
}

fn write_layer(layer: &ContextLayer, updated: &str) -> Value {
    let code = format!("http://www.opengis.net/spec/owc-geojson/1.0/req/{}", layer.service.to_ascii_lowercase());
    let mut query = vec![("SERVICE", layer.service.as_str()), ("VERSION", &layer.version)];
    let capabilities = href(&layer.url, &[&query[..], &[("REQUEST", "GetCapabilities")]].concat());
    query.extend([
        ("REQUEST", "GetMap"),
        ("LAYERS", layer.name.as_str()),
        ("STYLES", layer.style.as_deref().unwrap_or("")),
        ("FORMAT", layer.format.as_str()),
    ]);
    let mut offering = json!({"code": code, "operations": [{"code": "GetCapabilities", "method": "GET", "type": "text/xml", "href": capabilities}]});
    if layer.service == "WMS"
        && let Some(operations) = offering["operations"].as_array_mut()
    {
        operations
            .push(json!({"code": "GetMap", "method": "GET", "type": layer.format, "href": href(&layer.url, &query)}));
    }
    if let Some(style) = &layer.style {
        offering["styles"] = json!([{"name": style, "title": style, "default": true}]);
    }
    json!({
        "type": "Feature",
        "id": format!("{}#{}", layer.url, layer.name),
        "geometry": null,
        "properties": {
            "title": layer.title, "updated": updated, "content": {}, "rights": layer.attribution,
            "active": !layer.is_hidden, "opacity": layer.opacity, "layer": layer.name,
            "offerings": [offering],
        },
    })
}

fn href(url: &str, pairs: &[(&str, &str)]) -> String {
    let joint = match url {
        _ if url.ends_with(['?', '&']) => "",
        _ if url.contains('?') => "&",
        _ => "?",
    };
    let pairs: Vec<String> = pairs.iter().map(|(key, value)| format!("{key}={}", encode(value))).collect();
    format!("{url}{joint}{}", pairs.join("&"))
}

fn encode(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

fn decode(text: &str) -> String {
    let (bytes, mut out, mut at) = (text.as_bytes(), Vec::new(), 0);
    while at < bytes.len() {
        let pair = text.get(at + 1..at + 3).and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match (bytes[at], pair) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 3;
            }
            (b'+', _) => {
                out.push(b' ');
                at += 1;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Reads a document. Layers without an address of the web are left out; nothing is fetched.
pub fn read(bytes: &[u8]) -> Result<Context> {
    if bytes.len() > XML_BYTES_MAX || depth(bytes) > JSON_DEPTH_MAX {
        return Err(Error::too_large("The document is too large or too deep to be a map."));
    }
    let document: Value = serde_json::from_slice(bytes)
        .map_err(|error| Error::invalid("This is no JSON that can be read.").because(error))?;
    if document["type"] != "FeatureCollection" {
        return Err(Error::invalid("This JSON is no OWS Context: it is no FeatureCollection of layers."));
    }
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    let features = document["features"].as_array().map(Vec::as_slice).unwrap_or_default();
    let numbers: Vec<f64> = document["bbox"].as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
    check(Context {
        title: text(&document["properties"]["title"]),
        description: text(&document["properties"]["subtitle"]),
        id: text(&document["id"]),
        bbox_deg: numbers.try_into().ok(),
        layers: features.iter().filter_map(layer).collect(),
    })
}

/// How deep brackets are within each other, before anything is built of them.
fn depth(bytes: &[u8]) -> usize {
    let (mut depth, mut most, mut quoted, mut escaped) = (0_usize, 0, false, false);
    for byte in bytes {
        match (quoted, byte) {
            (true, b'\\') if !escaped => escaped = true,
            (true, b'"') if !escaped => quoted = false,
            (true, _) => escaped = false,
            (false, b'"') => quoted = true,
            (false, b'{' | b'[') => {
                depth += 1;
                most = most.max(depth);
            }
            (false, b'}' | b']') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    most
}

fn layer(feature: &Value) -> Option<ContextLayer> {
    let properties = &feature["properties"];
    let offering = properties["offerings"].as_array()?.first()?;
    let service = offering["code"].as_str()?.rsplit('/').next()?.to_ascii_uppercase();
    let operations = offering["operations"].as_array()?;
    let of = |code: &str| operations.iter().find(|it| it["code"] == code).and_then(|it| it["href"].as_str());
    let href = of("GetMap")
        .or_else(|| of("GetTile"))
        .or_else(|| of("GetFeature"))
        .or_else(|| of("GetCapabilities"))
        .filter(|url| is_web(url))?;
    let (url, query) = href.split_once('?').unwrap_or((href, ""));
    let pairs: Vec<(&str, String)> =
        query.split('&').filter_map(|pair| pair.split_once('=')).map(|(key, value)| (key, decode(value))).collect();
    let get =
        |wanted: &str| pairs.iter().find(|(key, _)| key.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.clone());
    let kept = |key: &str| {
        ![
            "service",
            "version",
            "request",
            "layers",
            "styles",
            "format",
            "layer",
            "typenames",
            "bbox",
            "width",
            "height",
            "crs",
            "srs",
            "transparent",
        ]
        .contains(&key.to_ascii_lowercase().as_str())
    };
    let own: Vec<String> =
        pairs.iter().filter(|(key, _)| kept(key)).map(|(key, value)| format!("{key}={}", encode(value))).collect();
    let name = properties["layer"]
        .as_str()
        .map(str::to_owned)
        .or_else(|| get("layers"))
        .or_else(|| get("layer"))
        .or_else(|| get("typenames"));
    Some(ContextLayer {
        service,
        version: get("version").unwrap_or_default(),
        url: if own.is_empty() { url.to_owned() } else { format!("{url}?{}", own.join("&")) },
        name: name.unwrap_or_default(),
        title: properties["title"].as_str().unwrap_or("").to_owned(),
        style: get("styles").filter(|it| !it.is_empty()),
        format: get("format").unwrap_or_else(|| "image/png".to_owned()),
        opacity: properties["opacity"].as_f64().unwrap_or(1.0).clamp(0.0, 1.0),
        is_hidden: properties["active"] == false,
        attribution: properties["rights"].as_str().unwrap_or("").to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_by_either_reader() {
        let layer = |name: &str| ContextLayer {
            url: "https://maps.test/wms?map=a".to_owned(),
            name: name.to_owned(),
            title: "Géologie & \"more\"".to_owned(),
            style: Some("age & rock".to_owned()),
            opacity: 0.25,
            is_hidden: name == "b",
            attribution: "BRGM".to_owned(),
            ..ContextLayer::default()
        };
        let context = Context {
            title: "地質".to_owned(),
            description: "two layers".to_owned(),
            id: "https://maps.test/maps/m".to_owned(),
            bbox_deg: Some([100.5, -10.0, 110.0, 16.0]),
            layers: vec![layer("a"), layer("b")],
        };
        let owc = write(&context, "2026-11-26T00:00:00Z");
        assert_eq!(super::super::read(owc.as_bytes()).expect("it is read"), context);
        assert_eq!(super::super::read(super::super::wmc::write(&context).as_bytes()).expect("it is read"), context);
        for wrong in ["", "[]", "{}", "{\"type\":\"FeatureCollection\"", "<a/>"] {
            assert!(super::super::read(wrong.as_bytes()).is_err(), "{wrong}");
        }
        assert!(read("[".repeat(1_000_000).as_bytes()).is_err());
    }
}

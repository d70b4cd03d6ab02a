//! Requests: addresses, parameters and headers, asked of the whole router over a small survey in memory.

use super::{inputs, text};
use crate::Target;
use axum::http::{HeaderName, HeaderValue, Uri};

#[allow(dead_code, missing_docs, clippy::panic, clippy::unwrap_used, clippy::expect_used)]
#[path = "../../../crates/protocols/tests/ogcapi/kit.rs"]
pub(super) mod kit;

/// An address, then headers, one a line.
pub const REQUEST: Target = Target {
    name: "request",
    seeds: || {
        inputs(&[
            "/collections/quakes/items?bbox=170,-30,-170,40&limit=3&datetime=2019-07-01/2019-07-03&f=json",
            "/collections/quakes/items?filter=magnitude%3E5%20AND%20depth%3C100&sortby=-time&crs=http://www.opengis.net/def/crs/EPSG/0/3857",
            "/collections/quakes/items/1?f=html\naccept-language: ja;q=0.5, en",
            "/collections/quakes/items?properties=time,place&offset=2&cursor=AAAA\nif-none-match: \"x\", W/\"y\"",
            "/wms?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS=quakes,units&STYLES=,&CRS=EPSG:4326&BBOX=-30,170,40,190&WIDTH=64&HEIGHT=48&FORMAT=image/png&TRANSPARENT=TRUE&BGCOLOR=0xFF00FF",
            "/wms?SERVICE=WMS&VERSION=1.1.1&REQUEST=GetFeatureInfo&LAYERS=quakes&QUERY_LAYERS=quakes&SRS=EPSG:32654&BBOX=0,0,1e6,1e6&WIDTH=10&HEIGHT=10&X=3&Y=4&INFO_FORMAT=application/json",
            "/ows?service=WMS&request=GetCapabilities&updatesequence=3&acceptlanguages=fr",
            "/wms?REQUEST=GetLegendGraphic&LAYER=quakes&FORMAT=image/png&WIDTH=20",
            "/collections/quakes/schema\naccept: application/schema+json, */*;q=0.1",
            "/d/quakes/files/a.gpkg\nrange: bytes=0-10, 5-, -3\nif-range: \"x\"",
            "/collections/quakes/styles/default/legend?f=png&width=99",
            "/maps/m?f=json",
            "/wfs?service=WFS&version=2.0.0&request=GetFeature&typenames=(data:quakes)(data:units)&count=3&startindex=1&srsname=EPSG:3857",
            "/wfs?service=WFS&version=2.0.0&request=GetFeature&typenames=quakes&bbox=-30,170,40,-170,urn:ogc:def:crs:EPSG::4326&sortby=magnitude+DESC&propertyname=place,time",
            "/wfs?service=WFS&version=1.1.0&request=GetFeature&typename=units&maxfeatures=1&outputformat=csv",
            "/wfs?service=WFS&version=2.0.0&request=GetPropertyValue&typenames=quakes&valuereference=@gml:id&namespaces=xmlns(a,urn:b)",
            "/wfs?service=WFS&request=GetCapabilities&acceptversions=1.1.0&sections=FeatureTypeList",
            "/wfs?service=WFS&version=2.0.0&request=GetFeature&storedquery_id=urn:ogc:def:query:OGC-WFS::GetFeatureById&id=quakes.1",
            "/api?f=html",
        ])
    },
    words: &[
        "&",
        "=",
        "%",
        "%00",
        "%FF",
        "bbox=",
        "datetime=",
        "..",
        "/",
        "limit=",
        "cursor=",
        "filter=",
        "\n",
        "range: bytes=",
        "f=",
        ",",
        "EPSG:",
        "crs=",
    ],
    run: |bytes| {
        let text = text(bytes);
        let mut lines = text.lines();
        let Some(path) = lines.next().filter(|path| path.starts_with('/') && path.parse::<Uri>().is_ok()) else {
            return;
        };
        let header = |line: &'_ str| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned()));
        let headers: Vec<(String, String)> = lines.filter_map(header).take(20).collect();
        let sent = |(name, value): &(String, String)| {
            HeaderName::try_from(name).is_ok() && HeaderValue::try_from(value).is_ok()
        };
        let headers: Vec<(&str, &str)> =
            headers.iter().filter(|header| sent(header)).map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let got = kit::ask("GET", path, &headers);
        assert!(got.status != 500, "500 of {path}: {:.300}", String::from_utf8_lossy(&got.body));
    },
};

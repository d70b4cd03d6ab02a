//! Texts and bytes that are read as they are: filters, geometry, times, styles, descriptions, pictures.

use super::{inputs, text};
use crate::Target;
use terrane_drawing::Style;
use terrane_formats::features::wkb;
use terrane_formats::filter::{cql2_json, cql2_text, wkt};
use terrane_formats::picture::png;
use terrane_formats::{about, context, services};
use terrane_model::batch::GeometryBuilder;
use terrane_model::limits::Limits;
use terrane_model::picture::Picture;
use terrane_model::{Instant, When};

pub const CQL2_TEXT: Target = Target {
    name: "cql2-text",
    seeds: || {
        inputs(&[
            "magnitude >= 5.5 AND place LIKE 'Off %' OR NOT (depth BETWEEN 10 AND 70)",
            "S_INTERSECTS(geom, POLYGON((0 0, 1 0, 1 1, 0 0))) AND time > TIMESTAMP('2020-01-01T00:00:00Z')",
            "T_DURING(time, INTERVAL('2019-01-01', '..')) AND kind IN ('a', 'b', 'é')",
            "S_DWITHIN(geom, POINT(140.1 35.2), 1000, 'm') OR CASEI(name) = CASEI('Fuji') OR x IS NOT NULL",
            "a + 2 * (b - 1) / -c ^ 2 > 3 % 2 AND ACCENTI(n) = 'x'",
            "S_WITHIN(geom, BBOX(170, -10, -170, 10))",
        ])
    },
    words: &[
        "AND", "NOT", "(", ")", "'", "\"", "IN", "BETWEEN", "LIKE", "IS NULL", "POINT", "BBOX(", "CASEI(", "DIV", "^",
    ],
    run: |bytes| {
        if let Ok(filter) = cql2_text::parse(&text(bytes), &Limits::default())
            && let Ok(written) = cql2_text::write(&filter)
        {
            let again = cql2_text::parse(&written, &Limits::default());
            assert!(again.is_ok(), "{again:?} of what was written: {written:.400}");
        }
    },
};

pub const CQL2_JSON: Target = Target {
    name: "cql2-json",
    seeds: || {
        inputs(&[
            r#"{"op":"and","args":[{"op":">=","args":[{"property":"magnitude"},5.5]},{"op":"like","args":[{"property":"place"},"Off %"]}]}"#,
            r#"{"op":"s_intersects","args":[{"property":"geom"},{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}]}"#,
            r#"{"op":"t_during","args":[{"property":"time"},{"interval":["2019-01-01",".."]}]}"#,
            r#"{"op":"in","args":[{"property":"kind"},["a","b"]]}"#,
            r#"{"op":"not","args":[{"op":"isNull","args":[{"property":"x"}]}]}"#,
            r#"{"op":"between","args":[{"op":"+","args":[{"property":"a"},1]},0,{"op":"/","args":[1,0]}]}"#,
        ])
    },
    words: &[
        "\"op\"",
        "\"args\"",
        "[",
        "]",
        "{",
        "}",
        "null",
        "\"property\"",
        "\"bbox\"",
        "\"timestamp\"",
        "\"casei\"",
    ],
    run: |bytes| {
        if let Ok(filter) = cql2_json::parse(&text(bytes), &Limits::default())
            && let Ok(written) = cql2_json::write(&filter)
        {
            let again = cql2_json::parse(&written, &Limits::default());
            assert!(again.is_ok(), "{again:?} of what was written: {written:.400}");
        }
    },
};

pub const WKT: Target = Target {
    name: "wkt",
    seeds: || {
        inputs(&[
            "POINT (1 2)",
            "MULTIPOLYGON (((0 0, 4 0, 4 4, 0 0), (1 1, 2 1, 2 2, 1 1)), ((9 9, 8 9, 8 8, 9 9)))",
            "GEOMETRYCOLLECTION (POINT (1e3 -2.5e-7), LINESTRING (0 0, 1 1), GEOMETRYCOLLECTION EMPTY)",
            "MULTIPOINT ((1 2), (3 4))",
            "POLYGON EMPTY",
        ])
    },
    words: &["POINT", "POLYGON", "EMPTY", "(", ")", ",", "Z", "GEOMETRYCOLLECTION ("],
    run: |bytes| {
        if let Ok(geometry) = wkt::read(&text(bytes), &Limits::default()) {
            assert!(wkt::read(&wkt::write(&geometry), &Limits::default()).is_ok());
        }
    },
};

pub const TIME: Target = Target {
    name: "time",
    seeds: || {
        inputs(&[
            "2020-02-29T23:59:59.123456Z",
            "2019-07",
            "-0044-03-15",
            "2011-03-11T14:46:18+09:00",
            "1707",
            "66 ka",
            "..",
            "2020-13-45",
        ])
    },
    words: &["-", ":", "T", "Z", "+09:00", ".", "ka", "Ma", "-290000", "290001"],
    run: |bytes| {
        let text = text(bytes);
        if let Ok(instant) = Instant::parse(&text) {
            let again = Instant::parse(&instant.to_string());
            assert!(again.as_ref().is_ok_and(|again| *again == instant), "{instant} became {again:?}");
        }
        let _ = When::parse(&text);
    },
};

pub const STYLE: Target = Target {
    name: "style",
    seeds: || {
        inputs(&[
            include_str!("../../../demo/styles/relief.json"),
            include_str!("../../../bench/styles/geology.json"),
            include_str!("../../../bench/styles/landsat.json"),
        ])
    },
    words: &[
        "\"rules\"",
        "\"symbolizers\"",
        "\"interpolate\"",
        "\"steps\"",
        "null",
        "[",
        "]",
        "{",
        "}",
        "\"#fff\"",
        "\"5 px\"",
    ],
    run: |bytes| {
        if let Ok(style) = Style::from_json(&text(bytes)) {
            let again = Style::from_json(&style.to_json());
            assert!(again.is_ok(), "{again:?}");
            let _ = (style.columns_at(1e5), style.legend_columns());
        }
    },
};

pub const ABOUT: Target = Target {
    name: "about",
    seeds: || {
        inputs(&[
            r#"{"about":{"id":"quakes","title":{"en":"Earthquakes"},"licence":{"id":"CC-BY-4.0"},"extent":[178,-20,-178,36]},"revision":"r1","columns":[],"created":"1970-01-01T00:00:00Z"}"#,
            r#"{"about":{"id":"m","title":{"en":"Map"}},"layers":[{"group":{"en":"G"},"layers":[{"dataset":"a","style":"b","opacity":0.5}]}]}"#,
            r#"{"datasets":[{"id":"a","file":"a.gpkg","title":{"en":"A"}}],"maps":[]}"#,
            r#"{"layer":"a","format":"GeoJSON","rows":3,"findings":[{"severity":"note","what":"x","count":2}]}"#,
        ])
    },
    words: &["null", "[", "]", "{", "}", "\"id\"", "\"title\"", "\"en\"", "\"../../x\"", "true"],
    run: |bytes| {
        let text = text(bytes);
        if let Ok(record) = about::dataset_from_json(&text) {
            assert!(about::dataset_from_json(&about::dataset_to_json(&record)).is_ok());
        }
        let _ = (about::map_from_json(&text), about::edition_from_json(&text));
        let _ = (about::found_from_json(&text), about::manifest(&text));
    },
};

pub const WKB: Target = Target {
    name: "wkb",
    seeds: || {
        let point = [&[1, 1, 0, 0, 0][..], &1.5_f64.to_le_bytes(), &2.5_f64.to_le_bytes()].concat();
        let ring: Vec<u8> = [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 0.0]]
            .iter()
            .flatten()
            .flat_map(|n: &f64| n.to_le_bytes())
            .collect();
        let polygon = [&[1, 3, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0][..], &ring].concat();
        let many = [&[1, 6, 0, 0, 0, 2, 0, 0, 0][..], &polygon, &polygon].concat();
        let collection = [&[1, 7, 0, 0, 0, 2, 0, 0, 0][..], &point, &many].concat();
        let blob = [&b"GP\0\x01\xE6\x10\0\0"[..], &polygon].concat();
        vec![point, polygon, many, collection, blob]
    },
    words: &["GP"],
    run: |bytes| {
        let mut into = GeometryBuilder::default();
        let _ = wkb::read(bytes, &mut into);
        let _ = wkb::read_blob(bytes, &mut into);
    },
};

pub const PNG: Target = Target {
    name: "png",
    seeds: || {
        let flat = Picture::filled(33, 20, [10, 200, 30, 128]);
        let pixels = (0..40 * 30_u32).flat_map(|at| [(at % 251) as u8, (at / 7 % 256) as u8, (at % 13) as u8, 255]);
        let many = Picture { width_px: 40, height_px: 30, rgba: pixels.collect() };
        [flat, many].iter().filter_map(|picture| png::write(picture).ok()).collect()
    },
    words: &["IHDR", "IDAT", "PLTE", "tRNS", "IEND", "acTL", "iCCP", "zTXt"],
    run: |bytes| {
        if let Ok(picture) = png::read(bytes, &Limits::default()) {
            assert_eq!(picture.rgba.len(), picture.width_px as usize * picture.height_px as usize * 4);
        }
    },
};

pub const CAPABILITIES: Target = Target {
    name: "capabilities",
    seeds: || {
        inputs(&[
            "<?xml version='1.0'?><!DOCTYPE WMT_MS_Capabilities SYSTEM 'x.dtd' [<!ELEMENT a EMPTY>]><WMT_MS_Capabilities version='1.1.1'><Service><Name>OGC:WMS</Name><Title>T</Title></Service><Capability><Request><GetMap><Format>image/png</Format></GetMap></Request><Layer queryable='1'><SRS>EPSG:4326 EPSG:3857</SRS><Layer><Name>a</Name><LatLonBoundingBox minx='-180' miny='-90' maxx='180' maxy='90'/></Layer></Layer></Capability></WMT_MS_Capabilities>",
            "<WMS_Capabilities version='1.3.0' xmlns='http://www.opengis.net/wms'><Service><Name>WMS</Name></Service><Capability><Layer><Name>b</Name><CRS>CRS:84</CRS><EX_GeographicBoundingBox><westBoundLongitude>1e308</westBoundLongitude><eastBoundLongitude>NaN</eastBoundLongitude></EX_GeographicBoundingBox></Layer></Capability></WMS_Capabilities>",
            "<wfs:WFS_Capabilities version='2.0.0' xmlns:wfs='w' xmlns:ows='o'><ows:ServiceIdentification><ows:Title>T</ows:Title></ows:ServiceIdentification><wfs:FeatureTypeList><wfs:FeatureType><wfs:Name>n:a</wfs:Name><ows:WGS84BoundingBox><ows:LowerCorner>1 2</ows:LowerCorner><ows:UpperCorner>3</ows:UpperCorner></ows:WGS84BoundingBox></wfs:FeatureType></wfs:FeatureTypeList></wfs:WFS_Capabilities>",
            "<ServiceExceptionReport><ServiceException code='x'>no</ServiceException></ServiceExceptionReport>",
        ])
    },
    words: &[
        "<!DOCTYPE ",
        "<!ENTITY ",
        "[",
        "]>",
        "&amp;",
        "&a;",
        "<![CDATA[",
        "<?",
        "<!--",
        "-->",
        "<Layer>",
        "</Layer>",
        "encoding='ISO-8859-1'",
    ],
    run: |bytes| {
        drop(services::read(bytes));
        drop(services::exception(bytes));
    },
};

pub const CONTEXT: Target = Target {
    name: "context",
    seeds: || {
        inputs(&[
            "<ViewContext version='1.1.0' xmlns:x='http://www.w3.org/1999/xlink'><General><BoundingBox SRS='EPSG:3857' minx='0' miny='-1' maxx='1e300' maxy='2'/><Title>t</Title></General><LayerList><Layer hidden='1'><Server service='OGC:WMS' version='1.1.1'><OnlineResource x:href='https://a.test/?b'/></Server><Name>n</Name><FormatList><Format current='1'>image/png</Format></FormatList><Extension><opacity>0.5</opacity></Extension></Layer></LayerList></ViewContext>",
            r#"{"type":"FeatureCollection","bbox":[1,2,3,4],"properties":{"title":"t"},"features":[{"properties":{"active":false,"opacity":2,"offerings":[{"code":"http://x/req/wms","operations":[{"code":"GetMap","href":"https://a.test/?LAYERS=a%20b&STYLES=&x=%zz"}]}]}}]}"#,
        ])
    },
    words: &["{", "}", "[", "]", "\"", "\\", "<Layer>", "https://", "javascript:", "%", "offerings"],
    run: |bytes| {
        if let Ok(read) = context::read(bytes) {
            let again = context::read(context::wmc::write(&read).as_bytes());
            assert!(
                again.is_ok_and(|again| again.layers.len() == read.layers.len()),
                "what was read and written is not read again"
            );
        }
    },
};

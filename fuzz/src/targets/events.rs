//! Files of events. What is read of one must be written as something that reads back.

use super::inputs;
use crate::Target;
use terrane_formats::events::quakeml::{Head, QuakemlReader, TreeOptions, begin, end, write_flat, write_tree};
use terrane_formats::events::{cap, comcat_csv, fdsn_text, isf, ndk, row_of, usgs_geojson};
use terrane_formats::features::encoding::Charset;

const XML_WORDS: &[&str] = &[
    "<event>",
    "</event>",
    "<origin publicID=\"",
    "<value>",
    "</value>",
    "xmlns=\"",
    "<!DOCTYPE",
    "&amp;",
    "&#0;",
    "<![CDATA[",
    "NaN",
    "1e400",
    "2011-03-11T05:46:24Z",
    "-9999",
    "catalog:eventid=\"x\"",
    "terrane:event",
    "{\"impact\":[{}]}",
    "smi:a.b/c",
    "%3A",
    "~~",
    "é",
    "null",
];
const TEXT_WORDS: &[&str] =
    &["|", "\n", "CENTROID:", "Event ", "(#PRIME)", "9e99", "-", "2011/03/11", "é", "\u{FEFF}", "\0", "STOP"];

pub const QUAKEML: Target = Target {
    name: "quakeml",
    seeds: || {
        let head = "<q:quakeml xmlns:q=\"http://quakeml.org/xmlns/quakeml/1.2\" xmlns=\"http://quakeml.org/xmlns/bed/1.2\" xmlns:catalog=\"http://anss.org/xmlns/catalog/0.1\" xmlns:z=\"urn:z\"><eventParameters publicID=\"smi:a.b/c\">";
        let event = "<event publicID=\"quakeml:a.b/e%3A\" catalog:eventid=\"1\" z:y=\"2\"><type>earthquake</type><description><text>Here</text><type>region name</type></description><origin publicID=\"smi:orig1\"><time><value>2011-03-11T05:46:24.12</value><uncertainty>1</uncertainty></time><latitude><value>38.3</value></latitude><longitude><value>142.4</value></longitude><depth><value>29000</value></depth><compositeTime><year><value>2011</value></year></compositeTime><quality><usedStationCount>12</usedStationCount></quality><arrival publicID=\"smi:a.b/r\"><pickID>smi:a.b/p</pickID><phase>P</phase></arrival></origin><magnitude publicID=\"smi:a.b/m\"><mag><value>9.1</value></mag><type>Mw</type></magnitude><focalMechanism publicID=\"smi:a.b/f\"><waveformID networkCode=\"A\" stationCode=\"B\">smi:a.b/w</waveformID><nodalPlanes preferredPlane=\"1\"><nodalPlane1><strike><value>1</value></strike><dip><value>2</value></dip><rake><value>3</value></rake></nodalPlane1></nodalPlanes></focalMechanism><z:more>words</z:more><t:event xmlns:t=\"urn:terrane:event:1\">{\"eruption\":{\"vei\":4}}</t:event></event>";
        inputs(&[&format!("{head}{event}{event}</eventParameters></q:quakeml>")])
    },
    words: XML_WORDS,
    run: |bytes| {
        let trees: Vec<_> = QuakemlReader::new(bytes, Charset::UTF_8).map_while(Result::ok).map(|it| it.tree).collect();
        let mut out = Vec::new();
        begin(&Head { public_id: "smi:a.b/c", ..Head::default() }, &mut out);
        for tree in &trees {
            for options in [TreeOptions::ALL, TreeOptions::PREFERRED] {
                write_tree(tree, options, "smi:a.b/e", &mut out);
            }
            write_flat(&row_of(tree), "a.b", &mut out);
            ndk::write(tree, "x", &mut Vec::new());
            isf::write(tree, "x", &mut Vec::new());
        }
        end(&mut out);
        let again: Vec<_> = QuakemlReader::new(out.as_slice(), Charset::UTF_8).collect();
        assert!(again.iter().all(Result::is_ok), "{}", String::from_utf8_lossy(&out));
        assert_eq!(again.len(), trees.len() * 3);
    },
};

pub const FDSN_TEXT: Target = Target {
    name: "fdsn-text",
    seeds: || {
        inputs(&[
            "us1|2013-07-15T14:03:39.880|-60.857|-25.07|11|us|us|us|us1|mww|7.3|us|South | Sandwich|earthquake\n2|1906-04-18|37.7|-122.5||||||Mw|7.9||San Francisco",
        ])
    },
    words: TEXT_WORDS,
    run: |bytes| {
        super::files::read("x.txt", &[fdsn_text::HEADER.as_bytes(), bytes].concat());
        let text = super::text(bytes);
        for record in text.lines().filter_map(|line| fdsn_text::read(line, 1)).flatten() {
            let mut out = Vec::new();
            fdsn_text::write(&record.row, &mut out);
            comcat_csv::write(&record.row, &mut Vec::new());
            let line = String::from_utf8(out).expect("UTF-8 is written");
            assert!(line.matches('\n').count() == 1 && line.matches('|').count() == 13, "{line}");
        }
    },
};

pub const NDK: Target = Target {
    name: "ndk",
    seeds: || {
        inputs(&[
            "PDEW 2013/03/01 03:29:46.8  21.76  143.98 153.2 5.3 5.5 MARIANA ISLANDS REGION\nC201303010329A   B:111  195  40 S:136  279  50 M:  0    0   0 CMT: 0 TRIHD:  1.3\nCENTROID:      1.9 0.1  21.86 0.01  144.22 0.01 152.1  0.7 FREE S-20130603104822\n24  0.714 0.023 -1.320 0.027  0.610 0.029  1.010 0.020  1.390 0.020  0.486 0.028\nV10   2.364 45 294  -0.620 35  69  -1.740 24 177   2.052 313 38  159  60 77   54\n",
        ])
    },
    words: TEXT_WORDS,
    run: |bytes| super::files::read("x.ndk", bytes),
};

pub const ISF: Target = Target {
    name: "isf",
    seeds: || {
        inputs(&[
            "DATA_TYPE BULLETIN IMS1.0:short\nEvent   840268 Western Caucasus\n\n   Date       Time        Err   RMS Latitude Longitude  Smaj  Smin  Az Depth   Err Ndef Nsta Gap  mdist  Mdist Qual   Author      OrigID\n1967/01/30 01:20:28.70   0.20 1.850  41.0900   44.3100   3.7   2.5   0  11.0d       150  153  21   1.00 120.00 m i ke ISC        1838613\n (#PRIME)\n\nMagnitude  Err Nsta Author      OrigID\nmb     5.0 0.2   15 ISC        1838613\nSTOP\n",
        ])
    },
    words: TEXT_WORDS,
    run: |bytes| super::files::read("x.isf", bytes),
};

pub const USGS_GEOJSON: Target = Target {
    name: "usgs-geojson",
    seeds: || {
        inputs(&[
            r#"{"type":"FeatureCollection","metadata":{"generated":1},"features":[{"type":"Feature","properties":{"mag":7.3,"place":"South","time":1373897019880,"updated":1415325076361,"status":"reviewed","net":"us","code":"b","nst":294,"magType":"mww","type":"earthquake"},"geometry":{"type":"Point","coordinates":[-25.07,-60.857,11]},"id":"usb"}]}"#,
        ])
    },
    words: &["null", "-1e308", "{", "[", "\"time\":", "\"id\":", "\\u0000", "é"],
    run: |bytes| {
        for record in usgs_geojson::Reader::new(bytes).map_while(Result::ok) {
            let mut out = Vec::new();
            usgs_geojson::write(&record.row, "", &mut out);
            let told: Result<serde_json::Value, _> = serde_json::from_slice(&out);
            assert!(told.is_ok(), "{}", String::from_utf8_lossy(&out));
        }
        super::files::read("x.geojson", bytes);
    },
};

pub const CAP: Target = Target {
    name: "cap",
    seeds: || {
        inputs(&[
            "<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"><identifier>1</identifier><sender>a</sender><sent>2011-03-11T05:46:24-00:00</sent><status>Actual</status><msgType>Alert</msgType><scope>Public</scope><info><category>Geo</category><event>Earthquake</event><urgency>Past</urgency><severity>Extreme</severity><certainty>Observed</certainty><parameter><valueName>a</valueName><value>b</value></parameter><area><areaDesc>Here</areaDesc><circle>38.3,142.4 100</circle></area></info></alert>",
        ])
    },
    words: &["<info>", "</info>", "<area>", "<!DOCTYPE", "&amp;", "2011-03-11T05:46:24+09:00", "-000001", "é"],
    run: |bytes| {
        let Ok(alert) = cap::read(bytes) else { return };
        let mut out = Vec::new();
        cap::write(&alert, &mut out);
        assert!(cap::read(&out).is_ok(), "{}", String::from_utf8_lossy(&out));
    },
};

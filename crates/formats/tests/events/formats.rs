//! NDK, IMS bulletins, USGS GeoJSON, FDSN text, CAP and Atom: what is written reads back, and hostile beginnings end well.

use super::support::{all, data, keep};
use terrane_formats::events::quakeml::{self, QuakemlReader, TreeOptions};
use terrane_formats::events::{
    EventRow, Format, atom, cap, comcat_csv, fdsn_text, isf, ndk, open, row_of, usgs_geojson,
};
use terrane_formats::features::encoding::Charset;
use terrane_model::batch::Value;
use terrane_model::store::OpenOptions;
use terrane_model::testing::ready;
use terrane_model::{Batch, FeatureQuery, Instant, Rows};

/// Two events of a bulletin, in the columns of IMS 1.0:short.
const BULLETIN: &str = "\
BEGIN IMS1.0
MSG_TYPE DATA
DATA_TYPE BULLETIN IMS1.0:short
Survey's bulletin
Event   840268 Western Caucasus

   Date       Time        Err   RMS Latitude Longitude  Smaj  Smin  Az Depth   Err Ndef Nsta Gap  mdist  Mdist Qual   Author      OrigID
1967/01/30 01:20:27.00               41.0000   44.2000                   0.0                                       uk BCIS       1838610
1967/01/30 01:20:28.70   0.20 1.850  41.0900   44.3100   3.7   2.5   0  11.0d       150  153  21   1.00 120.00 m i ke ISC        1838613
 (#PRIME)

Magnitude  Err Nsta Author      OrigID
       4.5          BCIS       1838610
mb     5.0 0.2   15 ISC        1838613

Sta     Dist  EvAz Phase        Time      TRes  Azim AzRes   Slow   SRes Def   SNR       Amp   Per Qual Magnitude    ArrID
TIF     0.73  30.0 P*       01:20:44.0     1.1                           T__                        __            27631110

Event  2032247 Czech Republic

   Date       Time        Err   RMS Latitude Longitude  Smaj  Smin  Az Depth   Err Ndef Nsta Gap  mdist  Mdist Qual   Author      OrigID
2024/09/01 11:18:16.35                                                                                         m o ki IPEC       2032247
STOP
";

/// An event of the Global CMT catalogue.
const CMT: &str = "\
PDEW 2013/03/01 03:29:46.8  21.76  143.98 153.2 5.3 5.5 MARIANA ISLANDS REGION
C201303010329A   B:111  195  40 S:136  279  50 M:  0    0   0 CMT: 0 TRIHD:  1.3
CENTROID:      1.9 0.1  21.86 0.01  144.22 0.01 152.1  0.7 FREE S-20130603104822
24  0.714 0.023 -1.320 0.027  0.610 0.029  1.010 0.020  1.390 0.020  0.486 0.028
V10   2.364 45 294  -0.620 35  69  -1.740 24 177   2.052 313 38  159  60 77   54
";

fn batches(format: Format, name: &str, text: &[u8]) -> (Vec<Batch>, terrane_model::report::Report) {
    let path = keep(name, text);
    let opened = open(&path, format, &OpenOptions::default()).unwrap();
    let source = opened.views.features.unwrap();
    terrane_model::testing::check_features(source.as_ref());
    let scan = ready(source.scan(&FeatureQuery::default())).unwrap();
    let Rows::Local(rows) = scan.into_rows() else { panic!("a file has local rows") };
    (rows.map(|batch| batch.unwrap()).collect(), opened.report)
}

fn trees(batches: &[Batch]) -> Vec<serde_json::Value> {
    let features = batches.iter().flat_map(Batch::features);
    features
        .filter_map(|feature| match feature.get("solutions") {
            Value::Nested(tree) => Some(serde_json::from_str(tree).unwrap()),
            _ => None,
        })
        .collect()
}

fn as_quakeml(trees: &[serde_json::Value], name: &str) {
    let mut out = Vec::new();
    quakeml::begin(&quakeml::Head { public_id: "smi:survey.example/all", ..Default::default() }, &mut out);
    for tree in trees {
        let remarks = quakeml::write_tree(tree, TreeOptions::ALL, "smi:survey.example/x", &mut out);
        assert!(remarks.is_empty(), "{name}: {remarks:?}");
    }
    quakeml::end(&mut out);
    keep(name, &out);
    let again: Vec<_> = QuakemlReader::new(out.as_slice(), Charset::UTF_8).map(|read| read.unwrap().tree).collect();
    assert_eq!(again, trees, "{name}");
}

#[test]
fn ndk_reads_back_and_is_quakeml_too() {
    let mut texts = vec![CMT.as_bytes().to_vec()];
    texts.extend(data("quakeml/gcmt_multiple_events.ndk").map(|path| std::fs::read(path).unwrap()));
    for text in texts {
        assert_eq!(Format::of(&text), Some(Format::Ndk));
        let (rows, report) = batches(Format::Ndk, "given.ndk", &text);
        assert!(report.findings.is_empty(), "{:?}", report.findings);
        let first = trees(&rows);
        let mut out = Vec::new();
        for tree in &first {
            assert!(ndk::write(tree, tree["identifier"][0]["id"].as_str().unwrap(), &mut out));
        }
        keep("written.ndk", &out);
        let second = trees(&batches(Format::Ndk, "again.ndk", &out).0);
        for (a, b) in first.iter().zip(&second) {
            assert_eq!(
                (a["origin"].clone(), a["focalMechanism"].clone()),
                (b["origin"].clone(), b["focalMechanism"].clone())
            );
            assert_eq!(row_of(a).magnitude, row_of(b).magnitude);
        }
        assert_eq!(first.len(), second.len());
        as_quakeml(&first, "from_ndk.xml");
    }
}

#[test]
fn half_an_event_of_ndk_is_an_error_and_a_line_that_is_wrong_is_told() {
    let path = keep("half.ndk", &CMT.as_bytes()[..200]);
    let error = open(&path, Format::Ndk, &OpenOptions::default()).err().unwrap();
    assert!(error.say().contains("cut off"), "{error}");
    let wrong = CMT.replace("0.714", "a.bcd");
    let (rows, report) = batches(Format::Ndk, "wrong.ndk", wrong.as_bytes());
    assert_eq!(rows.len(), 1);
    assert!(report.findings.iter().any(|it| it.what.contains("moment tensor")), "{:?}", report.findings);
}

#[test]
fn a_bulletin_reads_back_and_is_quakeml_too() {
    assert_eq!(Format::of(BULLETIN.as_bytes()), Some(Format::Isf));
    let (rows, report) = batches(Format::Isf, "given.isf", BULLETIN.as_bytes());
    assert_eq!(report.rows_read, 2);
    let first = trees(&rows);
    let row = row_of(&first[0]);
    assert_eq!((row.magnitude, row.lat_deg, row.depth_km), (Some(5.0), Some(41.09), Some(11.0)));
    assert_eq!((row.magnitude_type.as_ref(), row.author.as_ref(), row.stations), ("mb", "ISC", Some(153.0)));
    assert_eq!(row_of(&first[1]).event_type, "induced or triggered event");
    assert!(report.findings.iter().any(|it| it.what.contains("no place")), "{:?}", report.findings);
    let mut out = Vec::new();
    isf::begin("Survey's bulletin", &mut out);
    for (tree, id) in first.iter().zip(["840268", "2032247"]) {
        isf::write(tree, id, &mut out);
    }
    isf::end(&mut out);
    keep("written.isf", &out);
    let second = trees(&batches(Format::Isf, "again.isf", &out).0);
    let flat = |trees: &[serde_json::Value]| -> Vec<EventRow<'static>> {
        trees.iter().map(|tree| EventRow { id: "".into(), contributor_id: "".into(), ..row_of(tree) }).collect()
    };
    assert_eq!(flat(&first), flat(&second));
    // The second has no place, so QuakeML cannot tell its origin.
    as_quakeml(&first[..1], "from_isf.xml");
}

/// An event of New Zealand with most of what a row can tell.
fn blenheim() -> EventRow<'static> {
    EventRow {
        id: "2013p543824".into(),
        time: Some(terrane_model::When::parse("2013-07-21T05:09:31.450Z").unwrap()),
        lon_deg: Some(174.3442),
        lat_deg: Some(-41.7042),
        depth_km: Some(17.4),
        magnitude: Some(6.5),
        magnitude_type: "mww".into(),
        event_type: "earthquake".into(),
        place: "38 km ESE of Blenheim & \"Seddon\" <NZ>".into(),
        status: "reviewed".into(),
        author: "GeoNet".into(),
        contributor: "GNS Science".into(),
        magnitude_author: "us".into(),
        depth_error_km: Some(1.2),
        planes_deg: [Some(318.0), Some(83.0), Some(174.0), Some(49.0), Some(84.0), Some(7.0)],
        stations: Some(57.0),
        gap_deg: Some(44.0),
        ..EventRow::default()
    }
}

#[test]
fn flat_quakeml_tells_what_the_row_does() {
    let row = blenheim();
    let ancient = EventRow {
        id: "地 震".into(),
        time: Some(terrane_model::When::year(-2149).unwrap()),
        event_type: "odd".into(),
        total_deaths: Some(3.0),
        lon_deg: Some(35.5),
        lat_deg: Some(31.1),
        ..EventRow::default()
    };
    let mut xml = Vec::new();
    let head = quakeml::Head {
        public_id: "all of it",
        description: "© Survey",
        agency: "Survey",
        created: "2026-11-26T00:00:00Z",
    };
    quakeml::begin(&head, &mut xml);
    quakeml::write_flat(&row, "survey.example", &mut xml);
    quakeml::write_flat(&ancient, "survey.example", &mut xml);
    quakeml::end(&mut xml);
    keep("flat.xml", &xml);
    let read: Vec<_> = QuakemlReader::new(xml.as_slice(), Charset::UTF_8).map(|read| read.unwrap()).collect();
    let (first, second) = (row_of(&read[0].tree), row_of(&read[1].tree));
    assert_eq!(first.id, "smi:survey.example/event/2013p543824");
    assert_eq!(EventRow { id: row.id.clone(), contributor: row.contributor.clone(), ..first }, row);
    assert_eq!((second.time, second.deaths), (ancient.time.clone(), Some(3.0)));
}

#[test]
fn fdsn_text_and_usgs_geojson_read_back_as_tables() {
    let row = blenheim();
    let mut text = fdsn_text::HEADER.as_bytes().to_vec();
    fdsn_text::write(&row, &mut text);
    assert_eq!(Format::of(&text), Some(Format::FdsnText));
    let (rows, _) = batches(Format::FdsnText, "events.txt", &text);
    let feature = rows[0].feature(0);
    assert_eq!((feature.get("event_id"), feature.get("magnitude")), (Value::Text("2013p543824"), Value::Float(6.5)));
    let mut feed = Vec::new();
    usgs_geojson::begin(&usgs_geojson::Head { count: 1, ..Default::default() }, &mut feed);
    usgs_geojson::write(&row, "https://survey.example/e", &mut feed);
    usgs_geojson::end(&mut feed);
    let (rows, _) = batches(Format::UsgsGeojson, "events.geojson", &feed);
    assert_eq!(rows[0].feature(0).get("place"), Value::Text(&row.place));
}

#[test]
fn warnings_feeds_and_comma_separated_values_tell_the_event() {
    let row = blenheim();
    let sent = Some(Instant(1_374_383_371_000_000));
    let head = cap::Head {
        identifier: "2013p543824.1",
        sender: "survey.example",
        sent,
        radius_km: 200.0,
        ..Default::default()
    };
    let mut warning = Vec::new();
    cap::write(&cap::of_event(&row, &head), &mut warning);
    keep("alert.cap", &warning);
    assert_eq!(cap::read(&warning).unwrap().infos[0].areas[0].circles, ["-41.7042,174.3442 200.0"]);
    let mut entries = Vec::new();
    let url = "https://survey.example/feed";
    let head =
        atom::Head { id: "urn:x:events", title: "Events", url, updated: "2026-11-26T00:00:00Z", ..Default::default() };
    atom::begin(&head, &mut entries);
    let links = atom::Links { page: "https://survey.example/e", cap: "https://survey.example/e.cap" };
    atom::write(&row, &links, &mut entries);
    atom::end(&mut entries);
    keep("feed.atom", &entries);
    let feed = terrane_formats::xml::parse(std::str::from_utf8(&entries).unwrap()).unwrap();
    let point = feed.descendants().find(|it| it.tag_name().name() == "point").and_then(|it| it.text());
    assert_eq!(point, Some("-41.7042 174.3442"));
    let mut csv = comcat_csv::HEADER.as_bytes().to_vec();
    comcat_csv::write(&row, &mut csv);
    keep("comcat.csv", &csv);
    let line = "2013-07-21T05:09:31.450Z,-41.7042,174.3442,17.4,6.5,mww,57,44,,,GNS Science,2013p543824,,";
    assert!(String::from_utf8_lossy(&csv).contains(line));
}

#[test]
fn hostile_quakeml_ends_well() {
    let read =
        |text: &str| QuakemlReader::new(text.as_bytes(), Charset::UTF_8).collect::<terrane_model::Result<Vec<_>>>();
    let head = "<q:quakeml xmlns:q='http://quakeml.org/xmlns/quakeml/1.2' xmlns='http://quakeml.org/xmlns/bed/1.2'><eventParameters publicID='smi:a.b/c'>";
    let refused = |text: &str| read(text).err().map(|error| error.say().to_owned()).unwrap_or_default();
    assert!(refused(&format!("<!DOCTYPE q [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>{head}")).contains("DOCTYPE"));
    assert!(refused(&format!("{head}<event publicID='&e;'/>")).contains("well-formed"));
    assert!(refused(&format!("{head}<event>&e;</event>")).contains("entity"));
    assert!(refused(&format!("{head}{}", "<a>".repeat(20_000))).contains("levels deep"));
    assert!(refused(&format!("{head}<event publicID='smi:a.b/c'><origin>")).contains("cut off"));
    assert!(refused("<html/>").contains("not QuakeML"));
    assert!(refused("").contains("cut off"));
    let odd = format!(
        "{head}<event><type>earthquack</type><magnitude><mag>5</mag><mag><value>x</value></mag></magnitude><new><er/></new></event></eventParameters></q:quakeml>"
    );
    let events = read(&odd).unwrap();
    assert_eq!((events.len(), row_of(&events[0].tree).magnitude), (1, Some(5.0)));
    assert!(events[0].remarks.len() >= 4, "{:?}", events[0].remarks);
    let mut out = Vec::new();
    quakeml::begin(&quakeml::Head { public_id: "smi:a.b/c", ..Default::default() }, &mut out);
    let changed = quakeml::write_tree(&events[0].tree, TreeOptions::ALL, "no id", &mut out);
    quakeml::end(&mut out);
    keep("odd.xml", &out);
    assert!(
        changed.iter().any(|it| it.contains("other event")) && changed.iter().any(|it| it.contains("missing")),
        "{changed:?}"
    );
}

#[test]
fn samples_of_quakeml_are_sniffed() {
    for path in all("quakeml", ".xml") {
        assert_eq!(Format::of(&std::fs::read(&path).unwrap()), Some(Format::Quakeml), "{}", path.display());
    }
}

//! Answers of feeds, whatever an agency's server says: read whole or refused, and what is read is decided without a defect.

use super::{inputs, text};
use crate::Target;
use terrane_engine::hazard::feeds::{area, decided, read_answer};
use terrane_formats::about::{Feed, FeedKind};
use terrane_model::Instant;

/// Answers of feeds.
pub const FEED: Target = Target {
    name: "feed",
    seeds: || {
        inputs(&[
            r#"{"type":"FeatureCollection","features":[{"type":"Feature","id":"us1","properties":{"mag":5.1,"place":"x","time":1700000000000,"updated":1700000060000,"status":"automatic","ids":",us1,nc1,","net":"us","code":"1","magType":"mww","type":"earthquake"},"geometry":{"type":"Point","coordinates":[140.1,35.2,10]}}]}"#,
            r#"<q:quakeml xmlns:q="http://quakeml.org/xmlns/quakeml/1.2" xmlns="http://quakeml.org/xmlns/bed/1.2"><eventParameters publicID="smi:a.b/c"><event publicID="smi:a.b/1"><type>not existing</type><creationInfo><creationTime>2026-01-01T00:00:00Z</creationTime></creationInfo><origin publicID="smi:a.b/1/o"><time><value>2026-01-01T00:00:00Z</value></time><longitude><value>181</value></longitude><latitude><value>-90</value></latitude></origin><magnitude publicID="smi:a.b/1/m"><mag><value>4.5</value></mag><type>mb</type></magnitude></event></eventParameters></q:quakeml>"#,
            "POLYGON((130 30, 150 30, 150 40, 130 40, 130 30))",
        ])
    },
    words: &[
        "\"ids\":",
        "null",
        "1e400",
        "|",
        "\"deleted\"",
        "<event publicID=\"x\"/>",
        "-1",
        "9999-12-31T23:59:60Z",
        "<![CDATA[",
    ],
    run: |bytes| {
        let feed = Feed {
            id: "a".into(),
            title: String::new(),
            kind: FeedKind::Fdsn,
            address: String::new(),
            agency: "A".into(),
            rank: None,
            dataset: "live".into(),
            interval_s: 60,
            days: 1,
            licence: String::new(),
            attribution: String::new(),
        };
        if let Ok(messages) = read_answer(&feed, bytes, Instant(1_700_000_000_000_000)) {
            let many = messages.len();
            let rows = decided(messages);
            assert!(rows <= many, "{rows} events of {many} messages");
        }
        let _ = area(&text(bytes));
    },
};

//! Bytes changed by a fixed chance: every reader ends, and what is written of what was read reads back.

use terrane_formats::events::quakeml::{Head, QuakemlReader, TreeOptions, begin, end, write_flat, write_tree};
use terrane_formats::events::{cap, fdsn_text, isf, ndk, row_of, usgs_geojson};
use terrane_formats::features::encoding::Charset;

const SAMPLE: &str = "<q:quakeml xmlns:q=\"http://quakeml.org/xmlns/quakeml/1.2\" xmlns=\"http://quakeml.org/xmlns/bed/1.2\" xmlns:catalog=\"http://anss.org/xmlns/catalog/0.1\" xmlns:z=\"urn:z\"><eventParameters publicID=\"smi:a.b/c\"><event publicID=\"quakeml:a.b/e%3A\" catalog:eventid=\"1\" z:y=\"2\"><type>earthquake</type><description><text>Here</text><type>region name</type></description><origin publicID=\"smi:orig1\"><time><value>2011-03-11T05:46:24.12</value><uncertainty>1</uncertainty></time><latitude><value>38.3</value></latitude><longitude><value>142.4</value></longitude><depth><value>29000</value></depth><compositeTime><year><value>2011</value></year></compositeTime><quality><usedStationCount>12</usedStationCount></quality></origin><magnitude publicID=\"smi:a.b/m\"><mag><value>9.1</value></mag></magnitude><focalMechanism publicID=\"smi:a.b/f\"><waveformID networkCode=\"A\" stationCode=\"B\">smi:a.b/w</waveformID></focalMechanism><z:more>words</z:more></event></eventParameters></q:quakeml>";

/// A run of numbers by xorshift (Marsaglia 2003).
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % most.max(1) as u64) as usize
    }
}

fn changed(sample: &[u8], chance: &mut Chance) -> Vec<u8> {
    let words: [&[u8]; 9] = [b"<", b">", b"\"", b"1e400", b"-", b":", b"&amp;", b"|", "地".as_bytes()];
    let mut bytes = sample.to_vec();
    for _ in 0..=chance.below(4) {
        let at = chance.below(bytes.len());
        match chance.below(4) {
            0 => _ = bytes.splice(at..at, words[chance.below(words.len())].iter().copied()),
            1 => bytes[at] = b' ' + chance.below(95) as u8,
            2 => _ = bytes.drain(at..(at + 1 + chance.below(12)).min(bytes.len())),
            _ => {
                let part = bytes[at..(at + 1 + chance.below(40)).min(bytes.len())].to_vec();
                let to = chance.below(bytes.len());
                _ = bytes.splice(to..to, part);
            }
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}

#[test]
fn changed_quakeml_reads_back_when_it_was_written_again() {
    let mut chance = Chance(7);
    let mut read = 0;
    for _ in 0..4_000 {
        let given = changed(SAMPLE.as_bytes(), &mut chance);
        let trees: Vec<_> =
            QuakemlReader::new(given.as_slice(), Charset::UTF_8).map_while(Result::ok).map(|it| it.tree).collect();
        let mut out = Vec::new();
        begin(&Head { public_id: "smi:a.b/c", ..Head::default() }, &mut out);
        for tree in &trees {
            write_tree(tree, TreeOptions::ALL, "smi:a.b/e", &mut out);
            write_flat(&row_of(tree), "a.b", &mut out);
            ndk::write(tree, "x", &mut Vec::new());
            isf::write(tree, "x", &mut Vec::new());
        }
        end(&mut out);
        let again: Vec<_> = QuakemlReader::new(out.as_slice(), Charset::UTF_8).collect();
        assert!(again.iter().all(Result::is_ok), "{}\n{again:?}", String::from_utf8_lossy(&out));
        assert_eq!(again.len(), trees.len() * 2, "{}", String::from_utf8_lossy(&given));
        read += trees.len();
    }
    assert!(read > 300, "only {read} events were read");
}

#[test]
fn other_changed_files_end() {
    let line = "us1|2013-07-15T14:03:39.880|-60.857|-25.07|11|us|us|us|us1|mww|7.3|us|South | Sandwich|earthquake";
    let feed = r#"{"type":"Feature","properties":{"mag":7.3,"place":"South","time":1373897019880,"updated":1,"magType":"mww"},"geometry":{"type":"Point","coordinates":[-25.07,-60.857,11]},"id":"usb"}"#;
    let alert = "<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"><identifier>1</identifier><sent>2011-03-11T05:46:24-00:00</sent><info><event>E</event><onset>2011-03-11T05:46:24-00:00</onset></info></alert>";
    let mut chance = Chance(11);
    for _ in 0..4_000 {
        let bytes = changed(line.as_bytes(), &mut chance);
        for record in String::from_utf8_lossy(&bytes).lines().filter_map(|line| fdsn_text::read(line, 1)).flatten() {
            let mut out = Vec::new();
            fdsn_text::write(&record.row, &mut out);
            assert_eq!(out.iter().filter(|byte| **byte == b'|').count(), 13);
        }
        for record in usgs_geojson::Reader::new(changed(feed.as_bytes(), &mut chance).as_slice()).map_while(Result::ok)
        {
            let mut out = Vec::new();
            usgs_geojson::write(&record.row, "", &mut out);
            assert!(serde_json::from_slice::<serde_json::Value>(&out).is_ok(), "{}", String::from_utf8_lossy(&out));
        }
        if let Ok(alert) = cap::read(&changed(alert.as_bytes(), &mut chance)) {
            let mut out = Vec::new();
            cap::write(&alert, &mut out);
            assert!(cap::read(&out).is_ok(), "{}", String::from_utf8_lossy(&out));
        }
    }
}

//! QuakeML: real files come back as they were, what is wrong is told, and what is hostile is refused.

use super::support::{all, keep};
use serde_json::Value;
use terrane_formats::events::quakeml::{EventRead, Head, QuakemlReader, TreeOptions, begin, end, write_tree};
use terrane_formats::features::encoding::Charset;
use terrane_hazard::event::Event;
use terrane_model::Result;

fn read(bytes: &[u8]) -> Result<Vec<EventRead>> {
    QuakemlReader::new(bytes, Charset::UTF_8).collect()
}

fn written(trees: &[Value]) -> Vec<u8> {
    let mut out = Vec::new();
    begin(&Head { public_id: "smi:survey.example/all", agency: "Example", ..Head::default() }, &mut out);
    for tree in trees {
        write_tree(tree, TreeOptions::ALL, "smi:survey.example/x", &mut out);
    }
    end(&mut out);
    out
}

fn trees(read: Vec<EventRead>) -> Vec<Value> {
    read.into_iter().map(|event| event.tree).collect()
}

#[test]
fn real_files_come_back_as_they_were() {
    for path in all("quakeml", ".xml") {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let first = read(&std::fs::read(&path).unwrap()).unwrap();
        for event in &first {
            eprintln!(
                "{name}: {:?}",
                event.remarks.iter().map(|it| (&it.field, &it.what, it.count)).collect::<Vec<_>>()
            );
        }
        let first = trees(first);
        assert!(!first.is_empty());
        let bytes = written(&first);
        keep(&name, &bytes);
        let again = read(&bytes).unwrap();
        let second = trees(again);
        for (a, b) in first.iter().zip(&second) {
            assert_eq!(a, b, "{name}\n{}", serde_json::to_string_pretty(a).unwrap());
        }
        assert_eq!(first.len(), second.len());
        for tree in &first {
            let event = Event(tree);
            eprintln!(
                "  {} {:?} {:?} {}",
                event.public_id(),
                event.time().map(|it| it.to_string()),
                event.magnitude().and_then(|it| it.value()),
                event.place()
            );
        }
    }
}

//! Files that mean harm or are broken: refused in words, quickly, and nothing of them is published or left.

use crate::kit::{Desk, Run};
use std::io::Write as _;

/// Refused with a sentence; nothing is published, nothing is left, and the program did not crash.
#[track_caller]
fn refused(desk: &Desk, file: &str) -> Run {
    let run = desk.run(&["add", "survey", file]);
    assert_eq!(run.code, 3, "{file}: {run:?}");
    let said = format!("{}{}", run.out, run.err);
    assert!(said.len() > 20 && !said.contains("panicked"), "{file}: {said}");
    assert_eq!(desk.listed(), [""; 0], "{file}");
    assert_eq!(left(desk), 0, "{file}");
    run
}

/// Files below `datasets` and `drafts`.
fn left(desk: &Desk) -> usize {
    let entries = |name: &str| std::fs::read_dir(desk.path(name)).map_or(0, Iterator::count);
    entries("survey/datasets") + entries("survey/drafts")
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in members {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).expect("begun");
        writer.write_all(content).expect("written");
    }
    writer.finish().expect("finished").into_inner()
}

#[test]
fn files_that_are_not_what_they_are_called_are_refused() {
    let desk = Desk::new();
    for (name, content) in [
        ("empty.geojson", ""),
        ("empty.tif", ""),
        ("empty.gpkg", ""),
        ("empty.shp", ""),
        ("page.tif", "<!DOCTYPE html><html><head><title>404</title></head></html>"),
        ("page.gpkg", "<html><body>Please log in</body></html>"),
        ("page.zip", "<html></html>"),
        (
            "half.geojson",
            "{\"type\": \"FeatureCollection\", \"features\": [{\"type\": \"Feature\", \"geometry\": {\"type\": \"Poi",
        ),
        ("list.geojson", "[1, 2, 3]"),
        (
            "vrt.tif",
            "<VRTDataset rasterXSize=\"20\"><VRTRasterBand><SourceFilename>/etc/passwd</SourceFilename></VRTRasterBand></VRTDataset>",
        ),
        ("xxe.kml", "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><kml>&e;</kml>"),
        ("thesis.docx", "PK\u{3}\u{4}nonsense"),
    ] {
        let file = desk.file(name, content);
        let run = refused(&desk, &file);
        assert!(!format!("{}{}", run.out, run.err).contains("root:"), "{name}");
    }
}

#[test]
fn a_geopackage_that_is_cut_off_is_refused() {
    let desk = Desk::new();
    desk.run(&["add", "survey", &desk.units()]).ok();
    let revision =
        std::fs::read_dir(desk.path("survey/datasets/units")).expect("there").next().expect("one").expect("read");
    let whole = std::fs::read(revision.path().join("features.gpkg")).expect("read");
    desk.run(&["remove", "survey", "units"]).ok();
    for share in [10, 50, 90] {
        let file = desk.file(&format!("cut{share}.gpkg"), &whole[..whole.len() * share / 100]);
        refused(&desk, &file);
    }
}

#[test]
fn json_that_is_nested_without_end_is_refused() {
    let desk = Desk::new();
    let deep = desk.file("deep.geojson", "[".repeat(200_000));
    refused(&desk, &deep);
    let nested = format!(
        "{{\"type\":\"FeatureCollection\",\"features\":[{{\"type\":\"Feature\",\"properties\":{{\"a\":{}1{}}},\"geometry\":null}}]}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let file = desk.file("nested.geojson", nested);
    refused(&desk, &file);
}

#[test]
fn an_archive_whose_members_lead_elsewhere_writes_nothing_there() {
    let desk = Desk::new();
    let members: [(&str, &[u8]); 3] = [
        ("../../slipped.geojson", crate::kit::UNITS.as_bytes()),
        ("/tmp/terrane-slipped.geojson", b"{}"),
        ("..\\..\\slipped.csv", b"x,y\n1,2\n"),
    ];
    let file = desk.file("slip.zip", zip(&members));
    let run = desk.run(&["add", "survey", &file]);
    assert!(run.code == 3 || run.code == 0, "{run:?}");
    for outside in [
        desk.path("slipped.geojson"),
        desk.path("../slipped.geojson"),
        "/tmp/terrane-slipped.geojson".into(),
        "/tmp/slipped.geojson".into(),
    ] {
        assert!(!outside.exists(), "{}", outside.display());
    }
}

#[test]
fn an_archive_that_unpacks_to_far_more_than_it_is_is_refused() {
    let desk = Desk::new();
    let mut zeros = b"x,y\n".to_vec();
    zeros.resize(50_000_000, b'0');
    let packed = zip(&[("zeros.csv", &zeros)]);
    assert!(packed.len() < 100_000);
    let file = desk.file("bomb.zip", packed);
    refused(&desk, &file);
}

#[test]
fn a_table_without_coordinates_is_published_with_a_remark() {
    let desk = Desk::new();
    let file = desk.file("wells.csv", "well,depth\nA,12\nB,15\n");
    let run = desk.run(&["add", "survey", &file]).ok();
    assert!(run.out.contains("coordinates"), "{}", run.out);
}

#[test]
fn odd_names_of_files_become_plain_names() {
    let desk = Desk::new();
    for (name, id) in [
        ("Ωmega & <b>.geojson", "mega-b"),
        ("地質図.geojson", "dataset"),
        ("-rf.geojson", "rf"),
        ("..geojson", "dataset-2"),
    ] {
        desk.file(name, crate::kit::UNITS);
        let path = format!("./{name}");
        let added = desk.run(&["add", "survey", &path, "--json"]).ok().json();
        assert_eq!(added["datasets"][0]["id"], id, "{name}");
    }
    let server = desk.serve(&[]);
    for path in ["/", "/d/mega-b", "/collections?f=html"] {
        let page = server.ask("GET", path, &[("Accept", "text/html")]).text();
        assert!(!page.contains("<b>."), "{path}: the name of a file is text, not markup");
    }
}

#[test]
fn what_a_file_says_cannot_steer_the_terminal() {
    let desk = Desk::new();
    let text =
        crate::kit::UNITS.replace("花崗岩", "\\u001b[2J\\u001b]0;owned\\u0007é").replace("age_ma", "\\u001b[31mred");
    let file = desk.file("steer.geojson", text);
    let run = desk.run(&["add", "survey", &file]);
    assert!(!run.out.contains('\u{1b}') && !run.err.contains('\u{1b}'), "{run:?}");
}

/// Two layers of sixty points, made by `conformance/soak/inputs.py` and damaged by a mutation of `make soak`: asked for the rows
/// after the last one, its pages give the first one again.
#[test]
fn a_table_that_gives_the_same_rows_again_and_again_is_refused() {
    let desk = Desk::new();
    let file = desk.file("endless.gpkg", include_bytes!("endless.gpkg"));
    let added = desk.run(&["add", "survey", &file, "--layer", "one"]);
    assert_eq!(added.code, 3, "{added:?}");
    assert!(added.err.contains("damaged"), "{}", added.err);
    assert_eq!(desk.listed(), Vec::<String>::new());
}

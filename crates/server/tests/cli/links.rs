//! No link leads nowhere: every address that a small node's pages and documents give is fetched.

use crate::kit::{Desk, Server, demo};
use std::collections::{BTreeMap, BTreeSet};

/// A node with rows, a grid and a map.
fn served() -> (Desk, Server) {
    let desk = Desk::new();
    let data = demo().join("data");
    let path = |name: &str| data.join(name).display().to_string();
    let (units, relief) = (path("gsj_mino_units.geojson"), path("etopo5_asia_pacific.tif"));
    desk.run(&[
        "add",
        "survey",
        &units,
        "--id",
        "units",
        "--title",
        "Units",
        "--title",
        "ja=地質",
        "--licence",
        "CC-BY-4.0",
    ])
    .ok();
    desk.run(&["add", "survey", &relief, "--id", "relief"]).ok();
    let two_layers = desk.path("two");
    std::fs::create_dir(&two_layers).expect("made");
    for name in ["a.geojson", "b.geojson"] {
        std::fs::write(two_layers.join(name), crate::kit::UNITS).expect("written");
    }
    desk.run(&["add", "survey", "two"]).ok();
    let server = desk.serve(&[]);
    (desk, server)
}

/// The addresses in a page or document: `href`, `src` and `action` of HTML, `href` of JSON.
fn links(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for begin in ["href=\"", "src=\"", "action=\"", "\"href\":\"", "\"href\": \"", "xlink:href=\""] {
        for rest in text.split(begin).skip(1) {
            let link = rest.split('"').next().unwrap_or("");
            found.insert(link.replace("&amp;", "&").replace("&#x2f;", "/").replace("&#x3d;", "="));
        }
    }
    found
}

/// The path of a link of this node; nothing for another site, a template, a place on the page or a mail address.
fn own_path(link: &str, page: &str, server: &Server) -> Option<String> {
    let link = link.split('#').next().unwrap_or("");
    if link.is_empty() || link.contains('{') || link.starts_with("data:") || link.starts_with("mailto:") {
        return None;
    }
    if let Some(path) = link.strip_prefix(&server.url) {
        return Some(if path.is_empty() { "/".to_owned() } else { path.to_owned() });
    }
    match link.split_once("://") {
        Some(_) => None,
        None if link.starts_with('/') => Some(link.to_owned()),
        None if link.starts_with('?') => Some(format!("{}{link}", page.split('?').next().unwrap_or("/"))),
        None => panic!("{page} has the relative link {link}, which breaks below a prefix"),
    }
}

#[test]
fn every_link_of_every_page_leads_somewhere() {
    let (_desk, server) = served();
    let pages = [
        "/",
        "/?f=json",
        "/collections",
        "/collections?f=json",
        "/collections/units",
        "/collections/units?f=json",
        "/collections/relief?f=json",
        "/d/units",
        "/d/relief",
        "/d/a",
        "/maps?f=json",
        "/maps/two?f=json",
        "/collections/units/items?limit=3",
        "/collections/units/items?f=html",
        "/collections/units/styles?f=json",
        "/api",
        "/conformance",
        "/d/units?lang=ja",
    ];
    let mut from: BTreeMap<String, String> = BTreeMap::new();
    for page in pages {
        let answer = server.ask("GET", page, &[("Accept", "text/html,*/*;q=0.5")]);
        assert_eq!(answer.status, 200, "{page}: {}", answer.text());
        for link in links(&answer.text()) {
            if let Some(path) = own_path(&link, page, &server) {
                from.entry(path).or_insert_with(|| page.to_owned());
            }
        }
    }
    assert!(from.len() > 40, "only {} links were found", from.len());
    let broken: Vec<String> = from
        .iter()
        .map(|(path, page)| (path, page, server.get(path).status))
        .filter(|(.., status)| *status >= 400)
        .map(|(path, page, status)| format!("{status} {path} (from {page})"))
        .collect();
    assert!(broken.is_empty(), "{} of {} links are broken:\n{}", broken.len(), from.len(), broken.join("\n"));
}

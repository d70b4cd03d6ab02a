//! Maps and rows that are carried elsewhere: KML, Web Map Context, OWS Context, the profile of OneGeology.

use crate::kit::{Desk, run};
use terrane_formats::xml::tree::{self, Doctype};

/// A node with two units that are catalogued.
fn catalogued() -> Desk {
    let desk = Desk::new();
    let file = desk.units();
    let words = ["--description", "Two units.", "--owner", "Survey of Tests", "--licence", "CC-BY-4.0"];
    desk.run(&[&["add", "survey", &file, "--id", "units", "--title", "Units <1> & \"2\""], &words[..]].concat()).ok();
    let settings = "[site]\ntitle = \"Tests\"\ndescription = \"A node for tests of what is carried elsewhere.\"\noperator = \"Survey of Tests\"\noperator_email = \"maps@survey.test\"\n";
    desk.file("survey/terrane.toml", settings);
    desk
}

/// Elements of a local name in an XML text.
fn count(text: &str, name: &str) -> usize {
    let counted = tree::read(text.as_bytes(), Doctype::Refused, |root| {
        Ok(root.descendants().filter(|node| node.is_element() && node.tag_name().name() == name).count())
    });
    counted.expect("it is XML")
}

#[test]
fn our_own_maps_have_three_stars_in_the_profile_once_they_are_catalogued() {
    let desk = catalogued();
    let server = desk.serve(&[]);
    let names = |server: &crate::kit::Server| {
        let text = server.get("/onegeology/wms?SERVICE=WMS&REQUEST=GetCapabilities").text();
        let is_there = text.contains("<Name>JPN_GSJ_200k_BLT</Name>");
        (is_there, text.contains("JPN GSJ 1:200k Bedrock Lithology"), text.contains("<Name>units</Name>"))
    };
    assert_eq!(names(&server), (false, false, false), "what is not catalogued is not there");
    desk.run(&["edit", "survey", "units", "--country", "jpn", "--owner-code", "GSJ", "--scale", "1:200 000"]).ok();
    desk.run(&["edit", "survey", "units", "--theme", "BLT"]).ok();
    assert_eq!(names(&server), (true, true, false));
    assert!(server.get("/wms?SERVICE=WMS&REQUEST=GetCapabilities").text().contains("<Name>units</Name>"));
    let map =
        "REQUEST=GetMap&VERSION=1.1.1&SRS=EPSG:4326&BBOX=136,35,139,36&WIDTH=90&HEIGHT=30&FORMAT=image/png&STYLES=";
    let by_profile = server.get(&format!("/onegeology/wms?SERVICE=WMS&LAYERS=JPN_GSJ_200k_BLT&{map}"));
    let by_id = server.get(&format!("/wms?SERVICE=WMS&LAYERS=units&{map}"));
    assert_eq!((by_profile.status, &by_profile.body), (200, &by_id.body));
    let report =
        run(&["check", &format!("{}/onegeology/wms", server.url), "--local", "--stars", "0", "--json"]).ok().json();
    let not_met: Vec<String> = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .filter(|finding| {
            finding["star"].as_u64().is_some_and(|star| (1..=3).contains(&star)) && finding["verdict"] != "good"
        })
        .map(ToString::to_string)
        .collect();
    assert_eq!((report["stars"].as_u64(), not_met), (Some(3), Vec::new()));
    for wrong in [["--country", "XXX"], ["--scale", "big"], ["--theme", "a b"], ["--owner-code", "a_b"]] {
        assert_eq!(desk.run(&[&["edit", "survey", "units"], &wrong[..]].concat()).code, 2, "{wrong:?}");
    }
}

#[test]
fn rows_are_carried_as_kml_with_their_looks() {
    let desk = catalogued();
    let server = desk.serve(&[]);
    let kml = server.get("/collections/units/items?f=kml");
    assert_eq!(kml.header("content-type"), Some("application/vnd.google-earth.kml+xml"));
    let text = kml.text();
    let counts = ["Placemark", "Polygon", "PolyStyle", "ScreenOverlay", "ExtendedData"].map(|name| count(&text, name));
    assert_eq!(counts, [2, 2, 2, 1, 2], "{text}");
    assert!(text.contains("Units &lt;1&gt; &amp; &quot;2&quot;") && text.contains("花崗岩"), "{text}");
    assert!(text.contains("Creative Commons Attribution 4.0"), "the licence goes with it");
    let packed = server.get("/collections/units/items?f=kmz");
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(packed.body)).expect("an archive");
    let mut inside = String::new();
    std::io::Read::read_to_string(&mut archive.by_name("doc.kml").expect("there"), &mut inside).expect("text");
    assert_eq!(inside, text);
    assert_eq!(server.get("/collections/units/items?f=kml&crs=http://www.opengis.net/def/crs/EPSG/0/3857").status, 400);
}

#[test]
fn a_map_of_our_wms_is_laid_upon_the_ground_by_kml() {
    let desk = catalogued();
    let server = desk.serve(&[]);
    let map = |crs: &str, bbox: &str| {
        server.get(&format!("/wms?SERVICE=WMS&REQUEST=GetMap&VERSION=1.3.0&LAYERS=units&STYLES=&CRS={crs}&BBOX={bbox}&WIDTH=90&HEIGHT=30&FORMAT=application/vnd.google-earth.kml%2Bxml"))
    };
    let text = map("EPSG:4326", "35,136,36,139").text();
    assert!(text.contains("<north>36</north><south>35</south><east>139</east><west>136</west>"), "{text}");
    let href = text
        .split("<href>")
        .nth(1)
        .and_then(|rest| rest.split("</href>").next())
        .expect("an address")
        .replace("&amp;", "&");
    let picture = server.get(href.strip_prefix(&server.url).expect("ours"));
    assert_eq!((picture.status, picture.header("content-type")), (200, Some("image/png")));
    assert!(map("EPSG:3857", "0,0,1,1").text().contains("ServiceException"));
}

#[test]
fn maps_are_carried_to_other_viewers_and_theirs_are_read() {
    let desk = catalogued();
    let server = desk.serve(&[]);
    let (wmc, owc) = (server.get("/maps/units?f=wmc"), server.get("/maps/units?f=owc"));
    assert_eq!((count(&wmc.text(), "Layer"), owc.json()["features"].as_array().map(Vec::len)), (1, Some(1)));
    let post = |body: &str| {
        let request = format!(
            "POST /context HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        crate::kit::Answer::of(&server.bytes(request.as_bytes()))
    };
    for form in [wmc.text(), owc.text()] {
        let read = post(&form);
        assert_eq!(read.status, 200, "{}", read.text());
        let layer = &read.json()["features"][0]["properties"];
        assert_eq!((&layer["title"], &layer["layer"]), (&"Units <1> & \"2\"".into(), &"units".into()));
    }
    let bomb = "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><ViewContext><General><Title>&b;</Title></General></ViewContext>";
    for wrong in ["", "<a/>", "{}", bomb] {
        let refused = post(wrong);
        assert!(refused.status == 400 && !refused.text().contains("root:"), "{wrong}: {}", refused.text());
    }
}

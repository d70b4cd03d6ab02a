//! `terrane check` against services that are wrong in one way each, against one that is right, and against our own.

use crate::kit::{Desk, run};
use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use terrane_formats::picture::png;
use terrane_model::picture::Picture;

/// A WMS that draws four colours in the box 100–110° E, 10–16° N, and what is wrong with it.
#[derive(Clone, Copy, Default)]
struct Flaw {
    /// EPSG:4326 in 1.3.0 is taken as longitude first.
    swapped: bool,
    blank: bool,
    no_keywords: bool,
    /// The box that is told lies elsewhere.
    lying_box: bool,
    legend_is_text: bool,
}

const GROUND: [f64; 4] = [100.0, 10.0, 110.0, 16.0];

fn serve(flaw: Flaw) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            answer(stream, flaw, address);
        }
    });
    address
}

fn answer(mut stream: TcpStream, flaw: Flaw, address: SocketAddr) {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let target = head.split(' ').nth(1).unwrap_or("/");
    let query = target
        .split_once('?')
        .map_or("", |(_, query)| query)
        .replace("%3A", ":")
        .replace("%2C", ",")
        .replace("%2F", "/");
    let pairs: HashMap<String, String> = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| (key.to_uppercase(), value.to_owned()))
        .collect();
    let get = |key: &str| pairs.get(key).map_or("", String::as_str);
    let (kind, body): (&str, Vec<u8>) = match get("REQUEST") {
        "GetCapabilities" if get("SERVICE") == "WMS" => {
            ("text/xml", capabilities(get("VERSION"), flaw, address).into_bytes())
        }
        "GetMap" if pairs.contains_key("SLD_BODY") => (
            "text/xml",
            b"<ServiceExceptionReport><ServiceException>no SLD here</ServiceException></ServiceExceptionReport>"
                .to_vec(),
        ),
        "GetMap" => ("image/png", map(&pairs, flaw)),
        "GetFeatureInfo" if get("INFO_FORMAT") == "text/plain" => ("text/plain", b"unit: granite".to_vec()),
        "GetLegendGraphic" if flaw.legend_is_text => ("text/html", b"<p>soon</p>".to_vec()),
        "GetLegendGraphic" => ("image/png", picture(20, 20, |x, _| if x < 10 { [200, 0, 0, 255] } else { [255; 4] })),
        _ => (
            "text/xml",
            b"<ServiceExceptionReport><ServiceException>not offered</ServiceException></ServiceExceptionReport>"
                .to_vec(),
        ),
    };
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\naccess-control-allow-origin: *\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all(&body);
}

fn picture(width: u32, height: u32, colour: impl Fn(u32, u32) -> [u8; 4]) -> Vec<u8> {
    let rgba = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).flat_map(|(x, y)| colour(x, y)).collect();
    png::write(&Picture { width_px: width, height_px: height, rgba }).expect("it can be written")
}

fn map(pairs: &HashMap<String, String>, flaw: Flaw) -> Vec<u8> {
    let numbers: Vec<f64> = pairs["BBOX"].split(',').filter_map(|number| number.parse().ok()).collect();
    let is_latitude_first =
        pairs["VERSION"] == "1.3.0" && pairs.get("CRS").is_some_and(|crs| crs == "EPSG:4326") && !flaw.swapped;
    let [west, south, east, north] = match is_latitude_first {
        true => [numbers[1], numbers[0], numbers[3], numbers[2]],
        false => [numbers[0], numbers[1], numbers[2], numbers[3]],
    };
    let (width, height) = (pairs["WIDTH"].parse().expect("a number"), pairs["HEIGHT"].parse().expect("a number"));
    picture(width, height, |x, y| {
        let longitude = west + (east - west) * (f64::from(x) + 0.5) / f64::from(width);
        let latitude = north - (north - south) * (f64::from(y) + 0.5) / f64::from(height);
        let inside = longitude > GROUND[0] && longitude < GROUND[2] && latitude > GROUND[1] && latitude < GROUND[3];
        match (inside && !flaw.blank, longitude > 104.0, latitude > 14.0) {
            (false, ..) => [0; 4],
            (true, false, false) => [200, 0, 0, 255],
            (true, true, false) => [0, 160, 0, 255],
            (true, false, true) => [0, 0, 200, 255],
            (true, true, true) => [240, 200, 0, 255],
        }
    })
}

fn capabilities(version: &str, flaw: Flaw, address: SocketAddr) -> String {
    let new = version == "1.3.0";
    let [west, south, east, north] = if flaw.lying_box { [112.0, 10.0, 122.0, 16.0] } else { GROUND };
    let link =
        |url: &str| format!("<OnlineResource xmlns:xlink=\"http://www.w3.org/1999/xlink\" xlink:href=\"{url}\"/>");
    let own = link(&format!("http://{address}/wms?"));
    let words = |all: &[&str]| match flaw.no_keywords {
        true => String::new(),
        false => format!(
            "<KeywordList>{}</KeywordList>",
            all.iter().map(|word| format!("<Keyword>{word}</Keyword>")).collect::<String>()
        ),
    };
    let service_words = words(&["OneGeology", "MD_DATE@2026-01-01", "MD_LANG@ENG"]);
    let layer_words = words(&[
        "OneGeology",
        "continent@Asia",
        "subcontinent@South-eastern Asia",
        "geographicarea@Viet Nam",
        "dataprovider@Survey of Tests",
        "serviceprovider@Survey of Tests",
        "DS_DATE@2020-05-01",
        "DS_TOPIC@geoscientificinformation",
        "thematic@geology",
    ]);
    let operation = |name: &str, formats: &[&str]| {
        let formats: String = formats.iter().map(|format| format!("<Format>{format}</Format>")).collect();
        format!("<{name}>{formats}<DCPType><HTTP><Get>{own}</Get></HTTP></DCPType></{name}>")
    };
    let operations =
        [("GetCapabilities", &["text/xml"][..]), ("GetMap", &["image/png"]), ("GetFeatureInfo", &["text/plain"])];
    let operations: String = operations.iter().map(|(name, formats)| operation(name, formats)).collect();
    let (root, name, crs, degrees) = match new {
        true => (
            "WMS_Capabilities",
            "WMS",
            "<CRS>CRS:84</CRS><CRS>EPSG:4326</CRS><CRS>EPSG:3857</CRS>",
            format!(
                "<EX_GeographicBoundingBox><westBoundLongitude>{west}</westBoundLongitude><eastBoundLongitude>{east}</eastBoundLongitude><southBoundLatitude>{south}</southBoundLatitude><northBoundLatitude>{north}</northBoundLatitude></EX_GeographicBoundingBox>"
            ),
        ),
        false => (
            "WMT_MS_Capabilities",
            "OGC:WMS",
            "<SRS>EPSG:4326 EPSG:3857</SRS>",
            format!("<LatLonBoundingBox minx=\"{west}\" miny=\"{south}\" maxx=\"{east}\" maxy=\"{north}\"/>"),
        ),
    };
    let doctype = if new {
        ""
    } else {
        "<!DOCTYPE WMT_MS_Capabilities SYSTEM \"http://schemas.opengis.net/wms/1.1.1/WMS_MS_Capabilities.dtd\">"
    };
    let legend = link(&format!("http://{address}/wms?REQUEST=GetLegendGraphic"));
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>{doctype}<{root} version=\"{}\"><Service><Name>{name}</Name><Title>VNM SOT Geology</Title>\
<Abstract>Geology of a country that exists in tests alone, at one to a million.</Abstract>{service_words}{own}\
<ContactInformation><ContactPersonPrimary><ContactPerson>A. Tester</ContactPerson><ContactOrganization>Survey of Tests</ContactOrganization></ContactPersonPrimary>\
<ContactElectronicMailAddress>maps@survey.test</ContactElectronicMailAddress></ContactInformation><Fees>none</Fees><AccessConstraints>none</AccessConstraints></Service>\
<Capability><Request>{operations}</Request><Layer><Title>All</Title>{crs}<Layer queryable=\"1\"><Name>VNM_SOT_1M_BA</Name><Title>VNM SOT 1:1M Bedrock Age</Title>\
<Abstract>Four units, for tests.</Abstract>{layer_words}{degrees}<MetadataURL type=\"TC211\"><Format>text/xml</Format>{own}</MetadataURL>\
<Style><Name>default</Name><Title>default</Title><LegendURL width=\"20\" height=\"20\"><Format>image/png</Format>{legend}</LegendURL></Style></Layer></Layer></Capability></{root}>",
        if new { "1.3.0" } else { "1.1.1" }
    )
}

/// The report on a service with a flaw: stars, and the verdict of each criterion.
fn report(flaw: Flaw) -> (u64, HashMap<String, String>) {
    let url = format!("http://{}/wms?SERVICE=WMS&REQUEST=GetCapabilities", serve(flaw));
    let report = run(&["check", &url, "--local", "--stars", "0", "--json"]).ok().json();
    let findings = report["findings"].as_array().expect("findings").iter();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("").to_owned();
    let verdicts = findings.map(|finding| (text(&finding["criterion"]), text(&finding["verdict"]))).collect();
    (report["stars"].as_u64().expect("stars"), verdicts)
}

#[track_caller]
fn assert_verdicts(found: &HashMap<String, String>, expected: &[(&str, &str)]) {
    for (criterion, verdict) in expected {
        assert_eq!(found[*criterion], *verdict, "{criterion} in {found:?}");
    }
}

#[test]
fn a_service_that_is_right_has_three_stars_and_is_told_what_the_fourth_needs() {
    let (stars, verdicts) = report(Flaw::default());
    assert_verdicts(
        &verdicts,
        &[("axes", "good"), ("box-true", "good"), ("not-blank", "good"), ("legend", "good"), ("info", "good")],
    );
    assert_verdicts(
        &verdicts,
        &[
            ("keywords-place", "good"),
            ("layer-titles", "good"),
            ("sld", "bad"),
            ("wfs", "bad"),
            ("cors", "good"),
            ("https", "bad"),
        ],
    );
    assert_eq!(stars, 3, "{verdicts:?}");
}

#[test]
fn a_service_that_is_wrong_in_one_way_is_told_that_and_nothing_else() {
    let right = report(Flaw::default()).1;
    let cases = [
        (Flaw { swapped: true, ..Flaw::default() }, 1, vec!["axes"]),
        (Flaw { blank: true, ..Flaw::default() }, 0, vec!["not-blank", "axes", "info", "info-both"]),
        (
            Flaw { no_keywords: true, ..Flaw::default() },
            1,
            vec!["keyword-onegeology", "keywords-place", "keywords-people", "keywords-data", "keywords-metadata"],
        ),
        (Flaw { lying_box: true, ..Flaw::default() }, 0, vec!["not-blank", "box-true", "axes", "info", "info-both"]),
        (Flaw { legend_is_text: true, ..Flaw::default() }, 1, vec!["legend"]),
    ];
    for (flaw, stars, wrong) in cases {
        let (found, verdicts) = report(flaw);
        for (criterion, verdict) in &right {
            assert_eq!(
                verdicts[criterion] == *verdict,
                !wrong.contains(&criterion.as_str()),
                "{criterion}: {verdicts:?}"
            );
        }
        assert_eq!(found, stars, "{wrong:?}");
    }
}

#[test]
fn what_is_not_public_is_asked_only_when_that_is_said() {
    let url = format!("http://{}/wms", serve(Flaw::default()));
    let refused = run(&["check", &url]);
    assert_eq!(refused.code, 3, "{}", refused.out);
    assert!(refused.out.contains("only public addresses"), "{}", refused.out);
    let told = run(&["check", &url, "--local", "--all"]).ok();
    assert!(
        told.out.contains("★★★☆☆") && told.out.contains("For star 4:") && !told.out.contains('\u{1b}'),
        "{}",
        told.out
    );
    assert_eq!(run(&["check", &url, "--local", "--stars", "4"]).code, 3);
    assert_eq!(run(&["check", "ftp://example.org/"]).code, 3);
    assert_eq!(run(&["check", &url, "--allow", "everything"]).code, 2);
}

#[test]
fn a_node_checks_for_people_what_it_is_allowed_to_ask_and_tells_it_as_a_page_and_as_json() {
    let desk = Desk::new();
    desk.units();
    let service = serve(Flaw::default());
    desk.file("survey/terrane.toml", format!("[outgoing]\nallow = \"{service}\"\nchecks_per_hour = 2\n"));
    let server = desk.serve(&[]);
    assert!(server.get("/check").text().contains("<form"));
    let page = server.get(&format!("/check?url=http://{service}/wms"));
    assert!(
        page.text().contains("3 of 5 stars") && page.header("cache-control") == Some("no-store"),
        "{}",
        page.text()
    );
    let again = server.get(&format!("/check?url=http://{service}/wms&f=json"));
    assert_eq!(again.json()["stars"], 3, "the report is kept, and costs nothing");
    let canary = serve(Flaw::default());
    let refused = server.get(&format!("/check?url=http://{canary}/wms&f=json")).json();
    assert_eq!((&refused["stars"], &refused["findings"][0]["verdict"]), (&0.into(), &"bad".into()));
    let third = server.get(&format!("/check?url=http://{canary}/other&f=json"));
    assert_eq!(third.status, 429, "{}", third.text());
}

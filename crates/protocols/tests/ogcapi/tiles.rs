//! Tile matrix sets, tilesets and tiles, asked as clients ask.

use crate::kit::{Got, URL, get, get_with};
use serde_json::Value;

fn json(path: &str) -> Value {
    let got = get(path);
    assert_eq!(got.status, 200, "{path}: {}", got.text());
    got.json()
}

/// A picture as width, height and RGBA.
pub fn picture(got: &Got) -> (u32, u32, Vec<u8>) {
    assert_eq!(got.status, 200, "{}", String::from_utf8_lossy(&got.body));
    assert_eq!(got.header("content-type"), "image/png");
    let mut decoder = png::Decoder::new(std::io::Cursor::new(&got.body));
    decoder.set_transformations(png::Transformations::normalize_to_color8() | png::Transformations::ALPHA);
    let mut reader = decoder.read_info().expect("a picture");
    let mut rgba = vec![0; reader.output_buffer_size().expect("it fits")];
    let info = reader.next_frame(&mut rgba).expect("a picture");
    rgba.truncate(info.buffer_size());
    (info.width, info.height, rgba)
}

fn painted(got: &Got) -> usize {
    let (_, _, rgba) = picture(got);
    rgba.chunks(4).filter(|pixel| pixel.last() != Some(&0)).count()
}

/// The tile of Web Mercator that a place in degrees is in.
fn at(zoom: u32, [longitude, latitude]: [f64; 2]) -> (u64, u64) {
    let side = f64::from(1 << zoom);
    let y = (1.0 - latitude.to_radians().tan().asinh() / std::f64::consts::PI) / 2.0;
    ((y * side) as u64, ((longitude + 180.0) / 360.0 * side) as u64)
}

/// Inside the two squares of `units`.
const UNITS: [f64; 2] = [141.05, 36.08];

#[test]
fn tiles_are_where_their_data_is() {
    let (row, column) = at(9, UNITS);
    for place in [
        "/collections/units/map/tiles",
        "/collections/units/tiles",
        "/collections/units/styles/default/map/tiles",
        "/maps/units/map/tiles",
        "/map/tiles",
    ] {
        let got = get(&format!("{place}/WebMercatorQuad/9/{row}/{column}?f=png"));
        assert_eq!(picture(&got).0, 256, "{place}");
        assert!(painted(&got) > 100, "{place}");
    }
    let sharp = get(&format!("/collections/units/map/tiles/WebMercatorQuad/9/{row}/{column}@2x.png"));
    assert_eq!(picture(&sharp).1, 512);
    let background =
        get(&format!("/collections/units/map/tiles/WebMercatorQuad/9/{row}/{column}.png?bgcolor=0xff0000"));
    let (_, _, rgba) = picture(&background);
    assert!(rgba.chunks(3).next().is_some() && painted(&background) == 256 * 256);
}

#[test]
fn tiles_can_be_asked_in_every_set() {
    for set in ["WorldCRS84Quad", "WorldMercatorWGS84Quad", "UTM54WGS84Quad"] {
        let tileset = json(&format!("/collections/units/map/tiles/{set}"));
        let limits = tileset["tileMatrixSetLimits"].as_array().expect("limits");
        let last = limits.iter().find(|limit| limit["tileMatrix"] == "8").expect("a matrix");
        let mut all = 0;
        for row in last["minTileRow"].as_u64().expect("a row")..=last["maxTileRow"].as_u64().expect("a row") {
            for column in
                last["minTileCol"].as_u64().expect("a column")..=last["maxTileCol"].as_u64().expect("a column")
            {
                all += painted(&get(&format!("/collections/units/map/tiles/{set}/8/{row}/{column}")));
            }
        }
        assert!(all > 100, "{set}: {all}");
    }
}

#[test]
fn the_form_follows_from_the_path_then_from_f_then_from_the_accept_header() {
    let (row, column) = at(9, UNITS);
    let tile = format!("/collections/units/tiles/WebMercatorQuad/9/{row}/{column}");
    let browser = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8";
    for (path, accept, media_type) in [
        (format!("{tile}.png?f=mvt"), "*/*", "image/png"),
        (format!("{tile}?f=png"), "application/vnd.mapbox-vector-tile", "image/png"),
        (tile.clone(), "image/png", "image/png"),
        (tile.clone(), browser, "image/png"),
    ] {
        let got = get_with(&path, &[("accept", accept)]);
        assert_eq!(got.header("content-type"), media_type, "{path} {accept}");
    }
    let refused = get(&format!("{tile}?f=exe"));
    assert_eq!((refused.status, refused.json()["parameter"].as_str()), (400, Some("f")));
    let refused = get(&format!("/collections/units/map/tiles/WebMercatorQuad/9/{row}/{column}.mvt"));
    assert_eq!(refused.status, 400);
}

#[test]
fn vector_tiles_come_as_the_client_reads_them() {
    let (row, column) = at(9, UNITS);
    let tile = format!("/collections/units/tiles/WebMercatorQuad/9/{row}/{column}?f=mvt");
    let plain = get(&tile);
    assert_eq!((plain.status, plain.header("content-type")), (200, "application/vnd.mapbox-vector-tile"));
    // A tile is layers (field 3); the first has a name (field 1).
    assert_eq!(plain.body[0], 0x1a);
    assert!(plain.body.windows(5).any(|bytes| bytes == b"units"));
    let gzipped = get_with(&tile, &[("accept-encoding", "gzip")]);
    assert_eq!(gzipped.header("content-encoding"), "gzip");
    assert_eq!(gzipped.body[..2], [0x1f, 0x8b]);
    let named = get(&format!("{tile}&properties=map%20unit"));
    let has = |got: &Got, text: &[u8]| got.body.windows(text.len()).any(|bytes| bytes == text);
    assert!(has(&named, b"map unit") && has(&named, b"sandstone"));
    assert_eq!(get(&format!("{tile}&properties=shoe")).json()["parameter"], "properties");
    // Inside the limits, and nothing there.
    let nothing = get(&format!("{tile}&filter=symbol%3D'none'"));
    assert_eq!((nothing.status, nothing.body.len()), (204, 0));
}

#[test]
fn what_is_not_there_is_told() {
    for path in [
        "/tileMatrixSets/Nonsense",
        "/collections/nowhere/tiles",
        "/collections/units/tiles/Nonsense",
        "/collections/units/tiles/Nonsense/0/0/0?f=png",
        "/collections/units/tiles/WebMercatorQuad/99/0/0?f=png",
        "/collections/units/tiles/WebMercatorQuad/1/2/0?f=png",
        "/collections/units/tiles/WebMercatorQuad/5/0/0?f=png",
        "/collections/units/tiles/UTM10WGS84Quad/5/0/0?f=png",
        "/collections/units/styles/none/map/tiles",
        "/collections/relief/tiles",
        "/collections/hostile/map/tiles",
        "/maps/nowhere/map/tiles",
        "/map/tiles?collections=nowhere",
        "/tiles?collections=relief",
    ] {
        let got = get(path);
        assert_eq!(got.status, 404, "{path}: {}", got.text());
        assert_eq!(got.header("content-type"), "application/problem+json", "{path}");
        assert!(got.json()["detail"].as_str().is_some_and(|say| say.ends_with('.') && say.len() > 20), "{path}");
    }
    for path in [
        "/collections/units/map/tiles/WebMercatorQuad/9/x/1",
        "/collections/units/map/tiles/WebMercatorQuad/9/1/1@3x.png",
        "/collections/units/map/tiles/WebMercatorQuad/0/0/0?bgcolor=mud",
        "/collections/units/map/tiles/WebMercatorQuad/9/1/1?shoe=9",
        "/collections/units/map/tiles?collections=units",
        "/collections/units/tiles/WorldCRS84Quad?f=tilejson",
    ] {
        assert_eq!(get(path).status, 400, "{path}");
    }
}

#[test]
fn conditions_narrow_what_is_drawn() {
    let (row, column) = at(9, UNITS);
    let tile = format!("/collections/units/map/tiles/WebMercatorQuad/9/{row}/{column}");
    let all = painted(&get(&tile));
    let west = painted(&get(&format!("{tile}?filter=symbol%3D'Js'")));
    assert!(west > 0 && west < all, "{west} of {all}");
    let wrong = get(&format!("{tile}?filter=nothing%3D1"));
    assert_eq!((wrong.status, wrong.json()["parameter"].as_str()), (400, Some("filter")));
    let (row, column) = at(3, [179.9, 36.0]);
    let quakes = format!("/collections/quakes/map/tiles/WebMercatorQuad/3/{row}/{column}");
    assert!(painted(&get(&quakes)) > 0);
    assert_eq!(painted(&get(&format!("{quakes}?datetime=2019-07-01"))), 0);
    assert!(painted(&get(&format!("{quakes}?datetime=2019-07-03/.."))) > 0);
}

#[test]
fn a_tile_that_the_client_has_is_not_sent_again() {
    let (row, column) = at(9, UNITS);
    let path = format!("/collections/units/map/tiles/WebMercatorQuad/9/{row}/{column}.png");
    let first = get(&path);
    let tag = first.header("etag").to_owned();
    assert!(first.header("cache-control").contains("public"), "{}", first.header("cache-control"));
    let again = get_with(&path, &[("if-none-match", &tag)]);
    assert_eq!((again.status, again.body.len()), (304, 0));
    let other = get_with(&format!("{path}?bgcolor=red"), &[("if-none-match", &tag)]);
    assert_eq!(other.status, 200);
}

#[test]
fn what_has_not_changed_since_a_date_is_not_sent_again() {
    for path in [
        "/collections/units",
        "/collections/units/map/tiles/WebMercatorQuad/0/0/0.png",
        "/collections/units/map?width=50",
        "/wms?SERVICE=WMS&VERSION=1.1.1&REQUEST=GetMap&LAYERS=units&STYLES=&SRS=EPSG:4326&BBOX=140,35,142,37&WIDTH=9&HEIGHT=9&FORMAT=image/png",
        "/wmts/1.0.0/units/default/WebMercatorQuad/0/0/0.png",
    ] {
        let first = get(path);
        let date = first.header("last-modified").to_owned();
        assert!(first.status == 200 && date.ends_with(" GMT"), "{path}: {date}");
        let again = get_with(path, &[("if-modified-since", &date)]);
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
        let older = get_with(path, &[("if-modified-since", "Sun, 06 Nov 1994 08:49:37 GMT")]);
        assert_eq!(older.status, 200, "{path}");
        let tagged = get_with(path, &[("if-modified-since", &date), ("if-none-match", "\"other\"")]);
        assert_eq!(tagged.status, 200, "{path}: tags go before dates");
    }
    let date = get("/collections").header("last-modified").to_owned();
    assert_eq!(get_with("/collections/nowhere", &[("if-modified-since", &date)]).status, 404);
}

#[test]
fn tilesets_lead_to_their_tiles() {
    let collection = json("/collections/quakes");
    let href = |document: &Value, rel: &str| {
        let links = document["links"].as_array().expect("links");
        let link = links.iter().find(|link| link["rel"].as_str().is_some_and(|known| known.ends_with(rel)));
        let href = link.unwrap_or_else(|| panic!("no {rel} in {document}"))["href"].as_str().expect("an address");
        href.strip_prefix(URL).expect("it is ours").to_owned()
    };
    for rel in ["tilesets-map", "tilesets-vector"] {
        let list = json(&href(&collection, rel));
        for short in list["tilesets"].as_array().expect("tilesets") {
            let full = json(&href(short, "self"));
            assert_eq!(json(&href(&full, "tiling-scheme"))["crs"], full["crs"]);
            assert_eq!(full["layers"][0]["id"], "quakes");
            assert_eq!(full["layers"][0]["geometryDimension"], 0);
            let middle = &full["centerPoint"];
            let limits = full["tileMatrixSetLimits"].as_array().expect("limits");
            let limit = limits.iter().find(|limit| limit["tileMatrix"] == middle["tileMatrix"]).expect("a matrix");
            {
                let tile = href(&full, "item")
                    .replace("{tileMatrix}", limit["tileMatrix"].as_str().expect("an id"))
                    .replace("{tileRow}", &limit["minTileRow"].to_string())
                    .replace("{tileCol}", &limit["minTileCol"].to_string());
                assert!(matches!(get(&tile).status, 200 | 204), "{tile}");
            }
        }
    }
}

#[test]
fn documents_of_tiles_are_as_in_the_golden_files() {
    for (name, path) in [
        ("tile-matrix-set", "/tileMatrixSets/EuropeanETRS89_LAEAQuad"),
        ("tilesets-vector", "/collections/units/tiles"),
        ("tilesets-node", "/map/tiles?collections=relief,quakes"),
        ("tileset-vector", "/collections/units/tiles/WebMercatorQuad"),
        ("tileset-map", "/maps/all/map/tiles/WorldCRS84Quad"),
        ("tilejson-vector", "/collections/quakes/tiles/WebMercatorQuad?f=tilejson"),
        ("tilejson-map", "/collections/units/styles/default/map/tiles/WebMercatorQuad?f=tilejson"),
    ] {
        let document = json(path);
        insta::with_settings!({snapshot_path => "../golden/ogcapi", prepend_module_to_snapshot => false, omit_expression => true}, {
            insta::assert_json_snapshot!(name, document);
        });
    }
}

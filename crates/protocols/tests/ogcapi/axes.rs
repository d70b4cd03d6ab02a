//! Coordinates: axis orders and CRSs. The one latitude that is computed is compared with values from outside this program.

use crate::kit::{Got, get};
use serde_json::Value;

fn first_position(document: &Value) -> [f64; 2] {
    let mut coordinates = &document["features"][0]["geometry"]["coordinates"];
    while coordinates[0].is_array() {
        coordinates = &coordinates[0];
    }
    [coordinates[0].as_f64().expect("a number"), coordinates[1].as_f64().expect("a number")]
}

fn units(query: &str) -> Got {
    let got = get(&format!("/collections/units/items?limit=1{query}"));
    assert_eq!(got.status, 200, "{}", got.text());
    got
}

fn near(found: [f64; 2], wanted: [f64; 2], tolerance: f64) {
    let apart = (found[0] - wanted[0]).abs().max((found[1] - wanted[1]).abs());
    assert!(apart <= tolerance, "{found:?} is not {wanted:?}");
}

/// The latitude of (500 000, 3 990 000) in EPSG:32654, whose longitude is the central meridian, 141.
///
/// `echo "500000 3990000" | gdaltransform -s_srs EPSG:32654 -t_srs OGC:CRS84` (GDAL 3.6.2) says 36.0545601584147; integrating the
/// WGS 84 meridian arc to 3 990 000 / 0.9996 m by Simpson's rule, without PROJ, says 36.054560158.
const LATITUDE: f64 = 36.054_560_158_4;

#[test]
fn crs84_lists_longitude_first_and_epsg_4326_latitude_first() {
    let plain = units("");
    assert_eq!(plain.header("content-crs"), "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>");
    near(first_position(&plain.json()), [141.0, LATITUDE], 1e-7);
    let swapped = units("&crs=http://www.opengis.net/def/crs/EPSG/0/4326");
    assert_eq!(swapped.header("content-crs"), "<http://www.opengis.net/def/crs/EPSG/0/4326>");
    near(first_position(&swapped.json()), [LATITUDE, 141.0], 1e-7);
}

#[test]
fn the_crs_of_the_data_comes_back_unchanged() {
    let got = units("&crs=http://www.opengis.net/def/crs/EPSG/0/32654");
    assert_eq!(first_position(&got.json()), [500_000.0, 3_990_000.0]);
}

#[test]
fn the_same_box_is_the_same_box_in_every_crs() {
    // Only the western square reaches into this box.
    for bbox in [
        "bbox=141.01,36.06,141.05,36.1",
        "bbox=36.06,141.01,36.1,141.05&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/4326",
        "bbox=500900,3990700,505000,3995000&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/32654",
        "bbox=15697161,4309500,15701600,4314900&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/3857",
    ] {
        let document = get(&format!("/collections/units/items?{bbox}")).json();
        assert_eq!(document["numberReturned"], 1, "{bbox}");
        assert_eq!(document["features"][0]["id"], "west-square", "{bbox}");
    }
}

#[test]
fn geometry_in_filters_has_the_axis_order_of_its_crs() {
    for (point, crs) in [
        ("POINT(141.02 36.08)", "http://www.opengis.net/def/crs/OGC/1.3/CRS84"),
        ("POINT(36.08 141.02)", "http://www.opengis.net/def/crs/EPSG/0/4326"),
        ("POINT(501800 3992900)", "http://www.opengis.net/def/crs/EPSG/0/32654"),
    ] {
        let filter = format!("S_INTERSECTS(geometry,{point})").replace(' ', "%20");
        let got = get(&format!("/collections/units/items?filter={filter}&filter-crs={crs}"));
        assert_eq!(got.status, 200, "{}", got.text());
        assert_eq!(got.json()["features"][0]["id"], "west-square", "{point}");
    }
}

#[test]
fn one_item_has_a_crs_too() {
    let got = get("/collections/units/items/west-square?crs=http://www.opengis.net/def/crs/EPSG/0/4326");
    assert_eq!(got.header("content-crs"), "<http://www.opengis.net/def/crs/EPSG/0/4326>");
    let ring = &got.json()["geometry"]["coordinates"][0];
    near([ring[0][0].as_f64().expect("a number"), ring[0][1].as_f64().expect("a number")], [LATITUDE, 141.0], 1e-7);
}

//! Maps of any part of the ground, asked as clients ask.

use crate::kit::{Got, get, get_with};
use crate::tiles::picture;

fn map(query: &str) -> Got {
    let got = get(&format!("/collections/units/map?{query}"));
    assert_eq!(got.status, 200, "{query}: {}", String::from_utf8_lossy(&got.body));
    got
}

fn size(got: &Got) -> (u32, u32) {
    let (width, height, _) = picture(got);
    (width, height)
}

fn numbers(got: &Got) -> Vec<f64> {
    got.header("content-bbox").split(',').map(|number| number.parse().expect("a number")).collect()
}

/// The columns and rows of the picture that are painted: first and last of each.
fn painted(got: &Got) -> [[usize; 2]; 2] {
    let (width, _, rgba) = picture(got);
    let mut range = [[usize::MAX, 0]; 2];
    for (at, pixel) in rgba.chunks(4).enumerate().filter(|(_, pixel)| pixel[3] > 0) {
        assert_eq!(pixel.len(), 4);
        for (axis, place) in [at % width as usize, at / width as usize].into_iter().enumerate() {
            range[axis] = [range[axis][0].min(place), range[axis][1].max(place)];
        }
    }
    range
}

#[test]
fn a_map_is_in_the_crs_of_its_data_unless_another_is_asked() {
    let got = map("f=png");
    assert_eq!(got.header("content-crs"), "<http://www.opengis.net/def/crs/EPSG/0/32654>");
    let [west, south, east, north] = numbers(&got)[..] else { panic!("four numbers") };
    // The extent that the record tells, which ends inside the squares in the north.
    assert!(west < 500_000.0 && east > 520_000.0 && south < 3_990_000.0 && north > 3_990_000.0);
    let (width, height) = size(&got);
    assert_eq!(width.max(height), 1_024);
    let got = map("crs=http://www.opengis.net/def/crs/EPSG/0/4326&width=300");
    let [south, west, north, east] = numbers(&got)[..] else { panic!("four numbers") };
    assert!((south, west) < (north, east) && south > 35.0 && south < 37.0 && west > 140.0, "y first");
    // A degree east is four fifths of one north here, and the picture has the shape of the ground.
    let (width, height) = size(&got);
    let shape = (east - west) * 36f64.to_radians().cos() / (north - south);
    assert!((f64::from(width) / f64::from(height) / shape - 1.0).abs() < 0.02, "{width} × {height}");
}

#[test]
fn what_is_painted_is_where_the_box_says() {
    // The two squares: 500 to 520 km east, 3 990 to 4 000 km north.
    for query in [
        "bbox=490000,3980000,530000,4010000&bbox-crs=[EPSG:32654]",
        "subset=E(490000:530000),N(3980000:4010000)&subset-crs=EPSG:32654",
    ] {
        let got = map(&format!("{query}&width=400&height=300"));
        let [columns, rows] = painted(&got);
        for (seen, told) in columns.into_iter().chain(rows).zip([100, 300, 100, 200]) {
            assert!(seen.abs_diff(told) <= 2, "{query}: {columns:?} {rows:?}");
        }
        assert_eq!(numbers(&got), [490_000.0, 3_980_000.0, 530_000.0, 4_010_000.0]);
    }
    let got =
        map("center=510000,3995000&center-crs=EPSG:32654&scale-denominator=357142.857142857&width=400&height=200");
    let [columns, rows] = painted(&got);
    for (seen, told) in columns.into_iter().chain(rows).zip([100, 300, 50, 150]) {
        assert!(seen.abs_diff(told) <= 2, "{columns:?} {rows:?}");
    }
    // A sharper picture of the same ground.
    let got = map(
        "center=510000,3995000&center-crs=EPSG:32654&scale-denominator=357142.857142857&mm-per-pixel=0.14&width=800&height=400",
    );
    let [columns, _] = painted(&got);
    assert!(columns[0].abs_diff(200) <= 3 && columns[1].abs_diff(600) <= 3, "{columns:?}");
    let got = map("bbox=490000,3980000,530000,4010000&bbox-crs=EPSG:32654&scale-denominator=357142.857142857");
    let (width, height) = size(&got);
    assert!(width.abs_diff(400) <= 1 && height.abs_diff(300) <= 1, "{width} × {height}");
}

#[test]
fn the_race_can_ask() {
    let got =
        get_with("/collections/units/map?bbox=140.9,35.9,141.4,36.3&width=800&height=600", &[("accept", "image/png")]);
    assert_eq!(got.status, 200);
    assert_eq!(size(&got), (800, 600));
}

#[test]
fn maps_of_all_that_is_drawn_are_there() {
    for path in [
        "/collections/relief/map",
        "/collections/units/styles/default/map",
        "/maps/units/map?width=50",
        "/maps/units/map",
        "/map?collections=relief,units",
    ] {
        let got = get(path);
        assert_eq!(got.status, 200, "{path}: {}", String::from_utf8_lossy(&got.body));
        assert!(painted(&got)[0][1] > 0, "{path}");
    }
    let got = get("/collections/quakes/map?width=200&height=100");
    assert_eq!(got.header("content-datetime"), "2019-07-01T00:00:00Z/2019-07-05T12:00:00Z");
    let [west, _, east, _] = numbers(&got)[..] else { panic!("four numbers") };
    assert!(west < 178.2 && east > 181.4 && east - west < 180.0, "across 180°: {west} to {east}");
}

#[test]
fn backgrounds_and_voids_have_the_colours_asked() {
    let pixel = |query: &str, row: usize| {
        let got = get(&format!(
            "/collections/relief/map?center=150,85&width=20&height=20&scale-denominator=1000000000&crs=OGC:CRS84&{query}"
        ));
        let (width, _, rgba) = picture(&got);
        let depth = rgba.len() / (width as usize * 20);
        (rgba[row * width as usize * depth..][..depth].to_vec(), depth)
    };
    assert_eq!(pixel("", 0).0.last(), Some(&0), "transparent");
    let (below, depth) = pixel("bgcolor=0x0000ff&void-color=red", 19);
    assert_eq!(below[..3], [0, 0, 255]);
    assert!(depth >= 3);
    assert_eq!(pixel("bgcolor=0x0000ff&void-color=red", 0).0[..3], [255, 0, 0]);
    assert_eq!(pixel("bgcolor=0x0000ff", 0).0[..3], [0, 0, 255]);
}

#[test]
fn wrong_questions_name_their_parameter() {
    for (query, parameter) in [
        ("bbox=1,2,3", "bbox"),
        ("bbox=1,1,1,2", "bbox"),
        ("bbox=1,2,3,4&center=1,2", "bbox"),
        ("bbox=140,35,141,36&width=10&scale-denominator=1000", "scale-denominator"),
        ("bbox=140,35,141,36&scale-denominator=1", "scale-denominator"),
        ("width=0", "width"),
        ("width=-1", "width"),
        ("width=99999", "width"),
        ("height=1.5", "height"),
        ("width=8000&height=8000", "width"),
        ("crs=EPSG:1", "crs"),
        ("bbox-crs=nothing&bbox=1,2,3,4", "bbox-crs"),
        ("subset=Lat(1:2)&datetime=x", "datetime"),
        ("subset=Shoe(1:2)", "subset"),
        ("subset-crs=x&subset=Lat(1:2)", "subset-crs"),
        ("center=1", "center"),
        ("mm-per-pixel=0", "mm-per-pixel"),
        ("bgcolor=mud", "bgcolor"),
        ("void-color=mud", "void-color"),
        ("transparent=maybe", "transparent"),
        ("filter=nothing=1", "filter"),
        ("f=exe", "f"),
        ("shoe=9", "shoe"),
        ("width=1&width=2", "width"),
    ] {
        let got = get(&format!("/collections/units/map?{query}"));
        assert!(got.status == 400 || got.status == 413, "{query}: {} {}", got.status, got.text());
        assert_eq!(got.json()["parameter"], parameter, "{query}: {}", got.text());
    }
    for path in [
        "/collections/hostile/map",
        "/collections/nowhere/map",
        "/maps/nowhere/map",
        "/collections/units/styles/none/map",
    ] {
        assert_eq!(get(path).status, 404, "{path}");
    }
}

#[test]
fn ground_outside_the_crs_is_nothing() {
    let got = get("/collections/units/map?subset=Lat(86:89),Lon(10:20)&crs=EPSG:3857");
    assert_eq!((got.status, got.body.len()), (204, 0));
}

#[test]
fn a_map_that_the_client_has_is_not_drawn_again() {
    let first = map("width=100");
    let again = get_with("/collections/units/map?width=100", &[("if-none-match", first.header("etag"))]);
    assert_eq!((again.status, again.body.len()), (304, 0));
}

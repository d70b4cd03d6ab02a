//! A few hundred inputs for every target, always the same: the long run is `make soak`.
#![allow(clippy::panic)]

use terrane_fuzz::Fuzzer;
use terrane_fuzz::targets::by_name;

const SEED: u64 = 20_261_126;

#[track_caller]
fn feed(name: &str, count: u64) {
    let target = by_name(name).unwrap_or_else(|| panic!("there is no target {name}"));
    let fuzzer = Fuzzer::new(target);
    for number in 0..count {
        let input = fuzzer.input(SEED, number);
        if let Err(said) = fuzzer.feed(&input) {
            panic!("{name}, input {number}: {said}\n{:.600}", String::from_utf8_lossy(&input));
        }
    }
}

macro_rules! targets {
    ($($test:ident $name:literal $count:literal)*) => {$(
        #[test]
        fn $test() {
            feed($name, $count);
        }
    )*};
}

targets! {
    cql2_text "cql2-text" 600
    cql2_json "cql2-json" 600
    wkt "wkt" 600
    time "time" 600
    style "style" 400
    about "about" 600
    wkb "wkb" 600
    png "png" 400
    capabilities "capabilities" 400
    context "context" 400
    geojson "geojson" 300
    csv "csv" 300
    shapefile "shapefile" 300
    geopackage "geopackage" 200
    geotiff "geotiff" 300
    archive "archive" 200
    display "display" 300
    fill "fill" 300
    stroke "stroke" 300
    mark "mark" 300
    encoders "encoders" 200
    request "request" 300
}

//! Spellings of CRS names that are understood and those that are refused.

use terrane_model::{Crs, Kind};
use terrane_projection::parse;

#[test]
fn every_spelling_of_a_name_gives_the_canonical_one() {
    let cases = [
        ("EPSG:4326", "EPSG:4326"),
        (" epsg:4326 ", "EPSG:4326"),
        ("[EPSG:6676]", "EPSG:6676"),
        ("urn:ogc:def:crs:EPSG::4326", "EPSG:4326"),
        ("urn:ogc:def:crs:EPSG:6.9:4326", "EPSG:4326"),
        ("urn:x-ogc:def:crs:EPSG:4326", "EPSG:4326"),
        ("URN:OGC:DEF:CRS:EPSG::3857", "EPSG:3857"),
        ("http://www.opengis.net/def/crs/EPSG/0/4326", "EPSG:4326"),
        ("https://www.opengis.net/def/crs/EPSG/9.9.1/4326", "EPSG:4326"),
        ("http://www.opengis.net/gml/srs/epsg.xml#4326", "EPSG:4326"),
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", "OGC:CRS84"),
        ("http://www.opengis.net/def/crs/OGC/0/CRS84h", "OGC:CRS84h"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "OGC:CRS84"),
        ("urn:ogc:def:crs:OGC::CRS27", "OGC:CRS27"),
        ("CRS:84", "OGC:CRS84"),
        ("CRS:83", "OGC:CRS83"),
        ("ogc:crs84", "OGC:CRS84"),
        ("ESRI:54030", "ESRI:54030"),
        ("urn:ogc:def:crs:IAU:2015:30100", "IAU_2015:30100"),
        ("http://www.opengis.net/def/crs/IAU/2015/49900", "IAU_2015:49900"),
    ];
    for (spelling, canonical) in cases {
        assert_eq!(
            parse(spelling).unwrap_or_else(|error| panic!("{spelling}: {error}")),
            Crs::new(canonical),
            "{spelling}"
        );
    }
}

#[test]
fn proj_strings_pipelines_files_and_wkt_are_refused() {
    let cases = [
        "",
        ":",
        "EPSG:",
        "4326",
        "WGS 84",
        "+proj=longlat +datum=WGS84",
        "proj=pipeline step proj=hgridshift grids=/etc/passwd",
        "+init=epsg:4326",
        "init=/etc/passwd",
        "EPSG:4326+5773",
        "EPSG:4326 +nadgrids=@x",
        "EPSG:04326",
        "EPSG:-1",
        "EPSG:4326\0",
        "EPSG:4326\nx",
        "/etc/passwd",
        "file:///etc/passwd",
        "http://example.org/def/crs/EPSG/0/4326",
        "http://www.opengis.net/def/crs/EPSG/0/4326/../../x",
        "http://www.opengis.net/def/crs/EPSG/../4326",
        "http://www.opengis.net@example.org/def/crs/EPSG/0/4326",
        "urn:ogc:def:crs,crs:EPSG::4326,crs:EPSG::5773",
        "urn:ogc:def:coordinateOperation:EPSG::1671",
        "AUTO:42001,99,40,-5",
        "AUTO2:42001,1,99,40",
        "GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\",SPHEROID[\"WGS 84\",6378137,298.257223563]],PRIMEM[\"Greenwich\",0],UNIT[\"degree\",0.0174532925199433]]",
        "ＥＰＳＧ:4326",
        "EPSG:４３２６",
    ];
    for spelling in cases {
        let error = parse(spelling).expect_err(spelling);
        assert_eq!(error.kind(), Kind::Invalid, "{spelling}");
        assert!(error.say().len() < 600, "{spelling}");
    }
    assert!(parse(&"EPSG:4326".repeat(1000)).unwrap_err().say().len() < 600);
}

#[test]
fn unknown_codes_are_refused_as_not_known() {
    for spelling in
        ["EPSG:999999", "EPSG:1", "urn:ogc:def:crs:EPSG::5773", "CRS:1", "OGC:CRS99", "IGNF:LAMB93", "EPSG:1671"]
    {
        let error = parse(spelling).expect_err(spelling);
        assert_eq!(error.kind(), Kind::Invalid, "{spelling}");
        assert!(error.say().contains("not known"), "{spelling}: {error}");
    }
}

#[test]
fn a_geocentric_or_vertical_crs_is_not_known_for_maps() {
    assert!(parse("EPSG:4978").is_err());
    assert!(parse("EPSG:5773").is_err());
}

proptest::proptest! {
    #[test]
    fn any_text_is_refused_or_gives_a_name_that_is_its_own_spelling(text in ".{0,60}") {
        if let Ok(crs) = parse(&text) {
            assert_eq!(parse(crs.name()).unwrap(), crs);
        }
    }

    #[test]
    fn any_text_after_an_authority_is_refused_or_canonical(text in "(EPSG|OGC|CRS|urn:ogc:def:crs:EPSG:|http://www.opengis.net/def/crs/EPSG/0)[:/][0-9A-Za-z/:.%# -]{0,12}") {
        if let Ok(crs) = parse(&text) {
            assert!(crs.authority_code().unwrap().1.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        }
    }
}

//! WKT of files: which CRS it means, and WKT that is written.

use terrane_model::{Crs, Kind};
use terrane_projection::{WktKind, identify, info, wkt};

const ESRI_UTM: &str = r#"PROJCS["WGS_1984_UTM_Zone_48S",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",10000000.0],PARAMETER["Central_Meridian",105.0],PARAMETER["Scale_Factor",0.9996],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]"#;
const ESRI_WGS84: &str = r#"GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["Degree",0.017453292519943295]]"#;

#[test]
fn the_wkt_written_of_a_crs_is_identified_as_that_crs() {
    let codes = [
        4326, 3857, 32654, 32748, 6668, 6676, 6691, 4612, 2451, 4301, 30169, 4240, 24047, 3148, 4253, 3123, 3405, 2433,
        4490, 5179, 3826, 3832, 3995, 3031, 28355, 7855, 2193, 23847, 2326, 3035, 27700, 2263,
    ];
    for code in codes {
        let crs = Crs::epsg(code);
        for kind in [WktKind::Wkt1Gdal, WktKind::Wkt1Esri, WktKind::Wkt2] {
            let text = wkt(&crs, kind).unwrap_or_else(|error| panic!("{crs} {kind:?}: {error:?}"));
            assert!(!text.contains('\n'));
            assert_eq!(identify(&text).unwrap(), crs, "{kind:?} {text}");
        }
    }
}

#[test]
fn esri_prj_files_are_identified() {
    assert_eq!(identify(ESRI_UTM).unwrap(), Crs::epsg(32748));
    assert_eq!(identify(ESRI_WGS84).unwrap(), Crs::epsg(4326));
    assert_eq!(identify(&format!("\u{feff}{ESRI_WGS84}\r\n\0")).unwrap(), Crs::epsg(4326));
}

#[test]
fn a_utm_zone_is_identified_whatever_its_name() {
    let text = ESRI_UTM.replace("WGS_1984_UTM_Zone_48S", "peta geologi");
    assert_eq!(identify(&text).unwrap(), Crs::epsg(32748));
}

#[test]
fn a_wkt_that_differs_from_what_its_name_says_stays_itself() {
    for (was, is) in [
        ("500000.0", "500100.0"),
        ("298.257223563", "298.257222101"),
        ("0.9996", "0.9999"),
        ("\"Meter\",1.0", "\"Foot\",0.3048"),
    ] {
        let text = ESRI_UTM.replace(was, is);
        assert_ne!(text, ESRI_UTM);
        let crs = identify(&text).unwrap();
        assert_eq!(crs, Crs::new(text.as_str()), "{is}");
        assert!(!info(&crs).unwrap().geographic);
    }
}

#[test]
fn a_code_that_the_numbers_belie_is_not_believed() {
    let text = wkt(&Crs::epsg(32654), WktKind::Wkt2).unwrap().replace("500000", "400000");
    assert_eq!(identify(&text).unwrap(), Crs::new(text.as_str()));
}

#[test]
fn the_horizontal_part_of_a_compound_crs_is_what_counts() {
    let text = wkt(&Crs::epsg(6697), WktKind::Wkt2).unwrap();
    assert_eq!(identify(&text).unwrap(), Crs::epsg(6668));
}

#[test]
fn what_is_not_wkt_of_a_map_crs_is_refused() {
    let local = r#"LOCAL_CS["mine grid",UNIT["metre",1]]"#;
    for text in [
        "",
        "GEOGCS",
        "+proj=longlat",
        "EPSG:4326",
        "{\"type\":\"GeographicCRS\"}",
        local,
        "GEOGCS[\"x",
        "\0",
        "PROJCS[]",
    ] {
        assert!(identify(text).is_err(), "{text}");
    }
}

#[test]
fn wkt_that_names_grid_files_is_refused() {
    let extension = ESRI_WGS84
        .replace("PRIMEM", "EXTENSION[\"PROJ4_GRIDS\",\"/etc/passwd\"],PRIMEM")
        .replace("PROJ4_GRIDS", "nadgrids=/etc/passwd");
    assert_eq!(identify(&extension).unwrap_err().kind(), Kind::Invalid);
    let web = wkt(&Crs::web_mercator(), WktKind::Wkt1Gdal).unwrap();
    assert!(web.contains("+nadgrids=@null"), "PROJ writes {web}");
    assert_eq!(identify(&web).unwrap(), Crs::web_mercator());
    assert!(identify(&web.replace("+nadgrids=@null", "+nadgrids=/tmp/x.gsb")).is_err());
}

#[test]
fn wkt_of_enormous_length_or_depth_is_refused_at_once() {
    let deep = format!("GEOGCS{}", "[\"x\",DATUM".repeat(5_000));
    assert!(identify(&deep).is_err());
    assert_eq!(identify(&format!("GEOGCS[\"{}", "x".repeat(1_000_000))).unwrap_err().kind(), Kind::TooLarge);
}

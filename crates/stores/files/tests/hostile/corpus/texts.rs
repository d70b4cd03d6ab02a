//! Text: GeoJSON, CSV, and markup that is not read.

use super::{Corpus, Fate};
use std::fmt::Write as _;

pub fn add(corpus: &mut Corpus) {
    markup(corpus);
    geojson(corpus);
    csv(corpus);
}

fn markup(corpus: &mut Corpus) {
    let entity = "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>";
    let lol: String = (1..10).fold("<!ENTITY l0 'lol'>".to_owned(), |text, at| {
        let before = format!("&l{};", at - 1).repeat(10);
        format!("{text}<!ENTITY l{at} '{before}'>")
    });
    for (name, text, word) in [
        ("vrt_read_file.vrt", "<VRTDataset rasterXSize=\"1\"><SourceFilename>/etc/passwd</SourceFilename></VRTDataset>".to_owned(), "virtual"),
        ("gdal_wms.xml", "<GDAL_WMS><Service name=\"WMS\"><ServerUrl>http://127.0.0.1:9/</ServerUrl></Service></GDAL_WMS>".to_owned(), "service"),
        ("ogr_vrt.vrt", "<OGRVRTDataSource><OGRVRTLayer name=\"a\"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>".to_owned(), "virtual"),
        ("xxe.gml", format!("{entity}<x xmlns='http://www.opengis.net/gml'>&e;</x>"), "GML"),
        ("lol.kml", format!("<?xml version='1.0'?><!DOCTYPE kml [{lol}]><kml>&l9;</kml>"), "KML"),
        ("networklink.kml", "<kml><NetworkLink><Link><href>http://127.0.0.1:9/</href></Link></NetworkLink></kml>".to_owned(), "KML"),
        ("xss.kml", "<kml><Placemark><name><![CDATA[<script>alert(1)</script>]]></name></Placemark></kml>".to_owned(), "KML"),
        ("svg_script.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".to_owned(), "SVG"),
        ("quakeml_lol.xml", format!("<?xml version='1.0'?><!DOCTYPE q [{lol}]><q:quakeml>&l9;</q:quakeml>"), "DOCTYPE"),
        ("deep.gml", "<a>".repeat(100_000), "XML"),
    ] {
        corpus.add(name, text, Fate::Refused(word));
    }
    corpus.add(
        "polyglot.gif.php",
        b"GIF89a\x01\0\x01\0<?php system('id') ?>\0\0\0",
        Fate::Refused("none that is known"),
    );
    corpus.add("las_points_lie.las", [b"LASF".as_slice(), &[0xff; 400]].concat(), Fate::Refused("LAS"));
    corpus.add(
        "segy_lie.sgy",
        [[0x40_u8; 3_200].as_slice(), &[0xff; 400]].concat(),
        Fate::Refused("none that is known"),
    );
    corpus.add("netcdf_lie.nc", b"CDF\x01\xff\xff\xff\xff\0\0\0\x0a\xff\xff\xff\xff", Fate::Refused("NetCDF"));
}

fn feature(properties: &str, geometry: &str) -> String {
    format!(
        "{{\"type\":\"FeatureCollection\",\"features\":[{{\"type\":\"Feature\",\"properties\":{properties},\"geometry\":{geometry}}}]}}"
    )
}

const POINT: &str = "{\"type\":\"Point\",\"coordinates\":[100.5,13.5]}";

fn polygon(rings: &str) -> String {
    feature("{\"a\":1}", &format!("{{\"type\":\"Polygon\",\"coordinates\":{rings}}}"))
}

fn geojson(corpus: &mut Corpus) {
    let deep = format!("{{\"type\":\"Feature\",\"properties\":{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
    corpus.add("geojson_deep.json", deep, Fate::Refused("deep"));
    let deep = feature(
        "{}",
        &format!("{{\"type\":\"Polygon\",\"coordinates\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000)),
    );
    corpus.add("geojson_deep_array.json", deep, Fate::Refused(""));
    let deep = (0..5_000)
        .fold(POINT.to_owned(), |inner, _| format!("{{\"type\":\"GeometryCollection\",\"geometries\":[{inner}]}}"));
    corpus.add("geojson_deep_collection.json", feature("{}", &deep), Fate::Refused(""));
    corpus.add("geojson_nan.json", feature("{\"a\":NaN}", POINT), Fate::Refused(""));
    corpus.add(
        "geojson_nan_place.json",
        feature("{}", "{\"type\":\"Point\",\"coordinates\":[NaN,1]}"),
        Fate::Refused(""),
    );
    corpus.add("geojson_1e999.json", feature("{\"a\":1e999}", POINT), Fate::Refused("too large"));
    corpus.add(
        "geojson_bigint.json",
        feature(&format!("{{\"a\":{}}}", "9".repeat(400)), POINT),
        Fate::Refused("too large"),
    );
    corpus.add("geojson_bigint_64.json", feature("{\"a\":99999999999999999999}", POINT), Fate::Told("64 bits"));
    corpus.add("geojson_proto.json", feature("{\"__proto__\":{\"x\":1},\"constructor\":\"y\"}", POINT), Fate::Read);
    corpus.add(
        "geojson_open_ring.json",
        polygon("[[[0,0],[4,0],[4,4],[0,4]]]"),
        Fate::Told("does not end where it begins"),
    );
    corpus.add("geojson_bow_tie.json", polygon("[[[0,0],[4,4],[4,0],[0,4],[0,0]]]"), Fate::Told("crosses itself"));
    corpus.add("geojson_short_ring.json", polygon("[[[0,0],[4,4],[0,0]]]"), Fate::Told("fewer than four"));
    corpus.add("geojson_null.json", feature("null", "null"), Fate::Told("no geometry"));
    corpus.add("geojson_empty_polygon.json", polygon("[]"), Fate::Either);
    corpus.add("geojson_unclosed.json", &feature("{\"a\":\"x\"}", POINT)[..60], Fate::Refused(""));
    corpus.add("geojson_lone_surrogate.json", feature("{\"a\":\"\\ud800\"}", POINT), Fate::Either);
    corpus.add(
        "geojson_bad_utf8.json",
        [b"{\"type\":\"Feature\",\"properties\":{\"a\":\"".as_slice(), b"\xff\xfe", b"\"},\"geometry\":null}"].concat(),
        Fate::Either,
    );
    corpus.add(
        "geojson_other_crs.json",
        feature("{}", POINT).replacen(
            '{',
            "{\"crs\":{\"type\":\"link\",\"properties\":{\"href\":\"http://127.0.0.1:9/\"}},",
            1,
        ),
        Fate::Either,
    );
    let mut holes = String::from("[[[0,0],[1000,0],[1000,1000],[0,1000],[0,0]]");
    for at in 0..70_000 {
        let (x, y) = (at % 300, at / 300);
        let _ = write!(holes, ",[[{x}.1,{y}.1],[{x}.1,{y}.9],[{x}.9,{y}.9],[{x}.1,{y}.1]]");
    }
    corpus.add("geojson_many_holes.json", polygon(&(holes + "]")), Fate::Read);
    comb(corpus);
    corpus.cut_and_change("geojson", "json", polygon("[[[0,0],[4,0],[4,4],[0,0]]]").as_bytes());
}

/// A ring of long teeth, and one that crosses itself a million times: checking is bounded by work.
fn comb(corpus: &mut Corpus) {
    let teeth: Vec<String> = (0..20_000)
        .flat_map(|at| [format!("[0,{at}]"), format!("[80,{at}.5]")])
        .map(|position| position.replace(",", ",0.000"))
        .collect();
    let ring = |positions: &[String]| format!("[[{},{}]]", positions.join(","), positions[0]);
    corpus.add("geojson_comb.json", polygon(&ring(&teeth)), Fate::Either);
    let wild: Vec<String> = super::noise(20_000)
        .as_chunks::<4>()
        .0
        .iter()
        .map(|b| format!("[{}.{},{}.{}]", b[0] / 3, b[1], b[2] / 3, b[3]))
        .collect();
    corpus.add("geojson_scribble.json", polygon(&ring(&wild)), Fate::Told("crosses itself"));
}

fn csv(corpus: &mut Corpus) {
    corpus.add("csv_formula.csv", "name,lon,lat\n=HYPERLINK(\"http://127.0.0.1\"),1,2\n@SUM(1),3,4\n", Fate::Read);
    corpus.add("csv_nul.csv", b"name,lon,lat\na\0b,1,2\nc,3,4\n", Fate::Told("characters that no text has"));
    corpus.add(
        "csv_one_huge_line.csv",
        [b"a,b\n".as_slice(), &vec![b'x'; 20_000_000], b",1\n"].concat(),
        Fate::Refused("more than"),
    );
    corpus.add("csv_huge_header.csv", vec![b'x'; 1_000_000], Fate::Refused(""));
    corpus.add(
        "csv_open_quote.csv",
        [b"a,b\n\"".as_slice(), &b"x,\n".repeat(7_000_000)].concat(),
        Fate::Refused("more than"),
    );
    corpus.add("csv_many_columns.csv", format!("{}\n", "a,".repeat(3_000)), Fate::Refused("columns"));
    let utf16: Vec<u8> = "名前,lon,lat\n花崗岩,1,2\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    corpus.add("csv_utf16.csv", [b"\xff\xfe".as_slice(), &utf16].concat(), Fate::Read);
    corpus.add("csv_utf16_no_mark.csv", utf16, Fate::Read);
    corpus.add("csv_sql_header.csv", "a\"; DROP TABLE gpkg_contents; --,lon,lat\nx,1,2\n", Fate::Read);
    corpus.add("csv_dup_header.csv", "a,a,lon,lat\nx,y,1,2\n", Fate::Told("comes twice"));
    corpus.add("csv_ragged.csv", "a,lon,lat\nx,1\ny,1,2,3,4\n", Fate::Told("more or fewer fields"));
    corpus.add("csv_far_away.csv", "a,lon,lat\nx,1e300,2\n", Fate::Told("outside"));
    corpus.add("csv_bad_utf8.csv", b"a,lon,lat\n\xff\xfe\x81,1,2\n", Fate::Either);
    corpus.add(
        "csv_wkt_deep.csv",
        format!("a,wkt\nx,\"{}\"\n", "GEOMETRYCOLLECTION(".repeat(50_000)),
        Fate::Told("without a geometry"),
    );
    corpus.add("\"><img src=x onerror=alert(1)>.csv", "name,lon,lat\n<script>alert(1)</script>,1,2\n", Fate::Read);
    corpus.add("empty.csv", "", Fate::Refused("empty"));
    corpus.add("header_only.csv", "name,lon,lat\n", Fate::Told("no rows"));
    corpus.add("spaces.csv", "   \n  \n", Fate::Refused(""));
    corpus.cut_and_change("csv", "csv", "name,lon,lat\n\"a, b\",1.5,2\n花崗岩,3,4\n".as_bytes());
}

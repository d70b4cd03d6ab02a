//! The error table: what is asked, which code, status and parameter are answered, in which form.

use crate::ground::{UTM, get};
use crate::picture::Shown;
use roxmltree::Document;

/// A good request of each operation; a case changes one parameter of it, or takes it out with nothing after its `=`.
const MAP: &str = "SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS=red&STYLES=default&CRS=CRS:84&BBOX=140,35,142,37&WIDTH=20\
    &HEIGHT=20&FORMAT=image/png&TRANSPARENT=TRUE&BGCOLOR=0xFFFFFF&DPI=96&TILED=FALSE";
const INFO: &str = "SERVICE=WMS&VERSION=1.3.0&REQUEST=GetFeatureInfo&LAYERS=red&QUERY_LAYERS=red&STYLES=&CRS=CRS:84\
    &BBOX=140,35,142,37&WIDTH=20&HEIGHT=20&I=1&J=1&FEATURE_COUNT=1&INFO_FORMAT=text/plain";
const LEGEND: &str = "SERVICE=WMS&VERSION=1.3.0&REQUEST=GetLegendGraphic&LAYER=red&STYLE=default&FORMAT=image/png";
const CAPABILITIES: &str = "SERVICE=WMS&VERSION=1.3.0&REQUEST=GetCapabilities&UPDATESEQUENCE=0";

/// The request with one parameter changed, or without it when the value is empty.
pub fn changed(request: &str, change: &str) -> String {
    let (key, value) = change.split_once('=').expect("a change is a pair");
    let kept = request.split('&').filter(|pair| !pair.starts_with(&format!("{key}=")));
    let kept: Vec<&str> = kept.chain((!value.is_empty()).then_some(change)).collect();
    kept.join("&")
}

/// The same request in the dialect of 1.1.1.
fn old(request: &str) -> String {
    let pairs = request.split('&').map(|pair| match pair.split_once('=') {
        Some(("VERSION", _)) => "VERSION=1.1.1".to_owned(),
        Some(("CRS", "CRS:84")) => "SRS=EPSG:4326".to_owned(),
        Some(("CRS", value)) => format!("SRS={value}"),
        Some(("I", value)) => format!("X={value}"),
        Some(("J", value)) => format!("Y={value}"),
        _ => pair.to_owned(),
    });
    pairs.collect::<Vec<_>>().join("&")
}

const MISSING: &str = "MissingParameterValue";
const WRONG: &str = "InvalidParameterValue";

/// Request, change, code, the parameter that is named. The HTTP status is always 400.
const TABLE: [(&str, &str, &str, &str); 78] = [
    (MAP, "SERVICE=WFS", WRONG, "service"),
    (MAP, "REQUEST=", MISSING, "request"),
    (MAP, "REQUEST=GetNonsense", "OperationNotSupported", "request"),
    (MAP, "REQUEST=DescribeLayer", "OperationNotSupported", "request"),
    (MAP, "LAYERS=", MISSING, "layers"),
    (MAP, "LAYERS=nowhere", "LayerNotDefined", "layers"),
    (MAP, "LAYERS=red/nowhere", "LayerNotDefined", "layers"),
    (MAP, "LAYERS=nowhere/red", "LayerNotDefined", "layers"),
    (MAP, "LAYERS=both/gone", "LayerNotDefined", "layers"),
    (MAP, "LAYERS=,", "StyleNotDefined", "styles"),
    (MAP, "LAYERS=../../etc/passwd", "LayerNotDefined", "layers"),
    (MAP, "LAYERS=%3Cscript%3E", "LayerNotDefined", "layers"),
    (MAP, "LAYERS=exec('id')", "LayerNotDefined", "layers"),
    (MAP, "STYLES=nostyle", "StyleNotDefined", "styles"),
    (MAP, "STYLES=default,default", "StyleNotDefined", "styles"),
    (MAP, "STYLES=$%7Bjndi:ldap://127.0.0.1:1/a%7D", "StyleNotDefined", "styles"),
    (MAP, "CRS=", MISSING, "crs"),
    (MAP, "CRS=EPSG:999999", "InvalidCRS", "crs"),
    (MAP, "CRS=EPSG:32654x", "InvalidCRS", "crs"),
    (MAP, "CRS=AUTO2:42001,1,0,0", "InvalidCRS", "crs"),
    (MAP, "CRS=%2Bproj%3Dlonglat+%2Bnadgrids%3D/etc/passwd", "InvalidCRS", "crs"),
    (MAP, "CRS=%2Bproj%3Dpipeline+%2Bstep+%2Bproj%3Dutm+%2Bzone%3D54", "InvalidCRS", "crs"),
    (MAP, "CRS=/etc/passwd", "InvalidCRS", "crs"),
    (MAP, "CRS=http://127.0.0.1:1/crs", "InvalidCRS", "crs"),
    (MAP, "CRS=GEOGCS[%22WGS+84%22]", "InvalidCRS", "crs"),
    (MAP, "BBOX=", MISSING, "bbox"),
    (MAP, "BBOX=140,35,142", WRONG, "bbox"),
    (MAP, "BBOX=140,35,142,37,1", WRONG, "bbox"),
    (MAP, "BBOX=a,b,c,d", WRONG, "bbox"),
    (MAP, "BBOX=142,35,140,37", WRONG, "bbox"),
    (MAP, "BBOX=140,37,142,35", WRONG, "bbox"),
    (MAP, "BBOX=140,35,140,35", WRONG, "bbox"),
    (MAP, "BBOX=nan,nan,nan,nan", WRONG, "bbox"),
    (MAP, "BBOX=-inf,-inf,inf,inf", WRONG, "bbox"),
    (MAP, "BBOX=-1e308,-1e308,1e308,1e308", WRONG, "bbox"),
    (MAP, "WIDTH=", MISSING, "width"),
    (MAP, "WIDTH=0", WRONG, "width"),
    (MAP, "WIDTH=-5", WRONG, "width"),
    (MAP, "WIDTH=20.5", WRONG, "width"),
    (MAP, "WIDTH=100000", WRONG, "width"),
    (MAP, "HEIGHT=", MISSING, "height"),
    (MAP, "HEIGHT=abc", WRONG, "height"),
    (MAP, "HEIGHT=99999999999999999999", WRONG, "height"),
    (MAP, "FORMAT=", MISSING, "format"),
    (MAP, "FORMAT=image/nonsense", "InvalidFormat", "format"),
    (MAP, "FORMAT=application/openlayers", "InvalidFormat", "format"),
    (MAP, "FORMAT=text/html%3Cscript%3E", "InvalidFormat", "format"),
    (MAP, "TRANSPARENT=perhaps", WRONG, "transparent"),
    (MAP, "BGCOLOR=red", WRONG, "bgcolor"),
    (MAP, "BGCOLOR=0xFFF", WRONG, "bgcolor"),
    (MAP, "BGCOLOR=0x%2B12345", WRONG, "bgcolor"),
    (MAP, "DPI=0", WRONG, "dpi"),
    (MAP, "DPI=1e9", WRONG, "dpi"),
    (MAP, "DPI=fine", WRONG, "dpi"),
    (MAP, "TILED=perhaps", WRONG, "tiled"),
    (MAP, "SLD=http://127.0.0.1:1/x.sld", WRONG, "sld"),
    (MAP, "SLD_BODY=%3CStyledLayerDescriptor/%3E", WRONG, "sld_body"),
    (INFO, "SLD=http://127.0.0.1:1/x.sld", WRONG, "sld"),
    (LEGEND, "SLD=file:///etc/passwd", WRONG, "sld"),
    (MAP, "REMOTE_OWS_URL=http://127.0.0.1:1/", WRONG, "remote_ows_url"),
    (INFO, "QUERY_LAYERS=", MISSING, "query_layers"),
    (INFO, "QUERY_LAYERS=nowhere", "LayerNotDefined", "query_layers"),
    (INFO, "QUERY_LAYERS=table", "LayerNotQueryable", "query_layers"),
    (INFO, "LAYERS=nowhere", "LayerNotDefined", "layers"),
    (INFO, "I=", MISSING, "i"),
    (INFO, "I=-1", "InvalidPoint", "i"),
    (INFO, "I=20", "InvalidPoint", "i"),
    (INFO, "J=abc", "InvalidPoint", "j"),
    (INFO, "WIDTH=0", WRONG, "width"),
    (INFO, "FEATURE_COUNT=0", WRONG, "feature_count"),
    (INFO, "FEATURE_COUNT=many", WRONG, "feature_count"),
    (INFO, "INFO_FORMAT=text/nonsense", "InvalidFormat", "info_format"),
    (LEGEND, "LAYER=", MISSING, "layer"),
    (LEGEND, "LAYER=nowhere", "LayerNotDefined", "layer"),
    (LEGEND, "STYLE=nostyle", "StyleNotDefined", "styles"),
    (CAPABILITIES, "SERVICE=", MISSING, "service"),
    (CAPABILITIES, "UPDATESEQUENCE=999", "InvalidUpdateSequence", "updatesequence"),
    (CAPABILITIES, "UPDATESEQUENCE=soon", "InvalidUpdateSequence", "updatesequence"),
];

/// The code, the locator and the text of a service exception.
#[track_caller]
pub fn exception(text: &str) -> (String, String, String) {
    let plain: String = text.lines().filter(|line| !line.starts_with("<!DOCTYPE")).collect();
    let document = Document::parse(&plain).unwrap_or_else(|error| panic!("{error}: {text}"));
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "ServiceExceptionReport");
    let one = root.first_element_child().expect("a report has an exception");
    let part = |name: &str| one.attribute(name).unwrap_or("").to_owned();
    (part("code"), part("locator"), one.text().unwrap_or("").to_owned())
}

#[test]
fn wrong_requests_of_1_3_0_get_their_code_and_name_the_parameter() {
    for (request, change, code, place) in TABLE {
        let got = get(&changed(request, change));
        assert_eq!(got.status, 400, "{change}: {}", got.text());
        assert_eq!(got.header("content-type"), "text/xml; charset=utf-8", "{change}");
        let (found, locator, say) = exception(&got.text());
        assert_eq!((found.as_str(), locator.as_str()), (code, place), "{change}: {}", got.text());
        assert!(say.len() > 15 && !say.contains("/etc/passwd}"), "{change}: {say}");
    }
}

#[test]
fn wrong_requests_of_1_1_1_get_the_older_codes_in_the_older_form() {
    for (request, change, code, place) in TABLE {
        let got = get(&old(&changed(request, change)));
        assert_eq!(got.status, 400, "{change}: {}", got.text());
        assert_eq!(got.header("content-type"), "application/vnd.ogc.se_xml", "{change}");
        let (found, locator, say) = exception(&got.text());
        let code = if code == "InvalidCRS" { "InvalidSRS" } else { code };
        let place = match place {
            "crs" => "srs",
            "i" => "x",
            "j" => "y",
            other => other,
        };
        assert_eq!((found.as_str(), locator.as_str()), (code, ""), "{change}: {}", got.text());
        assert!(say.starts_with(&format!("{place}: ")), "{change}: {say}");
    }
}

#[test]
fn the_current_update_sequence_is_told_and_an_older_one_is_answered() {
    let document = get(CAPABILITIES).text();
    let current = document.split("updateSequence=\"").nth(1).and_then(|rest| rest.split('"').next());
    let current: u64 = current.and_then(|text| text.parse().ok()).expect("the document says its sequence");
    let got = get(&changed(CAPABILITIES, &format!("UPDATESEQUENCE={current}")));
    assert_eq!((got.status, exception(&got.text()).0.as_str()), (400, "CurrentUpdateSequence"));
    assert_eq!(get(&changed(CAPABILITIES, &format!("UPDATESEQUENCE={}", current - 1))).status, 200);
}

#[test]
fn five_thousand_layers_are_refused_by_name() {
    let got = get(&changed(MAP, &format!("LAYERS={}", vec!["red"; 5_000].join(","))));
    let (code, place, say) = exception(&got.text());
    assert_eq!((got.status, code.as_str(), place.as_str()), (400, WRONG, "layers"));
    assert!(say.contains("5000") && say.contains("100"), "{say}");
}

#[test]
fn other_services_are_told_what_is_offered() {
    for (path, service) in [("/ows", "CSW"), ("/wms", "WCS"), ("/ows", "%3Cb%3E")] {
        let got = crate::kit::get(&format!("{path}?service={service}&request=GetCapabilities"));
        let (code, place, say) = exception(&got.text());
        assert_eq!((got.status, code.as_str(), place.as_str()), (400, WRONG, "service"));
        assert!(say.contains("WMS"), "{say}");
    }
    let got = crate::kit::get("/ows");
    assert_eq!(exception(&got.text()).1, "service");
}

#[test]
fn markup_in_requests_comes_back_as_text() {
    for change in ["LAYERS=%3Cscript%3Ealert(1)%3C/script%3E%22'%26", "FORMAT=%3Cscript%3E", "STYLES=]]%3E%3Cscript%3E"]
    {
        for request in [changed(MAP, change), old(&changed(MAP, change))] {
            let text = get(&request).text();
            assert!(!text.contains("<script"), "{text}");
            exception(&text);
        }
    }
}

#[test]
fn keys_may_have_any_case_and_others_are_passed_over() {
    let mixed: Vec<String> = MAP
        .split('&')
        .map(|pair| {
            let (key, value) = pair.split_once('=').expect("a pair");
            let turned = |(at, letter): (usize, char)| {
                if at % 2 == 0 { letter.to_ascii_lowercase() } else { letter.to_ascii_uppercase() }
            };
            format!("{}={value}", key.chars().enumerate().map(turned).collect::<String>())
        })
        .collect();
    let more =
        "map=/etc/passwd&map_layer_data=x&viewparams=a:b&env=c:d&CQL_FILTER=1%3D1&TIME=';DROP TABLE x;--&nonsense=1";
    let got = get(&format!("{}&{}", mixed.join("&"), more.replace(' ', "%20")));
    assert_eq!(got.body, get(MAP).body);
    assert_eq!(Shown::of(&got).width, 20);
}

#[test]
fn the_version_is_the_one_asked_for_or_the_nearest() {
    for (asked, given) in [
        ("", "1.3.0"),
        ("&VERSION=1.3.0", "1.3.0"),
        ("&VERSION=1.1.1", "1.1.1"),
        ("&VERSION=1.1.0", "1.1.1"),
        ("&VERSION=1.0.0", "1.1.1"),
        ("&VERSION=0.0.0", "1.1.1"),
        ("&VERSION=1.2.0", "1.1.1"),
        ("&VERSION=100.0.0", "1.3.0"),
        ("&VERSION=1.3", "1.3.0"),
        ("&WMTVER=1.1.1", "1.1.1"),
        ("&VERSION=nonsense", "1.1.1"),
    ] {
        let text = get(&format!("SERVICE=WMS&REQUEST=GetCapabilities{asked}")).text();
        let root = if given == "1.3.0" {
            "<WMS_Capabilities version=\"1.3.0\""
        } else {
            "<WMT_MS_Capabilities version=\"1.1.1\""
        };
        assert!(text.contains(root), "{asked}: {}", &text[..200]);
    }
}

#[test]
fn errors_can_be_pictures_that_say_them() {
    for (request, in_image, blank) in [
        (changed(MAP, "LAYERS=nowhere"), "INIMAGE", "BLANK"),
        (old(&changed(MAP, "LAYERS=nowhere")), "application/vnd.ogc.se_inimage", "application/vnd.ogc.se_blank"),
    ] {
        let request = changed(&changed(&changed(&request, "WIDTH=300"), "HEIGHT=120"), "BGCOLOR=0x3366CC");
        let request = changed(&request, "TRANSPARENT=FALSE");
        let got = get(&format!("{request}&EXCEPTIONS={blank}"));
        assert!(Shown::of(&got).is_all([0x33, 0x66, 0xCC, 255]));
        assert_eq!(got.header("x-service-exception"), "LayerNotDefined");
        let got = get(&format!("{request}&EXCEPTIONS={in_image}"));
        let shown = Shown::of(&got);
        assert_eq!((shown.width, shown.height, got.header("cache-control")), (300, 120, "no-store"));
        let words = shown.box_of(|[red, green, blue, _]| red < 100 && green < 100 && blue < 100);
        let [left, top, right, bottom] = words.expect("something is written");
        assert!(right - left > 100 && bottom - top > 5, "a sentence, not a dot: {words:?}");
        assert_eq!(shown.at(299, 119), [0x33, 0x66, 0xCC, 255], "upon the background");
        let nothing = get(&format!("{}&EXCEPTIONS={blank}", changed(&request, "TRANSPARENT=TRUE")));
        assert_eq!(Shown::of(&nothing).at(5, 5)[3], 0);
    }
}

#[test]
fn an_error_picture_needs_only_a_size_and_is_xml_without_one() {
    for change in ["BBOX=a,b,c,d", "CRS=nonsense", "FORMAT=image/gif", "STYLES=nostyle", "BGCOLOR=red", "DPI=0"] {
        let got = get(&format!("{}&EXCEPTIONS=INIMAGE", changed(MAP, change)));
        assert_eq!(Shown::of(&got).width, 20, "{change}");
    }
    for change in ["WIDTH=", "WIDTH=0", "WIDTH=100000", "REQUEST=GetNonsense"] {
        let got = get(&format!("{}&EXCEPTIONS=INIMAGE", changed(MAP, change)));
        assert!((400..500).contains(&got.status), "{change}");
        exception(&got.text());
    }
    let info = get(&format!("{}&EXCEPTIONS=INIMAGE", changed(INFO, "I=99")));
    assert_eq!(exception(&info.text()).0, "InvalidPoint", "an answer that is text has errors that are text");
    let unknown = get(&format!("{}&EXCEPTIONS=application/nonsense", changed(MAP, "LAYERS=nowhere")));
    assert_eq!(exception(&unknown.text()).0, "LayerNotDefined");
}

#[test]
fn clients_that_mix_up_the_versions_are_understood() {
    let asked = changed(&changed(MAP, "CRS="), "SRS=CRS:84");
    assert_eq!(get(&asked).body, get(MAP).body);
    let pixel = INFO.replace("&I=", "&X=").replace("&J=", "&Y=");
    assert_eq!(get(&pixel).body, get(INFO).body);
    let bare = "REQUEST=GetMap&LAYERS=red&STYLES=&SRS=EPSG:4326&BBOX=140,35,142,37&WIDTH=20&HEIGHT=20&FORMAT=image/png";
    let plain = get(&format!("{bare}&VERSION=1.1.1"));
    assert_eq!(get(bare).body, plain.body, "a request with SRS and no version is one of 1.1.1");
    assert_eq!(Shown::of(&get(&format!("{UTM}&REQUEST=GetMap&LAYERS=red&FORMAT=image/png"))).width, 400);
}

//! WFS by key-value pairs and by documents that are posted, over the survey in memory.

use crate::kit::{Got, MARKUP, URL, get, post};
use roxmltree::{Document, Node};

fn by_pairs(rest: &str) -> Got {
    get(&format!("/wfs?service=WFS&version=2.0.0&{rest}"))
}

/// The code, the locator and the sentence of an exception.
fn exception(got: &Got) -> (String, String, String) {
    let text = got.text();
    let document = Document::parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(document.root_element().tag_name().name(), "ExceptionReport", "{text}");
    let exception = document.descendants().find(|node| node.tag_name().name() == "Exception").expect("an exception");
    let of = |name: &str| exception.attribute(name).unwrap_or("").to_owned();
    let say = exception.descendants().filter_map(|node| node.text()).collect::<String>().trim().to_owned();
    (of("exceptionCode"), of("locator"), say)
}

/// The texts of all elements of a name.
fn texts(got: &Got, name: &str) -> Vec<String> {
    let text = got.text();
    let document = Document::parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let named = document.descendants().filter(|node| node.tag_name().name() == name);
    named.map(|node| node.text().unwrap_or("").to_owned()).collect()
}

fn attribute(got: &Got, name: &str) -> Option<String> {
    let text = got.text();
    let document = Document::parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    document.root_element().attribute(name).map(str::to_owned)
}

#[test]
fn capabilities_and_schemas_name_every_dataset_with_rows_and_its_columns() {
    for path in
        ["/wfs?service=WFS&request=GetCapabilities", "/ows?service=WFS&request=GetCapabilities&acceptversions=1.1.0"]
    {
        let names = texts(&get(path), "Name");
        assert!(names.contains(&"data:quakes".to_owned()) && names.contains(&"data:units".to_owned()), "{names:?}");
    }
    for version in ["2.0.0&typenames", "1.1.0&typename"] {
        let got = get(&format!("/wfs?service=WFS&request=DescribeFeatureType&version={version}=units"));
        assert!(got.text().contains("name=\"map_unit\""), "{}", got.text());
    }
}

#[test]
fn rows_without_a_place_have_no_geometry_and_rows_without_a_value_no_property() {
    let got = by_pairs("request=GetFeature&typenames=data:quakes&resourceid=quakes.4");
    assert_eq!(texts(&got, "place"), ["nowhere"]);
    assert!(texts(&got, "geometry").is_empty() && texts(&got, "depth").is_empty());
    // Times as fine as they are known.
    assert_eq!(texts(&got, "time"), ["2019-07-04"]);
    let got = by_pairs("request=GetFeature&typenames=data:quakes&resourceid=quakes.2");
    assert_eq!(texts(&got, "time"), ["2019-07-02T03:04:05Z"]);
    assert_eq!(texts(&got, "pos"), ["-20 -179"], "latitude first");
}

#[test]
fn a_box_across_180_degrees_finds_both_sides_and_no_row_without_a_place() {
    let found = by_pairs("request=GetFeature&typenames=quakes&bbox=-30,170,0,-170&sortby=number");
    assert_eq!(texts(&found, "number"), ["1", "2"]);
    let lon_first = by_pairs("request=GetFeature&typenames=quakes&bbox=170,-30,190,0,EPSG:4326&sortby=number");
    assert_eq!(texts(&lon_first, "number"), ["1", "2"]);
}

#[test]
fn posted_documents_are_answered_and_those_of_strangers_refused() {
    let ask = |inside: &str| {
        post("/wfs", format!("<GetFeature service=\"WFS\" version=\"2.0.0\" xmlns=\"http://www.opengis.net/wfs/2.0\">{inside}</GetFeature>").as_bytes())
    };
    let query = "<Query typeNames=\"quakes\"><Filter><PropertyIsGreaterThan><ValueReference>magnitude</ValueReference>\
        <Literal>6</Literal></PropertyIsGreaterThan></Filter></Query>";
    let mut found = texts(&ask(query), "number");
    found.sort();
    assert_eq!(found, ["2", "5"]);
    let both = ask(&format!("{query}<Query typeNames=\"units\"/>"));
    assert_eq!(attribute(&both, "numberMatched").as_deref(), Some("4"));
    let inner = texts(&both, "FeatureCollection").len();
    assert_eq!(inner, 3, "one for each query, and that around them");
    let refused = post(
        "/wfs",
        b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><GetFeature service='WFS'>&x;</GetFeature>",
    );
    assert_eq!((refused.status, exception(&refused).0.as_str()), (400, "OperationParsingFailed"));
    let form = post("/wfs", b"service=WFS&version=2.0.0&request=GetFeature&typenames=units");
    assert_eq!(texts(&form, "symbol"), ["Js", "Kg"]);
}

#[test]
fn errors_say_what_and_where() {
    for (rest, code, locator) in [
        ("request=GetFeature&typenames=sheep", "InvalidParameterValue", "typeName"),
        ("request=GetFeature", "MissingParameterValue", "typeNames"),
        ("request=GetFeature&typenames=quakes&filter=%3Cx/%3E", "InvalidParameterValue", "filter"),
        ("request=GetFeature&typenames=quakes&srsname=EPSG:99999999", "InvalidParameterValue", "srsName"),
        ("request=GetFeature&typenames=quakes&sortby=sheep", "InvalidParameterValue", "sortBy"),
        ("request=GetFeature&typenames=quakes&outputformat=kml", "InvalidParameterValue", "outputFormat"),
        ("request=GetFeature&typenames=quakes&count=many", "InvalidParameterValue", "count"),
        ("request=GetFeature&typenames=quakes,units", "OptionNotSupported", "typeNames"),
        ("request=GetFeature&typenames=quakes&resolve=remote", "InvalidParameterValue", "resolve"),
        ("request=GetPropertyValue&typenames=quakes", "MissingParameterValue", "valueReference"),
        ("request=GetPropertyValue&typenames=quakes&valuereference=//*", "InvalidParameterValue", "valueReference"),
        ("request=Transaction", "OperationNotSupported", "request"),
    ] {
        let got = by_pairs(rest);
        let (found, place, say) = exception(&got);
        assert_eq!((got.status, found.as_str(), place.as_str()), (400, code, locator), "{rest}: {say}");
        assert!(say.ends_with('.') && !say.is_empty(), "{rest}: {say}");
    }
}

#[test]
fn pages_of_a_posted_question_are_asked_with_its_filter() {
    let body = format!(
        "<w:GetFeature service=\"WFS\" version=\"2.0.0\" count=\"1\" xmlns:w=\"http://www.opengis.net/wfs/2.0\" xmlns:f=\"urn:f\" xmlns:d=\"{URL}/ns/data\">\
         <w:Query typeNames=\"d:quakes\"><f:Filter><f:PropertyIsGreaterThan><f:ValueReference>d:magnitude</f:ValueReference><f:Literal>6</f:Literal>\
         </f:PropertyIsGreaterThan></f:Filter></w:Query></w:GetFeature>"
    );
    let first = post("/wfs", body.as_bytes());
    let next = attribute(&first, "next").expect("there is another page");
    let second = get(next.strip_prefix(URL).expect("an address of this site"));
    let mut found = [texts(&first, "number"), texts(&second, "number")].concat();
    found.sort();
    assert_eq!(found, ["2", "5"]);
    assert_eq!(attribute(&second, "next"), None);
    assert!(attribute(&second, "previous").is_some());
}

#[test]
fn hostile_texts_of_data_stay_texts() {
    let got = by_pairs("request=GetFeature&typenames=hostile");
    assert_eq!(got.status, 200);
    let text = got.text();
    let document = Document::parse(&text).expect("it is XML");
    assert!(!document.descendants().any(|node: Node<'_, '_>| node.tag_name().name() == "script"));
    assert!(document.descendants().any(|node| node.text().is_some_and(|text| text.contains(MARKUP))), "{text:.2000}");
}

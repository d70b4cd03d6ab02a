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

/// A posted request for a feature type with something inside its query.
fn posted(request: &str, attributes: &str, query: &str) -> Got {
    let body = format!(
        "<w:{request} service=\"WFS\" version=\"2.0.0\" {attributes} xmlns:w=\"http://www.opengis.net/wfs/2.0\" \
         xmlns:f=\"http://www.opengis.net/fes/2.0\" xmlns:gml=\"http://www.opengis.net/gml/3.2\" xmlns:d=\"{URL}/ns/data\">{query}</w:{request}>"
    );
    post("/wfs", body.as_bytes())
}

fn query(condition: &str) -> String {
    format!("<w:Query typeNames=\"d:quakes\"><f:Filter>{condition}</f:Filter></w:Query>")
}

#[test]
fn hits_with_a_size_of_pages_lead_to_the_first_page() {
    let plain = "<w:Query typeNames=\"d:quakes\"/>";
    for first in [
        by_pairs("request=GetFeature&typenames=quakes&count=2&resultType=hits"),
        by_pairs("request=GetPropertyValue&typenames=quakes&valuereference=place&count=2&RESULTTYPE=hits"),
        posted("GetFeature", "count=\"2\" resultType=\"hits\"", plain),
        posted("GetPropertyValue", "count=\"2\" resultType=\"hits\" valueReference=\"place\"", plain),
    ] {
        assert_eq!(attribute(&first, "numberReturned").as_deref(), Some("0"), "{}", first.text());
        assert_eq!(attribute(&first, "previous"), None);
        let next = attribute(&first, "next").expect("the first page");
        let page = get(next.strip_prefix(URL).expect("an address of this site"));
        assert_eq!(attribute(&page, "numberReturned").as_deref(), Some("2"), "{next}");
        assert_eq!(texts(&page, "place").len(), 2, "{}", page.text());
    }
    for without in ["resulttype=hits", "resulttype=hits&count=2&startindex=99", "resulttype=hits&count=0"] {
        let got = by_pairs(&format!("request=GetFeature&typenames=quakes&{without}"));
        assert_eq!(attribute(&got, "next"), None, "{without}");
    }
    let old = get("/wfs?service=WFS&version=1.1.0&request=GetFeature&typename=quakes&resulttype=hits&maxfeatures=2");
    assert_eq!(attribute(&old, "next"), None, "1.1.0 has no pages");
}

#[test]
fn an_id_of_another_type_is_refused_and_one_of_nothing_finds_nothing() {
    let by_filter = |id: &str| posted("GetFeature", "", &query(&format!("<f:ResourceId rid=\"{id}\"/>")));
    let by_key = |id: &str| by_pairs(&format!("request=GetFeature&typenames=quakes&resourceid={id}"));
    for refused in [by_filter("units.1"), by_key("units.1"), by_key("quakes.1,units.1")] {
        let (code, locator, say) = exception(&refused);
        assert_eq!((refused.status, code.as_str(), locator.as_str()), (400, "InvalidParameterValue", "resourceId"));
        assert!(say.contains("units"), "{say}");
    }
    for empty in [by_filter("test-1"), by_key("test-1"), by_filter("quakes.none"), by_key("quakes.none")] {
        assert_eq!((empty.status, attribute(&empty, "numberMatched").as_deref()), (200, Some("0")), "{}", empty.text());
    }
    assert_eq!(texts(&by_key("test-1,quakes.1"), "number"), ["1"]);
    // Ids go with all the types that are named.
    let both = by_pairs("request=GetFeature&typenames=(quakes)(units)&resourceid=quakes.1,units.west-square");
    assert_eq!((both.status, attribute(&both, "numberMatched").as_deref()), (200, Some("2")), "{}", both.text());
    // A comparison with an id is no request for it.
    let compared = query(
        "<f:PropertyIsEqualTo><f:ValueReference>@gml:id</f:ValueReference><f:Literal>units.1</f:Literal></f:PropertyIsEqualTo>",
    );
    assert_eq!(attribute(&posted("GetFeature", "", &compared), "numberMatched").as_deref(), Some("0"));
}

#[test]
fn an_empty_value_reference_is_wrong_and_one_that_is_not_there_is_missing() {
    let plain = "<w:Query typeNames=\"d:quakes\"/>";
    for (got, expected) in [
        (by_pairs("request=GetPropertyValue&typenames=quakes&valuereference="), "InvalidParameterValue"),
        (posted("GetPropertyValue", "valueReference=\"\"", plain), "InvalidParameterValue"),
        (by_pairs("request=GetPropertyValue&typenames=quakes"), "MissingParameterValue"),
        (posted("GetPropertyValue", "", plain), "MissingParameterValue"),
    ] {
        let (code, locator, say) = exception(&got);
        assert_eq!((got.status, code.as_str(), locator.as_str()), (400, expected, "valueReference"), "{say}");
    }
}

#[test]
fn the_stored_query_is_told_by_the_name_that_it_is_asked_by() {
    let (urn, url) =
        ("urn:ogc:def:query:OGC-WFS::GetFeatureById", "http://www.opengis.net/def/query/OGC-WFS/0/GetFeatureById");
    let told = |got: &Got| {
        let text = got.text();
        let document = Document::parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let named = |node: &Node<'_, '_>| node.tag_name().name().starts_with("StoredQuery") && node.has_attribute("id");
        let ids = document.descendants().filter(named).filter_map(|node| node.attribute("id"));
        ids.map(str::to_owned).collect::<Vec<_>>()
    };
    for id in [urn, url] {
        assert_eq!(told(&by_pairs(&format!("request=DescribeStoredQueries&storedquery_id={id}"))), [id]);
        let asked = format!("<w:StoredQueryId>{id}</w:StoredQueryId>");
        assert_eq!(told(&posted("DescribeStoredQueries", "", &asked)), [id]);
        let one = by_pairs(&format!("request=GetFeature&storedquery_id={id}&id=quakes.1"));
        assert_eq!(texts(&one, "number"), ["1"]);
    }
    for (version, id) in [("2.0.0", urn), ("2.0.2", url)] {
        for request in ["ListStoredQueries", "DescribeStoredQueries"] {
            assert_eq!(told(&get(&format!("/wfs?service=WFS&version={version}&request={request}"))), [id]);
        }
    }
    assert_eq!(exception(&by_pairs("request=DescribeStoredQueries&storedquery_id=urn:x")).1, "storedquery_id");
    let gone = |version: &str| {
        get(&format!("/wfs?service=WFS&version={version}&request=GetFeature&storedquery_id={urn}&id=quakes.none"))
    };
    for (version, code) in [("2.0.0", "OperationProcessingFailed"), ("2.0.2", "NotFound")] {
        assert_eq!((gone(version).status, exception(&gone(version)).0.as_str()), (404, code));
    }
}

#[test]
fn names_of_gml_are_not_those_of_columns() {
    // The prefix is what it is bound to, whatever it is called.
    let of = |op: &str, inside: &str| {
        query(&format!("<f:{op}><f:ValueReference xmlns:g=\"http://www.opengis.net/gml/3.2\">g:{inside}</f:{op}>"))
    };
    let found = |query: &str| attribute(&posted("GetFeature", "", query), "numberMatched");
    let all = attribute(&by_pairs("request=GetFeature&typenames=quakes"), "numberMatched");
    for name in ["name", "description", "boundedBy"] {
        assert_eq!(found(&of("PropertyIsNull", &format!("{name}</f:ValueReference>"))), all, "{name}");
    }
    assert_eq!(
        found(&of("PropertyIsEqualTo", "name</f:ValueReference><f:Literal>a</f:Literal>")).as_deref(),
        Some("0")
    );
    let refused = |inside: &str, op: &str| {
        let (code, locator, _) = exception(&posted("GetFeature", "", &of(op, inside)));
        (code, locator)
    };
    let wrong = |code: &str, locator: &str| (code.to_owned(), locator.to_owned());
    let envelope = "<gml:Envelope srsName=\"urn:ogc:def:crs:EPSG::4326\"><gml:lowerCorner>-90 -180</gml:lowerCorner>\
                    <gml:upperCorner>90 180</gml:upperCorner></gml:Envelope>";
    assert_eq!(
        refused(&format!("description</f:ValueReference>{envelope}"), "BBOX"),
        wrong("InvalidParameterValue", "filter")
    );
    let compared = format!("boundedBy</f:ValueReference><f:Literal>{envelope}</f:Literal>");
    assert_eq!(refused(&compared, "PropertyIsEqualTo"), wrong("OperationProcessingFailed", "boundedBy"));
    // A column that GML knows nothing of is none of its properties.
    assert_eq!(refused("magnitude</f:ValueReference>", "PropertyIsNull"), wrong("InvalidParameterValue", "filter"));
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

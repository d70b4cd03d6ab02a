//! OGC filters: those of the standards' examples, those that clients send, and hostile ones.

#![allow(clippy::panic)]

use std::sync::Arc;
use terrane_formats::features::gml::CrsName;
use terrane_formats::filter::{cql2_text, fes};
use terrane_model::filter::{Expr, Filter, GeometryExpr, Literal};
use terrane_model::limits::Limits;
use terrane_model::schema::{Column, ColumnKind, GeometryColumn, GeometryKind};
use terrane_model::{Crs, Error, FeatureId, Result, Schema};

fn schema() -> Schema {
    Schema {
        columns: vec![
            Column::new("name", ColumnKind::Text),
            Column::new("depth", ColumnKind::Float),
            Column::new("count", ColumnKind::Int),
            Column::new("time", ColumnKind::Time),
            Column::new("open", ColumnKind::Bool),
        ],
        geometry: Some(GeometryColumn {
            name: "geom".into(),
            kind: GeometryKind::Point,
            crs: Crs::crs84(),
            has_z: false,
        }),
        time: None,
        key: None,
    }
}

fn read(text: &str) -> Result<Filter> {
    let (schema, limits) = (schema(), Limits::default());
    let crs = CrsName::parse("urn:ogc:def:crs:EPSG::4326")?;
    let name = |text: &str, namespace: Option<&str>| match text {
        "@gml:id" => Some(fes::Name::Identity),
        "gml:name" if namespace == Some("http://www.opengis.net/gml/3.2") => Some(fes::Name::Standard("name")),
        "gml:boundedBy" => Some(fes::Name::Standard(fes::BOUNDED_BY)),
        text => {
            let local = text.rsplit(':').next().unwrap_or(text);
            schema.name_like(local).map(|name| fes::Name::Column(name.to_owned()))
        }
    };
    let identity = |id: &str| match id.strip_prefix("u.") {
        Some(_) => Err(Error::invalid("That is one of the others.")),
        None => Ok(id.strip_prefix("t.").map(|id| vec![FeatureId::parse(id)])),
    };
    fes::read_text(
        text,
        &fes::Context { schema: &schema, name: &name, identity: &identity, crs: &crs, limits: &limits },
    )
}

/// A filter of FES 2.0, as the CQL2 that says the same.
fn said(inner: &str) -> String {
    let text = format!(
        "<Filter xmlns=\"http://www.opengis.net/fes/2.0\" xmlns:gml=\"http://www.opengis.net/gml/3.2\">{inner}</Filter>"
    );
    let filter = read(&text).unwrap_or_else(|error| panic!("{inner}: {error}"));
    cql2_text::write(&filter).unwrap_or_else(|error| panic!("{inner}: {error} {filter:?}"))
}

/// The same filter in CQL2, read and written again.
fn cql(text: &str) -> String {
    let filter = cql2_text::parse(text, &Limits::default()).unwrap_or_else(|error| panic!("{text}: {error}"));
    cql2_text::write(&filter).expect("it was read")
}

#[test]
fn literals_take_the_kind_of_what_they_are_compared_with() {
    let is = |op: &str, name: &str, literal: &str| {
        said(&format!("<{op}><ValueReference>{name}</ValueReference><Literal>{literal}</Literal></{op}>"))
    };
    assert_eq!(is("PropertyIsEqualTo", "name", "12"), cql("name = '12'"));
    assert_eq!(is("PropertyIsNotEqualTo", "x:count", " 12 "), cql("count <> 12"));
    assert_eq!(is("PropertyIsLessThan", "depth", "1e3"), cql("depth < 1000.0"));
    assert_eq!(is("PropertyIsGreaterThanOrEqualTo", "time", "2019-07-01"), cql("time >= DATE('2019-07-01')"));
    assert_eq!(is("PropertyIsEqualTo", "open", "1"), cql("open = TRUE"));
}

#[test]
fn conditions_are_joined_and_turned() {
    let one = "<PropertyIsNull><ValueReference>name</ValueReference></PropertyIsNull>";
    let two = "<PropertyIsBetween><ValueReference>depth</ValueReference><LowerBoundary><Literal>1</Literal></LowerBoundary>\
               <UpperBoundary><Literal>5</Literal></UpperBoundary></PropertyIsBetween>";
    assert_eq!(said(&format!("<And>{one}<Not>{two}</Not></And>")), cql("name IS NULL AND NOT (depth BETWEEN 1 AND 5)"));
    let like = "<PropertyIsLike wildCard='%' singleChar='#' escapeChar='!' matchCase='false'><ValueReference>name</ValueReference>\
                <Literal>A!%b%#</Literal></PropertyIsLike>";
    assert_eq!(said(like), cql("CASEI(name) LIKE CASEI('A\\%b%_')"));
    let function = "<PropertyIsGreaterThan><Function name='Length'><ValueReference>name</ValueReference></Function>\
                    <Literal>3</Literal></PropertyIsGreaterThan>";
    assert_eq!(said(function), cql("length(name) > 3"));
}

#[test]
fn geometry_comes_in_every_spelling_and_leaves_in_that_of_the_rows() {
    let within = |geometry: &str| said(&format!("<Within><ValueReference>geom</ValueReference>{geometry}</Within>"));
    let expected = cql("S_WITHIN(geom, POLYGON((138 34, 140 34, 140 36, 138 34)))");
    for geometry in [
        "<gml:Polygon><gml:exterior><gml:LinearRing><gml:posList>34 138 34 140 36 140 34 138</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon>",
        "<gml:Polygon srsName='EPSG:4326'><gml:exterior><gml:LinearRing><gml:pos>138 34</gml:pos><gml:pos>140 34</gml:pos>\
         <gml:pos>140 36</gml:pos><gml:pos>138 34</gml:pos></gml:LinearRing></gml:exterior></gml:Polygon>",
        "<gml:Polygon srsName='urn:ogc:def:crs:OGC:1.3:CRS84' srsDimension='3'><gml:exterior><gml:LinearRing>\
         <gml:posList>138 34 1 140 34 2 140 36 3 138 34 1</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon>",
        "<gml:Polygon srsName='http://www.opengis.net/gml/srs/epsg.xml#4326'><gml:outerBoundaryIs><gml:LinearRing>\
         <gml:coordinates>138,34 140,34 140,36 138,34</gml:coordinates></gml:LinearRing></gml:outerBoundaryIs></gml:Polygon>",
    ] {
        assert_eq!(within(geometry), expected, "{geometry}");
    }
    let metres = "<gml:Point srsName='urn:ogc:def:crs:EPSG::3857'><gml:pos>15362090.0 4028802.0</gml:pos></gml:Point>";
    let text = said(&format!("<Intersects><ValueReference>geom</ValueReference>{metres}</Intersects>"));
    let place = text.strip_prefix("S_INTERSECTS(geom,POINT(").and_then(|rest| rest.strip_suffix("))"));
    let numbers: Vec<f64> = place.unwrap_or_default().split(' ').filter_map(|number| number.parse().ok()).collect();
    // Web Mercator of 138° E, 34° N, to a metre.
    assert!(numbers.len() == 2 && (numbers[0] - 138.0).abs() < 1e-5 && (numbers[1] - 34.0).abs() < 1e-5, "{text}");
    let surface = "<gml:MultiSurface srsName='EPSG:4326'><gml:surfaceMember><gml:Surface><gml:patches><gml:PolygonPatch><gml:exterior>\
        <gml:LinearRing><gml:posList>0 0 1 0 1 1 0 0</gml:posList></gml:LinearRing></gml:exterior></gml:PolygonPatch></gml:patches>\
        </gml:Surface></gml:surfaceMember></gml:MultiSurface>";
    assert_eq!(within(surface), cql("S_WITHIN(geom, MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0))))"));
}

#[test]
fn boxes_cross_180_degrees_and_distances_have_units() {
    let text = "<Filter><BBOX><gml:Envelope xmlns:gml='g'><gml:lowerCorner>-20 170</gml:lowerCorner><gml:upperCorner>0 -170</gml:upperCorner>\
                </gml:Envelope></BBOX></Filter>";
    let Ok(Filter::Spatial { right: GeometryExpr::Literal(area), left, .. }) = read(text) else {
        panic!("{:?}", read(text));
    };
    assert_eq!(left, GeometryExpr::Column("geom".to_owned()));
    assert!(matches!(*Arc::clone(&area), geo_types::Geometry::MultiPolygon(_)), "{area:?}");
    let near = |unit: &str| {
        let text = format!(
            "<Filter><DWithin><PropertyName>geom</PropertyName><gml:Point xmlns:gml='g' srsName='EPSG:4326'><gml:coordinates>138,34\
             </gml:coordinates></gml:Point><Distance {unit}>2</Distance></DWithin></Filter>"
        );
        match read(&text) {
            Ok(Filter::Within { centre: [x, y], distance_m }) => {
                assert!((x - 138.0).abs() < 1e-9 && (y - 34.0).abs() < 1e-9);
                Some(distance_m)
            }
            _ => None,
        }
    };
    assert_eq!(near("uom='km'"), Some(2_000.0));
    assert_eq!(near("units='nautical miles'"), Some(3_704.0));
    assert_eq!(near("uom='urn:ogc:def:uom:EPSG::9001'"), Some(2.0));
    assert_eq!(near("uom='furlong'"), None);
}

#[test]
fn ids_and_times_are_read() {
    let ids = read("<Filter><FeatureId fid='t.3'/><FeatureId fid='other.4'/></Filter>").expect("ids");
    assert_eq!(ids, Filter::Ids(vec![FeatureId::Number(3)]));
    let id = "<Filter><PropertyIsEqualTo><PropertyName>@gml:id</PropertyName><Literal>t.3</Literal></PropertyIsEqualTo></Filter>";
    assert_eq!(read(id).expect("an id"), ids);
    let during = "<During><ValueReference>time</ValueReference><gml:TimePeriod gml:id='a'><gml:begin><gml:TimeInstant gml:id='b'>\
        <gml:timePosition>2019-07-01T00:00:00Z</gml:timePosition></gml:TimeInstant></gml:begin>\
        <gml:endPosition indeterminatePosition='unknown'/></gml:TimePeriod></During>";
    assert_eq!(said(during), cql("T_DURING(time, INTERVAL('2019-07-01T00:00:00Z', '..'))"));
}

#[test]
fn what_cannot_be_read_is_told_and_nothing_panics() {
    let wrong = [
        ("<Filter/>", "empty"),
        ("<Filter><Sheep/></Filter>", "Sheep"),
        ("<Other/>", "begins with"),
        ("<Filter><And/></Filter>", "joins no"),
        (
            "<Filter><PropertyIsEqualTo><ValueReference>//*</ValueReference><Literal>1</Literal></PropertyIsEqualTo></Filter>",
            "no property",
        ),
        (
            "<Filter><PropertyIsEqualTo><ValueReference>count</ValueReference><Literal>x</Literal></PropertyIsEqualTo></Filter>",
            "not a number",
        ),
        (
            "<Filter><PropertyIsEqualTo matchAction='Some'><ValueReference>count</ValueReference><Literal>1</Literal></PropertyIsEqualTo></Filter>",
            "matchAction",
        ),
        (
            "<Filter><PropertyIsEqualTo><Function name='system'/><Literal>1</Literal></PropertyIsEqualTo></Filter>",
            "no function",
        ),
        (
            "<Filter><Intersects><ValueReference>geom</ValueReference><Point><pos>1</pos></Point></Intersects></Filter>",
            "pairs of numbers",
        ),
        (
            "<Filter><Intersects><ValueReference>geom</ValueReference><Point srsName='+proj=longlat'><pos>1 2</pos></Point></Intersects></Filter>",
            "coordinate reference system",
        ),
        ("<!DOCTYPE a><Filter/>", "DOCTYPE"),
    ];
    for (text, what) in wrong {
        let error = read(text).expect_err(text);
        assert!(error.say().contains(what), "{text}: {}", error.say());
    }
    let deep = format!("<Filter>{}<X/>{}</Filter>", "<And>".repeat(100), "</And>".repeat(100));
    assert!(read(&deep).expect_err("deep").say().contains("levels deep"));
    let mark = "<PropertyIsNull><ValueReference>name</ValueReference></PropertyIsNull>";
    assert!(read(&format!("<Filter><Or>{}</Or></Filter>", mark.repeat(20_000))).is_err());
}

#[test]
fn properties_of_gml_are_known_by_their_namespace_and_never_there() {
    assert_eq!(
        said("<PropertyIsNull><ValueReference>gml:name</ValueReference></PropertyIsNull>"),
        cql("true"),
        "no row has one, though there is a column of that name"
    );
    let bare = "<Filter><PropertyIsNull><ValueReference>gml:name</ValueReference></PropertyIsNull></Filter>";
    assert!(matches!(read(bare), Ok(Filter::IsNull(_))), "a prefix that is bound to nothing is no namespace");
    let compared = "<Filter xmlns:gml=\"http://www.opengis.net/gml/3.2\"><PropertyIsEqualTo>\
                    <ValueReference>gml:name</ValueReference><Literal>a</Literal></PropertyIsEqualTo></Filter>";
    assert!(matches!(read(compared), Ok(Filter::Compare { left: Expr::Literal(Literal::Null), .. })), "never known");
    let envelope =
        "<gml:Envelope><gml:lowerCorner>0 0</gml:lowerCorner><gml:upperCorner>1 1</gml:upperCorner></gml:Envelope>";
    for (inner, place) in [
        (format!("<BBOX><ValueReference>gml:name</ValueReference>{envelope}</BBOX>"), None),
        ("<PropertyIsLessThan><ValueReference>gml:boundedBy</ValueReference><Literal>1</Literal></PropertyIsLessThan>".to_owned(), Some("boundedBy")),
        ("<During><ValueReference>gml:name</ValueReference><Literal>2020</Literal></During>".to_owned(), None),
    ] {
        let text = format!("<Filter xmlns:gml=\"http://www.opengis.net/gml/3.2\">{inner}</Filter>");
        assert_eq!(read(&text).expect_err(&inner).place(), place, "{inner}");
    }
}

#[test]
fn nothing_is_nil_but_what_is_asked_for_must_be_there() {
    assert_eq!(said("<PropertyIsNil><ValueReference>depth</ValueReference></PropertyIsNil>"), cql("false"));
    assert!(read("<Filter><PropertyIsNil><ValueReference>sheep</ValueReference></PropertyIsNil></Filter>").is_err());
}

#[test]
fn an_id_that_cannot_be_asked_for_is_an_error_and_one_of_nothing_is_none() {
    assert!(read("<Filter><ResourceId rid=\"u.1\"/></Filter>").is_err());
    assert!(matches!(read("<Filter><ResourceId rid=\"x.1\"/></Filter>"), Ok(Filter::Ids(ids)) if ids.is_empty()));
}

#[test]
fn dates_may_say_that_they_are_in_utc() {
    let of = |text: &str| {
        said(&format!(
            "<PropertyIsEqualTo><ValueReference>time</ValueReference><Literal>{text}</Literal></PropertyIsEqualTo>"
        ))
    };
    assert_eq!(of("2020-01-03Z"), of("2020-01-03"));
    assert_ne!(of("2020-01-03"), of("2020-01-03T00:00:00Z"));
}

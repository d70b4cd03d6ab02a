//! Styles that a request brings, in an address, a form and a document; and documents that are refused.

use crate::ground::{UTM, get, map, post};
use crate::kit::Got;
use crate::picture::{Shown, is_red};
use terrane_protocols::common::kvp::encode;

/// The square in a colour, as the portal of OneGeology asks: a rule with a filter of alternatives.
fn sld(layer: &str, column: &str, colour: &str) -> String {
    let equal = |value: &str| {
        format!(
            "<ogc:PropertyIsEqualTo><ogc:PropertyName>{column}</ogc:PropertyName><ogc:Literal>{value}</ogc:Literal></ogc:PropertyIsEqualTo>"
        )
    };
    format!(
        "<StyledLayerDescriptor version=\"1.0.0\" xmlns=\"http://www.opengis.net/sld\" xmlns:ogc=\"http://www.opengis.net/ogc\">\
         <NamedLayer><Name>{layer}</Name><UserStyle><Name>mine</Name><FeatureTypeStyle><Rule><Name>Squares</Name><ogc:Filter><ogc:Or>{}{}</ogc:Or>\
         </ogc:Filter><PolygonSymbolizer><Fill><CssParameter name=\"fill\">{colour}</CssParameter></Fill></PolygonSymbolizer></Rule>\
         </FeatureTypeStyle></UserStyle></NamedLayer></StyledLayerDescriptor>",
        equal("square"),
        equal("circle")
    )
}

/// The colour of the middle of the red square, on a map of 100 m per pixel.
fn middle(got: &Got) -> [u8; 4] {
    Shown::of(got).at(120, 150)
}

const GREEN: [u8; 4] = [0, 128, 0, 255];
const NOTHING: [u8; 4] = [0; 4];

fn with_body(layers: &str, styles: &str, body: &str) -> Got {
    let layers = if layers.is_empty() { String::new() } else { format!("&LAYERS={layers}&STYLES={styles}") };
    get(&format!(
        "SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&FORMAT=image/png&TRANSPARENT=TRUE&{UTM}{layers}&SLD_BODY={}",
        encode(body)
    ))
}

#[test]
fn a_layer_is_drawn_with_the_style_that_the_request_brings() {
    let green = sld("red", "name", "#008000");
    assert_eq!(middle(&map("red", UTM)), [255, 0, 0, 255]);
    for (layers, styles) in [("", ""), ("red", ""), ("red", "mine")] {
        assert_eq!(middle(&with_body(layers, styles, &green)), GREEN, "{layers} {styles}");
    }
    // What is answered to one is not answered to another, and the style of the layer is what it was.
    assert_eq!(middle(&with_body("", "", &sld("red", "name", "#0000ff"))), [0, 0, 255, 255]);
    assert_eq!(middle(&with_body("", "", &green.replace(">square<", ">triangle<"))), NOTHING);
    assert!(is_red(middle(&map("red", UTM))));
    // A style of the service named beside it, and a layer that the document does not speak of.
    assert_eq!(middle(&with_body("red", "green", &green)), [0, 255, 0, 255]);
    let two = with_body("red,blue", ",", &green);
    assert_eq!((middle(&two), Shown::of(&two).at(220, 150)), (GREEN, [0, 0, 255, 255]));
}

#[test]
fn named_styles_and_constraints_are_kept_to() {
    let named = "<StyledLayerDescriptor version='1.0.0'><NamedLayer><Name>red</Name><NamedStyle><Name>green</Name></NamedStyle></NamedLayer></StyledLayerDescriptor>";
    assert_eq!(middle(&with_body("", "", named)), [0, 255, 0, 255]);
    let none = "<StyledLayerDescriptor version='1.0.0'><NamedLayer><Name>red</Name><LayerFeatureConstraints><FeatureTypeConstraint>\
        <Filter><PropertyIsNull><PropertyName>name</PropertyName></PropertyIsNull></Filter></FeatureTypeConstraint></LayerFeatureConstraints>\
        </NamedLayer></StyledLayerDescriptor>";
    assert_eq!(middle(&with_body("", "", none)), NOTHING);
    let unknown = named.replace(">green<", ">sheep<");
    assert!(text(&with_body("", "", &unknown)).contains("sheep"));
}

#[test]
fn forms_and_documents_are_posted() {
    let green = sld("red", "name", "#008000");
    let rest = format!("SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&FORMAT=image/png&TRANSPARENT=TRUE&{UTM}");
    let form = format!("{rest}&SLD_BODY={}", encode(&green));
    for path in ["/wms", "/ows"] {
        let got = post(path, form.clone());
        assert_eq!(middle(&got), GREEN, "{path}");
        assert_eq!(got.header("cache-control"), "no-store");
    }
    assert_eq!(middle(&post(&format!("/wms?{rest}"), green.clone())), GREEN, "a style alone");
    let document = format!(
        "<ows:GetMap xmlns:ows='http://www.opengis.net/ows' xmlns:gml='http://www.opengis.net/gml' version='1.1.1' service='WMS'>{green}\
         <BoundingBox srsName='EPSG:32654'><gml:coord><gml:X>490000</gml:X><gml:Y>3980000</gml:Y></gml:coord><gml:coord><gml:X>530000</gml:X>\
         <gml:Y>4010000</gml:Y></gml:coord></BoundingBox><Output><Format>image/png</Format><Transparent>true</Transparent>\
         <Size><Width>400</Width><Height>300</Height></Size></Output></ows:GetMap>"
    );
    for path in ["/wms", "/ows"] {
        assert_eq!(middle(&post(path, document.clone())), GREEN, "{path}");
    }
}

#[test]
fn points_and_legends_follow_the_style() {
    let green = sld("red", "name", "#008000");
    let info = |body: &str| {
        text(&get(&format!(
            "SERVICE=WMS&VERSION=1.3.0&REQUEST=GetFeatureInfo&QUERY_LAYERS=red&{UTM}&I=120&J=150&INFO_FORMAT=text/plain&SLD_BODY={}",
            encode(body)
        )))
    };
    assert!(info(&green).contains("name = square"), "{}", info(&green));
    assert!(info(&green.replace(">square<", ">triangle<")).contains("Nothing is here"));
    let legend = |body: &str| {
        Shown::of(&get(&format!(
            "SERVICE=WMS&VERSION=1.3.0&REQUEST=GetLegendGraphic&LAYER=red&FORMAT=image/png&SLD_BODY={}",
            encode(body)
        )))
    };
    let is_green = |[red, green, blue, alpha]: [u8; 4]| alpha > 128 && red < 60 && green > 100 && blue < 60;
    assert!(legend(&green).box_of(is_green).is_some() && legend(&green).box_of(is_red).is_none());
}

fn text(got: &Got) -> String {
    String::from_utf8_lossy(&got.body).into_owned()
}

#[test]
fn what_does_not_fit_the_layer_says_what_and_where() {
    for (body, words) in [
        (sld("red", "age", "#008000"), ["There is no property “age”", "name"]),
        (sld("red", "name", "grun"), ["“grun” is not a colour", "Rule 1"]),
        (sld("both", "name", "#008000"), ["map of several layers", "one by one"]),
        (sld("relief", "name", "#008000"), ["grid has no rows", "Rule 1"]),
        (sld("red", "name", "#1").replace("PolygonSymbolizer", "RasterSymbolizer"), ["raster", "Rule"]),
        ("<a>".to_owned(), ["not well-formed", ""]),
        ("SELECT 1".to_owned(), ["not well-formed", ""]),
    ] {
        let got = with_body("", "", &body);
        let said = text(&got);
        assert_eq!(got.status, 400, "{said}");
        assert!(said.contains("locator=\"sld_body\""), "{said}");
        if !words[0].starts_with("raster") {
            assert!(words.iter().all(|word| said.contains(word)), "{words:?}: {said}");
        }
    }
    let said = text(&with_body("", "", &sld("sheep", "name", "#008000")));
    assert!(said.contains("LayerNotDefined") && said.contains("locator=\"layers\""), "{said}");
    let refused =
        get(&format!("SERVICE=WMS&REQUEST=GetMap&VERSION=1.1.1&SRS=EPSG:32654&SLD=http://127.0.0.1:1/a.sld&{UTM}"));
    assert!(text(&refused).contains("never fetched"), "{}", text(&refused));
}

/// The hostile documents that are known to have broken other servers, in every way in which one can be sent.
#[test]
fn hostile_documents_are_answered_with_an_exception_or_a_picture() {
    let symbol = |inside: &str| {
        format!(
            "<StyledLayerDescriptor version='1.0.0' xmlns:xlink='http://www.w3.org/1999/xlink'><NamedLayer><Name>red</Name><UserStyle>\
             <FeatureTypeStyle><Rule>{inside}</Rule></FeatureTypeStyle></UserStyle></NamedLayer></StyledLayerDescriptor>"
        )
    };
    let stroke = |name: &str, value: &str| {
        symbol(&format!(
            "<LineSymbolizer><Stroke><CssParameter name='{name}'>{value}</CssParameter></Stroke></LineSymbolizer>"
        ))
    };
    let mut cases: Vec<(String, bool)> = Vec::new();
    for secret in [
        "file:///etc/passwd",
        "http://127.0.0.1:1/x",
        "jar:http://127.0.0.1:1/x!/y",
        "php://filter/x",
        "expect://id",
        "\\\\host\\share",
    ] {
        let entity = format!("<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM '{secret}'>]>");
        cases.push((entity.clone() + &symbol("").replace("red", "&e;"), true));
        cases.push((format!("<!DOCTYPE x SYSTEM '{secret}'>{}", symbol("")), true));
        cases.push((format!("<!DOCTYPE x [<!ENTITY % p SYSTEM '{secret}'>%p;]>{}", symbol("")), true));
        for inside in [
            format!(
                "<PointSymbolizer><Graphic><ExternalGraphic><OnlineResource xlink:href='{secret}'/></ExternalGraphic></Graphic></PointSymbolizer>"
            ),
            format!(
                "<PolygonSymbolizer><Fill><GraphicFill><Graphic><ExternalGraphic><OnlineResource xlink:href='{secret}'/></ExternalGraphic></Graphic></GraphicFill></Fill></PolygonSymbolizer>"
            ),
            format!(
                "<LegendGraphic><Graphic><ExternalGraphic><OnlineResource xlink:href='{secret}'/></ExternalGraphic></Graphic></LegendGraphic><LineSymbolizer/>"
            ),
            format!(
                "<PointSymbolizer><Graphic><Mark><OnlineResource xlink:href='{secret}'/></Mark></Graphic></PointSymbolizer>"
            ),
            format!(
                "<PointSymbolizer><Graphic><Mark><WellKnownName>{secret}</WellKnownName></Mark></Graphic></PointSymbolizer>"
            ),
        ] {
            cases.push((symbol(&inside), false));
        }
        for remote in [
            "<RemoteOWS><Service>WFS</Service><OnlineResource/></RemoteOWS>",
            "<InlineFeature><gml xmlns='x'/></InlineFeature>",
        ] {
            let layer = format!(
                "<UserLayer><Name>x</Name>{}</UserLayer>",
                remote.replace("<OnlineResource/>", &format!("<OnlineResource xlink:href='{secret}'/>"))
            );
            cases.push((symbol("").replace("<NamedLayer>", &format!("{layer}<NamedLayer>")), true));
        }
    }
    let lol = (0..9).map(|at| format!("<!ENTITY l{} '{}'>", at + 1, format!("&l{at};").repeat(10))).collect::<String>();
    cases.push((
        format!("<!DOCTYPE l [<!ENTITY l0 'l'>{lol}]><StyledLayerDescriptor>&l9;</StyledLayerDescriptor>"),
        true,
    ));
    cases.push((symbol(&"<a>".repeat(20_000)), true));
    cases.push((
        format!("<StyledLayerDescriptor {}/>", (0..5_000).map(|at| format!("a{at}='x' ")).collect::<String>()),
        true,
    ));
    cases.push((symbol("").replace("<Rule></Rule>", &"<Rule><LineSymbolizer/></Rule>".repeat(10_000)), true));
    cases.push((symbol("").replace("<NamedLayer>", &"<NamedLayer><Name>red</Name></NamedLayer>".repeat(500)), true));
    cases.push((symbol(&"<PolygonSymbolizer/>".repeat(300)), false));
    let filter = format!(
        "<Filter>{}<PropertyIsNull><PropertyName>name</PropertyName></PropertyIsNull>{}</Filter><LineSymbolizer/>",
        "<Not>".repeat(200),
        "</Not>".repeat(200)
    );
    cases.push((symbol(&filter), true));
    for width in ["1e9", "-1e9", "1e308", "0", "1e-308"] {
        cases.push((stroke("stroke-width", width), false));
        let point = format!(
            "<PointSymbolizer><Graphic><Mark><WellKnownName>star</WellKnownName></Mark><Size>{width}</Size></Graphic></PointSymbolizer>"
        );
        cases.push((symbol(&point), false));
        let label = format!(
            "<TextSymbolizer><Label>{}</Label><Font><CssParameter name='font-size'>{width}</CssParameter></Font><Halo><Radius>{width}</Radius></Halo></TextSymbolizer>",
            "x".repeat(2_000)
        );
        cases.push((symbol(&label), false));
        let moved = format!(
            "<LineSymbolizer uom='metre'><Stroke/><PerpendicularOffset>{width}</PerpendicularOffset></LineSymbolizer>"
        );
        cases.push((symbol(&moved), false));
    }
    for width in ["NaN", "inf", "1e999", "", "x", "1 2"] {
        cases.push((stroke("stroke-width", width), true));
    }
    let many = "1 ".repeat(20_000);
    for dashes in ["0 0 0", "0", "-1 2", "1e-9 1e-9", "1e300 1", "0.6 0 0 0", many.as_str()] {
        cases.push((stroke("stroke-dasharray", dashes), false));
    }
    for rule in [
        "<MinScaleDenominator>-1</MinScaleDenominator>",
        "<MaxScaleDenominator>x</MaxScaleDenominator>",
        "<ElseFilter/><Filter><PropertyIsNull><PropertyName>name</PropertyName></PropertyIsNull></Filter>",
    ] {
        cases.push((symbol(&format!("{rule}<LineSymbolizer/>")), true));
    }
    assert!(cases.len() >= 100, "{}", cases.len());
    for (body, refused) in &cases {
        let shown: String = body.chars().take(300).collect();
        let rest = format!("SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&FORMAT=image/png&{UTM}");
        for got in
            [post("/wms", format!("{rest}&SLD_BODY={}", encode(body))), post(&format!("/wms?{rest}"), body.clone())]
        {
            let is_picture = got.header("content-type") == "image/png";
            let is_refused = matches!(got.status, 400 | 413);
            assert!(got.status == 200 && is_picture || is_refused && !is_picture, "{} {shown}", got.status);
            assert_eq!(is_refused, *refused, "{shown}: {}", if is_picture { String::new() } else { text(&got) });
            assert!(!text(&got).contains("root:"), "{shown}");
        }
    }
    assert_eq!(post("/wms", vec![b' '; 2 << 20]).status, 413);
}

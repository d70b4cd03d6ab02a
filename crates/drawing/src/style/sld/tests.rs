//! What is read, what is written, and what is lost on the way.

use super::{Described, How, Sld, SldStyle, Subject, Version, read};
use crate::style::{ByColumn, Colour, Length, Mapping, Order, Property, Shape, Style, Symbolizer, columns};
use terrane_model::filter::{Filter, Literal};
use terrane_model::schema::{Column, ColumnKind, GeometryColumn, GeometryKind};
use terrane_model::{Crs, Error, Result, Schema};

fn schema(columns: &[(&str, ColumnKind)]) -> Schema {
    Schema {
        columns: columns.iter().map(|(name, kind)| Column::new(*name, *kind)).collect(),
        geometry: Some(GeometryColumn {
            name: "geom".into(),
            kind: GeometryKind::MultiPolygon,
            crs: Crs::crs84(),
            has_z: false,
        }),
        time: None,
        key: None,
    }
}

fn units() -> Schema {
    schema(&[
        ("representativeAge_uri", ColumnKind::Text),
        ("colour", ColumnKind::Text),
        ("name", ColumnKind::Text),
        ("mag", ColumnKind::Float),
    ])
}

fn read_as(text: &str, subject: &Subject) -> Result<Sld> {
    read(text, &|_| Ok(Some(subject.clone())))
}

fn rows(text: &str) -> Sld {
    read_as(text, &Subject::Rows(units())).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn refused(text: &str) -> Error {
    read_as(text, &Subject::Rows(units())).expect_err(text)
}

fn style_of(sld: &Sld) -> &Style {
    sld.layers[0].own(None).expect("a style")
}

/// A document of SLD 1.0 around rules.
fn old(rules: &str) -> String {
    format!(
        "<?xml version='1.0' encoding='UTF-8'?>\n<StyledLayerDescriptor version='1.0.0' \
         xmlns='http://www.opengis.net/sld' xmlns:ogc='http://www.opengis.net/ogc' \
         xmlns:xlink='http://www.w3.org/1999/xlink'><NamedLayer><Name>units</Name><UserStyle><Name>own</Name>\
         <FeatureTypeStyle>{rules}</FeatureTypeStyle></UserStyle></NamedLayer></StyledLayerDescriptor>"
    )
}

/// The way of the portal of OneGeology: many ages, one colour each.
fn ages() -> String {
    let rule = |name: &str, ages: &[&str], colour: &str| {
        let equal = |age: &&str| {
            format!(
                "<ogc:PropertyIsEqualTo><ogc:PropertyName>representativeAge_uri</ogc:PropertyName>\
                 <ogc:Literal>http://resource.geosciml.org/classifier/ics/ischart/{age}</ogc:Literal></ogc:PropertyIsEqualTo>"
            )
        };
        let any: String = ages.iter().map(equal).collect();
        format!(
            "<Rule><Name>{name}</Name><ogc:Filter><ogc:Or>{any}</ogc:Or></ogc:Filter><PolygonSymbolizer><Fill>\
             <CssParameter name='fill'>{colour}</CssParameter></Fill></PolygonSymbolizer></Rule>"
        )
    };
    old(&(rule("Jurassic", &["Jurassic", "LowerJurassic"], "#34B2C9")
        + &rule("Permian", &["Permian", "Guadalupian"], "#F04028")))
}

#[test]
fn ages_as_onegeology_asks_for_them_are_read_exactly() {
    let sld = rows(&ages());
    assert!(sld.fidelity.is_exact(), "{:?}", sld.fidelity);
    let style = style_of(&sld);
    assert_eq!(style.rules.len(), 2);
    let age = |name: &str| {
        let uri = format!("http://resource.geosciml.org/classifier/ics/ischart/{name}");
        Filter::equals("representativeAge_uri", Literal::Text(uri))
    };
    assert_eq!(style.rules[0].filter, Some(Filter::Or(vec![age("Jurassic"), age("LowerJurassic")])));
    assert_eq!(style.rules[0].title.get(&[]), "Jurassic");
    let Symbolizer::Fill(fill) = &style.rules[1].symbolizers[0] else { panic!("{style:?}") };
    assert_eq!(fill.colour, Property::Fixed(Colour::rgb(0xf0_4028)));
    assert!(style.check(&units()).is_ok());
}

#[test]
fn a_column_that_is_not_there_is_named_with_its_place_and_the_ones_that_are() {
    let error = refused(&ages().replace("representativeAge_uri", "gsml:age"));
    assert!(error.say().contains("gsml:age") && error.say().contains("representativeAge_uri"), "{error}");
    assert!(error.place().is_some_and(|place| place.contains("Rule 1")), "{error}");
    let fill = "<PolygonSymbolizer><Fill><CssParameter name='fill'><ogc:PropertyName>hue</ogc:PropertyName></CssParameter></Fill></PolygonSymbolizer>";
    assert!(refused(&old(&format!("<Rule>{fill}</Rule>"))).say().contains("“hue”"));
}

#[test]
fn names_with_the_prefix_of_their_namespace_are_the_column() {
    assert!(rows(&ages().replace(">representativeAge_uri", ">gsmlp:representativeAge_uri")).fidelity.is_exact());
}

#[test]
fn pictures_patterns_and_fonts_are_told_and_never_fetched() {
    let sld = rows(&old(
        "<Rule><PointSymbolizer><Graphic><ExternalGraphic><OnlineResource xlink:type='simple' xlink:href='http://127.0.0.1:9/x.png'/>\
         <Format>image/png</Format></ExternalGraphic><Size>12</Size></Graphic></PointSymbolizer>\
         <PolygonSymbolizer><Fill><GraphicFill><Graphic><Mark><WellKnownName>shape://slash</WellKnownName><Stroke>\
         <CssParameter name='stroke'>#ff0000</CssParameter></Stroke></Mark></Graphic></GraphicFill></Fill></PolygonSymbolizer>\
         <TextSymbolizer><Label>x</Label><Font><CssParameter name='font-family'>file:///etc/passwd</CssParameter></Font></TextSymbolizer></Rule>",
    ));
    let said: Vec<String> = sld.fidelity.remarks.iter().map(ToString::to_string).collect();
    for word in ["pictures are never fetched", "a pattern is drawn", "font-family"] {
        let told = said.iter().find(|remark| remark.contains(word));
        assert!(told.is_some_and(|remark| remark.contains("line ") && remark.contains("Rule 1")), "{word}: {said:#?}");
    }
    assert!(said.iter().all(|remark| remark.contains("line ")), "{said:#?}");
    assert_eq!(sld.fidelity.exact, 0);
    let Symbolizer::Mark(mark) = &style_of(&sld).rules[0].symbolizers[0] else { panic!() };
    assert_eq!(
        (mark.shape.clone(), mark.size.clone()),
        (Property::Fixed(Shape::Square), Property::Fixed(Length::px(12.0)))
    );
    let Symbolizer::Fill(fill) = &style_of(&sld).rules[0].symbolizers[1] else { panic!() };
    assert_eq!((fill.colour.clone(), fill.opacity), (Property::Fixed(Colour::rgb(0xff_0000)), 0.5));
}

#[test]
fn feature_type_styles_are_drawn_one_after_the_other() {
    let line = |colour: &str, width: u32| {
        format!(
            "<Rule><LineSymbolizer><Stroke><CssParameter name='stroke'>{colour}</CssParameter>\
             <CssParameter name='stroke-width'>{width}</CssParameter></Stroke></LineSymbolizer></Rule>"
        )
    };
    let filter = "<Filter><PropertyIsNull><PropertyName>mag</PropertyName></PropertyIsNull></Filter>";
    let inner = line("#ffffff", 2);
    let special = line("#ff0000", 1).replace("<Rule>", &format!("<Rule>{filter}"));
    let text = old(&format!("{}</FeatureTypeStyle><FeatureTypeStyle>{inner}{special}", line("#000000", 4)));
    let sld = rows(&text);
    assert!(sld.fidelity.is_exact(), "{:?}", sld.fidelity);
    let style = style_of(&sld);
    assert_eq!(style.order, Order::Level);
    assert_eq!(style.rules.len(), 2, "rules of one condition are one");
    assert_eq!(style.rules[0].symbolizers.len(), 2);
    // The other one waits for the second level.
    assert!(
        matches!(&style.rules[1].symbolizers[..], [Symbolizer::Label(nothing), Symbolizer::Line(_)] if nothing.opacity == 0.0)
    );
    let again = Style::from_json(&style.to_json()).expect("what is read can be kept");
    assert_eq!(&again, style);
}

#[test]
fn functions_of_both_versions_become_classes_and_ramps() {
    let se = "<se:FeatureTypeStyle xmlns:se='http://www.opengis.net/se' xmlns:ogc='http://www.opengis.net/ogc'><se:Rule>\
        <se:PointSymbolizer uom='http://www.opengeospatial.org/se/units/metre'><se:Graphic><se:Mark><se:WellKnownName>star</se:WellKnownName>\
        <se:Fill><se:SvgParameter name='fill'><se:Recode fallbackValue='#000000'><se:LookupValue><ogc:PropertyName>name</ogc:PropertyName></se:LookupValue>\
        <se:MapItem><se:Data>a</se:Data><se:Value>#ff0000</se:Value></se:MapItem></se:Recode></se:SvgParameter></se:Fill></se:Mark>\
        <se:Size><se:Interpolate fallbackValue='1'><se:LookupValue><ogc:PropertyName>mag</ogc:PropertyName></se:LookupValue>\
        <se:InterpolationPoint><se:Data>4</se:Data><se:Value>100</se:Value></se:InterpolationPoint>\
        <se:InterpolationPoint><se:Data>9</se:Data><se:Value>900</se:Value></se:InterpolationPoint></se:Interpolate></se:Size>\
        </se:Graphic></se:PointSymbolizer></se:Rule></se:FeatureTypeStyle>";
    let sld = rows(se);
    assert!(sld.fidelity.is_exact(), "{:?}", sld.fidelity);
    let Symbolizer::Mark(mark) = &style_of(&sld).rules[0].symbolizers[0] else { panic!() };
    let Some(Property::ByColumn(ByColumn { mapping: Mapping::Match(cases), otherwise, .. })) = &mark.fill else {
        panic!()
    };
    assert_eq!((cases.as_slice(), *otherwise), (&[("a".to_owned(), Colour::rgb(0xff_0000))][..], Some(Colour::BLACK)));
    let Property::ByColumn(ByColumn { mapping: Mapping::Interpolate { stops, .. }, .. }) = &mark.size else { panic!() };
    assert_eq!(stops[1], (9.0, Length { amount: 900.0, unit: crate::style::Unit::Metres }));
    let plain = old(
        "<Rule><LineSymbolizer><Stroke><CssParameter name='stroke'><ogc:Function name='Categorize'><ogc:PropertyName>mag</ogc:PropertyName>\
         <ogc:Literal>#ff0000</ogc:Literal><ogc:Literal>5</ogc:Literal><ogc:Literal>#00ff00</ogc:Literal></ogc:Function></CssParameter></Stroke></LineSymbolizer></Rule>",
    );
    let sld = rows(&plain);
    let Symbolizer::Line(line) = &style_of(&sld).rules[0].symbolizers[0] else { panic!() };
    let Property::ByColumn(by) = &line.colour else { panic!() };
    let of = |number| by.mapping.of_number(number);
    assert_eq!(
        [of(-7.0), of(4.9), of(5.0)],
        [Some(Colour::rgb(0xff_0000)), Some(Colour::rgb(0xff_0000)), Some(Colour::rgb(0xff00))]
    );
}

#[test]
fn hostile_documents_are_refused() {
    let bomb = "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><StyledLayerDescriptor>&a;</StyledLayerDescriptor>";
    assert!(refused(bomb).say().contains("DOCTYPE"));
    for remote in ["<RemoteOWS><Service>WFS</Service></RemoteOWS>", "<InlineFeature><x/></InlineFeature>"] {
        let text =
            format!("<StyledLayerDescriptor><UserLayer><Name>x</Name>{remote}</UserLayer></StyledLayerDescriptor>");
        assert!(refused(&text).say().contains("UserLayer"));
    }
    let rule = "<Rule><LineSymbolizer/></Rule>";
    assert!(refused(&old(&rule.repeat(10_001))).say().contains("10000 rules"));
    let layers = "<NamedLayer><Name>a</Name></NamedLayer>".repeat(300);
    assert!(refused(&format!("<StyledLayerDescriptor>{layers}</StyledLayerDescriptor>")).say().contains("at most"));
    assert!(refused(&"<a>".repeat(100_000)).say().len() < 300);
    for wrong in ["NaN", "inf", "1e999", "", "-", "4 4", "0x10"] {
        let text = old(&format!(
            "<Rule><LineSymbolizer><Stroke><CssParameter name='stroke-width'>{wrong}</CssParameter></Stroke></LineSymbolizer></Rule>"
        ));
        assert!(refused(&text).say().contains("not a length"), "{wrong}");
    }
}

#[test]
fn dashes_of_nothing_are_left_out_and_remarks_do_not_grow_without_end() {
    let dash = "<Rule><LineSymbolizer><Stroke><CssParameter name='stroke-dasharray'>0 0 0</CssParameter></Stroke></LineSymbolizer></Rule>";
    let sld = rows(&old(dash));
    assert_eq!(sld.fidelity.remarks[0].how, How::LeftOut);
    let many: String =
        (0..3_000).map(|at| format!("<Rule><LineSymbolizer><Odd{at}/></LineSymbolizer></Rule>")).collect();
    assert_eq!(rows(&old(&many)).fidelity.remarks.len(), 200);
}

const DESCRIBED: Described<'static> =
    Described { layer: "units", style: "own", languages: &["en"], attribution: "A survey" };

/// A schema in which a style draws: kinds are found by trying.
fn schema_of(style: &Style) -> Schema {
    let mut names: Vec<String> = columns::of_legend(style);
    names.extend(style.rules.iter().flat_map(|rule| rule.filter.iter().flat_map(Filter::columns)));
    names.extend([1.0, 3e5, 3e6, 3e7, 1e9].into_iter().flat_map(|scale| style.columns_at(scale)));
    names.sort();
    names.dedup();
    let kinds = [ColumnKind::Text, ColumnKind::Float, ColumnKind::Time, ColumnKind::Bool];
    let mut chosen = vec![0; names.len()];
    loop {
        let columns: Vec<(&str, ColumnKind)> =
            names.iter().zip(&chosen).map(|(name, at)| (name.as_str(), kinds[*at])).collect();
        let schema = schema(&columns);
        let Err(error) = style.check(&schema) else { return schema };
        let wrong = names.iter().position(|name| error.say().contains(&format!("“{name}”")));
        let wrong = wrong.or_else(|| names.iter().position(|name| error.say().contains(name.as_str())));
        let at = wrong.unwrap_or_else(|| panic!("{error}"));
        chosen[at] += 1;
        assert!(chosen[at] < kinds.len(), "{error}");
    }
}

/// All demo styles, written and read again in both versions: what is lost is told, and what was not lost is the same.
#[test]
fn demo_styles_come_back_as_they_were_but_for_what_is_told() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../demo/styles");
    let kept = std::env::var_os("SLD_OUT");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).expect("demo styles") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let style = Style::from_json(&std::fs::read_to_string(&path).expect("text")).expect("a style");
        let is_grid =
            style.rules.iter().flat_map(|rule| &rule.symbolizers).any(|it| matches!(it, Symbolizer::Raster(_)));
        let subject = if is_grid { Subject::Several } else { Subject::Rows(schema_of(&style)) };
        for version in [Version::V100, Version::V110] {
            let written = style.to_sld(version, &DESCRIBED);
            if let Some(folder) = &kept {
                std::fs::write(
                    std::path::Path::new(folder).join(format!("{name}-{}.sld", version.name())),
                    &written.text,
                )
                .expect("kept");
            }
            let sld = read_as(&written.text, &subject).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(sld.layers[0].name, "units");
            let SldStyle::Own { style: back, is_default: true } = &sld.layers[0].styles[0] else { panic!("{name}") };
            if let Subject::Rows(schema) = &subject {
                assert!(back.check(schema).is_ok(), "{name}");
            }
            let told: Vec<String> = sld.fidelity.remarks.iter().map(ToString::to_string).collect();
            if kept.is_some() {
                println!("{name} {}: {:?} | {told:?}", version.name(), written.remarks);
            }
            assert!(!back.rules.is_empty(), "{name}");
            // Once more: what could be said is said again word for word.
            let again = back.to_sld(version, &DESCRIBED);
            let third = read_as(&again.text, &subject).expect("read again");
            assert_eq!(
                third.layers[0].own(None).map(Style::to_json),
                Some(back.to_json()),
                "{name} {}",
                version.name()
            );
        }
        count += 1;
    }
    assert!(count > 20, "{count}");
}

#[test]
fn a_person_is_told_by_our_name_for_it() {
    let style =
        r##"{"rules": [{"symbolizers": [{"type": "mark", "shape": "person", "size": "3 mm", "fill": "#0a55c4"}]}]}"##;
    let written = Style::from_json(style).expect("a style").to_sld(Version::V110, &DESCRIBED);
    assert!(written.text.contains("WellKnownName>person<"), "{}", written.text);
    assert!(written.remarks.iter().any(|remark| remark.contains("not every program knows")), "{:?}", written.remarks);
    let back = rows(&written.text);
    assert!(back.fidelity.is_exact(), "{:?}", back.fidelity.remarks);
    let Symbolizer::Mark(mark) = &style_of(&back).rules[0].symbolizers[0] else { panic!() };
    assert_eq!(mark.shape, Property::Fixed(Shape::Person));
}

//! Styled layer descriptors: read for rows, for a grid and for a map; what is read can be kept, written and read again.

use super::{inputs, text};
use crate::Target;
use terrane_drawing::style::Style;
use terrane_drawing::style::sld::{self, Described, SldStyle, Subject, Version};
use terrane_model::schema::{Column, ColumnKind, GeometryColumn, GeometryKind};
use terrane_model::{Crs, Schema};

const RULES: &str = r##"<StyledLayerDescriptor version="1.0.0" xmlns="http://www.opengis.net/sld" xmlns:ogc="http://www.opengis.net/ogc"><NamedLayer><Name>units</Name><LayerFeatureConstraints><FeatureTypeConstraint><ogc:Filter><ogc:PropertyIsGreaterThan><ogc:PropertyName>mag</ogc:PropertyName><ogc:Literal>3</ogc:Literal></ogc:PropertyIsGreaterThan></ogc:Filter></FeatureTypeConstraint></LayerFeatureConstraints><UserStyle><Name>s</Name><Title>T<Localized lang="ja">題</Localized></Title><IsDefault>1</IsDefault><FeatureTypeStyle><Rule><Title>Jurassic</Title><ogc:Filter><ogc:Or><ogc:PropertyIsEqualTo><ogc:PropertyName>age</ogc:PropertyName><ogc:Literal>Jurassic</ogc:Literal></ogc:PropertyIsEqualTo><ogc:PropertyIsLike wildCard="*" singleChar="?" escape="\"><ogc:PropertyName>age</ogc:PropertyName><ogc:Literal>J*</ogc:Literal></ogc:PropertyIsLike></ogc:Or></ogc:Filter><MinScaleDenominator>1</MinScaleDenominator><MaxScaleDenominator>1e6</MaxScaleDenominator><PolygonSymbolizer><Fill><GraphicFill><Graphic><Mark><WellKnownName>shape://slash</WellKnownName></Mark></Graphic></GraphicFill></Fill><Stroke><CssParameter name="stroke">#ff0000</CssParameter><CssParameter name="stroke-width">2</CssParameter><CssParameter name="stroke-dasharray">4 2</CssParameter></Stroke></PolygonSymbolizer><TextSymbolizer><Label>M <ogc:PropertyName>mag</ogc:PropertyName></Label><Font><CssParameter name="font-size">9</CssParameter></Font><LabelPlacement><PointPlacement><AnchorPoint><AnchorPointX>0.5</AnchorPointX><AnchorPointY>0</AnchorPointY></AnchorPoint><Displacement><DisplacementX>1</DisplacementX><DisplacementY>2</DisplacementY></Displacement></PointPlacement></LabelPlacement><Halo><Radius>1</Radius></Halo></TextSymbolizer></Rule><Rule><ElseFilter/><LineSymbolizer/></Rule></FeatureTypeStyle><FeatureTypeStyle><Rule><PointSymbolizer><Graphic><ExternalGraphic/><Mark><WellKnownName>star</WellKnownName><Fill><CssParameter name="fill"><ogc:Function name="Recode"><ogc:PropertyName>age</ogc:PropertyName><ogc:Literal>a</ogc:Literal><ogc:Literal>#00ff00</ogc:Literal></ogc:Function></CssParameter></Fill></Mark><Size><ogc:PropertyName>mag</ogc:PropertyName></Size><Rotation>-45</Rotation></Graphic></PointSymbolizer></Rule></FeatureTypeStyle></UserStyle></NamedLayer></StyledLayerDescriptor>"##;
const RAMPS: &str = r##"<se:FeatureTypeStyle xmlns:se="http://www.opengis.net/se" xmlns:ogc="http://www.opengis.net/ogc"><se:Rule><se:RasterSymbolizer><se:Opacity>0.5</se:Opacity><se:ChannelSelection><se:GrayChannel><se:SourceChannelName>1</se:SourceChannelName></se:GrayChannel></se:ChannelSelection><se:ColorMap type="intervals"><se:ColorMapEntry color="#000000" quantity="1" opacity="0"/><se:ColorMapEntry color="#ffffff" quantity="inf"/></se:ColorMap><se:ShadedRelief><se:ReliefFactor>55</se:ReliefFactor></se:ShadedRelief></se:RasterSymbolizer><se:RasterSymbolizer><se:ColorMap><se:Categorize fallbackValue="#000000"><se:LookupValue>Rasterdata</se:LookupValue><se:Value>#ff0000</se:Value><se:Threshold>3</se:Threshold><se:Value>#00ff00</se:Value></se:Categorize></se:ColorMap></se:RasterSymbolizer><se:PointSymbolizer uom="http://www.opengeospatial.org/se/units/metre"><se:Graphic><se:Size><se:Interpolate fallbackValue="1"><se:LookupValue><ogc:PropertyName>mag</ogc:PropertyName></se:LookupValue><se:InterpolationPoint><se:Data>1</se:Data><se:Value>10</se:Value></se:InterpolationPoint></se:Interpolate></se:Size></se:Graphic></se:PointSymbolizer></se:Rule></se:FeatureTypeStyle>"##;

/// Documents of both versions.
pub const SLD: Target = Target {
    name: "sld",
    seeds: || inputs(&[RULES, RAMPS]),
    words: &[
        "<",
        ">",
        "</",
        "<!DOCTYPE a [",
        "<!ENTITY",
        "&a;",
        "<![CDATA[",
        "xmlns:x=\"",
        "<Rule>",
        "</Rule>",
        "<Fill>",
        "<ElseFilter/>",
        "NaN",
        "1e308",
        "-1",
        "#",
        "inf",
        "quantity=\"",
        "<ogc:Not>",
        "<ogc:PropertyName>",
    ],
    run: |bytes| {
        let text = text(bytes);
        let subjects = [Subject::Rows(schema()), Subject::Several];
        for subject in subjects {
            let Ok(read) = sld::read(&text, &|_| Ok(Some(subject.clone()))) else { continue };
            let _ = (read.fidelity.summary(), read.fidelity.remarks.iter().map(ToString::to_string).count());
            for style in read.layers.iter().flat_map(|layer| &layer.styles) {
                if let SldStyle::Own { style, .. } = style {
                    kept(style, &subject);
                }
            }
        }
    },
};

/// What was read is written in both versions and read again.
fn kept(style: &Style, subject: &Subject) {
    let described = Described { layer: "a", style: "b", languages: &["en"], attribution: "" };
    for version in [Version::V100, Version::V110] {
        let written = style.to_sld(version, &described).text;
        let again = sld::read(&written, &|_| Ok(Some(subject.clone())));
        assert!(again.is_ok(), "{:?} of what was written: {written:.2000}", again.err());
    }
    let _ = (style.columns_at(1e5), style.to_json());
}

fn schema() -> Schema {
    let geometry = GeometryColumn { name: "geom".into(), kind: GeometryKind::Any, crs: Crs::crs84(), has_z: false };
    let columns = vec![Column::new("age", ColumnKind::Text), Column::new("mag", ColumnKind::Float)];
    Schema { columns, geometry: Some(geometry), time: None, key: None }
}

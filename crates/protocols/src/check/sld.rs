//! A style that is sent along with a request, to see whether a server draws by age: everything with an age becomes magenta.

/// The colour that a map gets where the style is followed.
pub const PAINTED: [u8; 3] = [255, 0, 255];

/// SLD 1.0 for one layer: all kinds of symbols, for features whose `representativeAge_uri` is not one that no feature has.
pub fn by_age(layer: &str) -> String {
    let layer = crate::common::xml::escape(layer);
    format!(
        "<StyledLayerDescriptor version=\"1.0.0\" xmlns=\"http://www.opengis.net/sld\" xmlns:ogc=\"http://www.opengis.net/ogc\">\
<NamedLayer><Name>{layer}</Name><UserStyle><IsDefault>1</IsDefault><FeatureTypeStyle><Rule>\
<ogc:Filter><ogc:PropertyIsNotEqualTo><ogc:PropertyName>representativeAge_uri</ogc:PropertyName><ogc:Literal>none</ogc:Literal></ogc:PropertyIsNotEqualTo></ogc:Filter>\
<PolygonSymbolizer><Fill><CssParameter name=\"fill\">#ff00ff</CssParameter></Fill></PolygonSymbolizer>\
</Rule></FeatureTypeStyle></UserStyle></NamedLayer></StyledLayerDescriptor>"
    )
}

//! Feature-info answers as a GML 2 feature collection, as desktop programs read it from WMS 1.1.1 and 1.3.0.

use crate::common::xml::escape;
use crate::ows::info::rows;
use std::fmt::Write as _;
use terrane_engine::InfoHit;
use terrane_engine::info::Found;
use terrane_model::Bbox;

/// The collection: one `gml:featureMember` per row, with its box and its values.
pub fn collection(hits: &[InfoHit]) -> String {
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
        <FeatureCollection xmlns:gml=\"http://www.opengis.net/gml\">\n"
        .to_owned();
    for hit in hits {
        let layer = element_name(hit.about.id.as_str());
        match &hit.found {
            Found::Rows { batches, .. } => {
                for row in rows(batches) {
                    let columns = row.batch().schema.columns.iter().enumerate();
                    let values = columns.map(|(at, column)| (column.name.clone(), row.value(at).to_string()));
                    let bbox = row.geometry().map(|geometry| geometry.bbox());
                    member(&mut text, &layer, bbox, &values.collect::<Vec<_>>());
                }
            }
            Found::Samples { position, values } => {
                let values = values
                    .iter()
                    .map(|(band, value)| (band.name.clone(), value.map_or(String::new(), |value| value.to_string())));
                let bbox = Bbox { min: *position, max: *position };
                member(&mut text, &layer, Some(bbox), &values.collect::<Vec<_>>());
            }
        }
    }
    text.push_str("</FeatureCollection>\n");
    text
}

fn member(text: &mut String, layer: &str, bbox: Option<Bbox>, values: &[(String, String)]) {
    let _ = writeln!(text, "  <gml:featureMember>\n    <{layer}>");
    if let Some([west, south, east, north]) = bbox.map(|bbox| bbox.to_array()) {
        let _ = writeln!(
            text,
            "      <gml:boundedBy><gml:Box srsName=\"EPSG:4326\"><gml:coordinates>{west},{south} {east},{north}\
             </gml:coordinates></gml:Box></gml:boundedBy>"
        );
    }
    for (name, value) in values.iter().filter(|(_, value)| !value.is_empty()) {
        let name = element_name(name);
        let _ = writeln!(text, "      <{name}>{}</{name}>", escape(value));
    }
    let _ = writeln!(text, "    </{layer}>\n  </gml:featureMember>");
}

/// A column's name as an XML element: other characters become underscores.
fn element_name(name: &str) -> String {
    let fits = |character: char| if is_name_character(character) { character } else { '_' };
    let plain: String = name.chars().map(fits).collect();
    if plain.starts_with(is_name_start) { plain } else { format!("_{plain}") }
}

/// What an XML name may begin with (XML 1.0, production 4), apart from the colon of namespaces.
fn is_name_start(character: char) -> bool {
    matches!(character, 'A'..='Z' | '_' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}'
        | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}

/// What an XML name may go on with (XML 1.0, production 4a).
fn is_name_character(character: char) -> bool {
    is_name_start(character)
        || matches!(character, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_columns_become_names_of_elements() {
        for (name, element) in [
            ("map unit", "map_unit"),
            ("地層名", "地層名"),
            ("ស្រទាប់ថ្ម", "ស្រទាប់ថ្ម"),
            ("area (km²)", "area__km__"),
            ("2020", "_2020"),
            ("a:b/><x", "a_b___x"),
            ("", "_"),
        ] {
            assert_eq!(element_name(name), element);
            let text = format!("<{element}/>");
            assert!(roxmltree::Document::parse(&text).is_ok(), "{text}");
        }
    }
}

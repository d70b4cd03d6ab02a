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
                    member(&mut text, &layer, bbox, values.collect());
                }
            }
            Found::Samples { position, values } => {
                let values = values
                    .iter()
                    .map(|(band, value)| (band.name.clone(), value.map_or(String::new(), |value| value.to_string())));
                member(&mut text, &layer, Some(Bbox { min: *position, max: *position }), values.collect());
            }
        }
    }
    text.push_str("</FeatureCollection>\n");
    text
}

fn member(text: &mut String, layer: &str, bbox: Option<Bbox>, values: Vec<(String, String)>) {
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
    let fits = |character: char| character.is_alphanumeric() || "_-.".contains(character);
    let plain: String = name.chars().map(|character| if fits(character) { character } else { '_' }).collect();
    let starts_well = plain.chars().next().is_some_and(|first| first.is_alphabetic() || first == '_');
    if starts_well { plain } else { format!("_{plain}") }
}

//! Feature-info answers as a GML 2 feature collection, as desktop programs read it from WMS 1.1.1 and 1.3.0.

use crate::common::xml::escape;
use crate::ows::info::rows;
use std::fmt::Write as _;
use terrane_engine::InfoHit;
use terrane_engine::info::Found;
use terrane_formats::features::geojson;
use terrane_model::geometry::PartRef;
use terrane_model::schema::GeometryKind;
use terrane_model::{Bbox, Feature};

/// The collection: one `gml:featureMember` per row, with its box, its values and its geometry.
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
                    let values = columns.map(|(at, column)| (column.name.clone(), row.value(at).to_string())).collect();
                    let bbox = row.geometry().map(|geometry| geometry.bbox());
                    member(&mut text, &layer, &Member { bbox, values, geometry: geometry(&row) });
                }
            }
            Found::Samples { position, values } => {
                let known =
                    values.iter().filter_map(|(band, value)| Some((band.name.clone(), value.as_ref()?.to_string())));
                let bbox = Some(Bbox { min: *position, max: *position });
                let point = Some(("geometry".to_owned(), point(*position)));
                member(&mut text, &layer, &Member { bbox, values: known.collect(), geometry: point });
            }
        }
    }
    text.push_str("</FeatureCollection>\n");
    text
}

struct Member {
    bbox: Option<Bbox>,
    values: Vec<(String, String)>,
    /// The name of the geometry's column, and the geometry as GML.
    geometry: Option<(String, String)>,
}

fn member(text: &mut String, layer: &str, member: &Member) {
    let _ = writeln!(text, "  <gml:featureMember>\n    <{layer}>");
    if let Some(Bbox { min, max }) = member.bbox {
        let corners = coordinates(&[min, max]);
        let _ =
            writeln!(text, "      <gml:boundedBy><gml:Box srsName=\"EPSG:4326\">{corners}</gml:Box></gml:boundedBy>");
    }
    for (name, value) in member.values.iter().filter(|(_, value)| !value.is_empty()) {
        let name = element_name(name);
        let _ = writeln!(text, "      <{name}>{}</{name}>", escape(value));
    }
    if let Some((name, geometry)) = &member.geometry {
        let name = element_name(name);
        let _ = writeln!(text, "      <{name}>{geometry}</{name}>");
    }
    let _ = writeln!(text, "    </{layer}>\n  </gml:featureMember>");
}

/// The geometry of a row with the name of its column. Parts of different kinds have no place in GML 2.
fn geometry(row: &Feature<'_>) -> Option<(String, String)> {
    let geometry = row.geometry()?;
    let parts: Vec<String> = geometry.parts().map(|part| part_of(&part)).collect();
    let (many, member) = match geometry.kind() {
        GeometryKind::Point | GeometryKind::LineString | GeometryKind::Polygon => ("", ""),
        GeometryKind::MultiPoint => ("MultiPoint", "pointMember"),
        GeometryKind::MultiLineString => ("MultiLineString", "lineStringMember"),
        GeometryKind::MultiPolygon => ("MultiPolygon", "polygonMember"),
        _ => return None,
    };
    let name = row.batch().schema.geometry.as_ref().map_or("geometry", |column| column.name.as_str());
    let text = match many {
        "" => parts.concat(),
        _ => {
            let members: String = parts.iter().map(|part| format!("<gml:{member}>{part}</gml:{member}>")).collect();
            format!("<gml:{many} srsName=\"EPSG:4326\">{members}</gml:{many}>")
        }
    };
    Some((name.to_owned(), text))
}

fn part_of(part: &PartRef<'_>) -> String {
    let runs: Vec<String> = part.rings().map(coordinates).collect();
    let boundary = |(at, run): (usize, &String)| {
        let side = if at == 0 { "outer" } else { "inner" };
        format!("<gml:{side}BoundaryIs><gml:LinearRing>{run}</gml:LinearRing></gml:{side}BoundaryIs>")
    };
    let (name, inside) = match part.kind() {
        GeometryKind::Point => ("Point", runs.concat()),
        GeometryKind::LineString => ("LineString", runs.concat()),
        _ => ("Polygon", runs.iter().enumerate().map(boundary).collect()),
    };
    format!("<gml:{name} srsName=\"EPSG:4326\">{inside}</gml:{name}>")
}

fn point(position: [f64; 2]) -> String {
    format!("<gml:Point srsName=\"EPSG:4326\">{}</gml:Point>", coordinates(&[position]))
}

/// Longitude first, as GML 2 has it, with as many decimals as GeoJSON.
fn coordinates(positions: &[[f64; 2]]) -> String {
    let decimals = usize::from(geojson::DEGREE_DECIMALS);
    let places: Vec<String> = positions.iter().map(|[x, y]| format!("{x:.decimals$},{y:.decimals$}")).collect();
    format!("<gml:coordinates>{}</gml:coordinates>", places.join(" "))
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

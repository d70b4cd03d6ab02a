//! Feature-info answers as a GML 2 feature collection, as desktop programs read it from WMS 1.1.1 and 1.3.0.

use crate::common::xml::escape;
use crate::ows::info::rows;
use std::fmt::Write as _;
use terrane_engine::InfoHit;
use terrane_engine::info::Found;
use terrane_formats::features::geojson;
use terrane_formats::features::gml::element_name;
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

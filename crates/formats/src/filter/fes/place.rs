//! Places in a filter: geometry in any CRS, moved to that of the rows, and distances.

use super::operand::{self, shortened};
use super::{Context, Name};
use crate::features::gml::{CrsName, child, children, geometry};
use geo_types::{Geometry, MultiPolygon, Point, Rect};
use roxmltree::Node;
use std::sync::Arc;
use terrane_model::filter::{Filter, GeometryExpr, SpatialOp};
use terrane_model::{Crs, Error, Result};
use terrane_projection::Transform;

/// Reads a spatial operator that compares two geometries. Without a reference, the rows' geometry is meant.
pub(super) fn spatial(node: Node<'_, '_>, op: SpatialOp, context: &Context<'_>) -> Result<Filter> {
    let mut sides = children(node).map(|side| place(side, context)).collect::<Result<Vec<_>>>()?;
    if sides.len() == 1 {
        sides.insert(0, (GeometryExpr::Column(own(context)?), None));
    }
    let [(left, left_crs), (right, right_crs)] = <[_; 2]>::try_from(sides)
        .map_err(|_| Error::invalid(format!("{} compares two geometries.", node.tag_name().name())))?;
    let filter = Filter::Spatial { op, left, right };
    match (left_crs, right_crs) {
        (Some(one), Some(other)) if one != other => {
            Err(Error::unsupported("Two geometries that are given must have one CRS."))
        }
        (Some(crs), _) | (_, Some(crs)) => moved(filter, &crs, context),
        _ => Ok(filter),
    }
}

/// Reads `DWithin` and `Beyond`: how far from a geometry.
pub(super) fn distance(node: Node<'_, '_>, context: &Context<'_>) -> Result<Filter> {
    let is_place = |side: &Node<'_, '_>| side.tag_name().name() != "Distance";
    let sides = children(node).filter(is_place).map(|side| place(side, context)).collect::<Result<Vec<_>>>()?;
    let given = sides.into_iter().find_map(|(side, crs)| Some((side, crs?)));
    let (given, crs) = given.ok_or_else(|| Error::invalid("A distance is measured from a geometry that is given."))?;
    let distance = child(node, "Distance").ok_or_else(|| Error::invalid("The distance is missing."))?;
    let distance_m = metres(distance, context)?;
    let filter = match given {
        GeometryExpr::Literal(shape) => match *shape {
            Geometry::Point(Point(at)) => Filter::Within { centre: [at.x, at.y], distance_m },
            _ => Filter::Near { shape, distance_m },
        },
        GeometryExpr::Bbox(bbox) => {
            let areas = bbox.parts().map(|part| Rect::new(part.min, part.max).to_polygon()).collect();
            Filter::Near { shape: Arc::new(Geometry::MultiPolygon(MultiPolygon(areas))), distance_m }
        }
        GeometryExpr::Column(_) => return Err(Error::invalid("A distance is measured from a geometry that is given.")),
    };
    moved(filter, &crs, context)
}

/// The distance in metres, or in the unit of a projected CRS.
fn metres(node: Node<'_, '_>, context: &Context<'_>) -> Result<f64> {
    let text = operand::text_of(node);
    let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
    let number = number.ok_or_else(|| Error::invalid(format!("“{}” is not a distance.", shortened(text.trim()))))?;
    let unit = node.attribute("uom").or_else(|| node.attribute("units")).unwrap_or("m");
    let info = context.schema.crs().map(terrane_projection::info).transpose()?;
    let factor = match in_metres(unit) {
        Some(factor) => factor,
        None => {
            return Err(Error::invalid(format!(
                "“{}” is not a unit of length here; write m, km, mi, nmi, ft or yd.",
                shortened(unit)
            )));
        }
    };
    let per_unit = info.filter(|info| !info.geographic).map_or(1.0, |info| info.metres_per_unit);
    Ok(number * factor / per_unit)
}

/// Units of length by their names, UCUM codes and EPSG's numbers (9001 metre, 9002 foot, 9030 nautical mile, 9036 kilometre, 9093
/// statute mile, 9102 degree, taken on the equator).
fn in_metres(unit: &str) -> Option<f64> {
    let plain = unit.trim().trim_matches(['[', ']']).to_ascii_lowercase();
    let last = plain.rsplit([':', '/', '#']).next().unwrap_or(&plain);
    Some(match last {
        "m" | "metre" | "meter" | "metres" | "meters" | "9001" => 1.0,
        "km" | "kilometre" | "kilometer" | "kilometres" | "kilometers" | "9036" => 1_000.0,
        "cm" => 0.01,
        "mm" => 0.001,
        "mi" | "mi_i" | "mile" | "miles" | "statute miles" | "9093" => 1_609.344,
        "nmi" | "nmi_i" | "nm" | "nautical miles" | "9030" => 1_852.0,
        "ft" | "ft_i" | "foot" | "feet" | "9002" => 0.304_8,
        "yd" | "yd_i" | "yard" | "yards" => 0.914_4,
        "in" | "in_i" | "inch" => 0.025_4,
        "deg" | "degree" | "degrees" | "9102" | "9122" => 111_319.490_793,
        _ => return None,
    })
}

/// A side: the rows' geometry, or one that is given with its CRS.
fn place(node: Node<'_, '_>, context: &Context<'_>) -> Result<(GeometryExpr, Option<CrsName>)> {
    match node.tag_name().name() {
        "ValueReference" | "PropertyName" => match operand::name(node, context)? {
            Name::Column(column) => Ok((GeometryExpr::Column(column), None)),
            Name::Identity => Err(Error::invalid("gml:id is not a geometry.")),
            Name::Standard(other) => {
                Err(Error::invalid(format!("gml:{other} holds no geometry here; name the geometry, or nothing.")))
            }
        },
        "Literal" => {
            let inner = children(node).next().ok_or_else(|| Error::invalid("The literal holds no geometry."))?;
            place(inner, context)
        }
        "Function" => Err(Error::unsupported("Functions of geometry are not offered.")),
        _ => geometry(node, context.crs, context.limits).map(|(shape, crs)| (shape, Some(crs))),
    }
}

/// The name of the rows' geometry.
fn own(context: &Context<'_>) -> Result<String> {
    let geometry = context.schema.geometry.as_ref();
    geometry.map(|geometry| geometry.name.clone()).ok_or_else(|| Error::invalid("These rows have no geometry."))
}

fn moved(filter: Filter, from: &CrsName, context: &Context<'_>) -> Result<Filter> {
    let to: Option<&Crs> = context.schema.crs();
    match to.filter(|to| **to != from.crs) {
        Some(to) => filter.transformed(&Transform::new(&from.crs, to)?),
        None => Ok(filter),
    }
}

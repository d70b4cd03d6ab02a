//! Geometry in GML of strangers, in any of its versions, → x before y.

use super::CrsName;
use crate::filter::check_ring;
use geo_types::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon,
};
use roxmltree::Node;
use std::sync::Arc;
use terrane_model::filter::GeometryExpr;
use terrane_model::limits::Limits;
use terrane_model::{Bbox, Error, Result};

/// The element children of a node.
pub fn children<'a, 'i>(node: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(Node::is_element)
}

/// The first child with a local name, whatever its namespace.
pub fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    children(node).find(|child| child.tag_name().name() == name)
}

/// Reads a geometry element. Heights are left out; curves are read as the lines of their positions. `otherwise` is the CRS of one that
/// names none; the CRS comes with the answer.
///
/// Refuses what is no geometry, positions that are no numbers, and more positions than a filter may have.
pub fn geometry(node: Node<'_, '_>, otherwise: &CrsName, limits: &Limits) -> Result<(GeometryExpr, CrsName)> {
    let named = node.descendants().find_map(|inner| inner.attribute("srsName"));
    let crs = named.map_or_else(|| Ok(otherwise.clone()), CrsName::parse)?;
    let mut reader = Reader { y_first: crs.y_first, limit: limits.filter_vertices_max, positions: 0 };
    let read = match node.tag_name().name() {
        "Envelope" | "Box" => GeometryExpr::Bbox(reader.envelope(node, crs.crs.is_geographic())?),
        _ => GeometryExpr::Literal(Arc::new(reader.geometry(node, limits.filter_depth_max)?)),
    };
    Ok((read, crs))
}

struct Reader {
    y_first: bool,
    limit: usize,
    positions: usize,
}

impl Reader {
    fn geometry(&mut self, node: Node<'_, '_>, levels: usize) -> Result<Geometry<f64>> {
        let left = levels.checked_sub(1).ok_or_else(|| Error::too_large("The geometry is nested too deep."))?;
        Ok(match node.tag_name().name() {
            "Point" => match self.positions(node)?.as_slice() {
                [at] => Geometry::Point(Point(*at)),
                _ => return Err(Error::invalid("A gml:Point has one position.")),
            },
            "LineString" | "LinearRing" | "Curve" | "CompositeCurve" | "OrientableCurve" => {
                Geometry::LineString(self.line(node)?)
            }
            "Polygon" | "PolygonPatch" | "Rectangle" | "Triangle" => Geometry::Polygon(self.polygon(node)?),
            "Surface" | "PolyhedralSurface" | "CompositeSurface" | "OrientableSurface" | "MultiSurface"
            | "MultiPolygon" => Geometry::MultiPolygon(MultiPolygon(self.polygons(node, left)?)),
            "MultiPoint" => {
                let points = members(node).map(|member| self.geometry(member, left));
                let point = |geometry| {
                    if let Geometry::Point(point) = geometry { Ok(point) } else { Err(not_in("MultiPoint")) }
                };
                Geometry::MultiPoint(MultiPoint(points.map(|one| one.and_then(point)).collect::<Result<_>>()?))
            }
            "MultiCurve" | "MultiLineString" => {
                let lines = members(node).map(|member| self.line(member));
                Geometry::MultiLineString(MultiLineString(lines.collect::<Result<_>>()?))
            }
            "MultiGeometry" | "GeometricComplex" => {
                let all = members(node).map(|member| self.geometry(member, left));
                Geometry::GeometryCollection(GeometryCollection(all.collect::<Result<_>>()?))
            }
            other => return Err(Error::invalid(format!("“{}” is not a geometry of GML.", shortened(other)))),
        })
    }

    /// All positions of the curves in an element, joined where one ends and the next begins.
    fn line(&mut self, node: Node<'_, '_>) -> Result<LineString<f64>> {
        let mut line = self.positions(node)?;
        line.dedup();
        match line.len() {
            0 | 1 => Err(Error::invalid("A line of GML needs two positions or more.")),
            _ => Ok(LineString(line)),
        }
    }

    fn polygon(&mut self, node: Node<'_, '_>) -> Result<Polygon<f64>> {
        let (mut outer, mut holes) = (None, Vec::new());
        for side in children(node) {
            match side.tag_name().name() {
                "exterior" | "outerBoundaryIs" if outer.is_none() => outer = Some(self.ring(side)?),
                "interior" | "innerBoundaryIs" => holes.push(self.ring(side)?),
                _ => {}
            }
        }
        let outer = outer.ok_or_else(|| Error::invalid("A polygon of GML has no exterior."))?;
        Ok(Polygon::new(outer, holes))
    }

    fn ring(&mut self, side: Node<'_, '_>) -> Result<LineString<f64>> {
        let mut positions = self.positions(side)?;
        // The curves of a gml:Ring repeat the position where they meet.
        positions.dedup();
        check_ring(&positions).map_err(|what| Error::invalid(format!("In a polygon of GML, {what}.")))?;
        Ok(LineString(positions))
    }

    fn polygons(&mut self, node: Node<'_, '_>, levels: usize) -> Result<Vec<Polygon<f64>>> {
        let left = levels.checked_sub(1).ok_or_else(|| Error::too_large("The geometry is nested too deep."))?;
        let mut all = Vec::new();
        for member in members(node) {
            match self.geometry(member, left)? {
                Geometry::Polygon(polygon) => all.push(polygon),
                Geometry::MultiPolygon(more) => all.extend(more),
                _ => return Err(not_in("MultiSurface")),
            }
        }
        Ok(all)
    }

    /// A box; in degrees it may cross 180°.
    fn envelope(&mut self, node: Node<'_, '_>, geographic: bool) -> Result<Bbox> {
        match self.positions(node)?.as_slice() {
            [lower, upper] => {
                let (min, max) = ([lower.x, lower.y], [upper.x, upper.y]);
                if geographic { Bbox::geographic(min, max) } else { Bbox::plain(min, max) }
            }
            _ => Err(Error::invalid("A gml:Envelope has a lowerCorner and an upperCorner.")),
        }
    }

    /// The positions of all elements below that hold some, in order.
    fn positions(&mut self, node: Node<'_, '_>) -> Result<Vec<Coord<f64>>> {
        let mut all = Vec::new();
        for holder in node.descendants().filter(Node::is_element) {
            let text = || holder.descendants().filter(Node::is_text).filter_map(|text| text.text()).collect::<String>();
            match holder.tag_name().name() {
                "pos" | "lowerCorner" | "upperCorner" => self.add(&numbers(&text())?, usize::MAX, &mut all)?,
                "posList" => self.add(&numbers(&text())?, dimension(holder), &mut all)?,
                "coordinates" => self.tuples(holder, &text(), &mut all)?,
                "coord" => {
                    let part = |name: &str| child(holder, name).and_then(|part| part.text());
                    let pair = format!("{} {}", part("X").unwrap_or(""), part("Y").unwrap_or(""));
                    self.add(&numbers(&pair)?, usize::MAX, &mut all)?;
                }
                _ => {}
            }
        }
        Ok(all)
    }

    /// Adds numbers as positions of so many; `usize::MAX` takes them as one position.
    fn add(&mut self, numbers: &[f64], dimension: usize, all: &mut Vec<Coord<f64>>) -> Result<()> {
        let dimension = dimension.min(numbers.len().max(1));
        if !(2..=3).contains(&dimension) || !numbers.len().is_multiple_of(dimension) {
            return Err(Error::invalid("The positions of a geometry are not pairs of numbers."));
        }
        for position in numbers.chunks_exact(dimension) {
            self.positions += 1;
            if self.positions > self.limit {
                return Err(Error::too_large(format!("The geometry of a filter has at most {} vertices.", self.limit)));
            }
            let [first, second] = [position[0], position[1]];
            all.push(if self.y_first { Coord { x: second, y: first } } else { Coord { x: first, y: second } });
        }
        Ok(())
    }

    /// GML 2: tuples apart by blanks, numbers apart by commas, unless it says otherwise.
    fn tuples(&mut self, node: Node<'_, '_>, text: &str, all: &mut Vec<Coord<f64>>) -> Result<()> {
        let mark = |name: &str, usual: char| node.attribute(name).and_then(|text| text.chars().next()).unwrap_or(usual);
        let (between, decimal, apart) = (mark("cs", ','), mark("decimal", '.'), mark("ts", ' '));
        for tuple in text
            .split(|it: char| it == apart || (apart == ' ' && it.is_whitespace()))
            .filter(|it| !it.trim().is_empty())
        {
            let plain: String = tuple
                .chars()
                .map(|it| {
                    if it == between {
                        ' '
                    } else if it == decimal {
                        '.'
                    } else {
                        it
                    }
                })
                .collect();
            self.add(&numbers(&plain)?, usize::MAX, all)?;
        }
        Ok(())
    }
}

fn dimension(node: Node<'_, '_>) -> usize {
    let said =
        node.ancestors().find_map(|above| above.attribute("srsDimension").or_else(|| above.attribute("dimension")));
    said.and_then(|text| text.trim().parse().ok()).unwrap_or(2)
}

/// The geometries in the members of a collection.
fn members<'a, 'i>(node: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    // Patches and members hold geometries; `baseSurface` does too.
    children(node)
        .filter(|inner| !matches!(inner.tag_name().name(), "name" | "description" | "boundedBy"))
        .flat_map(children)
}

fn numbers(text: &str) -> Result<Vec<f64>> {
    let number = |word: &str| word.parse::<f64>().ok().filter(|number| number.is_finite());
    let all: Option<Vec<f64>> = text.split_whitespace().map(number).collect();
    all.ok_or_else(|| Error::invalid("A position of the geometry holds something that is not a number."))
}

fn not_in(what: &str) -> Error {
    Error::invalid(format!("A gml:{what} holds something that does not belong there."))
}

fn shortened(text: &str) -> String {
    text.chars().take(64).collect()
}

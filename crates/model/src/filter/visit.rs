//! Walks over filters: the columns they name, the box and time they imply, their geometry moved to another CRS.

use super::{Expr, Filter, GeometryExpr, TimeExpr};
use crate::schema::{ColumnKind, Schema};

/// A node of a filter, with how deep it is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Node<'a> {
    Filter(&'a Filter),
    Expr(&'a Expr),
    Geometry(&'a GeometryExpr),
}

impl Filter {
    /// The names of all columns that the filter reads, geometry included, each once, sorted. [`Filter::Text`] reads all text
    /// columns, and [`Filter::Bbox`] and [`Filter::Within`] the geometry, whose names only a schema knows: see
    /// [`Filter::columns_of`].
    pub fn columns(&self) -> Vec<String> {
        let mut names = Vec::new();
        self.walk(|node, _| match node {
            Node::Expr(Expr::Column(name)) | Node::Geometry(GeometryExpr::Column(name)) => names.push(name.clone()),
            _ => {}
        });
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The names of all columns of a schema that the filter reads, each once, sorted; and whether it reads the geometry.
    pub fn columns_of(&self, schema: &Schema) -> (Vec<String>, bool) {
        let geometry = schema.geometry.as_ref().map(|column| column.name.as_str());
        let (mut names, mut reads_geometry) = (self.columns(), false);
        self.walk(|node, _| match node {
            Node::Filter(Self::Bbox(_) | Self::Within { .. } | Self::Near { .. }) => reads_geometry = true,
            Node::Filter(Self::Text(_)) => {
                let texts = schema.kept().filter(|column| column.kind == ColumnKind::Text);
                names.extend(texts.map(|column| column.name.clone()));
            }
            _ => {}
        });
        names.sort_unstable();
        names.dedup();
        names.retain(|name| {
            let is_geometry = geometry == Some(name.as_str()) && schema.column(name).is_none();
            reads_geometry |= is_geometry;
            !is_geometry
        });
        (names, reads_geometry)
    }

    /// Depth and number of nodes, for limits. Values of lists count as nodes; vertices do not.
    pub fn size(&self) -> (usize, usize) {
        let (mut deepest, mut nodes) = (0, 0);
        self.walk(|node, depth| {
            deepest = deepest.max(depth);
            nodes += match node {
                Node::Expr(Expr::Literal(super::Literal::List(list))) => 1 + list.len(),
                _ => 1,
            };
        });
        (deepest, nodes)
    }

    /// Vertices of all geometries given, for limits.
    pub fn vertices(&self) -> usize {
        use geo::CoordsIter;
        let mut vertices = 0;
        self.walk(|node, _| match node {
            Node::Geometry(GeometryExpr::Literal(geometry)) => vertices += geometry.coords_count(),
            Node::Geometry(GeometryExpr::Bbox(_)) => vertices += 4,
            Node::Filter(Self::Near { shape, .. }) => vertices += shape.coords_count(),
            _ => {}
        });
        vertices
    }

    /// Visits every node, parents before children, without recursion; the root is at depth 1.
    pub(super) fn walk<'a>(&'a self, mut visit: impl FnMut(Node<'a>, usize)) {
        let mut waiting = vec![(Node::Filter(self), 1)];
        while let Some((node, depth)) = waiting.pop() {
            visit(node, depth);
            let first = waiting.len();
            match node {
                Node::Filter(filter) => filter.children(&mut |child| waiting.push((child, depth + 1))),
                Node::Expr(expr) => expr.children(&mut |child| waiting.push((Node::Expr(child), depth + 1))),
                Node::Geometry(_) => {}
            }
            waiting[first..].reverse();
        }
    }

    fn children<'a>(&'a self, visit: &mut impl FnMut(Node<'a>)) {
        match self {
            Self::And(all) | Self::Or(all) => all.iter().for_each(|one| visit(Node::Filter(one))),
            Self::Not(one) => visit(Node::Filter(one)),
            Self::Compare { left, right, .. } | Self::Array { left, right, .. } => {
                [left, right].into_iter().for_each(|side| visit(Node::Expr(side)));
            }
            Self::Between { value, low, high } => {
                [value, low, high].into_iter().for_each(|part| visit(Node::Expr(part)));
            }
            Self::Like { value, .. } | Self::IsNull(value) | Self::Holds(value) => visit(Node::Expr(value)),
            Self::In { value, list } => {
                visit(Node::Expr(value));
                list.iter().for_each(|one| visit(Node::Expr(one)));
            }
            Self::Spatial { left, right, .. } => [left, right].into_iter().for_each(|side| visit(Node::Geometry(side))),
            Self::Temporal { left, right, .. } => {
                left.children(visit);
                right.children(visit);
            }
            Self::Literal(_) | Self::Bbox(_) | Self::Ids(_) | Self::Text(_) => {}
            Self::Within { .. } | Self::Near { .. } => {}
        }
    }
}

impl TimeExpr {
    fn children<'a>(&'a self, visit: &mut impl FnMut(Node<'a>)) {
        match self {
            Self::Moment(moment) => visit(Node::Expr(moment)),
            Self::Period(start, end) => start.iter().chain(end).for_each(|one| visit(Node::Expr(one))),
        }
    }
}

impl Expr {
    fn children<'a>(&'a self, visit: &mut impl FnMut(&'a Self)) {
        match self {
            Self::Column(_) | Self::Literal(_) => {}
            Self::Arithmetic { left, right, .. } => {
                visit(left);
                visit(right);
            }
            Self::Call { arguments, .. } => arguments.iter().for_each(visit),
            Self::CaseFolded(inner) | Self::AccentFolded(inner) => visit(inner),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::{CompareOp, Literal};

    #[test]
    fn columns_are_named_once_and_sorted() {
        let filter = Filter::all([
            Filter::equals("rock", Literal::Text("basalt".into())),
            Filter::Compare {
                op: CompareOp::Less,
                left: Expr::Column("age".into()),
                right: Expr::Call { name: "abs".into(), arguments: vec![Expr::Column("rock".into())] },
            },
            Filter::Spatial {
                op: crate::filter::SpatialOp::Intersects,
                left: GeometryExpr::Column("geom".into()),
                right: GeometryExpr::Bbox(crate::Bbox::WORLD),
            },
        ]);
        assert_eq!(filter.columns(), ["age", "geom", "rock"]);
        assert_eq!(filter.vertices(), 4);
        assert_eq!(filter.size(), (4, 11));
    }
}

//! A filter whose columns are called otherwise.

use super::{Expr, Filter, GeometryExpr, TimeExpr};

/// The new name of a column; `None` keeps it.
type Names<'a> = &'a dyn Fn(&str) -> Option<String>;

impl Filter {
    /// The same filter with other names of columns, geometry included. [`Filter::Text`] reads whatever text columns there are.
    #[must_use]
    pub fn renamed(&self, names: Names<'_>) -> Self {
        let each = |all: &[Self]| all.iter().map(|one| one.renamed(names)).collect();
        match self {
            Self::And(all) => Self::And(each(all)),
            Self::Or(all) => Self::Or(each(all)),
            Self::Not(one) => Self::Not(Box::new(one.renamed(names))),
            Self::Compare { op, left, right } => {
                Self::Compare { op: *op, left: left.renamed(names), right: right.renamed(names) }
            }
            Self::Between { value, low, high } => {
                Self::Between { value: value.renamed(names), low: low.renamed(names), high: high.renamed(names) }
            }
            Self::Like { value, pattern } => Self::Like { value: value.renamed(names), pattern: pattern.clone() },
            Self::In { value, list } => {
                Self::In { value: value.renamed(names), list: list.iter().map(|one| one.renamed(names)).collect() }
            }
            Self::IsNull(value) => Self::IsNull(value.renamed(names)),
            Self::Holds(value) => Self::Holds(value.renamed(names)),
            Self::Spatial { op, left, right } => {
                Self::Spatial { op: *op, left: place_renamed(left, names), right: place_renamed(right, names) }
            }
            Self::Temporal { op, left, right } => {
                Self::Temporal { op: *op, left: time_renamed(left, names), right: time_renamed(right, names) }
            }
            Self::Array { op, left, right } => {
                Self::Array { op: *op, left: left.renamed(names), right: right.renamed(names) }
            }
            Self::Literal(_) | Self::Bbox(_) | Self::Ids(_) | Self::Text(_) => self.clone(),
            Self::Within { .. } | Self::Near { .. } => self.clone(),
        }
    }
}

impl Expr {
    fn renamed(&self, names: Names<'_>) -> Self {
        let boxed = |inner: &Self| Box::new(inner.renamed(names));
        match self {
            Self::Column(name) => Self::Column(names(name).unwrap_or_else(|| name.clone())),
            Self::Literal(_) => self.clone(),
            Self::Arithmetic { op, left, right } => {
                Self::Arithmetic { op: *op, left: boxed(left), right: boxed(right) }
            }
            Self::Call { name, arguments } => {
                Self::Call { name: name.clone(), arguments: arguments.iter().map(|one| one.renamed(names)).collect() }
            }
            Self::CaseFolded(inner) => Self::CaseFolded(boxed(inner)),
            Self::AccentFolded(inner) => Self::AccentFolded(boxed(inner)),
        }
    }
}

fn place_renamed(place: &GeometryExpr, names: Names<'_>) -> GeometryExpr {
    match place {
        GeometryExpr::Column(name) => GeometryExpr::Column(names(name).unwrap_or_else(|| name.clone())),
        given => given.clone(),
    }
}

fn time_renamed(time: &TimeExpr, names: Names<'_>) -> TimeExpr {
    let renamed = |expr: &Expr| expr.renamed(names);
    match time {
        TimeExpr::Moment(moment) => TimeExpr::Moment(renamed(moment)),
        TimeExpr::Period(start, end) => TimeExpr::Period(start.as_ref().map(renamed), end.as_ref().map(renamed)),
    }
}

#[cfg(test)]
mod tests {
    use crate::Bbox;
    use crate::filter::Expr;
    use crate::filter::{Filter, Literal, SpatialOp};

    #[test]
    fn columns_and_geometry_are_called_otherwise() {
        let shape = super::GeometryExpr::Column("shape".into());
        let filter = Filter::all([
            Filter::equals("rock", Literal::Text("basalt".into())),
            Filter::Not(Box::new(Filter::IsNull(Expr::CaseFolded(Box::new(Expr::Column("rock".into())))))),
            Filter::Spatial { op: SpatialOp::Intersects, left: shape, right: super::GeometryExpr::Bbox(Bbox::WORLD) },
        ]);
        let renamed = filter.renamed(&|name| (name != "age").then(|| format!("my_{name}")));
        assert_eq!(renamed.columns(), ["my_rock", "my_shape"]);
        assert_eq!(renamed.renamed(&|name| name.strip_prefix("my_").map(str::to_owned)), filter);
    }
}

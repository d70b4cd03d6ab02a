//! Conditions of a filter.

use super::operand::{self, Operand, boundary, is_operand, literal, operand as value, shortened};
use super::{Context, Name, place, time};
use crate::features::gml::children;
use crate::xml;
use roxmltree::Node;
use terrane_model::filter::{CompareOp, Expr, Filter, Pattern, Piece, SpatialOp, TemporalOp};
use terrane_model::schema::ColumnKind;
use terrane_model::{Error, FeatureId, Result};

/// Comparisons of two values.
pub const COMPARISONS: [(&str, CompareOp); 6] = [
    ("PropertyIsEqualTo", CompareOp::Equal),
    ("PropertyIsNotEqualTo", CompareOp::NotEqual),
    ("PropertyIsLessThan", CompareOp::Less),
    ("PropertyIsLessThanOrEqualTo", CompareOp::LessOrEqual),
    ("PropertyIsGreaterThan", CompareOp::Greater),
    ("PropertyIsGreaterThanOrEqualTo", CompareOp::GreaterOrEqual),
];

/// Comparisons of two geometries.
pub const SPATIAL: [(&str, SpatialOp); 9] = [
    ("BBOX", SpatialOp::Intersects),
    ("Equals", SpatialOp::Equals),
    ("Disjoint", SpatialOp::Disjoint),
    ("Intersects", SpatialOp::Intersects),
    ("Touches", SpatialOp::Touches),
    ("Crosses", SpatialOp::Crosses),
    ("Within", SpatialOp::Within),
    ("Contains", SpatialOp::Contains),
    ("Overlaps", SpatialOp::Overlaps),
];

/// Comparisons of two times.
pub const TEMPORAL: [(&str, TemporalOp); 14] = [
    ("After", TemporalOp::After),
    ("Before", TemporalOp::Before),
    ("Begins", TemporalOp::Starts),
    ("BegunBy", TemporalOp::StartedBy),
    ("TContains", TemporalOp::Contains),
    ("During", TemporalOp::During),
    ("EndedBy", TemporalOp::FinishedBy),
    ("Ends", TemporalOp::Finishes),
    ("TEquals", TemporalOp::Equals),
    ("Meets", TemporalOp::Meets),
    ("MetBy", TemporalOp::MetBy),
    ("TOverlaps", TemporalOp::Overlaps),
    ("OverlappedBy", TemporalOp::OverlappedBy),
    ("AnyInteracts", TemporalOp::Intersects),
];

/// What joins conditions.
pub const LOGIC: [&str; 3] = ["And", "Or", "Not"];

/// Reads a filter that is a document of its own.
pub fn read_text(text: &str, context: &Context<'_>) -> Result<Filter> {
    if text.len() > context.limits.filter_bytes_max {
        let most = context.limits.filter_bytes_max;
        return Err(Error::too_large(format!("The filter has {} bytes; at most {most} are read.", text.len())));
    }
    let document = xml::parse(text)?;
    read(document.root_element(), context)
}

/// Reads a `Filter` element.
pub fn read(node: Node<'_, '_>, context: &Context<'_>) -> Result<Filter> {
    if node.tag_name().name() != "Filter" {
        let name = shortened(node.tag_name().name());
        return Err(Error::invalid(format!("A filter begins with the element Filter, not with “{name}”.")));
    }
    let mut reader = Reader { context, nodes: 0 };
    let conditions: Vec<Node<'_, '_>> = children(node).collect();
    if !conditions.is_empty() && conditions.iter().all(is_identity) {
        return reader.identities(&conditions);
    }
    match conditions.as_slice() {
        [one] => reader.condition(*one, context.limits.filter_depth_max),
        [] => Err(Error::invalid("The filter is empty.")),
        _ => Err(Error::invalid("A filter has one condition; join several with And or Or.")),
    }
}

fn is_identity(node: &Node<'_, '_>) -> bool {
    matches!(node.tag_name().name(), "ResourceId" | "FeatureId" | "GmlObjectId")
}

struct Reader<'a, 'c> {
    context: &'a Context<'c>,
    nodes: usize,
}

impl Reader<'_, '_> {
    fn condition(&mut self, node: Node<'_, '_>, levels: usize) -> Result<Filter> {
        let limits = self.context.limits;
        self.nodes += 1;
        if self.nodes > limits.filter_nodes_max {
            return Err(Error::too_large(format!("The filter has more than {} conditions.", limits.filter_nodes_max)));
        }
        let say =
            || Error::too_large(format!("The filter is nested more than {} levels deep.", limits.filter_depth_max));
        let left = levels.checked_sub(1).ok_or_else(say)?;
        let name = node.tag_name().name();
        if let Some(op) = find(&COMPARISONS, name) {
            return self.compare(node, op);
        }
        if let Some(op) = find(&SPATIAL, name) {
            return place::spatial(node, op, self.context);
        }
        if let Some(op) = find(&TEMPORAL, name) {
            return time::temporal(node, op, self.context);
        }
        match name {
            "And" => self.all(node, left).map(Filter::And),
            "Or" => self.all(node, left).map(Filter::Or),
            "Not" => match self.all(node, left)?.as_slice() {
                [one] => Ok(Filter::Not(Box::new(one.clone()))),
                _ => Err(Error::invalid("Not takes one condition.")),
            },
            _ if is_identity(&node) => self.identities(&[node]),
            _ => self.single(node, name),
        }
    }

    fn all(&mut self, node: Node<'_, '_>, levels: usize) -> Result<Vec<Filter>> {
        let all = children(node).map(|inner| self.condition(inner, levels)).collect::<Result<Vec<_>>>()?;
        match all.is_empty() {
            true => Err(Error::invalid(format!("{} joins no conditions.", node.tag_name().name()))),
            false => Ok(all),
        }
    }

    /// Conditions on one value.
    fn single(&mut self, node: Node<'_, '_>, name: &str) -> Result<Filter> {
        match name {
            "PropertyIsLike" => self.like(node),
            "PropertyIsBetween" => self.between(node),
            "PropertyIsNull" => self.is_null(node),
            // What has no value is left out here and never written as nil (7.7.3.6), but what is named must be there.
            "PropertyIsNil" => self.is_null(node).map(|_| Filter::Literal(false)),
            "DWithin" => place::distance(node, self.context),
            "Beyond" => place::distance(node, self.context).map(|within| Filter::Not(Box::new(within))),
            // A function that is true or false.
            "Function" => Ok(Filter::Holds(value(node, self.context)?.into_expr(None)?)),
            _ => Err(Error::invalid(format!("“{}” is not a condition of a filter.", shortened(name)))),
        }
    }

    fn compare(&mut self, node: Node<'_, '_>, op: CompareOp) -> Result<Filter> {
        check_match_action(node)?;
        let sides = children(node).map(|side| value(side, self.context)).collect::<Result<Vec<_>>>()?;
        let [left, right] = <[Operand; 2]>::try_from(sides)
            .map_err(|_| Error::invalid(format!("{} compares two values.", node.tag_name().name())))?;
        if let (Operand::Identity, Operand::Literal(id)) | (Operand::Literal(id), Operand::Identity) = (&left, &right) {
            return self.identity_is(op, id.trim());
        }
        let kind = left.kind().or(right.kind());
        let folds = !matches_case(node)? && matches!(kind, None | Some(ColumnKind::Text));
        let side = |side: Operand| side.into_expr(kind).map(|expr| if folds { folded(expr) } else { expr });
        Ok(Filter::Compare { op, left: side(left)?, right: side(right)? })
    }

    fn identity_is(&self, op: CompareOp, id: &str) -> Result<Filter> {
        let found = Filter::Ids((self.context.identity)(id).ok().flatten().unwrap_or_default());
        match op {
            CompareOp::Equal => Ok(found),
            CompareOp::NotEqual => Ok(Filter::Not(Box::new(found))),
            _ => Err(Error::unsupported("gml:id has no order; it can be compared with = and <>.")),
        }
    }

    fn like(&mut self, node: Node<'_, '_>) -> Result<Filter> {
        check_match_action(node)?;
        let mark = |names: [&str; 2], usual: &str| {
            let given = names.into_iter().find_map(|name| node.attribute(name)).unwrap_or(usual);
            given.chars().next()
        };
        let any = mark(["wildCard", "wildcard"], "*");
        let (one, escape) = (mark(["singleChar", "singlechar"], "?"), mark(["escapeChar", "escape"], "\\"));
        let sides: Vec<Node<'_, '_>> = children(node).collect();
        let [of, pattern] = sides.as_slice() else {
            return Err(Error::invalid("PropertyIsLike has a value and a pattern."));
        };
        let Operand::Literal(text) = value(*pattern, self.context)? else {
            return Err(Error::invalid("The pattern of PropertyIsLike is a literal."));
        };
        let of = value(*of, self.context)?;
        if !matches!(of.kind(), None | Some(ColumnKind::Text)) {
            return Err(Error::invalid("PropertyIsLike needs a property that holds text."));
        }
        let pattern =
            Pattern { pieces: pieces(&text, [any, one, escape]), fold_case: !matches_case(node)?, fold_accents: false };
        Ok(Filter::Like { value: of.into_expr(Some(ColumnKind::Text))?, pattern })
    }

    fn between(&mut self, node: Node<'_, '_>) -> Result<Filter> {
        let of = children(node).find(is_operand).ok_or_else(|| Error::invalid("PropertyIsBetween has no value."))?;
        let of = value(of, self.context)?;
        let [low, high] =
            [boundary(node, "LowerBoundary", self.context)?, boundary(node, "UpperBoundary", self.context)?];
        let kind = of.kind().or(low.kind()).or(high.kind());
        Ok(Filter::Between { value: of.into_expr(kind)?, low: low.into_expr(kind)?, high: high.into_expr(kind)? })
    }

    fn is_null(&mut self, node: Node<'_, '_>) -> Result<Filter> {
        let say = || Error::invalid(format!("{} has no value.", node.tag_name().name()));
        let of = children(node).next().ok_or_else(say)?;
        match of.tag_name().name() {
            "ValueReference" | "PropertyName" => Ok(match operand::name(of, self.context)? {
                Name::Identity => Filter::Literal(false),
                Name::Column(column) => Filter::IsNull(Expr::Column(column)),
                Name::Standard(_) => Filter::Literal(true),
            }),
            _ => Ok(Filter::IsNull(value(of, self.context)?.into_expr(None)?)),
        }
    }

    /// Rows by their ids; ids that are of nothing here find nothing.
    fn identities(&mut self, nodes: &[Node<'_, '_>]) -> Result<Filter> {
        let mut ids: Vec<FeatureId> = Vec::new();
        for node in nodes {
            let named = |name: &str| node.attributes().find(|known| known.name() == name).map(|known| known.value());
            let id = ["rid", "fid", "id"].into_iter().find_map(named);
            let id = id.ok_or_else(|| Error::invalid("An id of a feature is missing."))?;
            ids.extend((self.context.identity)(id)?.unwrap_or_default());
        }
        match ids.len() > self.context.limits.filter_nodes_max {
            true => Err(Error::too_large("The filter names too many ids.")),
            false => Ok(Filter::Ids(ids)),
        }
    }
}

fn find<T: Copy>(table: &[(&str, T)], name: &str) -> Option<T> {
    table.iter().find(|(known, _)| *known == name).map(|&(_, op)| op)
}

/// Every property has one value, so that all, any and just one of its values are the same.
fn check_match_action(node: Node<'_, '_>) -> Result<()> {
    match node.attribute("matchAction") {
        None | Some("Any" | "All" | "One") => Ok(()),
        Some(other) => Err(Error::invalid(format!("matchAction is Any, All or One, not “{}”.", shortened(other)))),
    }
}

fn matches_case(node: Node<'_, '_>) -> Result<bool> {
    match node.attribute("matchCase") {
        None | Some("true" | "1") => Ok(true),
        Some("false" | "0") => Ok(false),
        Some(other) => Err(Error::invalid(format!("matchCase is true or false, not “{}”.", shortened(other)))),
    }
}

fn folded(expr: Expr) -> Expr {
    match expr {
        // A literal that nothing gave a kind may have been read as a number.
        Expr::Literal(terrane_model::filter::Literal::Int(number)) => text(&number.to_string()),
        Expr::Literal(terrane_model::filter::Literal::Float(number)) => text(&number.to_string()),
        other => Expr::CaseFolded(Box::new(other)),
    }
}

fn text(text: &str) -> Expr {
    literal(text, Some(ColumnKind::Text)).map_or(Expr::Literal(terrane_model::filter::Literal::Null), Expr::Literal)
}

/// A pattern with wildcards of its own.
fn pieces(text: &str, [any, one, escape]: [Option<char>; 3]) -> Vec<Piece> {
    let (mut pieces, mut run) = (Vec::new(), String::new());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        let here = Some(character);
        let wildcard = if here == escape {
            run.extend(characters.next());
            continue;
        } else if here == any {
            Piece::Any
        } else if here == one {
            Piece::One
        } else {
            run.push(character);
            continue;
        };
        if !run.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut run)));
        }
        if wildcard != Piece::Any || pieces.last() != Some(&Piece::Any) {
            pieces.push(wildcard);
        }
    }
    if !run.is_empty() {
        pieces.push(Piece::Text(run));
    }
    pieces
}

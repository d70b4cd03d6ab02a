//! Filters made ready for a schema: names are looked up and kinds checked once, rows are then judged a batch at a time.

use super::distance::Near;
use super::functions::FUNCTIONS;
use super::like::Matcher;
use super::near::NearShape;
use super::operand::{Family, Operand};
use super::plan::{Identities, List, Members, Node, Time};
use super::shape::Shape;
use super::suggest::suggestion;
use super::{Expr, Filter, GeometryExpr, Literal, SpatialOp, TimeExpr};
use crate::bbox::Bbox;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::schema::Schema;
use crate::time::When;

/// Rounds of the limits that strangers' filters keep which a whole filter may reach: the program adds boxes, periods and
/// grants, and divides edges when it moves them.
const OWN_SHARE: usize = 10;

/// Makes a filter ready.
pub(super) struct Compiler<'a> {
    schema: &'a Schema,
    /// Names of the columns that are read, by slot.
    pub(super) slots: Vec<String>,
    pub(super) reads_geometry: bool,
}

impl<'a> Compiler<'a> {
    pub(super) fn new(schema: &'a Schema) -> Self {
        Self { schema, slots: Vec::new(), reads_geometry: false }
    }

    pub(super) fn compile(&mut self, filter: &Filter) -> Result<Node> {
        check_size(filter)?;
        self.node(filter)
    }

    fn node(&mut self, filter: &Filter) -> Result<Node> {
        Ok(match filter {
            Filter::Literal(truth) => Node::Constant(Some(*truth)),
            Filter::And(all) => Node::And(self.nodes(all)?),
            Filter::Or(all) => Node::Or(self.nodes(all)?),
            Filter::Not(one) => Node::Not(Box::new(self.node(one)?)),
            Filter::Compare { op, left, right } => {
                let (left, right, family) = self.pair(left, right)?;
                if family == Family::Bool && !matches!(op, super::CompareOp::Equal | super::CompareOp::NotEqual) {
                    return Err(Error::invalid("True and false have no order; compare them with = or <>."));
                }
                Node::compare(*op, left, right)
            }
            Filter::Between { value, low, high } => {
                let (value_low, low, _) = self.pair(value, low)?;
                let (value_high, high, _) = self.pair(value, high)?;
                Node::And(vec![
                    Node::compare(super::CompareOp::GreaterOrEqual, value_low, low),
                    Node::compare(super::CompareOp::LessOrEqual, value_high, high),
                ])
            }
            Filter::Like { value, pattern } => {
                Node::Like { value: self.text(value, "LIKE")?, matcher: Matcher::new(pattern) }
            }
            Filter::In { value, list } => self.members(value, list)?,
            Filter::IsNull(value) => self.is_null(value)?,
            Filter::Spatial { op, left, right } => self.spatial(*op, left, right)?,
            Filter::Temporal { op, left, right } => {
                Node::Temporal { op: *op, left: self.time(left)?, right: self.time(right)? }
            }
            Filter::Array { op, left, right } => {
                Node::Array { op: *op, left: self.list(left)?, right: self.list(right)? }
            }
            Filter::Holds(value) => match self.operand(value)? {
                (operand, Family::Bool | Family::Nothing) => Node::Holds(operand),
                (_, family) => {
                    return Err(Error::invalid(format!(
                        "{} is {}, not a condition; compare it with something.",
                        describe(value),
                        family.name()
                    )));
                }
            },
            Filter::Bbox(bbox) => Node::Bbox(self.plain_box(bbox)?),
            Filter::Ids(ids) => Node::Ids(Identities::new(ids)),
            Filter::Text(text) => self.words(text),
            Filter::Within { centre, distance_m } => self.within(*centre, *distance_m)?,
            Filter::Near { shape, distance_m } => {
                self.reads_geometry = self.schema.geometry.is_some();
                let geographic = self.schema.crs().is_some_and(crate::Crs::is_geographic);
                Node::NearShape(NearShape::new(shape, *distance_m, geographic)?.into())
            }
        })
    }

    /// The cheap conditions first: what they decide need not be asked of the dear ones.
    fn nodes(&mut self, filters: &[Filter]) -> Result<Vec<Node>> {
        let mut nodes = filters.iter().map(|filter| self.node(filter)).collect::<Result<Vec<_>>>()?;
        nodes.sort_by_key(Node::cost);
        Ok(nodes)
    }

    fn members(&mut self, value: &Expr, list: &[Expr]) -> Result<Node> {
        let pairs = list.iter().map(|one| self.pair(value, one)).collect::<Result<Vec<_>>>()?;
        let value = match pairs.first() {
            Some((value, ..)) => value.clone(),
            None => self.operand(value)?.0,
        };
        Ok(Node::In { value, members: Members::new(pairs.into_iter().map(|(_, member, _)| member).collect()) })
    }

    fn is_null(&mut self, value: &Expr) -> Result<Node> {
        if let Expr::Column(name) = value
            && self.is_geometry(name)
        {
            self.reads_geometry = true;
            return Ok(Node::GeometryIsNull);
        }
        Ok(Node::IsNull(self.operand(value)?.0))
    }

    fn spatial(&mut self, op: SpatialOp, left: &GeometryExpr, right: &GeometryExpr) -> Result<Node> {
        Ok(match (self.shape(left)?, self.shape(right)?) {
            (None, None) => Node::OwnSpatial { op },
            (None, Some(shape)) => Node::Spatial { op, shape: shape.into() },
            (Some(shape), None) => Node::Spatial { op: op.exchanged(), shape: shape.into() },
            (Some(left), Some(right)) => Node::Constant(Some(super::relate::of_two(op, &left, &right))),
        })
    }

    /// A geometry that is given; `None` for the row's.
    fn shape(&mut self, expr: &GeometryExpr) -> Result<Option<Shape>> {
        match expr {
            GeometryExpr::Literal(geometry) => Shape::new((**geometry).clone()).map(Some),
            GeometryExpr::Bbox(bbox) => {
                Bbox::geographic(bbox.min, bbox.max).and_then(|bbox| Shape::of_box(&bbox)).map(Some)
            }
            GeometryExpr::Column(name) if self.is_geometry(name) => {
                self.reads_geometry = true;
                Ok(None)
            }
            GeometryExpr::Column(name) => Err(self.no_geometry(name)),
        }
    }

    fn plain_box(&mut self, bbox: &Bbox) -> Result<Vec<Bbox>> {
        self.reads_geometry = self.schema.geometry.is_some();
        Bbox::geographic(bbox.min, bbox.max).map(|bbox| bbox.parts().collect())
    }

    fn within(&mut self, centre: [f64; 2], distance_m: f64) -> Result<Node> {
        if !(centre.iter().all(|number| number.is_finite()) && distance_m >= 0.0) {
            return Err(Error::invalid("A distance needs a position of two finite numbers and must not be negative."));
        }
        self.reads_geometry = self.schema.geometry.is_some();
        let geographic = self.schema.crs().is_some_and(crate::Crs::is_geographic);
        Ok(Node::Near(Near { centre, distance_m, geographic }))
    }

    fn words(&mut self, text: &str) -> Node {
        let schema = self.schema;
        let texts = schema.kept().filter(|column| column.kind == crate::schema::ColumnKind::Text);
        let slots = texts.map(|column| self.slot(&column.name)).collect();
        let words = text.split_whitespace().map(|word| super::fold_case(word).into_owned()).collect();
        Node::Words { words, slots }
    }

    fn time(&mut self, time: &TimeExpr) -> Result<Time> {
        Ok(match time {
            TimeExpr::Moment(moment) => Time::Moment(self.moment(moment)?),
            TimeExpr::Period(start, end) => {
                let start = start.as_ref().map(|start| self.moment(start)).transpose()?;
                let end = end.as_ref().map(|end| self.moment(end)).transpose()?;
                Time::Period(start, end)
            }
        })
    }

    fn moment(&mut self, expr: &Expr) -> Result<Operand> {
        let (operand, family) = self.operand(expr)?;
        match family {
            Family::Time | Family::Nothing => Ok(operand),
            Family::Text if operand.constant().is_some() => as_time(expr),
            other => Err(Error::invalid(format!("{} is {}, not a time.", describe(expr), other.name()))),
        }
    }

    fn list(&mut self, expr: &Expr) -> Result<List> {
        if let Expr::Literal(Literal::List(list)) = expr {
            return Ok(List::Given(super::list::given(list)));
        }
        match self.operand(expr)? {
            (operand, Family::List | Family::Nothing) => Ok(List::Read(operand)),
            (_, family) => Err(Error::invalid(format!("{} is {}, not a list.", describe(expr), family.name()))),
        }
    }

    fn text(&mut self, expr: &Expr, what: &str) -> Result<Operand> {
        match self.operand(expr)? {
            (operand, Family::Text | Family::Nothing) => Ok(operand),
            (_, family) => {
                Err(Error::invalid(format!("{} is {}; {what} needs a text.", describe(expr), family.name())))
            }
        }
    }

    /// Two values that can be compared, and what they are.
    fn pair(&mut self, left: &Expr, right: &Expr) -> Result<(Operand, Operand, Family)> {
        let (one, one_family) = self.operand(left)?;
        let (other, other_family) = self.operand(right)?;
        let comparable = |family| !matches!(family, Family::Bytes | Family::List);
        match (one_family, other_family) {
            (Family::Nothing, family) | (family, Family::Nothing) => Ok((one, other, family)),
            (a, b) if a == b && comparable(a) => Ok((one, other, a)),
            (Family::Time, Family::Text) if other.constant().is_some() => Ok((one, as_time(right)?, Family::Time)),
            (Family::Text, Family::Time) if one.constant().is_some() => Ok((as_time(left)?, other, Family::Time)),
            (a, b) => Err(Error::invalid(format!(
                "{} is {} and {} is {}; they cannot be compared.{}",
                describe(left),
                a.name(),
                describe(right),
                b.name(),
                if a == Family::Text || b == Family::Text {
                    " Texts stand between single quotes, numbers do not."
                } else {
                    ""
                }
            ))),
        }
    }

    /// A value made ready, and what it is. Values that depend on no column are computed now.
    fn operand(&mut self, expr: &Expr) -> Result<(Operand, Family)> {
        let (operand, family) = match expr {
            Expr::Column(name) => return self.column(name),
            Expr::Literal(Literal::List(_)) => {
                return Err(Error::invalid("A list can only be compared by the array functions, such as A_CONTAINS."));
            }
            Expr::Literal(literal) => return Ok(Operand::given(literal)),
            Expr::Arithmetic { op, left, right } => {
                let sides = [self.number(left)?, self.number(right)?];
                (Operand::Arithmetic { op: *op, sides: Box::new(sides) }, Family::Number)
            }
            Expr::Call { name, arguments } => self.call(name, arguments)?,
            Expr::CaseFolded(inner) => (Operand::CaseFolded(Box::new(self.text(inner, "CASEI")?)), Family::Text),
            Expr::AccentFolded(inner) => (Operand::AccentFolded(Box::new(self.text(inner, "ACCENTI")?)), Family::Text),
        };
        Ok((operand.computed_now(), family))
    }

    fn number(&mut self, expr: &Expr) -> Result<Operand> {
        match self.operand(expr)? {
            (operand, Family::Number | Family::Nothing) => Ok(operand),
            (_, family) => Err(Error::invalid(format!(
                "{} is {}; one can only compute with numbers.",
                describe(expr),
                family.name()
            ))),
        }
    }

    fn call(&mut self, name: &str, arguments: &[Expr]) -> Result<(Operand, Family)> {
        let Some(function) = FUNCTIONS.iter().find(|function| function.name == name) else {
            let known: Vec<&str> = FUNCTIONS.iter().map(|function| function.name).collect();
            return Err(Error::invalid(format!(
                "There is no function “{name}”. {}",
                suggestion(name, &known, "functions")
            )));
        };
        if arguments.len() != function.arguments.len() {
            return Err(Error::invalid(format!(
                "The function “{name}” takes {} arguments and was given {}.",
                function.arguments.len(),
                arguments.len()
            )));
        }
        let mut operands = Vec::with_capacity(arguments.len());
        for (argument, kind) in arguments.iter().zip(function.arguments) {
            let wanted = Family::of(*kind);
            operands.push(match (wanted, self.operand(argument)?) {
                (_, (operand, family)) if family == wanted || family == Family::Nothing => operand,
                (Family::Time, (operand, Family::Text)) if operand.constant().is_some() => as_time(argument)?,
                (_, (_, family)) => {
                    return Err(Error::invalid(format!(
                        "{} is {}; the function “{name}” needs {}.",
                        describe(argument),
                        family.name(),
                        wanted.name()
                    )));
                }
            });
        }
        Ok((Operand::Call { run: function.run, arguments: operands }, Family::of(function.returns)))
    }

    fn column(&mut self, name: &str) -> Result<(Operand, Family)> {
        match self.schema.column(name) {
            Some((_, column)) => Ok((Operand::Column(self.slot(name)), Family::of(column.kind))),
            None if self.is_geometry(name) => Err(Error::invalid(format!(
                "“{name}” is the geometry; it can be asked for in spatial functions such as S_INTERSECTS and with IS NULL."
            ))),
            None => Err(self.no_column(name)),
        }
    }

    fn slot(&mut self, name: &str) -> usize {
        self.slots.iter().position(|known| known == name).unwrap_or_else(|| {
            self.slots.push(name.to_owned());
            self.slots.len() - 1
        })
    }

    fn is_geometry(&self, name: &str) -> bool {
        self.schema.geometry.as_ref().is_some_and(|geometry| geometry.name == name)
            && self.schema.column(name).is_none()
    }

    fn no_column(&self, name: &str) -> Error {
        let columns = self.schema.columns.iter().map(|column| column.name.as_str());
        let known: Vec<&str> =
            columns.chain(self.schema.geometry.as_ref().map(|geometry| geometry.name.as_str())).collect();
        Error::invalid(format!("There is no column “{}”. {}", shortened(name), suggestion(name, &known, "columns")))
    }

    fn no_geometry(&self, name: &str) -> Error {
        match (&self.schema.geometry, self.schema.column(name)) {
            (None, _) => Error::invalid("This data has no geometry, so it cannot be asked for by place."),
            (Some(geometry), _) => Error::invalid(format!(
                "“{}” is not the geometry; the geometry of this data is called “{}”.",
                shortened(name),
                geometry.name
            )),
        }
    }
}

fn check_size(filter: &Filter) -> Result<()> {
    let limits = Limits::default();
    let (depth, nodes) = filter.size();
    let sizes = [
        (depth, limits.filter_depth_max, "levels deep"),
        (nodes, limits.filter_nodes_max, "parts"),
        (filter.vertices(), limits.filter_vertices_max, "vertices"),
    ];
    match sizes.into_iter().find(|(size, limit, _)| *size > limit * OWN_SHARE) {
        Some((size, limit, what)) => {
            Err(Error::too_large(format!("The filter has {size} {what}; at most {limit} can be given.")))
        }
        None => Ok(()),
    }
}

fn as_time(expr: &Expr) -> Result<Operand> {
    match expr {
        Expr::Literal(Literal::Text(text)) => When::parse(text).map(|when| Operand::moment(&when)),
        other => Err(Error::invalid(format!("{} is a text, not a time.", describe(other)))),
    }
}

/// A value as a person would point at it.
fn describe(expr: &Expr) -> String {
    match expr {
        Expr::Column(name) => format!("“{}”", shortened(name)),
        Expr::Literal(Literal::Text(text)) => format!("'{}'", shortened(text)),
        Expr::Literal(Literal::Int(number)) => number.to_string(),
        Expr::Literal(Literal::Float(number)) => number.to_string(),
        Expr::Literal(Literal::Bool(truth)) => truth.to_string(),
        Expr::Literal(Literal::Instant(instant)) => instant.to_string(),
        Expr::Literal(_) => "The value given".to_owned(),
        Expr::Arithmetic { .. } => "The computed number".to_owned(),
        Expr::Call { name, .. } => format!("The value of “{}”", shortened(name)),
        Expr::CaseFolded(inner) | Expr::AccentFolded(inner) => describe(inner),
    }
}

fn shortened(text: &str) -> String {
    const SHOWN: usize = 64;
    text.chars().take(SHOWN).collect()
}

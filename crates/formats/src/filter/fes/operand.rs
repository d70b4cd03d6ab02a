//! Values in a filter: references, literals, functions, arithmetic.

use super::{BOUNDED_BY, Context, Name};
use crate::features::gml::{child, children};
use roxmltree::Node;
use terrane_geology::ask;
use terrane_model::filter::{ArithmeticOp, Expr, FUNCTIONS, Literal};
use terrane_model::schema::ColumnKind;
use terrane_model::time::Precision;
use terrane_model::{Error, Result, When};

/// A value as it was read.
pub(super) enum Operand {
    /// A literal, whose kind is that of what it is compared with.
    Literal(String),
    /// A value of a kind; `None` for the geometry.
    Typed(Expr, Option<ColumnKind>),
    /// The identity of the row.
    Identity,
}

impl Operand {
    pub(super) fn kind(&self) -> Option<ColumnKind> {
        if let Self::Typed(_, kind) = self { *kind } else { None }
    }

    /// As an expression of a kind, where a literal has to have one.
    pub(super) fn into_expr(self, kind: Option<ColumnKind>) -> Result<Expr> {
        match self {
            Self::Typed(expr, _) => Ok(expr),
            Self::Literal(text) => literal(&text, kind).map(Expr::Literal),
            Self::Identity => Err(Error::unsupported("gml:id can only be compared with = and a literal.")),
        }
    }
}

/// Whether an element is a value.
pub(super) fn is_operand(node: &Node<'_, '_>) -> bool {
    let name = node.tag_name().name();
    matches!(name, "ValueReference" | "PropertyName" | "Literal" | "Function") || arithmetic(name).is_some()
}

/// Reads a value.
pub(super) fn operand(node: Node<'_, '_>, context: &Context<'_>) -> Result<Operand> {
    match node.tag_name().name() {
        "ValueReference" | "PropertyName" => reference(node, context),
        "Literal" => Ok(Operand::Literal(text_of(node))),
        "Function" => function(node, context),
        name => match arithmetic(name) {
            Some(op) => computed(node, op, context),
            None => Err(Error::invalid(format!("“{}” is not a value of a filter.", shortened(name)))),
        },
    }
}

pub(super) fn text_of(node: Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).filter_map(|text| text.text()).collect()
}

/// Looks a reference up.
pub(super) fn name(node: Node<'_, '_>, context: &Context<'_>) -> Result<Name> {
    let text = text_of(node);
    let text = text.trim();
    let last = text.rsplit('/').next().unwrap_or(text);
    let namespace = last.split_once(':').and_then(|(prefix, _)| node.lookup_namespace_uri(Some(prefix)));
    (context.name)(text, namespace)
        .ok_or_else(|| Error::invalid(format!("There is no property “{}” to be asked by.", shortened(text))))
}

fn reference(node: Node<'_, '_>, context: &Context<'_>) -> Result<Operand> {
    Ok(match name(node, context)? {
        Name::Identity => Operand::Identity,
        Name::Standard(BOUNDED_BY) => {
            let say = "gml:boundedBy is an envelope and no single value; ask by place with BBOX or Intersects.";
            return Err(Error::unsupported(say).at(BOUNDED_BY));
        }
        // No row has it, so that whatever it is compared with stays unknown.
        Name::Standard(_) => Operand::Typed(Expr::Literal(Literal::Null), None),
        Name::Column(column) => {
            let kind = context.schema.column(&column).map(|(_, column)| column.kind);
            Operand::Typed(Expr::Column(column), kind)
        }
    })
}

fn function(node: Node<'_, '_>, context: &Context<'_>) -> Result<Operand> {
    let asked = node.attribute("name").unwrap_or("");
    if let Some(function) = ask::FUNCTIONS.iter().find(|function| function.name.eq_ignore_ascii_case(asked)) {
        return of_geology(function, node, context);
    }
    let function = FUNCTIONS.iter().find(|function| function.name.eq_ignore_ascii_case(asked)).ok_or_else(|| {
        let own = FUNCTIONS.iter().map(|function| function.name);
        let known: Vec<&str> = own.chain(ask::FUNCTIONS.iter().map(|function| function.name)).collect();
        Error::invalid(format!("There is no function “{}”; there are {}.", shortened(asked), known.join(", ")))
    })?;
    let mut arguments = Vec::new();
    for (at, argument) in children(node).enumerate() {
        arguments.push(operand(argument, context)?.into_expr(function.arguments.get(at).copied())?);
    }
    Ok(Operand::Typed(Expr::Call { name: function.name.to_owned(), arguments }, Some(function.returns)))
}

/// A function of ages or rocks: texts in, true or false out.
fn of_geology(function: &ask::Function, node: Node<'_, '_>, context: &Context<'_>) -> Result<Operand> {
    let arguments = children(node).map(|argument| operand(argument, context)?.into_expr(Some(ColumnKind::Text)));
    let call = Expr::Call { name: function.name.to_owned(), arguments: arguments.collect::<Result<_>>()? };
    Ok(Operand::Typed(call, Some(ColumnKind::Bool)))
}

fn arithmetic(name: &str) -> Option<ArithmeticOp> {
    match name {
        "Add" => Some(ArithmeticOp::Add),
        "Sub" => Some(ArithmeticOp::Subtract),
        "Mul" => Some(ArithmeticOp::Multiply),
        "Div" => Some(ArithmeticOp::Divide),
        _ => None,
    }
}

fn computed(node: Node<'_, '_>, op: ArithmeticOp, context: &Context<'_>) -> Result<Operand> {
    let number = Some(ColumnKind::Float);
    let sides = children(node).map(|side| operand(side, context)?.into_expr(number)).collect::<Result<Vec<_>>>()?;
    match <[Expr; 2]>::try_from(sides) {
        Ok([left, right]) => {
            Ok(Operand::Typed(Expr::Arithmetic { op, left: Box::new(left), right: Box::new(right) }, number))
        }
        Err(_) => Err(Error::invalid(format!("{} computes with two numbers.", node.tag_name().name()))),
    }
}

/// The value that a text spells, of a kind; a number or a text when nothing tells.
pub(super) fn literal(text: &str, kind: Option<ColumnKind>) -> Result<Literal> {
    let wrong = |what: &str| Error::invalid(format!("“{}” is not {what}.", shortened(text)));
    let plain = text.trim();
    match kind {
        Some(ColumnKind::Bool) => match plain {
            "true" | "1" => Ok(Literal::Bool(true)),
            "false" | "0" => Ok(Literal::Bool(false)),
            _ => Err(wrong("true or false")),
        },
        Some(ColumnKind::Int | ColumnKind::Float) => number(plain).ok_or_else(|| wrong("a number")),
        Some(ColumnKind::Time) => time(plain),
        Some(_) => Ok(Literal::Text(text.to_owned())),
        None => Ok(number(plain).unwrap_or_else(|| Literal::Text(text.to_owned()))),
    }
}

fn number(text: &str) -> Option<Literal> {
    let whole = text.parse().ok().map(Literal::Int);
    whole.or_else(|| text.parse().ok().filter(|number: &f64| number.is_finite()).map(Literal::Float))
}

/// A time as it is known: a day, a month and a year are the periods that they are. XML Schema lets them have a zone, too; in UTC it
/// tells nothing new.
pub(super) fn time(text: &str) -> Result<Literal> {
    let is_date = !text.contains(['T', 't', ' ']);
    let plain = text.strip_suffix('Z').filter(|_| is_date).unwrap_or(text);
    When::parse(plain).map(|when| moment(&when))
}

pub(super) fn moment(when: &When) -> Literal {
    match when.precision {
        Precision::Instant | Precision::Minute => Literal::Instant(when.earliest),
        _ => Literal::Day(when.interval()),
    }
}

/// The value in a boundary of `PropertyIsBetween`.
pub(super) fn boundary(node: Node<'_, '_>, side: &str, context: &Context<'_>) -> Result<Operand> {
    let missing = || Error::invalid(format!("PropertyIsBetween needs a {side}."));
    let value = child(node, side).and_then(|boundary| children(boundary).next()).ok_or_else(missing)?;
    operand(value, context)
}

pub(super) fn shortened(text: &str) -> String {
    text.chars().take(64).collect()
}

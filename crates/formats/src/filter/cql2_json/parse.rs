//! Reads CQL2 JSON.

use super::geometry;
use crate::filter::names::{self, ARITHMETIC, ARRAY, COMPARE, Folds, SPATIAL, TEMPORAL, find};
use crate::filter::wkt;
use serde_json::{Map, Value};
use terrane_model::filter::{Expr, Filter, GeometryExpr, Literal, TimeExpr};
use terrane_model::limits::Limits;
use terrane_model::{Error, Result};

/// Reads a filter. Geometry is x before y as it stands; exchanging axes is up to whoever knows the filter's CRS.
///
/// An error says where, as a path of `args`, what was expected and what was found.
pub fn parse(text: &str, limits: &Limits) -> Result<Filter> {
    if text.len() > limits.filter_bytes_max {
        return Err(Error::too_large(format!(
            "The filter has {} bytes; at most {} are read.",
            text.len(),
            limits.filter_bytes_max
        )));
    }
    let value: Value = serde_json::from_str(text).map_err(|cause| {
        let (line, column) = (cause.line(), cause.column());
        Error::invalid(format!("The filter is not JSON: see line {line}, column {column}.")).because(cause)
    })?;
    from_value(&value, limits)
}

/// Reads a filter that is part of a larger JSON document.
pub fn from_value(value: &Value, limits: &Limits) -> Result<Filter> {
    let mut parser = Parser { limits, path: Vec::new(), nodes: 0 };
    parser.condition(value)
}

struct Parser<'a> {
    limits: &'a Limits,
    /// The place of the value being read: which argument of which argument.
    path: Vec<usize>,
    nodes: usize,
}

impl<'a> Parser<'a> {
    fn condition(&mut self, value: &Value) -> Result<Filter> {
        self.node()?;
        match value {
            Value::Bool(truth) => return Ok(Filter::Literal(*truth)),
            Value::Object(object) if object.contains_key("property") => return self.expr(value).map(Filter::Holds),
            _ => {}
        }
        let (op, arguments) = self.operation(value)?;
        if let Some(op) = find(&COMPARE, op) {
            let [left, right] = self.just(arguments)?;
            return Ok(Filter::Compare {
                op,
                left: self.argument(0, left, Self::expr)?,
                right: self.argument(1, right, Self::expr)?,
            });
        }
        if let Some(op) = find(&SPATIAL, op) {
            let [left, right] = self.just(arguments)?;
            return Ok(Filter::Spatial {
                op,
                left: self.argument(0, left, Self::place)?,
                right: self.argument(1, right, Self::place)?,
            });
        }
        if let Some(op) = find(&TEMPORAL, op) {
            let [left, right] = self.just(arguments)?;
            return Ok(Filter::Temporal {
                op,
                left: self.argument(0, left, Self::time)?,
                right: self.argument(1, right, Self::time)?,
            });
        }
        if let Some(op) = find(&ARRAY, op) {
            let [left, right] = self.just(arguments)?;
            return Ok(Filter::Array {
                op,
                left: self.argument(0, left, Self::list)?,
                right: self.argument(1, right, Self::list)?,
            });
        }
        self.worded(&op.to_ascii_lowercase(), arguments, value)
    }

    fn worded(&mut self, op: &str, arguments: &[Value], value: &Value) -> Result<Filter> {
        Ok(match op {
            "and" => Filter::And(self.conditions(arguments)?),
            "or" => Filter::Or(self.conditions(arguments)?),
            "not" => {
                let [inner] = self.just(arguments)?;
                Filter::Not(Box::new(self.argument(0, inner, Self::condition)?))
            }
            "like" => {
                let [of, pattern] = self.just(arguments)?;
                let of = self.argument(0, of, Self::expr)?;
                let (pattern, folds) = self.argument(1, pattern, Self::pattern)?;
                names::like(of, &pattern, folds)
            }
            "between" => {
                let [of, low, high] = self.just(arguments)?;
                Filter::Between {
                    value: self.argument(0, of, Self::expr)?,
                    low: self.argument(1, low, Self::expr)?,
                    high: self.argument(2, high, Self::expr)?,
                }
            }
            "in" => {
                let [of, list] = self.just(arguments)?;
                Filter::In { value: self.argument(0, of, Self::expr)?, list: self.argument(1, list, Self::members)? }
            }
            "isnull" => {
                let [of] = self.just(arguments)?;
                Filter::IsNull(self.argument(0, of, Self::expr)?)
            }
            "casei" | "accenti" => return Err(self.wrong("a condition", value)),
            name if find(&ARITHMETIC, name).is_some() => return Err(self.wrong("a condition", value)),
            _ => Filter::Holds(self.expr(value)?),
        })
    }

    fn conditions(&mut self, arguments: &[Value]) -> Result<Vec<Filter>> {
        if arguments.len() < 2 {
            return Err(self.wrong_count("two or more", arguments.len()));
        }
        arguments.iter().enumerate().map(|(at, one)| self.argument(at, one, Self::condition)).collect()
    }

    fn expr(&mut self, value: &Value) -> Result<Expr> {
        self.node()?;
        match value {
            Value::Object(object) => match object.get("property") {
                Some(Value::String(name)) => Ok(Expr::Column(name.clone())),
                Some(other) => Err(self.wrong("the name of a property", other)),
                None if object.contains_key("op") => self.computed(value),
                None => self.literal(value).map(Expr::Literal),
            },
            scalar => self.literal(scalar).map(Expr::Literal),
        }
    }

    fn computed(&mut self, value: &Value) -> Result<Expr> {
        let (op, arguments) = self.operation(value)?;
        if let Some(op) = find(&ARITHMETIC, op) {
            let [left, right] = self.just(arguments)?;
            let (left, right) = (self.argument(0, left, Self::expr)?, self.argument(1, right, Self::expr)?);
            return Ok(Expr::Arithmetic { op, left: Box::new(left), right: Box::new(right) });
        }
        match op.to_ascii_lowercase().as_str() {
            fold @ ("casei" | "accenti") => {
                let [inner] = self.just(arguments)?;
                let inner = Box::new(self.argument(0, inner, Self::expr)?);
                Ok(if fold == "casei" { Expr::CaseFolded(inner) } else { Expr::AccentFolded(inner) })
            }
            "and" | "or" | "not" | "like" | "between" | "in" | "isnull" => Err(self.wrong("a value", value)),
            name if [find(&COMPARE, name).is_some(), find(&SPATIAL, name).is_some()].contains(&true) => {
                Err(self.wrong("a value", value))
            }
            name => {
                let all = arguments.iter().enumerate().map(|(at, one)| self.argument(at, one, Self::expr));
                Ok(Expr::Call { name: name.to_owned(), arguments: all.collect::<Result<_>>()? })
            }
        }
    }

    fn literal(&mut self, value: &Value) -> Result<Literal> {
        let spelled =
            |object: &Map<String, Value>, key: &str| object.get(key).and_then(Value::as_str).map(str::to_owned);
        match value {
            Value::Bool(truth) => Ok(Literal::Bool(*truth)),
            Value::String(text) => Ok(Literal::Text(text.clone())),
            Value::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(whole), _) => Ok(Literal::Int(whole)),
                (None, Some(number)) => Ok(Literal::Float(number)),
                (None, None) => Err(self.wrong("a number", value)),
            },
            Value::Object(object) => match (spelled(object, "date"), spelled(object, "timestamp")) {
                (Some(text), _) => names::date(&text).map_err(|error| self.placed(error.say())),
                (_, Some(text)) => names::timestamp(&text).map_err(|error| self.placed(error.say())),
                _ => Err(self.wrong("a value", value)),
            },
            Value::Null => Err(self.placed("Use the operator “isNull” to ask whether there is no value.")),
            Value::Array(_) => Err(self.wrong("a value", value)),
        }
    }

    /// A pattern, and what it has folded away.
    fn pattern(&mut self, value: &Value) -> Result<(String, Folds)> {
        let (mut folds, mut inner) = (Folds::default(), value);
        for _level in 0..self.limits.filter_depth_max {
            if let Value::String(text) = inner {
                return Ok((text.clone(), folds));
            }
            let (op, arguments) = self.operation(inner)?;
            match op.to_ascii_lowercase().as_str() {
                "casei" => folds.case = true,
                "accenti" => folds.accents = true,
                _ => return Err(self.wrong("a pattern", inner)),
            }
            let [argument] = self.just(arguments)?;
            inner = argument;
        }
        Err(self.too_deep())
    }

    fn members(&mut self, value: &Value) -> Result<Vec<Expr>> {
        let Value::Array(list) = value else { return Err(self.wrong("a list", value)) };
        if list.is_empty() {
            return Err(self.placed("The list of “in” needs at least one value."));
        }
        list.iter().map(|one| self.expr(one)).collect()
    }

    fn list(&mut self, value: &Value) -> Result<Expr> {
        let Value::Array(list) = value else { return self.expr(value) };
        let mut members = Vec::with_capacity(list.len());
        for member in list {
            self.node()?;
            members.push(self.literal(member).map_err(|_| {
                Error::unsupported("Lists in filters can hold numbers, texts, times, true and false, and nothing else.")
            })?);
        }
        Ok(Expr::Literal(Literal::List(members)))
    }

    fn place(&mut self, value: &Value) -> Result<GeometryExpr> {
        self.node()?;
        let Value::Object(object) = value else { return Err(self.wrong("a geometry", value)) };
        if let Some(Value::String(name)) = object.get("property") {
            return Ok(GeometryExpr::Column(name.clone()));
        }
        if let Some(op) = object.get("op").and_then(Value::as_str) {
            return Err(crate::filter::cql2_text::no_geometry_function(op));
        }
        if object.contains_key("type") {
            let read = geometry::read(value, self.limits, self.limits.filter_depth_max);
            return read
                .map(|geometry| GeometryExpr::Literal(geometry.into()))
                .map_err(|error| error.at(self.place_name()));
        }
        let Some(Value::Array(numbers)) = object.get("bbox") else { return Err(self.wrong("a geometry", value)) };
        let numbers: Option<Vec<f64>> = numbers.iter().map(Value::as_f64).collect();
        let numbers = numbers.ok_or_else(|| self.wrong("a box of numbers", value))?;
        wkt::bbox(&numbers).map(GeometryExpr::Bbox).map_err(|error| self.placed(error.say()))
    }

    fn time(&mut self, value: &Value) -> Result<TimeExpr> {
        let Some(interval) = value.get("interval") else { return self.expr(value).map(TimeExpr::Moment) };
        let Value::Array(ends) = interval else { return Err(self.wrong("a list of two times", interval)) };
        let [start, end] = self.just(ends)?;
        Ok(TimeExpr::Period(self.interval_end(start)?, self.interval_end(end)?))
    }

    fn interval_end(&mut self, value: &Value) -> Result<Option<Expr>> {
        match value {
            Value::String(text) => {
                let end = names::interval_end(text).map_err(|error| self.placed(error.say()))?;
                Ok(end.map(Expr::Literal))
            }
            other => self.expr(other).map(Some),
        }
    }

    /// The operator and arguments of an object.
    fn operation<'v>(&self, value: &'v Value) -> Result<(&'v str, &'v [Value])> {
        match (value.get("op"), value.get("args")) {
            (Some(Value::String(op)), Some(Value::Array(arguments))) => Ok((op, arguments)),
            (Some(_), _) => Err(self.wrong("an operator “op” with a list of arguments “args”", value)),
            _ => Err(self.wrong("an operator such as {\"op\": \"=\", \"args\": […]}", value)),
        }
    }

    /// Reads an argument one level down.
    fn argument<T>(&mut self, at: usize, value: &Value, read: fn(&mut Self, &Value) -> Result<T>) -> Result<T> {
        self.path.push(at);
        if self.path.len() > self.limits.filter_depth_max {
            return Err(self.too_deep());
        }
        let result = read(self, value);
        self.path.pop();
        result
    }

    fn just<'v, const N: usize>(&self, arguments: &'v [Value]) -> Result<&'v [Value; N]> {
        arguments.try_into().map_err(|_| self.wrong_count(&N.to_string(), arguments.len()))
    }

    fn node(&mut self) -> Result<()> {
        self.nodes += 1;
        if self.nodes > self.limits.filter_nodes_max {
            return Err(Error::too_large(format!("The filter has more than {} parts.", self.limits.filter_nodes_max)));
        }
        Ok(())
    }

    fn too_deep(&self) -> Error {
        Error::too_large(format!("The filter is nested more than {} levels deep.", self.limits.filter_depth_max))
    }

    fn wrong_count(&self, wanted: &str, found: usize) -> Error {
        self.placed(&format!("Expected {wanted} arguments, found {found}."))
    }

    fn wrong(&self, wanted: &str, found: &Value) -> Error {
        let shown: String = found.to_string().chars().take(64).collect();
        self.placed(&format!("Expected {wanted}, found {shown}."))
    }

    fn placed(&self, say: &str) -> Error {
        Error::invalid(format!("The filter cannot be read at {}: {say}", self.place_name()))
    }

    /// `args[1].args[0]`, or the beginning.
    fn place_name(&self) -> String {
        if self.path.is_empty() {
            return "its beginning".to_owned();
        }
        self.path.iter().map(|at| format!("args[{at}]")).collect::<Vec<_>>().join(".")
    }
}

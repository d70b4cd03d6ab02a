//! Reads CQL2 text by recursive descent: or, and, not, predicates, then arithmetic from loose to tight.

use crate::filter::lexer::{Token, Words};
use crate::filter::names::{self, ARITHMETIC, ARRAY, COMPARE, Folds, SPATIAL, TEMPORAL, find};
use crate::filter::wkt;
use terrane_model::filter::{ArithmeticOp, Expr, Filter, GeometryExpr, Literal, TimeExpr};
use terrane_model::limits::Limits;
use terrane_model::{Error, Result};

/// Reads a filter. Geometry is x before y as it stands; exchanging axes is up to whoever knows the filter's CRS.
///
/// An error says at which character, what was expected and what was found.
pub fn parse(text: &str, limits: &Limits) -> Result<Filter> {
    let mut parser = Parser { words: Words::new(text, limits)? };
    let term = parser.alternatives()?;
    parser.words.expect_end()?;
    parser.condition(term)
}

/// What a part of the text turned out to be.
enum Term {
    Condition(Filter),
    Value(Expr),
    Geometry(GeometryExpr),
    Time(TimeExpr),
}

impl Term {
    fn name(&self) -> &'static str {
        match self {
            Self::Condition(_) => "a condition",
            Self::Value(_) => "a value",
            Self::Geometry(_) => "a geometry",
            Self::Time(_) => "an interval",
        }
    }
}

struct Parser<'a> {
    words: Words<'a>,
}

/// Words that are not names of columns unless quoted.
pub(super) const RESERVED: [&str; 11] =
    ["and", "or", "not", "like", "between", "in", "is", "null", "true", "false", "div"];

impl Parser<'_> {
    fn alternatives(&mut self) -> Result<Term> {
        self.words.deeper()?;
        let first = self.joined()?;
        let term = match self.words.is_keyword("or") {
            false => first,
            true => Term::Condition(Filter::Or(self.rest(first, "or", Self::joined)?)),
        };
        self.words.shallower();
        Ok(term)
    }

    fn joined(&mut self) -> Result<Term> {
        let first = self.negated()?;
        match self.words.is_keyword("and") {
            false => Ok(first),
            true => Ok(Term::Condition(Filter::And(self.rest(first, "and", Self::negated)?))),
        }
    }

    /// All conditions that a keyword joins.
    fn rest(&mut self, first: Term, keyword: &str, next: fn(&mut Self) -> Result<Term>) -> Result<Vec<Filter>> {
        let mut all = vec![self.condition(first)?];
        while self.words.take_keyword(keyword) {
            let term = next(self)?;
            all.push(self.condition(term)?);
        }
        Ok(all)
    }

    fn negated(&mut self) -> Result<Term> {
        if !self.words.take_keyword("not") {
            return self.predicate();
        }
        self.words.deeper()?;
        self.words.node()?;
        let term = self.negated()?;
        let inner = self.condition(term)?;
        self.words.shallower();
        Ok(Term::Condition(Filter::Not(Box::new(inner))))
    }

    fn predicate(&mut self) -> Result<Term> {
        let left = self.sum()?;
        if let Token::Sign(sign) = *self.words.peek()
            && let Some(op) = find(&COMPARE, sign)
        {
            self.words.next();
            let left = self.value(left)?;
            let right = self.sum()?;
            let right = self.value(right)?;
            return Ok(Term::Condition(Filter::Compare { op, left, right }));
        }
        if self.words.is_keyword("is") {
            return self.is_null(left).map(Term::Condition);
        }
        let negative = self.words.is_keyword("not");
        if negative {
            self.words.next();
        }
        let filter = if self.words.take_keyword("like") {
            self.like(left)?
        } else if self.words.take_keyword("between") {
            self.between(left)?
        } else if self.words.take_keyword("in") {
            self.one_of(left)?
        } else if negative {
            return Err(self.words.expected("“LIKE”, “BETWEEN” or “IN”"));
        } else {
            return Ok(left);
        };
        Ok(Term::Condition(if negative { Filter::Not(Box::new(filter)) } else { filter }))
    }

    fn is_null(&mut self, left: Term) -> Result<Filter> {
        let value = self.value(left)?;
        self.words.next();
        let negative = self.words.take_keyword("not");
        if !self.words.take_keyword("null") {
            return Err(self.words.expected("“NULL”"));
        }
        let filter = Filter::IsNull(value);
        Ok(if negative { Filter::Not(Box::new(filter)) } else { filter })
    }

    fn like(&mut self, left: Term) -> Result<Filter> {
        let value = self.value(left)?;
        let (mut folds, mut open) = (Folds::default(), 0);
        while let Some(fold) = self.fold_keyword() {
            match fold {
                "casei" => folds.case = true,
                _ => folds.accents = true,
            }
            open += 1;
            self.words.within_depth(open)?;
        }
        let pattern = self.words.expect_text("a pattern between single quotes")?;
        for _bracket in 0..open {
            self.words.expect(")", "after the pattern")?;
        }
        Ok(names::like(value, &pattern, folds))
    }

    /// `CASEI(` or `ACCENTI(` when it is next.
    fn fold_keyword(&mut self) -> Option<&'static str> {
        let keyword = ["casei", "accenti"].into_iter().find(|keyword| self.words.is_keyword(keyword))?;
        (*self.words.peek_second() == Token::Sign("(")).then(|| {
            self.words.next();
            self.words.next();
            keyword
        })
    }

    fn between(&mut self, left: Term) -> Result<Filter> {
        let value = self.value(left)?;
        let low = self.sum()?;
        let low = self.value(low)?;
        if !self.words.take_keyword("and") {
            return Err(self.words.expected("“AND” and the upper bound"));
        }
        let high = self.sum()?;
        let high = self.value(high)?;
        Ok(Filter::Between { value, low, high })
    }

    fn one_of(&mut self, left: Term) -> Result<Filter> {
        let value = self.value(left)?;
        self.words.expect("(", "to begin the list")?;
        let mut list = Vec::new();
        loop {
            let member = self.sum()?;
            list.push(self.value(member)?);
            if !self.words.take(",") {
                break;
            }
        }
        self.words.expect(")", "or “,” in the list")?;
        Ok(Filter::In { value, list })
    }

    fn sum(&mut self) -> Result<Term> {
        self.chain(&["+", "-"], Self::product)
    }

    fn product(&mut self) -> Result<Term> {
        self.chain(&["*", "/", "%", "div"], Self::power)
    }

    /// Operators of one rank, from left to right.
    fn chain(&mut self, signs: &[&str], next: fn(&mut Self) -> Result<Term>) -> Result<Term> {
        let mut left = next(self)?;
        let mut length = 0;
        while let Some(op) = self.arithmetic(signs) {
            length += 1;
            self.words.within_depth(length)?;
            let right = next(self)?;
            left = self.computed(op, left, right)?;
        }
        Ok(left)
    }

    fn arithmetic(&mut self, signs: &[&str]) -> Option<ArithmeticOp> {
        let name = match self.words.peek() {
            Token::Sign(sign) => (*sign).to_owned(),
            Token::Name(name) => name.to_ascii_lowercase(),
            _ => return None,
        };
        signs.contains(&name.as_str()).then(|| self.words.next())?;
        find(&ARITHMETIC, &name)
    }

    /// Powers group from right to left.
    fn power(&mut self) -> Result<Term> {
        let base = self.signed()?;
        if !self.words.take("^") {
            return Ok(base);
        }
        self.words.deeper()?;
        let exponent = self.power()?;
        self.words.shallower();
        self.computed(ArithmeticOp::Power, base, exponent)
    }

    /// A sign before a number belongs to it; before anything else it multiplies by −1. Either way it binds tightest.
    fn signed(&mut self) -> Result<Term> {
        if !matches!(self.words.peek(), Token::Sign("-" | "+")) || matches!(self.words.peek_second(), Token::Number(_))
        {
            return self.primary();
        }
        let negative = self.words.next() == Token::Sign("-");
        self.words.deeper()?;
        let inner = self.signed()?;
        self.words.shallower();
        let minus_one = Term::Value(Expr::Literal(Literal::Int(-1)));
        if negative { self.computed(ArithmeticOp::Multiply, minus_one, inner) } else { Ok(inner) }
    }

    fn computed(&mut self, op: ArithmeticOp, left: Term, right: Term) -> Result<Term> {
        self.words.node()?;
        let (left, right) = (self.value(left)?, self.value(right)?);
        Ok(Term::Value(Expr::Arithmetic { op, left: Box::new(left), right: Box::new(right) }))
    }

    fn primary(&mut self) -> Result<Term> {
        self.words.node()?;
        if let Some(geometry) = wkt::geometry(&mut self.words)? {
            return Ok(Term::Geometry(GeometryExpr::Literal(geometry.into())));
        }
        match self.words.peek().clone() {
            Token::Sign("(") => {
                self.words.next();
                let inner = self.alternatives()?;
                self.words.expect(")", "to close the bracket")?;
                Ok(inner)
            }
            Token::Number(_) | Token::Sign("-" | "+") => self.number().map(value),
            Token::Text(text) => {
                self.words.next();
                Ok(value(Expr::Literal(Literal::Text(text))))
            }
            Token::Quoted(name) => {
                self.words.next();
                if matches!(self.words.peek(), Token::Sign("(")) {
                    self.call(&name)
                } else {
                    Ok(value(Expr::Column(name)))
                }
            }
            Token::Name(name) => self.named(&name),
            Token::Sign(_) | Token::End => Err(self.words.expected("a column, a value or a function")),
        }
    }

    fn number(&mut self) -> Result<Expr> {
        let negative = matches!(self.words.peek(), Token::Sign("-"));
        let digits = match (self.words.peek(), self.words.peek_second()) {
            (Token::Number(digits), _) | (_, Token::Number(digits)) => digits.clone(),
            _ => return Err(self.words.expected("a number")),
        };
        let number = self.words.expect_number()?;
        let sign = if negative { "-" } else { "" };
        // i64 is asked with its sign, because its least value has no positive counterpart.
        Ok(Expr::Literal(format!("{sign}{digits}").parse().map_or(Literal::Float(number), Literal::Int)))
    }

    fn named(&mut self, name: &str) -> Result<Term> {
        let lower = name.to_ascii_lowercase();
        match lower.as_str() {
            "true" | "false" => {
                self.words.next();
                return Ok(value(Expr::Literal(Literal::Bool(lower == "true"))));
            }
            "null" => return Err(self.words.wrong("write “IS NULL” to ask whether there is no value")),
            reserved if RESERVED.contains(&reserved) => {
                return Err(self.words.expected("a column, a value or a function"));
            }
            _ => self.words.next(),
        };
        if matches!(self.words.peek(), Token::Sign("(")) {
            self.call(name)
        } else {
            Ok(value(Expr::Column(name.to_owned())))
        }
    }

    /// What follows a name and begins with a bracket.
    fn call(&mut self, name: &str) -> Result<Term> {
        self.words.deeper()?;
        self.words.expect("(", "after the function's name")?;
        let term = self.arguments_of(name)?;
        self.words.expect(")", "after the arguments")?;
        self.words.shallower();
        Ok(term)
    }

    fn arguments_of(&mut self, name: &str) -> Result<Term> {
        if let Some(op) = find(&SPATIAL, name) {
            let (left, right) = self.two(Self::place)?;
            return Ok(Term::Condition(Filter::Spatial { op, left, right }));
        }
        if let Some(op) = find(&TEMPORAL, name) {
            let (left, right) = self.two(Self::time)?;
            return Ok(Term::Condition(Filter::Temporal { op, left, right }));
        }
        if let Some(op) = find(&ARRAY, name) {
            let (left, right) = self.two(Self::list)?;
            return Ok(Term::Condition(Filter::Array { op, left, right }));
        }
        match name.to_ascii_lowercase().as_str() {
            "casei" => self.folded(Expr::CaseFolded),
            "accenti" => self.folded(Expr::AccentFolded),
            "date" => self.spelled(names::date).map(value),
            "timestamp" => self.spelled(names::timestamp).map(value),
            "interval" => {
                let (start, end) = self.two(Self::interval_end)?;
                Ok(Term::Time(TimeExpr::Period(start, end)))
            }
            "bbox" | "envelope" => self.bbox(),
            function => self.function(function),
        }
    }

    /// Two arguments.
    fn two<T>(&mut self, one: fn(&mut Self) -> Result<T>) -> Result<(T, T)> {
        let left = one(self)?;
        self.words.expect(",", "between the two arguments")?;
        Ok((left, one(self)?))
    }

    fn folded(&mut self, fold: fn(Box<Expr>) -> Expr) -> Result<Term> {
        let term = self.sum()?;
        let inner = self.value(term)?;
        Ok(value(fold(Box::new(inner))))
    }

    fn spelled(&mut self, read: fn(&str) -> Result<Literal>) -> Result<Expr> {
        let text = self.words.expect_text("a time between single quotes")?;
        read(&text).map(Expr::Literal).map_err(|error| self.words.wrong_before(trimmed(&error)))
    }

    fn interval_end(&mut self) -> Result<Option<Expr>> {
        self.words.node()?;
        if let Token::Text(text) = self.words.peek().clone() {
            self.words.next();
            let end = names::interval_end(&text).map_err(|error| self.words.wrong_before(trimmed(&error)))?;
            return Ok(end.map(Expr::Literal));
        }
        let term = self.sum()?;
        self.value(term).map(Some)
    }

    fn bbox(&mut self) -> Result<Term> {
        let mut numbers = vec![self.words.expect_number()?];
        while numbers.len() <= 6 && self.words.take(",") {
            numbers.push(self.words.expect_number()?);
        }
        let bbox = wkt::bbox(&numbers).map_err(|error| self.words.wrong(trimmed(&error)))?;
        Ok(Term::Geometry(GeometryExpr::Bbox(bbox)))
    }

    fn function(&mut self, name: &str) -> Result<Term> {
        let mut arguments = Vec::new();
        while !matches!(self.words.peek(), Token::Sign(")")) {
            if !arguments.is_empty() {
                self.words.expect(",", "or “)” after an argument")?;
            }
            let term = self.sum()?;
            arguments.push(self.value(term)?);
        }
        Ok(value(Expr::Call { name: name.to_owned(), arguments }))
    }

    fn place(&mut self) -> Result<GeometryExpr> {
        match self.sum()? {
            Term::Geometry(geometry) => Ok(geometry),
            Term::Value(Expr::Column(name)) => Ok(GeometryExpr::Column(name)),
            Term::Value(Expr::Call { name, .. }) => Err(no_geometry_function(&name)),
            other => Err(self.words.wrong_before(&format!("expected a geometry, found {}", other.name()))),
        }
    }

    fn time(&mut self) -> Result<TimeExpr> {
        match self.sum()? {
            Term::Time(time) => Ok(time),
            Term::Value(moment) => Ok(TimeExpr::Moment(moment)),
            other => Err(self.words.wrong_before(&format!("expected a time, found {}", other.name()))),
        }
    }

    /// A list between brackets, round as CQL2 has them or square as its drafts did; else a column or function.
    fn list(&mut self) -> Result<Expr> {
        let close = if self.words.take("(") {
            ")"
        } else if self.words.take("[") {
            "]"
        } else {
            let term = self.sum()?;
            return self.value(term);
        };
        let mut members = Vec::new();
        while !self.words.take(close) {
            if !members.is_empty() {
                self.words.expect(",", "in the list")?;
            }
            members.push(self.member()?);
        }
        Ok(Expr::Literal(Literal::List(members)))
    }

    fn member(&mut self) -> Result<Literal> {
        match self.sum()? {
            Term::Value(Expr::Literal(literal)) => Ok(literal),
            _ => Err(Error::unsupported(
                "Lists in filters can hold numbers, texts, times, true and false, and nothing else.",
            )),
        }
    }

    fn value(&self, term: Term) -> Result<Expr> {
        match term {
            Term::Value(value) => Ok(value),
            other => Err(self.words.wrong_before(&format!("expected a value, found {}", other.name()))),
        }
    }

    fn condition(&self, term: Term) -> Result<Filter> {
        match term {
            Term::Condition(filter) => Ok(filter),
            Term::Value(Expr::Literal(Literal::Bool(truth))) => Ok(Filter::Literal(truth)),
            Term::Value(value @ (Expr::Column(_) | Expr::Call { .. })) => Ok(Filter::Holds(value)),
            Term::Value(_) => Err(self.words.expected("a comparison such as “=” or “<”")),
            other => Err(self.words.wrong_before(&format!("expected a condition, found {}", other.name()))),
        }
    }
}

fn value(expr: Expr) -> Term {
    Term::Value(expr)
}

/// What an error says, without its last full stop, to stand within another sentence.
fn trimmed(error: &Error) -> &str {
    error.say().trim_end_matches('.')
}

/// "There is no such function."
pub(in crate::filter) fn no_geometry_function(name: &str) -> Error {
    Error::unsupported(format!(
        "There is no function “{}” that gives a geometry; write the geometry itself.",
        name.chars().take(64).collect::<String>()
    ))
}

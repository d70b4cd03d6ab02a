//! Questions about geology: functions of ages and lithologies, told as conditions on derived columns.
//!
//! `age_overlaps('Jurassic')`, `age_within('older than 251.9 Ma', 'deposition')`, `age_contains('100 Ma')`, `lithology('limestone')`,
//! `main_lithology('limestone')`. Ages and rocks may be named in any language of the tables.

use crate::reading::Role;
use crate::time::{self, Age};
use crate::view::{LITHOLOGY, TermKind};
use crate::vocabulary::{self, Concept};
use terrane_model::filter::{CompareOp, Expr, Literal, Pattern, Piece};
use terrane_model::{Error, Filter, Result};

/// A function that questions about geology may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function {
    /// Its name, lower case.
    pub name: &'static str,
    /// What it is true of, for people.
    pub description: &'static str,
    /// Its arguments, all texts: which must be given, which may be.
    pub arguments: &'static [(&'static str, bool)],
}

const AGE_ARGUMENTS: &[(&str, bool)] = &[("age", true), ("role", false)];
const LITHOLOGY_ARGUMENTS: &[(&str, bool)] = &[("lithology", true)];

/// All of them, by name.
pub const FUNCTIONS: [Function; 5] = [
    Function {
        name: "age_contains",
        description: "The unit's age takes in the whole age given.",
        arguments: AGE_ARGUMENTS,
    },
    Function {
        name: "age_overlaps",
        description: "The unit's age and the age given have a time in common.",
        arguments: AGE_ARGUMENTS,
    },
    Function {
        name: "age_within",
        description: "The unit's whole age lies within the age given.",
        arguments: AGE_ARGUMENTS,
    },
    Function {
        name: "lithology",
        description: "A rock of the unit is the one given or a kind of it.",
        arguments: LITHOLOGY_ARGUMENTS,
    },
    Function {
        name: "main_lithology",
        description: "The main rock of the unit is the one given or a kind of it.",
        arguments: LITHOLOGY_ARGUMENTS,
    },
];

/// The derived columns that questions about ages and rocks are told on.
pub const COLUMNS: [&str; 4] =
    ["numericOlderAge", "numericYoungerAge", "representativeLithology_uri", "lithologyTerms"];

/// How two ages relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgeRelation {
    /// They have a time in common.
    Overlaps,
    /// The unit's lies within the one given.
    Within,
    /// The unit's takes in the one given.
    Contains,
}

impl AgeRelation {
    /// The relation with a name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "overlaps" => Some(Self::Overlaps),
            "within" => Some(Self::Within),
            "contains" => Some(Self::Contains),
            _ => None,
        }
    }
}

/// The same question with the functions of this module told as conditions on columns.
pub fn told(filter: &Filter) -> Result<Filter> {
    let each = |all: &[Filter]| all.iter().map(told).collect::<Result<Vec<_>>>();
    Ok(match filter {
        Filter::And(all) => Filter::And(each(all)?),
        Filter::Or(all) => Filter::Or(each(all)?),
        Filter::Not(one) => Filter::Not(Box::new(told(one)?)),
        Filter::Holds(Expr::Call { name, arguments }) => match FUNCTIONS.iter().find(|known| known.name == name) {
            Some(function) => call(function, arguments)?,
            None => filter.clone(),
        },
        // `age_overlaps('Jurassic') = true`, which clients write that know no functions of truth; in XML the truth is a text.
        Filter::Compare { op: CompareOp::Equal, left, right: Expr::Literal(right) } => {
            let held = told(&Filter::Holds(left.clone()))?;
            match (&held, truth(right)) {
                (Filter::Holds(_), _) | (_, None) => filter.clone(),
                (_, Some(true)) => held,
                (_, Some(false)) => Filter::Not(Box::new(held)),
            }
        }
        other => other.clone(),
    })
}

fn truth(literal: &Literal) -> Option<bool> {
    match literal {
        Literal::Bool(truth) => Some(*truth),
        Literal::Text(text) => text.parse().ok(),
        _ => None,
    }
}

/// Whether a question calls a function of this module.
pub fn asks(filter: &Filter) -> bool {
    let holds =
        |expr: &Expr| matches!(expr, Expr::Call { name, .. } if FUNCTIONS.iter().any(|known| known.name == name));
    match filter {
        Filter::And(all) | Filter::Or(all) => all.iter().any(asks),
        Filter::Not(one) => asks(one),
        Filter::Holds(expr) | Filter::Compare { left: expr, .. } => holds(expr),
        _ => false,
    }
}

fn call(function: &Function, arguments: &[Expr]) -> Result<Filter> {
    let texts = texts(function, arguments)?;
    let first = texts.first().map_or("", String::as_str);
    match function.name {
        "lithology" => lithology(rock(first)?, false),
        "main_lithology" => lithology(rock(first)?, true),
        name => {
            let relation = name.strip_prefix("age_").and_then(AgeRelation::named);
            let relation = relation.ok_or_else(|| Error::internal(format!("{name} is not told")))?;
            age(&age_named(first)?, relation, texts.get(1).map(|role| role_named(role)).transpose()?)
        }
    }
}

fn texts(function: &Function, arguments: &[Expr]) -> Result<Vec<String>> {
    let must = function.arguments.iter().filter(|(_, must)| *must).count();
    if arguments.len() < must || arguments.len() > function.arguments.len() {
        let names: Vec<&str> = function.arguments.iter().map(|(name, _)| *name).collect();
        let say = format!("`{}` takes {}; {} were given.", function.name, names.join(", "), arguments.len());
        return Err(Error::invalid(say).at("filter"));
    }
    let text = |expr: &Expr| match expr {
        Expr::Literal(Literal::Text(text)) => Ok(text.clone()),
        _ => Err(Error::invalid(format!("`{}` takes texts between single quotes.", function.name)).at("filter")),
    };
    arguments.iter().map(text).collect()
}

/// An age as a person writes it, or an error that says how ages are written.
pub fn age_named(text: &str) -> Result<Age> {
    let read = time::read_age(text).or_else(|| {
        let unit = time::chart().by_uri(text)?;
        Some(time::ReadAge {
            age: Age { older_ma: unit.older_ma, younger_ma: unit.younger_ma, older: Some(unit), younger: Some(unit) },
            process: None,
            score: 1.0,
            rest: String::new(),
        })
    });
    read.map(|read| read.age).ok_or_else(|| {
        Error::invalid(format!(
            "“{}” is not an age; write a name of the chronostratigraphic chart in any of its languages (Jurassic, ジュラ紀, 侏罗纪), a \
             range (Permian–Triassic), or numbers (66-23 Ma, older than 251.9 Ma).",
            shortened(text)
        ))
    })
}

/// A rock by identifier, address, or name in any language.
pub fn rock(text: &str) -> Result<&'static Concept> {
    let kind = TermKind::named(LITHOLOGY).ok_or_else(|| Error::internal("lithology is no kind of term"))?;
    let lithologies = vocabulary::named(kind.vocabulary).ok_or_else(|| Error::internal("lithologies are not there"))?;
    let exact = lithologies.concept(text).or_else(|| lithologies.by_uri(text));
    let named = || lithologies.find(text, 5);
    if let Some(concept) =
        exact.or_else(|| named().first().filter(|found| found.score >= SURE).map(|found| found.concept))
    {
        return Ok(concept);
    }
    let near: Vec<&str> = named().iter().map(|found| found.concept.id.as_str()).collect();
    let hint = if near.is_empty() { String::new() } else { format!(" Near it are {}.", near.join(", ")) };
    Err(Error::invalid(format!(
        "“{}” is no rock of the vocabulary of simple lithology; see /vocabularies/simplelithology.{hint}",
        shortened(text)
    )))
}

/// A name that matches this well is taken for what it names.
const SURE: f32 = 0.9;

fn role_named(text: &str) -> Result<Option<&'static Role>> {
    if text.eq_ignore_ascii_case("any") || text.is_empty() {
        return Ok(None);
    }
    Role::named(text).map(Some).ok_or_else(|| {
        let known: Vec<&str> = Role::ALL.iter().map(|role| role.name).collect();
        Error::invalid(format!("“{}” is not a role of an age; roles are any, {}.", shortened(text), known.join(", ")))
    })
}

/// Units whose age relates to the age given: the age that represents them, or that of a role.
pub fn age(age: &Age, relation: AgeRelation, role: Option<Option<&'static Role>>) -> Result<Filter> {
    let of = |[older, younger]: [&str; 2]| Filter::all(bounds(age, relation, older, younger));
    Ok(match role.flatten() {
        Some(role) => of(role.columns),
        None => of(["numericOlderAge", "numericYoungerAge"]),
    })
}

/// Spans that touch in a moment have no time in common; one that is a moment lies in those that begin with it or before and end
/// after it.
fn bounds(age: &Age, relation: AgeRelation, older: &str, younger: &str) -> [Filter; 2] {
    use CompareOp::{Greater, GreaterOrEqual, Less, LessOrEqual};
    let is = |column: &str, op, number: f64| Filter::Compare {
        op,
        left: Expr::Column(column.to_owned()),
        right: Expr::Literal(Literal::Float(number)),
    };
    match relation {
        AgeRelation::Overlaps if age.older_ma == age.younger_ma => {
            [is(older, GreaterOrEqual, age.older_ma), is(younger, LessOrEqual, age.younger_ma)]
        }
        AgeRelation::Overlaps => [is(older, Greater, age.younger_ma), is(younger, Less, age.older_ma)],
        AgeRelation::Within => [is(older, LessOrEqual, age.older_ma), is(younger, GreaterOrEqual, age.younger_ma)],
        AgeRelation::Contains => [is(older, GreaterOrEqual, age.older_ma), is(younger, LessOrEqual, age.younger_ma)],
    }
}

/// Units with a rock that is the one given or a kind of it.
pub fn lithology(rock: &'static Concept, main_only: bool) -> Result<Filter> {
    if main_only {
        let lithologies =
            vocabulary::named("simplelithology").ok_or_else(|| Error::internal("lithologies are not there"))?;
        let kinds = lithologies.descendants(&rock.id).into_iter().chain([rock]);
        let list = kinds.map(|concept| Expr::Literal(Literal::Text(concept.uri.clone()))).collect();
        return Ok(Filter::In { value: Expr::Column("representativeLithology_uri".to_owned()), list });
    }
    let pieces = vec![Piece::Any, Piece::Text(format!(" {} ", rock.id)), Piece::Any];
    Ok(Filter::Like {
        value: Expr::Column("lithologyTerms".to_owned()),
        pattern: Pattern { pieces, fold_case: false, fold_accents: false },
    })
}

fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}

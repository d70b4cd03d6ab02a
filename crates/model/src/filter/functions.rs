//! The functions that filters may call. What a service advertises as its functions is this table.

use super::fold::fold_case;
use super::scalar::Scalar;
use crate::schema::ColumnKind;
use crate::time::Instant;
use std::borrow::Cow;

/// A function of values. A null argument makes its value null.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    /// Its name, lower case.
    pub name: &'static str,
    /// What it gives, for people.
    pub description: &'static str,
    /// What its arguments are; `Float` stands for any number.
    pub arguments: &'static [ColumnKind],
    /// What its value is; `Float` stands for any number.
    pub returns: ColumnKind,
    pub(super) run: for<'a> fn(&[Scalar<'a>]) -> Scalar<'a>,
}

const TEXT: ColumnKind = ColumnKind::Text;
const NUMBER: ColumnKind = ColumnKind::Float;
const TIME: ColumnKind = ColumnKind::Time;

/// All functions, by name.
pub const FUNCTIONS: &[Function] = &[
    function("abs", "The number without its sign.", &[NUMBER], NUMBER, absolute),
    function("ceil", "The least whole number not below.", &[NUMBER], NUMBER, |given| number(given, f64::ceil)),
    function("concat", "Two texts, one after the other.", &[TEXT, TEXT], TEXT, concat),
    function("contains", "Whether the first text contains the second.", &[TEXT, TEXT], ColumnKind::Bool, |given| {
        two_texts(given, |text, part| text.contains(part))
    }),
    function("day", "The day of the month in UTC.", &[TIME], NUMBER, |given| {
        calendar(given, |at| at.civil().day.into())
    }),
    function("ends_with", "Whether the first text ends with the second.", &[TEXT, TEXT], ColumnKind::Bool, |given| {
        two_texts(given, |text, part| text.ends_with(part))
    }),
    function("floor", "The greatest whole number not above.", &[NUMBER], NUMBER, |given| number(given, f64::floor)),
    function("length", "The number of characters.", &[TEXT], NUMBER, length),
    function("lower", "The text with case folded away.", &[TEXT], TEXT, |given| {
        text(given, |text| fold_case(text).into())
    }),
    function("month", "The month in UTC, 1 to 12.", &[TIME], NUMBER, |given| {
        calendar(given, |at| at.civil().month.into())
    }),
    function("round", "The nearest whole number, halves away from zero.", &[NUMBER], NUMBER, |given| {
        number(given, f64::round)
    }),
    function(
        "starts_with",
        "Whether the first text begins with the second.",
        &[TEXT, TEXT],
        ColumnKind::Bool,
        |given| two_texts(given, |text, part| text.starts_with(part)),
    ),
    function("trim", "The text without blanks at its ends.", &[TEXT], TEXT, |given| {
        text(given, |text| text.trim().into())
    }),
    function("upper", "The text in capitals.", &[TEXT], TEXT, |given| text(given, str::to_uppercase)),
    function("year", "The year in UTC; 1 BCE is 0.", &[TIME], NUMBER, |given| calendar(given, |at| at.civil().year)),
];

const fn function(
    name: &'static str,
    description: &'static str,
    arguments: &'static [ColumnKind],
    returns: ColumnKind,
    run: for<'a> fn(&[Scalar<'a>]) -> Scalar<'a>,
) -> Function {
    Function { name, description, arguments, returns, run }
}

fn absolute<'a>(given: &[Scalar<'a>]) -> Scalar<'a> {
    match given {
        [Scalar::Int(whole)] => whole.checked_abs().map_or(Scalar::Float(-(i64::MIN as f64)), Scalar::Int),
        [Scalar::Float(number)] => Scalar::Float(number.abs()),
        _ => Scalar::Null,
    }
}

/// Rounds a number; whole numbers already are.
fn number<'a>(given: &[Scalar<'a>], round: fn(f64) -> f64) -> Scalar<'a> {
    match given {
        [Scalar::Int(whole)] => Scalar::Int(*whole),
        [Scalar::Float(number)] => Scalar::Float(round(*number)),
        _ => Scalar::Null,
    }
}

fn text<'a>(given: &[Scalar<'a>], compute: impl Fn(&str) -> String) -> Scalar<'a> {
    match given {
        [Scalar::Text(text)] => Scalar::Text(Cow::Owned(compute(text))),
        _ => Scalar::Null,
    }
}

fn two_texts<'a>(given: &[Scalar<'a>], test: impl Fn(&str, &str) -> bool) -> Scalar<'a> {
    match given {
        [Scalar::Text(text), Scalar::Text(part)] => Scalar::Bool(test(text, part)),
        _ => Scalar::Null,
    }
}

fn concat<'a>(given: &[Scalar<'a>]) -> Scalar<'a> {
    match given {
        [Scalar::Text(first), Scalar::Text(second)] => Scalar::Text(Cow::Owned(format!("{first}{second}"))),
        _ => Scalar::Null,
    }
}

fn length<'a>(given: &[Scalar<'a>]) -> Scalar<'a> {
    match given {
        [Scalar::Text(text)] => Scalar::Int(text.chars().count() as i64),
        _ => Scalar::Null,
    }
}

/// A part of the calendar; null when the moment is not known finely enough to tell.
fn calendar<'a>(given: &[Scalar<'a>], part: fn(Instant) -> i64) -> Scalar<'a> {
    match given {
        [Scalar::Time(moment)] => {
            let (first, last) = (part(Instant(moment.earliest)), part(Instant(moment.latest)));
            if first == last { Scalar::Int(first) } else { Scalar::Null }
        }
        _ => Scalar::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::scalar::Moment;
    use crate::time::When;

    fn call<'a>(name: &str, given: &[Scalar<'a>]) -> Scalar<'a> {
        let function = FUNCTIONS.iter().find(|function| function.name == name).expect("the function is listed");
        (function.run)(given)
    }

    #[test]
    fn the_table_is_sorted_so_that_it_reads_well_where_it_is_published() {
        assert!(FUNCTIONS.windows(2).all(|pair| pair[0].name < pair[1].name));
    }

    #[test]
    fn functions_compute() {
        let text = |text: &'static str| Scalar::Text(Cow::Borrowed(text));
        assert_eq!(call("abs", &[Scalar::Int(-5)]), Scalar::Int(5));
        assert_eq!(call("floor", &[Scalar::Int(-5)]), Scalar::Int(-5));
        assert_eq!(call("round", &[Scalar::Float(2.5)]), Scalar::Float(3.0));
        assert_eq!(call("length", &[text("花崗岩")]), Scalar::Int(3));
        assert_eq!(call("trim", &[text(" a ")]), text("a"));
        assert_eq!(call("starts_with", &[text("basalt"), text("bas")]), Scalar::Bool(true));
        assert_eq!(call("concat", &[text("a"), Scalar::Null]), Scalar::Null);
    }

    #[test]
    fn a_part_of_the_calendar_that_is_not_known_is_nothing() {
        let year = Scalar::Time(Moment::of(&When::year(1995).expect("a year")));
        assert_eq!(call("year", std::slice::from_ref(&year)), Scalar::Int(1995));
        assert_eq!(call("month", &[year]), Scalar::Null);
    }
}

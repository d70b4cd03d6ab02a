//! Classes of one column become rules, which every program reads, with a title each.

use super::Writer;
use crate::style::{ByColumn, Fill, Label, Length, Line, Mapping, Mark, Property, Rule, Stroke, Styled, Symbolizer};
use terrane_model::LocalText;
use terrane_model::batch::Value;
use terrane_model::filter::{CompareOp, Expr, Filter, Literal};
use terrane_model::limits::STYLE_RULES_MAX;

/// How the classes of a rule are told apart.
#[derive(Default)]
struct Classes {
    column: Option<String>,
    keys: Vec<String>,
    stops: Vec<f64>,
    /// Whether all can be told apart by one column in one way.
    mixed: bool,
}

impl Writer<'_> {
    /// The rules, those with classes by one column taken apart.
    pub(super) fn expanded(&mut self, rules: &[Rule]) -> Vec<Rule> {
        let mut all = Vec::new();
        for rule in rules {
            let mut classes = Classes::default();
            rule.symbolizers.iter().for_each(|symbolizer| classes.of_symbolizer(symbolizer));
            let count = classes.keys.len().max(classes.stops.len());
            let both = !classes.keys.is_empty() && !classes.stops.is_empty();
            match &classes.column {
                Some(column) if !classes.mixed && !both && !rule.otherwise && all.len() + count < STYLE_RULES_MAX => {
                    all.extend(taken_apart(rule, column, &classes));
                }
                _ => all.push(rule.clone()),
            }
        }
        all
    }
}

fn taken_apart(rule: &Rule, column: &str, classes: &Classes) -> Vec<Rule> {
    let compare = |op: CompareOp, literal: Literal| Filter::Compare {
        op,
        left: Expr::Column(column.to_owned()),
        right: Expr::Literal(literal),
    };
    let mut all: Vec<Rule> = Vec::new();
    for key in &classes.keys {
        let filter = compare(CompareOp::Equal, Literal::Text(key.clone()));
        all.extend(class(rule, column, (&Value::Text(key), filter, key.clone())));
    }
    let most = |stop: f64| compare(CompareOp::Less, Literal::Float(stop));
    for (at, &stop) in classes.stops.iter().enumerate() {
        let least = compare(CompareOp::GreaterOrEqual, Literal::Float(stop));
        let (filter, title) = match (at, classes.stops.get(at + 1)) {
            (0, Some(next)) => (most(*next), format!("< {next}")),
            (0, None) => (Filter::Not(Box::new(Filter::IsNull(Expr::Column(column.to_owned())))), String::new()),
            (_, Some(next)) => (least.and(most(*next)), format!("{stop} – {next}")),
            (_, None) => (least, format!("≥ {stop}")),
        };
        all.extend(class(rule, column, (&Value::Float(stop), filter, title)));
    }
    all.extend(class(rule, column, (&Value::Null, outside(column, classes), String::new())));
    all
}

/// Rows without a value, or with one that is no class.
fn outside(column: &str, classes: &Classes) -> Filter {
    let none = Filter::IsNull(Expr::Column(column.to_owned()));
    if classes.keys.is_empty() {
        return none;
    }
    let list = classes.keys.iter().map(|key| Expr::Literal(Literal::Text(key.clone()))).collect();
    let listed = Filter::In { value: Expr::Column(column.to_owned()), list };
    Filter::Or(vec![none, Filter::Not(Box::new(listed))])
}

/// The rule for one class; nothing when nothing is drawn for it.
fn class(rule: &Rule, column: &str, (value, filter, title): (&Value<'_>, Filter, String)) -> Option<Rule> {
    let of = Of { column, value };
    let symbolizers: Vec<Symbolizer> = rule.symbolizers.iter().filter_map(|it| of.symbolizer(it)).collect();
    if symbolizers.is_empty() {
        return None;
    }
    let title = if title.is_empty() { rule.title.clone() } else { LocalText::one("und", title) };
    let filter = Filter::all(rule.filter.iter().cloned().chain([filter]));
    Some(Rule { title, filter: Some(filter), symbolizers, legend: None, ..rule.clone() })
}

/// A value of a column, put in the place of what follows from it.
struct Of<'a> {
    column: &'a str,
    value: &'a Value<'a>,
}

impl Of<'_> {
    fn property<T: Styled>(&self, property: &Property<T>) -> Option<Property<T>> {
        match property {
            Property::ByColumn(by) if is_class(by) && by.column == self.column => {
                property.of(self.value).map(Property::Fixed)
            }
            other => Some(other.clone()),
        }
    }

    fn symbolizer(&self, symbolizer: &Symbolizer) -> Option<Symbolizer> {
        Some(match symbolizer {
            Symbolizer::Fill(fill) => Symbolizer::Fill(Fill {
                colour: self.property(&fill.colour)?,
                outline: fill.outline.as_ref().and_then(|line| self.line(line)),
                ..fill.clone()
            }),
            Symbolizer::Line(line) => Symbolizer::Line(self.line(line)?),
            Symbolizer::Mark(mark) => Symbolizer::Mark(self.mark(mark)?),
            Symbolizer::Label(label) => Symbolizer::Label(Label {
                size: self.property(&label.size)?,
                colour: self.property(&label.colour)?,
                halo: label.halo.as_ref().and_then(|halo| self.stroke(halo)),
                ..label.clone()
            }),
            Symbolizer::Raster(raster) => Symbolizer::Raster(raster.clone()),
        })
    }

    fn line(&self, line: &Line) -> Option<Line> {
        Some(Line { colour: self.property(&line.colour)?, width: self.property(&line.width)?, ..line.clone() })
    }

    fn stroke(&self, stroke: &Stroke) -> Option<Stroke> {
        Some(Stroke { colour: self.property(&stroke.colour)?, width: stroke.width })
    }

    fn mark(&self, mark: &Mark) -> Option<Mark> {
        let fill = match &mark.fill {
            Some(fill) => Some(self.property(fill)?),
            None => None,
        };
        Some(Mark {
            shape: self.property(&mark.shape)?,
            size: self.property(&mark.size)?,
            fill,
            stroke: mark.stroke.as_ref().and_then(|stroke| self.stroke(stroke)),
            rotation: self.property(&mark.rotation).unwrap_or(Property::Fixed(0.0)),
            ..mark.clone()
        })
    }
}

fn is_class<T>(by: &ByColumn<T>) -> bool {
    matches!(by.mapping, Mapping::Match(_) | Mapping::Steps(_))
}

impl Classes {
    fn of_symbolizer(&mut self, symbolizer: &Symbolizer) {
        match symbolizer {
            Symbolizer::Fill(fill) => {
                self.property(&fill.colour);
                fill.outline.iter().for_each(|line| self.line(line));
            }
            Symbolizer::Line(line) => self.line(line),
            Symbolizer::Mark(mark) => {
                self.property(&mark.shape);
                self.property(&mark.size);
                self.property(&mark.rotation);
                mark.fill.iter().for_each(|fill| self.property(fill));
                mark.stroke.iter().for_each(|stroke| self.property(&stroke.colour));
            }
            Symbolizer::Label(label) => {
                self.property::<Length>(&label.size);
                self.property(&label.colour);
                label.halo.iter().for_each(|halo| self.property(&halo.colour));
            }
            Symbolizer::Raster(_) => {}
        }
    }

    fn line(&mut self, line: &Line) {
        self.property(&line.colour);
        self.property(&line.width);
    }

    fn property<T: Styled>(&mut self, property: &Property<T>) {
        let Property::ByColumn(by) = property else { return };
        if !is_class(by) {
            return;
        }
        self.mixed |= self.column.as_ref().is_some_and(|column| *column != by.column);
        self.column = Some(by.column.clone());
        match &by.mapping {
            Mapping::Match(cases) => {
                for (key, _) in cases {
                    if !self.keys.contains(key) {
                        self.keys.push(key.clone());
                    }
                }
            }
            Mapping::Steps(stops) => {
                self.stops.extend(stops.iter().map(|(stop, _)| *stop));
                self.stops.sort_by(f64::total_cmp);
                self.stops.dedup();
            }
            _ => {}
        }
    }
}

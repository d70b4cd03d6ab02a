//! Rules, and how the rules of several feature type styles become those of one style.

use super::{Reader, child, children, invalid, text_of, title};
use crate::style::sld::Subject;
use crate::style::sld::fidelity::{Fidelity, place};
use crate::style::{Anchor, Colour, Label, Length, Order, Property, Rule, Style, Symbolizer, Template};
use roxmltree::Node;
use terrane_formats::features::gml::CrsName;
use terrane_formats::filter::fes;
use terrane_model::limits::Limits;
use terrane_model::{Crs, Error, Filter, LocalText, Result, Schema};

impl Reader<'_> {
    pub(super) fn rule(&mut self, node: Node<'_, '_>) -> Result<Rule> {
        let mut rule = Rule::of(Vec::new());
        rule.title = title(node);
        if rule.title.is_empty() {
            let name = child(node, "Name").map(text_of).unwrap_or_default();
            rule.title = if name.is_empty() { LocalText::default() } else { LocalText::one("und", name) };
        }
        for part in children(node) {
            match part.tag_name().name() {
                "Filter" => rule.filter = Some(self.filter(part)?),
                "ElseFilter" => rule.otherwise = true,
                "MinScaleDenominator" => rule.min_scale = scale(part)?,
                "MaxScaleDenominator" => rule.max_scale = scale(part)?,
                "LegendGraphic" => self.fidelity.left_out(part, "legends are drawn from the symbols themselves"),
                "Name" | "Title" | "Abstract" | "Description" => {}
                "VendorOption" => self.vendor_option(part),
                _ => {
                    let before = self.fidelity.count();
                    if let Some(symbolizer) = self.symbolizer(part)? {
                        rule.symbolizers.push(symbolizer);
                        self.fidelity.symbolizers += 1;
                        self.fidelity.exact += usize::from(before == self.fidelity.count());
                    }
                }
            }
        }
        if rule.otherwise && rule.filter.is_some() {
            return Err(invalid(node, "A rule with ElseFilter has no Filter; remove one of the two."));
        }
        Ok(rule)
    }

    /// A filter for the rows of the layer; geometry in it comes out in their CRS.
    pub(super) fn filter(&mut self, node: Node<'_, '_>) -> Result<Filter> {
        let Some(schema) = self.schema() else {
            let say = match self.subject {
                Subject::Several => "A map of several layers has no columns; give filters to its layers one by one.",
                _ => "A grid has no rows to filter.",
            };
            return Err(Error::unsupported(say).at(place(node)));
        };
        let crs = CrsName::urn(&schema.crs().cloned().unwrap_or_else(Crs::crs84))?;
        let name = |text: &str, _: Option<&str>| column(schema, text).map(fes::Name::Column);
        let identity = |id: &str| Ok(Some(vec![terrane_model::FeatureId::parse(id.rsplit('.').next().unwrap_or(id))]));
        let limits = Limits::default();
        let context = fes::Context { schema, name: &name, identity: &identity, crs: &crs, limits: &limits };
        fes::read(node, &context).map_err(|error| located(&error, schema, node))
    }
}

/// The error of a filter with its place, and the columns that there are where it names another.
fn located(error: &Error, schema: &Schema, node: Node<'_, '_>) -> Error {
    let say = match error.say().starts_with("There is no property") {
        true => {
            let known: Vec<&str> = schema.columns.iter().map(|column| column.name.as_str()).take(40).collect();
            format!("{} There are {}.", error.say(), known.join(", "))
        }
        false => error.say().to_owned(),
    };
    Error::new(error.kind(), say).at(place(node))
}

/// The column or geometry that a property name means: as it is spelled, or without the prefix of its namespace or its path.
pub fn column(schema: &Schema, name: &str) -> Option<String> {
    let known = |name: &str| {
        schema.column(name).map(|(_, column)| column.name.clone()).or_else(|| {
            schema.geometry.as_ref().filter(|geometry| geometry.name == name).map(|geometry| geometry.name.clone())
        })
    };
    known(name).or_else(|| known(name.rsplit(['/', ':']).next()?))
}

fn scale(node: Node<'_, '_>) -> Result<Option<f64>> {
    let text = text_of(node);
    match text.parse::<f64>() {
        Ok(scale) if scale == 0.0 || scale == f64::INFINITY => Ok(None),
        Ok(scale) if scale > 0.0 => Ok(Some(scale)),
        _ => Err(invalid(node, "A scale denominator is a positive number.")),
    }
}

/// One style of the rules of several feature type styles, each drawn for all rows before the next: rules of one condition become one,
/// and what comes later is put on a later level.
pub fn joined(parts: Vec<Vec<Rule>>, node: Node<'_, '_>, fidelity: &mut Fidelity) -> Style {
    let several = parts.iter().filter(|rules| !rules.is_empty()).count() > 1;
    if several && parts.iter().flatten().any(|rule| rule.otherwise) {
        fidelity.approximated(node, "an ElseFilter looks at the rules of all feature type styles");
    }
    let mut rules: Vec<Rule> = Vec::new();
    for part in parts {
        let base = rules.iter().map(levels).max().unwrap_or(0);
        let before = rules.len();
        for mut rule in part {
            let twin = rules[..before].iter_mut().find(|known| base > 0 && is_twin(known, &rule));
            match twin {
                Some(twin) => {
                    raise(twin, base);
                    twin.symbolizers.append(&mut rule.symbolizers);
                }
                None => {
                    let own = std::mem::take(&mut rule.symbolizers);
                    raise(&mut rule, base);
                    rule.symbolizers.extend(own);
                    rules.push(rule);
                }
            }
        }
    }
    let order = order(&rules, several, node, fidelity);
    Style { order, ..Style::of(rules) }
}

fn is_twin(one: &Rule, other: &Rule) -> bool {
    (one.otherwise, one.min_scale, one.max_scale) == (other.otherwise, other.min_scale, other.max_scale)
        && one.filter == other.filter
}

/// Within one feature type style the standard draws row by row; here words come last all the same, as everybody does it.
fn order(rules: &[Rule], several: bool, node: Node<'_, '_>, fidelity: &mut Fidelity) -> Order {
    let is_label = |symbolizer: &&Symbolizer| matches!(symbolizer, Symbolizer::Label(_));
    let labels = rules.iter().flat_map(|rule| &rule.symbolizers).any(|symbolizer| is_label(&symbolizer));
    let layered = rules.iter().any(|rule| rule.symbolizers.iter().filter(|it| !is_label(it)).count() > 1);
    match (layered, several || labels) {
        (false, _) => Order::Level,
        (true, false) => Order::Feature,
        (true, true) => {
            if !several {
                fidelity.approximated(
                    node,
                    "symbols are drawn one after the other for all rows, so that words stay on top",
                );
            }
            Order::Level
        }
    }
}

/// How many levels a rule takes: an outline is one of its own.
fn levels(rule: &Rule) -> usize {
    let of = |symbolizer: &Symbolizer| match symbolizer {
        Symbolizer::Fill(fill) if fill.outline.is_some() => 2,
        _ => 1,
    };
    rule.symbolizers.iter().map(of).sum()
}

/// Puts what comes next in a rule on a level.
fn raise(rule: &mut Rule, level: usize) {
    while levels(rule) < level {
        rule.symbolizers.push(nothing());
    }
}

/// A symbolizer that draws nothing and takes a level.
fn nothing() -> Symbolizer {
    Symbolizer::Label(Label {
        text: Template::of_parts(&[]),
        size: Property::Fixed(Length::px(1.0)),
        colour: Property::Fixed(Colour::BLACK),
        halo: None,
        anchor: Anchor::Centre,
        offset: [Length::ZERO; 2],
        overlap: true,
        opacity: 0.0,
    })
}

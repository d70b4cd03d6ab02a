//! Properties: fixed ones, those that a column gives, and the functions that make classes of a column.

use super::rules::column;
use super::values::{FromText, Uom, value};
use super::{Reader, children, invalid, short, text_of};
use crate::style::{ByColumn, Curve, Mapping, Property};
use roxmltree::Node;
use terrane_model::limits::SLD_CASES_MAX;
use terrane_model::{Error, Result};

/// A function with its arguments in the order of the element `Function`.
struct Call<'a, 'i> {
    node: Node<'a, 'i>,
    name: &'static str,
    column: String,
    rest: Vec<Node<'a, 'i>>,
    otherwise: Option<String>,
    preceding: bool,
}

impl Reader<'_> {
    /// A property; `None` when it cannot be held and was told so.
    pub(super) fn property<T: FromText>(&mut self, node: Node<'_, '_>, uom: Uom) -> Result<Option<Property<T>>> {
        let parts: Vec<Node<'_, '_>> = children(node).collect();
        match parts.as_slice() {
            [] => value(node, &text_of(node), uom).map(|fixed| Some(Property::Fixed(fixed))),
            [literal] if literal.tag_name().name() == "Literal" => {
                value(node, &text_of(*literal), uom).map(|fixed| Some(Property::Fixed(fixed)))
            }
            [name] if is_name(*name) => self.direct(*name, uom).map(Some),
            [function] => match call(*function, self)? {
                Some(call) => self.mapped(&call, uom),
                None => {
                    self.fidelity.left_out(*function, "a property that a function computes; the usual one is taken");
                    Ok(None)
                }
            },
            _ => {
                self.fidelity.left_out(node, "a property of several parts; the usual one is taken");
                Ok(None)
            }
        }
    }

    /// The property of an optional element.
    pub(super) fn optional<T: FromText>(
        &mut self,
        node: Option<Node<'_, '_>>,
        uom: Uom,
    ) -> Result<Option<Property<T>>> {
        node.map_or(Ok(None), |node| self.property(node, uom))
    }

    /// A value that must be the same for all rows.
    pub(super) fn fixed<T: FromText>(&mut self, node: Option<Node<'_, '_>>, uom: Uom) -> Result<Option<T>> {
        match (node, self.optional(node, uom)?) {
            (_, Some(Property::Fixed(fixed))) => Ok(Some(fixed)),
            (Some(node), Some(Property::ByColumn(_))) => {
                self.fidelity
                    .left_out(node, "a column for what is the same for all rows here; the usual value is taken");
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    fn direct<T: FromText>(&mut self, node: Node<'_, '_>, uom: Uom) -> Result<Property<T>> {
        if T::HAS_UNIT && uom.factor != 1.0 {
            return Err(Error::unsupported("A length from a column cannot be in feet here.").at(super::place(node)));
        }
        let unit = T::HAS_UNIT.then_some(uom.unit);
        Ok(Property::ByColumn(ByColumn { column: self.column(node)?, mapping: Mapping::Direct(unit), otherwise: None }))
    }

    /// The column that a property name means.
    pub(super) fn column(&self, node: Node<'_, '_>) -> Result<String> {
        let name = text_of(node);
        let Some(schema) = self.schema() else {
            return Err(invalid(node, "A grid has no columns."));
        };
        column(schema, &name).ok_or_else(|| {
            let known: Vec<&str> = schema.columns.iter().map(|column| column.name.as_str()).take(40).collect();
            invalid(node, format!("There is no column “{}”; there are {}.", short(&name), known.join(", ")))
        })
    }

    fn mapped<T: FromText>(&mut self, call: &Call<'_, '_>, uom: Uom) -> Result<Option<Property<T>>> {
        if call.rest.len() > 2 * SLD_CASES_MAX {
            return Err(
                Error::too_large(format!("A function has at most {SLD_CASES_MAX} cases.")).at(super::place(call.node))
            );
        }
        let mapping = match call.name {
            "Categorize" => self.categorize(call, uom)?,
            "Interpolate" => self.interpolate(call, uom)?,
            _ => {
                let read = |pair: &[Node<'_, '_>]| match pair {
                    [key, of] => Ok((text_of(*key), value(*of, &text_of(*of), uom)?)),
                    _ => Err(invalid(call.node, "Recode needs a value for each of its data.")),
                };
                Mapping::Match(call.rest.chunks(2).map(read).collect::<Result<_>>()?)
            }
        };
        let otherwise = call.otherwise.as_deref().and_then(|text| T::from_text(text.trim(), uom));
        Ok(Some(Property::ByColumn(ByColumn { column: call.column.clone(), mapping, otherwise })))
    }

    fn categorize<T: FromText>(&mut self, call: &Call<'_, '_>, uom: Uom) -> Result<Mapping<T>> {
        if call.preceding {
            self.fidelity.approximated(call.node, "a threshold belongs to the class above it");
        }
        let Some((first, rest)) = call.rest.split_first() else {
            return Err(invalid(call.node, "Categorize needs a value."));
        };
        let mut stops = Vec::new();
        for pair in rest.chunks(2) {
            let [threshold, of] = pair else { return Err(invalid(call.node, "Categorize ends with a value.")) };
            stops.push((value::<f64>(*threshold, &text_of(*threshold), uom)?, value(*of, &text_of(*of), uom)?));
        }
        let first = value(*first, &text_of(*first), uom)?;
        steps(first, stops).ok_or_else(|| invalid(call.node, "Thresholds ascend."))
    }

    fn interpolate<T: FromText>(&mut self, call: &Call<'_, '_>, uom: Uom) -> Result<Mapping<T>> {
        let mut stops = Vec::new();
        for pair in call.rest.chunks(2) {
            let [at, of] = pair else {
                return Err(invalid(call.node, "Interpolate needs a value for each of its data."));
            };
            stops.push((value::<f64>(*at, &text_of(*at), uom)?, value(*of, &text_of(*of), uom)?));
        }
        if call.node.attribute("mode").is_some_and(|mode| mode != "linear") {
            self.fidelity.approximated(call.node, "between two points a straight line is taken, no curve");
        }
        match is_ascending(&stops) && !stops.is_empty() {
            true => Ok(Mapping::Interpolate { stops, curve: Curve::Linear }),
            false => Err(invalid(call.node, "The data of Interpolate ascend.")),
        }
    }
}

/// Classes with a value below the first threshold; `None` when thresholds do not ascend.
pub fn steps<T: Copy>(first: T, stops: Vec<(f64, T)>) -> Option<Mapping<T>> {
    // The first class holds below all stops, wherever it is said to begin.
    let begin = stops.first().map_or(0.0, |(threshold, _)| threshold - 1.0_f64.max(threshold.abs() * 1e-6));
    let all: Vec<(f64, T)> = std::iter::once((begin, first)).chain(stops).collect();
    is_ascending(&all).then_some(Mapping::Steps(all))
}

fn is_ascending<T>(stops: &[(f64, T)]) -> bool {
    stops.windows(2).all(|pair| pair[0].0 <= pair[1].0)
}

pub fn is_name(node: Node<'_, '_>) -> bool {
    matches!(node.tag_name().name(), "PropertyName" | "ValueReference")
}

/// The name of a function that makes classes.
fn known(name: &str) -> Option<&'static str> {
    ["Categorize", "Interpolate", "Recode"].into_iter().find(|known| known.eq_ignore_ascii_case(name))
}

/// A function of one column that makes classes, in the spelling of SE 1.1 or as a plain `Function`; `None` when it is another.
fn call<'a, 'i>(node: Node<'a, 'i>, reader: &Reader<'_>) -> Result<Option<Call<'a, 'i>>> {
    let element = node.tag_name().name();
    let plain = element == "Function";
    let Some(name) = known(if plain { node.attribute("name").unwrap_or("") } else { element }) else {
        return Ok(None);
    };
    let mut parts: Vec<Node<'a, 'i>> = children(node).collect();
    if parts.is_empty() {
        return Err(invalid(node, "The function has no arguments."));
    }
    let first = parts.remove(0);
    let Some(of) = first.descendants().find(|inner| inner.is_element() && is_name(*inner)) else { return Ok(None) };
    let is_only = if plain { of == first } else { children(first).count() == 1 && of.parent() == Some(first) };
    if !is_only {
        return Ok(None);
    }
    let column = reader.column(of)?;
    let belongs = node.attribute("threshholdsBelongTo").or_else(|| node.attribute("thresholdsBelongTo"));
    let mut preceding = belongs == Some("preceding");
    if plain {
        // The words that may follow the values.
        while let Some(word) = parts.last().map(|last| text_of(*last)).filter(|word| is_word(word)) {
            preceding |= word == "preceding";
            parts.pop();
        }
    } else {
        parts = parts.into_iter().flat_map(flat).collect();
    }
    let otherwise = node.attribute("fallbackValue").filter(|text| !text.trim().is_empty()).map(str::to_owned);
    Ok(Some(Call { node, name, column, rest: parts, otherwise, preceding }))
}

fn is_word(text: &str) -> bool {
    matches!(text, "preceding" | "succeeding" | "color" | "numeric" | "linear" | "cosine" | "cubic")
}

/// The data and the value of a point or an item, or the element itself.
fn flat<'a, 'i>(node: Node<'a, 'i>) -> Vec<Node<'a, 'i>> {
    match node.tag_name().name() {
        "InterpolationPoint" | "MapItem" => children(node).collect(),
        _ => vec![node],
    }
}

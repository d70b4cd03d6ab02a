//! TIME, ELEVATION and CQL_FILTER: which rows of the layers are meant.

use crate::common::kvp::Pairs;
use crate::common::period::{self, has_times, timed};
use terrane_engine::catalogue::Catalogue;
use terrane_engine::geology::understood;
use terrane_engine::{Caller, PictureLayer};
use terrane_formats::filter::cql2_text;
use terrane_model::limits::Limits;
use terrane_model::{Crs, Error, Filter, Kind, Result};
use terrane_projection::Transform;

/// What a request asks of rows beside where they are.
pub struct Conditions {
    times: Option<String>,
    /// One for each name in LAYERS.
    filters: Vec<Option<Filter>>,
}

impl Conditions {
    /// Of a request for so many layers.
    pub fn of(pairs: &Pairs, layers: usize, limits: &Limits) -> Result<Self> {
        if pairs.any_case("elevation").is_some() {
            let say = "No layer here has heights to choose from; leave ELEVATION out.";
            return Err(Error::unsupported(say).at("elevation"));
        }
        Ok(Self { times: pairs.any_case("time").map(str::to_owned), filters: filters(pairs, layers, limits)? })
    }

    /// What one name in LAYERS stands for, with the conditions on it.
    pub fn on(&self, at: usize, group: Vec<PictureLayer>, catalogue: &Catalogue) -> Result<Vec<PictureLayer>> {
        let group = match &self.times {
            // Layers without times pass over TIME, whatever it says (WMS 1.3.0, C.3.2).
            Some(text) if group.iter().any(|layer| has_times(layer, catalogue)) => {
                timed(group, &period::parse(text).map_err(|error| error.at("time"))?, catalogue)?
            }
            _ => group,
        };
        match self.filters.get(at).and_then(Option::as_ref) {
            Some(filter) => filtered(group, filter, catalogue).map_err(|error| error.at("cql_filter")),
            None => Ok(group),
        }
    }
}

/// CQL_FILTER as GeoServer has it: one for each layer, with semicolons between them; `INCLUDE` asks nothing.
fn filters(pairs: &Pairs, layers: usize, limits: &Limits) -> Result<Vec<Option<Filter>>> {
    let Some(text) = pairs.any_case("cql_filter") else { return Ok(Vec::new()) };
    let parts = split(text);
    if parts.len() != layers {
        let say = format!(
            "CQL_FILTER has {} conditions for {layers} layers; write one for each, with ; between them.",
            parts.len()
        );
        return Err(Error::invalid(say).at("cql_filter"));
    }
    let read = |part: &String| match part.trim() {
        "" => Ok(None),
        all if all.eq_ignore_ascii_case("include") => Ok(None),
        none if none.eq_ignore_ascii_case("exclude") => Ok(Some(Filter::Literal(false))),
        text => cql2_text::parse(text, limits).map(Some),
    };
    let refused = |error: Error| if error.kind() == Kind::TooLarge { Error::invalid(error.say()) } else { error };
    parts.iter().map(read).collect::<Result<_>>().map_err(|error| refused(error).at("cql_filter"))
}

/// The conditions of a list; a semicolon in a text belongs to it.
fn split(text: &str) -> Vec<String> {
    let (mut parts, mut quote) = (vec![String::new()], None);
    for character in text.chars() {
        match (character, quote) {
            (';', None) => parts.push(String::new()),
            (other, open) => {
                if let Some(part) = parts.last_mut() {
                    part.push(other);
                }
                quote = match (open, other) {
                    (None, '\'' | '"') => Some(other),
                    (Some(known), other) if known == other => None,
                    (open, _) => open,
                };
            }
        }
    }
    parts
}

/// The layers with one more condition, whose geometry is longitude and latitude.
fn filtered(group: Vec<PictureLayer>, filter: &Filter, catalogue: &Catalogue) -> Result<Vec<PictureLayer>> {
    let narrow = |layer: PictureLayer| {
        let dataset = catalogue.open(Caller::Public, &layer.dataset)?;
        let Some(source) = dataset.features.as_ref().filter(|_| dataset.grid.is_none()) else {
            return Err(Error::unsupported(format!("Layer “{}” is a grid and has no rows to filter.", layer.name)));
        };
        let filter = understood(filter, source.schema())?;
        let own = match layer.filter {
            Some(own) if layer.filter_crs != Crs::crs84() => {
                Some(own.transformed(&Transform::new(&layer.filter_crs, &Crs::crs84())?)?)
            }
            own => own,
        };
        let all = Filter::all(own.into_iter().chain([filter]));
        Ok(PictureLayer { filter: Some(all), filter_crs: Crs::crs84(), ..layer })
    };
    group.into_iter().map(narrow).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn semicolons_in_texts_do_not_end_a_condition() {
        assert_eq!(split("a = 'x;y';INCLUDE; b > 1"), ["a = 'x;y'", "INCLUDE", " b > 1"]);
        assert_eq!(split("\"a;b\" = 'it''s; so'"), ["\"a;b\" = 'it''s; so'"]);
    }
}

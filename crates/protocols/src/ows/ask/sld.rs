//! SLD_BODY → layers of a picture that are drawn with styles of the request's own (OGC 02-070 and 05-078r4).

use crate::common::kvp::Pairs;
use crate::common::layers::{and_filter, layer};
use terrane_engine::catalogue::Catalogue;
use terrane_engine::sld::{self, Sld, SldLayer, SldStyle, Subject};
use terrane_engine::{Caller, OwnStyle, PictureLayer, Style};
use terrane_model::limits::ASKED_RULES_MAX;
use terrane_model::{Crs, Error, Filter, Kind, Result};

/// The styles that a request brings.
pub struct Brought(Sld);

impl Brought {
    /// Of a request; nothing when it brings none. A document at another address is never fetched.
    pub fn of(pairs: &Pairs, catalogue: &Catalogue) -> Result<Option<Self>> {
        if pairs.any_case("sld").is_some() {
            let say = "Styles at other addresses are never fetched; send the document itself in SLD_BODY, or post it.";
            return Err(Error::unsupported(say).at("sld"));
        }
        for key in ["remote_ows_type", "remote_ows_url"] {
            if pairs.any_case(key).is_some() {
                return Err(Error::unsupported(
                    "Data at other addresses are never fetched; name layers of this service.",
                )
                .at(key));
            }
        }
        let Some(text) = pairs.any_case("sld_body") else { return Ok(None) };
        let asked: Vec<&str> = ["layers", "layer"].iter().filter_map(|key| pairs.any_case(key)).collect();
        let wanted =
            |name: &str| asked.is_empty() || asked.iter().any(|names| names.split(',').any(|known| known == name));
        let read = sld::read(text, &|name| match wanted(name) {
            true => subject(name, catalogue).map(Some),
            // The document is a library of styles; others of it are for other requests.
            false => Ok(None),
        });
        read.map(|sld| Some(Self(sld))).map_err(located)
    }

    /// The names of its layers, bottom first: what is drawn when LAYERS names none.
    pub fn names(&self) -> Vec<&str> {
        self.0.layers.iter().map(|layer| layer.name.as_str()).collect()
    }

    /// What each of its layers draws, with each of its styles.
    pub fn literal(&self, catalogue: &Catalogue) -> Result<Vec<Vec<PictureLayer>>> {
        let drawn = |of: &SldLayer| -> Result<Vec<PictureLayer>> {
            let mut layers = Vec::new();
            for style in &of.styles {
                layers.extend(match style {
                    SldStyle::Named(style) => layer(&of.name, Some(style), catalogue)?,
                    SldStyle::Own { style, .. } => vec![owned(&of.name, style, catalogue)?],
                });
            }
            if of.styles.is_empty() {
                layers = layer(&of.name, None, catalogue)?;
            }
            layers.into_iter().map(|layer| narrowed(layer, of.filter.as_ref(), catalogue)).collect()
        };
        self.0.layers.iter().map(|of| drawn(of).map_err(located)).collect()
    }

    /// What a name in LAYERS draws, with the style that the document has for it, or else one of this service.
    pub fn library(&self, name: &str, style: Option<&str>, catalogue: &Catalogue) -> Result<Vec<PictureLayer>> {
        let Some(of) = self.0.layers.iter().find(|layer| layer.name == name || layer.name.is_empty()) else {
            return layer(name, style, catalogue);
        };
        let named = of.styles.iter().find_map(|known| match known {
            SldStyle::Named(known) => Some(known.as_str()),
            SldStyle::Own { .. } => None,
        });
        let layers = match of.own(style) {
            Some(own) => vec![owned(name, own, catalogue).map_err(located)?],
            None => layer(name, style.or(named), catalogue)?,
        };
        layers.into_iter().map(|layer| narrowed(layer, of.filter.as_ref(), catalogue).map_err(located)).collect()
    }
}

/// What the rules of a style of the request's own show at a scale, when that is not all: rows that it leaves out are not found at a
/// point either.
pub fn shown(own: &OwnStyle, scale_denominator: f64) -> Option<Filter> {
    let rules: Vec<_> = own.style().rules.iter().filter(|rule| rule.draws_at(scale_denominator)).collect();
    let filters: Option<Vec<Filter>> =
        rules.iter().map(|rule| rule.filter.clone().filter(|_| !rule.otherwise)).collect();
    match filters {
        Some(filters) if filters.is_empty() => Some(Filter::Literal(false)),
        Some(filters) => Some(Filter::Or(filters)),
        None => None,
    }
}

/// A layer with what its own style shows, for questions about a point.
pub fn narrowed_to_shown(layer: PictureLayer, scale_denominator: f64, catalogue: &Catalogue) -> Result<PictureLayer> {
    let shown = layer.own_style.as_ref().and_then(|own| shown(own, scale_denominator));
    narrowed(layer, shown.as_ref(), catalogue)
}

/// What a layer of this service draws.
fn subject(name: &str, catalogue: &Catalogue) -> Result<Subject> {
    let layers = layer(name, None, catalogue).map_err(|error| error.at("layers"))?;
    let [only] = layers.as_slice() else { return Ok(Subject::Several) };
    let dataset = catalogue.open(Caller::Public, &only.dataset)?;
    Ok(match (&dataset.grid, &dataset.features) {
        (Some(grid), _) => Subject::Grid(grid.schema().as_ref().clone()),
        (None, Some(source)) => Subject::Rows(source.schema().as_ref().clone()),
        (None, None) => Subject::Several,
    })
}

fn owned(name: &str, style: &Style, catalogue: &Catalogue) -> Result<PictureLayer> {
    if style.rules.len() > ASKED_RULES_MAX {
        let say = format!(
            "The style has {} rules; one that comes with a request has at most {ASKED_RULES_MAX}.",
            style.rules.len()
        );
        return Err(Error::invalid(say));
    }
    let layers = layer(name, None, catalogue).map_err(|error| error.at("layers"))?;
    let [only] = layers.as_slice() else {
        return Err(Error::unsupported(format!(
            "“{name}” is a map of several layers; give styles to its layers one by one."
        )));
    };
    let own = OwnStyle::new(style.clone());
    own.check(&catalogue.open(Caller::Public, &only.dataset)?)?;
    Ok(PictureLayer { style: None, own_style: Some(own), ..only.clone() })
}

/// The layer with the rows of a constraint, whose geometry is in the CRS of the rows.
fn narrowed(layer: PictureLayer, filter: Option<&Filter>, catalogue: &Catalogue) -> Result<PictureLayer> {
    let Some(filter) = filter else { return Ok(layer) };
    let dataset = catalogue.open(Caller::Public, &layer.dataset)?;
    let crs = dataset.features.as_ref().and_then(|source| source.schema().crs().cloned());
    and_filter(layer, filter.clone(), &crs.unwrap_or_else(Crs::crs84))
}

/// The error as one of the parameter, its place in the document said in the sentence. Limits of a document are as wrong as the rest.
fn located(error: Error) -> Error {
    if error.place() == Some("layers") {
        return error;
    }
    let say = match error.place() {
        Some(place) => format!("{place}: {}", error.say()),
        None => error.say().to_owned(),
    };
    let kind = if error.kind() == Kind::TooLarge { Kind::Invalid } else { error.kind() };
    Error::new(kind, say).at("sld_body")
}

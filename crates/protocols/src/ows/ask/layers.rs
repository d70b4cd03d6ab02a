//! LAYERS and STYLES → layers of a picture: datasets, maps, and layers of maps.

use crate::common::kvp::Pairs;
use crate::common::layers::layer;
use crate::ows::ask::narrow::Conditions;
use crate::ows::ask::sld::{Brought, narrowed_to_shown};
use crate::ows::codes::missing;
use terrane_engine::catalogue::Catalogue;
use terrane_engine::{Caller, PictureLayer};
use terrane_model::limits::Limits;
use terrane_model::{Error, Result};

/// The layers in LAYERS with the styles in STYLES, bottom first. A map's name stands for all its visible layers.
pub fn drawn(pairs: &Pairs, catalogue: &Catalogue, limits: &Limits) -> Result<Vec<PictureLayer>> {
    named(pairs, catalogue, limits).map(|groups| groups.into_iter().flat_map(|(_, group)| group).collect())
}

/// The same, for each name what it stands for. Without LAYERS, the styles that the request brings say which layers there are.
fn named(pairs: &Pairs, catalogue: &Catalogue, limits: &Limits) -> Result<Vec<(String, Vec<PictureLayer>)>> {
    let brought = Brought::of(pairs, catalogue)?;
    let names = match &brought {
        Some(brought) if pairs.any_case("layers").is_none() => brought.names(),
        _ => names(pairs, "layers", limits)?,
    };
    let is_literal = pairs.any_case("layers").is_none();
    let styles = if is_literal { vec![None; names.len()] } else { styles(pairs, names.len())? };
    let conditions = Conditions::of(pairs, names.len(), limits)?;
    let groups = match &brought {
        Some(brought) if is_literal => brought.literal(catalogue),
        Some(brought) => {
            names.iter().zip(styles).map(|(name, style)| brought.library(name, style, catalogue)).collect()
        }
        None => opened(&names, styles, catalogue),
    };
    let groups = groups.map_err(|error| error.at("layers"))?;
    let narrow = |(at, (name, group)): (usize, (&&str, _))| {
        conditions.on(at, group, catalogue).map(|group| ((*name).to_owned(), group))
    };
    names.iter().zip(groups).enumerate().map(narrow).collect()
}

/// Those of the layers drawn that QUERY_LAYERS names, with what the styles that the request brings show of them.
pub fn queried_of_brought(
    pairs: &Pairs,
    catalogue: &Catalogue,
    limits: &Limits,
    scale_denominator: f64,
) -> Result<Vec<PictureLayer>> {
    let drawn = named(pairs, catalogue, limits)?;
    let mut queried = Vec::new();
    for name in names(pairs, "query_layers", limits)? {
        let found: Vec<_> =
            drawn.iter().filter(|(known, _)| known == name).flat_map(|(_, group)| group.clone()).collect();
        if found.is_empty() {
            return Err(Error::not_found("A layer in QUERY_LAYERS is not among those drawn.").at("query_layers"));
        }
        queried.extend(found);
    }
    queried.iter().try_for_each(|layer| has_place(layer, catalogue)).map_err(|error| error.at("query_layers"))?;
    queried.into_iter().map(|layer| narrowed_to_shown(layer, scale_denominator, catalogue)).collect()
}

/// The layers in QUERY_LAYERS, bottom first, with the conditions that LAYERS have; what a layer has at a point does not depend on
/// its style.
pub fn queried(pairs: &Pairs, catalogue: &Catalogue, limits: &Limits) -> Result<Vec<PictureLayer>> {
    let drawn = names(pairs, "layers", limits)?;
    let names = names(pairs, "query_layers", limits)?;
    let conditions = Conditions::of(pairs, drawn.len(), limits)?;
    let styles = vec![None; names.len()];
    let groups = opened(&names, styles, catalogue).and_then(|groups| {
        groups.iter().flatten().try_for_each(|layer| has_place(layer, catalogue))?;
        Ok(groups)
    });
    let groups = groups.map_err(|error| error.at("query_layers"))?;
    let place = |name: &str| drawn.iter().position(|known| *known == name).unwrap_or(usize::MAX);
    let narrow = |(name, group): (&&str, _)| conditions.on(place(name), group, catalogue);
    names.iter().zip(groups).map(narrow).collect::<Result<Vec<_>>>().map(|groups| groups.concat())
}

/// A table without places has nothing at any of them.
fn has_place(layer: &PictureLayer, catalogue: &Catalogue) -> Result<()> {
    let there = catalogue.entry(Caller::Public, &layer.dataset)?.crs().is_some();
    let say = || format!("Layer “{}” has no places and cannot be asked what is at one.", layer.name);
    there.then_some(()).ok_or_else(|| Error::unsupported(say()))
}

fn names<'a>(pairs: &'a Pairs, key: &str, limits: &Limits) -> Result<Vec<&'a str>> {
    let names: Vec<&str> = pairs.any_case(key).ok_or_else(|| missing(key))?.split(',').collect();
    let (count, most) = (names.len(), limits.picture_layers_max);
    match count > most {
        true => Err(Error::invalid(format!("{count} layers are asked for; there can be {most}.")).at(key)),
        false => Ok(names),
    }
}

fn opened(names: &[&str], styles: Vec<Option<&str>>, catalogue: &Catalogue) -> Result<Vec<Vec<PictureLayer>>> {
    let layers = names.iter().zip(styles).map(|(name, style)| layer(name, style, catalogue));
    layers.collect()
}

fn styles(pairs: &Pairs, count: usize) -> Result<Vec<Option<&str>>> {
    let Some(text) = pairs.any_case("styles") else { return Ok(vec![None; count]) };
    let styles: Vec<Option<&str>> =
        text.split(',').map(|style| Some(style).filter(|style| !style.is_empty())).collect();
    if styles.len() != count {
        let say =
            format!("STYLES names {} styles for {count} layers; leave it empty for the default ones.", styles.len());
        return Err(Error::invalid(say).at("styles"));
    }
    Ok(styles)
}

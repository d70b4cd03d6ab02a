//! LAYERS and STYLES → layers of a picture: datasets, maps, and layers of maps.

use crate::common::kvp::Pairs;
use crate::common::layers::layer;
use crate::ows::ask::narrow::Conditions;
use crate::ows::codes::missing;
use terrane_engine::catalogue::Catalogue;
use terrane_engine::{Caller, PictureLayer};
use terrane_model::limits::Limits;
use terrane_model::{Error, Result};

/// The layers in LAYERS with the styles in STYLES, bottom first. A map's name stands for all its visible layers.
pub fn drawn(pairs: &Pairs, catalogue: &Catalogue, limits: &Limits) -> Result<Vec<PictureLayer>> {
    let names = names(pairs, "layers", limits)?;
    let styles = styles(pairs, names.len())?;
    let conditions = Conditions::of(pairs, names.len(), limits)?;
    let groups = opened(&names, styles, catalogue).map_err(|error| error.at("layers"))?;
    let narrow = |(at, group)| conditions.on(at, group, catalogue);
    groups.into_iter().enumerate().map(narrow).collect::<Result<Vec<_>>>().map(|groups| groups.concat())
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

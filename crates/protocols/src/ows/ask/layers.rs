//! LAYERS and STYLES → layers of a picture: datasets, maps, and layers of maps.

use crate::common::kvp::Pairs;
use crate::ows::codes::missing;
use std::fmt::Write as _;
use terrane_engine::catalogue::Catalogue;
use terrane_engine::{Caller, PictureLayer};
use terrane_model::limits::Limits;
use terrane_model::map::Layer;
use terrane_model::{DatasetId, Error, Result};

/// The layers in LAYERS with the styles in STYLES, bottom first. A map's name stands for all its visible layers.
pub fn drawn(pairs: &Pairs, catalogue: &Catalogue, limits: &Limits) -> Result<Vec<PictureLayer>> {
    let names = names(pairs, "layers", limits)?;
    let styles = styles(pairs, names.len())?;
    opened(names, styles, catalogue).map_err(|error| error.at("layers"))
}

/// The layers in QUERY_LAYERS, bottom first; what a layer has at a point does not depend on its style.
pub fn queried(pairs: &Pairs, catalogue: &Catalogue, limits: &Limits) -> Result<Vec<PictureLayer>> {
    let names = names(pairs, "query_layers", limits)?;
    let styles = vec![None; names.len()];
    let layers = opened(names, styles, catalogue).and_then(|layers| {
        layers.iter().try_for_each(|layer| has_place(layer, catalogue))?;
        Ok(layers)
    });
    layers.map_err(|error| error.at("query_layers"))
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

fn opened(names: Vec<&str>, styles: Vec<Option<&str>>, catalogue: &Catalogue) -> Result<Vec<PictureLayer>> {
    let layers = names.into_iter().zip(styles).map(|(name, style)| layer(name, style, catalogue));
    layers.collect::<Result<Vec<_>>>().map(|layers| layers.concat())
}

/// Names the state of layers: the revisions of their data, the versions of their styles, and how their maps set them.
pub fn state(layers: &[PictureLayer], catalogue: &Catalogue) -> Result<String> {
    let mut state = String::new();
    for layer in layers {
        let entry = catalogue.entry(Caller::Public, &layer.dataset)?;
        let style = entry.style(layer.style.as_deref())?;
        let _ = write!(state, "{}/{}@{} {layer:?};", entry.state(), style.name, style.version);
    }
    Ok(state)
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

/// The layers that a name stands for, bottom first: a dataset, all visible layers of a map, or one layer of a map (`map/layer`)
/// with the style, filter and scale range that it has there.
pub fn layer(name: &str, style: Option<&str>, catalogue: &Catalogue) -> Result<Vec<PictureLayer>> {
    let shown: String = name.chars().take(64).collect();
    let unknown = || Error::not_found(format!("There is no layer “{shown}”."));
    if let Some((map, layer)) = name.split_once('/') {
        return layer_of_map(name, (map, layer), style, catalogue).ok_or_else(unknown)?.map(|layer| vec![layer]);
    }
    let id = DatasetId::new(name).map_err(|_| unknown())?;
    if catalogue.entry(Caller::Public, &id).is_ok() {
        let layer = PictureLayer::new(id, style.map(str::to_owned));
        return styled(layer, catalogue).map(|layer| vec![layer]);
    }
    if style.is_some_and(|style| style != "default") {
        return Err(Error::not_found(format!("Layer “{shown}” is a map; its only style is “default”.")).at("styles"));
    }
    visible_layers(&id, catalogue).ok_or_else(unknown)
}

/// All visible layers of a map whose datasets are there and have places, bottom first.
fn visible_layers(id: &DatasetId, catalogue: &Catalogue) -> Option<Vec<PictureLayer>> {
    let map = catalogue.map(Caller::Public, id).ok()?;
    let placed =
        |dataset: &DatasetId| catalogue.entry(Caller::Public, dataset).is_ok_and(|entry| entry.crs().is_some());
    let there = |layer: &Layer| layer.visible && placed(&layer.dataset);
    let visible = map.named().into_iter().rev().filter(|(_, layer)| there(layer));
    let named = |(name, layer)| PictureLayer { name: format!("{id}/{name}"), ..PictureLayer::of_map(layer) };
    Some(visible.map(named).collect())
}

/// One layer of a map. Its opacity is the viewer's to set, so it is drawn opaque.
fn layer_of_map(
    name: &str,
    (map, layer): (&str, &str),
    style: Option<&str>,
    catalogue: &Catalogue,
) -> Option<Result<PictureLayer>> {
    let map = catalogue.map(Caller::Public, &DatasetId::new(map).ok()?).ok()?;
    let (_, found) = map.named().into_iter().find(|(known, _)| known == layer)?;
    catalogue.entry(Caller::Public, &found.dataset).ok()?;
    let mut picture = PictureLayer { name: name.to_owned(), opacity: 1.0, ..PictureLayer::of_map(found) };
    if let Some(style) = style {
        picture.style = Some(style.to_owned());
    }
    Some(styled(picture, catalogue))
}

/// The layer when its style is there.
fn styled(layer: PictureLayer, catalogue: &Catalogue) -> Result<PictureLayer> {
    let entry = catalogue.entry(Caller::Public, &layer.dataset)?;
    entry.style(layer.style.as_deref()).map_err(|error| error.at("styles"))?;
    Ok(layer)
}

//! What names stand for in pictures and tiles: datasets, maps, and layers of maps; and the state that they are in.

use terrane_engine::catalogue::Catalogue;
use terrane_engine::{Caller, PictureLayer};
use terrane_model::{Crs, DatasetId, Error, Filter, Result};

/// Names the state of layers, as what is kept of them is named: the states of their data, their styles, and how they are asked for.
pub fn state(layers: &[PictureLayer], catalogue: &Catalogue) -> Result<String> {
    terrane_engine::cache::layers_state(catalogue, Caller::Public, layers)
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

/// All visible layers of a map, bottom first.
fn visible_layers(id: &DatasetId, catalogue: &Catalogue) -> Option<Vec<PictureLayer>> {
    let map = catalogue.map(Caller::Public, id).ok()?;
    let named = |layer: PictureLayer| PictureLayer { name: format!("{id}/{}", layer.name), ..layer };
    Some(catalogue.map_layers(Caller::Public, &map).into_iter().map(named).collect())
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
pub fn styled(layer: PictureLayer, catalogue: &Catalogue) -> Result<PictureLayer> {
    let entry = catalogue.entry(Caller::Public, &layer.dataset)?;
    entry.style(layer.style.as_deref()).map_err(|error| error.at("styles"))?;
    Ok(layer)
}

/// The layer with one more filter, whose geometry is in a CRS.
pub fn and_filter(layer: PictureLayer, filter: Filter, crs: &Crs) -> Result<PictureLayer> {
    let own = match layer.filter {
        Some(own) if layer.filter_crs != *crs => {
            Some(own.transformed(&terrane_projection::Transform::new(&layer.filter_crs, crs)?)?)
        }
        own => own,
    };
    let filter = Filter::all(own.into_iter().chain([filter]));
    Ok(PictureLayer { filter: Some(filter), filter_crs: crs.clone(), ..layer })
}

//! Key-value pairs, or the parts of an address, → questions.

use crate::common::kvp::Pairs;
use crate::common::layers::{layer, state};
use crate::common::period::{self, timed};
use crate::common::site::Site;
use crate::ogcapi::tiles::ask as tiles;
use crate::ows::codes::missing;
use std::sync::Arc;
use terrane_engine::catalogue::Catalogue;
use terrane_engine::{Caller, PictureLayer, TileForm, TileQuestion};
use terrane_model::picture::PictureFormat;
use terrane_model::tiling::{TileAddress, TileMatrixSet};
use terrane_model::{Error, Kind, Result};

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Operation {
    GetCapabilities,
    GetTile,
    GetFeatureInfo,
}

/// The operation of a request.
pub fn operation(pairs: &Pairs) -> Result<Operation> {
    let name = pairs.any_case("request").ok_or_else(|| missing("request"))?;
    match name.to_ascii_lowercase().as_str() {
        "getcapabilities" => Ok(Operation::GetCapabilities),
        "gettile" => Ok(Operation::GetTile),
        "getfeatureinfo" => Ok(Operation::GetFeatureInfo),
        _ => {
            let shown: String = name.chars().take(64).collect();
            let say = format!("“{shown}” is not offered; there are GetCapabilities, GetTile and GetFeatureInfo.");
            Err(Error::unsupported(say).at("request"))
        }
    }
}

/// Refuses versions that are not spoken: only 1.0.0 is.
pub fn check_version(pairs: &Pairs, operation: Operation) -> Result<()> {
    if operation == Operation::GetCapabilities {
        let Some(versions) = pairs.any_case("acceptversions") else { return Ok(()) };
        let spoken = versions.split(',').any(|version| version.trim() == "1.0.0");
        let say = || Error::invalid("Only version 1.0.0 is spoken here.").at("AcceptVersions");
        return spoken.then_some(()).ok_or_else(say);
    }
    match pairs.any_case("version") {
        None | Some("1.0.0") => Ok(()),
        Some(_) => Err(Error::invalid("Only version 1.0.0 is spoken here.").at("version")),
    }
}

/// A tile that is asked for.
pub struct TileAsk {
    /// The question.
    pub question: TileQuestion,
    /// Names the state of everything that is drawn.
    pub state: String,
}

/// GetTile.
pub fn tile(site: &Site, pairs: &Pairs, catalogue: &Catalogue) -> Result<TileAsk> {
    let layers = drawn(pairs, catalogue)?;
    let format = format(pairs.any_case("format").ok_or_else(|| missing("format"))?)?;
    let (set, tile) = address(site, pairs)?;
    let state = state(&layers, catalogue)?;
    let form = TileForm::Picture(format);
    let background = form.background();
    let question = TileQuestion { layers, set, tile, form, sharpness: 1, background, columns: None, gzip: false };
    Ok(TileAsk { question, state })
}

/// The layers that Layer, Style and the time name.
fn drawn(pairs: &Pairs, catalogue: &Catalogue) -> Result<Vec<PictureLayer>> {
    let name = pairs.any_case("layer").ok_or_else(|| missing("layer"))?;
    let style = pairs.any_case_or_empty("style").ok_or_else(|| missing("style"))?;
    let style = Some(style).filter(|style| !style.is_empty());
    let layers = match layer(name, style, catalogue) {
        // Clients ask for “default” whatever the styles are called.
        Err(error) if error.place() == Some("styles") && style == Some("default") => layer(name, None, catalogue),
        known => known,
    };
    let layers = layers.map_err(|error| match error.place() {
        Some("styles") => Error::new(error.kind(), error.say().to_owned()).at("Style"),
        _ => error.at("Layer"),
    })?;
    for layer in &layers {
        if catalogue.entry(Caller::Public, &layer.dataset)?.crs().is_none() {
            let say = format!("Layer “{}” is a table without places: it cannot be drawn.", layer.name);
            return Err(Error::not_found(say).at("Layer"));
        }
    }
    let Some(times) = pairs.any_case("time") else { return Ok(layers) };
    if times.eq_ignore_ascii_case("default") {
        return Ok(layers);
    }
    let times = period::parse(times).map_err(|error| error.at("Time"))?;
    timed(layers, &times, catalogue)
}

/// The form of tiles.
fn format(text: &str) -> Result<PictureFormat> {
    crate::ows::ask::picture_format(text)
        .map_err(|error| Error::new(Kind::Invalid, error.say().to_owned()).at("Format"))
}

fn address(site: &Site, pairs: &Pairs) -> Result<(Arc<TileMatrixSet>, TileAddress)> {
    let value = |key: &str| pairs.any_case(key).ok_or_else(|| missing(key));
    let (set, matrix) = (value("tilematrixset")?, value("tilematrix")?);
    let set = tiles::set(site, set).map_err(|error| error.at("TileMatrixSet"))?;
    if set.place(matrix).is_none() {
        let shown: String = matrix.chars().take(32).collect();
        return Err(Error::not_found(format!("There is no tile matrix “{shown}” in {}.", set.id)).at("TileMatrix"));
    }
    let (row, column) = (value("tilerow")?, value("tilecol")?);
    let number = tiles::number(column, "column").map_err(|error| error.at("TileCol"))?;
    let tile = tiles::address(&set, matrix, row, number).map_err(|error| error.at("TileRow"))?;
    Ok((set, tile))
}

/// A point of a tile that is asked about.
pub struct InfoAsk {
    /// The tile.
    pub question: TileQuestion,
    /// The pixel.
    pub at_px: [u32; 2],
}

/// GetFeatureInfo.
pub fn info(site: &Site, pairs: &Pairs, catalogue: &Catalogue) -> Result<InfoAsk> {
    let TileAsk { question, .. } = tile(site, pairs, catalogue)?;
    let [width, height] = question.set.matrices.get(question.tile.matrix).map_or([0; 2], |matrix| matrix.tile_px);
    let at_px = [pixel(pairs, "I", width)?, pixel(pairs, "J", height)?];
    Ok(InfoAsk { question, at_px })
}

fn pixel(pairs: &Pairs, key: &'static str, side: u32) -> Result<u32> {
    let text = pairs.any_case(key).ok_or_else(|| missing(key))?;
    let inside = text.trim().parse::<u32>().ok().filter(|&pixel| pixel < side);
    let say = || Error::invalid(format!("{key} is a pixel of the tile, from 0 to {}.", side.saturating_sub(1))).at(key);
    inside.ok_or_else(say)
}

/// The pairs that an address stands for; `None` when there is nothing at it. The parts are
/// `layer/style/[time/]set/matrix/row/column.png` and `layer/style/[time/]set/matrix/row/column/j/i.json`.
pub fn of_address(parts: &[&str]) -> Option<Pairs> {
    let (last, above) = parts.split_last()?;
    let (last, ending) = last.rsplit_once('.')?;
    let is_info = above.len() >= 7;
    let timed = above.len() == if is_info { 8 } else { 6 };
    if above.len() != usize::from(timed) + if is_info { 7 } else { 5 } {
        return None;
    }
    let mut all = vec![("layer", above[0]), ("style", above[1])];
    let rest = if timed { &above[3..] } else { &above[2..] };
    if timed {
        all.push(("time", above[2]));
    }
    all.extend([("tilematrixset", rest[0]), ("tilematrix", rest[1]), ("tilerow", rest[2])]);
    if is_info {
        all.extend([("request", "GetFeatureInfo"), ("format", "image/png"), ("infoformat", info_form(ending)?)]);
        all.extend([("tilecol", rest[3]), ("j", rest[4]), ("i", last)]);
    } else {
        all.extend([("request", "GetTile"), ("tilecol", last), ("format", picture_form(ending)?)]);
    }
    Some(all.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect())
}

fn picture_form(ending: &str) -> Option<&'static str> {
    let jpeg = if ending == "jpeg" { "jpg" } else { ending };
    PictureFormat::ALL.into_iter().find(|format| format.extension() == jpeg).map(PictureFormat::media_type)
}

/// Endings of addresses of feature information, with their media types.
pub const INFO_ENDINGS: [(&str, &str); 4] =
    [("txt", "text/plain"), ("html", "text/html"), ("json", "application/json"), ("gml", "application/vnd.ogc.gml")];

fn info_form(ending: &str) -> Option<&'static str> {
    INFO_ENDINGS.into_iter().find(|(known, _)| *known == ending).map(|(_, form)| form)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_stand_for_pairs() {
        let read = |path: &str| of_address(&path.split('/').collect::<Vec<_>>());
        let value = |path: &str, key: &str| read(path).and_then(|pairs| pairs.any_case(key).map(str::to_owned));
        let tile = "quakes/default/WebMercatorQuad/3/2/7.png";
        assert_eq!(value(tile, "tilecol").as_deref(), Some("7"));
        assert_eq!(value(tile, "format").as_deref(), Some("image/png"));
        assert_eq!(value(tile, "time"), None);
        let timed = "quakes/default/2019-07/WebMercatorQuad/3/2/7.webp";
        assert_eq!(value(timed, "time").as_deref(), Some("2019-07"));
        assert_eq!(value(timed, "tilerow").as_deref(), Some("2"));
        let info = "quakes/default/WebMercatorQuad/3/2/7/10/20.json";
        assert_eq!((value(info, "j").as_deref(), value(info, "i").as_deref()), (Some("10"), Some("20")));
        assert_eq!(value("quakes/default/2019/WebMercatorQuad/3/2/7/10/20.txt", "time").as_deref(), Some("2019"));
        for path in ["", "a.png", "a/b/c/d/e/f", "a/b/c/d/e/f.exe", "a/b/c/d/e/f/g/h.png", "a/b/c/d/e/f/g/h/i/j.json"] {
            assert_eq!(read(path), None, "{path}");
        }
    }
}

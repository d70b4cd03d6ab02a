//! Key-value pairs, and documents that are posted, → questions.

mod layers;
mod narrow;
pub mod post;
mod sld;
mod view;

pub use view::{background, size, view};

use crate::common::kvp::Pairs;
use crate::common::layers::{layer, state};
use crate::common::negotiate::languages;
use crate::ows::codes::missing;
use layers::{drawn, queried, queried_of_brought};
use sld::Brought;
use terrane_engine::catalogue::Catalogue;
use terrane_engine::{OwnStyle, PIXEL_MM, PictureLayer, PictureQuestion, View};
use terrane_model::limits::Limits;
use terrane_model::picture::PictureFormat;
use terrane_model::{DatasetId, Error, Result};
use view::{pixel_mm, truth};

/// A version of WMS that is spoken here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Version {
    V111,
    V130,
}

impl Version {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::V111 => "1.1.1",
            Self::V130 => "1.3.0",
        }
    }
    /// The parameter that names the CRS.
    pub fn crs_key(self) -> &'static str {
        match self {
            Self::V111 => "srs",
            Self::V130 => "crs",
        }
    }
    /// The parameter that names a pixel's place along x (0) or y (1), and what the other version calls it.
    fn pixel_keys(self, axis: usize) -> [&'static str; 2] {
        let [new, old] = [["i", "x"], ["j", "y"]][axis.min(1)];
        if self == Self::V130 { [new, old] } else { [old, new] }
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Operation {
    GetCapabilities,
    GetMap,
    GetFeatureInfo,
    GetLegendGraphic,
}

/// How errors are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Exceptions {
    Xml,
    InImage,
    Blank,
}

/// The version of a request: the one named, or the nearest that is spoken (WMS 1.3.0, 6.2.4); without one, the newest, but 1.1.1
/// when the request says SRS.
pub fn version(pairs: &Pairs) -> Version {
    let Some(text) = pairs.any_case("version").or_else(|| pairs.any_case("wmtver")) else {
        return if pairs.any_case("srs").is_some() { Version::V111 } else { Version::V130 };
    };
    let mut numbers = text.split('.').map(|part| part.trim().parse::<u32>().unwrap_or(0));
    let mut next = || numbers.next().unwrap_or(0);
    if (next(), next(), next()) >= (1, 3, 0) { Version::V130 } else { Version::V111 }
}

/// The operation of a request.
pub fn operation(pairs: &Pairs) -> Result<Operation> {
    let name = pairs.any_case("request").ok_or_else(|| missing("request"))?;
    match name.to_ascii_lowercase().as_str() {
        "getcapabilities" | "capabilities" => Ok(Operation::GetCapabilities),
        "getmap" | "map" => Ok(Operation::GetMap),
        "getfeatureinfo" | "feature_info" => Ok(Operation::GetFeatureInfo),
        "getlegendgraphic" => Ok(Operation::GetLegendGraphic),
        _ => {
            let shown: String = name.chars().take(64).collect();
            let say = format!(
                "“{shown}” is not offered; there are GetCapabilities, GetMap, GetFeatureInfo and GetLegendGraphic."
            );
            Err(Error::unsupported(say).at("request"))
        }
    }
}

/// Refuses a request for another service than WMS.
pub fn check_service(pairs: &Pairs) -> Result<()> {
    match pairs.any_case("service") {
        Some(service) if service.eq_ignore_ascii_case("wms") => Ok(()),
        // WMS 1.1.1 does not ask for SERVICE in GetMap and GetFeatureInfo, and many clients leave it out.
        None if pairs.any_case("request").is_some_and(|name| !name.eq_ignore_ascii_case("getcapabilities")) => Ok(()),
        None => Err(missing("service")),
        Some(service) => {
            let shown: String = service.chars().take(32).collect();
            Err(Error::invalid(format!("The service “{shown}” is not offered here; there is WMS.")).at("service"))
        }
    }
}

/// How errors are wanted.
pub fn exceptions(pairs: &Pairs) -> Exceptions {
    let wanted = pairs.any_case("exceptions").unwrap_or("xml").to_ascii_lowercase();
    match wanted.as_str() {
        "inimage" | "application/vnd.ogc.se_inimage" => Exceptions::InImage,
        "blank" | "application/vnd.ogc.se_blank" => Exceptions::Blank,
        _ => Exceptions::Xml,
    }
}

/// Refuses UPDATESEQUENCE as the standard asks: equal is "current", greater is "invalid".
pub fn check_update_sequence(pairs: &Pairs, current: u64) -> Result<()> {
    let Some(text) = pairs.any_case("updatesequence") else { return Ok(()) };
    match text.parse::<u64>() {
        Ok(asked) if asked == current => {
            Err(Error::conflict(format!("{asked} is the current update sequence.")).at("updatesequence"))
        }
        Ok(asked) if asked < current => Ok(()),
        _ => Err(Error::invalid("UPDATESEQUENCE is greater than the current one, or no number.").at("updatesequence")),
    }
}

/// Languages wanted, best first: LANGUAGE or LANG, then Accept-Language.
pub fn wanted_languages(pairs: &Pairs, accept_language: Option<&str>) -> Vec<String> {
    languages(language(pairs), accept_language)
}

/// The language that the request itself names.
pub fn language(pairs: &Pairs) -> Option<&str> {
    pairs.any_case("language").or_else(|| pairs.any_case("lang"))
}

/// A map that is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct MapAsk {
    /// The picture.
    pub picture: PictureQuestion,
    /// Its form.
    pub format: PictureFormat,
    /// Names the layers and styles as they were asked, with their states, for the tag of the answer.
    pub state: String,
}

/// GetMap.
pub fn map(pairs: &Pairs, version: Version, catalogue: &Catalogue, limits: &Limits) -> Result<MapAsk> {
    let layers = drawn(pairs, catalogue, limits)?;
    let format = picture_format(pairs.any_case("format").ok_or_else(|| missing("format"))?)?;
    let view = view(pairs, version)?;
    let state = state(&layers, catalogue)?;
    // TILED, as GeoServer and MapServer have it: the client asks for tiles of a fixed grid.
    let [red, green, blue, alpha] = background(pairs)?;
    let background = [red, green, blue, if format == PictureFormat::Jpeg { 255 } else { alpha }];
    let picture = PictureQuestion { layers, view, background, tiled: truth(pairs, "tiled")? };
    Ok(MapAsk { picture, format, state })
}

/// FORMAT: one that pictures are written in; names of old clients are understood.
pub fn picture_format(format: &str) -> Result<PictureFormat> {
    let spaceless: String = format.chars().filter(|it| !it.is_whitespace()).collect::<String>().to_ascii_lowercase();
    match spaceless.split(';').next().unwrap_or("") {
        _ if spaceless == "image/png;mode=8bit" => Ok(PictureFormat::Png8),
        "image/png8" => Ok(PictureFormat::Png8),
        "image/png" | "image/png24" | "image/png32" => Ok(PictureFormat::Png),
        "image/webp" => Ok(PictureFormat::Webp),
        "image/jpeg" | "image/jpg" => Ok(PictureFormat::Jpeg),
        _ => {
            let shown: String = format.chars().take(64).collect();
            let names = PictureFormat::ALL.map(PictureFormat::media_type).join(", ");
            Err(Error::unsupported(format!("“{shown}” is not written here; there are {names}.")).at("format"))
        }
    }
}

/// Refuses forms of legends that are not written.
fn check_legend_format(format: &str) -> Result<()> {
    match picture_format(format)? {
        PictureFormat::Png | PictureFormat::Png8 => Ok(()),
        _ => Err(Error::unsupported("Legends are written as image/png.").at("format")),
    }
}

/// A point that is asked about: the picture, the layers that are asked, the pixel, how many rows.
pub struct InfoAsk {
    /// The layers, bottom first.
    pub layers: Vec<PictureLayer>,
    /// The picture.
    pub view: View,
    /// The pixel.
    pub at_px: [u32; 2],
    /// Rows per layer.
    pub count: usize,
}

/// GetFeatureInfo.
pub fn info(pairs: &Pairs, version: Version, catalogue: &Catalogue, limits: &Limits) -> Result<InfoAsk> {
    let view = view(pairs, version)?;
    let layers = match pairs.any_case("sld_body").or_else(|| pairs.any_case("sld")) {
        Some(_) => queried_of_brought(pairs, catalogue, limits, view.scale_denominator)?,
        None => {
            drawn(pairs, catalogue, limits)?;
            queried(pairs, catalogue, limits)?
        }
    };
    let at_px =
        [pixel(pairs, version.pixel_keys(0), view.width_px)?, pixel(pairs, version.pixel_keys(1), view.height_px)?];
    Ok(InfoAsk { layers, view, at_px, count: feature_count(pairs)? })
}

/// Clients mix up the names that the versions have for a pixel; the meaning is plain, and errors use the right one.
fn pixel(pairs: &Pairs, [key, other]: [&str; 2], side: u32) -> Result<u32> {
    let text = pairs.any_case(key).or_else(|| pairs.any_case(other)).ok_or_else(|| missing(key))?;
    let inside = text.trim().parse::<u32>().ok().filter(|&pixel| pixel < side);
    inside.ok_or_else(|| Error::invalid(format!("{} is a pixel from 0 to {}.", key.to_uppercase(), side - 1)).at(key))
}

fn feature_count(pairs: &Pairs) -> Result<usize> {
    let Some(text) = pairs.any_case("feature_count") else { return Ok(1) };
    let count = text.trim().parse::<usize>().ok().filter(|&count| count > 0);
    count.ok_or_else(|| Error::invalid("FEATURE_COUNT is a whole number from 1.").at("feature_count"))
}

/// A legend that is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct LegendAsk {
    /// The dataset.
    pub dataset: DatasetId,
    /// The style; the dataset's default when not named.
    pub style: Option<String>,
    /// A style that the request brings.
    pub own_style: Option<OwnStyle>,
    /// Device pixels for each standard pixel.
    pub sharpness: f64,
}

/// GetLegendGraphic.
pub fn legend(pairs: &Pairs, catalogue: &Catalogue) -> Result<LegendAsk> {
    // Many clients leave FORMAT out here.
    check_legend_format(pairs.any_case("format").unwrap_or("image/png"))?;
    let name = pairs.any_case("layer").or_else(|| pairs.any_case("layers")).ok_or_else(|| missing("layer"))?;
    let style = pairs.any_case("style").or_else(|| pairs.any_case("styles"));
    let layers = match Brought::of(pairs, catalogue)? {
        Some(brought) => brought.library(name, style, catalogue),
        None => layer(name, style, catalogue),
    };
    let layers = layers.map_err(|error| error.at("layer"))?;
    let [only] = layers.as_slice() else {
        let say = "A map of several layers has no single legend; ask for its layers one by one.";
        return Err(Error::unsupported(say).at("layer"));
    };
    let sharpness = (PIXEL_MM / pixel_mm(pairs)?).clamp(0.5, 4.0);
    let PictureLayer { dataset, style, own_style, .. } = only.clone();
    Ok(LegendAsk { dataset, style, own_style, sharpness })
}

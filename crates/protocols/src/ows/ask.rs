//! Key-value pairs → questions. Axes are swapped here and nowhere else.

use crate::common::crs::{swapped, y_first};
use crate::common::kvp::Pairs;
use crate::ows::codes::missing;
use terrane_engine::catalogue::Catalogue;
use terrane_engine::{Caller, PIXEL_MM, PictureLayer, PictureQuestion, View};
use terrane_model::limits::Limits;
use terrane_model::map::Layer;
use terrane_model::{Bbox, Crs, DatasetId, Error, Kind, Result};

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

/// A map that is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct MapAsk {
    /// The picture.
    pub picture: PictureQuestion,
    /// Names the layers and styles as they were asked, with their states, for the tag of the answer.
    pub state: String,
}

/// GetMap.
pub fn map(pairs: &Pairs, version: Version, catalogue: &Catalogue, limits: &Limits) -> Result<MapAsk> {
    refuse_sld(pairs)?;
    let (layers, state) = layers(pairs, "layers", catalogue, limits)?;
    picture_format(pairs)?;
    let view = view(pairs, version)?;
    Ok(MapAsk { picture: PictureQuestion { layers, view, background: background(pairs)? }, state })
}

fn refuse_sld(pairs: &Pairs) -> Result<()> {
    for key in ["sld", "sld_body", "remote_ows_type", "remote_ows_url"] {
        if pairs.any_case(key).is_some() {
            let say = "Styles in the request are not offered; name a style of the layer in STYLES.";
            return Err(Error::unsupported(say).at(key));
        }
    }
    Ok(())
}

/// The layers named by a parameter with the styles in STYLES, bottom first. A map's name stands for all its visible layers.
pub fn layers(pairs: &Pairs, key: &str, catalogue: &Catalogue, limits: &Limits) -> Result<(Vec<PictureLayer>, String)> {
    let names: Vec<&str> = pairs.any_case(key).ok_or_else(|| missing(key))?.split(',').collect();
    if names.len() > limits.picture_layers_max {
        let say = format!("{} layers are asked for; there can be {}.", names.len(), limits.picture_layers_max);
        return Err(Error::invalid(say).at(key));
    }
    let styles = styles(pairs, names.len())?;
    let (mut all, mut state) = (Vec::new(), String::new());
    for (name, style) in names.into_iter().zip(styles) {
        let layers = layer(name, style, catalogue).map_err(|error| error.at(key))?;
        for layer in &layers {
            let entry = catalogue.entry(Caller::Public, &layer.dataset)?;
            let style = entry.style(layer.style.as_deref())?;
            state.push_str(&format!("{}@{}/{}@{};", layer.dataset, entry.record().revision, style.name, style.version));
        }
        all.extend(layers);
    }
    Ok((all, state))
}

fn styles<'a>(pairs: &'a Pairs, count: usize) -> Result<Vec<Option<&'a str>>> {
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
fn layer(name: &str, style: Option<&str>, catalogue: &Catalogue) -> Result<Vec<PictureLayer>> {
    let shown: String = name.chars().take(64).collect();
    let unknown = || Error::not_found(format!("There is no layer “{shown}”."));
    if let Some((map, layer)) = name.split_once('/') {
        return layer_of_map(name, (map, layer), style, catalogue).ok_or_else(unknown)?.map(|layer| vec![layer]);
    }
    let id = DatasetId::new(name).map_err(|_| unknown())?;
    if let Ok(entry) = catalogue.entry(Caller::Public, &id) {
        entry.style(style).map_err(|error| error.at("styles"))?;
        return Ok(vec![PictureLayer::new(id, style.map(str::to_owned))]);
    }
    let map = catalogue.map(Caller::Public, &id).map_err(|_| unknown())?;
    if style.is_some_and(|style| style != "default") {
        return Err(Error::not_found(format!("Layer “{shown}” is a map; its only style is “default”.")).at("styles"));
    }
    let visible = map.named().into_iter().filter(|(_, layer)| layer.visible);
    let named =
        |(name, layer): (String, &Layer)| PictureLayer { name: format!("{id}/{name}"), ..PictureLayer::of_map(layer) };
    let mut layers: Vec<PictureLayer> = visible.map(named).collect();
    layers.reverse();
    Ok(layers)
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
    let mut picture = PictureLayer { name: name.to_owned(), opacity: 1.0, ..PictureLayer::of_map(found) };
    if let Some(style) = style {
        picture.style = Some(style.to_owned());
    }
    let entry = catalogue.entry(Caller::Public, &picture.dataset).ok()?;
    let styled = entry.style(picture.style.as_deref()).map(drop).map_err(|error| error.at("styles"));
    Some(styled.map(|()| picture))
}

/// FORMAT must be one that pictures are written in.
pub fn picture_format(pairs: &Pairs) -> Result<()> {
    let format = pairs.any_case("format").ok_or_else(|| missing("format"))?;
    let plain = format.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    match plain.as_str() {
        "image/png" | "image/png8" => Ok(()),
        _ => {
            let shown: String = format.chars().take(64).collect();
            Err(Error::unsupported(format!("“{shown}” is not written here; use image/png.")).at("format"))
        }
    }
}

/// The ground and the size of a picture.
pub fn view(pairs: &Pairs, version: Version) -> Result<View> {
    let crs = crs(pairs, version)?;
    let bbox = bbox(pairs, version, &crs)?;
    let width_px = size(pairs, "width")?;
    let height_px = size(pairs, "height")?;
    let pixel_mm = pixel_mm(pairs)?;
    let info = terrane_projection::info(&crs)?;
    let step_m = bbox.width() / f64::from(width_px) * info.metres_per_unit;
    Ok(View { crs, bbox, width_px, height_px, pixel_mm, scale_denominator: step_m / (pixel_mm / 1000.0) })
}

fn crs(pairs: &Pairs, version: Version) -> Result<Crs> {
    let key = version.crs_key();
    let other = if version == Version::V130 { "srs" } else { "crs" };
    // Clients mix the two up; the meaning is plain.
    let text = pairs.any_case(key).or_else(|| pairs.any_case(other)).ok_or_else(|| missing(key))?;
    let crs = terrane_projection::parse(text).and_then(|crs| terrane_projection::info(&crs).map(|_| crs));
    crs.map_err(|error| Error::new(Kind::Invalid, error.say().to_owned()).at(key))
}

/// BBOX in the axis order that the version asks for, given back x first.
fn bbox(pairs: &Pairs, version: Version, crs: &Crs) -> Result<Bbox> {
    let text = pairs.any_case("bbox").ok_or_else(|| missing("bbox"))?;
    let wrong = || Error::invalid("BBOX needs four numbers: minimum x, minimum y, maximum x, maximum y.").at("bbox");
    let numbers: Vec<f64> =
        text.split(',').map(|part| part.trim().parse()).collect::<Result<_, _>>().map_err(|_| wrong())?;
    let [a, b, c, d] = *numbers.as_slice() else { return Err(wrong()) };
    let given = Bbox { min: [a, b], max: [c, d] };
    let bbox = if version == Version::V130 && y_first(crs)? { swapped(given) } else { given };
    let fits = numbers.iter().all(|number| number.abs() < NUMBER_MAX);
    if !fits || bbox.min[0] >= bbox.max[0] || bbox.min[1] >= bbox.max[1] {
        let say = "BBOX is empty or the wrong way round; the lower corner comes first, and both sides have a length.";
        return Err(Error::invalid(say).at("bbox"));
    }
    Ok(bbox)
}

/// Coordinates past this have no place on the ground in any CRS.
const NUMBER_MAX: f64 = 1e12;

fn size(pairs: &Pairs, key: &str) -> Result<u32> {
    let text = pairs.any_case(key).ok_or_else(|| missing(key))?;
    // The engine refuses what is too large; here it must only be a number.
    text.trim().parse::<u32>().map_err(|_| {
        let shown: String = text.chars().take(32).collect();
        Error::invalid(format!("“{shown}” is not a number of pixels.")).at(key)
    })
}

/// The pixel's size from DPI as QGIS, MapServer (MAP_RESOLUTION) and GeoServer (FORMAT_OPTIONS=dpi:…) spell it.
fn pixel_mm(pairs: &Pairs) -> Result<f64> {
    let geoserver = pairs
        .any_case("format_options")
        .and_then(|options| options.split(';').find_map(|option| option.trim().strip_prefix("dpi:")));
    let Some(text) = pairs.any_case("dpi").or_else(|| pairs.any_case("map_resolution")).or(geoserver) else {
        return Ok(PIXEL_MM);
    };
    let dots: f64 = text.trim().parse().unwrap_or(f64::NAN);
    if !(DPI_MIN..=DPI_MAX).contains(&dots) {
        return Err(Error::invalid(format!("DPI is a number from {DPI_MIN} to {DPI_MAX}.")).at("dpi"));
    }
    // QGIS and others send DPI=96 for a plain screen, and mean pixels of the standard size.
    Ok(if (90.0..=96.0).contains(&dots) { PIXEL_MM } else { MM_PER_INCH / dots })
}

const DPI_MIN: f64 = 10.0;
const DPI_MAX: f64 = 1_200.0;
const MM_PER_INCH: f64 = 25.4;

/// What is behind everything: nothing when TRANSPARENT, else BGCOLOR, white by default.
pub fn background(pairs: &Pairs) -> Result<[u8; 4]> {
    let transparent = match pairs.any_case("transparent").map(str::to_ascii_lowercase).as_deref() {
        None | Some("false" | "0") => false,
        Some("true" | "1") => true,
        Some(_) => return Err(Error::invalid("TRANSPARENT is TRUE or FALSE.").at("transparent")),
    };
    let alpha = if transparent { 0 } else { 255 };
    let Some(text) = pairs.any_case("bgcolor") else { return Ok([255, 255, 255, alpha]) };
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).or_else(|| text.strip_prefix('#'));
    let number = digits.filter(|digits| digits.len() == 6).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let number = number.ok_or_else(|| Error::invalid("BGCOLOR is written like 0xRRGGBB.").at("bgcolor"))?;
    let [_, red, green, blue] = number.to_be_bytes();
    Ok([red, green, blue, alpha])
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
    layers(pairs, "layers", catalogue, limits)?;
    let queried = Pairs::from_iter(
        pairs.iter().filter(|(key, _)| !key.eq_ignore_ascii_case("styles")).map(|(k, v)| (k.to_owned(), v.to_owned())),
    );
    let (layers, _) = layers(&queried, "query_layers", catalogue, limits)?;
    let view = view(pairs, version)?;
    let keys = if version == Version::V130 { ["i", "j"] } else { ["x", "y"] };
    let at_px = [pixel(pairs, keys[0], view.width_px)?, pixel(pairs, keys[1], view.height_px)?];
    let count = match pairs.any_case("feature_count") {
        None => 1,
        Some(text) => text
            .trim()
            .parse::<usize>()
            .ok()
            .filter(|&count| count > 0)
            .ok_or_else(|| Error::invalid("FEATURE_COUNT is a whole number from 1.").at("feature_count"))?,
    };
    Ok(InfoAsk { layers, view, at_px, count })
}

fn pixel(pairs: &Pairs, key: &str, side: u32) -> Result<u32> {
    let text = pairs.any_case(key).ok_or_else(|| missing(key))?;
    let inside = text.trim().parse::<u32>().ok().filter(|&pixel| pixel < side);
    inside.ok_or_else(|| Error::invalid(format!("{} is a pixel from 0 to {}.", key.to_uppercase(), side - 1)).at(key))
}

/// GetLegendGraphic: the dataset, its style, and how sharp.
pub fn legend(pairs: &Pairs, catalogue: &Catalogue) -> Result<(DatasetId, Option<String>, f64)> {
    let name = pairs.any_case("layer").or_else(|| pairs.any_case("layers")).ok_or_else(|| missing("layer"))?;
    let layers = layer(name, pairs.any_case("style").or_else(|| pairs.any_case("styles")), catalogue);
    let layers = layers.map_err(|error| error.at("layer"))?;
    let [only] = layers.as_slice() else {
        let say = "A map of several layers has no single legend; ask for its layers one by one.";
        return Err(Error::unsupported(say).at("layer"));
    };
    let sharpness = PIXEL_MM / pixel_mm(pairs)?;
    Ok((only.dataset.clone(), only.style.clone(), sharpness.clamp(0.5, 4.0)))
}

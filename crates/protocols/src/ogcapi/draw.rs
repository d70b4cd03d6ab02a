//! What tiles and maps are asked with alike: filters, times, backgrounds.

use super::ask;
use crate::common::layers::and_filter;
use crate::common::request::Request;
use terrane_engine::catalogue::Catalogue;
use terrane_engine::{Caller, PictureLayer};
use terrane_model::limits::Limits;
use terrane_model::query::time_filter;
use terrane_model::time::Interval;
use terrane_model::{Crs, Error, Filter, Result};

/// The layers with `filter` and a period added to what they show already.
pub fn narrowed(
    request: &Request,
    catalogue: &Catalogue,
    layers: Vec<PictureLayer>,
    time: Option<Interval>,
    limits: &Limits,
) -> Result<Vec<PictureLayer>> {
    let filter_crs = ask::filter_crs(request)?;
    let has_filter = request.query.once("filter")?.is_some_and(|text| !text.trim().is_empty());
    let narrow = |layer: PictureLayer| {
        let dataset = catalogue.open(Caller::Public, &layer.dataset)?;
        let Some(source) = dataset.features.as_ref().filter(|_| dataset.grid.is_none()) else {
            return match has_filter {
                true => Err(Error::unsupported(format!("“{}” is a grid and has no rows to filter.", layer.dataset))
                    .at("filter")),
                false => Ok(layer),
            };
        };
        let schema = source.schema();
        let asked = ask::written_filter(request, schema, &filter_crs, limits)?;
        let within = time.and_then(|period| time_filter(&period, schema));
        with(layer, asked, &filter_crs, within)
    };
    layers.into_iter().map(narrow).collect()
}

/// The layer with one more filter and a period.
fn with(layer: PictureLayer, asked: Option<Filter>, crs: &Crs, within: Option<Filter>) -> Result<PictureLayer> {
    let mut layer = layer;
    if let Some(asked) = asked {
        layer = and_filter(layer, asked, crs)?;
    }
    if let Some(within) = within {
        let all = layer.filter.take().into_iter().chain([within]);
        layer.filter = Some(Filter::all(all));
    }
    Ok(layer)
}

/// What is behind everything: `bgcolor`, nothing where it is transparent, white where a picture cannot be.
pub fn background(request: &Request, opaque: bool) -> Result<[u8; 4]> {
    let colour = colour_of(request, "bgcolor")?;
    let transparent = truth_of(request, "transparent")?;
    // Without a word, what has a colour is opaque and what has none is transparent (20-058, requirements background).
    let transparent = transparent.unwrap_or(colour.is_none_or(|[.., alpha]| alpha < 255));
    let [red, green, blue, alpha] = colour.unwrap_or([255; 4]);
    Ok(match (opaque, transparent, alpha) {
        (true, ..) => [red, green, blue, 255],
        (_, true, 255) => [red, green, blue, 0],
        (_, true, alpha) => [red, green, blue, alpha],
        (_, false, _) => [red, green, blue, 255],
    })
}

/// A parameter that is a colour.
pub fn colour_of(request: &Request, key: &str) -> Result<Option<[u8; 4]>> {
    let text = request.query.once(key)?.filter(|text| !text.is_empty());
    text.map(|text| colour(text).map_err(|error| error.at(key))).transpose()
}

/// A parameter that is true or false.
pub fn truth_of(request: &Request, key: &str) -> Result<Option<bool>> {
    let text = request.query.once(key)?.filter(|text| !text.is_empty());
    text.map(|text| ask::truth(&text.to_ascii_lowercase()).map_err(|error| error.at(key))).transpose()
}

/// A colour: `#RRGGBB`, `0xRRGGBB`, `RRGGBB`, each with two digits of alpha before (0x) or after (#) if any, or a name of CSS 1.
pub fn colour(text: &str) -> Result<[u8; 4]> {
    let text = text.trim();
    if let Some((_, [red, green, blue])) = NAMES.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(text)) {
        return Ok([red, green, blue, 255]);
    }
    let alpha_first = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let digits = alpha_first.or_else(|| text.strip_prefix('#')).unwrap_or(text);
    let plain = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let number = u32::from_str_radix(digits, 16).ok().filter(|_| plain);
    match (number.map(u32::to_be_bytes), digits.len()) {
        (Some([_, red, green, blue]), 6) => Ok([red, green, blue, 255]),
        (Some([alpha, red, green, blue]), 8) if alpha_first.is_some() => Ok([red, green, blue, alpha]),
        (Some(rgba), 8) => Ok(rgba),
        _ => Err(Error::invalid(
            "A colour is written like 0xRRGGBB, 0xAARRGGBB, #RRGGBB, or by its name in CSS, such as “white”.",
        )),
    }
}

/// The names of CSS 1.
const NAMES: [(&str, [u8; 3]); 17] = [
    ("aqua", [0, 255, 255]),
    ("black", [0, 0, 0]),
    ("blue", [0, 0, 255]),
    ("fuchsia", [255, 0, 255]),
    ("gray", [128, 128, 128]),
    ("green", [0, 128, 0]),
    ("lime", [0, 255, 0]),
    ("maroon", [128, 0, 0]),
    ("navy", [0, 0, 128]),
    ("olive", [128, 128, 0]),
    ("orange", [255, 165, 0]),
    ("purple", [128, 0, 128]),
    ("red", [255, 0, 0]),
    ("silver", [192, 192, 192]),
    ("teal", [0, 128, 128]),
    ("white", [255, 255, 255]),
    ("yellow", [255, 255, 0]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::common::kvp::Pairs;

    #[test]
    fn colours_are_read_as_clients_write_them() {
        for (text, rgba) in [
            ("#ff8000", [255, 128, 0, 255]),
            ("0xFF8000", [255, 128, 0, 255]),
            ("ff8000", [255, 128, 0, 255]),
            ("0x80ff8000", [255, 128, 0, 128]),
            ("#ff800080", [255, 128, 0, 128]),
            ("White", [255; 4]),
        ] {
            assert_eq!(colour(text).expect(text), rgba, "{text}");
        }
        for text in ["", "#12345", "0x", "blueish", "+12345", "#12345g", "日本語"] {
            assert!(colour(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_colour_makes_a_background_opaque_unless_it_says_otherwise() {
        let of = |query: &str, opaque| {
            let query = Pairs::parse(query).expect("it is well formed");
            background(&Request { query, ..Request::default() }, opaque).expect("it is a background")
        };
        assert_eq!(of("", false), [255, 255, 255, 0]);
        assert_eq!(of("", true), [255; 4]);
        assert_eq!(of("bgcolor=0x102030", false), [16, 32, 48, 255]);
        assert_eq!(of("bgcolor=0x102030&transparent=true", false), [16, 32, 48, 0]);
        assert_eq!(of("bgcolor=0x80102030", false), [16, 32, 48, 128]);
        assert_eq!(of("transparent=false", false), [255; 4]);
        assert_eq!(of("transparent=true", true), [255; 4]);
    }
}
